"""The lesson: its numbers against the script's table and independent computations, its reactions by case."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st
from scipy.stats import norm

from dashboard import clouds, lesson_scene
from dashboard.controls import CONTROLS
from dashboard.lesson import CLAIMS, DONE, Told, read
from dashboard.lesson_page import begin
from dashboard.lesson_scene import Scene, death_momentum
from dashboard.lesson_steps import STEPS
from dashboard.lesson_values import VALUES, names, values
from dashboard.lesson_words import Value
from dashboard.settings import DEFAULT, Settings, read_query
from dynamics import (
    Cancellation,
    Cancelled,
    Cloud,
    Grid,
    Hyperparameters,
    Initializer,
    Outcome,
    Scheme,
    basin_map,
    cloud,
    expected_gradient,
    outcomes,
    trajectory,
)
from experiments.lesson import dead_share

TOKEN = Cancellation()
GOAL = True


def at(step: int, goal: bool = False, /, **changes: str) -> Settings:
    """The settings with which a step begins, or which it asks for, with some changed."""
    told = STEPS[step - 1]
    return told.settings.edit({**(told.goal if goal else {}), **changes})


def value(name: str, settings: Settings, step: int) -> Value:
    return VALUES[name](Scene(STEPS[step - 1], settings.scaled(False), TOKEN))


def number(name: str, settings: Settings, step: int) -> float:
    found = value(name, settings, step).number
    assert found is not None
    return found


def told(settings: Settings, step: int, vote: int | None = None) -> Told:
    return read(settings, step, vote, TOKEN)


@pytest.fixture(scope="module")
def waiting() -> Iterator[Cloud]:
    """The cloud of steps 9 and 10 as the pictures follow it at rest, however long that takes here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clouds, "REST_SECONDS", 600.0)
        yield clouds.clouds(at(9, GOAL), still=True, complete=False, cancel=Cancellation()).current


# ------------------------------------------------------------------ the steps


def test_each_step_begins_undone_and_its_goal_does_it(waiting: Cloud) -> None:
    assert [step.number for step in STEPS] == list(range(1, 11)) == list(DONE) == list(CLAIMS)
    for step in STEPS:
        begin, end = told(at(step.number), step.number), told(at(step.number, GOAL), step.number)
        assert not begin.done
        assert end.done
        assert begin.reaction is begin.short_hint is None
        assert end.claim_holds
        assert not end.reset
        assert end.reaction


def test_steps_are_whole() -> None:
    for step in STEPS:
        assert (step.answer is None) == (step.options == ()) == (step.wrong == "") == (step.question == "")
        assert step.answer is None or 1 <= step.answer <= len(step.options) == 3
        assert (step.settings.tolerance, step.settings.eta, step.settings.epsilon) == (1e-6, 0.1, 1e-3)
        assert step.settings.initializer is not None or step.settings.resolution == 256
        assert ("starts" if step.asked == "start A" else step.asked) in step.goal


def test_the_zoom_of_step_6_is_the_one_of_the_page() -> None:
    assert at(6, GOAL) == replace(at(6).scaled(True), gamma=1.0)


def test_texts_are_short_and_plain(waiting: Cloud) -> None:
    for step in STEPS:
        for goal in (False, True):
            for vote in (None, 1, 2, 3):
                now = told(at(step.number, goal), step.number, vote)
                assert len(f"{now.text} {now.question}".split()) <= 60
                assert len(now.do.split()) <= 15
                assert all(len(option.split()) <= 6 for option in now.options)
                assert len((now.reaction or "").split()) <= 35
                shown = "|".join((now.title, now.text, now.question, now.do, *now.options, str(now.reaction)))
                assert not re.search(r"[!{}]|  |\bnan\b|\binf\b|…", shown), shown


@pytest.mark.parametrize(
    ("path", "query", "step", "complaint"),
    [
        ("/lesson", "", 1, None),
        ("/lesson", "?step=4", 4, None),
        ("/under/lesson/", "?step=0", 1, "0"),
        ("/lesson", "?step=x", 1, "x"),
        ("/lesson", "?step=-3", 1, "-3"),
        ("/lesson", "?step=99", 10, "99"),
        ("/", "?step=0", 0, None),
        ("/", "?step=7", 7, None),
        ("/", "", 0, None),
    ],
)
def test_an_address_of_the_lesson_leads_to_a_step(
    path: str, query: str, step: int, complaint: str | None
) -> None:
    found, notices = read_query(query, begin(path, query))
    assert found == (replace(at(step), step=step) if step else DEFAULT)
    rule = f"step must be a whole number from 1 to 10, not “{complaint}”. The page shows {step}."
    assert notices == ([] if complaint is None else [rule])


# ------------------------------------------------------------------ the script's table

