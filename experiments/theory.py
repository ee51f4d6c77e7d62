"""Back to the theory: where the model of one unit predicts who dies, and where it stops.

Three comparisons. Lone units with an output weight of 1 on drawn rows: the model's own assumptions but for
the number of rows. Networks of a few hidden units whose output weights are trained: the model's prediction
for their first layer beside what became of it. And one network's first layer as points (±‖w‖, b), in which
the cones are what they are for x ~ N(0, I), beside who is dead on the data. In (w_L, b) each unit would have
cones of its own: ρ, its weights across the target's direction, differs from unit to unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from dynamics import Cancellation, Hyperparameters, Outcome, checks, outcomes
from dynamics.arrays import ReadOnlyArrays
from experiments import builtin, kept
from experiments.cost import refuse_above_limit, seconds_per_network
from experiments.data import Dataset, split
from experiments.lone import lone_units
from experiments.networks import LEAST_WIDTH, MOST_WIDTH, Architecture
from experiments.optimizers import Method
from experiments.recipe import MOST_BATCH, Condition, Recipe
from experiments.training import train

WIDTHS = (1, 2, 4, 8, 32)
LONE = tuple((gamma, beta) for gamma in (0.3, 0.1, 0.03) for beta in (0.0, 0.5, 0.8, 0.9, 0.95, 0.99))
MOST_SEEDS, MOST_UPDATES = 100, 10_000
_ROWS, _COLUMNS, _UNITS = 4000, 10, 100  # of the lone units
LONE_UNITS = len(LONE) * _UNITS
_PER_ARGUMENT = 1e-9  # seconds of one core for one row of one lone unit
_RECORDS = 61
_TEACHER = builtin.NAMES[4]


@dataclass(frozen=True)
class Theory:
    """What to run. All networks have one hidden layer and the paper's momentum.

    Parameters
    ----------
    gamma, delta, beta, eta : float
        Hyperparameters of the networks; the lone units have δ and η, and 18 pairs (γ, β) of their own.
    steps : int
        Updates, 1 to 10,000.
    dataset : str
        What the network whose units are followed is trained on, 32 rows at a time; the networks of a few
        units learn the paper's teacher, all rows at a time.
    width : int
        Units of the network that is followed, 8 to 512.
    seeds : int
        Networks of each number of units, 1 to 100.
    epsilon : float
        Dead threshold. With few rows a small one leaves too much to chance.

    Raises
    ------
    ValueError
        If a field is out of its range, or the run would take more than an hour of a core's time.
    """

    gamma: float = 0.01
    delta: float = 0.0
    beta: float = 0.99
    eta: float = 0.1
    steps: int = 1000
    dataset: str = _TEACHER
    width: int = 32
    seeds: int = 20
    epsilon: float = 0.01

    def __post_init__(self) -> None:
        for name, value in vars(self.hyperparameters).items():
            object.__setattr__(self, name, value)
        for name, least, most in (
            ("steps", 1, MOST_UPDATES),
            ("width", LEAST_WIDTH, MOST_WIDTH),
            ("seeds", 1, MOST_SEEDS),
        ):
            object.__setattr__(self, name, checks.whole(name, getattr(self, name), least, most))
        object.__setattr__(self, "epsilon", checks.epsilon(self.epsilon))
        refuse_above_limit(self.seconds, self.networks)

    @property
    def networks(self) -> int:
        """How many there are, lone units not counted."""
        return self.seeds * len(WIDTHS) + 1

    @property
    def seconds(self) -> float:
        """How long all of them take one core, roughly."""

        def network(width: int, dataset: Dataset, batch: int, looks: int) -> float:
            return seconds_per_network(Architecture(depth=1, width=width), dataset, batch, self.steps, looks)

        teacher, data = kept.load(_TEACHER), kept.load(self.dataset)
        few = sum(network(width, teacher, len(teacher.targets), 1) for width in WIDTHS)
        alone = len(LONE) * self.steps * _ROWS * _UNITS * _PER_ARGUMENT
        return self.seeds * few + network(self.width, data, 32, len(self.records)) + alone

    @cached_property
    def hyperparameters(self) -> Hyperparameters:
        """β, η, γ and δ of the networks."""
        return Hyperparameters(self.beta, self.eta, self.gamma, self.delta)

    @property
    def condition(self) -> Condition:
        """The networks' target and momentum."""
        return Condition(self.gamma, self.delta, self.beta)

    def recipe(self, width: int, batch: int) -> Recipe:
        """Return how a network of one hidden layer is trained."""
        return Recipe(Architecture(depth=1, width=width), Method.MOMENTUM, self.eta, batch, self.steps)

    @property
    def records(self) -> tuple[int, ...]:
        """After how many updates the followed units are looked at."""
        return tuple(np.unique(np.linspace(0, self.steps, _RECORDS).round().astype(int)).tolist())


