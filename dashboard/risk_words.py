"""What the page Risk says of these settings and of each change: computed risks to words and properties."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dashboard.controls import CONTROLS
from dashboard.initialisation import SCHEME_NAMES
from dashboard.numbers import exact, grouped, percent, readable
from dashboard.page import Properties
from dashboard.prefix import rooted
from dashboard.risk_answers import Found, applied
from dashboard.risk_evidence import NAMES, in_networks, networks
from dashboard.settings import Settings
from dynamics import Box, Change, Initializer, Kind, Option, Outcome, Risk, Scheme, Verdict
from dynamics.coordinates import MOST_COORDINATES
from dynamics.optimizers import RMSprop, coordinatewise
from dynamics.risk import Estimate

SHOWN, FOLDED = 8, 16  # rows of changes with a bar, and without
# Our names for a dead share from so much on; no standard says where risk begins.
_LEVELS = ((0.75, "High risk"), (0.2, "Raised risk"), (0.01, "Some risk"), (0.0, "Low risk"))
_VERDICTS = {
    Verdict.HELPS: "fewer are dead",
    Verdict.DELAYS: "fewer are dead, but few more have converged by then",
    Verdict.NOTHING: "no difference of a point",
    Verdict.SLOWS: "as many are dead, fewer have converged",
    Verdict.HURTS: "more are dead",
}
_SYMBOLS = {"beta1": "β₁", "lr": "lr", "momentum": "momentum", "bias": "b"}


def title(settings: Settings, found: Found) -> str:
    """Return the verdict: how many units are dead, and what the best change leaves."""
    dead, gone = found.now.dead.value, found.now.share(Outcome.DIVERGED).value
    level = next(name for least, name in _LEVELS if dead + gone >= least)
    units, after = (
        _units(found.now),
        f"after {grouped(settings.updates)} update{'s' * (settings.updates > 1)}",
    )
    if dead == 0:
        said = f"no {units[:-1]} is dead {after}"
    elif dead == 1:
        said = f"every {units[:-1]} is dead {after}"
    else:
        said = f"{percent(dead)} of {units} are dead {after}"
    if gone > 0:
        said += f", {percent(gone)} have diverged"
    return f"{level}: {said}{_best(found)}."


def _best(found: Found) -> str:
    """Say what helps most, or that nothing does; nothing where nothing dies or something is not known yet."""
    helps = found.advice.of(Verdict.HELPS, Verdict.DELAYS)
    if helps:
        best = helps[0]
        but = ", though few converge by then" if best.verdict is Verdict.DELAYS else ""
        left = "none" if best.risk.dead.value == 0 else percent(best.risk.dead.value)
        return f"; {_doing(best.change)} leaves {left}{but}"
    if found.now.dead.value < 0.01 or found.missing > 0:
        return ""
    return "; no change on offer helps"


def _units(risk: Risk) -> str:
    return "starts" if isinstance(risk.origin, Box) else "units"


def context(found: Found) -> str:
    """Return how far the share can be trusted, and what else becomes of the units."""
    now, hp = found.now, found.now.training
    loss = "infinite" if now.loss.value == float("inf") else readable(now.loss.value)
    dead = readable((hp.gamma**2 + hp.delta**2) / 2)
    return (
        f"Dead {within(now.dead)}, converged {within(now.converged)} (95 % intervals). "
        f"Expected loss {loss}; a dead unit’s is {dead}."
    )


def counting(settings: Settings, found: Found) -> str:
    """Say what was counted."""
    now = found.now
    if isinstance(now.origin, Box):
        start = f"starts spread evenly over the window, ρ = {readable(now.origin.rho)}"
    else:
        moved = f", b = {readable(now.origin.bias)}" if now.origin.bias != 0 else ""
        start = f"units of {SCHEME_NAMES[now.origin.scheme]} at fan-in {now.origin.fan_in}{moved}"
        if now.origin.scheme is Scheme.GAUSSIAN:
            weight, bias = now.origin.deviations
            start += f", std. dev. {readable(weight)}, biases {readable(bias)}"
        start += _represented(now)
    return (
        f"{grouped(now.units)} {start}; the expected gradient, no momentum at the start; dead where "
        f"P(z > 0) < {readable(settings.epsilon)}. One unit, Gaussian input: a guide, not a promise for "
        "your network."
    )


def _represented(risk: Risk) -> str:
    """Say where few weights stand for all, and what that is known to do (docs/optimizers.md)."""
    optimizer, origin = risk.training.optimizer, risk.origin
    few = isinstance(origin, Initializer) and origin.fan_in - 1 > MOST_COORDINATES
    if not few or not coordinatewise(optimizer):
        return ""
    off = "7 to 9 points" if isinstance(optimizer, RMSprop) else "about a point"
    return f", 32 weights of each standing for all, which can be off by {off} beyond the interval"


def within(estimate: Estimate) -> str:
    """Write an interval in per cent, as finely as it is narrow: ``54.6–54.9 %``."""
    width = estimate.high - estimate.low
    edge = min(estimate.low, 1 - estimate.high) < 0.01
    digits = 0 if width >= 0.02 else 2 if edge and width < 0.002 else 1
    low, high = (exact(round(100 * end, digits)) for end in (estimate.low, estimate.high))
    return f"{low} %" if low == high else f"{low}–{high} %"


# ------------------------------------------------------------------ rows


def name(change: Change) -> str:
    """Return what a row is called."""
    if change.kind is Kind.INITIALIZER and not isinstance(change.origin, Box):
        return f"Initialise as {_scheme(change.origin)}"
    if change.kind is Kind.STANDARDISE and ("delta", 0.0) in change.fields:
        return "Standardise the target"
    return NAMES[change.kind][0]


def _scheme(origin: Initializer) -> str:
    return SCHEME_NAMES[origin.scheme] + (" does" if origin.scheme is Scheme.PYTORCH else "")


def _doing(change: Change) -> str:
    """Return what a change is called within the title."""
    if isinstance(change.origin, Initializer) and change.kind is Kind.INITIALIZER:
        return f"{SCHEME_NAMES[change.origin.scheme]}’s initialisation"
    return NAMES[change.kind][1]


def detail(change: Change) -> str:
    """Return what a change sets."""
    told = []
    for field, value in change.fields:
        if field == "scheme" and not isinstance(change.origin, Box):
            weight, bias = change.origin.deviations
            told.append(f"std. dev. {readable(weight, 2)}, biases {readable(bias, 2)}")
        elif field == "warmup":
            told.append(f"over the first {grouped(int(value))} updates")
        elif field == "clip":
            told.append(f"at length {readable(float(value))}")
        elif field == "slope":
            told.append(f"{readable(float(value))} where z < 0")
        else:
            symbol = _SYMBOLS.get(field) or CONTROLS[field].label
            told.append(f"{symbol} = {readable(float(value), 4)}")
    ours = change.kind in (Kind.MORE_MOMENTUM, Kind.STANDARDISE_MORE_MOMENTUM)
    return ", ".join(told) + (" (not in the paper)" if ours else "")


def properties(settings: Settings, found: Found) -> dict[str, Properties]:
    """Return everything that the page says of an answer, by element id."""
    helping = found.advice.of(Verdict.HELPS, Verdict.DELAYS)[:SHOWN]
    others = [option for option in found.advice.options if option not in helping][:FOLDED]
    nothing, said = not helping and found.missing == 0, title(settings, found)
    return {
        "risk-verdict": {"text": said, "style": {"--length": str(len(said))}},
        "risk-context": {"text": context(found)},
        "risk-counted": {"text": counting(settings, found)},
        "risk-networks": {"hidden": not helping, "text": networks(helping)},
        "risk-changes-csv": {"href": rooted(f"/export/risk?{settings.query()}")},
        "risk-now-detail": {"text": now_detail(settings, found.now)},
        **_result("risk-now", found.now),
        **_rows(settings, helping),
        **_folded(others),
        "risk-nothing": {"hidden": not nothing, "text": _nothing(found)},
        "risk-waiting": {"hidden": found.missing == 0, "text": _waiting(found.missing)},
        **fields(settings),
    }


def _nothing(found: Found) -> str:
    if found.now.dead.value < 0.01:
        return "Hardly any unit dies, so nothing needs changing."
    return "No change on offer lowers the dead share by a point beyond its uncertainty."


def _waiting(missing: int) -> str:
    return f"{missing} more change{'s' * (missing > 1)} take longer." if missing else ""


def now_detail(settings: Settings, risk: Risk) -> str:
    """Return the current settings in a line."""
    rate = f"lr {readable(settings.lr, 4)}" if settings.pytorch else f"η {readable(settings.eta, 4)}"
    beta = "" if settings.optimizer == "rmsprop" else f"β {exact(settings.beta)}, "
    return f"{beta}{rate}, γ {readable(settings.gamma, 4)}, δ {readable(settings.delta, 4)}"


def pytorch(settings: Settings) -> str:
    """Return PyTorch's line of an optimiser with more numbers than the rail knows; nothing of the others."""
    lr, betas = exact(settings.eta), f"betas=({exact(settings.beta)}, {exact(settings.beta2)})"
    lines = {
        "rmsprop": f"RMSprop(lr={lr}, alpha={exact(settings.alpha)})",
        "adam": f"Adam(lr={lr}, {betas})",
        "adamw": f"AdamW(lr={lr}, {betas}, weight_decay={exact(settings.decay)})",
    }
    return lines.get(settings.optimizer, "")