# Step, whether at its goal, other changes, number, what the script says, how exactly.
TABLE: list[tuple[int, bool, dict[str, str], str, float, dict[str, Any]]] = [
    (1, False, {}, "P_A", 0.816, {"rel": 0.01}),
    (1, GOAL, {}, "P_A", 3.17e-5, {"rel": 0.01}),
    (2, False, {}, "pull_now", 1.02, {"rel": 0.02}),
    (2, False, {}, "P_A", 0.977, {"rel": 0.02}),
    (2, GOAL, {}, "pull_now", 7.72e-6, {"rel": 0.02}),
    (2, GOAL, {}, "pull_start", 1.02, {"rel": 0.02}),
    (2, GOAL, {}, "P_A", 2.87e-7, {"rel": 0.02}),
    (2, GOAL, {}, "ratio", 1.3e5, {"rel": 0.025}),
    (3, False, {}, "critical_beta", 0.6694, {"rel": 1e-4}),
    (3, False, {}, "overshoot", 0, {"abs": 0}),
    (3, False, {"beta": "0.7"}, "overshoot", 1.4e-4, {"rel": 0.02}),
    (3, False, {"beta": "0.8"}, "overshoot", 0.030, {"rel": 0.02}),
    (3, GOAL, {}, "overshoot", 0.153, {"rel": 0.01}),
    (4, False, {}, "A_fate_0", Outcome.CONVERGED, {"abs": 0}),
    (4, GOAL, {}, "A_death_beta", 0.856, {"abs": 0.001}),
    (4, GOAL, {}, "A_dead_at", 30, {"abs": 0}),
    (5, False, {}, "dead_share_0", 0.556, {"abs": 0.005}),
    (5, GOAL, {}, "dead_share", 0.946, {"abs": 0.005}),
    (5, GOAL, {}, "live_share", 0.054, {"abs": 0.005}),
    (5, GOAL, {}, "dead_share_c", 0.561, {"abs": 0.005}),
    (5, False, {"beta": "0.8"}, "dead_share", 0.588, {"abs": 0.005}),
    (5, False, {"beta": "0.9"}, "dead_share", 0.713, {"abs": 0.005}),
    (6, False, {}, "dead_share", 0.544, {"abs": 0.005}),
    (6, GOAL, {}, "dead_share", 0.544, {"abs": 0.005}),
    (6, GOAL, {}, "d_A", 2.69, {"rel": 0.02}),
    (6, GOAL, {}, "d_A_now", 26.9, {"rel": 0.02}),
    (6, GOAL, {}, "cells", 65_536, {"abs": 0}),
    (6, GOAL, {}, "changed", 0, {"abs": 2}),
    (6, GOAL, {}, "changed_nozoom", 16_218, {"rel": 0.02}),
    (7, False, {}, "dead_share_0", 0.364, {"abs": 0.005}),
    (7, False, {}, "A_fate_0", Outcome.DEAD, {"abs": 0}),
    (7, GOAL, {}, "dead_share", 0.097, {"abs": 0.005}),
    (7, GOAL, {}, "A_dead_updates", 8, {"abs": 0}),
    (8, False, {}, "P_A", 3.17e-5, {"rel": 0.01}),
    (8, False, {}, "P_B", 3.17e-5, {"rel": 0.01}),
    (8, False, {}, "A_back", 3006, {"rel": 0.01}),
    (8, False, {}, "B_back", math.inf, {"abs": 0}),
    (8, False, {}, "target_A", 2.11, {"rel": 0.01}),
    (8, False, {}, "target_B", -2.11, {"rel": 0.01}),
    (8, False, {}, "output_B", 0.23, {"rel": 0.02}),
    (8, False, {}, "dead_share", 0.437, {"abs": 0.005}),
    (8, GOAL, {}, "A_back_0", 3006, {"rel": 0.01}),
    (8, GOAL, {}, "A_back", 1115, {"rel": 0.01}),
    (8, GOAL, {}, "B_back", 7013, {"rel": 0.01}),
    (8, GOAL, {}, "target_A", 5.11, {"rel": 0.01}),
    (8, GOAL, {}, "target_B", 0.89, {"rel": 0.01}),
    (8, GOAL, {}, "dead_share", 0.053, {"abs": 0.005}),
    (9, False, {}, "map_dead", 0.93, {"abs": 0.02}),
    (9, False, {"time": "100000"}, "map_dead", 0.72, {"abs": 0.02}),
    (9, GOAL, {}, "map_dead", 0.50, {"abs": 0.02}),
    (10, GOAL, {}, "map_dead", 0, {"abs": 0.005}),
    (10, GOAL, {}, "cloud_dead_0", 1, {"abs": 0.005}),
    (10, GOAL, {}, "cloud_dead", 0, {"abs": 0.005}),
    (10, GOAL, {"delta": "-2"}, "cloud_dead", 0.97, {"abs": 0.03}),
    (10, GOAL, {}, "net_small", dead_share(0.01), {"abs": 1e-12}),
    (10, GOAL, {}, "net_one", dead_share(1.0), {"abs": 1e-12}),
]


@pytest.mark.parametrize(("step", "goal", "changes", "name", "expected", "tolerance"), TABLE)
def test_the_scripts_table(
    waiting: Cloud,
    step: int,
    goal: bool,
    changes: dict[str, str],
    name: str,
    expected: float,
    tolerance: dict[str, Any],
) -> None:
    assert number(name, at(step, goal, **changes), step) == pytest.approx(expected, **tolerance)


@pytest.mark.parametrize(
    ("time", "share"),
    [(100, 1.0), (300, 0.0), (1000, 0.70), (10_000, 1.0), (100_000, 0.84), (1_000_000, 0.22)],
)
def test_the_scripts_shares_of_real_starts(waiting: Cloud, time: int, share: float) -> None:
    row = waiting.row(time)
    low, high = (float(end[row]) for end in waiting.interval)
    assert waiting.iteration[row] == time
    assert low <= share <= high
    assert number("cloud_dead", at(9, time=str(time)), 9) == waiting.dead_fraction[row]


def test_what_the_table_says_of_the_way_of_a() -> None:
    alive = Scene(STEPS[3], at(4), TOKEN).path
    dead = Scene(STEPS[3], at(4, GOAL), TOKEN).path
    assert alive is not None
    assert dead is not None
    assert alive.trajectory.activation_probability.min() == pytest.approx(0.268, abs=0.001)
    assert dead.outcome == Outcome.DEAD
    assert dead.trajectory.w[-1] == pytest.approx(-0.132, abs=0.001)
    assert dead.trajectory.b[-1] == pytest.approx(-0.697, abs=0.001)
    saved = Scene(STEPS[6], at(7, GOAL), TOKEN).path
    assert saved is not None
    assert saved.outcome == Outcome.CONVERGED
    assert not death_from(at(7), (-1, 0.5), 0.743)
    assert death_from(at(7), (-1, 0.5), 0.739)


