from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from cachetools import LRUCache

from dashboard import comparison, results
from dashboard.comparison import Comparison, compare, conditions, known, tips_heading
from dashboard.settings import DEFAULT, Settings
from dynamics import Cancellation, Cancelled, basin_map

LINE_WIDTH = 2.6 / 144 * 1.05  # of the chart's bold line, in dead share


def dead(settings: Settings, cells: int = 256) -> float:
    return basin_map(settings.hyperparameters, settings.grid(cells), **settings.judging).dead_fraction


@pytest.fixture(scope="module")
def default() -> Comparison:
    return compare(DEFAULT, Cancellation())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small grids and empty caches."""
    for name, cells in (("CELLS", 24), ("CURVE_CELLS", 16), ("TIGHTER_CELLS", 20)):
        monkeypatch.setattr(comparison, name, cells)
    for cache in ("_counted", "_curves"):
        monkeypatch.setattr(comparison, cache, LRUCache(10_000))


@pytest.fixture
def no_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a map was computed")

    monkeypatch.setattr(comparison, "basin_map", refuse)
    monkeypatch.setattr(results, "basin_map", refuse)
    monkeypatch.setattr(results, "timed_map", refuse)


def test_everything_is_counted_on_maps(default: Comparison) -> None:
    assert default.complete
    assert default.baseline == dead(replace(DEFAULT, beta=0.0))
    assert default.tips is not None
    for tip in default.tips:
        assert tip.share == dead(DEFAULT.edit(tip.changes))
    assert [tip.text for tip in default.tips] == [
        "Normalise the target, γ = 1",
        "Switch momentum off, β = 0",
    ]
    assert default.tighter is not None
    (offer,) = default.tighter
    assert offer.changes == {"tolerance": "1e-8"}
    assert offer.share == dead(replace(DEFAULT, tolerance=1e-8), 128)
    assert offer.text.startswith("Stopped below 10⁻⁸ it would be ")


def test_curves_are_samples_of_maps_and_the_current_gamma_comes_first(default: Comparison) -> None:
    assert default.curves is not None
    assert [curve.gamma for curve in default.curves] == [0.1, 1, 0.01, 0.001]
    for curve in default.curves:
        assert (curve.beta[0], curve.beta[-1]) == (0, 0.99)
        assert np.all(np.diff(curve.beta) > 0)
        for i in (0, len(curve.beta) // 2):
            at = replace(DEFAULT, gamma=curve.gamma, beta=float(curve.beta[i]))
            assert curve.share[i] == dead(at, 128)
    # Where a curve is steep it has more momenta than where it is flat.
    steep = default.curves[3]
    assert len(steep.beta) > len(default.curves[1].beta)


@pytest.mark.parametrize("beta", [0.0, 0.6, 0.83, 0.9, 0.96, 0.985])
@pytest.mark.parametrize("i", [0, 1, 2, 3])
def test_a_point_from_the_full_map_lies_on_its_curve(default: Comparison, beta: float, i: int) -> None:
    assert default.curves is not None
    curve = default.curves[i]
    drawn = np.interp(-np.log10(1 - beta), -np.log10(1 - curve.beta), curve.share)
    assert abs(drawn - dead(replace(DEFAULT, gamma=curve.gamma, beta=beta))) < LINE_WIDTH


@pytest.mark.usefixtures("small")
def test_known_computes_nothing_and_agrees_with_what_was_computed(request: pytest.FixtureRequest) -> None:
    assert known(DEFAULT) == Comparison()
    assert not known(DEFAULT).complete
    computed = compare(DEFAULT, Cancellation())
    request.getfixturevalue("no_maps")
    found = known(DEFAULT)
    assert found.complete
    assert (found.baseline, found.tips, found.tighter) == (
        computed.baseline,
        computed.tips,
        computed.tighter,
    )
    assert found.curves == computed.curves
    assert compare(DEFAULT, Cancellation()).curves == computed.curves


@pytest.mark.usefixtures("small")
def test_while_beta_is_dragged_baseline_and_curves_stay(request: pytest.FixtureRequest) -> None:
    before = compare(DEFAULT, Cancellation())
    request.getfixturevalue("no_maps")
    moved = known(replace(DEFAULT, beta=0.87))
    assert moved.baseline == before.baseline
    assert moved.curves == before.curves
    assert moved.tips is None
    assert moved.tighter is None
    assert not moved.complete


@pytest.mark.usefixtures("small")
def test_while_gamma_is_dragged_the_other_curves_stay() -> None:
    compare(DEFAULT, Cancellation())
    moved = known(replace(DEFAULT, gamma=0.09))
    assert moved.curves is not None
    assert [curve.gamma for curve in moved.curves] == [1, 0.01, 0.001]
    assert moved.baseline is None
    assert not moved.complete


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    "changes",
    [
        {"eta": "0.11"},
        {"delta": "0.1"},
        {"epsilon": "0.002"},
        {"tolerance": "1e-5"},
        {"max_iterations": "999999"},
        {"rho": "0.1"},
        {"window": "-3,3,-3,2.9"},
    ],
)
def test_nothing_is_taken_from_other_settings(changes: dict[str, str]) -> None:
    compare(DEFAULT, Cancellation())
    assert known(DEFAULT.edit(changes)) == Comparison()
    shown_otherwise = {"colouring": "iterations", "layers": "none", "starts": "1,1", "quantity": "loss"}
    assert known(DEFAULT.edit(shown_otherwise)).complete


@pytest.mark.usefixtures("small")
def test_calling_off_keeps_what_was_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    token = Cancellation()
    counted = comparison._count

    def count(settings: Settings, cells: int, cancel: Cancellation) -> comparison._Counted:
        if cells == comparison.CURVE_CELLS:
            cancel.cancel()
        return counted(settings, cells, cancel)

    monkeypatch.setattr(comparison, "_count", count)
    with pytest.raises(Cancelled):
        compare(DEFAULT, token)
    left = known(DEFAULT)
    assert None not in (left.baseline, left.tips, left.tighter)
    assert left.curves is None


@pytest.mark.usefixtures("small")
def test_curves_that_take_too_long_stay_out_and_are_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "CURVES_SECONDS", 0.0)
    late = compare(DEFAULT, Cancellation())
    assert late.complete
    assert late.curves is not None
    assert [len(curve.beta) for curve in late.curves] == [0, 0, 0, 0]
    assert not known(DEFAULT).complete  # that time ran out is no result
    monkeypatch.setattr(comparison, "CURVES_SECONDS", 60.0)
    again = compare(DEFAULT, Cancellation())
    assert again.curves is not None
    assert min(len(curve.beta) for curve in again.curves) >= 9


@pytest.mark.usefixtures("small")
def test_curves_reach_as_far_as_beta() -> None:
    compare(DEFAULT, Cancellation())
    far = compare(replace(DEFAULT, beta=0.995), Cancellation())
    assert far.curves is not None
    assert {float(curve.beta[-1]) for curve in far.curves} == {0.9999}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("gamma", "shown"),
    [
        (0.01, [0.01, 1, 0.1, 0.001]),
        (0.04, [0.04, 1, 0.01, 0.001]),
        (1e-6, [1e-6, 1, 0.1, 0.01]),
        (300.0, [300, 0.1, 0.01, 0.001]),
    ],
)
def test_the_current_gamma_takes_the_place_of_the_nearest(gamma: float, shown: list[float]) -> None:
    assert [at.gamma for at in comparison._at_each_gamma(replace(DEFAULT, gamma=gamma))] == shown


def offered(settings: Settings, shares: dict[str, tuple[float, float]]) -> list[str]:
    """The changes of the tips when maps have the given (dead, astray), by query; "" are the settings' own."""

    def count(at: Settings, cells: int) -> comparison._Counted:
        assert cells == comparison.CELLS
        return comparison._Counted(*shares.get(at.query(), (0.9, 0.0)))

    tips = comparison._tips(settings, count)
    assert tips is not None
    for tip in tips:
        assert tip.share == shares[settings.edit(tip.changes).query()][0]
    return [",".join(f"{key}={value}" for key, value in tip.changes.items()) for tip in tips]


