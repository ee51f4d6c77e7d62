"""The dialog "Export": a picture as image, numbers or program, a sweep as animation, all as one file."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.controls import SLIDERS
from dashboard.export_sweep import MOST_FRAMES, MOST_SECONDS
from dashboard.markup import aria, data

FORMATS = {
    "png": ("PNG", "Image of pixels, two for each of the page's"),
    "svg": ("SVG", "Image of lines and letters, sharp at any size"),
    "npz": ("NPZ", "The numbers as numpy's arrays"),
    "csv": ("CSV", "The numbers as a table"),
}


def opener() -> Component:
    """Return the header's entry."""
    return html.Button(
        "Export",
        id="export-open",
        className="link",
        title="Images, numbers, Python, an animation or one file of what is shown",
        **aria(haspopup="dialog"),
    )


def dialog() -> Component:
    """Return the dialog, closed; assets/export.js opens and fills it."""
    return html.Dialog(
        html.Div(
            [
                html.Div(
                    [
                        html.H2("Export", id="export-heading"),
                        html.Button("✕", id="export-close", title="Close", **aria(label="Close")),
                    ],
                    className="dialog-head",
                ),
                html.P(id="export-refused", role="status"),
                html.Div([_picture(), _program(), _sweep(), _page()], id="export-parts"),
            ],
            className="dialog-body",
        ),
        id="export-dialog",
        className="dialog",
        **aria(labelledby="export-heading"),
    )


def _picture() -> Component:
    buttons = [
        html.Button(name, className="button", title=title, **data(format=key))
        for key, (name, title) in FORMATS.items()
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.Label(
                        ["Picture", html.Select(id="export-picture", className="select")],
                        className="export-choice",
                    ),
                    html.Div(buttons, className="export-formats", role="group", **aria(label="Formats")),
                ],
                className="dialog-row",
            ),
            _said("picture"),
        ]
    )


def _program() -> Component:
    return html.Section(
        [
            html.H3("The same numbers in Python"),
            html.Textarea(
                id="export-code",
                readOnly="readonly",
                rows=9,
                spellCheck="false",
                wrap="off",
                **aria(label="Python program"),
            ),
            html.Div(
                [html.Button("Copy code", id="export-copy", className="button"), _said("code")],
                className="dialog-row",
            ),
        ]
    )


def _sweep() -> Component:
    sliders = [html.Option(f"{control.symbol}  {control.name}", value=control.key) for control in SLIDERS]
    return html.Section(
        [
            html.H3("The map while a slider moves, as animated GIF"),
            html.Div(
                [
                    html.Label(["Slider", html.Select(sliders, id="sweep-slider", className="select")]),
                    _number("from", "From", "0"),
                    _number("to", "To", "0.99"),
                    _number("frames", "Pictures", "60", f"Two to {MOST_FRAMES}"),
                    _number("seconds", "Seconds", "6", f"One to {MOST_SECONDS}"),
                ],
                className="sweep-choices",
            ),
            html.Div(
                [html.Button("Make GIF", id="sweep-make", className="button"), _said("sweep")],
                className="dialog-row",
            ),
            html.Progress(id="sweep-progress", value="0", max="1", hidden=True, **aria(label="Progress")),
        ],
        id="export-sweep",
    )


def _number(key: str, label: str, value: str, title: str = "A value on the slider") -> Component:
    """Return a box of a sweep, which is no setting: it must not have the class of those that are."""
    box = dcc.Input(id=f"sweep-{key}", type="text", value=value, autoComplete="off", className="sweep-box")
    return html.Label([label, box], title=title)


def _page() -> Component:
    return html.Section(
        [
            html.H3("Everything as one HTML file"),
            html.P("All pictures with their words; it opens without a network.", className="small muted"),
            html.Div(
                [html.Button("Save HTML", id="export-page", className="button"), _said("page")],
                className="dialog-row",
            ),
        ]
    )


def _said(key: str) -> Component:
    """Where it stands what a button did."""
    return html.Div(id=f"{key}-export-said", className="said", role="status")
