"""The numbers of the lesson's texts, each from the data of the pictures at the current settings.

What a text compares with ("without momentum", "at first", "it was") is the same with only what the viewer was
asked to move where the step begins, see `Step.before`. A number is computed when a text asks for it.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from dashboard import lesson_units
from dashboard import lesson_words as said
from dashboard.caption import FATES, POINT, die
from dashboard.clouds import updates
from dashboard.comparison import CELLS, without_momentum
from dashboard.controls import CONTROLS
from dashboard.initialisation import SCHEME_NAMES
from dashboard.lesson_scene import Scene, Start, enacted, first_inside, inside, inside_from, start
from dashboard.lesson_steps import STEPS, Step
from dashboard.lesson_words import NOTHING, Value
from dashboard.numbers import grouped, in_updates, readable
from dashboard.settings import Settings
from dynamics import Cancellation, Outcome, critical_momentum, overshoot
from experiments.lesson import dead_share
from figures import StartPath
from figures.revival_ground import count


def values(settings: Settings, step: int, cancel: Cancellation) -> dict[str, Value]:
    """Return every number that the texts of a step name, by its name in their braces.

    At rest on two idle cores that takes 5 to 25 ms at settings not seen before, for up to three maps or fifty
    single starts, and 2 ms or less once they are known. Real starts are judged, the same as are followed
    in the pictures, which takes longer.

    Parameters
    ----------
    settings : Settings
        As they are now.
    step : int
        From 1 on.
    cancel : Cancellation

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    scene = enacted(STEPS[step - 1], settings, cancel)
    return {name: VALUES[name](scene) for name in names(scene.step)}


def names(step: Step) -> list[str]:
    """Return what stands in the braces of a step's texts, each name once."""
    first = step.text, step.question, *step.options
    texts = *first, step.expected, step.wrong, step.short, step.fallback
    return list(dict.fromkeys(name for text in texts for name in braces(text)))


def braces(template: str) -> list[str]:
    """Return what stands in the braces of a template, in order."""
    found = (name for _, name, _, _ in string.Formatter().parse(template))
    return [name for name in found if name is not None]


# ------------------------------------------------------------------ the target


def _goal(scene: Scene) -> Value:
    """The γ that is asked for, or the one that it was moved on to."""
    return said.read(max(float(scene.step.goal["gamma"]), scene.now.gamma))


def _zoom(scene: Scene) -> Value:
    """How many times the target is enlarged for that."""
    return said.read((_goal(scene).number or 0.0) / scene.before.gamma)


def _normalised(scene: Scene) -> Value:
    normalised = scene.now.gamma == 1
    return Value(None, "The target is normalised," if normalised else "The target's spread is")


def _dividing(scene: Scene) -> Value:
    """What brings γ to its goal: at 1 the target is divided by its spread."""
    divided = _goal(scene).number == 1
    return Value(None, "Divide the target by its spread before training" if divided else "Enlarge the target")


def _near(scene: Scene) -> Value:
    """Whether starts are near: no coordinate farther than the target spreads."""
    near = max(map(abs, scene.now.window)) <= scene.now.gamma
    return Value(None, ": near starts" if near else "")


# ------------------------------------------------------------------ one unit

Find = Callable[[Scene], Value]


def _unit(tell: Callable[[Settings, Start], Value], letter: str, before: bool = False) -> Find:
    """Tell something of a start, where it is now or where it was before."""

    def find(scene: Scene) -> Value:
        settings = scene.before if before else scene.now
        unit = start(settings, letter)
        return NOTHING if unit is None else tell(settings, unit)

    return find


def _log_ratio(scene: Scene) -> Value:
    """log₁₀ of how many times weaker the pull on A is than it was; nothing without a pull to compare."""
    first, now = VALUES["log_pull_start"](scene).number, VALUES["log_pull_now"](scene).number
    if first is None or now is None or math.isinf(first) or math.isinf(now):
        return NOTHING
    return Value(first - now, count(first - now))


