"""Jobs as the dashboard sees them, in this process: no worker is started here."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import jobs
from dynamics import Cancelled, run_sweep
from jobs import Progress, Service, StoreError, UnknownJobError, spec
from jobs.disk import DiskStore
from jobs.service import service, store_path
from jobs.spec import KINDS, job_id
from jobs.work import work
from tests.jobs.conftest import made_sweep, same

ASKED = made_sweep(columns=40, rows=27, side=16)  # six tiles


class Bell:
    """Whom the service calls."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def __call__(self, job: str, text: str, total: int) -> None:
        assert total == 6
        assert spec.decode(text) == ASKED
        self.rung.append(job)


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "jobs.sqlite3")


def do(store: DiskStore, tiles: int) -> None:
    """Be a worker for some tiles."""
    for _ in range(tiles):
        found = store.take("here")
        assert found is not None
        work(store, *found, "here")


def test_a_job_is_named_started_and_watched_until_it_is_done(store: DiskStore) -> None:
    bell = Bell()
    here = Service(store, bell)
    job = here.start(ASKED)
    assert job == here.start(ASKED) == job_id(ASKED)
    assert here.status(job) == Progress(0, 6, None, "running", "")
    assert not here.partial(job).finished.any()
    assert bell.rung == [job] * 3
    do(store, 2)
    assert store.take("another") == (job, 2)
    found = here.status(job)
    assert (found.done, found.total, found.state) == (2, 6, "running")
    known = store.job(job)
    assert known is not None
    assert found.seconds_left == pytest.approx(4 * known.seconds)
    assert known.seconds > 0
    part, whole = here.partial(job), run_sweep(ASKED)
    assert part.finished.sum() == 2 * ASKED.cells_per_tile
    np.testing.assert_array_equal(part.counts[part.finished], whole.counts[part.finished])
    store.release(job, 2, "another")
    do(store, 4)
    rung = len(bell.rung)
    assert here.status(job) == Progress(6, 6, None, "done", "")
    same(here.partial(job), whole)
    assert here.spec(job) == ASKED
    here.start(ASKED)
    assert len(bell.rung) == rung  # nobody is called for what is done


def test_another_service_goes_on_where_one_stopped(store: DiskStore) -> None:
    job = Service(store, Bell()).start(ASKED)
    do(store, 3)
    bell = Bell()
    again = Service(DiskStore(store.path), bell)
    assert again.status(job).done == 3
    assert bell.rung == [job]
    again.cancel(job)
    assert again.status(job) == Progress(3, 6, None, "cancelled", "")
    assert store.take("here") is None
    assert bell.rung == [job]
    assert again.start(ASKED) == job
    assert bell.rung == [job, job]
    do(store, 3)
    same(again.partial(job), run_sweep(ASKED))


def test_an_unknown_job_is_told(store: DiskStore) -> None:
    here = Service(store, Bell())
    for ask in (here.status, here.partial, here.spec):
        with pytest.raises(UnknownJobError, match=r"^There is no stored work named 'abc' here\.$"):
            ask("abc")
    here.cancel("abc")


def test_what_another_version_has_stored_is_not_shown(store: DiskStore) -> None:
    here, text = Service(store, Bell()), spec.encode(ASKED)
    # It cut its tiles otherwise, allowed what this one refuses, or knew other kinds; a table has no text.
    others = (text, text.replace('"gamma":0.1', '"gamma":-1'), text.replace("Sweep", "Trawl"), "")
    assert len(set(others)) == 4
    for job, other in enumerate(others):
        store.add(f"{job:024}", other, 6)
        for ask in (here.spec, here.partial):
            with pytest.raises(UnknownJobError, match="another version of the page: run it again"):
                ask(f"{job:024}")


@pytest.mark.parametrize("gamma", ["0.1", "-1"])
def test_what_another_version_has_left_unfinished_fails_and_holds_nobody_up(
    store: DiskStore, gamma: str
) -> None:
    here, other = Service(store, lambda *job: None), "0" * 24
    store.add(other, spec.encode(ASKED).replace('"gamma":0.1', f'"gamma":{gamma}'), 6)
    do(store, 1)
    error = "This work was done by another version of the page: run it again."
    assert here.status(other) == Progress(0, 6, None, "failed", error)
    job = here.start(ASKED)
    do(store, 6)
    assert here.status(job).state == "done"


