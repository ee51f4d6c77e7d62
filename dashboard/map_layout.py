"""The map's column: heading, colourings, bar and legend, the map, the playhead, window and layers."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import guess, initial_layout, pinned_layout
from dashboard.markup import aria, choices, graph, later_graph
from dashboard.texts import LAYERS, USUAL
from figures.revival_ground import LEGEND

OUTCOME_NAMES = ("dead", "converged", "stalled", "undecided", "diverged")
COLOURING_NAMES = {
    "outcome": "Outcome",
    "iterations": "Iterations",
    "revival": "Revival",
    "gradient": "Gradient",
}
HEADINGS = {
    "outcome": "Where each start ends",
    "iterations": "When each start ends",
    "revival": "Updates until a dead unit is back",
    "gradient": "Where the gradient leads",
}
LAYER_TITLES = {"affine": "The same starts without the ReLU: the overshoot that kills"}
ITERATION_BINS = ("< 100", "< 10³", "< 3 000", "< 10⁴", "< 30 000", "more")


def map_column() -> Component:
    """Return the column."""
    return html.Section(
        [
            initial_layout.head(),
            html.Div(
                [
                    pinned_layout.now_heading(),
                    html.H2(
                        [
                            *(html.Span(text, className=f"for-{key}") for key, text in HEADINGS.items()),
                            html.Span("Where will each start end?", className="in-guess"),
                        ],
                        id="map-heading",
                    ),
                    choices(
                        "Colouring",
                        dcc.RadioItems(
                            id="colouring",
                            options=[{"label": name, "value": key} for key, name in COLOURING_NAMES.items()],
                            value="outcome",
                            className="segments",
                            inline=True,
                        ),
                    ),
                ],
                className="panel-head",
            ),
            html.Div(
                [
                    *(html.Span(id=f"bar-{name}", className=f"fill {name}") for name in OUTCOME_NAMES),
                    html.I(id="guess-tick", hidden=True),
                ],
                className="bar",
                role="img",
                id="bar",
            ),
            guess.bar(),
            _legend(),
            html.Div(
                [
                    html.Div(className="progress", id="progress"),
                    graph("map", "Map of starts"),
                    html.Div(later_graph("cloud", initial_layout.LABELS["cloud"]), className="in-init"),
                    html.Div(
                        id="starts",
                        className="starts",
                        role="group",
                        **aria(label="Starts. A click on the map or Enter adds one, up to eight."),
                    ),
                    html.Div(id="hover", className="hover", hidden=True),
                ],
                className="map-frame",
            ),
            _time(),
            html.P(id="unit-place"),
            html.Div([_zoom(), _layers()], className="under-map"),
        ],
        className="map-column",
        **aria(labelledby="map-heading"),
    )


def _time() -> Component:
    """The playhead: play, step, scrub. assets/time.js puts the scrubber in."""
    return html.Div(
        [
            html.Button(id="play", title="Play or pause", **aria(label="Play")),
            html.Button("‹", id="step-back", title="One step back", **aria(label="One step back")),
            html.Span([html.Span("iteration "), html.B("0", id="iteration")], className="iteration"),
            html.Button("›", id="step-on", title="One step on", **aria(label="One step on")),
            html.Div(id="scrub"),
            html.Button("1×", id="speed", title="Speed of playing"),
            html.Button(
                "Continue from here",
                id="continue",
                title="Change β or η in the middle of the run: the paths go on from this iteration",
                **aria(pressed="false"),
            ),
        ],
        className="time",
        role="group",
        **aria(label="Time"),
    )


def _zoom() -> Component:
    buttons = (
        ("zoom-in", "+", "Zoom in"),
        ("zoom-out", "−", "Zoom out"),
        ("zoom-truth", "To truth", "The ground truth, three γ to each side"),
        ("zoom-wedge", "To wedge", "The dead cone fills the map"),
        ("zoom-whole", "Whole plane", "Back to [−3, 3]²"),
    )
    scale = html.Button(
        "Scale with γ",
        id="scale",
        title="Window, starts, ρ and tolerance in units of γ",
        **aria(pressed="false"),
    )
    return html.Div(
        [
            *(html.Button(text, id=key, title=title, **aria(label=title)) for key, text, title in buttons),
            scale,
        ],
        className="zoom",
        role="group",
        **aria(label="Window"),
    )


def _layers() -> Component:
    options: Any = [
        {"label": name.capitalize(), "value": name, "title": LAYER_TITLES.get(name, "")} for name in LAYERS
    ]
    boxes = dcc.Checklist(id="layers", options=options, value=list(USUAL), className="toggles", inline=True)
    return choices("Layers", boxes, role="group")


def _legend() -> Component:
    outcomes = [
        html.Span(
            [html.I(className=f"swatch {name}"), name.upper(), html.B(id=f"share-{name}")],
            id=f"legend-{name}",
            className="entry",
        )
        for name in OUTCOME_NAMES
    ]
    outcomes.append(html.Span([html.I(className="swatch ring"), "ground truth"], className="entry truth"))
    iterations = [
        html.Span([html.I(className=f"swatch iterations-{i}"), text], className="entry")
        for i, text in enumerate(ITERATION_BINS, start=1)
    ]
    gradient = [
        html.Span(text, className="entry")
        for text in ("−∇L", "faint 10⁻³", "mid 10⁻¹", "strong 1", "dot: below 10⁻³")
    ]
    revivals = [
        html.Span([html.I(className=f"swatch {token}"), words], className="entry") for token, words in LEGEND
    ]
    return html.Div(
        [
            html.Div(revivals, className="legend for-revival"),
            html.Div([guess.legend(), *outcomes], className="legend for-outcome"),
            html.Div(iterations, className="legend for-iterations"),
            html.Div(gradient, className="legend for-gradient"),
        ],
        className="legends",
        id="legends",
    )
