"""What a step of the lesson shows: its settings now and before, the way of A, maps, clouds, thresholds."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from cachetools import LRUCache, cached
from numpy.typing import NDArray

from dashboard.clouds import dead_after
from dashboard.comparison import CELLS
from dashboard.controls import CONTROLS
from dashboard.lesson_steps import Step
from dashboard.results import timed_map
from dashboard.runs import LETTERS, paths
from dashboard.settings import Settings
from dynamics import BasinMap, Cancellation, Outcome, is_dead, outcomes
from figures import StartPath

Start = tuple[float, float]

_WHOLE = 200_000  # updates of a path that are told one by one
_THRESHOLD = 2e-4  # of a momentum
_SCANNED = CONTROLS["beta"].track[::4]


@dataclass(frozen=True)
class Scene:
    """What a step shows. What takes time is kept per process, keyed by the frozen inputs it follows from.

    Attributes
    ----------
    step : Step
    now : Settings
        With plain numbers, without PyTorch's lr.
    cancel : Cancellation
        Called off, everything raises `Cancelled`.
    """

    step: Step
    now: Settings
    cancel: Cancellation

    @cached_property
    def before(self) -> Settings:
        """The settings with only what the viewer was asked to move where the step begins."""
        return self.step.before(self.now)

    @cached_property
    def path(self) -> StartPath | None:
        """The way of A, with all of its updates unless they are very many; None without A."""
        return way(self.now, self.cancel)

    @cached_property
    def path_before(self) -> StartPath | None:
        """The way that A had before."""
        return way(self.before, self.cancel)

    def map(self, settings: Settings) -> BasinMap:
        """Return the map of some settings, with as many starts as it has at rest."""
        cells = CELLS if settings.resolution == 0 else settings.resolution
        return timed_map(settings, cells, self.cancel).basin

    def drawn_dead(self, settings: Settings) -> float | None:
        """Return the share of drawn units dead after T updates; None where none are drawn."""
        return None if settings.initializer is None else dead_after(settings, self.cancel)

    @property
    def death_momentum(self) -> float | None:
        """The β from which A dies, see `death_momentum`; None where it does at none, or without A."""
        return death_momentum(self.now, self.now.starts[0], self.cancel) if self.now.starts else None


def enacted(step: Step, settings: Settings, cancel: Cancellation) -> Scene:
    """Return the scene of a step at some settings, in plain numbers and at their η.

    Momenta are compared at that η also where the page takes PyTorch's lr: the texts say η.
    """
    return Scene(step, replace(settings.scaled(False), pytorch=False), cancel)


def start(settings: Settings, letter: str) -> Start | None:
    """Return (w, b) of a start; None where there is no such start."""
    index = LETTERS.index(letter)
    return settings.starts[index] if index < len(settings.starts) else None


def way(settings: Settings, cancel: Cancellation) -> StartPath | None:
    """Return the way of A, with all of its updates unless they are very many; None without A."""
    alone = replace(settings, starts=settings.starts[:1], layers=())
    return next(iter(paths(alone, cancel, _WHOLE)), None)


def inside(path: StartPath, epsilon: float) -> int:
    """Return after how many of its updates a start is in the dead cone."""
    dead, updates = _dead(path, epsilon)
    return int(np.diff(updates)[dead[1:]].sum())


def first_inside(path: StartPath, epsilon: float) -> int | None:
    """Return the first update after which a start is in the dead cone; None where it never is."""
    dead, updates = _dead(path, epsilon)
    return int(updates[dead.argmax()]) if dead.any() else None


def inside_from(path: StartPath, epsilon: float) -> int | None:
    """Return the first update after which a start is in the dead cone for good, if it ends there."""
    dead, updates = _dead(path, epsilon)
    if not dead[-1]:
        return None
    alive = np.flatnonzero(~dead)
    return int(updates[alive[-1] + 1]) if len(alive) else 0


def _dead(path: StartPath, epsilon: float) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    way = path.trajectory
    return is_dead(way.w, way.b, way.rho, epsilon), way.iteration


def death_momentum(settings: Settings, start: Start, cancel: Cancellation) -> float | None:
    """Return the β from which a start dies, all else equal.

    Where it dies at the current β, that is the lower end of the momenta about it at which it dies; else it is
    the end of the lowest ones: it may live again beyond them. Ends are bisected to within 2·10⁻⁴, and
    gaps seen where one of fifty momenta falls into them.

    Returns
    -------
    float or None
        0 where that reaches down to no momentum at all; None where it dies at no β.
    """
    calm = settings.at_momentum(0.0)
    dead = {beta: _dies(calm, beta, start, cancel) for beta in (*_SCANNED, settings.beta)}
    betas = sorted(dead)
    if not any(dead.values()):
        return None
    here = settings.beta if dead[settings.beta] else min(beta for beta in betas if dead[beta])
    low = max((beta for beta in betas if beta < here and not dead[beta]), default=None)
    if low is None:
        return 0.0
    high = min(beta for beta in betas if beta > low)
    while high - low > _THRESHOLD:
        middle = (low + high) / 2
        low, high = (low, middle) if _dies(calm, middle, start, cancel) else (middle, high)
    return high


def _key(calm: Settings, beta: float, start: Start, cancel: Cancellation) -> tuple[Any, ...]:
    return calm.hyperparameters, calm.pytorch, *calm.judging.values(), beta, start


@cached(LRUCache(10_000), key=_key, lock=threading.Lock())
def _dies(calm: Settings, beta: float, start: Start, cancel: Cancellation) -> bool:
    hp = calm.at_momentum(beta).hyperparameters
    return int(outcomes(hp, *start, **calm.judging, cancel=cancel).outcome) == Outcome.DEAD
