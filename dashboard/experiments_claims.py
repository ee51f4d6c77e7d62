"""What a run says of the paper's sentences, below its picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashboard.experiments_words import Result
from dashboard.markup import aria, data
from dashboard.numbers import readable
from experiments.claims import depth_claims, figure1_claims
from experiments.figure1_result import Figure1Result
from experiments.intervals import Case, Claim, Verdict

_MARKS = {Verdict.HOLDS: "●", Verdict.CONDITIONS: "◐", Verdict.FAILS: "○", Verdict.OPEN: "…"}


def claims(result: Result) -> list[Component]:
    """Return each sentence with its verdict and, folded, its numbers; nothing before there are any."""
    if result.finished == 0:
        return []
    found = figure1_claims(result) if isinstance(result, Figure1Result) else depth_claims(result)
    return [
        html.H2("The paper’s sentences in this run"),
        *(_claim(claim) for claim in found),
        html.P(
            "The rules were fixed before the runs. A sentence holds when every comparison supports it, under "
            "conditions when some do, and does not hold here when none of it, or of one of its parts, does; "
            "fewer than five seeds decide nothing.",
            className="small muted",
        ),
    ]


def _claim(claim: Claim) -> Component:
    verdict = claim.verdict()
    return html.Details(
        [
            html.Summary(
                [
                    html.Span(_MARKS[verdict], className="verdict-disc", **aria(hidden="true")),
                    html.Span(claim.sentence, className="claim-sentence"),
                    html.B(str(verdict).capitalize()),
                    html.Span(_count(claim), className="muted"),
                ]
            ),
            html.P(f"{_capital(claim.measure)}. It supports the sentence when {claim.rule}."),
            _table(claim),
        ],
        className="claim",
        **data(claim=claim.sentence),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _count(claim: Claim) -> str:
    supporting = sum(case.supports for case in claim.cases)
    seeds = f"{claim.seeds} seed{'' if claim.seeds == 1 else 's'}"
    parts = dict.fromkeys(case.part for case in claim.cases)
    none = [part for part in parts if part and not any(c.supports for c in claim.cases if c.part == part)]
    but = f" ({', '.join(f'{part}: none' for part in none)})" if none and supporting else ""
    return f"{supporting} of {len(claim.cases)} comparisons{but}, {seeds}"


def _table(claim: Claim) -> Component:
    write, unit = (_points, " points") if "dead share" in claim.measure else (readable, "")
    names = ("Comparison", "Mean", "95 % interval", "Supports")
    head = html.Tr([html.Th(name, scope="col") for name in names])
    rows = [
        html.Tr(
            [
                html.Th(case.where.replace("= -", "= −"), scope="row"),
                *(html.Td(text) for text in _numbers(case, write, unit)),
            ]
        )
        for case in claim.cases
    ]
    return html.Table([html.Thead(head), html.Tbody(rows)])


def _points(share: float) -> str:
    return f"{100 * share:.1f}".replace("-", "−")


def _numbers(case: Case, write: Callable[[float], str], unit: str) -> tuple[str, str, str]:
    mean = "not run yet" if np.isnan(case.mean) else f"{write(case.mean)}{unit}"
    ends = "one seed" if np.isnan(case.low) else f"{write(case.low)} to {write(case.high)}{unit}"
    return mean, "" if np.isnan(case.mean) else ends, "yes" if case.supports else "no"
