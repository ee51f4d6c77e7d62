"""Seeing to a job whose tiles others compute: what is not under way is sent, what was lost is sent again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

from jobs.redis_store import RedisStore
from jobs.store import StoreError

LEAD = 5.0  # seconds after which another may take the place of a supervisor that is not heard of
_PERIOD = 0.2  # seconds between two looks
_PATIENCE, _MOST_PATIENCE = 5.0, 600.0  # seconds that a tile may wait to be claimed before it is sent again
_AHEAD = 8  # tiles that are sent before anyone is seen to work


@dataclass
class _Sent:
    """Which tiles were sent, when last, and how often."""

    when: dict[int, float] = field(default_factory=dict)
    often: dict[int, int] = field(default_factory=dict)

    def due(self, total: int, done: set[int], claimed: set[int], now: float) -> Iterator[int]:
        """Yield the tiles to send now: a few more than are under way, and those that seem lost.

        A tile sent twice costs nothing: who comes second finds it claimed or finished.
        """
        room = _AHEAD + 2 * len(claimed) - sum(number not in done for number in self.when)
        for number in range(total):
            if number in done or number in claimed:
                continue
            if number not in self.when:
                if room <= 0:
                    return
                room -= 1
            elif now - self.when[number] < min(_PATIENCE * 2 ** self.often[number], _MOST_PATIENCE):
                continue
            yield number

    def note(self, number: int, now: float) -> None:
        """Remember that a tile was sent."""
        self.often[number] = self.often.get(number, -1) + 1
        self.when[number] = now


def supervise(
    store: RedisStore,
    job: str,
    spec: str,
    total: int,
    send: Callable[[str, int], object],
    owner: str,
    stop: Event,
) -> bool:
    """See to a job until it is done, cancelled or failed, or another supervisor does.

    A server that restarts, even one that comes back empty, only delays it.

    Parameters
    ----------
    store : RedisStore
    job, spec : str
        Its id and specification.
    total : int
        Number of its tiles.
    send : callable
        (job, number) → asks some worker for a tile; raises StoreError if it cannot.
    owner : str
        Who supervises.
    stop : Event
        Ends it early.

    Returns
    -------
    bool
        Whether nothing is left to see to; False if it was stopped.
    """
    sent = _Sent()
    while not stop.wait(_PERIOD):
        try:
            if not store.lead(job, owner, LEAD):
                return True
            found = store.job(job)
            if found is None:  # the server has forgotten everything
                store.add(job, spec, total)
                sent = _Sent()
            elif found.state != "wanted":
                return True
            for number in sent.due(total, *store.taken(job), time.monotonic()):
                send(job, number)
                sent.note(number, time.monotonic())
        except StoreError:
            pass  # the server is away; nothing is lost that cannot be sent again
    return False
