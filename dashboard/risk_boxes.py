"""The parts of the page Risk that show these settings: boxes, and what changes the risk, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.controls import CONTROLS
from dashboard.initialisation import SCHEME_NAMES
from dashboard.markup import aria
from dashboard.risk_words import FOLDED, SHOWN
from dashboard.settings import DEFAULT
from dynamics import Outcome

OPTIMISERS = {
    "momentum": "The paper’s momentum",
    "sgd": "PyTorch SGD",
    "nesterov": "PyTorch SGD, Nesterov",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}
# Boxes that hold a setting which the rail or Explore has a box for too, by the setting.
MIRRORS = {
    "risk-rate": "eta",
    "risk-momentum": "beta",
    "risk-mean": "delta",
    "risk-deviation": "gamma",
    "risk-fan-in": "fan_in",
    "risk-weight-std": "weight_std",
    "risk-bias-std": "bias_std",
}
CSV = "Every row’s numbers: shares, their differences and intervals, expected loss"
_KINDS = [outcome for outcome in Outcome if outcome is not Outcome.STALLED]  # T updates stop nobody
_MORE = ("bias", "warmup", "clip", "slope")
_CHECKED = (*MIRRORS, "alpha", "beta2", "decay", "updates", *_MORE)


def boxes() -> Component:
    """Return how units are trained, and from what."""
    starts = {**{str(key): name for key, name in SCHEME_NAMES.items()}, "window": "Starts in the window"}
    return html.Div(
        [
            html.Div(
                [
                    _choice("risk-optimizer", "Optimiser", OPTIMISERS),
                    _box("risk-rate", "learning rate η", DEFAULT.texts()["eta"]),
                    _box("risk-momentum", "momentum β", DEFAULT.texts()["beta"]),
                    *(_own(key) for key in ("alpha", "beta2", "decay")),
                    _box("risk-mean", "target mean", DEFAULT.texts()["delta"]),
                    _box("risk-deviation", "target std. dev.", DEFAULT.texts()["gamma"]),
                    _choice("risk-init", "Initialisation", starts),
                    _box("risk-fan-in", "fan-in", DEFAULT.texts()["fan_in"]),
                    _box("risk-weight-std", "weight std. dev.", DEFAULT.texts()["weight_std"]),
                    _box("risk-bias-std", "bias std. dev.", DEFAULT.texts()["bias_std"]),
                    _own("updates"),
                ],
                className="risk-row",
            ),
            html.Details(
                [
                    html.Summary("Biases, warm-up, clipping, leak"),
                    html.Div([_own(key) for key in _MORE], className="risk-row"),
                ],
                id="risk-more",
            ),
            *(html.P(id=f"{key}-error", className="error", role="alert") for key in _CHECKED),
        ],
        className="risk-settings",
        role="group",
        **aria(label="Training"),
    )


def _own(key: str) -> Component:
    control = CONTROLS[key]
    return _box(key, control.name, DEFAULT.texts()[key], control.help)


def _box(key: str, name: str, value: str, title: str = "") -> Component:
    box = dcc.Input(id=f"{key}-box", type="text", value=value, autoComplete="off", className="box")
    label = html.Label(name, htmlFor=f"{key}-box", id=f"{key}-name", title=title, className="small muted")
    return html.Div([label, box], id=f"{key}-field", className="risk-field")


def _choice(key: str, name: str, options: dict[str, str]) -> Component:
    select = html.Select(
        [html.Option(words, value=value) for value, words in options.items()], id=key, className="select"
    )
    label = html.Label(name, htmlFor=key, className="small muted")
    return html.Div([label, select], className="risk-field")


# ------------------------------------------------------------------ rows


def rows() -> Component:
    """Return what becomes of the units now and after each change, as a table."""
    head = _tr([_th("Change"), _th("What becomes of units"), _th("Dead share"), _th("Apply")], "unseen")
    body = [_row("risk-now", "Now"), *(_row(f"risk-row-{i}") for i in range(SHOWN))]
    return html.Section(
        [
            html.Div(
                [
                    html.H2("What changes it", id="risk-changes"),
                    html.Button("Undo", id="risk-undo", className="link", hidden=True),
                    html.A("CSV", id="risk-changes-csv", className="link", download="", href="", title=CSV),
                ],
                className="row risk-head",
            ),
            html.Div([_entry(outcome) for outcome in _KINDS], className="legends"),
            html.Table([html.Thead(head), html.Tbody(body)], className="risk-table", role="table"),
            html.P(id="risk-nothing", hidden=True),
            html.P(id="risk-waiting", className="small muted", hidden=True),
            html.Details(
                [
                    html.Summary(id="risk-others-words"),
                    html.Table(html.Tbody([_other(i) for i in range(FOLDED)]), role="table"),
                ],
                id="risk-others",
                hidden=True,
            ),
            html.P(id="risk-counted", className="small muted"),
            html.P(id="risk-networks", className="small muted", hidden=True),
        ],
        className="risk-changes",
        **aria(labelledby="risk-changes"),
    )


def _entry(outcome: Outcome) -> Component:
    name = outcome.name
    return html.Span([html.I(className=f"swatch {name.lower()}"), name], className="entry")


def _row(key: str, name: str = "") -> Component:
    fills = [
        html.Span(id=f"{key}-{each.name.lower()}", className=f"fill {each.name.lower()}") for each in _KINDS
    ]
    apply = [] if name else [html.Button("Apply", id=f"{key}-apply", className="button")]
    return _tr(
        [
            _td([html.Span(name, id=f"{key}-name"), html.Span(id=f"{key}-detail", className="small muted")]),
            _td([html.Div(fills, id=f"{key}-bar", className="bar", role="img")]),
            _td(_share(key), "share"),
            _td(apply),
        ],
        "now" if name else "",
        id=key,
    )


def _other(i: int) -> Component:
    key = f"risk-other-{i}"
    return _tr(
        [
            _td([html.Span(id=f"{key}-name"), html.Span(id=f"{key}-detail", className="small muted")]),
            _td(_share(key), "share"),
        ],
        id=key,
        hidden=True,
    )


def _share(key: str) -> list[Component]:
    return [
        html.Strong(id=f"{key}-share"),
        html.Span(id=f"{key}-interval", className="small muted", title="95 % interval"),
    ]


def _tr(cells: Sequence[Component], class_name: str = "", **more: Any) -> Component:
    return html.Tr(list(cells), className=class_name, role="row", **more)


def _td(content: Sequence[Component], class_name: str = "") -> Component:
    return html.Td(list(content), className=class_name, role="cell")


def _th(words: str) -> Component:
    return html.Th(words, role="columnheader")
