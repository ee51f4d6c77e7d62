"""Numbers as files: NPZ and CSV, in the same form as the command line writes them."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
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

    Every number is written in its shortest exact form; no text among them has a comma or a quotation mark.
    """
    names = [name for name in found.settings if name not in found.columns]
    yield f"{','.join([*found.columns, *names])}\n"
    end = "".join(f",{found.settings[name]}" for name in names) + "\n"
    shaped = np.broadcast_arrays(*found.columns.values())
    for row in range(0, shaped[0].size, _ROWS):
        columns = (map(str, column.flat[row : row + _ROWS].tolist()) for column in shaped)
        yield "".join(",".join(values) + end for values in zip(*columns, strict=True))
