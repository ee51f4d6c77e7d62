"""Forward and backward through many networks at once: batched products, gradients by hand.

Everything is computed in buffers that are made once: fresh memory for every product costs more than it does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.networks import Architecture, Array, Parameters

_BN_EPSILON = 1e-5


@dataclass(frozen=True, eq=False)
class Moments:
    """What a batch normalisation subtracts and divides by: (networks, 1, width) each."""

    mean: Array
    inverse: Array


class Forward:
    """A forward pass over batches of one size.

    Parameters
    ----------
    architecture : Architecture
    networks, rows : int
    dtype : floating type
    lean : bool
        Whether layers share buffers, which then hold the last layers only: no `Backward` can follow, but few
        buffers stay in the processor's cache.

    Attributes
    ----------
    before : list of (networks, rows, width)
        u_l, what enters layer l, before its normalisation.
    active : list of bool (networks, rows, width)
        Whether the ReLU's argument is above 0.
    after : list of (networks, rows, width)
        a_l.
    output : (networks, rows, 1)
    moments : list of Moments
        Of each normalisation, as last used.
    """

    def __init__(
        self, architecture: Architecture, networks: int, rows: int, dtype: Any, *, lean: bool = False
    ) -> None:
        self.architecture = architecture
        shape = (networks, rows, architecture.width)
        layers = architecture.depth

        def buffers(kind: Any, needed: int = 1) -> list[Array]:
            """Return a buffer for each layer, or so many in turn."""
            made = [np.empty(shape, kind) for _ in range(needed if lean else layers)]
            return [made[layer % len(made)] for layer in range(layers)]

        self.before = buffers(dtype, 3)  # u_l needs u_{l−2}
        self.active, self.after = buffers(np.bool_), buffers(dtype)
        self.standard = buffers(dtype) if architecture.normalised else []
        self.output: Array = np.empty((networks, rows, 1), dtype)
        self.moments: list[Moments] = []
        self.ones: Array = np.ones((1, 1, rows), dtype)  # a product with it is the fastest sum over rows

    def run(
        self,
        parameters: Parameters,
        inputs: Array,
        moments: list[Moments] | None = None,
        look: Callable[[Array], object] | None = None,
    ) -> Array:
        """Fill the buffers and return the output.

        Parameters
        ----------
        parameters : Parameters
        inputs : (networks or 1, rows, columns)
        moments : list of Moments, optional
            Used in place of the rows' own by the normalisations.
        look : callable, optional
            Given `active` of each layer as soon as it is known.
        """
        self.moments = []
        flowing = inputs
        for layer, before in enumerate(self.before):
            np.matmul(flowing, parameters.weights[layer], out=before)
            before += parameters.biases[layer]
            if self.architecture.skips_to(layer):
                before += self.before[layer - 2]
            argument = before
            if self.architecture.normalised:
                self.moments.append(moments[layer] if moments else self._moments(before))
                argument = self._normalised(parameters, layer)
            np.greater(argument, 0, out=self.active[layer])
            if look is not None:
                look(self.active[layer])
            flowing = np.multiply(argument, self.slope(layer), out=self.after[layer])
        np.matmul(flowing, parameters.weights[-1], out=self.output)
        self.output += parameters.biases[-1]
        return self.output

    def slope(self, layer: int) -> Array:
        """Return da_l/d(argument), as last run: 1 or 0 of a ReLU, 1 or its leak of a leaky one."""
        active, leak = self.active[layer], self.architecture.leak
        if leak == 0:
            return active
        kind = self.before[layer].dtype.type
        slope: Array = np.where(active, kind(1), kind(leak))
        return slope

    def _moments(self, before: Array) -> Moments:
        rows = before.shape[1]
        mean = self.ones @ before / rows
        variance = self.ones @ np.square(before - mean) / rows
        return Moments(mean, 1 / np.sqrt(variance + _BN_EPSILON))

    def _normalised(self, parameters: Parameters, layer: int) -> Array:
        """Return gain · (u − mean)/deviation + shift in the buffer of a_l, which it will become."""
        used, standard = self.moments[layer], self.standard[layer]
        np.subtract(self.before[layer], used.mean, out=standard)
        standard *= used.inverse
        argument = np.multiply(standard, parameters.gains[layer], out=self.after[layer])
        argument += parameters.shifts[layer]
        return argument


class Backward:
    """The gradient of ½·mean((output − target)²) by hand, after a `Forward` of the same sizes."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        # dL/du_l of each layer: a skip hands it on to layer l − 2.
        self._slopes = [np.empty_like(before) for before in forward.before]

    def run(self, parameters: Parameters, gradient: Parameters, inputs: Array, targets: Array) -> Array:
        """Fill the gradient and return the loss of each network.

        Parameters
        ----------
        parameters, gradient : Parameters
        inputs : (networks or 1, rows, columns)
            As in the forward pass.
        targets : (networks or 1, rows, 1)

        Returns
        -------
        floating (networks,)
        """
        forward, last = self.forward, self.forward.architecture.depth - 1
        errors = forward.output - targets
        loss: Array = 0.5 * np.square(errors).mean(axis=(1, 2))
        slope = errors
        slope /= errors.shape[1]
        for layer in range(last + 1, -1, -1):
            flowing = forward.after[layer - 1] if layer > 0 else inputs
            np.matmul(flowing.swapaxes(1, 2), slope, out=gradient.weights[layer])
            np.matmul(forward.ones, slope, out=gradient.biases[layer])
            if layer > 0:
                slope = self._through(layer - 1, slope, parameters, gradient)
        return loss

    def _through(self, layer: int, slope: Array, parameters: Parameters, gradient: Parameters) -> Array:
        """Return dL/du_l of a ReLU layer, given that of the affine map behind it."""
        architecture, result = self.forward.architecture, self._slopes[layer]
        weights = parameters.weights[layer + 1].swapaxes(1, 2)
        if slope.shape[2] == 1:  # an outer product, for which matmul has no fast way
            np.multiply(slope, weights, out=result)
        else:
            np.matmul(slope, weights, out=result)
        result *= self.forward.slope(layer)
        if architecture.normalised:
            self._normalisation(layer, result, parameters, gradient)
        if layer + 2 <= architecture.depth - 1 and architecture.skips_to(layer + 2):
            result += self._slopes[layer + 2]
        return result

    def _normalisation(self, layer: int, slope: Array, parameters: Parameters, gradient: Parameters) -> None:
        """Turn dL/d(argument of the ReLU) into dL/du_l in place: mean and variance depend on u_l too."""
        forward, standard = self.forward, self.forward.standard[layer]
        np.matmul(forward.ones, slope, out=gradient.shifts[layer])
        np.matmul(forward.ones, slope * standard, out=gradient.gains[layer])
        rows = slope.shape[1]
        slope -= gradient.shifts[layer] / rows
        slope -= standard * (gradient.gains[layer] / rows)
        slope *= parameters.gains[layer] * forward.moments[layer].inverse
