"""What a sweep varies: one setting from here to there."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.arrays import read_only

Scale = Literal["linear", "log", "momentum"]

# Every setting that can be swept, with the scale that it has on the page.
SCALES: dict[str, Scale] = {
    "beta": "momentum",
    "eta": "log",
    "gamma": "log",
    "delta": "linear",
    "rho": "linear",
    "epsilon": "log",
    "max_iterations": "log",
    "fan_in": "log",
}
_WHOLE = ("max_iterations", "fan_in")
MOST_VALUES = 1000


@dataclass(frozen=True)
class Axis:
    """A setting and the values it takes, end points included.

    Parameters
    ----------
    name : str
        "beta", "eta", "gamma", "delta", "rho", "epsilon", "max_iterations" or "fan_in".
    start, stop : float
        The ends, start below stop.
    count : int
        How many values, 2 to 1000. Of the whole numbers `max_iterations` and `fan_in` each comes once, so
        there may be fewer.
    scale : "linear", "log" or "momentum", optional
        How the values are spaced: evenly, by their logarithm, or by −log₁₀(1 − β), which is for beta alone.
        By default as on the page: momentum for beta, linear for delta and rho, log for the others.

    Raises
    ------
    ValueError
        If a field is out of its range; the message names field, value and range. Whether the setting itself
        may take the values is for `Sweep` to check.
    """

    name: str
    start: float
    stop: float
    count: int
    scale: Scale | None = None

    def __post_init__(self) -> None:
        if self.name not in SCALES:
            raise ValueError(f"name must be one of {', '.join(SCALES)}, got {self.name!r}")
        if self.scale is None:
            object.__setattr__(self, "scale", SCALES[self.name])
        self._check_scale()
        start, stop = checks.finite("start", self.start), checks.finite("stop", self.stop)
        checks.above("start", start, "stop", stop)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "stop", stop)
        object.__setattr__(self, "count", checks.whole("count", self.count, 2, MOST_VALUES))
        if self.scale == "log":
            checks.real("start", start, lambda x: x > 0, "above 0 on the scale log")
        if self.scale == "momentum":
            checks.real("start", start, lambda x: x >= 0, "at least 0 on the scale momentum")
            checks.real("stop", stop, lambda x: x < 1, "below 1 on the scale momentum")

    def _check_scale(self) -> None:
        if self.scale not in get_args(Scale):
            raise ValueError(f"scale must be one of {', '.join(get_args(Scale))}, got {self.scale!r}")
        if self.scale == "momentum" and self.name != "beta":
            raise ValueError(f"scale must be linear or log for {self.name}, got 'momentum'")

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """The values, float64 (n,), rising, read-only."""
        if self.scale == "log":
            values = np.geomspace(self.start, self.stop, self.count)
        elif self.scale == "momentum":
            values = 1 - np.geomspace(1 - self.start, 1 - self.stop, self.count)
        else:
            values = np.linspace(self.start, self.stop, self.count)
        values[[0, -1]] = self.start, self.stop  # however a scale rounds
        if self.name in _WHOLE:
            values = np.unique(np.rint(values))
        return read_only(values)

    def value(self, index: int) -> float | int:
        """Return one value as the setting takes it, a whole number as an int."""
        number = float(self.values[index])
        return int(number) if self.name in _WHOLE else number

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self.values)
