"""A figure's specification as a short list of pen strokes over its axes, for drawing while a hand moves.

Plotly needs some 40 ms of a browser's main thread for any change to a map; a canvas needs a few. The
strokes are made from the same specification that Plotly draws at rest, and know only what our figures
use. They leave out the axes, which stay Plotly's, and the ground (a heat map), which is cells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np
import orjson
from numpy.typing import NDArray

from figures.chart import Floats, Spec

Shorts = NDArray[np.int16]

UNITS = 4096  # to the length of an axis
_FARTHEST = 16_000  # units; what lies beyond is moved there, so that differences fit 16 bits
_HALF_TURN = 16_383  # what an angle of π becomes: differences of whole turns fit 16 bits
# Plotly's dashes in line widths, which count as at least 3 pixels.
_DASHES = {"solid": (), "dash": (3, 3), "dot": (1, 1), "dashdot": (3, 1, 1, 1), "longdash": (5, 5)}
_DASHES |= {"longdashdot": (5, 2, 1, 2)}
_ANCHORS = {"left": 0.0, "center": 0.5, "right": 1.0, "top": 0.0, "middle": 0.5, "bottom": 1.0}
_RUN = re.compile(r'<(span|i)(?: style="([^"]*)")?>([^<]*)</\1>|([^<]+)')


@dataclass(frozen=True)
class Drawing:
    """What a canvas shows of a figure.

    Attributes
    ----------
    axes : str
        A name of the layout's axes: a drawing fits every graph that has axes of this name.
    marks : list of dict
        In drawing order. ``kind`` is "line" or "area" (``parts``: points in each), "glyphs" (``n`` copies
        of ``shape``) or "text"; ``area`` the suffix of the axes when they are not the first; ``free``
        that it may leave the plot's rectangle; the rest is style.
    coordinates : int16 (…,)
        Of all marks, one after the other: x, then y, then the angle of turned glyphs, each as the first
        value and differences. `UNITS` to an axis's length from the plot's upper left corner; angles
        clockwise, π as 16 383.
    """

    axes: str
    marks: list[Spec]
    coordinates: Shorts


def drawing(spec: Spec) -> Drawing:
    """Return the strokes of a figure's specification.

    Parameters
    ----------
    spec : dict
        What a `Picture` returns: traces of type scatter (and heat maps, left out), shapes of type rect,
        circle and line, annotations.
    """
    layout = spec["layout"]
    sheet = _Sheet(layout)
    for shape in layout.get("shapes", ()):
        _draw_shape(sheet, shape)
    for trace in spec["data"]:
        if trace["type"] == "scatter":
            _draw_trace(sheet, trace)
    for note in layout.get("annotations", ()):
        _draw_note(sheet, note)
    axes = [axis for name, axis in layout.items() if name.startswith(("xaxis", "yaxis"))]
    numbers = np.concatenate(sheet.numbers) if sheet.numbers else np.empty(0, np.int16)
    return Drawing(f"{crc32(orjson.dumps([axes, layout['margin']])):x}", sheet.marks, numbers)


@dataclass
class _Sheet:
    """The drawing under way."""

    layout: Spec
    marks: list[Spec] = field(default_factory=list)
    numbers: list[Shorts] = field(default_factory=list)

    def add(self, area: str, mark: Spec, *numbers: NDArray[np.int64]) -> None:
        """Add a mark with its whole numbers."""
        self.marks.append({"area": area, **mark} if area else mark)
        self.numbers += [np.diff(values, prepend=0).astype(np.int16) for values in numbers if len(values)]

    def units(self, name: str, values: Any) -> NDArray[np.int64]:
        """Return data values in units along an axis."""
        axis = self.layout[name]
        data = np.asarray(values, dtype=float)
        if axis.get("type") == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                data = np.log10(data)
        return self.along(name, data)

    def along(self, name: str, data: Floats) -> NDArray[np.int64]:
        """Return positions in the axis's own numbers (decades on a logarithmic one) in units."""
        low, high = self.layout[name]["range"]
        share = (data - low) / (high - low)
        return _whole(1 - share if name[0] == "y" else share)

    def reference(self, name: str, value: float) -> int:
        """Return a position given by `xref` or `yref`: on an axis, or a share of the plot."""
        if name == "paper" or name.endswith("domain"):
            return int(_whole(np.array(1 - value if name[0] == "y" else value)))
        return int(self.along(f"{name[0]}axis{name[1:]}", np.array(float(value))))


