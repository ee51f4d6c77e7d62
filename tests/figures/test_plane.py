from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import BasinMap, Grid, Hyperparameters, Outcome, VectorField, dead_cone_slope, vector_field
from figures import LAYERS, LIGHT, THEMES, StartPath, View, arrow_grid, plane
from figures.plane import DIVERGED_WEAVE, ITERATION_EDGES, UNDECIDED_WEAVE, woven
from figures.theme import ThemeName, iteration_colours, outcome_fills
from figures.view import Layer
from tests.figures.conftest import GRID, HP, made_map
from tests.figures.reading import annotation, array, names, outlines, texts, trace, traces


@pytest.fixture
def drawn(basin: BasinMap, arrows: VectorField, paths: list[StartPath]) -> go.Figure:
    return plane(basin, arrows, paths, View())


def colour_of(figure: go.Figure, row: int, column: int) -> str:
    """The colour that plotly gives a cell: its value on the stepped scale."""
    ground = trace(figure, "ground")
    share = (array(ground["z"])[row, column] - ground["zmin"]) / (ground["zmax"] - ground["zmin"])
    return str(next(colour for stop, colour in reversed(ground["colorscale"]) if stop <= share))


def test_row_i_is_bias_i_and_column_j_is_weight_j(drawn: go.Figure, basin: BasinMap) -> None:
    ground = trace(drawn, "ground")
    assert array(ground["z"]).shape == (GRID.n_b, GRID.n_w)
    assert array(ground["z"]).dtype == np.uint8
    columns = ground["x0"] + ground["dx"] * np.arange(GRID.n_w)
    rows = ground["y0"] + ground["dy"] * np.arange(GRID.n_b)
    np.testing.assert_allclose(columns, GRID.w, atol=1e-12)
    np.testing.assert_allclose(rows, GRID.b, atol=1e-12)
    stalled = np.argwhere(array(ground["z"]) == Outcome.STALLED)
    assert [(GRID.b[i], GRID.w[j]) for i, j in stalled] == [(-2, 2)]


def test_axes_show_exactly_the_window_at_one_scale(drawn: go.Figure) -> None:
    layout = drawn.to_dict()["layout"]
    assert layout["xaxis"]["range"] == [-3, 2]
    assert layout["yaxis"]["range"] == [-2, 1]
    assert layout["yaxis"]["scaleanchor"] == "x"
    assert layout["xaxis"]["constrain"] == layout["yaxis"]["constrain"] == "domain"
    assert "width" not in layout
    assert "height" not in layout


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_outcome_has_the_colour_of_its_theme(
    theme: ThemeName, basin: BasinMap, arrows: VectorField
) -> None:
    figure = plane(basin, arrows, [], View(theme=theme))
    fills = outcome_fills(THEMES[theme])
    for outcome in (Outcome.DEAD, Outcome.CONVERGED, Outcome.STALLED):
        row, column = np.argwhere(basin.outcome == outcome)[0]
        assert colour_of(figure, row, column) == fills[outcome]
    for outcome, weave in (
        (Outcome.UNDECIDED, "undecided_weave"),
        (Outcome.DIVERGED, "diverged_weave"),
    ):
        shown = {colour_of(figure, i, j) for i, j in np.argwhere(basin.outcome == outcome)}
        assert shown == {fills[outcome], getattr(THEMES[theme], weave)}


def test_weaves_are_every_second_square_and_every_fourth_diagonal() -> None:
    size = 128
    undecided = woven(np.full((size, size), Outcome.UNDECIDED, dtype=np.uint8))
    diverged = woven(np.full((size, size), Outcome.DIVERGED, dtype=np.uint8))
    assert np.mean(undecided == UNDECIDED_WEAVE) == pytest.approx(1 / 2, abs=0.01)
    assert np.mean(diverged == DIVERGED_WEAVE) == pytest.approx(1 / 4, abs=0.01)
    # A stripe runs down to the right: one row up (index + 1), one column left.
    np.testing.assert_array_equal(diverged[1:, :-1], diverged[:-1, 1:])
    assert not np.array_equal(diverged[1:, 1:], diverged[:-1, :-1])


