"""The parts of the page for pin and compare."""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from dashboard.markup import aria, data, later_graph
from dashboard.pinned import COLUMNS, NAMES

LABELS = {
    "pinned": "Map of starts, pinned",
    "changed": "Map of the starts that end differently",
    "pinned-alive": "Probability that the unit is active, over iterations, pinned",
}
_ROWS = (("dead", "dead share"), ("radius", "|λ|"), ("regime", "affine regime"), ("lr", "PyTorch lr"))


def links() -> list[Component]:
    """Return the links of the mode beside the caption; assets/compare.js knows what the first two pin."""
    return [
        html.Button("Pin and compare", id="pin", className="link in-explore", **data(pin="now")),
        html.Button("Swap", id="swap", className="link in-compare", **data(pin="swap")),
        html.Button(
            "Leave comparison",
            id="leave-comparison",
            className="link way-back in-compare",
            **data(changes=json.dumps({"pin": "none"})),
        ),
    ]


def rail_part() -> Component:
    """Return what the rail says in place of the tips."""
    return html.Div(
        [
            html.P([html.Strong("Pinned"), html.Span(id="pinned-all")]),
            html.P("A thick tick marks it where a slider differs.", className="small muted"),
            html.P(
                [
                    html.Button("Pin again", className="link", **data(pin="now")),
                    html.Button("Unpin", className="link", **data(changes=json.dumps({"pin": "none"}))),
                ]
            ),
        ],
        className="pinned-values in-compare",
    )


def tick(key: str) -> Component:
    """Return the thick tick of a slider."""
    return html.Span(id=f"{key}-pin", className="tick pin in-compare", hidden=True, **aria(hidden="true"))


def now_heading() -> Component:
    """Return the heading that Now's map has in this mode."""
    return html.H2(["Now ", html.Span(id="now-values")], className="in-compare compared-heading now-heading")


def switch() -> Component:
    """Return the choice of one of the three maps where there is room for one."""
    return html.Div(
        [
            html.Button(text, **data(map=key), **aria(pressed=str(key == "now").lower()))
            for key, text in (("pinned", "Pinned"), ("now", "Now"), ("changed", "Changed"))
        ],
        id="map-switch",
        className="in-compare",
        role="group",
        **aria(label="Map"),
    )


def parts() -> list[Component]:
    """Return the parts of the first screen in this mode."""
    maps = {name: later_graph(name, label) for name, label in LABELS.items()}
    pinned = html.H2(["Pinned ", html.Span(id="pinned-values")], className="compared-heading")
    return [
        _map("pinned", pinned, "", maps["pinned"]),
        _map("changed", html.H2("What changed"), "now ", maps["changed"]),
        html.Section(
            [html.Div(html.H2("Is the unit alive?"), className="panel-head"), maps["pinned-alive"]],
            className="panel pinned-alive-panel in-compare",
            **aria(label="Is the unit alive? Pinned"),
        ),
        _numbers(),
    ]


def _map(name: str, heading: Component, before: str, picture: Component) -> Component:
    entries = [
        html.Span(
            [
                html.I(className=f"swatch {outcome}"),
                f"{before}{outcome.upper()}",
                html.B(id=f"{name}-share-{outcome}"),
            ],
            id=f"{name}-legend-{outcome}",
            className="entry",
        )
        for outcome in NAMES
    ]
    fills = [html.Span(id=f"{name}-bar-{outcome}", className=f"fill {outcome}") for outcome in NAMES]
    if name == "changed":
        entries.append(html.Span([html.I(className="swatch same"), "same"], className="entry"))
        entries.append(html.Span("dotted: where DEAD ended when pinned", className="entry muted"))
        fills.append(html.Span(id=f"{name}-bar-same", className="fill"))
    legend = "legend" if name == "changed" else "legend for-outcome"
    return html.Section(
        [
            html.Div(heading, className="panel-head"),
            html.Div(fills, className="bar", role="img", id=f"{name}-bar"),
            html.Div(html.Div(entries, className=legend), className="legends"),
            picture,
        ],
        className=f"compared-{name} in-compare",
        **aria(label=name.capitalize()),
    )


def _numbers() -> Component:
    head = html.Tr([html.Td(), *(html.Th(name, scope="col") for name in COLUMNS)])
    rows = [
        html.Tr([html.Th(text, scope="row"), *(html.Td(id=f"number-{key}-{column}") for column in COLUMNS)])
        for key, text in _ROWS
    ]
    return html.Section(
        [
            html.Div(html.H2("In numbers", id="numbers-heading"), className="panel-head"),
            html.Table([html.Thead(head), html.Tbody(rows)]),
        ],
        className="panel numbers-panel in-compare",
        **aria(labelledby="numbers-heading"),
    )
