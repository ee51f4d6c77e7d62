"""Pin and compare: the pinned map, what changed, and the words about both; its part of the page."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from cachetools import LRUCache
from dash import html
from dash.development.base_component import Component

from dashboard import results
from dashboard.controls import CONTROLS, SLIDERS
from dashboard.markup import aria, data
from dashboard.numbers import exact, percent, readable
from dashboard.pin import PINNED
from dashboard.runs import paths
from dashboard.settings import DEFAULT, Settings
from dynamics import BasinMap, Cancellation, Outcome, eigenvalues, regime
from figures import StartPath

PANELS = ("pinned", "changed", "pinned-alive")
_NAMES = tuple(outcome.name.lower() for outcome in Outcome)
_ROWS = (("dead", "dead share"), ("radius", "|λ|"), ("regime", "affine regime"), ("lr", "PyTorch lr"))
_COLUMNS = ("pinned", "now", "change")


@dataclass(frozen=True)
class Pinned:
    """The pinned settings with their map, on Now's grid, and the milliseconds spent on it this time."""

    settings: Settings
    basin: BasinMap
    milliseconds: float


# The ways of the pinned starts stand still while a hand moves a slider; a budget of 10⁶ updates takes long.
_ways: LRUCache[Settings, list[StartPath]] = LRUCache(32)
_lock = threading.Lock()


def pinned_map(settings: Settings, cells: int, cancel: Cancellation, exact: bool) -> Pinned | None:
    """Return the pinned map on the grid of the map of `settings`; None when nothing is pinned.

    Raises
    ------
    Cancelled
        When `cancel` is set before the map is finished.
    """
    if settings.pin is None:
        return None
    begin = perf_counter()
    there = settings.pinned
    basin = results.timed_map(there, cells, cancel, exact).basin
    return Pinned(there, basin, 1000 * (perf_counter() - begin))


def pinned_paths(settings: Settings, cancel: Cancellation) -> list[StartPath]:
    """Follow the starts at the pinned settings, from the cache when they are there."""
    same = {key: getattr(DEFAULT, key) for key in ("window", "resolution", "colouring", "quantity", "kick")}
    key = replace(settings.pinned, **same)
    with _lock:
        found = _ways.get(key)
    if found is None:
        found = paths(key, cancel)
        with _lock:
            _ways[key] = found
    return found


# ------------------------------------------------------------------ what the browser sets


def differing(settings: Settings) -> tuple[str, ...]:
    """Return the keys of the pinned values that differ from the current ones."""
    there = settings.pinned
    return tuple(key for key in PINNED if getattr(there, key) != getattr(settings, key))


def told(settings: Settings, now: BasinMap, pinned: Pinned | None) -> dict[str, dict[str, Any]]:
    """Return what the browser sets in this mode, as `dashboard.page` does."""
    if pinned is None:
        return {}
    there, keys = pinned.settings, differing(settings)
    values = [f"{CONTROLS[key].label} {_value(there, key)}" for key in PINNED if _named(there, key)]
    return {
        "pinned-values": {"text": _values(there, keys)},
        "now-values": {"text": _values(settings, keys)},
        "pinned-all": {"text": ", ".join(values)},
        **_ticks(there, keys),
        **_shares(pinned.basin),
        **_changes(now, pinned.basin),
        **_table(settings, now, pinned),
        "picture-pinned": {"aria-label": f"Map of starts, pinned at {', '.join(values)}"},
    }


def _named(settings: Settings, key: str) -> bool:
    return key in {control.key for control in SLIDERS} or getattr(settings, key) != getattr(DEFAULT, key)


def _value(settings: Settings, key: str) -> str:
    return readable(getattr(settings, key), 6)


def _values(settings: Settings, keys: tuple[str, ...]) -> str:
    return ", ".join(f"{CONTROLS[key].label} = {_value(settings, key)}" for key in keys)


