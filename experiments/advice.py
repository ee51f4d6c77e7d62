"""Does the advice of the model of one unit hold in networks? Every change of `dynamics.advise`, run again.

Networks of 2 × 32 units start from He's initialisation and are trained for 600 updates of 32 rows, as those
of Fig. 1; the model trains one unit of fan-in 32 for as many updates. A change is made to both. Networks of
one seed share rows, batches and the random numbers behind their weights: differences are of pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt

import numpy as np
from scipy.special import ndtr

from dynamics import SGD, Adam, Advice, Cancellation, Initializer, Momentum, Scheme, Training, advise
from dynamics.advice import POINT, Change, Kind
from experiments import builtin
from experiments.block import Block
from experiments.dead import deaths
from experiments.intervals import estimate
from experiments.networks import Architecture, Array
from experiments.optimizers import Method
from experiments.recipe import Condition, Recipe
from experiments.training import train

DATASETS = ("diabetes", "penguins")
SEEDS, LEAST_SEEDS, MOST_SEEDS = 20, 2, 100
STEPS, POINTS, WIDTH = 600, 64, 32
ORIGIN = Initializer(Scheme.HE_NORMAL, WIDTH)
# What somebody may come with: the paper's rate, PyTorch's at much momentum, and Adam's at a small target.
SETTINGS: dict[str, Training] = {
    "momentum, eta 0.1, beta 0.95, gamma 0.1": Training(
        optimizer=Momentum(0.95, 0.1), gamma=0.1, steps=STEPS
    ),
    "SGD, lr 0.01, momentum 0.99, gamma 0.1": Training(optimizer=SGD(0.01, 0.99), gamma=0.1, steps=STEPS),
    "Adam, lr 0.01, beta1 0.99, gamma 0.01": Training(
        optimizer=Adam(0.01, (0.99, 0.999)), gamma=0.01, steps=STEPS
    ),
}


class Agreement(StrEnum):
    """Whether model and networks say the same: by a point of the dead share, and beyond the interval.

    AGREE: both fewer, both more or both neither. WEAKER: no difference in networks where the model has one.
    STRONGER: the reverse. OPPOSITE: more in one, fewer in the other.
    """

    AGREE = "agree"
    WEAKER = "no difference in networks"
    STRONGER = "a difference in networks alone"
    OPPOSITE = "opposite"


@dataclass(frozen=True)
class Rerun:
    """A change in the model and in networks.

    Attributes
    ----------
    setting, kind, fields, dataset : str
    model_before, model_after, before, after : float
        Dead shares, 0 to 1.
    model_low, model_high, low, high : float
        95 % interval of each difference, after minus before.
    diverged : float
        Share of networks that diverge after the change; their units are left out.
    """

    setting: str
    kind: str
    fields: str
    dataset: str
    model_before: float
    model_after: float
    model_low: float
    model_high: float
    before: float
    after: float
    low: float
    high: float
    diverged: float

    @property
    def model(self) -> int:
        """Whether more units are dead in the model, 1, or fewer, −1."""
        return _sign(self.model_after - self.model_before, self.model_low, self.model_high)

    @property
    def agreement(self) -> Agreement:
        """What the two say of each other."""
        model = self.model
        networks = _sign(self.after - self.before, self.low, self.high)
        if model == networks:
            return Agreement.AGREE
        if networks == 0:
            return Agreement.WEAKER
        return Agreement.STRONGER if model == 0 else Agreement.OPPOSITE


def _sign(difference: float, low: float, high: float) -> int:
    if high < 0 and difference <= -POINT:
        return -1
    return int(low > 0 and difference >= POINT)


def rerun(
    seeds: int = SEEDS,
    datasets: Sequence[str] = DATASETS,
    settings: Sequence[str] = tuple(SETTINGS),
    cancel: Cancellation | None = None,
) -> list[Rerun]:
    """Train networks as every piece of advice says, and as they are.

    Parameters
    ----------
    seeds : int
        Networks of each kind.
    datasets, settings : sequence of str
        Names that `builtin.load` knows, and of `SETTINGS`.
    cancel : Cancellation, optional

    Raises
    ------
    Cancelled
    """
    return [
        row
        for name in settings
        for row in _reruns(
            name, advise(SETTINGS[name], ORIGIN, POINTS, cancel=cancel), seeds, datasets, cancel
        )
    ]


def _reruns(
    name: str, advice: Advice, seeds: int, datasets: Sequence[str], cancel: Cancellation | None
) -> list[Rerun]:
    now = Change(Kind.CLIP, advice.now.training, ORIGIN, ())  # no change at all
    rows = []
    for dataset in datasets:
        before = dead_shares(now, dataset, seeds, cancel)
        for option in advice.options:
            after = dead_shares(option.change, dataset, seeds, cancel)
            found = estimate(after - before)
            fields = ", ".join(f"{field} {value}" for field, value in option.change.fields)
            rows.append(
                Rerun(
                    *(name, str(option.change.kind), fields, dataset),
                    *(advice.now.dead.value, option.risk.dead.value, option.dead.low, option.dead.high),
                    *(_mean(before), _mean(after), float(found.low), float(found.high)),
                    float(np.isnan(after).mean()),
                )
            )
    return rows


def _mean(values: Array) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def dead_shares(change: Change, dataset: str, seeds: int, cancel: Cancellation | None = None) -> Array:
    """Return the dead share of each seed's network after a change, float64 (seeds,); nan if it diverged."""
    t = change.training
    recipe = Recipe(
        architecture=Architecture(width=WIDTH, leak=t.slope),
        method=_METHODS[type(t.optimizer)],
        eta=t.optimizer.eta if isinstance(t.optimizer, Momentum) else t.optimizer.lr,
        steps=t.steps,
    )
    condition = Condition(t.gamma, t.delta, _beta(t))
    numbers = list(range(seeds))

    def prepare(block: Block) -> None:
        if isinstance(change.origin, Initializer) and change.origin != ORIGIN:
            initialise(block, change.origin, numbers)
        if t.clip is not None or t.warmup > 0:
            block.drive(_Changed(block, t))

    history = train(
        recipe, builtin.load(dataset), numbers, [condition], [0, t.steps], prepare=prepare, cancel=cancel
    )
    return np.where(history.diverged, np.nan, deaths(history.active, t.epsilon).total[:, -1])