def test_without_the_stop_rule_the_zoom_would_change_points() -> None:
    zoomed, begin = at(6, GOAL).scaled(False), at(6)
    wrong = replace(zoomed, tolerance=begin.tolerance)
    assert np.count_nonzero(shares(wrong) != shares(begin)) == pytest.approx(792, rel=0.02)


def death_from(settings: Settings, start: tuple[float, float], beta: float) -> bool:
    """Whether a start dies at some β, by plain iteration."""
    hp = replace(settings.hyperparameters, beta=beta)
    ends = outcomes(hp, *start, **settings.judging, method="reference")
    return int(ends.outcome) == Outcome.DEAD


# ------------------------------------------------------------------ numbers follow from the settings

Start = tuple[float, float]


def iterated(settings: Settings, start: Start, updates: int) -> list[float]:
    """c = b/r of a start after each update, by the formulas of the paper's gradient in plain Python."""
    beta, eta, gamma, delta = settings.beta, settings.eta, settings.gamma, settings.delta
    (w, b), m_w, m_b, slopes = start, 0.0, 0.0, []
    for _ in range(updates):
        u, c = math.copysign(1.0, w), b / abs(w)
        active, density = 0.5 * math.erfc(-c / math.sqrt(2)), math.exp(-c * c / 2) / math.sqrt(2 * math.pi)
        g_w = active * (w - gamma) - c * density * (w - gamma) + (b - delta) * density * u
        g_b = density * u * (w - gamma) + (b - delta) * active
        m_w, m_b = beta * m_w + (1 - beta) * g_w, beta * m_b + (1 - beta) * g_b
        w, b = w - eta * m_w, b - eta * m_b
        slopes.append(b / abs(w))
    return slopes


def probability(settings: Settings, start: Start) -> float:
    return float(norm.cdf(start[1] / math.hypot(start[0], settings.rho)))


def pull(settings: Settings, start: Start) -> float:
    gradient = expected_gradient(*start, settings.gamma, settings.delta, settings.rho)
    return float(np.sqrt(sum(float(part) ** 2 for part in gradient)))


def shares(settings: Settings, **hp: float) -> Any:
    """The outcomes of 256 × 256 starts."""
    w_min, w_max, b_min, b_max = settings.window
    grid = Grid(w_min=w_min, w_max=w_max, b_min=b_min, b_max=b_max, n_w=256, n_b=256)
    return basin_map(replace(settings.hyperparameters, **hp), grid, **settings.judging).outcome


def drawn(settings: Settings, **hp: float) -> float:
    run = cloud(
        replace(settings.hyperparameters, **hp),
        Initializer(Scheme(settings.init), settings.fan_in),
        settings.units,
        iterations=settings.time,
        record=[settings.time],
        epsilon=settings.epsilon,
    )
    return float(run.dead_fraction[-1])


def mean_target(settings: Settings, start: Start) -> float:
    """The mean target over inputs that reach the unit, by a sum over inputs along its weight."""
    w, b = start
    x = np.linspace(-12, 12, 400_001)
    weight = norm.pdf(x) * (w * x + b > 0)
    return float((weight * (settings.gamma * x + settings.delta)).sum() / weight.sum())


PERTURBED = {"eta": "0.13", "epsilon": "0.002"}


def check(step: int, now: Settings, expected: dict[str, float], tolerance: float = 1e-9) -> None:
    """Every number that a step says is as expected and not what it is with nothing perturbed."""
    found = values(now, step, TOKEN)
    plain = values(at(step, GOAL), step, TOKEN)
    for name, right in expected.items():
        assert found[name].number == pytest.approx(right, rel=tolerance), name
        assert found[name] != plain[name], name
    said = {name for name, each in found.items() if each.number is not None}
    assert said - set(expected) <= {
        "zoom",
        "gamma_goal",
        "T_goal",
        "delta_0",
        "cells",
        "net_small",
        "net_one",
    }


def test_perturbed_numbers_of_one_unit() -> None:
    now = at(1, **PERTURBED, starts="0.6,-2.1", gamma="0.9", beta="0.5", window="-2,2,-2,2")
    dead = float(np.mean(shares(now) == Outcome.DEAD))
    calm = float(np.mean(shares(now, beta=0.0) == Outcome.DEAD))
    others = {"epsilon": 0.002, "dead_share": dead, "dead_share_0": calm}
    answered = dict.fromkeys(("P_A", "some_A", "few_A"), probability(now, (0.6, -2.1)))
    check(1, now, answered | others)
    first, last = pull(now, (0.5, 1.0)), pull(now, (0.6, -2.1))
    check(
        2,
        now,
        {
            "P_A": probability(now, (0.6, -2.1)),
            "pull_start": first,
            "pull_now": last,
            "ratio": first / last,
            **others,
        },
    )


def test_perturbed_numbers_of_the_affine_model() -> None:
    now = at(3, **PERTURBED, beta="0.93", window="-2,2,-2,2")
    m, a, lowest = 0.0, 1.0, 0.0
    for _ in range(500):
        m = 0.93 * m + 0.07 * a
        a -= 0.13 * m
        lowest = min(lowest, a)
    expected = {
        "critical_beta": (0.87 / 1.13) ** 2,
        "beta": 0.93,
        "overshoot": -lowest,
        "dead_share": float(np.mean(shares(now) == Outcome.DEAD)),
        "dead_share_0": float(np.mean(shares(now, beta=0.0) == Outcome.DEAD)),
    }
    check(3, now, expected)


