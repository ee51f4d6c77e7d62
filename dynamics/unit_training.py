"""What becomes of one unit under any optimiser after exactly T updates, many starts at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays
from dynamics.coordinates import CoordinateStarts
from dynamics.initializers import Starts
from dynamics.leaky import leaky_gradient, leaky_loss
from dynamics.optimizers import SGD, AdamW, Momentum, Optimizer, RMSprop, coordinatewise
from dynamics.outcome import CONVERGED_WITHIN, LONGEST_UPDATE, Cancellation, Cancelled, Outcome
from dynamics.relu import activation_probability, is_dead
from dynamics.trajectory import recorded

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a unit max(0, wᵀx + b) is trained on y = γx_L + δ, x ~ N(0, I), with the loss E[½(unit − y)²].

    Parameters
    ----------
    optimizer : Momentum, SGD, RMSprop, Adam or AdamW
    gamma, delta : float
        Target standard deviation γ > 0 and mean δ.
    steps : int
        Number of updates T, at least 1.
    epsilon : float
        Dead threshold ε, 0 < ε < 0.5.
    slope : float
        Slope s of a leaky ReLU max(z, s·z), 0 ≤ s < 1; 0 is the ReLU. See `dynamics.leaky`.
    clip : float, optional
        Longest gradient, above 0: a longer one is scaled by clip/(‖∇L‖ + 10⁻⁶) as by
        ``torch.nn.utils.clip_grad_norm_``, before all else. Here the norm is of one unit's gradient; in a
        network PyTorch takes that of all parameters together, so the unit's share of it is less.
    warmup : int
        Number of updates over which momentum rises linearly from 0: at update t (from 1) it is
        min(1, (t − 1)/warmup) of its value. For `Momentum`, and `SGD` with momentum, whose b then starts
        at update 2, since PyTorch keeps none while momentum is 0.
    batch : int, optional
        Size of the minibatches of Gaussian inputs whose mean gradient is taken; None for the expected one.

    Raises
    ------
    ValueError
        If a field is out of its range or means nothing to the optimiser.
    """

    optimizer: Optimizer
    gamma: float
    delta: float = 0.0
    steps: int
    epsilon: float = 1e-3
    slope: float = 0.0
    clip: float | None = None
    warmup: int = 0
    batch: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.optimizer, Optimizer):
            raise ValueError(
                f"optimizer must be Momentum, SGD, RMSprop, Adam or AdamW, got {self.optimizer!r}"
            )
        checked = {
            "gamma": checks.positive("gamma", self.gamma),
            "delta": checks.finite("delta", self.delta),
            "steps": checks.whole("steps", self.steps, 1, 10**9),
            "epsilon": checks.epsilon(self.epsilon),
            "slope": checks.real("slope", self.slope, lambda x: 0 <= x < 1, "at least 0 and below 1"),
            "clip": None if self.clip is None else checks.positive("clip", self.clip),
            "warmup": checks.whole("warmup", self.warmup, 0),
            "batch": None if self.batch is None else checks.whole("batch", self.batch, 1),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.warmup > 0 and coordinatewise(self.optimizer):
            name = type(self.optimizer).__name__
            raise ValueError(f"warmup must be 0 but for Momentum and SGD, got {self.warmup} with {name}")


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
        The parameters, nan once a unit has diverged. ρ has a sign only if the starts are `Starts` and the
        gradient is the expected one; else it is a length.
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
        Of the minibatches, at least 0; unit j has its own stream. Nothing else is random.
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
    theta, multiplicity = _parameters(training, starts)
    token = Cancellation() if cancel is None else cancel
    states = _iterate(training, theta, multiplicity, iteration, seed, token)
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


def _parameters(training: Training, starts: Starts | CoordinateStarts) -> tuple[Floats, float]:
    """Return θ of all units, (2 + m, count) with w_L, b and m orthogonal weights, and their multiplicity."""
    rotational = not coordinatewise(training.optimizer) and training.batch is None
    if rotational or (isinstance(starts, Starts) and not starts.rho.any()):
        return np.stack([starts.w, starts.b, starts.rho]), 1.0
    if isinstance(starts, Starts):
        what = "minibatches" if training.batch is not None else type(training.optimizer).__name__
        raise ValueError(f"starts must be CoordinateStarts for {what}, or have rho = 0, got Starts")
    if training.batch is not None and starts.multiplicity != 1:
        raise ValueError(f"multiplicity must be 1 for minibatches, got {starts.multiplicity}")
    return np.concatenate([[starts.w, starts.b], starts.orthogonal.T]), starts.multiplicity


def _judge(training: Training, w: Floats, b: Floats, rho: Floats) -> NDArray[np.uint8]:
    """Return the outcomes of units after T updates, by the order of `Outcome`."""
    distance = np.hypot(np.hypot(w - training.gamma, b - training.delta), rho)
    outcome = np.where(distance < CONVERGED_WITHIN * training.gamma, Outcome.CONVERGED, Outcome.UNDECIDED)
    outcome[is_dead(w, b, rho, training.epsilon)] = Outcome.DEAD
    outcome[np.isnan(distance)] = Outcome.DIVERGED
    return outcome.astype(np.uint8)


def _iterate(
    training: Training,
    theta: Floats,
    multiplicity: float,
    iteration: NDArray[np.int64],
    seed: int,
    token: Cancellation,
) -> Floats:
    """Return (w, b, ρ) of every unit after iteration[i] updates, (3, n, count)."""
    states = np.empty((3, len(iteration), theta.shape[1]))
    moments = np.zeros((3, *theta.shape))
    random = [np.random.default_rng([seed, unit]) for unit in range(theta.shape[1])]
    done = 0
    for row, end in enumerate(iteration):
        while done < end:
            if token.cancelled:
                raise Cancelled
            done += 1
            _update(training, theta, multiplicity, moments, done, random)
        orthogonal = theta[2] if len(theta) == 3 and multiplicity == 1 else _length(theta[2:], multiplicity)
        states[:, row] = theta[0], theta[1], orthogonal
    return states


def _length(weights: Floats, multiplicity: float) -> Floats:
    return np.asarray(np.sqrt(multiplicity * np.square(weights).sum(axis=0)))


def _update(
    training: Training,
    theta: Floats,
    multiplicity: float,
    moments: Floats,
    t: int,
    random: list[np.random.Generator],
) -> None:
    """Apply update t in place."""
    o, before = training.optimizer, theta.copy()
    if training.batch is None:
        g = _expected(training, theta, multiplicity)
    else:
        g = np.stack([_sampled(training, x, r) for x, r in zip(theta.T, random, strict=True)], axis=1)
    if training.clip is not None:
        norm = np.sqrt(g[0] ** 2 + g[1] ** 2 + multiplicity * np.square(g[2:]).sum(axis=0))
        g *= np.minimum(training.clip / (norm + 1e-6), 1.0)
    if isinstance(o, Momentum):
        beta = o.beta * _risen(training, t)
        moments[0] = beta * moments[0] + (1 - beta) * g
        theta -= o.eta * moments[0]
    elif isinstance(o, SGD):
        g += o.weight_decay * theta
        momentum = o.momentum * _risen(training, t)
        if momentum > 0:
            fresh = t == (1 if training.warmup == 0 else 2)
            moments[0] = g if fresh else momentum * moments[0] + (1 - o.dampening) * g
            g = g + momentum * moments[0] if o.nesterov else moments[0]
        theta -= o.lr * g
    elif isinstance(o, RMSprop):
        g += o.weight_decay * theta
        moments[0] = o.alpha * moments[0] + (1 - o.alpha) * g * g
        moments[1] = o.alpha * moments[1] + (1 - o.alpha) * g
        square = np.maximum(moments[0] - moments[1] ** 2, 0.0) if o.centered else moments[0]
        moments[2] = o.momentum * moments[2] + g / (np.sqrt(square) + o.eps)
        theta -= o.lr * moments[2]
    else:
        if isinstance(o, AdamW):
            theta *= 1 - o.lr * o.weight_decay
        else:
            g += o.weight_decay * theta
        first, second = o.betas
        moments[0] = first * moments[0] + (1 - first) * g
        moments[1] = second * moments[1] + (1 - second) * g * g
        denominator = np.sqrt(moments[1] / (1 - second**t)) + o.eps
        theta -= o.lr / (1 - first**t) * moments[0] / denominator
    step = theta - before
    far = ~(step[0] ** 2 + step[1] ** 2 + multiplicity * np.square(step[2:]).sum(axis=0) <= LONGEST_UPDATE**2)
    theta[:, far] = np.nan


def _risen(training: Training, t: int) -> float:
    """Return the share of its momentum that an optimiser has at update t."""
    return 1.0 if training.warmup == 0 else min((t - 1) / training.warmup, 1.0)


def _expected(training: Training, theta: Floats, multiplicity: float) -> Floats:
    """Return the expected gradient along every coordinate."""
    rho = _length(theta[2:], multiplicity)
    dw, db, drho = leaky_gradient(
        theta[0], theta[1], training.gamma, training.delta, rho, slope=training.slope
    )
    return np.concatenate([[dw, db], theta[2:] * (drho / np.where(rho == 0, 1.0, rho))])


def _sampled(training: Training, theta: Floats, random: np.random.Generator) -> Floats:
    """Return the mean gradient of one unit over a minibatch."""
    inputs = random.standard_normal((training.batch or 0, len(theta) - 1))
    z = inputs[:, 0] * theta[0] + theta[1] + inputs[:, 1:] @ theta[2:]
    slope = np.where(z > 0, 1.0, training.slope)
    error = (z * slope - (training.gamma * inputs[:, 0] + training.delta)) * slope / len(z)
    gradient = error @ inputs
    return np.concatenate([gradient[:1], [error.sum()], gradient[1:]])
