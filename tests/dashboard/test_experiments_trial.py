"""The tab Claims on trial: what its rows say, where they lead, and a run of all of it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dash import html
from dash.development.base_component import Component

from dashboard import experiments_boxes, experiments_trial, jobs_shown
from dashboard.lesson_page import begin
from dashboard.settings import read_query
from experiments.figure1 import Figure1
from experiments.intervals import Case, Verdict
from experiments.trial import Trial, assemble, verdict
from experiments.trial_record import read
from experiments.trial_runs import RUNS, NetworkRun
from experiments.trial_sentences import OURS, SENTENCES
from experiments.trial_words import title, told
from jobs import Service
from jobs.disk import DiskStore
from jobs.spec import job_id

SHORT = {Verdict.HOLDS: "holds", Verdict.CONDITIONS: "under conditions", Verdict.FAILS: "not here"}


def texts(component: Any) -> list[str]:
    """Return every text in a component."""
    if isinstance(component, Component):
        return texts(getattr(component, "children", None))
    if isinstance(component, list | tuple):
        return [text for part in component for text in texts(part)]
    return [] if component is None else [str(component)]


def links(component: Any) -> Iterator[str]:
    if isinstance(component, html.A):
        yield component.href  # type: ignore[attr-defined]  # Dash declares none
    children = getattr(component, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if isinstance(child, Component):
            yield from links(child)


def left(component: Any) -> float:
    return float(component.style["left"].removesuffix("%"))


def rows() -> list[Component]:
    return experiments_trial.rows(read().claims)[1:]


def test_a_row_has_verdict_claim_numbers_words_and_the_paper_s_sentence() -> None:
    assert len(rows()) == len(SENTENCES)
    for row, sentence, claim in zip(rows(), SENTENCES, read().claims, strict=True):
        said = texts(row)
        assert sentence.claim in said
        assert experiments_trial.written(told(claim)) in " ".join(said)
        assert SHORT[verdict(claim)] in said
        assert (f"“{sentence.quotation}”" in said) is (sentence.place != OURS)
        disc = row.children[0].children[0].className
        assert disc == f"trial-disc {verdict(claim).name.lower()}"


def test_the_page_writes_numbers_in_its_own_way() -> None:
    assert experiments_trial.written("1 × 32, δ = -10, 10,000 updates, 2, 300") == (
        "1\xa0×\xa032, δ\xa0=\xa0−10, 10\u202f000 updates, 2, 300"
    )


def test_the_title_counts_the_verdicts() -> None:
    claims = read().claims
    found = [verdict(claim) for claim in claims]
    assert title(claims).startswith(f"Of {len(claims)} claims {found.count(Verdict.HOLDS)} hold, ")
    fewer = [replace(claim, seeds=3) for claim in claims]
    assert (
        title(fewer)
        == f"Of {len(claims)} claims no hold, no under conditions, no not here, {len(claims)} open."
    )


def test_every_run_s_link_opens_its_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also before it was ever run here: then the boxes hold it, and the page says so."""
    service = Service(DiskStore(tmp_path / "jobs.sqlite3"), lambda job, spec, total: None)
    monkeypatch.setattr(jobs_shown, "service", lambda: service)
    addresses = {address for row in rows() for address in links(row)}
    opened = {}
    for address in addresses:
        path, _, query = address.partition("?")
        settings, notices = read_query(query, begin(path, query))
        assert notices == []
        if path == "/experiments":
            tab = experiments_boxes.TABS[settings.tab]
            spec = jobs_shown.spec_of(settings.job, tab.spec)
            asked = experiments_boxes.run(settings.tab, settings, experiments_boxes.values_of(spec))
            assert asked == spec
            opened[settings.job] = spec
            with pytest.raises(jobs_shown.NotShownError, match="not run here yet"):
                jobs_shown.found(settings.job, tab.spec)
    specs = [run.spec(20) for run in RUNS.values() if isinstance(run, NetworkRun)]
    assert {job_id(spec) for spec in specs if type(spec) in jobs_shown.PLACES} == set(opened)
    assert any(isinstance(spec, Figure1) and spec.leak > 0 for spec in opened.values())


def test_intervals_lie_on_one_scale() -> None:
    scale = experiments_trial.Scale(read().claims)
    marks = list(scale.marks().children)
    at = {mark.children: left(mark) for mark in marks}
    low, high = at["0"], at["80"]
    case = Case("here", 0.4, 0.2, 0.6)
    interval, dot = scale._case(case)
    assert left(dot) == pytest.approx((low + high) / 2, abs=0.01)
    assert left(interval) == pytest.approx(low + (high - low) / 4, abs=0.01)
    assert scale._case(Case("here", np.nan, np.nan, np.nan)) == []
    assert len(scale._case(Case("here", 0.4, 0.4, 0.4))) == 1


def test_a_trial_that_begins_has_open_rows() -> None:
    said = [texts(row) for row in experiments_trial.rows(assemble(Trial(), {}).claims)[1:]]
    assert all("Not finished yet." in each and str(Verdict.OPEN) in each for each in said)


def test_the_time_of_a_new_run_is_said() -> None:
    assert re.fullmatch(r"\d+", str(experiments_trial.minutes()))
    assert 1 <= experiments_trial.minutes() < 60
