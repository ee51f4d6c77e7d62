"""Who is answered first, who has to wait, and who no longer waits for an answer.

At most `PLACES` requests are computed at once; the others stand in a line. Who came first is next, but what
is less urgent stands as if it had come later, and so does a request whose viewer has others at work: so
nobody waits for ever, and one viewer does not hold up the rest. A hand's newer value takes the place of its
older one in the line; what is less urgent than a hand leaves the other cores to it. Work that its viewer has
superseded stops, or leaves the line; work that takes long stops when others wait for its place. The registry
is per process and holds no setting and no result: a viewer whose requests reach different processes is served
correctly, superseded work just runs to the end of its budget.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from time import perf_counter, sleep

from dashboard.measures import LINE
from dynamics import Cancellation, Cancelled

PLACES = 2  # work holds the interpreter's lock for most of its time, and the kernels use every core
# Of one viewer, at work and in the line: as many as a browser sends to one host.
MOST_OF_ONE = 6
LONGEST_LINE = 64  # without moving hands: each holds a thread, and hands need some
# Each that its viewer has at work lets a request stand as if it had come so many seconds later.
_OF_ONE = 0.2
_EVERY = 0.02  # seconds between two looks at what takes too long
_OPEN = 4  # spare works that have begun: one that gives way holds what it has found in memory


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
        Seconds that it waits in all.
    fair : float
        Seconds that it may go on, once somebody who could have its place has waited for a third of that.
    """

    HAND = (PLACES, 0.0, 3.0, 0.4)  # a hand moves and waits for it
    REST = (PLACES - 1, 0.1, 10.0, 3.0)  # somebody looks at it
    SPARE = (1, 60.0, 8.0, 3.0)  # it can be done without: only when nobody else waits

    def __init__(self, places: int, slack: float, patience: float, fair: float) -> None:
        self.places, self.slack, self.patience, self.fair = places, slack, patience, fair


@dataclass(eq=False)
class _Work:
    viewer: str
    seq: int
    urgency: Urgency
    budget: float
    came: float  # when it, or what it has taken the place of, stood in the line
    token: Cancellation = field(default_factory=Cancellation)
    asked: float = field(init=False)
    begun: float | None = None  # when it was given its place
    opened: bool = False  # whether it ever had one
    displaced: bool = False  # whether it was called off for the sake of others, or of an end
    waited: float = 0.0  # seconds for which it has given way
    told: threading.Event = field(default_factory=threading.Event)  # that it has a place, or is called off

    def __post_init__(self) -> None:
        self.asked = self.came

    @property
    def waits(self) -> bool:
        return self.begun is None and not self.token.cancelled

    def call_off(self, displaced: bool = False) -> None:
        self.displaced |= displaced
        self.token.cancel()
        self.told.set()


_works: list[_Work] = []  # by arrival
_lock = threading.Lock()
_any = [threading.Event()]  # whether there are any
_ends: list[float] = []  # when all work ends, once the process has to
_guards: list[threading.Thread] = []  # the one that looks at what takes too long, once there is work


def _begin_anew() -> None:
    """Make a forked process's line its own: it has none of its parent's threads, some of which wait here."""
    _any[:] = [threading.Event()]
    _works.clear()
    _lock.release()


