"""The plane (w_L, b): the paper's Figs. 3 and 4 in one picture."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dynamics import BasinMap, Outcome, RevivalTimes, VectorField
from figures.arrows import arrow_traces
from figures.chart import (
    Floats,
    Picture,
    Spec,
    spec,
    three_digits,
)
from figures.cones import cone_traces
from figures.frame import AXES, plane_frame
from figures.marks import path_traces, start_traces, truth_trace, twin_label, twin_traces
from figures.marks import turn_traces as path_turns
from figures.paths import StartPath, drawn_path
from figures.placement import Box, Canvas, cone_labels, truth_label
from figures.revival_ground import bins, hover_texts, never_label, turn_traces
from figures.revival_ground import palette as revival_palette
from figures.theme import Theme, iteration_colours, mark_colour, outcome_fills
from figures.view import View
from figures.window import Window

ITERATION_EDGES = (100, 1_000, 3_000, 10_000, 30_000)
# Palette indices after the outcomes' own values: the second tones of the woven ones.
UNDECIDED_WEAVE, DIVERGED_WEAVE = len(Outcome), len(Outcome) + 1
_CHESSBOARD, _DIAGONALS = 128, 80  # squares and diagonals along the longer side of a map
# How a path ends, in words, by the values of `Outcome`.
ENDINGS = ("dead", "at the ground truth", "stalled elsewhere", "undecided", "diverged")


@Picture
def plane(
    basin: BasinMap,
    field: VectorField,
    paths: Sequence[StartPath],
    view: View,
    revival: RevivalTimes | None = None,
    unit: RevivalTimes | None = None,
    batch: int = 32,
) -> Spec:
    """Draw the map of starts with its layers.

    Parameters
    ----------
    basin : BasinMap
        Colours the ground: cell (i, j) is centred at (grid.w[j], grid.b[i]). Its grid is the window, its
        ε and ρ give the cones, its γ and δ the ground truth.
    field : VectorField
        The arrows, on a coarse grid such as `arrow_grid` gives.
    paths : sequence of StartPath
    view : View
    revival : RevivalTimes, optional
        Of the same grid: colours the ground of the colouring "revival", which is blank without it.
    unit : RevivalTimes, optional
        A single unit, marked in that colouring with its turn back to life.
    batch : int
        Samples in the batch of which hovering tells how often it sees a unit.

    Returns
    -------
    plotly.graph_objects.Figure
        Without width or height; both axes have the same scale.
    """
    window = Window.of(basin.grid)
    canvas = Canvas(window, max(window.width, window.height) / view.map_side)
    palette, cells = ground_palette(basin, view, revival)
    ground = ground_trace(basin, palette, cells, outcomes=view.colouring == "outcome")
    if view.hover and view.colouring not in ("revival", "plain"):
        ground |= _outcome_hover(basin)
    elif view.hover and view.colouring == "revival" and revival is not None:
        text = hover_texts(revival, batch)
        ground |= {"text": text, "hoverinfo": "text", "hovertemplate": "%{text}<extra></extra>"}
    data = [ground]
    if "arrows" in view.layers:
        inks, colours = _arrow_inks(basin, field, palette, cells, view)
        data += arrow_traces(field, inks, colours, canvas.pixel, view, AXES)
    if "cones" in view.layers:
        data += cone_traces(view, window, basin.epsilon, basin.rho, AXES)
    shown = list(paths) if "paths" in view.layers else []
    polylines = [
        drawn_path(p.trajectory.w, p.trajectory.b, 1.5 * canvas.pixel, 100 * window.reach) for p in shown
    ]
    if "affine" in view.layers:
        data += twin_traces(shown, canvas.pixel, window, view)
    data += path_traces(shown, polylines, window, view)
    data += path_turns(shown, view)
    data += truth_trace(basin.hyperparameters, window, view, AXES)
    data += start_traces(paths, window, view)
    if unit is not None and view.colouring == "revival":
        data += turn_traces(unit, window, view)
    return spec(
        data,
        {
            **plane_frame(window, view, grid=view.colouring == "gradient"),
            "annotations": _annotations(basin, canvas, paths, polylines, view, revival, unit),
        },
        view,
        revision=f"{window}",
    )


def outcome_palette(theme: Theme) -> tuple[str, ...]:
    """Return the colours of `woven`'s indices: the five outcomes, then the two weaves."""
    return (*outcome_fills(theme).values(), theme.undecided_weave, theme.diverged_weave)