def test_perturbed_numbers_of_a_path() -> None:
    now = at(4, **PERTURBED, beta="0.93", gamma="0.08", starts="1.9,2")
    slopes = iterated(now, (1.9, 2.0), 400)
    border = float(norm.ppf(0.002))
    alive = [n for n, slope in enumerate(slopes, start=1) if slope >= border]
    low = number("A_death_beta", now, 4)
    assert death_from(now, (1.9, 2.0), low + 0.001)
    assert not death_from(now, (1.9, 2.0), low - 0.001)
    expected = {
        "gamma": 0.08,
        "beta": 0.93,
        "critical_beta": (0.87 / 1.13) ** 2,
        "A_death_beta": low,
        "A_fall": alive[-1] + 1,
        "dead_share": float(np.mean(shares(now) == Outcome.DEAD)),
        "dead_share_0": float(np.mean(shares(now, beta=0.0) == Outcome.DEAD)),
    }
    found = values(now, 4, TOKEN)
    assert found.pop("A_fate_0").words == "reaches the ground truth"
    plain = values(at(4, GOAL), 4, TOKEN)
    for name, right in expected.items():
        assert found[name].number == pytest.approx(right, rel=1e-9), name
        assert found[name] != plain[name], name
    assert {name for name in found if found[name].number is not None} == set(expected)


def test_perturbed_numbers_of_maps() -> None:
    now = at(5, **PERTURBED, beta="0.97", gamma="0.06", window="-2,2,-2,2")
    ends = shares(now)
    critical = (0.87 / 1.13) ** 2
    expected = {
        "gamma": 0.06,
        "dead_share": float(np.mean(ends == Outcome.DEAD)),
        "live_share": float(np.mean(ends == Outcome.CONVERGED)),
        "dead_share_0": float(np.mean(shares(now, beta=0.0) == Outcome.DEAD)),
        "dead_share_c": float(np.mean(shares(now, beta=critical) == Outcome.DEAD)),
        "critical_beta": critical,
    }
    check(5, now, expected)


def test_perturbed_numbers_of_the_zoom() -> None:
    # δ is not scaled with γ, so that here the zoom does change something.
    now = at(6, GOAL, **PERTURBED, beta="0.8", delta="0.3", starts="19,17", window="-20,20,-20,20")
    plain = now.scaled(False)
    before = replace(plain, gamma=0.1, window=(-2.0, 2.0, -2.0, 2.0), tolerance=1e-6)
    then = shares(before)
    expected = {
        "changed": int(np.count_nonzero(shares(plain) != then)),
        "changed_nozoom": int(np.count_nonzero(shares(before, gamma=1.0) != then)),
        "d_A": math.hypot(1.9, 1.7),
        "d_A_now": math.hypot(19, 17),
        "dead_share": float(np.mean(shares(plain) == Outcome.DEAD)),
        "dead_share_0": float(np.mean(shares(plain, beta=0.0) == Outcome.DEAD)),
    }
    assert expected["changed"] > 0
    check(6, now, expected)


def test_perturbed_numbers_of_the_twist() -> None:
    now = at(7, **PERTURBED, beta="0.97", gamma="0.9", starts="-0.9,0.6", window="-2,2,-2,2")
    border = float(norm.ppf(0.002))
    dead, calm = (float(np.mean(shares(now, beta=beta) == Outcome.DEAD)) for beta in (0.97, 0.0))
    found, plain = values(now, 7, TOKEN), values(at(7, GOAL), 7, TOKEN)
    expected = {
        "gamma": 0.9,
        "window": 2,
        "dead_share": dead,
        "dead_share_0": calm,
        "effect": dead - calm,
        "A_dead_updates": sum(slope < border for slope in iterated(now, (-0.9, 0.6), 5000)),
    }
    for name, right in expected.items():
        assert found[name].number == pytest.approx(right, rel=1e-9), name
        assert found[name].number != plain[name].number, name
    fate = int(outcomes(replace(now.hyperparameters, beta=0.0), -0.9, 0.6, epsilon=0.002).outcome)
    assert found["A_fate_0"].number == fate
    assert {name for name in found if found[name].number is not None} == {*expected, "A_fate_0"}


def test_perturbed_numbers_of_revival() -> None:
    now = at(8, GOAL, **PERTURBED, delta="2.8", gamma="0.6", starts="1.1,-4.1;-0.9,-3.5", window="-5,5,-5,5")
    border = float(norm.ppf(0.002))

    def back(start: Start, delta: float) -> int:
        slopes = iterated(replace(now, delta=delta), start, 40_000)
        return next(n for n, slope in enumerate(slopes, start=1) if slope >= border)

    expected = {
        "some_A": probability(now, (1.1, -4.1)),
        "target_A": mean_target(now, (1.1, -4.1)),
        "target_B": mean_target(now, (-0.9, -3.5)),
        "A_back_0": back((1.1, -4.1), 0.0),
        "B_back": back((-0.9, -3.5), 2.8),
        "delta": 2.8,
        "output_B": mean_output((-0.9, -3.5)),
        "dead_share": float(np.mean(shares(now) == Outcome.DEAD)),
        "dead_share_0": float(np.mean(shares(now, beta=0.0) == Outcome.DEAD)),
    }
    check(8, now, expected, tolerance=2e-3)


def mean_output(start: Start) -> float:
    """The unit's mean output over the inputs that reach it."""
    w, b = start
    z = w * np.linspace(-12, 12, 400_001) + b
    weight = norm.pdf((z - b) / w) * (z > 0)
    return float((weight * z).sum() / weight.sum())