def _result(key: str, risk: Risk) -> dict[str, Properties]:
    """Return the bar of the outcomes, the dead share and its interval."""
    told, properties = [], {}
    for outcome in Outcome:
        share = risk.share(outcome).value
        if share > 0:
            told.append(f"{outcome.name.lower()} {percent(share)}")
        if outcome is not Outcome.STALLED:
            properties[f"{key}-{outcome.name.lower()}"] = {
                "style": {"flex-grow": f"{share:.5f}"},
                "hidden": share == 0,
            }
    return properties | {
        f"{key}-bar": {"aria-label": ", ".join(told)},
        f"{key}-share": {"text": percent(risk.dead.value)},
        f"{key}-interval": {"text": within(risk.dead)},
    }


def _rows(settings: Settings, options: Sequence[Option]) -> dict[str, Properties]:
    properties: dict[str, Properties] = {}
    for i in range(SHOWN):
        key = f"risk-row-{i}"
        properties[key] = {"hidden": i >= len(options)}
        if i < len(options):
            option = options[i]
            note = "; few converge by then" if option.verdict is Verdict.DELAYS else ""
            properties |= {
                f"{key}-name": {"text": name(option.change)},
                f"{key}-detail": {"text": f"{detail(option.change)}{note}. {in_networks(option.change)}"},
                f"{key}-apply": _apply(settings, option.change),
                **_result(key, option.risk),
            }
    return properties


