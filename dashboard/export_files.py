"""Numbers as files: NPZ and CSV, in the same form as the command line writes them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from itertools import repeat
from typing import Any

import numpy as np

from dashboard.export_data import Data

_ROWS = 1 << 14  # of a table that are made at a time


def npz(found: Data) -> bytes:
    """Return the arrays, and beside them the settings as scalars, as numpy's compressed archive."""
    stream = BytesIO()
    contents: dict[str, Any] = {**found.settings, **found.arrays}
    np.savez_compressed(stream, **contents)
    return stream.getvalue()


def table(found: Data) -> Iterator[str]:
    """Yield the table as CSV, in pieces; the settings are its last columns.

    Every number is written in its shortest exact form.
    """
    shaped = np.broadcast_arrays(*found.columns.values())
    names = [name for name in found.settings if name not in found.columns]
    constant = [found.settings[name] for name in names]
    yield _lines([[*found.columns, *names]])
    for row in range(0, shaped[0].size, _ROWS):
        numbers = (column.flat[row : row + _ROWS].tolist() for column in shaped)
        yield _lines(zip(*numbers, *map(repeat, constant), strict=False))


def _lines(rows: Any) -> str:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
