"""The tab Back to the theory, and tables at a step: a result to words and numbers."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard import experiments_boxes as boxes
from dashboard import experiments_tables as tables
from dashboard import experiments_theory as words
from dashboard.experiments_callbacks import numbers
from dashboard.numbers import readable
from dashboard.settings import DEFAULT
from experiments import depth
from experiments.depth import DepthRun
from experiments.intervals import estimate
from experiments.theory import LONE, WIDTHS, Theory, TheoryResult, assemble, compute, tiles
from figures import View

SPEC = Theory(gamma=0.1, beta=0.9, steps=5, width=8, seeds=3)
# The followed network, those of 1 and of 32 units, two settings of lone units.
PARTS = (0, 1, len(WIDTHS), len(WIDTHS) + 1, len(WIDTHS) + 5)


@pytest.fixture(scope="module")
def part() -> TheoryResult:
    return assemble(SPEC, {index: compute(SPEC, index) for index in PARTS})


def seen(result: TheoryResult, share: float, predicted: float) -> TheoryResult:
    """Return a result whose widest networks have these dead shares."""
    found, said = result.seen.copy(), result.predicted.copy()
    found[-1], said[-1] = share, predicted
    return replace(result, seen=found, predicted=said)


def test_the_boxes_and_the_sliders_ask_for_a_run() -> None:
    usual = boxes.values_of(Theory())
    settings = replace(DEFAULT, beta=0.95, eta=0.2, gamma=0.03, delta=-0.1)
    asked = boxes.run("theory", settings, usual)
    assert asked == Theory(beta=0.95, eta=0.2, gamma=0.03, delta=-0.1)
    assert boxes.differences(asked, replace(asked, gamma=0.1, epsilon=0.001)) == (
        "ε = 0.01, γ = 0.03",
        "ε = 0.001, γ = 0.1",
    )
    with pytest.raises(ValueError, match="Updates must be a whole number of at least 1"):
        boxes.run("theory", settings, {**usual, "steps": "0"})


def test_the_heading_sets_theory_beside_what_was_seen(part: TheoryResult) -> None:
    assert words.title(seen(part, 0.004, 1)) == (
        "The theory says 100 % die; of 32 trained units under 1 % do."
    )
    assert words.title(seen(part, 0, 0.25)) == "The theory says 25 % die; of 32 trained units none does."
    assert words.title(assemble(SPEC, {})) == "Where does the theory of one unit end?"
    first = assemble(SPEC, {1: compute(SPEC, 1)})
    assert words.title(first).startswith("The theory says none die; of networks of one unit ")
    assert words.context(part) == "At β = 0.9, η = 0.1, γ = 0.1, δ = 0."


def test_what_is_finished_is_counted_and_named(part: TheoryResult) -> None:
    assert (part.finished, part.parts) == (len(PARTS), tiles(SPEC))
    gaps = np.abs(part.lone_predicted.mean(axis=1) - part.lone_seen.mean(axis=1))[[0, 4]]
    assert words.lone(part) == (
        f"2 of 18 settings so far: theory and count differ by {100 * gaps.mean():.1f} points on average, "
        f"at most {100 * gaps.max():.0f}."
    )
    assert words.followed(part) == "data set teacher, 8 units"
    told = words.pictures_in_words(part)
    assert set(told) == set(words.PICTURES) == set(words.drawn(part, View()))
    assert "8 units begin at b = 0; after 5 updates 0 are dead" in told["first-layer"]
    assert "32: theory 0 %, seen" in told["few-units"]
    nothing = words.pictures_in_words(assemble(SPEC, {}))
    assert nothing["few-units"].endswith("Nothing is run yet.")


def test_networks_that_diverged_are_counted_aside(part: TheoryResult) -> None:
    assert "diverged" not in words.counting(part)
    lost = part.seen.copy()
    lost[0, :2] = np.nan
    assert "▲ 2 of 16 networks diverged and are left out." in words.counting(replace(part, seen=lost))


def test_the_tables_hold_the_numbers_of_the_pictures(part: TheoryResult) -> None:
    few, lone, units = tables.theory_tables(part, 2)
    assert [row[0] for row in few.rows] == [str(width) for width in WIDTHS]
    assert few.rows[1][1:] == ["not run", "not run", ""]
    assert few.rows[0][1] == "0 %"
    assert len(lone.rows) == len(LONE)
    assert units.caption == f"Units of the first layer on teacher after {SPEC.records[2]} updates"
    assert [row[2] for row in units.rows] == [readable(bias) for bias in part.bias[2].tolist()]
    assert {row[-1] for row in units.rows} == {"alive"}


def test_layers_are_read_at_a_record() -> None:
    spec = DepthRun(gamma=0.01, betas=(0.0,), depth=7, width=8, steps=5, seeds=2)
    result = depth.assemble(spec, {i: depth.compute(spec, i) for i in range(depth.tiles(spec))})
    share = result.share.copy()
    share[0, :, 0, 3] = np.linspace(0, 0.6, 7)
    (table,) = tables.depth_tables(replace(result, share=share), 0.0, 3)
    assert table.caption == f"Dead share by layer after {spec.records[3]} updates"
    assert table.columns[:3] == ["layer", "plain, γ = 0.01", "residual, γ = 0.01"]
    assert [row[:2] for row in table.rows] == [
        *([str(layer), f"{10 * (layer - 1)}.0 %" if layer > 1 else "0 %"] for layer in range(7, 0, -1)),
        ["all", "30.0 %"],
    ]


def test_files_hold_the_units_and_both_comparisons(part: TheoryResult) -> None:
    found = numbers(part)
    assert np.array_equal(found.arrays["lone_seen"], part.lone_seen, equal_nan=True)
    assert found.columns["bias"].shape == (len(SPEC.records), 8)
    assert np.isfinite(estimate(part.seen, axis=1).mean).sum() == 2