def _ticks(there: Settings, keys: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Place the thick ticks on the sliders; one past an end of its track lies at that end."""
    ticks = {}
    for control in SLIDERS:
        at = min(max(control.fraction(getattr(there, control.key)), 0), 1)
        hidden = control.key not in keys
        ticks[f"{control.key}-pin"] = {"style": {"--at": f"{at:.4f}"}, "hidden": hidden}
    return ticks


def _bars(prefix: str, shares: dict[str, float]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, share in shares.items():
        yield f"{prefix}-bar-{name}", {"style": {"flex-grow": f"{share:.5f}"}, "hidden": share == 0}
        yield f"{prefix}-share-{name}", {"text": percent(share, 1)}
        yield f"{prefix}-legend-{name}", {"hidden": share == 0}
    spoken = ", ".join(f"{name} {percent(share, 1)}" for name, share in shares.items() if share > 0)
    yield f"{prefix}-bar", {"aria-label": f"Share of starts, {prefix}: {spoken or 'none'}"}


def _shares(basin: BasinMap) -> dict[str, dict[str, Any]]:
    return dict(_bars("pinned", {name: basin.fraction(Outcome[name.upper()]) for name in _NAMES}))


def _changes(now: BasinMap, pinned: BasinMap) -> dict[str, dict[str, Any]]:
    """What share of all starts ends differently, by how they end now; the rest is the same."""
    counts = np.bincount(now.outcome[now.outcome != pinned.outcome], minlength=len(Outcome))
    shares = {name: int(n) / now.outcome.size for name, n in zip(_NAMES, counts, strict=True)}
    same = 1 - int(counts.sum()) / now.outcome.size
    label = f"Map of the starts that end differently: {percent(1 - same, 1)} of all"
    return {
        **dict(_bars("changed", shares)),
        "changed-bar-same": {"style": {"flex-grow": f"{same:.5f}"}, "hidden": same == 0},
        "picture-changed": {"aria-label": label},
    }


def _table(settings: Settings, now: BasinMap, pinned: Pinned) -> dict[str, dict[str, Any]]:
    both = (pinned.settings, settings)
    dead = pinned.basin.dead_fraction, now.dead_fraction
    radii = [float(np.abs(eigenvalues(s.beta, s.eta)).max()) for s in both]
    regimes = [str(regime(s.beta, s.eta)) for s in both]
    rates = [float(f"{s.eta * (1 - s.beta):.4g}") for s in both]
    rows = {
        "dead": (percent(dead[0], 1), percent(dead[1], 1), _change(100 * (dead[1] - dead[0]), 1)),
        "radius": (f"{radii[0]:.3f}", f"{radii[1]:.3f}", _change(radii[1] - radii[0], 3)),
        "regime": (*regimes, ""),
        "lr": (exact(rates[0]), exact(rates[1]), ""),
    }
    return {
        f"number-{row}-{column}": {"text": text}
        for row, texts in rows.items()
        for column, text in zip(_COLUMNS, texts, strict=True)
    }


def _change(value: float, digits: int) -> str:
    """Write a difference with its sign; nothing when there is none."""
    return "" if value == 0 else f"{value:+.{digits}f}".replace("-", "−")


# ------------------------------------------------------------------ its part of the page


def links() -> list[Component]:
    """Return the links of the mode beside the caption; assets/compare.js knows what the first two pin."""
    return [
        html.Button("Pin and compare", id="pin", className="link in-explore", **data(pin="now")),
        html.Button("Swap", id="swap", className="link in-compare", **data(pin="swap")),
        html.Button(
            "Leave comparison",
            id="leave-comparison",
            className="link way-back in-compare",
            **data(changes=json.dumps({"pin": "none"})),
        ),
    ]


def rail_part() -> Component:
    """Return what the rail says in place of the tips."""
    return html.Div(
        [
            html.P([html.Strong("Pinned"), html.Span(id="pinned-all")]),
            html.P("A thick tick marks it where a slider differs.", className="small muted"),
            html.P(
                [
                    html.Button("Pin again", className="link", **data(pin="now")),
                    html.Button("Unpin", className="link", **data(changes=json.dumps({"pin": "none"}))),
                ]
            ),
        ],
        className="pinned-values in-compare",
    )


def tick(key: str) -> Component:
    """Return the thick tick of a slider."""
    return html.Span(id=f"{key}-pin", className="tick pin in-compare", hidden=True, **aria(hidden="true"))


def now_heading() -> Component:
    """Return the heading that Now's map has in this mode."""
    return html.H2(["Now", html.Span(id="now-values")], className="in-compare compared-heading")


def switch() -> Component:
    """Return the choice of one of the three maps where there is room for one."""
    return html.Div(
        [
            html.Button(text, **data(map=key), **aria(pressed=str(key == "now").lower()))
            for key, text in (("pinned", "Pinned"), ("now", "Now"), ("changed", "Changed"))
        ],
        id="map-switch",
        className="in-compare",
        role="group",
        **aria(label="Map"),
    )


def parts(maps: dict[str, Component]) -> list[Component]:
    """Return the parts of the first screen in this mode, around the graphs of `PANELS` by name."""
    pinned = html.H2(["Pinned", html.Span(id="pinned-values")], className="compared-heading")
    return [
        _map("pinned", pinned, "", maps["pinned"]),
        _map("changed", html.H2("What changed"), "now ", maps["changed"]),
        html.Section(
            [html.Div(html.H2("Is the unit alive?"), className="panel-head"), maps["pinned-alive"]],
            className="panel pinned-alive-panel in-compare",
            **aria(label="Is the unit alive? Pinned"),
        ),
        _numbers(),
    ]


def _map(name: str, heading: Component, before: str, graph: Component) -> Component:
    entries = [
        html.Span(
            [
                html.I(className=f"swatch {outcome}"),
                f"{before}{outcome.upper()}",
                html.B(id=f"{name}-share-{outcome}"),
            ],
            id=f"{name}-legend-{outcome}",
            className="entry",
        )
        for outcome in _NAMES
    ]
    fills = [html.Span(id=f"{name}-bar-{outcome}", className=f"fill {outcome}") for outcome in _NAMES]
    if name == "changed":
        entries.append(html.Span([html.I(className="swatch same"), "same"], className="entry"))
        fills.append(html.Span(id=f"{name}-bar-same", className="fill"))
    return html.Section(
        [
            html.Div(heading, className="panel-head"),
            html.Div(fills, className="bar", role="img", id=f"{name}-bar"),
            html.Div(html.Div(entries, className="legend"), className="legends"),
            graph,
        ],
        className=f"compared-{name} in-compare",
        **aria(label=name.capitalize()),
    )


def _numbers() -> Component:
    head = html.Tr([html.Td(), *(html.Th(name, scope="col") for name in _COLUMNS)])
    rows = [
        html.Tr(
            [html.Th(text, scope="row"), *(html.Td(id=f"number-{key}-{column}") for column in _COLUMNS)]
        )
        for key, text in _ROWS
    ]
    return html.Section(
        [
            html.Div(html.H2("In numbers", id="numbers-heading"), className="panel-head"),
            html.Table([html.Thead(head), html.Tbody(rows)]),
        ],
        className="panel numbers-panel in-compare",
        **aria(labelledby="numbers-heading"),
    )
