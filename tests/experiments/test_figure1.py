import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from dynamics import Cancellation, Cancelled
from experiments.claims import figure1_claims
from experiments.figure1 import Figure1, compute, tiles
from experiments.figure1_result import Figure1Result, assemble
from experiments.intervals import Verdict

SMALL = Figure1(
    datasets=("diabetes", "teacher"),
    gammas=(0.01, 1, 10),
    deltas=(-2, 0),
    betas=(0, 0.99),
    width=8,
    steps=20,
    seeds=3,
)


@pytest.fixture(scope="module")
def whole() -> Figure1Result:
    return assemble(SMALL, {index: compute(SMALL, index) for index in range(tiles(SMALL))})


def test_every_network_is_in_one_tile_and_the_first_seeds_come_first() -> None:
    slow = replace(SMALL, width=64, steps=30_000)
    assert slow.tiling.chunks > 1
    for spec in (SMALL, slow):
        seen = np.zeros((2, 3, len(spec.conditions)), int)
        parts = [spec.tiling.tile(index) for index in range(tiles(spec))]
        for part in parts:
            seen[part] += 1
        assert (seen == 1).all()
        assert [part.seed for part in parts] == sorted(part.seed for part in parts)
    with pytest.raises(ValueError, match="index must be a whole number of at least 0 and at most 5, got 6"):
        SMALL.tiling.tile(6)


def test_a_tile_is_the_same_whenever_it_is_computed() -> None:
    first, again = compute(SMALL, 3), compute(SMALL, 3)
    for name, values in first.items():
        np.testing.assert_array_equal(values, again[name])


def test_what_is_not_finished_is_blank(whole: Figure1Result) -> None:
    some = assemble(SMALL, {0: compute(SMALL, 0), 3: compute(SMALL, 3)})
    assert (some.finished, some.networks, whole.finished) == (16, 48, 48)
    known = np.isfinite(some.dead)
    assert known[0, 0].all()
    assert known[1, 1].all()
    assert known.sum() == 16
    np.testing.assert_array_equal(some.dead[known], whole.dead[known])
    assert not assemble(SMALL, {}).finished


def test_curves_along_gamma_and_delta_are_the_conditions(whole: Figure1Result) -> None:
    for axis, values in (("gamma", SMALL.gammas), ("delta", SMALL.deltas)):
        curves = whole.along(axis, "train_error")
        assert curves.shape == (2, 3, 2, len(values))
        for j, beta in enumerate(SMALL.betas):
            for k, value in enumerate(values):
                pair = {"gamma": 1.0, "delta": 0.0} | {axis: value}
                (at,) = (i for i, c in enumerate(SMALL.conditions) if asdict(c) == pair | {"beta": beta})
                np.testing.assert_array_equal(curves[:, :, j, k], whole.train_error[:, :, at])


def test_units_add_up(whole: Figure1Result) -> None:
    units = SMALL.depth * SMALL.width
    np.testing.assert_allclose(whole.born + whole.died - whole.revived, units * whole.dead, atol=1e-9)


def test_networks_that_diverge_are_counted_and_left_out() -> None:
    spec = replace(SMALL, datasets=("teacher",), method="pytorch", eta=100, seeds=1)  # type: ignore[arg-type]
    found = assemble(spec, {0: compute(spec, 0)})
    assert found.diverged.mean() > 0.5
    assert np.isnan(found.dead[found.diverged == 1]).all()
    assert np.isnan(found.train_error[found.diverged == 1]).all()


def test_momentum_kills_at_small_gamma() -> None:
    """EXPERIMENTS: Adam, 2 × 32, η 0.01, 600 steps, β₁ = 0.99: a third dead at γ = 0.01, an eighth at 1."""
    spec = Figure1(datasets=("diabetes",), gammas=(0.01, 1), deltas=(0,), betas=(0, 0.99), seeds=5)
    found = assemble(spec, {index: compute(spec, index) for index in range(tiles(spec))})
    shares = found.along("gamma", "dead").mean(axis=(0, 1))
    assert shares[0].max() < 0.03
    assert shares[1, 0] > 0.2
    assert shares[1, 1] < shares[1, 0] - 0.08
    fit, _, momentum = figure1_claims(found)
    assert fit.verdict() is Verdict.HOLDS
    assert momentum.verdict() is Verdict.HOLDS
    assert [case.where for case in momentum.cases] == [
        "diabetes, γ = 0.01, β = 0",
        "diabetes, γ = 0.01, β = 0.99",
    ]


