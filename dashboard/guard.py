"""What a callback is asked is checked before Dash takes it apart: hostile requests get a sentence.

Dash trusts that its own script asks. Here a request has to name a callback that there is, with all that it
takes, each in the shape that its component gives it: no callback has to expect anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
from dash import Dash
from dash.development.base_component import Component
from dash.exceptions import DependencyException
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from dashboard.controls import InvalidSettingError
from dashboard.settings import DEFAULT
from experiments.watched_summary import Summary

MOST_BYTES = 2 * 2**20  # of a request; a file that a viewer gives has a limit of its own
_LONGEST = 20_000  # characters of a text
_DEEPEST = 12  # lists and objects in each other
EARLY = "The settings have not arrived yet."
_CALLBACKS = "/_dash-update-component"

Shape = Callable[[Any], bool]


def register(app: Dash) -> None:
    """Check every request; after the layout and all callbacks are there."""
    server: Flask = app.server
    server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    shapes = dict(_shapes(app))

    @server.before_request
    def check() -> Response | None:
        if request.path != _CALLBACKS or request.method != "POST":
            return None
        problem = complaint(app.callback_map, shapes, request.mimetype, request.get_data())
        if problem == EARLY:
            return Response(status=204)  # which is how Dash says that nothing changes
        return None if problem is None else _sentence(problem, 400)

    @server.errorhandler(DependencyException)
    def miss(_: DependencyException) -> Response:
        return _sentence("There is no such script.", 404)

    @server.errorhandler(HTTPException)
    def refuse(problem: HTTPException) -> Response:
        if isinstance(problem, RequestEntityTooLarge):
            most = request.max_content_length or MOST_BYTES
            return _sentence(f"The request is too large: at most {most / 2**20:g} MiB are read.", 413)
        answer = _sentence(f"{problem.name}.", problem.code or 500)
        answer.headers.extend(
            (name, text) for name, text in problem.get_headers() if name in ("Allow", "Retry-After")
        )
        return answer


def _sentence(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")


def complaint(
    callbacks: Mapping[str, Any], shapes: Mapping[tuple[str, str], Shape], kind: str, body: bytes
) -> str | None:
    """Return why a request to Dash's callbacks is none; None when it is one.

    Parameters
    ----------
    callbacks : mapping
        Dash's `callback_map`.
    shapes : mapping
        What the property of a component may hold, by both names.
    kind : str
        The body's media type.
    body : bytes
    """
    if kind != "application/json":
        return "A callback is asked in JSON."
    try:
        asked = orjson.loads(body)
    except ValueError:
        return "This is no JSON."
    if not isinstance(asked, dict):
        return "A callback is asked with an object."
    if not _flat(asked):
        return "Lists and objects in the request are too deep."
    named = str(asked.get("output"))
    callback = callbacks.get(named)
    if callback is None or "callback" not in callback:
        return "There is no such callback."
    if not _names_outputs(named, asked.get("outputs")):
        return "The outputs are not this callback’s."
    found = {}
    for part, words in (("inputs", "inputs"), ("state", "states")):
        given, wanted = asked.get(part, []), callback[part]
        if not isinstance(given, list) or [_name(each) for each in given] != [_name(each) for each in wanted]:
            return f"The {words} are not this callback’s."
        found.update({_name(each): each.get("value") for each in given})
    changed = asked.get("changedPropIds", [])
    if not isinstance(changed, list) or not {*map(str, changed)} <= {f"{a}.{b}" for a, b in found}:
        return "What changed is no input of this callback."
    for name, value in found.items():
        if not shapes.get(name, _anything)(value):
            return f"{'.'.join(name)} cannot hold this."
    state = {_name(each): each.get("value") for each in asked.get("state", [])}
    return EARLY if state.get(("settings", "data"), "") is None else None


def _name(part: Any) -> tuple[str, str]:
    """Return the id and the property of an input, two empty texts when it has none."""
    return (str(part.get("id", "")), str(part.get("property", ""))) if isinstance(part, dict) else ("", "")


def _names_outputs(named: str, outputs: Any) -> bool:
    """Tell whether the outputs, one or a list, are those that a callback's name is made of."""
    several = outputs if isinstance(outputs, list) else [outputs]
    names = [".".join(_name(each)) for each in several]
    if not named.startswith(".."):
        return isinstance(outputs, dict) and names == [named]
    return isinstance(outputs, list) and f"..{'...'.join(names)}.." == named


def _flat(value: Any) -> bool:
    """Tell whether lists and objects are not too deep in each other, and texts not too long."""
    row = [value]
    for _ in range(_DEEPEST):
        parts = [each for each in row if isinstance(each, dict | list)]
        row = [item for each in parts for item in (each.values() if isinstance(each, dict) else each)]
        if not row:
            return True
    return False


# ------------------------------------------------------------------ shapes


def _anything(value: Any) -> bool:
    return True


def _count(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53)


def _text(value: Any) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= _LONGEST)


def _scalar(value: Any) -> bool:
    return _text(value) or (isinstance(value, int | float) and not isinstance(value, bool))


