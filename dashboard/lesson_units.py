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
