"""Settings and results as NPZ and CSV: one form for the command line's files and the page's.

Both give back every number bit for bit. In NPZ the settings stand beside the arrays; in CSV they are columns,
so that every row explains itself and the tables of several settings can be joined.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import repeat
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Settings = Mapping[str, float | int | str]
Arrays = Mapping[str, NDArray[Any]]

_ROWS = 1 << 14  # of a table that are made at a time


@dataclass(frozen=True, eq=False)
class Numbers:
    """What is written of a result, under the names that its package gives.

    Attributes
    ----------
    settings : mapping
        The numbers and words that the result follows from.
    arrays : mapping of arrays
        As the result holds them: what NPZ and JSON hold besides.
    columns : mapping of arrays
        The same as a table: they broadcast to one shape, whose elements are the rows of a CSV.
    """

    settings: Settings
    arrays: Arrays
    columns: Arrays


def write_npz(stream: BinaryIO, settings: Settings, arrays: Arrays) -> None:
    """Write the arrays, and beside them the settings as scalars, as numpy's compressed archive."""
    contents: dict[str, Any] = {**settings, **arrays}
    np.savez_compressed(stream, **contents)


def csv_pieces(settings: Settings, columns: Arrays) -> Iterator[tuple[str, float]]:
    """Yield a table as CSV, in pieces, each with the share of the table that is before it.

    Every number is written in its shortest exact form.

    Parameters
    ----------
    settings : mapping
        The last columns, but for those that are among `columns`.
    columns : mapping of arrays
        They broadcast to one shape, of which every element makes a row. A complex array makes two columns,
        its name with ``_real`` and with ``_imag``.
    """
    parts = dict(real_columns(columns))
    beside = {name: value for name, value in settings.items() if name not in parts}
    shaped = np.broadcast_arrays(*parts.values())
    size = shaped[0].size
    yield _lines([[*parts, *beside]]), 0.0
    for row in range(0, size, _ROWS):
        # tolist gives Python's numbers, which csv writes in their shortest exact form
        numbers = (column.flat[row : row + _ROWS].tolist() for column in shaped)
        yield _lines(zip(*numbers, *map(repeat, beside.values()), strict=False)), row / size


def real_columns(columns: Arrays) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the columns of a table as CSV holds them, complex ones as two."""
    for name, column in columns.items():
        if np.iscomplexobj(column):
            yield f"{name}_real", column.real
            yield f"{name}_imag", column.imag
        else:
            yield name, column


def _lines(rows: Any) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
