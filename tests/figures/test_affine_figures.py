"""Fig. 2: the eigenvalues and the affine error."""

import numpy as np
import plotly.graph_objects as go
import pytest

from dynamics import (
    AffineTrajectory,
    affine_trajectory,
    critical_momentum,
    eigenvalue_locus_beta,
    eigenvalues,
)
from figures import DARK, LIGHT, View, locus, oscillation
from figures.theme import ThemeName
from tests.figures.reading import annotation, array, texts, trace


def points(figure: go.Figure, name: str) -> np.ndarray:
    found = trace(figure, name)
    return np.asarray(array(found["x"]) + 1j * array(found["y"]))


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("eta", [0.1, 1.0, 3.0, 40.0, 1000.0])
def test_locus_marks_both_eigenvalues_within_its_frame(beta: float, eta: float) -> None:
    figure = locus(eigenvalue_locus_beta(eta), beta, View())
    np.testing.assert_array_equal(points(figure, "current"), eigenvalues(beta, eta))
    np.testing.assert_array_equal(points(figure, "β = 0"), eigenvalues(0.0, eta))
    layout = figure.to_dict()["layout"]
    for name in ("locus", "current", "β = 0"):
        shown = points(figure, name)
        shown = shown[np.isfinite(shown)]
        assert layout["xaxis"]["range"][0] < shown.real.min()
        assert shown.real.max() < layout["xaxis"]["range"][1]
        assert np.abs(shown.imag).max() < layout["yaxis"]["range"][1]
    modulus = np.abs(eigenvalues(beta, eta)).max()
    assert any(text.startswith("|λ| = ") for text in texts(figure))
    if modulus < 1e4:
        assert float(annotation(figure, "|λ|")["text"].split()[-1]) == pytest.approx(modulus, rel=5e-3)


def test_locus_runs_from_beta_0_to_1_without_joining_its_branches() -> None:
    shown = points(locus(eigenvalue_locus_beta(0.1), 0.9, View()), "locus")
    (gap,) = np.flatnonzero(np.isnan(shown))
    first, second = shown[:gap], shown[gap + 1 :]
    np.testing.assert_allclose([first[0], second[0]], eigenvalues(0.0, 0.1))
    np.testing.assert_allclose([first[-1], second[-1]], [1, 1], atol=1e-9)


def test_frames_grow_in_steps_so_that_a_drag_does_not_zoom() -> None:
    ranges = [
        locus(eigenvalue_locus_beta(eta), 0.9, View()).to_dict()["layout"]["xaxis"]["range"]
        for eta in (0.001, 0.01, 0.1, 0.5, 0.9)
    ]
    assert all(shown == ranges[0] for shown in ranges)
    assert len({tuple(r) for r in ranges}) == 1


def test_locus_names_the_momentum_at_which_the_eigenvalues_turn_complex() -> None:
    figure = locus(eigenvalue_locus_beta(0.1), 0.9, View())
    assert "β = 0.67" in texts(figure)
    (meeting,) = points(figure, "turns complex")
    assert abs(meeting) == pytest.approx(np.sqrt(critical_momentum(0.1)))


def test_the_unit_circle_is_a_circle() -> None:
    layout = locus(eigenvalue_locus_beta(0.1), 0.9, View()).to_dict()["layout"]
    disc = layout["shapes"][0]
    assert (disc["type"], disc["x0"], disc["x1"], disc["y0"], disc["y1"]) == ("circle", -1, 1, -1, 1)
    assert layout["yaxis"]["scaleanchor"] == "x"
    assert layout["yaxis"]["scaleratio"] == 1


def runs(*betas: float, eta: float = 0.1, steps: int = 100) -> list[AffineTrajectory]:
    return [affine_trajectory(beta, eta, steps) for beta in betas]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_three_momenta_have_three_teals_low_to_high(theme: ThemeName) -> None:
    figure = oscillation(runs(0.99, 0.0, 0.5), View(theme=theme))
    colours = LIGHT if theme == "light" else DARK
    shown = {t["name"]: t["line"]["color"] for t in figure.to_dict()["data"]}
    assert shown == {
        "β = 0": colours.momentum_1,
        "β = 0.5": colours.momentum_2,
        "β = 0.99": colours.momentum_3,
    }


def test_oscillation_draws_the_errors_and_the_last_run_bold() -> None:
    given = runs(0.0, 0.67, 0.9)
    figure = oscillation(given, View())
    widths = []
    for run in given:
        line = trace(figure, f"β = {run.beta:g}")
        np.testing.assert_allclose(array(line["y"]), run.a, atol=1e-6)
        widths.append(line["line"]["width"])
    assert widths[0] == widths[1] < widths[2]
    assert figure.to_dict()["data"][-1]["name"] == "β = 0.9"


def test_a_momentum_equal_to_another_is_drawn_once() -> None:
    figure = oscillation(runs(0.0, 0.67, 0.0), View())
    assert sorted(t["name"] for t in figure.to_dict()["data"]) == ["β = 0", "β = 0.67"]
    assert len(oscillation(runs(0.0), View()).to_dict()["data"]) == 1


@pytest.mark.parametrize("betas", [(), (0.0, 0.1, 0.2, 0.3)])
def test_oscillation_refuses_other_numbers_of_momenta(betas: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="one to three"):
        oscillation(runs(*betas), View())


@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize(("eta", "size"), [(8.0, "3·10⁸⁴"), (1e6, "∞")])
def test_a_diverging_error_leaves_the_axis_and_the_figure_says_so(eta: float, size: str) -> None:
    figure = oscillation(runs(0.0, 0.9, eta=eta), View())
    assert any(size in text for text in texts(figure))
    low, high = figure.to_dict()["layout"]["yaxis"]["range"]
    error = array(trace(figure, "β = 0")["y"])
    assert np.all(np.isfinite(error))
    assert abs(error[-1]) > high
    assert np.all((error[:-1] >= low) & (error[:-1] <= high))


def test_a_calm_error_says_nothing_of_cutting() -> None:
    assert not any("cut off" in text for text in texts(oscillation(runs(0.0, 0.9), View())))
