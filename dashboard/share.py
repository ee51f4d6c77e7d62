"""The dialog "Share": a link, code to embed a picture, the settings as a file."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.embed import LEVELS, PICTURES
from dashboard.markup import aria

_THEMES = {"system": "the reader's", "light": "light", "dark": "dark"}


def dialog() -> Component:
    """Return the dialog, closed; assets/share.js opens and fills it."""
    return html.Dialog(
        html.Div(
            [
                html.Div(
                    [
                        html.H2("Share", id="share-dialog-heading"),
                        html.Button("✕", id="close-share", title="Close", **aria(label="Close")),
                    ],
                    className="dialog-head",
                ),
                _link(),
                _embed(),
                _file(),
            ],
            className="dialog-body",
        ),
        id="share-dialog",
        className="dialog",
        **aria(labelledby="share-dialog-heading"),
    )


def _link() -> Component:
    return _section(
        "Link to what is shown",
        _text("link", "The link", rows=2),
        html.Div([_button("copy-link", "Copy link"), _said("link-said")], className="dialog-row"),
    )


def _embed() -> Component:
    pictures = {key: picture.name for key, picture in PICTURES.items()}
    choices = [
        _choice("embed-picture", "Picture", pictures),
        _choice("embed-level", "With", LEVELS),
        _choice("embed-theme", "Colours", _THEMES),
    ]
    return _section(
        "A picture in another page",
        html.Div(choices, className="embed-choices"),
        _text("embed", "The code that embeds the picture", rows=3),
        html.Div([_button("copy-embed", "Copy code"), _said("embed-said")], className="dialog-row"),
    )


def _file() -> Component:
    return _section(
        "Settings as a file",
        html.Div(
            [_button("save-settings", "Save settings"), _button("load-settings", "Load settings …")],
            className="dialog-row",
        ),
        _said("file-said"),
        dcc.Store(id="file"),
        dcc.Download(id="saved"),
    )


def _section(heading: str, *parts: Component) -> Component:
    return html.Section([html.H3(heading), *parts])


def _text(name: str, label: str, rows: int) -> Component:
    return html.Textarea(
        id=f"{name}-text", readOnly="readonly", rows=rows, spellCheck="false", **aria(label=label)
    )


def _choice(key: str, label: str, choices: dict[str, str]) -> Component:
    options = [html.Option(words, value=value) for value, words in choices.items()]
    return html.Label([label, html.Select(options, id=key, className="select")])


def _button(key: str, text: str) -> Component:
    return html.Button(text, id=key, className="button")


def _said(key: str) -> Component:
    """Where it stands what a button did."""
    return html.Div(id=key, className="said", role="status")
