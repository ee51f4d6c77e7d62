"""The reruns of the advice as a file, a document, and what a page asks of them."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np

from dynamics.records import Numbers
from experiments.advice import Agreement, Rerun
from experiments.trial_record import versions

KEPT = Path(__file__).parent / "advice.json"  # written by `python -m experiments advice`
_COLUMNS = tuple(field.name for field in fields(Rerun))


def advice_numbers(rows: Sequence[Rerun], seeds: int) -> Numbers:
    """Return a row for each rerun, the agreement in the last column."""
    columns = {name: np.array([getattr(row, name) for row in rows]) for name in _COLUMNS}
    columns["agreement"] = np.array([str(row.agreement) for row in rows])
    return Numbers({"seeds": seeds, **versions()}, columns, columns)


@cache
def kept() -> tuple[Rerun, ...]:
    """Return the reruns that came with this version."""
    found = json.loads(KEPT.read_text(encoding="utf-8"))
    columns = (found[name] for name in _COLUMNS)
    return tuple(Rerun(*values) for values in zip(*columns, strict=True))


def where_it_helps(kind: str) -> Counter[Agreement]:
    """Return how often networks agreed that a kind of change helps, over settings and data sets.

    Only where fewer units are dead in the model: that both see no difference elsewhere is no evidence for it.
    """
    return Counter(row.agreement for row in kept() if row.kind == kind and row.model < 0)


def document(rows: Sequence[Rerun], seeds: int) -> str:
    """Return docs/advice.md."""
    return "\n".join(_lines(rows, seeds)) + "\n"


def lines(rows: Sequence[Rerun]) -> Iterator[str]:
    """Yield how often the two agree, in plain ASCII."""
    counts = Counter(row.agreement for row in rows)
    for agreement in Agreement:
        yield f"{agreement:<32}{counts[agreement]:>3} of {len(rows)}"


def _lines(rows: Sequence[Rerun], seeds: int) -> Iterator[str]:
    counts = Counter(row.agreement for row in rows)
    yield "# The advice in networks"
    yield ""
    yield "Every change that the page Risk offers is computed with one unit and Gaussian inputs. Here each is"
    yield f"made to real networks too: 2 × 32 units, 600 updates of 32 rows, {seeds} seeds, two data sets."
    yield "Model and networks are said to differ where a change moves the dead share by a point at least,"
    yield "beyond its 95 % interval, in one of them and not in the other, or the other way."
    yield ""
    told = ", ".join(f"{counts[agreement]} {agreement}" for agreement in Agreement)
    yield f"Of {len(rows)} comparisons: {told}. Written by `python -m experiments advice`; the numbers are in"
    yield "`experiments/advice.json`."
    for setting in dict.fromkeys(row.setting for row in rows):
        yield ""
        yield f"## {setting}"
        yield ""
        head = "Change", "Data", "Model: dead before, after", "Networks: dead before, after"
        yield f"| {' | '.join(head)} | Difference, 95 % | |"
        yield "|---|---|---|---|---|---|"
        for row in (row for row in rows if row.setting == setting):
            model = f"{_percent(row.model_before)}, {_percent(row.model_after)}"
            networks = f"{_percent(row.before)}, {_percent(row.after)}"
            difference = f"{100 * row.low:+.1f} to {100 * row.high:+.1f}"
            change = f"{row.kind} ({row.fields})"
            yield f"| {change} | {row.dataset} | {model} | {networks} | {difference} | {row.agreement} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
