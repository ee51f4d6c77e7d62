"""The smallest kick that kills: an arrow from a living unit into the basin of death."""

import math
from dataclasses import replace

import numpy as np

from dynamics import BasinMap, Grid, Kick
from figures.chart import TICK, Picture, Spec, axis, label, margins, number, spec, symbol, tick_width
from figures.cones import cone_traces
from figures.frame import AXES
from figures.plane import ground_trace, outcome_palette, woven
from figures.revival_ground import disc, scatter
from figures.theme import LIGHT
from figures.view import View
from figures.window import Window

_HALF_WIDTH, _HALF_HEIGHT = 4.0, 2.5  # of the window, in lengths of the kick
_PLOT = {"desktop": 412, "compact": 360, "phone": 300, "present": 600}  # pixels of its width
_TICKS = 6


def kick_grid(kick: Kick, cells: int = 160) -> Grid:
    """Return starts around a kick, for the map beneath its arrow: `cells` across, eight to five.

    Around a unit that needs no kick they reach twice as far as the unit lies from the origin.
    """
    size = kick.length or math.hypot(kick.w, kick.b) or 1.0
    w, b = kick.w + kick.dw / 2, kick.b + kick.db / 2
    return Grid(
        w_min=w - _HALF_WIDTH * size,
        w_max=w + _HALF_WIDTH * size,
        b_min=b - _HALF_HEIGHT * size,
        b_max=b + _HALF_HEIGHT * size,
        n_w=cells,
        n_b=round(cells * _HALF_HEIGHT / _HALF_WIDTH),
    )


def in_gammas(length: float, gamma: float) -> str:
    """Write a length in units of γ, to two digits: 0.98 γ, 1.0 γ, 12 γ."""
    ratio = length / gamma
    return f"{ratio:.1f} γ" if 0.995 <= ratio < 9.95 else f"{number(ratio, 2)} γ"


@Picture
def kick(basin: BasinMap, found: Kick, view: View) -> Spec:
    """Draw the smallest kick that kills over the outcomes around it.

    Parameters
    ----------
    basin : BasinMap
        Of the unit's ρ, such as `kick_grid` gives the starts for.
    found : Kick
        Its arrow runs from the unit to where it ends in death; its length is written in units of γ.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        Both axes have the same scale.
    """
    window = Window.of(basin.grid)
    pixel = window.width / _PLOT[view.size]
    data = [ground_trace(basin, outcome_palette(view.colours), woven(basin.outcome))]
    # As over the iterations: borders without the hatch, which would hide the end of the arrow.
    data += cone_traces(replace(view, colouring="iterations"), window, basin.epsilon, basin.rho, AXES)
    if found.length > 0:
        data += _arrow(found, pixel, view)
    data.append(scatter("unit", np.array([found.w]), np.array([found.b])) | disc(view, 13, 2))
    return spec(
        data,
        {**_frame(window, view), "annotations": [_words(found, basin, view)]},
        view,
        revision=f"{window}",
    )


def _arrow(found: Kick, pixel: float, view: View) -> list[Spec]:
    """Return a shaft and a head, white under ink, from the unit's disc to the end."""
    along = np.array([found.dw, found.db]) / found.length
    across = np.array([-along[1], along[0]])
    start = np.array([found.w, found.b])
    end, head = start + found.length * along, min(view.px(13) * pixel, 0.5 * found.length)
    neck = end - head * along
    corners = np.stack([end, neck + 0.4 * head * across, neck - 0.4 * head * across, end])
    shaft = np.stack([start, end - 0.7 * head * along])
    lines = [
        ("kick casing", shaft, LIGHT.map_casing, 6.5),
        ("kick head casing", corners, LIGHT.map_casing, 4.0),
        ("kick", shaft, LIGHT.map_ink, 2.6),
    ]
    drawn: list[Spec] = [
        scatter(name, points[:, 0], points[:, 1])
        | {"mode": "lines", "line": {"color": colour, "width": view.px(width)}}
        for name, points, colour, width in lines
    ]
    fill = {"mode": "none", "fill": "toself", "fillcolor": LIGHT.map_ink}
    return [*drawn, scatter("kick head", corners[:, 0], corners[:, 1]) | fill]


def _words(found: Kick, basin: BasinMap, view: View) -> Spec:
    """Say how long the kick is, above or below the unit, away from the arrow."""
    hp = basin.hyperparameters
    truth = (found.w, found.b, found.rho) == (hp.gamma, hp.delta, 0.0)
    who = "the ground truth" if truth else "this start"
    text = (
        f"<b>{in_gammas(found.length, hp.gamma)}</b> kills {who}"
        if found.length > 0
        else f"{who} dies without a kick"
    )
    above = found.db <= 0
    return label(
        view,
        text,
        found.w,
        found.b,
        xref="x",
        yref="y",
        yanchor="bottom" if above else "top",
        yshift=view.px(13 if above else -13),
        bgcolor=view.colours.map_label,
        borderpad=view.px(3),
        font={"color": view.colours.map_ink, "size": view.px(TICK + (view.size != "phone"))},
    )


def _frame(window: Window, view: View) -> Spec:
    left = 26 + 8 + tick_width(window.b_min, window.b_max, _TICKS)
    shared = {"constrain": "domain", "nticks": _TICKS}
    return {
        "margin": margins(view, left=left, right=9, top=9, bottom=46),
        "xaxis": axis(view, f"weight {symbol('w', 'L')}", window.w_min, window.w_max, **shared),
        "yaxis": axis(
            view,
            f"bias {symbol('b')}",
            window.b_min,
            window.b_max,
            scaleanchor="x",
            scaleratio=1,
            constraintoward="top",
            **shared,
        ),
    }