def test_perturbed_numbers_of_real_starts() -> None:
    small = {"units": "40", "fan_in": "64", "init": "lecun_normal"}
    now = at(9, **PERTURBED, **small, beta="0.98", gamma="0.08", time="20000")
    expected = {
        "fan_in": 64,
        "beta": 0.98,
        "gamma": 0.08,
        "T": 20_000,
        "cloud_dead": drawn(now),
    }
    found, plain = values(now, 9, TOKEN), values(at(9), 9, TOKEN)
    assert (found["scheme"].words, plain["scheme"].words) == ("LeCun", "He")
    for name, right in expected.items():
        assert found[name].number == pytest.approx(right, rel=1e-9), name
        assert found[name] != plain[name], name
    assert found["cloud_dead_0"].number == drawn(replace(now, time=10_000))
    then = replace(now, gamma=0.5)
    ten = values(then, 10, TOKEN)
    assert ten["cloud_dead"].number == drawn(then)
    assert ten["cloud_dead_0"].number == drawn(then, gamma=0.1)
    assert ten["T"].number == 20_000


# ------------------------------------------------------------------ at the goal, and just before it


@pytest.mark.parametrize("step", [3, 5, 7, 9, 10])
def test_a_slider_is_done_at_the_goal_and_beyond(waiting: Cloud, step: int) -> None:
    asked, goal = STEPS[step - 1].asked, STEPS[step - 1].goal
    track = CONTROLS[asked].track if asked != "time" else (990_000.0, 1_000_000.0)
    place = track.index(float(goal[asked]))
    before = at(step, **{asked: f"{track[place - 1]:.12g}"})
    short = told(before, step)
    assert not short.done
    assert short.short_hint
    assert short.reaction is None
    assert told(at(step, GOAL), step).done
    farther = {"beta": "0.9995", "gamma": "3", "time": "1000000"}[asked]
    assert told(at(step, **{asked: farther}), step).done


@pytest.mark.parametrize("step", [1, 2])
def test_any_place_in_the_cone_counts(step: int) -> None:
    edge = float(norm.ppf(1e-3))
    inside = told(at(step, starts=f"-0.3,{0.3 * edge - 1e-6!r}"), step)
    outside = told(at(step, starts=f"-0.3,{0.3 * edge + 1e-6!r}"), step)
    assert inside.done
    assert inside.short_hint is None
    assert not outside.done
    assert outside.short_hint is not None
    assert outside.short_hint.startswith("Still alive: it answers 0.001 of inputs.")


def test_a_dies_from_the_threshold_on() -> None:
    assert not told(at(4, beta="0.8550"), 4).done
    done = told(at(4, beta="0.8573"), 4)
    assert done.done


def test_the_zoom_needs_gamma_and_the_window() -> None:
    assert not told(at(6, gamma="1"), 6).done  # without the zoom
    assert not told(at(6, GOAL, gamma="0.98"), 6).done
    assert told(at(6, GOAL, gamma="2"), 6).done
    assert told(at(6, GOAL).scaled(False), 6).done
    off = "“Scale with γ” is off: drag γ back to 0.1, switch it on, then drag γ to 1."
    assert told(at(6, gamma="1"), 6).short_hint == off
    for gamma in (0.13, 0.3, 0.7, 0.98):
        assert told(replace(at(6, GOAL), gamma=gamma), 6).short_hint == "Further, to γ = 1."
    late = told(at(6, gamma="0.5").scaled(True), 6)  # switched on when γ was moved already
    assert (late.short_hint, late.reset) == ("The window is not the step's: reset the step.", True)


def test_b_wakes_only_above_its_own_output() -> None:
    early = told(at(8, delta="2.2"), 8)
    assert not early.done
    assert early.short_hint == (
        "B stays: at its inputs the target averages 0.0872, its own output 0.226. A little further."
    )
    assert not told(at(8, delta="2.34"), 8).done
    assert told(at(8, delta="2.36"), 8).done
    assert told(at(8, delta="30"), 8).done


def test_the_texts_follow_a_target_that_is_moved_on() -> None:
    """What is asked for stands in the text until that is passed."""
    for gamma, zoom in (("0.1", "10"), ("0.3", "10"), ("1", "10"), ("10", "100")):
        now = at(6, gamma=gamma).scaled(False) if gamma == "0.1" else replace(at(6, GOAL), gamma=float(gamma))
        assert f"Enlarge the target {zoom} times," in told(now, 6).question
    assert "now 269." in (told(replace(at(6, GOAL), gamma=10.0), 6).reaction or "")
    divide = (
        "Divide the target by its spread before training: γ becomes 1, and each start is 10 times nearer."
    )
    for gamma in ("0.1", "0.3", "1"):
        assert divide in told(at(10, gamma=gamma), 10).question
    beyond = told(at(10, gamma="3"), 10).question
    assert "Enlarge the target: γ becomes 3, and each start is 30 times nearer." in beyond


def test_only_a_normalised_target_is_called_so() -> None:
    begin = "The target is normalised, γ = 1, and no coordinate of a start exceeds 1: near starts. Without"
    assert told(at(7), 7).text.startswith(begin)
    small = "The target's spread is γ = 0.01, and no coordinate of a start exceeds 1. Without"
    assert told(at(7, gamma="0.01"), 7).text.startswith(small)
    wide = "The target is normalised, γ = 1, and no coordinate of a start exceeds 3. Without"
    assert told(at(7, window="-3,3,-3,3"), 7).text.startswith(wide)


# ------------------------------------------------------------------ reactions


