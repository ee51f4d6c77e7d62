"""Real initialisations of one unit of a layer: which starts (w_L, b, ρ) they give.

The weights are n independent coordinates, n the fan-in. The input's distribution is symmetric, so the
target's direction may be any of the n axes: w_L is one coordinate and ρ ≥ 0 the length of the n − 1 others.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays

Floats = NDArray[np.float64]

_CHUNK = 1 << 20  # coordinates drawn at a time: 8 MB


class Scheme(StrEnum):
    """How weights and bias are drawn; n is the fan-in, m the fan-out.

    HE_NORMAL: standard deviation √(2/n). HE_UNIFORM: within ±√(6/n). GLOROT_NORMAL: √(2/(n + m)).
    GLOROT_UNIFORM: within ±√(6/(n + m)). LECUN_NORMAL: √(1/n). PYTORCH: what ``nn.Linear`` does by default,
    Kaiming's uniform with a = √5, which is within ±√(1/n), for the weights and the same for the bias.
    GAUSSIAN: standard deviations of one's own. The bias is 0 but for the last two, or what it is moved by. No
    normal is truncated.
    """

    HE_NORMAL = "he_normal"
    HE_UNIFORM = "he_uniform"
    GLOROT_NORMAL = "glorot_normal"
    GLOROT_UNIFORM = "glorot_uniform"
    LECUN_NORMAL = "lecun_normal"
    PYTORCH = "pytorch"
    GAUSSIAN = "gaussian"


_GLOROT = (Scheme.GLOROT_NORMAL, Scheme.GLOROT_UNIFORM)
_UNIFORM = (Scheme.HE_UNIFORM, Scheme.GLOROT_UNIFORM, Scheme.PYTORCH)


@dataclass(frozen=True)
class Initializer:
    """An initialisation of one unit.

    Parameters
    ----------
    scheme : Scheme
        Or its name, such as "he_normal".
    fan_in : int
        Number of inputs n, at least 1.
    fan_out : int, optional
        Number of units m of the layer, at least 1; of Glorot's schemes alone, which take n without it.
    weight_std, bias_std : float, optional
        Standard deviations of each weight, above 0, and of the bias, at least 0; both of GAUSSIAN alone,
        which needs them.
    bias : float
        Finite; what every bias is moved by, 0 without.

    Raises
    ------
    ValueError
        If a field is out of its range or means nothing to the scheme; the message names field and value.
    """

    scheme: Scheme
    fan_in: int
    fan_out: int | None = None
    weight_std: float | None = None
    bias_std: float | None = None
    bias: float = 0.0

    def __post_init__(self) -> None:
        if self.scheme not in list(Scheme):
            raise ValueError(f"scheme must be one of {', '.join(Scheme)}, got {self.scheme!r}")
        object.__setattr__(self, "scheme", Scheme(self.scheme))
        object.__setattr__(self, "fan_in", checks.whole("fan_in", self.fan_in, 1))
        object.__setattr__(self, "bias", checks.finite("bias", self.bias))
        own = self.scheme is Scheme.GAUSSIAN
        for name, used in (("fan_out", self.scheme in _GLOROT), ("weight_std", own), ("bias_std", own)):
            if getattr(self, name) is not None and not used:
                raise ValueError(f"{name} must be left out for {self.scheme}, got {getattr(self, name)}")
        if self.scheme in _GLOROT:
            fan_out = self.fan_in if self.fan_out is None else checks.whole("fan_out", self.fan_out, 1)
            object.__setattr__(self, "fan_out", fan_out)
        if own:
            object.__setattr__(self, "weight_std", checks.positive("weight_std", self.weight_std))
            bias_std = checks.real("bias_std", self.bias_std, lambda x: x >= 0, "finite and at least 0")
            object.__setattr__(self, "bias_std", bias_std)

    @property
    def uniform(self) -> bool:
        """Whether the weights are uniform and not normal."""
        return self.scheme in _UNIFORM

    @property
    def deviations(self) -> tuple[float, float]:
        """Standard deviations of each weight and of the bias.

        A uniform distribution within ±a has a/√3.
        """
        if self.weight_std is not None and self.bias_std is not None:
            return self.weight_std, self.bias_std
        n, m = self.fan_in, self.fan_out or 0
        if self.scheme is Scheme.PYTORCH:
            return sqrt(1 / (3 * n)), sqrt(1 / (3 * n))
        if self.scheme is Scheme.LECUN_NORMAL:
            return sqrt(1 / n), 0.0
        return sqrt(2 / (n + m)), 0.0  # only Glorot's schemes have an m


@dataclass(frozen=True, eq=False)
class Starts(ReadOnlyArrays):
    """Starts drawn from an initialisation; the arrays are float64 (count,) and read-only.

    Attributes
    ----------
    w, b : float64 (count,)
        Weight along the target's direction and bias.
    rho : float64 (count,)
        Length of the weights orthogonal to it, at least 0; 0 at fan-in 1.
    """

    w: Floats
    b: Floats
    rho: Floats


def sample(initializer: Initializer, count: int, seed: int) -> Starts:
    """Draw starts exactly as the initialisation distributes them.

    Of normal weights ρ/σ is chi distributed with n − 1 degrees of freedom; of uniform ones all n − 1
    coordinates are drawn, so that large fan-ins take time: 2 · 10⁸ coordinates about two seconds.

    Parameters
    ----------
    initializer : Initializer
    count : int
        How many, at least 1.
    seed : int
        At least 0; the same seed gives the same starts.

    Returns
    -------
    Starts

    Raises
    ------
    ValueError
        If count or seed is out of its range.
    """
    count, seed = checks.whole("count", count, 1), checks.whole("seed", seed, 0)
    random = np.random.default_rng(seed)
    weight_std, bias_std = initializer.deviations
    orthogonal = initializer.fan_in - 1
    if initializer.uniform:
        w, b = (std * sqrt(3) * random.uniform(-1, 1, count) for std in (weight_std, bias_std))
        rho = weight_std * sqrt(3) * _lengths(random, count, orthogonal)
    else:
        w, b = (std * random.standard_normal(count) for std in (weight_std, bias_std))
        rho = weight_std * np.sqrt(random.chisquare(orthogonal, count)) if orthogonal else np.zeros(count)
    return Starts(w, b + initializer.bias, rho)


def _lengths(random: np.random.Generator, count: int, dimensions: int) -> Floats:
    """Return the lengths of `count` points, uniform in the cube [−1, 1] of so many dimensions."""
    squares = np.zeros(count)
    rows = max(1, _CHUNK // max(dimensions, 1))
    for first in range(0, count, rows):
        part = squares[first : first + rows]
        part[:] = np.square(random.uniform(-1, 1, (len(part), dimensions))).sum(axis=1)
    return np.sqrt(squares)
