"""Is the unit alive? The quantities along the paths."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Hyperparameters, Outcome, trajectory
from figures import LIGHT, StartPath, View, alive
from figures.alive import Quantity
from figures.ends import spread
from figures.paths import drawn_path, envelope
from figures.probability import FLOOR
from figures.theme import outcome_inks
from tests.figures.reading import annotation, array, texts, trace

HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)


@pytest.fixture(scope="module")
def three() -> list[StartPath]:
    starts = (
        ("A", (2.0, 1.8), Outcome.DEAD),
        ("B", (-1.6, 2.3), Outcome.CONVERGED),
        ("C", (2.0, 0.2), Outcome.STALLED),
    )
    return [StartPath(letter, trajectory(HP, start, steps=300), outcome) for letter, start, outcome in starts]


def test_paths_are_solid_dashed_and_dotted_in_the_ink_of_their_outcome(three: list[StartPath]) -> None:
    figure = alive(three, 1e-3, View())
    lines = [trace(figure, letter)["line"] for letter in "ABC"]
    assert [line["dash"] for line in lines] == ["solid", "dash", "dot"]
    assert [line["color"] for line in lines] == [outcome_inks(LIGHT)[path.outcome] for path in three]


def test_probability_is_drawn_from_iteration_1_and_floored(three: list[StartPath]) -> None:
    figure = alive(three, 1e-3, View())
    line = trace(figure, "A")
    np.testing.assert_allclose(array(line["x"]), np.arange(1, 301), rtol=1e-6)
    expected = np.maximum(three[0].trajectory.activation_probability[1:], FLOOR)
    np.testing.assert_allclose(array(line["y"]), expected, rtol=1e-5)
    assert expected.min() == FLOOR
    layout = figure.to_dict()["layout"]
    assert layout["xaxis"]["type"] == layout["yaxis"]["type"] == "log"
    assert layout["yaxis"]["range"][0] == -9
    assert layout["xaxis"]["range"][0] == 0


@pytest.mark.parametrize(("epsilon", "name"), [(1e-3, "ε 10⁻³"), (0.02, "ε 0.02"), (1e-12, "ε 10⁻¹²")])
def test_epsilon_is_a_coloured_tick_above_the_dead_band(
    epsilon: float, name: str, three: list[StartPath]
) -> None:
    figure = alive(three, epsilon, View())
    layout = figure.to_dict()["layout"]
    axis = layout["yaxis"]
    tick = dict(zip(axis["tickvals"], axis["ticktext"], strict=True))[epsilon]
    assert name in tick
    assert LIGHT.dead_ink in tick
    band, edge = layout["shapes"]
    assert band["y1"] == edge["y0"] == edge["y1"] == epsilon
    assert np.log10(band["y0"]) == pytest.approx(axis["range"][0])
    assert band["y0"] < epsilon
    others = np.log10([value for value in axis["tickvals"] if value != epsilon])
    assert np.all(np.abs(others - np.log10(epsilon)) > 0.9)
    assert "dead" in texts(figure)


@pytest.mark.parametrize(("quantity", "log"), [("w", False), ("b", False), ("loss", True)])
def test_other_quantities_fit_their_axis_and_have_no_dead_band(
    quantity: Quantity, log: bool, three: list[StartPath]
) -> None:
    figure = alive(three, 1e-3, View(), quantity=quantity)
    layout = figure.to_dict()["layout"]
    assert layout["shapes"] == []
    assert layout["yaxis"].get("type") == ("log" if log else None)
    low, high = layout["yaxis"]["range"]
    for path in three:
        values = getattr(path.trajectory, quantity)[1:]
        drawn = array(trace(figure, path.letter)["y"])
        np.testing.assert_allclose(drawn, values, rtol=1e-5, atol=1e-6)
        assert low <= (np.log10(drawn) if log else drawn).min()
        assert (np.log10(drawn) if log else drawn).max() <= high


def test_an_unknown_quantity_is_refused_by_name(three: list[StartPath]) -> None:
    with pytest.raises(ValueError, match=r"^quantity must be"):
        alive(three, 1e-3, View(), quantity="rho")  # type: ignore[arg-type]  # the value under test


@pytest.mark.parametrize("quantity", ["activation", "w", "b", "loss"])
def test_a_diverging_path_does_not_stretch_the_axis(quantity: Quantity, three: list[StartPath]) -> None:
    calm = alive(three, 1e-3, View(), quantity=quantity).to_dict()["layout"]["yaxis"]["range"]
    run = three[0].trajectory
    grown = np.where(run.iteration < 50, run.w, 10.0**run.iteration)
    wild = replace(run, w=grown, b=grown)
    given_ = [*three, StartPath("D", wild, Outcome.DIVERGED)]
    figure = alive(given_, 1e-3, View(), quantity=quantity)
    low, high = figure.to_dict()["layout"]["yaxis"]["range"]
    assert high - low < 2 * (calm[1] - calm[0])
    assert np.all(np.isfinite(array(trace(figure, "D")["y"])))


def test_no_paths_and_a_path_of_one_update_are_drawn() -> None:
    assert alive([], 1e-3, View()).to_dict()["data"] == []
    short = StartPath("A", trajectory(HP, (0.1, 0.0), steps=1), Outcome.CONVERGED)
    assert len(array(trace(alive([short], 1e-3, View()), "A")["x"])) == 1


def test_letters_stand_at_the_ends_of_their_paths(three: list[StartPath]) -> None:
    figure = alive(three, 1e-3, View())
    for path in three:
        note = annotation(figure, path.letter)
        assert note["x"] == pytest.approx(np.log10(300))
        end = max(path.trajectory.activation_probability[-1], FLOOR)
        assert note["y"] == pytest.approx(np.log10(end))


@given(
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 150)), min_size=1, max_size=6),
    st.sampled_from([16.0, 24.0]),
)
@settings(derandomize=True, max_examples=80, deadline=None)
def test_letters_at_one_place_are_a_gap_apart(ends: list[tuple[float, float]], gap: float) -> None:
    up = [y for _, y in ends]
    moved = np.sort(spread([10.0] * len(up), up, gap))
    assert np.all(np.diff(moved) >= gap - 0.05)
    far = spread([100 * gap * k for k in range(len(up))], up, gap)
    assert far == up


@given(st.integers(0, 10_000), st.integers(2, 900))
@settings(derandomize=True, max_examples=40, deadline=None)
def test_an_envelope_keeps_the_extremes_and_the_order(seed: int, length: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.random(length)), rng.normal(size=length)
    short_x, short_y = envelope(x, y, 50)
    assert len(short_x) <= max(102, min(length, 100))
    assert (short_y.min(), short_y.max()) == (y.min(), y.max())
    assert np.all(np.diff(short_x) >= 0)
    assert short_x[0] == x[0]
    assert short_x[-1] == x[-1]


def test_a_drawn_path_stays_near_the_path_with_fewer_points() -> None:
    angle = np.linspace(0, 2 * np.pi, 5000)
    w, b = drawn_path(np.cos(angle), np.sin(angle), 0.02, 10.0)
    assert 300 < len(w) < 330
    np.testing.assert_allclose([w[0], b[0], w[-1], b[-1]], [1, 0, 1, 0], atol=1e-12)
    assert np.hypot(np.diff(w), np.diff(b)).max() < 0.025


def test_a_diverging_path_is_cut_where_it_leaves() -> None:
    w = np.array([0.0, 1.0, 2.0, 1e9, np.inf, np.nan])
    drawn, _ = drawn_path(w, np.zeros(6), 0.1, 100.0)
    assert drawn.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("quantity", ["activation", "w", "b", "loss"])
def test_two_pictures_beside_each_other_have_the_same_axes(
    three: list[StartPath], quantity: Quantity
) -> None:
    other = [StartPath("A", trajectory(HP, (-8.0, 9.0), steps=20_000, record=[0, 10, 20_000]), Outcome.DEAD)]
    first = alive(three, 1e-3, View(), quantity, beside=(other, 1e-9)).to_dict()["layout"]
    second = alive(other, 1e-9, View(), quantity, beside=(three, 1e-3)).to_dict()["layout"]
    alone = alive(three, 1e-3, View(), quantity).to_dict()["layout"]
    for axis in ("xaxis", "yaxis"):
        assert first[axis]["range"] == second[axis]["range"] != alone[axis]["range"]
