"""The numbers of a sweep under their names: for files, whoever writes them."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics.engine import ENGINE_VERSION
from dynamics.hyperparameters import Grid
from dynamics.outcome import Outcome
from dynamics.records import Numbers
from dynamics.sweep import Sweep
from dynamics.sweep_tiles import SweepResult


def sweep_numbers(result: SweepResult) -> Numbers:
    """Return a row for each cell; the settings are those that no axis varies."""
    axes = result.sweep.axes
    values = {axis.name: axis.values for axis in axes}
    across, *up = axes
    shaped = {across.name: across.values} | {axis.name: axis.values[:, None] for axis in up}
    return Numbers(_settings(result.sweep), values | dict(_arrays(result)), shaped | dict(_columns(result)))


def _settings(asked: Sweep) -> dict[str, Any]:
    """Name what is the same in every cell; what varies stands in the arrays."""
    varied = [axis.name for axis in asked.axes]
    judging = {name: getattr(asked, name) for name in ("epsilon", "tolerance", "max_iterations")}
    if isinstance(asked.starts, Grid):
        starts = {"rho": asked.rho, **asdict(asked.starts)}
    else:
        own = asdict(asked.starts.initializer) | {"units": asked.starts.units, "seed": asked.starts.seed}
        starts = {name: value for name, value in own.items() if value is not None}
    every = {**asdict(asked.hyperparameters), **judging, **starts, "engine_version": ENGINE_VERSION}
    kept = {name: value for name, value in every.items() if name not in varied}
    return {"axes": " ".join(varied), **kept}


def _arrays(result: SweepResult) -> Iterator[tuple[str, NDArray[Any]]]:
    yield "counts", result.counts
    yield "shares", result.shares
    if result.interval is not None:
        yield from zip(("interval_low", "interval_high"), result.interval, strict=True)
    yield "iterations", result.iterations
    yield "outcome_names", np.array([outcome.name for outcome in Outcome])


def _columns(result: SweepResult) -> Iterator[tuple[str, NDArray[Any]]]:
    for outcome in Outcome:
        name = outcome.name.lower()
        yield f"{name}_count", result.counts[..., outcome]
        yield f"{name}_share", result.shares[..., outcome]
        if result.interval is not None:
            yield from zip(
                (f"{name}_low", f"{name}_high"), (end[..., outcome] for end in result.interval), strict=True
            )
    yield "iterations", result.iterations