def test_weaving_leaves_the_other_outcomes_and_the_result_alone(basin: BasinMap) -> None:
    before = basin.outcome.copy()
    indices = woven(basin.outcome)
    np.testing.assert_array_equal(basin.outcome, before)
    plain = ~np.isin(before, [Outcome.UNDECIDED, Outcome.DIVERGED])
    np.testing.assert_array_equal(indices[plain], before[plain])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_iterations_fall_into_six_bins(theme: ThemeName, basin: BasinMap, arrows: VectorField) -> None:
    figure = plane(basin, arrows, [], View(theme=theme, colouring="iterations"))
    sepia = iteration_colours(THEMES[theme])
    for bin_, (low, high) in enumerate(zip((0, *ITERATION_EDGES), (*ITERATION_EDGES, 10**9), strict=True)):
        row, column = np.argwhere((basin.iterations >= low) & (basin.iterations < high))[0]
        assert colour_of(figure, row, column) == sepia[bin_]


def test_gradient_has_blank_ground_and_grey_cones(basin: BasinMap, arrows: VectorField) -> None:
    figure = plane(basin, arrows, [], View(colouring="gradient"))
    assert {colour for _, colour in trace(figure, "ground")["colorscale"]} == {"rgba(0,0,0,0)"}
    assert {"dead cone fill", "linear cone fill"} < set(names(figure))
    assert "dead cone hatch" not in names(figure)


def test_plain_ground_tells_of_no_start_how_it_ends(
    basin: BasinMap, arrows: VectorField, paths: list[StartPath]
) -> None:
    other = replace(basin, outcome=np.roll(basin.outcome, 3))
    view = View(colouring="plain", layers=frozenset({"arrows", "cones"}))
    one, two = (plane(b, arrows, paths, view) for b in (basin, other))
    assert one.to_json() == two.to_json()
    assert trace(one, "starts")["text"] == ["A", "B"]
    assert not traces(one, "casing .|path .|ends")


def test_dead_cone_is_hatched_only_over_outcomes(basin: BasinMap, arrows: VectorField) -> None:
    assert "dead cone hatch" in names(plane(basin, arrows, [], View()))
    assert "dead cone hatch" not in names(plane(basin, arrows, [], View(colouring="iterations")))


@pytest.mark.parametrize(
    ("layer", "pattern"),
    [
        ("arrows", "dots|faint arrows|middle arrows|strong arrows"),
        ("cones", "dead cone|linear cone|dead cone hatch|cone casing"),
        ("paths", "casing [AB]|path [AB]|ends"),
    ],
)
def test_a_layer_switched_off_takes_exactly_its_traces(
    layer: Layer, pattern: str, basin: BasinMap, arrows: VectorField, paths: list[StartPath]
) -> None:
    everything = plane(basin, arrows, paths, View())
    others = [t["name"] for t in everything.to_dict()["data"] if t not in traces(everything, pattern)]
    rest = View(layers=LAYERS - {layer})
    assert names(plane(basin, arrows, paths, rest)) == others
    assert traces(everything, pattern)


def test_arrows_point_along_minus_the_gradient_and_have_one_length(
    drawn: go.Figure, arrows: VectorField
) -> None:
    grid = arrows.grid
    found = [a for t in traces(drawn, "(faint|middle|strong) arrows") for a in outlines(t)]
    assert len(found) > 50
    lengths = []
    for corners in found:
        tail, tip = (corners[0] + corners[-1]) / 2, corners[3]
        centre = (tail + tip) / 2
        row = int(np.argmin(np.abs(grid.b - centre[1])))
        column = int(np.argmin(np.abs(grid.w - centre[0])))
        np.testing.assert_allclose(centre, [grid.w[column], grid.b[row]], atol=1e-5)
        expected = np.array([arrows.dw[row, column], arrows.db[row, column]])
        direction = (tip - tail) / np.hypot(*(tip - tail))
        np.testing.assert_allclose(direction, expected / np.hypot(*expected), atol=1e-4)
        lengths.append(np.hypot(*(tip - tail)))
    np.testing.assert_allclose(lengths, lengths[0], rtol=1e-3)


def test_every_point_of_the_field_is_an_arrow_or_a_dot(drawn: go.Figure, arrows: VectorField) -> None:
    found = [a for t in traces(drawn, "dots|.* arrows") for a in outlines(t)]
    assert len(found) == arrows.dw.size


