"""How the settings that are no plain number are written in the address, and read from it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, get_args

from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.numbers import exact, readable
from dashboard.pages import VIEWS
from dashboard.pin import Pin, parse_pin
from dynamics import Scheme
from figures.alive import Quantity
from figures.view import USUAL_LAYERS, Colouring, Layer

COLOURINGS: tuple[Colouring, ...] = get_args(Colouring)
LAYERS: tuple[Layer, ...] = get_args(Layer)
USUAL: tuple[Layer, ...] = tuple(layer for layer in LAYERS if layer in USUAL_LAYERS)
# What the time series can draw, and what it is called.
QUANTITIES: dict[Quantity, str] = {"activation": "P(z > 0)", "w": "Weight w", "b": "Bias b", "loss": "Loss L"}
MAX_STARTS = 8
FARTHEST = 1e9  # of what the address may hold, also in units of the smallest γ
NARROWEST = 1e-10  # window that the address may ask for, also in units of a large γ
INITS: tuple[str, ...] = ("none", *Scheme)
TABS = (
    "figure1",
    "depth",
    "theory",
    "claims",
    "network",
)  # of the page Experiments; the first one names the first tab of every page
RISK_TABS = ("layer",)  # of the page Risk, after its first
OPTIMIZERS = ("momentum", "sgd", "nesterov", "rmsprop", "adam", "adamw")  # of the page Risk
ONE_RATE = OPTIMIZERS[3:]  # whose lr is no η(1 − β)
ORIGINS = ("draw", "window")  # what its units start from: the initialisation, or the window
LAST_SEED = 9999
LAST_STEP, LAST_VOTE = 10, 3  # of the lesson, and of what a step lets one predict
LAST_ITERATION = int(CONTROLS["max_iterations"].high)

Window = tuple[float, float, float, float]
Starts = tuple[tuple[float, float], ...]
Before = tuple[int, float, float] | tuple[()]

WINDOW: Window = (-3.0, 3.0, -3.0, 3.0)
STARTS: Starts = ((2.0, 1.8), (-1.6, 2.3), (2.0, 0.2))
SELECTED = (0.42, -2.35)


def _numbers(text: str) -> tuple[float, ...] | None:
    try:
        return tuple(float(part.replace("−", "-")) for part in text.split(","))
    except ValueError:
        return None


def _parse_window(text: str) -> Window:
    values = _numbers(text)
    rule = "window must be WMIN,WMAX,BMIN,BMAX, increasing, within ±10⁹ and at least 10⁻¹⁰ wide"
    if values is not None and len(values) == 4 and all(abs(v) <= FARTHEST for v in values):
        w_min, w_max, b_min, b_max = values
        if w_max - w_min >= NARROWEST and b_max - b_min >= NARROWEST:
            return w_min, w_max, b_min, b_max
    raise InvalidSettingError("window", f"{rule}, not “{text[:60]}”", WINDOW)


def _parse_starts(text: str) -> Starts:
    pairs = [_numbers(part) for part in text.split(";")] if text else []
    legal = len(pairs) <= MAX_STARTS and all(
        pair is not None and len(pair) == 2 and all(abs(v) <= FARTHEST for v in pair) for pair in pairs
    )
    if not legal:
        rule = f"starts must be up to {MAX_STARTS} pairs W,B joined by semicolons, within ±10⁹"
        raise InvalidSettingError("starts", f"{rule}, not “{text[:60]}”", STARTS)
    return tuple((pair[0], pair[1]) for pair in pairs if pair is not None)


def _parse_selected(text: str) -> tuple[float, float]:
    values = _numbers(text)
    if values is None or len(values) != 2 or not all(abs(v) <= FARTHEST for v in values):
        rule = "selected must be a pair W,B within ±10⁹"
        raise InvalidSettingError("selected", f"{rule}, not “{text[:60]}”", SELECTED)
    return values[0], values[1]


def _parse_layers(text: str) -> tuple[Layer, ...]:
    names = [] if text == "none" else text.split(",")
    unknown = [name for name in names if name not in LAYERS]
    if unknown:
        rule = f"layers must be some of {', '.join(LAYERS)}, or none"
        raise InvalidSettingError("layers", f"{rule}, not “{text[:60]}”", USUAL)
    return tuple(name for name in LAYERS if name in names)


def _parse_time(text: str) -> int:
    return _count("time", "a whole number of iterations", text, LAST_ITERATION)


def parse_step(text: str, first: int = 0) -> int:
    """Read the number of a step of the lesson; within the lesson `first` is 1.

    Raises
    ------
    InvalidSettingError
        With the nearest legal number.
    """
    return _count("step", "a whole number", text, LAST_STEP, first)


def _count(key: str, kind: str, text: str, last: int, first: int = 0) -> int:
    values = _numbers(text)
    value = values[0] if values is not None and len(values) == 1 else float("nan")
    if first <= value <= last and value == int(value):
        return int(value)
    nearest = min(max(round(value), first), last) if math.isfinite(value) else first
    rule = f"{key} must be {kind} from {first} to {readable(last, 6)}"
    raise InvalidSettingError(key, f"{rule}, not “{text[:40]}”", nearest)


def _parse_before(text: str) -> Before:
    if text == "none":
        return ()
    parts = text.split(",")
    if len(parts) != 3:
        rule = "before must be ITERATION,BETA,ETA or none"
        raise InvalidSettingError("before", f"{rule}, not “{text[:60]}”", ())
    try:
        return _parse_time(parts[0]), CONTROLS["beta"].parse(parts[1]), CONTROLS["eta"].parse(parts[2])
    except InvalidSettingError as problem:
        raise InvalidSettingError("before", f"in before, {problem.message}", ()) from None


def _parse_guess(text: str) -> float | None:
    if text == "none":
        return None
    values = _numbers(text.removesuffix("%"))
    value = values[0] if values is not None and len(values) == 1 else math.nan
    if 0 <= value <= 100:
        return value
    nearest = None if math.isnan(value) else min(max(value, 0.0), 100.0)
    rule = "guess must be a percentage from 0 to 100, or none"
    raise InvalidSettingError("guess", f"{rule}, not “{text[:40]}”", nearest)


def _parse_job(text: str) -> str:
    if text == "none" or re.fullmatch("[0-9a-f]{8,64}", text):
        return text
    raise InvalidSettingError("job", f"job must be a job's name or none, not “{text[:40]}”", "none")


def _choice(key: str, choices: tuple[str, ...]) -> Callable[[str], str]:
    def parse_choice(text: str) -> str:
        if text not in choices:
            rule = f"{key} must be one of {', '.join(choices)}"
            raise InvalidSettingError(key, f"{rule}, not “{text[:40]}”", choices[0])
        return text

    return parse_choice


def _flag(key: str) -> Callable[[str], bool]:
    def parse_flag(text: str) -> bool:
        if text not in ("0", "1"):
            raise InvalidSettingError(key, f"{key} must be 0 or 1, not “{text[:40]}”", False)
        return text == "1"

    return parse_flag


def written(value: Any) -> str:
    """Write a setting's value as in the address."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Pin):
        return value.text()
    if value is None:
        return "none"
    if isinstance(value, int | float):
        return exact(value)
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return ";".join(written(pair) for pair in value)
        return ",".join(written(part) for part in value) or "none"
    return str(value)


