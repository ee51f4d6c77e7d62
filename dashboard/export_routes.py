"""The HTTP side of what can be taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import orjson
from flask import Flask, Response, request

from dashboard import export_words as words
from dashboard.controls import InvalidSettingError
from dashboard.export import SWEPT, ExportRequest, drawing, read, shown
from dashboard.export_data import data
from dashboard.export_files import npz, table
from dashboard.export_page import page
from dashboard.export_sweep import read_sweep
from dashboard.options import choice
from dashboard.request import LONGEST_SECONDS
from dashboard.snippet import snippet
from dashboard.work import underway
from dynamics import Cancellation, Cancelled
from figures.chart import typed

TOO_LONG = "This takes too long here: choose a coarser grid or fewer iterations"
_TYPES = {"npz": "application/octet-stream", "csv": "text/csv", "html": "text/html"}
Answer = Callable[[ExportRequest, Cancellation], Response]


def register(server: Flask) -> None:
    """Add ``GET /export/…`` to Dash's Flask application.

    What is exported is refused with 422; the dialog's own questions are answered with the sentence that it
    shows, since browsers write every refusal to their console.
    """
    exports: dict[str, Answer] = {"figure": _figure, "data": _data, "snippet": _snippet, "page": _page}
    for name, answer in exports.items():
        server.add_url_rule(f"/export/{name}", f"export_{name}", _view(answer, 422))
    questions: dict[str, Answer] = {"pictures": _pictures, "sweep": _sweep}
    for name, answer in questions.items():
        server.add_url_rule(f"/export/{name}", f"export_{name}", _view(answer, 200))


def _view(answer: Answer, refused: int) -> Callable[[], Response]:
    """Return a view that reads the request strictly and gives up what takes too long.

    `refused` is the status of a refusal.
    """

    def view() -> Response:
        try:
            asked = read(request.args)
            with underway(f"export {uuid4()}", 0, 0, LONGEST_SECONDS) as cancel:
                response = answer(asked, cancel)
        except InvalidSettingError as problem:
            response = _json({"key": problem.key, "message": problem.message}, refused)
        except Cancelled:
            response = _json({"message": TOO_LONG}, 503)
        response.headers["Cache-Control"] = "no-store"
        return response

    return view


def _json(content: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(content, default=typed), status, mimetype="application/json")


def _pictures(asked: ExportRequest, _: Cancellation) -> Response:
    """Name the pictures that there are."""
    settings = asked.settings
    return _json({"pictures": [{"key": key, "title": words.title(key, settings)} for key in shown(settings)]})


def _figure(asked: ExportRequest, cancel: Cancellation) -> Response:
    """Return a picture as a plate for Plotly, and what its file is called."""
    return _json({**drawing(asked, cancel), "name": words.file_name(asked.picture, asked.settings)})


def _data(asked: ExportRequest, cancel: Cancellation) -> Response:
    """Return the numbers of a picture as a file."""
    kind = choice(request.args, "format", ("npz", "csv"))
    found = data(asked, cancel)
    body = npz(found) if kind == "npz" else table(found)
    return _file(body, words.file_name(asked.picture, asked.settings), kind)


def _file(body: bytes | Iterator[str], name: str, kind: str) -> Response:
    response = Response(body, mimetype=_TYPES[kind])
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{kind}")
    return response


def _snippet(asked: ExportRequest, cancel: Cancellation) -> Response:
    """Return the program that gives a picture's numbers."""
    return _json({"title": words.title(asked.picture, asked.settings), "code": snippet(asked, cancel)})


def _sweep(asked: ExportRequest, _: Cancellation) -> Response:
    """Return what the pictures of a sweep differ in, and what its file is called."""
    sweep = read_sweep(request.args, asked.settings)
    key = request.args.get("slider", SWEPT[0])
    name = f"{words.file_name('map', asked.settings)}_sweep-{key}"
    return _json({"changes": sweep.changes, "seconds": sweep.seconds, "name": name})


def _page(asked: ExportRequest, cancel: Cancellation) -> Response:
    """Return all that is shown as one file."""
    name = words.file_name("page", asked.settings)
    return _file(page(asked, request.url_root, cancel).encode(), name, "html")
