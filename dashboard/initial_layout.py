"""The parts of Explore that show real initialisations."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.controls import CONTROLS
from dashboard.initialisation import SCHEME_NAMES
from dashboard.markup import aria, data, later_graph
from dashboard.settings import DEFAULT

LABELS = {
    "cloud": "Units in the plane of weight and bias",
    "survival": "Share of dead units against the number of updates at three momenta",
    "cloud-alive": "Probability that the units are active, over iterations",
}


def mode_links() -> list[Component]:
    """Return the way in and the way back."""
    return [
        html.Button("Real initialisation", id="enter-init", className="link in-explore"),
        html.Button(
            "Back to the grid",
            id="leave-init",
            className="link way-back in-init",
            **data(changes='{"init": "none"}'),
        ),
    ]


def head() -> Component:
    """Return the heading over the units, what is drawn, and the legend."""
    scheme = html.Select(
        [html.Option(name, value=str(key)) for key, name in SCHEME_NAMES.items()],
        id="scheme",
        className="select",
    )
    draw = [
        html.Label(["Initialisation", scheme], className="initial-field scheme-field"),
        _box("fan_in"),
        _box("units"),
        html.Div([_box("weight_std"), _box("bias_std")], id="own-stds", className="own-stds", hidden=True),
        html.Button("Draw again", id="draw-again", className="button", title="Other units: the next seed"),
    ]
    errors = [
        html.P(id=f"{key}-error", className="error", role="alert")
        for key in ("fan_in", "units", "weight_std", "bias_std")
    ]
    legend = [
        html.Span(
            [html.I(className="disc dead-disc"), "dead now", html.B(id="cloud-dead")], className="entry"
        ),
        html.Span([html.I(className="disc"), "alive now", html.B(id="cloud-living")], className="entry"),
        html.Span(id="cloud-diverged", className="entry", hidden=True),
        html.Span(id="cloud-rho", className="entry muted"),
    ]
    return html.Div(
        [
            html.H2("Where the units are"),
            html.Div(draw, className="initial-row", role="group", **aria(label="Initialisation")),
            *errors,
            html.Div(legend, className="initial-legend"),
        ],
        className="initial-head in-init",
    )


def _box(key: str) -> Component:
    control = CONTROLS[key]
    return html.Label(
        [
            html.Span(control.name),
            dcc.Input(
                id=f"{key}-box", type="text", value=DEFAULT.texts()[key], autoComplete="off", className="box"
            ),
        ],
        className="initial-field",
        title=control.help,
    )


def side() -> Component:
    """Return the two charts beside the units."""
    line = html.Button(
        id="survival-handle",
        className="line-handle",
        hidden=True,
        role="slider",
        **aria(label="Number of updates T", valuemin="1", valuemax="1000000"),
    )
    return html.Div(
        [
            _panel(
                "survival",
                "Dead share against updates",
                "",
                html.Div([later_graph("survival", LABELS["survival"]), line], className="map-frame"),
            ),
            _panel(
                "cloud-alive",
                "Are the units alive?",
                "median, 50 % and 90 % of units",
                later_graph("cloud-alive", LABELS["cloud-alive"]),
            ),
        ],
        className="initial-side in-init",
    )


def _panel(name: str, heading: str, remark: str, picture: Component) -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.H2(heading, id=f"{name}-heading"),
                    html.Span(remark, id=f"{name}-remark", className="small muted"),
                ],
                className="panel-head",
            ),
            picture,
        ],
        className=f"panel {name}-panel",
        **aria(labelledby=f"{name}-heading"),
    )
