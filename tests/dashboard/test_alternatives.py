"""The pictures in words: every one has some, they hold its numbers, and they change with them."""

from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest

from dashboard.frame import frame
from dashboard.numbers import percent
from dashboard.packing import unpack
from dashboard.request import ALL_DEPENDS, DEPENDS, read_request
from dashboard.settings import DEFAULT
from dynamics import (
    Cancellation,
    Initializer,
    Outcome,
    Scheme,
    affine_trajectory,
    basin_map,
    cloud,
    eigenvalues,
    outcomes,
    trajectory,
)

UNITS = "init=he_normal&units=43&time=1000&beta=0.95&panels=cloud,survival,cloud-alive"
COMPARED = "pin=beta:0&panels=map,alive,pinned,changed,pinned-alive"
REVIVAL = "colouring=revival&panels=map,revival"


def _words(query: str = "", **options: object) -> dict[str, str]:
    """Return the words of each picture."""
    more = "&".join(f"{key}={value}" for key, value in options.items())
    request = read_request(dict(parse_qsl(f"cells=32&complete=1&{query}&{more}")))
    header: dict[str, Any] = unpack(frame(request, Cancellation()))[0]
    return {
        key.removeprefix("picture-"): told["aria-label"]
        for key, told in header["page"].items()
        if key.startswith("picture-") and "aria-label" in told
    }


def test_every_picture_of_every_mode_has_words() -> None:
    assert set(_words()) == set(DEPENDS) - {"revival"}
    assert set(_words(REVIVAL)) == {"map", "revival"}
    assert set(_words(COMPARED)) == {"map", "alive", "pinned", "changed", "pinned-alive"}
    assert set(_words(UNITS)) == {"cloud", "survival", "cloud-alive"}
    everything = {*DEPENDS, "pinned", "changed", "pinned-alive", "cloud", "survival", "cloud-alive"}
    assert everything == set(ALL_DEPENDS)


def test_nothing_is_put_into_words_while_a_hand_moves() -> None:
    for query in ("", UNITS, COMPARED, REVIVAL):
        assert _words(query, still=0) == {}


@pytest.mark.parametrize(
    ("query", "panels", "before", "after"),
    [
        ("", "map,alive,locus,oscillation,share,regimes,kick", {"beta": 0.9}, {"beta": 0.3}),
        ("", "map,alive,share,kick", {"gamma": 0.1}, {"gamma": 0.7}),
        ("", "field,map", {"delta": 0}, {"delta": -1}),
        ("colouring=iterations", "map", {"beta": 0.9}, {"beta": 0.3}),
        ("colouring=revival", "map,revival", {"gamma": 0.1}, {"gamma": 0.7}),
        ("colouring=gradient", "map", {"gamma": 0.1}, {"gamma": 0.7}),
        ("", "alive", {"quantity": "loss"}, {"quantity": "w"}),
        ("pin=beta:0", "pinned,changed,pinned-alive", {"pin": "beta:0"}, {"pin": "beta:0.99"}),
        ("init=he_normal&units=43&time=1000", "cloud,survival,cloud-alive", {"beta": 0.5}, {"beta": 0.95}),
    ],
)
def test_the_words_change_with_the_picture(
    query: str, panels: str, before: dict[str, object], after: dict[str, object]
) -> None:
    first, second = (_words(query, panels=panels, **at) for at in (before, after))
    assert set(first) == set(second) == set(panels.split(","))
    for name in first:
        assert first[name] != second[name], name


def test_the_map_names_shares_cones_and_ends() -> None:
    words = _words(panels="map")["map"]
    basin = basin_map(DEFAULT.hyperparameters, DEFAULT.grid(32))
    assert f"Dead {100 * basin.dead_fraction:.1f} %" in words
    assert f"converged {100 * basin.fraction(Outcome.CONVERGED):.1f} %" in words
    assert "Ground truth at (0.1, 0)." in words
    assert "Dead cone below b = −3.09 |w|" in words
    w, b = DEFAULT.starts[0]
    steps = int(outcomes(DEFAULT.hyperparameters, w, b).iterations)
    path = trajectory(DEFAULT.hyperparameters, (w, b), steps=steps)
    end = f"(−{-path.w[-1]:.3g}, −{-path.b[-1]:.3g})"
    assert f"Start A at ({w:g}, {b:g}): dead after {steps} iterations, at {end}." in words
    plain = _words("colouring=plain&layers=cones", panels="map")["map"]
    assert "%" not in plain
    assert "dead after" not in plain


