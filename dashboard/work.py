"""Superseded work is cancelled: what a viewer no longer waits for stops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dynamics import Cancellation


@dataclass(frozen=True, eq=False)
class _Work:
    viewer: str
    seq: int
    token: Cancellation = field(default_factory=Cancellation)


_running: set[_Work] = set()
_lock = threading.Lock()


@contextmanager
def underway(viewer: str, seq: int, oldest: int, budget: float) -> Iterator[Cancellation]:
    """Give the work of a viewer a token that is cancelled when it is superseded or after `budget` seconds.

    The registry is per process and holds no setting and no result: a viewer whose requests reach
    different processes is served correctly, superseded work just runs to the end of its budget.

    Parameters
    ----------
    viewer : str
    seq : int
        The viewer's running number of this work.
    oldest : int
        The smallest number that the viewer still waits for: older work is cancelled.
    budget : float
        Seconds.
    """
    work = _Work(viewer, seq)
    with _lock:
        for other in _running:
            if other.viewer == viewer and other.seq < oldest:
                other.token.cancel()
        _running.add(work)
    timer = threading.Timer(budget, work.token.cancel)
    timer.start()
    try:
        yield work.token
    finally:
        timer.cancel()
        with _lock:
            _running.discard(work)


def load() -> int:
    """Return how many requests this process is working on."""
    return len(_running)
