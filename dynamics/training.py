"""How a unit is trained: optimiser, target and what is added to them."""

from dataclasses import dataclass
from math import inf

from dynamics import checks
from dynamics.hyperparameters import Hyperparameters
from dynamics.optimizer_kernels import ADAM, BUFFER, RMS, Rule
from dynamics.optimizers import SGD, Adam, AdamW, Momentum, Optimizer, RMSprop, as_momentum, coordinatewise


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a unit max(0, wᵀx + b) is trained on y = γx_L + δ, x ~ N(0, I), with the loss E[½(unit − y)²].

    Parameters
    ----------
    optimizer : Momentum, SGD, RMSprop, Adam or AdamW
    gamma, delta : float
        Target standard deviation γ > 0 and mean δ.
    steps : int
        Number of updates T, at least 1.
    epsilon : float
        Dead threshold ε, 0 < ε < 0.5.
    slope : float
        Slope s of a leaky ReLU max(z, s·z), 0 ≤ s < 1; 0 is the ReLU. See `dynamics.leaky`.
    clip : float, optional
        Longest gradient, above 0: a longer one is scaled by clip/(‖∇L‖ + 10⁻⁶) as by
        ``torch.nn.utils.clip_grad_norm_``, before all else. Here the norm is of one unit's gradient; in a
        network PyTorch takes that of all parameters together, so the unit's share of it is less.
    warmup : int
        Number of updates over which momentum rises linearly from 0: at update t (from 1) it is
        min(1, (t − 1)/warmup) of its value. For `Momentum`, and `SGD` with momentum, whose b then starts
        at update 2, since PyTorch keeps none while momentum is 0.
    batch : int, optional
        Size of the minibatches of Gaussian inputs whose mean gradient is taken; None for the expected one.

    Raises
    ------
    ValueError
        If a field is out of its range or means nothing to the optimiser.
    """

    optimizer: Optimizer
    gamma: float
    delta: float = 0.0
    steps: int
    epsilon: float = 1e-3
    slope: float = 0.0
    clip: float | None = None
    warmup: int = 0
    batch: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.optimizer, Optimizer):
            raise ValueError(
                f"optimizer must be Momentum, SGD, RMSprop, Adam or AdamW, got {self.optimizer!r}"
            )
        checked = {
            "gamma": checks.positive("gamma", self.gamma),
            "delta": checks.finite("delta", self.delta),
            "steps": checks.whole("steps", self.steps, 1, 10**9),
            "epsilon": checks.epsilon(self.epsilon),
            "slope": checks.real("slope", self.slope, lambda x: 0 <= x < 1, "at least 0 and below 1"),
            "clip": None if self.clip is None else checks.positive("clip", self.clip),
            "warmup": checks.whole("warmup", self.warmup, 0),
            "batch": None if self.batch is None else checks.whole("batch", self.batch, 1),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.warmup > 0 and coordinatewise(self.optimizer):
            name = type(self.optimizer).__name__
            raise ValueError(f"warmup must be 0 but for Momentum and SGD, got {self.warmup} with {name}")

    @property
    def needs_coordinates(self) -> bool:
        """Whether a unit's state is all of its weights and not (w_L, b, ρ) alone."""
        return self.batch is not None or coordinatewise(self.optimizer)

    @property
    def hyperparameters(self) -> Hyperparameters | None:
        """The paper's hyperparameters if they give the same path, None where more is at work."""
        plain = self.batch is None and self.clip is None and self.slope == 0 and self.warmup == 0
        return as_momentum(self.optimizer, self.gamma, self.delta) if plain else None


def rule(training: Training, multiplicity: float) -> Rule:
    """Return what the kernel has to know, for orthogonal weights that stand for so many axes each."""
    own = _own(training.optimizer)
    return own._replace(
        warmup=training.warmup,
        clip=inf if training.clip is None else training.clip,
        gamma=training.gamma,
        delta=training.delta,
        slope=training.slope,
        batch=0 if training.batch is None else training.batch,
        multiplicity=multiplicity,
    )


def _own(o: Optimizer) -> Rule:
    """Return an optimiser's part of the rule."""
    match o:
        case Momentum():
            return Rule(BUFFER, o.eta, o.beta, averaged=True)
        case SGD():
            return Rule(
                BUFFER,
                o.lr,
                o.momentum,
                dampening=o.dampening,
                nesterov=o.nesterov,
                decay=o.weight_decay,
            )
        case RMSprop():
            return Rule(
                RMS,
                o.lr,
                o.momentum,
                second=o.alpha,
                centered=o.centered,
                eps=o.eps,
                decay=o.weight_decay,
            )
        case AdamW():
            first, second = o.betas
            return Rule(ADAM, o.lr, first, second=second, eps=o.eps, decoupled=o.lr * o.weight_decay)
        case Adam():
            first, second = o.betas
            return Rule(ADAM, o.lr, first, second=second, eps=o.eps, decay=o.weight_decay)