@pytest.mark.parametrize("step", range(2, 11))
def test_right_and_skipped_predictions_are_answered_alike_and_wrong_ones_differently(
    waiting: Cloud, step: int
) -> None:
    script, now = STEPS[step - 1], at(step, GOAL)
    answers = {vote: told(now, step, vote) for vote in (None, 0, 1, 2, 3, 4)}
    for vote, answer in answers.items():
        chosen = vote if vote in (1, 2, 3) else None
        assert answer.chosen == chosen
        assert answer.right is (None if chosen is None else chosen == script.answer)
        template = script.wrong if answer.right is False else script.expected
        assert answer.reaction == template.format_map(words(now, step))
    undone = told(at(step), step, script.answer)
    assert undone.chosen == script.answer
    assert undone.right is None
    assert undone.reaction is None


def words(settings: Settings, step: int) -> dict[str, str]:
    return {name: found.words for name, found in values(settings, step, TOKEN).items()}


def test_a_step_without_a_prediction_takes_no_choice() -> None:
    answer = told(at(1, GOAL), 1, 2)
    assert answer.options == ()
    assert answer.chosen is None
    assert answer.right is None


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        (1, {"rho": "0.1"}),
        (2, {"epsilon": "0.3", "starts": "0.5,-0.4"}),
        (3, {"eta": "2"}),
        (4, {"starts": "-1,-3"}),
        (4, {"max_iterations": "100"}),  # too few for A to arrive without momentum
        (5, {"gamma": "1"}),
        (5, {"gamma": "0.1"}),
        (6, {"delta": "0.5"}),
        (8, {"starts": "1,-4;-1,-4.1"}),
        (8, {"starts": "-1,-4;1,-4"}),
    ],
)
def test_where_the_claim_fails_only_the_two_shares_are_told(step: int, changes: dict[str, str]) -> None:
    now = at(step, GOAL, **changes)
    answer = told(now, step, STEPS[step - 1].answer)
    assert answer.done
    assert not answer.claim_holds
    assert answer.reset
    assert answer.right is None
    found = words(now, step)
    assert answer.reaction == f"{found['dead_share']} die here; without momentum {found['dead_share_0']}."


def test_shares_after_t_updates_are_told_as_such() -> None:
    now = at(5, GOAL, gamma="1", tolerance="0", max_iterations="2000")
    share, calm = (words(now, 5)[name] for name in ("dead_share", "dead_share_0"))
    reaction = f"{share} are dead after 2000 updates here; without momentum {calm}."
    assert told(now, 5).reaction == reaction


@pytest.mark.parametrize(
    ("changes", "effect"),
    [({"window": "-3,3,-3,3"}, "saves"), ({"gamma": "0.1"}, "kills"), ({"gamma": "1000"}, "changes little")],
)
def test_the_twist_names_what_the_shares_say(changes: dict[str, str], effect: str) -> None:
    answer = told(at(7, GOAL, **changes), 7, 1)
    dead, calm = (words(at(7, GOAL, **changes), 7)[name] for name in ("dead_share", "dead_share_0"))
    if effect == "saves":
        assert answer.claim_holds
        assert answer.right is False
        assert told(at(7, GOAL, **changes), 7).reaction == (
            f"Momentum saves here: {dead} die instead of {calm}. It carries A through the cone "
            "and out on the living side. Near starts are saved, many far ones killed."
        )
    else:
        assert not answer.claim_holds
        assert answer.right is None
        assert answer.reset
        assert answer.reaction == f"Momentum {effect} here: {dead} die, without momentum {calm}."


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        (9, {"beta": "0.95", "units": "20"}),
        (9, {"beta": "0.992", "units": "40"}),  # a third
        (10, {"delta": "-2", "units": "20"}),
    ],
)
def test_real_starts_bear_out_no_claim_where_the_share_is_another(step: int, changes: dict[str, str]) -> None:
    now = at(step, GOAL, **changes)
    answer = told(now, step, 3)
    assert answer.done
    assert not answer.claim_holds
    assert answer.reset
    time = "10⁶" if step == 9 else "10⁴"
    assert answer.reaction == f"{words(now, step)['cloud_dead']} are dead after {time} updates."


def test_a_flood_that_comes_at_once_is_none_that_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(at(5, GOAL), 5).claim_holds
    monkeypatch.setitem(cast(dict[str, Any], VALUES), "dead_share_c", lambda _scene: Value(0.8, "80 %"))
    assert not told(at(5, GOAL), 5).claim_holds


def test_a_run_continued_at_other_settings_bears_out_no_claim() -> None:
    answer = told(at(4, GOAL, before="10,0.5,0.1", starts="3,3"), 4)
    assert answer.done
    assert not answer.claim_holds


@pytest.mark.parametrize(
    ("step", "changes", "hint"),
    [
        (1, {"starts": "none"}, "A is gone: reset the step."),
        (8, {"starts": "1,-4"}, "B is gone: reset the step."),
        (8, {"starts": "1,-4;-1,-2"}, "A and B have to lie in the dead cone: reset the step."),
        (4, {"starts": "0.1,0.1"}, "A lives at every β here."),
        (5, {"init": "he_normal"}, "This step is about starts on a map: reset the step."),
        (9, {"init": "none"}, "This step is about real starts: reset the step."),
        (4, {"pytorch": "1"}, "With PyTorch's lr, η would follow β; this step keeps η: reset the step."),
        (5, {"pin": "gamma:1"}, "The map is compared with a pinned one: reset the step."),
    ],
)
def test_what_makes_a_step_impossible_is_told(step: int, changes: dict[str, str], hint: str) -> None:
    answer = told(at(step, GOAL, **changes), step, 1)
    assert not answer.done
    assert answer.reset
    assert answer.right is None
    assert (answer.short_hint, answer.reaction) == (hint, None)


