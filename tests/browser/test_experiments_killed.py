"""Runs of the page Experiments outlive their server, in browsers that stay open meanwhile."""

import os
import re
import signal
import socket
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard import experiments_words as words
from experiments import figure1, local
from experiments.figure1 import Figure1
from experiments.numbers import figure1_numbers
from experiments.registry import EXPERIMENTS
from jobs import Service
from jobs.disk import DiskStore
from jobs.work import work
from tests.browser.conftest import OpenPage, family, serving, started

pytestmark = pytest.mark.browser

OTHER = Figure1(datasets=("gapminder",), depth=1, width=8, steps=1000, seeds=2)
MINE = Figure1(datasets=("diabetes", "penguins"), depth=1, width=8, steps=3000, seeds=3)
ASKED = re.compile("/_dash-update-component")
STAYS = "What is finished stays; this page asks again."
# What a browser says of a server that is gone or busy, and Dash of a question that it did not answer.
GONE = "net::ERR_|Callback failed: the server did not respond|503 |Callback error updating"


def finished(store: DiskStore, job: str) -> dict[int, float]:
    """Return how long each stored tile took: one that was computed again would have taken another time."""
    asked = "SELECT number, seconds FROM tiles WHERE job = ? AND data NOT NULL"
    with closing(sqlite3.connect(store.path)) as db:
        return dict(db.execute(asked, (job,)).fetchall())


def test_runs_of_two_viewers_go_on_after_all_of_the_server_was_killed(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if another worker were at it, this test holds every tile until the page is open, and then the last.
    monkeypatch.setattr("jobs.disk.LEASE", 3600.0)
    store = DiskStore(tmp_path / "jobs.sqlite3")
    mine, other = (Service(store, lambda *job: None).start(run) for run in (MINE, OTHER))
    held = [(mine, number) for number in range(figure1.tiles(MINE))] + [(other, 0), (other, 1)]
    for job, number in held:
        assert store.claim(job, number, "test")
    work(store, other, 0, "test")
    progress, remark = "#experiments-progress-words", "#experiments-remark"

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = started(listening, store.path)
        link = f"http://127.0.0.1:{port}/experiments?beta=0.99&job="
        first = open_page(link + mine, excused=GONE)
        expect(first.locator(progress)).to_have_text(f"0 of {MINE.networks} networks")
        while len(held) > 3:
            store.release(*held.pop(0), "test")
        begun = re.compile(rf"^[1-9]\d* of {MINE.networks} networks")
        expect(first.locator(progress)).to_have_text(begun)
        first.route(ASKED, lambda route: route.fulfill(status=503, body="The server is busy."))
        expect(first.locator(remark)).to_have_text(f"▲ The server is busy. {STAYS}")
        first.unroute(ASKED)
        expect(first.locator(remark)).to_have_text("What is finished stays.")
        for process in list(family(server.pid)):
            with suppress(ProcessLookupError):  # it ended with its parent
                os.kill(process, signal.SIGKILL)
        server.wait()
    kept = {job: finished(store, job) for job in (mine, other)}
    assert 0 < len(kept[mine]) < figure1.tiles(MINE)
    expect(first.locator(remark)).to_have_text(f"▲ The server does not answer. {STAYS}")
    for job, number in held:
        store.release(job, number, "test")

    # The page that stayed open goes on by itself, and a link opens the other run again; each sees its own.
    with socket.create_server(("127.0.0.1", port)) as listening, serving(listening, store.path):
        viewers = {mine: first, other: open_page(link + other)}
        for run, (job, page) in zip((MINE, OTHER), viewers.items(), strict=True):
            whole = local.run(EXPERIMENTS["fig1"], run)
            expect(page.locator(progress)).to_have_text(f"{run.networks} of {run.networks} networks")
            expect(page.locator(remark)).to_be_empty()
            expect(page.locator("#experiments-title")).to_have_text(words.figure1_title(whole, 0.99))
            with page.expect_download() as saved:
                page.click("#experiments-npz")
            with np.load(saved.value.path()) as found:
                for name, values in figure1_numbers(whole).arrays.items():
                    assert found[name].tobytes() == values.tobytes()
            assert finished(store, job).items() >= kept[job].items()
            for name in (*MINE.datasets, *OTHER.datasets):
                shown = expect(page.locator("#picture-figure1-gamma"))
                (shown.to_contain_text if name in run.datasets else shown.not_to_contain_text)(name)
            page.context.close()