def tiles(spec: Theory) -> int:
    """Return how many tiles a run has: the followed network, each number of units, each lone setting."""
    return 1 + len(WIDTHS) + len(LONE)


def compute(spec: Theory, index: int, cancel: Cancellation | None = None) -> dict[str, NDArray[Any]]:
    """Compute one tile.

    Parameters
    ----------
    spec : Theory
    index : int
        From 0 to `tiles(spec)` − 1.
    cancel : Cancellation, optional

    Returns
    -------
    dict of arrays
        Index 0: length, bias, active (records, width), as in `TheoryResult`. Then predicted and seen, one
        number for each seed, or for each lone unit.
    """
    index = checks.whole("index", index, 0, tiles(spec) - 1)
    if index == 0:
        return _followed(spec, cancel)
    if index <= len(WIDTHS):
        return _networks(spec, WIDTHS[index - 1], cancel)
    return _lone(spec, index - 1 - len(WIDTHS), cancel)


def _followed(spec: Theory, cancel: Cancellation | None) -> dict[str, NDArray[Any]]:
    dataset = kept.load(spec.dataset)
    recipe = spec.recipe(spec.width, 32)
    history = train(recipe, dataset, [0], [spec.condition], spec.records, first_layer=True, cancel=cancel)
    part = split(dataset, 0)
    direction = np.linalg.lstsq(part.train_inputs, part.train_targets)[0]
    weights = history.first_weights[0]
    signs = np.where(np.tensordot(weights, direction, axes=(1, 0)) < 0, -1, 1)
    return {
        "length": (signs * np.linalg.norm(weights, axis=1)).astype(np.float32),
        "bias": history.first_biases[0],
        "active": history.active[0, :, 0],
    }


def _networks(spec: Theory, width: int, cancel: Cancellation | None) -> dict[str, NDArray[Any]]:
    """Train networks of so many units on the teacher, and ask the theory about each unit's start."""
    ends, seeds = [0, spec.steps], list(range(spec.seeds))
    recipe = spec.recipe(width, MOST_BATCH)
    history = train(
        recipe, kept.load(_TEACHER), seeds, [spec.condition], ends, first_layer=True, cancel=cancel
    )
    starts = history.first_weights[:, 0].swapaxes(1, 2)
    seen = (history.active[:, -1, 0] < spec.epsilon).mean(axis=1)
    seen[history.diverged] = np.nan
    dead = _predicted(spec, spec.hyperparameters, starts, cancel)
    return {"predicted": dead.mean(axis=1), "seen": seen}


def _lone(spec: Theory, setting: int, cancel: Cancellation | None) -> dict[str, NDArray[Any]]:
    gamma, beta = LONE[setting]
    hp = Hyperparameters(beta, spec.eta, gamma, spec.delta)
    random = np.random.default_rng([setting, 3])
    weights = np.sqrt(2 / _COLUMNS) * random.standard_normal((_UNITS, _COLUMNS))
    inputs = random.standard_normal((_ROWS, _COLUMNS))
    with ThreadpoolController().limit(limits=1, user_api="blas"), np.errstate(all="ignore"):
        active = lone_units(hp, weights, inputs, spec.steps, cancel)
    return {
        "predicted": _predicted(spec, hp, weights, cancel).astype(np.float64),
        "seen": (active < spec.epsilon).astype(np.float64),
    }


