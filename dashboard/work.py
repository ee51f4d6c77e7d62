"""Superseded work is cancelled: a viewer's newer request stops the older one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cachetools import LRUCache

from dynamics import Cancellation

_running: LRUCache[str, Cancellation] = LRUCache(1024)
_lock = threading.Lock()


@contextmanager
def newest(viewer: str, budget: float) -> Iterator[Cancellation]:
    """Give the work of `viewer` a token that is cancelled by its next request or after `budget` seconds.

    The registry is per process and holds no setting and no result: a viewer whose requests reach
    different processes is served correctly, its superseded work just runs to the end of its budget.
    """
    token = Cancellation()
    with _lock:
        older = _running.get(viewer)
        _running[viewer] = token
    if older is not None:
        older.cancel()
    timer = threading.Timer(budget, token.cancel)
    timer.start()
    try:
        yield token
    finally:
        timer.cancel()
        with _lock:
            if _running.get(viewer) is token:
                del _running[viewer]
