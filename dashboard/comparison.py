"""What the current settings are compared with: no momentum, small changes, a tighter rule, other β and γ.

All of it follows from dead shares of maps. They are kept per process, keyed by every input they follow
from, so that nothing here belongs to one viewer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from dashboard import results
from dashboard.caption import POINT, sensitivity
from dashboard.controls import CONTROLS
from dashboard.lesson_steps import foretold
from dashboard.measures import ENGINE
from dashboard.numbers import exact, percent, readable
from dashboard.settings import Settings
from dashboard.work import give_way, waited
from dynamics import BasinMap, Cancellation, Outcome, basin_map
from figures import ShareCurve
from figures.momenta import depth_of, reach

GAMMAS = (1.0, 0.1, 0.01, 0.001)
CELLS = 256
CURVE_CELLS = 128  # as fast as 64 and within 0.25 points of 256; below 128 the engine computes every cell
CURVES_SECONDS = 2.5
TIGHTER = 100.0
TIGHTER_CELLS = 128
MOST_TIPS = 3
# A curve starts with momenta this many decades of 1 − β apart. An interval is halved while a straight line
# may be this far off, down to the smallest width.
_STEP, _OFF, _SMALLEST = 0.25, 0.01, 1 / 64


@dataclass(frozen=True)
class Tip:
    """A change on offer, as URL texts of the settings it replaces, and the dead share it would give."""

    text: str
    changes: dict[str, str]
    share: float


@dataclass(frozen=True)
class Comparison:
    """What is known to compare the current settings with; each part is None while it is not.

    Attributes
    ----------
    baseline : float
        The dead share without momentum, all else equal.
    tips : tuple of Tip
        Changes that lower the dead share by more than a point, the best first; may be none.
    tighter : tuple of Tip
        A tighter stop rule, when it would change the dead share by more than a point; else none.
    curves : tuple of ShareCurve
        At the current γ and three others, those that are known; an empty one took too long. None of them
        may be seen while a step of the lesson asks what comes.
    gammas : int
        How many curves are wanted here.
    """

    baseline: float | None = None
    tips: tuple[Tip, ...] | None = None
    tighter: tuple[Tip, ...] | None = None
    curves: tuple[ShareCurve, ...] | None = None
    gammas: int = len(GAMMAS)

    @property
    def complete(self) -> bool:
        """Whether `compare` would find nothing more to do, except curves that took too long."""
        parts = (self.baseline, self.tips, self.tighter, self.curves)
        return None not in parts and len(self.curves or ()) == self.gammas


class _Counted(NamedTuple):
    """Shares of a map: dead, and neither dead nor on a way that ends at the ground truth."""

    dead: float
    astray: float


_counted: LRUCache[object, _Counted] = LRUCache(50_000)
_curves: LRUCache[object, ShareCurve] = LRUCache(1000)
_lock = threading.Lock()


def compare(settings: Settings, cancel: Cancellation) -> Comparison:
    """Compute the whole comparison, the most useful first, as far as it is not known already.

    The curves are given up after `CURVES_SECONDS` of computing; those that are missing then are empty.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end; what was finished is kept.
    """

    def curves() -> tuple[ShareCurve, ...]:
        deadline = perf_counter() - waited(cancel) + CURVES_SECONDS
        return tuple(_compute_curve(at, cancel, deadline) for at in _at_each_gamma(settings))

    return _comparison(settings, lambda at, cells: _count(at, cells, cancel), curves)


def known(settings: Settings) -> Comparison:
    """Return what is known of the comparison without computing anything."""

    def curves() -> tuple[ShareCurve, ...] | None:
        with _lock:
            found = (_curves.get(_curve_key(at)) for at in _at_each_gamma(settings))
            return tuple(curve for curve in found if curve is not None) or None

    return _comparison(settings, _known_count, curves)


def baseline(settings: Settings, cancel: Cancellation | None) -> Comparison:
    """Return what a picture alone is compared with, no momentum; computed only if it can be called off.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    at = settings.at_momentum(0.0)
    counted = _known_count(at, CELLS) if cancel is None else _count(at, CELLS, cancel)
    return Comparison(None if counted is None else counted.dead, tips=(), tighter=(), curves=(), gammas=0)


