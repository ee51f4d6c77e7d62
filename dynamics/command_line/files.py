"""Records as files: NPZ, CSV and JSON, by suffix. A file is complete or not there.

NPZ and CSV are those of `dynamics.records`. JSON holds what NPZ does, the settings beside the arrays, and
gives back every number bit for bit too. It has no word for some: nan is written as null, and ±inf as ±1e999,
which readers take for it; a complex array is an object of its "real" and "imag".
"""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dynamics.command_line.progress import Line
from dynamics.command_line.record import Record
from dynamics.records import csv_pieces, write_npz


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
    write_npz(stream, record.settings, record.arrays)


def _csv(record: Record, stream: BinaryIO, line: Line) -> None:
    for text, share in csv_pieces(record.settings, record.columns):
        line.tell("writing", share)
        stream.write(text.encode())


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
