"""Section 5: who dies in deep networks, plain, residual, and residual with batch normalisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import Cancellation, checks
from experiments import kept
from experiments.cost import refuse_above_limit, seconds_per_network
from experiments.dead import deaths
from experiments.networks import LEAST_WIDTH, MOST_WIDTH, Architecture, Kind
from experiments.optimizers import Method
from experiments.recipe import Condition, Recipe
from experiments.tiling import Tiling
from experiments.trained import Trained
from experiments.training import train

KINDS = tuple(Kind)
MOST_SEEDS, MOST_BETAS = 100, 3
_RECORDS = 61


@dataclass(frozen=True)
class DepthRun:
    """What to run. The paper's text gives no network for its section 5: architecture and defaults are ours.

    Parameters
    ----------
    dataset : str
        A name that `kept.load` knows.
    gamma, delta : float
        Target; the same networks are trained at γ = 1 too.
    betas : tuple of float
        One to three momenta.
    method, eta, batch, steps
        As of `Recipe`.
    depth, width
        As of `Architecture`: depth is odd and at least 7, since residual networks are among them.
    seeds : int
        Networks of every kind and condition, 1 to 100.
    epsilon : float
        Dead threshold.

    Raises
    ------
    ValueError
        If a field is out of its range, or the run would take more than an hour of a core's time.
    """

    dataset: str = "diabetes"
    gamma: float = 0.01
    delta: float = 0.0
    betas: tuple[float, ...] = (0.0, 0.9, 0.99)
    method: Method = Method.ADAM
    eta: float = 0.01
    depth: int = 11
    width: int = 32
    batch: int = 32
    steps: int = 300
    seeds: int = 5
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        betas = tuple(
            sorted(
                {
                    checks.real("betas", beta, lambda x: 0 <= x < 1, "at least 0 and below 1")
                    for beta in self.betas
                }
            )
        )
        if not 1 <= len(betas) == len(self.betas) <= MOST_BETAS:
            raise ValueError(f"betas must be 1 to {MOST_BETAS} different numbers, got {self.betas}")
        object.__setattr__(self, "betas", betas)
        checks.whole("width", self.width, LEAST_WIDTH, MOST_WIDTH)
        object.__setattr__(self, "seeds", checks.whole("seeds", self.seeds, 1, MOST_SEEDS))
        object.__setattr__(self, "epsilon", checks.epsilon(self.epsilon))
        recipe, first = self.recipe(Kind.RESIDUAL), self.conditions[0]
        for part, names in (
            (recipe, ("method", "eta", "batch", "steps")),
            (recipe.architecture, ("depth", "width")),
            (first, ("gamma", "delta")),
        ):
            for name in names:
                object.__setattr__(self, name, getattr(part, name))
        refuse_above_limit(self.seconds, self.networks)

    def recipe(self, kind: Kind) -> Recipe:
        """Return how networks of a kind are trained."""
        return Recipe(
            Architecture(kind, self.depth, self.width), self.method, self.eta, self.batch, self.steps
        )

    @cached_property
    def gammas(self) -> tuple[float, ...]:
        """The γ of the run: its own, and 1."""
        return (self.gamma,) if self.gamma == 1 else (self.gamma, 1.0)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every (γ, δ, β), the run's own γ first; where γ is 1 already, only once."""
        return tuple(Condition(gamma, self.delta, beta) for gamma in self.gammas for beta in self.betas)

    @cached_property
    def records(self) -> tuple[int, ...]:
        """After how many updates units are counted."""
        return tuple(np.unique(np.linspace(0, self.steps, _RECORDS).round().astype(int)).tolist())

    @property
    def networks(self) -> int:
        """How many there are."""
        return len(KINDS) * self.seeds * len(self.conditions)

    @property
    def seconds(self) -> float:
        """How long all of them take one core, roughly."""
        return self.seeds * len(self.conditions) * sum(self._seconds.values())

    @cached_property
    def _seconds(self) -> dict[Kind, float]:
        dataset, looks = kept.load(self.dataset), len(self.records)
        return {
            kind: seconds_per_network(self.recipe(kind).architecture, dataset, self.batch, self.steps, looks)
            for kind in KINDS
        }

    @cached_property
    def tiling(self) -> Tiling:
        """How the run is cut: a group is a kind of network."""
        longest = max(self._seconds.values()) * len(self.conditions)
        return Tiling(len(KINDS), self.seeds, len(self.conditions), longest)


