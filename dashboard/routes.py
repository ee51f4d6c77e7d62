"""The HTTP side of the live loop: ``GET /frame``, and ``GET /tighter`` at rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import orjson
from flask import Flask, Response, request

from dashboard.caption import sensitivity
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.frame import DEPENDS, FrameRequest, frame
from dashboard.numbers import exact
from dashboard.results import tighter
from dashboard.settings import DEFAULT
from dashboard.work import newest
from dynamics import Cancelled
from figures.theme import ThemeName
from figures.view import Size

# A picture at rest may take this long; past it the page keeps the finest map that was finished.
LONGEST_SECONDS = 20.0
TIGHTER_SECONDS = 2.0
MIN_CELLS = 8
_OPTIONS = ("seq", "cells", "panels", "size", "theme", "detail", "budget", "viewer")


def register(server: Flask) -> None:
    """Add the route to Dash's Flask application."""

    @server.get("/frame")
    def get_frame() -> Response:
        try:
            asked = read_request(request.args)
            budget = _number(request.args, "budget", LONGEST_SECONDS, 0.001, LONGEST_SECONDS)
        except InvalidSettingError as problem:
            return _json({"key": problem.key, "message": problem.message}, 422)
        try:
            with newest(request.args.get("viewer", "")[:64], budget) as cancel:
                return _json(frame(asked, cancel))
        except Cancelled:
            return _json({"seq": asked.seq, "late": True, "cells": asked.cells})

    @server.get("/tighter")
    def get_tighter() -> Response:
        try:
            settings = DEFAULT.edit({key: text for key, text in request.args.items() if key != "viewer"})
        except InvalidSettingError as problem:
            return _json({"key": problem.key, "message": problem.message}, 422)
        try:
            with newest(request.args.get("viewer", "")[:64], TIGHTER_SECONDS) as cancel:
                found = tighter(settings, cancel)
        except Cancelled:
            found = None
        words = sensitivity(*found) if found else None
        return _json({"text": words, "tolerance": found[0].texts()["tolerance"]} if found and words else {})


def read_request(args: Mapping[str, str]) -> FrameRequest:
    """Read a frame request strictly.

    Raises
    ------
    InvalidSettingError
        When a setting or an option is no legal value; nothing is guessed here.
    """
    settings = DEFAULT.edit({key: text for key, text in args.items() if key not in _OPTIONS})
    named = args.get("panels", ",".join(DEPENDS))
    panels = tuple(dict.fromkeys(named.split(","))) if named else ()  # About shows no picture
    unknown = [panel for panel in panels if panel not in DEPENDS]
    if unknown:
        raise InvalidSettingError(
            "panels", f"panels must be some of {', '.join(DEPENDS)}, not “{unknown[0][:40]}”", None
        )
    return FrameRequest(
        settings=settings,
        seq=int(_number(args, "seq", 0, 0, 2**53)),
        cells=int(_number(args, "cells", settings.resolution, MIN_CELLS, CONTROLS["resolution"].high)),
        panels=panels,
        theme=_choice(args, "theme", get_args(ThemeName)),
        size=_choice(args, "size", get_args(Size)),
        detail=_choice(args, "detail", ("1", "0")) == "1",
    )


def _number(args: Mapping[str, str], key: str, default: float, low: float, high: float) -> float:
    try:
        value = float(args.get(key, default))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        text = args.get(key, "")[:40]
        raise InvalidSettingError(
            key, f"{key} must be at least {exact(low)} and at most {exact(high)}, not “{text}”", None
        )
    return value


def _choice(args: Mapping[str, str], key: str, choices: tuple[Any, ...]) -> Any:
    text = args.get(key, choices[0])
    if text not in choices:
        raise InvalidSettingError(key, f"{key} must be one of {', '.join(choices)}, not “{text[:40]}”", None)
    return text


def _json(content: object, status: int = 200) -> Response:
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    response = Response(body, status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
