"""The units of a layer as points (‖w‖, b) among the cones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynamics import dead_cone_slope
from dynamics.layer import Where
from figures.chart import TICK, Floats, Picture, Spec, axis, label, margins, number, spec, symbol
from figures.theme import with_alpha
from figures.view import View

_EMPTY = (2.2, -8.0, 5.5)  # ‖w‖ and b of the axes' ends while there is no layer
_ROOM = 0.08  # of the span, left beyond the last unit
_SEEN = 0.35  # of the cones' borders at ‖w‖'s end, at least: their names fit in


@dataclass(frozen=True, eq=False)
class DrawnUnits:
    """The units that are drawn.

    Attributes
    ----------
    unit : integers (n,)
        Their numbers.
    scale, mean : (n,)
        ‖w‖ and b, finite.
    where : uint8 (n,)
        Values of `Where`.
    given : bool
        Whether the inputs are given: then the axes are those of z.
    """

    unit: NDArray[np.integer]
    scale: Floats
    mean: Floats
    where: NDArray[np.uint8]
    given: bool = False


@Picture
def layer(units: DrawnUnits, epsilon: float, view: View) -> Spec:
    """Draw the half plane (‖w‖, b), its cones, and units: dead discs, linear triangles, the others rings.

    Parameters
    ----------
    units : DrawnUnits
    epsilon : float
        Dead threshold.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        The trace of a kind has its name, and the units' numbers as `customdata`.
    """
    slope = dead_cone_slope(epsilon)
    right, low, high = _ends(units, slope)
    across = "standard deviation of " + symbol("z") if units.given else "‖" + symbol("w") + "‖"
    up = "mean of " + symbol("z") if units.given else "bias " + symbol("b")
    traces = [*_cones(slope, right, low, high, view), *(_points(units, kind, view) for kind in _marks(view))]
    grid = {"showgrid": True, "layer": "below traces", "nticks": 6}
    layout = {
        "xaxis": axis(view, across, 0.0, right, **grid),
        "yaxis": axis(view, up, low, high, **grid | {"nticks": 8}),
        "margin": margins(view, 58, 12, 8, 46),
        "annotations": _names(slope, right, low, high, view),
    }
    return spec(traces, layout, view, revision="layer")


def _ends(units: DrawnUnits, slope: float) -> tuple[float, float, float]:
    """Return where the axes end: at the last unit, and so that both cones are seen."""
    if len(units.unit) == 0:
        return _EMPTY
    right = float(units.scale.max()) * (1 + _ROOM)
    low, high = min(float(units.mean.min()), 0.0), max(float(units.mean.max()), 0.0)
    right = right if right > 0 else max(high - low, 1e-12) / -slope
    border = -slope * right
    low, high = min(low, -_SEEN * border), max(high, _SEEN * border)
    room = _ROOM * (high - low)
    return right, low - room, high + room


def _cones(slope: float, right: float, low: float, high: float, view: View) -> list[Spec]:
    line = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "cliponaxis": True}
    far = right * 4  # beyond the axes, also when the window is wide and low
    area = line | {
        "name": "dead cone fill",
        "mode": "none",
        "x": [0.0, far, far, 0.0],
        "y": [0.0, slope * far, min(low, slope * far) * 2, min(low, slope * far) * 2],
        "fill": "toself",
        "fillcolor": with_alpha(view.colours.dead_ink, 0.13),
    }
    borders = [
        line
        | {
            "name": name,
            "x": [0.0, far],
            "y": [0.0, sign * slope * far],
            "line": {"color": view.colours.ink, "width": view.px(1.3), "dash": dash},
        }
        for name, sign, dash in (("dead cone", 1, "solid"), ("linear cone", -1, "6px,4px"))
    ]
    return [area, *borders]


def _marks(view: View) -> Mapping[Where, Spec]:
    """Return the mark of each kind; those that are few are drawn last."""
    colours = view.colours
    outline = {"width": view.px(1.2)}
    return {
        Where.BETWEEN: {
            "symbol": "circle",
            "size": view.px(7),
            "color": colours.page,
            "line": outline | {"color": colours.ink_muted},
        },
        Where.LINEAR: {
            "symbol": "triangle-up",
            "size": view.px(9),
            "color": colours.page,
            "line": outline | {"color": colours.ink},
        },
        Where.DEAD: {
            "symbol": "circle",
            "size": view.px(7),
            "color": colours.dead_ink,
            "line": {"color": colours.page, "width": view.px(0.6)},
        },
    }


def _points(units: DrawnUnits, kind: Where, view: View) -> Spec:
    some = units.where == kind
    names = ("s.d. of z", "mean of z") if units.given else ("‖w‖", "b")
    told = f"{names[0]} %{{x:.3~g}}, {names[1]} %{{y:.3~g}}"
    return {
        "type": "scatter",
        "name": kind.name.lower(),
        "mode": "markers",
        "x": units.scale[some].astype(np.float32),
        "y": units.mean[some].astype(np.float32),
        "customdata": units.unit[some].astype(np.float64),
        "marker": _marks(view)[kind],
        "hovertemplate": f"unit %{{customdata}}<br>{told}<extra></extra>",
    }


def _names(slope: float, right: float, low: float, high: float, view: View) -> list[Spec]:
    """Return the names of the cones, near the axis of b, where cones are widest."""
    font = {"size": view.px(TICK), "color": view.colours.ink}
    on = {"xanchor": "left", "bgcolor": view.colours.page, "borderpad": view.px(2), "font": font}
    at = 0.06 * right
    # Not so near to the tip that they would lie on a border.
    heights = {"dead cone": max(0.9 * low, min(0.82 * low, 4 * slope * at)), "linear cone": 0.82 * high}
    return [label(view, name, at, y, **on) for name, y in heights.items()]


def drawn_words(units: DrawnUnits, epsilon: float) -> str:
    """Say what is seen, for who does not see it."""
    if len(units.unit) == 0:
        return f"The dead and the linear cone at ε = {number(epsilon)}; no layer is shown."
    counts = {kind: int((units.where == kind).sum()) for kind in (Where.DEAD, Where.BETWEEN, Where.LINEAR)}
    told = (
        f"{counts[Where.DEAD]} dead, {counts[Where.BETWEEN]} between the cones, {counts[Where.LINEAR]} linear"
    )
    across, up = ("Standard deviation", "mean of z") if units.given else ("‖w‖", "bias")
    return (
        f"{len(units.unit)} units among the cones at ε = {number(epsilon)}: {told}. "
        f"{across} from {number(float(units.scale.min()))} to {number(float(units.scale.max()))}, "
        f"{up} from {number(float(units.mean.min()))} to {number(float(units.mean.max()))}."
    )
