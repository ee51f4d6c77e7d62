"""The engine's labels against plain iteration in random settings.

Run it with `python -m benchmarks.engine_agreement [--seed S] [--settings N]`; it prints a line for each
setting and exits with 1 if in any of them fewer than 99.9 % of 64 × 48 labels agree. Up to half the limit
of the affine map all cells are compared, above it those whose label by plain iteration survives a change
of the start's last bit. With 200 settings it takes some ten minutes on two cores, nearly all of it plain
iteration.
"""

import argparse
import sys
from typing import NamedTuple

import numpy as np

from dynamics import Grid, Hyperparameters, Outcomes, max_stable_learning_rate, outcomes
from dynamics.basins import Method

GOAL = 0.999


class Setting(NamedTuple):
    """One random setting, in the ranges of the engine's specification."""

    hp: Hyperparameters
    grid: Grid
    rho: float
    epsilon: float
    tolerance: float
    max_iterations: int

    def sensitive(self) -> bool:
        """Tell whether η lies above half the limit of the affine map, where errors alternate or grow."""
        return bool(self.hp.eta > max_stable_learning_rate(self.hp.beta) / 2)

    def solve(self, method: Method, nudge: bool = False) -> Outcomes:
        """Decide all starts, or with `nudge` the starts one unit in the last place beside them."""
        w, b = np.meshgrid(self.grid.w, self.grid.b)
        return outcomes(
            self.hp,
            np.nextafter(w, np.inf) if nudge else w,
            b,
            self.rho,
            epsilon=self.epsilon,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
            method=method,
        )


def draw(rng: np.random.Generator, index: int) -> Setting:
    """Draw a setting: β = 0 in one of eight, η above half the limit allowed in one of four."""
    beta = 0.0 if index % 8 == 0 else rng.uniform(0, 0.999) if index % 2 else 1 - 10 ** rng.uniform(-3, 0)
    eta = float(np.exp(rng.uniform(np.log(0.03), np.log(3))))
    if index % 4:
        eta = min(eta, float(max_stable_learning_rate(beta)) / 2)
    delta = 0.0 if rng.random() < 0.25 else rng.uniform(-3, 3)
    hp = Hyperparameters(beta, eta, 10 ** rng.uniform(-4, 1), delta)
    after_updates = rng.random() < 0.3
    half = 3.0 if rng.random() < 0.5 else rng.uniform(0.3, 3)
    x, y = rng.uniform(-2, 2, 2) if rng.random() < 0.5 else (0.0, 0.0)
    return Setting(
        hp=hp,
        grid=Grid(x - half, x + half, y - half, y + half, n_w=64, n_b=48),
        rho=0.0 if rng.random() < 0.5 else rng.uniform(0, 3),
        epsilon=10 ** rng.uniform(-4, -1),
        tolerance=0.0 if after_updates else 10 ** rng.uniform(-9, -5),
        max_iterations=int(10 ** rng.uniform(3, 5)) if after_updates or rng.random() < 0.3 else 100_000,
    )


def compare(setting: Setting) -> tuple[float, float, float, float]:
    """Return the share of equal labels, of cells compared, and the errors of iterations (median, 99 %)."""
    plain, fast = setting.solve("reference"), setting.solve("fast")
    compared = np.ones(plain.outcome.shape, bool)
    if setting.sensitive():
        compared = plain.outcome == setting.solve("reference", nudge=True).outcome
    equal = (plain.outcome == fast.outcome)[compared]
    error = np.abs(plain.iterations - fast.iterations)[compared][equal] / (
        plain.iterations[compared][equal] + 10
    )
    return (
        float(equal.mean()),
        float(compared.mean()),
        float(np.median(error)),
        float(np.quantile(error, 0.99)),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--settings", type=int, default=200)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.settings} settings of 64 × 48 cells")
    print(
        "| β | η | γ | δ | ρ | ε | tolerance | budget | compared | equal | iterations off by: median, 99 % |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    rng = np.random.default_rng(arguments.seed)
    shares = []
    for index in range(arguments.settings):
        setting = draw(rng, index)
        share, compared, median, most = compare(setting)
        shares.append(share)
        hp = setting.hp
        numbers = (hp.beta, hp.eta, hp.gamma, hp.delta, setting.rho, setting.epsilon, setting.tolerance)
        cells = [*(f"{number:.4g}" for number in numbers), str(setting.max_iterations), f"{compared:.4f}"]
        print("| " + " | ".join([*cells, f"{share:.5f}", f"{median:.3f}, {most:.3f}"]) + " |", flush=True)
    below = sum(share < GOAL for share in shares)
    print(
        f"\nequal labels: worst {min(shares):.5f}, mean {np.mean(shares):.6f}; {below} settings below {GOAL}"
    )
    return int(below > 0)


if __name__ == "__main__":
    sys.exit(main())
