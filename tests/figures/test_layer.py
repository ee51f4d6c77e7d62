"""The plane of a layer's units."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import dead_cone_slope
from figures import DrawnUnits, View, layer
from figures.layer import drawn_words
from figures.theme import ThemeName
from figures.view import Size
from tests.figures.reading import font_sizes

UNITS = DrawnUnits(
    np.array([4, 7, 9]), np.array([1.0, 2.0, 0.5]), np.array([-5.0, 1.0, 3.0]), np.array([0, 1, 2], np.uint8)
)
EMPTY = DrawnUnits(np.empty(0, np.uint32), np.empty(0), np.empty(0), np.empty(0, np.uint8))


def drawn(units: DrawnUnits, name: str, epsilon: float = 1e-3) -> dict[str, Any]:
    traces = {each["name"]: each for each in layer.spec(units, epsilon, View())["data"]}
    return dict(traces[name])


@pytest.mark.parametrize("size", ["desktop", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_units_are_told_apart_by_shape_and_all_are_inside(size: Size, theme: ThemeName) -> None:
    figure = layer(UNITS, 1e-3, View(theme=theme, size=size))
    go.Figure(figure.to_dict())
    assert min(font_sizes(figure.to_dict())) >= (19 if size == "present" else 13)
    for name, unit in (("dead", 4), ("between", 7), ("linear", 9)):
        points = drawn(UNITS, name)
        assert list(points["customdata"]) == [unit]
        assert 0 < points["x"][0] < figure.layout.xaxis.range[1]
        assert figure.layout.yaxis.range[0] < points["y"][0] < figure.layout.yaxis.range[1]
    marks = [drawn(UNITS, name)["marker"] for name in ("dead", "between", "linear")]
    shapes = {(mark["symbol"], mark["color"]) for mark in marks}
    assert len(shapes) == 3


@pytest.mark.parametrize("epsilon", [1e-3, 0.1])
def test_the_borders_are_the_cones(epsilon: float) -> None:
    figure = layer(EMPTY, epsilon, View())
    slope = dead_cone_slope(epsilon)
    for name, sign in (("dead cone", 1), ("linear cone", -1)):
        border = drawn(EMPTY, name, epsilon)
        assert border["y"][1] / border["x"][1] == pytest.approx(sign * slope)
    assert [note.text for note in figure.layout.annotations] == ["dead cone", "linear cone"]


def test_silent_units_alone_are_drawn_and_what_is_seen_is_said() -> None:
    silent = DrawnUnits(np.array([0]), np.zeros(1), np.array([-1.0]), np.zeros(1, np.uint8))
    low, high = layer(silent, 1e-3, View()).layout.yaxis.range
    assert low < -1 < high
    assert drawn_words(UNITS, 1e-3).startswith("3 units among the cones at ε = 0.001: 1 dead, 1 between")
    assert "no layer" in drawn_words(EMPTY, 1e-3)
