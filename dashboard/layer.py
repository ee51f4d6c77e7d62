"""Your layer: what the browser sends, and what it shows of it.

The server keeps nothing. A file comes with the request that brings it, and its units go back as three numbers
each, from which the browser sorts and lists them; for pictures and waits at other settings it sends those
of the units that are drawn, and of the dead ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from dashboard.controls import InvalidSettingError
from dashboard.layer_words import Counts, context, file_line, inputs_line, notes, silent_line, title
from dashboard.options import choice
from dashboard.packing import pack, unpack
from dashboard.settings import DEFAULT, Settings
from dynamics.layer import LayerUnits, layer_units
from dynamics.layer_file import Side, UndecidedError, read_inputs, read_layer
from dynamics.layer_waits import Direction, layer_numbers, unit_waits, wait
from dynamics.records import Numbers
from dynamics.tensor_file import MIB, Limits, UnreadableError, check_size
from figures import DrawnUnits, View
from figures import layer as layer_picture
from figures.layer import drawn_words
from figures.theme import ThemeName
from figures.view import Size

PAGE = Limits(16 * MIB, 128 * MIB, 1_000_000, 1e10, "the page")
MOST_DRAWN = 3000
MOST_WAITS = 20_000  # dead units whose way back is integrated, half a second
KEYS = ("beta", "eta", "gamma", "delta", "epsilon")
_LONGEST_NAME = 200
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Upload:
    """What a request brings.

    Attributes
    ----------
    name, inputs_name : str
        Of the layer's file and of the inputs'; the latter is empty without one.
    content, inputs : bytes
    layer : str, optional
        Which of several.
    units : "rows" or "columns", optional
        Where the units of a square weight are.
    """

    name: str
    content: bytes
    inputs_name: str = ""
    inputs: bytes = b""
    layer: str | None = None
    units: Side | None = None


def upload(args: Mapping[str, str], body: bytes) -> Upload:
    """Return what a request brings: the layer's file, so many bytes as it says, and then the inputs'."""
    length = int(args.get("bytes", "0")) if args.get("bytes", "").isdecimal() else 0
    units = args.get("units")
    return Upload(
        args.get("name", "")[:_LONGEST_NAME],
        body[:length],
        args.get("inputs", "")[:_LONGEST_NAME],
        body[length:],
        args.get("layer"),
        units if units in get_args(Side) else None,  # type: ignore[arg-type]  # they are its values
    )


def read(asked: Upload) -> tuple[LayerUnits, int]:
    """Return the units of an upload, and how many layers its file holds.

    Raises
    ------
    UnreadableError
    """
    found = read_layer(asked.content, asked.name, asked.layer, asked.units, PAGE)
    inputs = found.inputs
    if asked.inputs_name:
        inputs = read_inputs(asked.inputs, asked.inputs_name, PAGE).over(inputs)
    return layer_units(found.layer, inputs, PAGE), found.layers


def answer(asked: Upload) -> bytes:
    """Return an upload's units for the browser; or what is wrong with it, or what it leaves open."""
    try:
        units, layers = read(asked)
    except UndecidedError as question:
        return pack({"question": str(question), "asked": question.asked, "choices": question.choices})
    except UnreadableError as problem:
        return pack({"problem": f"{problem}."})
    except MemoryError:
        return pack({"problem": f"{asked.name} needs more memory than the server has."})
    arrays = {"scale": units.scale, "mean": units.mean, "log10": units.log10_probability}
    if units.along is not None:
        arrays["along"] = units.along
    if units.active is not None:
        arrays["active"] = units.active.astype(np.float64)  # exact to 2²⁴ in what follows
    header = {
        "name": asked.name,
        "label": units.label,
        "n": len(units.scale),
        "given": units.given,
        "counted": units.counted,
        "file": file_line(units, len(asked.content), layers),
        "inputs": inputs_line(units, asked.inputs_name),
        "silent": silent_line(units),
        "notes": notes(units),
        "arrays": list(arrays),
    }
    with np.errstate(over="ignore", under="ignore"):
        return pack(header, [array.astype(np.float32) for array in arrays.values()])


