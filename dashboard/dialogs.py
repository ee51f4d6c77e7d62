"""What everyone may open: the numbers of the pictures as tables, and all keys."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.markup import aria
from hosting import VERSION

# Every key that the scripts in assets/ listen to, by what has the focus; a test holds the two together.
KEYS: tuple[tuple[str, tuple[tuple[tuple[str, ...], str], ...]], ...] = (
    (
        "Anywhere",
        (
            (("Space",), "play or pause; reveal the outcome while you guess; show the move in the lesson"),
            (("Esc",), "leave Present, close what is open"),
            (("?",), "this list"),
        ),
    ),
    (
        "Sliders, and the iteration",
        (
            (("←", "→", "↑", "↓"), "one step"),
            (("Page ↑", "Page ↓"), "ten steps"),
            (("Shift",), "with an arrow, ten steps of a slider"),
            (("Home", "End"), "the ends"),
        ),
    ),
    (
        "Starts and the selected unit, on the map",
        (
            (("←", "→", "↑", "↓"), "move it by a hundredth of the map, with Shift by a tenth"),
            (("Enter",), "add a start"),
            (("Delete", "Backspace"), "remove it"),
        ),
    ),
    (
        "The point among the regimes",
        ((("←", "→", "↑", "↓"), "change η and β by one step, with Shift by ten"),),
    ),
    (
        "Your guess",
        (
            (("←", "→", "↑", "↓"), "one per cent, with Shift ten"),
            (("Page ↑", "Page ↓"), "ten per cent"),
            (("Home", "End"), "0 and 100 %"),
        ),
    ),
    (
        "Lesson",
        (
            (("←", "→"), "the step before, the next step; in Present also Page ↑ and Page ↓"),
            (("1", "2", "3"), "predict"),
        ),
    ),
    ("Number boxes", ((("Enter",), "take the number"),)),
)


def links() -> Component:
    """Return the quiet row at the foot of the rail."""
    return html.Div(
        [
            html.Button("Data", id="data-open", className="link", title="What the pictures show, as tables"),
            html.Button(
                "Patterns",
                id="patterns",
                className="link",
                title="Tell the outcomes apart by patterns as well as colours",
                **aria(pressed="false"),
            ),
            html.Button("Keys", id="keys-open", className="link", title="All keys; ? does the same"),
            html.Span(VERSION, className="version", title="The version of The Dead Cone"),
        ],
        className="foot",
    )


def dialogs() -> list[Component]:
    """Return the dialogs, closed; assets/data.js and assets/keys.js open them."""
    return [_data(), _keys()]


def _data() -> Component:
    choice = html.Label(
        ["Picture", html.Select(id="data-picture", className="select")], className="data-choice small muted"
    )
    file = html.A("All of it as CSV", id="data-file", className="link", download="")
    return _dialog(
        "data",
        "Data",
        html.Div([choice, file], className="dialog-row"),
        html.P(id="data-problem", className="error", role="alert"),
        html.Div(id="data-tables"),
    )


def _keys() -> Component:
    switch = html.P(
        [
            html.Button("Single keys", id="single-keys", className="toggle", **aria(pressed="true")),
            html.Span("Off, nothing happens at ?, 1, 2 and 3.", className="small muted"),
        ],
        className="dialog-row",
    )
    parts = [
        html.Section(
            [
                html.H3(heading),
                html.Table(
                    html.Tbody(
                        [
                            html.Tr([html.Th([html.Kbd(key) for key in keys], scope="row"), html.Td(what)])
                            for keys, what in rows
                        ]
                    )
                ),
            ]
        )
        for heading, rows in KEYS
    ]
    return _dialog("keys", "Keys", html.Div(parts, className="key-parts"), switch)


def _dialog(name: str, heading: str, *parts: Component) -> Component:
    head = html.Div(
        [
            html.H2(heading, id=f"{name}-heading"),
            html.Button("✕", id=f"{name}-close", title="Close", **aria(label="Close")),
        ],
        className="dialog-head",
    )
    return html.Dialog(
        html.Div([head, *parts], className="dialog-body"),
        id=f"{name}-dialog",
        className="dialog",
        **aria(labelledby=f"{name}-heading"),
    )
