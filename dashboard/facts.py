"""Every number on the pages of prose, computed from `dynamics` when a page is first asked for.

Shares are of starts on a grid or of a cloud drawn from He's initialisation; both are computed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from dashboard.clouds import dead_after
from dashboard.initialisation import portion
from dashboard.lesson import Told, read
from dashboard.lesson_scene import death_momentum, first_inside, inside, way
from dashboard.lesson_steps import STEPS
from dashboard.numbers import grouped, percent, readable
from dashboard.presets import PRESETS
from dashboard.settings import DEFAULT, Settings
from dynamics import (
    Cancellation,
    Grid,
    Hyperparameters,
    Initializer,
    Scheme,
    Starts,
    activation_probability,
    basin_map,
    critical_momentum,
    dead_cone_slope,
    eigenvalues,
    max_stable_learning_rate,
    means_while_active,
    outcomes,
    overshoot,
    revival_time,
    sample,
)
from experiments.trial_unit import killed_outside_linear_cone
from figures import StartPath
from figures.revival_ground import count

ETA = 0.1  # the paper's, of every number here
EPSILON = 1e-3
CELLS = 256
HE = Initializer(Scheme.HE_NORMAL, 100)
UNITS = 4000  # of the cloud: shares are then within 1.6 points of the truth, 19 times out of 20


def _page(beta: float, gamma: float, delta: float = 0.0, **others: Any) -> Settings:
    """The page's settings, for what the lesson counts too."""
    return replace(DEFAULT, beta=beta, eta=ETA, gamma=gamma, delta=delta, epsilon=EPSILON, **others)


def _settings(beta: float, gamma: float, delta: float = 0.0) -> Hyperparameters:
    return Hyperparameters(beta=beta, eta=ETA, gamma=gamma, delta=delta)


@cache
def dead_share(beta: float, gamma: float, window: float = 3.0) -> float:
    """Return the share of starts on a grid in [−window, window]² that die."""
    grid = Grid(w_min=-window, w_max=window, b_min=-window, b_max=window, n_w=CELLS, n_b=CELLS)
    return basin_map(_settings(beta, gamma), grid, epsilon=EPSILON).dead_fraction


@cache
def _cloud_starts() -> Starts:
    return sample(HE, UNITS, seed=0)


@cache
def he_dead(beta: float, gamma: float, updates: int, delta: float = 0.0) -> float:
    """Return the share of He's units, fan-in 100, that are dead after exactly so many updates."""
    settings = _page(beta, gamma, delta, init=HE.scheme.value, fan_in=HE.fan_in, units=UNITS, time=updates)
    return dead_after(settings, Cancellation())


@cache
def he_dead_when_stopped(beta: float, gamma: float) -> float:
    """Return the share of the same units that die by the paper's stop rule."""
    starts = _cloud_starts()
    return outcomes(_settings(beta, gamma), starts.w, starts.b, starts.rho, epsilon=EPSILON).dead_fraction


@cache
def dies_from(w: float, b: float, gamma: float) -> float:
    """Return the least momentum at which this start dies and without which it lives."""
    found = death_momentum(_page(0.0, gamma), (w, b), Cancellation())
    if not found:
        raise ValueError(f"({w}, {b}) has to live without momentum and die with some, at γ = {gamma}")
    return found


def back_after(
    w: float, b: float, gamma: float, delta: float = 0.0, beta: float = 0.0, rho: float = 0.0
) -> float:
    """Return after how many updates a dead unit is back; infinite for never, or beyond 10³⁰⁸."""
    found = revival_time(_settings(beta, gamma, delta), w, b, rho, epsilon=EPSILON)
    return float(10**found.log10_iterations)


def wait_estimate(w: float, b: float, gamma: float) -> float:
    """Return the leading order of `back_after` for w > 0, ρ = 0 and δ = 0: r/(ηγφ(c)|c|(1 + c²))."""
    c = abs(b) / w
    density = np.exp(-0.5 * c * c) / np.sqrt(2 * np.pi)
    return float(w / (ETA * gamma * density * c * (1 + c * c)))


