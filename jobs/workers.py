"""Worker processes of this machine: started when there is work, gone when there is none for a while.

They are forked from a process without threads that has loaded what they need (jobs/loaded.py): a fork of the
server, which has threads, can hang, and to load it anew takes each a second of a core, several on a busy
machine. They run at low priority, in a session of their own and with one thread each, so that the page stays
live beside them, and find their work in the store. Each process that serves starts its own, and where there
are several (WEB_CONCURRENCY) each has as many, and a session for them.
"""

import multiprocessing
import os
import signal
import tempfile
import time
from contextlib import suppress
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock, Thread
from uuid import uuid4

from dynamics import threads
from experiments import kept
from jobs.disk import DiskStore
from jobs.store import StoreError
from jobs.work import take_one_core, work

_POLL = 0.2  # seconds between two looks into an idle store
_IDLE = 120.0  # seconds without work after which a worker ends
_GRACE = 5.0  # seconds that a worker has to give its tile back
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["hosting.patience", "jobs.loaded"])


class Workers:
    """The worker processes of one store.

    Parameters
    ----------
    path : Path
        Of the store's file.
    count : int, optional
        How many for this process, at least 1; by default one for each core.
    """

    def __init__(self, path: Path, count: int | None = None) -> None:
        self._path, self._count = path, count
        self._lock = Lock()
        self._running: list[BaseProcess] = []
        self._parent = 0

    def prepare(self) -> None:
        """Have loaded what workers need, so that they start at once when there is work; returns at once."""
        _find_a_folder()
        forkserver.ensure_running()

    def wake(self) -> None:
        """Start those that are not running; returns at once when what they need is loaded."""
        with self._lock:
            _find_a_folder()
            if self._parent != os.getpid():  # after a fork they are another's
                self._parent, self._running = os.getpid(), []
            self._running = [process for process in self._running if process.is_alive()]
            for _ in range((self._count or threads.worker_count()) - len(self._running)):
                process = _context.Process(target=serve, args=(self._path,), name="jobs", daemon=True)
                process.start()
                self._running.append(process)

    def stop(self) -> None:
        """End all and wait for it; their tiles are given back."""
        with self._lock:
            for process in self._running:
                process.terminate()
            for process in self._running:
                process.join(_GRACE)
                process.kill()
            self._running = []

    @property
    def pids(self) -> list[int]:
        """The processes' numbers."""
        return [process.pid for process in self._running if process.pid is not None]


def _find_a_folder() -> None:
    """See to a folder for the socket by which workers are asked for: a container's root may be read-only."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = "/dev/shm"


def serve(path: Path, idle: float = _IDLE) -> None:
    """Do the work that is found in a store until there has been none for `idle` seconds.

    This is what a worker process runs.
    """
    _settle()
    store, owner = DiskStore(path), uuid4().hex
    kept.use(lambda: store)
    busy = time.monotonic()
    try:
        while time.monotonic() - busy < idle:
            try:
                found = store.take(owner)
                if found is not None:
                    work(store, *found, owner)
                    busy = time.monotonic()
                    continue
            except StoreError:  # who waits for the work is told; perhaps there is room again later
                pass
            time.sleep(_POLL)
    finally:  # it may have been told to leave between claiming a tile and beginning with it
        with suppress(StoreError):
            store.give_back(owner)


def _settle() -> None:
    """Make this process a worker: patient, on one thread, and gone with the process that started it."""
    import_module("hosting.patience")  # the fork server has, where it found it
    take_one_core()
    signal.signal(signal.SIGTERM, _leave)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    """Wait for the parent's end, and end too: nothing else would tell this process of a kill."""
    parent.join()
    os._exit(0)


def _leave(signum: int, frame: object) -> None:
    """End between two steps of Python, so that a claimed tile is given back on the way."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # to be told twice must not disturb that
    raise SystemExit
