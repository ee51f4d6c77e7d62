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

MOST_COORDINATES = 128  # orthogonal weights up to which `spread` draws all
_REPRESENTATIVES = 32  # that stand for more


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


def spread(
    initializer: Initializer, starts: Starts, seed: int = 0, *, most: int = MOST_COORDINATES
) -> CoordinateStarts:
    """Give starts orthogonal weights as the initialisation distributes them, of the starts' own lengths ρ.

    Up to n − 1 = `most` all of them are drawn. A start takes those of the drawn unit whose length has the
    same rank among the drawn lengths as its ρ has, scaled to it: exact for normal weights, whose directions
    do not depend on their length, and for uniform ones as the starts grow many.

    Beyond, 32 weights stand for (n − 1)/32 axes each: the quantiles (j − ½)/32 of a weight's absolute
    value, scaled to ρ. That leaves out how the shape differs from unit to unit, by about 1/√n. It moves the
    dead share by less than a point with Adam, by 7 with RMSprop at n = 1000, in the settings measured in
    `docs/optimizers.md`. A larger `most` draws all.

    Parameters
    ----------
    initializer : Initializer
        The shape, normal or uniform, and the fan-in n.
    starts : Starts
    seed : int
        Of what is drawn, at least 0.
    most : int
        At least 1.

    Returns
    -------
    CoordinateStarts
    """
    axes, count = initializer.fan_in - 1, len(starts.w)
    seed, most = checks.whole("seed", seed, 0), checks.whole("most", most, 1)
    if axes > most:
        m = min(_REPRESENTATIVES, axes)
        shapes = _quantiles(initializer, 0.5 + 0.5 * (np.arange(m) + 0.5) / m)[None, :]
    else:
        m = axes
        shapes = _quantiles(initializer, np.random.default_rng(seed).random((count, m)))
        by_length = np.argsort(np.square(shapes).sum(axis=1))
        shapes[np.argsort(starts.rho)] = shapes[by_length]
    multiplicity = axes / m if m > 0 else 1.0
    lengths = np.sqrt(multiplicity * np.square(shapes).sum(axis=1, keepdims=True))
    return CoordinateStarts(starts.w, starts.b, starts.rho[:, None] * (shapes / lengths), multiplicity)


def _quantiles(initializer: Initializer, u: Floats) -> Floats:
    """Return the quantiles of a weight of standard deviation 1."""
    return np.asarray(sqrt(3) * (2 * u - 1) if initializer.uniform else ndtri(u))
