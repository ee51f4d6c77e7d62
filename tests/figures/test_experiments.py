"""Fig. 1 and section 5 as pictures: the numbers where they belong, and nothing where none are."""

import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import dead_cone_slope
from experiments.depth import DepthResult, DepthRun
from experiments.figure1 import Figure1
from experiments.figure1_result import Figure1Result, assemble
from experiments.intervals import estimate, geometric
from experiments.theory import Theory, TheoryResult
from figures import (
    LIGHT,
    THEMES,
    View,
    depth,
    few_units,
    figure1,
    first_layer,
    first_layer_window,
    lone_units,
)
from figures.chart import percent
from figures.theme import ThemeName, momentum_shades
from figures.view import Size
from tests.figures.reading import array, font_sizes, names, texts, trace, traces

RUN = Figure1(
    datasets=("diabetes", "teacher"), gammas=(0.01, 1, 10), deltas=(-3, 0, 10), betas=(0, 0.9, 0.99), seeds=4
)
DEEP = DepthRun(dataset="teacher", betas=(0, 0.99), depth=7, steps=40, seeds=3)


def made(seeds: int = 4, factor: float = 1.0) -> Figure1Result:
    """Numbers that differ everywhere; only the first seeds are finished."""
    shape = (2, RUN.seeds, len(RUN.conditions))
    random = np.random.default_rng(0)
    arrays = {name: random.random(shape) / 3 for name in ("dead", "born", "died", "revived")}
    arrays |= {name: 0.2 + random.random(shape) for name in ("train_error", "test_error")}
    arrays["train_error"][..., [c.gamma == 0.01 for c in RUN.conditions]] *= factor
    arrays["diverged"] = np.zeros(shape)
    for values in arrays.values():
        values[:, seeds:] = np.nan
    return Figure1Result(spec=RUN, **arrays)


def deep(finished: int = 3) -> DepthResult:
    shape = (3, DEEP.seeds, len(DEEP.conditions))
    random, records = np.random.default_rng(1), len(DEEP.records)
    arrays = {
        "share": random.random((*shape, records, DEEP.depth)),
        "born": np.zeros(shape),
        "died": np.ones((*shape, records)),
        "revived": np.zeros((*shape, records)),
        **{name: random.random(shape) for name in ("train_error", "test_error", "diverged")},
    }
    for values in arrays.values():
        values[finished:] = np.nan
    return DepthResult(spec=DEEP, **arrays)


def suffix(n: int) -> str:
    return "" if n == 0 else str(n + 1)


@pytest.mark.parametrize(
    ("swept", "places"), [("gamma", [-2, 0, 1]), ("delta", np.arcsinh([-3.0, 0.0, 10.0]).tolist())]
)
def test_points_are_the_means_over_seeds(swept: str, places: list[float]) -> None:
    result = made()
    figure = figure1(result, View(), swept)  # type: ignore[arg-type]
    for i in range(2):
        for row, (quantity, mean) in enumerate((("train_error", geometric), ("dead", estimate))):
            expected = mean(result.along(swept, quantity)[i])
            panel = [t for t in traces(figure, r"β = [\d.]+") if t["xaxis"] == f"x{suffix(2 * i + row)}"]
            assert [t["name"] for t in panel] == ["β = 0", "β = 0.9", "β = 0.99"]
            for j, line in enumerate(panel):
                np.testing.assert_allclose(array(line["x"]), places, atol=1e-6)
                np.testing.assert_allclose(array(line["y"]), expected.mean[j], rtol=1e-6)
            bands = [t for t in traces(figure, r"β = [\d.]+ band") if t["xaxis"] == panel[0]["xaxis"]]
            np.testing.assert_allclose(array(bands[1]["y"])[:3], expected.high[1], rtol=1e-6)
            np.testing.assert_allclose(array(bands[1]["y"])[:2:-1], expected.low[1], rtol=1e-6)


def test_the_chosen_momentum_is_strong_and_on_top() -> None:
    figure = figure1(made(), View(), beta=0.9)
    lines = [t for t in traces(figure, r"β = [\d.]+") if t["xaxis"] == "x"]
    assert [t["name"] for t in lines] == ["β = 0", "β = 0.99", "β = 0.9"]
    assert lines[2]["line"]["width"] > lines[0]["line"]["width"]
    colours = momentum_shades(LIGHT, RUN.betas)
    assert [t["line"]["color"] for t in lines] == [colours[beta] for beta in (0, 0.99, 0.9)]


