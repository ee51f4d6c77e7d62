"""The engine's entrances: refinement, threads, cancelling, memory, limits."""

import threading
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.ndimage import label

from dynamics import (
    Cancellation,
    Cancelled,
    Grid,
    Hyperparameters,
    Outcome,
    basin_map,
    engine,
    outcomes,
    threads,
)
from dynamics.engine.refinement import first_stride, lattice

FLAG = np.zeros(1, np.uint8)
DEFAULT = Hyperparameters(0.9, 0.1, 0.1, 0.0)


def square(n: int, half: float = 3.0) -> Grid:
    return Grid(-half, half, -half, half, n, n)


@pytest.mark.parametrize(
    ("hp", "rho"),
    [
        (DEFAULT, 0.0),
        (Hyperparameters(0.99, 0.1, 0.01, 0.0), 0.0),
        (Hyperparameters(0.995, 0.3, 0.05, 0.2), 0.0),
        (Hyperparameters(0.9, 0.1, 0.1, 0.0), 0.5),
    ],
    ids=str,
)
def test_refined_maps_differ_from_full_ones_in_single_cells_only(hp: Hyperparameters, rho: float) -> None:
    grid = Grid(-3, 3, -3, 3, 200, 224)
    refined = engine.solve_grid(hp, grid, rho, 1e-3, 1e-6, 10**6, FLAG)
    full = engine.solve_grid(hp, grid, rho, 1e-3, 1e-6, 10**6, FLAG, stride=1)
    different = refined[0] != full[0]
    parts, count = label(different, structure=np.ones((3, 3)))
    assert different.sum() <= 4
    assert all(np.sum(parts == i) < 2 for i in range(1, count + 1))
    error = np.abs(refined[1] - full[1]) / (full[1] + 10)
    assert np.quantile(error, 0.99) < 0.12
    size = np.hypot(full[2], full[3]) + hp.gamma
    distance = np.hypot(refined[2] - full[2], refined[3] - full[3])
    assert np.quantile(distance / size, 0.99) < 0.05


def test_small_maps_are_not_refined() -> None:
    grid = Grid(-2, 3, -4, 1, 64, 48)
    w, b = np.meshgrid(grid.w, grid.b)
    every = outcomes(DEFAULT, w, b)
    basin = basin_map(DEFAULT, grid)
    for name in ("outcome", "iterations", "final_w", "final_b", "final_rho"):
        np.testing.assert_array_equal(getattr(basin, name), getattr(every, name))


@pytest.mark.parametrize(("n_w", "n_b"), [(2, 2), (2, 300), (3, 5), (128, 131), (193, 257)])
def test_every_cell_of_every_size_gets_an_outcome(n_w: int, n_b: int) -> None:
    basin = basin_map(DEFAULT, Grid(-3, 2, -1, 3, n_w, n_b))
    assert basin.outcome.shape == (n_b, n_w)
    assert basin.outcome.max() <= max(Outcome)
    assert basin.iterations.min() >= 1
    assert np.all(np.isfinite(basin.final_w) & np.isfinite(basin.final_b))
    np.testing.assert_array_equal(basin.final_rho, 0)


def test_lattices_end_with_the_last_cell() -> None:
    assert first_stride(64, 48) == 1
    assert first_stride(128, 300) == 4
    assert first_stride(256, 256) == 8
    np.testing.assert_array_equal(lattice(10, 4), [0, 4, 8, 9])
    np.testing.assert_array_equal(lattice(9, 4), [0, 4, 8])
    np.testing.assert_array_equal(lattice(2, 8), [0, 1])


def test_the_number_of_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    def solve(workers: int) -> engine.Results:
        monkeypatch.setattr(threads, "worker_count", lambda: workers)
        return engine.solve_grid(DEFAULT, square(200), 0.3, 1e-3, 1e-6, 10**6, FLAG)

    one = solve(1)
    for workers in (2, 5):
        for mine, theirs in zip(one, solve(workers), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_four_callers_at_once_get_the_same_bits() -> None:
    hps = [Hyperparameters(beta, 0.1, 0.1, 0.0) for beta in (0.0, 0.8, 0.9, 0.99)]
    alone = [basin_map(hp, square(160)).final_b for hp in hps]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda hp: basin_map(hp, square(160)).final_b, hps * 3))
    for i, final in enumerate(together):
        np.testing.assert_array_equal(final, alone[i % 4])


