"""Will my units die? Shares of what becomes of units over an initialisation, each with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays
from dynamics.coordinates import CoordinateStarts, spread
from dynamics.initializers import Initializer, Starts
from dynamics.interval import replicated
from dynamics.outcome import Cancellation, Outcome
from dynamics.points import MOST_POINTS, Box, points
from dynamics.training import Training
from dynamics.unit_training import train_units

Floats = NDArray[np.float64]

REPLICATES = 8
_WHOLE = 8  # points of each replicate whose orthogonal weights are drawn together, at first
_PIECE = 4096  # units trained at a time: their weights one by one take 1 MB


class Estimate(NamedTuple):
    """A number and both ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Risk(ReadOnlyArrays):
    """What becomes of units after exactly T updates, over an initialisation.

    Each of 8 replicates is an independently scrambled Sobol' sequence of as many points, and estimates every
    share without bias; intervals follow from how far the replicates differ (`interval.replicated`).

    Attributes
    ----------
    training : Training
    origin : Initializer or Box
        What units start from.
    seed : int
    points : int
        Units of each replicate.
    counts : int64 (8, 5)
        How many of them have each outcome, in the order of `Outcome`; none is STALLED.
    losses : float64 (8,)
        Sum of their expected losses L; infinite where a unit has diverged.
    largest : float
        The largest loss of a unit.
    """

    training: Training
    origin: Initializer | Box
    seed: int
    points: int
    counts: NDArray[np.int64]
    losses: Floats
    largest: float

    @property
    def units(self) -> int:
        """How many units there are in all."""
        return self.points * len(self.counts)

    @property
    def shares(self) -> Floats:
        """Share of units with each outcome, float64 (5,), 0 to 1."""
        return np.asarray(self.counts.sum(axis=0) / self.units)

    @cached_property
    def interval(self) -> tuple[Floats, Floats]:
        """Both ends of the 95 % interval of each share, float64 (5,) each, 0 to 1."""
        _, low, high = replicated(self.counts / self.points, 1 / self.points)
        return np.clip(low, 0, 1), np.clip(high, 0, 1)

    def share(self, outcome: Outcome) -> Estimate:
        """Return P(a unit has this outcome after T updates), with its interval."""
        low, high = self.interval
        return Estimate(float(self.shares[outcome]), float(low[outcome]), float(high[outcome]))

    @property
    def dead(self) -> Estimate:
        """P(dead after T updates)."""
        return self.share(Outcome.DEAD)

    @property
    def converged(self) -> Estimate:
        """P(at the ground truth after T updates)."""
        return self.share(Outcome.CONVERGED)

    @cached_property
    def loss(self) -> Estimate:
        """The expected loss E[L] after T updates.

        A dead unit has L = ½(γ² + δ²); the ground truth, at δ = 0, half of that.
        """
        dead = (self.training.gamma**2 + self.training.delta**2) / 2
        least = max(self.largest, dead) / self.points
        mean, low, high = replicated(self.losses / self.points, least)
        return Estimate(float(mean), max(float(low), 0.0), float(high))


def risk(
    training: Training,
    origin: Initializer | Box,
    points: int = 256,
    *,
    seed: int = 0,
    known: Risk | None = None,
    cancel: Cancellation | None = None,
) -> Risk:
    """Return what becomes of 8 × `points` units.

    Units are trained as by `train_units`, for coordinatewise optimisers with the orthogonal weights of
    `spread`.

    Parameters
    ----------
    training : Training
        Without minibatches.
    origin : Initializer or Box
    points : int
        Units of each replicate: a power of two from 2 to 2²⁰, which Sobol' points need to be evenly spread.
    seed : int
        At least 0; equal seeds give equal units, for any training: changes are compared pair by pair.
    known : Risk, optional
        The answer to the same question with fewer points, which are not computed again.
    cancel : Cancellation, optional
        Calls the computation off.

    Returns
    -------
    Risk

    Raises
    ------
    ValueError
        If an argument is out of its range, or `known` is of another question.
    Cancelled
        If `cancel` was cancelled before the end.
    """
    points = checks.whole("points", points, 2, MOST_POINTS)
    if points & (points - 1):
        raise ValueError(f"points must be a power of two, got {points}")
    if training.batch is not None:
        raise ValueError(f"batch must be None, the expected gradient, got {training.batch}")
    seed = checks.whole("seed", seed, 0)
    if known is not None and (known.training, known.origin, known.seed) != (training, origin, seed):
        raise ValueError("known must be the answer to the same question: other training, origin or seed")
    if training.needs_coordinates and points > _WHOLE and (known is None or known.points < points // 2):
        # By doublings, as whoever refines asks for them: the orthogonal weights are drawn for all of a step.
        known = risk(training, origin, points // 2, seed=seed, known=known, cancel=cancel)
    first = 0 if known is None else known.points
    if known is not None and first >= points:
        return known
    outcome, loss = _ends(training, origin, _starts(origin, first, points, seed), seed + first, cancel)
    counts = (outcome[..., None] == np.arange(len(Outcome))).sum(axis=1)
    losses, largest = loss.sum(axis=1), float(loss.max())
    if known is not None:
        counts, losses, largest = counts + known.counts, losses + known.losses, max(largest, known.largest)
    return Risk(
        training=training,
        origin=origin,
        seed=seed,
        points=points,
        counts=counts,
        losses=losses,
        largest=largest,
    )


@lru_cache(64)
def _starts(origin: Initializer | Box, first: int, last: int, seed: int) -> Starts:
    """Return the points of all replicates, one replicate after the other."""
    drawn = [points(origin, replicate, first, last, seed) for replicate in range(REPLICATES)]
    w, b, rho = (np.concatenate([getattr(each, name) for each in drawn]) for name in ("w", "b", "rho"))
    return Starts(w, b, rho)


def _ends(
    training: Training, origin: Initializer | Box, starts: Starts, seed: int, cancel: Cancellation | None
) -> tuple[NDArray[np.uint8], Floats]:
    """Return outcome and expected loss of every unit, (8, n) each."""
    pieces = [
        train_units(training, _full(training, origin, starts, slice(i, i + _PIECE), seed + i), cancel=cancel)
        for i in range(0, len(starts.w), _PIECE)
    ]
    outcome, loss = (np.concatenate([getattr(p, name)[-1] for p in pieces]) for name in ("outcome", "loss"))
    return outcome.reshape(REPLICATES, -1), loss.reshape(REPLICATES, -1)


def _full(
    training: Training, origin: Initializer | Box, starts: Starts, piece: slice, seed: int
) -> Starts | CoordinateStarts:
    """Return some of the starts as the optimiser needs them."""
    some = Starts(starts.w[piece], starts.b[piece], starts.rho[piece])
    if not training.needs_coordinates:
        return some
    if isinstance(origin, Box):
        return CoordinateStarts(some.w, some.b, some.rho[:, None])
    return spread(origin, some, seed)
