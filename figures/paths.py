"""A named start with its path, and the few of its points that a picture needs."""

from dataclasses import dataclass

import numpy as np

from dynamics import Outcome, Trajectory
from figures.chart import Floats


@dataclass(frozen=True, eq=False)
class StartPath:
    """The path of one of the starts A, B, C.

    Parameters
    ----------
    letter : str
        The start's name on the map.
    trajectory : Trajectory
        Its path; the first entry is the start.
    outcome : Outcome
        How it ends.
    twin : (float64 (n,), float64 (n,)), optional
        w and b of the same start in the affine model, without the ReLU, from iteration 0 on.
    led : int
        How many of the first updates other settings made; one of the recorded iterations.
    """

    letter: str
    trajectory: Trajectory
    outcome: Outcome
    twin: tuple[Floats, Floats] | None = None
    led: int = 0


def drawn_path(w: Floats, b: Floats, resolution: float, limit: float) -> tuple[Floats, Floats]:
    """Return the corners of the polyline that looks like the path.

    A point is kept when the path has gone another `resolution` since the last one kept; the path is
    cut where it stops being finite or leaves the square of half-side `limit`. The end stays.

    Parameters
    ----------
    w, b : float64 (n,)
        The path.
    resolution : float
        Length along the path between the points kept, above 0.
    limit : float
        Largest |w| and |b| drawn, above 0.

    Returns
    -------
    w, b : float64 (m,), m ≤ n
    """
    outside = ~((np.abs(w) <= limit) & (np.abs(b) <= limit))
    end = int(np.argmax(outside)) if outside.any() else len(w)
    w, b = w[:end], b[:end]
    if end < 3:
        return w, b
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(w), np.diff(b)))])
    step = np.floor(gone / resolution)
    kept = np.concatenate([[True], np.diff(step) > 0])
    kept[-1] = True
    return w[kept], b[kept]


def envelope(x: Floats, y: Floats, buckets: int) -> tuple[Floats, Floats]:
    """Return a curve of at most 2·`buckets` points with the same extremes in every bucket of x.

    Parameters
    ----------
    x : float64 (n,)
        Rising.
    y : float64 (n,)
        Values over x.
    buckets : int
        Number of equal parts of x's range.

    Returns
    -------
    x, y : float64 arrays
        The input itself when it is short enough.
    """
    if len(x) <= 2 * buckets:
        return x, y
    bucket = np.floor((x - x[0]) / (x[-1] - x[0]) * buckets)
    first = np.concatenate([[0], np.flatnonzero(np.diff(bucket)) + 1])
    last = np.concatenate([first[1:], [len(x)]]) - 1
    low, high = np.minimum.reduceat(y, first), np.maximum.reduceat(y, first)
    rising = y[first] <= y[last]
    values = np.where(rising[:, None], np.stack([low, high], axis=1), np.stack([high, low], axis=1))
    return np.stack([x[first], x[last]], axis=1).ravel(), values.ravel()
