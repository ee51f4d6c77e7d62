"""What results and arguments that are arrays have in common."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def read_only(values: NDArray[Any]) -> NDArray[Any]:
    """Return the array itself, locked."""
    values.setflags(write=False)
    return values


class ReadOnlyArrays:
    """A frozen dataclass whose arrays are read-only too."""

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                read_only(value)


def finite_points(noun: str, w: ArrayLike, b: ArrayLike, rho: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return copies of (w, b, ρ), broadcast to one shape.

    Raises
    ------
    ValueError
        If one of them is not finite for every `noun`.
    """
    points = [np.array(x, dtype=np.float64) for x in np.broadcast_arrays(w, b, rho)]
    for name, values in zip(("w", "b", "rho"), points, strict=True):
        if not np.all(np.isfinite(values)):
            raise ValueError(f"{name} must be finite for every {noun}")
    return points[0], points[1], points[2]
