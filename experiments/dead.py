"""Dead units by the paper's definition, on the data: P(z > 0) < ε over the training inputs (Eq. 3)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays


@dataclass(frozen=True, eq=False)
class Deaths(ReadOnlyArrays):
    """Who is dead, and who became so or came back between two records; the arrays are read-only.

    Attributes
    ----------
    share : float64 (…, records, depth)
        Dead share of each layer.
    born : int64 (…, depth)
        Units that are dead at the first record already.
    died, revived : int64 (…, records, depth)
        Units dead here that were alive one record before, and the reverse; 0 at the first record.
    """

    share: NDArray[np.float64]
    born: NDArray[np.int64]
    died: NDArray[np.int64]
    revived: NDArray[np.int64]

    @property
    def total(self) -> NDArray[np.float64]:
        """Dead share of all units, float64 (…, records): layers are equally wide."""
        return np.asarray(self.share.mean(axis=-1))


def deaths(active: NDArray[Any], epsilon: float = 1e-3) -> Deaths:
    """Tell the dead, the born dead, the died and the revived apart.

    With fewer than 1/ε rows, P(z > 0) < ε means never active.

    Parameters
    ----------
    active : floating (…, records, depth, width)
        Share of the rows on which each unit's argument is above 0; nan counts as dead, so look for networks
        that diverged first.
    epsilon : float
        Dead threshold, 0 < ε < 0.5.

    Raises
    ------
    ValueError
        If epsilon is out of its range.
    """
    dead = ~(np.asarray(active) >= checks.epsilon(epsilon))
    now, before = dead[..., 1:, :, :], dead[..., :-1, :, :]
    return Deaths(
        share=dead.mean(axis=-1),
        born=dead[..., 0, :, :].sum(axis=-1),
        died=_with_first(now & ~before),
        revived=_with_first(before & ~now),
    )


def _with_first(changed: NDArray[np.bool_]) -> NDArray[np.int64]:
    counts = changed.sum(axis=-1)
    return np.concatenate([np.zeros_like(counts[..., :1, :]), counts], axis=-2)
