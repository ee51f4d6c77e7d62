"""What stands beside the paper's sentences: where it errs, where its model says more, what its dots are.

The sentences themselves, with their numbers and verdicts, are on trial in `experiments.trial`, and
tests/experiments/test_trial.py holds them.
"""

import numpy as np
from numpy.typing import NDArray

from dynamics import (
    Grid,
    Hyperparameters,
    Outcome,
    activation_probability,
    basin_map,
    dead_cone_slope,
    expected_gradient,
    is_dead,
    outcomes,
    trajectory,
)

Floats = NDArray[np.float64]

EPSILON = 1e-3
STARTS = Grid(w_min=-3, w_max=3, b_min=-3, b_max=3, n_w=20, n_b=20)


def hyperparameters(beta: float, gamma: float, delta: float = 0.0) -> Hyperparameters:
    """The paper keeps η at 0.1."""
    return Hyperparameters(beta=beta, eta=0.1, gamma=gamma, delta=delta)


def dead_fraction(beta: float, gamma: float) -> float:
    return basin_map(hyperparameters(beta, gamma), STARTS, epsilon=EPSILON).dead_fraction


# Section 2: preliminaries


def test_eq_3_lacks_greater_than_zero() -> None:
    """ "We consider the ReLU dead when P(wᵀx + b) < ε".

    "i.e., that the output is non-zero with probability smaller than ε"
    """
    rng = np.random.default_rng(0)
    w, b = rng.uniform(-1, 1, 1000), rng.uniform(-4, 4, 1000)
    x = rng.normal(size=(1000, 4000))
    nonzero = np.mean(np.maximum(0, w[:, None] * x + b[:, None]) != 0, axis=1)
    np.testing.assert_allclose(nonzero, activation_probability(w, b), atol=5 * 0.5 / np.sqrt(4000))
    np.testing.assert_array_equal(is_dead(w, b, 0, EPSILON), activation_probability(w, b) < EPSILON)


# Section 4: the ReLU model


def test_fig_4_dots_lie_in_the_dead_cone_or_at_the_truth() -> None:
    """ "Blue regions correspond to parameter initializations that converge in the dead cone."

    "Black dots show converged parameters when two consecutive updates have norm < 10⁻⁶".
    """
    hp = hyperparameters(0.9, 0.1)
    found = basin_map(hp, STARTS, epsilon=EPSILON, tolerance=1e-6, method="reference")
    dead, converged = found.outcome == Outcome.DEAD, found.outcome == Outcome.CONVERGED
    assert np.all(dead | converged)
    assert np.all(is_dead(found.final_w[dead], found.final_b[dead], 0, EPSILON))
    np.testing.assert_allclose(found.final_w[converged], 0.1, atol=1e-3)
    np.testing.assert_allclose(found.final_b[converged], 0.0, atol=1e-3)
    for i, j in [(2, 3), (10, 4), (15, 12), (19, 0)]:
        n = int(found.iterations[i, j])
        path = trajectory(hp, (STARTS.w[j], STARTS.b[i]), n, record=[n - 3, n - 2, n - 1, n])
        updates = np.hypot(np.diff(path.w), np.diff(path.b))
        assert np.all(updates[1:] < 1e-6)


def test_dead_gradients_are_tiny_but_not_zero() -> None:
    """ "Once dead, gradients are zero making recovery possible only if inputs change distribution".

    With inputs of unbounded support they are not quite zero: some dead units come back on their own.
    """
    for w, b in [(1.0, -5.0), (-1.0, -5.0)]:
        length = np.linalg.norm(expected_gradient(w, b, 1.0, 0.0))
        assert 0 < length < 1e-4
    assert is_dead(1.0, -4.0, 0, EPSILON)
    revived = trajectory(hyperparameters(0.0, 1.0), (1.0, -4.0), 2000, record=[0, 1300, 1450, 2000])
    # High-precision integration of the flow gives 137/η = 1370 updates.
    np.testing.assert_array_equal(
        is_dead(revived.w, revived.b, revived.rho, EPSILON), [True, True, False, False]
    )
    assert is_dead(-1.0, -4.0, 0, EPSILON)
    stuck = trajectory(hyperparameters(0.0, 1.0), (-1.0, -4.0), 100_000, record=[100_000])
    assert is_dead(stuck.w[0], stuck.b[0], 0, EPSILON)


def test_a_low_target_mean_puts_the_truth_itself_in_the_dead_cone() -> None:
    """Fig. 1, "or the mean (δ) deviates from 0": below δ = Φ⁻¹(ε)·γ whatever reaches the truth is dead."""
    limit = dead_cone_slope(EPSILON) * 0.5
    for delta, inside in [(0.99 * limit, False), (1.01 * limit, True)]:
        hp = hyperparameters(0.5, 0.5, delta)
        assert bool(is_dead(hp.gamma, hp.delta, 0, EPSILON)) is inside
        at_truth = outcomes(hp, hp.gamma, hp.delta)
        assert at_truth.outcome == (Outcome.DEAD if inside else Outcome.CONVERGED)


def test_fig_1_small_targets_kill_more_units_with_momentum() -> None:
    """ "decreasing γ leads to more dying ReLUs only with the use of momentum optimization".

    In the single unit smaller targets kill more units without momentum too, but far fewer: at γ = 0.1
    nearly all of the growth from γ = 1 comes with momentum.
    """
    growth_without = dead_fraction(0.0, 0.1) - dead_fraction(0.0, 1.0)
    growth_with = dead_fraction(0.99, 0.1) - dead_fraction(0.99, 1.0)
    assert 0 < growth_without < 0.1
    assert growth_with > 0.4
