"""Header and settings rail: mounted once, shared by all pages."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import dialogs
from dashboard.comparison import MOST_TIPS
from dashboard.controls import BOXES, SLIDERS, Control
from dashboard.experiments_layout import rail_note
from dashboard.export_layout import opener
from dashboard.markup import aria, choices, data
from dashboard.pages import PAGES, Page
from dashboard.pinned_layout import rail_part, tick
from dashboard.prefix import rooted
from dashboard.presets import PRESETS
from dashboard.settings import DEFAULT


def header() -> Component:
    """Return the bar at the top: brand, pages, projector view, sharing and theme."""
    return html.Header(
        [
            html.A(
                [_mark(), html.Span("The Dead Cone", className="title")], href=rooted("/"), className="brand"
            ),
            html.Nav(
                [_link(page) for page in PAGES],
                **aria(label="Pages"),
            ),
            html.Div(
                [
                    html.Button(
                        "Present",
                        id="present",
                        className="link",
                        title="Large type for a projector; Escape leaves",
                    ),
                    html.Button(
                        ["Share", html.Span(" link", className="more")],
                        id="share-open",
                        className="link",
                        title="A link to what is shown, a picture for another page, the settings as a file",
                        **aria(haspopup="dialog"),
                    ),
                    opener(),
                    html.Button("Dark", id="theme", className="link", title="Switch between light and dark"),
                ],
                className="tools",
            ),
        ],
        className="header",
    )


def _link(page: Page) -> Component:
    kind = data(document="") if page.document else {}
    return html.A(page.name, href=rooted(page.path), id=f"nav-{page.key}", className="page-link", **kind)


def _mark() -> Component:
    return html.Img(src=rooted("/assets/mark.svg"), alt="", className="mark", width="22", height="28")


def rail() -> Component:
    """Return the settings: preset, sliders, what would help, PyTorch's words, and the rest folded away."""
    return html.Aside(
        [
            html.Div(
                [
                    html.Label("Preset", htmlFor="preset", id="preset-label", className="small muted"),
                    html.Div(
                        [
                            dcc.Dropdown(
                                id="preset",
                                options=[{"label": p.name, "value": p.key} for p in PRESETS],
                                placeholder="Your own settings",
                                clearable=False,
                                searchable=False,
                                maxHeight=430,
                            ),
                            html.Button(
                                "Reset", id="reset", className="link", title="All settings to their defaults"
                            ),
                        ],
                        className="row",
                    ),
                    html.P(id="provenance", className="small muted"),
                ],
                className="preset",
            ),
            html.Div(
                [_slider(control) for control in SLIDERS],
                className="sliders",
                role="group",
                **aria(label="Hyperparameters"),
            ),
            rail_note(),
            _tips(),
            rail_part(),
            html.Div(
                [
                    html.Div(
                        [
                            html.Span(
                                "Same dynamics in PyTorch", id="pytorch-heading", className="small muted"
                            ),
                            html.Button(
                                "Enter lr",
                                id="enter-lr",
                                className="small",
                                title="The slider of η takes and shows PyTorch's lr = η(1 − β)",
                                **aria(pressed="false"),
                            ),
                        ],
                        className="row",
                    ),
                    html.Strong(id="pytorch"),
                    html.Span(id="convention", className="small muted"),
                ],
                className="pytorch",
            ),
            _advanced(),
            dialogs.links(),
            html.Button(
                "Leave", id="leave", className="link", title="Back to the page; Escape does the same"
            ),
        ],
        className="rail",
        id="rail",
        **aria(label="Settings"),
    )


def _tips() -> Component:
    """The list "What would lower 55 %?": a frame fills it, a click applies a line."""
    return html.Section(
        [
            html.H2(id="tips-heading"),
            *(
                html.Button(
                    [
                        html.Span(id=f"tip-{n}-text", className="text"),
                        html.Span(": ", className="unseen"),
                        html.Span(id=f"tip-{n}-number", className="number"),
                    ],
                    id=f"tip-{n}",
                    className="tip",
                    hidden=True,
                )
                for n in range(1, MOST_TIPS + 1)
            ),
            html.P(
                "No small change lowers it by a point.",
                id="tips-none",
                className="small muted",
                hidden=True,
            ),
        ],
        id="tips",
        className="tips",
        hidden=True,
        **aria(labelledby="tips-heading"),
    )


