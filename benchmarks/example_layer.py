"""Make the example of the page's "Your layer": a layer of a network that was trained on a small target.

``python -m benchmarks.example_layer`` trains one network of 128 units on the diabetes data, with Adam at
β₁ = 0.99, a large learning rate and γ = 0.01, and writes weight, bias, the training inputs X and the target's
direction in them (by least squares). The seed is fixed.
"""

import numpy as np

from dashboard.layer_routes import EXAMPLE
from experiments.data import split
from experiments.kept import load
from experiments.networks import Architecture
from experiments.optimizers import Method
from experiments.recipe import Condition, Recipe
from experiments.training import train

SEED, STEPS = 0, 300


def main() -> None:
    """Train and write."""
    recipe = Recipe(Architecture(depth=1, width=128), Method.ADAM, 0.1, 32, STEPS)
    dataset = load("diabetes")
    condition = Condition(gamma=0.01, delta=0.0, beta=0.99)
    history = train(recipe, dataset, [SEED], [condition], [STEPS], first_layer=True)
    assert history.first_weights is not None
    assert history.first_biases is not None
    part = split(dataset, SEED, np.float32)
    target = np.linalg.lstsq(part.train_inputs, part.train_targets.reshape(-1), rcond=None)[0]
    arrays = {
        "weight": history.first_weights[0, -1].T,
        "bias": history.first_biases[0, -1],
        "X": part.train_inputs,
        "target": target,
    }
    np.savez_compressed(EXAMPLE, **{name: values.astype(np.float32) for name, values in arrays.items()})
    active = (part.train_inputs @ arrays["weight"].T + arrays["bias"] > 0).mean(axis=0)
    print({name: values.shape for name, values in arrays.items()}, EXAMPLE.stat().st_size, "bytes")
    print((active == 0).sum(), "of", len(active), "units are active on no row")


if __name__ == "__main__":
    main()