def _whole(share: Floats) -> NDArray[np.int64]:
    """Return shares of an axis in units; gaps stay the one value that is out of reach."""
    units = np.clip(UNITS * share, -_FARTHEST, _FARTHEST)
    return np.rint(np.where(np.isnan(units), 2 * _FARTHEST, units)).astype(np.int64)


def _paths(
    x: NDArray[np.int64], y: NDArray[np.int64]
) -> tuple[list[int], NDArray[np.int64], NDArray[np.int64]]:
    """Return how many points each unbroken part has, and all of them, without repetitions."""
    there = (x < 2 * _FARTHEST) & (y < 2 * _FARTHEST)
    new = np.ones(len(x), dtype=bool)
    new[1:] = (np.diff(x) != 0) | (np.diff(y) != 0)
    parts = np.cumsum(~there)
    kept = there & new
    counts = np.bincount(parts[kept]) if kept.any() else np.empty(0, np.int64)
    return [int(n) for n in counts if n], x[kept], y[kept]


def _stroke(line: Spec) -> Spec:
    """Return a line's style."""
    width, dash = line.get("width", 2), line.get("dash", "solid")
    if dash not in _DASHES:
        pattern = [float(part.removesuffix("px")) for part in dash.split(",")]
    else:
        pattern = [part * max(width, 3) for part in _DASHES[dash]]
    return {"color": line["color"], "width": width} | ({"dash": pattern} if pattern else {})


def _draw_trace(sheet: _Sheet, trace: Spec) -> None:
    suffix = trace.get("xaxis", "x")[1:]
    style = {"free": True} if trace.get("cliponaxis") is False else {}
    if "meta" in trace:
        _draw_glyphs(sheet, suffix, trace)
        return
    ys = trace["y"]
    xs = trace["x"] if "x" in trace else trace["x0"] + trace["dx"] * np.arange(len(ys))
    x, y = sheet.units(f"xaxis{suffix}", xs), sheet.units(f"yaxis{suffix}", ys)
    if "lines" in trace["mode"] or "fill" in trace:
        parts, px, py = _paths(x, y)
        if "fillpattern" in trace:
            pattern = trace["fillpattern"]
            hatch = {"size": pattern["size"], "width": pattern["solidity"] * pattern["size"]}
            hatch |= {"color": pattern["fgcolor"], "opacity": pattern["fgopacity"]}
            sheet.add(suffix, {"kind": "area", "parts": parts, "hatch": hatch}, px, py)
        elif "fill" in trace:
            sheet.add(suffix, {"kind": "area", "parts": parts, "fill": trace["fillcolor"]}, px, py)
        else:
            sheet.add(suffix, {"kind": "line", "parts": parts, **_stroke(trace["line"]), **style}, px, py)
    if "markers" in trace["mode"]:
        sheet.add(suffix, {"kind": "glyphs", "n": len(x), **_marker(trace["marker"]), **style}, x, y)
        for text, px, py in zip(trace.get("text", ()), x, y, strict=False):
            _draw_text(sheet, suffix, text, (int(px), int(py)), {"font": trace["textfont"]})


def _draw_glyphs(sheet: _Sheet, suffix: str, trace: Spec) -> None:
    """Draw copies of one outline; see `figures.arrows`."""
    meta = trace["meta"]
    low, high = sheet.layout[f"xaxis{suffix}"]["range"]
    corners = np.round(meta["corners"] / (high - low) * [1, -1], 5)
    angle = np.rint(np.arctan2(-meta["v"], meta["u"]) / np.pi * _HALF_TURN).astype(np.int64)
    sheet.add(
        suffix,
        {
            "kind": "glyphs",
            "n": len(angle),
            "shape": [corners.tolist()],
            "scaled": True,
            "turned": True,
            "fill": trace["fillcolor"],
        },
        sheet.units(f"xaxis{suffix}", meta["x"]),
        sheet.units(f"yaxis{suffix}", meta["y"]),
        angle,
    )


