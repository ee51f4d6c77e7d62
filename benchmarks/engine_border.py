"""How far the fast method misplaces a border between outcomes, against plain iteration.

Run it with `python -m benchmarks.engine_border [--seed S] [--settings N] [--borders N]`; some five minutes
on one core. For each setting, neighbours on a lattice whose outcomes differ are joined by a line, and the
border between them is bisected by plain iteration (method "exact") and by the fast method, start by start.
The distance of the two is measured across the border, whose direction a second line beside the first tells.
Where plain iteration finds more than one change of outcome within twice that distance, the border is no
line: it is folded, counted apart, and left out of the figures.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynamics import Hyperparameters, Outcome, max_stable_learning_rate, outcomes
from dynamics.basins import BORDER_ERROR, Method

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CELLS = 48
HALVINGS = 44
LOST = np.inf


class Setting(NamedTuple):
    """One setting whose borders are measured, on [−half, half]²."""

    hp: Hyperparameters
    rho: float = 0.0
    tolerance: float = 1e-6
    max_iterations: int = 1_000_000
    half: float = 3.0

    def labels(self, points: Floats, method: Method) -> NDArray[np.uint8]:
        """Return the outcomes of points (n, 2)."""
        return outcomes(
            self.hp,
            points[:, 0],
            points[:, 1],
            self.rho,
            tolerance=self.tolerance,
            max_iterations=self.max_iterations,
            method=method,
        ).outcome


class Lines(NamedTuple):
    """Lines that cross borders: at points start + t·along the outcome is `label` for t below the border's."""

    setting: Setting
    start: Floats  # (n, 2)
    along: Floats  # (n, 2)
    label: NDArray[np.uint8]  # (n,)

    def before(self, t: Floats, method: Method) -> Bools:
        """Tell which points lie before the border."""
        points = self.start + t[:, None] * self.along
        return np.equal(self.setting.labels(points, method), self.label)

    def bisect(self, low: Floats, high: Floats, method: Method, halvings: int) -> Floats:
        """Return where the outcome changes between `low`, before the border, and `high`, behind it."""
        for _ in range(halvings):
            middle = 0.5 * (low + high)
            before = self.before(middle, method)
            low, high = np.where(before, middle, low), np.where(before, high, middle)
        return 0.5 * (low + high)

    def bracket(self, centre: Floats, distance: float, longest: float, method: Method) -> Floats:
        """Return how far to both sides of `centre` the border lies at most, LOST if beyond `longest`."""
        found = np.full(centre.shape, LOST)
        while distance < longest and np.isinf(found).any():
            between = self.before(centre - distance, method) & ~self.before(centre + distance, method)
            found[np.isinf(found) & between] = distance
            distance *= 4.0
        return found


class Borders(NamedTuple):
    """What is known of the borders of one setting; arrays (n,)."""

    reach: Floats  # distance of the start from the tip of the cones
    outcomes: NDArray[np.uint8]  # (n, 2) on both sides
    error: Floats  # across the border, LOST if the fast method has none nearby
    folded: Bools


def crossing_lines(setting: Setting, count: int, rng: np.random.Generator) -> Lines:
    """Return up to `count` lines between neighbours on a lattice whose outcomes differ."""
    half = setting.half
    axis = np.linspace(-half, half, CELLS) + half / CELLS * rng.uniform(-0.5, 0.5)
    points = np.stack(np.meshgrid(axis, axis), axis=-1)
    outcome = setting.labels(points.reshape(-1, 2), "fast").reshape(CELLS, CELLS)
    i, j = np.nonzero(outcome[:, 1:] != outcome[:, :-1])
    k, m = np.nonzero(outcome[1:] != outcome[:-1])
    start = np.concatenate([points[i, j], points[k, m]])
    along = np.concatenate([points[i, j + 1], points[k + 1, m]]) - start
    chosen = rng.permutation(len(start))[:count]
    start, along = start[chosen], along[chosen]
    label = setting.labels(start, "exact")
    kept = label != setting.labels(start + along, "exact")
    return Lines(setting, start[kept], along[kept], label[kept])


