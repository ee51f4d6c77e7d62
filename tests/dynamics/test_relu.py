"""The unit's closed forms against mpmath, finite differences, Monte Carlo and the kernel."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dynamics import (
    activation_probability,
    dead_cone_slope,
    expected_gradient,
    expected_loss,
    in_linear_cone,
    is_dead,
    log_activation_probability,
    log_gradient_norm,
    means_while_active,
)
from dynamics.kernels import gradient

Floats = NDArray[np.float64]


def random_states(n: int, seed: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Draw (ρ, w, b, γ, δ) of many sizes over the whole range of c = b/r; some ρ and δ are 0."""
    rng = np.random.default_rng(seed)
    radius, angle = np.exp(rng.uniform(-8, 4, n)), rng.uniform(0, 2 * np.pi, n)
    rho, w = radius * np.sin(angle) * (rng.random(n) < 0.6), radius * np.cos(angle)
    b = rng.uniform(-37, 10, n) * np.hypot(rho, w)
    gamma = np.exp(rng.uniform(-8, 3, n))
    return rho, w, b, gamma, gamma * rng.normal(size=n) * (rng.random(n) < 0.6)


def exact_terms(rho: float, w: float, b: float, gamma: float, delta: float) -> dict[str, tuple[Any, ...]]:
    """Return the terms of gradient and loss as the design prints them, with 60 digits."""
    with mpmath.workdps(60):
        rho, w, b, gamma, delta = (mpmath.mpf(float(x)) for x in (rho, w, b, gamma, delta))
        r = mpmath.sqrt(rho**2 + w**2)
        c, u, v = b / r, w / r, rho / r
        P, f = mpmath.erfc(-c / mpmath.sqrt(2)) / 2, mpmath.npdf(c)
        along = (u * w, -u * gamma, v * rho)  # uᵀ(w − Γ), term by term
        return {
            "w": (P * w, -P * gamma, *(-c * f * u * x for x in along), b * f * u, -delta * f * u),
            "b": (*(f * x for x in along), b * P, -delta * P),
            "rho": (P * rho, *(-c * f * v * x for x in along), b * f * v, -delta * f * v),
            "loss": (
                (r**2 + b**2) * P / 2,
                r * b * f / 2,
                -r * gamma * u * (P - c * f),
                -(r * delta + b * gamma * u) * f,
                -b * delta * P,
                (gamma**2 + delta**2) / 2,
            ),
            "probability": (P,),
        }


def error(value: float, terms: tuple[Any, ...]) -> float:
    """Return the error of `value` relative to the sum of the absolute values of the terms."""
    with mpmath.workdps(60):
        scale = mpmath.fsum(abs(term) for term in terms)
        return 0.0 if scale == 0 == value else float(abs(value - mpmath.fsum(terms)) / scale)


def test_everything_agrees_with_60_digits_down_to_the_far_tail() -> None:
    states = random_states(600, seed=1)
    rho, w, b, gamma, delta = states
    dw, db, drho = expected_gradient(w, b, gamma, delta, rho)
    loss = expected_loss(w, b, gamma, delta, rho)
    probability = activation_probability(w, b, rho)
    computed = {"w": dw, "b": db, "rho": drho, "loss": loss, "probability": probability}
    for i, state in enumerate(zip(*states, strict=True)):
        for name, terms in exact_terms(*state).items():
            assert error(computed[name][i], terms) < 1e-13, (name, state)


def test_the_kernel_agrees_with_60_digits_too() -> None:
    for state in zip(*random_states(600, seed=2), strict=True):
        exact = exact_terms(*state)
        for name, value in zip(("rho", "w", "b"), gradient(*state), strict=True):
            assert error(value, exact[name]) < 5e-13, (name, state)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    w=st.floats(0.05, 3) | st.floats(-3, -0.05),
    b=st.floats(-3, 3),
    rho=st.floats(-2, 2),
    delta=st.floats(-2, 2),
)
def test_the_gradient_is_the_slope_of_the_loss(w: float, b: float, rho: float, delta: float) -> None:
    h, gamma = 1e-4, 0.7
    forward = expected_loss([w + h, w, w], [b, b + h, b], gamma, delta, [rho, rho, rho + h])
    backward = expected_loss([w - h, w, w], [b, b - h, b], gamma, delta, [rho, rho, rho - h])
    # The third derivative grows like 1/r² towards w = 0.
    atol = 1e-8 * (1 + 1 / (w * w + rho * rho)) * (2 + abs(delta) + abs(b))
    slopes = (forward - backward) / (2 * h)
    np.testing.assert_allclose(
        slopes, np.stack(expected_gradient(w, b, gamma, delta, rho)), atol=atol, rtol=0
    )