@pytest.mark.parametrize("step", range(1, 11))
def test_nothing_is_judged_or_told_while_the_outcome_is_hidden(
    monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    def asked(*_: object) -> Value:
        raise AssertionError("a number was computed")

    for name in VALUES:
        monkeypatch.setitem(cast(dict[str, Any], VALUES), name, asked)
    for goal in (False, True):
        answer = told(at(step, goal, hide="outcome"), step, 1)
        shown = answer.text, answer.question, answer.do, answer.options, answer.reaction
        assert shown == ("", "", "", (), None)
        assert (answer.short_hint, answer.done, answer.right) == (
            "The outcome is hidden: reset the step.",
            False,
            None,
        )
        assert answer.reset


@pytest.mark.parametrize("step", [4, 5, 7])
def test_the_page_s_learning_rate_changes_no_number(step: int) -> None:
    now = at(step, GOAL)
    other = replace(now, pytorch=True)
    assert values(other, step, TOKEN) == values(now, step, TOKEN)
    assert told(other, step).text == told(now, step).text


def test_what_underflows_is_told_in_powers_of_ten() -> None:
    now = at(2, starts="0.0001,-2.5")
    answer = told(now, 2)
    assert answer.claim_holds
    # c = −25 000: P ≈ φ(c)/|c|, and the pull ≈ φ(c)·γ·|c|, log₁₀ φ(c) being −(c²/2 + log √2π)/log 10.
    log_density = -(25_000**2 / 2 + math.log(2 * math.pi) / 2) / math.log(10)
    assert number("log_P_A", now, 2) == pytest.approx(log_density - math.log10(25_000), abs=1e-6)
    assert number("log_pull_now", now, 2) == pytest.approx(log_density + math.log10(25_000), abs=1e-6)
    assert answer.reaction == (
        "10¹³⁵⁷¹⁷⁰²¹ times weaker: 10⁻¹³⁵⁷¹⁷⁰²² instead of 1. Only 10⁻¹³⁵⁷¹⁷⁰³¹ of inputs still reach "
        "this unit, so almost nothing corrects it."
    )
    assert words(at(1, starts="0.05,-2.2"), 1)["P_A"] == "3.6·10⁻⁴²³"  # φ(44)/44 = e⁻⁹⁶⁸·⁹/44


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        (2, {"starts": "0,-2"}),
        (2, {"starts": "1,-4", "gamma": "1", "delta": "-4"}),  # the ground truth
    ],
)
def test_where_there_is_no_pull_none_is_compared(step: int, changes: dict[str, str]) -> None:
    answer = told(at(step, **changes), step, STEPS[step - 1].answer)
    assert answer.done
    assert not answer.claim_holds
    assert answer.reset
    found = words(at(step, **changes), step)
    assert answer.reaction == f"{found['dead_share']} die here; without momentum {found['dead_share_0']}."


def test_a_unit_that_answers_nothing_is_said_to() -> None:
    answer = told(at(1, starts="0,-2"), 1)
    assert answer.claim_holds
    assert answer.reaction == "Dead: it answers no input at all."
    assert "A answers no input at all. Below" in answer.text
    assert told(at(8, starts="0,-2;0,-3"), 8).text.endswith("each answers no input at all.")
    assert not told(at(1, starts="0,0"), 1).claim_holds  # the tip is on no ray


@pytest.mark.parametrize(
    ("beta", "fall"),
    [
        ("0.9", "At update 30 A fell into the cone, lost its pull and stayed."),
        ("0.9224", "A crossed the cone at update {}, came out, and sank back for good at {}."),
        ("0.99", "A crossed the cone at update {}, came out, and sank back for good at {}."),
    ],
)
def test_a_that_crosses_the_cone_and_sinks_back_is_said_to(beta: str, fall: str) -> None:
    now = at(4, beta=beta)
    border = float(norm.ppf(1e-3))
    slopes = iterated(now, (2.0, 1.8), 2000)
    first = next(n for n, slope in enumerate(slopes, start=1) if slope < border)
    last = max(n for n, slope in enumerate(slopes, start=1) if slope >= border) + 1
    assert (first == last) == ("fell" in fall)
    answer = told(now, 4)
    assert answer.claim_holds
    assert (answer.reaction or "").endswith(fall.format(first, last))


def test_the_wrong_prediction_of_step_8_is_answered_by_what_is_seen() -> None:
    assert told(at(8, GOAL), 8, 2).reaction == (
        "A unit is lifted only where the target lies above its small output. At δ = 0 A alone returned, "
        "after 3\N{NARROW NO-BREAK SPACE}000 updates; at δ = 3 B returns too, "
        "after 7\N{NARROW NO-BREAK SPACE}000 updates."
    )


@pytest.mark.parametrize("step", [1, 2, 4, 6, 7, 8])
def test_without_a_start_no_sentence_has_a_hole(step: int) -> None:
    for goal in (False, True):
        answer = told(at(step, goal, starts="none"), step)
        assert answer.short_hint == "A is gone: reset the step."
        assert answer.reset
        assert "…" not in "".join((answer.text, answer.question, answer.do, *answer.options))
        assert f"{answer.text} {answer.question}".strip().endswith((".", "?"))


def test_units_too_dead_for_a_double_are_equally_dead_only_if_they_are() -> None:
    for b, alike in (("-4", True), ("-5", False)):
        now = at(8, GOAL, delta="30", starts=f"0.1,-4;-0.1,{b}")
        assert number("P_A", now, 8) == number("P_B", now, 8) == 0
        answer = told(now, 8)
        assert answer.done
        assert answer.claim_holds is alike