def _way(w: float, b: float, beta: float, gamma: float) -> StartPath:
    found = way(_page(beta, gamma, starts=((w, b),)), Cancellation())
    assert found is not None
    return found


def inside_for(w: float, b: float, beta: float, gamma: float) -> int:
    """Return after how many updates this start is in the dead cone, before it stops."""
    return inside(_way(w, b, beta, gamma), EPSILON)


def first_update_inside(w: float, b: float, beta: float, gamma: float) -> int | None:
    """Return after which update this start is in the dead cone for the first time."""
    return first_inside(_way(w, b, beta, gamma), EPSILON)


def asked_mean(w: float, b: float, gamma: float) -> float:
    """Return the target mean δ at which target and output are alike on average where a unit is active."""
    target, output = means_while_active(w, b, gamma, 0.0)
    return float(output - target)


@cache
def lifted_from(w: float, b: float, gamma: float) -> float:
    """Return the least target mean δ in [0, 3], found by bisection, at which this dead unit comes back."""
    low, high = 0.0, 3.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if np.isfinite(back_after(w, b, gamma, middle)) else (middle, high)
    return high


@cache
def told(step: int) -> tuple[Told, Told]:
    """Return what a step of the lesson says where it begins, and at its goal."""
    begin = STEPS[step - 1].settings
    goal = begin.edit(STEPS[step - 1].goal)
    at_begin, at_goal = (read(settings, step, None, Cancellation()) for settings in (begin, goal))
    return at_begin, at_goal


def pytorch_rate(beta: float) -> float:
    """Return PyTorch's learning rate of the same path, η(1 − β)."""
    return _settings(beta, 1.0).to_pytorch()


def eigenvalue_size(beta: float) -> float:
    """Return the larger |λ| of the affine model."""
    return float(np.abs(eigenvalues(beta, ETA)).max())


def period(beta: float) -> float:
    """Return after how many updates an oscillating affine model has turned once: 2π over the angle of λ."""
    return float(2 * np.pi / np.angle(eigenvalues(beta, ETA)[0]))


def preset(key: str) -> str:
    """Return the address's query of a preset."""
    return next(each for each in PRESETS if each.key == key).settings().query()


# ------------------------------------------------------------------ how they are written


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def share(value: float) -> str:
    """Write a share in a sentence: 43 %, under 1 %."""
    return _unbroken(portion(value))


def waiting(updates: float) -> str:
    """Write a number of updates to two digits: 870, 4 800, 4.8·10⁶."""
    return count(math.log10(updates))


def updates(number: int) -> str:
    """Write a number of updates in words: one update, 8 updates."""
    return "one update" if number == 1 else f"{number} updates"


def latex(value: float, digits: int = 3) -> str:
    """Write a number for a formula, as LaTeX."""
    short, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if -3 <= int(exponent) < 5:
        return f"{float(f'{value:.{digits}g}'):g}"
    return f"{float(short):g} \\cdot 10^{{{int(exponent)}}}"


FUNCTIONS: dict[str, Any] = {
    "he_units": UNITS,
    "activation": activation_probability,
    "asked_mean": asked_mean,
    "back_after": back_after,
    "critical_momentum": critical_momentum,
    "dead_cone_slope": dead_cone_slope,
    "dead_share": dead_share,
    "died_outside_linear_cone": killed_outside_linear_cone,
    "dies_from": dies_from,
    "eigenvalue_size": eigenvalue_size,
    "he_dead": he_dead,
    "he_dead_when_stopped": he_dead_when_stopped,
    "inside_for": inside_for,
    "max_stable_learning_rate": max_stable_learning_rate,
    "first_inside": first_update_inside,
    "lifted_from": lifted_from,
    "means_while_active": means_while_active,
    "overshoot": overshoot,
    "period": period,
    "preset": preset,
    "pytorch_rate": pytorch_rate,
    "steps": STEPS,
    "told": told,
    "wait_estimate": wait_estimate,
}
FILTERS: dict[str, Callable[..., str]] = {
    "grouped": grouped,
    "latex": latex,
    "number": readable,
    "percent": percent,
    "share": share,
    "updates": updates,
    "waiting": waiting,
}