def too_large(name: str, size: int) -> str:
    """Say of a file whose size alone is known why it is refused; empty if it is not."""
    try:
        check_size(size, name, PAGE)
    except UnreadableError as problem:
        return f"{problem}."
    return ""


def numbers(asked: Upload, settings: Settings, direction: Direction) -> Numbers:
    """Return an upload's units as a file.

    Raises
    ------
    UnreadableError
    """
    units, _ = read(asked)
    hp, epsilon = settings.hyperparameters, settings.epsilon
    found = unit_waits(units, hp, epsilon, direction, most=MOST_WAITS)
    return layer_numbers(units, hp, epsilon, direction, found)


# ------------------------------------------------------------------ pictures and waits at settings


@dataclass(frozen=True)
class Look:
    """What the browser asks of its units at some settings.

    Attributes
    ----------
    settings : Settings
    view : View
    direction : Direction
    counts : Counts
        How many units there are of each kind; none without a layer.
    drawn : DrawnUnits
    scale, mean, along : float64 (n,)
        Of the dead units whose way back is asked for.
    """

    settings: Settings
    view: View
    direction: Direction
    counts: Counts
    drawn: DrawnUnits
    scale: NDArray[np.float64]
    mean: NDArray[np.float64]
    along: NDArray[np.float64] | None


def read_look(body: bytes) -> Look:
    """Read a request strictly.

    Raises
    ------
    InvalidSettingError
        When it is no such request.
    """
    try:
        header, rest = unpack(body)
        parts = _Parts(rest)
        n, dead = (_count(header, key, most) for key, most in (("drawn", MOST_DRAWN), ("dead", MOST_WAITS)))
        counts = Counts(*(_count(header["counts"], name, PAGE.units) for name in Counts._fields))
        unit, scale, mean, where = parts.take(n, "<u4"), parts.take(n), parts.take(n), parts.take(n, "u1")
        sunk = [parts.take(dead) for _ in range(3 if header.get("along") else 2)]
        settings = DEFAULT.edit({key: str(header[key]) for key in KEYS})
        given = bool(header.get("given"))
        texts = {key: str(header[key]) for key in ("theme", "size", "direction")}
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise InvalidSettingError("look", "This is no request of the page's", None) from error
    view = View(theme=choice(texts, "theme", get_args(ThemeName)), size=choice(texts, "size", get_args(Size)))
    direction = choice(texts, "direction", get_args(Direction))
    if direction == "file" and len(sunk) < 3:
        direction = "across"
    numbers = [values.astype(np.float64) for values in (scale, mean, *sunk)]
    if not all(np.isfinite(values).all() for values in numbers) or (numbers[2] < 0).any():
        raise InvalidSettingError("look", "Units must be finite", None)
    drawn = DrawnUnits(unit, numbers[0], numbers[1], where, given)
    return Look(
        settings, view, direction, counts, drawn, numbers[2], numbers[3], numbers[4] if sunk[2:] else None
    )


class _Parts:
    """The arrays behind a header, one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, count: int, kind: str = "<f4") -> NDArray[Any]:
        array = np.frombuffer(self._content, kind, count, self._at) if count else np.empty(0, kind)
        self._at += array.nbytes
        return array


def _count(header: Mapping[str, Any], key: str, most: int) -> int:
    value = header[key]
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(key)
    return value


def look(asked: Look) -> bytes:
    """Return the picture, the words, and after how many updates (log₁₀) the dead units are back."""
    hp, epsilon = asked.settings.hyperparameters, asked.settings.epsilon
    found = wait(hp, asked.scale, asked.mean, asked.along, epsilon, asked.direction)
    header = {
        "figure": layer_picture.spec(asked.drawn, epsilon, asked.view),
        "label": drawn_words(asked.drawn, epsilon),
        "title": title(asked.counts, found),
        "context": context(asked.settings, asked.direction, asked.counts, len(found)),
        "waits": len(found),
    }
    return pack(header, [found.astype(np.float32)])
