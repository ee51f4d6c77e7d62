"""The user's own data sets, kept by their content where every process that computes finds them.

Where that is, whoever runs the processes says (`use`): the store of finished work, which machines may share.
Until then it is this process's memory, which is enough for the command line.
"""

import io
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from experiments import builtin
from experiments.data import Dataset

_PREFIX = "own-"
_REFRESH = 60.0  # seconds of use after which the shelf hears of it


class Shelf(Protocol):
    """Where bytes are kept by name."""

    def keep(self, name: str, content: bytes) -> None:
        """Keep some bytes; what was used longest ago may make room."""

    def kept(self, name: str) -> bytes | None:
        """Return them, None if they are no longer there."""

    def touch(self, name: str) -> None:
        """Count them as used now; nothing changes where they are no longer there."""


class Memory:
    """A `Shelf` in this process."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def keep(self, name: str, content: bytes) -> None:
        """See `Shelf`."""
        self._contents[name] = content

    def kept(self, name: str) -> bytes | None:
        """See `Shelf`."""
        return self._contents.get(name)

    def touch(self, name: str) -> None:
        """See `Shelf`; here nothing makes room."""


class GoneError(ValueError):
    """Raised when a data set is no longer kept; the message is a sentence for the page."""


_memory = Memory()


def _own_memory() -> Shelf:
    return _memory


_shelf: Callable[[], Shelf] = _own_memory


def use(shelf: Callable[[], Shelf]) -> None:
    """Keep data sets where `shelf` returns from now on, which is asked at each use."""
    global _shelf  # noqa: PLW0603  # one place a process, as environment variables are
    _shelf = shelf


def is_own(name: str) -> bool:
    """Tell whether a name is that of somebody's own data set."""
    return name.startswith(_PREFIX)


def keep(dataset: Dataset) -> str:
    """Keep a data set and return the name that `load` knows it by, the same for the same content."""
    name, content = packed(dataset)
    put(name, content)
    return name


def packed(dataset: Dataset) -> tuple[str, bytes]:
    """Return a data set's name, and what `put` keeps of it: all of `keep` but the wait for the shelf."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **_contents(dataset))
    return _PREFIX + dataset.fingerprint, stream.getvalue()


def put(name: str, content: bytes) -> None:
    """Keep what `packed` returned."""
    _shelf().keep(name, content)


def _contents(dataset: Dataset) -> dict[str, Any]:
    """Return what is kept; a set without groups has none."""
    contents: dict[str, Any] = {
        "name": dataset.name,
        "target": dataset.target,
        "columns": dataset.columns,
        "notes": np.array(dataset.notes, dtype=np.str_),
        "inputs": dataset.inputs,
        "targets": dataset.targets,
    }
    return contents if dataset.groups is None else {**contents, "groups": dataset.groups}


def load(name: str) -> Dataset:
    """Return a built-in data set, or one that was kept.

    Parameters
    ----------
    name : str
        One of `builtin.NAMES`, or what `keep` returned.

    Raises
    ------
    GoneError
        If it is no longer kept.
    ValueError
        If there is no built-in one of this name.
    """
    if not is_own(name):
        return builtin.load(name)
    own, now = _own(name), time.monotonic()
    if now - own.told > _REFRESH:
        own.told = now  # first: if the shelf is slow, nobody else waits for it
        with suppress(RuntimeError):  # a store that cannot be used just now
            _shelf().touch(name)
    return own.dataset


@dataclass
class _Own:
    """A set that this process has read, and when its shelf last heard that it is used."""

    dataset: Dataset
    told: float


@lru_cache(maxsize=4)  # some may be large
def _own(name: str) -> _Own:
    content = _shelf().kept(name)
    if content is None:
        raise GoneError("These data are no longer kept here: choose the file again")
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        dataset = Dataset(
            str(found["name"]),
            str(found["target"]),
            tuple(found["columns"].tolist()),
            found["inputs"],
            found["targets"],
            found.get("groups"),
            tuple(found["notes"].tolist()),
        )
    return _Own(dataset, time.monotonic())
