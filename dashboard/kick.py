"""The smallest kick that kills the ground truth or a start: found at rest, drawn below the first screen."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from dash import html
from dash.development.base_component import Component

from dashboard.markup import aria, data, graph
from dashboard.numbers import readable
from dashboard.runs import LETTERS
from dashboard.settings import Settings
from dynamics import BasinMap, Cancellation, Kick, basin_map, smallest_kick
from dynamics.kick import REACH
from figures import kick_grid
from figures.kick import in_gammas

KICKED = ("truth", *LETTERS)


@dataclass(frozen=True)
class Kicked:
    """The smallest kick, and the outcomes around it; both None when no kick was found to kill."""

    kick: Kick | None
    basin: BasinMap | None


_found: LRUCache[object, Kicked] = LRUCache(16)  # of half a megabyte each
_lock = threading.Lock()


def _letter(settings: Settings) -> str:
    """Return the letter of the start that is kicked; empty for the ground truth."""
    return settings.kick if settings.kick in LETTERS[: len(settings.starts)] else ""


def _unit(settings: Settings) -> tuple[float, float, float]:
    """Return (w, b, ρ) of the unit that is kicked."""
    letter = _letter(settings)
    if not letter:
        return settings.gamma, settings.delta, 0.0
    return *settings.starts[LETTERS.index(letter)], settings.rho


def _key(settings: Settings) -> object:
    rules = settings.epsilon, settings.tolerance, settings.max_iterations
    return settings.hyperparameters, _unit(settings), rules


def known(settings: Settings) -> Kicked | None:
    """Return the smallest kick if it has been found before."""
    with _lock:
        return _found.get(_key(settings))


def find(settings: Settings, cancel: Cancellation) -> Kicked:
    """Return the smallest kick, from the cache when it is there.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    found = known(settings)
    if found is not None:
        return found
    w, b, rho = _unit(settings)
    rules = {key: value for key, value in settings.judging.items() if key != "rho"}
    hp = settings.hyperparameters
    kick = smallest_kick(hp, w, b, rho, **rules, cancel=cancel)
    basin = None if kick is None else basin_map(hp, kick_grid(kick), **rules, rho=rho, cancel=cancel)
    found = Kicked(kick, basin)
    with _lock:
        _found[_key(settings)] = found
    return found


# ------------------------------------------------------------------ words


def told(settings: Settings, found: Kicked | None) -> dict[str, dict[str, Any]]:
    """Return what the browser sets, as `dashboard.page` does; while nothing is known the old fades."""
    letter = _letter(settings)
    properties: dict[str, dict[str, Any]] = {
        f"kick-{key}": {
            "hidden": key in LETTERS[len(settings.starts) :],
            "aria-pressed": "true" if key == (letter or "truth") else "false",
        }
        for key in KICKED
    }
    properties["kick-found"] = {"data-old": found is None}
    if found is not None:
        properties["kick-found"]["class"] = "none" if found.kick is None else ""
        properties["kick-check"] = {"text": sentence(settings, found)}
        properties["kick-resolution"] = {"text": _resolution(settings, found.kick)}
    return properties


def sentence(settings: Settings, found: Kicked | None) -> str:
    """Say how short the smallest kick is, and that a shorter one lives; or that it is not known yet."""
    if found is None:
        return "It is being looked for."
    return _check(settings, found.kick)


def _check(settings: Settings, kick: Kick | None) -> str:
    letter, gamma = _letter(settings), settings.gamma
    who = f"start {letter}" if letter else "the ground truth"
    missing = "" if letter or settings.kick == "truth" else f"There is no start {settings.kick}. "
    if kick is None:
        reach = REACH * (math.hypot(*_unit(settings)) + math.hypot(gamma, settings.delta))
        return f"{missing}No kick up to {in_gammas(reach, gamma)} kills {who}."
    if kick.length == 0:
        return f"{missing}{who[0].upper()}{who[1:]} dies without a kick."
    length, step = in_gammas(kick.length, gamma), in_gammas(kick.step, gamma)
    kills = f"{missing}Moved once, at rest, by {length}, {who} dies;"
    if not kick.shorter_lives:
        return f"{kills} that a slightly shorter one lives is not confirmed."
    shorter = f"one shorter by {step} in this direction" if kick.step < kick.length else "without one it"
    return f"{kills} {shorter} lives (both iterated plainly)."


def _resolution(settings: Settings, kick: Kick | None) -> str:
    """Say how finely shorter kicks were looked for."""
    if kick is None or kick.length == 0:
        return ""
    angle = readable(math.degrees(kick.angle_step), 2)
    return f"found on a grid of {in_gammas(kick.length_step, settings.gamma)} and {angle}°"


def panel() -> Component:
    """Return the panel of the kick: which unit is kicked, the picture, the check."""
    picture = graph("kick", "Map around the smallest kick that kills")
    choices = [
        html.Button(
            "ground truth" if key == "truth" else key,
            id=f"kick-{key}",
            hidden=key != "truth",
            **data(changes=json.dumps({"kick": key})),
            **aria(pressed="false"),
        )
        for key in KICKED
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2("Smallest kick that kills", id="kick-heading"),
                    html.Span(id="kick-resolution", className="small muted"),
                ],
                className="panel-head",
            ),
            html.Div(choices, className="kicked", role="group", **aria(label="Which unit is kicked")),
            html.Div([picture, html.P(id="kick-check", className="small muted")], id="kick-found"),
        ],
        className="below kick-panel",
        **aria(labelledby="kick-heading"),
    )