# A process forked while another thread holds the lock would wait for it for ever.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_begin_anew)


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
        Seconds for the work each time that it has a place; fewer while others wait, see `Urgency`.
    urgency : Urgency

    Raises
    ------
    BusyError
        When the viewer has too much under way, the line is too long, no place was free in time, or a picture
        at rest took long while others waited.
    Cancelled
        When the work was superseded in the line, was spare and found no place, or raises it itself.
    """
    work = _Work(viewer, seq, urgency, budget, perf_counter())
    _enter(work, oldest)
    try:
        _wait(work)
        yield work.token
    except Cancelled:
        # A moving picture is asked for again, smaller; one at rest would seem to be one that cannot be made.
        if work.displaced and urgency is Urgency.REST:
            raise BusyError from None
        raise
    finally:
        with _lock:
            _works.remove(work)
            if not _works:
                _any[0].clear()
            _give()


def give_way(token: Cancellation) -> None:
    """Let others go first, if the work with this token is spare: it stands in the line again.

    Raises
    ------
    Cancelled
        When it is superseded or finds no place any more.
    """
    with _lock:
        work = next((work for work in _works if work.token is token), None)
        if work is None or work.urgency is not Urgency.SPARE or not _waiting():
            return
        if token.cancelled:
            raise Cancelled
        work.begun, work.came = None, perf_counter()
        work.told.clear()
        _give()
    _wait(work)
    work.waited += perf_counter() - work.came


def waited(token: Cancellation) -> float:
    """Return for how many seconds the work with this token has given way."""
    with _lock:
        return sum(work.waited for work in _works if work.token is token)


def _enter(work: _Work, oldest: int) -> None:
    with _lock:
        own = [other for other in _works if other.viewer == work.viewer]
        for other in own:
            if other.seq >= oldest:
                continue
            if other.urgency is work.urgency is Urgency.HAND:
                if other.begun is not None:
                    continue  # it is over in a moment, and shown
                work.came = min(work.came, other.came)
            other.call_off()
        if sum(not other.token.cancelled and other.seq >= oldest for other in own) >= MOST_OF_ONE:
            raise BusyError
        line = sum(other.urgency is not Urgency.HAND for other in _waiting())
        if work.urgency is not Urgency.HAND and line >= LONGEST_LINE:
            raise BusyError
        _watch()
        _works.append(work)
        _any[0].set()
        _give()


def _watch() -> None:
    """See to a guard; a forked process has none of its parent's."""
    if not any(guard.is_alive() for guard in _guards):
        _guards[:] = [threading.Thread(target=_guard, name="guard", daemon=True)]
        _guards[0].start()


def _guard() -> None:
    """Call off, for as long as the process lives, what takes too long."""
    while _any[0].wait():
        with _lock:
            now = perf_counter()
            ending = any(now > end for end in _ends)
            for work in _works:
                spent = 0.0 if work.begun is None else now - work.begun
                if ending or (spent > work.urgency.fair and _wanted(work, now)):
                    work.call_off(displaced=True)
                elif spent > work.budget:
                    work.call_off()
        sleep(_EVERY)


def _wanted(work: _Work, now: float) -> bool:
    """Tell whether somebody who could have the work's place has waited for it."""
    long = work.urgency.fair / 3
    return any(other.urgency.slack <= work.urgency.slack and now - other.came > long for other in _waiting())


def _waiting() -> list[_Work]:
    return [work for work in _works if work.waits]


def _wait(work: _Work) -> None:
    work.told.wait(max(work.asked + work.urgency.patience - perf_counter(), 0.0))
    with _lock:
        if work.begun is not None:
            return
        if work.token.cancelled or work.urgency is Urgency.SPARE:
            raise Cancelled
        raise BusyError


def _give() -> None:
    """Give free places to those whose turn it is; only they wake."""
    while (work := _next()) is not None:
        work.begun, work.opened = perf_counter(), True
        work.told.set()
    hands = any(work.urgency is Urgency.HAND for work in _works)
    for work in _works:
        work.token.alone = hands and work.urgency is not Urgency.HAND
    for urgency in Urgency:
        LINE.labels(urgency.name.lower()).set(sum(work.urgency is urgency for work in _waiting()))


def _next() -> _Work | None:
    """Return whose turn it is; None while nobody in the line can have a place."""
    begun = [work for work in _works if work.begun is not None]
    if len(begun) >= PLACES:
        return None
    taken = [sum(other.urgency.slack >= urgency.slack for other in begun) for urgency in Urgency]
    free = {urgency for urgency, count in zip(Urgency, taken, strict=True) if count < urgency.places}
    own = Counter(work.viewer for work in begun if not work.token.cancelled)
    full = sum(work.urgency is Urgency.SPARE and work.opened for work in _works) >= _OPEN
    line = [work for work in _waiting() if work.urgency in free and not (full and _new_spare(work))]
    # The first to come of equals.
    return min(
        line, key=lambda work: work.came + work.urgency.slack + _OF_ONE * own[work.viewer], default=None
    )


def _new_spare(work: _Work) -> bool:
    return work.urgency is Urgency.SPARE and not work.opened


def end_within(seconds: float) -> None:
    """Have every request answered by then, finished or not; a signal's handler may call it."""
    _ends.append(perf_counter() + seconds)


def load() -> int:
    """Return how many requests this process works on, those in the line too, but for spare ones there."""
    with _lock:
        return sum(not work.waits or work.urgency is not Urgency.SPARE for work in _works)


def crowded() -> bool:
    """Tell whether anybody waits for a place in this process, who could not do without."""
    with _lock:
        return any(work.urgency is not Urgency.SPARE for work in _waiting())
