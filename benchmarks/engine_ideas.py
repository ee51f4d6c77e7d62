"""What each idea of the engine contributes: the CPU time without it over the time with it.

Run it with `python -m benchmarks.engine_ideas`; it takes some two minutes on two idle cores. The settings are
those of the speed table, on 256 × 256 cells, and on 64 × 64 (never refined) where plain iteration comes in.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.engine_speed import MAIN_SETTINGS, best, machine, square
from dynamics import basin_map
from dynamics.engine import solver
from dynamics.engine.kernel import Problem, Traps
from dynamics.engine.traps import find_traps

describe = solver._describe


def without_modes(problem: Problem) -> Traps:
    return find_traps(problem)._replace(bounds=np.full((3, 5), np.inf))


def without_ease(*arguments: Any) -> tuple[Problem, Any]:
    problem, table = describe(*arguments)
    return problem._replace(ease=1.0), table


IDEAS: list[tuple[str, int, str, object]] = [
    ("supersteps longer than 2 iterations", 64, "_LONGEST", 1),
    ("refinement", 256, "first_stride", lambda n_w, n_b: 1),
    ("the affine map near the truth", 256, "find_traps", without_modes),
    ("longer steps where the label is settled", 256, "_describe", without_ease),
]


def main() -> int:
    print(machine())
    print("| without | cells a side | times slower: median | least | most |\n|---|---|---|---|---|")
    for name, n, attribute, replacement in IDEAS:
        ratios = []
        for hp in MAIN_SETTINGS:
            work: Callable[[], object] = partial(basin_map, hp, square(n))
            work()
            fast = best(work, 5, time.process_time)
            with patch(f"dynamics.engine.solver.{attribute}", replacement):
                ratios.append(best(work, 1 if n == 64 else 3, time.process_time) / fast)
        numbers = (np.median(ratios), min(ratios), max(ratios))
        print(f"| {name} | {n} | " + " | ".join(f"{x:.1f}" for x in numbers) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
