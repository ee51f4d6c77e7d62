"""A plate keeps its figure as it is and says what it shows around it."""

import re

import plotly.graph_objects as go
import pytest

from dynamics import affine_trajectory
from figures import THEMES, View, oscillation
from figures.chart import Spec
from figures.plate import Entry, Frame, plate
from figures.theme import ThemeName
from tests.figures.reading import annotation, font_sizes

CAPTION = ("55 % of starts die.", "A second paragraph that is longer than a line of this figure can be. " * 3)


def figure(view: View) -> Spec:
    return oscillation.spec([affine_trajectory(0.5, 0.1, 20)], view)


def lines(drawn: Spec) -> list[str]:
    text = drawn["layout"]["annotations"][-1]["text"]
    return [re.sub("<[^>]*>", "", line).replace("\N{NO-BREAK SPACE}", " ") for line in text.split("<br>")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_plate_is_a_valid_figure_on_the_pages_ground(theme: ThemeName) -> None:
    view = View(theme=theme)
    entries = [
        Entry("dead", "#0F4389"),
        Entry("diverged", "#B03A5B", weave="#8F2846"),
        Entry("alive", "#FFFFFF", "ring"),
    ]
    drawn = plate(figure(view), Frame("Title", CAPTION, entries, "β = 0.9"), 500, 300, view)
    whole = go.Figure(drawn)
    assert whole.layout.paper_bgcolor == THEMES[theme].page
    assert whole.layout.title.text == "Title"
    assert [trace.name.strip() for trace in whole.data if trace.showlegend] == ["dead", "diverged", "alive"]
    assert whole.data[-2].marker.pattern.fgcolor == "#8F2846"
    assert annotation(whole, "β = 0.9")["x"] == 1
    assert min(font_sizes(whole.to_dict())) >= 13


def test_the_figure_itself_stays_as_large_as_it_is() -> None:
    view = View()
    inner = figure(view)
    drawn = plate(inner, Frame("Title", CAPTION), 500, 300, view)
    before, after = inner["layout"]["margin"], drawn["layout"]["margin"]
    assert drawn["layout"]["width"] - after["l"] - after["r"] == 500 - before["l"] - before["r"]
    height = drawn["layout"]["height"]
    assert height - after["t"] - after["b"] == pytest.approx(300 - before["t"] - before["b"])
    assert inner["data"][0]["y"] is drawn["data"][0]["y"]
    assert not drawn["layout"]["showlegend"]


def test_the_caption_is_broken_into_lines_that_fit_and_keeps_every_word() -> None:
    view = View()
    drawn = plate(figure(view), Frame("Title", CAPTION), 500, 300, view)
    assert lines(drawn)[0] == CAPTION[0]
    assert len(lines(drawn)) > 3
    assert max(map(len, lines(drawn))) < 80
    assert " ".join(lines(drawn)).split() == " ".join(CAPTION).split()
    narrow = plate(figure(view), Frame("Title", CAPTION), 300, 300, view)
    assert narrow["layout"]["height"] > drawn["layout"]["height"]


def test_signs_are_no_markup() -> None:
    view = View()
    drawn = plate(figure(view), Frame("Title", ["< 1 % die, > 99 % live & move."]), 500, 300, view)
    assert "&lt; 1" in drawn["layout"]["annotations"][-1]["text"]
    assert "&gt; 99" in drawn["layout"]["annotations"][-1]["text"]


def test_a_series_has_one_size() -> None:
    view = View()
    sizes = {
        plate(figure(view), Frame("Title", [words], lines=6), 500, 300, view)["layout"]["height"]
        for words in ("Short.", "Longer " * 40)
    }
    assert len(sizes) == 1
