"""How the tests read a figure: traces by name, arrays decoded, every text with its size."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray


def array(value: Any) -> NDArray[Any]:
    """Decode a plotly typed array; take lists as they are."""
    if not isinstance(value, Mapping):
        return np.asarray(value)
    flat = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
    shape = [int(side) for side in value["shape"].split(",")] if "shape" in value else [-1]
    return flat.reshape(shape)


def names(figure: go.Figure) -> list[str]:
    return [trace["name"] for trace in figure.to_dict()["data"]]


def traces(figure: go.Figure, name: str) -> list[dict[str, Any]]:
    return [trace for trace in figure.to_dict()["data"] if re.fullmatch(name, trace["name"])]


def trace(figure: go.Figure, name: str) -> dict[str, Any]:
    (found,) = traces(figure, name)
    return found


def texts(figure: go.Figure) -> list[str]:
    return [note["text"] for note in figure.to_dict()["layout"].get("annotations", [])]


def annotation(figure: go.Figure, text: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = figure.to_dict()["layout"]["annotations"]
    (note,) = [note for note in found if text in note["text"]]
    return note


def font_sizes(node: Any) -> Iterator[float]:
    """Yield every font size set anywhere in a figure, in its HTML too."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("font", "tickfont", "textfont") and "size" in value:
                yield float(value["size"])
            yield from font_sizes(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from font_sizes(value)
    elif isinstance(node, str):
        yield from (float(size) for size in re.findall(r"font-size:\s*([\d.]+)px", node))


def outlines(shape: dict[str, Any]) -> list[NDArray[Any]]:
    """Split a trace of outlines at its gaps into (corners, 2) arrays."""
    points = np.stack([array(shape["x"]), array(shape["y"])], axis=1).astype(float)
    ends = np.flatnonzero(np.isnan(points[:, 0]))
    return [part[~np.isnan(part[:, 0])] for part in np.split(points, ends) if len(part) > 1]
