"""The paper's momentum, PyTorch's, and Adam, for many networks whose momenta differ."""

from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from experiments.networks import Array

_BETA_2, _EPSILON = 0.999, 1e-8  # Adam's usual ones
_TINY = {np.dtype(np.float32): 1e-30, np.dtype(np.float64): 1e-290}
_FLUSH_EVERY = 16


class Method(StrEnum):
    """Which optimiser.

    ADAM: Kingma and Ba's, β is its β₁; what the paper cites for "momentum optimization". MOMENTUM: the
    paper's equations, m' = βm + (1 − β)g, θ' = θ − ηm'. PYTORCH: m' = βm + g, θ' = θ − ηm'.
    """

    ADAM = "adam"
    MOMENTUM = "momentum"
    PYTORCH = "pytorch"


class Optimizer(Protocol):
    """What updates parameters in place."""

    def step(self, values: Array, gradient: Array) -> None:
        """Update `values`; `gradient` is used up."""


def optimizer(method: Method, eta: float, beta: ArrayLike, values: Array) -> Optimizer:
    """Return an optimiser at rest.

    Parameters
    ----------
    method : Method
    eta : float
        Learning rate η.
    beta : array_like (networks,)
        Momentum of each network.
    values : floating (networks, numbers)
        What it will update.
    """
    betas = np.asarray(beta, np.float64)[:, None]
    if method is Method.ADAM:
        return _Adam(eta, betas, values)
    return _Momentum(eta, betas, 1 - betas if method is Method.MOMENTUM else 1.0, values)


class _Momentum:
    """Both forms of momentum: m' = βm + g, and a rate of η or η(1 − β), which is the moving average."""

    def __init__(self, eta: float, betas: Array, factor: Array | float, values: Array) -> None:
        self._betas = betas.astype(values.dtype)
        self._rates = np.asarray(eta * factor, values.dtype)
        self._sum = np.zeros_like(values)
        self._steps = 0

    def step(self, values: Array, gradient: Array) -> None:
        self._sum *= self._betas
        self._sum += gradient
        values -= np.multiply(self._sum, self._rates, out=gradient)
        self._steps += 1
        if self._steps % _FLUSH_EVERY == 0:
            _flush(self._sum)


class _Adam:
    """Adam with unscaled sums M' = β₁M + g and V' = β₂V + g², which take two passes less than m and v.

    θ' = θ − η m̂/(√v̂ + ε) = θ − c·M/(√V + ε/s), with s² = (1 − β₂)/(1 − β₂ᵗ), c = η(1 − β₁)/((1 − β₁ᵗ)s).
    """

    def __init__(self, eta: float, betas: Array, values: Array) -> None:
        self._eta, self._exact = eta, betas
        self._betas = betas.astype(values.dtype)
        self._first, self._second = np.zeros_like(values), np.zeros_like(values)
        self._steps = 0

    def step(self, values: Array, gradient: Array) -> None:
        self._steps += 1
        scale = np.sqrt((1 - _BETA_2) / (1 - _BETA_2**self._steps))
        rates = self._eta * (1 - self._exact) / ((1 - self._exact**self._steps) * scale)
        self._first *= self._betas
        self._first += gradient
        self._second *= values.dtype.type(_BETA_2)
        self._second += np.square(gradient, out=gradient)
        update = np.sqrt(self._second, out=gradient)
        update += values.dtype.type(_EPSILON / scale)
        np.divide(self._first, update, out=update)
        update *= rates.astype(values.dtype)
        values -= update
        if self._steps % _FLUSH_EVERY == 0:
            _flush(self._first)


def _flush(moving: Array) -> None:
    """Set what has nearly died away to 0: denormal numbers make every operation many times slower."""
    moving *= np.abs(moving) > _TINY[moving.dtype]
