"""The networks that the lesson's last step speaks of: a run of Fig. 1, in a file that `make lesson` writes.

On two cores it takes two seconds, more than a page has; a test trains some of its networks again.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.figure1 import Figure1

KEPT = Path(__file__).parent / "lesson.json"
RUN = Figure1(datasets=("diabetes",), gammas=(0.01, 1.0), deltas=(0.0,), betas=(0.99,), seeds=20)


@cache
def dead_shares(path: Path = KEPT) -> NDArray[np.float64]:
    """Return the dead share of every network in the file, (seeds, γ).

    Raises
    ------
    ValueError
        If the file is of another run than `RUN`.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: value for name, value in found.items() if not isinstance(value, list)}
    same = all(kept[name] == value for name, value in asdict(RUN).items() if name in kept)
    runs = [[condition.gamma, condition.beta] for condition in RUN.conditions]
    if not same or [list(pair) for pair in zip(found["gamma"], found["beta"], strict=True)] != runs:
        raise ValueError(f"{path.name} is of another run; make lesson writes it anew")
    dead: NDArray[np.float64] = np.array(found["dead"][0], np.float64)
    dead.flags.writeable = False
    return dead


def dead_share(gamma: float) -> float:
    """Return the mean dead share at one of the run's γ."""
    return float(dead_shares()[:, RUN.gammas.index(gamma)].mean())
