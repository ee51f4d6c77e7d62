"""Time against depth: how long dead units of one size take to come back."""

import math
from collections.abc import Sequence

import numpy as np

from dynamics import RevivalTimes
from figures.chart import Floats, Picture, Spec, axis, label, margins, number, power_of_ten, spec
from figures.ends import End, end_names
from figures.revival_ground import count, scatter
from figures.view import View

_HEIGHT = {"desktop": 310, "compact": 260, "phone": 240, "present": 420}  # pixels of the plot
_NAME_GAP = 16.0  # pixels between the names of two curves


@Picture
def revival(curves: Sequence[RevivalTimes], unit: RevivalTimes, limit: int | None, view: View) -> Spec:
    """Draw the iterations until a dead unit is back against its depth −b/‖w‖, at several γ.

    Parameters
    ----------
    curves : sequence of RevivalTimes
        One for each γ, of units along rising depth such as `dynamics.at_depth` gives; the one of the unit's
        own γ is bold.
    unit : RevivalTimes
        The selected unit, marked where it stands.
    limit : int or None
        After how many iterations the stop rule ends, a dashed line.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        The y axis holds log₁₀ of the iterations, so that 10³⁰⁰ is no limit; its ticks say the number.
    """
    depths = [_depth(times) for times in curves]
    low, high = min(float(d[0]) for d in depths), max(float(d[-1]) for d in depths)
    finite = [t.log10_iterations[np.isfinite(t.log10_iterations)] for t in curves]
    top = max((float(values.max()) for values in finite if len(values)), default=0.0)
    top = 1.06 * max(top, math.log10(limit) if limit else 0.0, 3.0)
    own = [t.hyperparameters.gamma == unit.hyperparameters.gamma for t in curves]
    order = sorted(range(len(curves)), key=lambda i: own[i])
    return spec(
        [*(_curve(curves[i], depths[i], own[i], view) for i in order), *_point(unit, view)],
        {
            "margin": margins(view, left=66, right=80, top=12, bottom=46),
            "xaxis": axis(view, "depth −<i>b</i>/‖<i>w</i>‖", low, high, nticks=7, showgrid=True),
            "yaxis": _updates(view, top),
            "shapes": _limit_line(limit, view),
            "annotations": [
                *_names(curves, own, high, top, view),
                *_limit_name(limit, view),
                *_none(finite, view),
            ],
        },
        view,
        revision="revival",
    )


def _depth(times: RevivalTimes) -> Floats:
    return np.asarray(-times.b / np.hypot(times.w, times.rho))


def _curve(times: RevivalTimes, depth: Floats, bold: bool, view: View) -> Spec:
    log10 = np.where(np.isfinite(times.log10_iterations), times.log10_iterations, np.nan)
    name = f"γ = {number(times.hyperparameters.gamma)}"
    texts = [count(value) if math.isfinite(value) else "never" for value in times.log10_iterations.tolist()]
    hover: Spec = {"hoverinfo": "skip"}
    if view.hover:
        hover = {
            "customdata": texts,
            "hovertemplate": f"{name}, depth %{{x:.3~f}}: %{{customdata}} updates<extra></extra>",
        }
    colour, width = (view.colours.ink, 2.6) if bold else (view.colours.control, 1.4)
    line = {"color": colour, "width": view.px(width)}
    return scatter(name, depth, log10) | {"mode": "lines", "line": line} | hover


def _point(unit: RevivalTimes, view: View) -> list[Spec]:
    time = float(unit.log10_iterations)
    if not math.isfinite(time):
        return []
    line = {"color": view.colours.ink, "width": view.px(3)}
    marker = {"size": view.px(15), "color": view.colours.page, "opacity": 1, "line": line}
    point = scatter("unit", np.atleast_1d(_depth(unit)), np.array([time]))
    return [point | {"mode": "markers", "marker": marker}]


def _updates(view: View, top: float) -> Spec:
    """Return the axis of log₁₀ of the updates, with ticks a multiple of three decades apart."""
    step = 3 * math.ceil(top / 15)
    ticks = list(range(0, math.floor(top) + 1, step))
    texts = [power_of_ten(k) for k in ticks]
    return axis(view, "updates", 0.0, top, tickvals=ticks, ticktext=texts, showgrid=True)


def _limit_line(limit: int | None, view: View) -> list[Spec]:
    if limit is None:
        return []
    line = {"color": view.colours.control, "width": view.px(1.6), "dash": "4px,3px"}
    height = math.log10(limit)
    across = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": height, "y1": height}
    return [across | {"type": "line", "line": line, "layer": "below"}]


def _limit_name(limit: int | None, view: View) -> list[Spec]:
    if limit is None:
        return []
    place = {"xref": "x domain", "yref": "y", "xanchor": "right", "yanchor": "top", "yshift": -view.px(2)}
    return [label(view, "stop rule ends", 1, math.log10(limit), **place)]


def _names(
    curves: Sequence[RevivalTimes], own: Sequence[bool], right: float, top: float, view: View
) -> list[Spec]:
    """Name each γ beyond the end of its curve."""
    bold = {"color": view.colours.ink, "weight": 700}
    ends = [
        End(
            f"γ = {number(times.hyperparameters.gamma)}",
            right,
            float(times.log10_iterations[-1]),
            bold if strong else {},
        )
        for times, strong in zip(curves, own, strict=True)
        if np.isfinite(times.log10_iterations[-1])
    ]
    return end_names(ends, _HEIGHT[view.size] / top, _NAME_GAP, view)


def _none(finite: Sequence[Floats], view: View) -> list[Spec]:
    """Say so where no depth has a way back."""
    if any(len(values) for values in finite):
        return []
    middle = {"xref": "x domain", "yref": "y domain", "xanchor": "center", "yanchor": "middle"}
    return [label(view, "never back, at any depth", 0.5, 0.5, **middle)]
