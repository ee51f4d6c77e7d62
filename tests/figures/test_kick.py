"""The smallest kick that kills, drawn."""

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import BasinMap, Hyperparameters, Kick, Outcome, basin_map, outcomes, smallest_kick
from figures import LIGHT, View, kick, kick_grid
from figures.kick import in_gammas
from figures.theme import ThemeName
from figures.view import Size
from tests.figures.reading import annotation, array, font_sizes, names, texts, trace

HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)


def made(w: float, b: float, rho: float = 0.0) -> tuple[BasinMap, Kick]:
    found = smallest_kick(HP, w, b, rho)
    assert found is not None
    return basin_map(HP, kick_grid(found, 40), rho=rho), found


@pytest.mark.parametrize("unit", [(0.1, 0.0, 0.0), (-1.6, 2.3, 0.0), (0.1, 0.0, 0.03)])
def test_the_arrow_runs_from_the_unit_to_its_death(unit: tuple[float, float, float]) -> None:
    w, b, rho = unit
    basin, found = made(*unit)
    figure = kick(basin, found, View())
    shaft, head, mark = (trace(figure, name) for name in ("kick", "kick head", "unit"))
    assert (array(shaft["x"])[0], array(shaft["y"])[0]) == (w, b)
    assert (array(mark["x"])[0], array(mark["y"])[0]) == (w, b)
    tip = array(head["x"])[0], array(head["y"])[0]
    assert tip == pytest.approx((w + found.dw, b + found.db))
    assert outcomes(HP, *tip, rho).outcome == Outcome.DEAD
    # The shaft ends within the head, on the line between unit and tip.
    end = np.array([array(shaft["x"])[-1] - w, array(shaft["y"])[-1] - b])
    assert end / np.hypot(*end) == pytest.approx((found.dw / found.length, found.db / found.length))
    assert 0.3 * found.length < np.hypot(*end) < found.length


def test_its_length_is_written_in_gammas() -> None:
    basin, found = made(0.1, 0.0)
    text = annotation(kick(basin, found, View()), "kills")["text"]
    assert text == f"<b>{in_gammas(found.length, 0.1)}</b> kills the ground truth"
    other, kicked = made(-1.6, 2.3)
    assert texts(kick(other, kicked, View())) == [f"<b>{in_gammas(kicked.length, 0.1)}</b> kills this start"]


@pytest.mark.parametrize(
    ("length", "shown"),
    [(0.0978, "0.98 γ"), (0.1, "1.0 γ"), (0.947, "9.5 γ"), (1.23, "12 γ"), (2e-6, "2·10⁻⁵ γ")],
)
def test_lengths_have_two_digits(length: float, shown: str) -> None:
    assert in_gammas(length, 0.1) == shown


def test_a_unit_that_dies_anyway_has_no_arrow() -> None:
    basin, found = made(2.0, 1.8)
    figure = kick(basin, found, View())
    assert "kick" not in names(figure)
    assert texts(figure) == ["this start dies without a kick"]


def test_the_window_holds_unit_and_end() -> None:
    _, found = made(0.1, 0.0)
    grid = kick_grid(found)
    assert (grid.n_w, grid.n_b) == (160, 100)
    assert (grid.w_max - grid.w_min) / (grid.b_max - grid.b_min) == pytest.approx(1.6)
    for w, b in ((0.1, 0.0), (0.1 + found.dw, found.db)):
        assert grid.w_min < w < grid.w_max
        assert grid.b_min < b < grid.b_max
    assert grid.w[1] - grid.w[0] == pytest.approx(grid.b[1] - grid.b[0], rel=0.02)


def test_the_ground_has_the_colours_of_the_outcomes_and_no_hatch() -> None:
    basin, found = made(0.1, 0.0)
    figure = kick(basin, found, View())
    drawn = trace(figure, "ground")
    colours = [colour for _, colour in drawn["colorscale"][::2]]
    cells = array(drawn["z"])
    assert {colours[i] for i in cells[basin.outcome == Outcome.DEAD].tolist()} == {LIGHT.dead}
    assert "dead cone hatch" not in names(figure)
    assert {"dead cone", "linear cone"} < set(names(figure))


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_valid_small_and_legible(size: Size, theme: ThemeName) -> None:
    figure = kick(*made(0.1, 0.0), View(theme=theme, size=size))
    go.Figure(figure.to_dict())  # plotly's own validation
    assert min(font_sizes(figure.to_dict())) >= (19 if size == "present" else 13)
    assert len(figure.to_json()) < 30_000
