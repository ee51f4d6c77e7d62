"""The page Experiments: boxes to a run, a result to words, numbers and verdicts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dash import no_update
from dash.development.base_component import Component

from dashboard import experiments_boxes as boxes
from dashboard import experiments_words as words
from dashboard import jobs_shown
from dashboard.controls import InvalidSettingError
from dashboard.experiments_callbacks import numbers
from dashboard.experiments_claims import claims
from dashboard.lesson_page import begin
from dashboard.settings import DEFAULT, read_query
from dynamics import Sweep
from experiments import builtin, depth, figure1, kept
from experiments.depth import DepthResult, DepthRun
from experiments.figure1 import Figure1
from experiments.figure1_result import Figure1Result
from experiments.figure1_result import assemble as assemble_figure1
from experiments.optimizers import Method
from experiments.theory import Theory
from jobs.disk import DiskStore
from jobs.service import Service
from jobs.spec import decode, encode, job_id
from tests.jobs.conftest import made_sweep

FIGURE1 = boxes.values_of(Figure1())
DEPTH = boxes.values_of(DepthRun())
SMALL = Figure1(("diabetes", "penguins"), (0.001, 1.0), (0.0, 1.0), (0.0, 0.99), width=8, steps=5, seeds=2)
SMALL_DEPTH = DepthRun(gamma=0.01, betas=(0.0, 0.9), depth=7, width=8, steps=5, seeds=2)


def ran(spec: Figure1, count: int | None = None) -> Figure1Result:
    return assemble_figure1(spec, {i: figure1.compute(spec, i) for i in range(count or figure1.tiles(spec))})


def ran_deep(spec: DepthRun) -> DepthResult:
    return depth.assemble(spec, {i: depth.compute(spec, i) for i in range(depth.tiles(spec))})


def with_dead(result: Figure1Result, shares: dict[tuple[float, float], float]) -> Figure1Result:
    """Return a result whose dead share at δ = 0 depends on γ and β as given, with all seeds alike."""
    dead = result.dead.copy()
    for i, condition in enumerate(result.spec.conditions):
        if condition.delta == 0:
            dead[:, :, i] = shares[condition.gamma, condition.beta]
    return replace(result, dead=dead)


def texts(component: Any) -> str:
    if isinstance(component, Component):
        return texts(getattr(component, "children", ""))
    return " ".join(texts(each) for each in component) if isinstance(component, list) else str(component)


# ------------------------------------------------------------------ boxes


def test_the_usual_boxes_ask_for_the_usual_runs() -> None:
    assert boxes.run("figure1", DEFAULT, FIGURE1) == Figure1()
    settings = replace(DEFAULT, gamma=0.2, delta=-1.0)
    assert boxes.run("depth", settings, DEPTH) == DepthRun(gamma=0.2, delta=-1.0)


def test_boxes_and_runs_stand_for_each_other() -> None:
    spec = Figure1(
        ("teacher", "friedman"), betas=(0.5,), method=Method.PYTORCH, eta=0.003, depth=3, batch=7, seeds=1
    )
    assert boxes.run("figure1", DEFAULT, boxes.values_of(spec)) == spec
    # In whichever order data sets are chosen, the run is the same.
    values = {**FIGURE1, "datasets": ["penguins", "diabetes"]}
    assert boxes.run("figure1", DEFAULT, values) == Figure1(("diabetes", "penguins"))


@pytest.mark.parametrize(
    ("tab", "changes", "message"),
    [
        ("figure1", {"steps": "many"}, "Updates must be a number, not “many”"),
        ("figure1", {"steps": "0"}, "Updates must be a whole number of at least 1 and at most 100000, got 0"),
        ("figure1", {"seeds": "2.5"}, "Seeds must be a whole number of at least 1 and at most 100, got 2.5"),
        ("figure1", {"eta": "-1"}, "η must be finite and above 0, got -1"),
        ("figure1", {"betas": "0, x"}, "β must be one to three numbers with commas between them, not “0, x”"),
        ("figure1", {"betas": "0, 1"}, "β must be at least 0 and below 1, got 1"),
        ("figure1", {"betas": "0, 0.1, 0.2, 0.3"}, "β must be 1 to 3 different numbers"),
        ("figure1", {"datasets": []}, "Choose at least one data set"),
        ("figure1", {"width": "600"}, "Width must be a whole number of at least 8 and at most 512, got 600"),
        ("figure1", {"steps": "100000", "width": "512"}, "Updates must be fewer, or networks fewer"),
        ("depth", {"depth": "8"}, "Layers must be odd and at least 7"),
        ("depth", {"eta": None}, "η must be a number, not “None”"),
    ],
)
def test_what_cannot_be_run_is_said(tab: str, changes: dict[str, Any], message: str) -> None:
    usual = FIGURE1 if tab == "figure1" else DEPTH
    with pytest.raises(InvalidSettingError) as caught:
        boxes.run(tab, DEFAULT, {**usual, **changes})
    assert message in caught.value.message


def test_the_empty_picture_is_of_what_the_boxes_ask_for() -> None:
    chosen = {**FIGURE1, "datasets": ["teacher"], "betas": "0.5"}
    assert boxes.blank("figure1", DEFAULT, chosen) == Figure1(("teacher",), betas=(0.5,))
    # A box that asks for nothing leaves the data sets; without any it is the usual run.
    assert boxes.blank("figure1", DEFAULT, {**chosen, "steps": "many"}) == Figure1(("teacher",))
    assert boxes.blank("figure1", DEFAULT, {**chosen, "datasets": []}) == Figure1()
    settings = replace(DEFAULT, gamma=0.2)
    deep = {**DEPTH, "dataset": "teacher", "depth": "8"}
    assert boxes.blank("depth", settings, deep) == DepthRun("teacher", gamma=0.2)


def test_what_the_boxes_no_longer_ask_for_is_told() -> None:
    other = replace(Figure1(), eta=0.03, seeds=20)
    assert boxes.differences(Figure1(), other) == ("η = 0.01, 10 seeds", "η = 0.03, 20 seeds")
    assert boxes.differences(Figure1(), Figure1()) == ("", "")
    assert boxes.differences(DepthRun(), DepthRun(gamma=0.1, delta=-1)) == (
        "γ = 0.01, δ = 0",
        "γ = 0.1, δ = −1",
    )


# ------------------------------------------------------------------ words


def test_the_heading_of_figure_1_is_made_of_its_numbers() -> None:
    shares = {(0.001, 0.0): 0.02, (1.0, 0.0): 0.01, (0.001, 0.99): 0.31, (1.0, 0.99): 0.12}
    result = with_dead(ran(SMALL), shares)
    assert words.figure1_title(result, 0.99) == (
        "At β₁ = 0.99, 31 % of units are dead at γ = 0.001, 12 % at γ = 1."
    )
    assert words.figure1_context(result, 0.99) == "Without momentum, 2 % and 1 %."
    same = with_dead(ran(SMALL), shares | {(0.001, 0.0): 0.01})
    assert words.figure1_context(same, 0.99) == "Without momentum, 1 % at both."
    assert words.figure1_title(result, 0.0).startswith("At β₁ = 0, 2 % of units are dead")
    sgd = replace(result, spec=replace(SMALL, method=Method.MOMENTUM))
    assert words.figure1_title(sgd, 0.99).startswith("At β = 0.99")
    assert "diabetes, β₁ = 0.99: dead 31 %, 12 %, error" in words.figure1_picture(
        result, "gamma", "test_error"
    )
    dead = result.dead.copy()
    dead[1] += 0.1
    spread = replace(result, dead=dead)
    assert words.figure1_title(spread, 0.99).startswith("At β₁ = 0.99, 31 to 41 % of units are dead")


def test_part_of_figure_1_names_what_is_known() -> None:
    assert figure1.tiles(SMALL) == 4
    assert words.figure1_title(ran(SMALL, 1), 0.0).startswith("Diabetes: at β₁ = 0, ")
    assert words.seeds(ran(SMALL, 1)) == "mean of the seeds so far"  # two have no interval in the picture
    assert words.seeds(ran(SMALL)) == "mean of 2 seeds"
    assert words.seeds(ran(replace(SMALL, seeds=3))) == "mean of 3 seeds, 95 % interval"
    nothing = assemble_figure1(SMALL, {})
    assert words.seeds(nothing) == "mean of 2 seeds"
    assert words.figure1_title(nothing, 0.0) == "Does a small target kill units here?"
    assert words.figure1_picture(nothing, "delta", "train_error").endswith("Nothing is run yet.")
    assert claims(nothing) == []


def test_networks_that_diverged_are_counted_aside() -> None:
    result = ran(SMALL)
    assert "diverged" not in words.counting(result)
    lost = result.diverged.copy()
    lost[0, 0, :2] = 1
    assert "▲ 2 of 24 networks diverged and are left out." in words.counting(replace(result, diverged=lost))


def test_the_heading_of_section_5_is_made_of_its_numbers() -> None:
    result = ran_deep(SMALL_DEPTH)
    share = result.share.copy()
    at = result.condition(0.01, 0.9)
    for kind, value in enumerate((0.58, 0.6, 0.0)):
        share[kind, :, at, -1] = value
    told = replace(result, share=share)
    assert words.depth_title(told, 0.9) == (
        "58 % of units end dead in plain networks, 60 % in residual ones, none with batch norm."
    )
    assert words.depth_context(told, 0.9).startswith(
        f"After {SMALL_DEPTH.steps} updates at γ = 0.01, δ = 0, β₁ = 0.9; at γ = 1: "
    )
    assert "plain, γ = 0.01: first layer 58 %, last 58 %." in words.depth_picture(told, 0.9)
    unknown = np.full_like(share, np.nan)
    assert words.depth_title(replace(result, share=unknown), 0.9).startswith("Do units die")
    assert "7 layers of 8 units on diabetes" in words.counting(told)


@pytest.mark.parametrize(("beta", "strong"), [(0.0, 0.0), (0.5, 0.0), (0.8, 0.9), (0.96, 0.9), (0.999, 0.99)])
def test_the_slider_picks_the_nearest_momentum(beta: float, strong: float) -> None:
    assert words.nearest((0.0, 0.9, 0.99), beta) == strong


def test_the_verdicts_stand_with_their_numbers() -> None:
    few = texts(claims(ran(SMALL)))
    assert few.count("Too few runs") == 3
    spec = replace(SMALL, seeds=5)
    shares = {(0.001, 0.0): 0.02, (1.0, 0.0): 0.01, (0.001, 0.99): 0.31, (1.0, 0.99): 0.12}
    said = texts(claims(with_dead(ran(spec), shares)))
    assert "only with momentum. Holds 4 of 4 comparisons, 5 seeds" in said
    assert "diabetes, γ = 0.001, β = 0.99 19.0 points 19.0 to 19.0 points yes" in said
    said = texts(claims(with_dead(ran(spec), shares | {(0.001, 0.99): 0.1})))
    assert "Does not hold here 2 of 4 comparisons (with momentum: none), 5 seeds" in said
    assert len(claims(ran_deep(SMALL_DEPTH))) == 3  # a heading, one sentence, the rule


# ------------------------------------------------------------------ jobs


@pytest.mark.parametrize("spec", [SMALL, SMALL_DEPTH, Figure1(), DepthRun()])
def test_a_run_is_a_job_that_keeps_its_name(spec: boxes.Run) -> None:
    assert decode(encode(spec)) == spec
    assert job_id(decode(encode(spec))) == job_id(spec) != job_id(replace(spec, seeds=3))


def test_a_page_handed_another_page_s_job_says_where_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = Service(DiskStore(tmp_path / "jobs.sqlite3"), lambda job, spec, total: None)
    monkeypatch.setattr(jobs_shown, "service", lambda: service)
    swept = made_sweep(columns=2, rows=2, side=4)
    jobs = {type(spec): service.start(spec) for spec in (swept, SMALL, SMALL_DEPTH, Theory())}
    assert jobs_shown.spec_of(jobs[Figure1], Figure1) == SMALL
    for kind, address in (
        (Sweep, "/risk?job="),
        (DepthRun, "/experiments?tab=depth&job="),
        (Theory, "/experiments?tab=theory&job="),
    ):
        with pytest.raises(jobs_shown.NotShownError) as caught:
            jobs_shown.found(jobs[kind], Figure1)
        assert caught.value.address == address + jobs[kind]
        path, _, query = caught.value.address.partition("?")
        settings, notices = read_query(query, begin(path, query))
        assert (settings.job, notices) == (jobs[kind], [])
        assert settings.page == path.removeprefix("/")
    monkeypatch.delitem(jobs_shown.PLACES, Theory)
    with pytest.raises(jobs_shown.NotShownError, match="no page shows"):
        jobs_shown.found(service.start(Theory()), Figure1)
    with pytest.raises(jobs_shown.NotShownError, match="no stored work named 'abcdef'"):
        jobs_shown.found("abcdef", Figure1)
    # Another version allowed what this one refuses.
    service.store.add("0" * 24, encode(SMALL_DEPTH).replace('"gamma":0.01', '"gamma":-1'), 1)
    with pytest.raises(jobs_shown.NotShownError, match="another version of the page: run it again"):
        jobs_shown.found("0" * 24, DepthRun)


def test_a_run_whose_table_is_gone_says_so_and_is_not_saved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = Service(DiskStore(tmp_path / "jobs.sqlite3"), lambda job, spec, total: None)
    monkeypatch.setattr(jobs_shown, "service", lambda: service)
    memory = kept.Memory()
    monkeypatch.setattr(kept, "_shelf", lambda: memory)
    table = replace(builtin.load("diabetes"), name="mine")
    job = service.start(replace(SMALL_DEPTH, dataset=kept.keep(table)))
    content, wrong = jobs_shown.saved(job, "depth", numbers, csv=True)
    assert (content["filename"], wrong) == (f"depth-{job[:8]}.csv", "")
    monkeypatch.setattr(kept, "_shelf", kept.Memory)
    kept._own.cache_clear()
    gone = "The data of this run are no longer kept here."
    assert jobs_shown.saved(job, "depth", numbers, csv=False) == (no_update, f"▲ {gone}")
    with pytest.raises(jobs_shown.NotShownError, match=gone):
        jobs_shown.found(job, DepthRun)


def test_files_have_a_row_for_every_network_or_layer() -> None:
    result = ran(SMALL)
    found = numbers(result)
    shape = np.broadcast_shapes(*(column.shape for column in found.columns.values()))
    assert shape == (2, 2, 6)
    assert np.array_equal(found.columns["dead"], result.dead)
    assert found.settings["width"] == 8
    deep = numbers(ran_deep(SMALL_DEPTH))
    assert np.broadcast_shapes(*(column.shape for column in deep.columns.values())) == (3, 2, 4, 6, 7)


def test_how_long_a_run_takes_is_said() -> None:
    assert words.expected(Figure1(), 2).startswith("2\N{NARROW NO-BREAK SPACE}040 small networks: about ")
    long = replace(Figure1(), steps=20000, seeds=20)
    assert words.expected(long, 2).endswith(" min on this machine.")
    assert words.duration(long, 2).removeprefix("about ") in words.expected(long, 2)