@pytest.mark.parametrize(
    ("w", "b", "rho", "gamma", "delta"), [(0.8, -0.4, 0.0, 1.0, 0.0), (-0.5, 0.3, 1.2, 0.7, -0.9)]
)
def test_loss_and_gradient_agree_with_monte_carlo(
    w: float, b: float, rho: float, gamma: float, delta: float
) -> None:
    x = np.random.default_rng(7).normal(size=(2, 1_000_000))  # the orthogonal direction, then x_L
    z = rho * x[0] + w * x[1] + b
    residual = np.maximum(0, z) - (gamma * x[1] + delta)
    pull = residual * (z > 0)
    dw, db, drho = expected_gradient(w, b, gamma, delta, rho)
    pairs = [
        (0.5 * residual**2, expected_loss(w, b, gamma, delta, rho)),
        (pull * x[1], dw),
        (pull, db),
        (pull * x[0], drho),
        ((z > 0).astype(float), activation_probability(w, b, rho)),
    ]
    for samples, exact in pairs:
        assert abs(samples.mean() - exact) < 5 * samples.std() / np.sqrt(samples.size)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_a_unit_without_weights_is_constant(zero: float) -> None:
    b = np.array([1.5, 0.0, -0.0, -2.0])
    gamma, delta = 0.7, 0.3
    dw, db, drho = expected_gradient(zero, b, gamma, delta, zero)
    assert dw.tolist() == [-gamma, 0, 0, 0]
    assert db.tolist() == [1.5 - delta, 0, 0, 0]
    assert drho.tolist() == [0, 0, 0, 0]
    assert activation_probability(zero, b, zero).tolist() == [1, 0, 0, 0]
    assert log_activation_probability(zero, b, zero).tolist() == [0, -np.inf, -np.inf, -np.inf]
    silent = (gamma**2 + delta**2) / 2
    np.testing.assert_allclose(
        expected_loss(zero, b, gamma, delta, zero),
        [(gamma**2 + (1.5 - delta) ** 2) / 2, silent, silent, silent],
        rtol=1e-15,
    )
    for i, start in enumerate(b):
        assert gradient(zero, zero, start, gamma, delta) == (drho[i], dw[i], db[i])


def test_the_limit_towards_no_weights_is_the_constant_unit() -> None:
    tiny = 1e-300
    assert np.stack(expected_gradient(tiny, 1.0, 0.7, 0.3, tiny)).tolist() == [-0.7, 0.7, tiny]
    assert np.stack(expected_gradient(tiny, -1.0, 0.7, 0.3, tiny)).tolist() == [0, 0, 0]


def test_arguments_broadcast() -> None:
    w, b, rho = np.ones(3), np.ones((4, 1)), np.ones((2, 1, 1))
    assert activation_probability(w, b, rho).shape == (2, 4, 3)
    assert expected_loss(w, b, 1.0, np.zeros(3), rho).shape == (2, 4, 3)
    assert [g.shape for g in expected_gradient(w, b, 1.0, 0.0, rho)] == [(2, 4, 3)] * 3
    assert expected_gradient(1, 0, 1, 0)[0].shape == ()
    assert expected_gradient(1, 0, 1, 0)[0].dtype == np.float64


def decimals(limit: float) -> st.SearchStrategy[float]:
    """Numbers that no power of two used below makes subnormal; 0 among them."""
    return st.floats(-limit, limit).map(lambda x: round(x, 12))


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    w=decimals(3),
    b=decimals(9),
    rho=decimals(2),
    delta=decimals(2),
    power=st.integers(-40, 40),
)
def test_the_gradient_is_homogeneous_of_degree_one(
    w: float, b: float, rho: float, delta: float, power: int
) -> None:
    s, gamma = 2.0**power, 0.7
    whole = np.stack(expected_gradient(w, b, gamma, delta, rho))
    scaled = np.stack(expected_gradient(s * w, s * b, s * gamma, s * delta, s * rho))
    np.testing.assert_allclose(scaled, s * whole, rtol=1e-14, atol=1e-280)


@pytest.mark.parametrize("c", [-5.0, -37.0, -100.0, -1e6])
def test_the_logarithm_reaches_below_the_smallest_probability(c: float) -> None:
    with mpmath.workdps(60):
        exact = mpmath.log(mpmath.erfc(-mpmath.mpf(c) / mpmath.sqrt(2)) / 2)
    assert float(log_activation_probability(1.0, c)) == pytest.approx(float(exact), rel=1e-12)


