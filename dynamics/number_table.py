"""A CSV file of nothing but numbers, but for its header; what else is in it is found and named."""

from io import StringIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynamics.tensor_file import Limits, UnreadableError

MOST_COLUMNS = 100_000
_BYTES = 8  # of a number, once it is read
_SEPARATORS = ",;\t"


class Table(NamedTuple):
    """The numbers of a file, float64 (rows, columns), and its columns' names; none without a header."""

    names: tuple[str, ...]
    numbers: NDArray[np.float64]


def table(content: bytes, name: str, limits: Limits) -> Table:
    """Read a CSV file in UTF-8, its cells separated by commas, semicolons, tabs or blanks.

    A first row in which no cell is a number is the header.

    Raises
    ------
    UnreadableError
        Naming row and column, counted from 1 on as in the file, and what is there.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"{name} must be text in UTF-8, got something else at byte {error.start}"
        ) from error
    first = text.lstrip().partition("\n")[0].strip()
    if not first:
        raise UnreadableError(f"{name} is empty: it has no rows")
    separator = max(_SEPARATORS, key=first.count)
    delimiter = separator if separator in first else None
    cells = _cells(first, delimiter)
    if len(cells) > MOST_COLUMNS:
        raise UnreadableError(f"{name} must have at most {MOST_COLUMNS} columns, got {len(cells)}")
    header = not any(_is_number(cell) for cell in cells)
    rows = text.count("\n") + 1
    if rows * len(cells) * _BYTES > limits.expanded:
        most = limits.expanded // _BYTES
        raise UnreadableError(f"{name} must hold at most {most} numbers, got {rows} rows of {len(cells)}")
    body = text.lstrip().partition("\n")[2] if header else text
    if not body.strip():
        raise UnreadableError(f"{name} has a header and no rows")
    try:
        numbers = np.loadtxt(StringIO(body), delimiter=delimiter, comments=None, quotechar='"', ndmin=2)
    except ValueError as error:
        raise UnreadableError(f"{name}: {_place(text, delimiter, header, len(cells)) or error}") from error
    if header and numbers.shape[1] != len(cells):
        raise UnreadableError(
            f"{name}: the header names {len(cells)} columns, the rows have {numbers.shape[1]}"
        )
    return Table(tuple(cells) if header else (), numbers)


def _cells(line: str, delimiter: str | None) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(delimiter)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _place(text: str, delimiter: str | None, header: bool, columns: int) -> str:
    """Say where the first cell is that is no number, or the first row of another length."""
    seen = False
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if header and not seen:
            seen = True
            continue
        cells = _cells(line, delimiter)
        for column, cell in enumerate(cells, 1):
            if not _is_number(cell):
                what = f"holds “{cell[:40]}”, not a number" if cell else "is empty"
                return f"row {number}, column {column} {what}"
        if len(cells) != columns:
            return f"row {number} has {len(cells)} cells, the first has {columns}"
    return ""
