"""Method "exact": plain iteration in lanes, on windows too narrow for the fast method."""

import threading
import time

import numpy as np
import pytest

from dynamics import (
    Cancellation,
    Cancelled,
    Grid,
    Hyperparameters,
    Outcome,
    basin_map,
    border_error,
    engine,
    outcomes,
    threads,
)
from dynamics.basins import Method

FLAG = np.zeros(1, np.uint8)
DEFAULT = Hyperparameters(0.9, 0.1, 0.1, 0.0)
# A setting, a bias, and two weights between which its outcome changes once.
BORDERS = [
    pytest.param(DEFAULT, 1.0, 0.0, 1.5, id="default"),
    pytest.param(DEFAULT, 1.5, -2.5, -1.5, id="default, across the axis"),
    pytest.param(Hyperparameters(0.99, 0.1, 0.01, 0.0), -0.08, 0.05, 0.12, id="small target"),
    pytest.param(Hyperparameters(0.5, 0.1, 1.0, 0.0), 1.5, -2.5, -1.5, id="normalized target"),
    pytest.param(Hyperparameters(0.95, 0.3, 0.1, 0.2), 0.3, 0.2, 1.0, id="target mean"),
]


def border(hp: Hyperparameters, b: float, low: float, high: float, method: Method) -> float:
    """Bisect the weight at which the outcome changes."""
    first, last = outcomes(hp, [low, high], b, method=method).outcome
    assert first != last
    for _ in range(44):
        middle = 0.5 * (low + high)
        if outcomes(hp, middle, b, method=method).outcome == first:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@pytest.mark.parametrize(("hp", "b", "low", "high"), BORDERS)
def test_deep_zooms_show_what_plain_iteration_does(
    hp: Hyperparameters, b: float, low: float, high: float
) -> None:
    w = border(hp, b, low, high, "exact")
    for width in (1e-4, 1e-9):
        grid = Grid(w - 0.6 * width, w + 0.4 * width, b - width / 2, b + width / 2, 12, 10)
        exact, reference = (basin_map(hp, grid, method=method) for method in ("exact", "reference"))
        assert len(np.unique(reference.outcome)) > 1
        np.testing.assert_array_equal(exact.outcome, reference.outcome)
        np.testing.assert_array_equal(exact.iterations, reference.iterations)


def test_fast_is_wrong_there() -> None:
    w = border(DEFAULT, 1.0, 0.0, 1.5, "exact")
    grid = Grid(w - 1e-6, w + 1e-6, 1.0, 1.0 + 1e-7, 12, 10)
    exact, fast = basin_map(DEFAULT, grid, method="exact"), basin_map(DEFAULT, grid)
    assert np.mean(exact.outcome != fast.outcome) > 0.2


@pytest.mark.parametrize(("hp", "b", "low", "high"), BORDERS)
def test_the_fast_border_lies_within_its_error(
    hp: Hyperparameters, b: float, low: float, high: float
) -> None:
    exact, fast = (border(hp, b, low, high, method) for method in ("exact", "fast"))
    assert abs(fast - exact) < border_error(Grid(exact, exact + 1e-9, b, b + 1e-9, 2, 2))


def test_the_error_scales_with_the_window_and_spares_the_ordinary_one() -> None:
    grid = Grid(-3, 3, -2, 1, 8, 8)
    assert border_error(grid, 1.0) == border_error(Grid(-3, 3, -1, 2, 8, 8), -1.0) > border_error(grid)
    assert border_error(Grid(-48, 48, -32, 16, 8, 8), 16.0) == pytest.approx(16 * border_error(grid, 1.0))
    assert border_error(Grid(-3, 3, -3, 3, 8, 8)) < 6 / 1200


