"""What the results of runs of networks have in common: how many there are, and how many are trained."""

import numpy as np
from numpy.typing import NDArray

from dynamics.arrays import ReadOnlyArrays


class Trained(ReadOnlyArrays):
    """A result with a number for each network in `diverged`: 0 or 1, nan where it is not trained yet."""

    diverged: NDArray[np.float64]

    @property
    def networks(self) -> int:
        """How many the whole run has."""
        return self.diverged.size

    @property
    def finished(self) -> int:
        """How many are trained."""
        return int(np.isfinite(self.diverged).sum())
