"""Refinement: a map is computed on a coarse lattice first, and finer only where that can change a label.

A lattice of stride S holds every S-th row and column, the last ones included. A block between four lattice
points is refined when the labels of its corners differ; when the iterations at its corners differ by more
than half and ten, a sign of a filament thinner than the block; where it touches the tip of the dead cone,
w = 0 and b < 0 at ρ = 0, where labels change within any distance; and when it lies beside a block of the
first kind. Other blocks are filled: labels with the corners', iterations and end points by bilinear
interpolation. The last blocks, of two cells, are refined only for their own corners' sake.
"""

import numpy as np
from numpy.typing import NDArray

from dynamics.engine.jit import compiled, inlined

Floats = NDArray[np.float64]
Outcomes = NDArray[np.uint8]
Counts = NDArray[np.int64]

UNKNOWN = 255
_MIXED, _SUSPECT = 1, 2
_RATIO, _LAST_RATIO, _OFFSET = 1.5, 3.0, 10.0


def first_stride(n_w: int, n_b: int) -> int:
    """Return the stride of the first lattice: on small maps a coarse lattice misses whole features."""
    smaller = min(n_w, n_b)
    return 16 if smaller >= 512 else 8 if smaller >= 192 else 4 if smaller >= 128 else 1


def lattice(n: int, stride: int) -> NDArray[np.int64]:
    """Return the indices 0, stride, 2·stride, …, n − 1 of a lattice along one side of n cells."""
    points = np.arange(0, n - 1 + stride, stride, dtype=np.int64)
    points[-1] = n - 1
    return points


@compiled
def mark(
    first: int,
    last: int,
    rows: Counts,
    columns: Counts,
    tip_column: float,
    tip_row: float,
    outcome: Outcomes,
    iterations: Counts,
    marks: NDArray[np.uint8],
) -> None:
    """Mark the blocks that need refinement for their own sake, in the rows of blocks first … last − 1.

    Parameters
    ----------
    first, last : int
        Which rows of blocks.
    rows, columns : int64 (n,)
        The lattice, all of whose points are known.
    tip_column, tip_row : float
        Where w = 0 and b = 0 lie, in columns and rows; tip_column < 0 if there is no tip.
    outcome, iterations : arrays (n_b, n_w)
        The map so far.
    marks : uint8 (rows − 1, columns − 1)
        Filled in.
    """
    for i in range(first, last):
        y0, y1 = rows[i], rows[i + 1]
        for j in range(columns.size - 1):
            x0, x1 = columns[j], columns[j + 1]
            label = outcome[y0, x0]
            a, b, c, d = iterations[y0, x0], iterations[y0, x1], iterations[y1, x0], iterations[y1, x1]
            ratio = _RATIO if y1 - y0 > 2 or x1 - x0 > 2 else _LAST_RATIO
            if outcome[y0, x1] != label or outcome[y1, x0] != label or outcome[y1, x1] != label:
                marks[i, j] = _MIXED
            elif max(a, b, c, d) > ratio * min(a, b, c, d) + _OFFSET or (
                tip_column >= 0.0 and x0 <= tip_column <= x1 and y0 <= tip_row
            ):
                marks[i, j] = _SUSPECT
            else:
                marks[i, j] = 0


@compiled
def expand(
    first: int,
    last: int,
    rows: Counts,
    columns: Counts,
    stride: int,
    planar: bool,
    marks: NDArray[np.uint8],
    outcome: Outcomes,
    iterations: Counts,
    final_w: Floats,
    final_b: Floats,
    final_rho: Floats,
    cells: Counts,
) -> int:
    """Fill the blocks that need no refinement and list the new points of the others.

    A block owns its upper left edges, so that different rows of blocks can be expanded at the same time.

    Parameters
    ----------
    first, last, rows, columns, marks
        As in `mark`, which has to be through with all rows.
    stride : int
        Stride of the next lattice.
    planar : bool
        Whether ρ is 0 everywhere.
    outcome, iterations, final_w, final_b, final_rho : arrays (n_b, n_w)
        The map so far, `outcome` UNKNOWN where nothing is known. Changed in place.
    cells : int64 (enough for all cells of these rows)
        Takes the flat indices of the cells to compute next.

    Returns
    -------
    int
        How many cells were listed.
    """
    n_b, n_w = outcome.shape
    height, width = marks.shape
    count = 0
    for i in range(first, last):
        y0, y1 = rows[i], rows[i + 1]
        bottom = n_b if i == height - 1 else y1
        for j in range(width):
            x0, x1 = columns[j], columns[j + 1]
            right = n_w if j == width - 1 else x1
            needed = marks[i, j] != 0
            if stride > 1 and not needed:
                for ii in range(max(0, i - 1), min(height, i + 2)):
                    for jj in range(max(0, j - 1), min(width, j + 2)):
                        needed = needed or marks[ii, jj] == _MIXED
            if needed:
                for y in range(y0, bottom):
                    if y % stride != 0 and y != n_b - 1:
                        continue
                    for x in range(x0, right):
                        if (x % stride == 0 or x == n_w - 1) and outcome[y, x] == UNKNOWN:
                            cells[count] = y * n_w + x
                            count += 1
                continue
            if outcome[(y0 + y1) // 2, (x0 + x1) // 2] != UNKNOWN:
                continue  # filled with a larger block
            for y in range(y0, bottom):
                down = (y - y0) / (y1 - y0)
                outcome[y, x0:right] = outcome[y0, x0]
                _blend(final_w, y, y0, y1, x0, x1, right, down)
                _blend(final_b, y, y0, y1, x0, x1, right, down)
                if not planar:
                    _blend(final_rho, y, y0, y1, x0, x1, right, down)
                left = (1.0 - down) * iterations[y0, x0] + down * iterations[y1, x0]
                end = (1.0 - down) * iterations[y0, x1] + down * iterations[y1, x1]
                for x in range(x0, right):
                    across = (x - x0) / (x1 - x0)
                    iterations[y, x] = int((1.0 - across) * left + across * end + 0.5)
    return count


@inlined
def _blend(values: Floats, y: int, y0: int, y1: int, x0: int, x1: int, right: int, down: float) -> None:
    """Fill one row of a block between its four corners, which keep their values to the last bit."""
    left = (1.0 - down) * values[y0, x0] + down * values[y1, x0]
    end = (1.0 - down) * values[y0, x1] + down * values[y1, x1]
    for x in range(x0, right):
        across = (x - x0) / (x1 - x0)
        values[y, x] = (1.0 - across) * left + across * end