def _number(value: Any) -> bool:
    return value is not None and _count(value)


def _list(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 1000 and all(map(_written, value))


def _texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and len(value) < 100 and all(map(_text, value)))


def _settings(value: Any) -> bool:
    """Tell whether this is every setting as a text, which the browser's store holds, or nothing yet."""
    if value is None:
        return True
    if not (
        isinstance(value, dict)
        and value.keys() == DEFAULT.texts().keys()
        and all(map(_written, value.values()))
    ):
        return False
    try:
        DEFAULT.edit({key: value[key] for key in ("page", "tab", "job")})  # what callbacks take as it stands
    except InvalidSettingError:
        return False
    return True


def _errors(value: Any) -> bool:
    return value is None or (
        isinstance(value, dict) and len(value) <= 100 and all(map(_written, value.values()))
    )


def _written(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST


def _among(part: Component) -> Shape:
    """Return the shape of what is chosen of a component's options, one or several."""
    given: Any = part
    legal = [each["value"] if isinstance(each, dict) else each for each in given.options]
    if part._type == "Checklist" or getattr(part, "multi", False):
        return lambda value: _texts(value) and all(each in legal for each in value or ())
    empty = (
        [] if getattr(part, "value", None) is not None and not getattr(part, "clearable", False) else [None]
    )
    return lambda value: any(value == each and not isinstance(value, bool) for each in legal + empty)


def _fields(**shapes: Shape) -> Shape:
    """Return the shape of an object with these fields, each of which it has; it may have others."""

    def fits(value: Any) -> bool:
        return value is None or (
            isinstance(value, dict) and all(key in value and shapes[key](value[key]) for key in shapes)
        )

    return fits


def _told(value: Any) -> bool:
    """Tell whether this says that a file is being read, or what is wrong with it."""
    if not isinstance(value, dict):
        return value is None
    known = all(_written(value.get(name, "")) for name in ("reading", "message", "target"))
    return known and ("columns" not in value or (_list(value["columns"]) and "target" in value))


def _network_file(value: Any) -> bool:
    """Tell whether this is what is answered to what was recorded of a viewer's network."""
    if not isinstance(value, dict):
        return value is None
    try:
        Summary.of(value)
    except ValueError:
        return False
    return _written(value.get("file"))


def _click(value: Any) -> bool:
    """Tell whether a graph says so where it was clicked."""
    points = value.get("points") if isinstance(value, dict) else ()
    place = _fields(x=_scalar, y=_scalar)
    return value is None or (
        isinstance(points, list)
        and len(points) > 0
        and all(each is not None and place(each) for each in points)
    )


_BY_PROPERTY: dict[str, Shape] = {
    **dict.fromkeys(("n_clicks", "n_submit", "n_blur", "n_intervals"), _count),
    **dict.fromkeys(("pathname", "search", "hash", "href"), _text),
    "clickData": _click,
}
_BY_VALUE: dict[str, Shape] = {
    "Input": _text,
    "Textarea": _text,
    "Select": _text,
    "Checklist": _texts,
    "RadioItems": _scalar,
    "Dropdown": _scalar,
    "Slider": _scalar,
}
_own_data = _fields(
    file=_written, name=_written, label=_written, target=_written, rows=_number, inputs=_number,
    notes=_list, columns=_list,
)  # fmt: skip
_file = _fields(text=_written, size=_number, name=_written)
# What a store holds; one that is not named, an object or nothing.
_BY_STORE: dict[str, Shape] = {
    **dict.fromkeys(("settings", "at-work"), _settings),
    "errors": _errors,
    "arrival": _fields(path=_written, search=_written),
    "look": _fields(
        theme=lambda value: value in ("light", "dark"),
        size=lambda value: value in ("phone", "compact", "desktop", "present"),
    ),
    "own-data": _own_data,
    "network-file": _network_file,
    **dict.fromkeys(("own-told", "network-told"), _told),
    **dict.fromkeys(("risk-turn", "experiments-turn", "trial-turn"), _count),
    "file": lambda value: value is not None and _file(value),
}


def _shapes(app: Dash) -> Iterator[tuple[tuple[str, str], Shape]]:
    """Yield what each property that a callback may take holds, by its component's kind."""
    root = app.layout
    settings = DEFAULT.texts()
    filled = " ".join(app.callback_map)  # options that callbacks set are not known here
    for part in (root, *root._traverse()):
        name, kind = getattr(part, "id", None), getattr(part, "_type", "")
        if not isinstance(name, str):
            continue
        for key, shape in _BY_PROPERTY.items():
            yield (name, key), shape
        if kind == "Store":
            yield (name, "data"), _BY_STORE.get(name, _fields())
        elif name in settings and kind == "RadioItems":  # a setting may be another than those on offer
            yield (name, "value"), _written
        elif getattr(part, "options", None) and f"{name}.options" not in filled:
            yield (name, "value"), _among(part)
        elif kind == "Dropdown" and getattr(part, "multi", False):
            yield (name, "value"), _texts
        elif kind in _BY_VALUE:
            yield (name, "value"), _BY_VALUE[kind]
