"""Architectures, and the parameters of many networks of one architecture in one array.

The paper's text gives no architecture for section 5; these are ours. All have `depth` ReLU layers of `width`
units, an affine map into the first and one out of the last, so that layer l of every kind can be compared:

- plain: u_l = W_l a_{l−1} + b_l, a_l = max(0, u_l).
- residual: the same, and u_l += u_{l−2} for every other layer: pre-activation blocks of two ReLU layers,
  (depth − 1)/2 of them, between a first affine map and a last ReLU.
- residual with batch normalisation: a_l = max(0, BN_l(u_l)), the normalisation before each ReLU.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import checks

Array = NDArray[Any]  # float32 for speed, float64 for checks

MOST_LAYERS, MOST_WIDTH = 20, 512
LEAST_WIDTH = 8  # of the runs that are offered; one unit is a network too
LEAST_RESIDUAL_LAYERS = 7  # three blocks
_ALIGNMENT = 16  # numbers: parameters of one network begin on a cache line


class Kind(StrEnum):
    """How layers are connected; see the module."""

    PLAIN = "plain"
    RESIDUAL = "residual"
    NORMALISED = "residual_batch_norm"


@dataclass(frozen=True)
class Architecture:
    """A kind of network with its sizes.

    Parameters
    ----------
    kind : Kind
        Or its name.
    depth : int
        ReLU layers, 1 to 20; residual kinds have an odd number from 7 on, three blocks or more.
    width : int
        Units of each ReLU layer, 1 to 512.
    leak : float
        Slope of a unit where its argument is below 0, at least 0 and below 1: 0 is the ReLU, more a leaky
        one, max(z, leak·z), which gets a gradient everywhere.

    Raises
    ------
    ValueError
        If a field is out of its range; the message names field, value and range.
    """

    kind: Kind = Kind.PLAIN
    depth: int = 2
    width: int = 32
    leak: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in list(Kind):
            raise ValueError(f"kind must be one of {', '.join(Kind)}, got {self.kind!r}")
        object.__setattr__(self, "kind", Kind(self.kind))
        object.__setattr__(self, "depth", checks.whole("depth", self.depth, 1, MOST_LAYERS))
        object.__setattr__(self, "width", checks.whole("width", self.width, 1, MOST_WIDTH))
        leak = checks.real("leak", self.leak, lambda slope: 0 <= slope < 1, "at least 0 and below 1")
        object.__setattr__(self, "leak", leak)
        if self.residual and (self.depth < LEAST_RESIDUAL_LAYERS or self.depth % 2 == 0):
            rule = f"odd and at least {LEAST_RESIDUAL_LAYERS} (three blocks) for {self.kind}"
            raise ValueError(f"depth must be {rule}, got {self.depth}")

    @property
    def residual(self) -> bool:
        """Whether there are skip connections."""
        return self.kind is not Kind.PLAIN

    @property
    def normalised(self) -> bool:
        """Whether a batch normalisation stands before each ReLU."""
        return self.kind is Kind.NORMALISED

    def skips_to(self, layer: int) -> bool:
        """Return whether u_l of this layer, counted from 0, receives u_{l−2}."""
        return self.residual and layer >= 2 and layer % 2 == 0


class Parameters:
    """The parameters of many networks as views into one array, which an optimiser updates in one go.

    Parameters
    ----------
    architecture : Architecture
    inputs : int
        Columns of the data.
    values : floating (networks, `size`)
        What the views look into, changed in place by whoever changes a view.

    Attributes
    ----------
    weights : list of (networks, fan-in, fan-out)
        One for each affine map, depth + 1 of them.
    biases : list of (networks, 1, fan-out)
    gains, shifts : list of (networks, 1, width)
        Of each batch normalisation; empty lists without.
    """

    def __init__(self, architecture: Architecture, inputs: int, values: Array) -> None:
        self.architecture, self.values = architecture, values
        views = iter(_views(values, _shapes(architecture, inputs)))
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        self.gains: list[Array] = []
        self.shifts: list[Array] = []
        for _ in range(architecture.depth + 1):
            self.weights.append(next(views))
            self.biases.append(next(views))
        for _ in range(architecture.depth * architecture.normalised):
            self.gains.append(next(views))
            self.shifts.append(next(views))

    @staticmethod
    def size(architecture: Architecture, inputs: int) -> int:
        """Return how many numbers each network takes, a few of them unused at the end."""
        needed = sum(prod(shape) for shape in _shapes(architecture, inputs))
        return -(-needed // _ALIGNMENT) * _ALIGNMENT

    @classmethod
    def zeros(cls, architecture: Architecture, inputs: int, networks: int, dtype: Any) -> "Parameters":
        """Return parameters that are all 0."""
        return cls(architecture, inputs, np.zeros((networks, cls.size(architecture, inputs)), dtype))


def he_parameters(
    architecture: Architecture, inputs: int, seeds: Sequence[int], each: int, dtype: Any
) -> Parameters:
    """Return He's initialisation: weights N(0, 2/fan-in), biases 0, gains 1, shifts 0.

    Parameters
    ----------
    architecture : Architecture
    inputs : int
    seeds : sequence of int
    each : int
        Networks that begin with the weights of each seed; they follow one another.
    dtype : floating type
    """
    parameters = Parameters.zeros(architecture, inputs, len(seeds) * each, dtype)
    for i, seed in enumerate(seeds):
        random = np.random.default_rng([seed, 1])
        own = slice(i * each, (i + 1) * each)
        for weights in parameters.weights:
            fan_in, fan_out = weights.shape[1:]
            weights[own] = np.sqrt(2 / fan_in) * random.standard_normal((fan_in, fan_out))
    for gain in parameters.gains:
        gain[...] = 1
    return parameters


def _shapes(architecture: Architecture, inputs: int) -> list[tuple[int, int]]:
    sides = [inputs, *[architecture.width] * architecture.depth, 1]
    affine = [shape for fans in pairwise(sides) for shape in (fans, (1, fans[1]))]
    return affine + [(1, architecture.width)] * (2 * architecture.depth * architecture.normalised)


def _views(values: Array, shapes: Sequence[tuple[int, int]]) -> Iterator[Array]:
    start = 0
    for shape in shapes:
        end = start + prod(shape)
        yield values[:, start:end].reshape(len(values), *shape)
        start = end
