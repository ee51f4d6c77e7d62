"""Deep zooms: whose labels are right there, and how long exact maps take.

Run it with `python -m benchmarks.engine_zoom`; some minutes on two cores, nearly all of it the reference.
The first table is CPU time, of all threads, for an iteration of a start. The second compares labels in
windows around borders with the reference's. The third times exact maps of the sizes a page asks for one
after the other, around the borders of a setting with the fewest, middling and most iterations; half the
CPU time is what two idle cores take.
"""

import sys
import time
from functools import partial
from typing import get_args

import numpy as np

from benchmarks.engine_border import Floats, Setting, crossing_lines
from benchmarks.engine_speed import best, machine, row, square
from dynamics import Grid, Hyperparameters, basin_map, outcomes
from dynamics.basins import Method

DEFAULT = Hyperparameters(0.9, 0.1, 0.1, 0.0)
SMALL_TARGET = Hyperparameters(0.99, 0.1, 0.01, 0.0)
SETTINGS = [DEFAULT, SMALL_TARGET, Hyperparameters(0.5, 0.1, 1.0, 0.0), Hyperparameters(0.95, 0.3, 0.1, 0.2)]


def border_points(hp: Hyperparameters, count: int, rng: np.random.Generator) -> Floats:
    """Return up to `count` points (w, b) on borders between outcomes."""
    lines = crossing_lines(Setting(hp), count, rng)
    low = np.zeros(len(lines.label))
    return lines.start + lines.bisect(low, low + 1, "exact", 44)[:, None] * lines.along


def window(centre: Floats, width: float, n_w: int, n_b: int) -> Grid:
    """Return a square window, a little off its centre so that the border is no axis of symmetry."""
    w, b = centre + np.array([0.13, 0.07]) * width
    return Grid(w - width / 2, w + width / 2, b - width / 2, b + width / 2, n_w, n_b)


def iteration_table() -> None:
    """Time one iteration of one start."""
    row("ns an iteration", *get_args(Method)[1:])
    row(*["---"] * 3)
    w, b = np.random.default_rng(1).uniform(-3, 3, (2, 320))
    for rho in (0.0, 0.3):
        cells = []
        for method in ("exact", "reference"):
            work = partial(outcomes, DEFAULT, w, b, rho, tolerance=0, max_iterations=10_000, method=method)
            cells.append(f"{best(work, 5, time.process_time) / (320 * 10_000) * 1e9:.1f}")
        row(f"ρ = {rho:g}", *cells)


def label_table() -> None:
    """Count wrong labels in narrow windows."""
    row("\nβ", "η", "γ", "δ", "width", "around", "wrong of 1920: fast", "exact", "reference, s", "exact, s")
    row(*["---"] * 10)
    rng = np.random.default_rng(1)
    for hp in SETTINGS:
        for point, width in zip(border_points(hp, 4, rng), (1e-3, 1e-4, 1e-5, 1e-6), strict=False):
            grid = window(point, width, 48, 40)
            start = time.perf_counter()
            reference = basin_map(hp, grid, method="reference")
            middle = time.perf_counter()
            exact = basin_map(hp, grid, method="exact")
            end = time.perf_counter()
            wrong = [int(np.sum(x.outcome != reference.outcome)) for x in (basin_map(hp, grid), exact)]
            numbers = (*(f"{x:g}" for x in (hp.beta, hp.eta, hp.gamma, hp.delta, width)),)
            times = f"{middle - start:.2f}", f"{end - middle:.2f}"
            row(*numbers, f"({point[0]:.3f}, {point[1]:.3f})", *map(str, wrong), *times)


def stage_table() -> None:
    """Time exact maps of growing size."""
    sizes = (32, 64, 128, 256, 512)
    row("\nβ", "γ", "window", "iterations there", *(f"{n}²: s, CPU/2" for n in sizes))
    row(*["---"] * (4 + len(sizes)))
    for hp in (DEFAULT, SMALL_TARGET):
        points = border_points(hp, 24, np.random.default_rng(2))
        iterations = outcomes(hp, points[:, 0], points[:, 1], method="exact").iterations
        order = np.argsort(iterations)
        for i in order[[0, len(order) // 2, -1]]:
            name = f"1e-4 around ({points[i][0]:.3f}, {points[i][1]:.3f})"
            times = [stage(hp, window(points[i], 1e-4, n, n)) for n in sizes]
            row(f"{hp.beta:g}", f"{hp.gamma:g}", name, str(iterations[i]), *times)
        row(f"{hp.beta:g}", f"{hp.gamma:g}", "[−3, 3]²", "", *(stage(hp, square(n)) for n in sizes))


def stage(hp: Hyperparameters, grid: Grid) -> str:
    """Return the seconds of one exact map, and half its CPU time."""
    start, busy = time.perf_counter(), time.process_time()
    basin_map(hp, grid, method="exact")
    return f"{time.perf_counter() - start:.2f}, {(time.process_time() - busy) / 2:.2f}"


def main() -> int:
    print(machine())
    for rho in (0.0, 0.3):
        for method in get_args(Method):
            outcomes(DEFAULT, 1.0, 1.0, rho, method=method)
    iteration_table()
    label_table()
    stage_table()
    return 0


if __name__ == "__main__":
    sys.exit(main())