def test_a_field_that_vanishes_is_drawn_as_dots(basin: BasinMap, arrows: VectorField) -> None:
    still = replace(arrows, dw=np.zeros_like(arrows.dw), db=np.zeros_like(arrows.db))
    figure = plane(basin, still, [], View(layers=frozenset({"arrows"})))
    assert {t["name"] for t in traces(figure, "dots|.* arrows")} == {"dots"}
    assert np.all(np.isfinite(np.concatenate(outlines(traces(figure, "dots")[0]))))


def test_arrows_are_white_over_dead_and_diverged(
    drawn: go.Figure, basin: BasinMap, arrows: VectorField
) -> None:
    for shape in traces(drawn, "(faint|middle|strong) arrows"):
        white = shape["fillcolor"].startswith("rgba(255,255,255")
        for corners in outlines(shape):
            w, b = ((corners[0] + corners[-1]) / 2 + corners[3]) / 2
            row, column = int(np.argmin(np.abs(GRID.b - b))), int(np.argmin(np.abs(GRID.w - w)))
            assert white == (basin.outcome[row, column] in (Outcome.DEAD, Outcome.DIVERGED))


def test_a_map_scaled_with_gamma_keeps_its_arrows() -> None:
    drawn = []
    for scale in (1.0, 2.0**-10):
        grid = Grid(-3 * scale, 3 * scale, -3 * scale, 3 * scale, 30, 30)
        hp = Hyperparameters(beta=0.9, eta=0.1, gamma=scale, delta=0.0)
        figure = plane(made_map(hp, grid), vector_field(hp, arrow_grid(grid, View())), [], View())
        drawn.append({t["name"]: len(outlines(t)) for t in traces(figure, "dots|.* arrows")})
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("epsilon", [1e-6, 1e-3, 0.2])
def test_cones_meet_at_the_origin_with_the_slope_of_epsilon(epsilon: float, arrows: VectorField) -> None:
    figure = plane(made_map(epsilon=epsilon), arrows, [], View())
    for name, sign in (("dead cone", 1), ("linear cone", -1)):
        line = trace(figure, name)
        w, b = array(line["x"]).astype(float), array(line["y"]).astype(float)
        np.testing.assert_allclose(b, sign * dead_cone_slope(epsilon) * np.abs(w), rtol=1e-6)
        assert 0 in w
        assert (w[0], w[-1]) == (GRID.w_min, GRID.w_max)


@pytest.mark.parametrize("rho", [-0.4, 1e-4, 2.0])
def test_cones_are_hyperbolas_when_rho_is_not_zero(rho: float, arrows: VectorField) -> None:
    figure = plane(made_map(rho=rho), arrows, [], View())
    line = trace(figure, "dead cone")
    w, b = array(line["x"]).astype(float), array(line["y"]).astype(float)
    slope = dead_cone_slope(1e-3)
    np.testing.assert_allclose(b, slope * np.hypot(w, rho), rtol=1e-5)
    # Between the corners the polyline stays within a hundredth of a pixel of the window's 500.
    middle = slope * np.hypot((w[1:] + w[:-1]) / 2, rho)
    assert np.max(np.abs((b[1:] + b[:-1]) / 2 - middle)) < 0.2 * 5 / 500


def test_truth_is_a_ring_with_a_label(drawn: go.Figure) -> None:
    ring = trace(drawn, "ground truth")
    assert (ring["x"], ring["y"]) == ([HP.gamma], [HP.delta])
    note = annotation(drawn, "ground truth")
    assert (note["x"], note["y"], note["showarrow"]) == (HP.gamma, HP.delta, True)


def test_truth_is_named_in_the_legend_only_where_room_is_short(basin: BasinMap, arrows: VectorField) -> None:
    figure = plane(basin, arrows, [], View(size="compact"))
    assert "ground truth" in names(figure)
    assert "ground truth" not in texts(figure)


def test_truth_outside_the_window_is_not_drawn(arrows: VectorField) -> None:
    away = Hyperparameters(beta=0.0, eta=0.1, gamma=9.0, delta=0.0)
    figure = plane(made_map(away), arrows, [], View())
    assert "ground truth" not in names(figure) + texts(figure)


