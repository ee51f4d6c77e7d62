"""Basins: the reference against a plain loop, its symmetries, and what it refuses."""

import math
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dynamics import (
    BasinMap,
    Cancellation,
    Cancelled,
    Grid,
    Hyperparameters,
    Outcome,
    basin_map,
    dead_cone_slope,
    outcomes,
    threads,
    trajectory,
)

Theta = tuple[float, float, float]
BUDGET = "max_iterations must be a whole number of at least 1 and at most 1000000000000000"


def plain_gradient(theta: Theta, gamma: float, delta: float) -> Theta:
    """Return ∇L as the design prints it, in the order (ρ, w, b)."""
    rho, w, b = theta
    r = math.hypot(rho, w)
    if r == 0:
        return (0.0, -gamma, b - delta) if b > 0 else (0.0, 0.0, 0.0)
    c, u, v = b / r, w / r, rho / r
    P, f = 0.5 * math.erfc(-c / math.sqrt(2)), math.exp(-0.5 * c * c) / math.sqrt(2 * math.pi)
    along = u * (w - gamma) + v * rho
    common = -c * f * along + (b - delta) * f
    return P * rho + common * v, P * (w - gamma) + common * u, f * along + (b - delta) * P


def plain_outcome(
    hp: Hyperparameters, start: Theta, epsilon: float, tolerance: float, max_iterations: int
) -> tuple[Outcome, int, Theta]:
    """Iterate the map as the design words it, with nothing but Python."""
    theta, m = start, (0.0, 0.0, 0.0)
    previous_length, stopped = math.inf, False
    for n in range(1, max_iterations + 1):
        g = plain_gradient(theta, hp.gamma, hp.delta)
        m = tuple(hp.beta * a + (1 - hp.beta) * d for a, d in zip(m, g, strict=True))  # type: ignore[assignment]  # three of them
        theta = tuple(x - hp.eta * a for x, a in zip(theta, m, strict=True))  # type: ignore[assignment]  # three of them
        length = hp.eta * math.hypot(*m)
        if not math.isfinite(length) or length > 1e6:
            return Outcome.DIVERGED, n, theta
        if length < tolerance and previous_length < tolerance and hp.eta * math.hypot(*g) < tolerance:
            stopped = True
            break
        previous_length = length
    rho, w, b = theta
    if b < dead_cone_slope(epsilon) * math.hypot(rho, w):
        return Outcome.DEAD, n, theta
    if math.hypot(rho, w - hp.gamma, b - hp.delta) < 0.3 * hp.gamma:
        return Outcome.CONVERGED, n, theta
    return (Outcome.STALLED if stopped else Outcome.UNDECIDED), n, theta


SMALL = Grid(-3, 3, -3, 3, 8, 7)
SETTINGS = [
    pytest.param((0.9, 0.1, 0.1, 0.0), {"tolerance": 1e-4}, id="default, coarse tolerance"),
    pytest.param((0.0, 0.1, 1.0, 0.0), {"tolerance": 1e-4}, id="no momentum"),
    pytest.param((0.9, 0.1, 1.0, -0.6), {"tolerance": 1e-3, "rho": 1.3}, id="orthogonal weight"),
    pytest.param((0.8, 0.3, 0.5, 0.4), {"tolerance": 1e-5, "epsilon": 0.05}, id="target mean"),
    pytest.param((0.99, 0.1, 0.01, 0.0), {"tolerance": 0.0, "max_iterations": 300}, id="after 300 updates"),
    pytest.param((0.5, 0.1, 0.1, -1.0), {"max_iterations": 400}, id="truth in the dead cone"),
    pytest.param((0.5, 30.0, 1.0, 0.0), {"max_iterations": 500}, id="unstable"),
    pytest.param((0.5, 2e6, 1.0, 0.3), {"max_iterations": 50}, id="diverging"),
    pytest.param((0.999, 0.1, 1.0, 0.0), {"tolerance": 1e-2}, id="short first updates"),
]


@pytest.mark.parametrize(("hyperparameters", "judging"), SETTINGS)
def test_the_reference_is_the_plain_loop_label_for_label(
    hyperparameters: tuple[float, float, float, float], judging: dict[str, Any]
) -> None:
    hp = Hyperparameters(*hyperparameters)
    found = basin_map(hp, SMALL, method="reference", **judging)
    for i, b in enumerate(SMALL.b):
        for j, w in enumerate(SMALL.w):
            label, n, theta = plain_outcome(
                hp, (found.rho, w, b), found.epsilon, found.tolerance, found.max_iterations
            )
            assert (found.outcome[i, j], found.iterations[i, j]) == (label, n), (w, b)
            final = found.final_rho[i, j], found.final_w[i, j], found.final_b[i, j]
            assert final == pytest.approx(theta, rel=1e-6, abs=1e-9)