_METHODS = {Momentum: Method.MOMENTUM, SGD: Method.PYTORCH, Adam: Method.ADAM}


def _beta(training: Training) -> float:
    optimizer = training.optimizer
    if isinstance(optimizer, Momentum):
        return optimizer.beta
    return optimizer.betas[0] if isinstance(optimizer, Adam) else optimizer.momentum


def initialise(block: Block, initializer: Initializer, seeds: Sequence[int]) -> None:
    """Turn He's weights into another initialisation's, by the same numbers; hidden biases are moved."""
    parameters = block.parameters
    last = len(parameters.weights) - 1
    for layer, (weights, biases) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
        fan_in, fan_out = weights.shape[1:]
        own = replace(initializer, fan_in=fan_in)
        if own.fan_out is not None:
            own = replace(own, fan_out=fan_out)
        weight_std, bias_std = own.deviations
        standard = weights / sqrt(2 / fan_in)
        weights[...] = weight_std * (sqrt(3) * (2 * ndtr(standard) - 1) if own.uniform else standard)
        for i, seed in enumerate(seeds):
            drawn = np.random.default_rng([seed, 3, layer]).uniform(-1, 1, fan_out)
            biases[i, 0] = bias_std * sqrt(3) * drawn + (own.bias if layer < last else 0.0)


class _Changed:
    """An optimiser with clipping by each network's norm, as PyTorch does, or with momentum that warms up."""

    def __init__(self, block: Block, training: Training) -> None:
        self._training, self._values = training, np.zeros_like(block.parameters.values)
        self._second = np.zeros_like(self._values)
        self._steps = 0

    def step(self, values: Array, gradient: Array) -> None:
        t, beta = self._training, _beta(self._training)
        if t.clip is not None:
            norms = np.sqrt(np.square(gradient, dtype=np.float64).sum(axis=1, keepdims=True))
            gradient *= np.minimum(t.clip / (norms + 1e-6), 1).astype(gradient.dtype)
        if t.warmup > 0:
            beta *= min(self._steps / t.warmup, 1.0)
        self._steps += 1
        paper = isinstance(t.optimizer, Momentum | Adam)
        self._values *= beta
        self._values += (1 - beta if paper else 1.0) * gradient
        if isinstance(t.optimizer, Adam):
            second = t.optimizer.betas[1]
            self._second += (1 - second) * (np.square(gradient) - self._second)
            root = np.sqrt(self._second / (1 - second**self._steps)) + t.optimizer.eps
            values -= t.optimizer.lr / (1 - beta**self._steps) * self._values / root
        else:
            values -= (
                t.optimizer.eta if isinstance(t.optimizer, Momentum) else t.optimizer.lr
            ) * self._values
