"""The dead and the linear cone in the plane (w_L, b)."""

import math

import numpy as np

from dynamics import dead_cone_slope
from figures.chart import Floats, Spec, compact, hatch
from figures.theme import with_alpha
from figures.view import View
from figures.window import Window

_SAMPLES = 129


def cone_border(window: Window, epsilon: float, rho: float) -> tuple[Floats, Floats]:
    """Return the dead cone's border b = Φ⁻¹(ε)·√(w² + ρ²) over the window's weights.

    At ρ = 0 these are two straight rays from the origin; else a hyperbola, sampled evenly in
    asinh(w/ρ) and so densest where it bends. The linear cone's border is its mirror image.

    Parameters
    ----------
    window : Window
    epsilon : float
        Dead threshold, 0 < ε < 0.5.
    rho : float
        Orthogonal weight.

    Returns
    -------
    w, b : float64 (n,)
        w rises from w_min to w_max.
    """
    slope = dead_cone_slope(epsilon)
    if rho == 0:
        w = np.array([window.w_min, *([0.0] if window.w_min < 0 < window.w_max else []), window.w_max])
    else:
        size = abs(rho)
        ends = math.asinh(window.w_min / size), math.asinh(window.w_max / size)
        w = size * np.sinh(np.linspace(*ends, _SAMPLES))
        w[0], w[-1] = window.w_min, window.w_max
    return w, slope * np.hypot(w, rho)


def cone_fill(border: tuple[Floats, Floats], window: Window, sign: int) -> tuple[Floats, Floats]:
    """Return the outline of the dead (sign 1) or linear (sign −1) cone, closed beyond the window."""
    w, b = border[0], sign * border[1]
    far = min(window.b_min, b.min()) if sign > 0 else max(window.b_max, b.max())
    return np.concatenate([w, w[[-1, 0]]]), np.concatenate([b, [far, far]])


def cone_traces(view: View, window: Window, epsilon: float, rho: float, axes: Spec) -> list[Spec]:
    """Return the traces of both cones.

    Over a coloured ground the borders are white under ink and the dead cone may be hatched; on
    blank ground, where nothing competes, both cones are grey fills; the plain one, which the lesson
    shows, hatches the dead cone as well.

    Parameters
    ----------
    view : View
        The colouring decides between the two.
    window : Window
    epsilon, rho : float
        Dead threshold and orthogonal weight.
    axes : dict
        Which axes to draw on, ``{"xaxis": …, "yaxis": …}``.
    """
    blank = view.blank
    border = cone_border(window, epsilon, rho)
    ink = view.colours.ink if blank else view.colours.map_ink
    traces = []
    if blank:
        traces += [_fill(view, border, window, sign, axes) for sign in (1, -1)]
        if view.colouring == "plain":
            traces.append(_hatch(view, border, window, axes))
    else:
        if view.colouring == "outcome":
            traces.append(_hatch(view, border, window, axes))
        gap = np.array([np.nan])
        w = np.concatenate([border[0], gap, border[0]])
        b = np.concatenate([border[1], gap, -border[1]])
        casing = {"color": view.colours.map_casing, "width": view.px(3.4)}
        traces.append(plane_line("cone casing", w, b, casing, window, axes))
    return traces + border_traces(border, ink, window, view, axes)


def border_traces(
    border: tuple[Floats, Floats], ink: str, window: Window, view: View, axes: Spec
) -> list[Spec]:
    """Return the border of the dead cone, solid, and of the linear cone, dashed."""
    return [
        plane_line(
            name,
            border[0],
            sign * border[1],
            {"color": ink, "width": view.px(1.3), "dash": dash},
            window,
            axes,
        )
        for name, sign, dash in (("dead cone", 1, "solid"), ("linear cone", -1, "6px,4px"))
    ]


def plane_line(name: str, w: Floats, b: Floats, line: Spec, window: Window, axes: Spec) -> Spec:
    """Return a line in the plane that hovering passes over."""
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines",
        "x": compact(w, window.width),
        "y": compact(b, window.height),
        "line": line,
        "hoverinfo": "skip",
        **axes,
    }


def cone_area(name: str, border: tuple[Floats, Floats], window: Window, sign: int, axes: Spec) -> Spec:
    """Return the dead (sign 1) or linear (sign −1) cone as an area that has still to be filled."""
    w, b = cone_fill(border, window, sign)
    return {
        "type": "scatter",
        "name": name,
        "mode": "none",
        "fill": "toself",
        "x": compact(w, window.width),
        "y": compact(b, window.height),
        "hoverinfo": "skip",
        **axes,
    }


def _fill(view: View, border: tuple[Floats, Floats], window: Window, sign: int, axes: Spec) -> Spec:
    name, alpha = ("dead cone fill", 0.15) if sign > 0 else ("linear cone fill", 0.08)
    return cone_area(name, border, window, sign, axes) | {
        "fillcolor": with_alpha(view.colours.ink_muted, alpha)
    }


def _hatch(view: View, border: tuple[Floats, Floats], window: Window, axes: Spec) -> Spec:
    pattern = hatch(view, view.colours.ink_muted if view.blank else view.colours.map_casing, 0.55)
    return cone_area("dead cone hatch", border, window, 1, axes) | {
        "fillcolor": "rgba(0,0,0,0)",
        "fillpattern": pattern,
    }