def test_every_outcome_occurs_among_those_settings() -> None:
    seen: set[int] = set()
    for parameters in SETTINGS:
        hyperparameters, judging = parameters.values
        hp = Hyperparameters(*hyperparameters)  # type: ignore[misc]  # pytest types its values loosely
        seen |= set(basin_map(hp, SMALL, method="reference", **judging).outcome.ravel().tolist())  # type: ignore[arg-type]  # likewise
    assert seen == set(Outcome)


@pytest.mark.parametrize("s", [2.0**-9, 2.0**6])
def test_scaling_target_start_and_tolerance_changes_no_label(s: float) -> None:
    hp, grid = Hyperparameters(0.9, 0.1, 0.5, 0.125), Grid(-3, 3, -3, 3, 14, 14)
    scaled_grid = Grid(-3 * s, 3 * s, -3 * s, 3 * s, 14, 14)
    whole = basin_map(hp, grid, tolerance=2.0**-14, rho=0.25, method="reference")
    scaled = basin_map(
        Hyperparameters(0.9, 0.1, 0.5 * s, 0.125 * s),
        scaled_grid,
        tolerance=2.0**-14 * s,
        rho=0.25 * s,
        method="reference",
    )
    np.testing.assert_array_equal(scaled.outcome, whole.outcome)
    np.testing.assert_array_equal(scaled.iterations, whole.iterations)
    np.testing.assert_array_equal(scaled.final_w, s * whole.final_w)
    assert len(np.unique(whole.outcome)) > 1


def test_small_targets_are_large_initialisations() -> None:
    """γ = 1/8 on [−3, 3]² is γ = 1 on [−24, 24]²."""
    small = basin_map(Hyperparameters(0.9, 0.1, 0.125, 0.0), Grid(-3, 3, -3, 3, 12, 12), tolerance=1e-5 / 8)
    large = basin_map(Hyperparameters(0.9, 0.1, 1.0, 0.0), Grid(-24, 24, -24, 24, 12, 12), tolerance=1e-5)
    np.testing.assert_array_equal(small.outcome, large.outcome)
    assert 0.2 < small.dead_fraction < 0.8


def test_tolerance_0_judges_after_exactly_that_many_updates() -> None:
    hp = Hyperparameters(0.9, 0.1, 0.1, 0.0)
    found = basin_map(hp, SMALL, tolerance=0, max_iterations=20_000, method="reference")
    assert np.all(found.iterations == 20_000)
    assert Outcome.STALLED not in found.outcome
    for i, j in [(0, 0), (3, 5), (6, 2)]:
        path = trajectory(hp, (SMALL.w[j], SMALL.b[i]), steps=20_000, record=[20_000])
        assert (path.w[0], path.b[0]) == (found.final_w[i, j], found.final_b[i, j])


def test_the_tip_of_the_cones_stalls() -> None:
    assert outcomes(Hyperparameters(0.9, 0.1, 1.0, 0.0), 0.0, 0.0).outcome == Outcome.STALLED


def test_starts_broadcast_and_agree_with_the_map() -> None:
    hp = Hyperparameters(0.9, 0.1, 1.0, 0.0)
    on_grid = basin_map(hp, SMALL, rho=0.5, method="reference")
    anywhere = outcomes(hp, SMALL.w, SMALL.b[:, None], 0.5, method="reference")
    for name in ("outcome", "iterations", "final_w", "final_b", "final_rho"):
        np.testing.assert_array_equal(getattr(anywhere, name), getattr(on_grid, name))
    assert anywhere.w.shape == anywhere.b.shape == anywhere.rho.shape == (7, 8)
    assert outcomes(hp, 1.0, 1.0, [0.0, 1.0, 2.0]).outcome.shape == (3,)
    assert outcomes(hp, 1.0, 1.0).outcome.shape == ()
    assert outcomes(hp, [], []).outcome.shape == (0,)


def test_the_result_carries_its_settings_and_cannot_be_changed() -> None:
    hp = Hyperparameters(0.9, 0.1, 1.0, 0.0)
    found = basin_map(hp, SMALL, epsilon=0.01, tolerance=1e-5, rho=0.5, max_iterations=900)
    assert isinstance(found, BasinMap)
    assert (found.hyperparameters, found.grid) == (hp, SMALL)
    assert (found.epsilon, found.tolerance, found.rho, found.max_iterations) == (0.01, 1e-5, 0.5, 900)
    types = {"outcome": np.uint8, "iterations": np.int64}
    for name in ("outcome", "iterations", "final_w", "final_b", "final_rho"):
        array = getattr(found, name)
        assert array.shape == (7, 8)
        assert array.dtype == types.get(name, np.float64)
        assert not array.flags.writeable
    assert sum(found.fraction(outcome) for outcome in Outcome) == pytest.approx(1)
    assert found.dead_fraction == np.mean(found.outcome == 0)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"epsilon": 0.6}, "epsilon must be above 0 and below 0.5, got 0.6"),
        ({"tolerance": -1e-6}, "tolerance must be finite and at least 0, got -1e-06"),
        ({"max_iterations": 0}, f"{BUDGET}, got 0"),
        ({"max_iterations": 1e6}, f"{BUDGET}, got 1000000.0"),
        ({"max_iterations": 10**15 + 1}, f"{BUDGET}, got 1000000000000001"),
        ({"rho": math.inf}, "rho must be a finite number, got inf"),
        ({"method": "slow"}, "method must be 'fast', 'exact' or 'reference', got 'slow'"),
    ],
)
def test_arguments_out_of_range_are_named(argument: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="must be") as error:
        basin_map(Hyperparameters(0.9, 0.1, 1.0, 0.0), SMALL, **argument)
    assert str(error.value) == message


