"""The page Experiments: its tabs, and the boxes and pictures of runs.

dashboard/experiments_callbacks.py fills it.
"""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import experiments_trial, jobs_shown, network_layout, own_data
from dashboard.experiments_boxes import LABELS, METHODS, TAB_NAMES, TABS, values_of
from dashboard.experiments_theory_layout import body as theory_body
from dashboard.experiments_theory_layout import place, steps
from dashboard.experiments_words import ERROR_NAMES
from dashboard.markup import aria, choices, share_ramp, tabs
from experiments import builtin, kept

_WIDTHS = {"betas": "wide", "method": "wider", "dataset": "row", "datasets": "row"}


def page() -> Component:
    """Return the page's content."""
    return html.Div(
        [
            dcc.Store(id="experiments-drawn"),
            dcc.Store(id="experiments-step"),
            *jobs_shown.watching("experiments"),
            network_layout.heading(),
            experiments_trial.heading(),
            html.Div(
                [
                    html.H1("Does a small target kill units here?", id="experiments-title"),
                    html.P(id="experiments-context", className="context"),
                ]
            ),
            tabs("experiments", "Experiments", TAB_NAMES),
            network_layout.panel(),
            experiments_trial.panel(),
            html.Div(
                [
                    _setup(),
                    html.Div(
                        [
                            jobs_shown.progress("experiments"),
                            html.P(id="experiments-differs", role="status", className="lab-differs"),
                            html.Button("Run", id="experiments-run", className="primary", hidden=True),
                        ],
                        className="lab-state",
                    ),
                ],
                className="lab-head",
            ),
            _legend(),
            html.Div([_pictures(), _empty()], className="lab-body"),
            html.P(id="experiments-counting", className="counting"),
            _tables(),
            html.Section(id="experiments-claims", className="claims", **aria(label="The paper’s sentences")),
        ],
        id="experiments",
    )


def rail_note() -> Component:
    """Return what the sliders do on this page."""
    return html.P(
        [
            html.Span("β picks the strong line; dotted lines mark γ and δ. ", className="in-figure1"),
            html.Span(
                "β picks the momentum shown. γ sets the upper row; the lower stays at γ = 1. ",
                className="in-depth",
            ),
            html.Span("Another η needs a new run.", className="in-figure1"),
            html.Span("Another γ, δ or η needs a new run.", className="in-depth"),
            html.Span("The networks train at these settings: others need a new run.", className="in-theory"),
            html.Span("Nothing to set here: the file holds what was recorded.", className="in-network"),
            html.Span(
                "Nothing to set here: the claims’ runs have settings of their own.", className="in-claims"
            ),
        ],
        className="lab-note small muted",
    )


def _setup() -> Component:
    """Return what a run is asked for with; on a phone it folds away once there is one (assets/jobs.js)."""
    return html.Details(
        [
            html.Summary("What to run"),
            html.Div([*(_form(key) for key in TABS), own_data.place()], className="lab-setup"),
        ],
        id="experiments-setup",
        open=True,
    )


def _form(key: str) -> Component:
    usual = values_of(TABS[key].spec())
    return html.Div(
        [_field(key, field, usual[field]) for field in TABS[key].fields],
        className=f"lab-form in-{key}",
        role="group",
        **aria(label="What to run"),
    )


def _field(tab: str, field: str, value: Any) -> Component:
    own = f"{tab}-{field}"
    if field == "datasets":
        names = [{"label": kept.load(name).name, "value": name} for name in builtin.NAMES]
        boxes = choices(
            LABELS[field], dcc.Checklist(id=own, options=names, value=value, className="choices"), "group"
        )
        return html.Div([html.Span(LABELS[field], className="small muted"), boxes], className="lab-field row")
    if field in ("method", "dataset"):
        options = METHODS if field == "method" else {name: kept.load(name).name for name in builtin.NAMES}
        box: Component = dcc.Dropdown(
            id=own, options=dict(options), value=value, clearable=False, searchable=False
        )
        label: Component = html.Span(LABELS[field], id=f"{own}-label", className="small muted")
    else:
        box = dcc.Input(id=own, type="text", value=value, autoComplete="off", className="box", debounce=True)
        label = html.Label(LABELS[field], htmlFor=own, className="small muted")
    return html.Div([label, box], className=f"lab-field {_WIDTHS.get(field, '')}".strip())


def _legend() -> Component:
    errors = dcc.RadioItems(
        id="figure1-error",
        options=[{"label": name, "value": key} for key, name in ERROR_NAMES.items()],
        value="train_error",
        className="segments",
    )
    shown = dcc.Dropdown(id="figure1-shown", options={}, clearable=False, searchable=False)
    return html.Div(
        [
            html.Div(choices("Error", errors), className="in-figure1"),
            html.Div(
                [html.Span("Data set shown", id="figure1-shown-label", className="small muted"), shown],
                className="in-figure1 lab-shown lab-field",
            ),
            html.Div(id="experiments-betas", className="lab-betas", role="group", **aria(label="Momentum")),
            html.Div(
                [html.Span("dead share of a layer", className="small muted"), share_ramp()],
                className="in-depth lab-ramp",
            ),
            html.Span(id="experiments-seeds", className="small muted lab-seeds"),
        ],
        className="lab-legend",
    )


def _pictures() -> Component:
    return html.Div(
        [
            place("figure1-gamma", "in-figure1"),
            place("figure1-delta", "in-figure1"),
            html.Div([place("depth"), steps("depth")], className="in-depth"),
            theory_body(),
        ]
    )


def _tables() -> Component:
    """Return the place of what is drawn as tables; Fig. 1 has its numbers below its sentences."""
    return html.Details(
        [html.Summary("The numbers as tables"), html.Div(id="experiments-tables", className="lab-tables")],
        id="experiments-numbers",
        className="lab-numbers",
        hidden=True,
    )


def _empty() -> Component:
    return html.Div(
        [
            html.P("No run yet at these settings.", className="legend-title"),
            html.P(id="experiments-expected", className="muted"),
            html.Button("Run", id="experiments-first", className="primary"),
        ],
        id="experiments-empty",
        className="lab-empty",
    )
