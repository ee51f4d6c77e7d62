"""What the layouts of all parts of the page use: graphs, and attributes that Dash takes only by keyword."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.prefix import rooted
from dashboard.texts import TABS

GRAPH_CONFIG: Any = {
    "displayModeBar": False,
    "showSendToCloud": False,
    "displaylogo": False,
    "responsive": True,
    "doubleClick": False,
    "scrollZoom": False,
}


def aria(**attributes: str) -> dict[str, Any]:
    """Return ``aria-`` attributes: ``aria(label="Pages")``."""
    return {f"aria-{name}": value for name, value in attributes.items()}


def data(**attributes: str) -> dict[str, Any]:
    """Return ``data-`` attributes."""
    return {f"data-{name}": value for name, value in attributes.items()}


def choices(label: str, component: Component, role: str = "radiogroup") -> Component:
    """Return Dash's radio buttons, or checkboxes as a ``group``, with a name for all of them.

    Dash names none and calls them a list box; assets/roles.js takes that away.
    """
    return html.Div(component, role=role, className="named", **aria(label=label))


def graph(name: str, label: str) -> Component:
    """Return a graph that is empty until the first frame; its element is a picture with a name."""
    hidden = {"visible": False}
    clear = "rgba(0,0,0,0)"
    blank = go.Figure(
        layout={"xaxis": hidden, "yaxis": hidden, "paper_bgcolor": clear, "plot_bgcolor": clear}
    )
    return _picture(name, label, dcc.Graph(id=name, figure=blank, config=GRAPH_CONFIG, responsive=True))


def later_graph(name: str, label: str) -> Component:
    """Return the place of a graph that assets/paint.js makes when its mode is first shown.

    A graph costs a tenth of a second of every page's start, and most viewers see one mode.
    """
    return _picture(name, label, html.Div(html.Div(), id=name, className="dash-graph later"))


def _picture(name: str, label: str, content: Component) -> Component:
    return html.Div(
        content,
        id=f"picture-{name}",
        className=f"graph graph-{name}",
        role="img",
        **aria(label=label),
    )


def tabs(page: str, label: str, names: Mapping[str, str], prefix: str = "tab") -> Component:
    """Return the links to the parts of a page, by the setting `tab`; what they hide is the stylesheet's."""
    links = [
        html.A(
            name,
            href=rooted(f"/{page}" + (f"?tab={key}" if key != TABS[0] else "")),
            id=f"{prefix}-{key}",
            className="tab-link",
            **data(page=page, tab=key),
        )
        for key, name in names.items()
    ]
    return html.Nav(links, className="tabs", **aria(label=label))


def share_ramp() -> Component:
    """Return the colours of a dead share from 0 to 100 %."""
    steps = [html.I(style={"background": f"var(--share-{n})"}) for n in range(1, 11)]
    return html.Div([html.Span("0 %"), html.Div(steps), html.Span("100 %")], className="share-ramp")