def measure(lines: Lines) -> Borders:
    """Bisect the border on each line with both methods and compare."""
    n = len(lines.label)
    exact = lines.bisect(np.zeros(n), np.ones(n), "exact", HALVINGS)
    reach = lines.bracket(exact, 1e-13, 1.0, "fast")
    lost = np.isinf(reach)
    width = np.where(lost, 0.0, reach)
    error = np.abs(lines.bisect(exact - width, exact + width, "fast", HALVINGS) - exact)
    folded = np.zeros(n, bool)
    for share in np.linspace(0.25, 2.0, 8):
        span = np.maximum(share * error, 1e-12)
        folded |= ~lines.before(exact - span, "exact") | lines.before(exact + span, "exact")
    length = np.linalg.norm(lines.along, axis=1)
    # The same border on a line beside: how far it has moved along tells its direction.
    aside = 1e-3 * lines.along[:, ::-1] * np.array([-1.0, 1.0])
    beside = lines._replace(start=lines.start + aside)
    reach = beside.bracket(exact, 2.5e-4, 0.3, "exact")
    width = np.where(np.isinf(reach), 0.0, reach)
    moved = beside.bisect(exact - width, exact + width, "exact", 20) - exact
    across = 1e-3 / np.hypot(1e-3, moved)
    point = lines.start + exact[:, None] * lines.along
    step = 1e-9 * lines.along
    sides = [lines.setting.labels(point - step, "exact"), lines.setting.labels(point + step, "exact")]
    return Borders(
        reach=np.sqrt(np.sum(point**2, axis=1) + lines.setting.rho**2),
        outcomes=np.stack(sides, axis=-1),
        error=np.where(lost, LOST, error * length * across),
        folded=folded,
    )


def groups(count: int, rng: np.random.Generator) -> Iterator[tuple[str, list[Setting]]]:
    """Yield what the rows of the table stand for, and `count` random settings for each but the first four."""
    for gamma in (1.0, 0.1, 0.01, 0.001):
        betas = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
        yield f"check values, γ = {gamma:g}", [Setting(Hyperparameters(x, 0.1, gamma, 0.0)) for x in betas]

    def hyperparameters(beta: float | None = None, mean: float = 0.0) -> Hyperparameters:
        if beta is None:
            beta = rng.uniform(0, 0.99) if rng.random() < 0.5 else 1 - 10 ** rng.uniform(-2, 0)
        eta = min(10 ** rng.uniform(-2, 0.48), 0.9 * float(max_stable_learning_rate(beta)))
        gamma = 10 ** rng.uniform(-3, 0)
        return Hyperparameters(beta, eta, gamma, rng.uniform(-mean, mean) * gamma)

    def tolerance() -> float:
        return float(10 ** rng.uniform(-8, -5))

    draws = range(count)
    yield "random, δ = 0", [Setting(hyperparameters(), tolerance=tolerance()) for _ in draws]
    yield "random, δ to ±3γ", [Setting(hyperparameters(mean=3.0), tolerance=tolerance()) for _ in draws]
    yield "random, ρ to 2", [Setting(hyperparameters(), rho=rng.uniform(0, 2)) for _ in draws]
    updates = [int(10 ** rng.uniform(2, 4.5)) for _ in draws]
    yield "random, after T updates", [Setting(hyperparameters(), 0.0, 0.0, n) for n in updates]
    halves = [10 ** rng.uniform(-4, -1) for _ in draws]
    yield (
        "random, γ = 1, near the tip",
        [Setting(replace(hyperparameters(), gamma=1.0), half=half) for half in halves],
    )
    yield "β = 0.9999", [Setting(hyperparameters(0.9999), max_iterations=300_000) for _ in range(4)]
    unstable = ((0.0, 2.41), (0.0, 3.0), (0.5, 8.0))
    yield (
        "above the affine limit",
        [Setting(Hyperparameters(*x, 1.0, 0.0), max_iterations=20_000) for x in unstable],
    )


def row(name: str, borders: list[Borders]) -> str:
    """Return a row of the table: the errors as shares of the distance from the tip of the cones."""
    folded = np.concatenate([x.folded for x in borders])
    error, reach = (
        np.concatenate([getattr(x, field) for x in borders])[~folded] for field in ("error", "reach")
    )
    between = np.concatenate([x.outcomes for x in borders])[~folded]
    share = error / reach
    cells = [name, str(folded.size), str(folded.sum())]
    for kind in (np.max(between, axis=1) <= Outcome.CONVERGED, np.max(between, axis=1) > Outcome.CONVERGED):
        some = share[kind]
        cells.append(str(some.size))
        cells += [f"{np.quantile(some, q):.1e}" for q in (0.5, 0.95, 1.0)] if some.size else ["", "", ""]
        cells.append(f"{np.mean(some <= BORDER_ERROR):.3f}" if some.size else "")
    return "| " + " | ".join(cells) + " |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--settings", type=int, default=16, help="random settings in a row of the table")
    parser.add_argument("--borders", type=int, default=12, help="borders in a setting")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    print(
        "Distance of the fast border from the exact one, over the start's distance from the tip; "
        f"within: share below {BORDER_ERROR:g}.\n\n"
        "| settings | borders | folded | dead beside converged | median | 95 % | worst | within "
        "| beside stalled, undecided | median | 95 % | worst | within |\n" + "|---" * 13 + "|"
    )
    everything: list[Borders] = []
    for name, settings in groups(arguments.settings, rng):
        borders = [measure(crossing_lines(setting, arguments.borders, rng)) for setting in settings]
        print(row(name, borders), flush=True)
        everything += borders
    print(row("all", everything))
    return 0


if __name__ == "__main__":
    sys.exit(main())
