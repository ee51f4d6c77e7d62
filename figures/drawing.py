"""A figure's specification as a short list of pen strokes over its axes, for drawing while a hand moves.

Plotly needs some 40 ms of a browser's main thread for any change to a map; a canvas needs a few. The
strokes are made from the same specification that Plotly draws at rest, and know only what our figures
use. They leave out the axes, which stay Plotly's, and the ground (a heat map), which is cells.
"""

import math
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

UNITS = 2048  # to the length of an axis: a third of a pixel or less
_FARTHEST = 16_000  # units; what lies beyond is moved there, so that differences fit 16 bits
# What a wider frame of the same picture may have of its own; up an axis a tick may be a threshold.
_OWN = {"x": ("range", "tickvals", "ticktext"), "y": ("range",)}
_HALF_TURN = 16_383  # what an angle of π becomes: differences of whole turns fit 16 bits
# Plotly's dashes in line widths, which count as at least 3 pixels.
_DASHES = {"solid": (), "dash": (3, 3), "dot": (1, 1), "dashdot": (3, 1, 1, 1), "longdash": (5, 5)}
_DASHES |= {"longdashdot": (5, 2, 1, 2)}
_CIRCLE = np.exp(2j * np.pi * np.linspace(0, 1, 97))
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
        of ``shape``) or "text" (``at`` a point); ``area`` is the suffix of the axes when they are not the
        first; ``free`` says that it may leave the plot's rectangle; the rest is style.
    coordinates : int16 (…,)
        Of all lines, areas and glyphs, one after the other: x, then y, then the angle of turned glyphs;
        each number is the difference to the one before. `UNITS` to an axis's length from the plot's
        upper left corner; angles clockwise, π as 16 383.
    """

    axes: str
    marks: list[Spec]
    coordinates: Shorts


def drawing(spec: Spec, axes: str = "") -> Drawing:
    """Return the strokes of a figure's specification.

    Parameters
    ----------
    spec : dict
        What a `Picture` returns: traces of type scatter (and heat maps, left out), shapes of type rect,
        circle and line, annotations.
    axes : str, optional
        Name of the axes that the graph has: they are kept where they only have more room, see `held`.
    """
    own = axes_name(spec["layout"])
    layout = spec["layout"] if axes in ("", own) else held(spec["layout"], axes)
    name = own if layout is spec["layout"] else axes
    sheet = _Sheet(layout)
    for shape in layout.get("shapes", ()):
        _draw_shape(sheet, shape)
    for trace in spec["data"]:
        if trace["type"] == "scatter":
            _draw_trace(sheet, trace)
    for note in layout.get("annotations", ()):
        _draw_note(sheet, note)
    numbers = np.concatenate([np.zeros(1), *sheet.numbers])
    whole = np.rint(np.clip(numbers, -_FARTHEST, _FARTHEST)).astype(np.int32)
    return Drawing(name, sheet.marks, np.diff(whole).astype(np.int16))


def axes_name(layout: Spec) -> str:
    """Return a name of a layout's axes: two with equal names look alike without their data.

    Where a layout's `meta` says that it `widens`, the name ends with its ranges, see `held`.
    """
    axes = _axes(layout)
    name = _sum([*axes.values(), layout["margin"]])
    if not layout.get("meta", {}).get("widens"):
        return name
    kind = [{k: v for k, v in axis.items() if k not in _OWN[key[0]]} for key, axis in axes.items()]
    ends = [repr(float(end)) for axis in axes.values() for end in axis["range"]]
    return "_".join([name, _sum([*kind, layout["margin"]]), *ends])


def held(layout: Spec, name: str) -> Spec:
    """Return the layout in the ranges of the axes of a `name`, if they differ from its own by being wider.

    New axes take Plotly some 40 ms, and a hand that moves to and fro would change a picture's frame at
    every turn: while it moves, frames only grow.
    """
    axes = _axes(layout)
    exact, *kind = axes_name(layout).split("_")
    was, *then = name.split("_")
    if was == exact or not kind or then[:1] != kind[:1] or len(then) != 1 + 2 * len(axes):
        return layout
    try:
        ends = [float(end) for end in then[1:]]
    except ValueError:
        return layout
    wider = {}
    for (key, axis), low, high in zip(axes.items(), ends[::2], ends[1::2], strict=True):
        if not low <= axis["range"][0] < axis["range"][1] <= high < math.inf:
            return layout
        wider[key] = axis | {"range": [low, high]}
    return layout | wider


def _axes(layout: Spec) -> dict[str, Spec]:
    return {name: axis for name, axis in layout.items() if name.startswith(("xaxis", "yaxis"))}


def _sum(values: Any) -> str:
    return f"{crc32(orjson.dumps(values)):x}"


@dataclass
class _Sheet:
    """The drawing under way."""

    layout: Spec
    marks: list[Spec] = field(default_factory=list)
    numbers: list[Floats] = field(default_factory=list)

    def add(self, area: str, mark: Spec, *numbers: Floats | Sequence[float]) -> None:
        """Add a mark with its numbers."""
        self.marks.append({"area": area, **mark} if area else mark)
        self.numbers += [np.asarray(values, dtype=float) for values in numbers]

    def units(self, name: str, values: Any) -> Any:
        """Return data values, one or an array, in units along an axis."""
        if self.layout[name].get("type") == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log10(values)
        return self.along(name, values)

    def along(self, name: str, values: Any) -> Any:
        """Return positions in the axis's own numbers (decades on a logarithmic one) in units."""
        low, high = self.layout[name]["range"]
        start, end = (low, high) if name[0] == "x" else (high, low)
        return (values - start) * (UNITS / (end - start))

    def reference(self, item: Spec, end: str) -> float:
        """Return a position of a shape or note, by `xref` or `yref`: on an axis or a share of the plot."""
        ref, value = item.get(f"{end[0]}ref", end[0]), float(item[end])
        if ref == "paper" or ref.endswith("domain"):
            return UNITS * (1 - value if end[0] == "y" else value)
        units = self.units if "type" in item else self.along  # notes give decades on a logarithmic axis
        return float(units(f"{ref[0]}axis{ref[1:]}", value))


