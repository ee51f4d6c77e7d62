"""The sentences above the map, built only from the result that is drawn (LOOK, Caption)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.controls import CONTROLS
from dashboard.numbers import grouped, in_updates, percent, readable, small
from dashboard.settings import Settings
from dynamics import (
    BasinMap,
    Grid,
    Outcome,
    Regime,
    critical_momentum,
    dead_cone_slope,
    log_activation_probability,
    max_stable_learning_rate,
    regime,
)
from figures import StartPath
from figures.chart import momentum
from figures.revival_ground import count

FATES = {
    Outcome.DEAD: "dies",
    Outcome.CONVERGED: "reaches the ground truth",
    Outcome.STALLED: "stops elsewhere",
    Outcome.UNDECIDED: "is still on its way",
    Outcome.DIVERGED: "diverges",
}
POINT = 0.01  # shares that differ by no more are about the same


@dataclass(frozen=True)
class Caption:
    """Three lines: the verdict, why, and what was counted."""

    verdict: str
    context: str
    counting: str


def caption(settings: Settings, basin: BasinMap, baseline: float | None = None) -> Caption:
    """Describe `basin` in the words of LOOK's templates; the first that matches is taken.

    The share of dead starts is written as a whole percentage that is 0 or 100 only when it is
    exact. Judged after T updates (`tolerance` 0), "die" becomes "are dead after T updates".

    Parameters
    ----------
    settings : Settings
    basin : BasinMap
        The map that is drawn.
    baseline : float, optional
        The dead share without momentum, all else equal, when it is known.
    """
    verdict = _exception(settings, basin)
    finding = ""
    if settings.guess is not None:
        first = verdict or _starts(settings, basin.fraction(Outcome.DEAD))
        verdict = f"{first.removesuffix('.')}; you guessed {readable(settings.guess)} %."
    elif verdict is None:
        dead = basin.fraction(Outcome.DEAD)
        verdict = _comparison(settings, dead, baseline)
        if settings.beta != 0 and baseline is not None and dead < baseline - POINT:
            finding = "; that momentum saves units is not in the paper"
    return Caption(verdict, f"{_context(settings)}{finding}.", counting(settings, basin.grid))


def unit_caption(settings: Settings, grid: Grid, runs: Sequence[StartPath], told: bool) -> Caption:
    """Describe the first start, or the affine model where there is none, and no other start's outcome.

    Parameters
    ----------
    settings : Settings
    grid : Grid
        What is seen of the plane.
    runs : sequence of StartPath
        The starts; the first one counts.
    told : bool
        Whether its way is seen, and so may be told.
    """
    if not runs:
        verdict = _regime_sentence(settings)
    elif told:
        verdict = f"{runs[0].letter} {FATES[runs[0].outcome]}"
    else:
        way = runs[0].trajectory
        log_active = float(log_activation_probability(way.w[0], way.b[0], way.rho[0])) / math.log(10)
        state = "dead" if log_active < math.log10(settings.epsilon) else "alive"
        verdict = f"{runs[0].letter} is {state}: P(z > 0) = {small(log_active)}"
    return Caption(f"{verdict}.", f"{_context(settings)}.", counting(settings, grid))


def revival_caption(settings: Settings, grid: Grid, back: Sequence[tuple[str, float | None]]) -> Caption:
    """Say of each start when it is back, in the words of the lesson.

    Parameters
    ----------
    settings : Settings
    grid : Grid
        What is seen of the plane.
    back : sequence of (str, float or None)
        Each start's letter and log₁₀ of the updates until it is back: infinite for never, nan where that
        could not be told, None for a start outside the dead cone.
    """
    told, returns = [], False
    for letter, log10 in back:
        if log10 is None or math.isnan(log10):
            told.append(f"{letter} {'is alive' if log10 is None else 'keeps moving'}")
            returns = False
            continue
        when = "never" if math.isinf(log10) else f"after {count(log10)} updates"
        whole = "never returns" if when == "never" else f"returns {when}"
        told.append(f"{letter} {when if returns else whole}")
        returns = True
    verdict = "; ".join(told) or _regime_sentence(settings)
    return Caption(f"{verdict}.", f"{_context(settings)}.", counting(settings, grid))


def die(settings: Settings, plural: bool = True) -> str:
    """Return how a sentence says that starts die, or that they are dead after T updates."""
    if settings.tolerance == 0:
        return f"{'are' if plural else 'is'} dead after {in_updates(settings.max_iterations)}"
    return "die" if plural else "dies"


def _starts(settings: Settings, dead: float) -> str:
    if dead in (0, 1):
        return f"{'No' if dead == 0 else 'Every'} start {die(settings, plural=False)}"
    return f"{percent(dead)} of starts {die(settings)}"


def _exception(settings: Settings, basin: BasinMap) -> str | None:
    """The verdict where something else than the share without momentum is to be said first."""
    dead = basin.fraction(Outcome.DEAD)
    diverged = basin.fraction(Outcome.DIVERGED)
    undecided = basin.fraction(Outcome.UNDECIDED)
    if settings.delta < dead_cone_slope(settings.epsilon) * settings.gamma:
        return f"The ground truth itself lies in the dead cone; {_starts(settings, dead).lower()}."
    if diverged > 0:
        return f"{percent(diverged)} of starts diverge and {percent(dead)} {die(settings)}."
    if undecided >= 0.01:
        rest = "all" if undecided == 1 else percent(undecided)
        return f"{_starts(settings, dead)}; {rest} are undecided."
    if dead in (0, 1):
        return f"{_starts(settings, dead)}."
    return None


def _comparison(settings: Settings, dead: float, baseline: float | None) -> str:
    """The verdict beside the share without momentum, as far as that is known."""
    first = _starts(settings, dead)
    if settings.beta == 0:
        return f"{first} without momentum."
    if baseline is None:
        return f"{first}."
    if abs(dead - baseline) <= POINT:
        return f"{first}, about as many as without momentum."
    others = "none" if baseline == 0 else "all" if baseline == 1 else percent(baseline)
    return f"{first}; without momentum {others} would{' be' if settings.tolerance == 0 else ''}."


def _context(settings: Settings) -> str:
    if settings.before:
        iteration, beta, eta = settings.before
        led = f"β = {readable(beta, 4)}, η = {readable(eta)}"
        place = f"until iteration {readable(iteration, 7)} the paths had {led}; the map is of fresh starts"
    elif settings.rho == 0:
        distance = readable(math.hypot(settings.gamma, settings.delta), 2)
        place = f"the ground truth lies {distance} from the tip of the dead cone"
    else:
        # The cone's section at this ρ is a hyperbola.
        edge = readable(float(dead_cone_slope(settings.epsilon)) * settings.rho, 2)
        place = f"at ρ = {readable(settings.rho)} the dead cone begins at b = {edge}"
    return f"{_regime_sentence(settings)}; {place}"


def _regime_sentence(settings: Settings) -> str:
    kind = regime(settings.beta, settings.eta)
    if kind == Regime.UNSTABLE:
        limit = readable(float(max_stable_learning_rate(settings.beta)), 2)
        return f"η is not below {limit}, so the affine model is unstable"
    critical = momentum(float(critical_momentum(settings.eta)))
    side = "above" if settings.beta > critical_momentum(settings.eta) else "not above"
    behaviour = {
        Regime.MONOTONE: "decays smoothly",
        Regime.OSCILLATING: "oscillates",
        Regime.ALTERNATING: "flips sign at each step",
    }[kind]
    return f"β is {side} {critical}, so the affine model {behaviour}"


def counting(settings: Settings, grid: Grid) -> str:
    """Say which starts are counted, and how they are judged."""
    rho = "" if settings.rho == 0 else f" at ρ = {readable(settings.rho)}"
    return (
        f"of a {grid.n_w} × {grid.n_b} grid of starts in {window_text(settings)}{rho}, "
        f"no momentum at the start; {rule(settings)}."
    )


def rule(settings: Settings) -> str:
    """Say how starts are judged."""
    if settings.tolerance == 0:
        return f"judged after exactly {in_updates(settings.max_iterations)}"
    return (
        f"stopped at updates below {readable(settings.tolerance)}, "
        f"at most {readable(settings.max_iterations)} iteration{'' if settings.max_iterations == 1 else 's'}"
    )


def sensitivity(tighter: Settings, before: float, after: float) -> str | None:
    """Offer a tighter stop rule when it would change the dead share by more than a point."""
    if abs(after - before) <= POINT:
        return None
    return f"Stopped below {readable(tighter.tolerance)} it would be {percent(after)}"


def window_text(settings: Settings) -> str:
    """The window as an interval squared or as a product: ``[−3, 3]²``."""
    w_min, w_max, b_min, b_max = (readable(v) for v in settings.window)
    weights, biases = f"[{w_min}, {w_max}]", f"[{b_min}, {b_max}]"
    return f"{weights}²" if weights == biases else f"{weights} × {biases}"


# ------------------------------------------------------------------ beside a pinned setting


def compared_caption(
    settings: Settings, basin: BasinMap, pinned: Settings, other: BasinMap, keys: Sequence[str]
) -> Caption:
    """Describe two maps of the same starts: how many die in each, and how many end differently.

    Parameters
    ----------
    settings, basin
        The current settings and their map.
    pinned, other
        The pinned settings and theirs, on the same grid.
    keys : sequence of str
        The settings that differ.
    """
    first = (_exception(settings, basin) or f"{_starts(settings, basin.dead_fraction)}.").removesuffix(".")
    counted = counting(settings, basin.grid)
    if not keys:
        return Caption(f"{first}.", "Nothing differs yet: move a slider.", counted)
    values = _joined([f"{_label(key)} = {readable(getattr(pinned, key), 6)}" for key in keys])
    stop = ". With" if ";" in first else "; with"
    verdict = f"{first}{stop} the pinned {values}, {_ending(other, _judged(settings, pinned))}."
    differ = f"Only {_label(keys[0])} differs" if len(keys) == 1 else f"{_joined(map(_label, keys))} differ"
    if not CONTROLS[keys[0]].symbol:  # a letter of the paper's stays as it is
        differ = f"{differ[0].upper()}{differ[1:]}"
    context = f"{differ}. {_moved(settings, basin, other)}."
    return Caption(verdict, context, counted)


def _label(key: str) -> str:
    """Return a setting's symbol, or its name within a sentence."""
    return CONTROLS[key].symbol or CONTROLS[key].name.lower()


