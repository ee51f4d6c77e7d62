"""Is the unit alive? P(z > 0), the parameters or the loss along the paths."""

import math
from collections.abc import Sequence
from itertools import cycle
from typing import Literal

import numpy as np

from dynamics import Outcome
from figures.chart import (
    WIDENS,
    Floats,
    Picture,
    Spec,
    axis,
    compact,
    label,
    margins,
    spec,
    symbol,
)
from figures.ends import spread
from figures.paths import StartPath, envelope
from figures.probability import ACTIVATION, dead_band, dead_label, decades, floor, probability_axis
from figures.theme import outcome_inks
from figures.view import View

Quantity = Literal["activation", "w", "b", "loss"]
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # A, B, C and so on, again from A
_BUCKETS = 300
_LETTER_GAP = 16.0  # pixels between the letters at the ends
_AREA = {"desktop": (370, 140), "compact": (345, 155), "phone": (300, 130), "present": (366, 246)}


@Picture
def alive(
    paths: Sequence[StartPath],
    epsilon: float,
    view: View,
    quantity: Quantity = "activation",
    beside: tuple[Sequence[StartPath], float] = ((), 1.0),
) -> Spec:
    """Draw one quantity along the paths over logarithmic iterations.

    Parameters
    ----------
    paths : sequence of StartPath
        The first solid, the second dashed, the third dotted.
    epsilon : float
        Dead threshold; for P(z > 0) a marked tick with the dead band below it.
    view : View
    quantity : "activation", "w", "b" or "loss"
        P(z > 0), floored at 10⁻⁹, and the loss are on logarithmic axes, w and b on linear ones. The
        range holds every path that does not diverge; one that does leaves it.
    beside : (sequence of StartPath, float), optional
        Paths and dead threshold of another picture: both get the same axes.

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    ValueError
        If the quantity is another.
    """
    if quantity not in _TITLES:
        raise ValueError(f"quantity must be one of {', '.join(_TITLES)}, got {quantity!r}")
    lowest = min(epsilon, beside[1])
    every = [*paths, *beside[0]]
    all_curves = [_curve(path, quantity, lowest) for path in every]
    curves = all_curves[: len(paths)]
    last = max((x[-1] for x, _ in all_curves if len(x)), default=2.0)
    # Steps of two decades, and room for a letter: the axis stands still while a slider moves the curves.
    x_max = 2 * max(math.ceil((last - 0.15) / 2), 1) + 0.3
    low, high = _range(every, all_curves, quantity, lowest)
    dead = quantity == "activation"
    return spec(
        [
            _line(path, curve, dash, (low, high), quantity, view)
            for path, curve, dash in zip(paths, curves, cycle(_DASHES), strict=False)
        ],
        {
            "margin": margins(view, left=66, right=8, top=18 if view.row else 8, bottom=46),
            "xaxis": decades(view, "iteration", 0.0, x_max) | {"showgrid": True},
            "yaxis": _y_axis(view, quantity, low, high, (epsilon, lowest)) | {"showgrid": True},
            "shapes": [*(dead_band(view, epsilon, lowest) if dead else []), *_turn(paths, view)],
            "annotations": _letters(paths, curves, (x_max, low, high), view)
            + ([dead_label(view)] if dead else []),
            "meta": WIDENS,
        },
        view,
        revision=f"alive {quantity}",
    )


def _turn(paths: Sequence[StartPath], view: View) -> list[Spec]:
    """Mark the iteration at which the settings changed."""
    led = max((path.led for path in paths), default=0)
    if led == 0:
        return []
    line = {"color": view.colours.ink, "width": view.px(1.3), "dash": "2px,3px"}
    across = {"xref": "x", "x0": led, "x1": led, "yref": "y domain", "y0": 0, "y1": 1}
    return [across | {"type": "line", "line": line, "layer": "below"}]