def changed(**functions: Any) -> tuple[spec.Kind, ...]:
    return (replace(KINDS[0], **functions),)


def test_what_cannot_be_computed_fails_with_a_sentence(
    store: DiskStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object) -> None:
        raise ArithmeticError("the engine is on strike")

    here = Service(store, Bell())
    job = here.start(ASKED)
    do(store, 1)
    monkeypatch.setattr(spec, "KINDS", changed(compute=broken))
    do(store, 1)
    error = "Tile 1 could not be computed: the engine is on strike."
    assert here.status(job) == Progress(1, 6, None, "failed", error)
    assert "on strike" in caplog.text
    monkeypatch.undo()
    here.start(ASKED)
    do(store, 5)
    assert here.status(job).state == "done"


def test_work_that_is_no_longer_wanted_is_called_off_and_given_back(
    store: DiskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Service(store, Bell())
    job = here.start(ASKED)

    def endless(asked: object, number: int, cancel: Any) -> None:
        here.cancel(job)
        while not cancel.cancelled:
            pass
        raise Cancelled

    monkeypatch.setattr(spec, "KINDS", changed(compute=endless))
    monkeypatch.setattr("jobs.work._RENEWAL", 0.01)
    do(store, 1)
    known = store.job(job)
    assert known is not None
    assert (known.state, known.done, known.running) == ("cancelled", 0, 0)


def test_a_job_that_took_longer_than_any_may_is_stopped(
    store: DiskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Service(store, Bell())
    job = here.start(ASKED)
    do(store, 2)

    def endless(asked: object, number: int, cancel: Any) -> None:
        while not cancel.cancelled:
            pass
        raise Cancelled

    taken = store.job(job)
    assert taken is not None
    monkeypatch.setattr(spec, "KINDS", changed(compute=endless))
    monkeypatch.setattr("jobs.work._RENEWAL", 0.01)
    # In the middle of a tile, and, gone on with, before the next one.
    for most in (2 * taken.seconds + 0.1, 2 * taken.seconds):
        monkeypatch.setattr("jobs.work.MOST_SECONDS", most)
        assert here.start(ASKED) == job
        do(store, 1)
        error = f"Stopped: its tiles took {most / 3600:g} hours in all, the most that a job may take."
        assert here.status(job) == Progress(2, 6, None, "failed", error)
        known = store.job(job)
        assert known is not None
        assert known.running == 0
    monkeypatch.undo()
    assert here.start(ASKED) == job
    do(store, 4)
    same(here.partial(job), run_sweep(ASKED))


def test_a_job_that_has_no_room_fails_with_a_sentence(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "jobs.sqlite3", limit=1000)
    here = Service(store, Bell())
    job = here.start(ASKED)
    do(store, 1)
    found = here.status(job)
    assert found.state == "failed"
    assert "is full: there is no room for this job alone" in found.error


def test_where_work_is_kept_and_by_whom_it_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEADCONE_STORE", raising=False)
    assert store_path().parts[-2:] == (".cache", "jobs.sqlite3")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert store_path().parts[-2:] == ("dead-cone", "jobs.sqlite3")
    monkeypatch.setenv("DEADCONE_STORE", str(tmp_path / "mine.sqlite3"))
    assert store_path() == tmp_path / "mine.sqlite3"
    monkeypatch.delenv("REDIS_URL", raising=False)
    service.cache_clear()
    assert jobs.service() is jobs.service()
    service.cache_clear()
    for count in ("0", "many", "-1", "1.5"):
        monkeypatch.setenv("DEADCONE_WORKERS", count)
        with pytest.raises(
            StoreError, match=rf"^DEADCONE_WORKERS must be a whole number .*, got '{count}'\.$"
        ):
            jobs.service()
    monkeypatch.delenv("DEADCONE_WORKERS")
    monkeypatch.setenv("REDIS_URL", "redis://:secret@127.0.0.1:1/0")
    with pytest.raises(
        StoreError, match=r"^The Redis server at redis://127\.0\.0\.1:1/0, which REDIS_URL names"
    ):
        jobs.service()
    monkeypatch.setitem(__import__("sys").modules, "jobs.celery_app", None)
    with pytest.raises(
        StoreError, match=r"^REDIS_URL is set, but .* is not installed: .* requirements-celery"
    ):
        jobs.service()
