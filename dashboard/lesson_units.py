"""What the lesson says of one unit at the settings, without following it."""

from __future__ import annotations

import math

from dashboard import lesson_words as said
from dashboard.initialisation import portion
from dashboard.lesson_scene import Start
from dashboard.lesson_words import NOTHING, Value
from dashboard.numbers import small
from dashboard.settings import Settings
from dynamics import (
    activation_probability,
    log_activation_probability,
    log_gradient_norm,
    means_while_active,
    revival_time,
)
from figures.chart import Floats
from figures.revival_ground import count


def log_alive(settings: Settings, unit: Start) -> Value:
    """log₁₀ P(z > 0); −∞ where the unit is constantly zero."""
    return _logarithm(log_activation_probability(*unit, settings.rho))


def log_pull(settings: Settings, unit: Start) -> Value:
    """log₁₀ ‖∇L‖; −∞ where there is no pull."""
    return _logarithm(log_gradient_norm(*unit, settings.gamma, settings.delta, settings.rho))


def _logarithm(natural: Floats) -> Value:
    log10 = float(natural) / math.log(10)
    return Value(log10, small(log10))


def alive(settings: Settings, unit: Start) -> Value:
    """P(z > 0), in per cent, or where that is small as the chart's axis has it."""
    active = float(activation_probability(*unit, settings.rho))
    return Value(active, portion(active) if active >= 0.01 else log_alive(settings, unit).words)


def some(settings: Settings, unit: Start) -> Value:
    """How many of all inputs a unit answers, or that it answers none."""
    return _answers(settings, unit, "{} of all inputs")


def few(settings: Settings, unit: Start) -> Value:
    """The same of a unit that is dead."""
    return _answers(settings, unit, "only {} of inputs")


def _answers(settings: Settings, unit: Start, phrase: str) -> Value:
    active = alive(settings, unit)
    return Value(active.number, "no input at all" if _mute(settings, unit) else phrase.format(active.words))


def as_many(settings: Settings, unit: Start) -> Value:
    """What another unit on the same ray answers, where there is anything to compare."""
    return NOTHING if _mute(settings, unit) else Value(None, "just as many")


def _mute(settings: Settings, unit: Start) -> bool:
    """Whether no input reaches the unit, not even too few for a double."""
    return log_alive(settings, unit).number == -math.inf


def pull(settings: Settings, unit: Start) -> Value:
    """‖∇L‖."""
    found = log_pull(settings, unit)
    return Value(10.0 ** (found.number or 0.0), found.words)


def distance(settings: Settings, unit: Start) -> Value:
    """How far a unit is from the tip of the dead cone."""
    return said.read(math.hypot(*unit, settings.rho))


def target(settings: Settings, unit: Start) -> Value:
    """The mean target over the inputs that still reach a unit."""
    return _mean(settings, unit, 0)


def output(settings: Settings, unit: Start) -> Value:
    """The unit's own mean output over them."""
    return _mean(settings, unit, 1)


def _mean(settings: Settings, unit: Start, which: int) -> Value:
    """Return the mean target or output over the inputs that still reach a unit."""
    mean = float(means_while_active(*unit, settings.gamma, settings.delta, settings.rho)[which])
    return NOTHING if math.isnan(mean) else said.read(mean)


def back(settings: Settings, unit: Start) -> Value:
    """After how many updates a dead unit is back."""
    times = revival_time(settings.hyperparameters, *unit, settings.rho, epsilon=settings.epsilon)
    log10 = float(times.log10_iterations)
    if math.isnan(log10):
        return NOTHING
    if math.isinf(log10):
        return Value(math.inf, "never")
    return said.updates(round(10.0 ** min(log10, 300.0)), count(log10))
