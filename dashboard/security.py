"""The headers that say what a page may load, and who may show it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import Dash
from flask import Flask, Response, request

from dashboard.embed import PICTURES
from hosting.headers import ALWAYS

_EMBEDDED = {"/", "/lesson"}  # addresses that show an embedded picture


def protect(app: Dash, ancestors: str) -> None:
    """Send the security headers with every answer; after all callbacks and before the first request.

    Any page may show the pictures that are made to be embedded (``embed=`` in the address), and only this
    site the rest, unless `ancestors` names who may show either.
    """
    scripts = app.csp_hashes()
    usual, embedded = policy(scripts, ancestors or "'self'"), policy(scripts, ancestors or "*")
    server: Flask = app.server

    @server.after_request
    def add(response: Response) -> Response:
        picture = set(request.args.getlist("embed")[-1:]) & PICTURES.keys()
        shown = request.path in _EMBEDDED and picture
        response.headers.setdefault("Content-Security-Policy", embedded if shown else usual)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        return response


def policy(scripts: Sequence[str], ancestors: str) -> str:
    """Return the Content-Security-Policy.

    Parameters
    ----------
    scripts : sequence of str
        Hashes of the inline scripts that run, as the header writes them.
    ancestors : str
        Who may show the page in a frame.
    """
    directives = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", "'unsafe-inline'"],  # Dash and Plotly write style elements
        "img-src": ["'self'", "data:", "blob:"],  # of which Plotly makes a PNG
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": [ancestors],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())
