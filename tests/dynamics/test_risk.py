"""The risk over an initialisation, against known probabilities and plain draws."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from dynamics import Hyperparameters, Initializer, Outcome, Scheme, outcomes, sample
from dynamics.interval import clopper_pearson, replicated
from dynamics.optimizers import SGD, Adam, Momentum
from dynamics.points import Box, points
from dynamics.relu import dead_cone_slope
from dynamics.risk import REPLICATES, risk
from dynamics.training import Training

HE = Initializer(Scheme.HE_NORMAL, 100)
SLOPE = float(dead_cone_slope(1e-3))
STILL = Training(optimizer=Momentum(0.0, 1e-12), gamma=1.0, steps=1)
PAPER = Training(optimizer=Momentum(0.9, 0.1), gamma=0.1, steps=10_000)


@pytest.mark.parametrize(
    ("scheme", "fan_in"),
    [
        *((Scheme.HE_NORMAL, 1), (Scheme.HE_NORMAL, 9), (Scheme.HE_UNIFORM, 1), (Scheme.HE_UNIFORM, 2)),
        *((Scheme.HE_UNIFORM, 17), (Scheme.HE_UNIFORM, 18)),
        *((Scheme.GLOROT_UNIFORM, 1000), (Scheme.PYTORCH, 64)),
    ],
)  # fmt: skip
def test_points_follow_the_distribution(scheme: Scheme, fan_in: int) -> None:
    """Their quantiles are those of a large plain draw, to the draw's own accuracy."""
    initializer = Initializer(scheme, fan_in, bias=0.25)
    even, drawn = points(initializer, 0, 0, 1024, seed=3), sample(initializer, 20_000, seed=1)
    for name in ("w", "b", "rho"):
        at = np.linspace(0.02, 0.98, 25)
        own, plain = np.quantile(getattr(even, name), at), getattr(drawn, name)
        below = (plain[None, :] < own[:, None]).mean(axis=1) if np.ptp(own) > 0 else at
        assert np.abs(below - at).max() < 0.015
        assert np.ptp(own) > 0 or np.array_equal(np.unique(plain), np.unique(own))


def test_points_continue_one_sequence() -> None:
    for origin in (HE, Box(), Initializer(Scheme.HE_UNIFORM, 5)):
        whole, late = points(origin, 2, 0, 64), points(origin, 2, 32, 64)
        assert np.array_equal(whole.w[32:], late.w)
        assert np.array_equal(whole.rho[32:], late.rho)
        assert not np.array_equal(whole.w, points(origin, 3, 0, 64).w)


@pytest.mark.parametrize("share", [1e-3, 0.02, 0.4])
def test_intervals_cover_known_shares(share: float) -> None:
    """Units are judged at once: b/‖w‖ below the cone's slope has a Student t distribution, whose p is known.

    120 estimates each; a coverage of 95 % fails the bound once in a thousand.
    """
    deviation = SLOPE / student.ppf(share, 7) * np.sqrt(7)
    spread = Initializer(Scheme.GAUSSIAN, 7, None, 1.0, float(deviation))
    found = [risk(STILL, spread, 16, seed=seed) for seed in range(120)]
    alive = [each.share(Outcome.UNDECIDED) for each in found]
    for estimates, truth in (([each.dead for each in found], share), (alive, 1 - share)):
        assert sum(each.low <= truth <= each.high for each in estimates) >= 105
    assert np.mean([each.high - each.low for each in alive]) < 0.16


@pytest.mark.parametrize(("bias", "share"), [(9.0, 0.0), (-1e9, 1.0)])
def test_none_of_them_is_not_none_at_all(bias: float, share: float) -> None:
    dead = risk(STILL, Initializer(Scheme.GAUSSIAN, 7, None, 1.0, 0.0, bias), 16).dead
    assert dead.value == share
    assert (dead.low, dead.high) == ((0.0, 1 / 16) if share == 0 else (15 / 16, 1.0))


