"""The tab Claims on trial: a row for each claim with its verdict, intervals on one scale, and words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import jobs_shown
from dashboard.jobs_shown import PLACES
from dashboard.markup import aria, data
from dashboard.prefix import rooted
from dynamics.threads import worker_count
from experiments.intervals import Case, Claim, Verdict
from experiments.trial import LEAST_SEEDS, verdict
from experiments.trial_runs import RUNS, Calculation
from experiments.trial_sentences import OURS, SENTENCES, Sentence
from experiments.trial_words import Group, groups, number, summary, tally
from jobs.spec import job_id

_DRAWN = ("percent", "points")  # what the one scale is of
_STEP = 0.2  # between two marks of the scale, which ends on them
POLL_MS = 3000  # a run is finished every half minute or so
_LINES = 3  # of numbers in a row; all of them are in its details
_STRENGTHS = {"β = 0": 1, "β = 0.9": 2, "β = 0.99": 3}  # which of the momentum colours
_SLIDERS = {"depth": "&gamma=0.01", "theory": "&beta=0.99&gamma=0.01"}  # a run's settings without a box
_HEADS = ("Verdict", "Claim and its run", "", "In words")


def heading() -> Component:
    """Return the tab's heading, which counts the verdicts."""
    return html.Div(
        [
            html.H1("What holds of the paper?", id="trial-title"),
            html.P(
                "Every sentence that states a checkable fact, and ours; the rule was fixed before the runs.",
                className="context",
            ),
        ],
        className="in-claims",
    )


def panel() -> Component:
    """Return the tab's content; the rows come when it is shown."""
    return html.Div(
        [
            *jobs_shown.watching("trial"),
            html.Div(
                [
                    html.P(
                        "A claim holds when in every comparison the whole 95 % interval lies where it says, "
                        "under conditions when in some of each of its parts, and else not here. "
                        f"{LEAST_SEEDS} seeds each; a single unit’s numbers leave nothing to chance.",
                        className="muted",
                    ),
                    html.Div(_legend(), className="trial-legend small muted"),
                ],
                className="trial-rule",
            ),
            html.Div(id="trial-rows"),
            html.Div(
                [
                    html.Div(
                        [
                            html.Span("A claim opens the sentence and every run behind its verdict. "),
                            html.Button(id="trial-run", className="link"),
                            html.Span(id="trial-made", className="muted"),
                        ],
                        className="trial-foot",
                    ),
                    jobs_shown.progress("trial"),
                ]
            ),
            dcc.Store(id="trial-drawn"),
        ],
        className="in-claims trial",
    )


def _legend() -> list[Component]:
    names = {1: "0", 2: "0.9", 3: "0.99"}
    swatches = [
        html.Span([html.I(style={"background": f"var(--momentum-{shade})"}), name])
        for shade, name in names.items()
    ]
    return [html.Span("β"), *swatches]


@cache
def minutes() -> int:
    """Return how long all runs take here, roughly."""
    specs = [run.spec(LEAST_SEEDS) for run in RUNS.values() if not isinstance(run, Calculation)]
    seconds: float = sum(spec.seconds for spec in specs)
    return max(round(seconds / worker_count() / 60), 1)


def rows(claims: Sequence[Claim]) -> list[Component]:
    """Return the table: its head with the scale, and a row that opens for each claim."""
    scale = Scale(claims)
    names = [html.Span(name) for name in _HEADS]
    names[2] = html.Span(["Numbers, in per cent or points", scale.marks()])
    head = html.Div(names, className="trial-head trial-grid", **aria(hidden="true"))
    return [head, *(_row(*pair, scale) for pair in zip(SENTENCES, claims, strict=True))]


def _row(sentence: Sentence, claim: Claim, scale: Scale) -> Component:
    found, own = verdict(claim), f"claim-{sentence.key}"
    disc = html.Span(className=f"trial-disc {found.name.lower()}", **aria(hidden="true"))
    # What opens stands below all columns, so the stylesheet shows it; a link must not stand in what opens it.
    opens = html.Summary(sentence.claim, className="claim-sentence", **aria(controls=f"{own}-details"))
    return html.Div(
        [
            html.Div([disc, html.B(_short(found))], className="trial-verdict"),
            html.Div(
                [
                    html.Details(opens, **data(claim=own)),
                    html.Div([_place(sentence), _link(sentence.runs[0])], className="small muted"),
                ],
                className="trial-claim",
            ),
            html.Div(_numbers(sentence, claim, scale), className="trial-numbers"),
            html.Div(_words(sentence, claim), className="trial-words"),
            html.Div(_details(sentence, claim), id=f"{own}-details", className="trial-details"),
        ],
        className="trial-row trial-grid",
        id=own,
    )


def _words(sentence: Sentence, claim: Claim) -> list[Component]:
    """Return in how many comparisons it held, and below it where, and of what."""
    first, *rest = tally(claim)
    rest.append(f"Numbers: {sentence.measure}.")
    return [
        html.Span(written(first)),
        *(html.Span(written(text), className="small muted") for text in rest),
    ]


