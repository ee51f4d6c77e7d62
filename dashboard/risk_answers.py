"""What the page Risk asks the dynamics: settings to a training, its risk, and that of each change."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from time import perf_counter

from cachetools import LRUCache

from dashboard.controls import CONTROLS
from dashboard.numbers import exact
from dashboard.settings import Settings
from dynamics import (
    SGD,
    Adam,
    AdamW,
    Advice,
    Box,
    Cancellation,
    Change,
    Initializer,
    Momentum,
    Optimizer,
    Risk,
    RMSprop,
    Scheme,
    Training,
    risk,
)
from dynamics.advice import changes, compared, ranked

FIRST_SECONDS = 0.12  # of one answer while a hand moves, and of all changes together after it
REST_SECONDS = 2.5  # of everything at rest, on two cores that are not busy
REFINED_SECONDS = 4.0  # up to which everything is refined where that turned out faster
LONGEST_SECONDS = 10.0  # after which a change is given up; the browser waits 18
# Points of each of the 8 replicates: at first, at rest; a slow optimiser has as many as time allows.
FIRST, REST, FEWEST = 32, 2048, 8
FEWEST_FIRST = 2  # where even so few of a slow optimiser take a tenth of a second
# Seconds of two busy cores for a unit: by supersteps, or for each update, by (w, b, ρ) or by all weights.
_SOLVED, _UPDATE, _UPDATES = 5e-6, 3e-8, 1.3e-7

_risks: LRUCache[object, Risk] = LRUCache(4000)
_lock = threading.Lock()


@dataclass(frozen=True)
class Asked:
    """A question of the page: how units are trained, and what they start from."""

    training: Training
    origin: Initializer | Box
    seed: int

    @property
    def seconds(self) -> float:
        """About how long one point of each replicate takes."""
        return 8 * seconds_of(self.training)


def asked(settings: Settings) -> Asked:
    """Return what the page asks for at these settings, which must not be in units of γ."""
    training = Training(
        optimizer=optimizer(settings),
        gamma=settings.gamma,
        delta=settings.delta,
        steps=settings.updates,
        epsilon=settings.epsilon,
        slope=settings.slope,
        clip=settings.clip if settings.clip > 0 else None,
        warmup=settings.warmup if settings.optimizer in ("momentum", "sgd", "nesterov") else 0,
    )
    return Asked(training, origin(settings), settings.seed)


def optimizer(settings: Settings) -> Optimizer:
    """Return the optimiser; without momentum Nesterov's is plain SGD."""
    beta, eta = settings.beta, settings.eta
    if settings.optimizer == "momentum":
        return Momentum(beta, eta)
    if settings.optimizer in ("sgd", "nesterov"):
        return SGD(settings.lr, beta, nesterov=settings.optimizer == "nesterov" and beta > 0)
    if settings.optimizer == "rmsprop":
        return RMSprop(eta, alpha=settings.alpha)
    betas = (beta, settings.beta2)
    return (
        Adam(eta, betas) if settings.optimizer == "adam" else AdamW(eta, betas, weight_decay=settings.decay)
    )


def origin(settings: Settings) -> Initializer | Box:
    """Return what units start from: the window, or the initialisation, He's unless another is chosen."""
    if settings.origin == "window":
        return Box(*settings.window, rho=settings.rho)
    usual = Initializer(Scheme.HE_NORMAL, settings.fan_in, bias=settings.bias)
    return settings.initializer or usual


def applied(settings: Settings, change: Change) -> dict[str, str] | None:
    """Return the texts of the settings that a change replaces; None where the page has none for it."""
    new: dict[str, str] = {}
    for name, value in change.fields:
        if name == "scheme":
            new |= {"init": str(value), "origin": "draw"}
        elif name == "lr" and settings.optimizer in ("sgd", "nesterov"):
            new["eta"] = exact(settings.keeping_lr(float(value)).eta)
        elif name == "lr":
            new["eta"] = exact(float(value))
        elif name == "beta1":
            new["beta"] = exact(float(value))
        elif name == "momentum" and settings.optimizer in ("sgd", "nesterov"):
            then = Settings(beta=float(value)).keeping_lr(settings.lr)
            new |= {"beta": exact(float(value)), "eta": exact(then.eta)}
        elif name in CONTROLS:
            new[name] = exact(float(value))
        else:
            return None
    return new if _legal(new) else None


