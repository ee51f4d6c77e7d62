"""Train many networks at once."""

from collections.abc import Callable, Sequence

import numpy as np
from threadpoolctl import ThreadpoolController

from dynamics import Cancellation, Cancelled
from experiments.block import Block
from experiments.data import Dataset
from experiments.history import History, Recorder
from experiments.recipe import Condition, Recipe


def train(
    recipe: Recipe,
    dataset: Dataset,
    seeds: Sequence[int],
    conditions: Sequence[Condition],
    records: Sequence[int],
    *,
    first_layer: bool = False,
    prepare: Callable[[Block], object] | None = None,
    cancel: Cancellation | None = None,
) -> History:
    """Train a network for every seed and condition.

    Networks of one seed share rows, initial weights and batches, so that conditions can be compared pair by
    pair. Batches go through the training rows in a new random order each time.

    Parameters
    ----------
    recipe : Recipe
    dataset : Dataset
    seeds : sequence of int
    conditions : sequence of Condition
    records : sequence of int
        After how many updates to record, rising, from 0 to the recipe's steps.
    first_layer : bool
        Whether to record the first layer's parameters.
    prepare : callable, optional
        Changes the networks before their first update.
    cancel : Cancellation, optional

    Raises
    ------
    Cancelled
    """
    # The products are small: threads of the library's own would only wait for one another.
    with ThreadpoolController().limit(limits=1, user_api="blas"), np.errstate(all="ignore"):
        block = Block(recipe, dataset, seeds, conditions)
        if prepare is not None:
            prepare(block)
        recorder = Recorder(block, records, first_layer)
        for step in range(recipe.steps + 1):
            if cancel is not None and cancel.cancelled:
                raise Cancelled
            recorder.look(step)
            if step < recipe.steps:
                block.step()
        return recorder.history()
