"""The affine model of the paper's section 3: Eq. (5), its eigenvalues and what they mean.

Without the ReLU the gradient is g = a with a = θ − θ*, and every component obeys

    m' = βm + (1 − β)a,    a' = a − ηm'.

The eigenvalues solve λ² − (1 + β − η(1 − β))λ + β = 0.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics import checks

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]


class Regime(StrEnum):
    """How the affine error behaves.

    MONOTONE: it decays without changing sign for ever. OSCILLATING: the eigenvalues are complex.
    ALTERNATING: a negative real eigenvalue dominates, so that it changes sign with every update.
    UNSTABLE: it does not decay.
    """

    MONOTONE = "monotone"
    OSCILLATING = "oscillating"
    ALTERNATING = "alternating"
    UNSTABLE = "unstable"


def _checked(beta: ArrayLike, eta: ArrayLike) -> tuple[Floats, Floats]:
    """Return β and η as arrays, refusing what the model has no meaning for; β = 1 is Fig. 2's end."""
    betas, etas = np.asarray(beta, dtype=np.float64), np.asarray(eta, dtype=np.float64)
    if not np.all((betas >= 0) & (betas <= 1)):
        raise ValueError(f"beta must be at least 0 and at most 1, got {beta!r}")
    if not np.all((etas >= 0) & (etas < np.inf)):
        raise ValueError(f"eta must be finite and at least 0, got {eta!r}")
    return betas, etas


def momentum_matrix(beta: float, eta: float) -> Floats:
    """Return the matrix A of Eq. (5), [[β, 1 − β], [−ηβ, 1 − η(1 − β)]], float64 (2, 2).

    A acts on the column (m, a). The paper prints the column as (a, m): an erratum, since with
    that order the rows are not the momentum update and the parameter update.

    Raises
    ------
    ValueError
        Unless 0 ≤ β ≤ 1 and η ≥ 0 is finite.
    """
    _checked(beta, eta)
    return np.array([[beta, 1 - beta], [-eta * beta, 1 - eta * (1 - beta)]], dtype=np.float64)


def eigenvalues(beta: ArrayLike, eta: ArrayLike) -> Complexes:
    """Return both eigenvalues of A in closed form (Fig. 2, left).

    The discriminant is taken as a product, (1 − β)·[(1 − √β) − η(1 + √β)]·[(1 + √β) − η(1 − √β)],
    which keeps its accuracy where the eigenvalues turn complex.

    Parameters
    ----------
    beta, eta : array_like of float
        0 ≤ β ≤ 1 and η ≥ 0; they broadcast.

    Returns
    -------
    complex128 array of the broadcast shape + (2,)
        First the one with the larger real part, or with the positive imaginary part when complex.

    Raises
    ------
    ValueError
        If β or η is out of range.
    """
    betas, etas = _checked(beta, eta)
    root = np.sqrt(betas)
    discriminant = (1 - betas) * ((1 - root) - etas * (1 + root)) * ((1 + root) - etas * (1 - root))
    trace = 1 + betas - etas * (1 - betas)
    spread = np.sqrt(np.abs(discriminant))
    is_complex = discriminant < 0
    # The smaller root from the product of both, β, so that it keeps its relative accuracy.
    outer = 0.5 * (trace + np.copysign(spread, trace))
    inner = np.divide(betas, outer, out=np.zeros_like(outer), where=outer != 0)
    result = np.empty((*trace.shape, 2), dtype=np.complex128)
    result[..., 0] = np.where(is_complex, 0.5 * trace, np.maximum(outer, inner))
    result[..., 1] = np.where(is_complex, 0.5 * trace, np.minimum(outer, inner))
    result[..., 0].imag = np.where(is_complex, 0.5 * spread, 0.0)
    result[..., 1].imag = np.where(is_complex, -0.5 * spread, 0.0)
    return result


def critical_momentum(eta: ArrayLike) -> Floats:
    """Return β_c = ((1 − η)/(1 + η))²: above it the eigenvalues are complex.

    At η = 0.1 it is 0.6694, the paper's "β ≈ 0.7". For η < 1 the error decays monotonically below
    it; for η > 1 it alternates there.

    Parameters
    ----------
    eta : array_like of float
        η ≥ 0.

    Returns
    -------
    float64 array of the same shape

    Raises
    ------
    ValueError
        If η is negative or not finite.
    """
    _, etas = _checked(0.0, eta)
    return np.asarray(((1 - etas) / (1 + etas)) ** 2)


def max_stable_learning_rate(beta: ArrayLike) -> Floats:
    """Return 2(1 + β)/(1 − β): the affine model converges for every η below it.

    Parameters
    ----------
    beta : array_like of float
        0 ≤ β ≤ 1; the limit is infinite at β = 1.

    Returns
    -------
    float64 array of the same shape
    """
    betas, _ = _checked(beta, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(2 * (1 + betas) / (1 - betas))


def regime(beta: float, eta: float) -> Regime:
    """Say which of the four regimes of the affine model β and η lie in.

    Stable means every eigenvalue inside the unit circle, that is β < 1 and 0 < η < 2(1 + β)/(1 − β).

    Raises
    ------
    ValueError
        If β or η is out of range.
    """
    _checked(beta, eta)
    if beta == 1 or eta == 0 or eta >= max_stable_learning_rate(beta):
        return Regime.UNSTABLE
    first, second = eigenvalues(beta, eta)
    if first.imag > 0:
        return Regime.OSCILLATING
    return Regime.ALTERNATING if first.real + second.real < 0 else Regime.MONOTONE


@dataclass(frozen=True, eq=False)
class EigenvalueLocus:
    """Both eigenvalues along a line in (β, η).

    Attributes
    ----------
    beta, eta : float64 (n,), read-only
        The line, rising; one of them is constant.
    eigenvalues : complex128 (n, 2), read-only
        In the order of `eigenvalues`; each column is a continuous curve.
    branch_points : tuple of float
        Where along the line the eigenvalues turn from real to complex or back.
    """

    beta: Floats
    eta: Floats
    eigenvalues: Complexes
    branch_points: tuple[float, ...]


def _dense_at_ends(stops: list[float], samples: int) -> Floats:
    """Return points between successive stops, quadratically denser towards each of them.

    Near a branch point an eigenvalue moves with the square root of the distance to it, so these
    points are evenly spread along the curve.
    """
    fraction = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, samples))
    pieces = [low + (high - low) * fraction[:-1] for low, high in pairwise(stops)]
    return np.concatenate([*pieces, stops[-1:]])


