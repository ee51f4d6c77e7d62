"""The tab Back to the theory: places of its pictures and words, and the row that steps through a run."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.markup import aria, data


def body() -> Component:
    """Return the tab's pictures; dashboard/experiments_theory.py says what stands beside them."""
    return html.Div(
        [
            html.Div(
                [
                    _head("First layer of a trained network", "theory-followed"),
                    _legend(),
                    place("first-layer"),
                    steps("theory", [_toggle("cones", "Cones"), _toggle("trails", "Trails")]),
                ],
                className="theory-plane",
            ),
            html.Div(
                [
                    _head("Lone unit, output weight fixed at +1", "theory-lone"),
                    place("lone-units"),
                    _head("In a network", "theory-few"),
                    place("few-units"),
                ],
                className="theory-side",
            ),
        ],
        className="theory-body in-theory",
    )


def place(name: str, classes: str = "") -> Component:
    """Return the place of a graph that is made when it is first drawn: it costs every page's start time."""
    return html.Div(
        html.Div(id=f"place-{name}"),
        id=f"picture-{name}",
        className=f"graph graph-{name} {classes}".strip(),
        role="img",
        **aria(label="Not drawn yet"),
    )


def steps(tab: str, more: list[Component] | None = None) -> Component:
    """Return the row that plays a run and chooses one of its recorded steps; assets/steps.js moves it."""
    return html.Div(
        [
            html.Button(
                id=f"{tab}-play", className="play", **aria(label="Play"), **data(playing="no", steps=tab)
            ),
            html.Span(["update ", html.B(id=f"{tab}-step")], className="step"),
            html.Div(id=f"{tab}-scrub", className="scrub", **data(steps=tab)),
            *(more or []),
        ],
        className="time steps",
    )


def _head(heading: str, words: str) -> Component:
    return html.Div([html.H2(heading), html.P(id=words, className="small muted")], className="theory-head")


def _legend() -> Component:
    """Say what the points are; how many there are at the step shown the browser counts."""
    return html.P(
        [
            html.Span([html.I(className="unit dead"), "dead now ", html.B(id="theory-dead")]),
            html.Span([html.I(className="unit"), "alive now ", html.B(id="theory-alive")]),
            html.Span("sign: with or against the target’s direction", className="muted"),
        ],
        className="theory-legend small",
    )


def _toggle(name: str, label: str) -> Component:
    return html.Button(
        label, id=f"theory-{name}", className="theory-toggle", **data(shows=name), **aria(pressed="true")
    )
