"""What breaks, and what then happens: ``python -m benchmarks.faults`` prints the operator's table.

gunicorn with two processes, eight clients that ask all the time; the store of long jobs lies on a small disk
of its own, which needs the right to mount one, and then in Redis, which needs `redis-server`. Ends with
code 1 when something went otherwise than it should.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import chain
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, sleep

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 8
PATIENCE = 120.0
SOON = 5.0  # seconds for an end, or until another process is there
BACK = 10.0  # seconds until it is ready again

wrong: list[str] = []


def expect(true: bool, what: str) -> None:
    """Remember what is not as it should be."""
    if not true:
        wrong.append(what)


def ask(port: int, path: str) -> tuple[int, bytes]:
    """Return status and body of an answer; status 0 if none came."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        connection.close()


def until(true: Callable[[], bool]) -> float:
    """Wait for it; returns the seconds that it took."""
    begin = perf_counter()
    while not true():
        if perf_counter() - begin > PATIENCE:
            raise SystemExit("It did not come back.")
        sleep(0.05)
    return perf_counter() - begin


class Clients:
    """Eight clients that ask for pictures one after another, none twice."""

    def __init__(self, port: int) -> None:
        self.statuses: Counter[int] = Counter()
        self._port, self._end = port, Event()
        self._threads = [Thread(target=self._ask) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        while not self._end.is_set():
            query = f"cells=64&still=0&viewer={random.random()}&beta={random.uniform(0, 0.99):.5f}"
            status, _ = ask(self._port, f"/frame?{query}")
            self.statuses[status] += 1

    def hush(self) -> None:
        """Ask nothing more."""
        self._end.set()

    def end(self) -> Counter[int]:
        """Stop asking; returns how often each status came, 0 for no answer."""
        self.hush()
        for thread in self._threads:
            thread.join()
        return self.statuses


@contextmanager
def serving(**variables: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve the page with two processes, and wait until it is ready."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        port = listening.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "app:server"]
        own = {"WEB_CONCURRENCY": "2", **variables}
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            pass_fds=[listening.fileno()],
            env=os.environ | own,
            stderr=subprocess.DEVNULL,
        )
    try:
        until(lambda: ask(port, "/readyz")[0] == 200)
        yield port, server
    finally:
        server.terminate()
        server.wait(60)


def children(process: int) -> list[int]:
    """Return the worker processes of gunicorn."""
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


# ------------------------------------------------------------------ the faults, one after another


def killed(port: int, server: subprocess.Popen[bytes]) -> str:
    """SIGKILL one of two workers under load."""
    clients = Clients(port)
    until(lambda: clients.statuses[200] > 20)
    first = children(server.pid)[0]
    os.kill(first, signal.SIGKILL)
    back = until(lambda: len(children(server.pid)) == 2 and first not in children(server.pid))
    before = clients.statuses[200]
    until(lambda: clients.statuses[200] > before + 20)
    came = clients.end()
    expect(back <= SOON, f"another worker came after {back:.1f} s")
    expect(came[0] <= CLIENTS, f"{came[0]} requests were lost with a worker, more than were under way")
    expect(set(came) <= {0, 200, 503}, f"statuses after a worker was killed: {dict(came)}")
    counted = f"{came[200]} pictures, {came[503]} refused, {came[0]} lost"
    return f"another took its place after {back:.1f} s; {counted}"


def stopped(port: int, server: subprocess.Popen[bytes]) -> str:
    """SIGTERM while a picture at rest is computed."""
    clients = Clients(port)
    until(lambda: clients.statuses[200] > 20)
    answers: list[tuple[int, bytes]] = []
    query = "cells=1024&eta=16.6&beta=0.224&budget=20&viewer=long"  # chaotic: it would take minutes
    asking = Thread(target=lambda: answers.append(ask(port, f"/frame?{query}")))
    asking.start()
    sleep(0.3)
    clients.hush()
    sleep(0.02)  # until what is asked is under way
    before = clients.statuses.copy()
    begin = perf_counter()
    server.terminate()
    server.wait(60)
    seconds = perf_counter() - begin
    asking.join()
    came = clients.end() - before
    status, body = answers[0]
    late = status == 503 or (status == 200 and b'"late":true' in body)
    expect(seconds <= SOON, f"the end took {seconds:.1f} s")
    expect(server.returncode == 0, f"it ended with code {server.returncode}")
    expect(status in (200, 503), f"the long picture under way was answered {status}")
    expect(not came[0], f"{came[0]} of the other requests under way got no answer")
    found = f"{'given up' if late else 'finished' if status else 'lost'} ({status})"
    return (
        f"ended after {seconds:.1f} s with code {server.returncode}; the long picture was {found}, the "
        f"{came.total()} others under way: {came[200]} answered, {came[503]} refused, {came[0]} lost"
    )


def state(port: int, ready: bool = False) -> str:
    """Say what is ready, which has to be as it should, and whether pictures come, which they have to."""
    status, body = ask(port, "/readyz")
    works = json.loads(body)["store"] if body else None
    picture, _ = ask(port, f"/frame?cells=64&beta={random.random():.5f}")
    found = f"/readyz {status}, store {works}, pictures {picture}"
    expect((status, works, picture) == (200 if ready else 503, ready, 200), found)
    return f"`/readyz` {status} (store: {str(works).lower()}), pictures {picture}"


def ready_again(port: int) -> float:
    """Wait until it is ready; returns the seconds that it took."""
    seconds = until(lambda: ask(port, "/readyz")[0] == 200)
    expect(seconds <= BACK, f"it was ready again after {seconds:.1f} s")
    return seconds


def full(port: int, disk: Path) -> str:
    """Fill the disk of the store."""
    (disk / "jobs.sqlite3").unlink(missing_ok=True)
    filler = disk / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 16))
                file.flush()
        except OSError:
            pass
    found = state(port)
    filler.unlink()
    seconds = ready_again(port)
    return f"{found}; room again: ready after {seconds:.1f} s"


