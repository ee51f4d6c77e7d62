"""The page Explore: caption, map, side charts and what lies below."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import guess, initial_layout, kick, pinned_layout, revival
from dashboard.map_layout import OUTCOME_NAMES, map_column
from dashboard.markup import aria, choices, graph

QUANTITY_NAMES = {"activation": "P(z > 0)", "w": "w", "b": "b", "loss": "Loss"}
PANELS = (
    ("locus", "Eigenvalues", "Eigenvalues of the affine model in the complex plane"),
    ("oscillation", "Without ReLU", "Error of the affine model over iterations at three momenta"),
    ("alive", "Is the unit alive?", "Probability that the unit is active, over iterations, for each start"),
)

# What the pictures below the first screen show, in words.
FIELD_WORDS = (
    "Faint arrows 10⁻³, strong 1; a dot where the gradient vanishes. "
    "The dead cone is grey below, the linear cone above; the ring is the ground truth."
)
REGIME_WORDS = (
    "Above the dashed critical momentum the error oscillates, left of it and below it decays; "
    "beyond η = 1 and below it changes sign at each step; right of the solid limit it grows. "
    "Thin lines: |λ|, what is left of an error after one step in the long run."
)


def explore() -> list[Component]:
    """Return the page's content."""
    return [
        html.Div([_voice(), _modes()], className="head"),
        pinned_layout.switch(),
        html.Div(
            [map_column(), _side(), _share(), initial_layout.side(), revival.side(), *pinned_layout.parts()],
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


def _side() -> Component:
    quantities = dcc.RadioItems(
        id="quantity",
        options=[{"label": name, "value": key} for key, name in QUANTITY_NAMES.items()],
        value="activation",
        className="plain-choices",
        inline=True,
    )
    quantity = choices("What is drawn", quantities)
    return html.Div(
        [
            html.Section(
                [
                    html.Div(
                        [html.H2(heading, id=f"{name}-heading"), *([quantity] if name == "alive" else [])],
                        className="panel-head",
                    ),
                    graph(name, label),
                ],
                className=f"panel {name}-panel",
                **aria(labelledby=f"{name}-heading"),
            )
            for name, heading, label in PANELS
        ],
        className="side",
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
            graph("share", "Dead share against momentum at four target standard deviations"),
        ],
        className="panel share-panel",
        **aria(labelledby="share-heading"),
    )


def _below() -> Component:
    fields = _section(
        "field",
        "Gradient at γ = 1, 0.1 and 0.01",
        "−∇L, the direction of one step without momentum (Fig. 3)",
        graph("field", "Vector fields of the expected gradient at three target standard deviations"),
        f"{FIELD_WORDS} Shrinking γ by ten is moving every start ten times further out: ",
        html.Button("scale the window with γ", id="scale-below", className="link"),
        ".",
    )
    regimes = _section(
        "regimes",
        "What the affine model does",
        "Eq. 5 in closed form: no start, no target. Drag the point.",
        html.Div(
            [
                graph("regimes", "Regimes of the affine model over learning rate and momentum"),
                html.Button(id="regimes-handle", className="start", hidden=True),
            ],
            className="map-frame",
        ),
        REGIME_WORDS,
    )
    kicked = kick.panel()
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
