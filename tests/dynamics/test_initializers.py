"""Real initialisations against their formulas, and clouds of them against plain iteration."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dynamics import (
    Cancellation,
    Cancelled,
    Cloud,
    Hyperparameters,
    Initializer,
    Outcome,
    Scheme,
    Starts,
    activation_probability,
    cloud,
    dead_cone_slope,
    outcomes,
    recorded_iterations,
    sample,
    trajectory,
)

HE = Initializer(Scheme.HE_NORMAL, 100)
HP = Hyperparameters(beta=0.99, eta=0.1, gamma=0.1, delta=0.0)


def made(scheme: Scheme, fan_in: int) -> Initializer:
    own = {"weight_std": 0.3, "bias_std": 0.7} if scheme is Scheme.GAUSSIAN else {}
    return Initializer(scheme, fan_in, **own)  # type: ignore[arg-type]  # fan_out is no float


# ---------------------------------------------------------------- initialisations

# The bounds and standard deviations that torch.nn.init documents, at fan_in 8 and fan_out 24.
GAIN = math.sqrt(2.0)
TORCH_BOUNDS = {
    Scheme.HE_UNIFORM: GAIN * math.sqrt(3 / 8),
    Scheme.GLOROT_UNIFORM: math.sqrt(6 / (8 + 24)),
    Scheme.PYTORCH: math.sqrt(2 / (1 + math.sqrt(5) ** 2)) * math.sqrt(3 / 8),
}
TORCH_STD = {
    Scheme.HE_NORMAL: GAIN / math.sqrt(8),
    Scheme.GLOROT_NORMAL: math.sqrt(2 / (8 + 24)),
    Scheme.LECUN_NORMAL: 1 / math.sqrt(8),  # gain 1
}


@pytest.mark.parametrize("scheme", [*TORCH_BOUNDS, *TORCH_STD])
def test_deviations_are_those_of_torch(scheme: Scheme) -> None:
    glorot = scheme in (Scheme.GLOROT_NORMAL, Scheme.GLOROT_UNIFORM)
    initializer = Initializer(scheme, 8, fan_out=24 if glorot else None)
    std, bias_std = initializer.deviations
    if scheme in TORCH_BOUNDS:
        assert std == pytest.approx(TORCH_BOUNDS[scheme] / math.sqrt(3), rel=1e-14)
        starts = sample(initializer, 20_000, seed=1)
        assert 0.999 * TORCH_BOUNDS[scheme] < np.abs(starts.w).max() <= TORCH_BOUNDS[scheme]
    else:
        assert std == pytest.approx(TORCH_STD[scheme], rel=1e-14)
    assert bias_std == (1 / math.sqrt(8) / math.sqrt(3) if scheme is Scheme.PYTORCH else 0)


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("fan_in", [1, 2, 7, 100])
def test_starts_are_distributed_as_the_scheme_says(scheme: Scheme, fan_in: int) -> None:
    initializer = made(scheme, fan_in)
    std, bias_std = initializer.deviations
    starts = sample(initializer, 4000, seed=fan_in)
    shape = stats.uniform(-math.sqrt(3), 2 * math.sqrt(3)) if initializer.uniform else stats.norm
    assert stats.kstest(starts.w / std, shape.cdf).pvalue > 1e-3
    if bias_std > 0:
        assert stats.kstest(starts.b / bias_std, shape.cdf).pvalue > 1e-3
        assert abs(np.corrcoef(starts.w, starts.b)[0, 1]) < 0.06
    else:
        assert not starts.b.any()
    squares = (starts.rho / std) ** 2
    if fan_in == 1:
        assert not starts.rho.any()
    elif initializer.uniform:
        fourth = 9 / 5  # of a uniform coordinate with deviation 1
        assert squares.max() <= 3 * (fan_in - 1)
        spread = math.sqrt((fan_in - 1) * (fourth - 1))
        assert abs(squares.mean() - (fan_in - 1)) < 4 * spread / math.sqrt(4000)
        assert squares.std() == pytest.approx(spread, rel=0.1)
    else:
        assert stats.kstest(squares, stats.chi2(fan_in - 1).cdf).pvalue > 1e-3
    assert starts.rho.min() >= 0
    assert not any(values.flags.writeable for values in (starts.w, starts.b, starts.rho))


def test_rho_of_he_is_what_design_says() -> None:
    assert sample(HE, 2000, seed=0).rho.mean() == pytest.approx(1.41, abs=0.01)


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_seed_alone_decides(scheme: Scheme) -> None:
    one, again, other = (sample(made(scheme, 30), 50, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.w, again.w)
    np.testing.assert_array_equal(one.rho, again.rho)
    assert not np.array_equal(one.w, other.w)


def test_many_coordinates_are_drawn_in_pieces() -> None:
    # More than 2²⁰ coordinates: the pieces must join to what one draw gives.
    starts = sample(Initializer(Scheme.PYTORCH, 1001), 1500, seed=5)
    random = np.random.default_rng(5)
    random.uniform(-1, 1, 2 * 1500)
    bound = 1 / math.sqrt(1001)
    expected = bound * np.linalg.norm(random.uniform(-1, 1, (1500, 1000)), axis=1)
    np.testing.assert_allclose(starts.rho, expected, rtol=1e-12)


def test_glorot_takes_a_square_layer_unless_told() -> None:
    assert Initializer(Scheme.GLOROT_NORMAL, 50).fan_out == 50
    assert Initializer(Scheme.GLOROT_NORMAL, 50).deviations[0] == math.sqrt(1 / 50)
    assert Initializer("he_normal", 4) == Initializer(Scheme.HE_NORMAL, 4)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"scheme": "xavier", "fan_in": 3}, "scheme must be one of he_normal, .*, got 'xavier'"),
        ({"scheme": "he_normal", "fan_in": 0}, "fan_in must be a whole number of at least 1, got 0"),
        ({"scheme": "he_normal", "fan_in": 2.5}, r"fan_in must be a whole number of at least 1, got 2\.5"),
        ({"scheme": "he_normal", "fan_in": 2, "fan_out": 2}, "fan_out must be left out for he_normal, got 2"),
        ({"scheme": "glorot_normal", "fan_in": 2, "fan_out": 0}, "fan_out must be .* at least 1, got 0"),
        ({"scheme": "pytorch", "fan_in": 2, "bias_std": 0.0}, "bias_std must be left out for pytorch"),
        ({"scheme": "gaussian", "fan_in": 2}, "weight_std must be finite and above 0, got None"),
        (
            {"scheme": "gaussian", "fan_in": 2, "weight_std": 1.0, "bias_std": -1.0},
            r"bias_std must be finite and at least 0, got -1\.0",
        ),
    ],
)
def test_nonsense_is_refused_by_name_value_and_range(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Initializer(**fields)  # type: ignore[arg-type]  # that is the point


def test_counts_and_seeds_are_checked() -> None:
    with pytest.raises(ValueError, match="count must be a whole number of at least 1, got 0"):
        sample(HE, 0, seed=1)
    with pytest.raises(ValueError, match="seed must be a whole number of at least 0, got -1"):
        sample(HE, 1, seed=-1)


# ---------------------------------------------------------------- clouds


def share(beta: float, iterations: int, *, gamma: float = 0.1, count: int = 250) -> float:
    hp = Hyperparameters(beta=beta, eta=0.1, gamma=gamma, delta=0.0)
    return float(cloud(hp, HE, count, iterations=iterations, record=[iterations]).dead_fraction[0])


def test_he_dies_and_comes_back_as_design_says() -> None:
    run = cloud(HP, HE, 250, iterations=100_000, record=[300, 10_000, 100_000])
    assert run.dead_fraction[:2].tolist() == [0, 1]
    assert run.dead_fraction[2] == pytest.approx(0.84, abs=0.07)  # three deviations of 250 draws


@pytest.mark.parametrize(("beta", "dead"), [(0.9, 0.02), (0.95, 1.0), (0.98, 0.63)])
def test_the_dead_share_is_not_monotone_in_beta(beta: float, dead: float) -> None:
    assert share(beta, 10_000) == pytest.approx(dead, abs=0.095 if beta == 0.98 else 0.03)


def test_the_early_spike_is_recorded() -> None:
    run = cloud(HP, HE, 100, iterations=300)
    assert run.dead_fraction[run.row(50)] == 0
    assert run.dead_fraction[run.row(100)] == 1
    assert run.dead_fraction[run.row(300)] == 0


@pytest.mark.parametrize("beta", [0.0, 0.9, 0.99])
def test_nothing_dies_with_normalised_targets(beta: float) -> None:
    hp = Hyperparameters(beta=beta, eta=0.1, gamma=1.0, delta=0.0)
    assert not cloud(hp, HE, 64, iterations=3000).dead[-1].any()


@pytest.mark.parametrize("fan_in", [1, 20])
@pytest.mark.parametrize(("beta", "eta"), [(0.0, 0.5), (0.9, 0.1), (0.97, 3.0)])
def test_a_cloud_is_plain_iteration_of_its_starts(fan_in: int, beta: float, eta: float) -> None:
    hp = Hyperparameters(beta=beta, eta=eta, gamma=0.2, delta=-0.05)
    initializer = Initializer(Scheme.PYTORCH, fan_in)
    run = cloud(hp, initializer, 37, iterations=3000, seed=8)
    rows = [0, 1, 17, 100, run.row(800), len(run.iteration) - 1]
    for i in range(0, 37, 9):  # in every lane's neighbourhood and in the part-filled last group
        start = float(run.starts.w[i]), float(run.starts.b[i])
        path = trajectory(hp, start, 3000, float(run.starts.rho[i]), record=run.iteration[rows])
        for name in ("w", "b", "rho"):
            np.testing.assert_allclose(getattr(run, name)[rows, i], getattr(path, name), rtol=2e-6, atol=1e-7)
    for row in (100, len(run.iteration) - 1):
        after = outcomes(
            hp,
            run.starts.w,
            run.starts.b,
            run.starts.rho,
            tolerance=0,
            max_iterations=int(run.iteration[row]),
            method="reference",
        )
        np.testing.assert_array_equal(run.dead[row], after.outcome == Outcome.DEAD)


def test_dead_is_the_cone_after_exactly_t_updates() -> None:
    run = cloud(HP, HE, 100, iterations=10_000, epsilon=0.01)
    size = np.hypot(run.w.astype(float), run.rho)
    np.testing.assert_array_equal(run.dead, run.b < dead_cone_slope(0.01) * size)
    assert run.dead_fraction.min() + run.dead_fraction.max() > 0


def test_diverged_units_are_nan_and_not_dead() -> None:
    hp = Hyperparameters(beta=0.0, eta=50.0, gamma=1.0, delta=0.0)
    wide = Initializer(Scheme.GAUSSIAN, 5, weight_std=0.2, bias_std=3.0)
    run = cloud(hp, wide, 60, iterations=2000, seed=2)
    end = outcomes(
        hp,
        run.starts.w,
        run.starts.b,
        run.starts.rho,
        tolerance=0,
        max_iterations=2000,
        method="reference",
    )
    gone = np.isnan(run.w[-1])
    assert 0 < gone.sum() < 60
    np.testing.assert_array_equal(gone, end.outcome == Outcome.DIVERGED)
    np.testing.assert_array_equal(run.dead[-1], end.outcome == Outcome.DEAD)
    assert np.isfinite(run.median_rho).all()


def test_all_diverged_has_no_median() -> None:
    hp = Hyperparameters(beta=0.0, eta=900.0, gamma=1.0, delta=900.0)
    run = cloud(hp, HE, 20, iterations=100)
    assert np.isnan(run.w[-1]).all()
    assert np.isnan(run.median_rho[-1])
    assert run.dead_count[-1] == 0


def test_the_median_rho_shrinks_from_that_of_the_starts() -> None:
    run = cloud(HP, HE, 101, iterations=1000)
    assert run.median_rho[0] == pytest.approx(np.median(run.starts.rho), rel=1e-6)
    assert run.median_rho[-1] < 0.8 * run.median_rho[0]


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(1, 300), st.floats(0, 1))
def test_the_interval_is_clopper_and_pearsons(count: int, along: float) -> None:
    dead = np.zeros((1, count), dtype=np.bool_)
    dead[0, : round(along * count)] = True
    nothing = np.zeros((1, count), np.float32)
    run = Cloud(
        hyperparameters=HP,
        initializer=HE,
        seed=0,
        epsilon=1e-3,
        starts=sample(HE, count, 0),
        iteration=np.array([0]),
        w=nothing,
        b=nothing,
        rho=nothing,
        dead=dead,
    )
    expected = stats.binomtest(int(run.dead_count[0]), count).proportion_ci(0.95, method="exact")
    assert (run.interval[0][0], run.interval[1][0]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert run.interval[0][0] <= run.dead_fraction[0] <= run.interval[1][0]


@pytest.mark.parametrize("last", [1, 7, 99, 100, 101, 123, 1000, 3456, 100_000, 1_000_000])
def test_iterations_are_recorded_densely_and_roundly(last: int) -> None:
    counts = recorded_iterations(last)
    assert counts[0] == 0
    assert counts[-1] == last
    assert (np.diff(counts) > 0).all()
    np.testing.assert_array_equal(counts[: min(last, 100) + 1], np.arange(min(last, 100) + 1))
    late = counts[counts > 100]
    assert (np.diff(late) <= 0.1 * late[:-1]).all()
    assert all(len(str(t).rstrip("0")) <= 2 for t in late if t != last)
    assert counts.size < 470


def test_rows_are_the_nearest_recorded() -> None:
    run = cloud(HP, HE, 4, iterations=500, record=[0, 10, 100, 500])
    assert [run.row(t) for t in (0, 4, 6, 100, 290, 310, 10**9)] == [0, 0, 1, 2, 2, 3, 3]
    with pytest.raises(ValueError, match="iteration must be a whole number of at least 0, got -1"):
        run.row(-1)


def test_starts_are_the_same_for_all_settings_and_arrays_are_read_only() -> None:
    slow = Hyperparameters(beta=0.0, eta=0.01, gamma=1.0, delta=0.0)
    one, other = (cloud(hp, HE, 10, iterations=5, seed=9) for hp in (HP, slow))
    np.testing.assert_array_equal(one.starts.w, other.starts.w)
    np.testing.assert_array_equal(one.w[0], one.starts.w.astype(np.float32))
    assert not any(values.flags.writeable for values in (one.w, one.b, one.rho, one.dead, one.iteration))


def test_a_cloud_can_be_called_off() -> None:
    cancel = Cancellation()
    cancel.cancel()
    with pytest.raises(Cancelled):
        cloud(HP, HE, 2000, iterations=10_000_000, record=[10_000_000], cancel=cancel)


def test_a_clouds_arguments_are_checked() -> None:
    with pytest.raises(ValueError, match="iterations must be a whole number of at least 1, got 0"):
        cloud(HP, HE, 3, iterations=0)
    with pytest.raises(ValueError, match=r"epsilon must be above 0 and below 0\.5, got 0\.5"):
        cloud(HP, HE, 3, epsilon=0.5)
    with pytest.raises(ValueError, match="record must rise from at least 0 to at most iterations = 10"):
        cloud(HP, HE, 3, iterations=10, record=[5, 11])


def test_some_starts_of_a_sample_can_be_followed_alone() -> None:
    hp, he = Hyperparameters(beta=0.99, eta=0.1, gamma=0.1, delta=0.0), Initializer(Scheme.HE_NORMAL, 100)
    drawn = sample(he, 30, 4)
    few = cloud(hp, he, 7, iterations=500, starts=Starts(drawn.w[:7], drawn.b[:7], drawn.rho[:7]))
    np.testing.assert_array_equal(few.w, cloud(hp, he, 30, iterations=500, seed=4).w[:, :7])
    with pytest.raises(ValueError, match="starts must be 8, as count says, got 30"):
        cloud(hp, he, 8, iterations=500, starts=drawn)


def test_activation_quantiles_are_those_of_the_units_left() -> None:
    hp, he = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0), Initializer(Scheme.HE_NORMAL, 100)
    run = cloud(hp, he, 101, iterations=300)
    for row in (0, 50, len(run.iteration) - 1):
        units = np.sort(activation_probability(run.w[row], run.b[row], run.rho[row]))
        np.testing.assert_allclose(run.activation_quantiles[:, row], units[[5, 25, 50, 75, 95]], rtol=1e-4)
    w = run.w.copy()
    w[:, ::2] = np.nan
    left = replace(run, w=w)
    units = activation_probability(run.w[50, 1::2], run.b[50, 1::2], run.rho[50, 1::2])
    assert left.activation_quantiles[2, 50] == pytest.approx(np.median(units), rel=1e-3)
