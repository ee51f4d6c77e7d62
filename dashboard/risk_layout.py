"""The page Risk: its tabs, and of the first what is swept, how far it is, the picture.

dashboard/risk_callbacks.py fills it, the tab "Your layer" is dashboard/layer_layout.py's.
"""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import jobs_shown, layer_layout, risk_boxes
from dashboard.markup import aria, graph, share_ramp, tabs
from dashboard.risk import NAMES, NOTHING, USUAL
from dashboard.texts import TABS


def page() -> Component:
    """Return the page's content."""
    return html.Div(
        [
            dcc.Store(id="drawn"),
            *jobs_shown.watching("risk"),
            html.Div(settings_heading(), className="voice-of-risk in-settings"),
            html.Div(layer_layout.heading(), className="in-layer"),
            tabs("risk", "Risk", {TABS[0]: "These settings", "layer": "Your layer"}, "risk-tab"),
            html.Div(settings_panel(), className="in-settings"),
            html.Div(layer_layout.panel(), className="in-layer"),
        ],
        id="risk",
    )


def settings_heading() -> list[Component]:
    """Return what stands above the tabs while the risk at these settings is shown."""
    return [
        html.H1("Will my units die?", id="risk-verdict"),
        html.P(id="risk-context", className="context"),
    ]


def settings_panel() -> list[Component]:
    """Return what the tab "These settings" holds."""
    return [risk_boxes.boxes(), html.Div([risk_boxes.rows(), _map()], className="risk-body")]


def _map() -> Component:
    """Return the dead share over two settings: a sweep, asked for by a form that is folded."""
    folded = html.Details(
        [html.Summary("Axes and ranges"), _form(), _legend()], id="risk-axes", className="risk-axes"
    )
    empty = html.Div([html.P(id="risk-empty"), html.P(id="risk-cost", className="small muted")])
    run = html.Button("Run", id="risk-run", className="primary")
    return html.Section(
        [
            html.H2("For which settings do units die?", id="risk-title"),
            share_ramp(),
            html.Div([_picture(), html.Div(empty, className="sweep-empty")], className="sweep-frame"),
            html.P(id="risk-extremes", className="small muted"),
            html.Div([run, folded], className="risk-actions"),
            jobs_shown.progress("risk"),
            html.P(id="risk-counting", className="small muted"),
        ],
        className="risk-map",
        **aria(labelledby="risk-title"),
    )


def _form() -> Component:
    return html.Div(
        [
            _axis("across", "Across", "eta", [*NAMES]),
            _axis("up", "Up", "beta", [*NAMES, NOTHING]),
            html.Div(
                [
                    html.Span("Starts", className="small muted", id="risk-starts-label"),
                    dcc.Dropdown(
                        id="risk-starts",
                        options=[
                            {"label": "grid in the window", "value": "grid"},
                            {"label": "real initialisation", "value": "draw"},
                        ],
                        value="grid",
                        clearable=False,
                        searchable=False,
                    ),
                ],
                className="risk-field",
            ),
            _box("risk-side", "a side", "64"),
        ],
        className="risk-form",
        role="group",
        **aria(label="What to sweep"),
    )


def _axis(key: str, heading: str, name: str, names: list[str]) -> Component:
    start, stop, count = USUAL[name]
    return html.Div(
        [
            html.Div(
                [
                    html.Span(heading, className="small muted", id=f"{key}-name-label"),
                    dcc.Dropdown(
                        id=f"{key}-name",
                        options=[{"label": NAMES.get(each, "nothing"), "value": each} for each in names],
                        value=name,
                        clearable=False,
                        searchable=False,
                    ),
                ],
                className="risk-field",
            ),
            _box(f"{key}-from", "from", start),
            _box(f"{key}-to", "to", stop),
            _box(f"{key}-count", "values", count),
        ],
        className="risk-axis",
        role="group",
        **aria(label=heading),
    )


def _box(key: str, label: str, value: str) -> Component:
    return html.Div(
        [
            html.Label(label, htmlFor=key, className="small muted"),
            dcc.Input(id=key, type="text", value=value, autoComplete="off", className="box", debounce=True),
        ],
        className="risk-field narrow",
    )


def _picture() -> Component:
    return graph("sweep", "Dead share over the settings that are swept")


def _legend() -> Component:
    return html.Div(
        [
            html.P("Click a cell to take its settings to Explore.", className="small muted"),
            html.P(
                "What is finished is kept: this page's address opens the same sweep, and goes on with it.",
                className="small muted",
            ),
        ],
        className="risk-legend",
    )