def _legal(new: Mapping[str, str]) -> bool:
    """Tell whether all numbers lie within their limits."""
    return all(
        CONTROLS[key].low <= float(text) <= CONTROLS[key].high for key, text in new.items() if key in CONTROLS
    )


def on_offer(settings: Settings, question: Asked) -> list[Change]:
    """Return the changes that the page has settings for, each exactly as these settings then ask for it."""
    offered = []
    for change in changes(question.training, question.origin):
        new = applied(settings, change)
        if new is not None:
            then = asked(settings.edit(new))
            offered.append(replace(change, training=then.training, origin=then.origin))
    return offered


def answer(question: Asked, points: int, cancel: Cancellation | None = None) -> Risk:
    """Return the risk with so many points of each replicate; from the cache as far as it is known.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    key = (question, points)
    with _lock:
        found = _risks.get(key)
        known = next((k for k in (_risks.get((question, p)) for p in _below(points)) if k), None)
    if found is not None:
        return found
    found = risk(question.training, question.origin, points, seed=question.seed, known=known, cancel=cancel)
    with _lock:
        _risks[key] = found
    return found


def _below(points: int) -> Iterator[int]:
    """Yield the smaller numbers of points that may have been asked for, the largest first."""
    while points > FEWEST:
        points //= 2
        yield points


def seconds_of(training: Training) -> float:
    """Return about how long one unit takes."""
    if training.hyperparameters is not None:
        return _SOLVED
    return training.steps * (_UPDATES if training.needs_coordinates else _UPDATE)


def affordable(question: Asked, most: int, seconds: float, fewest: int = FEWEST) -> int:
    """Return how many points of each replicate fit into so many seconds: a power of two up to `most`."""
    points = most
    while points > fewest and points * question.seconds > seconds:
        points //= 2
    return points


@dataclass(frozen=True, eq=False)
class Found:
    """The risk as it is, what is known of the changes, and whether more of them are to come."""

    now: Risk
    advice: Advice
    missing: int


def first(settings: Settings, cancel: Cancellation) -> Found:
    """Return a first answer, and the effects of those changes that are computed as fast."""
    return _found(settings, cancel, FIRST, FIRST_SECONDS)


def whole(settings: Settings, cancel: Cancellation) -> Found:
    """Return the answer at rest, with the effect of every change that time allows.

    As many units as a busy server trains at first; then twice as many while there is time for it.
    """
    begin, seconds = perf_counter(), REST_SECONDS
    found = _found(settings, cancel, REST, seconds)
    # A doubling takes as long as all before it.
    while not found.missing and _fewest(found) < REST and 2 * (perf_counter() - begin) < REFINED_SECONDS:
        seconds *= 2
        found = _found(settings, cancel, REST, seconds)
    return found


def _fewest(found: Found) -> int:
    """Return the smallest number of points of a replicate."""
    return min([found.now.points, *(option.risk.points for option in found.advice.options)])


def _found(settings: Settings, cancel: Cancellation, most: int, seconds: float) -> Found:
    """Compute the risk and its changes, the fast ones first, until the time is over."""
    begin, question = perf_counter(), asked(settings)
    offered = sorted(
        (Asked(change.training, change.origin, question.seed).seconds, i, change)
        for i, change in enumerate(on_offer(settings, question))
    )
    share = seconds / 2 / (len(offered) + 1) if most == REST else seconds
    fewest = FEWEST if most == REST else FEWEST_FIRST
    now = answer(question, affordable(question, most, max(share, seconds / 4), fewest), cancel)
    options = []
    for _, _, change in offered:
        left = seconds - (perf_counter() - begin)
        then = Asked(change.training, change.origin, question.seed)
        points = min(affordable(then, most, share), now.points)
        if left < (seconds - LONGEST_SECONDS if most == REST else points * then.seconds):
            continue
        pair = answer(question, points, cancel)
        options.append(compared(pair, change, answer(then, points, cancel)))
    return Found(now, Advice(now, ranked(options)), len(offered) - len(options))
