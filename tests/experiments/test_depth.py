import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from dynamics import Cancellation, Cancelled
from experiments import kept, local
from experiments.claims import depth_claims
from experiments.data import Dataset
from experiments.depth import KINDS, DepthResult, DepthRun, assemble, compute, tiles
from experiments.intervals import Verdict
from experiments.networks import Kind
from experiments.registry import EXPERIMENTS

SMALL = DepthRun(dataset="teacher", betas=(0, 0.99), depth=7, width=8, steps=40, seeds=2)


@pytest.fixture(scope="module")
def whole() -> DepthResult:
    return assemble(SMALL, {index: compute(SMALL, index) for index in range(tiles(SMALL))})


def test_every_kind_is_recorded_from_the_first_update_to_the_last(whole: DepthResult) -> None:
    assert whole.share.shape == (3, 2, 4, 41, 7)
    assert (SMALL.records[0], SMALL.records[-1]) == (0, 40)
    assert np.isfinite(whole.share).all()
    assert (whole.finished, whole.networks) == (24, 24)
    assert len(DepthRun().records) == 61


def test_units_add_up(whole: DepthResult) -> None:
    dead = 8 * whole.share.sum(axis=-1)
    known = whole.born[..., None] + np.cumsum(whole.died - whole.revived, axis=-1)
    np.testing.assert_allclose(dead, known, atol=1e-4)


def test_conditions_are_found_by_gamma_and_beta(whole: DepthResult) -> None:
    assert [whole.condition(c.gamma, c.beta) for c in SMALL.conditions] == [0, 1, 2, 3]
    assert replace(SMALL, gamma=1).gammas == (1,)
    with pytest.raises(ValueError, match=r"gamma and beta must be of this run, got 0\.5 and 0"):
        whole.condition(0.5, 0)


def test_a_run_here_is_its_tiles(whole: DepthResult) -> None:
    told: list[tuple[int, int]] = []
    found = local.run(EXPERIMENTS["depth"], SMALL, workers=2, report=lambda *done: told.append(done))
    np.testing.assert_array_equal(found.share, whole.share)
    assert told == [(i + 1, 6) for i in range(6)]


def test_a_run_here_can_be_called_off() -> None:
    cancel = Cancellation()
    done: list[int] = []

    def stop(count: int, of: int) -> None:
        done.append(count)
        cancel.cancel()

    with pytest.raises(Cancelled):
        local.run(EXPERIMENTS["depth"], DepthRun(), workers=1, cancel=cancel, report=stop)
    assert len(done) <= 2


def test_half_a_run_is_blank_where_nothing_is_known() -> None:
    some = assemble(SMALL, {0: compute(SMALL, 0)})
    assert np.isfinite(some.share[0, 0]).all()
    assert np.isnan(some.share[1:]).all()
    assert some.finished == 4
    assert depth_claims(some)[0].verdict() is Verdict.OPEN


def test_momentum_and_small_gamma_kill_in_depth_but_not_under_batch_normalisation() -> None:
    """EXPERIMENTS: Adam, depth 11, 300 steps: more than half dead at β₁ = 0.99, γ = 0.01; none below BN."""
    spec = DepthRun(betas=(0, 0.99), seeds=3)
    found = local.run(EXPERIMENTS["depth"], spec)
    end = found.share[..., -1, :].mean(axis=(1, -1))
    small, usual = found.condition(0.01, 0.99), found.condition(1.0, 0.99)
    for kind in (Kind.PLAIN, Kind.RESIDUAL):
        i = KINDS.index(kind)
        assert end[i, small] > 0.5
        assert end[i, small] > end[i, usual] + 0.05
        assert end[i, small] > end[i, found.condition(0.01, 0)] + 0.3
    assert end[KINDS.index(Kind.NORMALISED)].max() < 0.02
    (claim,) = depth_claims(found)
    assert claim.verdict(least_seeds=3) is Verdict.FAILS  # the sentence names batch normalisation
    assert not any(case.supports for case in claim.cases if "batch norm" in case.where)


def test_rows_that_are_looked_at_are_part_of_the_time_told() -> None:
    def seconds(rows: int) -> float:
        inputs = np.random.default_rng(0).random((rows, 2))
        own = Dataset("own", "y", ("a", "b"), inputs, inputs.sum(axis=1))
        return DepthRun(dataset=kept.keep(own)).seconds

    few, many, more = seconds(500), seconds(50_000), seconds(100_000)
    assert 3 * few < many == more  # of many rows as many are looked at


def test_a_spec_is_plain_and_comes_back_from_json() -> None:
    assert DepthRun(**json.loads(json.dumps(asdict(SMALL)))) == SMALL


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth": 10}, r"depth must be odd and at least 7 \(three blocks\) for residual, got 10"),
        ({"dataset": "boston"}, "dataset must be one of"),
        ({"gamma": 0}, "gamma must be finite and above 0, got 0"),
        ({"betas": (0, 0)}, "betas must be 1 to 3 different numbers"),
        ({"steps": 100_000, "width": 512}, r"steps must be fewer, .* hours"),
    ],
)
def test_specs_out_of_range_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DepthRun(**arguments)  # type: ignore[arg-type]
