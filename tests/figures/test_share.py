"""The dead share against momentum."""

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from figures import DARK, LIGHT, CurrentShare, ShareCurve, View, share
from figures.momenta import reach
from figures.theme import ThemeName
from figures.view import Size
from tests.figures.reading import annotation, array, font_sizes, names, texts, trace, traces

BETA = np.array([0.0, 0.5, 0.9, 0.99])
ENDS = {1.0: 0.25, 0.1: 0.76, 0.01: 0.998, 0.001: 1.0}


def curves(ends: dict[float, float] | None = None) -> list[ShareCurve]:
    given_ends = ENDS if ends is None else ends
    return [ShareCurve(gamma, BETA, np.linspace(0.4, end, 4)) for gamma, end in given_ends.items()]


def draw(beta: float = 0.9, dead: float = 0.55, gamma: float = 0.1, view: View | None = None) -> go.Figure:
    return share(curves(), CurrentShare(gamma, beta, dead), view or View())


def up(figure: go.Figure, note: dict[str, float], height: float = 144) -> float:
    """Height of a label in pixels above the axis."""
    low, high = figure.to_dict()["layout"]["yaxis"]["range"]
    return float((note["y"] - low) / (high - low) * height + note["yshift"])


def test_momentum_is_spaced_as_on_the_slider() -> None:
    figure = draw()
    x = array(trace(figure, "γ = 1")["x"])
    np.testing.assert_allclose(x, [0, np.log10(2), 1, 2], rtol=1e-6)
    axis = figure.to_dict()["layout"]["xaxis"]
    assert axis["range"] == pytest.approx([0, 2])
    assert axis["ticktext"] == ["0", "0.5", "0.8", "0.9", "0.95", "0.99"]
    np.testing.assert_allclose(axis["tickvals"], -np.log10(1 - np.array([0, 0.5, 0.8, 0.9, 0.95, 0.99])))


