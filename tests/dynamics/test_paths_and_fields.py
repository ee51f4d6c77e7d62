"""Vector fields and single paths."""

import numpy as np
import pytest

from dynamics import (
    Cancellation,
    Cancelled,
    Grid,
    Hyperparameters,
    activation_probability,
    affine_trajectory,
    expected_gradient,
    expected_loss,
    recorded_iterations,
    trajectory,
    vector_field,
)

HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.7, delta=0.2)
FIELDS = ("w", "b", "rho", "m_w", "m_b", "m_rho", "loss", "activation_probability")


def test_the_field_is_minus_the_gradient_row_by_bias() -> None:
    grid = Grid(-3, 3, -2, 2, 6, 5)
    field = vector_field(HP, grid, rho=0.4)
    assert field.dw.shape == field.db.shape == (5, 6)
    assert (field.grid, field.hyperparameters, field.rho) == (grid, HP, 0.4)
    dw, db, _ = expected_gradient(grid.w[4], grid.b[1], HP.gamma, HP.delta, 0.4)
    assert (field.dw[1, 4], field.db[1, 4]) == (-dw, -db)
    assert not field.dw.flags.writeable
    assert not field.db.flags.writeable
    with pytest.raises(ValueError, match="rho must be a finite number"):
        vector_field(HP, grid, rho=float("inf"))


@pytest.mark.parametrize("rho", [0.0, 0.8])
def test_a_path_obeys_the_map(rho: float) -> None:
    path = trajectory(HP, start=(-1.2, 0.9), steps=200, rho=rho)
    assert all(getattr(path, name).shape == (201,) for name in FIELDS)
    assert all(getattr(path, name).dtype == np.float64 for name in FIELDS)
    assert (path.w[0], path.b[0], path.rho[0]) == (-1.2, 0.9, rho)
    assert (path.m_w[0], path.m_b[0], path.m_rho[0]) == (0, 0, 0)
    np.testing.assert_array_equal(path.iteration, np.arange(201))
    gradient = expected_gradient(path.w, path.b, HP.gamma, HP.delta, path.rho)
    for theta, m, g in zip(
        (path.w, path.b, path.rho), (path.m_w, path.m_b, path.m_rho), gradient, strict=True
    ):
        np.testing.assert_allclose(m[1:], 0.9 * m[:-1] + 0.1 * g[:-1], atol=1e-14)
        np.testing.assert_allclose(theta[1:], theta[:-1] - 0.1 * m[1:], atol=1e-14)
    np.testing.assert_array_equal(path.loss, expected_loss(path.w, path.b, 0.7, 0.2, path.rho))
    np.testing.assert_array_equal(
        path.activation_probability, activation_probability(path.w, path.b, path.rho)
    )
    assert (path.rho == 0).all() == (rho == 0)


def test_the_sign_of_rho_is_kept() -> None:
    right, left = (trajectory(HP, (1.0, 0.5), steps=50, rho=rho) for rho in (0.8, -0.8))
    np.testing.assert_array_equal(left.rho, -right.rho)
    np.testing.assert_array_equal(left.w, right.w)


def test_pytorch_momentum_gives_the_same_path() -> None:
    hp = Hyperparameters.from_pytorch(lr=0.03, momentum=0.8, gamma=1.0, delta=-0.1)
    path = trajectory(hp, (1.5, -0.5), steps=100)
    theta, buffer = np.array([1.5, -0.5]), np.zeros(2)
    for i in range(100):
        buffer = 0.8 * buffer + np.array(expected_gradient(theta[0], theta[1], 1.0, -0.1)[:2])
        theta = theta - 0.03 * buffer
        np.testing.assert_allclose(theta, [path.w[i + 1], path.b[i + 1]], atol=1e-13)


def test_deep_in_the_linear_cone_a_unit_is_the_affine_model() -> None:
    hp = Hyperparameters(beta=0.9, eta=0.05, gamma=1.0, delta=40.0)
    path = trajectory(hp, (2.0, 45.0), steps=60)
    assert path.activation_probability.min() == 1
    np.testing.assert_allclose(path.w - 1.0, affine_trajectory(0.9, 0.05, 60, a0=1.0).a, atol=1e-12)
    np.testing.assert_allclose(path.b - 40.0, affine_trajectory(0.9, 0.05, 60, a0=5.0).a, atol=1e-12)


def test_a_long_path_can_be_kept_at_a_few_iterations() -> None:
    whole = trajectory(HP, (2.0, 0.2), steps=3000, rho=0.1)
    kept = [0, 1, 17, 500, 2999]
    some = trajectory(HP, (2.0, 0.2), steps=3000, rho=0.1, record=kept)
    assert some.iteration.tolist() == kept
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(some, name), getattr(whole, name)[kept])


@pytest.mark.parametrize("record", [[], [3, 3], [-1, 2], [0, 11], [[1, 2]], [0.5], "12"])
def test_a_record_must_rise_within_the_steps(record: object) -> None:
    with pytest.raises(ValueError, match="record must"):
        trajectory(HP, (1.0, 1.0), steps=10, record=record)  # type: ignore[arg-type]  # that is the point


def test_a_diverging_path_gives_no_warning() -> None:
    path = trajectory(Hyperparameters(0.0, 100.0, 1.0, 0.0), (1e307, 1e307), steps=20)
    assert np.isfinite(path.w[0])
    assert not np.isfinite(path.w[-1])