def test_tips_lower_the_share_by_more_than_a_point_the_best_first_at_most_three() -> None:
    shares = {"": (0.5, 0.0), "gamma=1": (0.3, 0.0), "beta=0": (0.2, 0.0), "eta=0.01": (0.491, 0.0)}
    assert offered(DEFAULT, shares) == ["beta=0", "gamma=1"]
    assert offered(DEFAULT, shares | {"beta=0.95": (0.1, 0.0), "eta=0.01": (0.4, 0.0)}) == [
        "beta=0.95",
        "beta=0",
        "gamma=1",
    ]
    assert offered(DEFAULT, {"": (0.0, 0.0), "gamma=1": (0.0, 0.0)}) == []
    assert offered(DEFAULT, {"": (0.5, 0.0)}) == []


def test_a_change_that_only_leads_astray_is_no_tip() -> None:
    shares = {"": (0.5, 0.1), "gamma=1": (0.3, 0.105), "beta=0": (0.2, 0.4)}
    assert offered(DEFAULT, shares) == ["gamma=1"]


def test_tips_fit_the_settings() -> None:
    def texts(**changes: str) -> list[str]:
        return [text for text, _ in comparison._candidates(DEFAULT.edit(changes))]

    assert texts(delta="0.5")[:2] == ["Standardise the target, γ = 1, δ = 0", "Centre the target, δ = 0"]
    assert texts(gamma="1", delta="0.5")[0] == "Centre the target, δ = 0"
    assert texts(gamma="1", beta="0", eta="0.0005") == ["More momentum, β = 0.9 (not in the paper)"]
    assert texts(gamma="1", beta="0.99") == ["Switch momentum off, β = 0", "Lower the rate, η = 0.01"]


def test_a_tighter_rule_is_offered_only_where_it_changes_the_verdict() -> None:
    def offers(before: float, after: float, **changes: str) -> int:
        settings = DEFAULT.edit(changes)
        own = settings.tolerance
        found = comparison._tighter(
            settings, lambda at, _: comparison._Counted(before if at.tolerance == own else after, 0.0)
        )
        assert found is not None
        return len(found)

    assert offers(0.5, 0.48) == 1
    assert offers(0.5, 0.495) == 0
    assert offers(0.5, 0.1, tolerance="0", max_iterations="1000") == 0
    assert offers(0.5, 0.1, tolerance="1e-11") == 0


def test_undecided_starts_are_astray_unless_they_are_judged_then() -> None:
    short = replace(DEFAULT, max_iterations=20)
    basin = basin_map(short.hyperparameters, short.grid(16), **short.judging)
    assert comparison._astray(short, basin) > 0.5
    assert comparison._astray(replace(short, tolerance=0.0), basin) == 0


def test_caches_are_bounded() -> None:
    assert comparison._counted.maxsize <= 100_000
    assert comparison._curves.maxsize <= 10_000


def test_words() -> None:
    assert conditions(DEFAULT) == "η = 0.1, δ = 0"
    assert conditions(DEFAULT.edit({"delta": "-0.5", "rho": "1.4"})) == "η = 0.1, δ = −0.5, ρ = 1.4"
    assert tips_heading(0.549) == "What would lower 55 %?"
    assert tips_heading(0.001) == "What would lower < 1 %?"
    assert tips_heading(0.0) is None
