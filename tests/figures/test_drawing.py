"""While a hand moves, frames only grow: what `held` keeps and what it does not."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from dynamics import affine_trajectory, eigenvalue_locus_beta
from figures import View, locus, oscillation
from figures.chart import Floats
from figures.drawing import UNITS, _paths, axes_name, drawing, held

VIEW = View()


def at(eta: float) -> dict[str, Any]:
    return locus.spec(eigenvalue_locus_beta(eta), 0.5, VIEW)


def ranges(layout: dict[str, Any]) -> list[float]:
    return [*layout["xaxis"]["range"], *layout["yaxis"]["range"]]


def test_a_wider_frame_is_kept_and_drawn_in() -> None:
    small, wide = at(0.1), at(3.0)
    name = axes_name(wide["layout"])
    kept = drawing(small, name)
    assert kept.axes == name
    assert ranges(held(small["layout"], name)) == ranges(wide["layout"]) != ranges(small["layout"])
    # The same point of the plane lies where the wide frame has it.
    x = np.cumsum(kept.coordinates)
    low, high = wide["layout"]["xaxis"]["range"]
    lines = next(mark for mark in kept.marks if mark["kind"] == "line" and len(mark["parts"]) > 1)
    before = sum(2 * sum(m["parts"]) for m in kept.marks[: kept.marks.index(lines)] if "parts" in m)
    first = low + (high - low) * x[before] / UNITS
    assert first == pytest.approx(small["data"][0]["x"][0], abs=(high - low) / UNITS)


def test_a_narrower_frame_is_left() -> None:
    small, wide = at(0.1), at(3.0)
    assert held(wide["layout"], axes_name(small["layout"])) is wide["layout"]
    assert drawing(wide, axes_name(small["layout"])).axes == axes_name(wide["layout"])


@pytest.mark.parametrize("name", ["", "1", "a_b", "_".join("abcdef"), "{}_nan_nan_nan_nan", "{}_0_inf_-9_9"])
def test_other_axes_are_left(name: str) -> None:
    layout = at(0.1)["layout"]
    kind = "_".join(axes_name(layout).split("_")[:2])
    assert held(layout, name.format(kind)) is layout


def test_axes_of_another_picture_or_theme_are_left() -> None:
    layout = at(0.1)["layout"]
    curve = eigenvalue_locus_beta(3.0)
    dark = locus.spec(curve, 0.5, View(theme="dark"))["layout"]
    other = oscillation.spec([affine_trajectory(0.5, 0.1, 60)], VIEW)["layout"]
    for name in (axes_name(dark), axes_name(other)):
        assert held(layout, name) is layout


@pytest.mark.parametrize("seed", range(130))
def test_the_short_way_of_an_unbroken_curve_is_the_general_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, y = np.round(random.normal(size=(2, seed % 13)), 1)  # in units, so that many points repeat the last
    gaps = random.random((2, seed % 13)) < random.choice([0, 0.2])
    x[gaps[0]], y[gaps[1]] = np.nan, np.inf
    found = _paths(x, y)
    for ways in (_paths(np.append(x, np.nan), np.append(y, 0.0)), _by_hand(x, y)):
        assert found[0] == ways[0]
        np.testing.assert_array_equal(found[1:], ways[1:])


def _by_hand(x: Floats, y: Floats) -> tuple[list[int], list[float], list[float]]:
    """Return the parts point by point: of those at one place only the first and a part's last are kept."""
    parts: list[list[tuple[float, float]]] = [[]]
    for point in zip(x, y, strict=True):
        if np.isfinite(point).all():
            parts[-1].append(point)
        elif parts[-1]:
            parts.append([])
    kept = []
    for part in filter(None, parts):
        moved = [np.any(np.rint(a) != np.rint(b)) for a, b in pairwise(part)]
        kept.append([point for point, own in zip(part, [True, *moved[:-1], True], strict=False) if own])
    points = [point for part in kept for point in part]
    return [len(part) for part in kept], [a for a, _ in points], [b for _, b in points]
