"""What becomes of one unit under any optimiser after exactly T updates, many starts at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics import checks, threads
from dynamics.arrays import ReadOnlyArrays
from dynamics.basins import outcomes
from dynamics.coordinates import CoordinateStarts
from dynamics.hyperparameters import Hyperparameters
from dynamics.initializers import Starts
from dynamics.leaky import leaky_loss
from dynamics.optimizer_kernels import LANES, Rule, advance
from dynamics.outcome import CONVERGED_WITHIN, Cancellation, Cancelled, Outcome
from dynamics.relu import activation_probability, is_dead
from dynamics.training import Training, rule
from dynamics.trajectory import recorded

Floats = NDArray[np.float64]

_NOISE = 1 << 16  # normal numbers that are drawn at a time, half a MB
_PLAIN = 1000  # updates up to which plain iteration costs little and is exact


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainedUnits(ReadOnlyArrays):
    """Where units are after exactly so many updates: rows of an array by iteration, columns by unit.

    Attributes
    ----------
    training : Training
    starts : Starts or CoordinateStarts
    iteration : int64 (n,)
        Numbers of updates, rising.
    outcome : uint8 (n, count)
        Values of `Outcome`: DIVERGED, DEAD, CONVERGED or UNDECIDED, tested in this order. For a leaky unit
        DEAD still says that P(z > 0) < ε, although it has a gradient there.
    w, b, rho : float64 (n, count)
        The parameters, nan once a unit has diverged. ρ keeps the sign that the map gives it where (w_L, b, ρ)
        is all of a unit's state; else it is a length.
    """

    training: Training
    starts: Starts | CoordinateStarts
    iteration: NDArray[np.int64]
    outcome: NDArray[np.uint8]
    w: Floats
    b: Floats
    rho: Floats

    @cached_property
    def activation_probability(self) -> Floats:
        """P(z > 0), float64 (n, count); nan once a unit has diverged."""
        return activation_probability(self.w, self.b, self.rho)

    @cached_property
    def loss(self) -> Floats:
        """Expected loss, float64 (n, count), the leaky unit's for slope > 0; inf once a unit has diverged."""
        settings = self.training
        loss = leaky_loss(self.w, self.b, settings.gamma, settings.delta, self.rho, slope=settings.slope)
        return np.where(np.isfinite(loss), loss, np.inf)

    def fraction(self, outcome: Outcome) -> Floats:
        """Return the share of units with this outcome after iteration[i] updates, float64 (n,)."""
        return np.asarray((self.outcome == outcome).mean(axis=1))

    @property
    def dead_fraction(self) -> Floats:
        """Share of units in the dead cone after iteration[i] updates, float64 (n,)."""
        return self.fraction(Outcome.DEAD)


def train_units(
    training: Training,
    starts: Starts | CoordinateStarts,
    *,
    record: ArrayLike | None = None,
    seed: int = 0,
    cancel: Cancellation | None = None,
) -> TrainedUnits:
    """Train one unit from each start for exactly T updates, each by itself.

    The optimisers' own arithmetic on the exact expected gradient, update by update, 16 units side by side.
    Beyond ``|b|/‖w‖`` = 9, where φ is 10⁻¹⁸, the unit counts as linear or as constantly zero. `Momentum`, and
    `SGD` where it is the same, run by supersteps beyond 1,000 updates as in `outcomes` (end points within a
    few thousandths). Minibatches are simulated with all n weights and have the exact distribution, though not
    every input's coordinates are drawn one by one; see `dynamics.optimizer_kernels`.

    Parameters
    ----------
    training : Training
    starts : Starts or CoordinateStarts
        `Starts` hold (w_L, b, ρ), enough for the expected gradient under Momentum and SGD. RMSprop, Adam and
        AdamW need the weights one by one, `coordinate_starts`, or for a large fan-in `spread`; minibatches
        need all of them.
    record : array_like of int, optional
        The numbers of updates to record at, rising, from 0 to T; T alone by default.
    seed : int
        Of the minibatches, at least 0; every unit has its own. Nothing else is random.
    cancel : Cancellation, optional
        Calls the computation off.

    Returns
    -------
    TrainedUnits
        The same for any number of threads.

    Raises
    ------
    ValueError
        If an argument is out of its range, or if the starts lack coordinates.
    Cancelled
        If `cancel` was cancelled before the end.
    """
    iteration = recorded([training.steps] if record is None else record, "steps", training.steps)
    seed = checks.whole("seed", seed, 0)
    token = Cancellation() if cancel is None else cancel
    states = np.empty((3, len(iteration), len(starts.w)))
    hp = training.hyperparameters
    long = iteration > (training.steps if hp is None else _PLAIN)
    if hp is not None and long.any():
        states[:, long] = _by_supersteps(hp, starts, training.epsilon, iteration[long], token)
    if not long.all():
        states[:, ~long] = _by_updates(training, starts, iteration[~long], seed, token)
    w, b, rho = states
    return TrainedUnits(
        training=training,
        starts=starts,
        iteration=iteration,
        outcome=_judge(training, w, b, rho),
        w=w,
        b=b,
        rho=rho,
    )