def _predicted(
    spec: Theory, hp: Hyperparameters, weights: NDArray[Any], cancel: Cancellation | None
) -> NDArray[np.bool_]:
    """Return whether the model of one unit says that units (…, columns) are dead after all updates."""
    along = weights[..., -1].astype(np.float64)
    across = np.linalg.norm(weights[..., :-1].astype(np.float64), axis=-1)
    found = outcomes(
        hp,
        along,
        0.0,
        across,
        epsilon=spec.epsilon,
        tolerance=0,
        max_iterations=spec.steps,
        cancel=cancel,
    )
    return np.asarray(found.outcome == Outcome.DEAD)


@dataclass(frozen=True, eq=False)
class TheoryResult(ReadOnlyArrays):
    """What is known of a run, finished or not; arrays are read-only, nan where not finished.

    Attributes
    ----------
    spec : Theory
    length, bias : float64 (records, width)
        The followed network's units: ±‖w‖, its sign that of the weights along the direction in which least
        squares fits the data, and the bias.
    active : float64 (records, width)
        Share of the training rows on which each is active.
    predicted, seen : float64 (widths, seeds)
        Dead share of networks of `WIDTHS` units: what the theory of one unit says, and what became of them.
    lone_predicted, lone_seen : float64 (settings, units)
        Whether each lone unit is dead, 0 or 1, at the pairs (γ, β) of `LONE`.
    """

    spec: Theory
    length: NDArray[np.float64]
    bias: NDArray[np.float64]
    active: NDArray[np.float64]
    predicted: NDArray[np.float64]
    seen: NDArray[np.float64]
    lone_predicted: NDArray[np.float64]
    lone_seen: NDArray[np.float64]

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Whether each followed unit is dead on the data, (records, width); none where it has no place."""
        return np.asarray((self.active < self.spec.epsilon) & np.isfinite(self.length + self.bias))

    @property
    def parts(self) -> int:
        """How many parts the run has: as many as `tiles`."""
        return tiles(self.spec)

    @property
    def finished(self) -> int:
        """How many of them are known."""
        known = np.isfinite(self.active).all() + np.isfinite(self.predicted).all(axis=1).sum()
        return int(known + np.isfinite(self.lone_predicted).all(axis=1).sum())

    @property
    def diverged(self) -> int:
        """How many networks, the followed one too, have left all numbers."""
        lost = np.isfinite(self.predicted) & ~np.isfinite(self.seen)
        followed = np.isfinite(self.active).all() and not np.isfinite(self.length[-1] + self.bias[-1]).all()
        return int(lost.sum() + followed)


def assemble(spec: Theory, found: Mapping[int, Mapping[str, NDArray[Any]]]) -> TheoryResult:
    """Put finished tiles together.

    Parameters
    ----------
    spec : Theory
    found : mapping
        What `compute` returned, by index; any of them may be missing.
    """
    followed, networks = (len(spec.records), spec.width), (len(WIDTHS), spec.seeds)
    shapes = {
        "length": followed,
        "bias": followed,
        "active": followed,
        "predicted": networks,
        "seen": networks,
    }
    shapes |= {"lone_predicted": (len(LONE), _UNITS), "lone_seen": (len(LONE), _UNITS)}
    arrays = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
    for index, tile in found.items():
        if index == 0:
            for name in ("length", "bias", "active"):
                arrays[name][:] = tile[name]
            continue
        alone, row = divmod(index - 1, len(WIDTHS)) if index <= len(WIDTHS) else (1, index - 1 - len(WIDTHS))
        for name in ("predicted", "seen"):
            arrays[f"lone_{name}" if alone else name][row] = tile[name]
    return TheoryResult(spec=spec, **arrays)
