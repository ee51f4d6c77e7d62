"""The tab "Your layer" of the page Risk; assets/layer.js and layer_table.js fill it."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.layer import PAGE
from dashboard.layer_words import DIRECTIONS, QUESTION
from dashboard.markup import aria, data
from dynamics.tensor_file import MIB

# By the kind of a unit: its name on the page, and the mark that its points have.
KINDS = {"dead": "dead", "between": "between", "linear": "linear"}
# The table's columns: what they sort by, what they are called, and which way they sort first.
COLUMNS = (
    ("unit", "unit", "up"),
    ("log10", "P(z > 0)", "down"),
    ("active", "active in X", "down"),
    ("scale", "‖w‖", "down"),
    ("mean", "b", "up"),
    ("wait", "back after", "up"),
)


def heading() -> list[Component]:
    """Return what stands above the tabs."""
    return [html.H1(QUESTION, id="layer-title")]


def panel() -> list[Component]:
    """Return what the tab holds."""
    return [
        html.Div(
            [_file(), html.Div([_plane(), html.Div([_empty(), _said(), _units()])], className="layer-body")],
            id="layer",
            **aria(busy="false"),
        )
    ]


def _file() -> Component:
    """Return the line that says what is shown."""
    return html.Div(
        [
            html.Strong(id="layer-name"),
            html.Span(id="layer-shape", className="muted"),
            _button("Replace", "layer-replace"),
            _button("Remove", "layer-remove"),
            html.Span(
                [
                    html.Span("Inputs", className="muted"),
                    html.Span(id="layer-inputs"),
                    _button("Add inputs", "layer-add", title="Rows X, or their mean and covariance"),
                    _button("Remove inputs", "layer-drop", hidden=True),
                ],
                className="layer-inputs",
            ),
        ],
        id="layer-file",
        className="layer-file",
        hidden=True,
    )


def _plane() -> Component:
    entries = [
        html.Span(
            [html.I(className=f"layer-mark {kind}"), name, html.B(id=f"layer-count-{kind}")],
            className="layer-entry",
        )
        for kind, name in KINDS.items()
    ]
    return html.Section(
        [
            html.H2("Units over the cones", id="layer-heading"),
            html.Div(
                [*entries, html.Span(id="layer-drawn", className="muted")],
                id="layer-legend",
                className="layer-legend",
                hidden=True,
            ),
            html.Div(
                html.Div(id="layer-plane"),
                id="picture-layer",
                className="graph graph-layer",
                role="img",
                **aria(label="Not drawn yet"),
            ),
        ],
        **aria(labelledby="layer-heading"),
    )


def _empty() -> Component:
    mib = PAGE.size // MIB
    return html.Div(
        [
            html.H2("Drop a layer here"),
            html.P(
                [
                    *(".npz, .csv or .safetensors with ", html.Em("weight"), " (units × inputs) and "),
                    *(html.Em("bias"), f" (units), up to {mib} MiB. In a CSV file each row is a unit: "),
                    "its weights, then its bias.",
                ],
                className="muted",
            ),
            html.P("It stays in memory, only you see it, and nothing in it is executed.", className="muted"),
            html.Div(
                [
                    html.Button("Choose a file", id="layer-choose", className="primary"),
                    _button("Use an example layer", "layer-example"),
                ],
                className="row",
            ),
        ],
        id="layer-empty",
        className="layer-empty",
    )


def _said() -> Component:
    """Return the place of what is wrong, of what has to be asked, and of what was left out."""
    return html.Div(
        [
            html.P(id="layer-problem", className="error", role="alert"),
            html.Div(id="layer-question", className="layer-question", role="group", hidden=True),
            html.Div(id="layer-notes", className="layer-notes", role="status"),
        ],
        className="layer-said",
    )


def _units() -> Component:
    filters = [
        html.Button(
            [name, " ", html.Span(id=f"layer-number-{kind}")],
            **data(kind=kind),
            **aria(pressed=str(kind == "all").lower()),
        )
        for kind, name in (
            ("all", "All"),
            *((k, n.capitalize()) for k, n in KINDS.items()),
            ("invalid", "Invalid"),
        )
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Units", id="layer-units-heading"),
                    html.Div(filters, className="layer-filter", role="group", **aria(label="Which units")),
                ],
                className="panel-head",
            ),
            html.Div(
                html.Table(
                    [html.Thead(html.Tr(_heads())), html.Tbody(id="layer-rows")],
                    className="layer-table",
                    **aria(labelledby="layer-units-heading"),
                ),
                className="layer-scroll",
            ),
            html.Div(
                [
                    html.Span(id="layer-range", className="muted", role="status"),
                    html.Span(
                        [
                            _button("Previous", "layer-before"),
                            _button("Next", "layer-after"),
                            _button("CSV", "layer-csv"),
                            _button("NPZ", "layer-npz"),
                        ],
                        className="layer-ways",
                    ),
                ],
                className="layer-foot",
            ),
            html.Label(
                [
                    "The target lies ",
                    html.Select(
                        [html.Option(name, value=key) for key, name in DIRECTIONS.items()],
                        id="layer-direction",
                        className="select",
                    ),
                ],
                className="small muted layer-lies",
            ),
            html.P(id="layer-context", className="small muted"),
        ],
        id="layer-units",
        hidden=True,
        **aria(labelledby="layer-units-heading"),
    )


def _heads() -> list[Component]:
    heads = [
        html.Th(
            html.Button(name, **data(sort=key, first=first)),
            scope="col",
            className=f"col-{key}",
            **aria(sort="none"),
        )
        for key, name, first in COLUMNS
    ]
    return [heads[0], html.Th("where", scope="col", className="col-where"), *heads[1:]]


def _button(name: str, key: str, **more: Any) -> Component:
    return html.Button(name, id=key, className="link", **more)
