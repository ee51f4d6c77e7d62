"""How long a dead unit takes to come back: against mpmath, plain iteration and what must hold."""

import math
import threading

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import (
    Cancellation,
    Cancelled,
    Grid,
    Hyperparameters,
    activation_probability,
    at_depth,
    dead_cone_slope,
    frozen_in_float32,
    is_dead,
    log10_steps_until_active,
    revival_time,
    trajectory,
)
from dynamics.revival_kernels import mills

EPSILON = 1e-3
SLOPE = dead_cone_slope(EPSILON)


def settings_of(
    beta: float = 0.9, eta: float = 0.1, gamma: float = 0.1, delta: float = 0.0
) -> Hyperparameters:
    return Hyperparameters(beta=beta, eta=eta, gamma=gamma, delta=delta)


def log10_iterations(hp: Hyperparameters, w: float, b: float, rho: float = 0.0) -> float:
    return float(revival_time(hp, w, b, rho, epsilon=EPSILON).log10_iterations)


def first_iteration_alive(hp: Hyperparameters, w: float, b: float, rho: float, most: int) -> float:
    """Iterate the map plainly with the reference's kernel; inf if the unit is dead for `most` updates."""
    path = trajectory(hp, (w, b), steps=most, rho=rho)
    alive = ~is_dead(path.w, path.b, path.rho, EPSILON)
    return int(np.argmax(alive)) if alive.any() else math.inf


def end(hp: Hyperparameters, w: float, b: float, rho: float, steps: int) -> tuple[float, float, float]:
    path = trajectory(hp, (w, b), steps=steps, rho=rho, record=[steps])
    return float(path.w[0]), float(path.b[0]), float(path.rho[0])


def time_of_the_flow(w: float, b: float, rho: float, gamma: float, delta: float) -> float:
    """Return log₁₀ t of dθ/dt = −∇L to the border, from the gradient as the design prints it, 30 digits.

    Classical Runge–Kutta of order 4 along the path: c²/2 changes by about 1 in a unit of arc; the last
    step is cut at the border by bisection.
    """
    with mpmath.workdps(30):
        g, d, slope = mpmath.mpf(gamma), mpmath.mpf(delta), mpmath.mpf(SLOPE)

        def rates(state: list[mpmath.mpf]) -> list[mpmath.mpf]:
            p, v, a = state[:3]
            r = mpmath.sqrt(p * p + v * v)
            c, uw, up = a / r, v / r, p / r
            active, density = mpmath.erfc(-c / mpmath.sqrt(2)) / 2, mpmath.npdf(c)
            along = uw * (v - g) + up * p
            dw = active * (v - g) - c * density * uw * along + (a - d) * density * uw
            dp = active * p - c * density * up * along + (a - d) * density * up
            db = density * along + (a - d) * active
            dt = -r / (c * mpmath.sqrt((1 + c * c) * (dw * dw + dp * dp + db * db)))
            return [-dp * dt, -dw * dt, -db * dt, dt]

        def step(state: list[mpmath.mpf], h: mpmath.mpf) -> list[mpmath.mpf]:
            k1 = rates(state)
            k2 = rates([x + h / 2 * k for x, k in zip(state, k1, strict=True)])
            k3 = rates([x + h / 2 * k for x, k in zip(state, k2, strict=True)])
            k4 = rates([x + h * k for x, k in zip(state, k3, strict=True)])
            ks = zip(state, k1, k2, k3, k4, strict=True)
            return [x + h / 6 * (a + 2 * b + 2 * c + e) for x, a, b, c, e in ks]

        def inside(state: list[mpmath.mpf]) -> bool:
            return bool(state[2] < slope * mpmath.sqrt(state[0] ** 2 + state[1] ** 2))

        state, h = [mpmath.mpf(rho), mpmath.mpf(w), mpmath.mpf(b), mpmath.mpf(0)], mpmath.mpf(1) / 16
        while True:
            new = step(state, h)
            if new[3] - state[3] < new[3] * mpmath.mpf(10) ** -8 and h == mpmath.mpf(1) / 16:
                return float(mpmath.log10(new[3]))  # what is left takes no time
            if inside(new):
                state = new
            elif h < mpmath.mpf(10) ** -9:
                return float(mpmath.log10(new[3]))
            else:
                h = h / 2


FLOWS = [
    (1.0, -4.0, 0.0, 1.0, 0.0),
    (1.0, -5.0, 0.0, 0.1, 0.0),
    (1.0, -10.0, 0.0, 0.1, 0.0),
    (0.3, -3.0, 0.0, 0.1, 0.0),
    (1.0, -40.0, 0.0, 0.1, 0.0),
    (-0.1, -4.0, 0.9, 1.0, 0.0),
    (0.4, -2.5, 0.3, 0.1, -0.15),
    (-0.4, -2.0, 0.0, 0.1, 2.0),
]


