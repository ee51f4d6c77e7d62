"""What is recorded of networks under training: their errors, and how often their units are active."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynamics.arrays import ReadOnlyArrays
from experiments.block import Block
from experiments.data import Split
from experiments.networks import Array, Parameters
from experiments.passes import Forward

MOST_JUDGED = 4096  # training rows that dead shares and errors are taken over, and test rows
_MEMORY = 1 << 25  # bytes of the buffers while networks are judged
_GROWTH_OF_DIVERGED = 1e6


@dataclass(frozen=True, eq=False)
class History(ReadOnlyArrays):
    """What was recorded; networks are ordered by seed, then condition. The arrays are read-only.

    Attributes
    ----------
    step : int64 (records,)
        Updates made before each record, from 0.
    train_error, test_error : float64 (networks, records)
        Mean squared error over γ², over training and test rows.
    active : float32 (networks, records, depth, width)
        Share of the training rows on which each unit's argument is above 0.
    diverged : bool (networks,)
        Whether an error was not finite, or 10⁶ times the larger of the first and γ².
    first_weights : float32 (networks, records, columns, width), or empty
        The first layer's weights, and biases (networks, records, width), when asked for.
    """

    step: NDArray[np.int64]
    train_error: NDArray[np.float64]
    test_error: NDArray[np.float64]
    active: NDArray[np.float32]
    diverged: NDArray[np.bool_]
    first_weights: NDArray[np.float32]
    first_biases: NDArray[np.float32]


class Recorder:
    """Looks at a block's networks after the updates asked for."""

    def __init__(self, block: Block, records: Sequence[int], first_layer: bool) -> None:
        self._block, self._first_layer = block, first_layer
        self._at = {int(step): i for i, step in enumerate(records)}
        shape = (block.networks, len(self._at))
        layers = (block.architecture.depth, block.architecture.width)
        columns = block.parameters.weights[0].shape[1] if first_layer else 0
        self._train, self._test = np.empty(shape), np.empty(shape)
        self._active = np.empty((*shape, *layers), np.float32)
        self._weights = np.empty((*shape, columns, layers[1]), np.float32)
        self._biases = np.empty((*shape, layers[1] if first_layer else 0), np.float32)

    def look(self, step: int) -> None:
        """Record if this step was asked for."""
        if step not in self._at:
            return
        i, block = self._at[step], self._block
        for seed, part in enumerate(block.splits):
            own = slice(seed * block.each, (seed + 1) * block.each)
            self._train[own, i], self._test[own, i], self._active[own, i] = _judged_in_parts(block, own, part)
        if self._first_layer:
            self._weights[:, i] = block.parameters.weights[0]
            self._biases[:, i] = block.parameters.biases[0][:, 0]

    def history(self) -> History:
        """Return what was recorded."""
        errors = np.maximum(self._train, self._test)
        allowed = _GROWTH_OF_DIVERGED * np.maximum(errors[:, 0], 1)
        return History(
            step=np.array(list(self._at), np.int64),
            train_error=self._train,
            test_error=self._test,
            active=self._active,
            diverged=~(errors.max(axis=1) <= allowed),  # nan too
            first_weights=self._weights,
            first_biases=self._biases,
        )


def _judged_in_parts(block: Block, own: slice, part: Split) -> tuple[Array, Array, Array]:
    """Return training error, test error and the units' active shares of one seed's networks.

    Batch normalisations use mean and variance over the training rows, as their authors propose for use after
    training, and not a moving average, which would depend on when one looks.
    """
    train, test = slice(0, min(MOST_JUDGED, len(part.train_targets))), slice(0, MOST_JUDGED)
    per_network = block.dtype(0).nbytes * block.architecture.width * train.stop
    some = max(1, _MEMORY // (per_network * block.architecture.depth))
    found = []
    for first in range(0, block.each, some):
        chosen = slice(own.start + first, min(own.start + first + some, own.stop))
        conditions = slice(first, first + chosen.stop - chosen.start)
        found.append(_judged(block, chosen, conditions, part, train, test))
    train_errors, test_errors, active = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return train_errors, test_errors, active


def _judged(
    block: Block, chosen: slice, conditions: slice, part: Split, train: slice, test: slice
) -> tuple[Array, Array, Array]:
    parameters = Parameters(block.architecture, part.train_inputs.shape[1], block.parameters.values[chosen])
    gammas = np.array([c.gamma for c in block.conditions[conditions]])

    def error(output: Array, standard: Array) -> Array:
        targets = block.targets(standard)[conditions]
        squares = np.square(output - targets, dtype=np.float64)
        return np.asarray(squares.mean(axis=(1, 2)) / gammas**2)

    networks = chosen.stop - chosen.start
    inputs = part.train_inputs[train]
    forward = Forward(block.architecture, networks, len(inputs), block.dtype)
    train_errors = error(forward.run(parameters, inputs[None]), part.train_targets[train])
    shares = forward.ones / len(inputs)
    active = [(shares @ mask.astype(block.dtype))[:, 0] for mask in forward.active]
    moments = forward.moments
    inputs = part.test_inputs[test]
    forward = Forward(block.architecture, networks, len(inputs), block.dtype)
    test_errors = error(forward.run(parameters, inputs[None], moments), part.test_targets[test])
    return train_errors, test_errors, np.stack(active, axis=1)