def test_shares_are_drawn_as_they_are_from_nought_to_all() -> None:
    figure = draw()
    for gamma, end in ENDS.items():
        line = trace(figure, f"γ = {gamma:g}")
        np.testing.assert_allclose(array(line["y"]), np.linspace(0.4, end, 4), atol=1e-6)
    axis = figure.to_dict()["layout"]["yaxis"]
    assert axis["range"][0] == 0
    assert 1 < axis["range"][1] < 1.1
    assert dict(zip(axis["tickvals"], axis["ticktext"], strict=True)) == {0: "0", 0.5: "50 %", 1: "100 %"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("gamma", [1.0, 0.001])
def test_the_current_gamma_is_bold_in_the_ink_of_death_and_drawn_last(theme: ThemeName, gamma: float) -> None:
    colours = LIGHT if theme == "light" else DARK
    figure = draw(gamma=gamma, view=View(theme=theme))
    bold = trace(figure, f"γ = {gamma:g}")["line"]
    others = [t["line"] for t in traces(figure, "γ = .*") if t["name"] != f"γ = {gamma:g}"]
    assert bold["color"] == colours.dead_ink
    assert {line["color"] for line in others} == {colours.control}
    assert all(line["width"] < bold["width"] for line in others)
    assert names(figure)[-2:] == [f"γ = {gamma:g}", "current"]
    inks = {note["text"]: note["font"]["color"] for note in figure.to_dict()["layout"]["annotations"]}
    assert inks[f"γ = {gamma:g}"] == inks["55 %"] == colours.dead_ink
    assert inks["γ = 0.1"] == colours.ink_muted


@pytest.mark.parametrize(
    ("beta", "edge"), [(0.0, 0.99), (0.9, 0.99), (0.99, 0.99), (0.995, 0.9999), (0.9999, 0.9999)]
)
def test_the_current_point_lies_on_the_axis_wherever_beta_may_be_set(beta: float, edge: float) -> None:
    figure = draw(beta)
    point = trace(figure, "current")
    (x,), (y,) = point["x"], point["y"]
    assert x == pytest.approx(-np.log10(1 - beta))
    assert y == 0.55
    low, high = figure.to_dict()["layout"]["xaxis"]["range"]
    assert low <= x <= high + 1e-9
    assert high == pytest.approx(-np.log10(1 - edge))
    assert reach(beta) == edge
    assert annotation(figure, "55 %")["x"] == x


def test_a_curve_that_goes_on_is_cut_at_the_edge_and_named_there() -> None:
    far = ShareCurve(0.1, np.array([0, 0.99, 0.9999]), np.array([0.4, 0.6, 0.9]))
    figure = share([far], CurrentShare(0.1, 0.5, 0.5), View())
    assert len(array(trace(figure, "γ = 0.1")["x"])) == 2
    assert annotation(figure, "γ = 0.1")["y"] == 0.6


@pytest.mark.parametrize(
    ("dead", "text"), [(0.0, "0 %"), (0.0001, "< 1 %"), (0.9999, "> 99 %"), (1.0, "100 %")]
)
def test_the_percentage_is_never_rounded_to_none_or_all_and_stays_in_the_plot(dead: float, text: str) -> None:
    figure = draw(dead=dead)
    notes = [n for n in figure.to_dict()["layout"]["annotations"] if n["text"] == text]
    assert len(notes) == 1
    assert 0 < up(figure, notes[0]) < 144


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_names_stay_apart_within_the_chart_and_in_the_order_of_their_curves(ends: list[float]) -> None:
    given_ends = dict(zip(ENDS, ends, strict=True))
    figure = share(curves(given_ends), CurrentShare(0.1, 0.9, 0.5), View())
    notes = [n for n in figure.to_dict()["layout"]["annotations"] if n["text"].startswith("γ = ")]
    placed = sorted((up(figure, note), note["y"]) for note in notes)
    assert len(placed) == 4
    assert all(above[0] - below[0] > 14.99 for below, above in pairwise(placed))
    assert all(above[1] >= below[1] - 1e-6 for below, above in pairwise(placed))
    assert placed[0][0] >= -1e-9
    assert placed[-1][0] <= 144 + 1e-9


def test_what_takes_too_long_is_named_and_not_drawn() -> None:
    some = curves()
    some[0] = ShareCurve(1.0, np.empty(0), np.empty(0))
    figure = share(some, CurrentShare(0.1, 0.9, 0.55), View())
    assert "γ = 1" not in names(figure)
    assert "γ = 1: takes too long here" in texts(figure)
    assert not any("too long" in text for text in texts(draw()))


def test_before_any_curve_is_known_the_point_stands_alone() -> None:
    figure = share([], CurrentShare(0.1, 0.9, 0.55), View())
    assert names(figure) == ["current"]
    assert texts(figure) == ["55 %"]


def test_hovering_tells_gamma_momentum_and_share() -> None:
    line = trace(draw(), "γ = 0.01")
    assert line["hovertemplate"].startswith("γ = 0.01, β = %{customdata[0]}: %{customdata[1]} dead")
    assert [tuple(row) for row in line["customdata"]] == [
        ("0", "40.0 %"),
        ("0.5", "59.9 %"),
        ("0.9", "79.9 %"),
        ("0.99", "99.8 %"),
    ]
    assert "customdata" not in trace(draw(view=View(hover=False)), "γ = 0.01")
    assert "55.0 % dead" in trace(draw(), "current")["hovertemplate"]


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_valid_small_and_legible(size: Size, theme: ThemeName) -> None:
    figure = draw(view=View(theme=theme, size=size))
    go.Figure(figure.to_dict())  # plotly's own validation
    assert min(font_sizes(figure.to_dict())) >= (19 if size == "present" else 13)
    assert len(figure.to_json()) < 12_000
    layout = figure.to_dict()["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["uirevision"] == "share"
    for axis in (layout["xaxis"], layout["yaxis"]):
        assert axis["automargin"] is axis["autorange"] is False
