"""docs/claims.md: the trial for whoever reads it without the page."""

from collections.abc import Iterator

from experiments import trial
from experiments.intervals import Claim, Verdict
from experiments.trial_record import Record
from experiments.trial_runs import RUNS
from experiments.trial_sentences import OURS, SENTENCES, Sentence
from experiments.trial_words import groups, summary, title, told

MARKS = {Verdict.HOLDS: "●", Verdict.CONDITIONS: "◐", Verdict.FAILS: "○", Verdict.OPEN: "…"}
_PAPER = (
    "“The Effect of Target Normalization and Momentum on Dying ReLU” "
    "(Arnekvist, Carvalho, Kragic, Stork, 2020)"
)


# Whoever fixes a rule beforehand owes the reader what was changed afterwards.
_CHANGED = (
    "What changed after a first run had been seen: the claim on oscillations was split in two, the paper's, "
    "on starts in the linear cone, and ours, on starts that momentum kills; both lost β = 0.8, at which none "
    "is killed at γ = 0.1, and gained γ = 0.001; and networks that diverge count as seeds that were run, "
    "which 5 of 4,320 deep ones did. The rule itself and its limits stayed."
)


def document(record: Record) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: Record) -> Iterator[str]:
    settings = record.settings
    libraries = ", ".join(f"{name} {settings[name]}" for name in ("python", "numpy", "scipy", "pandas"))
    yield "# Claims on trial"
    yield ""
    yield f"{title(record.claims)} They are the sentences of {_PAPER} that state a checkable fact, and ours."
    yield ""
    made = f"{settings['trial_seeds']} seeds; engine {settings['engine']}, {libraries}"
    yield f"Written by `make claims` from {made}."
    yield "Not to be edited: a test holds it equal to `experiments/trial.json`, which has every comparison."
    yield ""
    yield "The rule, from `experiments/trial.py`:"
    yield ""
    yield from (f"> {line}".rstrip() for line in (trial.__doc__ or "").strip().splitlines()[2:])
    yield ""
    yield "| | Claim | Place | Comparisons |"
    yield "|---|---|---|---|"
    pairs = list(zip(SENTENCES, record.claims, strict=True))
    for sentence, claim in pairs:
        verdict = trial.verdict(claim)
        # GitHub and Sphinx disagree on what a heading is called in a link; both leave HTML's anchors.
        link = f'<a href="#{sentence.key}">{sentence.claim}</a>'
        yield f"| {MARKS[verdict]} {verdict} | {link} | {sentence.place} | {told(claim)} |"
    yield ""
    yield "Left out is what no run can check: what is popular, assumed or announced, and what others showed."
    yield ""
    yield _CHANGED
    for sentence, claim in pairs:
        yield from _section(sentence, claim)


def _section(sentence: Sentence, claim: Claim) -> Iterator[str]:
    verdict = trial.verdict(claim)
    yield ""
    yield f'<a id="{sentence.key}"></a>'
    yield ""
    yield f"## {MARKS[verdict]} {sentence.claim}"
    yield ""
    said = (
        "A claim of this page." if sentence.place == OURS else f"> “{sentence.quotation}” ({sentence.place})"
    )
    yield said
    yield ""
    seeds = "nothing left to chance" if claim.seeds is None else f"{claim.seeds} seeds"
    yield f"**{str(verdict).capitalize()}.** {told(claim)} Runs: {run_names(sentence)}; {seeds}."
    yield f"Numbers: {sentence.measure}. A comparison supports it when {sentence.rule}."
    yield ""
    yield "| Comparisons | Numbers | Support it |"
    yield "|---|---|---|"
    for group in groups(claim.cases):
        yield f"| {group.name} | {summary(sentence, group)} | {group.supporting} of {len(group.cases)} |"


def run_names(sentence: Sentence) -> str:
    """Name the runs behind a sentence."""
    return "; ".join(RUNS[name].name for name in sentence.runs)
