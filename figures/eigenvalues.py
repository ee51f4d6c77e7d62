"""The eigenvalues of the affine model: the paper's Fig. 2, left."""

import numpy as np

from dynamics import EigenvalueLocus, eigenvalues
from dynamics.affine import Complexes
from figures.chart import (
    WIDENS,
    Picture,
    Spec,
    axis,
    compact,
    label,
    margins,
    momentum,
    number,
    spec,
)
from figures.view import View

# Fixed frames of the complex plane, smallest first: the right half of the unit circle; all of it;
# then further to the left, where the eigenvalues of an unstable setting go (their real parts never
# exceed 1), up to what the hard limit η = 10³ can reach.
_ASPECT = 1.135  # width over height
_LEFT_ENDS = (1.27, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 1250.0)
FRAMES = (
    (-0.085, 1.1, 0.522),
    *((-left, max(1.27, 0.1 * left), (left + max(1.27, 0.1 * left)) / (2 * _ASPECT)) for left in _LEFT_ENDS),
)


@Picture
def locus(curve: EigenvalueLocus, beta: float, view: View) -> Spec:
    """Draw both eigenvalues of Eq. (5)'s matrix as β runs from 0 (×) to 1 (Fig. 2, left).

    Parameters
    ----------
    curve : EigenvalueLocus
        Over β at the current η.
    beta : float
        The current momentum, 0 ≤ β < 1, marked with |λ| of the larger eigenvalue.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        In the smallest of fixed frames that holds the curve and the marks, unstable ones too.
    """
    current = eigenvalues(beta, float(curve.eta[0]))
    frame = _frame_of(np.concatenate([curve.eigenvalues.ravel(), current]))
    re_min, re_max, im_max = frame
    shared = {"constrain": "domain"}
    return spec(
        _traces(curve, current, view),
        {
            "margin": margins(view, left=54, right=6, top=8, bottom=46),
            "xaxis": axis(view, "Re λ", re_min, re_max, nticks=4, constraintoward="left", **shared),
            "yaxis": axis(
                view,
                "Im λ",
                -im_max,
                im_max,
                nticks=5,
                scaleanchor="x",
                scaleratio=1,
                constraintoward="top",
                **shared,
            ),
            "shapes": _unit_circle(re_min, re_max, view),
            "annotations": [
                _modulus_label(current, frame, view),
                *(_place_labels(curve, frame, view) if re_max - re_min < 3 else []),
            ],
            "meta": WIDENS,
        },
        view,
        revision="locus",
    )


def _frame_of(values: Complexes) -> tuple[float, float, float]:
    """Return the smallest frame (re_min, re_max, im_max) that holds the values, else the largest."""
    re, im = values.real, np.abs(values.imag)
    for re_min, re_max, im_max in FRAMES:
        room = 0.02 * (re_max - re_min)
        if re.min() >= re_min + room and re.max() <= re_max - room and im.max() <= im_max - room:
            return re_min, re_max, im_max
    return FRAMES[-1]


def _traces(curve: EigenvalueLocus, current: Complexes, view: View) -> list[Spec]:
    """Return the curve, its starts, where it turns complex, and the current eigenvalues."""
    colours = view.colours
    gap = np.array([complex(np.nan, np.nan)])
    both = np.concatenate([curve.eigenvalues[:, 0], gap, curve.eigenvalues[:, 1]])
    meet = np.array([_meeting(beta, curve) for beta in curve.branch_points], dtype=np.complex128)
    cross = {"symbol": "x-thin", "size": view.px(9), "line": {"color": colours.ink, "width": view.px(2)}}
    ring = {
        "size": view.px(7),
        "color": colours.page,
        "line": {"color": colours.momentum_2, "width": view.px(1.6)},
    }
    curves = {"x": compact(both.real, 1.0), "y": compact(both.imag, 1.0)}
    return [
        _points("locus", both)
        | curves
        | {"mode": "lines", "line": {"color": colours.momentum_1, "width": view.px(2), "simplify": False}},
        _points("β = 0", curve.eigenvalues[0]) | {"marker": cross},
        _points("turns complex", meet) | {"marker": ring},
        _points("current", current)
        | {
            "marker": {"size": view.px(11), "color": colours.momentum_3},
            "hoverinfo": "text",
            "hovertemplate": "Re λ = %{x:.4~f}, Im λ = %{y:.4~f}<extra></extra>",
        },
    ]


def _meeting(beta: float, curve: EigenvalueLocus) -> complex:
    """Return the double eigenvalue at a branch point."""
    return complex(eigenvalues(beta, float(curve.eta[0]))[0].real)


def _points(name: str, values: Complexes) -> Spec:
    return {
        "type": "scatter",
        "name": name,
        "mode": "markers",
        "x": values.real,
        "y": values.imag,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _unit_circle(re_min: float, re_max: float, view: View) -> list[Spec]:
    """Return the shaded disc of stable eigenvalues and the real axis."""
    colours = view.colours
    disc = {"type": "circle", "x0": -1, "x1": 1, "y0": -1, "y1": 1, "fillcolor": colours.rail}
    real = {"type": "line", "x0": re_min, "x1": re_max, "y0": 0, "y1": 0}
    return [
        disc | {"layer": "below", "line": {"color": colours.ink_muted, "width": view.px(1.2)}},
        real | {"layer": "below", "line": {"color": colours.control, "width": 1}},
    ]


def _modulus_label(current: Complexes, frame: tuple[float, float, float], view: View) -> Spec:
    """Write |λ| beside the larger eigenvalue, towards the middle of the frame."""
    largest = current[np.argmax(np.abs(current))]
    right = largest.real > 0.5 * (frame[0] + frame[1])
    # Near the top of the frame there is room below the mark only.
    down = abs(largest.imag) > 0.7 * frame[2]
    return label(
        view,
        f"|λ| = {number(abs(largest))}",
        largest.real,
        abs(largest.imag),
        xref="x",
        yref="y",
        xanchor="right" if right else "left",
        xshift=view.px(-10 if down and right else 10 if down else 4 if right else -4),
        yshift=view.px(-2 if down else 17),
        font={"color": view.colours.momentum_3, "size": view.px(14), "weight": 600},
    )


def _place_labels(curve: EigenvalueLocus, frame: tuple[float, float, float], view: View) -> list[Spec]:
    """Name β = 0, the β where the eigenvalues turn complex, and the unit circle."""
    whole = frame[0] < -1
    below = {"xref": "x", "yref": "y", "yanchor": "top", "yshift": -view.px(6)}
    starts = curve.eigenvalues[0].real
    labels = [label(view, "β = 0", starts[np.argmin(np.abs(starts))], 0, xshift=view.px(12), **below)]
    for beta in curve.branch_points:
        meet = _meeting(beta, curve).real
        if abs(meet) > 0.5:  # else it collides with "β = 0"
            side = {"xanchor": "right" if meet > 0 else "left", "xshift": view.px(4 if meet > 0 else -4)}
            labels.append(
                label(
                    view,
                    f"β = {momentum(beta)}",
                    meet,
                    0,
                    font={"color": view.colours.momentum_2},
                    **below,
                    **side,
                )
            )
    circle = (
        {"x": 0.0, "y": -1.0, "xanchor": "center"}
        if whole
        else {"x": 0.83, "y": -frame[2], "xanchor": "right"}
    )
    labels.append(
        label(view, "unit circle", xref="x", yref="y", yanchor="bottom", yshift=view.px(3), **circle)
    )
    return labels
