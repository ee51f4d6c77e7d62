"""The design's table of dead fractions, by plain iteration.

Run it with `python -m benchmarks.check_values`; it prints a table in Markdown and exits with 1 if a
fraction differs by more than 0.005.
"""

import argparse
import sys
import time
from typing import get_args

from dynamics import Grid, Hyperparameters, Outcome, basin_map
from dynamics.basins import Method

BETAS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
DEAD = {
    1.0: (0.383, 0.379, 0.347, 0.297, 0.250, 0.243),
    0.1: (0.425, 0.427, 0.421, 0.544, 0.580, 0.757),
    0.01: (0.732, 0.736, 0.867, 0.975, 0.992, 0.998),
    0.001: (0.816, 0.821, 0.990, 0.999, 1.000, 1.000),
}
CONVERGED = {1.0: (0.617, 0.621, 0.653, 0.703, 0.750, 0.756)}
GRID = Grid(w_min=-3, w_max=3, b_min=-3, b_max=3, n_w=100, n_b=100)
ALLOWED = 0.005


def check(gamma: float, method: Method) -> bool:
    """Print one table row per β at this γ and return whether all lie within the allowed difference."""
    within = True
    for i, beta in enumerate(BETAS):
        start = time.perf_counter()
        hp = Hyperparameters(beta=beta, eta=0.1, gamma=gamma, delta=0.0)
        basin = basin_map(hp, GRID, epsilon=1e-3, tolerance=1e-6, max_iterations=1_000_000, method=method)
        seconds = time.perf_counter() - start
        expected = {Outcome.DEAD: DEAD, Outcome.CONVERGED: CONVERGED}
        for outcome, table in expected.items():
            if gamma in table:
                measured, wanted = basin.fraction(outcome), table[gamma][i]
                good = abs(measured - wanted) <= ALLOWED
                within = within and good
                verdict = "" if good else "differs"
                cells = [f"{gamma:g}", f"{beta:g}", outcome.name, f"{measured:.4f}", f"{wanted:.3f}"]
                print("| " + " | ".join([*cells, f"{seconds:.2f}", verdict]) + " |", flush=True)
    return within


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", choices=get_args(Method), default="reference")
    method: Method = parser.parse_args().method
    print("| γ | β | outcome | measured | expected | seconds | |\n|---|---|---|---|---|---|---|")
    results = [check(gamma, method) for gamma in DEAD]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
