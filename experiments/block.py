"""Networks under training, side by side in the same arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.data import Dataset, split
from experiments.networks import Array, Parameters, he_parameters
from experiments.optimizers import Optimizer, optimizer
from experiments.passes import Backward, Forward
from experiments.recipe import Condition, Recipe


class Block:
    """Networks under training, all seeds and conditions side by side.

    Parameters
    ----------
    recipe, dataset, seeds, conditions
        As of `train`.
    dtype : floating type
        float32 for speed, float64 for checks.

    Attributes
    ----------
    parameters : Parameters
        Of every network, ordered by seed, then condition.
    splits : list of Split
        One for each seed.
    """

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        seeds: Sequence[int],
        conditions: Sequence[Condition],
        dtype: type[np.floating[Any]] = np.float32,
    ) -> None:
        self.architecture, self.conditions, self.dtype = recipe.architecture, tuple(conditions), dtype
        self.each = len(conditions)
        self.splits = [split(dataset, seed, dtype) for seed in seeds]
        columns = dataset.inputs.shape[1]
        self.parameters = he_parameters(self.architecture, columns, seeds, self.each, dtype)
        self._gradient = Parameters.zeros(self.architecture, columns, self.networks, dtype)
        # Groups may leave one seed a row more than another.
        rows = min(len(part.train_targets) for part in self.splits)
        batch = min(recipe.batch, rows)
        self._batches = [
            _Batches(seed, len(s.train_targets), batch) for seed, s in zip(seeds, self.splits, strict=True)
        ]
        self._forward = Forward(self.architecture, self.networks, batch, dtype)
        self._backward = Backward(self._forward)
        self._gammas, self._deltas = (
            np.array([getattr(c, name) for c in conditions], dtype)[:, None, None]
            for name in ("gamma", "delta")
        )
        # All rows are the same batch in any order.
        every = batch == max(len(part.train_targets) for part in self.splits)
        self._whole = self._gathered([slice(None)] * len(self.splits)) if every else None
        betas = np.tile([c.beta for c in conditions], len(seeds))
        self._optimizer: Optimizer = optimizer(recipe.method, recipe.eta, betas, self.parameters.values)

    @property
    def networks(self) -> int:
        """How many there are."""
        return len(self.splits) * self.each

    def drive(self, optimizer: Optimizer) -> None:
        """Let another optimiser update the networks."""
        self._optimizer = optimizer

    def targets(self, standard: Array) -> Array:
        """Return γy + δ (conditions, rows, 1) of standardised targets (rows,)."""
        return self._gammas * standard[:, None] + self._deltas

    def step(self) -> Array:
        """Make one update and return the loss ½·mean((output − target)²) before it, (networks,)."""
        inputs, targets = self.batch()
        self._forward.run(self.parameters, inputs)
        loss = self._backward.run(self.parameters, self._gradient, inputs, targets)
        self._optimizer.step(self.parameters.values, self._gradient.values)
        return loss

    def batch(self) -> tuple[Array, Array]:
        """Return inputs (networks or 1, rows, columns) and targets (networks, rows, 1) of the next update."""
        if self._whole is not None:
            return self._whole
        return self._gathered([batches.next() for batches in self._batches])

    def _gathered(self, rows: Sequence[Any]) -> tuple[Array, Array]:
        """Return inputs and targets of some rows of each seed's training rows."""
        inputs = np.stack([part.train_inputs[r] for part, r in zip(self.splits, rows, strict=True)])
        targets = [self.targets(part.train_targets[r]) for part, r in zip(self.splits, rows, strict=True)]
        # One seed's rows serve all of its networks; with several each network is given its own.
        inputs = inputs if len(rows) == 1 else np.repeat(inputs, self.each, axis=0)
        return inputs, np.concatenate(targets)


class _Batches:
    """Rows of one minibatch after another, from one random order of all rows after another."""

    def __init__(self, seed: int, rows: int, batch: int) -> None:
        self._random = np.random.default_rng([seed, 2])
        self._rows, self._batch = rows, batch
        self._order: NDArray[np.int64] = np.empty(0, np.int64)

    def next(self) -> NDArray[np.int64]:
        if len(self._order) < self._batch:
            self._order = np.concatenate([self._order, self._random.permutation(self._rows)])
        head, self._order = self._order[: self._batch], self._order[self._batch :]
        return head
