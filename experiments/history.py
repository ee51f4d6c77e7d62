"""What is recorded of networks under training: their errors, and how often their units are active."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynamics.arrays import ReadOnlyArrays
from experiments.block import Block
from experiments.networks import Array, Parameters
from experiments.passes import Forward

MOST_JUDGED = 4096  # training rows that dead shares and errors are taken over, and test rows
_MEMORY = 1 << 21  # bytes of buffers while networks are judged: about a core's cache
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
        self._judges = [_Judge(block, seed) for seed in range(len(block.splits))]
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
        for seed, judge in enumerate(self._judges):
            own = slice(seed * block.each, (seed + 1) * block.each)
            self._train[own, i], self._test[own, i], self._active[own, i] = judge.look()
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


class _Judge:
    """Takes errors and active shares of one seed's networks, some at a time in buffers that are made once.

    Batch normalisations use mean and variance over the training rows, as their authors propose for use after
    training, and not a moving average, which would depend on when one looks.
    """

    def __init__(self, block: Block, seed: int) -> None:
        self._block, self._part = block, block.splits[seed]
        self._first = seed * block.each
        train, test = (
            min(MOST_JUDGED, len(rows)) for rows in (self._part.train_targets, self._part.test_targets)
        )
        self._rows = {"train": train, "test": test}
        buffers = 5 * train * block.architecture.width * block.dtype(0).nbytes
        self._some = max(1, min(block.each, _MEMORY // buffers))
        self._forwards: dict[tuple[str, int], Forward] = {}

    def look(self) -> tuple[Array, Array, Array]:
        """Return training error, test error and active shares, a row for each condition."""
        each = self._block.each
        found = [
            self._some_networks(slice(first, min(first + self._some, each)))
            for first in range(0, each, self._some)
        ]
        train, test, active = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return train, test, active

    def _some_networks(self, conditions: slice) -> tuple[Array, Array, Array]:
        own = slice(self._first + conditions.start, self._first + conditions.stop)
        values = self._block.parameters.values[own]
        parameters = Parameters(self._block.architecture, self._part.train_inputs.shape[1], values)
        active: list[Array] = []
        shares = np.full((1, 1, self._rows["train"]), 1 / self._rows["train"], self._block.dtype)

        def count(mask: Array) -> None:
            active.append((shares @ mask.astype(self._block.dtype))[:, 0])

        forward = self._forward("train", len(values))
        inputs = self._part.train_inputs[: self._rows["train"]]
        train = self._error(forward.run(parameters, inputs[None], look=count), "train", conditions)
        moments = forward.moments
        forward = self._forward("test", len(values))
        inputs = self._part.test_inputs[: self._rows["test"]]
        test = self._error(forward.run(parameters, inputs[None], moments), "test", conditions)
        return train, test, np.stack(active, axis=1)

    def _forward(self, rows: str, networks: int) -> Forward:
        if (rows, networks) not in self._forwards:
            self._forwards[rows, networks] = Forward(
                self._block.architecture, networks, self._rows[rows], self._block.dtype, lean=True
            )
        return self._forwards[rows, networks]

    def _error(self, output: Array, rows: str, conditions: slice) -> Array:
        """Return the mean squared error over γ²."""
        standard = self._part.train_targets if rows == "train" else self._part.test_targets
        targets = self._block.targets(standard[: self._rows[rows]])[conditions]
        gammas = np.array([c.gamma for c in self._block.conditions[conditions]])
        squares = np.square(output - targets, dtype=np.float64)
        return np.asarray(squares.mean(axis=(1, 2)) / gammas**2)
