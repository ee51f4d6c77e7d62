import numpy as np
import pytest

from dynamics import (
    BasinMap,
    Grid,
    Hyperparameters,
    Outcome,
    VectorField,
    dead_cone_slope,
    trajectory,
    vector_field,
)
from figures import StartPath, View, arrow_grid

HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.5, delta=0.2)
GRID = Grid(w_min=-3, w_max=2, b_min=-2, b_max=1, n_w=40, n_b=24)


def made_map(
    hp: Hyperparameters = HP, grid: Grid = GRID, rho: float = 0.0, epsilon: float = 1e-3
) -> BasinMap:
    """A map whose labels follow a rule that tells every row and column apart: no engine needed."""
    w, b = np.meshgrid(grid.w, grid.b)
    outcome = np.full(w.shape, Outcome.CONVERGED, dtype=np.uint8)
    outcome[b < dead_cone_slope(epsilon) * np.hypot(w, rho)] = Outcome.DEAD
    outcome[(w > grid.w[grid.n_w * 3 // 4]) & (b < 0)] = Outcome.DIVERGED
    outcome[(w > grid.w[grid.n_w * 3 // 4]) & (b >= 0)] = Outcome.UNDECIDED
    outcome[0, -1] = Outcome.STALLED
    cells = np.arange(w.size).reshape(w.shape)
    return BasinMap(
        hyperparameters=hp,
        epsilon=epsilon,
        tolerance=1e-6,
        max_iterations=1_000_000,
        outcome=outcome,
        iterations=cells * 100,
        final_w=w / 2,
        final_b=b / 3,
        final_rho=np.full(w.shape, rho),
        grid=grid,
        rho=rho,
    )


@pytest.fixture(scope="session")
def basin() -> BasinMap:
    return made_map()


@pytest.fixture(scope="session")
def arrows() -> VectorField:
    return vector_field(HP, arrow_grid(GRID, View()))


@pytest.fixture(scope="session")
def paths() -> list[StartPath]:
    starts = {"A": ((1.5, 0.8), Outcome.CONVERGED), "B": ((-1.6, 0.6), Outcome.DEAD)}
    return [
        StartPath(letter, trajectory(HP, start, steps=400), outcome)
        for letter, (start, outcome) in starts.items()
    ]
