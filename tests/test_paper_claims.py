"""Sentences of "The Effect of Target Normalization and Momentum on Dying ReLU", held against the mathematics.

Each test quotes the sentence it checks. Where the paper errs, or where this model says something else, the
test holds what is right and its name says so.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr

from dynamics import (
    Grid,
    Hyperparameters,
    Outcome,
    Regime,
    activation_probability,
    affine_trajectory,
    basin_map,
    critical_momentum,
    dead_cone_slope,
    eigenvalue_locus_beta,
    eigenvalues,
    expected_gradient,
    expected_loss,
    in_linear_cone,
    is_dead,
    momentum_matrix,
    outcomes,
    regime,
    trajectory,
    vector_field,
)

Floats = NDArray[np.float64]

EPSILON = 1e-3
STARTS = Grid(w_min=-3, w_max=3, b_min=-3, b_max=3, n_w=20, n_b=20)


def hyperparameters(beta: float, gamma: float, delta: float = 0.0) -> Hyperparameters:
    """The paper keeps η at 0.1."""
    return Hyperparameters(beta=beta, eta=0.1, gamma=gamma, delta=delta)


def dead_fraction(beta: float, gamma: float) -> float:
    return basin_map(hyperparameters(beta, gamma), STARTS, epsilon=EPSILON).dead_fraction


def sign_changes(values: Floats) -> int:
    return int(np.count_nonzero(np.diff(np.sign(values))))


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


def full_gradient(w: Floats, b: float, Gamma: Floats, delta: float) -> tuple[Floats, float]:
    """Return ∇L for any input dimension and any direction of the target."""
    r = float(np.linalg.norm(w))
    u, c = w / r, b / r
    P, density = float(ndtr(c)), float(np.exp(-0.5 * c * c) / np.sqrt(2 * np.pi))
    along = float(u @ (w - Gamma))
    dw = P * (w - Gamma) - c * density * u * along + (b - delta) * density * u
    return dw, density * along + (b - delta) * P


def test_any_target_direction_reduces_to_the_last_coordinate() -> None:
    """ "we can w.l.o.g. set Γ = (0, 0, …, γ)ᵀ"."""
    rng = np.random.default_rng(5)
    Gamma, w, b, delta = rng.normal(size=6), rng.normal(size=6), 0.4, 0.1
    gamma = float(np.linalg.norm(Gamma))
    direction = Gamma / gamma
    across = w - (w @ direction) * direction
    path = trajectory(
        hyperparameters(0.9, gamma, delta), (float(w @ direction), b), 300, rho=float(np.linalg.norm(across))
    )
    m, m_b = np.zeros(6), 0.0
    for i in range(301):
        assert w @ direction == pytest.approx(path.w[i], abs=1e-12)
        assert b == pytest.approx(path.b[i], abs=1e-12)
        assert np.linalg.norm(w - (w @ direction) * direction) == pytest.approx(abs(path.rho[i]), abs=1e-12)
        dw, db = full_gradient(w, b, Gamma, delta)
        m, m_b = 0.9 * m + 0.1 * dw, 0.9 * m_b + 0.1 * db
        w, b = w - 0.1 * m, b - 0.1 * m_b


def test_gamma_squared_is_the_variance_of_the_target() -> None:
    """ "where γ² will equal the variance of the target variable"."""
    # A unit that is always 0 leaves the target itself as its error: E[½y²] = ½(γ² + δ²).
    for gamma, delta in ((1.0, 0.0), (0.1, 0.3), (2.0, -1.5)):
        silent = expected_loss(1.0, -40.0, gamma, delta)
        y = gamma * np.random.default_rng(6).normal(size=400_000) + delta
        assert silent == pytest.approx(0.5 * np.mean(y**2), rel=0.01)
        assert 2 * silent - delta**2 == pytest.approx(gamma**2)


# Section 3: the affine model


def test_eq_5_acts_on_momentum_then_error() -> None:
    """ "can be written closed form as" (a', m') = A (a, m): printed in the wrong order."""
    beta, eta, m, a = 0.8, 0.3, 0.5, -1.0
    next_m = beta * m + (1 - beta) * a
    next_a = a - eta * next_m
    A = momentum_matrix(beta, eta)
    np.testing.assert_allclose(A @ [m, a], [next_m, next_a])
    assert not np.allclose(A @ [a, m], [next_a, next_m])


def test_inside_the_unit_circle_means_convergence() -> None:
    """ "If all eigenvalues lies inside the complex unit circle, we are guaranteed to converge"."""
    for beta, eta in [(0.0, 1.9), (0.5, 5.0), (0.9, 0.1), (0.9, 30.0), (0.99, 1.0)]:
        assert np.abs(eigenvalues(beta, eta)).max() < 1
        assert abs(affine_trajectory(beta, eta, 5000).a[-1]) < 1e-9
    for beta, eta in [(0.0, 2.1), (0.5, 6.5)]:
        assert np.abs(eigenvalues(beta, eta)).max() > 1
        assert abs(affine_trajectory(beta, eta, 300).a[-1]) > 1e3


def test_without_momentum_eigenvalues_are_real() -> None:
    """ "for β = 0, all eigenvalues are real"."""
    assert np.all(eigenvalues(0.0, np.geomspace(1e-3, 100, 200)).imag == 0)


def test_more_momentum_makes_parameters_oscillate() -> None:
    """ "as we increase β, eventually eigenvalues become complex and parameters will oscillate"."""
    changes = [sign_changes(affine_trajectory(beta, 0.1, 400).a[:200]) for beta in (0.0, 0.3, 0.6, 0.66)]
    assert changes == [0, 0, 0, 0]
    for beta in (0.75, 0.9, 0.99):
        assert regime(beta, 0.1) is Regime.OSCILLATING
        assert sign_changes(affine_trajectory(beta, 0.1, 200).a) >= 2


def test_fig_2_beta_is_critical_near_0_7() -> None:
    """ "At β ≈ 0.7 eigenvalues become complex"; at η = 0.1 it is 0.6694."""
    assert critical_momentum(0.1) == pytest.approx(0.6694, abs=5e-5)
    assert round(float(critical_momentum(0.1)), 1) == 0.7
    assert eigenvalues(0.669, 0.1)[0].imag == 0
    assert eigenvalues(0.670, 0.1)[0].imag > 0


def test_fig_2_the_eigenvalues_end_at_1() -> None:
    """ "and take the value 1 for β = 1"."""
    assert eigenvalues(1.0, 0.1).tolist() == [1, 1]
    locus = eigenvalue_locus_beta(0.1)
    assert (locus.beta[0], locus.beta[-1]) == (0, 1)
    np.testing.assert_allclose(locus.eigenvalues[-1], [1, 1])


# Section 4: the ReLU model


def test_the_cones_are_mirror_images() -> None:
    """ "The linear cone is the dead cone mirrored along the b-axis"."""
    w, b = np.meshgrid(STARTS.w, STARTS.b)
    dead = is_dead(w, b, 0.4, EPSILON)
    np.testing.assert_array_equal(in_linear_cone(w, -b, 0.4, EPSILON), dead)
    assert dead.any()


def test_the_linear_cone_zeroes_almost_nothing() -> None:
    """ "where the probability of values being set to zero by the ReLU is smaller than ε"."""
    w, b = np.random.default_rng(2).uniform(-3, 3, (2, 2000))
    np.testing.assert_array_equal(in_linear_cone(w, b, 0, EPSILON), activation_probability(-w, -b) < EPSILON)


def test_fig_3_the_field_vanishes_in_the_dead_cone() -> None:
    """ "The dead cone is clearly visible in the lower part"."""
    for gamma in (1.0, 0.1, 0.01):
        field = vector_field(hyperparameters(0.0, gamma), STARTS)
        length = np.hypot(field.dw, field.db)
        w, b = np.meshgrid(STARTS.w, STARTS.b)
        dead, linear = (cone(w, b, 0, EPSILON) for cone in (is_dead, in_linear_cone))
        assert length[dead].max() < 0.05 * np.median(length[~dead])
        # In the linear cone the gradient is that of the affine model.
        np.testing.assert_allclose(length[linear], np.hypot(w - gamma, b)[linear], rtol=0.01)
        assert b[dead].max() < 0


def test_fig_3_small_targets_lead_through_a_cone() -> None:
    """ "As γ becomes smaller, parameters evolve either into the dead cone, or into the linear cone"."""
    w, b = (x.ravel() for x in np.meshgrid(np.linspace(-3, 3, 10), np.linspace(-3, 3, 10)))
    kept = np.unique(np.geomspace(1, 30_000, 250).astype(int))

    def share(gamma: float) -> float:
        hp = hyperparameters(0.0, gamma)
        paths = [trajectory(hp, start, 30_000, record=kept) for start in zip(w, b, strict=True)]
        cones = [is_dead(p.w, p.b, 0, EPSILON) | in_linear_cone(p.w, p.b, 0, EPSILON) for p in paths]
        return float(np.mean([cone.any() for cone in cones]))

    large, medium, small, smallest = (share(gamma) for gamma in (1.0, 0.1, 0.01, 0.001))
    assert large <= medium < small < smallest
    assert large < 0.7
    assert smallest > 0.9


def test_fig_3_the_ground_truth_nears_the_dead_cone() -> None:
    """ "Ground truth also moves closer to the dead cone for smaller variances"."""
    angles = np.linspace(0, 2 * np.pi, 721)

    def distance(gamma: float) -> float:
        """Radius of the smallest circle around the ground truth that holds a dead unit, by bisection."""
        low, high = 0.0, 2 * gamma
        for _ in range(40):
            middle = (low + high) / 2
            w, b = gamma + middle * np.cos(angles), middle * np.sin(angles)
            low, high = (low, middle) if is_dead(w, b, 0.0, EPSILON).any() else (middle, high)
        return high

    far, near, nearest = (distance(gamma) for gamma in (1.0, 0.1, 0.01))
    assert far > near > nearest
    assert near == pytest.approx(0.1 * far)
    slope = dead_cone_slope(EPSILON)
    assert far == pytest.approx(abs(slope) / np.hypot(1, slope), rel=1e-4)


def test_oscillations_carry_units_from_the_linear_into_the_dead_cone() -> None:
    """ "Because of these oscillations in the linear cone, parameters overshoot into the dead cone"."""
    w, b = (x.ravel() for x in np.meshgrid(STARTS.w, STARTS.b))
    linear = in_linear_cone(w, b, 0, EPSILON)
    w, b = w[linear], b[linear]
    still, moving = (outcomes(hyperparameters(beta, 0.01), w, b) for beta in (0.0, 0.9))
    assert still.fraction(Outcome.CONVERGED) == 1
    assert moving.fraction(Outcome.DEAD) > 0.9
    path = trajectory(hyperparameters(0.9, 0.01), (w[0], b[0]), 3000)
    assert path.b.min() < -10 * 0.01  # ten γ past the truth at b = 0
    assert path.activation_probability[-1] < EPSILON


@pytest.mark.parametrize("gamma", [0.1, 0.01])
def test_fig_4_larger_areas_die_as_momentum_grows(gamma: float) -> None:
    """ "larger and larger areas … converges in the dead cone as β is increased β > 0.7"."""
    below = [dead_fraction(beta, gamma) for beta in (0.0, 0.5, 0.7)]
    above = [dead_fraction(beta, gamma) for beta in (0.8, 0.9, 0.95, 0.99)]
    assert max(below) - min(below) < 0.04
    assert np.all(np.diff(above) > 0)
    assert above[-1] > below[-1] + 0.2


def test_our_finding_at_gamma_1_momentum_saves_units() -> None:
    """The paper's "larger and larger areas" holds for small γ; on this grid it turns round at γ = 1."""
    assert np.all(np.diff([dead_fraction(beta, 1.0) for beta in (0.0, 0.8, 0.9, 0.95)]) < 0)


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


def test_fig_4_hardly_any_start_reaches_the_truth() -> None:
    """ "eventually very small regions of the parameter space (yellow) are able to converge"."""
    reached = [
        basin_map(hyperparameters(beta, 0.01), STARTS).fraction(Outcome.CONVERGED)
        for beta in (0.0, 0.9, 0.99)
    ]
    assert reached[0] > 0.2
    assert reached[1] < 0.03
    assert reached[2] < 0.01


def test_fig_4_the_dead_cone_stays_dead() -> None:
    """ "Once again, the dead cone is clearly visible in the bottom part"."""
    w, b = np.meshgrid(STARTS.w, STARTS.b)
    # Save for a rim at w > 0, where units come back while the stop rule still lets them.
    deep = is_dead(w, b, 0, 1e-6)
    for beta in (0.0, 0.9, 0.99):
        assert np.all(basin_map(hyperparameters(beta, 0.01), STARTS).outcome[deep] == Outcome.DEAD)


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
