"""How long dead units take to come back, on the plane: the colouring, its words, and one unit's turn."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dynamics import RevivalTimes, dead_cone_slope, frozen_in_float32, log10_steps_until_active
from figures.chart import Floats, Spec, grouped, label, power_of_ten
from figures.placement import Canvas
from figures.theme import LIGHT, Theme
from figures.view import View
from figures.window import Window

# log₁₀ of the iterations at which the next darker bin begins.
EDGES = (3.0, 4.0, 6.0, 12.0)
# What the page's legend says: the token of each colour and its words, palest first.
LEGEND = (
    ("revival-1", "< 10³"),
    ("revival-2", "< 10⁴"),
    ("revival-3", "< 10⁶"),
    ("revival-4", "< 10¹²"),
    ("revival-5", "later"),
    ("revival-never", "never"),
)
_LATER, _NEVER, _STRIPE = 5, 6, 7  # palette indices; 0 is the blank ground
_DIAGONALS = 80  # along the longer side of a map, a third of them stripes
_FLOAT32 = ("In float32 it still moves.", "In float32 it is frozen.")


def palette(theme: Theme) -> tuple[str, ...]:
    """Return the colours of `bins`' indices: blank, five bins, never and its stripes."""
    five = (getattr(theme, f"revival_{k}") for k in range(1, 6))
    return (theme.rail, *five, theme.revival_never, theme.revival_never_stripe)


def bins(times: RevivalTimes) -> NDArray[np.uint8]:
    """Return the palette index of every cell, uint8 (n_b, n_w); "never" is striped.

    0 outside the dead cone, and inside it where the time could not be told.
    """
    log10 = times.log10_iterations
    known = ~np.isnan(log10)
    indices = np.where(known, 1 + np.searchsorted(EDGES, log10, side="right"), 0).astype(np.uint8)
    side = max(log10.shape)
    rows, columns = np.arange(log10.shape[0])[:, None], np.arange(log10.shape[1])[None, :]
    stripe = (rows + columns) * min(side, _DIAGONALS) // side % 3 == 0
    indices[times.never] = _NEVER
    indices[times.never & stripe] = _STRIPE
    return indices


def count(log10: float) -> str:
    """Write a number of iterations of which log₁₀ is given, to two digits: 870, 4 800, 4.8·10⁶, ∞."""
    if math.isinf(log10):
        return "∞"
    exponent = math.floor(log10)
    if exponent >= 1000:  # the digits before the power mean nothing any more
        return power_of_ten(exponent)
    mantissa = 10.0 ** (log10 - exponent)
    if exponent < 4:
        return grouped(round(float(f"{mantissa * 10.0**exponent:.2g}")))
    digits = f"{mantissa:.2g}"
    if digits in ("1", "10"):
        return power_of_ten(exponent + (digits == "10"))
    return f"{digits}·{power_of_ten(exponent)}"


def told(log10_iterations: float, log10_steps: float, frozen: bool, batch: int) -> tuple[str, str, str]:
    """Say of a dead unit when it is back, how often a batch sees it, and what float32 does to it.

    Parameters
    ----------
    log10_iterations : float
        As in `dynamics.RevivalTimes`; nan for a unit of which it could not be told.
    log10_steps : float
        What `dynamics.log10_steps_until_active` gives.
    frozen : bool
        What `dynamics.frozen_in_float32` gives.
    batch : int
        Samples in a batch.
    """
    return _back(log10_iterations), _seen(log10_steps, batch), _FLOAT32[bool(frozen)]


def _back(log10_iterations: float) -> str:
    if math.isnan(log10_iterations):
        return "It keeps moving inside the cone."
    if math.isinf(log10_iterations):
        return "Never back."
    return f"Back after {count(log10_iterations)} updates."


def _seen(log10_steps: float, batch: int) -> str:
    if math.isinf(log10_steps):
        return "No batch ever sees it."
    return f"A batch of {batch} sees it every {count(log10_steps)} steps."


def hover_texts(times: RevivalTimes, batch: int) -> list[list[str]]:
    """Return what hovering over each cell says: `told`, with its numbers to a hundredth of a decade."""
    dead = times.dead
    steps = log10_steps_until_active(times.w[dead], times.b[dead], times.rho[dead], batch=batch)
    frozen = frozen_in_float32(times.hyperparameters, times.w[dead], times.b[dead], times.rho[dead])
    back = _each(times.log10_iterations[dead], lambda log10: f"<b>{_back(log10)}</b><br>")
    seen = _each(steps, lambda log10: f"{_seen(log10, batch)}<br>")
    texts = np.full(dead.shape, "Not in the dead cone.", dtype=object)
    texts[dead] = back + seen + np.array(_FLOAT32, dtype=object)[frozen.astype(int)]
    told_by_row: list[list[str]] = texts.tolist()
    return told_by_row