def written(text: str) -> str:
    """Write a text as the page does: ``η = 0.01`` on one line, a narrow space in ``10 000``."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "\N{NARROW NO-BREAK SPACE}", text).replace("= -", "= −")
    return re.sub(r" ([=×]) ", "\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text)


def _short(found: Verdict) -> str:
    return {Verdict.CONDITIONS: "under conditions", Verdict.FAILS: "not here"}.get(found, str(found))


def _place(sentence: Sentence) -> str:
    return "This page’s · " if sentence.place == OURS else f"{sentence.place} · "


def _link(name: str) -> Component:
    """Return the way to a run: its settings on this page, or the picture of Explore."""
    run = RUNS[name]
    if isinstance(run, Calculation):
        return (
            html.A(written(run.name), href=rooted(f"/{run.query}"), className="link")
            if run.query
            else html.Span(written(run.name))
        )
    spec = run.spec(LEAST_SEEDS)
    if type(spec) not in PLACES:
        return html.Span(written(run.name))
    address = f"{PLACES[type(spec)].address}{job_id(spec)}{_SLIDERS.get(run.kind, '')}"
    return html.A(written(run.name), href=rooted(address), className="link")


def _numbers(sentence: Sentence, claim: Claim, scale: Scale) -> list[Component]:
    lines = groups(claim.cases)
    if not lines:
        return []
    one = len(claim.cases) == 1
    parts = [
        html.Span(written(("" if one else f"{line.name}: ") + summary(sentence, line)))
        for line in lines[:_LINES]
    ]
    if len(lines) > _LINES:
        parts.append(html.Span(f"and {len(lines) - _LINES} more"))
    text = html.Span(parts, className="trial-text small muted")
    return [scale.picture(lines), text] if sentence.unit in _DRAWN else [text]


def _details(sentence: Sentence, claim: Claim) -> list[Component]:
    quote = (
        html.P("A claim of this page, not of the paper.")
        if sentence.place == OURS
        else html.Blockquote([f"“{sentence.quotation}”", html.Cite(sentence.place)])
    )
    seeds = "" if claim.seeds is None else f" Fewest seeds behind a number: {claim.seeds}."
    return [
        quote,
        html.P(written(f"A comparison supports the claim when {sentence.rule}.{seeds}")),
        html.Ul([html.Li(_link(name)) for name in sentence.runs], className="trial-runs"),
        html.Div(
            _table(sentence, claim),
            className="trial-table",
            tabIndex=0,
            role="group",
            **aria(label="Comparisons"),
        ),
    ]


def _table(sentence: Sentence, claim: Claim) -> Component:
    heads = html.Tr([html.Th(name, scope="col") for name in ("Comparisons", "Numbers", "Support it")])
    body = [
        html.Tr(
            [
                html.Th(written(group.name), scope="row"),
                html.Td(written(summary(sentence, group))),
                html.Td(f"{group.supporting} of {len(group.cases)}"),
            ]
        )
        for group in groups(claim.cases)
    ]
    return html.Table([html.Thead(heads), html.Tbody(body)])


class Scale:
    """The one scale of all intervals of shares, wide enough for every one of them.

    Parameters
    ----------
    claims : sequence of Claim
        As many as `SENTENCES`.
    """

    def __init__(self, claims: Sequence[Claim]) -> None:
        ends = [
            end
            for sentence, claim in zip(SENTENCES, claims, strict=True)
            if sentence.unit in _DRAWN
            for case in claim.cases
            for end in (case.low, case.high)
            if math.isfinite(end)
        ]
        # A hundredth of a step beyond a mark is not worth another step.
        self._low = _STEP * math.floor(min([0.0, *ends]) / _STEP + 0.01)
        self._high = _STEP * math.ceil(max([1.0, *ends]) / _STEP - 0.01)

    def _at(self, value: float) -> str:
        inside = min(max(value, self._low), self._high)
        return f"{100 * (inside - self._low) / (self._high - self._low):.2f}%"

    def marks(self) -> Component:
        """Return its numbers, at every second step."""
        count = round((self._high - self._low) / _STEP)
        values = [self._low + i * _STEP for i in range(count + 1)]
        shown = [value for value in values if round(value / _STEP) % 2 == 0]
        marks = [html.Span(number("number", 100 * round(x, 6)), style={"left": self._at(x)}) for x in shown]
        return html.Span(marks, className="trial-scale small muted")

    def picture(self, lines: Sequence[Group]) -> Component:
        """Return the intervals of a claim, a line for each group."""
        zero = html.I(className="trial-zero", style={"left": self._at(0)})
        drawn = [
            html.Span([part for case in line.cases for part in self._case(case)], className=_class(line))
            for line in lines
        ]
        return html.Span([zero, *drawn], className="trial-picture", **aria(hidden="true"))

    def _case(self, case: Case) -> list[Component]:
        if math.isnan(case.mean):
            return []
        dot = html.B(style={"left": self._at(case.mean)})
        if not case.low < case.high:
            return [dot]
        left, right = self._at(case.low), self._at(case.high)
        return [html.I(style={"left": left, "right": f"calc(100% - {right})"}), dot]


def _class(line: Group) -> str:
    strength = next((n for name, n in _STRENGTHS.items() if line.name.endswith(name)), 0)
    return f"trial-line strength-{strength}" if strength else "trial-line"
