from dataclasses import replace

import numpy as np
import pytest

from experiments.intervals import Case, Claim, Verdict, estimate, geometric


def test_the_interval_is_students() -> None:
    # mean 3, standard deviation √2.5, t(4; 0.975) = 2.776445
    found = estimate([1, 2, 3, 4, 5])
    assert found.mean == 3
    half = 2.776445105 * np.sqrt(2.5 / 5)
    assert found.low == pytest.approx(3 - half)
    assert found.high == pytest.approx(3 + half)
    assert found.count == 5


def test_intervals_cover_the_truth_in_95_of_100_samples() -> None:
    samples = np.random.default_rng(0).standard_normal((6, 20_000))
    found = estimate(samples)
    assert np.mean((found.low < 0) & (found.high > 0)) == pytest.approx(0.95, abs=0.005)


def test_what_is_missing_is_left_out() -> None:
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan], [np.nan, 7.0, 2.0]])
    found = estimate(values)
    np.testing.assert_array_equal(found.mean, [2, 6, 2])
    np.testing.assert_array_equal(found.count, [2, 2, 1])
    assert np.isnan(found.low[2])
    empty = estimate(np.full((3, 1), np.nan))
    assert np.isnan(empty.mean).all()
    assert empty.count == 0


def test_the_geometric_mean_is_of_factors() -> None:
    found = geometric([[1.0, 2.0], [100.0, 2.0]])
    np.testing.assert_allclose(found.mean, [10, 2])
    assert found.low[0] * found.high[0] == pytest.approx(100)


def case(supports: bool) -> Case:
    return Case("here", 1.0, 0.5, 1.5, above=0.0 if supports else 1.0)


def test_a_sentence_of_two_parts_fails_with_either() -> None:
    def verdict(*cases: tuple[bool, str]) -> Verdict:
        found = tuple(replace(case(supports), part=part) for supports, part in cases)
        return Claim("Only then.", "numbers", "rule", found, 20).verdict()

    assert verdict((True, "with"), (False, "with"), (True, "without")) is Verdict.CONDITIONS
    assert verdict((False, "with"), (False, "with"), (True, "without")) is Verdict.FAILS
    assert verdict((True, "with"), (True, "without")) is Verdict.HOLDS


@pytest.mark.parametrize(
    ("supports", "seeds", "verdict"),
    [
        ([True, True], 20, Verdict.HOLDS),
        ([True, False], 20, Verdict.CONDITIONS),
        ([False, False], 20, Verdict.FAILS),
        ([True], 19, Verdict.OPEN),
        ([], 20, Verdict.OPEN),
    ],
)
def test_verdicts_follow_the_rule(supports: list[bool], seeds: int, verdict: Verdict) -> None:
    claim = Claim("It does.", "numbers", "rule", tuple(case(s) for s in supports), seeds)
    assert claim.verdict(least_seeds=20) is verdict
