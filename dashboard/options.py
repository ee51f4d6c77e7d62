"""Reading what a request names besides settings; strictly, nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.controls import InvalidSettingError
from dashboard.numbers import exact


def number(args: Mapping[str, str], key: str, default: float, low: float, high: float) -> float:
    """Return a number within [low, high].

    Raises
    ------
    InvalidSettingError
        When it is none.
    """
    try:
        value = float(args.get(key, default))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        text = args.get(key, "")[:40]
        raise InvalidSettingError(
            key, f"{key} must be at least {exact(low)} and at most {exact(high)}, not “{text}”", None
        )
    return value


def choice(args: Mapping[str, str], key: str, choices: tuple[Any, ...]) -> Any:
    """Return one of `choices`, the first when none is named.

    Raises
    ------
    InvalidSettingError
        When it is another.
    """
    text = args.get(key, choices[0])
    if text not in choices:
        raise InvalidSettingError(key, f"{key} must be one of {', '.join(choices)}, not “{text[:40]}”", None)
    return text