@pytest.mark.parametrize("unit", FLOWS)
def test_the_time_agrees_with_30_digits(unit: tuple[float, float, float, float, float]) -> None:
    w, b, rho, gamma, delta = unit
    hp = settings_of(beta=0.0, eta=1e-4, gamma=gamma, delta=delta)
    assert log10_iterations(hp, w, b, rho) == pytest.approx(time_of_the_flow(*unit) + 4, abs=2e-4)


@pytest.mark.parametrize(
    ("w", "b", "gamma", "time"),
    [(1, -4, 1, 137), (1, -5, 0.1, 2.65e5), (1, -10, 0.1, 1.48e20), (0.3, -3, 0.1, 4.1e19)],
)
def test_the_design_s_values(w: float, b: float, gamma: float, time: float) -> None:
    for beta, eta in ((0.0, 1e-4), (0.9, 1e-5)):
        shown = log10_iterations(settings_of(beta, eta, gamma), w, b)
        assert shown == pytest.approx(math.log10(time / eta), abs=0.003)


def test_the_deepest_units_have_a_time_too() -> None:
    # The density underflows from c = −39 on; log₁₀ t is about c²/2·log₁₀e.
    for c in (-40.0, -400.0, -1e6):
        found = log10_iterations(settings_of(), 1.0, c)
        assert found == pytest.approx(c * c / 2 / math.log(10), rel=0.03)
        assert found > c * c / 2 / math.log(10) - 6 * math.log10(-c)


@pytest.mark.parametrize(
    ("beta", "eta", "gamma", "delta", "w", "b", "rho"),
    [
        (0.0, 0.1, 1.0, 0.0, 1.0, -4.0, 0.0),
        (0.9, 0.1, 1.0, 0.0, 1.0, -3.1, 0.0),
        (0.99, 0.1, 0.1, 0.0, 0.5, -2.0, 0.0),
        (0.9999, 0.1, 1.0, 0.0, 1.0, -3.8, 0.0),
        (0.999, 1.0, 0.3, 0.2, -0.1, -2.9, 0.9),
        (0.9, 0.1, 0.1, 0.0, 0.5, -2.35, 0.0),
        (0.9, 10.0, 0.1, 0.0, 0.4, -2.3, 0.0),  # 5·10⁴: the flow
        (0.5, 10.0, 0.05, 0.0, 0.45, -1.7, 0.2),
        (0.0, 300.0, 1.0, 0.0, -0.1, -0.32, 0.0),  # an update leaps over w = 0: the flow would say never
        (0.9, 0.1, 0.1, 0.0, 0.47, -2.35, 0.0),  # 5·10⁵ iterations
        (0.99, 0.3, 0.1, 0.0, 0.45, -2.35, 0.0),
    ],
)
def test_plain_iteration_agrees(
    beta: float, eta: float, gamma: float, delta: float, w: float, b: float, rho: float
) -> None:
    hp = settings_of(beta, eta, gamma, delta)
    plain = first_iteration_alive(hp, w, b, rho, 600_000)
    found = log10_iterations(hp, w, b, rho)
    assert plain < math.inf
    assert 10**found == pytest.approx(plain, rel=2e-3, abs=1.01)


def test_random_units_agree_with_plain_iteration() -> None:
    rng = np.random.default_rng(7)
    compared = 0
    for _ in range(60):
        gamma = 10 ** rng.uniform(-2, 0.5)
        delta = gamma * float(rng.choice([0, 0, 1, -1, 3]))
        hp = settings_of(float(rng.choice([0, 0.5, 0.9, 0.99])), 10 ** rng.uniform(-2, 1), gamma, delta)
        r, c = gamma * 10 ** rng.uniform(-0.5, 1.5), SLOPE - abs(rng.normal()) / 2
        angle = rng.uniform(-1.5, 1.5) * rng.integers(0, 2)
        w, b, rho = float(r * np.cos(angle)), float(c * r), float(r * np.sin(angle))
        plain = first_iteration_alive(hp, w, b, rho, 100_000)
        found = log10_iterations(hp, w, b, rho)
        if plain == math.inf:
            assert found > math.log10(100_000) - 0.002
        else:
            assert 10**found == pytest.approx(plain, rel=3e-3, abs=1.01)
            compared += 1
    assert compared > 30


def test_ten_million_iterations() -> None:
    hp = settings_of()
    found = 10 ** log10_iterations(hp, 0.42, -2.35)  # LOOK's unit
    assert found == pytest.approx(4.8e6, rel=0.01)
    assert is_dead(*end(hp, 0.42, -2.35, 0.0, math.floor(found * 0.999)), EPSILON)
    assert not is_dead(*end(hp, 0.42, -2.35, 0.0, math.ceil(found * 1.001)), EPSILON)


