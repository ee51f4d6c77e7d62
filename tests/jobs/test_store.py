"""Both stores keep tiles alike, and what each does when it cannot."""

import multiprocessing
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from jobs import disk, redis_store
from jobs.disk import DiskStore
from jobs.redis_store import RedisStore
from jobs.store import MOST_ATTEMPTS, Job, Store, StoreError, StoreFullError
from tests.jobs.conftest import RedisServer

_names = iter(f"job{i}" for i in range(1000))


@pytest.fixture(params=["disk", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "disk":
        return DiskStore(tmp_path / "new" / "jobs.sqlite3")
    return RedisStore(request.getfixturevalue("redis").url)


@pytest.fixture
def job() -> str:
    return next(_names)


@pytest.fixture
def lapse(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on claims run out at once."""

    def now() -> None:
        for module in (disk, redis_store):
            monkeypatch.setattr(module, "LEASE", -1.0)

    return now


def test_tiles_are_kept_once_and_the_last_one_ends_the_job(store: Store, job: str) -> None:
    assert store.job(job) is None
    assert store.tiles(job) == {}
    store.add(job, "spec", 3)
    store.add(job, "spec", 3)
    assert store.job(job) == Job("spec", 3, "wanted", "", 0, 0, 0.0)
    store.put(job, 2, b"\x00two", 1.0)
    store.put(job, 2, b"again", 5.0)
    store.put(job, 0, b"zero", 2.0)
    assert store.job(job) == Job("spec", 3, "wanted", "", 2, 0, 1.5)
    assert store.tiles(job) == {0: b"zero", 2: b"\x00two"}
    store.put(job, 1, b"", 3.0)
    assert store.job(job) == Job("spec", 3, "done", "", 3, 0, 2.0)
    store.add(job, "spec", 3)
    store.cancel(job)
    store.fail(job, "too late")
    assert store.job(job) == Job("spec", 3, "done", "", 3, 0, 2.0)
    other = next(_names)
    store.put(other, 0, b"of no job", 1.0)
    assert store.job(other) is None
    assert store.tiles(other) == {}


def test_what_jobs_need_is_kept_by_name(store: Store, job: str) -> None:
    assert store.kept(job) is None
    store.keep(job, b"\x00table")
    store.keep(job, b"\x00table")
    assert store.kept(job) == b"\x00table"
    store.touch(job)
    store.touch(next(_names))  # of none
    assert store.kept(job) == b"\x00table"


def test_a_tile_is_one_workers_until_its_claim_runs_out(
    store: Store, job: str, lapse: Callable[[], None]
) -> None:
    assert not store.claim(job, 0, "a")  # of no job
    store.add(job, "spec", 2)
    assert store.claim(job, 0, "a")
    assert not store.claim(job, 0, "b")
    assert store.claim(job, 1, "b")
    assert store.renew(job, 0, "a")
    found = store.job(job)
    assert found is not None
    assert (found.done, found.running) == (0, 2)
    store.release(job, 1, "a")  # not its own
    assert not store.claim(job, 1, "a")
    store.release(job, 1, "b")
    assert store.claim(job, 1, "a")
    store.put(job, 1, b"one", 1.0)
    assert not store.claim(job, 1, "b")
    lapse()
    store.renew(job, 0, "a")
    assert store.job(job) == Job("spec", 2, "wanted", "", 1, 0, 1.0)
    assert store.claim(job, 0, "b")
    store.renew(job, 0, "a")  # comes back too late
    store.put(job, 0, b"zero", 1.0)
    assert store.tiles(job) == {0: b"zero", 1: b"one"}


def test_a_tile_that_loses_its_workers_fails_the_job(
    store: Store, job: str, lapse: Callable[[], None]
) -> None:
    lapse()
    store.add(job, "spec", 2)
    assert all(store.claim(job, 1, f"worker {i}") for i in range(MOST_ATTEMPTS))
    assert not store.claim(job, 1, "the last")
    found = store.job(job)
    assert found is not None
    assert (found.state, found.error) == ("failed", "Tile 1 was given up: 5 workers were lost at it.")
    store.add(job, "spec", 2)  # asked for again
    assert store.job(job) == Job("spec", 2, "wanted", "", 0, 0, 0.0)


@pytest.mark.parametrize("end", ["cancel", "fail"])
def test_a_job_that_ends_keeps_its_tiles_and_can_go_on(store: Store, job: str, end: str) -> None:
    store.add(job, "spec", 3)
    store.put(job, 0, b"zero", 1.0)
    assert store.claim(job, 1, "a")
    error = "" if end == "cancel" else "Tile 1 could not be computed: no."
    if end == "cancel":
        store.cancel(job)
    else:
        store.fail(job, error)
    assert not store.renew(job, 1, "a")
    assert not store.claim(job, 2, "b")
    store.release(job, 1, "a")
    state = "cancelled" if end == "cancel" else "failed"
    assert store.job(job) == Job("spec", 3, state, error, 1, 0, 1.0)  # type: ignore[arg-type]  # it is one
    store.add(job, "spec", 3)
    assert store.job(job) == Job("spec", 3, "wanted", "", 1, 0, 1.0)
    assert store.claim(job, 1, "b")
    assert store.tiles(job) == {0: b"zero"}


# ------------------------------------------------------------------ the file


def taken_all(path: Path, owner: str) -> list[tuple[str, int]]:
    """Take tiles and finish them until there are none; runs in a process of its own."""
    store, found = DiskStore(path), []
    while (tile := store.take(owner)) is not None:
        store.put(*tile, owner.encode(), 1.0)
        found.append(tile)
    return found


def test_two_processes_share_the_work_and_the_file(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite3"
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for name, total in (("x", 60), ("y", 40)):
            DiskStore(path).add(name, "spec", total)
        first, second = pool.map(taken_all, (path, path), ("a", "b"))
    assert sorted(first + second) == [("x", i) for i in range(60)] + [("y", i) for i in range(40)]
    for name, total in (("x", 60), ("y", 40)):
        found = DiskStore(path).job(name)
        assert found is not None
        assert (found.state, found.done) == ("done", total)
    assert DiskStore(path).take("c") is None


def test_jobs_take_turns_and_tiles_go_in_order(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "jobs.sqlite3")
    assert store.take("a") is None
    store.add("x", "spec", 3)
    assert [store.take("a"), store.take("b")] == [("x", 0), ("x", 1)]
    store.add("y", "spec", 2)
    assert [store.take("c"), store.take("d")] == [("y", 0), ("y", 1)]
    store.cancel("y")
    assert [store.take("e"), store.take("f")] == [("x", 2), None]


def test_one_worker_takes_turns_too(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "jobs.sqlite3")
    store.add("x", "spec", 9)
    store.put("x", 0, b"tile", 0.1)
    store.add("y", "spec", 9)
    order = []
    for _ in range(4):
        found = store.take("a")
        assert found is not None
        store.put(*found, b"tile", 0.1)
        order.append(found)
    assert order == [("y", 0), ("x", 1), ("y", 1), ("x", 2)]


def test_the_jobs_used_longest_ago_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("time.time", lambda: clock[0])
    store = DiskStore(tmp_path / "jobs.sqlite3", limit=1 << 20)
    for name in "abcd":
        clock[0] += 100
        store.add(name, "spec", 10)
        store.put(name, 0, bytes(200_000), 1.0)
    clock[0] += 100
    assert len(store.tiles("a")) == 1  # looking at it is using it
    store.put("d", 1, bytes(300_000), 1.0)
    assert store.job("b") is None
    assert [len(store.tiles(name)) for name in "abcd"] == [1, 0, 1, 2]
    for number in range(2, 6):
        store.put("d", number, bytes(100_000), 1.0)
    assert [store.job(name) is None for name in "abcd"] == [True, True, True, False]
    with pytest.raises(
        StoreFullError, match=r"is full: there is no room for this job alone, with .* 1 MiB allowed"
    ):
        store.put("d", 6, bytes(300_000), 1.0)
    assert len(store.tiles("d")) == 6
    assert store.path.stat().st_size < 2 << 20


def test_a_table_in_use_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("time.time", lambda: clock[0])
    store = DiskStore(tmp_path / "jobs.sqlite3", limit=1 << 20)
    for name in ("own-a", "own-b"):
        clock[0] += 100
        store.keep(name, bytes(400_000))
    clock[0] += 100
    store.touch("own-a")
    store.keep("own-c", bytes(400_000))
    assert [store.kept(f"own-{letter}") is None for letter in "abc"] == [False, True, False]


def test_a_disk_that_others_fill_makes_jobs_go_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, free = DiskStore(tmp_path / "jobs.sqlite3"), [100 << 20]
    monkeypatch.setattr(disk, "disk_usage", lambda path: SimpleNamespace(free=free[0]))
    for name in "ab":
        store.add(name, "spec", 9)
        store.put(name, 0, bytes(300_000), 1.0)
    free[0] = 8 << 20
    store.put("b", 1, bytes(200_000), 1.0)
    assert store.job("a") is None
    with pytest.raises(StoreFullError, match=r"with 8 MiB free and 256 MiB allowed\.$"):
        store.put("b", 2, bytes(200_000), 1.0)


@pytest.mark.parametrize("wound", ["no database at all" * 300, "middle", "empty"])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, wound: str) -> None:
    path = tmp_path / "jobs.sqlite3"
    store = DiskStore(path)
    store.add("a", "spec", 30)
    for number in range(20):
        store.put("a", number, bytes(2000), 1.0)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if wound == "middle":
        content = path.read_bytes()
        path.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    else:
        path.write_text("" if wound == "empty" else wound)
    assert store.tiles("a") == {}
    store.add("a", "spec", 30)
    store.put("a", 3, b"three", 1.0)
    assert DiskStore(path).tiles("a") == {3: b"three"}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "jobs.sqlite3", tmp_path / "folder"):
        sentence = rf"The store of finished work, {path}, cannot be used: .+\."
        store = DiskStore(path)
        with pytest.raises(StoreError, match=sentence):
            store.add("a", "spec", 1)
        with pytest.raises(StoreError, match=sentence):
            store.take("a")
        with pytest.raises(StoreError, match=sentence):
            store.keep("a", b"table")


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DiskStore(tmp_path / "jobs.sqlite3")
    store.add("a", "spec", 2)
    connect = sqlite3.connect

    def small(*args: object, **kwargs: object) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 12")
        return connection  # type: ignore[no-any-return]

    monkeypatch.setattr("sqlite3.connect", small)
    store.put("a", 0, b"small", 1.0)
    with pytest.raises(StoreFullError, match=r"^The disk of the store of finished work, .*, is full\.$"):
        store.put("a", 1, bytes(100_000), 1.0)
    assert store.tiles("a") == {0: b"small"}


# ------------------------------------------------------------------ the server


@pytest.mark.parametrize("url", ["", "nonsense", "http://127.0.0.1:80", "redis://127.0.0.1:many/0"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(
        StoreError, match=r"^REDIS_URL must be the address of a Redis server such as .*, got '"
    ):
        RedisStore(url)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    store = RedisStore("redis://user:secret@127.0.0.1:1/0", retries=0)
    with pytest.raises(
        StoreError, match=r"^The Redis server at redis://127\.0\.0\.1:1/0, .* cannot be used"
    ) as e:
        store.check()
    assert "secret" not in str(e.value)


def test_a_server_without_memory_is_told(redis: RedisServer, job: str) -> None:
    store = RedisStore(redis.url)
    store.add(job, "spec", 2)
    server = store._redis
    server.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreFullError, match=r"has no memory left for results\.$"):
            store.put(job, 0, b"zero", 1.0)
    finally:
        server.config_set("maxmemory", 0)
    store.put(job, 0, b"zero", 1.0)
    assert 0 < server.ttl(f"deadcone:{{{job}}}:tiles") <= redis_store.KEPT


def test_one_leads_until_it_is_not_heard_of(redis: RedisServer, job: str) -> None:
    store = RedisStore(redis.url)
    assert not store.led(job)
    assert store.lead(job, "a", 60)
    assert store.led(job)
    assert not store.lead(job, "b", 60)
    assert store.lead(job, "a", 0.001)
    while store.led(job):
        pass
    assert store.lead(job, "b", 60)


def test_jobs_that_are_wanted_are_counted_by_whether_somebody_is_at_work(store: Store, job: str) -> None:
    store.check()
    running, waiting = store.tally()
    for name in (job, f"{job}-later", f"{job}-over"):
        store.add(name, "spec", 2)
    store.cancel(f"{job}-over")
    assert store.claim(job, 1, "me")
    assert store.tally() == (running + 1, waiting + 1)
    for name in (job, f"{job}-later"):
        store.cancel(name)
    assert store.tally() == (running, waiting)


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be used"):
        DiskStore(tmp_path / "file" / "jobs.sqlite3").check()
