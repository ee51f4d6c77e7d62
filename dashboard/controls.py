"""The control table: each number a viewer can set, declared once.

A row builds the slider or the number box, reads the URL and the typed text, and feeds the tests.
A slider's own value is a position on its track, a list of round values; the browser gets the list,
so the scale (−log₁₀(1 − β), logarithm, linear) is written here and nowhere else.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from dashboard.numbers import exact, readable


class InvalidSettingError(ValueError):
    """A value that no setting can take, with the nearest one that it can.

    Parameters
    ----------
    key : str
        The setting's name.
    message : str
        A sentence for the page, naming the value and the allowed range.
    nearest : object
        The nearest legal value, or the default when the text was no value at all.
    """

    def __init__(self, key: str, message: str, nearest: object) -> None:
        super().__init__(message)
        self.key = key
        self.message = message
        self.nearest = nearest


@dataclass(frozen=True)
class Control:
    """One number that can be set.

    Parameters
    ----------
    key : str
        Name in code, URL and page.
    symbol, name, short_name : str
        The paper's letter, what it is, and the same where there is little room.
    default, low, high : float
        Start value and hard limits, both inclusive.
    track : tuple of float
        Increasing values of the slider; empty for a number that has only a box.
    marks : tuple of (float, str)
        Labels under the track.
    integer : bool
        Whether only whole numbers are legal.
    zero : bool
        Whether 0 is legal although it lies below `low` (a tolerance of 0 never stops).
    zero_text : str
        How 0 is written when it stands for something else.
    help : str
        One sentence for the tooltip.
    """

    key: str
    symbol: str
    name: str
    default: float
    low: float
    high: float
    short_name: str = ""
    track: tuple[float, ...] = ()
    marks: tuple[tuple[float, str], ...] = ()
    integer: bool = False
    zero: bool = False
    zero_text: str = "0"
    help: str = ""

    @property
    def label(self) -> str:
        """The symbol, or the name of a number without one."""
        return self.symbol or self.name

    @property
    def range_text(self) -> str:
        """The allowed range in words."""
        whole = "a whole number " if self.integer else ""
        zero = f"{self.zero_text}, or " if self.zero else ""
        return f"{zero}{whole}at least {readable(self.low, 6)} and at most {readable(self.high, 6)}"

    def parse(self, text: str) -> float:
        """Read a number; commas as decimal separators and the true minus sign are understood.

        Raises
        ------
        InvalidSettingError
            When the text is no number (nearest: the default) or out of range (nearest: the limit).
        """
        cleaned = text.strip().replace("−", "-")
        if self.zero and cleaned.lower() == self.zero_text:
            return 0.0
        if self.integer and re.fullmatch(r"\d{1,3}(,\d{3})+", cleaned):
            cleaned = cleaned.replace(",", "")
        elif cleaned.count(",") == 1 and "." not in cleaned:
            cleaned = cleaned.replace(",", ".")
        try:
            value = float(cleaned)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            raise InvalidSettingError(
                self.key, f"{self.label} must be {self.range_text}; “{text[:40]}” is no number", self.default
            )
        return self.check(value, text)

    def check(self, value: float, text: str | None = None) -> float:
        """Return `value` if it is legal; see `parse` for what is raised."""
        if self.zero and value == 0:
            return value
        nearest = min(max(value, self.low), self.high)
        if self.integer and math.isfinite(nearest):
            nearest = round(nearest)
        if nearest != value:
            shown = readable(value, 6) if text is None else text.strip()[:40]
            raise InvalidSettingError(
                self.key, f"{self.label} must be {self.range_text}, not {shown}", nearest
            )
        return nearest

    def text(self, value: float) -> str:
        """Write a value as in the URL and the box."""
        return self.zero_text if self.zero and value == 0 else exact(value)

    def position(self, value: float) -> int:
        """Position of the track's value nearest to `value`."""
        return int(np.argmin(np.abs(np.asarray(self.track) - value)))

    def fraction(self, value: float) -> float:
        """Where `value` lies along the track, 0 to 1 inside, beyond outside (interpolated linearly)."""
        track = np.asarray(self.track)
        i = int(np.clip(np.searchsorted(track, value) - 1, 0, len(track) - 2))
        return float((i + (value - track[i]) / (track[i + 1] - track[i])) / (len(track) - 1))


def _track(values: np.ndarray, marks: tuple[tuple[float, str], ...]) -> tuple[float, ...]:
    """Snap the positions nearest to a mark onto it, so that the marked values can be dragged to."""
    snapped = np.array(values, dtype=float)
    for mark, _ in marks:
        snapped[np.argmin(np.abs(snapped - mark))] = mark
    return tuple(float(v) for v in snapped)


def _significant(values: np.ndarray, digits: int = 3) -> np.ndarray:
    return np.array([float(f"{v:.{digits - 1}e}") for v in values])


_BETA_MARKS = ((0.0, "0"), (0.5, "0.5"), (0.8, "0.8"), (0.9, "0.9"), (0.95, "0.95"), (0.99, "0.99"))
_ETA_MARKS = ((1e-3, "0.001"), (0.01, "0.01"), (0.1, "0.1"), (1.0, "1"), (10.0, "10"), (100.0, "100"))
_GAMMA_MARKS = ((1e-4, "10⁻⁴"), (1e-3, "10⁻³"), (0.01, "0.01"), (0.1, "0.1"), (1.0, "1"), (10.0, "10"))
_DELTA_MARKS = tuple((float(d), str(d).replace("-", "−")) for d in range(-3, 4))