def test_mills_ratio_to_its_last_digits() -> None:
    for c in (-0.01, -0.5, -3.0, -11.9, -12.1, -40.0, -1e5):
        with mpmath.workdps(60):
            exact = mpmath.erfc(-mpmath.mpf(c) / mpmath.sqrt(2)) / 2 / mpmath.npdf(c)
            rest = 1 + c * exact
        assert mills(c) == pytest.approx((float(exact), float(rest)), rel=3e-11)


def test_only_dead_units_have_an_answer() -> None:
    grid = Grid(-3, 3, -3, 3, 41, 33)
    for rho in (0.0, 0.4):
        times = revival_time(settings_of(), grid.w, grid.b[:, None], rho, epsilon=EPSILON)
        assert times.log10_iterations.shape == times.w.shape == times.rho.shape == (33, 41)
        np.testing.assert_array_equal(times.dead, is_dead(times.w, times.b, times.rho, EPSILON))
        np.testing.assert_array_equal(np.isnan(times.log10_iterations), ~times.dead)
        assert np.all(times.log10_iterations[times.dead] >= 0)
        assert not times.log10_iterations.flags.writeable
        assert 0 < times.never.sum() < times.dead.sum()


def test_without_mean_and_orthogonal_weight_the_sign_of_w_decides() -> None:
    w, b = np.meshgrid(np.linspace(-1, 1, 40), np.linspace(-8, -0.1, 40))
    for gamma in (1.0, 0.1, 0.001):
        times = revival_time(settings_of(gamma=gamma), w, b, epsilon=EPSILON)
        np.testing.assert_array_equal(times.never, times.dead & (w < 0))
    assert np.isposinf(log10_iterations(settings_of(), 0.0, -1.0))
    assert np.isnan(log10_iterations(settings_of(), 0.0, 0.0))


def test_an_orthogonal_weight_brings_slightly_negative_weights_back() -> None:
    """For δ = 0 where w > −r/√(1 + c²), to leading order."""
    rho, b = 0.3, -3.0
    w = np.linspace(-0.2, 0.2, 201)
    r = np.hypot(w, rho)
    limit = -r / np.sqrt(1 + (b / r) ** 2)
    never = revival_time(settings_of(gamma=1.0), w, b, rho, epsilon=EPSILON).never
    np.testing.assert_array_equal(never[w < limit - 0.002], True)
    np.testing.assert_array_equal(never[w > limit + 0.002], False)


def test_a_ground_truth_inside_the_cone_keeps_units() -> None:
    hp = settings_of(gamma=0.1, delta=-0.5)
    w, b = np.meshgrid(np.linspace(-1, 1, 30), np.linspace(-3, -0.1, 30))
    times = revival_time(hp, w, b, epsilon=EPSILON)
    assert times.never[times.dead].all()
    # Just inside the border some units still leave before they come home.
    near = settings_of(gamma=0.1, delta=-0.32)
    some = revival_time(near, w, b, epsilon=EPSILON)
    assert 0 < some.never.sum() < some.dead.sum()
    assert np.isposinf(log10_iterations(near, 0.1, -0.32))


def test_a_high_mean_turns_negative_weights_towards_life() -> None:
    """DESIGN: at (−1, −4), γ = 0.5 the unit turns to life for δ > 2.354 (β = 0.9)."""
    assert log10_iterations(settings_of(gamma=0.5, delta=2.3), -1.0, -4.0) == math.inf
    assert log10_iterations(settings_of(gamma=0.5, delta=2.4), -1.0, -4.0) < 5


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    w=st.floats(0.05, 1), depth=st.floats(0.05, 8), rho=st.sampled_from([0.0, 0.3]), power=st.integers(-8, 8)
)
def test_scaling_everything_changes_nothing(w: float, depth: float, rho: float, power: int) -> None:
    scale = 2.0**power
    b = (SLOPE - depth) * math.hypot(w, rho)
    whole = log10_iterations(settings_of(gamma=0.1, delta=0.03), w, b, rho)
    scaled = log10_iterations(
        settings_of(gamma=0.1 * scale, delta=0.03 * scale), w * scale, b * scale, rho * scale
    )
    assert scaled == pytest.approx(whole, rel=1e-9)


def test_deeper_units_take_longer() -> None:
    times = revival_time(settings_of(gamma=1.0), 1.0, SLOPE - np.linspace(0.1, 60, 300), epsilon=EPSILON)
    assert np.all(np.diff(times.log10_iterations) > 0)


