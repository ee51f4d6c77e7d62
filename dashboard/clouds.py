"""Settings to clouds of real starts: how many units, for how long, and what is known already.

While a hand moves a few units of the current β are followed; at rest all of them, then those of the two β it
is compared with, at last the current ones for longer. What takes too long is left out.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter

from cachetools import LRUCache, cached

from dashboard.lesson_steps import foretold
from dashboard.results import momenta
from dashboard.settings import Settings
from dashboard.texts import LAST_ITERATION
from dynamics import Cancellation, Cancelled, Cloud, Initializer, cloud, outcomes, sample
from dynamics.initializers import Starts

CACHE_BYTES = 64 * 2**20
STATE_BYTES = 13  # of a unit in a row
MOVING_UNITS = 128, 32  # at most, at least
MOVING_WORK = 10_000_000  # updates of single units, some 70 ms
SOON, LATE = 100_000, LAST_ITERATION
REST_SECONDS, COMPLETE_SECONDS = 6.0, 12.0

_clouds: LRUCache[object, Cloud] = LRUCache(CACHE_BYTES, getsizeof=lambda run: STATE_BYTES * run.w.size)
_lock = threading.Lock()


@dataclass(frozen=True)
class Clouds:
    """What is known of the clouds and may be seen: only until T while a step of the lesson asks what comes.

    Attributes
    ----------
    current : Cloud
        At the current β.
    others : tuple of Cloud
        Of as many units at the other momenta, as far as they are known.
    whole : Cloud
        The current one as far as it is known, which the window of the plane has to hold: it stands still.
    complete : bool
        Whether all of them are known for as long as the page shows.
    milliseconds : float
        What it took now.
    """

    current: Cloud
    others: tuple[Cloud, ...]
    whole: Cloud
    complete: bool
    milliseconds: float

    @property
    def baseline(self) -> Cloud | None:
        """The cloud without momentum, if it is known and not the current one."""
        return next((run for run in self.others if run.hyperparameters.beta == 0), None)


def updates(settings: Settings) -> int:
    """Return the T after which units are counted: the playhead, from 1 on."""
    return max(settings.time, 1)


def clouds(settings: Settings, still: bool, complete: bool, cancel: Cancellation) -> Clouds:
    """Follow the units of `settings.initializer`.

    Parameters
    ----------
    settings : Settings
    still : bool
        Whether the hand rests.
    complete : bool
        Whether to follow the current ones to the end, and the others as long as they are compared at T.
    cancel : Cancellation

    Raises
    ------
    Cancelled
        When `cancel` is set before a first cloud is there.
    """
    begin = perf_counter()
    *others, beta = momenta(settings)
    needed = SOON if updates(settings) <= SOON else LATE
    current = _known(settings, beta, needed) or _moving(settings, cancel)
    if still:
        plan = [(beta, needed), *((other, SOON) for other in others)]
        if complete:  # a million updates of 600 units take some four seconds of both cores
            plan += [(beta, LATE), *((other, needed) for other in others)]
        with _limited(cancel, COMPLETE_SECONDS if complete else REST_SECONDS):
            for each, iterations in plan:
                _follow(settings, each, settings.units, iterations, cancel)
        current = _known(settings, beta, needed) or current
    found = (_known(settings, other, 1) for other in others)
    return Clouds(
        _seen(settings, current),
        tuple(_seen(settings, run) for run in found if run is not None),
        current,
        _known(settings, beta, LATE) is not None
        and all(_known(settings, other, needed) is not None for other in others),
        1000 * (perf_counter() - begin),
    )


def _seen(settings: Settings, run: Cloud) -> Cloud:
    return run.until(int(run.iteration[run.row(updates(settings))])) if foretold(settings) else run


def _dead_key(settings: Settings, cancel: Cancellation) -> tuple[object, ...]:
    return _key(settings, settings.beta, settings.units, updates(settings))


@cached(LRUCache(1000), key=_dead_key, lock=threading.Lock())
def dead_after(settings: Settings, cancel: Cancellation) -> float:
    """Return the share of all units that are dead after exactly T updates.

    They are judged, not followed: that takes milliseconds where following them takes seconds.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    initializer = settings.initializer
    if initializer is None:
        raise ValueError("init must be a scheme, got none")
    starts = _drawn(initializer, settings.units, settings.seed)
    judged = outcomes(
        settings.hyperparameters,
        starts.w,
        starts.b,
        starts.rho,
        epsilon=settings.epsilon,
        tolerance=0,
        max_iterations=updates(settings),
        cancel=cancel,
    )
    return judged.dead_fraction


@contextmanager
def _limited(cancel: Cancellation, seconds: float) -> Iterator[None]:
    """Give up what is inside after so many seconds."""
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        cancel.cancel()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        yield
    except Cancelled:
        if not expired.is_set():
            raise
    finally:
        timer.cancel()


def _known(settings: Settings, beta: float, least: int) -> Cloud | None:
    """Return the longest cloud of all units that is known to at least so many updates."""
    with _lock:
        found = (_clouds.get(_key(settings, beta, settings.units, last)) for last in (LATE, SOON))
        return next((run for run in found if run is not None and run.iteration[-1] >= least), None)


def _moving(settings: Settings, cancel: Cancellation) -> Cloud:
    """Follow as many of the units as can be followed at once."""
    last = next(last for last in (SOON // 10, SOON, LATE) if updates(settings) <= last)
    most, least = MOVING_UNITS
    count = min(settings.units, max(least, min(most, MOVING_WORK // last)))
    return _follow(settings, settings.beta, count, last, cancel)


def _key(settings: Settings, beta: float, count: int, iterations: int) -> tuple[object, ...]:
    drawn = settings.initializer, settings.seed, settings.units
    return settings.at_momentum(beta).hyperparameters, *drawn, settings.epsilon, count, iterations


def _follow(settings: Settings, beta: float, count: int, iterations: int, cancel: Cancellation) -> Cloud:
    """Return the cloud of the first `count` units, from the cache when it is there."""
    key = _key(settings, beta, count, iterations)
    with _lock:
        found = _clouds.get(key)
    if found is not None:
        return found
    initializer = settings.initializer
    if initializer is None:
        raise ValueError("init must be a scheme, got none")
    run = cloud(
        settings.at_momentum(beta).hyperparameters,
        initializer,
        count,
        iterations=iterations,
        seed=settings.seed,
        epsilon=settings.epsilon,
        starts=_first(_drawn(initializer, settings.units, settings.seed), count),
        cancel=cancel,
    )
    with _lock:
        _clouds[key] = run
    return run


def _first(starts: Starts, count: int) -> Starts:
    return Starts(starts.w[:count], starts.b[:count], starts.rho[:count])


@lru_cache(16)
def _drawn(initializer: Initializer, units: int, seed: int) -> Starts:
    return sample(initializer, units, seed)
