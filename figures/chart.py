"""What all figures share: fonts, axes, mathematical symbols and compact arrays."""

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import Any, Generic, ParamSpec

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from figures.view import View

Floats = NDArray[np.float64]
Spec = dict[str, Any]
P = ParamSpec("P")

FONT = '"Source Sans 3 Variable", "Source Sans 3", system-ui, sans-serif'
TICK, TITLE = 13, 15  # font sizes in pixels; nothing in a chart is smaller than a tick
MINUS = "−"
SHARE_TOP = 1.05  # where the axis of a dead share ends
_SHORT_TYPES = {"uint8": "u1", "float32": "f4", "float64": "f8"}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def symbol(letter: str, subscript: str = "") -> str:
    """Return a mathematical letter in the page's serif italic, as plotly's HTML."""
    below = f"<sub>{subscript}</sub>" if subscript else ""
    return f'<span style="font-family:STIX Two Text,Georgia,serif;font-style:italic">{letter}{below}</span>'


def number(value: float, digits: int = 3) -> str:
    """Return a number as the charts write it: a true minus sign, no trailing zeros, powers as 10⁻⁵."""
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if -4 <= exponent < 5:
        return f"{value:.{max(digits, exponent + 1)}g}".replace("-", MINUS)
    mantissa = f"{value / 10.0**exponent:.{digits}g}".replace("-", MINUS)
    return (f"{mantissa}·" if mantissa != "1" else "") + power_of_ten(exponent)


def momentum(beta: float, digits: int = 2) -> str:
    """Return a momentum with so many decimals that it never rounds to 1: 0.67, 0.996, 0.9999."""
    if not 0 < beta < 1:
        return number(beta)
    decimals = max(digits, math.ceil(-math.log10(1 - beta)))
    return f"{beta:.{decimals}f}".rstrip("0").rstrip(".")


def percent(share: float, digits: int = 0) -> str:
    """Write a share as a percentage that is 0 or 100 only when it is exact.

    A share between is never rounded to 0 or 100: it reads ``< 1 %`` or ``> 99 %`` (LOOK, Caption).
    """
    step = 10.0**-digits
    if share == 0 or share == 1:
        return f"{round(100 * share)} %"
    if 100 * share < step:
        return f"< {step:.{digits}f} %"
    if 100 * share > 100 - step:
        return f"> {100 - step:.{digits}f} %"
    return f"{100 * share:.{digits}f} %"


def grouped(number: int) -> str:
    """Write a count with narrow spaces between its thousands: ``65 536``."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def power_of_ten(exponent: int) -> str:
    """Return 10 to an exponent in plain characters: 1, 10, 10², 10⁻³."""
    if exponent in (0, 1):
        return "10" if exponent else "1"
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def typed(value: Any) -> Any:
    """Return numpy's values as JSON has them: an array as plotly's typed-array object, a scalar as itself.

    Specifications hold arrays; this is the hook that a JSON writer calls for them.

    Raises
    ------
    TypeError
        If it is neither, or an array without a fixed size in plotly, as JSON writers expect of their hook.
    """
    if isinstance(value, np.generic):
        return value.item()
    if not isinstance(value, np.ndarray) or value.dtype.name not in _SHORT_TYPES:
        raise TypeError(f"plotly has no typed array for {type(value).__name__}")
    spec = {"dtype": _SHORT_TYPES[value.dtype.name], "bdata": base64.b64encode(value.tobytes()).decode()}
    if value.ndim > 1:
        spec["shape"] = ", ".join(str(side) for side in value.shape)
    return spec


def compact(values: Floats, span: float) -> NDArray[np.floating[Any]]:
    """Return values as float32 when that places every one to a ten-thousandth of `span`.

    Half of the bytes of float64, which a narrow window far from the origin needs.
    """
    largest = float(np.max(np.abs(values), initial=0.0, where=np.isfinite(values)))
    return values.astype(np.float32) if largest * 2.0**-23 < 1e-4 * span else values


def three_digits(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return float32 rounded to 12 significant bits, within 1 part in 4096: what hovering shows.

    Neighbouring cells that differ by less become equal, and a map of them compresses better.
    """
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + np.uint32(0x800)) & np.uint32(0xFFFFF000)).view(np.float32)


# A layout's `meta` where a wider frame says the same, only smaller: see `figures.drawing.held`.
WIDENS: Spec = {"widens": True}


