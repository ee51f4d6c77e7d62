"""Advice: every number that it states, again by a direct run; verdicts that follow from numbers alone."""

from dataclasses import replace
from math import hypot

import numpy as np
import pytest
from numpy.typing import NDArray

from dynamics import Initializer, Kind, Outcome, Scheme, Verdict, advise, risk
from dynamics.advice import POINT, Change, changes, compared
from dynamics.interval import replicated
from dynamics.leaky import leaky_gradient
from dynamics.optimizers import SGD, Adam, AdamW, Momentum, RMSprop
from dynamics.points import Box, points
from dynamics.relu import dead_cone_slope
from dynamics.risk import REPLICATES
from dynamics.training import Training

HE = Initializer(Scheme.HE_NORMAL, 100)
PAPER = Training(optimizer=Momentum(0.95, 0.1), gamma=0.1, steps=150)


def directly(change: Change, points_each: int) -> NDArray[np.int64]:
    """Train the units of a change in a few lines of numpy and return who is dead and who has converged."""
    t = change.training
    drawn = [points(change.origin, replicate, 0, points_each) for replicate in range(REPLICATES)]
    theta = np.stack([np.concatenate([getattr(d, name) for d in drawn]) for name in ("w", "b", "rho")])
    assert isinstance(t.optimizer, Momentum)
    m = np.zeros_like(theta)
    for step in range(t.steps):
        g = np.stack(leaky_gradient(theta[0], theta[1], t.gamma, t.delta, theta[2], slope=t.slope))
        if t.clip is not None:
            g = g * np.minimum(1, t.clip / np.maximum(np.sqrt((g**2).sum(axis=0)), 1e-12))
        beta = t.optimizer.beta * (min(1.0, step / t.warmup) if t.warmup else 1)
        m = beta * m + (1 - beta) * g
        theta = theta - t.optimizer.eta * m
    w, b, rho = theta
    dead = b < float(dead_cone_slope(t.epsilon)) * np.hypot(w, rho)
    near = np.sqrt((w - t.gamma) ** 2 + (b - t.delta) ** 2 + rho**2) < 0.3 * t.gamma
    counts: NDArray[np.int64] = np.stack([dead, near & ~dead], axis=-1).reshape(REPLICATES, -1, 2).sum(axis=1)
    return counts


@pytest.mark.parametrize("origin", [HE, Box()])
def test_the_advice_s_numbers_are_reproduced_by_a_direct_run(origin: Initializer | Box) -> None:
    advice = advise(PAPER, origin, 16)
    kinds = {option.change.kind for option in advice.options}
    assert kinds == set(Kind) - (set() if origin is HE else {Kind.POSITIVE_BIAS})
    both = [int(Outcome.DEAD), int(Outcome.CONVERGED)]
    now = directly(Change(Kind.CLIP, PAPER, origin, ()), 16)
    assert np.abs(advice.now.counts[:, both] - now).sum() <= 1
    for option in advice.options:
        found = directly(option.change, 16)
        # The engine may label one unit in a thousand otherwise than plain iteration.
        assert np.abs(option.risk.counts[:, both] - found).sum() <= 1, option.change
        ends = np.clip(replicated((found - now)[:, 0] / 16, 1 / 16), -1, 1)
        assert list(option.dead) == pytest.approx(list(ends), abs=1 / 32)


def test_verdicts_follow_from_the_numbers() -> None:
    advice = advise(replace(PAPER, steps=2000), HE, 16)
    order = list(Verdict)
    ranks = [order.index(option.verdict) for option in advice.options]
    assert ranks == sorted(ranks)
    for option in advice.options:
        before, after = advice.now.dead.value, option.risk.dead.value
        assert option.dead.value == pytest.approx(after - before)
        assert option.dead.low <= option.dead.value <= option.dead.high
        if option.verdict in (Verdict.HELPS, Verdict.DELAYS):
            assert option.dead.high < 0
            assert before - after >= POINT
        if option.verdict is Verdict.HURTS:
            assert option.dead.low > 0
    helps = advice.of(Verdict.HELPS)
    assert [option.risk.dead.value for option in helps] == sorted(o.risk.dead.value for o in helps)
    assert helps[0].change.kind is Kind.STANDARDISE
    # A tenth of the rate leaves hardly a unit dead, and none at the truth by then.
    slow = next(option for option in advice.options if option.change.kind is Kind.LOWER_RATE)
    assert slow.risk.dead.value < 0.01
    assert slow.verdict is Verdict.DELAYS


def test_nothing_helps_where_nothing_dies_or_everything_must() -> None:
    safe = advise(Training(optimizer=Momentum(0.0, 0.1), gamma=1.0, steps=300), HE, 16)
    assert safe.now.dead.value == 0
    assert not safe.of(Verdict.HELPS, Verdict.DELAYS)
    # The truth itself is dead: only another target helps.
    lost = advise(Training(optimizer=Momentum(0.0, 0.1), gamma=0.1, delta=-1.0, steps=500), HE, 16)
    assert {option.change.kind for option in lost.of(Verdict.HELPS)} <= {
        Kind.STANDARDISE,
        Kind.STANDARDISE_MORE_MOMENTUM,
    }
    assert lost.of(Verdict.HELPS)[0].change.fields == (("gamma", 1.0), ("delta", 0.0))


def test_changes_mean_something_to_the_optimiser() -> None:
    def offered(training: Training) -> dict[Kind, Change]:
        return {change.kind: change for change in changes(training, HE)}

    adam = offered(replace(PAPER, optimizer=Adam(0.01)))
    assert Kind.WARM_UP not in adam
    assert adam[Kind.NO_MOMENTUM].training.optimizer == Adam(0.01, betas=(0.0, 0.999))
    assert adam[Kind.HIGHER_RATE].fields == (("lr", 0.1),)
    decayed = offered(replace(PAPER, optimizer=AdamW(0.01)))[Kind.LOWER_RATE].training.optimizer
    assert decayed == AdamW(0.001)
    plain = offered(replace(PAPER, optimizer=RMSprop(), gamma=1.0))
    assert not {Kind.STANDARDISE, Kind.NO_MOMENTUM, Kind.LESS_MOMENTUM, Kind.WARM_UP} & set(plain)
    ahead = offered(replace(PAPER, optimizer=SGD(0.01, 0.9, nesterov=True)))
    assert ahead[Kind.NO_MOMENTUM].training.optimizer == SGD(0.01)
    assert ahead[Kind.LESS_MOMENTUM].training.optimizer == SGD(0.01, 0.5, nesterov=True)
    done = offered(replace(PAPER, slope=0.01, clip=0.1, warmup=15))
    assert not {Kind.LEAKY, Kind.CLIP, Kind.WARM_UP} & set(done)


def test_only_pairs_are_compared() -> None:
    change = changes(PAPER, HE)[0]
    short = replace(PAPER, steps=3)
    with pytest.raises(ValueError, match="after must have 16 points of seed 0, got 32"):
        compared(risk(short, HE, 16), change, risk(short, HE, 32))
    assert hypot(*compared(risk(short, HE, 16), change, risk(short, HE, 16)).dead[1:]) > 0