SLIDERS: tuple[Control, ...] = (
    Control(
        "beta", "β", "momentum", 0.9, 0.0, 0.9999, "momentum",
        # Spaced by −log₁₀(1 − β): 0.9 is midway between 0 and 0.99.
        track=_track(np.round(1 - _significant(10 ** -np.linspace(0, 2, 201)), 6), _BETA_MARKS),
        marks=_BETA_MARKS,
        help="Momentum β of the exponential moving average m′ = βm + (1 − β)g.",
    ),
    Control(
        "eta", "η", "learning rate", 0.1, 1e-4, 1e3, "learning rate",
        track=_track(_significant(np.logspace(-3, 2, 251)), _ETA_MARKS),
        marks=_ETA_MARKS,
        help="Learning rate η of θ′ = θ − ηm′.",
    ),
    Control(
        "gamma", "γ", "target std. dev.", 0.1, 1e-6, 1e3, "target s.d.",
        track=_track(_significant(np.logspace(-4, 1, 251)), _GAMMA_MARKS),
        marks=_GAMMA_MARKS,
        help="Standard deviation γ of the target y = γ·x + δ.",
    ),
    Control(
        "delta", "δ", "target mean", 0.0, -1e3, 1e3, "target mean",
        track=_track(np.round(np.linspace(-3, 3, 301), 2), _DELTA_MARKS),
        marks=_DELTA_MARKS,
        help="Mean δ of the target y = γ·x + δ.",
    ),
)  # fmt: skip

BOXES: tuple[Control, ...] = (
    Control(
        "epsilon", "ε", "dead threshold", 1e-3, 1e-9, 0.4,
        help="A unit is dead when P(z > 0) < ε.",
    ),
    Control(
        "rho", "ρ", "orthogonal weight", 0.0, 0.0, 1e3,
        help="Length ρ of the weights orthogonal to the target's direction; 0 is the paper's plane.",
    ),
    Control(
        "tolerance", "", "Tolerance", 1e-6, 1e-12, 1e-1, zero=True,
        help="Two successive updates shorter than this stop the run; 0 never stops.",
    ),
    Control(
        "max_iterations", "", "Iterations", 1_000_000, 1, 1_000_000, integer=True,
        help="The budget of the stop rule, or T when starts are judged after T updates.",
    ),
    Control(
        "resolution", "", "Grid", 0, 16, 2048, integer=True, zero=True, zero_text="screen",
        help="Starts a side of the map at rest; “screen” computes one for every pixel.",
    ),
)  # fmt: skip

# Of real initialisations. The limits bound what is drawn, 10⁷ coordinates, and what is iterated.
INITIALS: tuple[Control, ...] = (
    Control(
        "fan_in", "", "fan-in", 100, 1, 10_000, integer=True,
        help="Number of inputs of the layer, from which the schemes take their standard deviation.",
    ),
    Control(
        "units", "", "units", 600, 10, 1000, integer=True,
        help="How many units are drawn and counted.",
    ),
    Control(
        "weight_std", "", "std. dev. of weights", 0.1, 1e-6, 100.0,
        help="Standard deviation of each weight of the Gaussian.",
    ),
    Control(
        "bias_std", "", "of biases", 0.0, 0.0, 100.0,
        help="Standard deviation of the Gaussian's bias.",
    ),
)  # fmt: skip

# Of the page Risk: what else there is to a training than the sliders.
TRAININGS: tuple[Control, ...] = (
    Control(
        "updates", "", "updates T", 10_000, 1, 100_000, integer=True,
        help="Units are judged after exactly T updates.",
    ),
    Control(
        "alpha", "", "alpha", 0.99, 0.0, 0.9999,
        help="RMSprop's smoothing constant of the squared gradients.",
    ),
    Control(
        "beta2", "", "beta2", 0.999, 0.0, 0.99999,
        help="Adam's smoothing constant of the squared gradients.",
    ),
    Control(
        "decay", "", "weight decay", 0.01, 0.0, 10.0,
        help="AdamW's decoupled weight decay.",
    ),
    Control(
        "bias", "", "bias at start", 0.0, -100.0, 100.0,
        help="What the bias of every unit is moved by before the first update.",
    ),
    Control(
        "warmup", "", "momentum warm-up", 0, 0, 100_000, integer=True,
        help="Number of updates over which momentum rises from 0; 0 for none.",
    ),
    Control(
        "clip", "", "gradient clipping", 0.0, 1e-6, 1e6, zero=True, zero_text="off",
        help="Longest gradient of a unit; a longer one is scaled down to it.",
    ),
    Control(
        "slope", "", "leaky slope", 0.0, 0.0, 0.99,
        help="Slope of the unit where a ReLU has none; 0 is the ReLU.",
    ),
)  # fmt: skip

UNIT_BOXES: tuple[Control, ...] = (
    Control(
        "batch", "", "Batch", 32, 1, 1_000_000, integer=True,
        help="Samples in a batch: how often one of them is active at all.",
    ),
)  # fmt: skip

CONTROLS: dict[str, Control] = {
    control.key: control for control in (*SLIDERS, *BOXES, *INITIALS, *TRAININGS, *UNIT_BOXES)
}
