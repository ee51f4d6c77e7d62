"""The page Risk: boxes to a sweep, a sweep to words and numbers, a cell to its settings."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard import risk
from dashboard.controls import InvalidSettingError
from dashboard.jobs_shown import amount
from dashboard.risk import Asked
from dashboard.settings import DEFAULT
from dynamics import Draw, Grid, Scheme, Sweep, SweepResult, basin_map
from dynamics.sweep_tiles import assemble, tile, tile_count

ETA = ("eta", "0.05", "0.5", "3")
BETA = ("beta", "0", "0.9", "2")
NONE = ("none", "", "", "")
SMALL = Asked(ETA, BETA, "grid", "8")


def whole(spec: Sweep) -> SweepResult:
    return assemble(spec, {i: tile(spec, i) for i in range(tile_count(spec))})


def test_the_boxes_ask_for_a_sweep_of_the_page_s_settings() -> None:
    settings = DEFAULT.edit({"gamma": "0.5", "delta": "0", "epsilon": "0.01", "rho": "0.2"})
    spec = risk.sweep(settings, SMALL)
    assert [(axis.name, axis.start, axis.stop, axis.count) for axis in spec.axes] == [
        ("eta", 0.05, 0.5, 3),
        ("beta", 0.0, 0.9, 2),
    ]
    assert (spec.hyperparameters.gamma, spec.hyperparameters.delta) == (0.5, 0.0)
    assert (spec.epsilon, spec.rho, spec.tolerance) == (0.01, 0.2, 1e-6)
    assert spec.starts == Grid(w_min=-3, w_max=3, b_min=-3, b_max=3, n_w=8, n_b=8)
    assert risk.asked_of(spec) == SMALL


def test_a_scaled_page_sweeps_plain_numbers() -> None:
    spec = risk.sweep(DEFAULT.scaled(True), SMALL)
    assert spec == risk.sweep(DEFAULT, SMALL)


def test_each_cell_is_the_map_of_its_settings() -> None:
    spec = risk.sweep(DEFAULT, SMALL)
    result = whole(spec)
    for row, beta in enumerate(spec.axes[1].values):
        for column, eta in enumerate(spec.axes[0].values):
            hp = replace(DEFAULT.hyperparameters, beta=float(beta), eta=float(eta))
            assert result.dead_fraction[row, column] == basin_map(hp, DEFAULT.grid(8)).dead_fraction
            places = np.log10(eta) + 0.1, -np.log10(1 - beta) - 0.1  # well inside the cell
            there = risk.taken(replace(DEFAULT, page="risk"), spec, *places)
            assert (there.beta, there.eta, there.page) == (float(beta), float(eta), "explore")


def test_updates_are_swept_after_exactly_so_many() -> None:
    spec = risk.sweep(DEFAULT, Asked(("max_iterations", "1", "100", "3"), NONE, "grid", "8"))
    assert spec.tolerance == 0
    assert risk.counting(spec).endswith("judged after exactly T updates.")
    there = risk.taken(DEFAULT, spec, 2.1, 0.5)
    assert (there.max_iterations, there.tolerance, there.time) == (100, 0.0, 100)


def test_real_initialisations_are_those_of_the_page_or_he() -> None:
    asked = Asked(("fan_in", "2", "20", "3"), BETA, "draw", "")
    he = risk.sweep(DEFAULT.edit({"units": "20", "rho": "1"}), asked)
    assert isinstance(he.starts, Draw)
    assert (he.starts.initializer.scheme, he.starts.units, he.rho) == (Scheme.HE_NORMAL, 20, 0.0)
    glorot = risk.sweep(DEFAULT.edit({"init": "glorot_normal", "units": "20"}), asked)
    assert isinstance(glorot.starts, Draw)
    assert glorot.starts.initializer.scheme == Scheme.GLOROT_NORMAL
    there = risk.taken(DEFAULT, he, np.log10(20), 1.0)
    assert (there.fan_in, there.beta, there.init) == (20, 0.9, "he_normal")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (replace(SMALL, across=("eta", "much", "1", "3")), "Learning rate η: “from” must be a number, not"),
        (replace(SMALL, across=("eta", "0.1", "", "3")), "Learning rate η: “to” must be a number, not “”"),
        (replace(SMALL, across=("eta", "1", "0.1", "3")), "“from”"),
        (replace(SMALL, across=("eta", "0", "1", "3")), "above 0"),
        (replace(SMALL, across=("eta", "0.1", "1", "1")), "“values” must be"),
        (replace(SMALL, across=("eta", "0.1", "1", "2.5")), "“values” must be"),
        (replace(SMALL, across=("eta", "0.1", "1", "1e9")), "“values” must be"),
        (replace(SMALL, across=("eta", "nan", "1", "3")), "must be"),
        (replace(SMALL, up=ETA), "different"),
        (replace(SMALL, across=("gamma", "-1", "1", "3")), "above 0"),
        (replace(SMALL, across=("beta", "0", "1", "3")), "below 1"),
        (replace(SMALL, side="1"), "Starts a side must be"),
        (replace(SMALL, side="many"), "no number"),
        (Asked(("eta", "0.1", "1", "900"), ("beta", "0", "0.9", "900"), "grid", "512"), "1200 s"),
        (replace(SMALL, across=("fan_in", "2", "20", "3")), "fan-in needs real initialisations"),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_said(asked: Asked, words: str) -> None:
    with pytest.raises(InvalidSettingError, match=words.replace("(", r"\(")):
        risk.sweep(DEFAULT, asked)


def test_words_follow_the_numbers() -> None:
    spec = risk.sweep(DEFAULT, SMALL)
    result = whole(spec)
    low, high = (f"{100 * each:.0f}" for each in (result.dead_fraction.min(), result.dead_fraction.max()))
    assert risk.title(result) == f"{low} to {high} % of a grid of starts die over η and β."
    row, column = np.unravel_index(int(result.dead_fraction.argmin()), result.dead_fraction.shape)
    eta, beta = spec.axes[0].values[column], spec.axes[1].values[row]
    assert risk.extremes(result).startswith(f"Fewest at η = {eta:.3g}, β = {beta:.3g}; most at ")
    assert amount(6, 6, "cells", 3.4) == "6 of 6 cells, 3 s left"
    wide = risk.sweep(DEFAULT, replace(SMALL, across=("eta", "0.05", "0.5", "40"), side="64"))
    some = assemble(wide, {0: tile(wide, 0)})
    assert not some.finished.all()
    assert risk.title(some).startswith("So far ")
    assert risk.extremes(some).startswith("So far fewest at ")
    nothing = assemble(spec, {})
    assert risk.title(nothing) == risk.title(None)
    assert amount(0, 1640, "cells", None) == "0 of 1\N{NARROW NO-BREAK SPACE}640 cells"
    assert risk.expected(spec, 1)[1] == "6 maps, usually about 1 s, at most 6 hours of computing."
    assert risk.differs(spec, DEFAULT) == ""
    moved = DEFAULT.edit({"beta": "0.5", "gamma": "0.2", "delta": "1"})
    assert risk.differs(spec, moved) == "This is for γ = 0.1, δ = 0; you set 0.2, 1."
