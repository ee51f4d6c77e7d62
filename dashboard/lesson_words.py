"""A number of the lesson's texts, and how a sentence says it."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.initialisation import portion
from dashboard.numbers import grouped, readable
from figures.chart import momentum


@dataclass(frozen=True)
class Value:
    """A number, None where there is nothing to tell, and how a sentence says it."""

    number: float | None
    words: str


NOTHING = Value(None, "…")


def read(value: float, digits: int = 3) -> Value:
    """Write a number for a sentence."""
    return Value(value, readable(value, digits))


def beta(value: float, digits: int) -> Value:
    """Write a momentum."""
    return Value(value, momentum(value, digits))


def share(value: float | None) -> Value:
    """Write a share, never rounded to none or all."""
    return NOTHING if value is None else Value(value, portion(value))


def some(number: int) -> Value:
    """Write a number of points that begins a sentence."""
    return Value(number, grouped(number) if number > 0 else "None")


def updates(number: float, words: str) -> Value:
    """Write a number of updates of which the digits are given."""
    return Value(number, f"{words} update{'' if number == 1 else 's'}")
