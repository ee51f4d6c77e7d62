"""The pictures before the outcome is revealed, and the guess beside it."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import Hyperparameters, VectorField
from figures import (
    LIGHT,
    CurrentShare,
    ShareCurve,
    View,
    alive,
    hidden_alive,
    hidden_plane,
    hidden_share,
    plane,
    share,
)
from figures.momenta import depth_of
from figures.theme import ThemeName
from figures.view import Size
from tests.figures.conftest import GRID, HP, made_map
from tests.figures.reading import annotation, array, font_sizes, names, texts, trace

STARTS = [("A", 1.5, 0.8), ("B", -1.6, 0.6), ("C", 30.0, 0.0)]
PICTURES: dict[str, Callable[[View], go.Figure]] = {
    "plane": lambda view: hidden_plane(HP, GRID, STARTS, view),
    "alive": lambda view: hidden_alive(1e-3, view),
    "share": lambda view: hidden_share(0.43, 0.9, 0.3, view),
    "share alone": lambda view: hidden_share(None, 0.9999, None, view),
}


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_valid_and_legible(picture: str, size: Size, theme: ThemeName) -> None:
    figure = PICTURES[picture](View(theme=theme, size=size)).to_dict()
    go.Figure(figure)  # plotly's own validation
    assert min(font_sizes(figure)) >= (19 if size == "present" else 13)


def test_the_plane_shows_cones_truth_and_starts_in_the_window_of_the_map(arrows: VectorField) -> None:
    figure = hidden_plane(HP, GRID, STARTS, View())
    assert names(figure) == ["ground", "dead cone", "linear cone", "ground truth", "starts"]
    assert trace(figure, "ground")["fillcolor"] == LIGHT.rail
    starts = trace(figure, "starts")
    assert (starts["text"], starts["x"], starts["y"]) == (["A", "B"], [1.5, -1.6], [0.8, 0.6])
    shown = plane.spec(made_map(), arrows, [], View())["layout"]
    assert figure.to_dict()["layout"]["xaxis"] == shown["xaxis"]
    bare = hidden_plane(HP, GRID, STARTS, View(layers=frozenset()))
    assert names(bare) == ["ground", "ground truth", "starts"]


def test_momentum_and_rate_change_nothing_in_the_plane() -> None:
    other = Hyperparameters(beta=0.0, eta=3.0, gamma=HP.gamma, delta=HP.delta)
    one, two = (hidden_plane(hp, GRID, STARTS, View()).to_json() for hp in (HP, other))
    assert one == two


def test_no_curve_is_drawn_and_the_axes_say_why() -> None:
    figure = hidden_alive(1e-3, View())
    assert names(figure) == []
    assert texts(figure) == ["hidden until you reveal"]
    assert figure.to_dict()["layout"]["yaxis"] == alive([], 1e-3, View()).to_dict()["layout"]["yaxis"]


def test_the_guess_lies_beside_what_is_known() -> None:
    figure = hidden_share(0.43, 0.9, 0.3, View())
    known, guess, line = (trace(figure, name) for name in ("without momentum", "guess", "from there"))
    assert (known["x"], known["y"]) == ([0.0], [0.43])
    assert guess["x"] == [pytest.approx(1.0)]
    assert guess["y"] == [0.3]
    assert guess["marker"]["color"] == LIGHT.page
    assert line["y"] == [0.43, 0.3]
    assert texts(figure) == ["43 %", "you: 30 %"]
    assert names(hidden_share(None, 0.9, 0.3, View())) == ["guess"]
    assert names(hidden_share(0.43, 0.9, None, View())) == ["without momentum"]


@pytest.mark.parametrize(("beta", "side"), [(0.0, "left"), (0.9, "left"), (0.99, "right")])
def test_the_guess_is_named_on_the_side_with_room(beta: float, side: str) -> None:
    curve = ShareCurve(0.1, np.array([0.0, 0.5, 0.99]), np.array([0.4, 0.5, 0.9]))
    figure = share([curve], CurrentShare(0.1, beta, 0.5), View(), 0.3)
    note = annotation(figure, "you")
    assert (note["text"], note["xanchor"], note["y"]) == ("you: 30 %", side, 0.3)
    assert array(trace(figure, "guess")["x"])[0] == pytest.approx(depth_of(beta))
    assert "guess" not in names(share([curve], CurrentShare(0.1, beta, 0.5), View()))
