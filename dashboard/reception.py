"""How files of viewers are let in: few at once, for what a request brings is held in memory, all of it.

Each process that serves has places of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import BoundedSemaphore
from uuid import uuid4

from dashboard.request import LONGEST_SECONDS
from dashboard.work import BusyError, underway
from dynamics import Cancellation

HELD = 4  # bodies in memory at once in each process that serves, at most 32 MiB each
PATIENCE = 3.0  # seconds that a request waits before its body is read
_places = BoundedSemaphore(HELD)


@contextmanager
def held() -> Iterator[None]:
    """Wait until a request's body may be read, and keep its place for as long as it is in memory.

    Raises
    ------
    BusyError
        When too many others are held in this process.
    """
    if not _places.acquire(timeout=PATIENCE):
        raise BusyError
    try:
        yield
    finally:
        _places.release()


def turn() -> AbstractContextManager[Cancellation]:
    """Stand in the line of all work: a large file takes some hundred MiB while it is read.

    Raises
    ------
    BusyError
        When the turn does not come in time, or the server has to end.
    """
    return underway(f"file {uuid4()}", 0, 0, LONGEST_SECONDS)