# By the setting's key: what reads its text, or raises InvalidSettingError with the nearest legal value.
PARSERS: dict[str, Callable[[str], Any]] = {
    "window": _parse_window,
    "starts": lambda text: _parse_starts("" if text == "none" else text),
    "colouring": _choice("colouring", COLOURINGS),
    "layers": _parse_layers,
    "quantity": _choice("quantity", tuple(QUANTITIES)),
    "present": _flag("present"),
    "scale": _flag("scale"),
    "selected": _parse_selected,
    "time": _parse_time,
    "before": _parse_before,
    "hide": _choice("hide", ("none", "outcome")),
    "guess": _parse_guess,
    "kick": _choice("kick", ("truth", *"ABCDEFGH")),
    "init": _choice("init", INITS),
    "step": parse_step,
    "vote": lambda text: _count("vote", "a whole number", text, LAST_VOTE),
    "seed": lambda text: _count("seed", "a whole number", text, LAST_SEED),
    "pytorch": _flag("pytorch"),
    "pin": parse_pin,
    "page": _choice("page", VIEWS),
    "tab": _choice("tab", (*TABS, *RISK_TABS)),
    "job": _parse_job,
    "optimizer": _choice("optimizer", OPTIMIZERS),
    "origin": _choice("origin", ORIGINS),
}