def points(settings: Settings, cancel: Cancellation) -> list[ShareCurve]:
    """Return the dead shares that the chart shows, without curves that took too long.

    Where no curve may be seen that is the current point, counted as curves are.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    curves = compare(settings, cancel).curves
    if not curves:
        share = _count(settings, CURVE_CELLS, cancel).dead
        return [ShareCurve(settings.gamma, np.array([settings.beta]), np.array([share]))]
    return [curve for curve in curves if len(curve.beta)]


def without_momentum(settings: Settings, cancel: Cancellation | None = None) -> float | None:
    """Return the dead share at β = 0, computed if it can be called off, else only if it is known.

    None also where β = 0 is what is set.
    """
    if settings.beta == 0:
        return None
    at = settings.at_momentum(0.0)
    found = _known_count(at, CELLS) if cancel is None else _count(at, CELLS, cancel)
    return None if found is None else found.dead


def conditions(settings: Settings) -> str:
    """What is the same for all curves of the chart: ``η = 0.1, δ = 0``, or ``lr = 0.01, δ = 0``."""
    rho = f", ρ = {readable(settings.rho)}" if settings.rho != 0 else ""
    rate = f"lr = {readable(settings.lr)}" if settings.pytorch else f"η = {readable(settings.eta)}"
    return f"{rate}, δ = {readable(settings.delta)}{rho}"


def tips_heading(dead: float) -> str | None:
    """The heading over the tips, with the caption's own dead share; None when no start dies."""
    return f"What would lower {percent(dead)}?" if dead > 0 else None


Counter = Callable[[Settings, int], _Counted | None]


def _comparison(
    settings: Settings, count: Counter, curves: Callable[[], tuple[ShareCurve, ...] | None]
) -> Comparison:
    """Put the comparison together from a way to count maps and a way to get the curves."""
    baseline = count(settings.at_momentum(0.0), CELLS)
    found = Comparison(
        baseline=None if baseline is None else baseline.dead,
        tips=_tips(settings, count),
        tighter=_tighter(settings, count),
        curves=curves(),
    )
    if found.curves is None or settings.step == 0:
        return found
    # A step of the lesson is about its γ, and shows nothing of what it asks.
    seen = () if foretold(settings) else tuple(c for c in found.curves if c.gamma == settings.gamma)
    return replace(found, curves=seen, gammas=found.gammas - len(found.curves) + len(seen))


# ------------------------------------------------------------------ shares of maps


def _known_count(settings: Settings, cells: int) -> _Counted | None:
    with _lock:
        return _counted.get(results.map_key(settings, cells))


def _count(settings: Settings, cells: int, cancel: Cancellation) -> _Counted:
    found = _known_count(settings, cells)
    if found is not None:
        return found
    give_way(cancel)
    if cells == CELLS:  # what a click may show next: its map is kept
        basin = results.timed_map(settings, cells, cancel).basin
    else:
        with ENGINE.labels("fast").time():
            basin = basin_map(
                settings.hyperparameters, settings.grid(cells), **settings.judging, cancel=cancel
            )
    counted = _Counted(basin.dead_fraction, _astray(settings, basin))
    with _lock:
        _counted[results.map_key(settings, cells)] = counted
    return counted


def _astray(settings: Settings, basin: BasinMap) -> float:
    """Share of starts that diverge or stop elsewhere, or whose budget ran out, unless all are judged then."""
    undecided = basin.fraction(Outcome.UNDECIDED) if settings.tolerance > 0 else 0.0
    return basin.fraction(Outcome.DIVERGED) + basin.fraction(Outcome.STALLED) + undecided


# ------------------------------------------------------------------ changes on offer


def _tips(settings: Settings, count: Counter) -> tuple[Tip, ...] | None:
    """The changes that lower the dead share; None while one of them is not counted.

    A change that only turns death into divergence, stalling or endless wandering is no help.
    """
    now = count(settings, CELLS)
    if now is None:
        return None
    if now.dead <= POINT:
        return ()
    tips = []
    for words, changes in _candidates(settings):
        then = count(replace(settings, **changes), CELLS)
        if then is None:
            return None
        if then.dead < now.dead - POINT and then.astray <= now.astray + POINT:
            tips.append(Tip(words, {key: exact(value) for key, value in changes.items()}, then.dead))
    return tuple(sorted(tips, key=lambda tip: tip.share)[:MOST_TIPS])


