"""How dead is dead: revival times for the map's ground, and everything about one selected unit."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from cachetools import LRUCache, cached
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.controls import CONTROLS
from dashboard.markup import aria, later_graph
from dashboard.numbers import readable, small
from dashboard.runs import LETTERS
from dashboard.settings import Settings
from dashboard.texts import Window
from dynamics import (
    Cancellation,
    Grid,
    RevivalTimes,
    at_depth,
    dead_cone_slope,
    expected_gradient,
    frozen_in_float32,
    log10_steps_until_active,
    log_activation_probability,
    revival_time,
)
from figures.revival_ground import count, told

GAMMAS = (10.0, 1.0, 0.1)  # of the chart's curves, in units of the current γ
_DEPTHS = 60  # points of a curve …
_DEEPER = 4.0  # … from the border of the cone to so much deeper
_WEDGE = 3.1  # how far below the tip the zoomed wedge reaches
_CACHE_BYTES = 64 * 2**20
_UNIT_BYTES = 32  # of a unit's position and time


@dataclass(frozen=True)
class Revived:
    """What the colouring Revival shows.

    Attributes
    ----------
    ground : RevivalTimes
        Of the map's starts.
    milliseconds : float
        What these took when they were computed.
    unit : RevivalTimes
        Of the selected unit.
    calm : RevivalTimes
        Of the same without momentum.
    curves : list of RevivalTimes
        Of that unit at other depths and γ; empty unless asked for.
    """

    ground: RevivalTimes
    milliseconds: float
    unit: RevivalTimes
    calm: RevivalTimes
    curves: list[RevivalTimes]


def find(settings: Settings, grid: Grid, curves: bool, cancel: Cancellation) -> Revived | None:
    """Return what the colouring Revival shows, in that colouring.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    if settings.colouring != "revival":
        return None
    times, milliseconds = ground(settings, grid, cancel)
    one = _times(settings, *settings.selected, settings.rho, cancel)
    still = settings.at_momentum(0.0)
    calm = _times(still, *settings.selected, settings.rho, cancel)
    return Revived(times, milliseconds, one, calm, _curves(settings, cancel) if curves else [])


# Only pure results, keyed by the frozen inputs they follow from, with the milliseconds they took.
@cached(
    LRUCache(_CACHE_BYTES, getsizeof=lambda timed: _UNIT_BYTES * timed[0].w.size),
    key=lambda settings, grid, cancel: (settings.hyperparameters, grid, settings.rho, settings.epsilon),
    lock=threading.Lock(),
)
def ground(settings: Settings, grid: Grid, cancel: Cancellation) -> tuple[RevivalTimes, float]:
    """Return the revival times of the map's starts and the milliseconds they took when computed.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    begin = perf_counter()
    times = _times(settings, grid.w, grid.b[:, None], settings.rho, cancel)
    return times, 1000 * (perf_counter() - begin)


def _curves(settings: Settings, cancel: Cancellation) -> list[RevivalTimes]:
    """Return the selected unit's revival times at other depths, turned at constant ‖θ‖, at three γ."""
    units = at_depth(*settings.selected, settings.rho, np.linspace(*depths(settings)))
    return [_times(replace(settings, gamma=settings.gamma * factor), *units, cancel) for factor in GAMMAS]


def depths(settings: Settings) -> tuple[float, float, int]:
    """Return the first and the last depth of the curves, and how many there are."""
    (w, b), rho = settings.selected, settings.rho
    border = -float(dead_cone_slope(settings.epsilon))
    size = math.hypot(w, rho)
    own = -b / size if size > 0 else 0.0
    return 1.001 * border, max(border + _DEEPER, min(own, 30.0) + 1), _DEPTHS


def _times(settings: Settings, w: Any, b: Any, rho: Any, cancel: Cancellation) -> RevivalTimes:
    return revival_time(settings.hyperparameters, w, b, rho, epsilon=settings.epsilon, cancel=cancel)


def lines(settings: Settings, w: float, b: float, cancel: Cancellation) -> list[str]:
    """Say of the unit at (w, b) when it is back, how often a batch sees it, and what float32 does to it."""
    one = _times(settings, w, b, settings.rho, cancel)
    if not one.dead:
        return ["Not in the dead cone.", f"start ({readable(w)}, {readable(b)})"]
    return list(told(float(one.log10_iterations), _seen(settings, one), _frozen(one), settings.batch))


def back(settings: Settings, cancel: Cancellation) -> list[tuple[str, float | None]]:
    """Return each start's letter and log₁₀ of the updates until it is back, None outside the dead cone."""
    found = (
        (letter, _times(settings, *start, settings.rho, cancel))
        for letter, start in zip(LETTERS, settings.starts, strict=False)
    )
    return [(letter, float(one.log10_iterations) if one.dead else None) for letter, one in found]


def wedge(epsilon: float, rho: float) -> Window:
    """Return the square window that the dead cone's lower part fills."""
    slope = -float(dead_cone_slope(epsilon))
    bottom = max(_WEDGE, 1.5 * slope * rho)
    half = min(1.1 * math.sqrt(max((bottom / slope) ** 2 - rho**2, 0.0)), bottom / 2)
    return -half, half, -bottom, -bottom + 2 * half


# ------------------------------------------------------------------ words


