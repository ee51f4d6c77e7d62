"""The user's own data sets, kept by their content where every process that computes finds them."""

import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from experiments import builtin
from experiments.data import Dataset

MOST_KEPT = 512 * 2**20  # bytes of all files together
_PREFIX = "own-"


def folder() -> Path:
    """Return where data sets are kept: DEADCONE_DATA, or a folder of this user among temporary files."""
    named = os.environ.get("DEADCONE_DATA")
    if named:
        return Path(named)
    try:
        parent = tempfile.gettempdir()
    except FileNotFoundError:  # a read-only file system; memory can be written even there
        parent = "/dev/shm"
    return Path(parent) / f"deadcone-data-{os.getuid()}"


def keep(dataset: Dataset) -> str:
    """Write a data set to the folder and return the name that `load` knows it by.

    Raises
    ------
    ValueError
        If the folder cannot be written.
    """
    name = _PREFIX + dataset.fingerprint
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder(), suffix=".part", delete=False) as stream:
            np.savez(stream, **_contents(dataset))
        Path(stream.name).replace(folder() / f"{name}.npz")
        _forget_oldest()
    except OSError as error:
        raise ValueError(f"data cannot be kept in {folder()}: {error.strerror}") from error
    return name


def _forget_oldest() -> None:
    """Remove the files that were kept first, until the others fit."""
    files = sorted(folder().glob(f"{_PREFIX}*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    room = MOST_KEPT
    for i, path in enumerate(files):
        room -= path.stat().st_size
        if room < 0 and i > 0:
            path.unlink(missing_ok=True)


def _contents(dataset: Dataset) -> dict[str, Any]:
    """Return what a file holds; a set without groups has none."""
    contents: dict[str, Any] = {
        "name": dataset.name,
        "target": dataset.target,
        "columns": dataset.columns,
        "notes": np.array(dataset.notes, dtype=np.str_),
        "inputs": dataset.inputs,
        "targets": dataset.targets,
    }
    return contents if dataset.groups is None else {**contents, "groups": dataset.groups}


@lru_cache(maxsize=8)
def load(name: str) -> Dataset:
    """Return a built-in data set, or one that was kept.

    Parameters
    ----------
    name : str
        One of `builtin.NAMES`, or what `keep` returned.

    Raises
    ------
    ValueError
        If there is none of this name, or it is no longer kept.
    """
    if not name.startswith(_PREFIX):
        return builtin.load(name)
    digits = name.removeprefix(_PREFIX)
    path = folder() / f"{name}.npz"
    if not (digits.isalnum() and path.is_file()):
        raise ValueError(f"dataset {name} is no longer kept here: give the file again")
    with np.load(path) as found:
        return Dataset(
            str(found["name"]),
            str(found["target"]),
            tuple(found["columns"].tolist()),
            found["inputs"],
            found["targets"],
            found.get("groups"),
            tuple(found["notes"].tolist()),
        )
