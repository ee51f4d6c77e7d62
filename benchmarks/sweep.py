"""How fast sweeps are computed: in this process, by one and two workers here, and by one and two over Redis.

Run it with `python -m benchmarks.sweep`; it takes about two minutes on two idle cores. Each row computes the
sweep of the page Risk, 40 × 40 cells of 64 × 64 starts over (η, β), in a store of its own, from asking for it
until its last tile is stored; "tiles" is the sum of the tiles' times, on idle cores their processor time.
Workers are started before and warm, which is told apart. The rows over Redis are left out without a server.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.engine_speed import machine, row
from dynamics import Axis, Grid, Hyperparameters, Sweep, run_sweep
from jobs import Service
from jobs.disk import DiskStore
from jobs.store import Store
from jobs.workers import Workers

SWEEP = Sweep(
    axes=(Axis("eta", 0.003, 16, 40), Axis("beta", 0, 0.995, 40)),
    hyperparameters=Hyperparameters(0.9, 0.1, 0.1, 0.0),
    starts=Grid(-3, 3, -3, 3, 64, 64),
)
# A tile for each of two workers, to be sure that they are there and have loaded their compiled code.
WARM = replace(SWEEP, axes=(Axis("eta", 0.01, 1, 60), Axis("beta", 0, 0.5, 2)))
ROOT = Path(__file__).resolve().parent.parent


def timed(service: Service, spec: Sweep) -> tuple[float, float]:
    """Return the seconds until the first and until the last tile."""
    begun, first = time.perf_counter(), 0.0
    job = service.start(spec)
    while (found := service.status(job)).state == "running":
        if first == 0 and found.done > 0:
            first = time.perf_counter() - begun
        time.sleep(0.02)  # a look takes the store a millisecond, which is to be no load
    assert found.state == "done", found
    return first, time.perf_counter() - begun


def report(name: str, service: Service, tile_seconds: Callable[[str], float]) -> None:
    begun = time.perf_counter()
    timed(service, WARM)
    start = time.perf_counter() - begun
    first, last = timed(service, SWEEP)
    cells = len(SWEEP.axes[0]) * len(SWEEP.axes[1])
    seconds = tile_seconds(service.start(SWEEP))
    row(name, f"{start:.1f}", f"{first:.2f}", f"{last:.1f}", f"{seconds:.1f}", f"{cells / last:.0f}")


@contextmanager
def here(count: int) -> Iterator[tuple[Service, Callable[[str], float]]]:
    with tempfile.TemporaryDirectory() as folder:
        store = DiskStore(Path(folder) / "jobs.sqlite3")
        workers = Workers(store.path, count)
        try:
            yield Service(store, lambda *job: workers.wake()), partial(all_seconds, store)
        finally:
            workers.stop()


def all_seconds(store: Store, job: str) -> float:
    found = store.job(job)
    assert found is not None
    return found.seconds * found.done


@contextmanager
def over_redis(program: str, port: int, count: int) -> Iterator[tuple[Service, Callable[[str], float]]]:
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"  # which is read on the first import
    from jobs.celery_app import wake
    from jobs.redis_store import RedisStore

    with ExitStack() as stack:
        options = f"--port {port} --bind 127.0.0.1 --appendonly no --save".split()
        commands = [[program, *options, ""], [sys.executable, "worker.py", "jobs", "-n", "jobs@here"]]
        commands += [
            [sys.executable, "worker.py", "tiles", "-c", "1", "-n", f"tiles{i}@here"] for i in range(count)
        ]
        for command in commands:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            stack.callback(process.wait)
            stack.callback(os.killpg, process.pid, signal.SIGKILL)
        store = RedisStore(os.environ["REDIS_URL"], retries=20)
        store.check()
        yield Service(store, partial(wake, store)), partial(all_seconds, store)


def main() -> None:
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}")
    row(
        "40 x 40 cells of 64 x 64 starts", "start, s", "first tile, s", "all, s", "tiles, s", "cells a second"
    )
    row(*["---"] * 6)
    begun, used = time.perf_counter(), time.process_time()
    run_sweep(SWEEP)
    last, busy = time.perf_counter() - begun, time.process_time() - used
    row("in one process, on all cores", "", "", f"{last:.1f}", f"{busy:.1f}", f"{1600 / last:.0f}")
    for count in (1, 2):
        with here(count) as made:
            report(f"{count} worker{'s' * (count > 1)} here", *made)
    program = shutil.which(os.environ.get("DEADCONE_REDIS", "redis-server"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for count in (1, 2) if program else ():
        assert program is not None
        with over_redis(program, port, count) as made:
            report(f"{count} worker{'s' * (count > 1)} over Redis", *made)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