def _candidates(settings: Settings) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield changes as words and as values of settings."""
    centred = settings.delta == 0
    if settings.gamma != 1 and centred:
        yield "Normalise the target, γ = 1", {"gamma": 1.0}
    elif settings.gamma != 1:
        yield "Standardise the target, γ = 1, δ = 0", {"gamma": 1.0, "delta": 0.0}
    if not centred:
        yield "Centre the target, δ = 0", {"delta": 0.0}
    if settings.beta != 0:
        yield "Switch momentum off, β = 0", _at(settings, 0.0)
    more = next((beta for beta in (0.9, 0.95, 0.99) if beta > settings.beta), None)
    if more is not None:
        # That momentum can save units is not the paper's claim.
        yield f"More momentum, β = {exact(more)} (not in the paper)", _at(settings, more)
    lower = float(f"{settings.eta / 10:.3g}")
    if lower >= CONTROLS["eta"].low:
        rate = f"lr = {readable(settings.lr / 10)}" if settings.pytorch else f"η = {readable(lower)}"
        yield f"Lower the rate, {rate}", {"eta": lower}


def _at(settings: Settings, beta: float) -> dict[str, Any]:
    """Return the change to another β, with the η that keeps lr where that is entered."""
    then = settings.at_momentum(beta)
    return {"beta": beta} | ({} if then.eta == settings.eta else {"eta": then.eta})


def _tighter(settings: Settings, count: Counter) -> tuple[Tip, ...] | None:
    """What a hundred times smaller tolerance would change, counted on a coarser grid."""
    stricter = replace(settings, tolerance=settings.tolerance / TIGHTER)
    if stricter.tolerance < CONTROLS["tolerance"].low:  # also when starts are judged after T updates
        return ()
    before, after = count(settings, TIGHTER_CELLS), count(stricter, TIGHTER_CELLS)
    if before is None or after is None:
        return None
    words = sensitivity(stricter, before.dead, after.dead)
    return (Tip(words, {"tolerance": exact(stricter.tolerance)}, after.dead),) if words else ()


# ------------------------------------------------------------------ curves


def _at_each_gamma(settings: Settings) -> list[Settings]:
    """The settings at the four γ of the chart, the current one first.

    The current γ takes the place of the nearest other.
    """
    nearest = min(GAMMAS, key=lambda gamma: abs(np.log(gamma / settings.gamma)))
    others = [gamma for gamma in GAMMAS if gamma != nearest]
    return [replace(settings, gamma=gamma) for gamma in (settings.gamma, *others)]


def _curve_key(settings: Settings) -> object:
    return results.map_key(settings.at_momentum(0.0), CURVE_CELLS), settings.pytorch, reach(settings.beta)


def _compute_curve(settings: Settings, cancel: Cancellation, deadline: float) -> ShareCurve:
    """Sample the dead share over β, densest where it bends; empty if `deadline` cuts the first pass short."""
    key = _curve_key(settings)
    with _lock:
        found = _curves.get(key)
    if found is not None:
        return found
    edge = round(depth_of(reach(settings.beta)))
    depth, share = np.empty(0), np.empty(0)
    wanted = np.arange(0, edge + _STEP / 2, _STEP)
    while len(wanted) and perf_counter() - waited(cancel) < deadline:
        counted = []
        for beta in _momenta(wanted):
            if perf_counter() - waited(cancel) >= deadline:
                break
            counted.append(_count(settings.at_momentum(float(beta)), CURVE_CELLS, cancel).dead)
        if len(counted) < len(wanted):
            break
        depth, share = np.append(depth, wanted), np.append(share, counted)
        order = np.argsort(depth)
        depth, share = depth[order], share[order]
        wanted = _uncertain(depth, share)
    curve = ShareCurve(settings.gamma, _momenta(depth), share)
    if len(depth):  # that time ran out is no result
        with _lock:
            _curves[key] = curve
    return curve


def _momenta(depth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return β = 1 − 10^(−depth)."""
    return np.round(1 - 10.0**-depth, 12)


def _uncertain(depth: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Middles of the intervals in which a neighbour's slope would lead elsewhere by more than `_OFF`."""
    width = np.diff(depth)
    bend = np.abs(np.diff(np.diff(share) / width))
    off = np.maximum(np.append(0, bend), np.append(bend, 0)) * width / 4
    middles: NDArray[np.float64] = ((depth[:-1] + depth[1:]) / 2)[(off > _OFF) & (width > _SMALLEST)]
    return middles