def _joined(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def _ending(basin: BasinMap, judged: str) -> str:
    """The dead share, how it was judged, and what else it hides."""
    dead, diverged = basin.dead_fraction, basin.fraction(Outcome.DIVERGED)
    undecided = basin.fraction(Outcome.UNDECIDED)
    share = ("none" if dead == 0 else "all" if dead == 1 else percent(dead)) + judged
    if diverged > 0:
        return f"{share}, and {percent(diverged)} diverge"
    return f"{share}, and {percent(undecided)} are undecided" if undecided >= 0.01 else share


def _judged(settings: Settings, pinned: Settings) -> str:
    """Say how the pinned starts are judged where that is not how the current ones are."""
    if (settings.tolerance == 0) == (pinned.tolerance == 0):
        return ""
    if pinned.tolerance == 0:
        return f" are dead after {in_updates(pinned.max_iterations)}"
    return " die by the stop rule"


def _moved(settings: Settings, now: BasinMap, pinned: BasinMap) -> str:
    """Say how many starts end differently, and how many of them die in only one of the two maps."""
    differ = int(np.count_nonzero(now.outcome != pinned.outcome))
    dead, before = now.outcome == Outcome.DEAD, pinned.outcome == Outcome.DEAD
    only_now, only_pinned = int(np.count_nonzero(dead & ~before)), int(np.count_nonzero(before & ~dead))
    if differ == 0:
        return f"All {grouped(now.outcome.size)} starts end alike"
    verb = "ends" if differ == 1 else "end"
    ends = f"{grouped(differ)} of {grouped(now.outcome.size)} starts {verb} differently"
    after = settings.tolerance == 0
    parts = []
    if only_now:
        verb = ("is dead" if only_now == 1 else "are dead") if after else ("dies" if only_now == 1 else "die")
        parts.append(f"{grouped(only_now)} {verb} only now")
    if only_pinned:
        verb = ("was dead" if only_pinned == 1 else "were dead") if after else "died"
        parts.append(f"{grouped(only_pinned)} {verb} only when pinned")
    return f"{ends}: {', '.join(parts) or 'none of them by death'}"
