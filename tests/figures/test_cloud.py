"""Real starts in the plane, and their dead share against T."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import Cloud, Hyperparameters, Initializer, Scheme, cloud, dead_cone_slope
from figures import DARK, LIGHT, THEMES, View, cloud_plane, cloud_window, survival
from figures.drawing import drawing
from figures.theme import ThemeName, momentum_colours
from figures.view import Size
from figures.window import Window
from tests.figures.reading import annotation, array, font_sizes, names, outlines, texts, trace, traces

HE = Initializer(Scheme.HE_NORMAL, 100)
WINDOW = Window(-1.5, 1.5, -2.9, 0.1)
HEIGHT = {"desktop": 250, "compact": 202, "phone": 186, "present": 330}


def run(beta: float, iterations: int = 2000, gamma: float = 0.1) -> Cloud:
    hp = Hyperparameters(beta=beta, eta=0.1, gamma=gamma, delta=0.0)
    return cloud(hp, HE, 120, iterations=iterations)


@pytest.fixture(scope="module")
def dying() -> Cloud:
    return run(0.99)


@pytest.fixture(scope="module")
def three(dying: Cloud) -> list[Cloud]:
    return [run(0.0), run(0.9), dying]


# ---------------------------------------------------------------- the plane


@pytest.mark.parametrize("iteration", [0, 105, 1000])
def test_every_unit_is_a_point_of_its_state(dying: Cloud, iteration: int) -> None:
    figure = cloud_plane(dying, iteration, WINDOW, View())
    row = dying.row(iteration)
    found = {name: trace(figure, name) for name in ("alive now", "dead now")}
    for name, state in (("alive now", ~dying.dead[row]), ("dead now", dying.dead[row])):
        np.testing.assert_array_equal(array(found[name]["x"]), dying.w[row, state])
        np.testing.assert_array_equal(array(found[name]["y"]), dying.b[row, state])
        np.testing.assert_array_equal(array(found[name]["customdata"]), np.abs(dying.rho[row, state]))
    assert names(figure)[-2:] == ["alive now", "dead now"]
    assert sum(len(array(points["x"])) for points in found.values()) == 120


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_dead_is_navy_with_a_white_edge_and_alive_is_not_converged(dying: Cloud, theme: ThemeName) -> None:
    colours = THEMES[theme]
    figure = cloud_plane(dying, 1000, WINDOW, View(theme=theme))
    dead, alive = (trace(figure, f"{state} now")["marker"] for state in ("dead", "alive"))
    assert (dead["color"], dead["line"]["color"], dead["size"]) == (colours.dead, colours.map_casing, 7)
    assert (alive["color"], alive["line"]["color"], alive["size"]) == (
        colours.map_casing,
        colours.map_ink,
        7,
    )
    used = json.dumps(figure.to_plotly_json(), default=str)
    assert not {colours.converged, colours.stalled, colours.diverged} & set(used.split('"'))
    assert not [t for t in figure.to_dict()["data"] if t["type"] != "scatter"]  # no ground


def test_cones_are_those_of_the_median_rho_at_the_playhead_and_say_so(dying: Cloud) -> None:
    for iteration in (0, 1000):
        row = dying.row(iteration)
        rho = float(np.median(np.abs(dying.rho[row])))
        figure = cloud_plane(dying, iteration, WINDOW, View())
        for name, sign in (("dead cone", 1), ("linear cone", -1)):
            border = trace(figure, name)
            w, b = array(border["x"]).astype(float), array(border["y"]).astype(float)
            np.testing.assert_allclose(b, sign * dead_cone_slope(1e-3) * np.hypot(w, rho), rtol=1e-6)
        assert annotation(figure, "cones")["text"] == f"cones at the median |ρ| = {rho:.3g}"


def test_trails_are_of_fifty_units_up_to_the_playhead(dying: Cloud) -> None:
    assert "trails" in names(cloud_plane(dying, 0, WINDOW, View()))
    figure = cloud_plane(dying, 1000, WINDOW, View())
    trails = trace(figure, "trails")
    ways = outlines(trails)
    assert len(ways) == 50
    assert trails["line"]["width"] == 1
    row = dying.row(1000)
    for unit, way in enumerate(ways):
        np.testing.assert_allclose(way[0], [dying.w[0, unit], dying.b[0, unit]], atol=1e-6)
        np.testing.assert_allclose(way[-1], [dying.w[row, unit], dying.b[row, unit]], atol=1e-6)
    assert len(outlines(trace(cloud_plane(dying, 1000, WINDOW, View()), "trails"))) == 50


def test_layers_can_be_left_out(dying: Cloud) -> None:
    figure = cloud_plane(dying, 1000, WINDOW, View(layers=frozenset()))
    assert names(figure) == ["ground truth", "alive now", "dead now"]
    assert not any("cones" in text for text in texts(figure))


def test_what_cannot_be_seen_is_counted(dying: Cloud) -> None:
    row = dying.row(1000)
    high = float(np.median(dying.b[row]))
    figure = cloud_plane(dying, 1000, replace(WINDOW, b_max=high), View())
    shown = sum(len(array(t["x"])) for t in traces(figure, ".* now"))
    assert 0 < shown < 120
    assert annotation(figure, "outside")["text"].endswith(f", {120 - shown} outside")


def test_diverged_units_are_counted_and_not_drawn() -> None:
    hp = Hyperparameters(beta=0.0, eta=900.0, gamma=1.0, delta=900.0)
    gone = cloud(hp, HE, 8, iterations=100)
    window = cloud_window(gone)
    assert np.isfinite([window.w_min, window.w_max, window.b_min, window.b_max]).all()
    figure = cloud_plane(gone, 100, window, View())
    assert annotation(figure, "diverged")["text"] == "8 diverged"
    assert "dead cone" not in names(figure)
    assert [len(array(t["x"])) for t in traces(figure, ".* now")] == [0, 0]


def test_the_window_holds_the_cloud_at_all_times_and_the_truth(dying: Cloud) -> None:
    window = cloud_window(dying)
    assert window.width == pytest.approx(window.height)
    assert window.contains(0.1, 0.0)
    inside = (np.abs(dying.w - (window.w_min + window.w_max) / 2) < window.width / 2) & (
        np.abs(dying.b - (window.b_min + window.b_max) / 2) < window.height / 2
    )
    assert inside.mean() > 0.99
    assert window.height < 1.3 * (max(dying.b.max(), 0) - dying.b.min())


def test_the_truth_is_a_ring_that_no_note_covers(dying: Cloud) -> None:
    for view in (View(), View(theme="dark", size="phone")):
        figure = cloud_plane(dying, 1000, cloud_window(dying), view)
        ring = trace(figure, "ground truth")
        assert (ring["x"], ring["y"]) == ([0.1], [0.0])
        assert ring["marker"]["color"] == view.colours.page
        assert ring["marker"]["line"]["color"] == view.colours.ink
        assert annotation(figure, "ground truth")["arrowcolor"] == view.colours.ink
    assert annotation(cloud_plane(dying, 1000, cloud_window(dying), View()), "cones")["y"] == 1
    under = Window(0.0, 3.0, -2.95, 0.05)  # the truth lies in the upper left corner
    assert annotation(cloud_plane(dying, 1000, under, View()), "cones")["y"] == 0


def test_axes_show_exactly_the_window_at_one_scale(dying: Cloud) -> None:
    layout = cloud_plane(dying, 5, WINDOW, View()).to_dict()["layout"]
    assert layout["xaxis"]["range"] == [-1.5, 1.5]
    assert layout["yaxis"]["range"] == [-2.9, 0.1]
    assert layout["yaxis"]["scaleanchor"] == "x"


# ---------------------------------------------------------------- the share against T


def test_each_beta_has_its_share_and_its_interval(three: list[Cloud]) -> None:
    figure = survival(three, 1000, View())
    for beta, one in zip(("0", "0.9", "0.99"), three, strict=True):
        line = trace(figure, f"β = {beta}")
        np.testing.assert_array_equal(array(line["x"]), one.iteration[1:])
        np.testing.assert_allclose(array(line["y"]), one.dead_fraction[1:], atol=1e-6)
        band = trace(figure, f"β = {beta} band")
        x, y = array(band["x"]), array(band["y"])
        half = len(x) // 2
        np.testing.assert_array_equal(x[:half], x[: half - 1 : -1])
        for ends, edge in ((one.interval[0], y[:half]), (one.interval[1], y[: half - 1 : -1])):
            np.testing.assert_allclose(
                np.interp(one.iteration[1:], x[:half], edge), ends[1:], atol=1e-6
            )  # what was left out lies on straight lines
        assert half < len(one.iteration) - 50


def test_three_teals_by_momentum_the_current_one_bold_and_last(three: list[Cloud]) -> None:
    figure = survival([three[2], three[0], three[1]], 1000, View())
    teals = momentum_colours(LIGHT)
    for beta, teal in zip(("0", "0.9", "0.99"), teals, strict=True):
        assert trace(figure, f"β = {beta}")["line"]["color"] == teal
    widths = {t["name"]: t["line"]["width"] for t in traces(figure, "β = [0-9.]+")}
    assert max(widths, key=lambda name: widths[name]) == "β = 0.9"
    lines = [name for name in names(figure) if name.startswith("β") and "band" not in name]
    assert lines[-1] == "β = 0.9"
    assert trace(figure, "chosen")["marker"]["color"] == teals[1]
    weights = {n["text"]: n["font"].get("weight") for n in figure.to_dict()["layout"]["annotations"]}
    assert weights == {"β = 0.9": 700, "β = 0": None, "β = 0.99": None}


def test_the_chosen_t_is_a_line_and_a_point_on_the_current_curve(three: list[Cloud]) -> None:
    for iteration, nearest in ((1, 1), (104, 100), (1234, 1200), (0, 1), (10**6, 2000)):
        figure = survival(three, iteration, View())
        line, point = trace(figure, "chosen T"), trace(figure, "chosen")
        share = three[2].dead_fraction[three[2].row(nearest)]
        assert line["x"] == [nearest, nearest]
        assert (point["x"], point["y"]) == ([nearest], [share])
    assert "T = 1\u202f200: " in trace(survival(three, 1234, View()), "chosen")["hovertemplate"]


def test_t_is_logarithmic_from_1_to_the_last(three: list[Cloud]) -> None:
    layout = survival(three, 5, View()).to_dict()["layout"]
    assert layout["xaxis"]["type"] == "log"
    assert layout["xaxis"]["range"] == pytest.approx([0, np.log10(2000)])
    assert layout["xaxis"]["ticktext"] == ["1", "10", "10²", "10³"]
    long = survival([run(0.9, 100_000)], 5, View()).to_dict()["layout"]["xaxis"]
    assert long["ticktext"] == ["1", "10²", "10⁴"]


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
def test_names_stay_apart_at_the_ends_of_their_curves(three: list[Cloud], size: Size) -> None:
    view = View(size=size)
    figure = survival(three, 5, view)
    notes = [note for note in figure.to_dict()["layout"]["annotations"] if note["text"].startswith("β")]
    assert len(notes) == 3
    up = sorted(note["y"] / 1.05 * HEIGHT[size] + note["yshift"] for note in notes)
    assert all(above - below > view.px(15.9) for below, above in pairwise(up))
    assert [note["x"] for note in notes] == pytest.approx([np.log10(2000)] * 3)


def test_hovering_tells_t_share_and_interval(three: list[Cloud]) -> None:
    line = trace(survival(three, 5, View()), "β = 0.99")
    assert line["hovertemplate"].startswith("β = 0.99, after %{x:,d} updates: %{text}")
    spike = int(np.argmax(three[2].dead_fraction[1:] == 1))
    assert line["text"][spike] == "100 % dead (97.0 to 100.0 %)"
    assert "text" not in trace(survival(three, 5, View(hover=False)), "β = 0.99")


def test_refuses_none_too_many_and_equal_momenta(three: list[Cloud]) -> None:
    for wrong in ([], [*three, run(0.5, 10)], [three[0], run(0.0, 10)]):
        with pytest.raises(ValueError, match="clouds must be one to three with different beta, got"):
            survival(wrong, 5, View())


# ---------------------------------------------------------------- both


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_valid_small_legible_and_can_be_sketched(three: list[Cloud], size: Size, theme: ThemeName) -> None:
    view = View(theme=theme, size=size, hover=False)
    plane_spec = cloud_plane.spec(three[2], 1000, WINDOW, view)
    for spec in (plane_spec, survival.spec(three, 1000, view)):
        figure = go.Figure(**spec).to_dict()  # plotly's own validation
        assert min(font_sizes(figure)) >= (19 if size == "present" else 13)
        assert len(json.dumps(figure)) < 60_000
        assert len(drawing(spec).marks) >= 7
        layout = figure["layout"]
        assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
        assert layout["uirevision"]
        for axis in (layout["xaxis"], layout["yaxis"]):
            assert axis["automargin"] is axis["autorange"] is False
    assert THEMES[theme] in (LIGHT, DARK)
