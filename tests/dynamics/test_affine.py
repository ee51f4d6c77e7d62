"""Eq. (5): eigenvalues, regimes, loci and paths of the affine model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import (
    Regime,
    affine_trajectory,
    critical_momentum,
    eigenvalue_locus_beta,
    eigenvalue_locus_eta,
    eigenvalues,
    max_stable_learning_rate,
    momentum_matrix,
    overshoot,
    regime,
)

BETAS = st.floats(0, 0.9999)
ETAS = st.floats(1e-4, 1e3)
RANDOM = settings(derandomize=True, max_examples=100, deadline=None)


@RANDOM
@given(beta=BETAS, eta=ETAS)
def test_eigenvalues_are_those_of_the_matrix(beta: float, eta: float) -> None:
    values = eigenvalues(beta, eta)
    A = momentum_matrix(beta, eta)
    scale = 1 + np.abs(values).max()
    assert values.sum() == pytest.approx(np.trace(A), rel=1e-12, abs=1e-12 * scale)
    assert values.prod() == pytest.approx(beta, rel=1e-12, abs=1e-14 * scale)
    for value in values:
        assert abs(np.linalg.det(A - value * np.eye(2))) < 1e-12 * scale**2


def test_eigenvalues_broadcast_in_a_fixed_order() -> None:
    values = eigenvalues(np.linspace(0, 1, 5)[:, None], np.array([0.1, 1.0, 5.0]))
    assert values.shape == (5, 3, 2)
    assert values.dtype == np.complex128
    assert np.all(values[..., 0].real >= values[..., 1].real)
    assert np.all(values[..., 0].imag >= 0)
    np.testing.assert_array_equal(values[..., 1].imag, -values[..., 0].imag)
    assert eigenvalues(0.0, 0.3).tolist() == [0.7, 0]


@RANDOM
@given(beta=st.floats(0.01, 0.9999), eta=st.floats(1e-3, 1e3))
def test_they_are_complex_exactly_above_the_critical_momentum(beta: float, eta: float) -> None:
    is_complex = bool(eigenvalues(beta, eta)[0].imag > 0)
    # Beyond η = (1 + √β)/(1 − √β) they are real again: the same formula, solved for η > 1.
    assert is_complex == (beta > critical_momentum(eta))
    if is_complex:
        np.testing.assert_allclose(np.abs(eigenvalues(beta, eta)), np.sqrt(beta), rtol=1e-12)


def test_no_accuracy_is_lost_where_they_meet() -> None:
    beta = 0.81  # √β = 0.9: they meet at η = 0.1/1.9
    eta = 0.1 / 1.9 + 1e-14
    exact = np.sqrt(1e-14 * (1 - beta) * 1.9 * (1.9 - 0.1 * eta)) / 2
    assert eigenvalues(beta, eta)[0].imag == pytest.approx(exact, rel=2e-2)


@pytest.mark.parametrize(
    ("beta", "eta", "expected"),
    [
        (0, 0.1, Regime.MONOTONE),
        (0, 1.0, Regime.MONOTONE),
        (0, 1.5, Regime.ALTERNATING),
        (0, 2.0, Regime.UNSTABLE),
        (0.66, 0.1, Regime.MONOTONE),
        (0.68, 0.1, Regime.OSCILLATING),
        (0.9999, 100, Regime.OSCILLATING),
        (0.1, 2.4, Regime.ALTERNATING),
        (0.1, 2.45, Regime.UNSTABLE),
        (1, 0.1, Regime.UNSTABLE),
        (0.5, 0, Regime.UNSTABLE),
    ],
)
def test_regimes(beta: float, eta: float, expected: Regime) -> None:
    assert regime(beta, eta) is expected


@RANDOM
@given(beta=st.floats(0, 0.99), factor=st.floats(0.01, 3))
def test_the_regime_is_what_the_path_does(beta: float, factor: float) -> None:
    eta = factor * float(max_stable_learning_rate(beta))
    radius = np.abs(eigenvalues(beta, eta)).max()
    found = regime(beta, eta)
    assert (found is Regime.UNSTABLE) == (radius >= 1)
    if 0.05 < radius < 0.95:
        path = affine_trajectory(beta, eta, 2000)
        assert abs(path.a[-1]) < 1e-6
    changes = np.diff(np.sign(affine_trajectory(beta, eta, 60).a[20:])) != 0
    if found is Regime.MONOTONE:
        assert not changes.any()
    if found is Regime.ALTERNATING and abs(eigenvalues(beta, eta)[0]) < 0.8 * radius:
        assert changes.all()


def test_the_stability_limit_separates_decay_from_growth() -> None:
    for beta in (0.0, 0.5, 0.9):
        limit = float(max_stable_learning_rate(beta))
        assert abs(affine_trajectory(beta, 0.98 * limit, 500).a[-1]) < 1e-3
        assert abs(affine_trajectory(beta, 1.02 * limit, 500).a[-1]) > 1e3
    assert max_stable_learning_rate([0, 0.5]).tolist() == [2, 6]
    assert max_stable_learning_rate(1) == np.inf


def test_the_matrix_moves_momentum_and_error_in_that_order() -> None:
    path = affine_trajectory(0.9, 0.3, 50, a0=-2.0)
    A = momentum_matrix(0.9, 0.3)
    assert (path.a[0], path.m[0]) == (-2, 0)
    assert path.a.shape == path.m.shape == (51,)
    column = np.array([0.0, -2.0])
    for m, a in zip(path.m, path.a, strict=True):
        np.testing.assert_allclose(column, [m, a], atol=1e-13)
        column = A @ column


def test_an_unstable_path_goes_on_without_warning() -> None:
    assert not np.isfinite(affine_trajectory(0.0, 100.0, 1000).a[-1])


@pytest.mark.parametrize("eta", [0.01, 0.1, 0.9, 1.0, 1.5, 30.0])
def test_the_locus_over_beta_runs_smoothly_from_0_to_1(eta: float) -> None:
    locus = eigenvalue_locus_beta(eta)
    assert (locus.beta[0], locus.beta[-1]) == (0, 1)
    assert np.all(np.diff(locus.beta) > 0)
    assert np.all(locus.eta == eta)
    np.testing.assert_allclose(locus.eigenvalues[-1], [1, 1])
    np.testing.assert_allclose(sorted(locus.eigenvalues[0].real), sorted([0, 1 - eta]), atol=1e-15)
    assert locus.branch_points == (float(critical_momentum(eta)),)
    length = np.abs(np.diff(locus.eigenvalues, axis=0))
    assert length.max() < 0.03 * max(1, length.sum(axis=0).max())
    assert not locus.eigenvalues.flags.writeable


@pytest.mark.parametrize("beta", [0.0, 0.1, 0.9, 0.99])
def test_the_locus_over_eta_runs_smoothly_beyond_stability(beta: float) -> None:
    locus = eigenvalue_locus_eta(beta)
    assert locus.eta[0] == 0
    assert locus.eta[-1] == pytest.approx(1.25 * max_stable_learning_rate(beta))
    assert np.all(np.diff(locus.eta) > 0)
    np.testing.assert_allclose(sorted(locus.eigenvalues[0].real), [beta, 1])
    assert np.abs(locus.eigenvalues[-1]).max() > 1
    for point in locus.branch_points:
        assert point in locus.eta
        np.testing.assert_allclose(np.abs(eigenvalues(beta, point)), np.sqrt(beta), atol=1e-6)
    length = np.abs(np.diff(locus.eigenvalues, axis=0))
    assert length.max() < 0.03 * max(1, length.sum(axis=0).max())
    assert eigenvalue_locus_eta(beta, eta_max=0.05).eta[-1] == 0.05


def test_nonsense_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"beta must be at least 0 and at most 1, got 1\.2"):
        eigenvalues(1.2, 0.1)
    with pytest.raises(ValueError, match="eta must be finite and at least 0"):
        regime(0.5, float("nan"))
    with pytest.raises(ValueError, match="beta must be at least 0 and at most 1"):
        momentum_matrix(-0.1, 0.1)
    with pytest.raises(ValueError, match="steps must be a whole number of at least 0"):
        affine_trajectory(0.5, 0.1, -1)
    with pytest.raises(ValueError, match="eta must be finite and above 0"):
        eigenvalue_locus_beta(0)
    with pytest.raises(ValueError, match="beta must be at least 0 and below 1"):
        eigenvalue_locus_eta(1)


def test_an_affine_error_goes_on_with_its_momentum() -> None:
    whole = affine_trajectory(0.9, 0.1, 30)
    rest = affine_trajectory(0.9, 0.1, 20, a0=whole.a[10], m0=whole.m[10])
    np.testing.assert_array_equal(rest.a, whole.a[10:])
    np.testing.assert_array_equal(rest.m, whole.m[10:])


def test_the_overshoot_is_the_lowest_point_of_the_swing() -> None:
    # At η = 0.1, as plain iteration gives it; it grows from nothing at the critical momentum.
    for beta, expected in ((0.0, 0.0), (0.66, 0.0), (0.7, 1.4e-4), (0.8, 0.030), (0.9, 0.153), (0.99, 0.604)):
        m, a, lowest = 0.0, 1.0, 0.0
        for _ in range(2000):
            m = beta * m + (1 - beta) * a
            a -= 0.1 * m
            lowest = min(lowest, a)
        assert overshoot(beta, 0.1) == pytest.approx(-lowest, rel=1e-12, abs=1e-15)
        assert overshoot(beta, 0.1) == pytest.approx(expected, rel=0.02)
    assert overshoot(0.1, 5.0) == np.inf


@RANDOM
@given(beta=BETAS, eta=ETAS)
def test_no_later_swing_is_larger_than_the_overshoot(beta: float, eta: float) -> None:
    if regime(beta, eta) == Regime.UNSTABLE:
        assert overshoot(beta, eta) == np.inf
        return
    values, vectors = np.linalg.eig(momentum_matrix(beta, eta))
    steps = np.arange(100_000)
    with np.errstate(all="ignore"):
        coefficients = np.linalg.solve(vectors, np.array([0.0, 1.0], complex))
        a = (vectors[1] * coefficients * values[None, :] ** steps[:, None]).sum(axis=1).real
    assert overshoot(beta, eta) == pytest.approx(max(0.0, -a.min()), rel=1e-6, abs=1e-9)
