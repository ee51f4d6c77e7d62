"""For which settings do units die? A sweep is the same starts over one or two settings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from dynamics import checks
from dynamics.axis import Axis
from dynamics.basins import checked_judging
from dynamics.engine.refinement import first_stride
from dynamics.hyperparameters import Grid, Hyperparameters
from dynamics.initializers import Initializer

# Usual seconds of one core, measured: a cell's overhead, a start, a start on a grid that is refined, and one
# uniform weight drawn. Units that neither stop nor can be told early take hundreds of times as long.
_CELL, _START, _REFINED, _WEIGHT = 7e-4, 1.5e-6, 1.5e-7, 1e-8
_TILE = 0.2  # seconds that a tile should take
MOST_SECONDS = 1200.0
MOST_STARTS = 1 << 22  # in each cell: 41 bytes a start


@dataclass(frozen=True)
class Draw:
    """Units drawn from an initialisation; every cell of a sweep begins with the same ones.

    Parameters
    ----------
    initializer : Initializer
    units : int
        How many, at least 1.
    seed : int
        At least 0.

    Raises
    ------
    ValueError
        If units or seed is out of its range.
    """

    initializer: Initializer
    units: int
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", checks.whole("units", self.units, 1))
        object.__setattr__(self, "seed", checks.whole("seed", self.seed, 0))


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What to compute: starts, settings and the one or two of them that vary.

    Parameters
    ----------
    axes : tuple of one or two Axis
        The first runs across the columns of a result, the second up its rows.
    hyperparameters : Hyperparameters
        What no axis varies; an axis replaces the field of its name, here and below.
    starts : Grid or Draw
        Where units start, at most 2²² of them: a grid with the orthogonal weight `rho`, or units of a real
        initialisation, whose `fan_in` alone can vary (a fan-out stays as it is).
    rho : float
        Finite; 0 where units are drawn, which have their own.
    epsilon, tolerance, max_iterations
        As in `outcomes`.

    Raises
    ------
    ValueError
        If a field is out of its range anywhere on the axes, or if all cells together would usually take one
        core more than 1200 s: 1.5 µs a start and 0.7 ms a cell, measured. Units that keep moving, mostly
        near or beyond the largest stable learning rate, can take hundreds of times as long.
    """

    axes: tuple[Axis, ...]
    hyperparameters: Hyperparameters
    starts: Grid | Draw
    rho: float = 0.0
    epsilon: float = 1e-3
    tolerance: float = 1e-6
    max_iterations: int = 1_000_000

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", tuple(self.axes))
        names = [axis.name for axis in self.axes]
        if not 1 <= len(set(names)) == len(names) <= 2:
            raise ValueError(f"axes must be one or two of different names, got {', '.join(names) or 'none'}")
        if "fan_in" in names and isinstance(self.starts, Grid):
            raise ValueError("axes must not be fan_in over a grid: it needs units that are drawn")
        if isinstance(self.starts, Draw) and ("rho" in names or self.rho != 0):
            got = "an axis" if "rho" in names else self.rho
            raise ValueError(f"rho must be 0 where units are drawn, which have their own, got {got}")
        for place in (-1, 0):  # what a setting may be is an interval, so both ends speak for all
            found = self.setting({axis.name: axis.value(place) for axis in self.axes})
        # What an axis replaces anyway is put to its start, so that equal sweeps are equal.
        own = {"hyperparameters": found.hyperparameters, "starts": found.starts, "rho": found.rho}
        for name, value in (own | found.judging).items():
            object.__setattr__(self, name, value)
        if self.count > MOST_STARTS:
            raise ValueError(f"starts must be at most {MOST_STARTS} in each cell, got {self.count}")
        if self.seconds > MOST_SECONDS:
            cells = " x ".join(str(len(axis)) for axis in self.axes)
            raise ValueError(
                f"axes must take one core at most {MOST_SECONDS:.0f} s in all, got {cells} cells of "
                f"{self.count} starts, which usually take {self.seconds:.3g} s"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a result: (values of the second axis, values of the first), or (values,)."""
        return tuple(len(axis) for axis in reversed(self.axes))

    @property
    def count(self) -> int:
        """How many starts each cell has."""
        return self.starts.units if isinstance(self.starts, Draw) else self.starts.n_w * self.starts.n_b

    @property
    def seconds(self) -> float:
        """How long one core usually takes for all of it."""
        starts, cells = self.starts, prod(self.shape)
        if isinstance(starts, Grid):
            refined = first_stride(starts.n_w, starts.n_b) > 1
            return cells * (_CELL + self.count * (_REFINED if refined else _START))
        fan_in = max([starts.initializer.fan_in, *(a.stop for a in self.axes if a.name == "fan_in")])
        drawn = _WEIGHT * fan_in if starts.initializer.uniform else 0.0
        return cells * (_CELL + self.count * (_START + drawn))

    @property
    def cells_per_tile(self) -> int:
        """How many cells, one after another, make a tile: some 0.2 s of work of one core, one at least."""
        return max(1, int(_TILE * prod(self.shape) / self.seconds))

    def values(self, index: int) -> dict[str, float | int]:
        """Return the values of the axes by name in one cell; cells are counted row by row."""
        places = reversed(np.unravel_index(index, self.shape))
        return {axis.name: axis.value(int(i)) for axis, i in zip(self.axes, places, strict=True)}

    def setting(self, values: Mapping[str, float | int]) -> "Setting":
        """Return all settings with some values in place of those of the same name; raises as `Sweep` does."""
        given: dict[str, Any] = dict(values)
        varied = {name: given.pop(name) for name in asdict(self.hyperparameters) if name in given}
        starts = self.starts
        if isinstance(starts, Draw) and "fan_in" in given:
            starts = replace(starts, initializer=replace(starts.initializer, fan_in=given.pop("fan_in")))
        kept = {name: given.get(name, getattr(self, name)) for name in ("epsilon", "max_iterations")}
        epsilon, tolerance, budget = checked_judging(**kept, tolerance=self.tolerance, method="fast")
        return Setting(
            replace(self.hyperparameters, **varied),
            starts,
            checks.finite("rho", given.get("rho", self.rho)),
            {"epsilon": epsilon, "tolerance": tolerance, "max_iterations": budget},
        )


class Setting(NamedTuple):
    """The settings of one cell; `judging` is what `outcomes` takes of this name."""

    hyperparameters: Hyperparameters
    starts: Grid | Draw
    rho: float
    judging: dict[str, Any]