def woven(outcome: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return palette indices of outcomes, uint8 (n_b, n_w), with UNDECIDED and DIVERGED woven.

    UNDECIDED alternates two tones like a chessboard, DIVERGED takes its second on every fourth
    diagonal, so that neither rests on hue alone. Both are as coarse on the screen for any grid.
    """
    n_b, n_w = outcome.shape
    undecided, diverged = outcome == Outcome.UNDECIDED, outcome == Outcome.DIVERGED
    if not (undecided.any() or diverged.any()):
        return outcome
    side = max(n_b, n_w)
    rows, columns = np.arange(n_b)[:, None], np.arange(n_w)[None, :]
    squares = rows * min(side, _CHESSBOARD) // side + columns * min(side, _CHESSBOARD) // side
    diagonals = (rows + columns) * min(side, _DIAGONALS) // side
    indices = outcome.copy()
    indices[undecided & (squares % 2 == 1)] = UNDECIDED_WEAVE
    indices[diverged & (diagonals % 4 == 0)] = DIVERGED_WEAVE
    return indices


def ground_palette(
    basin: BasinMap, view: View, revival: RevivalTimes | None = None
) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
    """Return the colours of the ground and every cell's index into them, uint8 (n_b, n_w).

    A blank ground is a single transparent colour. So is that of "revival" without its times,
    in the rail's colour.
    """
    if view.colouring == "outcome":
        return outcome_palette(view.colours), woven(basin.outcome)
    if view.colouring == "iterations":
        passed = np.zeros(basin.iterations.shape, dtype=np.uint8)
        for edge in ITERATION_EDGES:
            passed += basin.iterations >= edge
        return iteration_colours(view.colours), passed
    if view.colouring == "revival":
        blank = np.zeros(basin.outcome.shape, dtype=np.uint8)
        return revival_palette(view.colours), blank if revival is None else bins(revival)
    return ("rgba(0,0,0,0)",), np.zeros(basin.outcome.shape, dtype=np.uint8)


def ground_trace(
    basin: BasinMap, palette: tuple[str, ...], cells: NDArray[np.uint8], outcomes: bool = True
) -> Spec:
    """Return the heat map that shows each cell in its colour of the palette.

    Its `meta` says whether the colours are `outcome_palette`'s, to which a page may add patterns.
    """
    grid, count = basin.grid, len(palette)
    steps = [[k / count, colour] for i, colour in enumerate(palette) for k in (i, i + 1)]
    return {
        "type": "heatmap",
        "name": "ground",
        "meta": {"outcomes": outcomes},
        "z": cells,
        "x0": grid.w_min,
        "dx": (grid.w_max - grid.w_min) / (grid.n_w - 1),
        "y0": grid.b_min,
        "dy": (grid.b_max - grid.b_min) / (grid.n_b - 1),
        "zmin": -0.5,
        "zmax": count - 0.5,
        "colorscale": steps,
        "showscale": False,
        "zsmooth": False,
        "hoverinfo": "skip",
    }


def _outcome_hover(basin: BasinMap) -> Spec:
    details = np.stack([basin.iterations, basin.final_w, basin.final_b], axis=-1)
    return {
        "customdata": three_digits(details),
        "text": np.array(ENDINGS, dtype=object)[basin.outcome].tolist(),
        "hoverinfo": "text",
        "hovertemplate": "<b>%{text}</b> after %{customdata[0]:,.3~r} iterations<br>"
        "start (%{x:.4~g}, %{y:.4~g})<br>"
        "end (%{customdata[1]:.3~g}, %{customdata[2]:.3~g})<extra></extra>",
    }


def _arrow_inks(
    basin: BasinMap, field: VectorField, palette: tuple[str, ...], cells: NDArray[np.uint8], view: View
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return for every arrow the index of its colour, white or ink by the cell beneath it."""
    if view.blank:
        return np.zeros(field.dw.shape, dtype=np.int64), (view.colours.ink,)
    theme, grid = view.colours, basin.grid
    rows = np.rint((field.grid.b - grid.b_min) / (grid.b_max - grid.b_min) * (grid.n_b - 1)).astype(int)
    columns = np.rint((field.grid.w - grid.w_min) / (grid.w_max - grid.w_min) * (grid.n_w - 1)).astype(int)
    under = (basin.outcome if view.colouring == "outcome" else cells)[
        np.clip(rows, 0, grid.n_b - 1)[:, None], np.clip(columns, 0, grid.n_w - 1)[None, :]
    ]
    white = np.array([mark_colour(theme, ground) == theme.map_casing for ground in palette])
    return np.where(white[under], 0, 1), (theme.map_casing, theme.map_ink)


def _annotations(
    basin: BasinMap,
    canvas: Canvas,
    paths: Sequence[StartPath],
    polylines: Sequence[tuple[Floats, Floats]],
    view: View,
    revival: RevivalTimes | None,
    unit: RevivalTimes | None,
) -> list[Spec]:
    reach = view.px(15)
    taken = [
        Box(*canvas.place(float(p.trajectory.w[0]), float(p.trajectory.b[0])), reach, reach) for p in paths
    ]
    labels: list[Spec] = []
    if view.colouring == "revival":
        labels = never_label(revival, canvas, view, unit) if revival is not None else []
    elif "cones" in view.layers:
        labels, boxes = cone_labels(view, canvas, basin.epsilon, basin.rho, taken)
        taken += boxes
    if "affine" in view.layers:
        labels += twin_label(paths[: len(polylines)], canvas, view)  # none where no path is drawn
    truth = basin.hyperparameters.gamma, basin.hyperparameters.delta
    if view.size != "compact" and canvas.window.contains(*truth):
        points = canvas.along(polylines)
        labels.append(truth_label(view, canvas, truth, points, taken))
    return labels
