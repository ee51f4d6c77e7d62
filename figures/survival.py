"""The share of real starts that are dead after exactly T updates, against T."""

import math
from collections.abc import Sequence

import numpy as np

from dynamics import Cloud
from figures.chart import (
    SHARE_TOP,
    Floats,
    Picture,
    Spec,
    axis,
    compact,
    grouped,
    margins,
    momentum,
    percent,
    power_of_ten,
    share_axis,
    spec,
)
from figures.ends import End, end_names
from figures.theme import momentum_shades, with_alpha
from figures.view import View

_NAME_GAP = 16.0  # pixels between the names at the right
_HEIGHT = {"desktop": 250, "compact": 202, "phone": 186, "present": 330}  # pixels of the plot


@Picture
def survival(clouds: Sequence[Cloud], iteration: int, view: View, last: int | None = None) -> Spec:
    """Draw the dead share against the number of updates T for up to three β, with 95 % bands.

    Parameters
    ----------
    clouds : sequence of Cloud
        One for each β, named at their right end; the last is the current one and drawn bold. Their shares
        are taken from every recorded T of at least 1.
    iteration : int
        The chosen T, at least 1: a line, and a point on the current curve at the recorded T nearest to it.
    view : View
    last : int, optional
        Where the axis ends; by default at the last T recorded.

    Returns
    -------
    plotly.graph_objects.Figure
        T is logarithmic, from 1 on.

    Raises
    ------
    ValueError
        Unless there are one to three clouds with different β.
    """
    by_beta = {run.hyperparameters.beta: run for run in clouds}
    if not 1 <= len(by_beta) == len(clouds) <= 3:
        raise ValueError(f"clouds must be one to three with different beta, got {len(clouds)}")
    current = clouds[-1]
    coloured = momentum_shades(view.colours, by_beta)
    order = sorted(by_beta, key=lambda beta: (beta == current.hyperparameters.beta, beta))
    decades = math.log10(last or max(int(run.iteration[-1]) for run in clouds))
    return spec(
        [
            *(_band(by_beta[beta], coloured[beta], view) for beta in order),
            *(_line(by_beta[beta], coloured[beta], by_beta[beta] is current, view) for beta in order),
            *_chosen(current, iteration, coloured[order[-1]], view),
        ],
        {
            "margin": margins(view, left=66, right=76, top=12, bottom=46),
            "xaxis": _x_axis(decades, view),
            "yaxis": share_axis(view, "dead after <i>T</i>"),
            "annotations": _names(by_beta, coloured, order[-1], decades, view),
        },
        view,
        revision="survival",
    )


def _x_axis(decades: float, view: View) -> Spec:
    exponents = range(0, math.floor(decades + 1e-9) + 1, max(1, math.ceil(decades / 4)))
    return axis(
        view,
        "updates <i>T</i>",
        0.0,
        max(decades, 0.5),
        type="log",
        tickvals=[10.0**k for k in exponents],
        ticktext=[power_of_ten(k) for k in exponents],
        showgrid=True,
        layer="below traces",
    )


def _seen(run: Cloud) -> slice:
    """Return the rows that a logarithmic axis can show."""
    return slice(int(np.searchsorted(run.iteration, 1)), None)


def _name(run: Cloud, digits: int = 4) -> str:
    return f"β = {momentum(run.hyperparameters.beta, digits)}"


def _corners(x: Floats, *curves: Floats) -> Floats:
    """Return which points a polyline needs: all but those inside a run of equal values."""
    same = np.ones(max(len(x) - 2, 0), dtype=np.bool_)
    for y in curves:
        same &= (y[1:-1] == y[:-2]) & (y[1:-1] == y[2:])
    return np.concatenate([[True], ~same, [True]])[: len(x)]


def _band(run: Cloud, colour: str, view: View) -> Spec:
    """Return the 95 % interval as an outline, there and back."""
    x = run.iteration[_seen(run)].astype(float)
    low, high = (end[_seen(run)] for end in run.interval)
    kept = _corners(x, low, high)
    x, low, high = x[kept], low[kept], high[kept]
    return {
        "type": "scatter",
        "name": f"{_name(run)} band",
        "mode": "none",
        "fill": "toself",
        "fillcolor": with_alpha(colour, 0.18),
        "x": np.concatenate([x, x[::-1]]).astype(np.float32),
        "y": compact(np.concatenate([low, high[::-1]]), 1.0),
        "hoverinfo": "skip",
    }


def _line(run: Cloud, colour: str, bold: bool, view: View) -> Spec:
    rows = _seen(run)
    share = run.dead_fraction[rows]
    hover: Spec = {"hoverinfo": "skip"}
    if view.hover:
        ends = zip(share, *(end[rows] for end in run.interval), strict=True)
        hover = {
            "text": [
                f"{percent(s, 1)} dead ({100 * low:.1f} to {100 * high:.1f} %)" for s, low, high in ends
            ],
            "hoverinfo": "text",
            "hovertemplate": f"{_name(run)}, after %{{x:,d}} updates: %{{text}}<extra></extra>",
        }
    return {
        "type": "scatter",
        "name": _name(run),
        "mode": "lines",
        "x": run.iteration[rows].astype(np.float32),
        "y": compact(share, 1.0),
        "line": {"color": colour, "width": view.px(2.6 if bold else 1.8)},
        "cliponaxis": False,
        **hover,
    }


def _chosen(run: Cloud, iteration: int, colour: str, view: View) -> list[Spec]:
    """Return the line at the chosen T and where it meets the current curve."""
    row = max(run.row(iteration), _seen(run).start)
    at, share = float(run.iteration[row]), float(run.dead_fraction[row])
    ink = {"color": view.colours.ink, "width": view.px(1.3)}
    edge = {"color": view.colours.page, "width": view.px(1.5)}
    text = f"T = {grouped(int(at))}: {percent(share, 1)} dead"
    line = {"x": [at, at], "y": [0.0, SHARE_TOP], "line": ink, "hoverinfo": "skip"}
    point = {
        "x": [at],
        "y": [share],
        "marker": {"size": view.px(13), "color": colour, "opacity": 1, "line": edge},
        "cliponaxis": False,
        "hovertemplate": f"{text}<extra></extra>",
    }
    return [
        {"type": "scatter", "name": "chosen T", "mode": "lines", **line},
        {"type": "scatter", "name": "chosen", "mode": "markers", **point},
    ]


def _names(
    by_beta: dict[float, Cloud], coloured: dict[float, str], current: float, decades: float, view: View
) -> list[Spec]:
    """Return each β beyond the end of the axis, as high as its curve ends, the current one bold."""
    muted = {"color": view.colours.ink_muted}
    ends = [
        End(
            _name(run, 4 if beta == current else 2),
            decades,
            float(run.dead_fraction[-1]),
            {"color": coloured[beta], "weight": 700} if beta == current else muted,
        )
        for beta, run in by_beta.items()
    ]
    height = float(_HEIGHT[view.size])
    return end_names(ends, height / SHARE_TOP, _NAME_GAP, view, top=height, bottom=view.px(_NAME_GAP / 2))