def test_starts_must_be_finite() -> None:
    with pytest.raises(ValueError, match="b must be finite for every start"):
        outcomes(Hyperparameters(0.9, 0.1, 1.0, 0.0), 1.0, [0.0, math.nan])


def test_a_result_does_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    hp, grid = Hyperparameters(0.9, 0.1, 1.0, 0.1), Grid(-3, 3, -3, 3, 20, 20)
    several = basin_map(hp, grid, tolerance=1e-4, method="reference")
    monkeypatch.setattr(threads, "worker_count", lambda: 1)
    monkeypatch.setattr(threads, "_pools", {})
    alone = basin_map(hp, grid, tolerance=1e-4, method="reference")
    for name in ("outcome", "iterations", "final_w", "final_b"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(several, name))


def test_cancelling_ends_a_long_computation_at_once() -> None:
    cancelled_at: list[float] = []
    token = Cancellation()

    def cancel() -> None:
        cancelled_at.append(time.monotonic())
        token.cancel()

    basin_map(
        Hyperparameters(0.5, 0.1, 1.0, 0.0), SMALL, max_iterations=1, method="reference"
    )  # compiled now
    timer = threading.Timer(0.1, cancel)
    timer.start()
    with pytest.raises(Cancelled):
        basin_map(
            Hyperparameters(0.99, 1e-4, 0.001, 0.0),
            Grid(-3, 3, -3, 3, 64, 64),
            tolerance=0,
            max_iterations=10**9,
            method="reference",
            cancel=token,
        )
    # Measured: 1 ms. The bound leaves room for a busy machine.
    assert time.monotonic() - cancelled_at[0] < 0.5
    assert token.cancelled


def test_a_token_cancelled_before_gives_no_result() -> None:
    token = Cancellation()
    assert not token.cancelled
    token.cancel()
    with pytest.raises(Cancelled):
        basin_map(Hyperparameters(0.9, 0.1, 1.0, 0.0), SMALL, method="reference", cancel=token)


def test_a_failing_piece_ends_the_others_and_is_raised() -> None:
    flag = np.zeros(1, dtype=np.uint8)

    def work(piece: slice) -> None:
        if piece.start == 2:
            raise ArithmeticError("piece 2")

    with pytest.raises(ArithmeticError, match="piece 2"):
        threads.run(work, [slice(i, i + 1) for i in range(4)], flag)
    assert flag[0] == 1


def test_alone_the_caller_does_every_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "worker_count", lambda: 3)
    monkeypatch.setattr(threads, "_pools", {})
    token, begun = Cancellation(), threading.Barrier(2)
    at: list[int] = []

    def together(piece: slice) -> None:
        begun.wait(10)  # of two threads, each with a piece

    threads.run(together, [slice(i, i + 1) for i in range(2)], token.flag)
    token.alone = True
    threads.run(
        lambda piece: at.append(threading.get_ident()), [slice(i, i + 1) for i in range(9)], token.flag
    )
    assert at == [threading.get_ident()] * 9
    assert token.alone
    assert not token.cancelled


FORK = """
import os, sys, warnings
import numpy as np
from dynamics import Grid, Hyperparameters, basin_map

def labels():
    grid = Grid(-3, 3, -3, 3, 12, 12)
    return basin_map(Hyperparameters(0.9, 0.1, 1.0, 0.0), grid, tolerance=1e-3, method="reference").outcome

before = labels()
warnings.simplefilter("ignore", DeprecationWarning)  # the fork with threads alive is what is tested
child = os.fork()
if child == 0:
    os._exit(0 if np.array_equal(labels(), before) else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_makes_its_own_threads() -> None:
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", FORK], cwd=root, timeout=60, check=False).returncode == 0


def test_starts_with_momentum_are_judged_by_plain_iteration() -> None:
    hp = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)
    led = trajectory(hp, (2.0, 1.8), steps=20)
    momentum = led.m_w[-1], led.m_b[-1], led.m_rho[-1]
    whole = outcomes(hp, 2.0, 1.8, method="reference")
    rest = outcomes(hp, led.w[-1], led.b[-1], method="reference", momentum=momentum)
    assert rest.outcome == whole.outcome
    assert rest.iterations == whole.iterations - 20
    assert rest.final_w == whole.final_w
    with pytest.raises(ValueError, match='method "reference" only'):
        outcomes(hp, 2.0, 1.8, momentum=momentum)
    with pytest.raises(ValueError, match="momentum must be finite"):
        outcomes(hp, 2.0, 1.8, method="reference", momentum=(float("nan"), 0.0, 0.0))
