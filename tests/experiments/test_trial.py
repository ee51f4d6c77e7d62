"""The claims on trial: the committed numbers are what the code gives, and the verdicts what the rule says."""

import json

import numpy as np
import pytest

from experiments import depth, trial, trial_document, trial_words
from experiments.claims import depth_claims
from experiments.depth import DepthRun
from experiments.intervals import Case, Claim, Verdict
from experiments.trial import Trial, TrialResult, assemble, compute, judged, tiles, verdict
from experiments.trial_record import KEPT, Record, read, trial_numbers
from experiments.trial_runs import RUNS, Calculation
from experiments.trial_sentences import OURS, SENTENCES, Sentence
from tests.test_documents import ROOT

CALCULATED = [s for s in SENTENCES if all(isinstance(RUNS[name], Calculation) for name in s.runs)]


@pytest.fixture(scope="module")
def calculations() -> dict[str, object]:
    """Every calculation, made again."""
    return {
        name: run.measure(trial.LEAST_SEEDS) for name, run in RUNS.items() if isinstance(run, Calculation)
    }


@pytest.fixture(scope="module")
def two_seeds() -> TrialResult:
    """A trial of two seeds of which only Fig. 1 with Adam is run."""
    spec = Trial(seeds=2)
    own = [i for i in range(tiles(spec)) if trial.part(spec, i).run == "adam"]
    return assemble(spec, {i: compute(spec, i) for i in own})


def kept(key: str) -> Claim:
    return next(claim for s, claim in zip(SENTENCES, read().claims, strict=True) if s.key == key)


def ends(cases: tuple[Case, ...]) -> np.ndarray:
    return np.array([(case.mean, case.low, case.high) for case in cases])


@pytest.mark.parametrize("sentence", CALCULATED, ids=lambda s: s.key)
def test_what_is_left_to_no_chance_is_what_was_committed(
    sentence: Sentence, calculations: dict[str, object]
) -> None:
    again, committed = judged(sentence, calculations), kept(sentence.key)
    assert [case.where for case in again.cases] == [case.where for case in committed.cases]
    # One start of 100 × 100 may end elsewhere where another processor rounds otherwise.
    np.testing.assert_allclose(ends(again.cases), ends(committed.cases), rtol=1e-6, atol=2e-4)
    assert verdict(again) is verdict(committed)


def test_two_seeds_agree_with_the_committed_twenty(two_seeds: TrialResult) -> None:
    assert list(two_seeds.results) == ["adam"]
    found = dict(zip((s.key for s in SENTENCES), two_seeds.claims, strict=True))
    again, committed = found["mean-kills"], kept("mean-kills")
    assert again.seeds == 2
    assert [case.where for case in again.cases] == [case.where for case in committed.cases]
    mean, low, high = ends(committed.cases).T
    # The mean of 2 of 20 networks is a standard deviation of 0.67 of theirs away: 1.4 half intervals.
    assert np.all(np.abs(ends(again.cases)[:, 0] - mean) < 3 * (high - low) + 0.02)
    # Two seeds decide nothing, and neither does what is not run.
    assert verdict(again) is Verdict.OPEN
    assert found["deep"].cases == ()
    assert verdict(found["deep"]) is Verdict.OPEN
    assert trial_words.told(found["deep"]) == "Not finished yet."


def test_slim_tiles_of_deep_networks_hold_all_that_is_asked() -> None:
    spec = DepthRun(depth=7, width=8, steps=3, seeds=2)
    whole = {i: depth.compute(spec, i) for i in range(depth.tiles(spec))}
    slim = {i: trial._slim("depth", tile) for i, tile in whole.items()}
    assert (
        sum(array.nbytes for array in slim[0].values()) < sum(array.nbytes for array in whole[0].values()) / 2
    )
    again = depth.assemble(spec, {i: trial._whole(spec, tile) for i, tile in slim.items()})
    expected = depth.assemble(spec, whole)
    assert depth_claims(again) == depth_claims(expected)
    np.testing.assert_array_equal(again.born, expected.born)


def test_half_a_trial_can_be_written(two_seeds: TrialResult) -> None:
    numbers = trial_numbers(two_seeds)
    assert set(numbers.columns["claim"]) == {"mean-kills"}
    assert set(numbers.columns["verdict"]) == {Verdict.OPEN}
    empty = trial_numbers(assemble(Trial(), {}))
    assert all(len(column) == 0 for column in empty.columns.values())


def test_the_committed_verdicts_follow_from_the_numbers() -> None:
    found = json.loads(KEPT.read_text(encoding="utf-8"))
    written = dict(zip(found["claim"], found["verdict"], strict=True))
    assert list(written) == [sentence.key for sentence in SENTENCES]
    for sentence, claim in zip(SENTENCES, read().claims, strict=True):
        inside = [case.above < case.low and case.high <= case.below for case in claim.cases]
        parts = {case.part: False for case in claim.cases}
        for case, it in zip(claim.cases, inside, strict=True):
            parts[case.part] |= it
        expected = "holds" if all(inside) else "holds under conditions" if all(parts.values()) else ""
        assert written[sentence.key] == (expected or "does not hold here")
        assert claim.seeds is None or claim.seeds >= 20
        assert np.isfinite(ends(claim.cases)[:, 0]).any()


def test_the_document_is_made_from_the_committed_numbers() -> None:
    assert (ROOT / "docs" / "claims.md").read_text(encoding="utf-8") == trial_document.document(read())


def test_the_document_says_what_the_numbers_say() -> None:
    changed = tuple(Claim(c.sentence, c.measure, c.rule, c.cases[:1], None) for c in read().claims)
    other = trial_document.document(Record(read().settings, changed))
    assert other != trial_document.document(read())
    for sentence in SENTENCES:
        assert (
            other.count(
                f"## {trial_document.MARKS[verdict(kept_of(changed, sentence.key))]} {sentence.claim}"
            )
            == 1
        )


def kept_of(claims: tuple[Claim, ...], key: str) -> Claim:
    return claims[[sentence.key for sentence in SENTENCES].index(key)]


def test_every_sentence_has_a_run_and_every_run_a_sentence() -> None:
    assert {name for sentence in SENTENCES for name in sentence.runs} == set(RUNS)
    assert len({sentence.key for sentence in SENTENCES}) == len(SENTENCES)
    assert all(bool(sentence.quotation) is (sentence.place != OURS) for sentence in SENTENCES)


def test_numbers_are_written_with_their_unit() -> None:
    assert trial_words.number("percent", 0.5) == "50 %"
    assert trial_words.number("points", -0.1234) == "−12.3 points"
    assert trial_words.number("points", -0.0001) == "−0.01 points"
    assert trial_words.number("factor", 2.345) == "2.35 ×"
    assert trial_words.number("number", 1.3e-15) == "1.3·10⁻¹⁵"
    assert trial_words.number("factor", np.inf) == "∞"


@pytest.mark.parametrize("seeds", [0, 101, 2.5])
def test_seeds_out_of_range_are_refused(seeds: float) -> None:
    with pytest.raises(ValueError, match="seeds must be a whole number of at least 1 and at most 100, got"):
        Trial(seeds=seeds)  # type: ignore[arg-type]
