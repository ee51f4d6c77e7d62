"""The regime map against the eigenvalues themselves."""

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Regime, critical_momentum, eigenvalues, max_stable_learning_rate, regime
from dynamics.affine import Floats
from figures import THEMES, View, regimes
from figures.drawing import drawing
from figures.theme import ThemeName
from figures.view import Size
from tests.figures.reading import annotation, array, font_sizes, names, outlines, texts, trace

SIZES = ["desktop", "compact", "phone", "present"]
SETTINGS = [(0.9, 0.1), (0.0, 1e-3), (0.99, 100.0), (0.0, 100.0), (0.5, 2.0), (0.9999, 1e3), (0.3, 1e-4)]


def draw(beta: float = 0.9, eta: float = 0.1, view: View | None = None) -> go.Figure:
    return regimes(beta, eta, view or View())


def beta_of(depth: Any) -> Floats:
    return np.asarray(1 - 10.0 ** -np.asarray(depth, dtype=float))


def inside(x: float, y: float, area: dict[str, Any]) -> bool:
    """Even-odd rule in decades."""
    across, up = np.log10(array(area["x"]).astype(float)), array(area["y"]).astype(float)
    x0, x1, y0, y1 = across, np.roll(across, -1), up, np.roll(up, -1)
    crosses = (y0 > y) != (y1 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return bool(np.count_nonzero(crosses & (x < at)) % 2)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.floats(-2.99, 1.99), st.floats(0.01, 1.99))
def test_the_grounds_are_the_regimes(decade: float, depth: float) -> None:
    figure = draw()
    kinds = {
        regime(float(beta_of(depth + dy)), 10.0 ** (decade + dx))
        for dx in (-0.004, 0, 0.004)
        for dy in (-0.004, 0, 0.004)
    }
    if len(kinds) > 1:  # on a border
        return
    (kind,) = kinds
    for name, area in (("oscillating", Regime.OSCILLATING), ("unstable", Regime.UNSTABLE)):
        assert inside(decade, depth, trace(figure, name)) == (kind is area)
    assert trace(figure, "unstable hatch")["fillpattern"]["shape"] == "/"


@pytest.mark.parametrize("size", SIZES)
def test_the_alternating_regime_is_dotted(size: Size) -> None:
    dots = trace(draw(view=View(size=size)), "alternating")
    found = [
        regime(float(b), float(e)) for b, e in zip(beta_of(array(dots["y"])), array(dots["x"]), strict=True)
    ]
    assert len(found) > 10
    assert set(found) == {Regime.ALTERNATING}


@pytest.mark.parametrize(("beta", "eta"), SETTINGS)
def test_the_borders_are_where_the_regimes_change(beta: float, eta: float) -> None:
    figure = draw(beta, eta)
    critical, limit = trace(figure, "critical β"), trace(figure, "stability limit")
    x = array(critical["x"])
    np.testing.assert_allclose(beta_of(array(critical["y"])), critical_momentum(x), atol=1e-6)
    low, high = figure.to_dict()["layout"]["xaxis"]["range"]
    assert np.log10([x[0], x[-1]]) == pytest.approx([low, high])
    np.testing.assert_allclose(
        max_stable_learning_rate(beta_of(array(limit["y"]))), array(limit["x"]), rtol=3e-5
    )
    assert (array(limit["x"])[0], array(limit["y"])[0]) == (2, 0)
    assert critical["line"]["dash"] != "solid"
    assert "dash" not in limit["line"]


@pytest.mark.parametrize(("beta", "eta"), [(0.9, 0.1), (0.9995, 0.1)])
def test_on_a_contour_the_larger_eigenvalue_has_its_modulus(beta: float, eta: float) -> None:
    curves = outlines(trace(draw(beta, eta), r"\|λ\|"))
    levels = (0.5, 0.8, 0.9, 0.99) + ((0.999,) if beta > 0.99 else ())
    assert len(curves) == len(levels)
    for curve, level in zip(curves, levels, strict=True):
        # |λ| rises and falls through the level within what float32 rounds off the coordinates: near a double
        # root that is much, since |λ| changes there with the square root.
        moduli = [
            np.abs(eigenvalues(np.clip(beta_of(curve[:, 1] + shift), 0, 1), curve[:, 0])).max(axis=1)
            for shift in np.linspace(-4e-7, 4e-7, 9)
        ]
        assert (np.min(moduli, axis=0) <= level + 1e-6 * (1 - level)).all()
        assert (np.max(moduli, axis=0) >= level - 1e-6 * (1 - level)).all()
        assert np.median(np.abs(moduli[4] - level)) < 1e-6
        assert beta_of(curve[:, 1].max()) == pytest.approx(level**2, abs=1e-6)
        assert curve[0] == pytest.approx([1 - level, 0])
        assert curve[-1] == pytest.approx([1 + level, 0])


