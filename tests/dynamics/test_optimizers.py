"""Trained units against a plain loop over all weights, and against what must not change a path."""

import math
from collections.abc import Iterable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dynamics import (
    SGD,
    Adam,
    AdamW,
    Cancellation,
    Cancelled,
    CoordinateStarts,
    Hyperparameters,
    Initializer,
    Momentum,
    Optimizer,
    Outcome,
    RMSprop,
    Starts,
    Training,
    activation_probability,
    coordinate_starts,
    leaky_gradient,
    leaky_loss,
    outcomes,
    sample,
    spread,
    threads,
    train_units,
)

Floats = NDArray[np.float64]

STEPS = 300
HE = Initializer("he_normal", 5)  # type: ignore[arg-type]
STARTS = coordinate_starts(HE, np.random.default_rng(3).random((20, 6)))
TRAININGS = [
    Training(optimizer=Momentum(0.9, 0.1), gamma=0.1, steps=STEPS),
    Training(optimizer=SGD(0.1), gamma=1.0, steps=STEPS),
    Training(optimizer=SGD(0.02, 0.9), gamma=0.3, steps=STEPS, slope=0.05),
    Training(optimizer=SGD(0.02, 0.9, 0.5), gamma=0.3, delta=0.2, steps=STEPS),
    Training(optimizer=SGD(0.02, 0.9, nesterov=True, weight_decay=0.01), gamma=0.3, steps=STEPS, clip=0.05),
    Training(optimizer=SGD(0.02, 0.95), gamma=0.3, steps=STEPS, warmup=100),
    Training(optimizer=SGD(0.02, 0.95, 0.1), gamma=0.3, steps=STEPS, warmup=1),
    Training(optimizer=Momentum(0.95, 0.3), gamma=0.3, steps=STEPS, warmup=100, clip=0.1),
    Training(optimizer=RMSprop(0.003), gamma=0.3, delta=-0.1, steps=STEPS),
    Training(optimizer=RMSprop(0.003, 0.9, 0.02, 0.02, 0.8), gamma=0.3, steps=STEPS, slope=0.1),
    Training(optimizer=RMSprop(0.003, 0.95, 1e-3, centered=True), gamma=0.3, steps=STEPS, clip=0.1),
    Training(optimizer=Adam(0.01), gamma=0.1, steps=STEPS),
    Training(optimizer=Adam(0.01, (0.8, 0.99), 1e-4, 0.1), gamma=0.5, delta=0.3, steps=STEPS, clip=0.2),
    Training(optimizer=AdamW(0.01), gamma=0.1, steps=STEPS, slope=0.01),
]


def named(training: Training) -> str:
    return type(training.optimizer).__name__


def plain_steps(training: Training) -> Iterable[Any]:
    """Yield a function for each update that gives θ' from (θ, g), all coordinates of one unit at once."""
    o = training.optimizer
    memory: dict[str, Any] = dict.fromkeys("abmv", 0.0)
    buffer: Any = None
    for t in range(1, training.steps + 1):
        share = 1.0 if training.warmup == 0 else min(1.0, (t - 1) / training.warmup)

        def update(theta: Floats, g: Floats, t: int = t, share: float = share) -> Floats:
            nonlocal buffer
            if training.clip is not None:
                g = g * min(1.0, training.clip / (math.sqrt(sum(g**2)) + 1e-6))
            if isinstance(o, Momentum):
                beta = o.beta * share
                memory["m"] = beta * memory["m"] + (1 - beta) * g
                return np.asarray(theta - o.eta * memory["m"])
            if isinstance(o, AdamW):
                theta = theta - o.lr * o.weight_decay * theta
            else:
                g = g + o.weight_decay * theta
            if isinstance(o, SGD):
                if (mu := o.momentum * share) > 0:
                    buffer = g if buffer is None else mu * buffer + (1 - o.dampening) * g
                    g = g + mu * buffer if o.nesterov else buffer
                return np.asarray(theta - o.lr * g)
            if isinstance(o, RMSprop):
                memory["v"] = o.alpha * memory["v"] + (1 - o.alpha) * g**2
                memory["a"] = o.alpha * memory["a"] + (1 - o.alpha) * g
                variance = memory["v"] - memory["a"] ** 2 if o.centered else memory["v"]
                memory["b"] = o.momentum * memory["b"] + g / (np.sqrt(variance) + o.eps)
                return np.asarray(theta - o.lr * memory["b"])
            first, second = o.betas
            memory["m"] = first * memory["m"] + (1 - first) * g
            memory["v"] = second * memory["v"] + (1 - second) * g**2
            corrected = memory["m"] / (1 - first**t), memory["v"] / (1 - second**t)
            return np.asarray(theta - o.lr * corrected[0] / (np.sqrt(corrected[1]) + o.eps))

        yield update


