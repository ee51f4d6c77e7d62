"""How far a counted share can be trusted."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

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


def replicated(means: ArrayLike, resolution: float) -> tuple[Floats, Floats, Floats]:
    """Return mean and both ends of the 95 % interval of what independent replicates estimate, each unbiased.

    The ends are Student's t with R − 1 degrees of freedom away from the mean, and never nearer than
    `resolution`: where all replicates agree, as where none of N points each is dead, that does not make
    them right. Of shares of N points 1/N is what one point more or less would change. With eight replicates
    it is wider than Clopper and Pearson's interval wherever few points of all are counted, and so covers the
    true share there too.

    Parameters
    ----------
    means : array_like (R, …)
        R ≥ 2 replicates along the first axis.
    resolution : float
        Least half width, at least 0.

    Returns
    -------
    mean, low, high : float64 (…)
        All infinite where a replicate is.
    """
    values = np.asarray(means, dtype=np.float64)
    count = len(values)
    with np.errstate(invalid="ignore"):
        mean, deviation = values.mean(axis=0), values.std(axis=0, ddof=1)
    half = np.maximum(stdtrit(count - 1, 1 - (1 - CONFIDENCE) / 2) * deviation / np.sqrt(count), resolution)
    endless = ~np.isfinite(mean)
    return mean, np.where(endless, mean, mean - half), np.where(endless, mean, mean + half)
