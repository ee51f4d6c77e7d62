"""The dead share against momentum: DESIGN's table of check values as curves, one for each γ."""

from collections.abc import Sequence
from dataclasses import dataclass

from figures.chart import (
    SHARE_TOP,
    Floats,
    Picture,
    Spec,
    compact,
    label,
    margins,
    momentum,
    number,
    percent,
    share_axis,
    spec,
)
from figures.ends import End, end_names
from figures.guess import guess_point, guess_words
from figures.momenta import depth_of, momentum_axis, reach
from figures.theme import with_alpha
from figures.view import View

_NAME_GAP = 15.0  # pixels between the names at the right
_HEIGHT = {"desktop": 144, "compact": 202, "phone": 186, "present": 246}  # pixels of the plot


@dataclass(frozen=True, eq=False)
class ShareCurve:
    """The dead share over momentum at one γ.

    Parameters
    ----------
    gamma : float
    beta : float64 (n,)
        Momenta, rising; none when the curve took too long, which the chart then says.
    share : float64 (n,)
        Dead share at each, 0 to 1.
    """

    gamma: float
    beta: Floats
    share: Floats


@dataclass(frozen=True)
class CurrentShare:
    """The dead share at the current settings, 0 to 1."""

    gamma: float
    beta: float
    share: float


@Picture
def share(
    curves: Sequence[ShareCurve], current: CurrentShare, view: View, guess: float | None = None
) -> Spec:
    """Draw the dead share against momentum at several γ, the current one highlighted.

    Parameters
    ----------
    curves : sequence of ShareCurve
        Named at their right end; the one at the current γ is bold, empty ones are named as missing.
    current : CurrentShare
        Marked with its percentage.
    view : View
    guess : float, optional
        The share guessed for the current settings, 0 to 1: a hollow point.

    Returns
    -------
    plotly.graph_objects.Figure
        β is spaced by −log₁₀(1 − β) from 0 to 0.99, or to 0.9999 when the current one lies beyond.
    """
    edge = reach(current.beta)
    shown = [
        _within(curve, edge) for curve in sorted(curves, key=lambda c: (c.gamma == current.gamma, c.gamma))
    ]
    drawn = [curve for curve in shown if len(curve.beta)]
    point = [] if guess is None else [guess_point(current.beta, guess, view)]
    words = [] if guess is None else [guess_words(current.beta, guess, view)]
    return spec(
        [
            *(_line(curve, current, edge, view) for curve in drawn),
            *point,
            _point(current, view),
        ],
        {
            "margin": margins(view, left=66, right=86, top=12, bottom=46),
            "xaxis": momentum_axis(view, edge, showgrid=True),
            "yaxis": share_axis(view, "dead"),
            "annotations": [
                *_names(drawn, current, view),
                *_missing(curves, view),
                _percentage(current, edge, view),
                *words,
            ],
        },
        view,
        revision="share",
    )


def _within(curve: ShareCurve, edge: float) -> ShareCurve:
    seen = curve.beta <= edge
    return ShareCurve(curve.gamma, curve.beta[seen], curve.share[seen])


def _line(curve: ShareCurve, current: CurrentShare, edge: float, view: View) -> Spec:
    bold = curve.gamma == current.gamma
    name = f"γ = {number(curve.gamma)}"
    texts = [(momentum(b, 4), percent(s, 1)) for b, s in zip(curve.beta, curve.share, strict=True)]
    hover = {
        "customdata": texts,
        "hovertemplate": f"{name}, β = %{{customdata[0]}}: %{{customdata[1]}} dead<extra></extra>",
    }
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines",
        "x": compact(depth_of(curve.beta), depth_of(edge)),
        "y": compact(curve.share, 1.0),
        "line": {
            "color": view.colours.dead_ink if bold else view.colours.control,
            "width": view.px(2.6 if bold else 1.4),
        },
        "cliponaxis": False,
        **(hover if view.hover else {"hoverinfo": "skip"}),
    }


def _point(current: CurrentShare, view: View) -> Spec:
    text = f"β = {momentum(current.beta, 4)}, as set: {percent(current.share, 1)} dead"
    return {
        "type": "scatter",
        "name": "current",
        "mode": "markers",
        "x": [depth_of(current.beta)],
        "y": [current.share],
        "marker": {
            "size": view.px(13),
            "color": view.colours.dead_ink,
            "opacity": 1,
            "line": {"color": view.colours.page, "width": view.px(1.5)},
        },
        "cliponaxis": False,
        "hovertemplate": f"{text}<extra></extra>",
    }


def _percentage(current: CurrentShare, edge: float, view: View) -> Spec:
    """Write the current share above its point, or below near the top, kept within the axis."""
    x, above = depth_of(current.beta), current.share < 0.8
    along = x / depth_of(edge)
    anchor = "left" if along < 0.05 else "right" if along > 0.95 else "center"
    return label(
        view,
        percent(current.share),
        x,
        current.share,
        xref="x",
        yref="y",
        xanchor=anchor,
        yshift=view.px(17 if above else -17),
        font={
            "color": view.colours.dead_ink,
            "size": view.px(14),
            "weight": 700,
            "shadow": f"0 0 3px {view.colours.page}, 0 0 2px {view.colours.page}",
        },
    )


def _names(curves: Sequence[ShareCurve], current: CurrentShare, view: View) -> list[Spec]:
    """Return each γ beyond the end of its curve."""
    height = _HEIGHT[view.size]
    bold = {"color": view.colours.dead_ink, "weight": 700}
    ends = [
        End(
            f"γ = {number(curve.gamma)}",
            depth_of(float(curve.beta[-1])),
            float(curve.share[-1]),
            bold if curve.gamma == current.gamma else {},
        )
        for curve in curves
    ]
    return end_names(ends, height / SHARE_TOP, _NAME_GAP, view, top=height)


def _missing(curves: Sequence[ShareCurve], view: View) -> list[Spec]:
    """Name the curves that took too long."""
    missing = sorted(curve.gamma for curve in curves if not len(curve.beta))
    if not missing:
        return []
    text = f"γ = {', '.join(number(gamma) for gamma in missing)}: takes too long here"
    corner = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    ground = with_alpha(view.colours.page, 0.85)
    return [label(view, text, 0, 0, **corner, bgcolor=ground, xshift=view.px(5), yshift=view.px(3))]
