"""How dead is dead: the map's colouring, its words, one unit's turn, and time against depth."""

import math

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import (
    BasinMap,
    Grid,
    Hyperparameters,
    RevivalTimes,
    VectorField,
    at_depth,
    dead_cone_slope,
    is_dead,
    revival_time,
    vector_field,
)
from figures import LIGHT, THEMES, View, arrow_grid, plane, revival
from figures.chart import power_of_ten
from figures.revival_ground import EDGES, LEGEND, bins, count, palette, told
from figures.theme import ThemeName
from figures.view import Size
from tests.figures.conftest import made_map
from tests.figures.reading import array, font_sizes, names, texts, trace, traces

HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)
GRID = Grid(w_min=-1.1, w_max=1.1, b_min=-3.1, b_max=-0.9, n_w=60, n_b=60)
REVIVAL = View(colouring="revival")


@pytest.fixture(scope="module")
def times() -> RevivalTimes:
    return revival_time(HP, GRID.w, GRID.b[:, None])


@pytest.fixture(scope="module")
def ground() -> BasinMap:
    return made_map(HP, GRID)


@pytest.fixture(scope="module")
def field() -> VectorField:
    return vector_field(HP, arrow_grid(GRID, REVIVAL))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cells_are_paler_the_sooner_they_are_back(
    theme: ThemeName, times: RevivalTimes, ground: BasinMap, field: VectorField
) -> None:
    figure = plane(ground, field, [], View(theme=theme, colouring="revival"), times)
    drawn = trace(figure, "ground")
    colours = dict(enumerate(colour for _, colour in drawn["colorscale"][::2]))
    cells, theme_ = array(drawn["z"]), THEMES[theme]
    log10 = times.log10_iterations
    bounds = (-math.inf, *EDGES, math.inf)
    for k in range(5):
        inside = (log10 >= bounds[k]) & (log10 < bounds[k + 1]) & ~times.never
        assert inside.any()
        assert {colours[i] for i in cells[inside].tolist()} == {getattr(theme_, f"revival_{k + 1}")}
    striped = {colours[i] for i in cells[times.never].tolist()}
    assert striped == {theme_.revival_never, theme_.revival_never_stripe}
    assert {colours[i] for i in cells[~times.dead].tolist()} == {theme_.rail}


def test_a_third_of_never_is_stripes_that_run_down_to_the_right() -> None:
    w = np.linspace(-1, -0.5, 80)
    never = bins(revival_time(HP, w, np.linspace(-20, -10, 80)[:, None]))
    assert np.mean(never == 7) == pytest.approx(1 / 3, abs=0.01)
    np.testing.assert_array_equal(never[1:, :-1], never[:-1, 1:])


def test_the_cone_is_not_hatched_and_the_region_without_a_way_back_is_named(
    times: RevivalTimes, ground: BasinMap, field: VectorField
) -> None:
    figure = plane(ground, field, [], REVIVAL, times)
    assert "dead cone" in names(figure)
    assert "dead cone hatch" not in names(figure)
    (note,) = [n for n in figure.to_dict()["layout"]["annotations"] if n["text"] == "never"]
    assert is_dead(note["x"], note["y"], 0.0, 1e-3)
    assert note["x"] < 0


def test_without_times_the_ground_is_blank(ground: BasinMap, field: VectorField) -> None:
    figure = plane(ground, field, [], REVIVAL)
    drawn = trace(figure, "ground")
    assert not array(drawn["z"]).any()
    assert drawn["colorscale"][0][1] == LIGHT.rail
    assert "text" not in drawn
    assert "never" not in texts(figure)


def test_other_colourings_take_no_notice(times: RevivalTimes, ground: BasinMap, field: VectorField) -> None:
    for colouring in ("outcome", "iterations", "gradient"):
        view = View(colouring=colouring)
        unit = revival_time(HP, 0.42, -2.35)
        assert (
            plane(ground, field, [], view, times, unit).to_json() == plane(ground, field, [], view).to_json()
        )


def test_hover_says_it_in_words(times: RevivalTimes, ground: BasinMap, field: VectorField) -> None:
    drawn = trace(plane(ground, field, [], REVIVAL, times, batch=64), "ground")
    for row, column in ((0, 0), (0, 20), (5, 40), (30, 33)):
        said = drawn["text"][row][column]
        time = times.log10_iterations[row, column]
        if np.isnan(time):
            assert said == "Not in the dead cone."
        else:
            back, seen, float32 = said.split("<br>")
            assert back == f"<b>{told(round(time, 2), 0, False, 1)[0]}</b>"
            assert seen.startswith("A batch of 64 sees it every ")
            assert float32.startswith("In float32 it ")
    assert drawn["text"][0][20].startswith("<b>Never back.</b>")
    assert drawn["hovertemplate"] == "%{text}<extra></extra>"
    assert "text" not in trace(
        plane(ground, field, [], View(colouring="revival", hover=False), times), "ground"
    )


