"""Settings to results: the only place where the page asks the dynamics for anything."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from time import perf_counter

from cachetools import LRUCache

from dashboard.lesson_steps import foretold
from dashboard.measures import ENGINE, MAPS
from dashboard.settings import Settings
from dynamics import (
    AffineTrajectory,
    BasinMap,
    Cancellation,
    EigenvalueLocus,
    Grid,
    Hyperparameters,
    VectorField,
    affine_trajectory,
    basin_map,
    border_error,
    critical_momentum,
    eigenvalue_locus_beta,
    vector_field,
)
from figures import View, arrow_grid

FIELD_GAMMAS = (1.0, 0.1, 0.01)
FIELD_ARROWS = 9
AFFINE_STEPS = 100
CACHE_BYTES = 80 * 2**20  # nine maps of a desktop's size
LARGE_BYTES = 72 * 2**20  # two up to this, 1512 × 1512, are kept together: two are compared
BESIDE_BYTES = 16 * 2**20  # of small maps are kept beside a larger one, at most 132 MiB
CELL_BYTES = 33


@dataclass(frozen=True)
class TimedMap:
    """A map and the milliseconds that it took when it was computed."""

    basin: BasinMap
    milliseconds: float


def _weight(timed: TimedMap) -> int:
    """Return what a map counts for in the cache: at most so much that what has to fit does."""
    size = CELL_BYTES * timed.basin.outcome.size
    return min(size, CACHE_BYTES // 2) if size <= LARGE_BYTES else CACHE_BYTES - BESIDE_BYTES


# Only pure results, keyed by the frozen inputs they follow from; at most 148 MiB.
_maps: LRUCache[object, TimedMap] = LRUCache(CACHE_BYTES, getsizeof=_weight)
_lock = threading.Lock()


# All settings that a map follows from; `Settings.grid` makes its grid from the last two.
_INPUTS = attrgetter(
    *("beta", "eta", "gamma", "delta", "epsilon", "tolerance", "rho", "max_iterations"),
    *("window", "resolution"),
)


def map_key(settings: Settings, cells: int) -> tuple[object, ...]:
    """Return what names a map: every input that it follows from."""
    return (*_INPUTS(settings), cells)


def timed_map(settings: Settings, cells: int, cancel: Cancellation, exact: bool = False) -> TimedMap:
    """Return the map of `settings` on `cells` × `cells` starts, from the cache when it is there.

    `exact` iterates plainly what the fast method estimates; see `rough`.

    Raises
    ------
    Cancelled
        When `cancel` is set before the map is finished.
    """
    key = (*map_key(settings, cells), exact)
    with _lock:
        known = _maps.get(key)
    MAPS.labels("computed" if known is None else "found").inc()
    if known is not None:
        return known
    start = perf_counter()
    basin = basin_map(
        settings.hyperparameters,
        settings.grid(cells),
        **settings.judging,
        method="exact" if exact else "fast",
        cancel=cancel,
    )
    timed = TimedMap(basin, 1000 * (perf_counter() - start))
    ENGINE.labels("exact" if exact else "fast").observe(timed.milliseconds / 1000)
    with _lock:
        _maps[key] = timed
    return timed


def rough(grid: Grid, rho: float) -> bool:
    """Tell whether the fast method may misplace a border by more than a cell of this grid."""
    cell = min((grid.w_max - grid.w_min) / (grid.n_w - 1), (grid.b_max - grid.b_min) / (grid.n_b - 1))
    return cell < border_error(grid, rho)


def arrows(settings: Settings, view: View) -> VectorField:
    """−∇L where the map has room for arrows."""
    return _field(settings.gamma, settings.delta, settings.rho, arrow_grid(settings.grid(2), view))


@lru_cache(256)
def _field(gamma: float, delta: float, rho: float, grid: Grid) -> VectorField:
    """−∇L on a grid; it does not depend on β and η."""
    return vector_field(Hyperparameters(beta=0.0, eta=1.0, gamma=gamma, delta=delta), grid, rho=rho)


@lru_cache(256)
def _affine_run(beta: float, eta: float) -> AffineTrajectory:
    return affine_trajectory(beta, eta, AFFINE_STEPS)


@lru_cache(256)
def locus_curve(eta: float) -> EigenvalueLocus:
    """The eigenvalues along β at this η."""
    return eigenvalue_locus_beta(eta)


def affine_runs(settings: Settings) -> tuple[AffineTrajectory, ...]:
    """The affine error at the three `momenta`; in the lesson none beyond what a hand has still to reach."""
    shown = [beta for beta in momenta(settings) if beta <= settings.beta or not foretold(settings)]
    return tuple(_affine_run(beta, settings.eta) for beta in shown)


def momenta(settings: Settings) -> tuple[float, ...]:
    """Return three β: 0, the critical one and the current one, which is the last.

    Where these coincide 0.9 and 0.99 stand in.
    """
    others = dict.fromkeys((0.0, float(critical_momentum(settings.eta)), 0.9, 0.99))
    return (*[beta for beta in others if beta != settings.beta][:2], settings.beta)


def fields(settings: Settings, view: View) -> list[VectorField]:
    """−∇L at Fig. 3's three γ, at the current δ and ρ, in the window [−3, 3]²."""
    window = Grid(w_min=-3, w_max=3, b_min=-3, b_max=3, n_w=2, n_b=2)
    grid = arrow_grid(window, view, per_side=FIELD_ARROWS)
    return [_field(gamma, settings.delta, settings.rho, grid) for gamma in FIELD_GAMMAS]