class Picture(Generic[P]):
    """A figure function: a call returns the plotly Figure, `spec` the same as plain dictionaries.

    Building a Figure from a finished specification costs three times what drawing it does, mostly in
    copies; the live page sends the specification, everything else takes the Figure.

    Parameters
    ----------
    draw : callable
        Results and a View to {"data": [...], "layout": {...}} in plotly's schema.
    """

    def __init__(self, draw: Callable[P, Spec]) -> None:
        self.spec = draw
        update_wrapper(self, draw)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> go.Figure:
        """Return the figure, without plotly's slow validation: the tests validate instead."""
        return go.Figure(**self.spec(*args, **kwargs), _validate=False)


def spec(data: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], view: View, *, revision: str) -> Spec:
    """Return a figure's specification: on a transparent ground, without plotly's template.

    Parameters
    ----------
    data, layout : mappings in plotly's schema
    view : View
    revision : str
        Zoom and pan of the viewer survive while it stays the same.
    """
    colours = view.colours
    base: Spec = {
        "template": {},
        "autosize": True,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": view.px(TICK), "color": colours.ink_muted},
        "hoverlabel": {
            "bgcolor": colours.page,
            "bordercolor": colours.control,
            "font": {"family": FONT, "size": view.px(14), "color": colours.ink},
            "align": "left",
        },
        "hovermode": "closest",
        "dragmode": False,
        "showlegend": False,
        "uirevision": revision,
    }
    return {"data": list(data), "layout": {**base, **layout}}


def margins(view: View, left: float, right: float, top: float, bottom: float) -> Spec:
    """Return fixed margins in pixels of the desktop's scale."""
    sides = {"l": left, "r": right, "t": top, "b": bottom}
    return {side: view.px(size) for side, size in sides.items()} | {"pad": 0, "autoexpand": False}


def axis(view: View, title: str, low: float, high: float, **more: Any) -> Spec:
    """Return an axis over exactly [low, high] (decades when logarithmic), with outside ticks.

    Parameters
    ----------
    view : View
    title : str
    low, high : float
    **more
        Further properties, over those given here.
    """
    colours = view.colours
    ink = {"family": FONT, "size": view.px(TITLE), "color": colours.ink}
    return {
        "title": {"text": title, "font": ink, "standoff": view.px(4)},
        "range": [low, high],
        "autorange": False,
        "automargin": False,
        "fixedrange": True,
        "showgrid": False,
        "gridcolor": colours.grid,
        "zeroline": False,
        "showline": True,
        "linecolor": colours.control,
        "linewidth": 1,
        "ticks": "outside",
        "ticklen": view.px(5),
        "tickcolor": colours.control,
        "tickfont": {"family": FONT, "size": view.px(TICK), "color": colours.ink_muted},
        "tickangle": 0,
        "exponentformat": "none",
        **more,
    }


def share_axis(view: View, title: str) -> Spec:
    """Return the y axis of a dead share, 0 to 100 % and room above; a point may lie on it."""
    return axis(
        view,
        title,
        0.0,
        SHARE_TOP,
        tickvals=[0.0, 0.5, 1.0],
        ticktext=["0", "50 %", "100 %"],
        showgrid=True,
        layer="below traces",
    )


def hatch(view: View, colour: str, opacity: float, size: float = 9, solidity: float = 0.12) -> Spec:
    """Return the pattern of an area with rising diagonals: so many pixels apart, a share of them drawn."""
    return {
        "shape": "/",
        "fillmode": "overlay",
        "fgcolor": colour,
        "fgopacity": opacity,
        "bgcolor": "rgba(0,0,0,0)",
        "size": view.px(size),
        "solidity": solidity,
    }


def label(view: View, text: str, x: Any, y: Any, **more: Any) -> Spec:
    """Return an annotation without an arrow, at tick size in muted ink unless `more` says otherwise."""
    font: Spec = {"family": FONT, "size": view.px(TICK), "color": view.colours.ink_muted}
    return {
        "text": text,
        "x": x,
        "y": y,
        "showarrow": False,
        "borderpad": 0,
        **more,
        "font": font | more.get("font", {}),
    }


def tick_width(low: float, high: float, most: int) -> float:
    """Return the width in pixels, at the desktop's scale, of plotly's longest label on an axis.

    `most` is the axis's `nticks`; plotly then puts ticks 2, 5 or 10 times a power of ten apart.
    """
    rough = (high - low) / most
    exponent = math.floor(math.log10(rough))
    decimals = max(0, -exponent - (rough > 5 * 10.0**exponent))
    return 6.7 * max(len(f"{end:.{decimals}f}") for end in (low, high))
