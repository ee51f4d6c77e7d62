"""Long work as the dashboard sees it: start, look, take what there is, cancel."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

from hosting.configuration import ConfigurationError, read
from jobs.disk import DiskStore
from jobs.spec import UnknownJobError, encode, job_id, kind_of, stored, unpack
from jobs.store import Job, Store, StoreError
from jobs.workers import Workers

State = Literal["running", "done", "cancelled", "failed"]


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes
    ----------
    done, total : int
        Tiles that are finished, and all.
    seconds_left : float or None
        How much longer it will take if it goes on like this; None before the first tile and when nobody is
        at work.
    state : "running", "done", "cancelled" or "failed"
        One that nobody is working on yet is running too.
    error : str
        Why it failed, a sentence; else empty.
    """

    done: int
    total: int
    seconds_left: float | None
    state: State
    error: str


class Service:
    """Jobs in a store, and somebody who is called to work on them.

    Nothing of a job is kept here, so any number of processes may serve the same ones, and after a restart a
    job goes on where it stopped: by being asked for.

    Parameters
    ----------
    store : Store
    wake : callable
        Is called with a job's id, specification and number of tiles whenever there is work to do on it;
        has to return soon and be harmless to repeat.
    prepare : callable, optional
        May be called when there will perhaps be work soon; whoever works then has loaded what it needs.
    """

    def __init__(
        self,
        store: Store,
        wake: Callable[[str, str, int], object],
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self._store, self._wake, self.prepare = store, wake, prepare

    @property
    def store(self) -> Store:
        """Where finished work is kept, and the data sets that jobs need."""
        return self._store

    def start(self, spec: object) -> str:
        """Begin a job, or go on with it; one that is done or under way is left as it is.

        Parameters
        ----------
        spec : Sweep or another specification of `jobs.spec.KINDS`

        Returns
        -------
        str
            The job's id: the same for equal specifications.

        Raises
        ------
        StoreError
            If the store cannot be used.
        """
        job, text, total = job_id(spec), encode(spec), kind_of(spec).tiles(spec)
        self._store.add(job, text, total)
        self._go_on(job, self._known(job))
        return job

    def status(self, job: str) -> Progress:
        """Return how far a job is; being asked keeps a wanted one going, also after a restart.

        Raises
        ------
        UnknownJobError
            If there is no such job here: it was never started, or had to make room.
        StoreError
            If the store cannot be used.
        """
        found = self._known(job)
        self._go_on(job, found)
        state: State = "running" if found.state == "wanted" else found.state
        left = None
        if found.done > 0 and found.running > 0 and state == "running":
            left = (found.total - found.done) * found.seconds / found.running
        return Progress(found.done, found.total, left, state, found.error)

    def spec(self, job: str) -> Any:
        """Return the specification of a job; raises as `status` and `jobs.spec.stored` do."""
        return stored(job, self._known(job).spec)

    def partial(self, job: str) -> Any:
        """Return the result as far as it is known, nan for the rest; raises as `spec` does.

        Returns
        -------
        SweepResult
            Or whatever the kind of job assembles.
        """
        spec = self.spec(job)
        tiles = {number: unpack(data) for number, data in self._store.tiles(job).items()}
        return kind_of(spec).assemble(spec, tiles)

    def cancel(self, job: str) -> None:
        """Stop a job within a second or two; what is finished stays, and `start` goes on from there."""
        self._store.cancel(job)

    def check(self) -> None:
        """Raise StoreError unless results can be kept."""
        self._store.check()

    def tally(self) -> tuple[int, int]:
        """Return how many jobs are worked on now, and how many wait; raises StoreError."""
        return self._store.tally()

    def _known(self, job: str) -> Job:
        found = self._store.job(job)
        if found is None:
            raise UnknownJobError(f"There is no stored work named {job[:40]!r} here.")
        return found

    def _go_on(self, job: str, found: Job) -> None:
        if found.state == "wanted":
            self._wake(job, found.spec, found.total)


@cache
def service() -> Service:
    """Return this process's service: over Celery where REDIS_URL is set, else on this machine.

    Raises
    ------
    StoreError
        If REDIS_URL leads nowhere, or a variable of the environment makes no sense.
    """
    try:
        told = read(os.environ)
    except ConfigurationError as error:
        raise StoreError(str(error)) from error
    if told.redis_url is not None:
        return _over_celery(told.redis_url)
    path = store_path()
    here = Workers(path, told.workers)
    return Service(DiskStore(path), lambda job, spec, total: here.wake(), here.prepare)


def _over_celery(url: str) -> Service:
    try:
        from jobs.celery_app import wake
        from jobs.redis_store import RedisStore
    except ModuleNotFoundError as error:
        raise StoreError(
            f"REDIS_URL is set, but {error.name} is not installed: it comes with requirements-celery.txt."
        ) from error
    store = RedisStore(url)
    store.check()
    return Service(store, partial(wake, store))


def store_path() -> Path:
    """Return where finished work is kept: DEADCONE_STORE, else .cache here, else the system's own place."""
    told = read(os.environ)
    if told.store is not None:
        return told.store
    here = Path(__file__).resolve().parent.parent
    shared = Path("/dev/shm")
    if os.access(here, os.W_OK):
        return here / ".cache" / "jobs.sqlite3"
    return (
        (shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())) / "dead-cone" / "jobs.sqlite3"
    )
