"""How a worker computes a tile that it has claimed, wherever it runs."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from time import perf_counter

from threadpoolctl import threadpool_limits

from dynamics import Cancellation, Cancelled, threads
from jobs.spec import UnknownJobError, kind_of, pack, stored
from jobs.store import Store, StoreError, StoreFullError

MOST_SECONDS = 6 * 3600.0  # that the tiles of a job may take in all, one after another
_RENEWAL = 1.0  # seconds; also how late a worker may hear that a job was cancelled

log = logging.getLogger(__name__)


def take_one_core() -> None:
    """Let this process use one core from now on: there is a worker for each."""
    threads.limit(1)
    threadpool_limits(limits=1, user_api="blas")


def work(store: Store, job: str, number: int, owner: str) -> None:
    """Compute a claimed tile and store it, or give the claim back.

    A job that cannot be computed, is of another version, has no room or has taken `MOST_SECONDS` fails with
    a sentence; what is finished of it stays.

    Parameters
    ----------
    store : Store
    job, number : str, int
        The tile.
    owner : str
        Who has claimed it.

    Raises
    ------
    StoreError
        If the store cannot be reached; the claim then runs out and the tile is done again.
    """
    found = store.job(job)
    if found is None:
        return
    text, finished = found.spec, False
    end = perf_counter() + MOST_SECONDS - found.done * found.seconds

    def compute(cancel: Cancellation) -> tuple[bytes, float]:
        begun, spec = perf_counter(), stored(job, text)
        return pack(kind_of(spec).compute(spec, number, cancel)), perf_counter() - begun

    try:
        if perf_counter() >= end:
            raise Cancelled
        data, seconds = _watched(compute, lambda: perf_counter() < end and store.renew(job, number, owner))
        store.put(job, number, data, seconds)
        finished = True
    except Cancelled:
        if perf_counter() >= end:
            hours = f"{MOST_SECONDS / 3600:g} hours"
            store.fail(job, f"Stopped: its tiles took {hours} in all, the most that a job may take.")
    except (StoreFullError, UnknownJobError) as error:
        store.fail(job, str(error))
    except StoreError:
        raise
    except Exception as error:
        log.exception("job %s: tile %d", job, number)
        store.fail(job, f"Tile {number} could not be computed: {error}.")
    finally:
        if not finished:
            store.release(job, number, owner)


def _watched(
    compute: Callable[[Cancellation], tuple[bytes, float]], renew: Callable[[], bool]
) -> tuple[bytes, float]:
    """Return what `compute` returns: compiled code would not hear a signal on this thread.

    Meanwhile the claim is renewed, and the work called off when the job is no longer wanted.
    """
    cancel = Cancellation()
    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(compute, cancel)
        try:
            while wait([future], _RENEWAL).not_done:
                if not _renewed(renew):
                    cancel.cancel()
        except BaseException:
            cancel.cancel()
            raise
    return future.result()


def _renewed(renew: Callable[[], bool]) -> bool:
    try:
        return renew()
    except StoreError:  # perhaps for a moment; the work is not lost yet
        log.warning("a claim could not be renewed")
        return True
