"""The HTTP side of the live loop."""

from __future__ import annotations

from time import perf_counter
from uuid import uuid4

from flask import Flask, Response, jsonify, request

from dashboard import export
from dashboard.cell import cell
from dashboard.controls import InvalidSettingError
from dashboard.export_words import title
from dashboard.frame import frame
from dashboard.packing import pack
from dashboard.request import HAND_SECONDS, LONGEST_SECONDS, read_request
from dashboard.tables import tables
from dashboard.work import BusyError, Urgency, underway
from dynamics import Cancelled

FRAME = "application/octet-stream"


def register(server: Flask) -> None:
    """Add ``GET /frame``, ``GET /cell`` and ``GET /table`` to Dash's Flask application."""

    @server.get("/frame")
    def get_frame() -> Response:
        begin = perf_counter()
        try:
            asked = read_request(request.args)
        except InvalidSettingError as problem:
            return _answer(pack({"key": problem.key, "message": problem.message}), 422)
        urgency = Urgency.SPARE if asked.complete else Urgency.REST if asked.still else Urgency.HAND
        try:
            with underway(asked.viewer, asked.seq, asked.oldest, asked.budget, urgency) as cancel:
                return _answer(frame(asked, cancel, begin))
        except Cancelled:
            return _answer(pack({"seq": asked.seq, "late": True, "cells": asked.cells}))

    @server.get("/cell")
    def get_cell() -> tuple[Response, int]:
        try:
            with underway(f"cell {uuid4()}", 0, 0, HAND_SECONDS, Urgency.HAND) as cancel:
                return jsonify(lines=cell(request.args, cancel)), 200
        except InvalidSettingError as problem:
            return jsonify(key=problem.key, message=problem.message), 422
        except Cancelled:
            return jsonify(lines=["This takes too long."]), 200

    @server.get("/table")
    def get_table() -> tuple[Response, int]:
        try:
            asked = export.read(request.args)
            with underway(f"table {uuid4()}", 0, 0, LONGEST_SECONDS) as cancel:
                found = tables(asked, cancel)
        except InvalidSettingError as problem:
            return jsonify(key=problem.key, message=problem.message), 422
        except Cancelled:
            return jsonify(message="This takes too long"), 503
        there = [{"key": key, "title": title(key, asked.settings)} for key in export.shown(asked.settings)]
        return jsonify(picture=asked.picture, pictures=there, tables=found), 200

    @server.errorhandler(BusyError)
    def refuse(problem: BusyError) -> tuple[Response, int, dict[str, str]]:
        return jsonify(message=str(problem)), 503, {"Retry-After": "1"}


def _answer(body: bytes, status: int = 200) -> Response:
    response = Response(body, status, mimetype=FRAME)
    response.headers["Cache-Control"] = "no-store"
    return response
