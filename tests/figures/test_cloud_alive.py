"""How P(z > 0) is spread over a cloud."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import Cloud, Hyperparameters, Initializer, Scheme, activation_probability, cloud
from figures import View, cloud_alive
from figures.drawing import drawing
from figures.probability import FLOOR
from figures.theme import ThemeName
from figures.view import Size
from figures.window import Window
from tests.figures.reading import array, font_sizes, names, outlines, trace


@pytest.fixture(scope="module")
def dying() -> Cloud:
    hp = Hyperparameters(beta=0.99, eta=0.1, gamma=0.1, delta=0.0)
    return cloud(hp, Initializer(Scheme.HE_NORMAL, 100), 101, iterations=3000)


def test_the_median_and_the_bands_are_those_of_the_units(dying: Cloud) -> None:
    figure = cloud_alive(dying, 1000, View())
    median = trace(figure, "median")
    for x, y in zip(array(median["x"]), array(median["y"]), strict=True):
        row = dying.row(round(float(x)))
        units = activation_probability(dying.w[row], dying.b[row], dying.rho[row])
        assert y == pytest.approx(max(float(np.median(units)), FLOOR), rel=1e-3)
    row = dying.row(1000)
    units = np.sort(activation_probability(dying.w[row], dying.b[row], dying.rho[row]))
    for name, low, high in (("90 % of units", 5, 95), ("50 % of units", 25, 75)):
        outline = np.array(outlines(trace(figure, name))[0])
        there = outline[outline[:, 0] == 1000][:, 1]
        np.testing.assert_allclose(sorted(there), [units[low], units[high]], rtol=1e-3)
    assert names(figure) == ["90 % of units", "50 % of units", "median", "chosen T"]


def test_the_line_stands_at_t_and_the_axis_ends_where_it_is_told(dying: Cloud) -> None:
    figure = cloud_alive(dying, 420, View(), last=1_000_000)
    assert set(array(trace(figure, "chosen T")["x"])) == {420}
    assert figure.to_dict()["layout"]["xaxis"]["range"] == [0.0, 6.0]


def test_diverged_units_are_left_out() -> None:
    hp = Hyperparameters(beta=0.0, eta=900.0, gamma=1.0, delta=900.0)
    gone = cloud(hp, Initializer(Scheme.HE_NORMAL, 100), 8, iterations=100)
    assert np.isnan(gone.activation_quantiles[:, -1]).all()
    assert np.isfinite(array(trace(cloud_alive(gone, 100, View()), "median")["y"])).all()


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_valid_small_and_can_be_sketched(dying: Cloud, size: Size, theme: ThemeName) -> None:
    spec = cloud_alive.spec(dying, 1000, View(theme=theme, size=size, hover=False))
    figure = go.Figure(**spec).to_dict()  # plotly's own validation
    assert min(font_sizes(figure)) >= (19 if size == "present" else 13)
    assert len(json.dumps(figure)) < 60_000
    assert len(drawing(spec).marks) >= 6


def test_a_steady_window_holds_the_window_and_stands_still() -> None:
    random = np.random.default_rng(5)
    for _ in range(200):
        size, w, b = 10 ** random.uniform(-6, 3), random.normal(), random.normal()
        window = Window(w, w + size, b, b + size * random.uniform(0.5, 1))
        steady = window.steady()
        assert steady.width == pytest.approx(steady.height)
        assert steady.w_min <= window.w_min < window.w_max <= steady.w_max
        assert steady.b_min <= window.b_min < window.b_max <= steady.b_max
        assert steady.width <= 2.3 * size
    moved = {Window(-1 + x, 1 + x, -3, -1).steady() for x in np.linspace(0.001, 0.05, 20)}
    assert len(moved) <= 2
