"""The paper's Fig. 3: the vector field at several target standard deviations."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dynamics import VectorField
from figures.arrows import arrow_traces
from figures.chart import (
    Picture,
    Spec,
    axis,
    label,
    margins,
    number,
    spec,
    symbol,
)
from figures.cones import cone_traces
from figures.marks import truth_trace
from figures.view import View
from figures.window import Window

_GAP = 0.085  # between panels, as a share of the figure
_SIDE = {"desktop": 266, "compact": 230, "present": 400, "phone": 330}  # of one panel in pixels


@Picture
def field_row(fields: Sequence[VectorField], epsilon: float, view: View) -> Spec:
    """Draw −∇L with both cones and the ground truth, one panel for each field (Fig. 3).

    Parameters
    ----------
    fields : sequence of VectorField
        In the paper γ = 1, 0.1, 0.01; each one's grid holds its arrows, one spacing inside the window
        as `arrow_grid` places them (9 × 9 here).
    epsilon : float
        Dead threshold of the cones.
    view : View
        Side by side, on a phone one below the other.

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    ValueError
        If there are no fields.
    """
    if not fields:
        raise ValueError("fields must hold at least one field")
    stacked = view.size == "phone"
    view = replace(view, colouring="gradient")
    data: list[Spec] = []
    layout: Spec = {"margin": margins(view, left=48, right=9, top=30, bottom=46), "annotations": []}
    for n, field in enumerate(fields):
        window = Window.around(field.grid)
        suffix = str(n + 1) if n else ""
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        pixel = max(window.width, window.height) / _SIDE[view.size]
        data += cone_traces(view, window, epsilon, field.rho, axes)
        data += arrow_traces(
            field, np.zeros(field.dw.shape, dtype=np.int64), (view.colours.ink,), pixel, view, axes
        )
        data += truth_trace(field.hyperparameters, window, view, axes)
        across, up = _domains(n, len(fields), stacked)
        layout |= _panel_axes(view, window, suffix, across, up, first=n == 0 or stacked)
        layout["annotations"].append(_title(view, field, suffix))
    return spec(data, layout, view, revision="field")


def _domains(n: int, count: int, stacked: bool) -> tuple[list[float], list[float]]:
    """Return the shares of the figure's width and height that panel n takes."""
    size = (1 - _GAP * (count - 1)) / count
    near = n * (size + _GAP)
    if stacked:
        return [0.0, 1.0], [max(0.0, 1 - near - size), 1 - near]
    return [near, min(1.0, near + size)], [0.0, 1.0]


def _panel_axes(
    view: View, window: Window, suffix: str, across: list[float], up: list[float], first: bool
) -> Spec:
    shared = {"showgrid": True, "constrain": "domain", "nticks": 7}
    return {
        f"xaxis{suffix}": axis(
            view,
            f"weight {symbol('w', 'L')}",
            window.w_min,
            window.w_max,
            domain=across,
            anchor=f"y{suffix}",
            constraintoward="left",
            **shared,
        ),
        f"yaxis{suffix}": axis(
            view,
            f"bias {symbol('b')}" if first else "",
            window.b_min,
            window.b_max,
            domain=up,
            anchor=f"x{suffix}",
            constraintoward="top",
            scaleanchor=f"x{suffix}",
            scaleratio=1,
            **shared,
        ),
    }


def _title(view: View, field: VectorField, suffix: str) -> Spec:
    return label(
        view,
        f"γ = {number(field.hyperparameters.gamma)}",
        0,
        1,
        xref=f"x{suffix} domain",
        yref=f"y{suffix} domain",
        xanchor="left",
        yanchor="bottom",
        yshift=view.px(6),
        font={"color": view.colours.ink, "size": view.px(16), "weight": 600},
    )
