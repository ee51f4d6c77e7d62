"""The snippets, run as they stand, give the bits that the page shows."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import kick, results, revival, runs
from dashboard.clouds import clouds, updates
from dashboard.comparison import compare
from dashboard.export import ExportRequest, read, shown
from dashboard.snippet import snippet
from dynamics import BasinMap, Cancellation, Cloud, Outcome
from figures import StartPath

FIELDS = ("outcome", "iterations", "final_w", "final_b", "final_rho")
STATES = ("w", "b", "rho", "m_w", "m_b", "m_rho", "loss", "activation_probability")
GRID = {"cells": "24"}


def asked(picture: str = "", **texts: str) -> ExportRequest:
    request = read(GRID | texts)
    return request.of(picture) if picture else request


def run(request: ExportRequest) -> Any:
    """Execute a snippet in a scope of its own and return what it leaves there."""
    code = snippet(request, Cancellation())
    assert code.startswith(("from dynamics import ", "import numpy as np\n\nfrom dynamics import "))
    scope: dict[str, Any] = {}
    exec(compile(code, request.picture, "exec"), scope)
    return SimpleNamespace(**scope)


def same(one: Any, other: Any, names: tuple[str, ...] = FIELDS) -> None:
    for name in names:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name, strict=True)


def shown_map(request: ExportRequest, pinned: bool = False) -> BasinMap:
    """What the page shows."""
    at = request.settings.pinned if pinned else request.settings
    return results.timed_map(at, request.cells, Cancellation(), request.exact).basin


MAPS: list[Mapping[str, str]] = [
    {},
    {"beta": "0"},
    {"beta": "0", "delta": "-0.7", "gamma": "1"},
    {"delta": "0.5", "rho": "1.4"},
    {"tolerance": "0", "max_iterations": "300"},
    {"scale": "1", "window": "-30,30,-30,30", "tolerance": "1e-5", "starts": "20,18", "gamma": "0.013"},
    {"window": "0.7,0.70002,0.55,0.55002", "exact": "1"},
    {"window": "-1,2,-4,0.123456789", "resolution": "17", "cells": "17"},
    {"pytorch": "1", "beta": "0.95", "eta": "0.3"},
    {"eta": "2.5", "beta": "0.1", "max_iterations": "2000", "epsilon": "0.01"},
]


@pytest.mark.parametrize("texts", MAPS)
def test_the_map(texts: Mapping[str, str]) -> None:
    request = asked("map", **texts)
    found = run(request)
    expected = shown_map(request)
    assert found.basin.grid == expected.grid
    same(found.basin, expected)
    assert ("SGD(" in snippet(request, Cancellation())) == ("pytorch" in texts)


numbers = st.fixed_dictionaries(
    {
        "beta": st.sampled_from(["0", "0.5", "0.9", "0.987", "0.999"]),
        "eta": st.floats(0.001, 3).map(str),
        "gamma": st.floats(0.001, 10).map(str),
        "delta": st.sampled_from(["0", "-0.3", "1"]),
        "rho": st.sampled_from(["0", "0.5"]),
        "max_iterations": st.integers(1, 3000).map(str),
        "tolerance": st.sampled_from(["0", "1e-6", "1e-4"]),
        "scale": st.sampled_from(["0", "1"]),
        "starts": st.sampled_from(["none", "2,1.8", "2,1.8;-1.6,2.3;0,0;-0.5,-3"]),
    }
)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(numbers, st.sampled_from(["none", "1,0.5,0.2", "40,0.99,0.1", "5000,0,1"]))
def test_any_setting(texts: dict[str, str], before: str) -> None:
    request = asked("map", **texts)
    same(run(request).basin, shown_map(request))
    followed(asked("alive", **texts, before=before))


def followed(request: ExportRequest) -> None:
    """Check the paths at all iterations that both recorded."""
    at = request.settings.pinned if request.picture == "pinned-alive" else request.settings
    found, expected = run(request), runs.paths(at, Cancellation())
    assert list(found.paths) == [path.letter for path in expected]
    for path in expected:
        compare_path(found.paths[path.letter], found.ends[path.letter], path)


def compare_path(trajectory: Any, end: Outcome, path: StartPath) -> None:
    assert end == path.outcome
    assert trajectory.iteration[-1] == path.trajectory.iteration[-1]
    kept = np.isin(trajectory.iteration, path.trajectory.iteration)
    rows = np.isin(path.trajectory.iteration, trajectory.iteration)
    assert kept.sum() == rows.sum() >= min(len(trajectory.iteration), 2)
    for name in STATES:
        np.testing.assert_array_equal(
            getattr(trajectory, name)[kept], getattr(path.trajectory, name)[rows], err_msg=name
        )


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"beta": "0", "delta": "0.4"},
        {"tolerance": "0", "max_iterations": "5000"},
        {"before": "26,0.99,0.1"},
        {"before": "26,0.99,0.1", "tolerance": "0", "max_iterations": "20"},
        {"before": "100000,0,0.1", "rho": "0.3"},
        {"before": "10,0,50", "beta": "0.5", "eta": "50"},
        {"beta": "0", "eta": "5", "starts": "2,1.8"},
        {"pin": "beta:0;tolerance:0;max_iterations:700"},
        {"starts": "none"},
    ],
)
def test_the_paths(texts: dict[str, str]) -> None:
    followed(asked("alive", **texts))
    if "pin" in texts:
        followed(asked("pinned-alive", **texts))


def test_pinned_and_changed() -> None:
    texts = {"pin": "beta:0;gamma:1;rho:0.2", "scale": "1"}
    request = asked("pinned", **texts)
    pinned, now = shown_map(request, pinned=True), shown_map(request)
    same(run(request).basin, pinned)
    changed = run(asked("changed", **texts))
    same(changed.basin, now)
    same(changed.pinned, pinned)
    assert changed.changed.any()
    np.testing.assert_array_equal(changed.changed, now.outcome != pinned.outcome)


@pytest.mark.parametrize("texts", [{}, {"delta": "1", "rho": "0.5", "selected": "-1,-4"}, {"pytorch": "1"}])
def test_revival(texts: dict[str, str]) -> None:
    request = asked("map", colouring="revival", **texts)
    grid = request.settings.grid(request.cells)
    expected = revival.find(request.settings, grid, True, Cancellation())
    assert expected is not None
    found = run(request)
    assert np.isfinite(found.revival.log10_iterations).any()
    same(found.revival, expected.ground, ("log10_iterations",))
    found = run(request.of("revival"))
    same(found.unit, expected.unit, ("w", "b", "rho", "log10_iterations"))
    assert list(found.curves) == [curve.hyperparameters.gamma for curve in expected.curves]
    for curve, other in zip(found.curves.values(), expected.curves, strict=True):
        same(curve, other, ("w", "b", "rho", "log10_iterations"))


def test_the_gradient() -> None:
    request = asked("map", colouring="gradient", delta="0.2")
    field, arrows = run(request).field, results.arrows(request.settings, request.view)
    assert field.dw.shape == (24, 24)
    w, b = np.searchsorted(field.grid.w, arrows.grid.w[0]), np.searchsorted(field.grid.b, arrows.grid.b[0])
    assert np.sign(field.dw[b, w]) == np.sign(arrows.dw[0, 0])  # the picture's arrows are coarser
    for one, other in zip(
        run(request.of("field")).fields, results.fields(request.settings, request.view), strict=True
    ):
        same(one, other, ("dw", "db"))


@pytest.mark.parametrize("texts", [{}, {"pytorch": "1", "delta": "0.1"}])
def test_the_share_against_momentum(texts: dict[str, str]) -> None:
    request = asked("share", gamma="0.5", tolerance="0", max_iterations="200", **texts)
    found, curves = run(request), compare(request.settings, Cancellation()).curves
    assert curves is not None
    assert list(found.shares) == [curve.gamma for curve in curves]
    for curve in curves:
        assert [beta for beta, _ in found.points[curve.gamma]] == curve.beta.tolist()
        assert found.shares[curve.gamma] == curve.share.tolist()


def test_the_affine_model() -> None:
    request = asked("locus", beta="0.7", eta="0.3")
    found, curve = run(request), results.locus_curve(0.3)
    same(found.curve, curve, ("beta", "eta", "eigenvalues"))
    runs_found = run(request.of("oscillation")).runs
    for one, other in zip(runs_found, results.affine_runs(request.settings), strict=True):
        assert one.beta == other.beta
        same(one, other, ("a", "m"))
    assert (run(request.of("regimes")).beta, run(request.of("regimes")).eta) == (0.7, 0.3)


def test_the_kick() -> None:
    for texts in ({}, {"kick": "B", "rho": "0.3", "tolerance": "0", "max_iterations": "2000"}):
        request = asked("kick", **texts)
        found, expected = run(request), kick.find(request.settings, Cancellation())
        assert found.kick == expected.kick
        assert expected.basin is not None
        same(found.basin, expected.basin)


@pytest.mark.parametrize(
    "texts",
    [
        {"init": "he_normal", "units": "40", "time": "1000"},
        {"init": "gaussian", "fan_in": "3", "bias_std": "0.4", "units": "20", "seed": "7", "beta": "0"},
        {"init": "glorot_uniform", "units": "20", "pytorch": "1", "epsilon": "0.01"},
    ],
)
def test_real_initialisations(texts: dict[str, str]) -> None:
    request = asked("survival", **texts)
    found = run(request)
    expected = clouds(request.settings, still=True, complete=False, cancel=Cancellation())
    others = [*expected.others, expected.current]
    assert len(found.runs) == 3
    for one, other in zip(found.runs, others, strict=True):
        same_cloud(one, other)
    (one,) = run(request.of("cloud")).runs
    same_cloud(one, expected.current)
    row = expected.current.row(updates(request.settings))
    assert one.iteration[found.row] == expected.current.iteration[row]


def same_cloud(one: Cloud, other: Cloud) -> None:
    assert one.hyperparameters == other.hyperparameters
    same(one, other, ("iteration", "w", "b", "rho", "dead", "dead_fraction", "activation_quantiles"))
    same(one.starts, other.starts, ("w", "b", "rho"))


@pytest.mark.parametrize(
    "texts",
    [{}, {"colouring": "revival"}, {"pin": "beta:0"}, {"init": "pytorch", "units": "10"}],
)
def test_every_picture_has_one_that_needs_nothing_but_dynamics(texts: dict[str, str]) -> None:
    request = asked(**texts)
    for picture in shown(request.settings):
        code = snippet(request.of(picture), Cancellation())
        modules = {line.split()[1] for line in code.splitlines() if line.startswith(("import ", "from "))}
        assert modules <= {"dynamics", "numpy"}
        if picture not in ("share", "kick"):  # above
            run(request.of(picture))


def test_a_fine_map_which_the_engine_refines() -> None:
    request = asked("map", cells="256", gamma="0.01", beta="0.99")
    same(run(request).basin, shown_map(request))


def test_an_exact_map_says_so() -> None:
    assert "method='exact'" in snippet(asked("map", exact="1"), Cancellation())
    assert "method" not in snippet(asked("map"), Cancellation())
