"""Pin and compare: the pinned map, what changed, and the numbers about both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from cachetools import LRUCache, cached

from dashboard import results, revival
from dashboard.controls import CONTROLS, SLIDERS
from dashboard.numbers import exact, percent, readable
from dashboard.pin import PINNED
from dashboard.runs import paths
from dashboard.settings import DEFAULT, Settings
from dynamics import BasinMap, Cancellation, Outcome, eigenvalues, regime
from figures import StartPath, View, alive, changed, plane
from figures.chart import Spec

# Which settings each picture is drawn from, as `dashboard.request.DEPENDS`; None: all of them.
DEPENDS: dict[str, tuple[str, ...] | None] = {
    "pinned": ("pin", "window", "resolution", "starts", "layers", "colouring", "scale"),
    "changed": None,
    "pinned-alive": None,
}
NAMES = tuple(outcome.name.lower() for outcome in Outcome)
COLUMNS = ("pinned", "now", "change")


@dataclass(frozen=True)
class Pinned:
    """What there is at the pinned values.

    Attributes
    ----------
    settings : Settings
        The current ones at the pinned values.
    basin : BasinMap
        On the grid of the current map.
    runs : list of StartPath
        The ways of the starts.
    milliseconds : float
        What the map took this time: next to nothing from the cache.
    """

    settings: Settings
    basin: BasinMap
    runs: list[StartPath]
    milliseconds: float


def find(settings: Settings, cells: int, cancel: Cancellation, exact: bool) -> Pinned | None:
    """Return what there is at the pinned values, with a map as fine as the current one; None without a pin.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    if settings.pin is None:
        return None
    there = settings.pinned
    begin = perf_counter()
    basin = results.timed_map(there, cells, cancel, exact).basin
    milliseconds = 1000 * (perf_counter() - begin)
    return Pinned(there, basin, _runs(there, cancel), milliseconds)


def _shown_alike(there: Settings, cancel: Cancellation) -> Settings:
    """Return one of the settings whose ways are these, whatever else the page shows."""
    return replace(
        there, window=DEFAULT.window, resolution=0, colouring=DEFAULT.colouring, quantity=DEFAULT.quantity
    )


# The ways stand still while a hand moves a slider, and one of a million updates takes long.
@cached(LRUCache(32), key=_shown_alike, lock=threading.Lock())
def _runs(there: Settings, cancel: Cancellation) -> list[StartPath]:
    return paths(there, cancel)


def drawn(
    settings: Settings, now: BasinMap, runs: list[StartPath], pinned: Pinned, view: View, cancel: Cancellation
) -> dict[str, Callable[[], Spec]]:
    """Return how to draw each panel of this mode; Now's chart has the axes of the pinned one."""
    there = pinned.settings

    def pinned_plane() -> Spec:
        ground = None
        if view.colouring == "revival":
            ground, _ = revival.ground(there, pinned.basin.grid, cancel)
        field = results.arrows(there, view)
        return _held(plane.spec(pinned.basin, field, pinned.runs, view, revival=ground))

    def chart(at: Settings, own: list[StartPath], other: Settings, others: list[StartPath]) -> Spec:
        return alive.spec(own, at.epsilon, view, at.quantity, beside=(others, other.epsilon))

    return {
        "pinned": pinned_plane,
        "changed": lambda: _held(changed.spec(now, pinned.basin, runs, view)),
        "alive": lambda: chart(settings, runs, there, pinned.runs),
        "pinned-alive": lambda: chart(there, pinned.runs, settings, runs),
    }


def _held(spec: Spec) -> Spec:
    """Return a map that no hand moves: the window is moved on Now's."""
    layout = spec["layout"]
    axes = {name: layout[name] | {"fixedrange": True} for name in ("xaxis", "yaxis")}
    return {**spec, "layout": layout | axes | {"dragmode": False}}


# ------------------------------------------------------------------ what the browser sets


def differing(settings: Settings) -> tuple[str, ...]:
    """Return the keys of the pinned values that differ from the current ones."""
    there = settings.pinned
    return tuple(key for key in PINNED if getattr(there, key) != getattr(settings, key))


