"""A lecture hall at once: ``make bench-load``, or ``python -m benchmarks.load --seconds 300 --jobs``.

gunicorn as it is served, and locust beside it on the same processors. Prints a Markdown table, and leaves all
figures in .cache/load.json. With ``--jobs`` two sweeps and an experiment are worked on meanwhile.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.request import urlopen

from benchmarks.fuzz import memory

ROOT = Path(__file__).resolve().parent.parent
LOCUST = ROOT / ".cache" / "load" / "bin" / "locust"
EVERY = 10.0  # seconds between two looks at the memory
SLIDERS = ("beta", "eta", "gamma", "delta")
MOVING = ["map", "alive", "locus", "oscillation", "share"]
STILL = [*MOVING, "regimes", "kick"]
CELLS = 524  # of the map at rest on a screen of 1440 × 900


def percentile(values: list[float], share: float) -> float:
    """Return the value that a share of all do not exceed; nan of none."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else math.nan


def plan(answer: Path) -> dict[str, Any]:
    """Return what the viewers have to know of the page."""
    from dashboard.controls import CONTROLS
    from dashboard.settings import DEFAULT

    tracks = {key: [f"{value:.6g}" for value in CONTROLS[key].track] for key in SLIDERS}
    return {
        "settings": DEFAULT.texts(),
        "tracks": tracks,
        "moving": MOVING,
        "still": STILL,
        "cells": CELLS,
        "answer": str(answer),
    }


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, int]]:
    """Serve the page; yields the port and gunicorn's process."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        port = listening.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "app:server"]
        running = subprocess.Popen(
            command,
            cwd=ROOT,
            pass_fds=[listening.fileno()],
            env=os.environ | {"DEADCONE_STORE": str(folder / "jobs.sqlite3")},
        )
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=300):
                yield port, running.pid
        finally:
            running.terminate()
            running.wait(60)


@contextmanager
def long_work(folder: Path) -> Iterator[Callable[[], str]]:
    """Keep two sweeps and an experiment going; yields what says how far they are."""
    from dataclasses import replace

    from benchmarks.sweep import SWEEP
    from dynamics import Axis
    from experiments.figure1 import Figure1
    from jobs import Service
    from jobs.disk import DiskStore
    from jobs.workers import Workers

    store = DiskStore(folder / "jobs.sqlite3")
    workers = Workers(store.path, 2)
    service = Service(store, lambda *job: workers.wake())
    fine = [
        replace(SWEEP, axes=(Axis("eta", low, 16, 150), Axis("beta", 0, 0.995, 150)))
        for low in (0.003, 0.004)
    ]
    jobs = [service.start(spec) for spec in (*fine, Figure1(seeds=20, steps=1500))]
    try:
        yield lambda: ", ".join(
            f"{found.done} of {found.total} tiles ({found.state})" for found in map(service.status, jobs)
        )
    finally:
        for job in jobs:
            service.cancel(job)
        workers.stop()


def run(viewers: int, seconds: int, folder: Path, port: int, process: int) -> dict[str, Any]:
    """Let the viewers loose, watch the server's memory, return what was found."""
    plan_file, answer = folder / "plan.json", folder / "answer.json"
    plan_file.write_text(json.dumps(plan(answer)))
    command = [
        str(LOCUST),
        "-f",
        str(ROOT / "benchmarks" / "_viewers.py"),
        "--headless",
        "--only-summary",
    ]
    command += [
        "--users",
        str(viewers),
        "--spawn-rate",
        "6",
        "--run-time",
        f"{seconds}s",
        "--stop-timeout",
        "15",
    ]
    command += ["--host", f"http://127.0.0.1:{port}", "--exit-code-on-error", "0"]
    with (folder / "locust.log").open("w") as log:
        hall = subprocess.Popen(
            command, env=os.environ | {"LOAD_PLAN": str(plan_file)}, stdout=log, stderr=log
        )
        begin, weights = perf_counter(), list[float]()
        while hall.poll() is None:
            if perf_counter() - begin >= EVERY * len(weights):
                weights.append(round(memory(process), 1))
            sleep(0.2)
    if not answer.exists():
        raise SystemExit((folder / "locust.log").read_text()[-4000:])
    return {**json.loads(answer.read_text()), "memory": weights, "viewers": viewers, "seconds": seconds}


def table(found: dict[str, Any]) -> Iterator[str]:
    """Write the figures as rows of Markdown."""

    def times(key: str) -> str:
        values = [1000 * value for value in found.get(key, [])]
        return (
            f"{percentile(values, 0.5):.0f}, {percentile(values, 0.95):.0f}, {percentile(values, 1):.0f} ms"
        )

    drags, weights = len(found.get("lost", [])), found["memory"]
    half, cells = weights[len(weights) // 2 :], found.get("cells", [])
    yield f"| {found['viewers']} viewers, {found['seconds']} s | median, 95th percentile, largest |"
    yield "|---|---|"
    yield f"| answers, errors | {found['requests']}, {sum(count for *_, count in found['errors'])} |"
    lost = sum(found.get("lost", []))
    unanswered = sum(found.get("unanswered", []))
    yield f"| drags; last values without a picture, a full one within 8 s | {drags}; {unanswered}, {lost} |"
    yield f"| a value under the hand → an answer to it or a later one | {times('slider')} |"
    yield f"| a moving picture, from request to answer | {times('moving request')} |"
    sides = f"{percentile(cells, 0.5):.0f}, {min(cells, default=0)}"
    yield f"| starts a side of moving pictures: median, smallest | {sides} |"
    yield f"| released → full picture, {CELLS} × {CELLS} | {times('rest')} |"
    yield f"| released → compared, too ({len(found.get('given up', []))} given up) | {times('compared')} |"
    yield f"| answered 503 with Retry-After | {len(found.get('refused', []))} |"
    sizes = f"{weights[0]:.0f}, {max(weights):.0f}, {half[0]:.0f}, {weights[-1]:.0f} MiB"
    yield f"| memory (PSS) of the server: first, largest, at half time, last | {sizes} |"


def main() -> None:
    """Serve, load, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=60)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--jobs", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with server(folder) as (port, process):
            if told.jobs:
                with long_work(folder) as progress:
                    found = run(told.viewers, told.seconds, folder, port, process)
                    print(f"Long work: {progress()}")
            else:
                found = run(told.viewers, told.seconds, folder, port, process)
    (ROOT / ".cache").mkdir(exist_ok=True)
    (ROOT / ".cache" / "load.json").write_text(json.dumps(found))
    print(*table(found), sep="\n")
    print(*(f"{count} × {name}: {error}" for name, error, count in found["errors"]), sep="\n")


if __name__ == "__main__":
    main()