@pytest.mark.parametrize(("beta", "eta"), SETTINGS)
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_point_lies_at_the_setting_with_hairlines_to_both_axes(
    beta: float, eta: float, size: Size
) -> None:
    view = View(size=size)
    figure = draw(beta, eta, view)
    layout = figure.to_dict()["layout"]
    (low, high), (bottom, top) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    for name, pixels in (("halo", 44), ("current", 17)):
        point = trace(figure, name)
        assert point["x"] == [eta]
        assert beta_of(point["y"]) == pytest.approx(beta, abs=1e-12)
        assert point["marker"]["size"] == pixels
    assert names(figure)[-1] == "current"
    assert low - 1e-9 <= np.log10(eta) <= high + 1e-9
    assert bottom <= trace(figure, "current")["y"][0] <= top + 1e-9
    hairs = trace(figure, "hairlines")
    assert array(hairs["x"])[0] == pytest.approx(10.0**low)
    assert array(hairs["y"])[-1] == bottom == 0


def test_axes_are_spaced_like_the_sliders_and_wider_when_needed() -> None:
    layout = draw().to_dict()["layout"]
    assert layout["xaxis"]["range"] == [-3, 2]
    assert layout["xaxis"]["type"] == "log"
    assert layout["xaxis"]["ticktext"] == ["0.001", "0.01", "0.1", "1", "10", "100"]
    assert layout["yaxis"]["range"] == pytest.approx([0, 2])
    assert layout["yaxis"]["ticktext"] == ["0", "0.5", "0.8", "0.9", "0.95", "0.99"]
    np.testing.assert_allclose(beta_of(layout["yaxis"]["tickvals"]), [0, 0.5, 0.8, 0.9, 0.95, 0.99])
    for beta, eta in ((0.991, 0.1), (0.9, 5e-4), (0.9, 101.0)):
        wide = draw(beta, eta).to_dict()["layout"]
        assert wide["xaxis"]["range"] == [-4, 3]
        assert wide["yaxis"]["range"] == pytest.approx([0, 4])


@pytest.mark.parametrize(
    ("beta", "eta", "modulus"),
    [
        (0.9, 0.1, "0.949"),
        (0.0, 0.1, "0.9"),
        (0.9999, 0.01, "0.99995"),
        (0.0, 5.0, "4"),
        (0.0, 1e-4, "0.9999"),
    ],
)
def test_the_note_gives_beta_eta_and_modulus(beta: float, eta: float, modulus: str) -> None:
    assert (
        f'|λ| = <span style="font-weight:700">{modulus}</span>' in annotation(draw(beta, eta), "η = ")["text"]
    )


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(-3, 2), st.floats(0, 2), st.sampled_from(SIZES))
def test_words_stay_in_the_plot_in_their_regime_and_apart(decade: float, depth: float, size: Size) -> None:
    view = View(size=size)
    beta, eta = float(beta_of(depth)), 10.0**decade
    figure = regimes(min(beta, 0.99), min(max(eta, 1e-3), 100.0), view)
    width, height = {"desktop": (500, 270), "compact": (440, 240), "phone": (300, 220)}.get(size, (620, 380))
    boxes = []
    for note in figure.to_dict()["layout"]["annotations"]:
        x = (note["x"] + 3) / 5 * width + note.get("xshift", 0) + note.get("ax", 0)
        y = note["y"] / 2 * height + note.get("yshift", 0) - note.get("ay", 0)
        if note["text"] in list(Regime) and "ax" not in note:
            assert regime(float(beta_of(note["y"])), 10.0 ** note["x"]) == note["text"]
        length = sum(len(part.split(">")[-1]) for part in note["text"].split("<"))
        half = 3.0 * length * (1.5 if size == "present" else 1)
        x += {"left": half, "right": -half}.get(note.get("xanchor", "center"), 0)
        boxes.append((x, y, half))
        assert -1 <= x - half <= x + half <= width + 1
        assert 0 <= y <= height
    point = (np.log10(trace(figure, "current")["x"][0]) + 3) / 5 * width
    up = trace(figure, "current")["y"][0] / 2 * height
    for i, (x, y, half) in enumerate(boxes):
        assert abs(x - point) > half or abs(y - up) > 10
        for other_x, other_y, other_half in boxes[:i]:
            assert abs(x - other_x) > half + other_half or abs(y - other_y) > 12


def test_at_the_default_every_regime_and_level_is_named() -> None:
    found = texts(draw())
    assert {*Regime, "0.5", "0.8", "0.9", "|λ| = 0.99"} <= set(found)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("beta", "eta"), [(0.9, 0.1), (0.9995, 500.0)])
def test_is_valid_small_legible_and_can_be_sketched(
    beta: float, eta: float, size: Size, theme: ThemeName
) -> None:
    view = View(theme=theme, size=size)
    spec = regimes.spec(beta, eta, view)
    figure = go.Figure(**spec).to_dict()  # plotly's own validation
    assert min(font_sizes(figure)) >= (19 if size == "present" else 13)
    assert len(json.dumps(figure)) < 60_000
    assert len(drawing(spec).coordinates) < 4000
    assert figure["layout"]["uirevision"] == "regimes"
    used = set(json.dumps(figure).split('"'))
    colours = THEMES[theme]
    assert colours.regime_oscillating in used
    assert not {colours.dead, colours.converged, colours.stalled, colours.diverged, colours.undecided} & used
