"""A cloud of real starts in the plane (w_L, b): who is dead after T updates, and the way there."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dynamics import Cloud, is_dead
from figures.chart import Floats, Picture, Spec, hatch, label, number, spec
from figures.cones import border_traces, cone_area, cone_border, plane_line
from figures.frame import AXES, plane_frame
from figures.marks import truth_trace
from figures.paths import drawn_path
from figures.placement import Canvas, truth_label
from figures.theme import with_alpha
from figures.view import View
from figures.window import Window

TRAILS = 50  # units at most whose way is drawn
_RIGHT = 0.97  # of the units: as many must be dead or alive as the cones say for these to be filled
_OUTLIERS = 0.002  # share of states at each end that the window need not hold
_FINEST = 1 / 100  # of the window's width, between the corners of a trail
_ROOM = 0.1  # of the window's side beyond what it holds, on each side


def cloud_window(cloud: Cloud) -> Window:
    """Return the smallest square window that holds the cloud at all its times, and the ground truth.

    All but 0.2 % of the states at each end of both axes; it does not move with the playhead.
    """
    hp = cloud.hyperparameters
    ends = []
    for states, truth in ((cloud.w, hp.gamma), (cloud.b, hp.delta)):
        there = states[np.isfinite(states)].astype(float)
        low, high = np.quantile(there, [_OUTLIERS, 1 - _OUTLIERS]) if len(there) else (truth, truth)
        ends.append((min(float(low), truth), max(float(high), truth)))
    half = max(*(0.5 * (high - low) for low, high in ends), 1e-3 * hp.gamma) * (1 + 2 * _ROOM)
    w, b = (0.5 * (low + high) for low, high in ends)
    return Window(w - half, w + half, b - half, b + half)


@Picture
def cloud_plane(cloud: Cloud, iteration: int, window: Window, view: View, name_rho: bool = True) -> Spec:
    """Draw the cloud after T updates over the cones, with trails, on blank ground.

    The outcome of a start depends on its ρ, and each unit has its own: there is no ground to colour. The
    cones are those of a unit with the median |ρ| after T updates, and the picture says so; whether a unit
    is dead is judged with its own ρ.

    Parameters
    ----------
    cloud : Cloud
    iteration : int
        The playhead T, at least 0; the recorded T nearest to it is drawn.
    window : Window
        For example `cloud_window(cloud)`.
    view : View
        Its layers "cones" and "paths" (the trails of at most 50 units); its colouring does not matter.
    name_rho : bool
        Whether the picture says which ρ its cones are for; otherwise the page has to.

    Returns
    -------
    plotly.graph_objects.Figure
        Without width or height; both axes have the same scale. Dead units are filled in DEAD with a white
        edge, living ones white with an edge of ink: alive now is not converged.
    """
    row = cloud.row(iteration)
    canvas = Canvas(window, max(window.width, window.height) / view.map_side)
    data: list[Spec] = []
    if "cones" in view.layers and np.isfinite(cloud.median_rho[row]):
        data += _cones(window, cloud, row, view)
    trails = _trails(cloud, row, canvas) if "paths" in view.layers else []
    data += _trail_trace(trails, window, view)
    data += _truth(cloud, window, view)
    seen = _seen(cloud, row, window)
    data.append(_units("alive now", cloud, row, seen & ~cloud.dead[row], view))
    data.append(_units("dead now", cloud, row, seen & cloud.dead[row], view))
    truth = cloud.hyperparameters.gamma, cloud.hyperparameters.delta
    notes = _note(cloud, row, seen, canvas, view, name_rho)
    if view.size != "compact" and window.contains(*truth):
        there = np.stack([cloud.w[row, seen] - window.w_min, cloud.b[row, seen] - window.b_min], axis=1)
        on_page = replace(view, colouring="plain")  # the ground is blank, and the leader's ink the page's
        name = truth_label(on_page, canvas, truth, there.astype(float) / canvas.pixel, [])
        ink = name["font"] | {"color": view.colours.ink}
        notes.append(name | {"bgcolor": with_alpha(view.colours.page, 0.85), "font": ink})
    return spec(
        data, {**plane_frame(window, view, grid=True), "annotations": notes}, view, revision=f"cloud {window}"
    )


def _seen(cloud: Cloud, row: int, window: Window) -> NDArray[np.bool_]:
    """Tell which units lie in the window."""
    w, b = cloud.w[row], cloud.b[row]
    across = (w >= window.w_min) & (w <= window.w_max)
    return np.asarray(across & (b >= window.b_min) & (b <= window.b_max))


def _cones(window: Window, cloud: Cloud, row: int, view: View) -> list[Spec]:
    """Return the cones of a unit with the median |ρ|: filled where they are right for nearly all units."""
    rho = float(cloud.median_rho[row])
    border = cone_border(window, cloud.epsilon, rho)
    colours = view.colours
    there = np.isfinite(cloud.w[row])
    inside = is_dead(cloud.w[row, there], cloud.b[row, there], rho, cloud.epsilon)
    if np.mean(inside == cloud.dead[row, there]) < _RIGHT:
        return border_traces(border, colours.ink_muted, window, view, AXES)
    tint = {"fillcolor": with_alpha(colours.dead_ink, 0.13)}
    pattern = {"fillcolor": "rgba(0,0,0,0)", "fillpattern": hatch(view, colours.dead_ink, 0.3)}
    return [
        cone_area("dead cone fill", border, window, 1, AXES) | tint,
        cone_area("dead cone hatch", border, window, 1, AXES) | pattern,
        *border_traces(border, colours.ink, window, view, AXES),
    ]


def _trails(cloud: Cloud, row: int, canvas: Canvas) -> list[tuple[Floats, Floats]]:
    """Return the ways of the first units up to the playhead, as far as they stay near the window."""
    way = slice(None, row + 1)
    return [
        drawn_path(
            cloud.w[way, unit].astype(float),
            cloud.b[way, unit].astype(float),
            _FINEST * canvas.window.width,
            100 * canvas.window.reach,
        )
        for unit in range(min(TRAILS, cloud.count))
    ]


def _trail_trace(trails: list[tuple[Floats, Floats]], window: Window, view: View) -> list[Spec]:
    if not trails:
        return []
    gap = np.array([np.nan])
    w, b = (np.concatenate([np.concatenate([trail[k], gap]) for trail in trails]) for k in (0, 1))
    return [plane_line("trails", w, b, {"color": view.colours.control, "width": view.px(1)}, window, AXES)]


def _truth(cloud: Cloud, window: Window, view: View) -> list[Spec]:
    """Return the ground truth as a ring on the page: filled it would look like a living unit."""
    traces = truth_trace(cloud.hyperparameters, window, view, AXES)
    edge = {"color": view.colours.ink, "width": view.px(2)}
    return [
        trace | {"marker": trace["marker"] | {"color": view.colours.page, "line": edge}} for trace in traces
    ]


def _units(name: str, cloud: Cloud, row: int, chosen: NDArray[np.bool_], view: View) -> Spec:
    colours, dead = view.colours, name == "dead now"
    edge = {"color": colours.map_casing if dead else colours.map_ink, "width": view.px(1)}
    rho = np.abs(cloud.rho[row, chosen])
    hover = {
        "customdata": rho,
        "hoverinfo": "text",
        "hovertemplate": f"{name} at (%{{x:.3~g}}, %{{y:.3~g}}), |ρ| = %{{customdata:.3~g}}<extra></extra>",
    }
    return {
        "type": "scatter",
        "name": name,
        "mode": "markers",
        "x": cloud.w[row, chosen],
        "y": cloud.b[row, chosen],
        "marker": {
            "size": view.px(7),
            "color": colours.dead if dead else colours.map_casing,
            "opacity": 1,
            "line": edge,
        },
        **(hover if view.hover else {"hoverinfo": "skip"}),
    }


def _note(
    cloud: Cloud, row: int, seen: NDArray[np.bool_], canvas: Canvas, view: View, name_rho: bool
) -> list[Spec]:
    """Say which ρ the cones belong to, and how many units cannot be seen.

    In the upper left corner, or in the lower one if the ground truth lies in the way.
    """
    gone = int(np.isnan(cloud.w[row]).sum())
    outside = cloud.count - int(seen.sum()) - gone
    parts = []
    if name_rho and "cones" in view.layers and gone < cloud.count:
        parts.append(f"cones at the median |ρ| = {number(float(cloud.median_rho[row]))}")
    parts += [f"{count} {where}" for count, where in ((outside, "outside"), (gone, "diverged")) if count]
    if not parts:
        return []
    text = ", ".join(parts)
    x, y = canvas.place(cloud.hyperparameters.gamma, cloud.hyperparameters.delta)
    from_top = canvas.window.height / canvas.pixel - y
    hidden = x < view.px(6.5 * len(text) + 20) and from_top < view.px(34)
    note = label(
        view,
        text,
        0,
        0 if hidden else 1,
        xref="x domain",
        yref="y domain",
        xanchor="left",
        yanchor="bottom" if hidden else "top",
        xshift=view.px(5),
        yshift=view.px(4 if hidden else -4),
        bgcolor=with_alpha(view.colours.page, 0.85),
        borderpad=view.px(2),
    )
    return [note]
