"""The picture of a sweep: cells and lines where they belong, curves where the regimes change."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from scipy.stats import binomtest

from dynamics import (
    Axis,
    Draw,
    Grid,
    Hyperparameters,
    Initializer,
    Outcome,
    Sweep,
    SweepResult,
    critical_momentum,
    max_stable_learning_rate,
)
from dynamics.axis import Scale
from figures import LIGHT, THEMES, View, sweep
from figures.theme import ThemeName
from figures.view import Size
from tests.figures.reading import annotation, array, font_sizes, names, outlines, texts, trace, traces

HP = Hyperparameters(0.9, 0.1, 0.1, 0.0)
GRID = Grid(-3, 3, -3, 3, 10, 10)
ETA, BETA = Axis("eta", 0.01, 10, 7), Axis("beta", 0, 0.99, 4)
AREA = {"desktop": (372, 410), "compact": (340, 340), "phone": (286, 300), "present": (560, 560)}


def made(*axes: Axis, missing: int = 0, starts: Grid | Draw = GRID, hp: Hyperparameters = HP) -> SweepResult:
    """A result whose dead share differs in every cell, the last ones missing: no engine needed."""
    asked = Sweep(axes=axes, hyperparameters=hp, starts=starts)
    cells = int(np.prod(asked.shape))
    dead = np.linspace(0, asked.count, cells).astype(np.int64)
    counts = np.zeros((cells, 5), np.int64)
    counts[:, Outcome.DEAD], counts[:, Outcome.CONVERGED] = dead, asked.count - dead
    iterations = np.arange(cells, dtype=float)
    if missing:
        counts[-missing:], iterations[-missing:] = 0, np.nan
    return SweepResult(asked, counts.reshape(*asked.shape, 5), iterations.reshape(asked.shape))


def cells(figure: go.Figure) -> dict[str, Any]:
    found = trace(figure, "share")
    assert found["type"] == "heatmap"
    return found


@pytest.mark.parametrize("axes", [(ETA, BETA), (BETA, ETA)])
def test_a_cell_lies_at_its_settings_and_missing_ones_are_blank(axes: tuple[Axis, Axis]) -> None:
    result = made(*axes, missing=5)
    found = cells(sweep(result, View()))
    z = array(found["z"]).reshape(result.iterations.shape)
    np.testing.assert_allclose(z, 100 * result.dead_fraction, atol=1e-4)
    assert np.isnan(z).sum() == np.isnan(z.ravel()[-5:]).sum() == 5
    assert (found["zmin"], found["zmax"], found["zsmooth"], found["showscale"]) == (0, 100, False, False)
    for edges, axis in zip((array(found["x"]), array(found["y"])), axes, strict=True):
        places = np.log10(axis.values) if axis.name == "eta" else -np.log10(1 - axis.values)
        assert len(edges) == len(axis) + 1
        assert (edges[:-1] <= places).all()
        assert (places < edges[1:]).all()
        np.testing.assert_allclose(edges[1:-1], (places[1:] + places[:-1]) / 2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ten_steps_from_converged_to_dead(theme: ThemeName) -> None:
    colours = THEMES[theme]
    scale = cells(sweep(made(ETA, BETA), View(theme=theme)))["colorscale"]
    assert [step for step, _ in scale] == pytest.approx(np.repeat(np.arange(11) / 10, 2)[1:-1])
    assert [colour for _, colour in scale[::2]] == [getattr(colours, f"share_{k}") for k in range(1, 11)]
    assert [colour for _, colour in scale[1::2]] == [colour for _, colour in scale[::2]]
    assert (scale[0][1], scale[-1][1]) == (colours.converged, colours.dead)


@pytest.mark.parametrize(
    ("names_", "scale"), [("eb", "momentum"), ("be", "momentum"), ("eb", "linear"), ("be", "linear")]
)
def test_the_borders_of_the_regimes_lie_over_eta_and_beta(names_: str, scale: Scale) -> None:
    axes = {"e": Axis("eta", 0.003, 16, 9), "b": Axis("beta", 0, 0.99, 6, scale)}
    figure = sweep(made(*(axes[name] for name in names_)), View())
    for kind, dash in (("critical", "6px,4px"), ("limit", "solid")):
        line, casing = trace(figure, kind), trace(figure, f"{kind} casing")
        assert (line["line"]["color"], casing["line"]["color"]) == (LIGHT.map_ink, LIGHT.map_casing)
        assert line["line"]["dash"] == dash
        assert names(figure).index(f"{kind} casing") < names(figure).index(kind)
        x, y = array(line["x"]), array(line["y"])
        np.testing.assert_array_equal(x, array(casing["x"]))
        eta, place = (x, y) if names_ == "eb" else (y, x)
        eta, beta = 10.0**eta, 1 - 10.0**-place if scale == "momentum" else place
        if kind == "critical":
            np.testing.assert_allclose(beta, critical_momentum(eta), atol=1e-9)
            assert eta.max() == pytest.approx(1, rel=0.05)
        else:
            np.testing.assert_allclose(eta, max_stable_learning_rate(beta), rtol=1e-6)
            assert eta.min() == pytest.approx(2, rel=0.05)
        assert len(eta) > 50


def test_other_settings_have_no_regimes_to_show() -> None:
    figure = sweep(made(Axis("delta", -1, 1, 5), BETA), View())
    assert names(figure) == ["share"]
    assert texts(figure) == []
    figure = sweep(made(Axis("eta", 0.001, 0.01, 5), Axis("beta", 0.0, 0.5, 5)), View())
    assert names(figure) == ["share"]  # neither border crosses this window


@pytest.mark.parametrize("size", list(AREA))
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("eta", [0.1, 9.0, 0.05])
def test_words_lie_within_the_map_and_apart(size: Size, theme: ThemeName, eta: float) -> None:
    view = View(theme=theme, size=size)
    figure = sweep(made(ETA, BETA), view, {"eta": eta, "beta": 0.8})
    layout = figure.to_dict()["layout"]
    point = trace(figure, "current")
    assert names(figure)[-1] == "current"
    assert (point["x"][0], point["y"][0]) == pytest.approx((np.log10(eta), -np.log10(0.2)))
    assert (
        {"oscillates →", "<b>you</b>"}
        <= set(texts(figure))
        <= {
            "oscillates →",
            "past affine limit →",
            "<b>you</b>",
        }
    )
    boxes = []
    for note in layout["annotations"]:
        sides = zip((note["x"], note["y"]), (layout["xaxis"], layout["yaxis"]), AREA[size], strict=True)
        x, y = ((at - a["range"][0]) / (a["range"][1] - a["range"][0]) * length for at, a, length in sides)
        half = 3.0 * len(note["text"].replace("<b>", "").replace("</b>", "")) * view.px(1)
        x += note.get("xshift", 0) + {"left": half, "right": -half}[note["xanchor"]]
        assert 0 <= x - half <= x + half <= AREA[size][0]
        assert 0 <= y <= AREA[size][1]
        assert note["font"]["color"] == LIGHT.map_ink
        boxes.append((x, y, half))
    for i, (x, y, half) in enumerate(boxes):
        for other_x, other_y, other_half in boxes[:i]:
            assert abs(x - other_x) > half + other_half or abs(y - other_y) > view.px(16)


@pytest.mark.parametrize(
    "current", [{"eta": 20.0, "beta": 0.9}, {"eta": 0.1, "beta": 0.999}, {"eta": 0.1}, None]
)
def test_settings_off_the_map_are_not_marked(current: dict[str, float] | None) -> None:
    assert "current" not in names(sweep(made(ETA, BETA), View(), current))


def test_hovering_tells_the_settings_and_the_shares() -> None:
    told = cells(sweep(made(ETA, BETA, missing=1), View()))
    assert told["text"][0][0] == "β = 0, η = 0.01<br>0 % dead<br>100.0 % converged".replace("100.0", "100")
    assert told["text"][3][5].startswith("β = 0.99, η = 3.16<br>96")
    assert told["hoverongaps"] is False
    assert "text" not in cells(sweep(made(ETA, BETA), View(hover=False)))
    many = made(Axis("eta", 0.01, 10, 70), Axis("gamma", 0.01, 10, 70))
    assert "text" not in cells(sweep(many, View()))
    assert "%{z:.1f} % dead" in cells(sweep(many, View()))["hovertemplate"]


@pytest.mark.parametrize(
    ("axis", "title", "ticks"),
    [
        (Axis("gamma", 1e-6, 10, 5), "target std. dev. γ", ["10⁻⁶", "10⁻⁴", "0.01", "1"]),
        (Axis("eta", 0.1, 0.7, 5), "learning rate η", ["0.1", "0.2", "0.5"]),
        (Axis("beta", 0, 0.9999, 5), "momentum β", ["0", "0.9", "0.99", "0.999", "0.9999"]),
        (
            Axis("max_iterations", 10, 10**6, 6),
            "updates <i>T</i>",
            ["10", "100", "1000", "10⁴", "10⁵", "10⁶"],
        ),
        (Axis("epsilon", 1e-4, 0.1, 4), "dead threshold ε", ["10⁻⁴", "0.001", "0.01", "0.1"]),
        (Axis("rho", 0, 2, 5), "orthogonal weight ρ", None),
    ],
)
def test_axes_say_what_varies(axis: Axis, title: str, ticks: list[str] | None) -> None:
    for layout in (
        sweep(made(axis), View()).to_dict()["layout"],
        sweep(made(axis, Axis("delta", -1, 1, 3)), View()).to_dict()["layout"],
    ):
        x = layout["xaxis"]
        assert x["title"]["text"] == title
        assert x.get("ticktext") == (None if ticks is None else ticks)
        assert all(x["range"][0] <= at <= x["range"][1] for at in x.get("tickvals", []))


UNITS = Draw(Initializer("he_normal", 50), 40)  # type: ignore[arg-type]  # its name


def test_lines_are_the_shares_with_bands_where_units_were_drawn() -> None:
    result = made(Axis("fan_in", 10, 1000, 6), missing=2, starts=UNITS)
    figure = sweep(result, View())
    assert names(figure) == ["converged band", "dead band", "converged", "dead"]
    for kind in (Outcome.DEAD, Outcome.CONVERGED):
        line = trace(figure, kind.name.lower())
        np.testing.assert_allclose(array(line["y"]), result.shares[:, kind])
        np.testing.assert_allclose(array(line["x"]), np.log10(result.sweep.axes[0].values))
        (band,) = outlines(trace(figure, f"{kind.name.lower()} band"))
        assert len(band) == 8
        for i in range(4):
            wanted = binomtest(int(result.counts[i, kind]), 40).proportion_ci(0.95, "exact")
            assert (band[i, 1], band[7 - i, 1]) == pytest.approx((wanted.low, wanted.high))
    assert trace(figure, "dead")["line"]["width"] > trace(figure, "converged")["line"]["width"]
    assert "fan-in 10: 0 % dead (0.0 to 8.8 %)" in trace(figure, "dead")["text"]
    note = annotation(figure, "dead")
    assert note["y"] == pytest.approx(result.shares[3, Outcome.DEAD])
    assert note["x"] == pytest.approx(3)


def test_a_grid_has_no_band_and_runs_are_drawn_apart() -> None:
    result = made(ETA)
    assert [name for name in names(sweep(result, View())) if "band" in name] == []
    iterations = result.iterations.copy()
    iterations[[2, 3]] = np.nan
    drawn = SweepResult(replace(result.sweep, starts=UNITS), result.counts * 40 // 100, iterations)
    assert [len(band) for band in outlines(trace(sweep(drawn, View()), "dead band"))] == [4, 6]
    empty = SweepResult(drawn.sweep, np.zeros_like(result.counts), np.full(7, np.nan))
    figure = sweep(empty, View())
    assert names(figure) == ["oscillates →", "dead"]
    assert "dead" not in texts(figure)


@pytest.mark.parametrize(
    ("axis", "hp", "wanted"),
    [
        (BETA, HP, {"oscillates →": float(critical_momentum(0.1))}),
        (BETA, replace(HP, eta=10.0), {"← past affine limit": 2 / 3}),
        (BETA, replace(HP, eta=1.5), {}),
        (Axis("eta", 0.001, 100, 9), HP, {"oscillates →": 0.026334, "past affine limit →": 38.0}),
        (Axis("eta", 0.1, 1, 9), HP, {}),
        (Axis("gamma", 0.1, 1, 9), HP, {}),
    ],
)
def test_lines_are_marked_where_the_regimes_change(
    axis: Axis, hp: Hyperparameters, wanted: dict[str, float]
) -> None:
    figure = sweep(made(axis, hp=hp), View(), {axis.name: 0.5})
    marks = {t["name"]: t["x"] for t in figure.to_dict()["data"] if t["name"] not in ("dead", "converged")}
    assert set(marks) == {*wanted, "<b>you</b>"}
    for text, value in {**wanted, "<b>you</b>": 0.5}.items():
        place = -np.log10(1 - value) if axis.name == "beta" else np.log10(value)
        assert marks[text] == pytest.approx([place, place], abs=1e-4)


def test_names_above_the_lines_give_way_where_they_would_meet() -> None:
    wide = made(Axis("eta", 0.001, 100, 9))
    assert {"oscillates →", "past affine limit →"} <= set(texts(sweep(wide, View())))
    near = made(Axis("eta", 0.01, 1000, 9), hp=replace(HP, beta=0.01))
    figure = sweep(near, View(size="phone"))
    assert len(traces(figure, "oscillates →|past affine limit →")) == 2
    assert len({"oscillates →", "past affine limit →"} & set(texts(figure))) == 1


@pytest.mark.parametrize("size", list(AREA))
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("axes", [(ETA, BETA), (ETA,)], ids=["map", "lines"])
def test_is_valid_small_and_legible(axes: tuple[Axis, ...], size: Size, theme: ThemeName) -> None:
    figure = sweep(made(*axes, missing=1), View(theme=theme, size=size), {"eta": 0.1, "beta": 0.9})
    whole = figure.to_dict()
    go.Figure(whole)  # plotly's own validation
    assert min(font_sizes(whole)) >= (19 if size == "present" else 13)
    assert len(json.dumps(whole)) < 40_000
    layout = whole["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["uirevision"] == "sweep"
    for axis in (layout["xaxis"], layout["yaxis"]):
        assert axis["automargin"] is axis["autorange"] is False