def tiles(spec: DepthRun) -> int:
    """Return how many tiles a run has."""
    return spec.tiling.count


def compute(spec: DepthRun, index: int, cancel: Cancellation | None = None) -> dict[str, NDArray[Any]]:
    """Train the networks of one tile.

    Parameters
    ----------
    spec : DepthRun
    index : int
        From 0 to `tiles(spec)` − 1.
    cancel : Cancellation, optional

    Returns
    -------
    dict of arrays, one row for each condition of the tile
        share (rows, records, depth): dead share of each layer. died, revived (rows, records): units since the
        record before; born (rows,): dead from the start. train_error, test_error (rows,): over γ², at the
        end. diverged (rows,): 0 or 1.
    """
    part = spec.tiling.tile(index)
    recipe, conditions = spec.recipe(KINDS[part.group]), spec.conditions[part.conditions]
    history = train(recipe, kept.load(spec.dataset), [part.seed], conditions, spec.records, cancel=cancel)
    units = deaths(history.active, spec.epsilon)
    return {
        "share": units.share.astype(np.float32),
        "born": units.born.sum(axis=-1),
        "died": units.died.sum(axis=-1),
        "revived": units.revived.sum(axis=-1),
        "train_error": history.train_error[:, -1],
        "test_error": history.test_error[:, -1],
        "diverged": history.diverged.astype(np.uint8),
    }


@dataclass(frozen=True, eq=False)
class DepthResult(Trained):
    """What is known of a run, finished or not; the arrays are float64, read-only, nan where not finished.

    Attributes
    ----------
    spec : DepthRun
    share : (kinds, seeds, conditions, records, depth)
        Dead share of each layer, input side first; nan too where diverged.
    born : (kinds, seeds, conditions)
        Units dead from the start.
    died, revived : (kinds, seeds, conditions, records)
        Units since the record before.
    train_error, test_error : (kinds, seeds, conditions)
        Mean squared error over γ² at the end.
    diverged : (kinds, seeds, conditions)
        0 or 1.
    """

    spec: DepthRun
    share: NDArray[np.float64]
    born: NDArray[np.float64]
    died: NDArray[np.float64]
    revived: NDArray[np.float64]
    train_error: NDArray[np.float64]
    test_error: NDArray[np.float64]
    diverged: NDArray[np.float64]

    def condition(self, gamma: float, beta: float) -> int:
        """Return the number of the condition of this γ and β.

        Raises
        ------
        ValueError
            If the run has none.
        """
        for i, condition in enumerate(self.spec.conditions):
            if (condition.gamma, condition.beta) == (gamma, beta):
                return i
        raise ValueError(f"gamma and beta must be of this run, got {gamma:g} and {beta:g}")


def assemble(spec: DepthRun, found: Mapping[int, Mapping[str, NDArray[Any]]]) -> DepthResult:
    """Put finished tiles together.

    Parameters
    ----------
    spec : DepthRun
    found : mapping
        What `compute` returned, by index; any of them may be missing.
    """
    shape = len(KINDS), spec.seeds, len(spec.conditions)
    records = (len(spec.records),)
    shapes = {"share": (*records, spec.depth), "born": (), "died": records, "revived": records}
    shapes |= {"train_error": (), "test_error": (), "diverged": ()}
    arrays = {name: np.full((*shape, *more), np.nan) for name, more in shapes.items()}
    for index, tile in found.items():
        place = spec.tiling.tile(index)
        for name, values in arrays.items():
            values[place] = tile[name]
    lost = arrays["diverged"] == 1
    for name, values in arrays.items():
        if name != "diverged":
            values[lost] = np.nan
    return DepthResult(spec=spec, **arrays)
