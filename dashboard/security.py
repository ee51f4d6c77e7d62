"""The headers that say what a page may load, and who may show it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import Dash
from flask import Flask, Response


def protect(app: Dash) -> None:
    """Send the security headers with every answer; after all callbacks and before the first request.

    Any page may frame this one (``frame-ancestors *``): pictures are made to be embedded, and a stolen click
    gains nothing, since nobody is logged in, no cookie is set and the server keeps nobody's data but jobs.
    """
    headers = {
        "Content-Security-Policy": policy(app.csp_hashes()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin",  # not with every frame the whole address
    }

    server: Flask = app.server

    @server.after_request
    def add(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response


def policy(scripts: Sequence[str]) -> str:
    """Return the Content-Security-Policy.

    Parameters
    ----------
    scripts : sequence of str
        Hashes of the inline scripts that run, as the header writes them.
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
        "frame-ancestors": ["*"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())
