"""The files that viewers give: their routes, what they may weigh, and what is answered.

assets/files.js sends a file as it is and puts the answer, an object, into a store of its page. What is wrong
with a file is part of an answer like another: a browser writes each refused request to its console.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import PurePath
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.reception import held, turn
from experiments import kept
from experiments.table import MOST_BYTES as MOST_BYTES_OF_DATA
from experiments.table import Table
from experiments.watched import MOST_BYTES as MOST_BYTES_OF_UNITS
from experiments.watched import read_watched
from experiments.watched_example import example
from experiments.watched_summary import summary
from jobs.store import StoreError

LIMITS = {"data": MOST_BYTES_OF_DATA, "units": MOST_BYTES_OF_UNITS}  # bytes, by route
_NAME_LENGTH = 40

Answer = dict[str, Any]


def register(server: Flask) -> None:
    """Add ``POST /data``, ``POST /units`` and ``GET /units`` to Dash's Flask application."""

    @server.post("/data")
    def post_data() -> tuple[Response, int]:
        return _answered("data", lambda content, name: own_data(content, name, request.args.get("choice")))

    @server.post("/units")
    def post_units() -> tuple[Response, int]:
        return _answered("units", own_units)

    @server.get("/units")
    def get_example() -> tuple[Response, int]:
        return jsonify(asdict(summary(example())) | {"file": "an example"}), 200


def _answered(route: str, read: Callable[[bytes, str], Answer]) -> tuple[Response, int]:
    """Answer with what is read from the request's body, or with what is wrong with it."""
    file, most = plain(PurePath(request.args.get("file", "")).name) or "file", LIMITS[route]
    request.max_content_length = most
    with held():
        try:
            content = request.get_data(cache=False)
        except RequestEntityTooLarge:
            size = f"{(request.content_length or 0) / 2**20:.1f} MiB" if request.content_length else "larger"
            return jsonify(message=f"{file} is {size}; at most {most >> 20} MiB are read"), 413
        try:
            return jsonify(read(content, file) | {"file": file}), 200
        except (ValueError, StoreError) as problem:
            return jsonify(message=str(problem).rstrip("."), file=file), 200


def plain(name: str) -> str:
    """Return a name without what a figure's text, or a page, would take for something else."""
    return re.sub(r"[^\w .,:/()+-]", "_", name).strip()[:_NAME_LENGTH]


def own_data(content: bytes, file: str, target: str | None) -> Answer:
    """Keep a table and return what the page says of it.

    Parameters
    ----------
    content : bytes
        Of a CSV file.
    file : str
        Its name.
    target : str, optional
        The column to predict; by default the last.

    Raises
    ------
    ValueError, StoreError
        If the table is none, or cannot be kept.
    BusyError
        As `turn` does.
    """
    with turn():
        table = Table.read(content, file)
        columns = list(table.columns)
        try:
            dataset = replace(table.dataset(target or None), name=PurePath(file).stem)
        except ValueError as problem:  # another column may do
            return {"message": str(problem), "columns": columns, "target": target or columns[-1]}
        name, packed = kept.packed(dataset)
    kept.put(name, packed)  # after the turn: while a store is locked or slow, pictures go on
    rows, inputs = dataset.shape
    return {
        "name": name,
        "label": dataset.name,
        "columns": columns,
        "target": dataset.target,
        "rows": rows,
        "inputs": inputs,
        "notes": list(dataset.notes),
    }


def own_units(content: bytes, file: str) -> Answer:
    """Return what the page draws of a file that `DeadUnits.save` wrote; nothing of it is kept.

    Raises
    ------
    ValueError
        If it is no such file; the message names file, place and reason.
    BusyError
        As `turn` does.
    """
    with turn():
        found = asdict(summary(read_watched(content, file)))
    return found | {"layers": [plain(name) for name in found["layers"]]}
