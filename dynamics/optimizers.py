"""Optimisers, by PyTorch's names, conventions and defaults, and the paper's momentum.

Each says how one unit's parameters θ follow from its gradients g; `dynamics.unit_training` applies them.
All of θ is treated alike, weights and bias, as PyTorch does unless told otherwise. `Momentum` and `SGD`
treat all directions of the weights alike, so a unit needs no more than (w_L, b, ρ). `RMSprop`, `Adam` and
`AdamW` scale every coordinate by itself: they need the unit's weights one by one.
"""

from dataclasses import dataclass

from dynamics import checks
from dynamics.hyperparameters import Hyperparameters


@dataclass(frozen=True)
class Momentum:
    """The paper's: m' = βm + (1 − β)g, θ' = θ − ηm', m₀ = 0.

    Parameters
    ----------
    beta : float
        Momentum β, 0 ≤ β < 1.
    eta : float
        Learning rate η > 0.

    Raises
    ------
    ValueError
        If a field is out of its range; the message names field, value and range.
    """

    beta: float
    eta: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "beta", checks.beta(self.beta))
        object.__setattr__(self, "eta", checks.positive("eta", self.eta))


@dataclass(frozen=True)
class SGD:
    """PyTorch's: g ← g + λθ, b' = μb + (1 − τ)g, θ' = θ − lr·b', or lr·(g + μb') by Nesterov.

    The first b is g itself, whatever τ. With μ = 0 there is no b: θ' = θ − lr·g. Without τ, λ and Nesterov
    it is `Momentum` at β = μ, η = lr/(1 − μ).

    Parameters
    ----------
    lr : float
        Learning rate, above 0. It has no default here: PyTorch's is 10⁻³.
    momentum : float
        μ, 0 ≤ μ < 1.
    dampening : float
        τ, from 0 to 1; 0 with Nesterov.
    nesterov : bool
        Needs momentum above 0.
    weight_decay : float
        λ, at least 0.

    Raises
    ------
    ValueError
        If a field is out of its range; the message names field, value and range.
    """

    lr: float
    momentum: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "lr", checks.positive("lr", self.lr))
        object.__setattr__(self, "momentum", _fraction("momentum", self.momentum))
        dampening = checks.real("dampening", self.dampening, lambda x: 0 <= x <= 1, "from 0 to 1")
        object.__setattr__(self, "dampening", dampening)
        object.__setattr__(self, "nesterov", _switch("nesterov", self.nesterov))
        object.__setattr__(self, "weight_decay", _at_least_0("weight_decay", self.weight_decay))
        if self.nesterov:
            checks.real("momentum", self.momentum, lambda x: x > 0, "above 0 with Nesterov")
            checks.real("dampening", self.dampening, lambda x: x == 0, "0 with Nesterov")


@dataclass(frozen=True)
class RMSprop:
    """PyTorch's: v' = αv + (1 − α)g², θ' = θ − lr·g/(√v' + ε), each coordinate by itself.

    Before that g ← g + λθ. Centred, √(v' − a'²) takes the place of √v', with a' = αa + (1 − α)g; where
    rounding makes the difference negative, it is 0 here and not a number in PyTorch. With momentum,
    b' = μb + g/(√v' + ε) and θ' = θ − lr·b'.

    Parameters
    ----------
    lr : float
        Learning rate, above 0.
    alpha : float
        α, 0 ≤ α < 1.
    eps : float
        ε, above 0.
    weight_decay : float
        λ, at least 0.
    momentum : float
        μ, 0 ≤ μ < 1.
    centered : bool

    Raises
    ------
    ValueError
        If a field is out of its range; the message names field, value and range.
    """

    lr: float = 0.01
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "lr", checks.positive("lr", self.lr))
        object.__setattr__(self, "alpha", _fraction("alpha", self.alpha))
        object.__setattr__(self, "eps", checks.positive("eps", self.eps))
        object.__setattr__(self, "weight_decay", _at_least_0("weight_decay", self.weight_decay))
        object.__setattr__(self, "momentum", _fraction("momentum", self.momentum))
        object.__setattr__(self, "centered", _switch("centered", self.centered))


@dataclass(frozen=True)
class Adam:
    """PyTorch's: m' = β₁m + (1 − β₁)g, v' = β₂v + (1 − β₂)g², θ' = θ − lr·m̂/(√v̂ + ε).

    m̂ = m'/(1 − β₁ᵗ), v̂ = v'/(1 − β₂ᵗ) at update t; each coordinate by itself. Before that g ← g + λθ.

    Parameters
    ----------
    lr : float
        Learning rate, above 0.
    betas : tuple of two floats
        β₁ and β₂, each at least 0 and below 1.
    eps : float
        ε, above 0.
    weight_decay : float
        λ, at least 0.

    Raises
    ------
    ValueError
        If a field is out of its range; the message names field, value and range.
    """

    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "lr", checks.positive("lr", self.lr))
        if not isinstance(self.betas, tuple | list) or len(self.betas) != 2:
            raise ValueError(f"betas must be two numbers, got {self.betas!r}")
        first, second = self.betas
        object.__setattr__(self, "betas", (_fraction("betas[0]", first), _fraction("betas[1]", second)))
        object.__setattr__(self, "eps", checks.positive("eps", self.eps))
        object.__setattr__(self, "weight_decay", _at_least_0("weight_decay", self.weight_decay))


@dataclass(frozen=True)
class AdamW(Adam):
    """`Adam` with decoupled weight decay: first θ ← (1 − lr·λ)θ, and λ enters no gradient.

    The fields are Adam's; PyTorch's default λ is 0.01.
    """

    weight_decay: float = 1e-2


Optimizer = Momentum | SGD | RMSprop | Adam | AdamW


def coordinatewise(optimizer: Optimizer) -> bool:
    """Tell whether an optimiser scales each coordinate by itself, so that directions are not alike."""
    return isinstance(optimizer, RMSprop | Adam)


def as_momentum(optimizer: Optimizer, gamma: float, delta: float) -> Hyperparameters | None:
    """Return the paper's hyperparameters that give the same path, or None if there are none.

    Parameters
    ----------
    optimizer : Optimizer
    gamma, delta : float
        Standard deviation and mean of the target.
    """
    if isinstance(optimizer, Momentum):
        return Hyperparameters(optimizer.beta, optimizer.eta, gamma, delta)
    plain = isinstance(optimizer, SGD) and not optimizer.nesterov and optimizer.weight_decay == 0
    if isinstance(optimizer, SGD) and plain and 0 in (optimizer.momentum, optimizer.dampening):
        return Hyperparameters.from_pytorch(optimizer.lr, optimizer.momentum, gamma, delta)
    return None


def _fraction(name: str, value: object) -> float:
    return checks.real(name, value, lambda x: 0 <= x < 1, "at least 0 and below 1")


def _at_least_0(name: str, value: object) -> float:
    return checks.real(name, value, lambda x: x >= 0, "finite and at least 0")


def _switch(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, got {value!r}")
    return value
