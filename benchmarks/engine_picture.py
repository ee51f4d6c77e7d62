"""Draw docs/engine.svg: which cells of a map are computed, and how many supersteps their iterations take.

Run it with `python -m benchmarks.engine_picture`; it takes a second.
"""

import itertools
import math
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine_speed import square
from dynamics import Grid, Hyperparameters, Outcome
from dynamics.engine import solver

HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)
FILL = {Outcome.DEAD: "#23365f", Outcome.CONVERGED: "#f2d24b", Outcome.STALLED: "#a9762a"}
INK, MUTED = "#1b1f27", "#5b6370"
SIDE, GAP, MARGIN = 360, 92, 58
run = solver._run


def map_and_cells(grid: Grid) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the outcomes of a map and the flat indices of the cells that were computed."""
    computed: list[NDArray[np.int64]] = []

    def recorded(cells: NDArray[np.int64], *rest: Any) -> int:
        computed.append(cells.copy())
        return run(cells, *rest)

    with patch("dynamics.engine.solver._run", recorded):
        outcome = solver.solve_grid(HP, grid, 0.0, 1e-3, 1e-6, 10**6, np.zeros(1, np.uint8))[0]
    return outcome, np.concatenate(computed)


def supersteps(n: int) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Return outcome, iterations and supersteps of n × n units, each run on its own."""
    grid = square(n)
    w, b = (x.ravel() for x in np.meshgrid(grid.w, grid.b))
    method = solver._method(HP, 1e-3, 1e-6, 10**6, exact=False)
    results = solver._empty(w.shape)
    starts = solver._Starts(w, b, np.zeros_like(w), 1)
    flag = np.zeros(1, np.uint8)
    counts = [run(np.array([i]), starts, method, results, flag) for i in range(w.size)]
    return results[0], results[1], np.array(counts)


def dots(points: list[tuple[float, float]], size: float, colour: str) -> str:
    """Return one path that is a dot at every point."""
    path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points)
    return f'<path d="{path}" stroke="{colour}" stroke-width="{size}" stroke-linecap="round"/>'


def text(x: float, y: float, words: str, anchor: str = "middle", fill: str = INK) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{fill}">{words}</text>'


def draw_map(grid: Grid) -> tuple[list[str], int]:
    """Draw runs of equal labels as rectangles and computed cells as dots."""
    outcome, cells = map_and_cells(grid)
    size = SIDE / grid.n_w
    runs: dict[Outcome, list[str]] = {label: [] for label in FILL}
    for i, row in enumerate(outcome):
        top = MARGIN + SIDE - (i + 1) * size
        edges = [0, *(np.flatnonzero(np.diff(row.astype(int))) + 1).tolist(), grid.n_w]
        for start, end in itertools.pairwise(edges):
            long = (end - start) * size
            corner = f"M{MARGIN + start * size:.1f} {top:.1f}"
            runs[Outcome(row[start])].append(f"{corner}h{long:.1f}v{size:.1f}h-{long:.1f}z")
    parts = [f'<path d="{"".join(path)}" fill="{FILL[label]}"/>' for label, path in runs.items()]
    rows, columns = np.divmod(cells, grid.n_w)
    xs, ys = MARGIN + (columns + 0.5) * size, MARGIN + SIDE - (rows + 0.5) * size
    places = list(zip(xs.tolist(), ys.tolist(), strict=True))
    return [*parts, dots(places, 1.2, "#e2566f")], cells.size


def draw_steps(left: float) -> list[str]:
    """Draw supersteps over iterations, both on logarithmic scales."""
    outcome, iterations, counts = supersteps(40)

    def place(n: float, steps: float) -> tuple[float, float]:
        return left + SIDE * math.log10(n) / 6, MARGIN + SIDE * (1 - math.log10(steps) / 3)

    (x0, y0), (x1, y1), (x, y) = place(1, 1), place(1000, 1000), place(300, 300)
    parts = [
        f'<rect x="{left}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="{MUTED}"/>',
        f'<line x1="{x0:.0f}" y1="{y0:.0f}" x2="{x1:.0f}" y2="{y1:.0f}" stroke="{MUTED}"/>',
        text(x - 8, y, "plain iteration", "end", MUTED),
    ]
    parts += [text(place(10**power, 1)[0], MARGIN + SIDE + 18, f"{10**power:,}") for power in range(0, 6, 2)]
    parts += [text(left - 6, place(1, 10**power)[1] + 5, f"{10**power:,}", "end") for power in range(4)]
    for label, colour in FILL.items():
        chosen = outcome == label
        some = [place(n, steps) for n, steps in zip(iterations[chosen], counts[chosen], strict=True)]
        parts += [dots(some, 4.6, INK), dots(some, 4, colour)]
    return parts


def main() -> int:
    grid = square(200)
    cells, computed = draw_map(grid)
    right = MARGIN + SIDE + GAP
    below = MARGIN + SIDE + 42
    words = [
        text(MARGIN, 36, f"{computed:,} of {grid.n_w * grid.n_b:,} cells are computed (dots)", "start"),
        text(MARGIN + SIDE / 2, below, "weight w_L from −3 to 3, bias b up"),
        text(right, 36, "supersteps of a unit over its iterations", "start"),
        text(right + SIDE / 2, below, "iterations (navy: dead, yellow: converged)"),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right + SIDE + 40} {below + 14}" '
        f'font-family="sans-serif" font-size="15"><rect width="100%" height="100%" fill="#ffffff"/>'
    )
    target = Path(__file__).resolve().parent.parent / "docs" / "engine.svg"
    target.write_text("\n".join([head, *cells, *draw_steps(right), *words, "</svg>\n"]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
