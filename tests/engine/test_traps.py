"""What the engine takes as settled, checked by plain iteration at the edge of each rule."""

import math

import numpy as np
import pytest

from dynamics import Hyperparameters, dead_cone_slope, expected_loss, trajectory
from dynamics.engine.kernel import Problem, Traps
from dynamics.engine.traps import find_traps, sinking_depth, unstable_slope


def problem(hp: Hyperparameters, epsilon: float = 1e-3, tolerance: float = 1e-6) -> Problem:
    return Problem(
        beta=hp.beta,
        eta=hp.eta,
        gamma=hp.gamma,
        delta=hp.delta,
        slope=dead_cone_slope(epsilon),
        tolerance=tolerance,
        max_iterations=10**6,
        floor=tolerance / hp.eta,
        ease=1e-3,
        deepest=0.1,
        depth=0.0,
        unstable=math.inf,
    )


SETTINGS = [
    Hyperparameters(beta, eta, gamma, delta)
    for beta, eta, gamma, delta in [
        (0.0, 0.1, 1.0, 0.0),
        (0.9, 0.1, 0.1, 0.0),
        (0.99, 0.1, 1.0, 0.0),
        (0.95, 0.5, 0.3, 0.6),
        (0.5, 0.2, 0.5, -0.9),
        (0.9, 0.3, 0.2, 2.5),
    ]
]


def energies(
    hp: Hyperparameters, start: tuple[float, float], steps: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    path = trajectory(hp, start, steps)
    kinetic = hp.eta / (2 * (1 - hp.beta)) * (path.m_w**2 + path.m_b**2)
    rest: np.ndarray[tuple[int], np.dtype[np.float64]] = (
        path.loss + kinetic - 0.5 * (hp.gamma**2 + hp.delta**2)
    )
    return rest


@pytest.mark.parametrize("hp", SETTINGS, ids=str)
def test_no_dead_point_lies_below_the_energy_level(hp: Hyperparameters) -> None:
    level = find_traps(problem(hp)).level
    slope = dead_cone_slope(1e-3)
    r, c = np.meshgrid(np.geomspace(1e-3, 1e3, 200) * hp.gamma, np.linspace(4 * slope, slope, 200))
    rest = 0.5 * (hp.gamma**2 + hp.delta**2)
    for side in (-1, 1):
        assert np.min(expected_loss(side * r, c * r, hp.gamma, hp.delta) - rest) > level
    truth = float(expected_loss(hp.gamma, hp.delta, hp.gamma, hp.delta)) - rest
    assert truth < level < 0


@pytest.mark.parametrize("hp", SETTINGS, ids=str)
def test_units_below_the_level_do_not_die(hp: Hyperparameters) -> None:
    level = find_traps(problem(hp)).level
    slope = dead_cone_slope(1e-3)
    below = 0
    for angle in np.linspace(-1.2, 1.5, 12):
        start = (3 * hp.gamma * math.cos(angle), 3 * hp.gamma * math.sin(angle) + hp.delta)
        path = trajectory(hp, start, 3000)
        energy = energies(hp, start, 3000)
        inside = np.flatnonzero(energy < level)
        if inside.size:
            below += 1
            later = slice(inside[0], None)
            assert np.all(path.b[later] >= slope * np.abs(path.w[later]))
    assert below >= 3


def test_no_level_where_the_truth_is_dead() -> None:
    assert find_traps(problem(Hyperparameters(0.9, 0.1, 0.1, -1.0))).level == -1e300


def in_box(traps: Traps, hp: Hyperparameters, state: tuple[float, float, float, float]) -> bool:
    """Evaluate the kernel's test for (w, b, m_w, m_b)."""
    w, b, m_w, m_b = state
    x, y = w - hp.gamma, b - hp.delta
    pairs = (
        (traps.cos * m_w + traps.sin * m_b, traps.cos * x + traps.sin * y),
        (traps.cos * m_b - traps.sin * m_w, traps.cos * y - traps.sin * x),
    )
    total = 0.0
    for (m, a), row in zip(pairs, traps.bounds[:2], strict=True):
        total += row[0] * ((row[1] * m + row[2] * a) ** 2 + (row[3] * m + row[4] * a) ** 2)
    return total < 1


@pytest.mark.parametrize("hp", SETTINGS, ids=str)
def test_units_in_the_box_come_to_the_truth(hp: Hyperparameters) -> None:
    traps = find_traps(problem(hp))
    caught = 0
    for angle in np.linspace(0, 2 * math.pi, 16, endpoint=False):
        size = 2.0 * hp.gamma if hp.delta > 6 * hp.gamma else 0.3 * hp.gamma
        start = (hp.gamma + size * math.cos(angle), hp.delta + size * math.sin(angle))
        path = trajectory(hp, start, 20000)
        states = zip(path.w, path.b, path.m_w, path.m_b, strict=True)
        entry = next((i for i, state in enumerate(states) if in_box(traps, hp, state)), None)
        if entry is not None:
            caught += 1
            away = np.hypot(path.w - hp.gamma, path.b - hp.delta)
            assert away[-1] < 0.3 * hp.gamma
            if hp.delta <= 6 * hp.gamma:
                assert np.all(away[entry:] < 0.3 * hp.gamma)
    assert caught >= 12


@pytest.mark.parametrize("delta", [-0.5, 0.0, 0.3])
@pytest.mark.parametrize("beta", [0.0, 0.9, 0.99])
def test_a_sinking_unit_never_leaves_the_dead_cone(beta: float, delta: float) -> None:
    # Just inside the cone, on the side where the drift deepens: δ < γ|c|.
    hp = Hyperparameters(beta, 0.5, 0.3, delta)
    slope = dead_cone_slope(1e-3)
    assert delta < -hp.gamma * slope
    highest = min(sinking_depth(hp, slope), -1e-3)
    for b in (highest, 3 * highest, 10 * highest):
        path = trajectory(hp, (-(1 - 1e-6) * b / slope, b), 20000)
        assert np.all(path.w < 0)
        assert np.all(path.b < slope * np.abs(path.w))
        assert np.all(np.diff(path.b / np.abs(path.w)) <= 0)


def test_beyond_the_sinking_rule_units_do_come_back() -> None:
    # δ > γ|c|: the drift points out of the cone.
    hp = Hyperparameters(0.5, 0.5, 0.1, 1.0)
    slope = dead_cone_slope(1e-3)
    path = trajectory(hp, (-0.3, -(slope - 1e-6) * -0.3), 20000)
    assert path.b[-1] > slope * abs(path.w[-1])


def test_the_plain_map_takes_over_where_the_map_can_be_unstable() -> None:
    assert unstable_slope(0.9, 10.0) == math.inf  # the limit is 38
    assert unstable_slope(0.0, 1.0) == math.inf  # the limit is 2
    assert -4 < unstable_slope(0.0, 3.0) < 0
    assert unstable_slope(0.0, 100.0) < unstable_slope(0.0, 3.0)