def read_only(port: int, disk: Path) -> str:
    """Make the disk of the store read-only."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    found = state(port)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    seconds = ready_again(port)
    return f"{found}; writable again: ready after {seconds:.1f} s"


def corrupted(port: int, disk: Path) -> str:
    """Write nonsense over the store."""
    for path in disk.glob("jobs.sqlite3-*"):
        path.unlink()
    (disk / "jobs.sqlite3").write_bytes(random.Random(1).randbytes(50_000))
    return f"{state(port, ready=True)}: begun anew, it is only a cache"


def redis_gone(
    port: int, start: Callable[[], subprocess.Popen[bytes]], redis: subprocess.Popen[bytes]
) -> str:
    """End Redis and start it again."""
    redis.terminate()
    redis.wait(30)
    found = state(port)
    again = start()
    try:
        seconds = ready_again(port)
    finally:
        again.terminate()
        again.wait(30)
    return f"{found}; back: ready after {seconds:.1f} s"


# ------------------------------------------------------------------ all of them


def on_disk(disk: Path) -> Iterator[tuple[str, str]]:
    """Try what can happen to processes and to the store's file."""
    with ExitStack() as after:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=True)
        after.callback(subprocess.run, ["umount", "-l", str(disk)], check=True)
        with serving(DEADCONE_STORE=str(disk / "jobs.sqlite3")) as (port, server):
            yield "SIGKILL of one of two workers under load", killed(port, server)
            yield "full disk of the store", full(port, disk)
            yield "read-only disk of the store", read_only(port, disk)
            yield "the store's file overwritten", corrupted(port, disk)
            yield "SIGTERM under load", stopped(port, server)


def in_redis(program: str) -> Iterator[tuple[str, str]]:
    """Try a Redis that goes and comes back."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]

    def start() -> subprocess.Popen[bytes]:
        command = [program, "--port", str(number), "--save", "", "--appendonly", "no"]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)

    redis = start()
    try:
        with serving(REDIS_URL=f"redis://127.0.0.1:{number}/0") as (port, _):
            yield "Redis gone and back", redis_gone(port, start, redis)
    finally:
        redis.terminate()
        redis.wait(30)


def main() -> None:
    """Try every fault; print a row for each, with the load of the last minute."""
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("There is no redis-server here.")
    print("| Fault | What happened | Load |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as disk:
        for fault, what in chain(on_disk(Path(disk)), in_redis(program)):
            print(f"| {fault} | {what} | {os.getloadavg()[0]:.0f} |", flush=True)
    print(*wrong, f"{len(wrong)} not as it should be", sep="\n")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
