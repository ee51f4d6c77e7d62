"""The engine's labels, iterations and end points against plain iteration, on twenty fixed settings."""

from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dynamics import Grid, Hyperparameters, Outcomes, max_stable_learning_rate, outcomes
from dynamics.basins import Method


class Setting(NamedTuple):
    beta: float
    eta: float
    gamma: float
    delta: float
    rho: float
    epsilon: float
    tolerance: float
    max_iterations: int
    window: tuple[float, float, float, float]


WIDE = (-3.0, 3.0, -3.0, 3.0)
SETTINGS = [
    # the paper's own range, from normalized targets to small ones
    Setting(0.0, 0.1, 1.0, 0.0, 0.0, 1e-3, 1e-6, 6000, WIDE),
    Setting(0.5, 0.1, 0.1, 0.0, 0.0, 1e-3, 1e-6, 6000, WIDE),
    Setting(0.9, 0.1, 0.1, 0.0, 0.0, 1e-3, 1e-6, 6000, WIDE),
    Setting(0.99, 0.1, 1.0, 0.0, 0.0, 1e-3, 1e-6, 6000, WIDE),
    Setting(0.99, 0.3, 0.03, 0.0, 0.0, 1e-3, 1e-5, 6000, WIDE),
    # exactly T updates
    Setting(0.9, 0.1, 0.1, 0.0, 0.0, 1e-3, 0.0, 1000, WIDE),
    Setting(0.99, 0.1, 0.1, 0.0, 1.41, 1e-3, 0.0, 4097, WIDE),
    Setting(0.995, 0.28, 0.57, 0.0, 0.0, 3e-4, 0.0, 1075, (-0.9, 0.9, -0.9, 0.9)),
    Setting(0.998, 0.056, 5e-4, 0.0, 0.0, 1.5e-4, 0.0, 1534, WIDE),
    # target means, orthogonal weights, other thresholds, windows off the centre
    Setting(0.8, 0.5, 0.3, 1.5, 0.0, 1e-2, 1e-7, 4000, (-2.0, 3.0, -4.0, 1.0)),
    Setting(0.95, 0.2, 0.5, -0.8, 0.7, 1e-2, 1e-6, 4000, (-3.0, 1.0, -2.0, 2.0)),
    Setting(0.7, 0.05, 2.0, -2.5, 0.0, 1e-4, 1e-6, 5000, (-1.0, 5.0, -5.0, 3.0)),
    Setting(0.97, 1.0, 0.02, 0.1, 2.5, 0.1, 1e-8, 4000, WIDE),
    Setting(0.9, 0.3, 0.1, 3.0, 0.0, 1e-3, 1e-9, 4000, WIDE),
    # the ground truth itself is dead
    Setting(0.6, 0.4, 0.5, -2.0, 0.0, 1e-2, 1e-6, 4000, WIDE),
    # momentum near 1
    Setting(0.999, 0.1, 1.0, 0.0, 0.0, 1e-3, 1e-6, 6000, WIDE),
    Setting(0.999, 2.0, 0.3, -0.1, 0.4, 1e-3, 1e-7, 6000, WIDE),
    # beyond half the affine limit, where errors of the map alternate, and beyond the limit
    Setting(0.0, 1.9, 1.0, 1.0, 0.0, 1e-3, 1e-6, 4000, WIDE),
    Setting(0.0, 3.0, 0.1, 0.0, 0.0, 1e-3, 1e-6, 4000, WIDE),
    Setting(0.3, 4.0, 1.0, 0.5, 0.5, 1e-3, 1e-6, 2000, WIDE),
]


def solved(setting: Setting, w: NDArray[np.float64], b: NDArray[np.float64], method: Method) -> Outcomes:
    hp = Hyperparameters(setting.beta, setting.eta, setting.gamma, setting.delta)
    return outcomes(
        hp,
        w,
        b,
        setting.rho,
        epsilon=setting.epsilon,
        tolerance=setting.tolerance,
        max_iterations=setting.max_iterations,
        method=method,
    )


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_labels_equal_plain_iteration(setting: Setting) -> None:
    grid = Grid(*setting.window, n_w=64, n_b=48)
    w, b = np.meshgrid(grid.w, grid.b)
    reference, fast = solved(setting, w, b, "reference"), solved(setting, w, b, "fast")
    compared = np.ones(w.shape, bool)
    if setting.eta > max_stable_learning_rate(setting.beta) / 2:
        # Chaos lets rounding decide: only what survives a change of the last bit has a label to speak of.
        compared = reference.outcome == solved(setting, np.nextafter(w, np.inf), b, "reference").outcome
    assert compared.mean() > 0.95
    same = compared & (fast.outcome == reference.outcome)
    assert same.sum() >= 0.999 * compared.sum()

    exact = solved(setting, w, b, "exact")
    np.testing.assert_array_equal(exact.outcome[compared], reference.outcome[compared])

    # Near the limit and beyond it, paths are as sensitive as labels are not.
    if setting.eta <= max_stable_learning_rate(setting.beta) / 2:
        error = np.abs(fast.iterations - reference.iterations)[same] / (reference.iterations[same] + 10)
        assert np.median(error) < 0.04
        assert np.quantile(error, 0.99) < 0.16
        distance = np.hypot(fast.final_w - reference.final_w, fast.final_b - reference.final_b)[same]
        size = np.hypot(reference.final_w, reference.final_b)[same] + setting.gamma
        assert np.quantile(distance / size, 0.99) < 0.01
        # Only where an update is as long as the tolerance to the last bit can rounding put off the end.
        assert np.max(np.abs(exact.iterations - reference.iterations)) <= 1
        for end in ("final_w", "final_b", "final_rho"):
            np.testing.assert_allclose(getattr(exact, end), getattr(reference, end), rtol=0, atol=1e-10)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 64])
@pytest.mark.parametrize("rho", [0.0, -0.8])
def test_after_a_few_updates_units_are_where_the_map_puts_them(steps: int, rho: float) -> None:
    setting = Setting(0.9, 0.1, 0.3, 0.2, rho, 1e-3, 0.0, steps, WIDE)
    grid = Grid(*setting.window, n_w=9, n_b=9)
    w, b = np.meshgrid(grid.w, grid.b)
    reference, fast = solved(setting, w, b, "reference"), solved(setting, w, b, "fast")
    assert np.all(fast.iterations == steps)
    allowed = 1e-12 if steps <= 2 else 1e-3
    for end in ("final_w", "final_b", "final_rho"):
        np.testing.assert_allclose(getattr(fast, end), getattr(reference, end), rtol=0, atol=allowed)
