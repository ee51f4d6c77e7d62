"""Guess first: what may be seen before the outcome is revealed, and the guess beside it afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard import results
from dashboard.caption import counting
from dashboard.markup import aria, data
from dashboard.numbers import in_updates, percent, readable
from dashboard.page import rail
from dashboard.presets import Preset
from dashboard.runs import LETTERS
from dashboard.settings import Settings
from dynamics import Grid
from figures import View, field_row, hidden_alive, hidden_plane, hidden_share, locus, oscillation, regimes
from figures.chart import Spec, momentum

OPEN = ("locus", "oscillation", "field", "regimes")  # pictures that know nothing of starts
Properties = dict[str, dict[str, Any]]

# What the dead share follows from: a guess is of these.
_JUDGED = ("hyperparameters", "epsilon", "tolerance", "rho", "max_iterations", "window", "resolution")


def keeping(before: Settings, after: Settings) -> Settings:
    """Return `after` as hidden as `before`; a revealed guess is dropped when its question changes."""
    plain = before.scaled(False), after.scaled(False)
    same = all(getattr(plain[0], name) == getattr(plain[1], name) for name in _JUDGED)
    guess = before.guess if same or before.hide != "none" else None
    return replace(after, hide=before.hide, guess=guess)


def guessed_share(settings: Settings) -> float | None:
    """Return the guess as a share, 0 to 1."""
    return None if settings.guess is None else settings.guess / 100


# ------------------------------------------------------------------ hidden


def drawings(
    settings: Settings, grid: Grid, known: float | None, view: View
) -> Mapping[str, Callable[[], Spec]]:
    """Return how each picture is drawn while the outcome is hidden; the others are not drawn.

    `known` is the dead share without momentum. Nothing else that is drawn here was judged.
    """
    starts = [(LETTERS[i], w, b) for i, (w, b) in enumerate(settings.starts)]
    guess = guessed_share(settings)
    return {
        "map": lambda: hidden_plane.spec(
            settings.hyperparameters, grid, starts, view, epsilon=settings.epsilon, rho=settings.rho
        ),
        "alive": lambda: hidden_alive.spec(settings.epsilon, view, quantity=settings.quantity),
        "share": lambda: hidden_share.spec(known, settings.beta, guess, view),
        "locus": lambda: locus.spec(results.locus_curve(settings.eta), settings.beta, view),
        "oscillation": lambda: oscillation.spec(results.affine_runs(settings), view),
        "field": lambda: field_row.spec(results.fields(settings, view), settings.epsilon, view),
        "regimes": lambda: regimes.spec(settings.beta, settings.eta, view),
    }


def question(settings: Settings) -> str:
    """Return the caption while the outcome is hidden."""
    at = f"at β = {momentum(settings.beta, 4)}"
    if settings.tolerance == 0:
        return f"How many starts are dead after {in_updates(settings.max_iterations)} {at}?"
    return f"How many starts die {at}?"


def told(
    settings: Settings, grid: Grid, known: float | None, preset: Preset | None, conditions: str
) -> Properties:
    """Return what the browser sets while the outcome is hidden: the question, and what is no answer to it."""
    hint = "Drag the bar to the share of starts that you expect to die."
    if known is not None:
        hint = f"At β = 0 it was {percent(known)}. Does momentum save units here, or kill them?"
    return {
        "context": {"text": hint},
        "counting": {"text": counting(settings, grid)},
        "share-conditions": {"text": conditions},
        "picture-share": {"data-old": False},
        **rail(settings, preset),
    }


# ------------------------------------------------------------------ revealed


def revealed(settings: Settings) -> Properties:
    """Return what the browser sets of a guess beside the outcome."""
    guess = settings.guess
    properties: Properties = {
        "guess-first": {"text": "Guess first" if guess is None else "Guess again"},
        "guess-tick": {"hidden": guess is None},
        "legend-guess": {"hidden": guess is None},
    }
    if guess is not None:
        properties["guess-tick"]["style"] = {"left": f"{guess:.2f}%"}
        properties["share-guess"] = {"text": said(guess)}
    return properties


def said(guess: float) -> str:
    """Write a guess as it was made, which a share's own rounding would not: 0.4 % is not "< 1 %"."""
    return f"{readable(guess)} %"


# ------------------------------------------------------------------ parts of the page


def links() -> list[Component]:
    """Return the ways into the mode and out of it."""
    hidden, shown = {"hide": "outcome", "guess": "none"}, {"hide": "none"}
    return [
        html.Button(
            "Guess first",
            id="guess-first",
            className="link in-explore",
            title="Hide where the starts end, and guess how many die",
            **data(changes=json.dumps(hidden)),
        ),
        html.Button(
            "Stop guessing",
            id="guess-leave",
            className="link way-back in-guess",
            title="Show the outcome without a guess",
            **data(changes=json.dumps({**shown, "guess": "none"})),
        ),
        html.Button(
            "Reveal",
            id="reveal",
            className="primary in-guess",
            title="Show where the starts end; the space bar does the same",
            **data(changes=json.dumps(shown)),
        ),
    ]


def bar() -> Component:
    """Return the input in the outcome bar's place. assets/guess.js moves it."""
    handle = html.Div(
        id="guess-handle",
        role="slider",
        tabIndex="0",
        **aria(label="Your guess: the share of starts that die, in per cent", valuemin="0", valuemax="100"),
    )
    return html.Div(
        [
            html.Div(handle, id="guess-bar"),
            html.P(
                [
                    html.I(className="swatch dead"),
                    html.Span(["your guess: ", html.B(id="guess-said"), " of starts die"]),
                    html.Span("Drag the handle.", className="muted"),
                ],
                className="guess-legend",
            ),
        ],
        className="guess in-guess",
    )


def legend() -> Component:
    """Return the guess as the first entry of the legend."""
    return html.Span(
        [html.I(className="guess-mark"), "your guess", html.B(id="share-guess")],
        id="legend-guess",
        className="entry",
        hidden=True,
    )
