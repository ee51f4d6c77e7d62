"""Numbers as files: NPZ and CSV, in the same form as the command line writes them."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from dynamics.records import Numbers, csv_pieces, write_npz


def npz(found: Numbers) -> bytes:
    """Return the arrays, and beside them the settings as scalars, as numpy's compressed archive."""
    stream = BytesIO()
    write_npz(stream, found.settings, found.arrays)
    return stream.getvalue()


def table(found: Numbers) -> Iterator[str]:
    """Yield the table as CSV, in pieces; the settings are its last columns."""
    return (text for text, _ in csv_pieces(found.settings, found.columns))
