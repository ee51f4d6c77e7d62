"""The runs behind the trial: networks on data, and what the model of one unit gives without chance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from experiments import builtin, trial_affine, trial_unit
from experiments.depth import DepthRun
from experiments.experiment import SINGLE, Experiment
from experiments.figure1 import Figure1
from experiments.optimizers import Method
from experiments.theory import Theory

LEAK = 0.1
Measured = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class NetworkRun:
    """A run of networks.

    Parameters
    ----------
    name : str
        What was run, in a few words.
    kind : str
        Of `SINGLE`.
    spec : callable
        Seeds to the specification.
    """

    name: str
    kind: str
    spec: Callable[[int], Any]

    @property
    def experiment(self) -> Experiment:
        """Its three functions."""
        return SINGLE[self.kind]


@dataclass(frozen=True)
class Calculation:
    """Numbers of the model of one unit, or of Eq. 5.

    Parameters
    ----------
    name : str
        What was computed, in a few words.
    measure : callable
        Seeds to numbers by their names: one number where nothing is left to chance, else one for each seed.
    query : str
        Of the address of Explore that shows it; the whole address is ``/`` and this.
    """

    name: str
    measure: Callable[[int], Measured]
    query: str = ""


def _figure1(**settings: Any) -> Callable[[int], Figure1]:
    return lambda seeds: Figure1(seeds=seeds, **{"datasets": builtin.NAMES, **settings})


def _depth(dataset: str, eta: float) -> NetworkRun:
    name = dataset.replace("-", " ")  # what a set calls itself is known once it is read
    return NetworkRun(
        f"11 × 32, {name}, Adam, η = {eta:g}",
        "depth",
        lambda seeds: DepthRun(dataset=dataset, eta=eta, seeds=seeds),
    )


DEPTH = tuple(f"depth-{name}" for name in builtin.NAMES)
DEPTH_FAST = tuple(f"depth-fast-{name}" for name in builtin.NAMES)
RUNS: Mapping[str, NetworkRun | Calculation] = {
    "field": Calculation("the gradient in the cones", trial_unit.field, "?gamma=1&colouring=gradient"),
    "cones": Calculation("the cones on a grid", trial_unit.cones),
    "draws": Calculation("drawn inputs", trial_unit.draws),
    "target": Calculation("the target and its direction", trial_unit.target),
    "maps": Calculation("maps of 100 × 100 starts", trial_unit.maps, "?beta=0.99&gamma=0.01"),
    "ways": Calculation("paths without momentum", trial_unit.ways, "?beta=0&gamma=0.01"),
    "killed": Calculation("starts that momentum kills", trial_unit.killed, "?beta=0.9&gamma=0.1"),
    "scaled": Calculation("the same map ten times larger", trial_unit.scaled, "?gamma=0.1"),
    "equation5": Calculation("one update", trial_affine.one_update),
    "settled": Calculation("5,000 updates of the affine model", trial_affine.settled),
    "eigenvalues": Calculation("eigenvalues of Eq. 5", trial_affine.eigenvalues_of, "?beta=0.67"),
    "theory": NetworkRun("lone units, and networks of 1 to 32 units", "theory", lambda s: Theory(seeds=s)),
    "adam": NetworkRun("Fig. 1, Adam, η = 0.01", "fig1", _figure1()),
    "leaky": NetworkRun(f"Fig. 1, leaky ReLU of slope {LEAK:g}", "fig1", _figure1(leak=LEAK)),
    "momentum": NetworkRun(
        "Fig. 1, the paper’s momentum, η = 0.1", "fig1", _figure1(method=Method.MOMENTUM, eta=0.1)
    ),
    "pytorch": NetworkRun("Fig. 1, PyTorch’s SGD, lr = 0.01", "fig1", _figure1(method=Method.PYTORCH)),
    "deeper": NetworkRun(
        "Fig. 1, 3 × 32, Adam, η = 0.03", "fig1", _figure1(depth=3, eta=0.03, datasets=builtin.REAL)
    ),
    "long": NetworkRun(
        "Fig. 1, 1 × 32, Adam, η = 0.03, 10,000 updates",
        "fig1",
        _figure1(depth=1, eta=0.03, steps=10_000, datasets=("diabetes",)),
    ),
    **{f"depth-{name}": _depth(name, 0.01) for name in builtin.NAMES},
    **{f"depth-fast-{name}": _depth(name, 0.03) for name in builtin.NAMES},
}