def _apply(settings: Settings, change: Change) -> Properties:
    new = applied(settings, change) or {}
    return {
        "data-changes": json.dumps(new),
        "data-name": name(change),
        "aria-label": f"Apply: {name(change)}",
    }


def _folded(options: Sequence[Option]) -> dict[str, Properties]:
    hurt = sum(option.verdict is Verdict.HURTS for option in options)
    help_ = sum(option.verdict in (Verdict.HELPS, Verdict.DELAYS) for option in options)
    rest = len(options) - hurt - help_
    counts = {
        f"help{'s' * (help_ == 1)} less": help_,
        "without effect": rest,
        f"hurt{'s' * (hurt == 1)}": hurt,
    }
    words = f"{len(options)} more: " + ", ".join(f"{n} {what}" for what, n in counts.items() if n > 0)
    properties: dict[str, Properties] = {
        "risk-others": {"hidden": not options},
        "risk-others-words": {"text": words},
    }
    for i in range(FOLDED):
        key = f"risk-other-{i}"
        properties[key] = {"hidden": i >= len(options)}
        if i < len(options):
            option = options[i]
            verdict = _VERDICTS[option.verdict]
            properties |= {
                f"{key}-name": {"text": name(option.change)},
                f"{key}-detail": {"text": f"{detail(option.change)}: {verdict}"},
                f"{key}-share": {"text": percent(option.risk.dead.value)},
                f"{key}-interval": {"text": within(option.risk.dead)},
            }
    return properties


# ------------------------------------------------------------------ boxes

_RATES = {"momentum": "learning rate η"}
_MOMENTA = {"momentum": "momentum β", "adam": "beta1", "adamw": "beta1"}


def fields(settings: Settings) -> dict[str, Any]:
    """Return which boxes an optimiser has, and what they are called."""
    method, drawn = settings.optimizer, settings.origin == "draw"
    own = {"alpha": ("rmsprop",), "beta2": ("adam", "adamw"), "decay": ("adamw",)}
    warm, own_spread = ("momentum", "sgd", "nesterov"), settings.init == Scheme.GAUSSIAN
    return {
        "risk-rate-name": {"text": _RATES.get(method, "lr")},
        "risk-momentum-name": {"text": _MOMENTA.get(method, "momentum")},
        "risk-momentum-field": {"hidden": method == "rmsprop"},
        **{f"{key}-field": {"hidden": method not in methods} for key, methods in own.items()},
        "warmup-field": {"hidden": method not in warm},
        "risk-fan-in-field": {"hidden": not drawn},
        **{f"risk-{key}-std-field": {"hidden": not (drawn and own_spread)} for key in ("weight", "bias")},
        "bias-field": {"hidden": not drawn},
    }
