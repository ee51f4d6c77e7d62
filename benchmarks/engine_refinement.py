"""Refined maps against maps of which every cell was computed.

Run it with `python -m benchmarks.engine_refinement`; it takes about ten seconds on two cores and exits
with 1 if anywhere two cells that differ share a side. The settings are those of the speed table and some with
thin filaments.
"""

import sys

import numpy as np
from scipy.ndimage import label

from benchmarks.engine_speed import MAIN_SETTINGS
from dynamics import Grid, Hyperparameters
from dynamics.engine import solve_grid

FILAMENTS = [
    (Hyperparameters(0.995, 0.3, 0.05, 0.2), 0.0),
    (Hyperparameters(0.99, 1.0, 0.3, 0.0), 0.0),
    (Hyperparameters(0.98, 3.0, 0.1, -0.1), 0.0),
    (Hyperparameters(0.999, 0.1, 1.0, 0.0), 0.0),
    (Hyperparameters(0.999, 1.0, 0.1, 0.0), 0.0),
    (Hyperparameters(0.9, 0.1, 0.1, 0.0), 0.5),
    (Hyperparameters(0.99, 0.5, 0.02, 0.1), 1.0),
]
GRID = Grid(w_min=-3, w_max=3, b_min=-3, b_max=3, n_w=256, n_b=256)


def compare(hp: Hyperparameters, rho: float) -> int:
    """Print a table row and return how many cells the largest group of wrong labels has."""
    flag = np.zeros(1, np.uint8)
    refined = solve_grid(hp, GRID, rho, 1e-3, 1e-6, 1_000_000, flag)
    full = solve_grid(hp, GRID, rho, 1e-3, 1e-6, 1_000_000, flag, stride=1)
    wrong = refined[0] != full[0]
    groups, count = label(wrong)
    largest = int(np.bincount(groups.ravel())[1:].max()) if count else 0
    error = np.abs(refined[1] - full[1]) / (full[1] + 10)
    cells = [*(f"{x:g}" for x in (hp.beta, hp.eta, hp.gamma, hp.delta, rho)), str(wrong.sum()), str(largest)]
    print("| " + " | ".join([*cells, f"{np.quantile(error, 0.99):.3f}"]) + " |", flush=True)
    return largest


def main() -> int:
    print("| β | η | γ | δ | ρ | wrong of 65,536 | largest group | iterations off by (99 %) |")
    print("|---|---|---|---|---|---|---|---|")
    largest = max(compare(hp, rho) for hp, rho in [*((hp, 0.0) for hp in MAIN_SETTINGS), *FILAMENTS])
    print(f"\nlargest group of wrong labels: {largest}")
    return int(largest > 1)


if __name__ == "__main__":
    sys.exit(main())
