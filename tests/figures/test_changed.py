from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import BasinMap, Grid, Outcome
from figures import StartPath, View, changed
from figures.border import MOST, border
from figures.changed import changed_palette
from figures.drawing import drawing
from figures.theme import DARK
from tests.figures.conftest import GRID, made_map
from tests.figures.reading import array, names, trace

VIEW = View(hover=False, row=True)


@pytest.fixture
def pinned(basin: BasinMap) -> BasinMap:
    """The map of `basin` with other labels in a corner, in a row and in some single cells."""
    outcome = basin.outcome.copy()
    outcome[:5, 10:20] = Outcome.CONVERGED
    outcome[3:20, -6:] = Outcome.DEAD
    outcome[-2, 3:17] = Outcome.DEAD
    outcome[7, 11] = Outcome.STALLED
    return replace(basin, outcome=outcome)


def test_the_ground_holds_the_changed_cells_in_nows_outcomes(basin: BasinMap, pinned: BasinMap) -> None:
    ground = trace(changed(basin, pinned, [], VIEW), "ground")
    cells = array(ground["z"])
    assert cells.shape == (GRID.n_b, GRID.n_w)
    palette = [colour for _, colour in ground["colorscale"][::2]]
    assert tuple(palette) == changed_palette(VIEW.colours)
    differs = basin.outcome != pinned.outcome
    assert np.array_equal(cells != palette.index(VIEW.colours.rail), differs)
    assert np.count_nonzero(differs) > 50
    woven = {5: Outcome.UNDECIDED, 6: Outcome.DIVERGED}
    shown = [woven.get(int(cell), int(cell)) for cell in cells[differs]]
    assert shown == basin.outcome[differs].tolist()
    ends = ground["x0"] + (GRID.n_w - 1) * ground["dx"], ground["y0"] + (GRID.n_b - 1) * ground["dy"]
    assert ends == pytest.approx((GRID.w_max, GRID.b_max))


def test_it_has_cones_starts_and_truth_but_no_arrow_path_or_hatch(
    basin: BasinMap, pinned: BasinMap, paths: list[StartPath]
) -> None:
    figure = changed(basin, pinned, paths, VIEW)
    shown = names(figure)
    for name in ("dead cone", "linear cone", "pinned border", "ground truth", "starts"):
        assert name in shown
    assert not [name for name in shown if "arrow" in name or "path" in name or "hatch" in name]
    bare = names(changed(basin, pinned, paths, replace(VIEW, layers=frozenset())))
    assert bare == ["ground", "pinned casing", "pinned border", "ground truth", "starts"]
    go.Figure(figure.to_dict())  # plotly's own validation
    assert [mark for mark in drawing(changed.spec(basin, pinned, paths, VIEW)).marks if mark.get("dash")]


def test_it_knows_the_dark_theme_and_refuses_other_grids(basin: BasinMap, pinned: BasinMap) -> None:
    ground = trace(changed(basin, pinned, [], replace(VIEW, theme="dark")), "ground")
    assert ground["colorscale"][-1][1] == DARK.rail
    with pytest.raises(ValueError, match="same grid"):
        changed(basin, made_map(grid=replace(GRID, n_w=41)), [], VIEW)


def test_nothing_changed_is_all_grey(basin: BasinMap) -> None:
    cells = array(trace(changed(basin, basin, [], VIEW), "ground")["z"])
    assert set(cells.ravel().tolist()) == {len(changed_palette(VIEW.colours)) - 1}


def test_the_border_runs_between_dead_and_other_starts() -> None:
    grid = Grid(w_min=-2, w_max=2, b_min=0, b_max=3, n_w=5, n_b=4)
    dead = np.zeros((4, 5), dtype=bool)
    dead[1:3, 1:3] = True
    w, b = border(dead, grid)
    assert len(w) == 9
    assert (w[0], b[0]) == (w[-1], b[-1])  # closed
    assert set(zip(w.tolist(), b.tolist(), strict=True)) == {
        *((-1.5, 1), (-1.5, 2), (0.5, 1), (0.5, 2)),
        *((-1, 0.5), (0, 0.5), (-1, 2.5), (0, 2.5)),
    }
    # Anticlockwise round the dead.
    assert np.sum(w[:-1] * b[1:] - w[1:] * b[:-1]) > 0


def test_every_pair_of_neighbours_that_differ_lies_on_the_border() -> None:
    grid = Grid(w_min=0, w_max=22, b_min=0, b_max=12, n_w=23, n_b=13)
    dead = np.random.default_rng(3).random((13, 23)) < 0.4  # saddles and all
    w, b = border(dead, grid)
    pairs = np.count_nonzero(dead[:, 1:] != dead[:, :-1]) + np.count_nonzero(dead[1:] != dead[:-1])
    points = {(x, y) for x, y in zip(w.tolist(), b.tolist(), strict=True) if x == x}
    assert len(points) == pairs
    steps = np.hypot(np.diff(w), np.diff(b))
    assert np.nanmax(steps) <= 1
    thinned, _ = border(dead, grid, every=4)
    assert len(thinned) < len(w) / 2


def test_where_death_is_scattered_or_missing_there_is_no_line() -> None:
    grid = Grid(w_min=0, w_max=1, b_min=0, b_max=1, n_w=200, n_b=150)
    for dead in (np.indices((150, 200)).sum(axis=0) % 2 == 0, np.zeros((150, 200), bool)):
        w, b = border(dead, grid)
        assert len(w) == len(b) == 0
    assert MOST < 150 * 200
