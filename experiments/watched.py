"""What `DeadUnits` recorded of somebody's own network, as a file and back."""

import io
import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays
from dynamics.tensor_file import METHODS
from experiments.dead import Deaths, deaths

FORMAT = 1
MOST_BYTES, MOST_UNPACKED = 16 * 2**20, 128 * 2**20
MOST_LAYERS = 256
# Of each array of a file: numpy's kinds, its dimensions, and what that is in words.
_KINDS = {
    "format": ("iu", 0, "a whole number"),
    "layers": ("U", 1, "a row of names"),
    "widths": ("iu", 1, "a row of whole numbers"),
    "step": ("iu", 1, "a row of whole numbers"),
    "active": ("f", 2, "a table of numbers, records by units"),
    "epsilon": ("fiu", 0, "a number"),
}


@dataclass(frozen=True, eq=False)
class Watched(ReadOnlyArrays):
    """How often each unit was active, at every record; the arrays are read-only.

    Parameters
    ----------
    layers : tuple of str
        Names of the ReLUs, in the order in which they are reached.
    widths : tuple of int
        Units of each.
    step : int64 (records,)
        When it was recorded, rising.
    active : float32 (records, sum of widths)
        Share of the inputs on which each unit is active, layer after layer.
    epsilon : float
        Dead threshold.

    Raises
    ------
    ValueError
        If the parts do not fit together; the message says which.
    """

    layers: tuple[str, ...]
    widths: tuple[int, ...]
    step: NDArray[np.int64]
    active: NDArray[np.float32]
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        object.__setattr__(self, "epsilon", checks.epsilon(self.epsilon))
        if not self.layers or len(self.layers) != len(self.widths) or min(self.widths) < 1:
            raise ValueError("layers must each have a name and a width of at least 1")
        if self.active.shape != (len(self.step), sum(self.widths)) or len(self.step) == 0:
            wanted = f"{len(self.step)} x {sum(self.widths)}"
            raise ValueError(f"active must be records x units, {wanted}, got {self.active.shape}")
        if len(self.layers) > MOST_LAYERS:
            raise ValueError(f"layers must be at most {MOST_LAYERS}, got {len(self.layers)}")
        odd = np.argwhere(~((self.active >= 0) & (self.active <= 1)))
        if len(odd):
            record, unit = odd[0]
            value = f"{self.active[record, unit]:g} in record {record + 1}, unit {unit + 1}"
            raise ValueError(f"active must be shares from 0 to 1, got {value}")
        if (np.diff(self.step) <= 0).any():
            raise ValueError("step must rise from record to record")
        super().__post_init__()

    def of_layer(self, layer: int) -> NDArray[np.float32]:
        """Return the active shares (records, width) of one layer."""
        first = sum(self.widths[:layer])
        return self.active[:, first : first + self.widths[layer]]

    @property
    def deaths(self) -> Deaths:
        """Dead share, born dead, died and revived of each layer: (records, layers), born (layers,)."""
        each = [deaths(self.of_layer(i)[:, None], self.epsilon) for i in range(len(self.layers))]
        return Deaths(
            share=np.concatenate([d.share for d in each], axis=1),
            born=np.concatenate([d.born for d in each]),
            died=np.concatenate([d.died for d in each], axis=1),
            revived=np.concatenate([d.revived for d in each], axis=1),
        )

    @property
    def dead_share(self) -> NDArray[np.float64]:
        """Dead share of all units, float64 (records,)."""
        return np.asarray((~(self.active >= self.epsilon)).mean(axis=1))

    def save(self, path: str | Path) -> None:
        """Write the file that the page opens; an existing one is replaced."""
        contents: dict[str, Any] = {
            "format": FORMAT,
            "layers": np.array(self.layers),
            "widths": np.array(self.widths),
            "step": self.step,
            "active": self.active,
            "epsilon": self.epsilon,
        }
        with Path(path).open("wb") as stream:
            np.savez_compressed(stream, **contents)


def read_watched(content: bytes, file: str = "file") -> Watched:
    """Return what a file of `Watched.save` holds; nothing in it is executed.

    Parameters
    ----------
    content : bytes
        At most 16 MiB, and 128 MiB once unpacked.
    file : str
        Its name, for messages.

    Raises
    ------
    ValueError
        If it is no such file, or larger; the message names the file, the place and the reason.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"{file} must have at most {_mib(MOST_BYTES)}, got {len(content) / 2**20:.1f} MiB")
    found = _unpacked(content, file)
    if int(found["format"]) != FORMAT:
        raise ValueError(f"{file}: format must be {FORMAT}, got {int(found['format'])}")
    try:
        return Watched(
            tuple(str(name) for name in found["layers"]),
            tuple(int(width) for width in found["widths"]),
            found["step"].astype(np.int64),
            found["active"].astype(np.float32),
            float(found["epsilon"]),
        )
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def _unpacked(content: bytes, file: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file that has all of them.

    What they claim to hold, in the archive's directory and in their own headers, is looked at before any of
    it is unpacked: a few bytes can claim to be terabytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            sizes = {part.filename.removesuffix(".npy"): part.file_size for part in packed.infolist()}
            missing = [name for name in _KINDS if name not in sizes]
            if missing:
                raise ValueError(f"{file} must be what DeadUnits.save wrote, but {missing[0]} is missing")
            if any(part.compress_type not in METHODS for part in packed.infolist()):
                raise ValueError(f"{file} must be compressed as DeadUnits.save does it, by deflate")
            if sum(sizes.values()) > MOST_UNPACKED:
                raise ValueError(f"{file} must unpack to at most {_mib(MOST_UNPACKED)}")
            return {name: _array(packed, name, file) for name in _KINDS}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"{file} must be a whole file that DeadUnits.save wrote: {error}") from error


def _array(packed: zipfile.ZipFile, name: str, file: str) -> NDArray[Any]:
    """Return one array, if it is of the kind and the number of dimensions that it has to be."""
    part = packed.getinfo(f"{name}.npy")
    kinds, dimensions, what = _KINDS[name]
    with packed.open(part) as stream:
        try:
            version = np.lib.format.read_magic(stream)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else _read_header_2_0
            shape, _, dtype = read(stream)
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValueError(f"{file}: {name} must be an array: {str(error).splitlines()[0]}") from error
        if dtype.kind not in kinds or len(shape) != dimensions:
            raise ValueError(f"{file}: {name} must be {what}, got {len(shape)} dimensions of {dtype}")
        if math.prod(shape) * dtype.itemsize > part.file_size:
            raise ValueError(
                f"{file}: {name} claims to be {' x '.join(map(str, shape))}, but the file holds only "
                f"{part.file_size} bytes of it"
            )
    try:
        return np.asarray(np.load(io.BytesIO(packed.read(part)), allow_pickle=False))
    except ValueError as error:
        raise ValueError(f"{file}: {name} must be an array: {str(error).splitlines()[0]}") from error


def _read_header_2_0(stream: Any) -> Any:
    return np.lib.format.read_array_header_2_0(stream)


def _mib(size: int) -> str:
    return f"{size >> 20} MiB"