def _each(values: Floats, words: Callable[[float], str]) -> NDArray[np.object_]:
    """Return the words for every value, made once for equal hundredths."""
    unlike, where = np.unique(np.round(values, 2), return_inverse=True)
    return np.array([words(value) for value in unlike.tolist()], dtype=object)[where]


def never_label(
    times: RevivalTimes, canvas: Canvas, view: View, unit: RevivalTimes | None = None
) -> list[Spec]:
    """Name the region of units that never come back, near the window's bottom, where there is room.

    Higher up where the selected unit is near.
    """
    never = times.never
    low = canvas.window.b_min + 0.14 * canvas.window.height
    near = unit is not None and float(unit.b) < low and float(unit.w) < float(times.w.max()) / 4
    row = round((0.2 if near else 0.06) * (never.shape[0] - 1))
    columns = np.flatnonzero(never[row])
    if not len(columns) or (columns[-1] - columns[0]) < view.px(64) / view.map_side * never.shape[1]:
        return []
    middle = columns[np.argmin(np.abs(columns - columns.mean()))]
    place = float(times.w[row, middle]), float(times.b[row, middle])
    if not canvas.window.contains(*place):
        return []
    font = {"color": view.colours.map_ink, "size": view.px(14 if view.size != "phone" else 13)}
    ground = {"bgcolor": view.colours.map_label, "borderpad": view.px(3), "font": font}
    return [label(view, "never", *place, xref="x", yref="y", **ground)]


def turn_traces(unit: RevivalTimes, window: Window, view: View) -> list[Spec]:
    """Return the mark of a selected unit and its way back: the turn at constant ‖θ‖, dotted.

    The turn is what the unit does while it takes time, to leading order; without a way back there is none.

    Parameters
    ----------
    unit : RevivalTimes
        Of a single unit.
    window : Window
    view : View
    """
    w, b, rho, time = (float(x) for x in (unit.w, unit.b, unit.rho, unit.log10_iterations))
    if not window.contains(w, b):
        return []
    traces = []
    ends = _turn(w, b, rho, unit.epsilon) if math.isfinite(time) else None
    if ends is not None:
        angle = np.linspace(*ends, 60)
        x, y = math.hypot(w, b) * np.cos(angle), math.hypot(w, b) * np.sin(angle)
        for name, line in (
            ("turn casing", {"color": LIGHT.map_casing, "width": view.px(6)}),
            ("turn", {"color": LIGHT.map_ink, "width": view.px(2), "dash": f"{view.px(2)}px,{view.px(3)}px"}),
        ):
            traces.append(scatter(name, x, y) | {"mode": "lines", "line": line, "cliponaxis": True})
        if window.contains(float(x[-1]), float(y[-1])):
            traces.append(scatter("back", x[-1:], y[-1:]) | disc(view, 10, 1.6))
    return [*traces, scatter("unit", np.array([w]), np.array([b])) | disc(view, 15, 3)]


def _turn(w: float, b: float, rho: float, epsilon: float) -> tuple[float, float] | None:
    """Return the angles of the unit and of the cone's border on the circle w² + b² = const."""
    size, slope = math.hypot(w, b), dead_cone_slope(epsilon)
    sine = math.sqrt(slope * slope * (size * size + rho * rho) / (1 + slope * slope)) / size
    if sine > 1:
        return None
    start = math.atan2(b, w)
    right, left = -math.asin(sine), math.asin(sine) - math.pi
    return start, right if w >= 0 or start > left + 0.5 * (right - left) or rho != 0 else left


def scatter(name: str, x: Floats, y: Floats) -> Spec:
    """Return a trace of points that hovering passes over."""
    return {"type": "scatter", "name": name, "x": x, "y": y, "hoverinfo": "skip", "cliponaxis": False}


def disc(view: View, size: float, edge: float) -> Spec:
    """Return the style of a white disc with an ink edge, in pixels; on the map it is so in both themes."""
    line = {"color": LIGHT.map_ink, "width": view.px(edge)}
    marker = {"size": view.px(size), "color": LIGHT.map_casing, "opacity": 1, "line": line}
    return {"mode": "markers", "marker": marker}
