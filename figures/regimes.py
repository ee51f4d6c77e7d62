"""The four regimes of the affine model over (η, β), in closed form.

Borders: the critical momentum β_c = ((1 − η)/(1 + η))², so 1 − β_c = 4η/(1 + η)², and the stability limit
η = 2(1 + β)/(1 − β), so 1 − β = 4/(η + 2). Where the eigenvalues are complex |λ| = √β; where they are real
λ² − (1 + β − η(1 − β))λ + β = 0 at λ = ±ℓ gives η as a function of β; see `_contour`.
"""

import math
from typing import Any

import numpy as np

from figures.chart import Floats, Picture, Spec, axis, compact, hatch, margins, power_of_ten, spec
from figures.momenta import TICKS, depth_of, momentum_axis
from figures.placement import Box
from figures.regime_names import (
    Frame,
    critical_depth,
    frame_of,
    level_names,
    levels,
    limit_depth,
    regime_names,
    setting_note,
)
from figures.theme import with_alpha
from figures.view import View

_SAMPLES = 161
_DOT_SPACING = 3.5  # pixels between the dots of the alternating regime


@Picture
def regimes(beta: float, eta: float, view: View) -> Spec:
    """Draw the regimes over (η, β), contours of |λ| and where the current setting lies.

    Parameters
    ----------
    beta, eta : float
        The current momentum, 0 ≤ β < 1, and learning rate, above 0.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        The axes are spaced like the sliders: η logarithmic from 10⁻³ to 10², β by −log₁₀(1 − β) up to 0.99;
        or from 10⁻⁴ to 10³ and up to 0.9999 when the current setting lies beyond.
    """
    frame, wide = frame_of(beta, eta, view)
    point = frame.place(eta, depth_of(beta))
    note, note_box = setting_note(beta, eta, point, frame, view)
    half = view.px(22)
    taken = [Box(*point, half, half), note_box]
    names, boxes = regime_names(frame, taken, view)
    decades = range(round(frame.low), round(frame.high) + 1)
    return spec(
        [
            *_grounds(frame, view),
            _curve(
                "|λ|", *_contours(frame), frame, {"color": view.colours.momentum_1, "width": view.px(1.2)}
            ),
            *_borders(frame, view),
            *_current(beta, eta, frame, view),
        ],
        {
            "margin": margins(view, left=60, right=24, top=24, bottom=46),
            "xaxis": axis(
                view,
                "learning rate η",
                frame.low,
                frame.high,
                type="log",
                tickvals=[10.0**k for k in decades],
                ticktext=[f"{10.0**k:g}" if abs(k) < 4 else power_of_ten(k) for k in decades],
                layer="below traces",  # the point may lie on an axis
            ),
            "yaxis": momentum_axis(view, TICKS[wide][-1]),
            "annotations": [*names, *level_names(frame, [*taken, *boxes], view), note],
        },
        view,
        revision="regimes",
    )


def _curve(name: str, eta: Floats, depth: Floats, frame: Frame, line: Spec) -> Spec:
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines",
        "x": eta,
        "y": compact(depth, frame.top),
        "line": line,
        "hoverinfo": "skip",
    }


def _area(name: str, eta: Floats, depth: Floats, **fill: Any) -> Spec:
    return {
        "type": "scatter",
        "name": name,
        "mode": "none",
        "fill": "toself",
        "x": eta,
        "y": depth,
        "hoverinfo": "skip",
        **fill,
    }


def _grounds(frame: Frame, view: View) -> list[Spec]:
    """Return the tint of the oscillating, the hatch of the unstable, the dots of the alternating regime."""
    colours, ends = view.colours, (10.0**frame.low, 10.0**frame.high)
    eta = np.geomspace(*ends, _SAMPLES)
    over = np.full(2, frame.top + 1)
    oscillating = np.append(eta, ends[::-1]), np.append(critical_depth(eta), over)
    eta = np.geomspace(2.0, ends[1], _SAMPLES)
    unstable = np.append(eta, [ends[1]]), np.append(limit_depth(eta), [0.0])
    pattern = hatch(view, colours.control, 0.8, size=8, solidity=0.13)
    clear = "rgba(0,0,0,0)"
    x, y = _dots(frame, view.px(_DOT_SPACING))
    return [
        _area("oscillating", *oscillating, fillcolor=colours.regime_oscillating),
        _area("unstable", *unstable, fillcolor=colours.rail),
        _area("unstable hatch", *unstable, fillcolor=clear, fillpattern=pattern),
        {
            "type": "scatter",
            "name": "alternating",
            "mode": "markers",
            "x": x,
            "y": y,
            "marker": {"size": view.px(1.7), "color": colours.ink, "opacity": 1},
            "hoverinfo": "skip",
        },
    ]


