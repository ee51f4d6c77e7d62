"""Back to the theory: a network's first layer among the cones, and predictions beside what was seen."""

import math

import numpy as np
from numpy.typing import NDArray

from experiments.intervals import estimate
from experiments.theory import LONE, WIDTHS, TheoryResult
from figures.chart import (
    SHARE_TOP,
    Floats,
    Picture,
    Spec,
    axis,
    hatch,
    label,
    margins,
    momentum,
    number,
    percent,
    share_axis,
    spec,
)
from figures.cones import border_traces, cone_area, cone_border
from figures.frame import AXES, plane_frame
from figures.theme import with_alpha
from figures.view import View
from figures.window import Window


def first_layer_window(result: TheoryResult) -> Window:
    """Return a square window that holds every followed unit at every record, and the origin."""
    w, b = (values[np.isfinite(values)] for values in (result.length, result.bias))
    if not w.size:
        return Window(-1, 1, -1, 1)
    reach = float(np.abs(w).max())
    return Window(-reach, reach, min(0.0, float(b.min())), max(0.0, float(b.max()))).steady()


@Picture
def first_layer(result: TheoryResult, view: View, record: int = -1) -> Spec:
    """Draw the units of the followed network as points (±‖w‖, b) among the cones, with their ways so far.

    With ±‖w‖ across, the cones' borders are straight and the same for all units. They are those of
    x ~ N(0, I); colours tell who is dead on the data.

    Parameters
    ----------
    result : TheoryResult
        Before it is known, cones without units are drawn.
    view : View
        Ways are part of the layer "paths", cones of "cones".
    record : int
        Number of the record that is shown, from the end if negative. All of them are in the layout's `meta`,
        so that a browser moves the units itself (assets/theory.js).

    Returns
    -------
    plotly.graph_objects.Figure
    """
    window = first_layer_window(result)
    row = range(len(result.length))[record]
    data: list[Spec] = _cones(window, result.spec.epsilon, view) if "cones" in view.layers else []
    known = np.isfinite(result.length[row])
    if "paths" in view.layers and known.any():
        data.append(_ways(result, row, view))
    for name, dead in (("alive now", False), ("dead now", True)):
        data.append(_units(result, row, known & (result.dead[row] == dead), name, view))
    frame = plane_frame(window, view, grid=True)
    across = "±‖<i>w</i>‖" + ("" if view.size == "phone" else ", signed by the target’s direction")
    frame["xaxis"]["title"] = frame["xaxis"]["title"] | {"text": across}
    frame["annotations"] = _cone_names(window, view) if "cones" in view.layers else []
    frame["meta"] = _every_record(result, window)
    return spec(data, frame, view, revision="first layer")


def _every_record(result: TheoryResult, window: Window) -> Spec:
    """Return every record: places to a ten-thousandth of the window, who is dead, how active in % each is."""
    digits = 4 - math.floor(math.log10(window.w_max - window.w_min))
    return {
        "steps": list(result.spec.records),
        "length": np.round(result.length, digits).tolist(),
        "bias": np.round(result.bias, digits).tolist(),
        "active": np.round(100 * result.active, 2).tolist(),
        "dead": result.dead.astype(int).tolist(),
    }


def _cones(window: Window, epsilon: float, view: View) -> list[Spec]:
    border, ink = cone_border(window, epsilon, 0.0), view.colours.dead_ink
    pattern = {"fillcolor": "rgba(0,0,0,0)", "fillpattern": hatch(view, ink, 0.3)}
    return [
        cone_area("dead cone fill", border, window, 1, AXES) | {"fillcolor": with_alpha(ink, 0.13)},
        cone_area("dead cone hatch", border, window, 1, AXES) | pattern,
        *border_traces(border, view.colours.ink, window, view, AXES),
    ]


def _cone_names(window: Window, view: View) -> list[Spec]:
    ground = {"bgcolor": with_alpha(view.colours.page, 0.85), "font": {"color": view.colours.ink}}
    return [
        label(view, name, 0, 0.85 * end, xref="x", yref="y", **ground)
        for name, end in (("dead cone", window.b_min), ("linear cone", window.b_max))
    ]


def _ways(result: TheoryResult, row: int, view: View) -> Spec:
    """Return the ways of all units in one line; one that changes sides, through ‖w‖ = 0 or not, is broken."""
    length, bias = (values[: row + 1] for values in (result.length, result.bias))
    gap = np.full((1, length.shape[1]), np.nan)
    x, y = (np.concatenate([values, gap]).T.ravel() for values in (length, bias))
    jumps = np.flatnonzero(x[1:] * x[:-1] < 0) + 1
    x, y = np.insert(x, jumps, np.nan), np.insert(y, jumps, np.nan)
    return {
        "type": "scatter",
        "name": "trails",
        "mode": "lines",
        "x": x.astype(np.float32),
        "y": y.astype(np.float32),
        "line": {"color": view.colours.control, "width": view.px(1)},
        "hoverinfo": "skip",
    }


def _units(result: TheoryResult, row: int, chosen: NDArray[np.bool_], name: str, view: View) -> Spec:
    colours, dead = view.colours, name == "dead now"
    told = f"{name} at (%{{x:.3~g}}, %{{y:.3~g}}), active on %{{customdata:.1f}} % of the rows<extra></extra>"
    hover = {"customdata": (100 * result.active[row, chosen]).astype(np.float32), "hovertemplate": told}
    return {
        "type": "scatter",
        "name": name,
        "mode": "markers",
        "x": result.length[row, chosen].astype(np.float32),
        "y": result.bias[row, chosen].astype(np.float32),
        "marker": {
            "size": view.px(9),
            "color": colours.dead if dead else colours.map_casing,
            "opacity": 1,
            "line": {"color": colours.map_casing if dead else colours.map_ink, "width": view.px(1)},
        },
        **(hover if view.hover else {"hoverinfo": "skip"}),
    }


