"""The whole page. Structure and words are here; every colour and size is in assets/."""

from __future__ import annotations

import json

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import dialogs, embed, experiments_layout, export_layout, lesson_layout, risk_layout, share
from dashboard.controls import CONTROLS
from dashboard.explore import explore
from dashboard.guess import OPEN
from dashboard.lesson_steps import STEPS
from dashboard.link import PARTS
from dashboard.markup import GRAPH_CONFIG, aria, data
from dashboard.pin import PINNED
from dashboard.rail import header, rail
from dashboard.request import ALL_DEPENDS
from dashboard.settings import DEFAULT


def layout() -> Component:
    """Return the whole page. It is the same for everyone: settings arrive with the URL."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="arrival"),
            dcc.Store(id="settings"),
            dcc.Store(id="errors"),
            dcc.Store(id="look"),
            dcc.Store(id="at-work"),
            dcc.Store(id="rail-words"),
            html.Div(id="table", hidden=True, **data(json=json.dumps(_browser_table()))),
            html.A("Skip to the map", href="#main", className="skip"),
            header(),
            rail(),
            html.Main(
                [
                    html.Div(id="notices", role="status", className="notices"),
                    html.P(id="problem", role="alert", className="error"),
                    html.Div(explore(), id="explore"),
                    risk_layout.page(),
                    experiments_layout.page(),
                    lesson_layout.bar(),
                    *embed.parts(),
                ],
                id="main",
                tabIndex="-1",
                **aria(busy="true"),
            ),
            html.P(id="announced", role="status", className="unseen"),
            share.dialog(),
            *dialogs.dialogs(),
            export_layout.dialog(),
        ],
        id="app",
    )


def _browser_table() -> dict[str, object]:
    """What the browser must know of the control table, and which picture depends on what."""
    return {
        "controls": {
            c.key: {
                "symbol": c.label,
                "name": c.name,
                "track": c.track,
                "default": c.default,
                "limits": (c.low, c.high),
            }
            for c in CONTROLS.values()
        },
        "defaults": DEFAULT.texts(),
        "depends": ALL_DEPENDS,
        "open": OPEN,
        "pinned": PINNED,
        "steps": [
            {
                "title": step.title,
                "options": len(step.options),
                "asked": step.asked,
                "charts": step.charts,
                "changes": step.settings.beside(DEFAULT),
                "goal": dict(step.goal),
            }
            for step in STEPS
        ],
        "graph": {**GRAPH_CONFIG, "responsive": False},
        "link": PARTS,
    }