def _dots(frame: Frame, spacing: float) -> tuple[Floats, Floats]:
    """Return the points (η, −log₁₀(1 − β)) of a staggered lattice that lie in the alternating regime."""
    columns, rows = np.arange(0, frame.width, spacing / 2), np.arange(0, frame.height, spacing)
    across, up = np.meshgrid(columns, rows)
    up = up + np.where(np.arange(len(columns)) % 2 == 1, spacing / 2, 0.0)
    eta = 10 ** (frame.low + across / frame.width * (frame.high - frame.low))
    depth = up / frame.height * frame.top
    inside = (eta > 1) & (depth < critical_depth(eta)) & (depth > np.maximum(limit_depth(eta), 0.0))
    return eta[inside], depth[inside]


def _borders(frame: Frame, view: View) -> list[Spec]:
    ends = 10.0**frame.low, 10.0**frame.high
    eta = np.geomspace(*ends, _SAMPLES)
    beyond = np.geomspace(2.0, ends[1], _SAMPLES)
    line = {"color": view.colours.ink, "width": view.px(1.5)}
    return [
        _curve("critical β", eta, critical_depth(eta), frame, line | {"dash": "6px,4px"}),
        _curve("stability limit", beyond, limit_depth(beyond), frame, line),
    ]


def _contour(level: float) -> tuple[Floats, Floats]:
    """Return (η, −log₁₀(1 − β)) along max|λ| = ℓ: up, across and down again.

    From β = 0 to ℓ² the larger root is ℓ at η = (ℓ − β)(1 − ℓ)/(ℓ(1 − β)); at β = ℓ² the roots are complex;
    back from ℓ² to 0 the root −ℓ is the larger one at η = (1 + ℓ)(ℓ + β)/(ℓ(1 − β)).
    """
    depth = np.linspace(0.0, -math.log10(1 - level**2), 49)
    rest = 10.0**-depth  # 1 − β
    beta = 1 - rest
    rising = (level - beta) * (1 - level) / (level * rest)
    falling = (1 + level) * (level + beta) / (level * rest)
    return np.append(rising, falling[::-1]), np.append(depth, depth[::-1])


def _contours(frame: Frame) -> tuple[Floats, Floats]:
    """Return all contours whose oscillating part can be seen, with gaps between."""
    gap = np.array([np.nan])
    pieces = [part for level in levels(frame) for part in (_contour(level), (gap, gap))]
    return np.concatenate([x for x, _ in pieces]), np.concatenate([y for _, y in pieces])


def _current(beta: float, eta: float, frame: Frame, view: View) -> list[Spec]:
    """Return the hairlines to both axes, the halo and the point."""
    colours, depth = view.colours, depth_of(beta)
    line = {"color": colours.ink, "width": view.px(1.2), "dash": "1.5px,3px"}
    edge = {"color": colours.ink, "width": view.px(3)}
    across, up = np.array([10.0**frame.low, eta, eta]), np.array([depth, depth, 0.0])
    marks = {"type": "scatter", "mode": "markers", "x": [eta], "y": [depth], "cliponaxis": False}
    halo = {"size": view.px(44), "color": with_alpha(colours.ink, 0.14), "opacity": 1, "line": {"width": 0}}
    point = {"size": view.px(17), "color": colours.page, "opacity": 1, "line": edge}
    return [
        _curve("hairlines", across, up, frame, line),
        marks | {"name": "halo", "marker": halo, "hoverinfo": "skip"},
        marks | {"name": "current", "marker": point, "hoverinfo": "skip"},
    ]
