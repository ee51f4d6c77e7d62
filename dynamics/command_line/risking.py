"""The commands `risk` and `advice`: whether units die, and what to change."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dynamics import checks
from dynamics.advice import Advice, advise
from dynamics.command_line.progress import Progress
from dynamics.command_line.record import Record
from dynamics.engine import ENGINE_VERSION
from dynamics.initializers import Initializer
from dynamics.optimizers import SGD, Adam, AdamW, Momentum, Optimizer, RMSprop
from dynamics.outcome import OUTCOME_NAMES, Outcome
from dynamics.risk import Estimate, Risk
from dynamics.risk import risk as risk_of
from dynamics.training import Training

OPTIMIZERS = ("momentum", "sgd", "nesterov", "rmsprop", "adam", "adamw")
# What the fields of `dynamics` are called among the options.
_OPTIONS = {
    "lr": "eta",
    "momentum": "beta",
    "betas[0]": "beta",
    "betas[1]": "beta2",
    "weight_decay": "decay",
    "scheme": "init",
    "steps": "updates",
}


def risk(args: Namespace, progress: Progress) -> Record:
    """What becomes of units over an initialisation, each share with its interval."""
    training, origin = _asked(args)
    found = risk_of(training, origin, args.points, seed=args.seed, cancel=progress.cancel)
    low, high = found.interval
    arrays = {
        "outcome_names": OUTCOME_NAMES,
        "counts": found.counts.sum(axis=0),
        "shares": found.shares,
        "interval_low": low,
        "interval_high": high,
        "loss": np.array(list(found.loss)),
    }
    columns = {name: array for name, array in arrays.items() if array.shape == (len(Outcome),)}
    return Record(_settings("risk", args), arrays, columns, "\n".join(_lines(args, found)))


def advice(args: Namespace, progress: Progress) -> Record:
    """The same after each change on offer, best first."""
    training, origin = _asked(args)
    found = advise(training, origin, args.points, seed=args.seed, cancel=progress.cancel)
    options = found.options
    columns: dict[str, Any] = {
        "change": np.array([str(option.change.kind) for option in options]),
        "fields": np.array([_fields(option.change.fields) for option in options]),
        "verdict": np.array([str(option.verdict) for option in options]),
        "dead": np.array([option.risk.dead.value for option in options]),
        "dead_low": np.array([option.risk.dead.low for option in options]),
        "dead_high": np.array([option.risk.dead.high for option in options]),
        "converged": np.array([option.risk.converged.value for option in options]),
        "difference": np.array([option.dead.value for option in options]),
        "difference_low": np.array([option.dead.low for option in options]),
        "difference_high": np.array([option.dead.high for option in options]),
    }
    now = {"dead_now": np.array(found.now.dead.value), "converged_now": np.array(found.now.converged.value)}
    lines = [*_lines(args, found.now), "", *_advice_lines(found)]
    return Record(_settings("advice", args), now | columns, columns, "\n".join(lines))


def _asked(args: Namespace) -> tuple[Training, Initializer]:
    """Return what the options ask for; what is refused begins with an option's name."""
    try:
        training = Training(
            optimizer=_optimizer(args),
            gamma=args.gamma,
            delta=args.delta,
            steps=args.updates,
            epsilon=args.epsilon,
            slope=args.slope,
            clip=args.clip,
            warmup=args.warmup,
        )
        bias = checks.finite("bias", args.bias)
        origin = Initializer(args.init, args.fan_in, None, args.weight_std, args.bias_std, bias)
    except ValueError as error:
        field, _, rest = str(error).partition(" ")
        raise ValueError(f"{_OPTIONS.get(field, field)} {rest}") from error
    return training, origin


def _optimizer(args: Namespace) -> Optimizer:
    name, beta, eta = args.optimizer, args.beta, args.eta
    if name == "momentum":
        return Momentum(beta, eta)
    if name in ("sgd", "nesterov"):
        return SGD(eta, beta, nesterov=name == "nesterov")
    if name == "rmsprop":
        return RMSprop(eta, args.alpha, momentum=0.0)
    if name == "adam":
        return Adam(eta, (beta, args.beta2))
    if name == "adamw":
        return AdamW(eta, (beta, args.beta2), weight_decay=args.decay)
    raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {name!r}")


def _settings(command: str, args: Namespace) -> dict[str, Any]:
    names = (
        *("optimizer", "beta", "eta", "gamma", "delta", "updates", "epsilon", "init", "fan_in", "bias"),
        *("slope", "warmup", "points", "seed"),
    )
    return {"command": command, **{n: getattr(args, n) for n in names}, "engine_version": ENGINE_VERSION}


def _lines(args: Namespace, found: Risk) -> Iterator[str]:
    yield f"{found.units} units drawn by {args.init} of fan-in {args.fan_in}, seed {args.seed}"
    rates = f"beta {args.beta:g}, eta {args.eta:g}, gamma {args.gamma:g}, delta {args.delta:g}"
    yield f"{args.optimizer}, {rates}, after {args.updates} updates"
    for outcome in Outcome:
        estimate = found.share(outcome)
        if estimate.value > 0 or outcome is Outcome.DEAD:
            yield f"{outcome.name.lower():<10}{100 * estimate.value:6.1f} %, {_within(estimate)}"
    yield f"expected loss {found.loss.value:.4g}, 95 % interval {found.loss.low:.4g} to {found.loss.high:.4g}"


def _advice_lines(found: Advice) -> Iterator[str]:
    """Every change with both numbers: the dead share before and after it."""
    before = 100 * found.now.dead.value
    for verdict, options in ((v, found.of(v)) for v in dict.fromkeys(o.verdict for o in found.options)):
        yield f"{verdict}:"
        for option in options:
            what = f"{option.change.kind} ({_fields(option.change.fields)})"
            dead = f"dead {before:.1f} to {100 * option.risk.dead.value:.1f} %"
            low, high = 100 * option.dead.low, 100 * option.dead.high
            yield f"  {what:<52} {dead}, difference {low:+.1f} to {high:+.1f} points"


def _within(estimate: Estimate) -> str:
    return f"95 % interval {100 * estimate.low:.2f} to {100 * estimate.high:.2f} %"


def _fields(fields: Sequence[tuple[str, object]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in fields)
