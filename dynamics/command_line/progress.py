"""How far long work is, and how signals end it: it runs on a thread of its own while this one listens."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self, TypeVar

from dynamics.outcome import Cancellation

T = TypeVar("T")

_INTERVAL = 1.0  # seconds between two reports


class Terminated(BaseException):
    """The program was asked to end by SIGTERM."""


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM raise `Terminated` as Ctrl-C raises KeyboardInterrupt, so that what is begun is put away.

    Python hears signals on the main thread only: on another one nothing changes.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


class Progress:
    """What a computation and the thread that watches it tell each other.

    Attributes
    ----------
    cancel : Cancellation
        Calls the computation off.
    share : float or None
        How much of it is done, where that is known.
    """

    def __init__(self) -> None:
        self.cancel = Cancellation()
        self.share: float | None = None


class Line:
    """Reports on standard error: one line rewritten on a terminal, a line each elsewhere if asked for.

    Parameters
    ----------
    name : str
        What is under way.
    asked : bool
        Whether to report also where standard error is no terminal, and when the work has ended.
    """

    def __init__(self, name: str, asked: bool) -> None:
        self._name, self._asked, self._terminal = name, asked, sys.stderr.isatty()
        self._begun = self._reported = time.monotonic()
        self._doing = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        if self._asked and kind is None:
            print(f"{self._name}: done, {self._seconds():.1f} s", file=sys.stderr)

    def _seconds(self) -> float:
        return time.monotonic() - self._begun

    def tell(self, doing: str, share: float | None) -> None:
        """Say what is done and how far it is: at most once a second, and nothing in the first."""
        now = time.monotonic()
        early = now - self._begun < _INTERVAL or (now - self._reported < _INTERVAL and doing == self._doing)
        if early or not (self._asked or self._terminal):
            return
        self._reported, self._doing = now, doing
        percent = "" if share is None else f" {100 * share:.0f} %"
        text = f"{self._name}: {doing}{percent}, {self._seconds():.0f} s"
        text = f"\r{text}\x1b[K" if self._terminal else f"{text}\n"
        print(text, end="", file=sys.stderr, flush=True)


def watched(work: Callable[[Progress], T], line: Line) -> T:
    """Return what `work` returns; compiled code would not hear Ctrl-C on this thread.

    Raises
    ------
    KeyboardInterrupt, Terminated
        After the work has been called off and has ended.
    """
    progress = Progress()
    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(work, progress)
        try:
            while wait([future], _INTERVAL / 4).not_done:
                line.tell("computing", progress.share)
        except BaseException:
            progress.cancel.cancel()
            raise
    return future.result()
