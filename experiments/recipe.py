"""What is trained and how: the settings of a run of networks."""

from dataclasses import dataclass, field

from dynamics import checks
from experiments.networks import Architecture
from experiments.optimizers import Method

MOST_STEPS, MOST_BATCH = 100_000, 4096


@dataclass(frozen=True)
class Condition:
    """What differs between networks that share data, initial weights and batches."""

    gamma: float
    delta: float
    beta: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "gamma", checks.positive("gamma", self.gamma))
        object.__setattr__(self, "delta", checks.finite("delta", self.delta))
        object.__setattr__(self, "beta", checks.beta(self.beta))


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Parameters
    ----------
    architecture : Architecture
    method : Method
        Or its name.
    eta : float
        Learning rate η, above 0, in the method's own form.
    batch : int
        Rows of a minibatch, 1 to 4096; all training rows when there are fewer.
    steps : int
        Updates, 1 to 100,000.

    Raises
    ------
    ValueError
        If a field is out of its range; the message names field, value and range.
    """

    architecture: Architecture = field(default_factory=Architecture)
    method: Method = Method.ADAM
    eta: float = 0.01
    batch: int = 32
    steps: int = 600

    def __post_init__(self) -> None:
        if self.method not in list(Method):
            raise ValueError(f"method must be one of {', '.join(Method)}, got {self.method!r}")
        object.__setattr__(self, "method", Method(self.method))
        object.__setattr__(self, "eta", checks.positive("eta", self.eta))
        object.__setattr__(self, "batch", checks.whole("batch", self.batch, 1, MOST_BATCH))
        object.__setattr__(self, "steps", checks.whole("steps", self.steps, 1, MOST_STEPS))
