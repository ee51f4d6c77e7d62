"""The superstep's weights against the recursion they stand for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics.engine.superstep import weights


def recursion(beta: float, eta: float, k: int, m: float, g: list[float]) -> tuple[float, float]:
    """Iterate m' = βm + (1 − β)g_j, θ' = θ − ηm' from θ = 0 with the quadratic through three gradients."""
    half = k / 2
    d, e = g[1] - g[0], g[0] - 2 * g[1] + g[2]
    theta = 0.0
    for j in range(k):
        gradient = g[0] + d * j / half + e * j * (j - half) / (2 * half * half)
        m = beta * m + (1 - beta) * gradient
        theta -= eta * m
    return theta, m


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    beta=st.floats(0, 0.9999),
    p=st.integers(0, 13),
    m=st.floats(-1, 1),
    g=st.lists(st.floats(-1, 1), min_size=3, max_size=3),
)
def test_a_step_solves_the_recursion_for_quadratic_gradients(
    beta: float, p: int, m: float, g: list[float]
) -> None:
    eta = 0.3
    theta, momentum = recursion(beta, eta, 2**p, m, g)
    row = weights(beta, eta, p, 1e-3)[p]
    d, e = g[1] - g[0], g[0] - 2 * g[1] + g[2]
    assert row[0] == 2**p
    assert -row[4] * m - row[5] * g[0] - row[6] * d - row[7] * e == pytest.approx(theta, rel=1e-9, abs=1e-9)
    assert row[1] * m + (1 - row[1]) * g[0] + row[8] * d + row[9] * e == pytest.approx(momentum, abs=1e-9)


def test_one_and_two_iterations_need_no_approximation() -> None:
    table = weights(0.7, 0.2, 1, 1e-3)
    np.testing.assert_array_equal(table[0, 6:12], 0)  # k = 1 sees g₀ alone
    np.testing.assert_array_equal(table[1, [7, 9, 10, 11]], 0)  # k = 2 sees g₀ and g₁ at their own points
    # The first stage of k = 2 is the first iteration.
    assert table[1, 2] == pytest.approx(0.2 * 0.7)
    assert table[1, 3] == pytest.approx(0.2 * 0.3)
