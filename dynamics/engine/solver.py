"""The engine's two entrances: units at any starts, and maps of a grid."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynamics import threads
from dynamics.engine.kernel import Problem, exact_plane, exact_space, plane, space
from dynamics.engine.refinement import UNKNOWN, expand, first_stride, lattice, mark
from dynamics.engine.superstep import weights
from dynamics.engine.traps import find_traps, sinking_depth, unstable_slope
from dynamics.hyperparameters import Grid, Hyperparameters
from dynamics.relu import dead_cone_slope

Floats = NDArray[np.float64]
Results = tuple[NDArray[np.uint8], NDArray[np.int64], Floats, Floats, Floats]

_LONGEST = 24  # exponent of the longest superstep, 2^24 iterations
_ACCURACY, _ACCURACY_OSCILLATING = 1e-3, 3e-4
_COARSE = 0.015  # of ηγ: from such a tolerance on, units stop in full motion
_SMALL, _EXACT_SMALL = 256, 16  # fewer units than this are not worth waking a second thread
_LARGE = 1 << 18  # nor are maps of fewer cells when it comes to refining them


class _Starts(NamedTuple):
    """Starts as the kernel reads them; see `kernel._build`."""

    w: Floats
    b: Floats
    rho: Floats
    columns: int


class _Method(NamedTuple):
    """How units are followed: by supersteps or by plain iteration."""

    plane: Callable[..., int]  # for ρ = 0
    space: Callable[..., int]
    setting: tuple[object, ...]  # what the kernel takes between the starts and the results
    small: int


def _describe(
    hp: Hyperparameters, epsilon: float, tolerance: float, max_iterations: int
) -> tuple[Problem, Floats]:
    """Return the kernel's view of a setting and its table of weights."""
    # Without a tolerance a relative error of a momentum this small cannot move a unit noticeably.
    floor = tolerance / hp.eta if tolerance > 0 else 1e-6 * math.hypot(hp.gamma, hp.delta)
    coarse = tolerance > _COARSE * hp.eta * hp.gamma
    patient = tolerance > 0 and not coarse and max_iterations >= 20_000
    slope = dead_cone_slope(epsilon)
    problem = Problem(
        beta=hp.beta,
        eta=hp.eta,
        gamma=hp.gamma,
        delta=hp.delta,
        slope=slope,
        tolerance=float(tolerance),
        max_iterations=int(max_iterations),
        floor=floor,
        ease=1e-3 if patient else 0.1,
        deepest=0.0 if coarse else 0.1,
        depth=sinking_depth(hp, slope),
        unstable=unstable_slope(hp.beta, hp.eta),
    )
    accuracy = _ACCURACY if hp.beta < 0.95 else _ACCURACY_OSCILLATING
    if not patient:  # more units are judged on their way
        accuracy *= 0.3
    highest = min(int(max_iterations).bit_length() - 1, _LONGEST)
    return problem, weights(hp.beta, hp.eta, highest, accuracy)


def _method(hp: Hyperparameters, epsilon: float, tolerance: float, budget: int, exact: bool) -> _Method:
    """Prepare one of the two ways to follow units."""
    problem, table = _describe(hp, epsilon, tolerance, budget)
    if exact:
        return _Method(exact_plane, exact_space, (problem,), _EXACT_SMALL)
    return _Method(plane, space, (problem, find_traps(problem), table), _SMALL)


def _run(
    cells: NDArray[np.int64], starts: _Starts, method: _Method, results: Results, flag: NDArray[np.uint8]
) -> int:
    """Compute some of the units on all cores, whose number changes no result; return how many steps."""
    kernel = method.space if starts.rho.any() else method.plane
    share = threads.worker_count() if cells.size >= method.small else 1
    arguments = (*starts, *method.setting, *(result.reshape(-1) for result in results), flag)
    if share == 1:
        return kernel(cells, 0, 1, *arguments)
    steps: list[int] = []
    threads.run(
        lambda part: steps.append(kernel(cells, part.start, part.step, *arguments)),
        (slice(first, None, share) for first in range(share)),
        flag,
    )
    return sum(steps)


def _empty(shape: tuple[int, ...]) -> Results:
    """Allocate results; ρ starts at zero and `plane` leaves it there."""
    return (
        np.full(shape, UNKNOWN, np.uint8),
        np.zeros(shape, np.int64),
        np.empty(shape),
        np.empty(shape),
        np.zeros(shape),
    )