def test_the_order_of_starts_changes_no_bit() -> None:
    rng = np.random.default_rng(4)
    w, b, rho = rng.uniform(-3, 3, (3, 500))
    shuffled = rng.permutation(500)
    straight, mixed = outcomes(DEFAULT, w, b, rho), outcomes(DEFAULT, w[shuffled], b[shuffled], rho[shuffled])
    np.testing.assert_array_equal(straight.outcome[shuffled], mixed.outcome)
    np.testing.assert_array_equal(straight.final_rho[shuffled], mixed.final_rho)


def test_cancelling_stops_soon() -> None:
    # Chaos without end: minutes if nothing stopped it.
    hp = Hyperparameters(0.5, 8.0, 1.0, 0.0)
    basin_map(hp, square(4), max_iterations=10)
    token = Cancellation()
    ended: list[float] = []

    def compute() -> None:
        with pytest.raises(Cancelled):
            basin_map(hp, square(128), max_iterations=10**9, cancel=token)
        ended.append(time.perf_counter())

    caller = threading.Thread(target=compute)
    caller.start()
    caller.join(0.2)
    assert caller.is_alive()
    start = time.perf_counter()
    token.cancel()
    caller.join()
    assert ended[0] - start < 0.2


def test_maps_need_little_memory_beyond_the_result() -> None:
    grid = square(512)
    basin_map(DEFAULT, grid)
    tracemalloc.start()
    basin = basin_map(DEFAULT, grid)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    arrays = (basin.outcome, basin.iterations, basin.final_w, basin.final_b, basin.final_rho)
    assert peak - sum(array.nbytes for array in arrays) < 40 * grid.n_w * grid.n_b


def test_cycles_end_at_once_and_where_they_would() -> None:
    # β = 0, η = 3: most units circle around the ground truth for ever, with period 2.
    hp = Hyperparameters(0.0, 3.0, 1.0, 0.0)
    w = np.array([2.0, -2.9, 1.1])
    b = np.array([2.0, 2.1, 1.9])
    for budget in (10**4, 10**4 + 1):
        fast = outcomes(hp, w, b, tolerance=0, max_iterations=budget)
        plain = outcomes(hp, w, b, tolerance=0, max_iterations=budget, method="reference")
        np.testing.assert_array_equal(fast.iterations, budget)
        np.testing.assert_array_equal(fast.outcome, plain.outcome)
        np.testing.assert_allclose(fast.final_b, plain.final_b, atol=1e-3)
    long = outcomes(hp, w, b, tolerance=0, max_iterations=10**9)
    np.testing.assert_array_equal(long.iterations, 10**9)


def test_scaling_by_a_power_of_two_changes_no_label() -> None:
    # ∇L is homogeneous of degree one in (θ, γ, δ): small targets are large initialisations.
    rng = np.random.default_rng(7)
    w, b = rng.uniform(-3, 3, (2, 400))
    small = outcomes(Hyperparameters(0.9, 0.1, 0.125, 0.0625), w, b, tolerance=2.0**-20)
    large = outcomes(Hyperparameters(0.9, 0.1, 1.0, 0.5), 8 * w, 8 * b, tolerance=2.0**-17)
    np.testing.assert_array_equal(small.outcome, large.outcome)
    np.testing.assert_array_equal(small.iterations, large.iterations)


def test_at_the_tip_and_straight_below_nothing_moves() -> None:
    at = outcomes(DEFAULT, np.zeros(3), np.array([0.0, -1.0, 1.0]))
    np.testing.assert_array_equal(at.outcome, [Outcome.STALLED, Outcome.DEAD, Outcome.CONVERGED])
    np.testing.assert_array_equal(at.iterations[:2], 2)
    np.testing.assert_array_equal(at.final_b[:2], [0.0, -1.0])


def test_divergence_and_spent_budgets_have_their_labels() -> None:
    burst = outcomes(Hyperparameters(0.0, 100.0, 1.0, 0.0), 3.0, 1.0, max_iterations=1000)
    assert burst.outcome == Outcome.DIVERGED
    short = outcomes(DEFAULT, 2.0, 1.8, max_iterations=5)
    assert short.outcome == Outcome.UNDECIDED
    assert short.iterations == 5
    arrived = outcomes(DEFAULT, 0.11, 0.0, max_iterations=5)
    assert arrived.outcome == Outcome.CONVERGED