def test_one_seed_has_no_band_and_none_no_line_but_axes() -> None:
    assert not traces(figure1(made(seeds=1), View()), ".* band")
    figure = figure1(made(seeds=0), View())
    assert not traces(figure, ".* band")
    for line in traces(figure, r"β = [\d.]+"):
        assert np.isnan(array(line["y"])).all()
    layout = figure.to_dict()["layout"]
    assert {f"{side}axis{suffix(n)}" for n in range(4) for side in "xy"} <= set(layout)


def test_errors_far_apart_have_a_logarithmic_axis_and_others_begin_at_0() -> None:
    near, far = (figure1(made(factor=f), View()).to_dict()["layout"] for f in (1, 1000))
    assert near["yaxis"]["range"][0] == 0
    assert "type" not in near["yaxis"]
    assert far["yaxis"]["type"] == "log"
    assert far["yaxis2"]["range"][0] == 0
    assert len(far["yaxis"]["tickvals"]) > 1
    for layout in (near, far):
        assert layout["yaxis2"]["range"] == layout["yaxis4"]["range"]
        assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]
        assert layout["xaxis"]["domain"] == layout["xaxis2"]["domain"]
        assert layout["xaxis"]["domain"][1] < layout["xaxis3"]["domain"][0]


@pytest.mark.parametrize(("at", "lines"), [(0.1, 4), (10, 4), (100, 0), (None, 0)])
def test_a_dotted_line_marks_the_slider_within_the_axis(at: float | None, lines: int) -> None:
    shapes = figure1(made(), View(), at=at).to_dict()["layout"]["shapes"]
    assert len(shapes) == lines
    assert at is None or all(shape["x0"] == pytest.approx(np.log10(at)) for shape in shapes)


def test_columns_are_named_and_a_phone_shows_one() -> None:
    result = made()
    wide, phone = figure1(result, View()), figure1(result, View(size="phone"))
    assert [text.split("</b>")[1] for text in texts(wide)] == [
        " progression, 442 × 10",
        " x10, 1\u202f000 × 10",
    ]
    assert texts(figure1(result, View(), "delta")) == []  # which is shown below
    assert len(texts(phone)) == 1
    assert "diabetes" in texts(phone)[0]
    assert "teacher" in texts(figure1(result, View(size="phone"), datasets=["teacher"]))[0]


def test_hovering_tells_mean_interval_and_seeds() -> None:
    (line, *_) = [t for t in traces(figure1(made(seeds=3), View()), "β = 0.9") if t["xaxis"] == "x2"]
    found = estimate(made(seeds=3).along("gamma", "dead")[0])
    assert line["text"][1].startswith("diabetes, γ = 1, β = 0.9<br>")
    assert f"{100 * found.mean[1, 1]:.1f} % (" in line["text"][1]
    assert line["text"][1].endswith("3 seeds")