@Picture
def lone_units(result: TheoryResult, view: View) -> Spec:
    """Draw the dead share of lone units that was seen against the one that the theory says.

    Parameters
    ----------
    result : TheoryResult
        Settings that are not finished are left out.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
    """
    predicted, seen = result.lone_predicted.mean(axis=1), result.lone_seen.mean(axis=1)
    known = np.isfinite(seen)
    told = [
        f"γ = {number(gamma)}, β = {momentum(beta)}: theory {percent(float(p))}, seen {percent(float(s))}"
        for (gamma, beta), p, s, there in zip(LONE, predicted, seen, known, strict=True)
        if there
    ]
    diagonal = {"x": [0, 1], "y": [0, 1], "line": {"color": view.colours.control, "width": view.px(1.3)}}
    points = {
        "x": predicted[known].astype(np.float32),
        "y": seen[known].astype(np.float32),
        "marker": _ring(view),
        "text": told,
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": False,
    }
    across = share_axis(view, "theory") | {"range": [-0.03, SHARE_TOP]}
    return spec(
        [
            {"type": "scatter", "name": "as predicted", "mode": "lines", "hoverinfo": "skip", **diagonal},
            {"type": "scatter", "name": "lone units", "mode": "markers", **points},
        ],
        {
            "margin": margins(view, left=66, right=16, top=12, bottom=46),
            "xaxis": across,
            "yaxis": share_axis(view, "seen"),
        },
        view,
        revision="lone units",
    )


@Picture
def few_units(result: TheoryResult, view: View) -> Spec:
    """Draw the dead share of networks against the number of their units, with what the theory says.

    Parameters
    ----------
    result : TheoryResult
        Networks that are not finished are left out.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        Numbers of units are evenly spaced by their logarithm; bars are 95 % intervals over seeds.
    """
    places = np.log2(np.array(WIDTHS, float))
    seen, predicted = estimate(result.seen, axis=1), estimate(result.predicted, axis=1).mean
    known = np.isfinite(seen.mean)
    theory = {"color": view.colours.ink_muted, "width": view.px(1.6), "dash": "dash"}
    return spec(
        [
            {
                "type": "scatter",
                "name": "theory",
                "mode": "lines",
                "x": places[known].astype(np.float32),
                "y": predicted[known].astype(np.float32),
                "line": theory,
                "customdata": (100 * predicted[known]).astype(np.float32),
                "hovertemplate": "theory: %{customdata:.1f} %<extra></extra>",
            },
            _seen(places[known], seen.mean[known], seen.low[known], seen.high[known], view),
        ],
        {
            "margin": margins(view, left=66, right=56, top=12, bottom=46),
            "xaxis": axis(
                view,
                "trained hidden units",
                -0.4,
                float(places[-1]) + 0.4,
                tickvals=places.tolist(),
                ticktext=[str(width) for width in WIDTHS],
            ),
            "yaxis": share_axis(view, "dead"),
            "annotations": _words(places[known], seen.mean[known], predicted[known], view),
        },
        view,
        revision="few units",
    )


def _seen(places: Floats, mean: Floats, low: Floats, high: Floats, view: View) -> Spec:
    bars = {"array": high - mean, "arrayminus": mean - np.maximum(low, 0), "symmetric": False}
    look = {"color": view.colours.dead_ink, "thickness": view.px(1.8), "width": 0}
    return {
        "type": "scatter",
        "name": "seen",
        "mode": "markers",
        "x": places.astype(np.float32),
        "y": mean.astype(np.float32),
        "error_y": {"type": "data", **bars, **look},
        "marker": {"size": view.px(10), "color": view.colours.dead_ink, "opacity": 1},
        "customdata": (100 * mean).astype(np.float32),
        "hovertemplate": "seen: %{customdata:.1f} %<extra></extra>",
        "cliponaxis": False,
    }


def _words(places: Floats, mean: Floats, predicted: Floats, view: View) -> list[Spec]:
    """Return the percentages beside the points, clear of the axis, and the theory's at its end."""
    font = {"color": view.colours.dead_ink, "weight": 700}
    beside = {"xref": "x", "yref": "y", "xanchor": "left", "xshift": view.px(9)}
    seen = [
        label(
            view,
            percent(float(s)),
            float(x),
            float(s),
            **beside,
            yshift=view.px(9 if s < 0.05 else 0),
            font=font,
        )
        for x, s in zip(places, mean, strict=True)
    ]
    # Above its line, unless that lies at the top already.
    return seen + [
        label(
            view,
            f"theory: {percent(float(p))}",
            float(x) + 0.4,
            float(p),
            xref="x",
            yref="y",
            xanchor="right",
            yshift=view.px(-11 if p > 0.9 else 11),
        )
        for x, p in zip(places[-1:], predicted[-1:], strict=True)
    ]


def _ring(view: View) -> Spec:
    edge = {"color": view.colours.dead_ink, "width": view.px(2)}
    return {"size": view.px(9), "color": view.colours.page, "opacity": 1, "line": edge}
