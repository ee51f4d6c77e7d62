"""The one place that refuses a number and says why in words fit for a page."""

import math
from collections.abc import Callable
from numbers import Integral, Real


def real(name: str, value: object, allowed: Callable[[float], bool], wording: str) -> float:
    """Return `value` as a float, or raise an error that names the field, its value and its range.

    Parameters
    ----------
    name : str
        The field, as the message calls it.
    value : object
        What was given. Booleans, strings and None are no numbers here.
    allowed : callable
        Whether a finite float lies in the range.
    wording : str
        The range in words, after "must be".

    Raises
    ------
    ValueError
        If `value` is no finite real number or lies outside the range.
    """
    number = math.nan
    if not isinstance(value, bool) and isinstance(value, Real):
        try:
            number = float(value)
        except OverflowError:  # an integer beyond the largest float
            number = math.inf
    if math.isfinite(number) and allowed(number):
        return number
    raise ValueError(f"{name} must be {wording}, got {_shown(value)}")


def whole(name: str, value: object, least: int, most: int | None = None) -> int:
    """Return `value` as an int from `least` to `most`, or raise ValueError as `real` does."""
    if not isinstance(value, bool) and isinstance(value, Integral):
        number = int(value)
        if number >= least and (most is None or number <= most):
            return number
    end = "" if most is None else f" and at most {most}"
    raise ValueError(f"{name} must be a whole number of at least {least}{end}, got {_shown(value)}")


def _shown(value: object) -> str:
    """Write numbers as a reader would type them and everything else as Python does."""
    return str(value) if isinstance(value, Real) else repr(value)


def beta(value: object) -> float:
    """Check a momentum: 0 ≤ β < 1."""
    return real("beta", value, lambda x: 0 <= x < 1, "at least 0 and below 1")


def positive(name: str, value: object) -> float:
    """Check a number that must be finite and above 0."""
    return real(name, value, lambda x: x > 0, "finite and above 0")


def finite(name: str, value: object) -> float:
    """Check a number that must be finite."""
    return real(name, value, lambda x: True, "a finite number")


def epsilon(value: object) -> float:
    """Check a dead threshold: 0 < ε < 0.5, so that dead and linear cone do not overlap."""
    return real("epsilon", value, lambda x: 0 < x < 0.5, "above 0 and below 0.5")


def above(low_name: str, low: float, high_name: str, high: float) -> float:
    """Check that the field `high_name` lies above the field `low_name`, and not beyond floats."""
    real(high_name, high, lambda x: x > low, f"above {low_name} = {low}")
    return real(high_name, high, lambda x: x - low < math.inf, f"less than 1.8e308 above {low_name} = {low}")
