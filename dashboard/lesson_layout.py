"""The lesson's bar over Explore: words, options, dots and ways. assets/lesson.js moves between the steps."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.lesson_steps import STEPS
from dashboard.markup import aria, data

MOST_OPTIONS = max(len(step.options) for step in STEPS)


def bar() -> Component:
    """Return the bar; a frame fills its words (dashboard/lesson.py)."""
    return html.Section(
        [
            html.P([html.B(id="lesson-number"), f" / {len(STEPS)}"], className="lesson-place"),
            html.Div([_words(), _options(), _answer()], className="lesson-voice"),
            html.Nav([_dot(step.number, step.title) for step in STEPS], id="dots", **aria(label="Steps")),
            html.Div(_ways(), className="lesson-ways"),
        ],
        id="lesson",
        **aria(label="Lesson"),
    )


def _words() -> Component:
    title, text, do = html.Strong(id="lesson-title"), html.Span(id="lesson-text"), html.Span(id="lesson-do")
    return html.P([title, " ", text, " ", do], id="lesson-words")


def _options() -> Component:
    return html.Div(
        [_option(n) for n in range(1, MOST_OPTIONS + 1)],
        id="lesson-options",
        role="group",
        **aria(label="Your prediction"),
    )


def _answer() -> Component:
    reset = html.Button("Reset the step", id="lesson-reset", className="link", hidden=True)
    verdict, reaction = html.B(id="lesson-verdict"), html.Span(id="lesson-reaction")
    return html.P([verdict, " ", reaction, " ", reset], id="lesson-answer", role="status")


def _ways() -> list[Component]:
    return [
        html.Button("Show me", id="lesson-show", className="link", title="The space bar does the same"),
        html.Button("Back", id="lesson-back", className="button", title="←"),
        html.Button("Next", id="lesson-next", className="primary", title="→"),
        html.Button("Leave", id="lesson-leave", className="link", title="Back to Explore"),
    ]


def _option(n: int) -> Component:
    return html.Button(
        [html.Kbd(str(n)), html.Span(": ", className="unseen"), html.Span(id=f"lesson-option-{n}-text")],
        id=f"lesson-option-{n}",
        className="option",
        **aria(pressed="false"),
        **data(vote=str(n)),
    )


def _dot(number: int, title: str) -> Component:
    return html.Button(
        className="dot",
        title=f"{number}  {title}",
        **aria(label=f"Step {number}: {title}"),
        **data(step=str(number)),
    )
