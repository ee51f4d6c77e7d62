"""How a trial is told, on the page and in docs/claims.md: numbers, groups of cases, the count of verdicts."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from experiments.intervals import Case, Claim, Verdict
from experiments.trial import verdict
from experiments.trial_sentences import SUPERSCRIPTS, Sentence, Unit

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Group:
    """Cases that one line of the picture holds.

    Parameters
    ----------
    name : str
    cases : tuple of Case
    """

    name: str
    cases: tuple[Case, ...]

    @property
    def supporting(self) -> int:
        """How many of them support the sentence."""
        return sum(case.supports for case in self.cases)


def number(unit: Unit, value: float, named: bool = True) -> str:
    """Write a number of a sentence: ``12.4 %``, ``19.3 points``, ``2.1 ×``.

    Parameters
    ----------
    unit : Unit
    value : float
    named : bool
        Whether with the unit.
    """
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "∞"
    if unit in ("percent", "points"):
        value *= 100
    if unit in ("factor", "number"):
        text = _short(value)
    elif 0 < abs(value) < 0.05:
        text = _short(float(f"{value:.1g}"))
    else:
        text = f"{value:.1f}".removesuffix(".0")
    text = text.replace("-", "−")
    suffix = {"percent": " %", "points": " points", "factor": " ×", "number": ""}[unit]
    return f"{text}{suffix}" if named else text


def _short(value: float) -> str:
    """Write three digits, powers of ten from 10⁵ and below 10⁻³."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{float(f'{value:.3g}'):,.10g}"
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    power = str(int(exponent)).translate(SUPERSCRIPTS)
    return f"{mantissa.removesuffix('.0')}·10{power}"


def interval(unit: Unit, case: Case) -> str:
    """Write a case's mean with its interval; an interval without length is left out."""
    if case.low == case.high:
        return number(unit, case.mean)
    ends = " to ".join(number(unit, end, named=False) for end in (case.low, case.high))
    return f"{number(unit, case.mean)} ({ends})"


def groups(cases: Sequence[Case]) -> list[Group]:
    """Return the cases by their group, in the order in which these appear."""
    return _by(cases, lambda case: case.group or case.where)


def summary(sentence: Sentence, group: Group) -> str:
    """Write a group's numbers: one with its interval, or from the smallest mean to the largest."""
    if len(group.cases) == 1:
        return interval(sentence.unit, group.cases[0])
    means = [case.mean for case in group.cases]
    low, high = min(means), max(means)
    if low == high:
        return number(sentence.unit, low)
    return f"{number(sentence.unit, low, named=False)} to {number(sentence.unit, high)}"


def told(claim: Claim) -> str:
    """Say in how many comparisons a sentence held, and where."""
    return " ".join(tally(claim))


def tally(claim: Claim) -> list[str]:
    """Say in how many comparisons a sentence held, then of each of its parts, or groups, where."""
    if not claim.cases:
        return ["Not finished yet."]
    count, supporting = len(claim.cases), sum(case.supports for case in claim.cases)
    if count == 1:
        return ["As it says." if supporting else "Not so."]
    if supporting in (0, count):
        return [f"In {'all' if supporting else 'none'} of {count} comparisons."]
    return [f"In {supporting} of {count} comparisons.", *_parts(claim.cases)]


def _parts(cases: Sequence[Case]) -> Iterator[str]:
    """Yield how many cases of each part support it; of a mixed part also in which of its runs."""
    parts = _by(cases, lambda case: case.part)
    for part in parts:
        lead = f"{capital(part.name)}: " if part.name else ""
        if part.supporting in (0, len(part.cases)):
            yield f"{lead}{_of(part)}."
            continue
        own = _by(part.cases, lambda case: (case.group or case.where).partition("; ")[0])
        if len(own) == 1:
            own = _by(part.cases, lambda case: (case.group or case.where).rpartition("; ")[2])
        if part.name and len(own) == 1:
            yield f"{lead}{_of(part)}."
        else:
            yield capital(lead + "; ".join(f"{each.name}: {_of(each)}" for each in own)) + "."


def _by(cases: Sequence[Case], key: Callable[[Case], str]) -> list[Group]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(key(case), []).append(case)
    return [Group(name, tuple(own)) for name, own in found.items()]


def capital(text: str) -> str:
    """Begin a sentence with this text."""
    return text[:1].upper() + text[1:] if text[:1].isascii() else text  # γ is no Γ


def _of(group: Group) -> str:
    count = len(group.cases)
    if group.supporting in (0, count):
        return (
            ("yes" if group.supporting else "no") if count == 1 else ("all" if group.supporting else "none")
        )
    return f"{group.supporting} of {count}"


def title(claims: Sequence[Claim]) -> str:
    """Count the verdicts, such as 20 that hold, ten under conditions and three that do not."""
    found = Counter(verdict(claim) for claim in claims)
    parts = [
        f"{_count(found[Verdict.HOLDS])} hold{'s' if found[Verdict.HOLDS] == 1 else ''}",
        f"{_count(found[Verdict.CONDITIONS])} under conditions",
        f"{_count(found[Verdict.FAILS])} not here",
    ]
    if found[Verdict.OPEN]:
        parts.append(f"{_count(found[Verdict.OPEN])} open")
    return f"Of {_count(len(claims))} claims {', '.join(parts)}."


def _count(value: int) -> str:
    return _WORDS[value] if value < len(_WORDS) else str(value)