def test_the_cones_are_where_the_probability_crosses_epsilon() -> None:
    epsilon = 1e-3
    assert dead_cone_slope(epsilon) == pytest.approx(-3.0902, abs=5e-5)
    rng = np.random.default_rng(3)
    w, b, rho = rng.uniform(-1, 1, (3, 20_000)) * [[1], [6], [1]]
    probability = activation_probability(w, b, rho)
    np.testing.assert_array_equal(is_dead(w, b, rho, epsilon), probability < epsilon)
    np.testing.assert_array_equal(in_linear_cone(w, b, rho, epsilon), probability > 1 - epsilon)
    assert 0.1 < np.mean(probability < epsilon) < 0.4
    assert is_dead(0, -1, 0, epsilon)
    assert in_linear_cone(0, 1, 0, epsilon)
    assert not is_dead(0, 0, 0, epsilon)


@pytest.mark.parametrize("epsilon", [0, 0.5, -1, float("nan"), "0.1"])
def test_epsilon_is_checked(epsilon: float) -> None:
    with pytest.raises(ValueError, match=r"epsilon must be above 0 and below 0\.5"):
        dead_cone_slope(epsilon)


def test_numbers_beyond_all_bounds_give_no_warning() -> None:
    extremes = np.array([np.inf, -np.inf, np.nan, 1e300, -1e300, 5e-324])
    w, b = np.meshgrid(extremes, extremes)
    expected_gradient(w, b, 1.0, 0.0, 1e300)
    expected_loss(w, b, 1.0, 0.0, 1e300)
    assert np.nanmax(activation_probability(w, b)) <= 1


def test_means_while_active_are_those_of_truncated_normals() -> None:
    for rho, w, b, gamma, delta in zip(*random_states(100, seed=7), strict=True):
        with mpmath.workdps(60):
            r = mpmath.hypot(rho, w)
            c = mpmath.mpf(float(b)) / r
            s = mpmath.npdf(c) / (mpmath.erfc(-c / mpmath.sqrt(2)) / 2)  # E[uᵀx | z > 0]
            expected = delta + gamma * w / r * s, b + r * s
        target, output = means_while_active(w, b, gamma, delta, rho)
        assert float(target) == pytest.approx(float(expected[0]), rel=1e-12, abs=1e-12 * gamma * float(s))
        assert float(output) == pytest.approx(float(expected[1]), rel=1e-12)


def test_means_while_active_agree_with_drawn_inputs() -> None:
    x = np.random.default_rng(3).normal(size=(2, 4_000_000))
    z = 0.6 * x[0] - 0.8 * x[1] - 1.0  # ρ = 0.6, w = −0.8
    target, output = means_while_active(-0.8, -1.0, 0.5, 0.2, 0.6)
    assert target == pytest.approx((0.5 * x[1] + 0.2)[z > 0].mean(), abs=2e-3)
    assert output == pytest.approx(z[z > 0].mean(), abs=2e-3)


def test_a_constant_unit_is_always_or_never_active() -> None:
    target, output = means_while_active(0.0, np.array([2.0, 0.0, -1.0]), 1.0, 0.3)
    np.testing.assert_array_equal(target, [0.3, np.nan, np.nan])
    np.testing.assert_array_equal(output, [2.0, np.nan, np.nan])


@pytest.mark.parametrize("rho", [0.0, 0.01])
@pytest.mark.parametrize("slope", [-2.0, -29.9, -30.1, -37.0, -300.0, -25_000.0])
def test_the_gradient_s_logarithm_goes_on_where_the_gradient_underflows(slope: float, rho: float) -> None:
    for w, gamma, delta in ((0.01, 1.0, 0.0), (-0.02, 0.1, 0.3), (3.0, 1e-6, 0.0), (0.5, 0.5, -2.0)):
        b = slope * math.hypot(w, rho)
        terms = exact_terms(rho, w, b, gamma, delta)
        with mpmath.workdps(60):
            parts = [mpmath.fsum(terms[name]) for name in ("w", "b", "rho")]
            exact = float(mpmath.log(mpmath.sqrt(mpmath.fsum(part**2 for part in parts))))
        found = float(log_gradient_norm(w, b, gamma, delta, rho))
        # Beyond the doubles' own range what rounding b/r does to c² is all that is lost.
        assert found == pytest.approx(exact, abs=1e-9 + 1e-15 * slope**2)


def test_no_gradient_has_no_logarithm() -> None:
    nothing = log_gradient_norm([0.0, 0.0], [-1.0, 0.0], 1.0, 0.0)
    assert nothing.tolist() == [-math.inf, -math.inf]
    assert float(log_gradient_norm(0.0, 1.0, 2.0, 0.0)) == pytest.approx(math.log(math.hypot(2, 1)))
    assert float(log_gradient_norm(0.5, -20.0, 0.5, -20.0)) == -math.inf  # the ground truth, itself dead