def _marker(marker: Spec) -> Spec:
    """Return a marker as a shape in pixels, with its fill and its strokes in drawing order."""
    size, line = marker["size"], marker.get("line", {})
    symbol = marker.get("symbol", "circle")
    if symbol == "circle":
        strokes = [_stroke(line)] if line.get("width") else []
        return {"radius": size / 2, "fill": marker["color"], "strokes": strokes}
    r = size / 2 if symbol == "x-thin" else 0.4 * size
    cross = {"shape": [[[-r, -r], [r, r]], [[-r, r], [r, -r]]]}
    if symbol == "x-thin":
        return cross | {"strokes": [_stroke(line)]}
    edge = {"color": line["color"], "width": 0.4 * size + 2 * line["width"]}
    return cross | {"strokes": [edge, {"color": marker["color"], "width": 0.4 * size - line["width"] / 2}]}


def _draw_shape(sheet: _Sheet, shape: Spec) -> None:
    xref, yref = shape.get("xref", "x"), shape.get("yref", "y")
    x = np.array([sheet.reference(xref, shape[end]) for end in ("x0", "x1")])
    y = np.array([sheet.reference(yref, shape[end]) for end in ("y0", "y1")])
    if shape["type"] == "rect":
        x, y = x[[0, 1, 1, 0, 0]], y[[0, 0, 1, 1, 0]]
    elif shape["type"] == "circle":
        turn = np.linspace(0, 2 * np.pi, 97)
        x = np.rint(x.mean() + np.ptp(x) / 2 * np.cos(turn)).astype(np.int64)
        y = np.rint(y.mean() + np.ptp(y) / 2 * np.sin(turn)).astype(np.int64)
    if "fillcolor" in shape:
        sheet.add("", {"kind": "area", "parts": [len(x)], "fill": shape["fillcolor"]}, x, y)
    if shape.get("line", {}).get("width"):
        sheet.add("", {"kind": "line", "parts": [len(x)], **_stroke(shape["line"])}, x, y)


def _draw_note(sheet: _Sheet, note: Spec) -> None:
    place = sheet.reference(note["xref"], note["x"]), sheet.reference(note["yref"], note["y"])
    suffix = re.sub(r"paper|domain|[^0-9]", "", note["xref"])
    dx, dy = note.get("xshift", 0), -note.get("yshift", 0)
    if note["showarrow"]:
        ax, ay = note["ax"], note["ay"]
        reach = note.get("standoff", 0) / np.hypot(ax, ay)
        leader = [[[ax * reach, ay * reach], [ax, ay]]]
        stroke = {"color": note["arrowcolor"], "width": note["arrowwidth"]}
        mark = {"kind": "glyphs", "n": 1, "shape": leader, "strokes": [stroke], "free": True}
        sheet.add(suffix, mark, *(np.array([value]) for value in place))
        dx, dy = dx + ax, dy + ay
    _draw_text(sheet, suffix, note["text"], place, note, (dx, dy))


def _draw_text(
    sheet: _Sheet,
    suffix: str,
    text: str,
    place: Sequence[int],
    style: Spec,
    shift: tuple[float, float] = (0, 0),
) -> None:
    """Write text with <i> and <span style="color:…;font-weight:…">, placed by its anchors."""
    anchors = [
        _ANCHORS[style.get(name, middle)] for name, middle in (("xanchor", "center"), ("yanchor", "middle"))
    ]
    mark = {"kind": "text", "runs": list(_runs(text, style["font"])), "size": style["font"]["size"]}
    mark |= {"anchors": anchors, "shift": shift}
    if "bgcolor" in style:
        mark |= {"ground": style["bgcolor"], "pad": style.get("borderpad", 0)}
    sheet.add(suffix, mark, *(np.array([value]) for value in place))


def _runs(text: str, font: Spec) -> Iterator[tuple[str, str, str]]:
    """Yield (text, slant and weight, colour) of each piece."""
    for tag, style, inner, plain in _RUN.findall(text):
        slant = "italic " if tag == "i" or "italic" in style else ""
        colour = re.search(r"color:([^;]+)", style)
        weight = re.search(r"font-weight:(\d+)", style)
        yield (
            inner if tag else plain,
            f"{slant}{weight[1] if weight else font.get('weight', 400)}",
            colour[1] if colour else font["color"],
        )