def plainly(training: Training, starts: CoordinateStarts) -> Floats:
    """Train each unit with all of its weights, (3, count): w_L, b, ρ at the end."""
    ends = []
    for w, b, orthogonal in zip(starts.w, starts.b, starts.orthogonal, strict=True):
        theta = np.array([w, b, *orthogonal])
        for update in plain_steps(training):
            rho = math.hypot(*theta[2:])
            dw, db, drho = leaky_gradient(
                theta[0], theta[1], training.gamma, training.delta, rho, slope=training.slope
            )
            theta = update(theta, np.array([dw, db, *(drho * theta[2:] / rho)]))
        ends.append([theta[0], theta[1], math.hypot(*theta[2:])])
    return np.array(ends).T


@pytest.mark.parametrize("training", TRAININGS, ids=named)
def test_units_are_a_plain_loop_s(training: Training) -> None:
    """Rotation-invariant optimisers know (w_L, b, ρ) alone and agree with the loop over all weights."""
    few = CoordinateStarts(STARTS.w[:3], STARTS.b[:3], STARTS.orthogonal[:3])
    units = train_units(training, few)
    ends = plainly(training, few)
    assert np.allclose([units.w[0], units.b[0], np.abs(units.rho[0])], ends, rtol=1e-9, atol=1e-11)
    assert np.abs(ends - [few.w, few.b, few.rho]).max() > 0.05  # they did move


def test_all_that_is_recorded_is_of_one_path() -> None:
    for training in (TRAININGS[2], TRAININGS[9], replace(TRAININGS[11], batch=3)):
        units = train_units(training, STARTS, record=[0, 1, 57, STEPS])
        assert units.iteration.tolist() == [0, 1, 57, STEPS]
        assert np.array_equal(units.w[0], STARTS.w)
        assert np.allclose(np.abs(units.rho[0]), STARTS.rho)
        for row, steps in enumerate(units.iteration[1:].tolist(), start=1):
            alone = train_units(replace(training, steps=steps), STARTS)
            for name in ("w", "b", "rho", "outcome"):
                assert np.array_equal(getattr(alone, name)[0], getattr(units, name)[row])


