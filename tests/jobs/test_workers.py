"""Real worker processes of this machine: killed, stopped, and left without their parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dynamics import run_sweep
from jobs import Service
from jobs.disk import DiskStore
from jobs.workers import Workers, serve
from tests.jobs.conftest import made_sweep, same, until

ROOT = Path(__file__).resolve().parents[2]
ASKED = made_sweep(columns=24, rows=16, side=64)  # 14 tiles


def gone(pid: int) -> bool:
    """Tell whether a process has ended, also where nobody has taken notice of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_sweep_survives_a_killed_worker_a_cancellation_and_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.disk.LEASE", 8.0)
    store = DiskStore(tmp_path / "jobs.sqlite3")
    first, second = Workers(store.path, 2), Workers(store.path, 2)
    here = Service(store, lambda *job: first.wake())
    job = here.start(ASKED)
    try:
        until(lambda: here.status(job).done >= 1, "the first tile")
        assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in first.pids} == {
            min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
        }
        assert len({os.getsid(pid) for pid in first.pids} - {os.getsid(0)}) == 1
        killed = first.pids[0]
        os.kill(killed, signal.SIGKILL)
        until(lambda: here.status(job).done >= 4, "tiles after a worker was killed")
        assert killed not in first.pids
        assert len(first.pids) == 2  # another has taken its place

        here.cancel(job)

        def quiet() -> bool:
            known = store.job(job)
            assert known is not None
            return known.running <= 1  # the claim of the killed one may still hold

        until(quiet, "the workers to stop")
        stopped = here.status(job)
        assert stopped.state == "cancelled"
        assert 4 <= stopped.done < stopped.total == 14
        kept = store.tiles(job)
        pids = first.pids
        first.stop()
        assert all(gone(pid) for pid in pids)

        again = Service(DiskStore(store.path), lambda *job: second.wake())
        assert again.start(ASKED) == job
        until(lambda: again.status(job).state == "done", "the rest")
        tiles = store.tiles(job)
        assert {number: tiles[number] for number in kept} == kept
        same(again.partial(job), run_sweep(ASKED))
    finally:
        first.stop()
        second.stop()


def test_a_worker_told_to_leave_before_it_begins_gives_its_tile_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DiskStore(tmp_path / "jobs.sqlite3")
    job = Service(store, lambda *job: None).start(ASKED)

    def told(found: object, job: str, number: int, owner: str) -> None:
        known = store.job(job)
        assert known is not None
        assert (known.running, number) == (1, 0)
        raise SystemExit  # as the signal does, here between the claim and all that `work` does about it

    monkeypatch.setattr("jobs.workers.work", told)
    monkeypatch.setattr("jobs.workers._settle", lambda: None)
    monkeypatch.setattr("jobs.workers.kept.use", lambda store: None)
    with pytest.raises(SystemExit):
        serve(store.path)
    known = store.job(job)
    assert known is not None
    assert (known.state, known.running) == ("wanted", 0)


PARENT = """
import sys
from pathlib import Path
from jobs.workers import Workers
if __name__ == "__main__":
    workers = Workers(Path(sys.argv[1]), 1)
    workers.wake()
    print(*workers.pids, flush=True)
    sys.stdin.read()
"""


def test_workers_leave_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(program), str(tmp_path / "jobs.sqlite3")],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    (worker,) = map(int, parent.stdout.readline().split())
    assert not gone(worker)
    parent.kill()
    parent.communicate()
    until(lambda: gone(worker), "the worker to notice")