def test_each_layer_is_a_row_and_the_last_is_on_top() -> None:
    result = deep()
    figure = depth(result, 0.99, View(), record=20)
    maps = figure.to_dict()["data"]
    assert [m["name"] for m in maps] == [
        f"{kind}, γ = {gamma}"
        for gamma in ("0.01", "1")
        for kind in ("plain", "residual", "residual_batch_norm")
    ]
    for n, found in enumerate(maps):
        condition = result.condition((0.01, 1.0)[n // 3], 0.99)
        shares = result.share[n % 3, :, condition].mean(axis=0).T
        np.testing.assert_allclose(array(found["z"]).reshape(shares.shape), 100 * shares, rtol=1e-6)
        np.testing.assert_array_equal(array(found["y"]), np.arange(1, 8))
        np.testing.assert_array_equal(array(found["x"]), DEEP.records)
        assert (found["xaxis"], found["yaxis"]) == (f"x{suffix(n)}", f"y{suffix(n)}")
        assert (found["zmin"], found["zmax"], found["ygap"]) == (0, 100, 1)
    layout = figure.to_dict()["layout"]
    assert layout["yaxis"]["range"] == [0.5, 7.5]
    assert layout["yaxis"]["domain"][0] > layout["yaxis4"]["domain"][1]
    assert {shape["x0"] for shape in layout["shapes"]} == {DEEP.records[20]}
    assert "died 21, revived 0" in texts(figure)[1]
    assert "died 41, revived 0" in texts(depth(result, 0.99, View()))[1]


def test_the_browser_is_given_what_stands_over_each_panel_at_every_record() -> None:
    result = deep()
    layout = depth(result, 0.99, View()).to_dict()["layout"]
    meta, annotations = layout["meta"], layout["annotations"]
    assert meta["steps"] == list(DEEP.records)
    assert len(meta["words"]) == 6
    for record in (0, 20, -1):
        other = depth(result, 0.99, View(), record=record).to_dict()["layout"]["annotations"]
        for i, told in meta["words"].items():
            share, rest = told[record]
            assert f">{share}</b>{rest}" in other[int(i)]["text"]
    shares = result.share[0, :, result.condition(0.01, 0.99)].mean(axis=(0, 2))
    first = next(iter(meta["words"].values()))
    assert [share for share, _ in first] == [percent(float(share)) for share in shares]
    assert [annotations[int(i)]["align"] for i in meta["words"]] == ["right"] * 6


def test_what_is_not_finished_is_blank_and_says_nothing() -> None:
    figure = depth(deep(finished=1), 0.0, View())
    plain, residual, *_ = figure.to_dict()["data"]
    assert np.isfinite(array(plain["z"])).all()
    assert np.isnan(array(residual["z"])).all()
    assert len([text for text in texts(figure) if "dead" in text]) == 2


def test_axes_name_every_decade_where_there_is_room_and_no_share_before_there_is_one() -> None:
    usual, one = Figure1(), Figure1(("diabetes",))
    narrow, wide = (figure1(assemble(run, {}), View()).to_dict()["layout"] for run in (usual, one))
    assert narrow["xaxis2"]["ticktext"] == ["10⁻³", "0.1", "1", "10", "10³"]
    assert wide["xaxis2"]["ticktext"] == ["10⁻³", "0.01", "0.1", "1", "10", "100", "10³"]
    assert list(wide["yaxis2"]["tickvals"]) == []
    result = made()
    layout = figure1(replace(result, dead=result.dead / 30), View()).to_dict()["layout"]
    ticks = dict(zip(layout["yaxis2"]["ticktext"], layout["yaxis2"]["tickvals"], strict=True))
    assert ticks == {"0": 0, "2 %": 0.02, "4 %": 0.04}


def theory(finished: bool = True) -> TheoryResult:
    spec = Theory(width=8, steps=20, seeds=4)
    random = np.random.default_rng(2)
    units = (len(spec.records), 8)
    length, bias = random.standard_normal(units), random.standard_normal(units) - 1
    active = random.random(units)
    active[-1, :3] = 0
    lone = (random.random((18, 100)) < np.linspace(0, 1, 18)[:, None]).astype(float)
    few = (np.ones((5, 4)), random.random((5, 4)))
    arrays = [length, bias, active, *few, lone, 1 - lone]
    if not finished:
        arrays = [np.full(values.shape, np.nan) for values in arrays]
    return TheoryResult(spec, *arrays)


def test_units_lie_among_straight_cones_by_their_length_and_bias() -> None:
    result = theory()
    figure = first_layer(result, View())
    window = first_layer_window(result)
    for name, dead in (("dead now", True), ("alive now", False)):
        found = trace(figure, name)
        chosen = result.dead[-1] == dead
        np.testing.assert_allclose(array(found["x"]), result.length[-1, chosen], rtol=1e-6)
        np.testing.assert_allclose(array(found["y"]), result.bias[-1, chosen], rtol=1e-6)
    assert len(array(trace(figure, "dead now")["x"])) == 3
    border = trace(figure, "dead cone")
    slope = dead_cone_slope(result.spec.epsilon)
    np.testing.assert_allclose(array(border["y"]), slope * np.abs(array(border["x"])), rtol=1e-6)
    for values, low, high in (
        (result.length, window.w_min, window.w_max),
        (result.bias, window.b_min, window.b_max),
    ):
        assert low <= values.min() <= values.max() <= high
    first = first_layer(result, View(layers=frozenset()), 0)
    assert names(first) == ["alive now", "dead now"]
    np.testing.assert_allclose(array(trace(first, "alive now")["x"]), result.length[0], rtol=1e-6)


def test_ways_lead_to_the_units_and_break_where_they_change_sides() -> None:
    result = theory()
    way = trace(first_layer(result, View(), 3), "trails")
    x, y = array(way["x"]), array(way["y"])
    np.testing.assert_allclose(x[0], result.length[0, 0], rtol=1e-6)
    pairs = np.isfinite(x[1:]) & np.isfinite(x[:-1])
    assert (x[1:][pairs] * x[:-1][pairs] > 0).all()
    assert np.isfinite(y).sum() == 4 * 8


def test_the_browser_is_given_the_units_at_every_record() -> None:
    result = theory()
    window = first_layer_window(result)
    meta = first_layer(result, View()).to_dict()["layout"]["meta"]
    assert meta["steps"] == list(result.spec.records)
    step = (window.w_max - window.w_min) / 1e4
    np.testing.assert_allclose(meta["length"], result.length, atol=step)
    np.testing.assert_allclose(meta["bias"], result.bias, atol=step)
    np.testing.assert_array_equal(meta["dead"], result.dead)
    np.testing.assert_allclose(meta["active"], 100 * result.active, atol=1e-2)


def test_a_unit_that_left_all_numbers_is_not_dead() -> None:
    result = theory()
    length = result.length.copy()
    length[-1, :2] = np.nan
    lost = replace(result, length=length)
    assert lost.dead[-1].sum() == 1
    assert len(array(trace(first_layer(lost, View()), "dead now")["x"])) == 1
    assert lost.diverged == 1


def test_predictions_stand_beside_what_was_seen() -> None:
    result = theory()
    points = trace(lone_units(result, View()), "lone units")
    np.testing.assert_allclose(array(points["x"]), result.lone_predicted.mean(axis=1), atol=1e-6)
    np.testing.assert_allclose(array(points["y"]), result.lone_seen.mean(axis=1), atol=1e-6)
    assert points["text"][0].startswith("γ = 0.3, β = 0: theory 0 %")
    figure = few_units(result, View())
    seen = estimate(result.seen, axis=1)
    found = trace(figure, "seen")
    np.testing.assert_allclose(array(found["x"]), [0, 1, 2, 3, 5])
    np.testing.assert_allclose(array(found["y"]), seen.mean, rtol=1e-6)
    np.testing.assert_allclose(array(found["error_y"]["array"]), seen.high - seen.mean, rtol=1e-6)
    assert texts(figure)[-1] == "theory: 100 %"
    assert len(texts(figure)) == 6


def test_a_theory_that_is_not_computed_yet_has_axes_and_no_points() -> None:
    blank = theory(finished=False)
    for figure in (first_layer(blank, View()), lone_units(blank, View()), few_units(blank, View())):
        for found in figure.to_dict()["data"]:
            if found["mode"] == "markers":
                assert len(array(found["x"])) == 0
        go.Figure(figure.to_dict())


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_are_valid_legible_and_inside(size: Size, theme: ThemeName) -> None:
    view = View(theme=theme, size=size)
    drawn = [
        figure1(made(), view),
        figure1(made(factor=1e4), view, "delta"),
        depth(deep(), 0.99, view, 7),
        *(draw(theory(), view) for draw in (first_layer, lone_units, few_units)),
    ]
    for figure in drawn:
        plain = figure.to_dict()
        go.Figure(plain)  # plotly's own validation
        assert min(font_sizes(plain)) >= (19 if size == "present" else 13)
        assert len(json.dumps(plain)) < 60_000
        for name, axis in plain["layout"].items():
            if name.startswith(("xaxis", "yaxis")):
                assert 0 <= axis.get("domain", [0, 1])[0] < axis.get("domain", [0, 1])[1] <= 1
    scale = depth(deep(), 0.99, view).to_dict()["data"][0]["colorscale"]
    assert [colour for _, colour in scale][::19] == [THEMES[theme].share_1, THEMES[theme].share_10]