def test_an_interval_is_never_narrower_than_counting_where_few_are_counted() -> None:
    """With none or few dead of 8 × N units its upper end lies above Clopper and Pearson's."""
    points_each = 64
    for dead in range(9):
        counts = np.bincount(np.arange(dead) % REPLICATES, minlength=REPLICATES)
        _, _, high = replicated(counts / points_each, 1 / points_each)
        assert high >= clopper_pearson(dead, REPLICATES * points_each)[1]


def test_more_points_refine_the_same_answer() -> None:
    coarse = risk(PAPER, HE, 32)
    fine = risk(PAPER, HE, 128, known=coarse)
    at_once = risk(PAPER, HE, 128)
    assert np.array_equal(fine.counts, at_once.counts)
    assert fine.losses == pytest.approx(at_once.losses, rel=1e-12)
    assert fine.largest == at_once.largest
    assert risk(PAPER, HE, 64, known=fine) is fine
    width, finer = (each.dead.high - each.dead.low for each in (coarse, fine))
    assert finer < width
    with pytest.raises(ValueError, match="same question"):
        risk(replace(PAPER, steps=9), HE, 128, known=coarse)


def test_the_risk_is_that_of_plain_draws() -> None:
    drawn = sample(HE, 4000, seed=5)
    hp = Hyperparameters(0.95, 0.1, 0.1, 0.0)
    plain = outcomes(hp, drawn.w, drawn.b, drawn.rho, tolerance=0, max_iterations=30_000, method="exact")
    dead = int((plain.outcome == Outcome.DEAD).sum())
    found = risk(Training(optimizer=Momentum(0.95, 0.1), gamma=0.1, steps=30_000), HE, 512)
    low, high = clopper_pearson(dead, 4000)
    assert low > 0.05
    assert found.dead.low < high
    assert low < found.dead.high
    same = risk(Training(optimizer=SGD(0.005, 0.95), gamma=0.1, steps=30_000), HE, 512)
    assert np.array_equal(same.counts, found.counts)


def test_losses_are_known_where_all_units_end_alike() -> None:
    hopeless = Training(optimizer=Momentum(0.9, 0.1), gamma=0.2, delta=-1.0, steps=2000)
    found = risk(hopeless, HE, 16)
    assert found.dead.value == 1
    dead = (0.2**2 + 1) / 2
    assert found.loss.low <= dead <= found.loss.high
    assert found.loss.value == pytest.approx(dead, rel=1e-3)
    wild = risk(Training(optimizer=Momentum(0.0, 900.0), gamma=1.0, steps=300), HE, 4)
    assert wild.share(Outcome.DIVERGED).value > 0
    assert wild.loss.value == np.inf


def test_adam_s_units_need_no_more_than_lengths() -> None:
    training = Training(optimizer=Adam(0.05), gamma=0.1, steps=60)
    few = Initializer(Scheme.HE_NORMAL, 12)
    whole = risk(training, few, 8)
    assert whole.counts.sum() == whole.units == 64
    # Their orthogonal weights are the same however the answer was refined: changes are compared pair by pair.
    once, twice = risk(training, few, 64), risk(training, few, 64, known=risk(training, few, 16, known=whole))
    assert once.losses == pytest.approx(twice.losses, rel=1e-12)
    assert risk(training, Box(rho=0.5), 8).counts.sum() == 64


@pytest.mark.parametrize(
    ("points_each", "seed", "words"),
    [
        (48, 0, "points must be a power of two, got 48"),
        (1, 0, "points must be a whole number of at least 2"),
        (1 << 21, 0, "at most 1048576, got 2097152"),
        (16, -1, "seed must be a whole number of at least 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(points_each: int, seed: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        risk(PAPER, HE, points_each, seed=seed)
    with pytest.raises(ValueError, match="batch must be None"):
        risk(replace(PAPER, batch=8), HE, 16)
    with pytest.raises(ValueError, match="w_max must be above w_min = 3"):
        Box(w_min=3.0)
    with pytest.raises(ValueError, match="bias must be a finite number, got nan"):
        Initializer(Scheme.HE_NORMAL, 3, bias=float("nan"))
