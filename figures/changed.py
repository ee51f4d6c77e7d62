"""What two settings of the same starts differ in: where each of the changed ones ends now."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dynamics import BasinMap, Outcome
from figures.border import border
from figures.chart import Picture, Spec, spec
from figures.cones import cone_traces, plane_line
from figures.frame import AXES, plane_frame
from figures.marks import start_traces, truth_trace
from figures.paths import StartPath
from figures.plane import DIVERGED_WEAVE, ground_trace, outcome_palette, woven
from figures.theme import Theme
from figures.view import View
from figures.window import Window

_BORDER_STEP = 3  # pixels between the points of the dotted line


@Picture
def changed(now: BasinMap, pinned: BasinMap, paths: Sequence[StartPath], view: View) -> Spec:
    """Draw the starts that end differently in the colours of how they end now, all others grey.

    Parameters
    ----------
    now, pinned : BasinMap
        Of the same grid. The cones and the ground truth are those of `now`; the border of the starts that
        are dead when pinned is dotted.
    paths : sequence of StartPath
        Only their starts are drawn.
    view : View
        Its colouring is not asked: outcomes are compared.

    Returns
    -------
    plotly.graph_objects.Figure
        Both axes have the same scale.

    Raises
    ------
    ValueError
        If the grids differ.
    """
    if now.grid != pinned.grid:
        raise ValueError(f"both maps must have the same grid, got {now.grid} and {pinned.grid}")
    window = Window.of(now.grid)
    data = [ground_trace(now, changed_palette(view.colours), changed_cells(now, pinned))]
    if "cones" in view.layers:
        # As over the iterations: borders without the hatch, which would look like an outcome.
        data += cone_traces(replace(view, colouring="iterations"), window, now.epsilon, now.rho, AXES)
    data += _pinned_border(pinned, window, view)
    data += truth_trace(now.hyperparameters, window, view, AXES)
    data += start_traces(paths, window, view)
    return spec(data, plane_frame(window, view, grid=False), view, revision=f"changed {window}")


def changed_palette(theme: Theme) -> tuple[str, ...]:
    """Return the colours of the outcomes, and after them that of what did not change."""
    return (*outcome_palette(theme), theme.rail)


def changed_cells(now: BasinMap, pinned: BasinMap) -> NDArray[np.uint8]:
    """Return every start's index into `changed_palette`, uint8 (n_b, n_w)."""
    same = np.uint8(DIVERGED_WEAVE + 1)
    return np.where(now.outcome == pinned.outcome, same, woven(now.outcome))


def _pinned_border(pinned: BasinMap, window: Window, view: View) -> list[Spec]:
    """Return the dotted border of the starts that are dead when pinned."""
    grid = pinned.grid
    every = max(1, round(_BORDER_STEP * max(grid.n_w, grid.n_b) / view.map_side))
    w, b = border(pinned.outcome == Outcome.DEAD, grid, every)
    if not len(w):
        return []
    casing = {"color": view.colours.map_casing, "width": view.px(2.6)}
    dots = {"color": view.colours.map_ink, "width": view.px(1.6), "dash": "2px,3px"}
    return [
        plane_line("pinned casing", w, b, casing, window, AXES),
        plane_line("pinned border", w, b, dots, window, AXES),
    ]
