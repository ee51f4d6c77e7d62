"""A worker for long work, on this machine or another.

``python worker.py tiles`` computes, on every core; ``python worker.py jobs`` sees to jobs, and one is enough.
REDIS_URL is the address of the Redis server that they share with the page. Options that follow are Celery's.
"""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from hosting.configuration import configuration_or_exit

QUEUES = {"tiles": (), "jobs": ("--pool", "threads", "--concurrency", "16")}


def refuse(why: str) -> NoReturn:
    """End with code 2 and one line."""
    print(f"worker.py: {why}", file=sys.stderr)
    raise SystemExit(2)


def main(argv: list[str]) -> None:
    """Start a worker for one queue and serve until it is told to stop."""
    if not argv or argv[0] not in QUEUES:
        refuse(f"the first word must be tiles or jobs, got {' '.join(argv) or 'none'}")
    if configuration_or_exit().redis_url is None:
        refuse("REDIS_URL must be the address of a Redis server, got none")
    # Compiled code is found or put where it is for the server.
    server = runpy.run_path(str(Path(__file__).with_name("gunicorn.conf.py")))
    try:
        from jobs.celery_app import app
    except ModuleNotFoundError as error:
        raise SystemExit(
            f"worker.py: {error.name} is missing; it comes with requirements-celery.txt"
        ) from error
    try:
        tempfile.gettempdir()
    except FileNotFoundError:  # a read-only root; Celery's processes talk through a file
        os.environ["TMPDIR"] = "/dev/shm"
    queue, *options = argv
    try:
        app.worker_main(["worker", "--queues", queue, *QUEUES[queue], *options])
    finally:
        server["on_exit"](None)


if __name__ == "__main__":
    main(sys.argv[1:])