def test_starts_carry_their_letters_as_ids(drawn: go.Figure, paths: list[StartPath]) -> None:
    starts = trace(drawn, "starts")
    assert starts["customdata"] == starts["text"] == ["A", "B"]
    assert starts["x"] == [path.trajectory.w[0] for path in paths]


def test_only_dead_paths_end_in_a_cross(drawn: go.Figure, paths: list[StartPath]) -> None:
    ends = trace(drawn, "ends")
    dead = paths[1].trajectory
    assert ends["x"] == pytest.approx([dead.w[-1]])
    assert ends["y"] == pytest.approx([dead.b[-1]])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_path_colours_are_the_same_in_both_themes(
    theme: ThemeName, basin: BasinMap, arrows: VectorField, paths: list[StartPath]
) -> None:
    figure = plane(basin, arrows, paths, View(theme=theme))
    assert trace(figure, "path A")["line"]["color"] == LIGHT.converged_ink
    assert trace(figure, "path B")["line"]["color"] == LIGHT.path_dead
    assert trace(figure, "casing B")["line"]["color"] == LIGHT.path_dead_casing


def test_hover_tells_start_outcome_iterations_and_end(drawn: go.Figure, basin: BasinMap) -> None:
    ground = trace(drawn, "ground")
    details = array(ground["customdata"])
    assert details.shape == (GRID.n_b, GRID.n_w, 3)
    np.testing.assert_allclose(details[..., 0], basin.iterations, rtol=2.0**-12)
    few = basin.iterations < 4096
    np.testing.assert_array_equal(details[few, 0], basin.iterations[few])
    np.testing.assert_allclose(details[..., 1], basin.final_w, rtol=2.0**-12)
    np.testing.assert_allclose(details[..., 2], basin.final_b, rtol=2.0**-12)
    assert ground["text"][0][-1] == "stalled elsewhere"
    for part in ("%{text}", "%{x", "%{y", "%{customdata[0]", "%{customdata[1]", "%{customdata[2]"):
        assert part in ground["hovertemplate"]


def test_without_hover_the_cells_travel_alone(
    basin: BasinMap, arrows: VectorField, paths: list[StartPath]
) -> None:
    quick = plane(basin, arrows, paths, View(hover=False))
    assert "customdata" not in trace(quick, "ground")
    assert "text" not in trace(quick, "ground")
    assert names(quick) == names(plane(basin, arrows, paths, View()))


@pytest.mark.parametrize(
    "grid",
    [
        Grid(0.0995, 0.1005, -0.0005, 0.0005, 31, 17),
        Grid(1.5, 2.5, -8.0, -7.0, 12, 40),
        Grid(-300.0, 300.0, -300.0, 300.0, 8, 8),
    ],
)
def test_any_window_is_drawn_exactly(grid: Grid) -> None:
    hp = Hyperparameters(beta=0.0, eta=0.1, gamma=0.1, delta=0.0)
    figure = plane(made_map(hp, grid), vector_field(hp, arrow_grid(grid, View())), [], View())
    go.Figure(figure.to_dict())  # plotly's own validation
    layout = figure.to_dict()["layout"]
    assert layout["xaxis"]["range"] == [grid.w_min, grid.w_max]
    assert layout["yaxis"]["range"] == [grid.b_min, grid.b_max]
    for shape in traces(figure, "(faint|middle|strong) arrows"):
        for corners in outlines(shape):
            assert np.all((corners[:, 0] > grid.w_min) & (corners[:, 0] < grid.w_max))
            assert np.all((corners[:, 1] > grid.b_min) & (corners[:, 1] < grid.b_max))


@pytest.mark.parametrize(
    ("grid", "named"),
    [
        (Grid(-3, 3, -3, 3, 8, 8), {"dead cone", "linear cone"}),
        (Grid(-3, 3, 0.5, 6.5, 8, 8), {"linear cone"}),
        (Grid(2, 3, -0.5, 0.5, 8, 8), set()),
    ],
)
def test_a_cone_is_named_only_where_it_can_be_seen(grid: Grid, named: set[str], arrows: VectorField) -> None:
    figure = plane(made_map(grid=grid), arrows, [], View())
    assert {text for text in texts(figure) if "cone" in text} == named
