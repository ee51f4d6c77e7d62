"""How numbers are written: exactly in boxes and URLs, readably in sentences."""

from __future__ import annotations

import math

from figures.chart import grouped, percent, power_of_ten

__all__ = ["exact", "grouped", "in_updates", "percent", "readable", "small"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def exact(value: float) -> str:
    """Write the shortest text that reads back as the same number: ``0.9``, ``1e-6``, ``300``."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e9):
        return str(int(value))
    text = repr(float(value))
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}" if mark else text


def readable(value: float, digits: int = 3) -> str:
    """Write a number for a sentence: a true minus sign, powers of ten from 10⁴ and below 10⁻³."""
    if value == 0:
        return "0"
    short = f"{value:.{digits}g}"
    size = abs(float(short))
    if 1e-3 <= size < 1e4:
        return exact(float(short)).replace("-", "−")
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    sign = "−" if mantissa.startswith("-") else ""
    mantissa = mantissa.lstrip("-")
    return sign + (power if mantissa == "1" else f"{mantissa}·{power}")


def small(log10: float) -> str:
    """Write to two digits a number of which log₁₀ is given, also where it underflows."""
    if log10 == -math.inf:
        return "0"
    if log10 > -300:
        return readable(10.0**log10, 2)
    exponent = math.floor(log10)
    if exponent <= -1000:  # the digits before the power mean nothing any more
        return power_of_ten(exponent)
    return f"{10 ** (log10 - exponent):.2g}·{power_of_ten(exponent)}"


def in_updates(number: int) -> str:
    """Write a number of updates in a sentence: ``1 update``, ``10⁴ updates``."""
    return f"{readable(number)} update{'' if number == 1 else 's'}"