def test_a_unit_is_told_like_in_look() -> None:
    assert told(6.68, 6.453, True, 32) == (
        "Back after 4.8·10⁶ updates.",
        "A batch of 32 sees it every 2.8·10⁶ steps.",
        "In float32 it is frozen.",
    )
    assert told(math.inf, math.inf, False, 1) == (
        "Never back.",
        "No batch ever sees it.",
        "In float32 it still moves.",
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "1"),
        (2.9405, "870"),
        (3.68, "4\N{NARROW NO-BREAK SPACE}800"),
        (3.9999, "10\N{NARROW NO-BREAK SPACE}000"),
        (4.9999, "10⁵"),
        (6.0, "10⁶"),
        (344.03, "1.1·10³⁴⁴"),
        (347435.2, "10³⁴⁷⁴³⁵"),
        (math.inf, "∞"),
    ],
)
def test_counts_have_two_digits(value: float, shown: str) -> None:
    assert count(value) == shown


def test_the_legend_names_the_tokens_of_the_palette() -> None:
    fields = [getattr(LIGHT, token.replace("-", "_")) for token, _ in LEGEND]
    assert fields == list(palette(LIGHT)[1:7])
    for (_, words), edge in zip(LEGEND, EDGES, strict=False):
        assert words == f"< {power_of_ten(int(edge))}"


@pytest.mark.parametrize(("w", "b", "rho"), [(0.42, -2.35, 0.0), (0.1, -2.0, 0.3)])
def test_a_selected_unit_turns_at_constant_size_to_the_border(
    w: float, b: float, rho: float, times: RevivalTimes, ground: BasinMap, field: VectorField
) -> None:
    figure = plane(ground, field, [], REVIVAL, times, revival_time(HP, w, b, rho))
    mark, turn = trace(figure, "unit"), trace(figure, "turn")
    assert (array(mark["x"])[0], array(mark["y"])[0], mark["marker"]["size"]) == (w, b, 15)
    x, y = array(turn["x"]), array(turn["y"])
    np.testing.assert_allclose(np.hypot(x, y), math.hypot(w, b))
    assert (x[0], y[0]) == pytest.approx((w, b))
    assert y[-1] == pytest.approx(dead_cone_slope(1e-3) * math.hypot(x[-1], rho))
    assert np.all(is_dead(x[:-1], y[:-1], rho, 1e-3))


def test_a_unit_without_a_way_back_or_outside_the_window_has_no_turn(
    times: RevivalTimes, ground: BasinMap, field: VectorField
) -> None:
    never = plane(ground, field, [], REVIVAL, times, revival_time(HP, -0.4, -2.35))
    assert "unit" in names(never)
    assert not traces(never, "turn.*|back")
    away = plane(ground, field, [], REVIVAL, times, revival_time(HP, 0.4, -9.0))
    assert "unit" not in names(away)


def curves(w: float = 0.42, b: float = -2.35) -> list[RevivalTimes]:
    units = at_depth(w, b, 0.0, np.linspace(3.1, 7, 40))
    return [
        revival_time(Hyperparameters(HP.beta, HP.eta, gamma, HP.delta), *units) for gamma in (0.01, 0.1, 1.0)
    ]


def test_depth_draws_the_times_and_marks_the_unit() -> None:
    given_, unit = curves(), revival_time(HP, 0.42, -2.35)
    figure = revival(given_, unit, 1_000_000, View())
    for times in given_:
        line = trace(figure, f"γ = {times.hyperparameters.gamma:g}")
        np.testing.assert_allclose(array(line["x"]), -times.b / times.w)
        np.testing.assert_allclose(array(line["y"]), times.log10_iterations)
        assert line["line"]["color"] == (
            LIGHT.ink if times.hyperparameters.gamma == HP.gamma else LIGHT.control
        )
    mark = trace(figure, "unit")
    assert array(mark["x"])[0] == pytest.approx(2.35 / 0.42)
    bold = trace(figure, "γ = 0.1")
    assert array(mark["y"])[0] == pytest.approx(
        np.interp(2.35 / 0.42, array(bold["x"]), array(bold["y"])), abs=0.02
    )
    layout = figure.to_dict()["layout"]
    assert layout["shapes"][0]["y0"] == 6
    assert "stop rule ends" in texts(figure)
    ticks = dict(zip(layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"], strict=True))
    assert ticks[6] == "10⁶"
    assert {"γ = 0.01", "γ = 0.1", "γ = 1"} < set(texts(figure))


def test_depth_without_stop_rule_or_way_back() -> None:
    figure = revival(curves(w=-0.42), revival_time(HP, -0.42, -2.35), None, View())
    assert "unit" not in names(figure)
    assert figure.to_dict()["layout"]["shapes"] == []
    assert texts(figure) == ["never back, at any depth"]


def test_depth_reaches_beyond_the_largest_double() -> None:
    units = at_depth(1.0, -40.0, 0.0, np.linspace(3.1, 45, 20))
    figure = revival([revival_time(HP, *units)], revival_time(HP, 1.0, -40.0), 10**6, View())
    axis = figure.to_dict()["layout"]["yaxis"]
    assert axis["range"][1] > 420
    assert 4 <= len(axis["tickvals"]) <= 7


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_are_valid_small_and_legible(
    size: Size, theme: ThemeName, times: RevivalTimes, ground: BasinMap, field: VectorField
) -> None:
    unit = revival_time(HP, 0.42, -2.35)
    view = View(theme=theme, size=size, colouring="revival", hover=False)
    for figure in (plane(ground, field, [], view, times, unit), revival(curves(), unit, 10**6, view)):
        go.Figure(figure.to_dict())  # plotly's own validation
        assert min(font_sizes(figure.to_dict())) >= (19 if size == "present" else 13)
        assert len(figure.to_json()) < 60_000
