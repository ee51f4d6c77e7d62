"""What holds for each figure at every size and in both themes."""

import json
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import (
    BasinMap,
    Grid,
    Hyperparameters,
    VectorField,
    affine_trajectory,
    eigenvalue_locus_beta,
    vector_field,
)
from figures import StartPath, View, alive, arrow_grid, field_row, locus, oscillation, plane
from figures.theme import ThemeName
from figures.view import Size
from tests.figures.reading import annotation, font_sizes, outlines, trace, traces

WINDOW = Grid(-3, 3, -3, 3, 2, 2)


def fields(rho: float = 0.0) -> list[VectorField]:
    grid = arrow_grid(WINDOW, View(), per_side=9)
    return [
        vector_field(Hyperparameters(beta=0.0, eta=0.1, gamma=gamma, delta=0.0), grid, rho)
        for gamma in (1.0, 0.1, 0.01)
    ]


@pytest.fixture(params=["plane", "locus", "oscillation", "alive", "field"])
def draw(
    request: pytest.FixtureRequest, basin: BasinMap, arrows: VectorField, paths: list[StartPath]
) -> Callable[[View], go.Figure]:
    drawing: dict[str, Callable[[View], go.Figure]] = {
        "plane": lambda view: plane(basin, arrows, paths, view),
        "locus": lambda view: locus(eigenvalue_locus_beta(0.1), 0.0, view),
        "oscillation": lambda view: oscillation([affine_trajectory(0.0, 0.1, 50)], view),
        "alive": lambda view: alive(paths, 1e-3, view),
        "field": lambda view: field_row(fields(), 1e-3, view),
    }
    return drawing[request.param]


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_valid_small_and_legible(draw: Callable[[View], go.Figure], size: Size, theme: ThemeName) -> None:
    figure = draw(View(theme=theme, size=size, hover=False))
    figure_json = figure.to_dict()
    go.Figure(figure_json)  # plotly's own validation
    smallest = 19 if size == "present" else 13
    sizes = list(font_sizes(figure_json))
    assert sizes
    assert min(sizes) >= smallest
    assert len(json.dumps(figure_json)) < 60_000


def test_has_no_size_template_or_ground_of_its_own(draw: Callable[[View], go.Figure]) -> None:
    layout = draw(View()).to_dict()["layout"]
    assert layout["template"] == {}
    assert layout["autosize"]
    assert not {"width", "height"} & set(layout)
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["uirevision"]
    for name, axis in layout.items():
        if name.startswith(("xaxis", "yaxis")):
            assert axis["automargin"] is False
            assert axis["autorange"] is False


def test_is_the_same_whenever_it_is_drawn(draw: Callable[[View], go.Figure]) -> None:
    assert draw(View()).to_json() == draw(View()).to_json()


def test_arrows_stand_evenly_and_clear_of_the_window() -> None:
    grid = arrow_grid(Grid(-3, 3, 0, 3, 256, 128), View())
    assert (grid.n_w, grid.n_b) == (15, 7)
    np.testing.assert_allclose(grid.w, np.linspace(-3, 3, 17)[1:-1])
    np.testing.assert_allclose(grid.b, np.linspace(0, 3, 9)[1:-1])
    assert arrow_grid(WINDOW, View(size="phone")).n_w == 11
    assert arrow_grid(WINDOW, View(), per_side=9).n_b == 9


def test_field_row_has_a_panel_for_each_gamma_with_the_window_it_was_made_for() -> None:
    figure = field_row(fields(), 1e-3, View())
    layout = figure.to_dict()["layout"]
    for suffix, gamma in (("", "1"), ("2", "0.1"), ("3", "0.01")):
        assert layout[f"xaxis{suffix}"]["range"] == pytest.approx([-3, 3])
        assert layout[f"yaxis{suffix}"]["range"] == pytest.approx([-3, 3])
        assert annotation(figure, f"γ = {gamma}")["text"] == f"γ = {gamma}"
        arrows = [t for t in traces(figure, "dots|.* arrows") if t["xaxis"] == f"x{suffix}"]
        assert sum(len(outlines(t)) for t in arrows) == 81
    truths = traces(figure, "ground truth")
    assert [t["x"] for t in truths] == [[1.0], [0.1], [0.01]]


@pytest.mark.parametrize(("size", "along", "across"), [("desktop", "x", "y"), ("phone", "y", "x")])
def test_field_row_is_side_by_side_but_stacked_on_a_phone(size: Size, along: str, across: str) -> None:
    layout = field_row(fields(), 1e-3, View(size=size)).to_dict()["layout"]
    domains = sorted(layout[f"{along}axis{n}"]["domain"] for n in ("", "2", "3"))
    assert all(low[1] < high[0] for low, high in pairwise(domains))
    assert [layout[f"{across}axis{n}"]["domain"] for n in ("", "2", "3")] == [[0.0, 1.0]] * 3


def test_field_row_bends_its_cones_with_rho() -> None:
    figure = field_row(fields(rho=0.5)[:1], 1e-3, View())
    assert len(outlines(trace(figure, "dead cone"))[0]) > 50


def test_field_row_refuses_nothing() -> None:
    with pytest.raises(ValueError, match="fields"):
        field_row([], 1e-3, View())