def test_results_describe_where_units_are() -> None:
    training = replace(TRAININGS[9], epsilon=0.2)
    units = train_units(training, STARTS, record=[0, STEPS])
    places = units.w, units.b, units.rho
    assert np.array_equal(units.activation_probability, activation_probability(*places))
    loss = leaky_loss(units.w, units.b, training.gamma, training.delta, units.rho, slope=training.slope)
    assert np.array_equal(units.loss, loss)
    assert np.array_equal(units.outcome == Outcome.DEAD, units.activation_probability < 0.2)
    assert np.array_equal(units.dead_fraction, (units.activation_probability < 0.2).mean(axis=1))
    with pytest.raises(ValueError, match="read-only"):
        units.w[0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        training.gamma = 1.0  # type: ignore[misc]


def test_outcomes_are_the_project_s() -> None:
    starts = Starts(np.array([0.5, 0.5, 0.5, 0.1]), np.array([-3.0, 0.0, 1.0, 0.0]), np.full(4, 0.1))
    units = train_units(Training(optimizer=SGD(1e-9), gamma=0.5, steps=1), starts)
    assert units.outcome[0].tolist() == [
        Outcome.DEAD, Outcome.CONVERGED, Outcome.UNDECIDED, Outcome.UNDECIDED,
    ]  # fmt: skip
    wild = train_units(Training(optimizer=SGD(50.0), gamma=0.5, steps=100), starts, record=[3, 100])
    assert wild.outcome.tolist() == [
        [Outcome.DEAD, Outcome.UNDECIDED, Outcome.DEAD, Outcome.UNDECIDED],
        [Outcome.DEAD, Outcome.DIVERGED, Outcome.DEAD, Outcome.DIVERGED],
    ]
    for values in (wild.w, wild.b, wild.rho, wild.activation_probability):
        assert np.isnan(values).tolist() == [[False] * 4, [False, True] * 2]
    assert np.isinf(wild.loss).tolist() == [[False] * 4, [False, True] * 2]


@pytest.mark.parametrize("optimizer", [Momentum(0.95, 0.1), SGD(0.005, 0.95), SGD(0.1, 0.0, 0.7)], ids=str)
def test_the_paper_s_momentum_runs_by_supersteps(optimizer: Optimizer) -> None:
    """Beyond 1,000 updates; the outcomes are those of plain iteration."""
    starts = sample(Initializer("he_normal", 100), 300, 0)  # type: ignore[arg-type]
    training = Training(optimizer=optimizer, gamma=0.1, steps=8000)
    hp = training.hyperparameters
    assert hp is not None
    assert hp.eta == pytest.approx(0.1)
    units = train_units(training, starts, record=[900, 8000])
    for row, last in enumerate((900, 8000)):
        plain = outcomes(hp, starts.w, starts.b, starts.rho, tolerance=0, max_iterations=last, method="exact")
        assert np.array_equal(units.outcome[row], plain.outcome)
        assert np.allclose(units.w[row], plain.final_w, rtol=1e-2, atol=1e-4)


def test_what_is_more_than_the_paper_s_momentum_is_told_apart() -> None:
    plain = Training(optimizer=SGD(0.01, 0.9), gamma=0.1, steps=9)
    assert plain.hyperparameters == Hyperparameters.from_pytorch(0.01, 0.9, 0.1, 0.0)
    for other in (SGD(0.01, 0.9, 0.1), SGD(0.01, 0.9, nesterov=True), SGD(0.01, weight_decay=0.1), Adam()):
        assert replace(plain, optimizer=other).hyperparameters is None
    for changes in ({"slope": 0.1}, {"clip": 1.0}, {"warmup": 5}, {"batch": 8}):
        assert replace(plain, **changes).hyperparameters is None


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.sampled_from(TRAININGS), st.integers(-6, 6))
def test_small_targets_are_large_starts(training: Training, power: int) -> None:
    """∇L is homogeneous: in a unit of length twice as small all lengths double, and steps with them."""
    unit, o = 2.0**power, training.optimizer
    changes: dict[str, Any] = {"gamma": unit * training.gamma, "delta": unit * training.delta}
    if training.clip is not None:  # PyTorch's 10⁻⁶ is a length
        training = replace(training, clip=None)
    if isinstance(o, RMSprop | Adam):
        decay = o.weight_decay / unit if isinstance(o, AdamW) else o.weight_decay
        o = replace(o, lr=unit * o.lr, eps=unit * o.eps, weight_decay=decay)
    training = replace(training, steps=60)
    units = train_units(training, STARTS)
    scaled = CoordinateStarts(unit * STARTS.w, unit * STARTS.b, unit * STARTS.orthogonal)
    found = train_units(replace(training, optimizer=o, **changes), scaled)
    assert np.allclose(found.w, unit * units.w, rtol=1e-9, atol=1e-12 * unit)
    assert np.array_equal(found.outcome, units.outcome)


def test_one_weight_stands_for_equal_ones() -> None:
    """Also in the gradient's norm that is clipped and in the update's that diverges."""
    for training in TRAININGS[8:]:
        each = STARTS.orthogonal[:, :1]
        many = CoordinateStarts(STARTS.w, STARTS.b, np.hstack([each, -each, each]))
        one = CoordinateStarts(STARTS.w, STARTS.b, each, multiplicity=3.0)
        assert np.allclose(one.rho, many.rho)
        units, found = train_units(training, many), train_units(training, one)
        assert np.allclose(found.w, units.w, rtol=1e-7, atol=1e-9)
        assert np.allclose(found.rho, units.rho, rtol=1e-7, atol=1e-9)


def test_neither_threads_nor_neighbours_change_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = coordinate_starts(HE, np.random.default_rng(4).random((50, 6)))
    for training in (TRAININGS[4], TRAININGS[11], replace(TRAININGS[12], batch=7)):
        units = train_units(training, starts, seed=5)
        with monkeypatch.context() as patch:
            patch.setattr(threads, "run", lambda work, pieces, flag: [*map(work, [*pieces][::-1])])
            assert np.array_equal(train_units(training, starts, seed=5).w, units.w)
        fewer = CoordinateStarts(starts.w[:19], starts.b[:19], starts.orthogonal[:19])
        assert np.array_equal(train_units(training, fewer, seed=5).b[0], units.b[0, :19])
        assert (training.batch is None) == np.array_equal(train_units(training, starts, seed=6).w, units.w)


