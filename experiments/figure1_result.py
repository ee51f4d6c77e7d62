"""Fig. 1 put together from the tiles that are finished."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.figure1 import Figure1
from experiments.trained import Trained

_QUANTITIES = "train_error", "test_error", "dead", "born", "died", "revived", "diverged"


@dataclass(frozen=True, eq=False)
class Figure1Result(Trained):
    """What is known of a run, finished or not; the arrays are read-only.

    Attributes
    ----------
    spec : Figure1
    finished : int
        Networks trained, of `networks`.
    train_error, test_error : float64 (data sets, seeds, conditions)
        Mean squared error over γ²; nan where not finished or diverged.
    dead : float64, the same shape
        Dead share of all units; nan likewise.
    born, died, revived : float64, the same shape
        Units dead from the start, and events between records since; nan likewise.
    diverged : float64, the same shape
        0 or 1, nan where not finished.
    """

    spec: Figure1
    train_error: NDArray[np.float64]
    test_error: NDArray[np.float64]
    dead: NDArray[np.float64]
    born: NDArray[np.float64]
    died: NDArray[np.float64]
    revived: NDArray[np.float64]
    diverged: NDArray[np.float64]

    def along(self, axis: str, quantity: str) -> NDArray[np.float64]:
        """Return one quantity along γ or δ: float64 (data sets, seeds, betas, values).

        Parameters
        ----------
        axis : "gamma" or "delta"
        quantity : str
            Name of an array above.
        """
        spec, values = self.spec, getattr(self, quantity)
        place = {(c.gamma, c.delta, c.beta): i for i, c in enumerate(spec.conditions)}
        pairs = [(g, 0.0) for g in spec.gammas] if axis == "gamma" else [(1.0, d) for d in spec.deltas]
        index = [[place[(*pair, beta)] for pair in pairs] for beta in spec.betas]
        return np.asarray(values[:, :, np.array(index)])


def assemble(spec: Figure1, found: Mapping[int, Mapping[str, NDArray[Any]]]) -> Figure1Result:
    """Put finished tiles together.

    Parameters
    ----------
    spec : Figure1
    found : mapping
        What `compute` returned, by index; any of them may be missing.
    """
    shape = len(spec.datasets), spec.seeds, len(spec.conditions)
    arrays = {name: np.full(shape, np.nan) for name in _QUANTITIES}
    for index, arrays_found in found.items():
        dataset, seed, conditions = spec.tiling.tile(index)
        for name in _QUANTITIES:
            arrays[name][dataset, seed, conditions] = arrays_found[name]
    lost = arrays["diverged"] == 1
    for name in _QUANTITIES[:-1]:
        arrays[name][lost] = np.nan
    return Figure1Result(spec=spec, **arrays)
