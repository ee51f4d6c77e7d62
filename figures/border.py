"""The border of the dead starts on a grid, as lines."""

import numpy as np
from numpy.typing import NDArray

from dynamics import Grid
from figures.chart import Floats

MOST = 20_000  # edges; where death is scattered wider, a line would cover what it surrounds


def border(dead: NDArray[np.bool_], grid: Grid, every: int = 1) -> tuple[Floats, Floats]:
    """Return the lines between dead and other starts, by marching squares.

    A line passes midway between two neighbours of which one is dead, with the dead ones on its left.

    Parameters
    ----------
    dead : bool (n_b, n_w)
        Row i is bias grid.b[i], column j weight grid.w[j].
    grid : Grid
    every : int
        Of so many points of a line one is kept, besides both ends. Lines of fewer are left out.

    Returns
    -------
    w, b : float64 (n,)
        The points, with NaN between lines; none where the border has more than `MOST`.
    """
    successor = _successors(dead)
    if len(successor) > MOST:
        return np.empty(0), np.empty(0)
    lines = [line for line in _chains(successor) if len(line) > every]
    picked = [np.append(line[:-1:every], line[-1]) for line in lines]
    gaps = [np.append(line, -1) for line in picked]
    edges = np.concatenate([*gaps, np.empty(0)]).astype(np.int64)[:-1]
    upright, cell = np.divmod(edges, dead.size)
    i, j = np.divmod(cell, dead.shape[1])
    step_w = (grid.w_max - grid.w_min) / (grid.n_w - 1)
    step_b = (grid.b_max - grid.b_min) / (grid.n_b - 1)
    w = grid.w_min + step_w * np.where(upright == 1, j, j + 0.5)
    b = grid.b_min + step_b * np.where(upright == 1, i + 0.5, i)
    return np.where(edges < 0, np.nan, w), np.where(edges < 0, np.nan, b)


def _successors(dead: NDArray[np.bool_]) -> dict[int, int]:
    """Return which pair of neighbours a line passes after each.

    The pair of cells k and k + 1 in a row is k, that of a cell k and the one above is k + (number of cells).
    """
    n_w = dead.shape[1]
    beside, above = dead[:, :-1] != dead[:, 1:], dead[:-1] != dead[1:]
    rows, columns = np.nonzero(beside[:-1] | beside[1:] | above[:, :-1])  # squares that a line passes
    a, b = dead[rows, columns], dead[rows, columns + 1]
    d, c = dead[rows + 1, columns], dead[rows + 1, columns + 1]
    corner = rows * n_w + columns
    bottom, top = corner, corner + n_w
    left, right = corner + dead.size, corner + dead.size + 1
    # Where a line enters a square of four starts and where it leaves; where two pass, each keeps to one
    # of the dead corners.
    ways = (
        (a & ~b, bottom, ((~d, left), (d & ~c, top), (d & c, right))),
        (b & ~c, right, ((~a, bottom), (a & ~d, left), (a & d, top))),
        (c & ~d, top, ((~b, right), (b & ~a, bottom), (b & a, left))),
        (d & ~a, left, ((~c, top), (c & ~b, right), (c & b, bottom))),
    )
    successor: dict[int, int] = {}
    for enters, start, ends in ways:
        for leaves, end in ends:
            there = enters & leaves
            successor.update(zip(start[there].tolist(), end[there].tolist(), strict=True))
    return successor


def _chains(successor: dict[int, int]) -> list[list[int]]:
    """Return the lines, the open ones from their first edge on; closed ones end where they begin."""
    left = dict(successor)
    firsts = list(left.keys() - set(left.values()))
    chains = []
    while left:
        edge = firsts.pop() if firsts else next(iter(left))
        chain = [edge]
        while edge in left:
            edge = left.pop(edge)
            chain.append(edge)
        chains.append(chain)
    return chains