@pytest.mark.parametrize(("slope", "batch"), [(0.0, 1), (0.0, 4), (0.2, 3)])
def test_a_minibatch_s_gradient_has_its_distribution(slope: float, batch: int) -> None:
    """Mean, covariance and fourth moments of one step are those of inputs drawn one by one."""
    count, theta = 40_000, np.array([0.4, -0.2, 0.5, -0.3, 0.1])  # w_L, b, three orthogonal weights
    w, b = np.full((2, count), theta[:2, None])
    starts = CoordinateStarts(w, b, np.tile(theta[2:], (count, 1)))
    training = Training(optimizer=SGD(1.0), gamma=0.7, delta=0.1, steps=1, slope=slope, batch=batch)
    units = train_units(training, starts, seed=1)
    # what can be seen of the orthogonal weights is their length
    found = np.array([units.w[0] - theta[0], units.b[0] - theta[1], units.rho[0]])
    x = np.random.default_rng(2).standard_normal((count, batch, 4))
    z = x @ theta[[0, 2, 3, 4]] + theta[1]
    d = np.where(z > 0, 1.0, slope)
    a = (d * z - training.gamma * x[..., 0] - training.delta) * d / batch
    g = np.einsum("ckj,ck->jc", x, a)
    direct = np.array([-g[0], -a.sum(axis=1), np.linalg.norm(theta[2:, None] - g[1:], axis=0)])
    for moments in ((1,), (2,), (1, 1), (1, 2), (2, 2), (4,)):
        for i, j in [(i, j) for i in range(3) for j in range(3) if len(moments) == 2 or i == j]:
            ours, theirs = (
                v[i] ** moments[0] * (v[j] ** moments[1] if len(moments) == 2 else 1) for v in (found, direct)
            )
            error = math.sqrt((ours.var() + theirs.var()) / count)
            assert abs(ours.mean() - theirs.mean()) < 4.5 * error


def test_large_minibatches_are_the_expected_gradient() -> None:
    training = Training(optimizer=SGD(0.1, 0.5), gamma=0.3, steps=20)
    exact = train_units(training, STARTS)
    found = train_units(replace(training, batch=20_000), STARTS)
    assert np.allclose(found.w, exact.w, atol=0.02)
    assert not np.array_equal(found.w, exact.w)


def test_spread_weights_have_the_shape_and_the_length() -> None:
    for scheme in ("he_normal", "pytorch"):
        for fan_in, axes in ((1, 0), (2, 1), (129, 128), (130, 32), (1000, 32)):
            initializer = Initializer(scheme, fan_in)  # type: ignore[arg-type]
            starts = sample(initializer, 200, 1)
            found = spread(initializer, starts, 4)
            assert found.orthogonal.shape == (200, axes)
            assert found.orthogonal.shape[1] * found.multiplicity == pytest.approx(fan_in - 1)
            assert np.allclose(found.rho, starts.rho)
            if fan_in > 2:  # their fourth moment tells normal from uniform weights
                kurtosis = np.mean(found.orthogonal**4) / np.mean(found.orthogonal**2) ** 2
                assert kurtosis == pytest.approx(3.0 if scheme == "he_normal" else 1.8, abs=0.4)


@pytest.mark.parametrize(("fan_in", "most"), [(5, 64), (60, 40)])
def test_spread_weights_die_as_all_do(fan_in: int, most: int) -> None:
    initializer = Initializer("pytorch", fan_in)  # type: ignore[arg-type]
    starts = coordinate_starts(initializer, np.random.default_rng(0).random((2000, fan_in + 1)))
    training = Training(optimizer=Adam(0.01), gamma=0.01, steps=1000)
    lengths = Starts(starts.w, starts.b, starts.rho)
    whole = train_units(training, starts).outcome[0] == Outcome.DEAD
    found = train_units(training, spread(initializer, lengths, most=most)).outcome[0] == Outcome.DEAD
    assert 0.02 < whole.mean() < 0.98
    differing = float((whole != found).mean())
    assert abs(whole.mean() - found.mean()) < 0.005 + 3 * math.sqrt(differing / 2000)