def told(settings: Settings, now: BasinMap, pinned: Pinned) -> dict[str, dict[str, Any]]:
    """Return what the browser sets in this mode, as `dashboard.page` does."""
    there, keys = pinned.settings, differing(settings)
    values = [f"{CONTROLS[key].label} {_value(there, key)}" for key in PINNED if _named(there, key)]
    return {
        "pinned-values": {"text": _values(there, keys)},
        "now-values": {"text": _values(settings, keys)},
        "pinned-all": {"text": ", ".join(values)},
        **_ticks(settings, there),
        **_shares(pinned.basin),
        **_changes(now, pinned.basin),
        **_table(settings, now, pinned),
    }


def _named(settings: Settings, key: str) -> bool:
    return key in {control.key for control in SLIDERS} or getattr(settings, key) != getattr(DEFAULT, key)


def _value(settings: Settings, key: str) -> str:
    return readable(getattr(settings, key), 6)


def _values(settings: Settings, keys: tuple[str, ...]) -> str:
    return ", ".join(f"{CONTROLS[key].label} = {_value(settings, key)}" for key in keys)


def _ticks(settings: Settings, there: Settings) -> dict[str, dict[str, Any]]:
    """Place the thick ticks on the sliders that differ; one past an end of its track lies at that end.

    The slider of η may hold PyTorch's lr.
    """
    ticks = {}
    for control in SLIDERS:
        held = "lr" if control.key == "eta" and settings.pytorch else control.key
        value, current = getattr(there, held), getattr(settings, held)
        at = min(max(control.fraction(value), 0), 1)
        ticks[f"{control.key}-pin"] = {"style": {"--at": f"{at:.4f}"}, "hidden": value == current}
    return ticks


def _bars(prefix: str, shares: dict[str, float]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, share in shares.items():
        yield f"{prefix}-bar-{name}", {"style": {"flex-grow": f"{share:.5f}"}, "hidden": share == 0}
        yield f"{prefix}-share-{name}", {"text": percent(share, 1)}
        yield f"{prefix}-legend-{name}", {"hidden": share == 0}
    spoken = ", ".join(f"{name} {percent(share, 1)}" for name, share in shares.items() if share > 0)
    yield f"{prefix}-bar", {"aria-label": f"Share of starts, {prefix}: {spoken or 'none'}"}


def _shares(basin: BasinMap) -> dict[str, dict[str, Any]]:
    return dict(_bars("pinned", {name: basin.fraction(Outcome[name.upper()]) for name in NAMES}))


def _changes(now: BasinMap, pinned: BasinMap) -> dict[str, dict[str, Any]]:
    """What share of all starts ends differently, by how they end now; the rest is the same."""
    counts = np.bincount(now.outcome[now.outcome != pinned.outcome], minlength=len(Outcome))
    shares = {name: int(n) / now.outcome.size for name, n in zip(NAMES, counts, strict=True)}
    same = 1 - int(counts.sum()) / now.outcome.size
    return {
        **dict(_bars("changed", shares)),
        "changed-bar-same": {"style": {"flex-grow": f"{same:.5f}"}, "hidden": same == 0},
    }


def _table(settings: Settings, now: BasinMap, pinned: Pinned) -> dict[str, dict[str, Any]]:
    both = (pinned.settings, settings)
    dead = pinned.basin.dead_fraction, now.dead_fraction
    radii = [float(np.abs(eigenvalues(s.beta, s.eta)).max()) for s in both]
    regimes = [str(regime(s.beta, s.eta)) for s in both]
    rates = [float(f"{s.eta * (1 - s.beta):.4g}") for s in both]
    rows = {
        "dead": (percent(dead[0], 1), percent(dead[1], 1), _points(dead[1] - dead[0])),
        "radius": (f"{radii[0]:.3f}", f"{radii[1]:.3f}", _change(radii[1] - radii[0], 3)),
        "regime": (*regimes, ""),
        "lr": (exact(rates[0]), exact(rates[1]), ""),
    }
    return {
        f"number-{row}-{column}": {"text": text}
        for row, texts in rows.items()
        for column, text in zip(COLUMNS, texts, strict=True)
    }


def _points(share: float) -> str:
    change = _change(100 * share, 1)
    return f"{change} points" if change else ""


def _change(value: float, digits: int) -> str:
    """Write a difference with its sign, never as nought unless it is; nothing when there is none."""
    if value == 0:
        return ""
    sign, least = "+" if value > 0 else "−", 10.0**-digits
    return f"{sign}{abs(value):.{digits}f}" if abs(value) >= least / 2 else f"{sign}< {least:.{digits}f}"
