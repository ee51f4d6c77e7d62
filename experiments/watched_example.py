"""A watched network to look at before one's own: what `DeadUnits` would have recorded of one of ours."""

from functools import cache

import numpy as np

from experiments import builtin
from experiments.networks import Architecture
from experiments.recipe import Condition, Recipe
from experiments.training import train
from experiments.watched import Watched

_STEPS, _EVERY = 400, 10
_SEED = 0


@cache
def example() -> Watched:
    """Return the recording of four layers of 16 units, trained on diabetes with a small target.

    Adam at η = 0.01, β₁ = 0.95 and γ = 0.01: settings of ours at which units die, and some come back. It
    takes about a tenth of a second.
    """
    recipe = Recipe(Architecture(depth=4, width=16), eta=0.01, batch=32, steps=_STEPS)
    records = range(0, _STEPS + 1, _EVERY)
    history = train(recipe, builtin.load("diabetes"), [_SEED], [Condition(0.01, 0.0, 0.95)], records)
    active = history.active[0]
    return Watched(
        tuple(f"layer {i + 1}" for i in range(active.shape[1])),
        (active.shape[2],) * active.shape[1],
        history.step,
        active.reshape(len(active), -1).astype(np.float32),
    )
