"""The tab Your network of the page Experiments. dashboard/network_callbacks.py fills it."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.markup import aria, data, share_ramp
from dashboard.network_words import USUAL_CONTEXT, USUAL_TITLE
from dashboard.uploads import LIMITS
from experiments.watched_summary import FATES

PICTURES = ("watched-layers", "watched-fates", "watched-units")
_CODE = """\
from experiments.watch import DeadUnits

units = DeadUnits(model, inputs)  # before the first update
units.record()  # after each epoch, say
units.save("units.npz")"""


def heading() -> Component:
    """Return what stands above the tabs while this one is shown."""
    return html.Div(
        [
            html.H1(USUAL_TITLE, id="network-title"),
            html.P(USUAL_CONTEXT, id="network-context", className="context"),
        ],
        className="in-network",
    )


def panel() -> Component:
    """Return the tab's content: how to get a file, and what one holds."""
    return html.Div(
        [
            dcc.Store(id="network-file"),
            dcc.Store(id="network-told"),
            html.Div([_drop(), _hook()], className="network-head"),
            html.Div(
                [
                    _picture("watched-layers", "Dead share of each layer", share_ramp()),
                    _picture("watched-fates", "What became of the units", _fates()),
                    html.Div(
                        _picture("watched-units", "Each unit, dead or alive", _states()),
                        id="network-units",
                        className="network-wide",
                        hidden=True,
                    ),
                    html.Div(
                        id="network-table",
                        className="network-wide network-table",
                        role="region",
                        tabIndex="0",
                        **aria(label="Units of each layer"),
                    ),
                ],
                id="network-found",
                className="network-body",
                hidden=True,
            ),
        ],
        id="network",
        className="in-network",
    )


def _drop() -> Component:
    most = LIMITS["units"]
    return html.Div(
        [
            html.H2("Drop a file of DeadUnits here"),
            html.P(
                f"What units.save wrote, up to {most >> 20} MiB. It is read and not kept: only this page "
                "has it, until it is closed. Nothing in it is executed.",
                className="muted",
            ),
            html.Div(
                [
                    html.Button("Choose a file", className="primary file-choose", id="network-choose"),
                    html.Button("Use an example", className="link file-example", id="network-example"),
                ],
                className="file-ways",
            ),
            html.P(id="network-error", className="error", role="alert"),
        ],
        className="file-drop",
        **data(address="units", store="network-file", told="network-told", most=str(most), accept=".npz"),
    )


def _hook() -> Component:
    return html.Div(
        [
            html.H2("Three lines record it"),
            html.Textarea(
                _CODE,
                id="hook-text",
                readOnly="readonly",
                rows=5,
                spellCheck="false",
                className="code",
                **aria(label="The lines that record a PyTorch model"),
            ),
            html.Div(
                [
                    html.Button("Copy code", id="copy-hook", className="button"),
                    html.Span(id="hook-said", className="said", role="status"),
                ],
                className="file-ways",
            ),
        ],
        className="network-hook",
    )


def _swatch(kind: str, text: str) -> Component:
    return html.Span([html.I(className=f"swatch fate-{kind.replace(' ', '-')}"), text])


def _fates() -> Component:
    words = {**dict(zip(FATES, FATES, strict=True)), "alive": "alive all along"}
    return html.Div([_swatch(kind, text) for kind, text in words.items()], className="network-legend")


def _states() -> Component:
    return html.Div([_swatch("alive", "alive"), _swatch("died", "dead")], className="network-legend")


def _picture(name: str, heading: str, legend: Component) -> Component:
    """Return a heading, and the place of a graph that is made when it is first drawn."""
    graph = html.Div(
        html.Div(id=f"place-{name}"),
        id=f"picture-{name}",
        className=f"graph graph-{name}",
        role="img",
        **aria(label="Not drawn yet"),
    )
    return html.Div([html.Div([html.H2(heading), legend], className="network-heading"), graph])