def test_no_setting_stalls_or_warns() -> None:
    rng = np.random.default_rng(3)
    unknown = total = 0
    for _ in range(60):
        gamma = 10 ** rng.uniform(-6, 3)
        hp = settings_of(
            float(rng.choice([0, 0.9, 0.9999])),
            10 ** rng.uniform(-4, 3),
            gamma,
            gamma * float(rng.choice([0, 1, -1, -3.05, -3.2, -4, 30])),
        )
        r, c = gamma * 10 ** rng.uniform(-4, 5, 100), SLOPE - 10 ** rng.uniform(-4, 2.5, 100)
        angle = rng.uniform(0, np.pi, 100)
        times = revival_time(hp, r * np.cos(angle), c * r, r * np.sin(angle), epsilon=EPSILON)
        unknown += int(np.isnan(times.log10_iterations[times.dead]).sum())
        total += 100
    assert unknown < 0.005 * total


def test_a_cancelled_computation_raises() -> None:
    token = Cancellation()
    token.cancel()
    with pytest.raises(Cancelled):
        revival_time(settings_of(), np.full(10_000, 0.4), -2.3, cancel=token)
    late, n = Cancellation(), 400_000
    timer = threading.Timer(0.02, late.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        revival_time(settings_of(gamma=0.01), np.full(n, 0.4), -2.3, cancel=late)
    timer.join()


@pytest.mark.parametrize(("name", "value"), [("w", math.nan), ("b", math.inf), ("rho", -math.inf)])
def test_units_are_checked(name: str, value: float) -> None:
    unit = {"w": 1.0, "b": -4.0, "rho": 0.0} | {name: value}
    with pytest.raises(ValueError, match=f"^{name} must be finite"):
        revival_time(settings_of(), unit["w"], unit["b"], unit["rho"])


def test_a_batch_sees_a_dead_unit_every_so_often() -> None:
    assert 10 ** log10_steps_until_active(0.42, -2.35, batch=32) == pytest.approx(2.8e6, rel=0.02)
    for batch in (1, 32, 4096):
        probability = activation_probability(1.0, np.array([-6.0, -3.0, 0.0, 2.0]))
        expected = -np.log10(1 - (1 - probability) ** batch)
        found = log10_steps_until_active(1.0, [-6.0, -3.0, 0.0, 2.0], batch=batch)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)
    deep = log10_steps_until_active(1.0, -100.0, batch=10)
    assert deep == pytest.approx(
        100**2 / 2 / math.log(10) + math.log10(100 * math.sqrt(2 * math.pi)) - 1, rel=1e-4
    )
    assert log10_steps_until_active(0.0, -1.0, batch=10) == math.inf
    with pytest.raises(ValueError, match=r"^batch must be"):
        log10_steps_until_active(0.0, -1.0, batch=0)


def test_float32_freezes_where_numpy_s_float32_does() -> None:
    rng = np.random.default_rng(4)
    w, c = rng.uniform(-1, 1, 3_000), rng.uniform(-8, -2, 3_000)
    b = c * np.abs(w)
    hp = settings_of()
    frozen = frozen_in_float32(hp, w, b)
    assert 0.1 < frozen.mean() < 0.9
    for i in range(0, 3_000, 50):
        run = trajectory(hp, (float(w[i]), float(b[i])), steps=1)
        half_w, half_b = (np.spacing(np.abs(np.float32(x))) / 2 for x in (w[i], b[i]))
        # The first update is η(1 − β)∇L; the momentum at rest makes it 1/(1 − β) times as long.
        update_w, update_b = (10 * abs(run.w[1] - run.w[0]), 10 * abs(run.b[1] - run.b[0]))
        if frozen[i]:
            assert update_w <= half_w * 1.001
            assert update_b <= half_b * 1.001
        else:
            assert update_w >= half_w * 0.499 or update_b >= half_b * 0.499  # half below a power of two
    assert frozen_in_float32(hp, 0.42, -2.35)
    assert not frozen_in_float32(hp, 1.0, 0.0)
    assert frozen_in_float32(hp, 0.0, -1.0)
    assert frozen_in_float32(hp, 1.0, -40.0, 0.5)


def test_turning_keeps_the_size_and_the_direction_of_the_weights() -> None:
    depth = np.array([3.5, 2.35 / 0.5, 12.0])
    w, b, rho = at_depth(0.3, -2.35, 0.4, depth)
    np.testing.assert_allclose(np.sqrt(w**2 + b**2 + rho**2), math.sqrt(0.3**2 + 2.35**2 + 0.4**2))
    np.testing.assert_allclose(rho / w, 0.4 / 0.3)
    np.testing.assert_allclose(-b / np.hypot(w, rho), depth)
    assert (w[1], b[1], rho[1]) == pytest.approx((0.3, -2.35, 0.4))
    assert at_depth(0.0, -1.0, 0.0, 3.0)[0] == pytest.approx(1 / math.sqrt(10))
