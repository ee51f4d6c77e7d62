"""The smallest kick that kills: against brute force, and what must hold."""

import math
import threading
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Cancellation, Cancelled, Hyperparameters, Kick, Outcome, outcomes, smallest_kick
from dynamics.basins import Method


def settings_of(beta: float = 0.9, gamma: float = 0.1, delta: float = 0.0) -> Hyperparameters:
    return Hyperparameters(beta=beta, eta=0.1, gamma=gamma, delta=delta)


def dies(
    hp: Hyperparameters, kick: Kick, share: float, tolerance: float = 1e-6, method: Method = "reference"
) -> bool:
    """Whether this share of the kick kills."""
    result = outcomes(
        hp, kick.w + share * kick.dw, kick.b + share * kick.db, kick.rho, tolerance=tolerance, method=method
    )
    return bool(result.outcome == Outcome.DEAD)


CASES = [
    (0.9, 0.1, 0.0, 0.1, 0.0, 0.0),
    (0.0, 1.0, 0.0, 1.0, 0.0, 0.0),
    (0.99, 0.1, 0.0, 0.1, 0.0, 0.0),
    (0.999, 1.0, 0.0, 1.0, 0.0, 0.0),
    (0.9, 0.1, 0.05, 0.1, 0.05, 0.0),
    (0.9, 0.1, 0.0, 0.1, 0.0, 0.03),
    (0.9, 0.1, 0.0, -1.6, 2.3, 0.0),
    (0.9, 0.1, 0.0, 2.0, 0.2, 0.0),
]


@pytest.mark.parametrize(("beta", "gamma", "delta", "w", "b", "rho"), CASES)
def test_it_kills_and_a_slightly_shorter_one_does_not(
    beta: float, gamma: float, delta: float, w: float, b: float, rho: float
) -> None:
    hp = settings_of(beta, gamma, delta)
    kick = smallest_kick(hp, w, b, rho)
    assert kick is not None
    assert kick.length == pytest.approx(math.hypot(kick.dw, kick.db))
    assert kick.shorter_lives
    assert dies(hp, kick, 1.0)
    assert not dies(hp, kick, 1 - kick.step / kick.length)
    assert 0 < kick.step <= 0.01 * kick.length


@pytest.mark.parametrize(("beta", "gamma", "delta", "w", "b", "rho"), CASES)
def test_brute_force_finds_nothing_shorter(
    beta: float, gamma: float, delta: float, w: float, b: float, rho: float
) -> None:
    hp = settings_of(beta, gamma, delta)
    kick = smallest_kick(hp, w, b, rho)
    assert kick is not None
    # Finer than the search and off its directions; nothing shorter by more than its own step.
    angles = np.linspace(0, 2 * np.pi, 701)[:-1] + 0.001
    lengths = np.linspace(0, kick.length - kick.length_step, 100)[:, None]
    found = outcomes(hp, w + lengths * np.cos(angles), b + lengths * np.sin(angles), rho)
    assert not np.any(found.outcome == Outcome.DEAD)


@settings(derandomize=True, max_examples=6, deadline=None)
@given(
    power=st.integers(-12, 12), w=st.sampled_from([0.1, 0.5, -0.3]), beta=st.sampled_from([0.0, 0.9, 0.99])
)
def test_scaling_everything_scales_the_kick(power: int, w: float, beta: float) -> None:
    scale = 2.0**power
    kick = smallest_kick(settings_of(beta, 0.1, 0.02), w, 0.3)
    scaled = smallest_kick(
        settings_of(beta, 0.1 * scale, 0.02 * scale), w * scale, 0.3 * scale, tolerance=1e-6 * scale
    )
    assert kick is not None
    assert scaled is not None
    for name in ("dw", "db", "length", "step", "length_step"):
        assert getattr(scaled, name) == pytest.approx(scale * getattr(kick, name), rel=1e-6, abs=0)
    assert scaled.angle_step == kick.angle_step


def test_the_ground_truth_needs_about_gamma() -> None:
    """LOOK's picture: 1.0 γ at β = 0.9; the tip of the dead cone is just as far."""
    kick = smallest_kick(settings_of(), 0.1, 0.0)
    assert kick is not None
    assert kick.length == pytest.approx(0.1, rel=0.05)
    assert kick.dw < 0 > kick.db


def test_a_finer_search_finds_no_more_than_its_step() -> None:
    coarse, fine = (smallest_kick(settings_of(), 0.1, 0.0, resolution=share) for share in (1 / 8, 1 / 64))
    assert coarse is not None
    assert fine is not None
    assert fine.length_step < coarse.length_step / 4
    assert coarse.length - coarse.length_step <= fine.length <= coarse.length + fine.length_step


def test_a_unit_that_dies_anyway_needs_no_kick() -> None:
    for hp, w, b in ((settings_of(), 2.0, 1.8), (settings_of(delta=-0.5), 0.1, -0.5)):
        kick = smallest_kick(hp, w, b)
        assert kick is not None
        assert astuple(kick)[3:6] == (0.0, 0.0, 0.0)


def test_the_orthogonal_weight_is_not_kicked() -> None:
    """Far along ρ nothing within reach may kill, or a kick must be long."""
    near, far = (smallest_kick(settings_of(gamma=1.0), 1.0, 0.0, rho) for rho in (0.1, 1.0))
    assert near is not None
    assert far is None or far.length > near.length


def test_judging_after_t_updates() -> None:
    hp = settings_of()
    kick = smallest_kick(hp, 0.1, 0.0, tolerance=0.0, max_iterations=300)
    assert kick is not None
    ends = outcomes(hp, 0.1 + kick.dw, kick.db, tolerance=0.0, max_iterations=300, method="reference")
    assert ends.outcome == Outcome.DEAD


def test_it_can_be_called_off() -> None:
    token = Cancellation()
    token.cancel()
    with pytest.raises(Cancelled):
        smallest_kick(settings_of(), 0.1, 0.0, cancel=token)
    late = Cancellation()
    timer = threading.Timer(0.02, late.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        smallest_kick(settings_of(), 0.1, 0.0, resolution=1 / 1000, cancel=late)
    timer.join()


@pytest.mark.parametrize(
    ("name", "value"), [("w", math.nan), ("resolution", 0.0), ("resolution", 0.6), ("epsilon", 0.5)]
)
def test_arguments_are_checked(name: str, value: float) -> None:
    given_ = {"w": 0.1, "resolution": 0.1, "epsilon": 1e-3} | {name: value}
    with pytest.raises(ValueError, match=f"^{name} must be"):
        smallest_kick(
            settings_of(), given_["w"], 0.0, resolution=given_["resolution"], epsilon=given_["epsilon"]
        )
