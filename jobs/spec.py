"""What long work there is: frozen specifications, the tiles they are cut into, and their names.

A kind of job is a frozen dataclass and three pure functions. Whoever adds one adds a row to `KINDS`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import Axis, Cancellation, Draw, Grid, Hyperparameters, Initializer, Sweep
from dynamics.engine import ENGINE_VERSION
from dynamics.sweep_tiles import assemble, tile, tile_count
from experiments.kept import GoneError
from experiments.registry import EXPERIMENTS, EXPERIMENTS_VERSION

Arrays = dict[str, NDArray[Any]]
_ID_LENGTH = 24  # hexadecimal digits: 96 bits


class UnknownJobError(ValueError):
    """Raised when there is no job of that name here; the message is a sentence for the page."""


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    Parameters
    ----------
    spec : type
        The frozen dataclass that says what to compute. Its fields are numbers, texts, None, tuples of these
        and dataclasses of `parts`; building it checks them and raises ValueError.
    parts : tuple of type
        The dataclasses that may be inside.
    version : int
        Part of every job's id; it changes whenever any result can.
    tiles : callable
        spec → how many tiles.
    compute : callable
        (spec, index, cancel) → arrays of one tile, the same whenever and wherever it is computed; raises
        `Cancelled` soon after `cancel` was cancelled.
    assemble : callable
        (spec, arrays by index) → the result, with nan for the tiles that are missing.
    """

    spec: type
    parts: tuple[type, ...]
    version: int
    tiles: Callable[[Any], int]
    compute: Callable[[Any, int, Cancellation], Arrays]
    assemble: Callable[[Any, Mapping[int, Arrays]], Any]


KINDS: tuple[Kind, ...] = (
    Kind(
        spec=Sweep,
        parts=(Axis, Hyperparameters, Grid, Draw, Initializer),
        version=ENGINE_VERSION,
        tiles=tile_count,
        compute=tile,
        assemble=assemble,
    ),
    *(
        Kind(each.spec, (), EXPERIMENTS_VERSION, each.tiles, each.compute, each.assemble)
        for each in EXPERIMENTS.values()
    ),
)


def kind_of(spec: object) -> Kind:
    """Return the kind of a specification.

    Raises
    ------
    ValueError
        If it is of none.
    """
    for kind in KINDS:
        if type(spec) is kind.spec:
            return kind
    names = ", ".join(kind.spec.__name__ for kind in KINDS)
    raise ValueError(f"spec must be one of {names}, got {type(spec).__name__}")


def encode(spec: object) -> str:
    """Return a specification as canonical JSON: the same text for equal ones, and only for them."""
    kind_of(spec)
    return json.dumps(_plain(spec), sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode(text: str) -> Any:
    """Return the specification that a text of `encode` stands for, checked as if it were new.

    Raises
    ------
    ValueError
        If the text is no specification.
    """
    try:
        spec = _built(json.loads(text))
        kind_of(spec)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"spec must be a job's specification, got {text[:80]!r}") from error
    return spec


def stored(job: str, text: str) -> Any:
    """Return the specification that a job was stored with.

    Parameters
    ----------
    job, text : str
        Its id, and what `encode` returned then.

    Raises
    ------
    UnknownJobError
        If another version has stored it: its tiles may be cut otherwise, or hold something else.
    GoneError
        If the data that it is of are no longer kept.
    """
    try:
        spec = decode(text)
    except GoneError:
        raise
    except ValueError:  # this version refuses what that one allowed
        spec = None
    if spec is None or job_id(spec) != job:
        raise UnknownJobError("This work was done by another version of the page: run it again.")
    return spec


def job_id(spec: object) -> str:
    """Return the name of a job: a hash of what it computes and of the version that computes it."""
    text = f"{kind_of(spec).version}:{encode(spec)}"
    return sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        own = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"type": type(value).__name__, **own}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _built(value: Any) -> Any:
    if isinstance(value, dict):
        known = {part.__name__: part for kind in KINDS for part in (kind.spec, *kind.parts)}
        return known[value["type"]](**{name: _built(v) for name, v in value.items() if name != "type"})
    return tuple(_built(item) for item in value) if isinstance(value, list) else value


def pack(arrays: Arrays) -> bytes:
    """Return a tile's arrays as bytes, exactly."""
    stream = BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # the stub takes names for other arguments
    return stream.getvalue()


def unpack(data: bytes) -> Arrays:
    """Return the arrays that `pack` was given."""
    with np.load(BytesIO(data), allow_pickle=False) as found:
        return {name: found[name] for name in found}
