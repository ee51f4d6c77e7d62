"""Who is answered first, who has to wait, and who no longer waits for an answer.

At most `PLACES` requests are computed at once; the others stand in a line. Who came first is next, but what
is less urgent stands as if it had come later, and so does a request whose viewer has others at work: so
nobody waits for ever, and one viewer does not hold up the rest. Work that its viewer has superseded stops,
or leaves the line. The registry is per process and holds no setting and no result: a viewer whose requests
reach different processes is served correctly, superseded work just runs to the end of its budget.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from time import perf_counter

from dynamics import Cancellation, Cancelled

PLACES = 2  # work holds the interpreter's lock for most of its time, and the kernels use every core
# Of one viewer, at work and in the line: as many as a browser sends to one host.
MOST_OF_ONE = 6
# Each that its viewer has at work lets a request stand as if it had come so many seconds later.
_OF_ONE = 0.2


class BusyError(RuntimeError):
    """Raised for work that the server has no time for; the message is a sentence for the page."""

    def __init__(self) -> None:
        super().__init__("The server is busy. Please try again in a moment")


class Urgency(Enum):
    """How soon an answer is needed.

    Attributes
    ----------
    places : int
        Of the `PLACES` it and what is less urgent may take so many.
    slack : float
        It stands in the line as if it had come so many seconds later.
    patience : float
        Seconds that it waits.
    """

    HAND = (PLACES, 0.0, 3.0)  # a hand moves and waits for it
    REST = (PLACES - 1, 0.1, 10.0)  # somebody looks at it
    SPARE = (1, 60.0, 4.0)  # it can be done without: only when nobody else waits

    def __init__(self, places: int, slack: float, patience: float) -> None:
        self.places, self.slack, self.patience = places, slack, patience


@dataclass(eq=False)
class _Work:
    viewer: str
    seq: int
    urgency: Urgency
    came: float
    token: Cancellation = field(default_factory=Cancellation)
    begun: bool = False
    told: threading.Event = field(default_factory=threading.Event)  # that it has a place, or is superseded


_works: list[_Work] = []  # by arrival
_lock = threading.Lock()


@contextmanager
def underway(
    viewer: str, seq: int, oldest: int, budget: float, urgency: Urgency = Urgency.REST
) -> Iterator[Cancellation]:
    """Wait for a place, and give the work a token that is cancelled when it is superseded or out of time.

    Parameters
    ----------
    viewer : str
    seq : int
        The viewer's running number of this work.
    oldest : int
        The smallest number that the viewer still waits for: older work is cancelled.
    budget : float
        Seconds for the work, once it has a place.
    urgency : Urgency

    Raises
    ------
    BusyError
        When the viewer has too much under way, or no place was free in time.
    Cancelled
        When the work was superseded in the line, or was spare and found no place.
    """
    work = _Work(viewer, seq, urgency, perf_counter())
    _enter(work, oldest)
    try:
        _wait(work)
        timer = threading.Timer(budget, work.token.cancel)
        timer.start()
        try:
            yield work.token
        finally:
            timer.cancel()
    finally:
        with _lock:
            _works.remove(work)
            _give()


def _enter(work: _Work, oldest: int) -> None:
    with _lock:
        own = [other for other in _works if other.viewer == work.viewer]
        for other in own:
            if other.seq < oldest:
                other.token.cancel()
                other.told.set()
        if sum(not other.token.cancelled for other in own) >= MOST_OF_ONE:
            raise BusyError
        _works.append(work)
        _give()


def _wait(work: _Work) -> None:
    work.told.wait(work.urgency.patience)
    with _lock:
        if work.begun:
            return
        if work.token.cancelled or work.urgency is Urgency.SPARE:
            raise Cancelled
        raise BusyError


def _give() -> None:
    """Give free places to those whose turn it is; only they wake."""
    while (work := _next()) is not None:
        work.begun = True
        work.told.set()


def _next() -> _Work | None:
    """Return whose turn it is; None while nobody in the line can have a place."""
    begun = [work for work in _works if work.begun]
    if len(begun) >= PLACES:
        return None
    taken = [sum(other.urgency.slack >= urgency.slack for other in begun) for urgency in Urgency]
    free = {urgency for urgency, count in zip(Urgency, taken, strict=True) if count < urgency.places}
    own = Counter(work.viewer for work in begun if not work.token.cancelled)
    line = [work for work in _works if not work.begun and not work.token.cancelled and work.urgency in free]
    # The first to come of equals.
    return min(
        line, key=lambda work: work.came + work.urgency.slack + _OF_ONE * own[work.viewer], default=None
    )


def load() -> int:
    """Return how many requests this process works on, those in the line too."""
    return len(_works)
