"""The axes of a sweep: where its values lie, what is written at them, and where the regimes change."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dynamics import Axis
from figures.chart import Floats, Spec, axis, momentum, number, power_of_ten
from figures.momenta import TICKS, depth_of
from figures.regime_names import critical_depth, limit_depth
from figures.view import View

TITLES = {
    "beta": "momentum β",
    "eta": "learning rate η",
    "gamma": "target std. dev. γ",
    "delta": "target mean δ",
    "rho": "orthogonal weight ρ",
    "epsilon": "dead threshold ε",
    "max_iterations": "updates <i>T</i>",
    "fan_in": "fan-in",
}
_SYMBOLS = {
    "beta": "β",
    "eta": "η",
    "gamma": "γ",
    "delta": "δ",
    "rho": "ρ",
    "epsilon": "ε",
    "max_iterations": "T",
}
_SAMPLES = 400


def written(name: str, value: float) -> str:
    """Write a value of a sweep with its symbol: β = 0.9, fan-in 100."""
    if name == "fan_in":
        return f"fan-in {value:.0f}"
    if name == "beta":
        return f"β = {momentum(value, 3)}"
    return f"{_SYMBOLS[name]} = {number(value)}"


@dataclass(frozen=True)
class Ruler:
    """An axis of a sweep as it is drawn: positions are linear, log₁₀ or −log₁₀(1 − β) of its values."""

    swept: Axis

    def place(self, values: Floats | float) -> Floats:
        """Return positions of values; what the scale cannot hold is nan."""
        given = np.asarray(values, dtype=float)
        if self.swept.scale == "linear":
            return given
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log10(given) if self.swept.scale == "log" else depth_of(given))

    @property
    def places(self) -> Floats:
        """The positions of the values, float64 (n,), rising."""
        return self.place(self.swept.values)

    @property
    def edges(self) -> Floats:
        """Where one cell ends and the next begins, float64 (n + 1,); no momentum is below 0."""
        at = self.places
        middles = (at[1:] + at[:-1]) / 2
        edges = np.concatenate([[1.5 * at[0] - at[1] / 2], middles, [1.5 * at[-1] - at[-2] / 2]])
        if self.swept.name == "beta":
            edges[0] = max(edges[0], 0.0)
        return edges

    def draw(self, view: View, low: float, high: float, **more: object) -> Spec:
        """Return the axis between two positions."""
        ticks = self._ticks(low, high)
        marks = {} if ticks is None else {"tickvals": list(ticks), "ticktext": list(ticks.values())}
        return axis(
            view, TITLES[self.swept.name], low, high, layer="below traces", **{"nticks": 6} | marks | more
        )

    def _ticks(self, low: float, high: float) -> Mapping[float, str] | None:
        """Return positions and texts; None where the axis is linear and plotly's own will do."""
        if self.swept.scale == "log":
            return _log_ticks(low, high)
        if self.swept.scale != "momentum":
            return None
        betas = TICKS[high > depth_of(TICKS[0][-1]) + 0.5]
        return {depth_of(beta): momentum(beta, 1) for beta in betas if low <= depth_of(beta) <= high}


def _log_ticks(low: float, high: float) -> dict[float, str]:
    """Return every decade or every few, on a short axis also 2 and 5 times each."""
    first, last = math.ceil(low), math.floor(high)
    if high - low > 1.7:
        step = math.ceil((last - first + 1) / 6)
        return {
            float(k): f"{10.0**k:g}" if abs(k) < 4 else power_of_ten(k) for k in range(first, last + 1, step)
        }
    values = [m * 10.0**k for k in range(first - 1, last + 1) for m in (1, 2, 5)]
    found = {math.log10(v): number(v) for v in values if low <= math.log10(v) <= high}
    ends = {low: number(10.0**low), high: number(10.0**high)}
    return found if len(found) > 1 else ends


def border(kind: str, eta: Ruler, beta: Ruler) -> tuple[Floats, Floats]:
    """Return positions (η, β) along a border between regimes of the affine model, rising in η.

    Parameters
    ----------
    kind : "critical" or "limit"
        The critical momentum ((1 − η)/(1 + η))², up to η = 1, or where η is the largest stable learning rate.
    eta, beta : Ruler
    """
    low, high = eta.edges[[0, -1]]
    across = np.linspace(low, high, _SAMPLES)
    values = 10.0**across if eta.swept.scale == "log" else across
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = critical_depth(values) if kind == "critical" else limit_depth(values)
    depth = np.where((values > 1) & (kind == "critical") | ~(depth >= 0), np.nan, depth)
    up = depth if beta.swept.scale == "momentum" else beta.place(1 - 10.0**-depth)
    seen = np.isfinite(up) & (up >= beta.edges[0]) & (up <= beta.edges[-1])
    return across[seen], up[seen]
