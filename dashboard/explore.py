"""The page Explore: caption, map, side charts and what lies below."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import guess, initial_layout, kick, pinned_layout, revival
from dashboard.markup import aria
from dashboard.texts import LAYERS, USUAL
from figures.revival_ground import LEGEND

GRAPH_CONFIG: Any = {
    "displayModeBar": False,
    "showSendToCloud": False,
    "displaylogo": False,
    "responsive": True,
    "doubleClick": False,
    "scrollZoom": False,
}
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
QUANTITY_NAMES = {"activation": "P(z > 0)", "w": "w", "b": "b", "loss": "Loss"}
LAYER_TITLES = {"affine": "The same starts without the ReLU: the overshoot that kills"}
ITERATION_BINS = ("< 100", "< 10³", "< 3 000", "< 10⁴", "< 30 000", "more")
PANELS = (
    ("locus", "Eigenvalues", "Eigenvalues of the affine model in the complex plane"),
    ("oscillation", "Without ReLU", "Error of the affine model over iterations at three momenta"),
    ("alive", "Is the unit alive?", "Probability that the unit is active, over iterations, for each start"),
)


def explore() -> list[Component]:
    """Return the page's content."""
    return [
        html.Div([_voice(), _modes()], className="head"),
        pinned_layout.switch(),
        html.Div(
            [_map_column(), _side(), _share(), _initial_side(), _revival(), *_pinned()],
            className="first-screen",
        ),
        _below(),
        _follow(),
    ]


def _voice() -> Component:
    return html.Div(
        [
            html.H1(id="caption"),
            html.P(id="context", className="context"),
            html.P(
                [
                    html.Span(id="counting"),
                    " ",
                    html.Span(id="state"),
                    " ",
                    html.Span("A finer map takes too long here.", id="coarse", hidden=True),
                    " ",
                    html.Button(id="tighter", className="link", hidden=True),
                ],
                className="counting",
            ),
        ],
        className="voice",
    )


def _modes() -> Component:
    """What changes the question, and what lies below."""
    return html.Nav(
        [
            *pinned_layout.links(),
            *guess.links(),
            *initial_layout.mode_links(),
            html.A("More below ↓", href="#below", id="more-below", className="link in-explore"),
        ],
        className="modes",
        **aria(label="Ways to look"),
    )


def _follow() -> Component:
    """The caption as one line, for when it is scrolled away."""
    return html.Div(
        [
            html.Span(id="follow-caption"),
            html.Div(
                [html.Span(id=f"follow-{name}", className=f"fill {name}") for name in OUTCOME_NAMES],
                className="bar",
            ),
            html.A("Back to the map", href="#main", tabIndex="-1"),
        ],
        className="follow",
        id="follow",
        **aria(hidden="true"),
    )


def _graph(name: str, label: str) -> Component:
    """A graph that is empty until the first frame; its element is a picture with a name."""
    hidden = {"visible": False}
    clear = "rgba(0,0,0,0)"
    blank = go.Figure(
        layout={"xaxis": hidden, "yaxis": hidden, "paper_bgcolor": clear, "plot_bgcolor": clear}
    )
    return html.Div(
        dcc.Graph(id=name, figure=blank, config=GRAPH_CONFIG, responsive=True),
        id=f"picture-{name}",
        className=f"graph graph-{name}",
        role="img",
        **aria(label=label),
    )


def _map_column() -> Component:
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
                    dcc.RadioItems(
                        id="colouring",
                        options=[{"label": name, "value": key} for key, name in COLOURING_NAMES.items()],
                        value="outcome",
                        className="segments",
                        inline=True,
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
                    _graph("map", "Map of starts"),
                    html.Div(_graph("cloud", initial_layout.LABELS["cloud"]), className="in-init"),
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
            html.Div(
                [
                    _zoom(),
                    dcc.Checklist(
                        id="layers",
                        options=[
                            {"label": name.capitalize(), "value": name, "title": LAYER_TITLES.get(name, "")}
                            for name in LAYERS
                        ],
                        value=list(USUAL),
                        className="toggles",
                        inline=True,
                    ),
                ],
                className="under-map",
            ),
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
        for text in ("−∇L", "faint 10⁻³", "mid 10⁻¹", "strong 1", "dot: none")
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


def _side() -> Component:
    choices = dcc.RadioItems(
        id="quantity",
        options=[{"label": name, "value": key} for key, name in QUANTITY_NAMES.items()],
        value="activation",
        className="plain-choices",
        inline=True,
    )
    return html.Div(
        [
            html.Section(
                [
                    html.Div(
                        [html.H2(heading, id=f"{name}-heading"), *([choices] if name == "alive" else [])],
                        className="panel-head",
                    ),
                    _graph(name, label),
                ],
                className=f"panel {name}-panel",
                **aria(labelledby=f"{name}-heading"),
            )
            for name, heading, label in PANELS
        ],
        className="side",
    )


def _initial_side() -> Component:
    return initial_layout.side(
        *(_graph(key, initial_layout.LABELS[key]) for key in ("survival", "cloud-alive"))
    )


def _share() -> Component:
    """The dead share against momentum; apart from the side, since low windows move it below."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Dead share against momentum", id="share-heading"),
                    html.Span(id="share-conditions", className="small muted"),
                ],
                className="panel-head",
            ),
            _graph("share", "Dead share against momentum at four target standard deviations"),
        ],
        className="panel share-panel",
        **aria(labelledby="share-heading"),
    )


def _pinned() -> list[Component]:
    return pinned_layout.parts({name: _graph(name, label) for name, label in pinned_layout.LABELS.items()})


def _revival() -> Component:
    return revival.side(_graph("revival", "Updates until a dead unit is back, against its depth"))


def _below() -> Component:
    fields = _section(
        "field",
        "Gradient at γ = 1, 0.1 and 0.01",
        "−∇L, the direction of one step without momentum (Fig. 3)",
        _graph("field", "Vector fields of the expected gradient at three target standard deviations"),
        "Faint arrows 10⁻³, strong 1; a dot where the gradient vanishes. "
        "The dead cone is grey below, the linear cone above; the ring is the ground truth. "
        "Shrinking γ by ten is moving every start ten times further out: ",
        html.Button("scale the window with γ", id="scale-below", className="link"),
        ".",
    )
    regimes = _section(
        "regimes",
        "What the affine model does",
        "Eq. 5 in closed form: no start, no target. Drag the point.",
        html.Div(
            [
                _graph("regimes", "Regimes of the affine model over learning rate and momentum"),
                html.Button(id="regimes-handle", className="start", hidden=True),
            ],
            className="map-frame",
        ),
        "Above the dashed critical momentum the error oscillates, left of it and below it decays; "
        "beyond η = 1 and below it changes sign at each step; right of the solid limit it grows. "
        "Thin lines: |λ|, what is left of an error after one step in the long run.",
    )
    kicked = kick.panel(_graph("kick", "Map around the smallest kick that kills"))
    return html.Div([fields, html.Div([regimes, kicked], className="beside")], id="below")


def _section(name: str, heading: str, remark: str, picture: Component, *words: str | Component) -> Component:
    """A picture below the first screen, between its heading and what it shows in words."""
    return html.Section(
        [
            html.Div(
                [html.H2(heading, id=f"{name}-heading"), html.Span(remark, className="small muted")],
                className="panel-head",
            ),
            picture,
            html.P(list(words), className="small muted"),
        ],
        className="below",
        **aria(labelledby=f"{name}-heading"),
    )