def _paths(x: Floats, y: Floats) -> tuple[list[int], Floats, Floats]:
    """Return how many points each unbroken part has, and its points, repetitions left out."""
    there = np.isfinite(x) & np.isfinite(y)
    if len(x) and there.all():  # as nearly always: one part
        across, up = np.rint(x), np.rint(y)
        kept = np.ones(len(x), bool)
        kept[1:-1] = (across[1:-1] != across[:-2]) | (up[1:-1] != up[:-2])
        return [int(np.count_nonzero(kept))], x[kept], y[kept]
    start = there & ~np.append(False, there[:-1])
    end = there & ~np.append(there[1:], False)
    x, y = np.where(there, x, 0.0), np.where(there, y, 0.0)
    moved = (np.diff(np.rint(x), prepend=np.inf) != 0) | (np.diff(np.rint(y), prepend=np.inf) != 0)
    kept = there & (start | end | moved)
    counts = np.bincount(np.cumsum(start)[kept])[1:] if kept.any() else np.empty(0, np.int64)
    return [int(n) for n in counts], x[kept], y[kept]


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
    ys = np.asarray(trace["y"], dtype=float)
    xs = np.asarray(trace["x"], float) if "x" in trace else trace["x0"] + trace["dx"] * np.arange(len(ys))
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
            _draw_text(sheet, suffix, text, (px, py), {"font": trace["textfont"]})


def _draw_glyphs(sheet: _Sheet, suffix: str, trace: Spec) -> None:
    """Draw copies of one outline; see `figures.arrows`."""
    meta = trace["meta"]
    low, high = sheet.layout[f"xaxis{suffix}"]["range"]
    corners = np.round(meta["corners"] / (high - low) * [1, -1], 5)
    angle = np.arctan2(-meta["v"], meta["u"]) / np.pi * _HALF_TURN
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
    x0, x1, y0, y1 = (sheet.reference(shape, end) for end in ("x0", "x1", "y0", "y1"))
    x, y = np.array([x0, x1]), np.array([y0, y1])
    if shape["type"] == "rect":
        x, y = np.array([x0, x1, x1, x0, x0]), np.array([y0, y0, y1, y1, y0])
    elif shape["type"] == "circle":
        x = (x0 + x1) / 2 + (x1 - x0) / 2 * _CIRCLE.real
        y = (y0 + y1) / 2 + (y1 - y0) / 2 * _CIRCLE.imag
    if "fillcolor" in shape:
        sheet.add("", {"kind": "area", "parts": [len(x)], "fill": shape["fillcolor"]}, x, y)
    if shape.get("line", {}).get("width"):
        sheet.add("", {"kind": "line", "parts": [len(x)], **_stroke(shape["line"])}, x, y)


def _draw_note(sheet: _Sheet, note: Spec) -> None:
    place = sheet.reference(note, "x"), sheet.reference(note, "y")
    suffix = "".join(re.findall(r"\d+", note["xref"]))
    dx, dy = note.get("xshift", 0), -note.get("yshift", 0)
    if note["showarrow"]:
        ax, ay = note["ax"], note["ay"]
        reach = note.get("standoff", 0) / math.hypot(ax, ay)
        leader = [[[ax * reach, ay * reach], [ax, ay]]]
        stroke = {"color": note["arrowcolor"], "width": note["arrowwidth"]}
        mark = {"kind": "glyphs", "n": 1, "shape": leader, "strokes": [stroke], "free": True}
        sheet.add(suffix, mark, [place[0]], [place[1]])
        dx, dy = dx + ax, dy + ay
    _draw_text(sheet, suffix, note["text"], place, note, (dx, dy))


def _draw_text(
    sheet: _Sheet,
    suffix: str,
    text: str,
    place: tuple[float, float],
    style: Spec,
    shift: tuple[float, float] = (0, 0),
) -> None:
    """Write text with <i> and <span style="color:…;font-weight:…">, placed by its anchors."""
    anchors = _ANCHORS[style.get("xanchor", "center")], _ANCHORS[style.get("yanchor", "middle")]
    mark = {"kind": "text", "at": [round(units) for units in place], "anchors": anchors, "shift": shift}
    mark |= {"runs": list(_runs(text, style["font"])), "size": style["font"]["size"]}
    if "bgcolor" in style:
        mark |= {"ground": style["bgcolor"], "pad": style.get("borderpad", 0)}
    sheet.add(suffix, mark)


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
