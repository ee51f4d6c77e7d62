"""Threads for the compiled kernels, which release the interpreter lock."""

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Lock

import numpy as np
from numpy.typing import NDArray

_lock = Lock()
_pools: dict[int, ThreadPoolExecutor] = {}
_limits: list[int] = []


def _pool() -> ThreadPoolExecutor:
    """Return this process's pool, made on first use: threads do not survive a fork."""
    with _lock:
        process = os.getpid()
        if process not in _pools:
            _pools.clear()
            _pools[process] = ThreadPoolExecutor(max(worker_count() - 1, 1), thread_name_prefix="dynamics")
        return _pools[process]


def worker_count() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # macOS has none
    return min([len(affinity(0)) if affinity else os.cpu_count() or 1, *_limits])


def limit(count: int) -> None:
    """Let this process use so many cores at most from now on; processes that share a machine's work do.

    It has to come before the first work, which makes the pool.
    """
    _limits[:] = [count]


def run(work: Callable[[slice], object], pieces: Iterable[slice], flag: NDArray[np.uint8]) -> None:
    """Do all pieces of work, on this thread and on those of the pool that are free, and wait for the end.

    This thread works, too, so that a caller with little to do does not wait for one with much.

    Parameters
    ----------
    work : callable
        Takes one piece; it must return soon once `flag[0]` is set.
    pieces : iterable of slice
        Disjoint parts of the arrays that `work` fills.
    flag : uint8 (1,) or (2,)
        `Cancellation.flag`. The first is set here when a piece fails or the wait is interrupted, so that the
        others end too; a thread of the pool that finds the second set takes no further piece of this work.
    """
    left = deque(pieces)

    def go_on(helping: bool = True) -> None:
        while left and not (helping and flag[1:].any()):
            try:
                piece = left.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                work(piece)
            except BaseException:
                flag[0] = 1
                raise

    helpers = [_pool().submit(go_on) for _ in range(min(worker_count(), len(left)) - 1)]
    try:
        go_on(helping=False)
        for helper in helpers:
            if not helper.cancel():
                helper.result()
    except BaseException:
        flag[0] = 1
        left.clear()
        wait(helper for helper in helpers if not helper.cancel())
        raise
