"""Starts of an initialisation spread more evenly than random ones: scrambled Sobol' points.

Each replicate is a scrambling of its own, and so an unbiased sample by itself: how far the replicates differ
tells how far their mean can be trusted. A replicate's points continue one sequence.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, fresnel, ndtri

from dynamics import checks
from dynamics.initializers import Initializer, Starts

if TYPE_CHECKING:
    from scipy.stats import qmc

Floats = NDArray[np.float64]

MOST_POINTS = 1 << 20  # of a replicate
# Squares of so many uniform weights are added one by one; of more the distribution is known well enough.
_SUMMED = 16
_LEAST = 2.0**-40  # keeps quantiles finite; Sobol' points have 30 bits


@dataclass(frozen=True)
class Box:
    """Starts that lie evenly in a window, as Fig. 4's do, with one orthogonal weight.

    Parameters
    ----------
    w_min, w_max, b_min, b_max : float
        Finite, each minimum below its maximum.
    rho : float
        Finite.

    Raises
    ------
    ValueError
        Naming the field, its value and its range.
    """

    w_min: float = -3.0
    w_max: float = 3.0
    b_min: float = -3.0
    b_max: float = 3.0
    rho: float = 0.0

    def __post_init__(self) -> None:
        for name in ("w_min", "w_max", "b_min", "b_max", "rho"):
            object.__setattr__(self, name, checks.finite(name, getattr(self, name)))
        checks.above("w_min", self.w_min, "w_max", self.w_max)
        checks.above("b_min", self.b_min, "b_max", self.b_max)


def points(origin: Initializer | Box, replicate: int, first: int, last: int, seed: int = 0) -> Starts:
    """Return the points first … last − 1 of a replicate.

    Weights along the target, biases and lengths of the orthogonal weights follow the initialisation's
    distribution exactly, the lengths of many uniform weights to six digits. All initialisations of normal
    weights, and all of uniform ones, are made of the same points, so that they are compared pair by pair.

    Parameters
    ----------
    origin : Initializer or Box
    replicate : int
        Which scrambling, at least 0.
    first, last : int
        0 ≤ first < last ≤ 2²⁰. Powers of two are spread best.
    seed : int
        At least 0; equal seeds give equal points.

    Returns
    -------
    Starts

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    first, last = checks.whole("first", first, 0), checks.whole("last", last, 1, MOST_POINTS)
    checks.whole("last", last, first + 1)
    random = np.random.default_rng([checks.whole("seed", seed, 0), checks.whole("replicate", replicate, 0)])
    from scipy.stats import qmc  # half a second of every process's start, of which few draw points

    sequence = qmc.Sobol(2 + _orthogonals(origin), scramble=True, rng=random)
    if first > 0:
        sequence.fast_forward(first)
    unit = np.clip(_random(sequence, last - first), _LEAST, 1 - _LEAST).T
    if isinstance(origin, Box):
        w, b = (
            low + (high - low) * u
            for low, high, u in zip(
                (origin.w_min, origin.b_min), (origin.w_max, origin.b_max), unit[:2], strict=True
            )
        )
        return Starts(w, b, np.full(len(w), origin.rho))
    return _initialised(origin, unit)


def _random(sequence: "qmc.Sobol", count: int) -> Floats:
    """Draw by powers of two: scipy warns of any other first draw."""
    drawn: Floats = (
        sequence.random_base2((count - 1).bit_length())
        if sequence.num_generated == 0
        else (sequence.random(count))
    )
    return drawn[:count]


def _orthogonals(origin: Initializer | Box) -> int:
    """Return how many coordinates the orthogonal weights take: one, unless few uniform ones are added."""
    if isinstance(origin, Initializer) and origin.uniform and origin.fan_in - 1 <= _SUMMED:
        return max(origin.fan_in - 1, 1)
    return 1


def _initialised(initializer: Initializer, unit: Floats) -> Starts:
    """Return the units at points of the unit cube, a row a coordinate."""
    weight_std, bias_std = initializer.deviations
    orthogonal = initializer.fan_in - 1
    if initializer.uniform:
        w, b = (std * sqrt(3) * (2 * u - 1) for std, u in zip((weight_std, bias_std), unit[:2], strict=True))
        if orthogonal <= _SUMMED:
            lengths = np.sqrt(np.square(unit[2:] * (orthogonal > 0)).sum(axis=0))
        else:
            lengths = _uniform_length(orthogonal, unit[2])
        rho = weight_std * sqrt(3) * lengths
    else:
        w, b = (std * ndtri(u) for std, u in zip((weight_std, bias_std), unit[:2], strict=True))
        squares = chdtri(orthogonal, 1 - unit[2]) if orthogonal else np.zeros(len(w))
        rho = weight_std * np.sqrt(squares)
    return Starts(w, b + initializer.bias, rho)


def _uniform_length(count: int, unit: Floats) -> Floats:
    """Return the quantiles of the length of `count` independent uniforms within ±1."""
    at, cumulated = _squares(count)
    return np.sqrt(np.interp(unit, cumulated, at))


@lru_cache(64)
def _squares(count: int) -> tuple[Floats, Floats]:
    """Return the distribution function of a sum of squares of uniforms, inverted from its Fourier transform.

    E exp(itu²) = ∫₀¹ exp(itu²) du is a Fresnel integral; P(S < x) = ½ − ∫ Im(e^(−itx) φ(t)^n)/(πt) dt
    (Gil-Pelaez), by the midpoint rule, which is exact for all purposes here: φ^n is smooth and vanishes.
    """
    mean, deviation = count / 3, sqrt(4 * count / 45)
    step = 2 * np.pi / (24 * deviation)  # the sum lies within ±12 deviations
    t = (np.arange(400) + 0.5) * step
    scale = np.sqrt(2 * t / np.pi)
    sine, cosine = fresnel(scale)
    transform = ((cosine + 1j * sine) / scale) ** count * np.exp(-1j * t * mean)
    x = np.linspace(-8, 8, 4001) * deviation
    cumulated = 0.5 - np.imag(np.exp(-1j * np.outer(x, t)) @ (transform / t)) * step / np.pi
    at, cumulated = np.clip(mean + x, 0, count), np.maximum.accumulate(np.clip(cumulated, 0, 1))
    return at, cumulated