def _box(control: Control, class_name: str = "") -> Component:
    return dcc.Input(
        id=f"{control.key}-box",
        type="text",
        value=DEFAULT.texts()[control.key],
        autoComplete="off",
        className=f"box {class_name}",
    )


def _in_gammas() -> Component:
    """Say that a box holds multiples of γ; shown while the page is scaled with γ."""
    return html.Span(", in units of γ", className="in-gammas")


def _error(key: str) -> Component:
    return html.P(id=f"{key}-error", className="error", role="alert")


def _slider(control: Control) -> Component:
    last = len(control.track) - 1
    marks = [
        html.Span(text, style={"--at": str(control.position(value) / last)}) for value, text in control.marks
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.Span(control.symbol, className="symbol", **aria(hidden="true")),
                    html.Label(
                        [
                            html.Span(control.name, className="long", id=f"{control.key}-long"),
                            html.Span(control.short_name, className="short", id=f"{control.key}-short"),
                            *([html.Span("lr, PyTorch", className="rate")] if control.key == "eta" else []),
                        ],
                        htmlFor=f"{control.key}-box",
                        className="name",
                        title=control.help,
                    ),
                    _box(control),
                ],
                className="control-head",
            ),
            html.Div(
                [
                    html.Span(id=f"{control.key}-landmark", className="landmark"),
                    html.Span(id=f"{control.key}-tick", className="tick", **aria(hidden="true")),
                    tick(control.key),
                    dcc.Slider(
                        id=control.key,
                        min=0,
                        max=last,
                        step=1,
                        value=control.position(control.default),
                        marks=None,
                        updatemode="mouseup",
                        allow_direct_input=False,
                    ),
                    html.Div(marks, className="marks", **aria(hidden="true")),
                ],
                className="track",
            ),
            _error(control.key),
        ],
        className="control",
        **data(key=control.key),
    )


def _advanced() -> Component:
    judging = dcc.RadioItems(
        id="judging",
        options=[
            {"label": "by the paper's stop rule", "value": "stop"},
            {"label": "after exactly T updates", "value": "after"},
        ],
        value="stop",
        className="choices",
    )
    return html.Details(
        [
            html.Summary("Threshold ε, weight ρ, grid, judging"),
            html.Div(
                [
                    *(_advanced_box(control) for control in BOXES if control.key in ("epsilon", "rho")),
                    html.Div(
                        [
                            html.Span("Starts are judged", className="name"),
                            choices("Starts are judged", judging),
                        ],
                        className="field wide",
                    ),
                    *(
                        _advanced_box(control)
                        for control in BOXES
                        if control.key in ("tolerance", "max_iterations", "resolution")
                    ),
                    html.Div(
                        [
                            html.Label(
                                ["Window: w from, w to, b from, b to", _in_gammas()],
                                htmlFor="window-box",
                                className="name",
                            ),
                            dcc.Input(
                                id="window-box",
                                type="text",
                                value=DEFAULT.texts()["window"],
                                className="box long",
                                autoComplete="off",
                            ),
                        ],
                        className="field wide",
                    ),
                    _error("window"),
                ],
                className="fields",
            ),
        ],
        className="advanced",
        id="advanced",
    )


def _advanced_box(control: Control) -> Component:
    name = f"{control.symbol}  {control.name}" if control.symbol else control.name
    return html.Div(
        [
            html.Div(
                [
                    html.Label(
                        [name, _in_gammas()] if control.key in ("rho", "tolerance") else name,
                        htmlFor=f"{control.key}-box",
                        className="name",
                        id=f"{control.key}-name",
                        title=control.help,
                    ),
                    _box(control),
                ],
                className="field",
            ),
            _error(control.key),
        ],
        id=f"{control.key}-field",
    )
