"""How fast units are trained, and what few weights in place of all cost: the figures of docs/optimizers.md.

Run it with `python -m benchmarks.optimizers`; it takes about a minute of processor time.
"""

import math
import time

import numpy as np

from dynamics import (
    Adam,
    Initializer,
    Momentum,
    Optimizer,
    Outcome,
    RMSprop,
    Scheme,
    Starts,
    Training,
    coordinate_starts,
    sample,
    spread,
    train_units,
)

UNITS = 2048


def speed() -> None:
    """Print nanoseconds of processor time for each unit and update."""
    print("| optimiser | weights of a unit | batch | ns a unit and update |\n|---|---|---|---|")
    for optimizer, fan_in, batch in (
        (Momentum(0.9, 0.1), 100, None),
        (RMSprop(), 33, None),
        (Adam(), 33, None),
        (Adam(), 65, None),
        (Momentum(0.9, 0.1), 65, 32),
    ):
        initializer = Initializer(Scheme.HE_NORMAL, fan_in)
        starts = spread(initializer, sample(initializer, 512, 0))
        training = Training(optimizer=optimizer, gamma=0.1, steps=200, clip=1e9, batch=batch)
        train_units(training, starts)
        spent = []
        for _ in range(5):
            begun = time.process_time()
            train_units(training, starts)
            spent.append((time.process_time() - begun) / 512 / 200 * 1e9)
        weights = 3 if isinstance(optimizer, Momentum) and batch is None else starts.orthogonal.shape[1] + 2
        print(f"| {type(optimizer).__name__} | {weights} | {batch or 'all'} | {min(spent):.0f} |", flush=True)


def error() -> None:
    """Print by how much the dead share moves when few weights stand for all."""
    print("| optimiser | γ | initialiser | n | dead with all | with few, difference | other fate |")
    print("|---|---|---|---|---|---|---|")
    cases: list[tuple[Optimizer, float, Scheme]] = [
        (Adam(0.01), 0.01, Scheme.PYTORCH),
        (Adam(0.01), 0.03, Scheme.HE_NORMAL),
        (Adam(0.003, (0.99, 0.999)), 0.01, Scheme.HE_NORMAL),
        (RMSprop(0.01), 0.03, Scheme.HE_NORMAL),
    ]
    for fan_in in (100, 1000):
        for optimizer, gamma, scheme in cases:
            initializer = Initializer(scheme, fan_in)
            starts = coordinate_starts(initializer, np.random.default_rng(1).random((UNITS, fan_in + 1)))
            training = Training(optimizer=optimizer, gamma=gamma, steps=1000)
            few = spread(initializer, Starts(starts.w, starts.b, starts.rho), most=64)
            all_dead, few_dead = (
                train_units(training, each).outcome[-1] == Outcome.DEAD for each in (starts, few)
            )
            other = float((all_dead != few_dead).mean())
            difference, noise = few_dead.mean() - all_dead.mean(), 2 * math.sqrt(other / UNITS)
            print(
                f"| {optimizer} | {gamma} | {scheme} | {fan_in} | {all_dead.mean():.1%} "
                f"| {100 * difference:+.2f} ± {100 * noise:.2f} points | {other:.1%} |",
                flush=True,
            )


if __name__ == "__main__":
    speed()
    error()
