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

    A trace's `meta` says the same as one outline, in the plane's units along and across an arrow, and
    the places (x, y) and directions (u, v) of its arrows: see `figures.drawing`.

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
    corners = _corners(_LENGTH * spacing, view.px(pixel))
    size = np.hypot(field.dw, field.db)
    turned = (classes > 0) & (size > 0)
    u, v = (
        np.where(turned, part / np.where(turned, size, 1.0), still).ravel()
        for part, still in ((field.dw, 1.0), (field.db, 0.0))
    )
    w, b = np.tile(grid.w, grid.n_b), np.repeat(grid.b, grid.n_w)
    kinds = classes.ravel() * len(colours) + inks.ravel()
    traces = []
    for kind in np.unique(kinds):
        magnitude, ink = divmod(int(kind), len(colours))
        chosen = np.flatnonzero(kinds == kind)
        along, across = corners[magnitude].T
        cu, cv = u[chosen, None], v[chosen, None]
        x = w[chosen, None] + cu * along - cv * across
        y = b[chosen, None] + cv * along + cu * across
        shape = _shape(
            _NAMES[magnitude], x.ravel(), y.ravel(), with_alpha(colours[ink], _OPACITY[magnitude]), grid
        )
        glyphs = {
            "corners": corners[magnitude][:-1],
            "x": w[chosen],
            "y": b[chosen],
            "u": u[chosen],
            "v": v[chosen],
        }
        traces.append(shape | {"meta": glyphs} | axes)
    return traces


def _corners(length: float, pixel: float) -> Floats:
    """Return each class's outline along and across its direction, (4, 8, 2): seven corners and a gap."""
    shaft = pixel * np.array(_SHAFT).reshape(-1, 1)
    head, wing = np.minimum(0.36 * length, 3.4 * shaft + 0.12 * length), 0.14 * length
    along = np.array([-0.5, 0.5, 0.5, 0.5, 0.5, 0.5, -0.5]) * length - head * [0, 1, 1, 0, 1, 1, 0]
    across = 0.5 * shaft * [1, 1, 0, 0, 0, -1, -1] + wing * np.array([0, 0, 1, 0, -1, 0, 0])
    turn = np.arange(7) * (2 * np.pi / 7)
    along[0], across[0] = _DOT * pixel * np.cos(turn), _DOT * pixel * np.sin(turn)
    corners = np.full((len(_NAMES), 8, 2), np.nan)
    corners[:, :7, 0], corners[:, :7, 1] = along, across
    return corners


def _shape(name: str, x: Floats, y: Floats, colour: str, grid: Grid) -> Spec:
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
    }
