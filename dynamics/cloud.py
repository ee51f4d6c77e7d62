"""A cloud of real starts: how many of them are dead after exactly T updates, and where they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics import checks, cloud_kernels, threads
from dynamics.arrays import ReadOnlyArrays
from dynamics.hyperparameters import Hyperparameters
from dynamics.initializers import Initializer, Starts, sample
from dynamics.interval import clopper_pearson
from dynamics.outcome import LONGEST_UPDATE, Cancellation, Cancelled
from dynamics.relu import activation_probability, dead_cone_slope
from dynamics.trajectory import recorded

Singles = NDArray[np.float32]

_PIECE = 4 * cloud_kernels.LANES  # starts a thread takes at a time
ACTIVATION_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, eq=False, kw_only=True)
class Cloud(ReadOnlyArrays):
    """Real starts on their way; arrays are read-only, row i is after iteration[i] updates.

    Attributes
    ----------
    hyperparameters : Hyperparameters
    initializer : Initializer
    seed : int
    epsilon : float
        Dead threshold.
    starts : Starts
    iteration : int64 (n,)
        Numbers of updates at which the cloud is recorded, rising.
    w, b, rho : float32 (n, count)
        The parameters θ, nan once a unit has diverged. ρ keeps the sign that the map gives it.
    dead : bool (n, count)
        Whether the unit lies in the dead cone then; one that has diverged does not.
    """

    hyperparameters: Hyperparameters
    initializer: Initializer
    seed: int
    epsilon: float
    starts: Starts
    iteration: NDArray[np.int64]
    w: Singles
    b: Singles
    rho: Singles
    dead: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """Number of starts."""
        return len(self.starts.w)

    @cached_property
    def dead_count(self) -> NDArray[np.int64]:
        """Number of units dead after exactly iteration[i] updates, int64 (n,)."""
        counts: NDArray[np.int64] = self.dead.sum(axis=1, dtype=np.int64)
        return counts

    @property
    def dead_fraction(self) -> NDArray[np.float64]:
        """Share of units dead after exactly iteration[i] updates, float64 (n,), 0 to 1."""
        return self.dead_count / self.count

    @cached_property
    def interval(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both ends of the 95 % interval of the dead share, float64 (n,) each; at each T for itself."""
        return clopper_pearson(self.dead_count, self.count)

    @cached_property
    def median_rho(self) -> NDArray[np.float64]:
        """Median of ``|ρ|`` over the units that have not diverged, float64 (n,); nan when all have."""
        medians = np.full(len(self.iteration), np.nan)
        left = ~np.isnan(self.rho).all(axis=1)
        medians[left] = np.nanmedian(np.abs(self.rho[left]), axis=1)
        return medians

    @cached_property
    def activation_quantiles(self) -> NDArray[np.float64]:
        """Quantiles of P(z > 0) over the units left, float64 (5, n); see `ACTIVATION_QUANTILES`.

        The two outer pairs hold 90 % and 50 % of the units, the middle one is the median; nan when all have
        diverged.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            slopes = self.b / np.hypot(self.w, self.rho)  # P(z > 0) = Φ of it
        quantiles = np.full((len(ACTIVATION_QUANTILES), len(self.iteration)), np.nan)
        whole = ~np.isnan(slopes).any(axis=1)
        quantiles[:, whole] = np.quantile(slopes[whole], ACTIVATION_QUANTILES, axis=1)
        for row in np.flatnonzero(~whole & ~np.isnan(slopes).all(axis=1)):
            quantiles[:, row] = np.nanquantile(slopes[row], ACTIVATION_QUANTILES)
        return np.where(np.isnan(quantiles), np.nan, activation_probability(1.0, np.nan_to_num(quantiles)))

    def until(self, iteration: int) -> Cloud:
        """Return the same cloud as recorded up to a number of updates, the first record at least."""
        n = max(int(np.searchsorted(self.iteration, iteration, side="right")), 1)
        kept = {name: getattr(self, name)[:n] for name in ("iteration", "w", "b", "rho", "dead")}
        return replace(self, **kept)

    def row(self, iteration: int) -> int:
        """Return the row recorded nearest to a number of updates.

        Raises
        ------
        ValueError
            If it is negative or no whole number.
        """
        return int(np.argmin(np.abs(self.iteration - checks.whole("iteration", iteration, 0))))


def recorded_iterations(last: int) -> NDArray[np.int64]:
    """Return every number of updates up to 100 and then those of two significant digits, int64 (n,).

    They end with `last` itself. The share of dead units jumps between 0 and 1 within a few updates early
    on and changes more slowly later, so this follows it everywhere and a page can name each T shortly.
    """
    decades = range(1, max(len(str(last)) - 1, 1))
    counts = np.concatenate([np.arange(101), *(np.arange(11, 101) * 10**k for k in decades), [last]])
    return np.unique(counts[counts <= last]).astype(np.int64)


def cloud(
    hp: Hyperparameters,
    initializer: Initializer,
    count: int,
    *,
    iterations: int = 100_000,
    seed: int = 0,
    epsilon: float = 1e-3,
    record: ArrayLike | None = None,
    starts: Starts | None = None,
    cancel: Cancellation | None = None,
) -> Cloud:
    """Draw starts and iterate the map from each, recorded on the way.

    m' = βm + (1 − β)∇L(θ), θ' = θ − ηm' from m₀ = 0, iterated plainly. A unit is dead after T updates when
    b < Φ⁻¹(ε)·‖w‖ then, the paper's Eq. (3): `outcomes` with tolerance=0 and max_iterations=T, for all T in
    one pass. A unit whose update is longer than 10⁶ has diverged. Beyond ``|b|/‖w‖`` = 9 the gradient counts
    as zero or linear.

    Parameters
    ----------
    hp : Hyperparameters
    initializer : Initializer
    count : int
        Number of starts, at least 1.
    iterations : int
        Number of updates, at least 1.
    seed : int
        At least 0; equal seeds give equal starts, for any settings of the optimiser.
    epsilon : float
        Dead threshold ε, 0 < ε < 0.5.
    record : array_like of int, optional
        The numbers of updates to record at, rising, within 0 … iterations; `recorded_iterations` by default.
    starts : Starts, optional
        The starts, where they are drawn already, `sample(initializer, count, seed)` or the first of more.
    cancel : Cancellation, optional
        Calls the computation off.

    Returns
    -------
    Cloud

    Raises
    ------
    ValueError
        If an argument is out of its range.
    Cancelled
        If `cancel` was cancelled before the end.
    """
    iterations, epsilon = checks.whole("iterations", iterations, 1), checks.epsilon(epsilon)
    rows = recorded_iterations(iterations) if record is None else recorded(record, "iterations", iterations)
    if starts is None:
        starts = sample(initializer, count, seed)
    elif len(starts.w) != count:
        raise ValueError(f"starts must be {count}, as count says, got {len(starts.w)}")
    token = Cancellation() if cancel is None else cancel
    states = np.empty((3, count, len(rows)), np.float32)  # a unit's records side by side, as they are made
    dead = np.empty((count, len(rows)), np.bool_)
    settings = hp.beta, hp.eta, hp.gamma, hp.delta, dead_cone_slope(epsilon), LONGEST_UPDATE

    def work(piece: slice) -> None:
        begin = starts.w[piece], starts.b[piece], starts.rho[piece]
        w, b, rho = states[:, piece]
        cloud_kernels.iterate(*begin, rows, *settings, w, b, rho, dead[piece], token.flag)

    threads.run(work, (slice(i, i + _PIECE) for i in range(0, count, _PIECE)), token.flag)
    if token.cancelled:
        raise Cancelled
    w, b, rho = np.ascontiguousarray(states.transpose(0, 2, 1))
    return Cloud(
        hyperparameters=hp,
        initializer=initializer,
        seed=seed,
        epsilon=epsilon,
        starts=starts,
        iteration=rows,
        w=w,
        b=b,
        rho=rho,
        dead=np.ascontiguousarray(dead.T),
    )