def test_the_iterations_and_waits_are_shares_of_all_starts() -> None:
    words = _words("colouring=iterations", panels="map")["map"]
    iterations = basin_map(DEFAULT.hyperparameters, DEFAULT.grid(32)).iterations
    assert f"< 100 {100 * (iterations < 100).mean():.1f} %" in words
    waits = _words("colouring=revival", panels="map")["map"].split("back after updates: ")[1].split(".  ")[0]
    dead = float(
        _words("colouring=revival", panels="map")["map"].split(" % of starts lie")[0].split(". ")[-1]
    )
    each = [float(part.split()[-2]) for part in waits.split(". Arrows")[0].split(", ")]
    assert sum(each) == pytest.approx(dead, abs=0.31)


def test_the_affine_model_in_numbers() -> None:
    words = _words("beta=0.8&eta=0.2", panels="locus,oscillation,regimes")
    first = eigenvalues(0.8, 0.2)[0]
    assert f"{first.real:.3g} + {first.imag:.3g}i" in words["locus"]
    assert f"|λ| = {abs(first):.3f}" in words["locus"]
    run = affine_trajectory(0.8, 0.2, 100)
    lowest = int(np.argmin(run.a))
    assert f"β = 0.8: lowest −{-run.a[lowest]:.2g} at iteration {lowest}" in words["oscillation"]
    assert "β = 0.8, η = 0.2 is oscillating" in words["regimes"]
    assert "critical momentum is 0.44; at this β the model is stable below η = 18." in words["regimes"]


def test_the_time_series_names_ends_and_extremes() -> None:
    words = _words("starts=2,1.8&quantity=b", panels="alive")["alive"]
    end = outcomes(DEFAULT.hyperparameters, 2.0, 1.8)
    b = trajectory(DEFAULT.hyperparameters, (2.0, 1.8), steps=int(end.iterations)).b
    low, last = f"{b.min():.2g}".replace("-", "−"), f"{b[-1]:.2g}".replace("-", "−")
    assert f"A: 1.8 at the start, between {low} and {b.max():.2g}, {last} at iteration {len(b) - 1}" in words


def test_the_share_chart_names_every_curve_and_the_guess() -> None:
    words = _words("guess=30", panels="share")["share"]
    assert "You guessed 30 %." in words
    for gamma, share in (("1", "24 %"), ("0.1", "76 %")):  # DESIGN's check values at β = 0.99
        assert f"{share} at β = 0.99" in words.split(f"γ = {gamma}:")[-1].split(" γ = ")[0]


def test_what_changed_adds_up() -> None:
    words = _words(COMPARED)
    now, before = (
        basin_map(DEFAULT.edit({"beta": beta}).hyperparameters, DEFAULT.grid(32)) for beta in ("0.9", "0")
    )
    differ = now.outcome != before.outcome
    assert f"{100 * differ.mean():.1f} % of all" in words["changed"]
    now_dead = differ & (now.outcome == Outcome.DEAD)
    assert f"now dead {100 * now_dead.mean():.1f} %" in words["changed"]
    assert f"Dead {100 * before.dead_fraction:.1f} %" in words["pinned"]


def test_the_units_in_numbers() -> None:
    words = _words(UNITS)
    hp = DEFAULT.edit({"beta": "0.95"}).hyperparameters
    run = cloud(hp, Initializer(Scheme.HE_NORMAL, 100), 43, iterations=1000)
    row = run.row(1000)
    assert "43 units in the plane" in words["cloud"]
    assert f": dead {percent(float(run.dead_fraction[row]), 1)}, alive" in words["cloud"]
    assert f"median {np.median(run.w[row]):.2g}" in words["cloud"]
    assert "95 % interval" in words["survival"]


def test_hidden_words_tell_nothing() -> None:
    two = [_words(f"hide=outcome&panels=map,alive&beta={beta}") for beta in (0.3, 0.99)]
    assert two[0] == two[1]
    whole = _words("hide=outcome&guess=30")
    assert set(whole) == {"map", "alive", "share", "locus", "oscillation", "field", "regimes"}
    dead = 100 * basin_map(DEFAULT.hyperparameters, DEFAULT.grid(32)).dead_fraction
    assert not any(f"{dead:.0f} %" in words or f"{dead:.1f} %" in words for words in whole.values())
    assert "Your guess at β = 0.9 is 30 %." in whole["share"]


def test_the_lesson_gives_no_answer_away() -> None:
    early = _words("step=9&init=he_normal&units=41&beta=0.99&time=1000", panels="survival")["survival"]
    late = _words("step=0&init=he_normal&units=41&beta=0.99&time=1000", panels="survival")["survival"]
    assert "10⁶" not in early
    assert "10⁶" in late
    asked = _words("step=5&beta=0.3", panels="share")["share"]
    assert "at β = 0.99" not in asked
