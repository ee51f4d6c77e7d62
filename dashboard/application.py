"""Putting the page together."""

from __future__ import annotations

from pathlib import Path

from dash import Dash

from dashboard import callbacks, routes
from dashboard.layout import layout

ROOT = Path(__file__).resolve().parent.parent


def create_app() -> Dash:
    """Return the application, warm: compiled code loaded and every script bundle served once.

    `create_app().server` is what gunicorn serves. ``GET /healthz`` answers 200.
    """
    app = Dash(
        "dead-cone",
        title="The Dead Cone",
        update_title="",
        assets_folder=str(ROOT / "assets"),
        compress=True,
        health_endpoint="healthz",
        serve_locally=True,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {
                "name": "description",
                "content": "Why ReLU units die: target normalization and momentum, live.",
            },
        ],
    )
    app.layout = layout
    callbacks.register(app)
    routes.register(app.server)
    _warm_up(app)
    return app


def _warm_up(app: Dash) -> None:
    """Answer each route once, so that no viewer meets a cold worker or a compiler."""
    with app.server.test_client() as client:
        for path in (
            "/",
            "/_dash-layout",
            "/_dash-dependencies",
            "/frame?cells=128",
            "/frame?cells=128&rho=1",
        ):
            client.get(path)