def made(train_error: float, dead: float, without: float = 0.0, seeds: int = 6) -> Figure1Result:
    """A result in which γ = 0.1 has this error, and this dead share with momentum and that without."""
    spec = Figure1(datasets=("teacher",), gammas=(0.1, 1), deltas=(0, 5), betas=(0, 0.9), seeds=seeds)
    noise = 1 + 0.01 * np.random.default_rng(0).standard_normal((1, seeds, len(spec.conditions)))
    low = np.array([c.gamma == 0.1 for c in spec.conditions])
    beta = np.array([c.beta for c in spec.conditions])
    blank = {name: np.zeros_like(noise) for name in ("test_error", "born", "died", "revived", "diverged")}
    return Figure1Result(
        spec=spec,
        train_error=noise * np.where(low, train_error, 1.0),
        dead=noise * np.where(low, np.where(beta > 0, dead, without), 0.1),
        **blank,
    )


def test_networks_that_diverge_speak_for_a_worse_fit() -> None:
    result = made(0.5, 0.3)
    lost = np.zeros(result.dead.shape)
    lost[..., [c.gamma == 0.1 for c in result.spec.conditions]] = 1
    error = np.where(lost == 1, np.nan, result.train_error)
    claim, *_ = figure1_claims(replace(result, diverged=lost, train_error=error))
    assert claim.verdict() is Verdict.HOLDS
    assert all(np.isinf(case.mean) for case in claim.cases)


@pytest.mark.parametrize(
    ("result", "verdicts"),
    [
        (made(2.0, 0.3, 0.1), [Verdict.HOLDS, Verdict.FAILS, Verdict.HOLDS]),
        (made(0.5, 0.1, 0.1), [Verdict.FAILS, Verdict.FAILS, Verdict.FAILS]),
        (made(2.0, 0.3, 0.3), [Verdict.HOLDS, Verdict.FAILS, Verdict.FAILS]),
        (made(2.0, 0.05, 0.3), [Verdict.HOLDS, Verdict.FAILS, Verdict.FAILS]),
        (made(2.0, 0.3, 0.1, seeds=4), [Verdict.OPEN] * 3),
    ],
)
def test_verdicts_are_read_off_the_numbers(result: Figure1Result, verdicts: list[Verdict]) -> None:
    assert [claim.verdict() for claim in figure1_claims(result)] == verdicts


def test_a_spec_is_plain_and_comes_back_from_json() -> None:
    again = json.loads(json.dumps(asdict(SMALL)))
    assert Figure1(**again) == SMALL
    assert hash(Figure1(**again)) == hash(SMALL)


def test_a_run_can_be_called_off() -> None:
    cancel = Cancellation()
    cancel.cancel()
    with pytest.raises(Cancelled):
        compute(SMALL, 0, cancel)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"datasets": ("boston",)}, "dataset must be one of diabetes"),
        (
            {"datasets": ("teacher", "teacher")},
            "datasets must be 1 to 12 different names, got teacher, teacher",
        ),
        ({"gammas": (0.1, 10)}, "gammas must contain 1, got 0.1, 10"),
        ({"deltas": (1, 2)}, "deltas must contain 0, got 1, 2"),
        ({"gammas": (0, 1)}, "gammas must be finite and above 0, got 0"),
        ({"betas": (0, 0.5, 0.9, 0.99)}, "betas must be 1 to 3 different numbers, got 0, 0.5, 0.9, 0.99"),
        ({"betas": (1,)}, "betas must be at least 0 and below 1, got 1"),
        ({"seeds": 0}, "seeds must be a whole number of at least 1 and at most 100, got 0"),
        ({"depth": 20, "width": 512}, r"steps must be fewer, .* take a core about \d+\.\d hours"),
        ({"method": "lion"}, "method must be one of adam, momentum, pytorch, got 'lion'"),
    ],
)
def test_specs_out_of_range_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Figure1(**arguments)  # type: ignore[arg-type]