def solve(
    hp: Hyperparameters,
    w: Floats,
    b: Floats,
    rho: Floats,
    epsilon: float,
    tolerance: float,
    max_iterations: int,
    flag: NDArray[np.uint8],
    *,
    exact: bool = False,
) -> Results:
    """Decide one unit for each start.

    Parameters
    ----------
    hp : Hyperparameters
        Momentum, learning rate, target.
    w, b, rho : float64 (n,)
        Starts.
    epsilon : float
        Dead threshold in (0, 1).
    tolerance : float
        Of the stop rule; 0 never stops.
    max_iterations : int
        Budget, at least 1.
    flag : uint8 (1,) or more
        Set to anything but 0, from any thread, it stops the computation; the results are then incomplete.
    exact : bool
        Whether to iterate the map one iteration after the other instead of by supersteps.

    Returns
    -------
    outcome : uint8 (n,)
    iterations : int64 (n,)
    final_w, final_b, final_rho : float64 (n,)
    """
    method = _method(hp, epsilon, tolerance, max_iterations, exact)
    results = _empty(w.shape)
    _run(np.arange(w.size), _Starts(w, b, rho, 1), method, results, flag)
    return results


def solve_grid(
    hp: Hyperparameters,
    grid: Grid,
    rho: float,
    epsilon: float,
    tolerance: float,
    max_iterations: int,
    flag: NDArray[np.uint8],
    *,
    exact: bool = False,
    stride: int | None = None,
) -> Results:
    """Decide the units of a grid, with refinement; see `refinement`.

    Parameters
    ----------
    hp, epsilon, tolerance, max_iterations, flag, exact
        As for `solve`.
    grid : Grid
        Starts in the plane.
    rho : float
        The orthogonal weight all of them have.
    stride : int, optional
        Stride of the first lattice, a power of two; 1 computes every cell.

    Returns
    -------
    outcome, iterations, final_w, final_b, final_rho : arrays (n_b, n_w)
    """
    method = _method(hp, epsilon, tolerance, max_iterations, exact)
    starts = _Starts(grid.w, grid.b, np.array([float(rho)]), grid.n_w)
    results = _empty((grid.n_b, grid.n_w))
    if stride is None:
        stride = first_stride(grid.n_w, grid.n_b)
    rows, columns = lattice(grid.n_b, stride), lattice(grid.n_w, stride)
    cells = (rows[:, None] * grid.n_w + columns).ravel()
    room = np.empty(grid.n_w * grid.n_b, np.int64) if stride > 1 else cells
    while True:
        _run(cells, starts, method, results, flag)
        if stride == 1 or flag[0] != 0:
            return results
        stride //= 2
        cells = _refine(grid, rows, columns, stride, results, room, rho == 0, flag)
        rows, columns = lattice(grid.n_b, stride), lattice(grid.n_w, stride)


def _refine(
    grid: Grid,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    stride: int,
    results: Results,
    room: NDArray[np.int64],
    planar: bool,
    flag: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """Fill what needs no refinement and return the cells of the next lattice to compute, on all cores."""
    tip_column = -grid.w_min / (grid.w_max - grid.w_min) * (grid.n_w - 1) if planar else -1.0
    tip_row = -grid.b_min / (grid.b_max - grid.b_min) * (grid.n_b - 1)
    height = rows.size - 1
    marks = np.empty((height, columns.size - 1), np.uint8)
    counts = np.zeros(height, np.int64)

    def marking(part: slice) -> None:
        mark(part.start, part.stop, rows, columns, tip_column, tip_row, results[0], results[1], marks)

    def expanding(part: slice) -> None:
        cells = room[rows[part.start] * grid.n_w :]
        counts[part.start] = expand(
            part.start, part.stop, rows, columns, stride, planar, marks, *results, cells
        )

    share = threads.worker_count() if room.size >= _LARGE else 1
    bands = [slice(height * i // share, height * (i + 1) // share) for i in range(share)]
    bands = [band for band in bands if band.start < band.stop]
    for work in (marking, expanding):
        if share == 1:
            work(bands[0])
        else:
            threads.run(work, bands, flag)
    return np.concatenate([room[rows[band.start] * grid.n_w :][: counts[band.start]] for band in bands])