def _ratio(scene: Scene) -> Value:
    """How many times weaker the pull on A is than it was."""
    log10 = _log_ratio(scene)
    if log10.number is None:
        return NOTHING
    ratio = 10.0**log10.number if log10.number < 308 else math.inf
    if 10 <= ratio < 1e7:
        return Value(ratio, grouped(round(float(f"{ratio:.2g}"))))
    return Value(ratio, readable(ratio, 2) if ratio < 10 else log10.words)


def _overshoot(scene: Scene) -> Value:
    value = overshoot(scene.now.beta, scene.now.eta)
    return Value(value, "∞" if math.isinf(value) else f"{readable(100 * value, 2)} %")


# ------------------------------------------------------------------ the way of A


def _fate(scene: Scene) -> Value:
    path = scene.path_before
    return NOTHING if path is None else Value(int(path.outcome), FATES[path.outcome])


def _way(tell: Callable[[StartPath, float], Value]) -> Find:
    return lambda scene: NOTHING if scene.path is None else tell(scene.path, scene.now.epsilon)


def _dead_at(path: StartPath, epsilon: float) -> Value:
    """The first update after which A is dead for good."""
    number = inside_from(path, epsilon)
    return NOTHING if number is None else Value(number, grouped(number))


def _first_at(path: StartPath, epsilon: float) -> Value:
    """The first update after which A is dead, be it for good or not."""
    number = first_inside(path, epsilon)
    return NOTHING if number is None else Value(number, grouped(number))


def _fall(path: StartPath, epsilon: float) -> Value:
    """Tell how A came into the cone: at once and for good, or after crossing it."""
    first, last = _first_at(path, epsilon), _dead_at(path, epsilon)
    if last.number is None:
        return NOTHING
    if first == last:
        return Value(last.number, f"At update {last.words} A fell into the cone, lost its pull and stayed")
    crossed = f"A crossed the cone at update {first.words}, came out, and sank back for good at"
    return Value(last.number, f"{crossed} {last.words}")


def _dead_updates(path: StartPath, epsilon: float) -> Value:
    """After how many of its updates A was dead."""
    number = inside(path, epsilon)
    return said.updates(number, grouped(number))


def _death(scene: Scene) -> Value:
    beta = scene.death_momentum
    return NOTHING if beta is None else said.beta(beta, 3)


# ------------------------------------------------------------------ all starts


def _dead(scene: Scene) -> Value:
    return said.share(scene.map(scene.now).dead_fraction)


def _without(scene: Scene) -> Value:
    """The dead share without momentum, as the caption says it."""
    share = without_momentum(scene.now, scene.cancel)
    return _dead(scene) if share is None else said.share(share)


def _at_critical(scene: Scene) -> Value:
    beta = min(float(critical_momentum(scene.now.eta)), CONTROLS["beta"].high)
    return said.share(scene.map(scene.now.at_momentum(beta)).dead_fraction)


def _effect(scene: Scene) -> Value:
    """What momentum does to the dead share."""
    now, calm = _dead(scene).number, _without(scene).number
    if now is None or calm is None:
        return NOTHING
    more = now - calm
    return Value(more, "changes little" if abs(more) <= POINT else "kills" if more > 0 else "saves")


def _changed(scene: Scene, zoomed: bool) -> Value:
    """How many points of the map before have another outcome at the γ of now, zoomed with it or not."""
    now = scene.now if zoomed else replace(scene.before, gamma=scene.now.gamma)
    return said.some(int(np.count_nonzero(scene.map(now).outcome != scene.map(scene.before).outcome)))


# ------------------------------------------------------------------ drawn units


def _map_dead(scene: Scene) -> Value:
    """The dead share after T updates of a grid of starts whose weights are as long as the drawn ones."""
    drawn = scene.now.initializer
    if drawn is None:
        return NOTHING
    rho = drawn.deviations[0] * math.sqrt(drawn.fan_in)
    grid = replace(scene.now, window=(-1.0, 1.0, -1.0, 1.0), rho=rho, resolution=CELLS)
    return said.share(scene.map(replace(grid, tolerance=0.0, max_iterations=updates(grid))).dead_fraction)


