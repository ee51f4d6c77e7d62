"""The vector field −∇L as arrows of unit length, drawn as few shapes."""

import numpy as np
from numpy.typing import NDArray

from dynamics import Grid, VectorField
from figures.chart import Floats, Spec, compact
from figures.theme import with_alpha
from figures.view import View

# Class of a magnitude: below 10⁻³ a dot, then faint, middle and strong from 10⁻¹ and from 1.
CLASS_EDGES = (1e-3, 1e-1, 1.0)
_NAMES = ("dots", "faint arrows", "middle arrows", "strong arrows")
_OPACITY = (0.55, 0.3, 0.55, 0.9)
_SHAFT = (0.0, 0.9, 1.2, 1.6)  # width in pixels
_REFERENCE = 3.0  # the classes are those of the paper's window, [−3, 3]²
_LENGTH, _DOT = 0.62, 1.2  # of the spacing; radius in pixels


def arrow_grid(grid: Grid, view: View, per_side: int | None = None) -> Grid:
    """Return the points of the arrows over a grid's window: evenly spaced, clear of its sides.

    Parameters
    ----------
    grid : Grid
        Its window counts, its resolution does not.
    view : View
        The size class sets the number of arrows along the longer side …
    per_side : int, optional
        … unless it is given.
    """
    width, height = grid.w_max - grid.w_min, grid.b_max - grid.b_min
    spacing = max(width, height) / ((per_side or view.arrows) + 1)
    n_w, n_b = (max(2, round(side / spacing) - 1) for side in (width, height))
    step_w, step_b = width / (n_w + 1), height / (n_b + 1)
    return Grid(
        w_min=grid.w_min + step_w,
        w_max=grid.w_max - step_w,
        b_min=grid.b_min + step_b,
        b_max=grid.b_max - step_b,
        n_w=n_w,
        n_b=n_b,
    )


def magnitude_classes(field: VectorField) -> NDArray[np.int64]:
    """Return 0 (dot) to 3 (strong) for every arrow, int64 (n_b, n_w).

    The edges scale with the window's distance from the origin when it is within [−3, 3]² or beyond:
    ∇L is homogeneous of degree one, so a map scaled together with γ keeps its arrows.
    """
    grid = field.grid
    reach = max(abs(grid.w_min), abs(grid.w_max), abs(grid.b_min), abs(grid.b_max))
    # The outermost arrows stand one spacing inside the window.
    reach += max((grid.w_max - grid.w_min) / (grid.n_w - 1), (grid.b_max - grid.b_min) / (grid.n_b - 1))
    return np.digitize(np.hypot(field.dw, field.db), np.array(CLASS_EDGES) * reach / _REFERENCE)


def arrow_traces(
    field: VectorField,
    inks: NDArray[np.int64],
    colours: tuple[str, ...],
    pixel: float,
    view: View,
    axes: Spec,
) -> list[Spec]:
    """Return one trace for every class and colour in use; each is a single shape in the browser.

    Parameters
    ----------
    field : VectorField
    inks : int64 (n_b, n_w)
        Which of `colours` each arrow has.
    colours : tuple of "#RRGGBB"
    pixel : float
        Length of a pixel in the plane.
    view : View
    axes : dict
        Which axes to draw on.
    """
    grid = field.grid
    spacing = min((grid.w_max - grid.w_min) / (grid.n_w - 1), (grid.b_max - grid.b_min) / (grid.n_b - 1))
    classes = magnitude_classes(field)
    x, y = _outlines(field, classes, _LENGTH * spacing, view.px(pixel))
    kinds = classes.ravel() * len(colours) + inks.ravel()
    traces = []
    for kind in np.unique(kinds):
        size, ink = divmod(int(kind), len(colours))
        chosen = kinds == kind
        colour = with_alpha(colours[ink], _OPACITY[size])
        traces.append(_shape(_NAMES[size], x[chosen].ravel(), y[chosen].ravel(), colour, grid, axes))
    return traces


def _outlines(
    field: VectorField, classes: NDArray[np.int64], length: float, pixel: float
) -> tuple[Floats, Floats]:
    """Return the seven corners of every arrow or dot and a gap after them, float64 (n_b·n_w, 8)."""
    size = np.hypot(field.dw, field.db)
    dot = classes == 0
    still = np.where(size > 0, size, 1.0)
    u, v = (np.where(dot, unit, part / still).reshape(-1, 1) for unit, part in ((1, field.dw), (0, field.db)))
    shaft = pixel * np.array(_SHAFT)[classes].reshape(-1, 1)
    head, wing = np.minimum(0.36 * length, 3.4 * shaft + 0.12 * length), 0.14 * length
    along = np.array([-0.5, 0.5, 0.5, 0.5, 0.5, 0.5, -0.5]) * length - head * [0, 1, 1, 0, 1, 1, 0]
    across = 0.5 * shaft * [1, 1, 0, 0, 0, -1, -1] + wing * np.array([0, 0, 1, 0, -1, 0, 0])
    turn = np.arange(7) * (2 * np.pi / 7)
    along = np.where(dot.reshape(-1, 1), _DOT * pixel * np.cos(turn), along)
    across = np.where(dot.reshape(-1, 1), _DOT * pixel * np.sin(turn), across)
    outlines = np.full((2, size.size, 8), np.nan)
    outlines[0, :, :7] = np.tile(field.grid.w, field.grid.n_b)[:, None] + u * along - v * across
    outlines[1, :, :7] = np.repeat(field.grid.b, field.grid.n_w)[:, None] + v * along + u * across
    return outlines[0], outlines[1]


def _shape(name: str, x: Floats, y: Floats, colour: str, grid: Grid, axes: Spec) -> Spec:
    return {
        "type": "scatter",
        "name": name,
        "mode": "none",
        "fill": "toself",
        "fillcolor": colour,
        "line": {"simplify": False},
        "x": compact(x, grid.w_max - grid.w_min),
        "y": compact(y, grid.b_max - grid.b_min),
        "hoverinfo": "skip",
        **axes,
    }