def _line(
    path: StartPath,
    curve: tuple[Floats, Floats],
    dash: str,
    ends: tuple[float, float],
    quantity: Quantity,
    view: View,
) -> Spec:
    """Return a curve, kept within one axis length of the axis, which is far enough for SVG."""
    low, high = ends
    x, y = envelope(curve[0], np.clip(curve[1], 2 * low - high, 2 * high - low), _BUCKETS)
    logarithmic = quantity in ("activation", "loss")
    colour = outcome_inks(view.colours)[path.outcome]
    return {
        "type": "scatter",
        "name": path.letter,
        "mode": "lines",
        "x": np.rint(10.0**x).astype(np.float32),
        "y": (10.0**y).astype(np.float32) if logarithmic else compact(y, high - low),
        "line": {"color": colour, "width": view.px(2.4), "dash": dash},
        "hovertemplate": f"{path.letter}, iteration %{{x:,d}}: %{{y:.3~g}}<extra></extra>",
    }


_TITLES: dict[str, str] = {
    "activation": ACTIVATION,
    "w": f"weight {symbol('w', 'L')}",
    "b": f"bias {symbol('b')}",
    "loss": f"loss {symbol('L')}",
}


def _curve(path: StartPath, quantity: Quantity, epsilon: float) -> tuple[Floats, Floats]:
    """Return log₁₀ of the iterations from 1 on and the quantity, as its decades if logarithmic."""
    t = path.trajectory
    values = getattr(t, "activation_probability" if quantity == "activation" else quantity)
    used = (t.iteration >= 1) & np.isfinite(values)
    x, y = np.log10(t.iteration[used].astype(float)), values[used]
    if quantity == "activation":
        y = np.log10(np.maximum(y, floor(epsilon)))
    elif quantity == "loss":
        y = np.log10(np.maximum(y, np.finfo(float).tiny))
    return x, y


def _range(
    paths: Sequence[StartPath], curves: Sequence[tuple[Floats, Floats]], quantity: Quantity, epsilon: float
) -> tuple[float, float]:
    """Return the ends of the y axis, in decades if logarithmic."""
    if quantity == "activation":
        return math.log10(floor(epsilon)), 0.25
    calm = [y for p, (_, y) in zip(paths, curves, strict=True) if p.outcome != Outcome.DIVERGED and len(y)]
    starts = [y[:1] for _, y in curves if len(y)]
    values = np.concatenate([*calm, *starts, np.empty(0)])
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if quantity == "loss":
        low, high = math.floor(max(low, high - 12)), math.ceil(high)
        return low, max(high, low + 1) + 0.1
    room = 0.08 * (high - low) or 0.1 * (abs(high) + 1)
    return low - room, high + room


def _y_axis(view: View, quantity: Quantity, low: float, high: float, thresholds: tuple[float, float]) -> Spec:
    if quantity == "loss":
        return decades(view, _TITLES[quantity], low, high)
    if quantity in ("w", "b"):
        zero = {"zeroline": True, "zerolinecolor": view.colours.control}
        return axis(view, _TITLES[quantity], low, high, nticks=5, **zero)
    return probability_axis(view, *thresholds)


def _letters(
    paths: Sequence[StartPath],
    curves: Sequence[tuple[Floats, Floats]],
    ranges: tuple[float, float, float],
    view: View,
) -> list[Spec]:
    """Return each path's letter beyond its end, moved apart where ends are close."""
    x_max, low, high = ranges
    width, height = _AREA[view.size]
    ends = [
        (path, x[-1], min(max(y[-1], low), high))
        for path, (x, y) in zip(paths, curves, strict=True)
        if len(x)
    ]
    across = [x / x_max * width for _, x, _ in ends]
    up = [(y - low) / (high - low) * height for _, _, y in ends]
    moved = spread(across, up, view.px(_LETTER_GAP))
    ink = outcome_inks(view.colours)
    return [
        label(
            view,
            path.letter,
            x,
            y,
            xref="x",
            yref="y",
            xanchor="left",
            xshift=view.px(5),
            yshift=place - before,
            font={
                "color": ink[path.outcome],
                "size": view.px(14),
                "weight": 700,
                "shadow": f"0 0 3px {view.colours.page}, 0 0 2px {view.colours.page}",
            },
        )
        for (path, x, y), place, before in zip(ends, moved, up, strict=True)
    ]
