"""How fast many networks are trained at once, beside scikit-learn's MLPRegressor one by one.

Run it with `python -m benchmarks.experiments_speed`; it takes about two minutes on two idle cores. Both train
the same network (2 × 32 ReLU, Adam, batches of 32) on the same rows. Processor time is printed beside the
clock's: where other work is running, only it can be compared. scikit-learn works on one core, ours on all.
"""

import os
import time
import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from threadpoolctl import ThreadpoolController

from dynamics.threads import worker_count
from experiments import builtin, local
from experiments.data import split
from experiments.depth import DepthRun
from experiments.figure1 import Figure1
from experiments.registry import EXPERIMENTS
from experiments.trained import Trained

FULL = Figure1(
    gammas=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000),
    deltas=(-10, -5, -3, -2, -1, -0.3, 0, 0.3, 1, 2, 3, 5, 10),
    seeds=20,
    steps=1500,
)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that something takes, of the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def one_by_one(networks: int = 8, epochs: int = 20) -> float:
    """Return the processor's seconds for one update of one network by scikit-learn."""
    part = split(builtin.load("diabetes"), 0)
    steps = -(-len(part.train_targets) // 32) * epochs
    fits = [
        MLPRegressor(
            hidden_layer_sizes=(32, 32),
            batch_size=32,
            learning_rate_init=0.01,
            alpha=0,
            max_iter=epochs,
            n_iter_no_change=epochs,
            random_state=i,
        )
        for i in range(networks)
    ]

    def fit() -> None:
        for network in fits:
            network.fit(part.train_inputs, part.train_targets)

    with warnings.catch_warnings(), ThreadpoolController().limit(limits=1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        return timed(fit)[1] / networks / steps


def main() -> None:
    """Print the table."""
    cores = worker_count()
    print(f"{cores} cores, load {os.getloadavg()[0]:.1f}, OpenBLAS kernel", end=" ")
    print({pool["architecture"] for pool in ThreadpoolController().info() if pool["user_api"] == "blas"})
    default = Figure1()
    runs: tuple[tuple[str, str, Figure1 | DepthRun], ...] = (
        ("Fig. 1, default", "fig1", default),
        ("Fig. 1, first tiles", "fig1", replace(default, seeds=1)),
        ("Fig. 1, full", "fig1", FULL),
        ("Fig. 1, 2 x 8", "fig1", replace(default, width=8)),
        ("section 5, default", "depth", DepthRun()),
    )
    for name, kind, spec in runs:
        result: list[Trained] = []

        def work(kind: str = kind, spec: object = spec, result: list[Trained] = result) -> None:
            result.append(local.run(EXPERIMENTS[kind], spec))

        clock, processor = timed(work)
        networks = result[0].networks
        each = processor / networks / spec.steps
        print(
            f"{name:<22}{networks:>6} networks x {spec.steps} updates: {clock:6.1f} s, "
            f"processor {processor:6.1f} s (estimated {spec.seconds:.1f}), of which {cores} idle cores need "
            f"{processor / cores:5.1f} s; {1e6 * each:.1f} us an update of a network"
        )
        if spec is default:
            ours = each
    theirs = np.median([one_by_one() for _ in range(3)])
    print(f"scikit-learn one by one: {1e6 * theirs:.0f} us an update of a network")
    print(
        f"ours, judging included: {theirs / ours:.1f} x on one core, {cores * theirs / ours:.1f} x on {cores}"
    )


if __name__ == "__main__":
    main()
