"""The leaky unit's closed forms against quadrature, finite differences and what the ReLU's say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from dynamics import expected_gradient, expected_loss, leaky_gradient, leaky_loss

parameter = st.floats(-3, 3, allow_subnormal=False)
slopes = st.sampled_from([0.0, 0.01, 0.3, 0.9])


def loss_by_quadrature(w: float, b: float, gamma: float, delta: float, rho: float, slope: float) -> float:
    """Integrate over the input along the weights; what the target has beside it only adds its variance."""
    r = math.hypot(w, rho)
    along = gamma * w / r

    def density(s: float) -> float:
        z = r * s + b
        error = (z if z > 0 else slope * z) - along * s - delta
        return 0.5 * error * error * math.exp(-0.5 * s * s) / math.sqrt(2 * math.pi)

    kink = min(max(-b / r, -11.0), 11.0)
    sides = (quad(density, *side, epsabs=1e-13, epsrel=1e-12)[0] for side in ((-12.0, kink), (kink, 12.0)))
    return sum(sides) + 0.5 * (gamma**2 - along**2)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(w=parameter, b=parameter, gamma=st.floats(0.05, 3), delta=parameter, rho=parameter, slope=slopes)
def test_the_loss_is_the_integral(
    w: float, b: float, gamma: float, delta: float, rho: float, slope: float
) -> None:
    if math.hypot(w, rho) < 0.3:
        w = 0.3
    expected = loss_by_quadrature(w, b, gamma, delta, rho, slope)
    assert leaky_loss(w, b, gamma, delta, rho, slope=slope) == pytest.approx(expected, rel=1e-9, abs=1e-11)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(w=parameter, b=parameter, gamma=st.floats(0.05, 3), delta=parameter, rho=parameter, slope=slopes)
def test_the_gradient_is_the_loss_s(
    w: float, b: float, gamma: float, delta: float, rho: float, slope: float
) -> None:
    if math.hypot(w, rho) < 0.3:
        w = 0.3
    theta, step = np.array([w, b, rho]), 1e-5
    above, below = (theta[:, None] + sign * step * np.eye(3) for sign in (1, -1))
    ends = (leaky_loss(t[0], t[1], gamma, delta, t[2], slope=slope) for t in (above, below))
    differences = np.subtract(*ends) / (2 * step)
    found = leaky_gradient(w, b, gamma, delta, rho, slope=slope)
    assert np.allclose(np.array(found), differences, rtol=1e-7, atol=1e-8)


def test_without_a_slope_it_is_the_relu() -> None:
    states = np.random.default_rng(0).normal(size=(5, 50))
    assert np.array_equal(leaky_loss(*states, slope=0.0), expected_loss(*states))
    for ours, relu in zip(leaky_gradient(*states, slope=0.0), expected_gradient(*states), strict=True):
        assert np.array_equal(ours, relu)


def test_both_sides_are_one_unit_mirrored() -> None:
    """max(z, s·z) of −θ is −s·max(z, z/s): deep on the dead side the unit is linear with slope s."""
    w, b, rho, slope = 0.4, -20.0, 0.3, 0.2
    linear = [slope * (slope * value - truth) for value, truth in ((w, 0.5), (b, -0.1), (rho, 0.0))]
    assert np.allclose(leaky_gradient(w, b, 0.5, -0.1, rho, slope=slope), linear, rtol=1e-14)
    error = (slope * w - 0.5) ** 2 + (slope * b + 0.1) ** 2 + (slope * rho) ** 2
    assert leaky_loss(w, b, 0.5, -0.1, rho, slope=slope) == pytest.approx(error / 2, rel=1e-13)


def test_a_constant_unit_keeps_its_limits() -> None:
    """At w = ρ = 0 the unit gives b for b > 0 and s·b for b < 0."""
    for b, slope in ((2.0, 0.1), (-2.0, 0.1)):
        output = b if b > 0 else slope * b
        assert leaky_loss(0.0, b, 0.5, 0.3, slope=slope) == pytest.approx(((output - 0.3) ** 2 + 0.25) / 2)
        assert leaky_gradient(0.0, b, 0.5, 0.3, slope=slope)[1] == pytest.approx(
            (output - 0.3) * (1 if b > 0 else slope)
        )
