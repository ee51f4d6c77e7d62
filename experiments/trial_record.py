"""The trial's numbers as a file, and the file's as a trial: docs/claims.md and the page are made from it."""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from dynamics.engine import ENGINE_VERSION
from dynamics.records import Numbers
from experiments.intervals import Case, Claim
from experiments.trial import TrialResult, verdict
from experiments.trial_sentences import SENTENCES

KEPT = Path(__file__).parent / "trial.json"  # written by `python -m experiments claims`
_LIBRARIES = ("numpy", "scipy", "pandas")
_OF_CASE = ("where", "part", "group", "mean", "low", "high", "above", "below")


@dataclass(frozen=True)
class Record:
    """A finished trial.

    Parameters
    ----------
    settings : mapping
        How many seeds, and the versions of what computed it.
    claims : tuple of Claim
        One for each of `SENTENCES`.
    """

    settings: Mapping[str, Any]
    claims: tuple[Claim, ...]


def versions() -> dict[str, str | int]:
    """Return the versions of what computes a trial."""
    names = {name: version(name) for name in _LIBRARIES}
    return {"engine": ENGINE_VERSION, "python": platform.python_version(), **names}


def trial_numbers(result: TrialResult) -> Numbers:
    """Return a row for each case, with its sentence's key, verdict and seeds (−1: no chance in it)."""
    rows: list[tuple[Any, ...]] = []
    for sentence, claim in zip(SENTENCES, result.claims, strict=True):
        seeds = -1 if claim.seeds is None else claim.seeds
        rows += [
            (sentence.key, str(verdict(claim)), seeds, *(getattr(case, name) for name in _OF_CASE))
            for case in claim.cases
        ]
    names = ("claim", "verdict", "seeds", *_OF_CASE)
    columns = {name: np.array([row[i] for row in rows]) for i, name in enumerate(names)}
    return Numbers({"trial_seeds": result.spec.seeds, **versions()}, columns, columns)


@cache
def read(path: Path = KEPT) -> Record:
    """Return what a file of `python -m experiments claims` holds."""
    found = json.loads(path.read_text(encoding="utf-8"))
    settings = {name: value for name, value in found.items() if not isinstance(value, list)}
    columns = [found[name] for name in ("claim", "seeds", *_OF_CASE)]
    claims = {key: tuple(rows) for key, rows in groupby(zip(*columns, strict=True), lambda row: row[0])}
    return Record(settings, tuple(_claims(claims)))


def _claims(rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> Iterator[Claim]:
    for sentence in SENTENCES:
        own = rows.get(sentence.key, ())
        seeds = own[0][1] if own else 0
        cases = tuple(Case(**dict(zip(_OF_CASE, map(_known, row[2:]), strict=True))) for row in own)
        yield Claim(sentence.claim, sentence.measure, sentence.rule, cases, None if seeds == -1 else seeds)


def _known(value: Any) -> Any:
    return np.nan if value is None else value
