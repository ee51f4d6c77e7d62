"""The ways of the starts: their paths, their affine twins, and where each is at the playhead."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.settings import Settings
from dynamics import (
    Cancellation,
    Hyperparameters,
    Outcome,
    PathMethod,
    affine_trajectory,
    eigenvalues,
    outcomes,
    recorded_iterations,
    trajectory,
)
from figures import StartPath
from figures.marks import head_colours

Floats = NDArray[np.float64]

LETTERS = "ABCDEFGH"
_SAMPLES = 500
_LONGEST_TWIN = 20_000  # updates; a twin ends when a thousandth of its error is left


def paths(
    settings: Settings, cancel: Cancellation, whole: int = _SAMPLES, method: PathMethod = "reference"
) -> list[StartPath]:
    """Follow A, B, C, … until the iteration at which each is judged.

    Recorded is every iteration of a path of at most `whole` updates; of a longer one the first, then some
    evenly in the logarithm, the playhead's, those at which the playhead may stop and the others' last ones.
    `method` is that of `trajectory`.
    """
    judged = _judged(settings, cancel)
    ends = [steps for _, steps in judged]
    twins = _twins(settings) if "affine" in settings.layers else None
    before = _before(settings)
    result = []
    for i, start in enumerate(settings.starts):
        outcome, steps = judged[i]
        led = before[0] if before is not None and before[0] < steps else 0
        run = trajectory(
            settings.hyperparameters,
            start,
            steps=steps,
            rho=settings.rho,
            record=_samples(steps, whole, settings.time, led, *ends),
            before=before,
            method=method,
            cancel=cancel,
        )
        result.append(StartPath(LETTERS[i], run, outcome, twins[i] if twins else None, led))
    return result


def _before(settings: Settings) -> tuple[int, Hyperparameters] | None:
    """Return how many first updates other settings make, and these."""
    if not settings.before:
        return None
    iteration, beta, eta = settings.before
    return iteration, replace(settings.hyperparameters, beta=beta, eta=eta)


def _judged(settings: Settings, cancel: Cancellation) -> list[tuple[Outcome, int]]:
    """Return how each start ends, and after how many updates, at least one."""
    if not settings.starts:
        return []
    before = _before(settings)
    if before is not None and before[0] > 0:
        return [_continued(settings, start, before, cancel) for start in settings.starts]
    w, b = (np.array(axis) for axis in zip(*settings.starts, strict=True))
    judged = outcomes(settings.hyperparameters, w, b, **settings.judging, cancel=cancel)
    return [
        (Outcome(int(outcome)), max(int(n), 1))
        for outcome, n in zip(judged.outcome, judged.iterations, strict=True)
    ]


def _continued(
    settings: Settings, start: tuple[float, float], before: tuple[int, Hyperparameters], cancel: Cancellation
) -> tuple[Outcome, int]:
    """Judge a start from where its first updates left it, its momentum kept, by plain iteration.

    One that they end, or that is judged by then, stays where it is.
    """
    first = min(before[0], settings.max_iterations)
    led = outcomes(before[1], *start, **settings.judging | {"max_iterations": first}, cancel=cancel)
    if led.iterations < first or first == settings.max_iterations:
        return Outcome(int(led.outcome)), max(int(led.iterations), 1)
    run = trajectory(before[1], start, steps=first, rho=settings.rho, record=[first], cancel=cancel)
    state = np.array([x[-1] for x in (run.w, run.b, run.rho, run.m_w, run.m_b, run.m_rho)])
    if not np.isfinite(state).all():
        return Outcome.DIVERGED, first
    judging = settings.judging | {"rho": state[2]}
    judging["max_iterations"] = settings.max_iterations - first
    momentum = state[3], state[4], state[5]
    hp = settings.hyperparameters
    end = outcomes(hp, state[0], state[1], **judging, method="reference", momentum=momentum, cancel=cancel)
    return Outcome(int(end.outcome)), first + int(end.iterations)


def _samples(steps: int, whole: int, *others: int) -> NDArray[np.int64]:
    """Return the iterations to keep of so many updates, some others among them."""
    if steps <= whole:
        return np.arange(steps + 1)
    late = np.rint(np.geomspace(100, steps, _SAMPLES - 100)).astype(np.int64)
    return np.unique(np.concatenate([recorded_iterations(steps), late, np.minimum(others, steps)]))


# ------------------------------------------------------------------ without the ReLU


def _twins(settings: Settings) -> list[tuple[Floats, Floats]]:
    """Return (w, b) of every start in the affine model, from iteration 0 on."""
    error = _error(settings.beta, settings.eta, settings.before)
    truth = np.array([settings.gamma, settings.delta])
    twins = []
    for start in settings.starts:
        w, b = truth[:, None] + (np.array(start) - truth)[:, None] * error
        twins.append((w, b))
    return twins


@lru_cache(64)
def _error(beta: float, eta: float, before: tuple[int, float, float] | tuple[()]) -> Floats:
    """Return what is left of an affine error after 0, 1, 2 and more updates."""
    first, a, m = np.empty(0), 1.0, 0.0
    if before:
        run = affine_trajectory(before[1], before[2], min(before[0], _LONGEST_TWIN))
        first, a, m = run.a[:-1], float(run.a[-1]), float(run.m[-1])
        if not (math.isfinite(a) and math.isfinite(m)):
            return run.a
    return np.concatenate([first, affine_trajectory(beta, eta, _lasting(beta, eta), a, m).a])


def _lasting(beta: float, eta: float) -> int:
    """Return how many updates leave a thousandth of an affine error; few where it grows."""
    size = float(np.abs(eigenvalues(beta, eta)).max())
    if size >= 1:
        return 200
    return min(math.ceil(math.log(1e-3) / math.log(size)) + 50, _LONGEST_TWIN)


# ------------------------------------------------------------------ where they are


def heads(runs: list[StartPath], time: int) -> dict[str, Any]:
    """Return where each start and its twin are after `time` updates: at the end, once they have stopped.

    A place is None for one that has diverged; colours are those of the point and of its edge.
    """
    rows = [int(np.searchsorted(p.trajectory.iteration, min(time, p.trajectory.iteration[-1]))) for p in runs]
    places = [_place(p.trajectory.w[row], p.trajectory.b[row]) for p, row in zip(runs, rows, strict=True)]
    twins = [p.twin for p in runs if p.twin is not None]
    return {
        "time": time,
        "places": places,
        "colours": [head_colours(p.outcome) for p in runs],
        "twins": [_place(w[min(time, len(w) - 1)], b[min(time, len(b) - 1)]) for w, b in twins],
    }


def _place(w: float, b: float) -> list[float] | None:
    return [float(w), float(b)] if math.isfinite(w) and math.isfinite(b) else None


def records(runs: list[StartPath]) -> tuple[list[dict[str, int]], list[NDArray[np.float32]]]:
    """Return the ways for the playhead: how many records each start has and its last iteration, then w and b.

    They are recorded at `recorded_iterations` of the last one; twins at all of those that they have, with
    their own lengths.
    """
    told, arrays = [], []
    for path in runs:
        t = path.trajectory
        rows = np.searchsorted(t.iteration, recorded_iterations(int(t.iteration[-1])))
        told.append({"last": int(t.iteration[-1]), "n": len(rows), "twin": 0})
        arrays += [t.w[rows].astype(np.float32), t.b[rows].astype(np.float32)]
        if path.twin is not None:
            w, b = path.twin
            rows = recorded_iterations(len(w) - 1)
            told[-1]["twin"] = len(rows)
            arrays += [w[rows].astype(np.float32), b[rows].astype(np.float32)]
    return told, arrays
