"""The dead share over two settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from dynamics import Outcome, SweepResult
from figures.chart import Floats, Spec, label, margins, percent, spec
from figures.placement import Box
from figures.sweep_axis import Ruler, border, written
from figures.theme import LIGHT, share_scale
from figures.view import View

_AREA = {"desktop": (372, 410), "compact": (340, 340), "phone": (286, 300), "present": (560, 560)}  # pixels
_MOST_WORDS = 4096  # cells beyond which hovering tells the dead share alone
_NAMES = {"critical": "oscillates", "limit": "past affine limit"}
_DASHES = {"critical": "6px,4px", "limit": "solid"}


@dataclass(frozen=True)
class _Plot:
    """Both axes and the pixels between their ends."""

    across: Ruler
    up: Ruler
    view: View

    def pixels(self, x: Floats | float, y: Floats | float) -> Floats:
        """Return positions in pixels from the lower left corner, float64 (…, 2)."""
        sides = zip((x, y), (self.across, self.up), _AREA[self.view.size], strict=True)
        return np.stack(
            [(at - r.edges[0]) / (r.edges[-1] - r.edges[0]) * size for at, r, size in sides], axis=-1
        )

    def holds(self, box: Box) -> bool:
        """Tell whether a box lies within the plot."""
        width, height = _AREA[self.view.size]
        return (
            box.half_width <= box.x <= width - box.half_width
            and box.half_height <= box.y <= height - box.half_height
        )


def sweep_map(result: SweepResult, view: View, current: Mapping[str, float]) -> Spec:
    """Return the specification that `figures.sweep` describes, of a sweep over two settings."""
    across, up = (Ruler(axis) for axis in result.sweep.axes)
    plot = _Plot(across, up, view)
    here, here_box = _here(plot, current)
    curves = _curves(plot)
    names, taken = [], [here_box] if here_box else []
    for kind, (x, y) in curves.items():
        note, box = _name(plot, kind, x, y, taken)
        names += note
        taken += box
    lines = [line for kind, (x, y) in curves.items() for line in _lines(view, kind, x, y)]
    return spec(
        [_cells(result, plot), *lines, *here[:1]],
        {
            "margin": margins(view, left=62, right=14, top=10, bottom=48),
            "xaxis": across.draw(view, *across.edges[[0, -1]].tolist()),
            "yaxis": up.draw(view, *up.edges[[0, -1]].tolist()),
            "annotations": [*names, *here[1:]],
        },
        view,
        revision="sweep",
    )


def _cells(result: SweepResult, plot: _Plot) -> Spec:
    hover: Spec = {"hoverinfo": "skip"}
    if plot.view.hover:
        few = result.iterations.size <= _MOST_WORDS
        told = {"text": _words(result), "hovertemplate": "%{text}<extra></extra>"}
        hover = told if few else {"hovertemplate": "%{z:.1f} % dead<extra></extra>"}
    return {
        "type": "heatmap",
        "name": "share",
        "x": plot.across.edges,
        "y": plot.up.edges,
        "z": (100 * result.dead_fraction).astype(np.float32),
        "zmin": 0.0,
        "zmax": 100.0,
        "zsmooth": False,
        "hoverongaps": False,
        "showscale": False,
        "colorscale": share_scale(plot.view.colours),
        **hover,
    }


def _words(result: SweepResult) -> list[list[str]]:
    """Return what hovering tells of each cell: its values and the shares that occur in it."""
    across, up = result.sweep.axes
    rows: list[list[str]] = []
    for i, row in enumerate(result.shares):
        rows.append([])
        for j, shares in enumerate(row):
            place = f"{written(up.name, up.values[i])}, {written(across.name, across.values[j])}"
            ends = [
                f"{percent(float(shares[kind]), 1)} {kind.name.lower()}"
                for kind in Outcome
                if shares[kind] > 0 or kind is Outcome.DEAD
            ]
            rows[-1].append("<br>".join([place, *ends]))
    return rows


def _curves(plot: _Plot) -> dict[str, tuple[Floats, Floats]]:
    """Return the borders of the regimes in positions (x, y), where the axes are β and η."""
    rulers = {ruler.swept.name: ruler for ruler in (plot.across, plot.up)}
    if set(rulers) != {"beta", "eta"}:
        return {}
    found = {}
    for kind in _NAMES:
        eta, beta = border(kind, rulers["eta"], rulers["beta"])
        if len(eta) > 1:
            found[kind] = (eta, beta) if plot.across.swept.name == "eta" else (beta, eta)
    return found


def _lines(view: View, kind: str, x: Floats, y: Floats) -> list[Spec]:
    """Return a casing and a line; on the map they keep their colours in both themes."""
    line = {"type": "scatter", "mode": "lines", "x": x, "y": y, "hoverinfo": "skip"}
    return [
        line | {"name": f"{kind} casing", "line": {"color": LIGHT.map_casing, "width": view.px(3.4)}},
        line
        | {
            "name": kind,
            "line": {"color": LIGHT.map_ink, "width": view.px(1.5), "dash": _DASHES[kind]},
        },
    ]


def _name(plot: _Plot, kind: str, x: Floats, y: Floats, taken: list[Box]) -> tuple[list[Spec], list[Box]]:
    """Name what lies beyond a border, beside it where there is room, with an arrow that way."""
    leftwards = kind == "limit" and plot.across.swept.name == "beta"  # all else lies to the right
    view, text = plot.view, f"← {_NAMES[kind]}" if leftwards else f"{_NAMES[kind]} →"
    half_width, half_height = view.px(3.4) * len(text) + 4, view.px(11)
    sides = (1, -1) if kind == "critical" else (-1, 1)
    for along, side in product((0.5, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95), sides):
        i = round(along * (len(x) - 1))
        px, py = plot.pixels(x[i], y[i])
        box = Box(px + side * (half_width + view.px(5)), py, half_width, half_height)
        if plot.holds(box) and not any(box.overlaps(other) for other in taken):
            anchor = "left" if side > 0 else "right"
            return [_boxed(view, text, x[i], y[i], xanchor=anchor, xshift=side * view.px(5))], [box]
    return [], []


def _here(plot: _Plot, current: Mapping[str, float]) -> tuple[list[Spec], Box | None]:
    """Return a ring at the current settings and its name, where they lie within the plot."""
    view, rulers = plot.view, (plot.across, plot.up)
    if not {ruler.swept.name for ruler in rulers} <= current.keys():
        return [], None
    x, y = (float(ruler.place(current[ruler.swept.name])) for ruler in rulers)
    if not all(r.edges[0] <= at <= r.edges[-1] for r, at in zip(rulers, (x, y), strict=True)):
        return [], None
    px, py = plot.pixels(x, y)
    side = -1 if px > 0.8 * _AREA[view.size][0] else 1
    point = {
        "type": "scatter",
        "name": "current",
        "mode": "markers",
        "x": [x],
        "y": [y],
        "marker": {
            "size": view.px(15),
            "color": LIGHT.map_casing,
            "opacity": 1,
            "line": {"color": LIGHT.map_ink, "width": view.px(3)},
        },
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    anchor = {"xanchor": "left" if side > 0 else "right", "xshift": side * view.px(13)}
    note = _boxed(view, "<b>you</b>", x, y, **anchor)
    return [point, note], Box(px + side * view.px(20), py, view.px(34), view.px(16))


def _boxed(view: View, text: str, x: float, y: float, **more: object) -> Spec:
    font = {"color": LIGHT.map_ink, "size": view.px(14 if view.size != "phone" else 13)}
    place = {"xref": "x", "yref": "y", "bgcolor": LIGHT.map_label, "borderpad": view.px(3), "font": font}
    return label(view, text, x, y, **place, **more)
