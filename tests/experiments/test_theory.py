import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from dynamics import Cancellation, Cancelled, Hyperparameters, trajectory
from experiments import local
from experiments.lone import lone_units
from experiments.registry import EXPERIMENTS
from experiments.theory import LONE, WIDTHS, Theory, TheoryResult, assemble, compute, tiles
from jobs.spec import decode, encode, job_id

SMALL = Theory(steps=30, width=8, seeds=2)


@pytest.fixture(scope="module")
def whole() -> TheoryResult:
    return local.run(EXPERIMENTS["theory"], SMALL, workers=1)  # type: ignore[no-any-return]


def test_a_lone_unit_follows_the_model_of_one_unit() -> None:
    hp = Hyperparameters(beta=0.9, eta=0.1, gamma=0.5, delta=0.2)
    inputs = np.random.default_rng(0).standard_normal((40_000, 2))
    starts = np.array([[0.6, 1.2], [-0.3, -0.8], [1.0, 0.1]])
    active = lone_units(hp, starts, inputs, 60)
    for (rho, w), share in zip(starts, active, strict=True):
        path = trajectory(hp, (w, 0.0), 60, rho)
        assert share == pytest.approx(path.activation_probability[-1], abs=0.015)


def test_the_model_predicts_lone_units_but_not_networks() -> None:
    """EXPERIMENTS: theory 100 %, seen 32, 19, 4 and 0 % with 1, 2, 4 and 32 trained units."""
    spec = Theory(seeds=20)
    pair = LONE.index((0.1, 0.9))
    found = assemble(spec, {index: compute(spec, index) for index in (1, 3, len(WIDTHS) + 1 + pair)})
    predicted, seen = found.lone_predicted[pair], found.lone_seen[pair]
    assert 0.3 < predicted.mean() < 0.7
    assert abs(predicted.mean() - seen.mean()) < 0.06
    assert (predicted == seen).mean() > 0.85
    np.testing.assert_array_equal(found.predicted[[0, 2]], 1)
    assert 0.1 < found.seen[0].mean() < 0.6
    assert found.seen[2].mean() < found.seen[0].mean()


def test_followed_units_are_points_with_their_side_of_the_target(whole: TheoryResult) -> None:
    assert whole.length.shape == whole.bias.shape == whole.active.shape == (31, 8)
    assert not whole.bias[0].any()
    assert 0 < (whole.length[0] > 0).sum() < 8
    assert np.isfinite(whole.length).all()
    # x ~ N(0, I), so at the start half of the rows are active
    assert whole.active[0] == pytest.approx(np.full(8, 0.5), abs=0.1)
    assert not whole.dead[0].any()


def test_every_tile_has_its_place(whole: TheoryResult) -> None:
    assert tiles(SMALL) == 24
    assert np.isfinite(whole.seen).all()
    assert set(np.unique(whole.lone_seen)) <= {0.0, 1.0}
    for index in (2, 10, 23):
        some = assemble(SMALL, {index: compute(SMALL, index)})
        for name in ("seen", "lone_seen"):
            values, everything = getattr(some, name), getattr(whole, name)
            known = np.isfinite(values)
            np.testing.assert_array_equal(values[known], everything[known])
        assert np.isfinite(some.seen).any() == (index <= len(WIDTHS))
        assert np.isnan(some.length).all()


def test_runs_are_jobs() -> None:
    for experiment in EXPERIMENTS.values():
        spec = experiment.spec()
        assert decode(encode(spec)) == spec
        assert experiment.spec(**json.loads(json.dumps(asdict(spec)))) == spec
        assert job_id(spec) != job_id(replace(spec, seeds=7))


def test_a_run_can_be_called_off() -> None:
    cancel = Cancellation()
    cancel.cancel()
    for index in (0, 1, 23):
        with pytest.raises(Cancelled):
            compute(SMALL, index, cancel)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"beta": 1}, "beta must be at least 0 and below 1, got 1"),
        ({"steps": 10_001}, "steps must be a whole number of at least 1 and at most 10000, got 10001"),
        ({"width": 7}, "width must be a whole number of at least 8 and at most 512, got 7"),
        ({"dataset": "boston"}, "dataset must be one of"),
    ],
)
def test_specs_out_of_range_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Theory(**arguments)  # type: ignore[arg-type]
