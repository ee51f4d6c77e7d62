"""How far a counted share can be trusted."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

Floats = NDArray[np.float64]

CONFIDENCE = 0.95


def clopper_pearson(count: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats]:
    """Return both ends of the 95 % interval of a share, of which `count` of `total` independent draws are.

    The ends are the shares at which as few or as many as were counted have a probability of at least 2.5 %:
    the interval covers the true share in 95 % of draws or more.

    Parameters
    ----------
    count, total : array_like of int
        0 ≤ count ≤ total and total ≥ 1; they broadcast.

    Returns
    -------
    low, high : float64
        Of their shape, 0 to 1.
    """
    counted = np.asarray(count)
    others = np.asarray(total) - counted
    tail = (1 - CONFIDENCE) / 2
    low = np.where(counted == 0, 0.0, betaincinv(np.maximum(counted, 1), others + 1, tail))
    high = np.where(others == 0, 1.0, betaincinv(counted + 1, np.maximum(others, 1), 1 - tail))
    return low, high
