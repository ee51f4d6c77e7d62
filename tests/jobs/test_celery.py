"""Many machines in small: a real Redis and real Celery workers, one killed, the server started anew."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from dynamics import Axis, Sweep, run_sweep
from jobs import Service, StoreError, service
from jobs.redis_store import RedisStore
from jobs.spec import encode, job_id
from jobs.supervisor import _Sent, supervise
from tests.jobs.conftest import HP, RedisServer, made_sweep, same, until

ROOT = Path(__file__).resolve().parents[2]
ASKED = made_sweep(columns=24, rows=16, side=64)  # 14 tiles
OTHER = made_sweep(columns=24, rows=12, side=64, gamma=0.2)


@pytest.fixture
def over_redis(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REDIS_URL", redis.url)
    for module in [name for name in sys.modules if name == "jobs.celery_app"]:
        monkeypatch.delitem(sys.modules, module)  # it reads the address when it is imported
    service.cache_clear()
    yield
    service.cache_clear()


def worker(queue: str, options: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start a worker and all its processes as a group."""
    command = f"worker.py {queue} {options} --without-mingle --without-gossip"
    with (folder / f"{options.split()[-1]}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, *command.split()], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )


def kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.usefixtures("over_redis")
def test_sweeps_survive_a_killed_worker_and_a_server_that_forgets(redis: RedisServer, tmp_path: Path) -> None:
    running = [
        worker("jobs", "-n jobs@here", tmp_path),
        worker("tiles", "-c 1 -n first@here", tmp_path),
        worker("tiles", "-c 1 -n second@here", tmp_path),
    ]
    here, store = service(), RedisStore(redis.url)
    try:
        job = here.start(ASKED)

        def both_at_work() -> bool:
            here.status(job)
            known = store.job(job)
            return known is not None and known.running == 2 and known.done > 0

        until(both_at_work, "two workers at work")
        kill(running.pop(1))
        lost = here.status(job)
        assert lost.done < lost.total == 14
        until(lambda: here.status(job).state == "done", "the other worker to do all of it")
        same(here.partial(job), run_sweep(ASKED))

        job = here.start(OTHER)
        until(lambda: here.status(job).done >= 3, "tiles of the second sweep")
        redis.stop()
        with pytest.raises(StoreError, match="cannot be used"):
            here.status(job)
        redis.start()  # it remembers nothing
        until(lambda: store.job(job) is not None, "the supervisor to want the job again")
        until(lambda: here.status(job).state == "done", "the sweep that was forgotten")
        same(here.partial(job), run_sweep(OTHER))
    finally:
        for process in running:
            kill(process)


def test_what_is_lost_is_sent_again_and_what_waits_is_not_at_once() -> None:
    sent = _Sent()
    nothing: set[int] = set()

    def send(done: set[int], claimed: set[int], now: float) -> list[int]:
        numbers = list(sent.due(100, done, claimed, now))
        for number in numbers:
            sent.note(number, now)
        return numbers

    assert send(nothing, nothing, 0.0) == list(range(8))
    assert send(nothing, nothing, 1.0) == []
    assert send({0}, {1, 2}, 2.0) == [8, 9, 10, 11, 12]  # one finished, two workers seen
    assert send({0, 1}, {2}, 5.5) == [3, 4, 5, 6, 7]  # 1 came back; the others were never claimed
    assert send({0, 1, 2}, nothing, 6.0) == []
    assert send({0, 1, 2}, nothing, 7.5) == [8, 9, 10, 11, 12]
    assert send({0, 1, 2}, nothing, 15.0) == []  # patience doubles
    assert send({0, 1, 2}, nothing, 16.0) == [3, 4, 5, 6, 7]
    assert send(set(range(93)), nothing, 99.0) == list(range(93, 100))


class Recorder:
    """Stands in for the queue: finishes each tile at once, but for those that get lost."""

    def __init__(self, store: RedisStore, lose: set[int]) -> None:
        self.store, self.lose = store, lose
        self.sent: list[int] = []

    def __call__(self, job: str, number: int) -> None:
        self.sent.append(number)
        if number in self.lose:
            self.lose.discard(number)
            raise StoreError("The queue of work cannot be reached.")
        self.store.put(job, number, b"tile", 0.1)


def test_a_supervisor_sees_a_job_through(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.supervisor._PERIOD", 0.001)
    store, asked = RedisStore(redis.url), made_sweep(gamma=0.3)
    job = job_id(asked)
    send = Recorder(store, {3})
    # Nobody has added the job: the server may have forgotten it.
    assert supervise(store, job, encode(asked), 5, send, "a", Event())
    assert sorted(send.sent) == [0, 1, 2, 3, 3, 4]
    found = store.job(job)
    assert found is not None
    assert (found.spec, found.state) == (encode(asked), "done")
    assert supervise(store, job, encode(asked), 5, send, "b", Event())  # another has it
    assert len(send.sent) == 6


def test_a_supervisor_stops_when_asked_to_or_when_nobody_wants_the_job(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.supervisor._PERIOD", 0.001)
    store, asked = RedisStore(redis.url), made_sweep(gamma=0.4)
    job, over = job_id(asked), Event()

    def leave(*tile: object) -> None:
        over.set()

    assert not supervise(store, job, encode(asked), 5, leave, "a", over)
    assert supervise(store, job, encode(asked), 5, lambda *tile: store.cancel(job), "a", Event())


@pytest.mark.usefixtures("over_redis")
def test_a_job_is_asked_for_once_until_somebody_sees_to_it(redis: RedisServer) -> None:
    asked = Sweep(
        axes=(Axis("delta", 0, 1, 3),), hyperparameters=HP, starts=made_sweep().starts, tolerance=1e-3
    )
    here = service()
    assert isinstance(here, Service)
    job = here.start(asked)
    for _ in range(3):
        assert here.status(job).state == "running"
    store = RedisStore(redis.url)
    assert store._redis.llen("jobs") == 1
    assert store._redis.llen("tiles") == 0
    store._redis.delete("jobs")


@pytest.mark.parametrize(
    ("words", "url", "line"),
    [
        ("", "redis://127.0.0.1:1", "the first word must be tiles or jobs, got none"),
        ("tile", "redis://127.0.0.1:1", "the first word must be tiles or jobs, got tile"),
        ("tiles", "", "REDIS_URL must be the address of a Redis server, got none"),
    ],
)
def test_a_worker_that_cannot_start_says_why_in_one_line(words: str, url: str, line: str) -> None:
    ended = subprocess.run(
        [sys.executable, "worker.py", *words.split()],
        cwd=ROOT,
        env=os.environ | {"REDIS_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"worker.py: {line}\n")
