"""What a store of finished tiles does, wherever it keeps them.

A job is wanted until it is done, cancelled or failed. Whoever computes a tile claims it for some seconds and
renews the claim while it lasts: of a worker that is killed the claim runs out, and another takes the tile.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

State = Literal["wanted", "done", "cancelled", "failed"]
LEASE = 8.0  # seconds that a claim holds; it is renewed every second
MOST_ATTEMPTS = 5  # of a tile whose workers vanish, before the job is given up


class StoreError(RuntimeError):
    """Raised when a store cannot be reached, read or written; the message is a sentence for the page."""


class StoreFullError(StoreError):
    """Raised when there is no room for a tile even after other jobs were forgotten."""


@dataclass(frozen=True)
class Job:
    """What a store knows of a job.

    Attributes
    ----------
    spec : str
        Its specification, encoded.
    total : int
        Number of its tiles.
    state : "wanted", "done", "cancelled" or "failed"
    error : str
        Why it failed, else empty.
    done : int
        Number of tiles that are stored.
    running : int
        Number of tiles that are claimed now.
    seconds : float
        Mean time that a stored tile took, 0 while there is none.
    """

    spec: str
    total: int
    state: State
    error: str
    done: int
    running: int
    seconds: float


def lost(number: int) -> str:
    """Return why a job is given up when tile after tile's worker vanishes."""
    return f"Tile {number} was given up: {MOST_ATTEMPTS} workers were lost at it."


class Store(Protocol):
    """Finished tiles by job and number; safe for any number of threads and processes at once.

    Every method raises StoreError when the store cannot do it.
    """

    def add(self, job: str, spec: str, total: int) -> None:
        """Want a job; nothing changes for one that is wanted or done, others go on where they stopped."""

    def job(self, job: str) -> Job | None:
        """Return what is known of a job, None if nothing is."""

    def tiles(self, job: str) -> dict[int, bytes]:
        """Return the finished tiles by number; none of an unknown job."""

    def claim(self, job: str, number: int, owner: str) -> bool:
        """Reserve a tile; False if it is finished or another's, or if the job is not wanted."""

    def renew(self, job: str, number: int, owner: str) -> bool:
        """Hold a claim for another `LEASE` seconds; False if the job is no longer wanted."""

    def release(self, job: str, number: int, owner: str) -> None:
        """Give a claim back: the tile was not finished, through no fault of its own."""

    def put(self, job: str, number: int, data: bytes, seconds: float) -> None:
        """Keep a finished tile and how long it took; the job is done with its last one."""

    def cancel(self, job: str) -> None:
        """Stop wanting a job; what is finished stays."""

    def fail(self, job: str, error: str) -> None:
        """Give a wanted job up."""

    def check(self) -> None:
        """Raise StoreError unless results can be kept now."""

    def tally(self) -> tuple[int, int]:
        """Return how many wanted jobs are worked on, and how many wait."""

    def keep(self, name: str, content: bytes) -> None:
        """Keep what jobs need besides their specification, until others used later need its room."""

    def kept(self, name: str) -> bytes | None:
        """Return what was kept, None if it is no longer there."""

    def touch(self, name: str) -> None:
        """Count what was kept as used now; nothing changes where it is no longer there."""
