"""The paper's single unit on drawn rows: many units, each alone, on the same inputs."""

import numpy as np
from numpy.typing import NDArray

from dynamics import Cancellation, Cancelled, Hyperparameters
from experiments.networks import Array


def lone_units(
    hp: Hyperparameters,
    weights: Array,
    inputs: Array,
    updates: int,
    cancel: Cancellation | None = None,
) -> NDArray[np.float64]:
    """Return on what share of the rows each unit is active after so many updates.

    Every unit max(0, wᵀx + b) is by itself, its output weight fixed at 1, and fits y = γx_L + δ by the
    gradient over all rows and the paper's momentum: what `dynamics` computes with an infinity of rows.

    Parameters
    ----------
    hp : Hyperparameters
    weights : floating (units, columns)
        Where they begin, with bias 0.
    inputs : floating (rows, columns)
        Drawn from N(0, I).
    updates : int
    cancel : Cancellation, optional

    Returns
    -------
    float64 (units,)

    Raises
    ------
    Cancelled
    """
    rows, kind = len(inputs), np.float32
    x = np.hstack([inputs, np.ones((rows, 1))]).astype(kind)
    transposed = np.ascontiguousarray(x.T)
    targets = (hp.gamma * inputs[:, -1:] + hp.delta).astype(kind)
    theta = np.vstack([weights.T, np.zeros((1, len(weights)))]).astype(kind)
    momentum, gradient = np.zeros_like(theta), np.empty_like(theta)
    argument = np.empty((rows, len(weights)), kind)
    active = np.empty(argument.shape, np.bool_)
    beta, eta, share = kind(hp.beta), kind(hp.eta), kind((1 - hp.beta) / rows)
    for _ in range(updates):
        if cancel is not None and cancel.cancelled:
            raise Cancelled
        np.matmul(x, theta, out=argument)
        np.greater(argument, 0, out=active)
        argument -= targets
        argument *= active
        np.matmul(transposed, argument, out=gradient)
        momentum *= beta
        gradient *= share
        momentum += gradient
        theta -= eta * momentum
    return np.asarray((x @ theta > 0).mean(axis=0))
