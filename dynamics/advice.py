"""What should I change? The risk at each change on offer, beside the risk without it, pair by pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dynamics.initializers import Initializer, Scheme
from dynamics.interval import replicated
from dynamics.optimizers import SGD, Adam, Momentum, Optimizer
from dynamics.outcome import Cancellation, Outcome
from dynamics.points import Box
from dynamics.risk import Estimate, Risk, risk
from dynamics.training import Training

FAN_IN = 100  # where units do not start from a layer
POINT = 0.01  # a smaller change of a share is no advice, however certain
_MOMENTA = (0.0, 0.5, 0.9, 0.95, 0.99)
_SCHEMES = (Scheme.HE_NORMAL, Scheme.GLOROT_NORMAL, Scheme.PYTORCH)
_BIASES = (0.1, 1.0)
_CLIPS = (1.0, 0.1)
_LEAK = 0.01  # torch.nn.LeakyReLU's
_RATE = 10.0  # by what a rate is lowered and raised
_WARM = 10  # a tenth of the updates


class Kind(StrEnum):
    """A kind of change."""

    STANDARDISE = "standardise the target"
    STANDARDISE_MORE_MOMENTUM = "standardise the target, more momentum"
    NO_MOMENTUM = "no momentum"
    LESS_MOMENTUM = "less momentum"
    MORE_MOMENTUM = "more momentum"
    LOWER_RATE = "a lower rate"
    HIGHER_RATE = "a higher rate"
    INITIALIZER = "another initialisation"
    POSITIVE_BIAS = "positive biases"
    WARM_UP = "warm momentum up"
    CLIP = "clip gradients"
    LEAKY = "a leaky slope"


class Verdict(StrEnum):
    """What a change does, beyond its interval and by a percentage point at least; in order of preference.

    HELPS: fewer units are dead, and at least half as many more have converged. DELAYS: fewer are dead, but
    too few more have converged by then. NOTHING: neither. SLOWS: as many are dead, and fewer have converged.
    HURTS: more are dead.
    """

    HELPS = "helps"
    DELAYS = "delays"
    NOTHING = "nothing"
    SLOWS = "slows"
    HURTS = "hurts"


@dataclass(frozen=True)
class Change:
    """A change on offer.

    Attributes
    ----------
    kind : Kind
    training : Training
    origin : Initializer or Box
        What there is after the change.
    fields : tuple of (str, value)
        What it sets, by the names of the fields.
    """

    kind: Kind
    training: Training
    origin: Initializer | Box
    fields: tuple[tuple[str, float | str], ...]


@dataclass(frozen=True, eq=False)
class Option:
    """A change with its effect.

    Attributes
    ----------
    change : Change
    risk : Risk
        After the change, of the same points.
    dead, converged : Estimate
        How the share of dead and of converged units differs from that without the change, −1 to 1, with the
        95 % interval of the paired difference.
    """

    change: Change
    risk: Risk
    dead: Estimate
    converged: Estimate

    @property
    def verdict(self) -> Verdict:
        """What the change does."""
        if self.dead.low > 0 and self.dead.value >= POINT:
            return Verdict.HURTS
        if self.dead.high < 0 and self.dead.value <= -POINT:
            return Verdict.HELPS if self.converged.value >= -self.dead.value / 2 else Verdict.DELAYS
        fewer_converge = self.converged.high < 0 and self.converged.value <= -POINT
        return Verdict.SLOWS if fewer_converge else Verdict.NOTHING


@dataclass(frozen=True, eq=False)
class Advice:
    """The risk as it is, and every change on offer with its effect, best first.

    Attributes
    ----------
    now : Risk
    options : tuple of Option
        By verdict, then by the share of dead units, then by that of converged ones.
    """

    now: Risk
    options: tuple[Option, ...]

    def of(self, *verdicts: Verdict) -> tuple[Option, ...]:
        """Return the options with one of these verdicts."""
        return tuple(option for option in self.options if option.verdict in verdicts)


def advise(
    training: Training,
    origin: Initializer | Box,
    points: int = 256,
    *,
    seed: int = 0,
    cancel: Cancellation | None = None,
) -> Advice:
    """Compute the risk as it is and at each change on offer.

    Arguments and errors are those of `risk`. All are of the same points, so that each difference is of pairs.
    """
    now = risk(training, origin, points, seed=seed, cancel=cancel)
    after = [
        compared(now, change, risk(change.training, change.origin, points, seed=seed, cancel=cancel))
        for change in changes(training, origin)
    ]
    return Advice(now, ranked(after))


def compared(now: Risk, change: Change, after: Risk) -> Option:
    """Return a change with its effect.

    Parameters
    ----------
    now, after : Risk
        Of equally many points of one seed.
    change : Change

    Raises
    ------
    ValueError
        If they are of different points.
    """
    if (now.points, now.seed) != (after.points, after.seed):
        raise ValueError(f"after must have {now.points} points of seed {now.seed}, got {after.points}")
    _, low, high = replicated((after.counts - now.counts) / now.points, 1 / now.points)
    mean = after.shares - now.shares
    dead, converged = (
        Estimate(float(mean[which]), max(float(low[which]), -1.0), min(float(high[which]), 1.0))
        for which in (Outcome.DEAD, Outcome.CONVERGED)
    )
    return Option(change, after, dead, converged)


def ranked(options: Sequence[Option]) -> tuple[Option, ...]:
    """Return options best first."""
    order = list(Verdict)

    def key(option: Option) -> tuple[int, float, float]:
        return order.index(option.verdict), option.risk.dead.value, -option.risk.converged.value

    return tuple(sorted(options, key=key))


def changes(training: Training, origin: Initializer | Box) -> tuple[Change, ...]:
    """Return the changes on offer: those that change something and mean something to the optimiser.

    The target may be standardised, γ = 1 and δ = 0, which the predictions then have to be scaled back from:
    P(z > 0) < ε and nearness to the truth in units of γ mean the same before and after it. Momentum is
    changed at the same η, of PyTorch's optimisers at the same lr; the rate tenfold. That more momentum can
    help is no claim of the paper's.
    """
    return tuple(_changes(training, origin))


def _changes(training: Training, origin: Initializer | Box) -> Iterator[Change]:
    def of(kind: Kind, *fields: tuple[str, float | str], to: Training | Initializer) -> Change:
        if isinstance(to, Training):
            return Change(kind, to, origin, fields)
        return Change(kind, training, to, fields)

    standard = replace(training, gamma=1.0, delta=0.0)
    if standard != training:
        truth = [
            (name, value)
            for name, value in (("gamma", 1.0), ("delta", 0.0))
            if getattr(training, name) != value
        ]
        yield of(Kind.STANDARDISE, *truth, to=standard)
        for _, optimizer, field in _momenta(training.optimizer, above=True):
            yield of(Kind.STANDARDISE_MORE_MOMENTUM, *truth, field, to=replace(standard, optimizer=optimizer))
    for kind, optimizer, field in (
        *_momenta(training.optimizer),
        *_momenta(training.optimizer, above=True),
        *_rates(training.optimizer),
    ):
        yield of(kind, field, to=replace(training, optimizer=optimizer))
    yield from (of(Kind.INITIALIZER, ("scheme", str(o.scheme)), to=o) for o in _origins(origin))
    if isinstance(origin, Initializer):
        for bias in (bias for bias in _BIASES if bias > origin.bias):
            yield of(Kind.POSITIVE_BIAS, ("bias", bias), to=replace(origin, bias=bias))
    if _momentum(training.optimizer) > 0 and isinstance(training.optimizer, Momentum | SGD):
        warmup = max(training.steps // _WARM, 1)
        if training.warmup != warmup:
            yield of(Kind.WARM_UP, ("warmup", warmup), to=replace(training, warmup=warmup))
    for clip in (clip for clip in _CLIPS if training.clip is None or clip < training.clip):
        yield of(Kind.CLIP, ("clip", clip), to=replace(training, clip=clip))
    if training.slope < _LEAK:
        yield of(Kind.LEAKY, ("slope", _LEAK), to=replace(training, slope=_LEAK))


Other = tuple[Kind, Optimizer, tuple[str, float | str]]


def _momentum(optimizer: Optimizer) -> float:
    if isinstance(optimizer, Momentum):
        return optimizer.beta
    return optimizer.betas[0] if isinstance(optimizer, Adam) else optimizer.momentum


def _momenta(optimizer: Optimizer, above: bool = False) -> Iterator[Other]:
    """Yield the optimiser without momentum and with less, or with more."""
    now = _momentum(optimizer)
    if above:
        others = [(Kind.MORE_MOMENTUM, next((beta for beta in _MOMENTA if beta > now), now))]
    else:
        less = max((beta for beta in _MOMENTA if beta < now), default=0.0)
        others = [(Kind.NO_MOMENTUM, 0.0), (Kind.LESS_MOMENTUM, less)]
    for kind, beta in others:
        if beta == now or (kind is Kind.LESS_MOMENTUM and beta == 0):
            continue
        if isinstance(optimizer, Momentum):
            yield kind, replace(optimizer, beta=beta), ("beta", beta)
        elif isinstance(optimizer, Adam):
            yield kind, replace(optimizer, betas=(beta, optimizer.betas[1])), ("beta1", beta)
        elif isinstance(optimizer, SGD) and beta == 0:
            yield kind, replace(optimizer, momentum=0.0, nesterov=False), ("momentum", beta)
        else:
            yield kind, replace(optimizer, momentum=beta), ("momentum", beta)


def _rates(optimizer: Optimizer) -> Iterator[Other]:
    """Yield the optimiser at a lower and at a higher rate."""
    for kind, factor in ((Kind.LOWER_RATE, 1 / _RATE), (Kind.HIGHER_RATE, _RATE)):
        if isinstance(optimizer, Momentum):
            eta = float(f"{optimizer.eta * factor:.6g}")
            yield kind, replace(optimizer, eta=eta), ("eta", eta)
        else:
            lr = float(f"{optimizer.lr * factor:.6g}")
            yield kind, replace(optimizer, lr=lr), ("lr", lr)


def _origins(origin: Initializer | Box) -> Iterator[Initializer]:
    """Yield other initialisations of the same layer, biases moved as they are."""
    for scheme in _SCHEMES:
        if isinstance(origin, Box):
            yield Initializer(scheme, FAN_IN)
        elif scheme is not origin.scheme:
            yield Initializer(scheme, origin.fan_in, bias=origin.bias)
