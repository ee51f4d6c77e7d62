"""Putting the page together."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from dash import Dash
from dash.fingerprint import check_fingerprint
from flask import Flask, Request, Response, request

from dashboard import (
    callbacks,
    experiments_callbacks,
    experiments_trial_callbacks,
    export_routes,
    guard,
    layer_routes,
    network_callbacks,
    operations,
    own_data,
    prose,
    risk_callbacks,
    risk_export,
    routes,
    uploads,
)
from dashboard.layout import layout
from dashboard.pages import is_page
from dashboard.prefix import Prefixed, rooted
from dashboard.security import protect
from dashboard.still import named, stilled
from experiments import kept
from hosting.configuration import configuration
from jobs import service

ROOT = Path(__file__).resolve().parent.parent
_SAME = {"/_dash-layout", "/_dash-dependencies"}
COMPRESSED = ["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", routes.FRAME]


def create_app() -> Dash:
    """Return the application, warm: compiled code loaded and every script bundle served once.

    `create_app().server` is what gunicorn serves. ``GET /healthz`` answers 200, ``/readyz`` if all works.
    """
    told = configuration()
    kept.use(lambda: service().store)
    server: Any = Flask("dead-cone", static_folder=None)  # Dash types its argument as a bool
    server.config["COMPRESS_MIMETYPES"] = COMPRESSED
    # A fifth smaller than gzip's, for half of its time; browsers take it over https and from localhost.
    server.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    server.config["COMPRESS_BR_LEVEL"] = 5
    server.config["COMPRESS_CACHE_KEY"] = _path_of_a_file
    server.config["COMPRESS_CACHE_BACKEND"] = CompressedFiles
    app = Dash(
        "dead-cone",
        server=server,
        title="The Dead Cone",
        update_title="",
        assets_folder=str(ROOT / "assets"),
        compress=True,
        health_endpoint="healthz",
        requests_pathname_prefix=told.prefix,
        routes_pathname_prefix="/",
        serve_locally=True,
        # Else each page brings the layout a second time, for a check of the callbacks; a test makes it.
        suppress_callback_exceptions=True,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {
                "name": "description",
                "content": "Why ReLU units die: target normalization and momentum, live.",
            },
        ],
    )
    server.after_request(_whole)  # the last that is added is the first that runs: before Flask-Compress
    app.index_string = app.index_string.replace("<html>", '<html lang="en-GB">')
    app.layout = layout()
    views = server.view_functions
    views["/<path:path>"] = _page_or_404(views["/<path:path>"])
    views["/_dash-layout"] = _written_once(views["/_dash-layout"], views["/_dash-dependencies"])
    callbacks.register(app)
    risk_callbacks.register(app)
    experiments_callbacks.register(app)
    own_data.register(app)
    network_callbacks.register(app)
    experiments_trial_callbacks.register(app)
    routes.register(app.server)
    uploads.register(app.server)
    export_routes.register(app.server)
    risk_export.register(app.server)
    layer_routes.register(app.server)
    prose.register(app.server)
    guard.register(app)
    protect(app, told.ancestors)
    server.wsgi_app = Prefixed(server.wsgi_app, told.prefix)
    operations.register(server, told)
    _warm_up(app)
    server.extensions["warm"] = True
    return app


class CompressedFiles(dict[str, bytes]):
    """Dash's scripts, compressed once a process: plotly.js takes a quarter of a second each time.

    The keys are "algorithm;path", and a file has one path whatever an address adds, so the files bound the
    size. Answers without a path are not kept.
    """

    def set(self, key: str, value: bytes) -> None:
        """Keep `value` if its key names a file."""
        if not key.endswith(";"):
            self[key] = value


def _path_of_a_file(asked: Request) -> str:
    """Return the path of what stays the same while the process runs, nothing for all else.

    Dash answers whatever fingerprint stands in a script's name, and no other way of writing its path.
    Those of assets/ are small, and whoever works on them sees them change.
    """
    if asked.path.startswith("/_dash-component-suites/"):
        path, _ = check_fingerprint(asked.path)  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        return str(path)
    return asked.path if asked.path in _SAME else ""


def _whole(response: Response) -> Response:
    """Read a text of assets/ at once.

    What comes in parts Flask-Compress does not close, sends to a browser that has it, and never as gzip.
    """
    if (
        request.path.startswith("/assets/")
        and response.status_code == 200
        and response.mimetype in COMPRESSED
    ):
        response.direct_passthrough = False
        response.get_data()
    return response


def _page_or_404(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return Dash's view of all addresses, with the status 404 where there is no page; the page says so."""

    def shown(path: str) -> tuple[Any, int]:
        return view(path=path), 200 if is_page(rooted(f"/{path}")) else 404

    return shown


def _written_once(
    write: Callable[[], Response], write_callbacks: Callable[[], Response]
) -> Callable[[], Response]:
    """Return a view of a layout that `stilled` has made lighter; it keeps its answer."""

    @cache
    def answer() -> bytes:
        live = set(named(json.loads(write_callbacks().get_data())))
        lighter = stilled(json.loads(write().get_data()), live)
        return json.dumps(lighter, ensure_ascii=False, separators=(",", ":")).encode()

    return lambda: Response(answer(), mimetype="application/json")


def _warm_up(app: Dash) -> None:
    """Answer each route once, so that no viewer meets a cold worker or a compiler.

    Documents take the longest, and nobody opens them first: `prose.prepare`.
    """
    with app.server.test_client() as client:
        for path in (
            "/",
            "/_dash-layout",
            "/_dash-dependencies",
            "/frame?cells=128",
            "/frame?cells=128&rho=1",
            "/frame?cells=128&still=0",
            "/frame?cells=64&colouring=revival&panels=map,revival",
            "/frame?cells=16&exact=1&panels=map",
            "/frame?cells=16&exact=1&panels=map&rho=1",
            "/frame?init=he_normal&units=16&still=0&panels=cloud,survival,cloud-alive",
        ):
            while b'"late":true' in client.get(path).data[:1000]:  # compilers take longer than a picture may
                pass
