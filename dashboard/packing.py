"""One answer of the live loop as bytes: a JSON header, then arrays that need no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from figures.chart import typed


def pack(header: Mapping[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> bytes:
    """Return the header's length (uint32, little endian), the header as UTF-8 JSON, and the arrays' bytes.

    The header says how long the arrays are; arrays inside it are written as plotly's typed arrays.
    """
    text = orjson.dumps(header, default=typed)
    parts = [np.array([len(text)], "<u4").tobytes(), text, *(array.tobytes() for array in arrays)]
    return b"".join(parts)


def unpack(body: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header and the bytes behind it; the browser's `read` in assets/frame.js does the same."""
    length = int(np.frombuffer(body, "<u4", 1)[0])
    header: dict[str, Any] = orjson.loads(body[4 : 4 + length])
    return header, body[4 + length :]
