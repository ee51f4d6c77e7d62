"""Somebody's own network: the dead share of its layers, what became of its units, and each unit."""

import math

import numpy as np
from numpy.typing import NDArray

from experiments.watched_summary import FATES, Summary
from figures.chart import Picture, Spec, axis, margins, spec
from figures.theme import mark_colour, share_scale
from figures.view import View

_MOST_NAMED = 12  # layers with their name beside the axis
_NAME_LENGTH = 12
_SIDES = {"top": 10, "bottom": 48}  # the same of both pictures of layers, whose rows stand beside each other
# Of `FATES`: a step of the dead share's colours, and plotly's pattern.
_LOOKS = {"alive": (1, ""), "came back": (5, ""), "died": (10, ""), "born dead": (10, "/")}


@Picture
def watched_layers(found: Summary, view: View) -> Spec:
    """Draw the dead share of each layer at every record; the first layer is at the bottom.

    Parameters
    ----------
    found : Summary
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
    """
    layers = len(found.layers)
    hover: Spec = {"hoverinfo": "skip"}
    if view.hover:
        named = [[name] * len(found.step) for name in found.layers]
        told = "%{customdata}, at %{x}: %{z:.1f} % dead<extra></extra>"
        hover = {"hovertemplate": told, "customdata": named}
    shares = {
        "type": "heatmap",
        "x": np.array(found.step, np.float64),
        "y": np.arange(1, layers + 1, dtype=np.float32),
        "z": (100 * found.share.T).astype(np.float32),
        "zmin": 0.0,
        "zmax": 100.0,
        "ygap": 1,
        "showscale": False,
        "colorscale": share_scale(view.colours),
        **hover,
    }
    axes = {"xaxis": _records(found, view), "yaxis": _layers(found, view)}
    return spec([shares], {"margin": _margins(view), **axes}, view, revision="watched-layers")


@Picture
def watched_fates(found: Summary, view: View) -> Spec:
    """Draw how many units of each layer were alive all along, came back, died, or were born dead.

    Parameters
    ----------
    found : Summary
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        A bar for each layer, divided into shares; the rows are those of `watched_layers`.
    """
    counts = np.array(found.fates)
    bars = [_bar(found, counts[:, n], name, view) for n, name in enumerate(FATES)]
    quarters = [0.0, 0.25, 0.5, 0.75, 1.0]
    across = axis(
        view,
        "share of a layer’s units",
        0.0,
        1.0,
        tickvals=quarters,
        ticktext=["0", "25", "50", "75", "100 %"],
    )
    axes = {"xaxis": across, "yaxis": _layers(found, view)}
    layout = {"margin": _margins(view), "barmode": "stack", "bargap": 0.12, **axes}
    small = {"uniformtext": {"mode": "hide", "minsize": view.px(13)}}
    return spec(bars, {**layout, **small}, view, revision="watched-fates")


@Picture
def watched_units(found: Summary, view: View) -> Spec:
    """Draw every unit of a small network: when it is dead, and when alive.

    Parameters
    ----------
    found : Summary
        With `units`.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        The first unit of the first layer is at the bottom.
    """
    colours = view.colours
    dead = np.array([[letter == "x" for letter in row] for row in found.units], np.uint8).T
    hover: Spec = {"hoverinfo": "skip"}
    if view.hover:
        each = [
            f"{name}, unit {unit + 1}"
            for name, width in zip(found.layers, found.widths, strict=True)
            for unit in range(width)
        ]
        told = "%{customdata}, at %{x}<extra></extra>"
        hover = {"hovertemplate": told, "customdata": [[name] * len(found.step) for name in each]}
    cells = {
        "type": "heatmap",
        "x": np.array(found.step, np.float64),
        "y": np.arange(1, found.total + 1, dtype=np.float32),
        "z": dead,
        "zmin": 0,
        "zmax": 1,
        "ygap": 0,
        "showscale": False,
        "colorscale": [(0, colours.share_1), (1, colours.share_10)],
        **hover,
    }
    ends = np.cumsum(found.widths)
    line = {"color": colours.page, "width": view.px(3)}
    across = {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "line": line}
    shapes = [{**across, "y0": float(end) + 0.5, "y1": float(end) + 0.5} for end in ends[:-1]]
    middles = ends - (np.array(found.widths) - 1) / 2
    axes = {"xaxis": _records(found, view), "yaxis": _rows(found, view, middles, 0.5, found.total + 0.5)}
    return spec([cells], {"margin": _margins(view), "shapes": shapes, **axes}, view, revision="watched-units")


def _bar(found: Summary, counts: NDArray[np.int64], name: str, view: View) -> Spec:
    step, pattern = _LOOKS[name]
    colour = getattr(view.colours, f"share_{step}")
    mark = mark_colour(view.colours, colour)
    hover: Spec = {"hoverinfo": "skip"}
    if view.hover:
        told = "%{customdata}: %{text} " + name + "<extra></extra>"
        hover = {"hovertemplate": told, "customdata": found.layers}
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": counts / np.array(found.widths),
        "y": np.arange(1, len(found.layers) + 1, dtype=np.float32),
        "text": [str(count) if count else "" for count in counts],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "insidetextfont": {"color": mark, "size": view.px(13)},
        "marker": {
            "color": colour,
            "line": {"width": 0},
            "pattern": {
                "shape": pattern,
                "fillmode": "overlay",
                "bgcolor": colour,
                "fgcolor": mark,
                "fgopacity": 0.55,
                "size": view.px(7),
            },
        },
        **hover,
    }


def _margins(view: View) -> Spec:
    return margins(view, left=68 if view.size == "phone" else 96, right=26, **_SIDES)


def _records(found: Summary, view: View) -> Spec:
    """Return the axis of the records: half a gap beyond the first and the last."""
    steps = np.array(found.step, np.float64)
    gaps = np.diff(steps) if len(steps) > 1 else np.ones(1)
    low, high = steps[0] - gaps[0] / 2, steps[-1] + gaps[-1] / 2
    return axis(view, "step of the record", float(low), float(high), nticks=6)


def _layers(found: Summary, view: View) -> Spec:
    count = len(found.layers)
    return _rows(found, view, np.arange(1.0, count + 1), 0.5, count + 0.5)


def _rows(found: Summary, view: View, places: NDArray[np.float64], low: float, high: float) -> Spec:
    """Return the axis of the layers, of which some have a name."""
    apart = math.ceil(len(found.layers) / _MOST_NAMED)
    shown = slice(None, None, apart)
    names = [_short(name, view) for name in found.layers]
    return axis(view, "", low, high, tickvals=places[shown].tolist(), ticktext=names[shown])


def _short(name: str, view: View) -> str:
    most = 8 if view.size == "phone" else _NAME_LENGTH
    return name if len(name) <= most else f"…{name[1 - most :]}"
