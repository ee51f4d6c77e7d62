r"""The units of a layer over the cones: each by its own weights and bias, its inputs taken to be Gaussian.

For x ~ N(μ, Σ) the unit's z = wᵀx + b is N(wᵀμ + b, wᵀΣw). In whitened inputs that is the unit of
`dynamics.relu` with ‖w‖ = √(wᵀΣw) and b = wᵀμ + b: P(z > 0) and the cones follow from these two. How long
a dead unit takes to come back follows besides from w_L, the part of its weight along the target, which
a layer's file does not tell: see `dynamics.layer_waits`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from dynamics.arrays import ReadOnlyArrays
from dynamics.layer_inputs import LARGEST, InputModel, Inputs
from dynamics.relu import activation_probability, in_linear_cone, is_dead, log_activation_probability
from dynamics.tensor_file import Array, Limits, UnreadableError

Floats = NDArray[np.float64]

_CHUNK = 1 << 20  # numbers that are computed with at a time


class Where(IntEnum):
    """Where a unit is."""

    DEAD = 0
    BETWEEN = 1
    LINEAR = 2
    INVALID = 3


WHERE_NAMES = np.array([where.name.lower() for where in Where])


@dataclass(frozen=True, eq=False)
class Layer:
    """Weights and biases as a file holds them, in any type of real numbers.

    Attributes
    ----------
    name, label : str
        Of the file, and of the layer in it.
    weight : (units, inputs)
    bias : (units,)
    """

    name: str
    label: str
    weight: Array
    bias: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerUnits(ReadOnlyArrays):
    """What `layer_units` returns; arrays are read-only and have an element for each unit.

    Attributes
    ----------
    name, label : str
        Of the file, and of the layer in it.
    inputs : int
        How many the layer has.
    scale, mean : float64
        Standard deviation √(wᵀΣw) and mean wᵀμ + b of z: ‖w‖ and b where inputs are N(0, I). nan for
        a unit that holds numbers beyond ±10³⁰ or none.
    along : float64, optional
        The part of `scale` along the target, if its direction is known.
    active : int64, optional
        On how many of the counted rows z > 0.
    rows, counted : int
        How many rows of inputs there were, and how many of them were counted.
    given : bool
        Whether the inputs are given, by rows, mean or covariance; otherwise they are N(0, I).
    """

    name: str
    label: str
    inputs: int
    scale: Floats
    mean: Floats
    along: Floats | None = None
    active: NDArray[np.int64] | None = None
    rows: int = 0
    counted: int = 0
    given: bool = False

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Which units hold numbers, none of them beyond ±10³⁰."""
        return np.isfinite(self.scale) & np.isfinite(self.mean)

    @property
    def probability(self) -> Floats:
        """P(z > 0), nan where invalid."""
        return np.where(self.valid, activation_probability(self.scale, self.mean), np.nan)

    @property
    def log10_probability(self) -> Floats:
        """log₁₀ P(z > 0), which is finite where P itself underflows; nan where invalid."""
        return np.where(self.valid, log_activation_probability(self.scale, self.mean) / np.log(10.0), np.nan)

    def where(self, epsilon: float) -> NDArray[np.uint8]:
        """Return the value of `Where` of each unit; one that is constantly zero is dead."""
        found = np.full(self.scale.shape, Where.BETWEEN, np.uint8)
        with np.errstate(invalid="ignore"):
            found[in_linear_cone(self.scale, self.mean, 0.0, epsilon)] = Where.LINEAR
            silent = (self.scale == 0) & (self.mean <= 0)
            found[is_dead(self.scale, self.mean, 0.0, epsilon) | silent] = Where.DEAD
        found[~self.valid] = Where.INVALID
        return found


def layer_units(layer: Layer, inputs: Inputs, limits: Limits) -> LayerUnits:
    """Place the units of a layer.

    Mean and variance of z are wᵀμ + b and wᵀΣw; with rows of inputs they are those of z over the rows (with
    1/N), which is the same with the rows' mean and covariance. Rows are taken evenly if counting over all of
    them would go beyond `limits.products`.

    Raises
    ------
    UnreadableError
        If the inputs do not fit the layer, are no numbers, or their covariance is none; or if no unit of the
        layer holds numbers.
    """
    count, width = layer.weight.shape
    units: dict[str, NDArray[Any]] = {name: np.empty(count) for name in ("scale", "mean", "along")}
    units["active"] = np.zeros(count, np.int64)
    # Many small products: threads of the library's own would wait for one another.
    with ThreadpoolController().limit(limits=1, user_api="blas"), np.errstate(all="ignore"):
        model = InputModel(inputs, width, count, limits)
        for piece in _pieces(count, max(width, model.counted)):
            weight, bias = layer.weight[piece].astype(np.float64), layer.bias[piece].astype(np.float64)
            sound = np.isfinite(bias) & (np.abs(bias) <= LARGEST)
            sound &= (np.abs(weight) <= LARGEST).all(axis=1)  # nan is not
            for name, values in model.look(np.where(sound[:, None], weight, 0.0), bias).items():
                units[name][piece] = values
            units["scale"][piece][~sound] = np.nan
    if not np.isfinite(units["scale"]).any():
        raise UnreadableError(
            f"{layer.name}: none of its {count} units holds numbers, within ±10³⁰, throughout"
        )
    return LayerUnits(
        name=layer.name,
        label=layer.label,
        inputs=width,
        scale=units["scale"],
        mean=units["mean"],
        along=units["along"] if inputs.target is not None else None,
        active=units["active"] if inputs.rows is not None else None,
        rows=0 if inputs.rows is None else len(inputs.rows),
        counted=model.counted,
        given=not (inputs.rows is inputs.mean is inputs.covariance is None),
    )


def _pieces(count: int, width: int) -> Iterator[slice]:
    step = max(1, _CHUNK // max(width, 1))
    return (slice(i, i + step) for i in range(0, count, step))
