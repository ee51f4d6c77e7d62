"""The logarithmic axis of P(z > 0): the threshold ε as a tick, the dead band below it."""

import math

from figures.chart import Spec, axis, label, number, power_of_ten, symbol
from figures.theme import with_alpha
from figures.view import View

FLOOR = 1e-9  # P(z > 0) below it is drawn at it
TOP = 0.25  # decades
ACTIVATION = f"P({symbol('z')} > 0)"


def floor(epsilon: float) -> float:
    """Return the smallest probability drawn: `FLOOR`, or two decades below a smaller ε."""
    return min(FLOOR, 10.0 ** (math.floor(math.log10(epsilon)) - 2))


def decades(view: View, title: str, low: float, high: float) -> Spec:
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


def probability_axis(view: View, epsilon: float, lowest: float | None = None) -> Spec:
    """Return the axis of P(z > 0) from `floor` of the `lowest` ε to 1, with its own ε as a marked tick."""
    low = math.log10(floor(epsilon if lowest is None else lowest))
    threshold = math.log10(epsilon)
    step = 3 * math.ceil(-low / 9)
    exponents = [k for k in range(0, math.floor(low) - 1, -step) if abs(k - threshold) > 0.9]
    name = power_of_ten(round(threshold)) if math.isclose(threshold, round(threshold)) else number(epsilon)
    tick = f'<span style="color:{view.colours.dead_ink};font-weight:600">ε {name}</span>'
    return axis(
        view,
        ACTIVATION,
        low,
        TOP,
        type="log",
        tickvals=[*(10.0**k for k in exponents), epsilon],
        ticktext=[*(power_of_ten(k) for k in exponents), tick],
    )


def dead_band(view: View, epsilon: float, lowest: float | None = None) -> list[Spec]:
    """Return the shapes of the band below ε, down to `floor` of the `lowest`, and its edge."""
    bottom = floor(epsilon if lowest is None else lowest)
    across = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y1": epsilon, "layer": "below"}
    dead = view.colours.dead_ink
    band = {"type": "rect", "y0": bottom, "line": {"width": 0}, "fillcolor": with_alpha(dead, 0.13)}
    edge = {"type": "line", "y0": epsilon, "line": {"color": dead, "width": view.px(1.6), "dash": "4px,3px"}}
    return [across | band, across | edge]


def dead_label(view: View) -> Spec:
    """Return the word in the band's corner."""
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