def test_a_cancelled_training_raises() -> None:
    token = Cancellation()
    token.cancel()
    for training in (TRAININGS[0], replace(TRAININGS[0], steps=5000), replace(TRAININGS[11], batch=2)):
        with pytest.raises(Cancelled):
            train_units(training, STARTS, cancel=token)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Momentum(1.0, 0.1), "beta must be at least 0 and below 1, got 1.0"),
        (lambda: SGD(0.0), "lr must be finite and above 0, got 0.0"),
        (lambda: SGD(0.1, -0.5), "momentum must be at least 0 and below 1, got -0.5"),
        (lambda: SGD(0.1, 0.9, 2.0), "dampening must be from 0 to 1, got 2.0"),
        (lambda: SGD(0.1, nesterov=True), "momentum must be above 0 with Nesterov, got 0.0"),
        (lambda: SGD(0.1, 0.9, 0.1, True), "dampening must be 0 with Nesterov, got 0.1"),
        (lambda: SGD(0.1, 0.9, nesterov=1), "nesterov must be true or false, got 1"),  # type: ignore[arg-type]
        (lambda: SGD(0.1, weight_decay=-1), "weight_decay must be finite and at least 0, got -1"),
        (lambda: RMSprop(alpha=1), "alpha must be at least 0 and below 1, got 1"),
        (lambda: RMSprop(eps=0), "eps must be finite and above 0, got 0"),
        (lambda: Adam(betas=0.9), "betas must be two numbers, got 0.9"),  # type: ignore[arg-type]
        (lambda: Adam(betas=(0.9, 1.0)), r"betas\[1\] must be at least 0 and below 1, got 1.0"),
        (lambda: AdamW(math.nan), "lr must be finite and above 0, got nan"),
        (lambda: Training(optimizer="sgd", gamma=1.0, steps=1), "optimizer must be Momentum, SGD"),  # type: ignore[arg-type]
        (lambda: replace(TRAININGS[0], gamma=0), "gamma must be finite and above 0, got 0"),
        (lambda: replace(TRAININGS[0], steps=0), "steps must be a whole number of at least 1"),
        (lambda: replace(TRAININGS[0], slope=1.0), "slope must be at least 0 and below 1, got 1.0"),
        (lambda: replace(TRAININGS[0], clip=0.0), "clip must be finite and above 0, got 0.0"),
        (lambda: replace(TRAININGS[0], batch=0), "batch must be a whole number of at least 1, got 0"),
        (lambda: replace(TRAININGS[11], warmup=5), "warmup must be 0 but for Momentum and SGD, got 5"),
        (lambda: train_units(TRAININGS[11], sample(HE, 3, 0)), "starts must be CoordinateStarts for Adam"),
        (
            lambda: train_units(replace(TRAININGS[0], batch=2), sample(HE, 3, 0)),
            "starts must be CoordinateStarts for minibatches",
        ),
        (
            lambda: train_units(
                replace(TRAININGS[0], batch=2), CoordinateStarts(STARTS.w, STARTS.b, STARTS.orthogonal, 2.0)
            ),
            "multiplicity must be 1 for minibatches, got 2.0",
        ),
        (lambda: train_units(TRAININGS[0], STARTS, record=[5, 301]), "at most steps = 300"),
        (lambda: train_units(TRAININGS[0], STARTS, seed=-1), "seed must be a whole number of at least 0"),
        (
            lambda: CoordinateStarts(STARTS.w, STARTS.b, STARTS.orthogonal[:3]),
            r"orthogonal \(count, m\), got orthogonal of shape \(3, 4\)",
        ),
        (
            lambda: CoordinateStarts(STARTS.w * np.nan, STARTS.b, STARTS.orthogonal),
            "w must be finite for every start",
        ),
        (
            lambda: CoordinateStarts(STARTS.w, STARTS.b, STARTS.orthogonal, 0.5),
            "multiplicity must be at least 1, got 0.5",
        ),
        (lambda: coordinate_starts(HE, [[0.5] * 5]), r"uniforms must be \(count, 6\), got shape \(1, 5\)"),
        (lambda: coordinate_starts(HE, [[0.0] * 6]), r"uniforms must lie within \(0, 1\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