def _locus(beta: ArrayLike, eta: ArrayLike, branch_points: list[float]) -> EigenvalueLocus:
    betas, etas = (np.array(x, dtype=np.float64) for x in np.broadcast_arrays(beta, eta))
    values = eigenvalues(betas, etas)
    for array in (betas, etas, values):
        array.setflags(write=False)
    return EigenvalueLocus(betas, etas, values, tuple(branch_points))


def eigenvalue_locus_beta(eta: float, samples: int = 200) -> EigenvalueLocus:
    """Return the eigenvalues as β runs from 0 to 1 at fixed η (Fig. 2, left).

    Parameters
    ----------
    eta : float
        Learning rate, above 0.
    samples : int
        Points between two branch points or ends, at least 2.
    """
    eta, samples = checks.positive("eta", eta), checks.whole("samples", samples, 2)
    critical = float(critical_momentum(eta))
    stops = [0.0, critical, 1.0] if 0 < critical < 1 else [0.0, 1.0]
    return _locus(_dense_at_ends(stops, samples), eta, [critical])


def eigenvalue_locus_eta(beta: float, eta_max: float | None = None, samples: int = 200) -> EigenvalueLocus:
    """Return the eigenvalues as η runs from 0 to `eta_max` at fixed β.

    Parameters
    ----------
    beta : float
        Momentum, 0 ≤ β < 1.
    eta_max : float, optional
        Where the line ends; by default a quarter beyond the largest stable learning rate.
    samples : int
        Points between two branch points or ends, at least 2.
    """
    beta, samples = checks.beta(beta), checks.whole("samples", samples, 2)
    end = (
        1.25 * float(max_stable_learning_rate(beta))
        if eta_max is None
        else checks.positive("eta_max", eta_max)
    )
    root = np.sqrt(beta)
    branches = sorted({float((1 - root) / (1 + root)), float((1 + root) / (1 - root))})
    branches = [branch for branch in branches if branch < end]
    return _locus(beta, _dense_at_ends([0.0, *branches, end], samples), branches)


@dataclass(frozen=True, eq=False)
class AffineTrajectory:
    """The affine error over the iterations (Fig. 2, right).

    Attributes
    ----------
    beta, eta : float
    a, m : float64 (steps + 1,), read-only
        One component of the error θ − θ* and of the momentum.
    """

    beta: float
    eta: float
    a: Floats
    m: Floats


def affine_trajectory(
    beta: float, eta: float, steps: int, a0: float = 1.0, m0: float = 0.0
) -> AffineTrajectory:
    """Iterate m' = βm + (1 − β)a, a' = a − ηm' from a = a0 and m = m0.

    Parameters
    ----------
    beta, eta : float
        0 ≤ β < 1 and η > 0.
    steps : int
        Number of updates, at least 0.
    a0, m0 : float
        Error and momentum at the start.

    Raises
    ------
    ValueError
        If an argument is out of range. An unstable path goes on with inf and nan.
    """
    beta, eta = checks.beta(beta), checks.positive("eta", eta)
    a, m = checks.finite("a0", a0), checks.finite("m0", m0)
    path = [(a, m)]
    for _ in range(checks.whole("steps", steps, 0)):
        m = beta * m + (1 - beta) * a
        a -= eta * m
        path.append((a, m))
    errors, momenta = np.array(path).T.copy()
    errors.setflags(write=False)
    momenta.setflags(write=False)
    return AffineTrajectory(beta, eta, errors, momenta)


def overshoot(beta: float, eta: float) -> float:
    """Return how far the affine error swings past zero, −min aₙ/a₀ from m₀ = 0 (Fig. 2, right).

    It grows from 0 at the critical momentum: at η = 0.1 it is 0.00014 at β = 0.7 and 0.153 at β = 0.9.

    Parameters
    ----------
    beta, eta : float
        0 ≤ β < 1 and η > 0.

    Returns
    -------
    float
        At least 0; +∞ where the model is unstable.

    Raises
    ------
    ValueError
        If β or η is out of range.
    """
    kind = regime(checks.beta(beta), checks.positive("eta", eta))
    if kind == Regime.UNSTABLE:
        return math.inf
    if kind == Regime.MONOTONE:
        return 0.0
    first, second = eigenvalues(beta, eta)
    decay = -math.log(max(abs(first), abs(second), 1e-300))  # of the error, in every update
    # It is largest within one turn, or while two near eigenvalues still add up; e⁻⁴⁰ of an error is nothing.
    turn = 2 * math.pi / math.atan2(first.imag, first.real) if first.imag > 0 else 0.0
    steps = math.ceil(min(max(turn, 2 / decay), 40 / decay)) + 1
    return max(0.0, -float(affine_trajectory(beta, eta, steps).a.min()))
