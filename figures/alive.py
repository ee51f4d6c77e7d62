"""Is the unit alive? P(z > 0), the parameters or the loss along the paths."""

import math
from collections.abc import Sequence
from itertools import cycle
from typing import Literal

import numpy as np

from dynamics import Outcome
from figures.chart import (
    Floats,
    Picture,
    Spec,
    axis,
    compact,
    label,
    margins,
    number,
    power_of_ten,
    spec,
    symbol,
)
from figures.ends import spread
from figures.paths import StartPath, envelope
from figures.theme import outcome_inks, with_alpha
from figures.view import View

Quantity = Literal["activation", "w", "b", "loss"]
FLOOR = 1e-9  # P(z > 0) below it is drawn at it
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # A, B, C and so on, again from A
_BUCKETS = 300
_LETTER_GAP = 16.0  # pixels between the letters at the ends
_AREA = {"desktop": (370, 140), "compact": (345, 155), "phone": (300, 130), "present": (366, 246)}


@Picture
def alive(paths: Sequence[StartPath], epsilon: float, view: View, quantity: Quantity = "activation") -> Spec:
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
    curves = [_curve(path, quantity, epsilon) for path in paths]
    last = max((x[-1] for x, _ in curves if len(x)), default=2.0)
    # Steps of two decades, and room for a letter: the axis stands still while a slider moves the curves.
    x_max = 2 * max(math.ceil((last - 0.15) / 2), 1) + 0.3
    low, high = _range(paths, curves, quantity, epsilon)
    dead = quantity == "activation"
    return spec(
        [
            _line(path, curve, dash, (low, high), quantity, view)
            for path, curve, dash in zip(paths, curves, cycle(_DASHES), strict=False)
        ],
        {
            "margin": margins(view, left=66, right=8, top=8, bottom=46),
            "xaxis": _decades(view, "iteration", 0.0, x_max) | {"showgrid": True},
            "yaxis": _y_axis(view, quantity, low, high, epsilon) | {"showgrid": True},
            "shapes": _dead_band(view, 10.0**low, epsilon) if dead else [],
            "annotations": _letters(paths, curves, (x_max, low, high), view)
            + ([_dead_label(view)] if dead else []),
        },
        view,
        revision=f"alive {quantity}",
    )


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
    "activation": f"P({symbol('z')} > 0)",
    "w": f"weight {symbol('w', 'L')}",
    "b": f"bias {symbol('b')}",
    "loss": f"loss {symbol('L')}",
}


def _floor(epsilon: float) -> float:
    """Return the smallest probability drawn: `FLOOR`, or two decades below a smaller ε."""
    return min(FLOOR, 10.0 ** (math.floor(math.log10(epsilon)) - 2))


def _curve(path: StartPath, quantity: Quantity, epsilon: float) -> tuple[Floats, Floats]:
    """Return log₁₀ of the iterations from 1 on and the quantity, as its decades if logarithmic."""
    t = path.trajectory
    values = getattr(t, "activation_probability" if quantity == "activation" else quantity)
    used = (t.iteration >= 1) & np.isfinite(values)
    x, y = np.log10(t.iteration[used].astype(float)), values[used]
    if quantity == "activation":
        y = np.log10(np.maximum(y, _floor(epsilon)))
    elif quantity == "loss":
        y = np.log10(np.maximum(y, np.finfo(float).tiny))
    return x, y


def _range(
    paths: Sequence[StartPath], curves: Sequence[tuple[Floats, Floats]], quantity: Quantity, epsilon: float
) -> tuple[float, float]:
    """Return the ends of the y axis, in decades if logarithmic."""
    if quantity == "activation":
        return math.log10(_floor(epsilon)), 0.25
    calm = [y for p, (_, y) in zip(paths, curves, strict=True) if p.outcome != Outcome.DIVERGED and len(y)]
    starts = [y[:1] for _, y in curves if len(y)]
    values = np.concatenate([*calm, *starts, np.empty(0)])
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if quantity == "loss":
        low, high = math.floor(max(low, high - 12)), math.ceil(high)
        return low, max(high, low + 1) + 0.1
    room = 0.08 * (high - low) or 0.1 * (abs(high) + 1)
    return low - room, high + room


def _decades(view: View, title: str, low: float, high: float) -> Spec:
    """Return a logarithmic axis over decades, labelled 1, 10, 10², at most seven labels."""
    first, last = math.ceil(low), math.floor(high)
    exponents = range(first, last + 1, max(1, math.ceil((last - first) / 6)))
    return axis(
        view,
        title,
        low,
        high,
        type="log",
        tickvals=[10.0**k for k in exponents],
        ticktext=[power_of_ten(k) for k in exponents],
    )


def _y_axis(view: View, quantity: Quantity, low: float, high: float, epsilon: float) -> Spec:
    if quantity == "loss":
        return _decades(view, _TITLES[quantity], low, high)
    if quantity in ("w", "b"):
        zero = {"zeroline": True, "zerolinecolor": view.colours.control}
        return axis(view, _TITLES[quantity], low, high, nticks=5, **zero)
    threshold = math.log10(epsilon)
    step = 3 * math.ceil(-low / 9)
    exponents = [k for k in range(0, math.floor(low) - 1, -step) if abs(k - threshold) > 0.9]
    name = power_of_ten(round(threshold)) if math.isclose(threshold, round(threshold)) else number(epsilon)
    tick = f'<span style="color:{view.colours.dead_ink};font-weight:600">ε {name}</span>'
    return axis(
        view,
        _TITLES[quantity],
        low,
        high,
        type="log",
        tickvals=[*(10.0**k for k in exponents), epsilon],
        ticktext=[*(power_of_ten(k) for k in exponents), tick],
    )


def _dead_band(view: View, floor: float, epsilon: float) -> list[Spec]:
    across = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y1": epsilon, "layer": "below"}
    dead = view.colours.dead_ink
    band = {"type": "rect", "y0": floor, "line": {"width": 0}, "fillcolor": with_alpha(dead, 0.13)}
    edge = {"type": "line", "y0": epsilon, "line": {"color": dead, "width": view.px(1.6), "dash": "4px,3px"}}
    return [across | band, across | edge]


def _dead_label(view: View) -> Spec:
    return label(
        view,
        "dead",
        0,
        0,
        xref="x domain",
        yref="y domain",
        xanchor="left",
        yanchor="bottom",
        xshift=view.px(5),
        yshift=view.px(4),
        font={"color": view.colours.dead_ink, "size": view.px(14), "weight": 600},
    )


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