def _scheme(scene: Scene) -> Value:
    drawn = scene.now.initializer
    return NOTHING if drawn is None else Value(None, SCHEME_NAMES[drawn.scheme])


VALUES: Mapping[str, Find] = {
    "beta": lambda scene: said.beta(scene.now.beta, 4),
    "gamma": lambda scene: said.read(scene.now.gamma),
    "delta": lambda scene: said.read(scene.now.delta),
    "delta_0": lambda scene: said.read(scene.before.delta),
    "epsilon": lambda scene: said.read(scene.now.epsilon),
    "window": lambda scene: said.read(max(map(abs, scene.now.window))),
    "cells": lambda scene: said.some(scene.map(scene.now).outcome.size),
    "zoom": _zoom,
    "gamma_goal": _goal,
    "target": _normalised,
    "dividing": _dividing,
    "near": _near,
    "critical_beta": lambda scene: said.beta(float(critical_momentum(scene.now.eta)), 2),
    "overshoot": _overshoot,
    "P_A": _unit(lesson_units.alive, "A"),
    "P_B": _unit(lesson_units.alive, "B"),
    "some_A": _unit(lesson_units.some, "A"),
    "few_A": _unit(lesson_units.few, "A"),
    "as_many": _unit(lesson_units.as_many, "A"),
    "log_P_A": _unit(lesson_units.log_alive, "A"),
    "log_P_B": _unit(lesson_units.log_alive, "B"),
    "log_pull_start": _unit(lesson_units.log_pull, "A", before=True),
    "log_pull_now": _unit(lesson_units.log_pull, "A"),
    "pull_start": _unit(lesson_units.pull, "A", before=True),
    "pull_now": _unit(lesson_units.pull, "A"),
    "ratio": _ratio,
    "log_ratio": _log_ratio,
    "d_A": _unit(lesson_units.distance, "A", before=True),
    "d_A_now": _unit(lesson_units.distance, "A"),
    "target_A": _unit(lesson_units.target, "A"),
    "target_B": _unit(lesson_units.target, "B"),
    "output_B": _unit(lesson_units.output, "B"),
    "A_back_0": _unit(lesson_units.back, "A", before=True),
    "A_back": _unit(lesson_units.back, "A"),
    "B_back_0": _unit(lesson_units.back, "B", before=True),
    "B_back": _unit(lesson_units.back, "B"),
    "A_fate_0": _fate,
    "A_death_beta": _death,
    "A_dead_at": _way(_dead_at),
    "A_first_at": _way(_first_at),
    "A_fall": _way(_fall),
    "A_dead_updates": _way(_dead_updates),
    "die": lambda scene: Value(None, die(scene.now)),
    "dead_share": _dead,
    "dead_share_0": _without,
    "dead_share_c": _at_critical,
    "live_share": lambda scene: said.share(scene.map(scene.now).fraction(Outcome.CONVERGED)),
    "effect": _effect,
    "changed": lambda scene: _changed(scene, zoomed=True),
    "changed_nozoom": lambda scene: _changed(scene, zoomed=False),
    "scheme": _scheme,
    "fan_in": lambda scene: said.read(scene.now.fan_in, 5),
    "T": lambda scene: Value(updates(scene.now), in_updates(updates(scene.now))),
    "T_0": lambda scene: said.read(updates(scene.before)),
    "T_goal": lambda scene: said.read(float(scene.step.goal["time"])),
    "cloud_dead": lambda scene: said.share(scene.drawn_dead(scene.now)),
    "cloud_dead_0": lambda scene: said.share(scene.drawn_dead(scene.before)),
    "map_dead": _map_dead,
    "net_small": lambda _scene: said.share(dead_share(0.01)),
    "net_one": lambda _scene: said.share(dead_share(1.0)),
}
