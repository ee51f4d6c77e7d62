"""The outcomes over one or two settings: computed tile by tile, in any order and place, and put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays
from dynamics.basins import BasinMap, Outcomes, basin_map, outcomes
from dynamics.hyperparameters import Grid
from dynamics.initializers import Starts, sample
from dynamics.interval import clopper_pearson
from dynamics.outcome import Cancellation, Outcome
from dynamics.sweep import Draw, Setting, Sweep

Floats = NDArray[np.float64]
Tile = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class SweepResult(ReadOnlyArrays):
    """What became of the starts in each cell; read-only, of the shape of the sweep.

    Attributes
    ----------
    sweep : Sweep
    counts : int64 (…, 5)
        How many starts have each outcome, in the order of `Outcome`; 0 where nothing is computed yet.
    iterations : float64 (…)
        Median number of updates until a start stopped; nan where nothing is computed yet.
    """

    sweep: Sweep
    counts: NDArray[np.int64]
    iterations: Floats

    @property
    def finished(self) -> NDArray[np.bool_]:
        """Which cells are computed, bool (…)."""
        return ~np.isnan(self.iterations)

    @cached_property
    def shares(self) -> Floats:
        """Share of starts with each outcome, float64 (…, 5), 0 to 1; nan where nothing is computed yet."""
        return np.where(self.finished[..., None], self.counts / self.sweep.count, np.nan)

    @property
    def dead_fraction(self) -> Floats:
        """Share of starts that are dead, float64 (…), 0 to 1; nan where nothing is computed yet."""
        return self.shares[..., Outcome.DEAD]

    @cached_property
    def interval(self) -> tuple[Floats, Floats] | None:
        """Both ends of the 95 % interval of each share, float64 (…, 5) each; None over a grid.

        It says, for each cell by itself, which share of all units that the initialisation could give is
        compatible with the units drawn. All cells share one draw, and so its luck. A grid is no sample, and
        its shares have no such interval.
        """
        if isinstance(self.sweep.starts, Grid):
            return None
        low, high = clopper_pearson(self.counts, self.sweep.count)
        blank = ~self.finished[..., None]
        return np.where(blank, np.nan, low), np.where(blank, np.nan, high)


def tile_count(sweep: Sweep) -> int:
    """Return into how many tiles a sweep is cut; see `Sweep.cells_per_tile`."""
    return -(-prod(sweep.shape) // sweep.cells_per_tile)


def tile(sweep: Sweep, index: int, cancel: Cancellation | None = None) -> Tile:
    """Compute the cells of one tile; the same sweep and index give the same numbers.

    Parameters
    ----------
    sweep : Sweep
    index : int
        From 0 to `tile_count(sweep)` − 1; tiles follow one another row by row.
    cancel : Cancellation, optional
        Calls the computation off.

    Returns
    -------
    dict
        "counts" int64 (n, 5) and "iterations" float64 (n,), as in `SweepResult`, for the n cells of the tile.

    Raises
    ------
    ValueError
        If there is no such tile.
    Cancelled
        If `cancel` was cancelled before the end.
    """
    index = checks.whole("index", index, 0, tile_count(sweep) - 1)
    step, cells = sweep.cells_per_tile, prod(sweep.shape)
    results = [
        _judge(sweep.setting(sweep.values(cell)), cancel)
        for cell in range(index * step, min((index + 1) * step, cells))
    ]
    return {
        "counts": np.array([np.bincount(r.outcome.ravel(), minlength=len(Outcome)) for r in results]),
        "iterations": np.array([np.median(r.iterations) for r in results]),
    }


def _judge(setting: Setting, cancel: Cancellation | None) -> BasinMap | Outcomes:
    hp, starts, rho, judging = setting
    if isinstance(starts, Grid):
        return basin_map(hp, starts, rho=rho, cancel=cancel, **judging)
    drawn = _sampled(starts)
    return outcomes(hp, drawn.w, drawn.b, drawn.rho, cancel=cancel, **judging)


@lru_cache(maxsize=1)
def _sampled(draw: Draw) -> Starts:
    """Return the units, which the cells of a tile have in common."""
    return sample(draw.initializer, draw.units, draw.seed)


def assemble(sweep: Sweep, tiles: Mapping[int, Tile]) -> SweepResult:
    """Put the tiles that are computed in their places, by their index; what is missing stays blank."""
    cells, step = prod(sweep.shape), sweep.cells_per_tile
    counts = np.zeros((cells, len(Outcome)), np.int64)
    iterations = np.full(cells, np.nan)
    for index, found in tiles.items():
        place = slice(index * step, (index + 1) * step)
        counts[place], iterations[place] = found["counts"], found["iterations"]
    return SweepResult(sweep, counts.reshape(*sweep.shape, -1), iterations.reshape(sweep.shape))


def run_sweep(
    sweep: Sweep,
    *,
    cancel: Cancellation | None = None,
    report: Callable[[float], object] | None = None,
) -> SweepResult:
    """Compute a whole sweep in this process, on all cores.

    Parameters
    ----------
    sweep : Sweep
    cancel : Cancellation, optional
        Calls the computation off.
    report : callable, optional
        Is told the share that is done, 0 to 1, after each tile.

    Returns
    -------
    SweepResult

    Raises
    ------
    Cancelled
        If `cancel` was cancelled before the end.
    """
    total, tiles = tile_count(sweep), {}
    for index in range(total):
        tiles[index] = tile(sweep, index, cancel)
        if report is not None:
            report((index + 1) / total)
    return assemble(sweep, tiles)