def test_arrays_are_read_only_and_bad_starts_refused() -> None:
    path = trajectory(HP, (1.0, 1.0), steps=0)
    assert path.loss.shape == (1,)
    assert not any(getattr(path, name).flags.writeable for name in (*FIELDS, "iteration"))
    with pytest.raises(ValueError, match="b must be a finite number, got nan"):
        trajectory(HP, (1.0, float("nan")))
    with pytest.raises(ValueError, match=r"steps must be a whole number of at least 0, got 1\.5"):
        trajectory(HP, (1.0, 1.0), steps=1.5)  # type: ignore[arg-type]  # that is the point


def test_a_path_goes_on_from_other_settings_with_its_momentum() -> None:
    first = Hyperparameters(beta=0.5, eta=0.3, gamma=0.7, delta=0.2)
    whole = trajectory(HP, (2.0, 1.0), steps=40, rho=0.3, before=(15, first))
    led = trajectory(first, (2.0, 1.0), steps=15, rho=0.3)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(whole, name)[:16], getattr(led, name))
    rho, w, b = whole.rho, whole.w, whole.b
    for i in range(15, 40):
        g = expected_gradient(w[i], b[i], HP.gamma, HP.delta, rho[i])
        for x, m, part in ((w, whole.m_w, g[0]), (b, whole.m_b, g[1]), (rho, whole.m_rho, g[2])):
            assert m[i + 1] == pytest.approx(HP.beta * m[i] + (1 - HP.beta) * part, abs=1e-15)
            assert x[i + 1] == pytest.approx(x[i] - HP.eta * m[i + 1], abs=1e-15)


@pytest.mark.parametrize("first", [0, 7, 40, 60])
def test_the_same_settings_before_make_the_same_path(first: int) -> None:
    record = [0, 3, 7, 12, 40]
    plain = trajectory(HP, (2.0, 1.0), steps=40, record=record)
    led = trajectory(HP, (2.0, 1.0), steps=40, record=record, before=(first, HP))
    for name in ("iteration", *FIELDS):
        np.testing.assert_array_equal(getattr(plain, name), getattr(led, name))
    with pytest.raises(ValueError, match="before must be a whole number"):
        trajectory(HP, (2.0, 1.0), before=(-1, HP))


def test_a_path_can_be_called_off() -> None:
    cancel = Cancellation()
    cancel.cancel()
    with pytest.raises(Cancelled):
        trajectory(HP, (2.0, 1.0), steps=1_000_000, record=[1_000_000], cancel=cancel)


def test_leaps_follow_the_path() -> None:
    rng = np.random.default_rng(20)
    errors, leapt = [], 0
    for _ in range(60):
        hp = Hyperparameters(
            beta=float(rng.choice([0.0, 0.5, 0.9, 0.99])),
            eta=float(10 ** rng.uniform(-3, 0.8)),
            gamma=float(10 ** rng.uniform(-3, 0.5)),
            delta=float(rng.choice([0.0, rng.uniform(-1, 1)])),
        )
        w, b, rho = rng.uniform(-3, 3, 3)
        rho *= rng.choice([0.0, 1.0])
        record = recorded_iterations(20_000)
        every = trajectory(hp, (w, b), 20_000, rho, record)
        fast = trajectory(hp, (w, b), 20_000, rho, record, method="fast")
        near = np.isfinite(every.w + every.b) & (np.hypot(every.w, every.b) < 10)
        thetas = (("w", "m_w"), ("b", "m_b"), ("rho", "m_rho"))
        apart = [getattr(every, theta)[near] - getattr(fast, theta)[near] for theta, _ in thetas]
        errors.append(np.abs(apart).max())
        leapt += not np.array_equal(every.w, fast.w)
        np.testing.assert_allclose(fast.m_w[near], every.m_w[near], atol=1e-3)
    assert leapt > 40  # else nothing was tested
    assert max(errors) < 1e-3
    assert np.median(errors) < 1e-8


def test_leaps_go_on_from_other_settings() -> None:
    early = Hyperparameters(beta=0.0, eta=0.5, gamma=0.7, delta=0.2)
    record = [0, 100, 777, 5_000]
    every = trajectory(HP, (2.0, 1.5), 5_000, record=record, before=(777, early))
    fast = trajectory(HP, (2.0, 1.5), 5_000, record=record, before=(777, early), method="fast")
    np.testing.assert_array_equal(fast.iteration, every.iteration)
    np.testing.assert_allclose(fast.w, every.w, atol=1e-4)
    np.testing.assert_allclose(fast.b, every.b, atol=1e-4)


def test_where_the_map_is_unstable_each_update_is_made() -> None:
    hp = Hyperparameters(beta=0.0, eta=2.1, gamma=1.0, delta=40.0)
    every = trajectory(hp, (2.0, 41.0), 20)
    fast = trajectory(hp, (2.0, 41.0), 20, method="fast")
    assert every.activation_probability.min() > 0.99
    np.testing.assert_array_equal(fast.w, every.w)


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(ValueError, match="method must be one of reference, fast, got 'exact'"):
        trajectory(HP, (1.0, 1.0), method="exact")  # type: ignore[arg-type]  # that it is wrong is the point