def _by_supersteps(
    hp: Hyperparameters,
    starts: Starts | CoordinateStarts,
    epsilon: float,
    iteration: NDArray[np.int64],
    token: Cancellation,
) -> Floats:
    """Return (w, b, ρ) of every unit after iteration[i] updates, (3, n, count), by the engine."""
    states = np.empty((3, len(iteration), len(starts.w)))
    for row, last in enumerate(iteration.tolist()):
        ends = outcomes(
            hp,
            starts.w,
            starts.b,
            starts.rho,
            epsilon=epsilon,
            tolerance=0,
            max_iterations=last,
            cancel=token,
        )
        states[:, row] = ends.final_w, ends.final_b, ends.final_rho
        states[:, row, ends.outcome == Outcome.DIVERGED] = np.nan
    return states


def _by_updates(
    training: Training,
    starts: Starts | CoordinateStarts,
    iteration: NDArray[np.int64],
    seed: int,
    token: Cancellation,
) -> Floats:
    """Return what `_by_supersteps` does, one update after the other and for any training."""
    theta, multiplicity = _parameters(training, starts)
    count = theta.shape[1]
    states = np.empty((3, len(iteration), count))
    settings = rule(training, multiplicity)

    def work(piece: slice) -> None:
        random = np.random.Generator(np.random.SFC64([seed, piece.start]))
        for row, at in enumerate(_group(settings, theta[:, piece], iteration, random, token.flag)):
            rho = (
                np.sqrt(multiplicity * np.square(at[2:]).sum(axis=0)) if training.needs_coordinates else at[2]
            )
            states[:, row, piece] = at[0], at[1], rho

    threads.run(work, (slice(i, i + LANES) for i in range(0, count, LANES)), token.flag)
    if token.cancelled:
        raise Cancelled
    return states


def _parameters(training: Training, starts: Starts | CoordinateStarts) -> tuple[Floats, float]:
    """Return θ of all units, (2 + m, count) with w_L, b and m orthogonal weights, and their multiplicity."""
    if not training.needs_coordinates:
        return np.stack([starts.w, starts.b, starts.rho]), 1.0
    if isinstance(starts, Starts):
        what = "minibatches" if training.batch is not None else type(training.optimizer).__name__
        raise ValueError(f"starts must be CoordinateStarts for {what}, which needs all weights, got Starts")
    if training.batch is not None and starts.multiplicity != 1:
        raise ValueError(f"multiplicity must be 1 for minibatches, got {starts.multiplicity}")
    return np.concatenate([[starts.w, starts.b], starts.orthogonal.T]), starts.multiplicity


def _group(
    settings: Rule,
    theta: Floats,
    iteration: NDArray[np.int64],
    random: np.random.Generator,
    flag: NDArray[np.uint8],
) -> Iterator[Floats]:
    """Yield θ of at most `LANES` units, (2 + m, count), after iteration[i] updates."""
    lanes = np.minimum(np.arange(LANES), theta.shape[1] - 1)  # lanes too many repeat the last unit
    state = theta[:, lanes].ravel()
    moments = np.zeros((3, state.size))
    numbers = 2 * settings.batch + len(theta) - 2  # normal ones, for an update of one unit
    most = max(_NOISE // (numbers * LANES), 1) if settings.batch > 0 else int(iteration[-1])
    noise = np.empty((0, 0, LANES))
    done = 0
    for end in iteration.tolist():
        while done < end and flag[0] == 0:
            steps = min(end - done, most)
            if settings.batch > 0:
                noise = random.standard_normal((steps, numbers, LANES))
            advance(state, moments, done, steps, settings, noise, flag)
            done += steps
        yield state.reshape(-1, LANES)[:, : theta.shape[1]]


def _judge(training: Training, w: Floats, b: Floats, rho: Floats) -> NDArray[np.uint8]:
    """Return the outcomes of units after T updates, by the order of `Outcome`."""
    distance = np.hypot(np.hypot(w - training.gamma, b - training.delta), rho)
    outcome = np.where(distance < CONVERGED_WITHIN * training.gamma, Outcome.CONVERGED, Outcome.UNDECIDED)
    outcome[is_dead(w, b, rho, training.epsilon)] = Outcome.DEAD
    outcome[np.isnan(distance)] = Outcome.DIVERGED
    return outcome.astype(np.uint8)
