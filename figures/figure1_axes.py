"""The axes of Fig. 1: γ or δ across, errors and dead shares up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.figure1_result import Figure1Result
from experiments.intervals import Estimate
from figures.chart import MINUS, Floats, Spec, axis, number, percent, power_of_ten
from figures.view import View

Swept = Literal["gamma", "delta"]
Error = Literal["train_error", "test_error"]

FEWEST = 3  # seeds with an interval: that of two is as wide as the picture while a run begins
_ACROSS, _UP = 0.035, 0.09  # gaps between panels, as shares of the figure
_DEAD_TOPS = (0.04, 0.1, 0.2, 0.4, 0.6, 1.0)
_DECADES = (-3, -1, 0, 1, 3)  # where a column has no room for all
_WIDE = 0.45  # of the figure's width
_DIGITS = ((1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9))  # of ticks between powers of ten, the fewest that do
_DELTAS = (-100, -10, -3, -1, 0, 1, 3, 10, 100)


@dataclass(frozen=True)
class Panels:
    """What all panels of a figure have in common: the run, how it is seen, and which β is strong."""

    result: Figure1Result
    view: View
    swept: Swept
    error: Error
    strong: float
    colours: dict[float, str]

    @property
    def values(self) -> Floats:
        """The values along the axis."""
        spec = self.result.spec
        return np.array(spec.gammas if self.swept == "gamma" else spec.deltas)

    @property
    def symbol(self) -> str:
        """The letter of what is swept."""
        return "γ" if self.swept == "gamma" else "δ"

    def places(self, values: Floats) -> Floats:
        """Return where values lie on the axis: γ by its logarithm, δ by arsinh, evenly for large ones."""
        return np.log10(values) if self.swept == "gamma" else np.arcsinh(values)


def share_top(dead: Sequence[Estimate]) -> float:
    """Return the end of the dead shares' common axis."""
    ends = [end[np.isfinite(end)] for found in dead for end in (found.mean, found.high)]
    highest = max((float(end.max()) for end in ends if end.size), default=0.0)
    return next((top for top in _DEAD_TOPS if highest <= top), 1.0)


def domain(n: int, count: int) -> list[float]:
    """Return the share of the figure's width that a column takes."""
    size = (1 - _ACROSS * (count - 1)) / count
    near = n * (size + _ACROSS)
    return [near, min(1.0, near + size)]


def panel_axes(
    panels: Panels,
    suffixes: Sequence[str],
    across: list[float],
    errors: Estimate,
    top: float,
    first: bool,
    logarithmic: bool,
) -> Spec:
    """Return the axes of one column: the error's own above, the common one of the dead share below."""
    view, (above, below) = panels.view, suffixes
    places = panels.places(panels.values)
    room = 0.05 * float(np.ptp(places)) or 0.5
    low, high = float(places.min()) - room, float(places.max()) + room
    ticks, words = _ticks(panels, low, high, across[1] - across[0] > _WIDE)
    half = (1 - _UP) / 2
    shared = {"domain": across, "tickvals": ticks, "showgrid": True, "layer": "below traces"}
    name = "target std. dev. γ" if panels.swept == "gamma" else "target mean δ"
    shares = [0.0, top / 2, top] if panels.result.finished else []
    beside = {"showgrid": True, "layer": "below traces"}
    return {
        f"xaxis{above}": axis(view, "", low, high, **shared, anchor=f"y{above}", ticktext=[""] * len(ticks)),
        f"xaxis{below}": axis(view, name, low, high, **shared, anchor=f"y{below}", ticktext=words),
        f"yaxis{above}": _error_axis(panels, errors, first, logarithmic)
        | {**beside, "domain": [half + _UP, 1.0], "anchor": f"x{above}"},
        f"yaxis{below}": axis(
            view,
            "dead" if first else "",
            0.0,
            top * 1.02,
            **beside,
            domain=[0.0, half],
            anchor=f"x{below}",
            tickvals=shares,
            ticktext=[percent(share) if share else "0" for share in shares] if first else [""] * len(shares),
        ),
    }


def _error_axis(panels: Panels, errors: Estimate, first: bool, logarithmic: bool) -> Spec:
    title = "MSE/γ²" if first else ""
    ends = np.concatenate([end[np.isfinite(end)].ravel() for end in (errors.mean, errors.high)])
    if not ends.size:
        return axis(panels.view, title, 0.0, 1.0, tickvals=[])
    if not logarithmic:
        return axis(panels.view, title, 0.0, 1.08 * float(ends.max()), nticks=4)
    known = errors.mean[np.isfinite(errors.mean)]
    low, high = math.log10(float(known.min())) - 0.15, math.log10(float(ends.max())) + 0.15
    ticks, words = _powers(low, high)
    return axis(panels.view, title, low, high, type="log", tickvals=ticks, ticktext=words)


def _powers(low: float, high: float) -> tuple[list[float], list[str]]:
    """Return ticks and words of a logarithmic axis: powers of ten, and others if those are too few."""
    step = max(1, math.ceil((high - low) / 3.5))
    exponents = [k for k in range(math.ceil(low), math.floor(high) + 1) if k % step == 0]
    if len(exponents) > 1:
        return [10.0**k for k in exponents], [_decade(k) for k in exponents]
    shown: list[float] = []
    for digits in _DIGITS:
        if len(shown) < 2:
            finer = [m * 10.0**k for k in range(math.floor(low), math.floor(high) + 1) for m in digits]
            shown = [value for value in finer if low <= math.log10(value) <= high]
    return shown, [number(value) for value in shown]


def _decade(exponent: int) -> str:
    """Write 10 to an exponent as the sliders do: 10⁻³, 0.01, 0.1, 1."""
    return f"{10.0**exponent:g}" if -2 <= exponent <= 2 else power_of_ten(exponent)


def _ticks(panels: Panels, low: float, high: float, wide: bool) -> tuple[list[float], list[str]]:
    if panels.swept == "gamma":
        ends = math.ceil(low), math.floor(high)
        few = range(ends[0], ends[1] + 1) if wide or ends[1] - ends[0] < 5 else _DECADES
        exponents = [k for k in few if low <= k <= high]
        return [float(k) for k in exponents], [_decade(k) for k in exponents]
    shown = [value for value in _DELTAS if low <= math.asinh(value) <= high]
    return [math.asinh(value) for value in shown], [str(value).replace("-", MINUS) for value in shown]
