"""Records as files: NPZ, CSV and JSON, by suffix. A file is complete or not there.

All three give back every number bit for bit. In NPZ and JSON the settings stand beside the arrays; in CSV
they are columns, so that every row explains itself and the tables of several settings can be joined. JSON has
no word for some numbers: nan is written as null, and ±inf as ±1e999, which readers take for it; a complex
array is an object of its "real" and "imag".
"""

import csv
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import repeat
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dynamics.command_line.progress import Line
from dynamics.command_line.record import Record

_ROWS = 1 << 14  # of a CSV file between two reports


def destination(text: str) -> Path:
    """Return where to write, checked before any work is done.

    Raises
    ------
    ValueError
        If the suffix names no format or the directory cannot be written.
    """
    path = Path(text)
    if path.suffix.lower() not in _FORMATS:
        raise ValueError(f"output must end in .npz, .csv or .json, got {text!r}")
    try:
        path = path.resolve()  # the file that a link points to, not the link, is replaced
        fits = path.parent.is_dir() and os.access(path.parent, os.W_OK | os.X_OK) and not path.is_dir()
    except (OSError, RuntimeError):  # a name too long; links that point at each other
        fits = False
    if not fits:
        raise ValueError(f"output must be a file in a directory that can be written, got {text!r}")
    return path


def write(record: Record, path: Path, line: Line) -> None:
    """Write a record in the format of the suffix, telling `line` how far it is.

    Raises
    ------
    OSError
        If the file cannot be written; nothing of it stays.
    """
    with _replacing(path) as stream:
        _FORMATS[path.suffix.lower()](record, stream, line)


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of `path` once it is complete, and is removed if it never is."""
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _npz(record: Record, stream: BinaryIO, line: Line) -> None:
    line.tell("writing", None)
    contents: dict[str, Any] = {**record.settings, **record.arrays}
    np.savez_compressed(stream, **contents)


def _csv(record: Record, stream: BinaryIO, line: Line) -> None:
    columns = dict(_real_columns(record))
    shaped = np.broadcast_arrays(*columns.values())
    size = shaped[0].size
    text = TextIOWrapper(stream, encoding="utf-8", newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*columns, *record.settings])
    for row in range(0, size, _ROWS):
        line.tell("writing", row / size)
        # tolist gives Python's numbers, which csv writes in their shortest exact form
        numbers = (column.flat[row : row + _ROWS].tolist() for column in shaped)
        table.writerows(zip(*numbers, *map(repeat, record.settings.values()), strict=False))
    text.detach()  # flushes, and leaves the stream open


def _real_columns(record: Record) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the columns, complex ones as two."""
    for name, column in record.columns.items():
        if np.iscomplexobj(column):
            yield f"{name}_real", column.real
            yield f"{name}_imag", column.imag
        else:
            yield name, column


def _json(record: Record, stream: BinaryIO, line: Line) -> None:
    def put(text: str) -> None:
        stream.write(text.encode())

    separator = "{"
    for name, setting in record.settings.items():
        put(f"{separator}\n{json.dumps(name)}: {json.dumps(setting)}")
        separator = ","
    for i, (name, array) in enumerate(record.arrays.items()):
        line.tell("writing", i / len(record.arrays))
        put(f"{separator}\n{json.dumps(name)}: ")
        if np.iscomplexobj(array):
            put('{"real": ')
            _json_array(array.real, put)
            put(', "imag": ')
            _json_array(array.imag, put)
            put("}")
        else:
            _json_array(array, put)
    put("\n}\n")


def _json_array(array: NDArray[Any], put: Callable[[str], None]) -> None:
    """Write an array as nested lists, a row at a time."""
    if array.ndim < 2:
        text = json.dumps(array.tolist())
        put(text.replace("NaN", "null").replace("Infinity", "1e999") if array.dtype.kind == "f" else text)
        return
    for i, row in enumerate(array):
        put(",\n" if i > 0 else "[")
        _json_array(row, put)
    put("]")


_FORMATS = {".npz": _npz, ".csv": _csv, ".json": _json}
