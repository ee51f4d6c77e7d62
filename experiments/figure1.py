"""Fig. 1: error and dead share against γ and δ, with and without momentum, on several data sets.

A run is cut into tiles, each of one data set and seed, that can be computed anywhere and in any order, and
again with the same result: the first seed of every data set comes first, so that a partial result already
shows the whole picture.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import Cancellation, checks
from experiments import builtin, kept
from experiments.cost import refuse_above_limit, seconds_per_network
from experiments.dead import deaths
from experiments.networks import LEAST_WIDTH, MOST_WIDTH, Architecture
from experiments.optimizers import Method
from experiments.recipe import Condition, Recipe
from experiments.tiling import Tiling
from experiments.training import train

MOST_SEEDS, MOST_VALUES, MOST_BETAS, MOST_SETS = 100, 25, 3, 12
_RECORDS = 5  # per network: units that die and come back between two are not seen


@dataclass(frozen=True)
class Figure1:
    """What to run. The defaults are ours: the paper's text gives neither network nor optimiser's settings.

    With them the effect shows; with `method` "momentum", the paper's own equations, it does not.

    Parameters
    ----------
    datasets : tuple of str
        Names that `kept.load` knows, at most 12.
    gammas, deltas : tuple of float
        Standard deviations γ at δ = 0, and means δ at γ = 1; at most 25 each. 1 and 0 are among them.
    betas : tuple of float
        One to three momenta.
    method, eta, depth, width, leak, batch, steps
        As of `Recipe` and `Architecture`.
    seeds : int
        Networks of every condition, 1 to 100.
    epsilon : float
        Dead threshold.

    Raises
    ------
    ValueError
        If a field is out of its range, or the run would take more than an hour of a core's time.
    """

    datasets: tuple[str, ...] = builtin.REAL
    gammas: tuple[float, ...] = (0.001, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0, 1000.0)
    deltas: tuple[float, ...] = (-10.0, -3.0, -1.0, -0.3, 0.0, 0.3, 1.0, 3.0, 10.0)
    betas: tuple[float, ...] = (0.0, 0.9, 0.99)
    method: Method = Method.ADAM
    eta: float = 0.01
    depth: int = 2
    width: int = 32
    leak: float = 0.0
    batch: int = 32
    steps: int = 600
    seeds: int = 10
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        for name, most in (("gammas", MOST_VALUES), ("deltas", MOST_VALUES), ("betas", MOST_BETAS)):
            object.__setattr__(self, name, _rising(name, getattr(self, name), most))
        for name, needed in (("gammas", 1.0), ("deltas", 0.0)):
            if needed not in getattr(self, name):
                raise ValueError(f"{name} must contain {needed:g}, got {_shown(getattr(self, name))}")
        datasets = tuple(self.datasets)
        if not 1 <= len(set(datasets)) == len(datasets) <= MOST_SETS:
            raise ValueError(f"datasets must be 1 to {MOST_SETS} different names, got {', '.join(datasets)}")
        object.__setattr__(self, "datasets", datasets)
        checks.whole("width", self.width, LEAST_WIDTH, MOST_WIDTH)
        object.__setattr__(self, "seeds", checks.whole("seeds", self.seeds, 1, MOST_SEEDS))
        object.__setattr__(self, "epsilon", checks.epsilon(self.epsilon))
        for part, names in (
            (self.architecture, ("depth", "width", "leak")),
            (self.recipe, ("eta", "batch", "steps")),
        ):
            for name in names:
                object.__setattr__(self, name, getattr(part, name))
        object.__setattr__(self, "method", self.recipe.method)
        refuse_above_limit(self.seconds, self.networks)

    @property
    def architecture(self) -> Architecture:
        """The networks' architecture."""
        return Architecture(depth=self.depth, width=self.width, leak=self.leak)

    @property
    def recipe(self) -> Recipe:
        """How they are trained."""
        return Recipe(self.architecture, self.method, self.eta, self.batch, self.steps)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every (γ, δ, β): the γ at δ = 0, then the other δ at γ = 1, each with every β."""
        pairs = [(gamma, 0.0) for gamma in self.gammas]
        pairs += [(1.0, delta) for delta in self.deltas if delta != 0]
        return tuple(Condition(gamma, delta, beta) for gamma, delta in pairs for beta in self.betas)

    @property
    def networks(self) -> int:
        """How many there are."""
        return len(self.datasets) * self.seeds * len(self.conditions)

    @property
    def seconds(self) -> float:
        """How long all of them take one core, roughly."""
        return self.seeds * len(self.conditions) * sum(self._per_network)

    @cached_property
    def _per_network(self) -> list[float]:
        """How long a network of each data set takes."""
        sets = (kept.load(name) for name in self.datasets)
        return [
            seconds_per_network(self.architecture, each, self.batch, self.steps, _RECORDS) for each in sets
        ]

    @cached_property
    def tiling(self) -> Tiling:
        """How the run is cut: a group is a data set."""
        seconds = len(self.conditions) * max(self._per_network)
        return Tiling(len(self.datasets), self.seeds, len(self.conditions), seconds)


def tiles(spec: Figure1) -> int:
    """Return how many tiles a run has."""
    return spec.tiling.count


def compute(spec: Figure1, index: int, cancel: Cancellation | None = None) -> dict[str, NDArray[Any]]:
    """Train the networks of one tile.

    Parameters
    ----------
    spec : Figure1
    index : int
        From 0 to `tiles(spec)` − 1.
    cancel : Cancellation, optional

    Returns
    -------
    dict of arrays (conditions of the tile,)
        train_error, test_error: mean squared error over γ² at the end. dead: dead share of all units at the
        end. born, died, revived: how many units. diverged: 0 or 1.
    """
    part = spec.tiling.tile(index)
    records = np.unique(np.linspace(0, spec.steps, _RECORDS).round().astype(int)).tolist()
    dataset = kept.load(spec.datasets[part.group])
    history = train(
        spec.recipe, dataset, [part.seed], spec.conditions[part.conditions], records, cancel=cancel
    )
    units = deaths(history.active, spec.epsilon)
    return {
        "train_error": history.train_error[:, -1],
        "test_error": history.test_error[:, -1],
        "dead": units.total[:, -1],
        "born": units.born.sum(axis=-1),
        "died": units.died.sum(axis=(-1, -2)),
        "revived": units.revived.sum(axis=(-1, -2)),
        "diverged": history.diverged.astype(np.uint8),
    }


def _rising(name: str, values: tuple[float, ...], most: int) -> tuple[float, ...]:
    found = tuple(sorted({float(value) for value in values}))
    if not 1 <= len(found) == len(values) <= most:
        raise ValueError(f"{name} must be 1 to {most} different numbers, got {_shown(values)}")
    for value in found:
        if name == "betas":
            checks.real(name, value, lambda beta: 0 <= beta < 1, "at least 0 and below 1")
        else:
            (checks.positive if name == "gammas" else checks.finite)(name, value)
    return found


def _shown(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)
