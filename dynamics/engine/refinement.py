"""Refinement: a map is computed on a coarse lattice first, and finer only where that can change a label.

A lattice of stride S holds every S-th row and column, the last ones included. A block between four lattice
points is refined when the labels of its corners or of a neighbour's corners differ; when the iterations at
its corners differ by more than half and ten, a sign of a filament thinner than the block; and where it
touches the tip of the dead cone, w = 0 and b < 0 at ρ = 0, where labels change within any distance. Other
blocks are filled: labels with the corners', iterations and end points by bilinear interpolation.
"""

import numpy as np
from numpy.typing import NDArray

from dynamics.engine.jit import compiled

Floats = NDArray[np.float64]

UNKNOWN = 255
_LISTED = 254
_ITERATIONS_RATIO, _ITERATIONS_OFFSET = 1.5, 10


def first_stride(n_w: int, n_b: int) -> int:
    """Return the stride of the first lattice: on small maps a coarse lattice misses whole features."""
    smaller = min(n_w, n_b)
    return 8 if smaller >= 192 else 4 if smaller >= 128 else 1


def lattice(n: int, stride: int) -> NDArray[np.int64]:
    """Return the indices 0, stride, 2·stride, …, n − 1 of a lattice along one side of n cells."""
    points = np.arange(0, n - 1 + stride, stride, dtype=np.int64)
    points[-1] = n - 1
    return points


@compiled
def refine(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    stride: int,
    tip_column: float,
    tip_row: float,
    outcome: NDArray[np.uint8],
    iterations: NDArray[np.int64],
    final_w: Floats,
    final_b: Floats,
    final_rho: Floats,
    cells: NDArray[np.int64],
) -> int:
    """Fill the blocks of a lattice that need no refinement and list the new points of the others.

    Parameters
    ----------
    rows, columns : int64 (n,)
        The lattice, all of whose points are known.
    stride : int
        Stride of the next lattice.
    tip_column, tip_row : float
        Where w = 0 and b = 0 lie, in columns and rows; tip_column < 0 if that matters nowhere.
    outcome, iterations, final_w, final_b, final_rho : arrays (n_b, n_w)
        The map so far, `outcome` UNKNOWN where nothing is known. Changed in place.
    cells : int64 (at least the number of unknown cells)
        Takes the flat indices of the cells to compute next.

    Returns
    -------
    int
        How many cells were listed.
    """
    n_w = outcome.shape[1]
    height, width = rows.size - 1, columns.size - 1
    mixed = np.zeros((height, width), np.uint8)
    for i in range(height):
        for j in range(width):
            mixed[i, j] = _unsettled(
                rows[i], rows[i + 1], columns[j], columns[j + 1], tip_column, tip_row, outcome, iterations
            )
    count = 0
    for i in range(height):
        for j in range(width):
            needed = mixed[i, j] != 0
            for ii in range(max(0, i - 1), min(height, i + 2)):
                for jj in range(max(0, j - 1), min(width, j + 2)):
                    needed = needed or mixed[ii, jj] == 1
            if not needed:
                _fill(
                    rows[i],
                    rows[i + 1],
                    columns[j],
                    columns[j + 1],
                    outcome,
                    iterations,
                    final_w,
                    final_b,
                    final_rho,
                )
                continue
            for y in range(rows[i], rows[i + 1] + 1):
                if y % stride != 0 and y != rows[height]:
                    continue
                for x in range(columns[j], columns[j + 1] + 1):
                    if (x % stride == 0 or x == columns[width]) and outcome[y, x] == UNKNOWN:
                        outcome[y, x] = _LISTED
                        cells[count] = y * n_w + x
                        count += 1
    return count


@compiled
def _unsettled(
    y0: int,
    y1: int,
    x0: int,
    x1: int,
    tip_column: float,
    tip_row: float,
    outcome: NDArray[np.uint8],
    iterations: NDArray[np.int64],
) -> int:
    """Return 1 if the labels at a block's corners differ, 2 if it is to be refined all the same, else 0."""
    label = outcome[y0, x0]
    if outcome[y0, x1] != label or outcome[y1, x0] != label or outcome[y1, x1] != label:
        return 1
    if tip_column >= 0.0 and x0 <= tip_column <= x1 and y0 <= tip_row:
        return 2
    first = min(iterations[y0, x0], iterations[y0, x1], iterations[y1, x0], iterations[y1, x1])
    last = max(iterations[y0, x0], iterations[y0, x1], iterations[y1, x0], iterations[y1, x1])
    return 2 if last > _ITERATIONS_RATIO * first + _ITERATIONS_OFFSET else 0


@compiled
def _fill(
    y0: int,
    y1: int,
    x0: int,
    x1: int,
    outcome: NDArray[np.uint8],
    iterations: NDArray[np.int64],
    final_w: Floats,
    final_b: Floats,
    final_rho: Floats,
) -> None:
    """Fill a block from its corners."""
    for y in range(y0, y1 + 1):
        up = (y - y0) / (y1 - y0)
        for x in range(x0, x1 + 1):
            if outcome[y, x] != UNKNOWN:
                continue
            across = (x - x0) / (x1 - x0)
            a, b = (1.0 - up) * (1.0 - across), (1.0 - up) * across
            c, d = up * (1.0 - across), up * across
            outcome[y, x] = outcome[y0, x0]
            iterations[y, x] = int(
                a * iterations[y0, x0]
                + b * iterations[y0, x1]
                + c * iterations[y1, x0]
                + d * iterations[y1, x1]
                + 0.5
            )
            for final in (final_w, final_b, final_rho):
                final[y, x] = a * final[y0, x0] + b * final[y0, x1] + c * final[y1, x0] + d * final[y1, x1]
