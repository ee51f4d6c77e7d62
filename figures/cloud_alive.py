"""Are the units alive? How P(z > 0) is spread over a cloud of real starts, against iterations."""

import math

import numpy as np
from numpy.typing import NDArray

from dynamics import Cloud
from figures.chart import Floats, Picture, Spec, margins, spec
from figures.probability import dead_band, dead_label, decades, floor, probability_axis
from figures.theme import with_alpha
from figures.view import View


@Picture
def cloud_alive(cloud: Cloud, iteration: int, view: View, last: int | None = None) -> Spec:
    """Draw the median of P(z > 0) over the units and the bands that hold 50 % and 90 % of them.

    Parameters
    ----------
    cloud : Cloud
    iteration : int
        The chosen T, at least 1: a line at the recorded T nearest to it.
    view : View
    last : int, optional
        Where the axis ends; by default at the last T recorded.

    Returns
    -------
    plotly.graph_objects.Figure
        Both axes are logarithmic; P(z > 0) is floored at 10⁻⁹, the threshold ε is a marked tick. At every T
        the quantiles are taken anew: the median is nobody's path. Units that have diverged are left out.
    """
    first = int(np.searchsorted(cloud.iteration, 1))
    x = cloud.iteration[first:].astype(float)
    lowest = floor(cloud.epsilon)
    p5, p25, median, p75, p95 = np.maximum(cloud.activation_quantiles[:, first:], lowest)
    at = float(cloud.iteration[max(cloud.row(iteration), first)])
    ink = view.colours.ink
    return spec(
        [
            _band("90 % of units", x, p5, p95, with_alpha(ink, 0.13)),
            _band("50 % of units", x, p25, p75, with_alpha(ink, 0.25)),
            _line("median", x, median, {"color": ink, "width": view.px(2.4)}),
            _line(
                "chosen T", np.array([at, at]), np.array([lowest, 2.0]), {"color": ink, "width": view.px(1.3)}
            ),
        ],
        {
            "margin": margins(view, left=66, right=76, top=8, bottom=46),
            "xaxis": decades(view, "iteration", 0.0, math.log10(last or max(float(x[-1]), 10.0)))
            | {"showgrid": True},
            "yaxis": probability_axis(view, cloud.epsilon) | {"showgrid": True},
            "shapes": dead_band(view, cloud.epsilon),
            "annotations": [dead_label(view)],
        },
        view,
        revision="cloud-alive",
    )


def _there(*curves: Floats) -> NDArray[np.bool_]:
    """Return which points a line needs: those that are numbers and differ from a neighbour."""
    known = np.ones(len(curves[0]), dtype=np.bool_)
    same = np.zeros(len(known), dtype=np.bool_)
    same[1:-1] = True
    for y in curves:
        known &= np.isfinite(y)
        same[1:-1] &= (y[1:-1] == y[:-2]) & (y[1:-1] == y[2:])
    return known & ~same


def _band(name: str, x: Floats, low: Floats, high: Floats, colour: str) -> Spec:
    """Return what lies between two quantiles as an outline, there and back."""
    kept = _there(low, high)
    x, low, high = x[kept], low[kept], high[kept]
    return {
        "type": "scatter",
        "name": name,
        "mode": "none",
        "fill": "toself",
        "fillcolor": colour,
        "x": np.concatenate([x, x[::-1]]).astype(np.float32),
        "y": np.concatenate([low, high[::-1]]).astype(np.float32),
        "hoverinfo": "skip",
    }


def _line(name: str, x: Floats, y: Floats, line: Spec) -> Spec:
    kept = _there(y)
    hover = "%{x:,d} updates: %{y:.3~g}"
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines",
        "x": x[kept].astype(np.float32),
        "y": y[kept].astype(np.float32),
        "line": line,
        **(
            {"hovertemplate": f"median after {hover}<extra></extra>"}
            if name == "median"
            else {"hoverinfo": "skip"}
        ),
    }
