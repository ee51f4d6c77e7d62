"""What `DeadUnits` recorded of somebody's own network, as a file and back."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays
from experiments.dead import Deaths, deaths

FORMAT = 1
MOST_BYTES, MOST_UNPACKED = 32 * 2**20, 256 * 2**20


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
        if not ((self.active >= 0) & (self.active <= 1)).all():
            raise ValueError("active must be shares from 0 to 1")
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


def read_watched(content: bytes) -> Watched:
    """Return what a file of `Watched.save` holds.

    Raises
    ------
    ValueError
        If it is no such file, or larger than 32 MiB.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"file must have at most 32 MiB, got {len(content) / 2**20:.1f} MiB")
    found = _unpacked(content)
    if int(found["format"]) != FORMAT:
        raise ValueError(f"file must be of format {FORMAT}, got {int(found['format'])}")
    return Watched(
        tuple(str(name) for name in found["layers"]),
        tuple(int(width) for width in found["widths"]),
        found["step"].astype(np.int64),
        found["active"].astype(np.float32),
        float(found["epsilon"]),
    )


def _unpacked(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file that has all of them, after a look at their size."""
    names = "format", "layers", "widths", "step", "active", "epsilon"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            large = sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            if not large:
                return {name: found[name] for name in names}
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, TypeError, ValueError) as error:
        raise ValueError("file must be what DeadUnits.save wrote, got something else") from error
    raise ValueError(f"file must unpack to at most {MOST_UNPACKED >> 20} MiB")