# ------------------------------------------------------------------ the momentum from which a start dies


@pytest.mark.parametrize(
    ("kills", "beta", "expected"),
    [
        (lambda beta: beta >= 0.8, 0.9, 0.8),
        (lambda beta: beta >= 0.8, 0.1, 0.8),
        (lambda beta: 0.2 <= beta < 0.6 or beta >= 0.8, 0.9, 0.8),
        (lambda beta: 0.2 <= beta < 0.6 or beta >= 0.8, 0.3, 0.2),
        (lambda beta: 0.2 <= beta < 0.6 or beta >= 0.8, 0.7, 0.2),
        (lambda beta: 0.8951 <= beta < 0.8999, 0.897, 0.8951),
        (lambda beta: beta < 0.7, 0.3, 0.0),
        (lambda beta: False, 0.3, None),
    ],
)
def test_gaps_among_the_deadly_momenta_are_seen(
    monkeypatch: pytest.MonkeyPatch, kills: Any, beta: float, expected: float | None
) -> None:
    monkeypatch.setattr(lesson_scene, "_dies", lambda _calm, beta, _start, _cancel: kills(beta))
    found = death_momentum(replace(DEFAULT, beta=beta), (2.0, 1.8), TOKEN)
    exact = expected is None or expected == 0
    assert found == (expected if exact else pytest.approx(expected, abs=2.1e-4))


@pytest.mark.parametrize("start", [(2.0, 1.8), (2.0, 0.2), (-1.6, 2.3)])
def test_the_deadly_momentum_agrees_with_plain_iteration(start: Start) -> None:
    beta = death_momentum(DEFAULT, start, TOKEN)
    assert beta is not None
    assert death_from(DEFAULT, start, beta + 0.001)
    assert not death_from(DEFAULT, start, beta - 0.001)


def test_the_way_of_a_is_the_one_of_the_trajectory() -> None:
    now = at(4, GOAL)
    dead = number("A_dead_updates", now, 4)
    path = Scene(STEPS[3], now, TOKEN).path
    assert path is not None
    last = int(path.trajectory.iteration[-1])
    plain = trajectory(now.hyperparameters, (2.0, 1.8), steps=last)
    np.testing.assert_array_equal(path.trajectory.w, plain.w)
    assert dead == last - 30 + 1


# ------------------------------------------------------------------ any settings

SETTINGS = st.fixed_dictionaries(
    {
        "beta": st.sampled_from(["0", "0.6694", "0.9", "0.99", "0.9999"]),
        "eta": st.sampled_from(["1e-4", "0.1", "1", "3", "1000"]),
        "gamma": st.sampled_from(["1e-6", "0.1", "1", "1000"]),
        "delta": st.sampled_from(["-1000", "-0.5", "0", "3"]),
    },
    optional={
        "epsilon": st.sampled_from(["1e-9", "0.4"]),
        "rho": st.sampled_from(["0.5", "1000"]),
        "tolerance": st.sampled_from(["0", "0.1"]),
        "starts": st.sampled_from(
            ["none", "0,-1;0,0", "0,0;-1,-4", "1,-4;-1,-4", "1e9,-1e9", "2,1.8;1,1;0,1"]
        ),
        "window": st.sampled_from(["-1,1,-1,1", "-30,30,-3,3"]),
        "init": st.sampled_from(["none", "he_normal", "gaussian"]),
        "hide": st.just("outcome"),
        "before": st.just("10,0,1"),
        "scale": st.just("1"),
        "pytorch": st.just("1"),
        "time": st.sampled_from(["0", "500"]),
    },
)
SMALL = {"resolution": "16", "max_iterations": "300", "units": "10", "fan_in": "4"}


@trials(derandomize=True, max_examples=60, deadline=None)
@given(step=st.integers(1, 10), goal=st.booleans(), changes=SETTINGS, vote=st.integers(0, 4))
def test_whatever_the_settings_no_brace_is_left(
    step: int, goal: bool, changes: dict[str, str], vote: int
) -> None:
    answer = told(at(step, goal, **SMALL, **changes), step, vote)
    shown = (answer.text, answer.question, answer.do, *answer.options)
    said = (*shown, answer.reaction or "", answer.short_hint or "")
    for text in said:
        assert not re.search(r"[{}…]|\bnan\b|\binf\b|\bNone\b(?! (changed|of))", text), text
    assert (answer.reaction is not None) == answer.done
    assert answer.claim_holds or answer.done
    assert not (answer.done and answer.short_hint)


def test_every_name_in_the_braces_is_known() -> None:
    assert {name for step in STEPS for name in names(step)} <= set(VALUES)


def test_numbers_are_called_off() -> None:
    cancelled = Cancellation()
    cancelled.cancel()
    with pytest.raises(Cancelled):
        read(at(5, GOAL, gamma="0.0512"), 5, None, cancelled)
    with pytest.raises(Cancelled):
        read(at(4, GOAL, gamma="0.1012"), 4, None, cancelled)


def test_no_share_is_rounded_to_none_or_all() -> None:
    beta = {"beta": "0.999", "gamma": "0.001"}
    share = value("dead_share", at(5, **beta), 5)
    assert share.number is not None
    assert 0.995 < share.number < 1
    assert share.words == "over 99 %"
    reaction = told(at(5, **beta), 5).reaction
    assert reaction is not None
    assert reaction.startswith("Over 99 % die; ")


def test_hyperparameters_of_the_lesson_are_the_papers_form() -> None:
    assert at(4).hyperparameters == Hyperparameters(beta=0.0, eta=0.1, gamma=0.1, delta=0.0)
