"""What becomes of a start, and the token that calls a computation off."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Outcome(IntEnum):
    """How a path ended; the first that holds, in this order of tests.

    DIVERGED: not finite, or an update longer than 10⁶. DEAD: inside the dead cone at the end. CONVERGED:
    nearer than 0.3·γ to the ground truth at the end. STALLED: stopped elsewhere. UNDECIDED: the budget
    of iterations ran out elsewhere.
    """

    DEAD = 0
    CONVERGED = 1
    STALLED = 2
    UNDECIDED = 3
    DIVERGED = 4


# By the numbers of the outcomes, as files name them.
OUTCOME_NAMES = np.array([outcome.name for outcome in Outcome])
# Numbers of the rules above, for the kernels.
LONGEST_UPDATE = 1e6
CONVERGED_WITHIN = 0.3  # of γ


class Cancelled(Exception):  # noqa: N818 - it is no error: the caller asked for it
    """Raised in place of a result after `Cancellation.cancel`."""


class Cancellation:
    """A token that calls a running computation off from another thread.

    Attributes
    ----------
    flag : uint8 (2,)
        First what the compiled kernels poll, several hundred times a second or more: 0, or 1 once cancelled.
        Then `alone`.
    """

    def __init__(self) -> None:
        self.flag: NDArray[np.uint8] = np.zeros(2, dtype=np.uint8)

    def cancel(self) -> None:
        """Call it off; the computation raises Cancelled within some 20 ms. It cannot be undone."""
        self.flag[0] = 1

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return bool(self.flag[0])

    @property
    def alone(self) -> bool:
        """Whether the computation keeps to its caller's thread: others need the cores. It may change."""
        return bool(self.flag[1])

    @alone.setter
    def alone(self, alone: bool) -> None:
        self.flag[1] = alone
