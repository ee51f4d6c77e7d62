"""Starts with their weights one by one, which optimisers that scale each coordinate by itself need.

All weights orthogonal to the target obey the same map, and what they feel of one another is ρ alone. So for a
large fan-in a few of them, spread as the initialisation spreads them, stand for all.
"""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays, read_only
from dynamics.initializers import Initializer, Starts

Floats = NDArray[np.float64]

MOST_COORDINATES = 32  # orthogonal weights that `spread` keeps; docs/optimizers.md measures what that costs


@dataclass(frozen=True, eq=False)
class CoordinateStarts(ReadOnlyArrays):
    """Starts with their orthogonal weights one by one.

    Attributes
    ----------
    w, b : float64 (count,)
        Weight along the target's direction, which is an axis, and bias.
    orthogonal : float64 (count, m)
        Weights along other axes.
    multiplicity : float
        How many axes each of these stands for, at least 1: the fan-in is 1 + m · multiplicity.

    Raises
    ------
    ValueError
        If the shapes do not fit, a value is not finite, or multiplicity is below 1.
    """

    w: Floats
    b: Floats
    orthogonal: Floats
    multiplicity: float = 1.0

    def __post_init__(self) -> None:
        for name, dimensions in (("w", 1), ("b", 1), ("orthogonal", 2)):
            values = np.array(getattr(self, name), np.float64)
            object.__setattr__(self, name, values)
            if values.ndim != dimensions or len(values) != len(self.w):
                raise ValueError(
                    f"w and b must be (count,) and orthogonal (count, m), got {name} of shape {values.shape}"
                )
            if not np.isfinite(values).all():
                raise ValueError(f"{name} must be finite for every start")
        multiplicity = checks.real("multiplicity", self.multiplicity, lambda x: x >= 1, "at least 1")
        object.__setattr__(self, "multiplicity", multiplicity)
        super().__post_init__()

    @cached_property
    def rho(self) -> Floats:
        """Length of the orthogonal weights, float64 (count,)."""
        return read_only(np.sqrt(self.multiplicity * np.square(self.orthogonal).sum(axis=1)))


def coordinate_starts(initializer: Initializer, uniforms: ArrayLike) -> CoordinateStarts:
    """Turn uniform numbers into starts with all n weights, exactly as the initialisation distributes them.

    Parameters
    ----------
    initializer : Initializer
        Its fan-in is n.
    uniforms : array_like (count, n + 1)
        Within (0, 1), drawn or quasi-random: the first column gives w_L, the second b, the others the
        orthogonal weights.

    Returns
    -------
    CoordinateStarts

    Raises
    ------
    ValueError
        If `uniforms` has another shape or a value outside (0, 1).
    """
    u = np.asarray(uniforms, np.float64)
    if u.ndim != 2 or u.shape[1] != initializer.fan_in + 1:
        raise ValueError(f"uniforms must be (count, {initializer.fan_in + 1}), got shape {u.shape}")
    if not ((u > 0) & (u < 1)).all():
        raise ValueError("uniforms must lie within (0, 1)")
    weight_std, bias_std = initializer.deviations
    standard = _quantiles(initializer, u)
    return CoordinateStarts(
        weight_std * standard[:, 0], bias_std * standard[:, 1], weight_std * standard[:, 2:]
    )


def spread(initializer: Initializer, starts: Starts, most: int = MOST_COORDINATES) -> CoordinateStarts:
    """Give starts orthogonal weights of the initialisation's shape and of the starts' own lengths ρ.

    The m = min(n − 1, most) weights are the quantiles (j − ½)/m of a weight's absolute value, scaled so that
    together they have the length ρ; each stands for (n − 1)/m axes. This leaves out that the shape varies
    from unit to unit, by about 1/√n; docs/optimizers.md says what it costs.

    Parameters
    ----------
    initializer : Initializer
        The shape, normal or uniform, and the fan-in n.
    starts : Starts
    most : int
        At least 1.

    Returns
    -------
    CoordinateStarts
    """
    orthogonal = initializer.fan_in - 1
    m = min(orthogonal, checks.whole("most", most, 1))
    if m == 0:
        return CoordinateStarts(starts.w, starts.b, np.empty((len(starts.w), 0)))
    shape = _quantiles(initializer, 0.5 + 0.5 * (np.arange(m) + 0.5) / m)
    multiplicity = orthogonal / m
    shape /= sqrt(multiplicity * np.square(shape).sum())
    return CoordinateStarts(starts.w, starts.b, starts.rho[:, None] * shape, multiplicity)


def _quantiles(initializer: Initializer, u: Floats) -> Floats:
    """Return the quantiles of a weight of standard deviation 1."""
    return np.asarray(sqrt(3) * (2 * u - 1) if initializer.uniform else ndtri(u))