def test_refined_maps_equal_those_computed_in_full() -> None:
    w = border(DEFAULT, 1.0, 0.0, 1.5, "exact")
    grid = Grid(w - 1e-5, w + 1e-5, 1.0 - 1e-5, 1.0 + 1e-5, 130, 128)
    refined = engine.solve_grid(DEFAULT, grid, 0.0, 1e-3, 1e-6, 10**6, FLAG, exact=True)
    full = engine.solve_grid(DEFAULT, grid, 0.0, 1e-3, 1e-6, 10**6, FLAG, exact=True, stride=1)
    np.testing.assert_array_equal(refined[0], full[0])
    assert len(np.unique(full[0])) == 2


def test_threads_and_order_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    w, b, rho = rng.uniform(-3, 3, (3, 100))
    shuffled = rng.permutation(100)
    hp = Hyperparameters(0.9, 0.1, 1.0, 0.2)
    straight = outcomes(hp, w, b, rho, method="exact")
    monkeypatch.setattr(threads, "worker_count", lambda: 3)
    mixed = outcomes(hp, w[shuffled], b[shuffled], rho[shuffled], method="exact")
    for name in ("outcome", "iterations", "final_w", "final_b", "final_rho"):
        np.testing.assert_array_equal(getattr(straight, name)[shuffled], getattr(mixed, name))


@pytest.mark.parametrize("budget", [31, 32, 33, 10**4, 10**4 + 1])
def test_cycles_end_at_once_and_where_they_would(budget: int) -> None:
    # β = 0, η = 3: most units circle around the ground truth for ever, with period 2.
    hp = Hyperparameters(0.0, 3.0, 1.0, 0.0)
    w, b = np.array([2.0, -2.9, 1.1]), np.array([2.0, 2.1, 1.9])
    exact, plain = (
        outcomes(hp, w, b, tolerance=0, max_iterations=budget, method=method)
        for method in ("exact", "reference")
    )
    np.testing.assert_array_equal(exact.iterations, budget)
    np.testing.assert_array_equal(exact.outcome, plain.outcome)
    np.testing.assert_allclose(exact.final_b, plain.final_b, atol=1e-9)
    # The first of them sinks into the dead cone all the while, so only the others repeat exactly.
    long = outcomes(hp, w[1:], b[1:], tolerance=0, max_iterations=10**12, method="exact")
    np.testing.assert_array_equal(long.iterations, 10**12)


def test_special_starts_and_endings() -> None:
    at = outcomes(DEFAULT, np.zeros(3), np.array([0.0, -1.0, 1.0]), method="exact")
    np.testing.assert_array_equal(at.outcome, [Outcome.STALLED, Outcome.DEAD, Outcome.CONVERGED])
    np.testing.assert_array_equal(at.iterations[:2], 2)
    burst = outcomes(Hyperparameters(0.5, 2e6, 1.0, 0.3), 3.0, 1.0, method="exact")
    assert burst.outcome == Outcome.DIVERGED
    short = outcomes(DEFAULT, 2.0, 1.8, max_iterations=5, method="exact")
    assert short.outcome == Outcome.UNDECIDED
    assert short.iterations == 5
    assert outcomes(DEFAULT, [], [], method="exact").outcome.shape == (0,)


def test_cancelling_stops_soon() -> None:
    # Chaos without end: hours if nothing stopped it.
    hp, grid = Hyperparameters(0.5, 8.0, 1.0, 0.0), Grid(-3, 3, -3, 3, 128, 128)
    basin_map(hp, grid, max_iterations=10, method="exact")
    token = Cancellation()
    ended: list[float] = []

    def compute() -> None:
        with pytest.raises(Cancelled):
            basin_map(hp, grid, max_iterations=10**9, method="exact", cancel=token)
        ended.append(time.perf_counter())

    caller = threading.Thread(target=compute)
    caller.start()
    caller.join(0.2)
    assert caller.is_alive()
    start = time.perf_counter()
    token.cancel()
    caller.join()
    assert ended[0] - start < 0.2  # measured: 1 ms; the bound leaves room for a busy machine
