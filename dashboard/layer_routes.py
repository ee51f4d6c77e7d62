"""The HTTP side of "Your layer". Uploads are read in memory, within the request that brings them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path

from flask import Flask, Response, request

from dashboard.controls import InvalidSettingError
from dashboard.export_files import npz, table
from dashboard.layer import KEYS, PAGE, answer, look, numbers, read_look, upload
from dashboard.options import choice
from dashboard.packing import pack
from dashboard.reception import held, turn
from dashboard.settings import DEFAULT
from dashboard.work import BusyError
from dynamics.tensor_file import MIB, UnreadableError

EXAMPLE = Path(__file__).parent / "example_layer.npz"  # made by benchmarks/example_layer.py
_BYTES = "application/x-dead-cone"  # not compressed: they are random
_LARGEST_LOOK = MIB


def register(server: Flask) -> None:
    """Add ``POST /layer/…`` to Dash's Flask application, and ``GET /layer/example``.

    What is wrong with a file is no refusal of the request: browsers write those to their console.
    """

    @server.post("/layer/units")
    @_telling_why_not
    @held()
    def post_layer() -> Response:
        body = _body(2 * PAGE.size)
        if body is None:
            return _refused()
        with turn():
            return _answer(answer(upload(request.args, body)))

    @server.post("/layer/look")
    @_telling_why_not  # it is small, and asked for while a hand moves: no file's place is for it
    def post_look() -> Response:
        body = _body(_LARGEST_LOOK)
        if body is None:
            return _refused()
        try:
            with turn():
                return _answer(look(read_look(body)))
        except InvalidSettingError as problem:
            return _answer(pack({"problem": f"{problem.message}."}), 422)

    @server.post("/layer/export")
    @_telling_why_not
    @held()
    def post_export() -> Response:
        body = _body(2 * PAGE.size)
        if body is None:
            return _refused()
        try:
            kind = choice(request.args, "format", ("npz", "csv"))
            direction = choice(request.args, "direction", ("across", "along", "against", "file"))
            settings = DEFAULT.edit({key: request.args[key] for key in KEYS if key in request.args})
            with turn():
                found = numbers(upload(request.args, body), settings, direction)
        except (InvalidSettingError, UnreadableError) as problem:
            return _answer(pack({"problem": f"{problem}."}), 422)
        content = npz(found) if kind == "npz" else table(found)
        return Response(content, mimetype=_BYTES, headers={"Cache-Control": "no-store"})

    @server.get("/layer/example")
    def get_example_layer() -> Response:
        return Response(EXAMPLE.read_bytes(), mimetype=_BYTES)


def _telling_why_not(view: Callable[[], Response]) -> Callable[[], Response]:
    """Answer what there is no room or time for so that the page reads why not."""

    @wraps(view)
    def answered() -> Response:
        try:
            return view()
        except BusyError as problem:
            refused = _answer(pack({"problem": f"{problem}."}), 503)
            refused.headers["Retry-After"] = "1"
            return refused

    return answered


def _body(most: int) -> bytes | None:
    """Return what the request brings, kept in memory; None if it brings more, or does not say how much."""
    chunked = "Transfer-Encoding" in request.headers
    length = None if chunked else request.content_length or 0
    request.max_content_length = most  # usually it is less
    return None if length is None or length > most else request.get_data(cache=False)


def _refused() -> Response:
    problem = f"A request must say how long it is and bring two files of at most {PAGE.size // MIB} MiB."
    return _answer(pack({"problem": problem}), 413)


def _answer(body: bytes, status: int = 200) -> Response:
    return Response(body, status, mimetype=_BYTES, headers={"Cache-Control": "no-store"})