def context(settings: Settings, revived: Revived) -> str:
    """Say what momentum has to do with how long the selected unit is dead."""
    now, calm = (float(x.log10_iterations) for x in (revived.unit, revived.calm))
    if not revived.unit.dead:
        return "The colours tell how long dead units wait; the selected unit is alive."
    if settings.beta == 0:
        return "Without momentum."
    if math.isinf(now) and math.isinf(calm):
        return "Without momentum the selected unit would never come back either."
    if math.isnan(calm):
        return "What would become of the selected unit without momentum could not be told."
    words = "never" if math.isinf(calm) else f"after {count(calm)} updates"
    alike = abs(now - calm) < math.log10(1.1)
    return f"Without momentum the selected unit would be back {words}{', about as soon' if alike else ''}."


def page(settings: Settings, one: RevivalTimes) -> dict[str, dict[str, Any]]:
    """Return what the browser sets of the selected unit, as `dashboard.page` does."""
    w, b = settings.selected
    size = readable(math.hypot(w, b, settings.rho), 2)
    return {
        "unit-place": {"text": f"This unit: w = {readable(w)}, b = {readable(b)}"},
        "revival-conditions": {
            "text": f"‖θ‖ = {size}, η = {readable(settings.eta)}, δ = {readable(settings.delta)}"
        },
        "unit-alive": {"text": small(float(log_activation_probability(w, b, settings.rho)) / math.log(10))},
        "unit-back": {"text": _back(one)},
        "unit-seen": {"text": _every(_seen(settings, one))},
        "unit-float32": {"text": f"{'frozen' if _frozen(one) else 'moves'}, updates {_update(one)}"},
        "unit-words": {"text": _sentence(settings, one)},
    }


def _seen(settings: Settings, one: RevivalTimes) -> float:
    return float(log10_steps_until_active(one.w, one.b, one.rho, batch=settings.batch))


def _frozen(one: RevivalTimes) -> bool:
    return bool(frozen_in_float32(one.hyperparameters, one.w, one.b, one.rho))


def _drift(one: RevivalTimes) -> tuple[float, float, float]:
    """Return −∇L at the unit, in w, b and ρ."""
    hp = one.hyperparameters
    w, b, rho = (-float(g) for g in expected_gradient(one.w, one.b, hp.gamma, hp.delta, one.rho))
    return w, b, rho


def _update(one: RevivalTimes) -> str:
    length = one.hyperparameters.eta * math.hypot(*_drift(one))
    return small(math.log10(length)) if length > 0 else "below 10⁻³⁰⁸"


def _back(one: RevivalTimes) -> str:
    log10 = float(one.log10_iterations)
    if not one.dead:
        return "not dead"
    if math.isnan(log10):
        return "not told: it keeps moving"
    return "never" if math.isinf(log10) else f"{count(log10)} updates"


def _every(log10_steps: float) -> str:
    if math.isinf(log10_steps):
        return "never"
    return "every step" if log10_steps < 0.005 else f"every {count(log10_steps)} steps"


def _sentence(settings: Settings, one: RevivalTimes) -> str:
    """Say what the unit does, and why where one reason tells it: at ρ = 0 deep in the cone."""
    if not one.dead:
        return "It is not in the dead cone: drag it there, or go to the wedge."
    w, b, rho = float(one.w), float(one.b), float(one.rho)
    turns = _turns(one) > 0
    if one.never:
        if settings.delta < dead_cone_slope(settings.epsilon) * settings.gamma:
            return "It never comes back: the ground truth lies in the dead cone itself."
        if turns:
            return "It never comes back: it turns, but not as far as the border of the cone."
    if rho != 0 or w == 0:
        reason = ""
    else:
        inputs = readable(-b / w, 2)
        side = "above" if turns else "below"
        reason = f": the target lies {side} its output at the few inputs it still sees, near x ≈ {inputs}"
    if one.never:
        return f"It never comes back{reason}."
    if turns:
        return f"It turns towards life{reason}."
    return f"It sinks first{reason}; later it turns and comes back."


def _turns(one: RevivalTimes) -> float:
    """Return the sign of d(b/‖w‖)/dt along −∇L: positive towards life."""
    dw, db, drho = _drift(one)
    w, b, rho = float(one.w), float(one.b), float(one.rho)
    r = math.hypot(w, rho)
    return db * r * r - b * (w * dw + rho * drho)


# ------------------------------------------------------------------ the side of the map


def side() -> Component:
    """Return the chart and the table of the selected unit; they are there in the colouring Revival."""
    batch = CONTROLS["batch"]
    box = dcc.Input(
        id="batch-box", type="text", value=str(int(batch.default)), autoComplete="off", className="box"
    )
    rows = (
        ("P(z > 0) now", html.B(id="unit-alive")),
        ("back, by the expected gradient, after", html.B(id="unit-back")),
        (
            html.Label(["active in a batch of ", box], htmlFor="batch-box", title=batch.help),
            html.B(id="unit-seen"),
        ),
        ("float32", html.B(id="unit-float32")),
    )
    return html.Div(
        [
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("Updates until back, against depth", id="revival-heading"),
                            html.Span(id="revival-conditions", className="small muted"),
                        ],
                        className="panel-head",
                    ),
                    later_graph("revival", "Updates until a dead unit is back, against its depth"),
                ],
                className="panel revival-panel",
                **aria(labelledby="revival-heading"),
            ),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("This unit", id="unit-heading"),
                            html.Span("drag it, or arrow keys", className="small muted"),
                        ],
                        className="panel-head",
                    ),
                    html.Table(
                        html.Tbody(
                            [html.Tr([html.Th(name, scope="row"), html.Td(value)]) for name, value in rows]
                        ),
                        className="unit-table",
                    ),
                    html.P(id="batch-error", className="error", role="alert"),
                    html.P(id="unit-words", className="small muted"),
                ],
                className="panel",
                **aria(labelledby="unit-heading"),
            ),
        ],
        className="side revival-side",
    )
