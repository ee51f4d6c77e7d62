"""How fast the engine is, beside plain iteration in the same run.

Run it with `python -m benchmarks.engine_speed`; it takes about two minutes on two idle cores. Each map is
the best of several, no cache answering. Plain iteration runs on 64 × 64 starts of the same window and is
scaled to the number of cells; the numpy loop is timed over its first iterations and scaled to all of
them; "C" is an estimate, 3 ns for each iteration that plain iteration counts. The CPU time, of all
threads together, tells whether the machine was idle: half of it should be the engine's time on two cores.
"""

import os
import platform
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from dynamics import BasinMap, Grid, Hyperparameters, basin_map, expected_gradient

MAIN_SETTINGS = [
    Hyperparameters(beta, 0.1, gamma, 0.0)
    for gamma in (1.0, 0.1, 0.01, 0.001)
    for beta in (0.0, 0.8, 0.9, 0.99)
]
SECONDS_PER_ITERATION_IN_C = 3e-9
FRESH = (
    "import time; start = time.perf_counter(); from dynamics import Grid, Hyperparameters, basin_map; "
    "middle = time.perf_counter(); "
    "basin_map(Hyperparameters(0.9, 0.1, 0.1, 0.0), Grid(-3, 3, -3, 3, 256, 256)); "
    "end = time.perf_counter(); print(middle - start, end - middle)"
)


def square(n: int) -> Grid:
    return Grid(w_min=-3, w_max=3, b_min=-3, b_max=3, n_w=n, n_b=n)


def best(
    work: Callable[[], object], repeats: int = 7, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the shortest of several times, in seconds."""
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def numpy_seconds_per_iteration(hp: Hyperparameters, steps: int = 300) -> float:
    """Time the plain numpy loop, for one start and one iteration."""
    grid = square(64)
    w, b = (x.ravel() for x in np.meshgrid(grid.w, grid.b))
    m_w, m_b = np.zeros_like(w), np.zeros_like(b)
    start = time.perf_counter()
    for _ in range(steps):
        g_w, g_b, _ = expected_gradient(w, b, hp.gamma, hp.delta)
        m_w = hp.beta * m_w + (1 - hp.beta) * g_w
        m_b = hp.beta * m_b + (1 - hp.beta) * g_b
        w, b = w - hp.eta * m_w, b - hp.eta * m_b
    return (time.perf_counter() - start) / steps / w.size


def machine() -> str:
    """Return the processor's name and the number of cores at hand."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].split(":")[1].strip() if lines else model
    return f"{model}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"


def row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


def main_table() -> None:
    """Time the sixteen settings of the specification."""
    row(
        "γ",
        "β",
        "engine, ms",
        "its CPU, ms",
        "reference, s",
        "numpy, s",
        "C, ms",
        "reference / engine",
        "C / engine",
    )
    row(*["---"] * 9)
    engine, ratios = [], []
    for hp in MAIN_SETTINGS:
        seconds = best(partial(basin_map, hp, square(256)))
        busy = best(partial(basin_map, hp, square(256)), clock=time.process_time)
        start = time.perf_counter()
        plain = basin_map(hp, square(64), method="reference")
        scale = 65536 / plain.iterations.size
        reference = (time.perf_counter() - start) * scale
        iterations = float(plain.iterations.sum()) * scale
        in_numpy = iterations * numpy_seconds_per_iteration(hp)
        in_c = iterations * SECONDS_PER_ITERATION_IN_C
        engine.append(seconds)
        ratios.append(in_c / seconds)
        times = (
            f"{seconds * 1e3:.1f}",
            f"{busy * 1e3:.1f}",
            f"{reference:.1f}",
            f"{in_numpy:.0f}",
            f"{in_c * 1e3:.0f}",
        )
        row(f"{hp.gamma:g}", f"{hp.beta:g}", *times, f"{reference / seconds:.0f}", f"{in_c / seconds:.0f}")
    median, worst = np.median(engine) * 1e3, max(engine) * 1e3
    print(f"\n256 × 256: median {median:.1f} ms (goal 8), worst {worst:.1f} ms (goal 20)")
    print(f"against C: median {np.median(ratios):.0f} × (goal 400), worst {min(ratios):.0f} × (goal 100)")


def size_table() -> None:
    """Time large maps, unstable learning rates and maps of a few iterations."""
    for hp in (MAIN_SETTINGS[6], MAIN_SETTINGS[11]):
        small = best(partial(basin_map, hp, square(256)))
        large = best(partial(basin_map, hp, square(1024)), 3)
        ratio = f"{large * 1e3:.0f} ms, {large / small:.1f} × (goal < 6)"
        print(f"1024 × 1024 at γ = {hp.gamma:g}, β = {hp.beta:g}: {ratio}")
    row("", "engine, ms", "reference, ms", "ratio (goal ≥ 1)")
    row(*["---"] * 4)
    for name, hp, n, budget in (
        ("β = 0, η = 3, γ = 1, 10⁴ iterations", Hyperparameters(0.0, 3.0, 1.0, 0.0), 64, 10_000),
        ("β = 0, η = 3, γ = 0.1, 10⁴ iterations", Hyperparameters(0.0, 3.0, 0.1, 0.0), 64, 10_000),
        ("β = 0.5, η = 8, γ = 1 (chaos), 10⁴ iterations", Hyperparameters(0.5, 8.0, 1.0, 0.0), 64, 10_000),
        ("β = 0, η = 100, γ = 1, 10⁴ iterations", Hyperparameters(0.0, 100.0, 1.0, 0.0), 64, 10_000),
        ("β = 0.9, 5 iterations, 64 × 64", MAIN_SETTINGS[6], 64, 5),
        ("β = 0.9, 5 iterations, 256 × 256", MAIN_SETTINGS[6], 256, 5),
    ):
        fast = best(partial(basin_map, hp, square(n), max_iterations=budget), 3)
        plain = best(partial(basin_map, hp, square(n), max_iterations=budget, method="reference"), 1)
        row(name, f"{fast * 1e3:.1f}", f"{plain * 1e3:.1f}", f"{plain / fast:.1f}")


def process_table() -> None:
    """Measure start, memory and several callers at once."""
    hp = MAIN_SETTINGS[6]
    starts = [
        [
            float(x)
            for x in subprocess.run(
                [sys.executable, "-c", FRESH], capture_output=True, text=True, check=True
            ).stdout.split()
        ]
        for _ in range(3)
    ]
    loading, first = min(starts, key=sum)
    print(f"fresh process, warm cache: {loading:.2f} s to import, {first:.2f} s for the first map (goal 1 s)")
    tracemalloc.start()
    basin = basin_map(hp, square(512))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    result = sum(
        array.nbytes
        for array in (basin.outcome, basin.iterations, basin.final_w, basin.final_b, basin.final_rho)
    )
    print(f"memory beyond the result: {(peak - result) / basin.outcome.size:.1f} B a cell (goal 40)")
    alone = best(lambda: [basin_map(hp, square(256)) for _ in range(12)], 3)

    def several() -> list[BasinMap]:
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda _: basin_map(hp, square(256)), range(12)))

    together = best(several, 3)
    print(f"12 maps: one caller {alone * 1e3:.0f} ms, four callers {together * 1e3:.0f} ms (goal: not more)")


def main() -> int:
    print(machine())
    for hp in MAIN_SETTINGS[:2]:
        basin_map(hp, square(256))
        basin_map(hp, square(8), rho=0.5)
        basin_map(hp, square(8), method="reference")
    main_table()
    size_table()
    process_table()
    return 0


if __name__ == "__main__":
    sys.exit(main())
