"""The settings every computation takes: hyperparameters and a grid of starts."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dynamics import checks


@dataclass(frozen=True)
class Hyperparameters:
    """Momentum, learning rate and target of one optimization.

    The optimizer is the exponential-moving-average form of momentum,
    m' = βm + (1 − β)g, θ' = θ − ηm', with m₀ = 0. The target is y = γ·x_L + δ.

    Parameters
    ----------
    beta : float
        Momentum β, 0 ≤ β < 1.
    eta : float
        Learning rate η > 0 of the exponential-moving-average form.
    gamma : float
        Target standard deviation γ > 0.
    delta : float
        Target mean δ, any finite number.

    Raises
    ------
    ValueError
        If a field is no finite number or out of its range; the message names all three.
    """

    beta: float
    eta: float
    gamma: float
    delta: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "beta", checks.beta(self.beta))
        object.__setattr__(self, "eta", checks.positive("eta", self.eta))
        object.__setattr__(self, "gamma", checks.positive("gamma", self.gamma))
        object.__setattr__(self, "delta", checks.finite("delta", self.delta))

    @classmethod
    def from_pytorch(cls, lr: float, momentum: float, gamma: float, delta: float) -> Self:
        """Take the settings of PyTorch's SGD, whose momentum is m' = βm + g.

        Both forms give the same path when η = lr / (1 − momentum).

        Parameters
        ----------
        lr : float
            PyTorch's learning rate, above 0.
        momentum : float
            PyTorch's momentum, 0 ≤ momentum < 1; dampening 0, no Nesterov.
        gamma, delta : float
            Standard deviation and mean of the target.
        """
        momentum = checks.real("momentum", momentum, lambda x: 0 <= x < 1, "at least 0 and below 1")
        lr = checks.positive("lr", lr)
        return cls(beta=momentum, eta=lr / (1 - momentum), gamma=gamma, delta=delta)

    def to_pytorch(self) -> float:
        """Return the learning rate of PyTorch's SGD that gives the same path: η(1 − β)."""
        return self.eta * (1 - self.beta)


@dataclass(frozen=True)
class Grid:
    """A rectangle of starts in the plane (w_L, b), end points included.

    Parameters
    ----------
    w_min, w_max, b_min, b_max : float
        The window, finite, each minimum below its maximum.
    n_w, n_b : int
        Number of weights and biases, at least 2 each.

    Raises
    ------
    ValueError
        If a field is out of its range; the message names field, value and range.
    """

    w_min: float
    w_max: float
    b_min: float
    b_max: float
    n_w: int
    n_b: int

    def __post_init__(self) -> None:
        for name in ("w_min", "w_max", "b_min", "b_max"):
            object.__setattr__(self, name, checks.finite(name, getattr(self, name)))
        for name in ("n_w", "n_b"):
            object.__setattr__(self, name, checks.whole(name, getattr(self, name), 2))
        for low, high in (("w_min", "w_max"), ("b_min", "b_max")):
            checks.above(low, getattr(self, low), high, getattr(self, high))

    @property
    def w(self) -> NDArray[np.float64]:
        """The weights w_L of the columns, float64 (n_w,), rising."""
        return np.linspace(self.w_min, self.w_max, self.n_w)

    @property
    def b(self) -> NDArray[np.float64]:
        """The biases b of the rows, float64 (n_b,), rising."""
        return np.linspace(self.b_min, self.b_max, self.n_b)
