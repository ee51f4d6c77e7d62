"""For which settings do units die? From what the page asks for to a sweep, and from its result to words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.initialisation import SCHEME_NAMES
from dashboard.numbers import exact, grouped, percent, readable
from dashboard.settings import Settings
from dynamics import Axis, Draw, Grid, Initializer, Scheme, Sweep, SweepResult
from figures.sweep_axis import TITLES, Ruler, written
from jobs.work import MOST_SECONDS

NOTHING = "none"
# From, to and how many of each setting, until somebody asks for others.
USUAL: Mapping[str, tuple[str, str, str]] = {
    "eta": ("0.003", "16", "40"),
    "beta": ("0", "0.995", "40"),
    "gamma": ("0.001", "10", "40"),
    "delta": ("-3", "3", "41"),
    "rho": ("0", "3", "31"),
    "epsilon": ("1e-6", "0.1", "31"),
    "max_iterations": ("1", "100000", "40"),
    "fan_in": ("2", "1000", "30"),
}
NAMES = {name: TITLES[name].replace("<i>T</i>", "T") for name in USUAL}
_SIDE = CONTROLS["resolution"]
_LIMIT = f"at most {MOST_SECONDS / 3600:g} hours of computing"


@dataclass(frozen=True)
class Asked:
    """What the page's boxes hold: texts.

    Attributes
    ----------
    across, up : (str, str, str, str)
        Setting, from, to, how many; `up` may be of no setting.
    starts : str
        "grid" or "draw".
    side : str
        Starts a side of the grid.
    """

    across: tuple[str, str, str, str]
    up: tuple[str, str, str, str]
    starts: str
    side: str


def sweep(settings: Settings, asked: Asked) -> Sweep:
    """Return what is asked for at the current settings.

    Raises
    ------
    InvalidSettingError
        When a text is no number or out of its range, or when all of it would take too long.
    """
    plain = settings.scaled(False)
    axes = tuple(_axis(*each) for each in (asked.across, asked.up) if each[0] != NOTHING)
    names = [axis.name for axis in axes]
    if "fan_in" in names and asked.starts == "grid":
        raise InvalidSettingError("starts", "A fan-in needs real initialisations, not a grid of starts", None)
    judging = plain.judging
    if "max_iterations" in names:
        judging["tolerance"] = 0.0  # whoever asks for T means: after exactly so many updates
    starts: Grid | Draw = _draw(plain) if asked.starts == "draw" else _grid(plain, asked.side)
    if isinstance(starts, Draw):
        judging["rho"] = 0.0
    try:
        return Sweep(axes=axes, hyperparameters=plain.hyperparameters, starts=starts, **judging)
    except ValueError as error:
        raise InvalidSettingError("sweep", _capital(str(error)), None) from None


def _axis(name: str, start: str, stop: str, count: str) -> Axis:
    numbers = []
    for what, text in (("from", start), ("to", stop), ("values", count)):
        try:
            numbers.append(float(text.strip().replace("−", "-")))
        except ValueError:
            message = f"{NAMES[name]}: “{what}” must be a number, not “{text[:40]}”"
            raise InvalidSettingError(name, _capital(message), None) from None
    try:
        return Axis(name, numbers[0], numbers[1], int(numbers[2]) if numbers[2].is_integer() else 0)
    except (ValueError, OverflowError) as error:
        words = str(error).replace("start", "“from”").replace("stop", "“to”").replace("count", "“values”")
        raise InvalidSettingError(name, f"{_capital(NAMES[name])}: {words}", None) from None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _grid(settings: Settings, side: str) -> Grid:
    count = int(side_of(side))
    return replace(settings.grid(count), n_w=count, n_b=count)


def side_of(side: str) -> float:
    """Read how many starts a side there are; the message is of the starts, not of the map's grid."""
    control = replace(_SIDE, symbol="Starts a side", low=2, high=512, zero=False)
    return control.parse(side)


def _draw(settings: Settings) -> Draw:
    drawn = settings.initializer or Initializer(Scheme.HE_NORMAL, settings.fan_in)
    return Draw(drawn, settings.units, settings.seed)


def asked_of(spec: Sweep) -> Asked:
    """Return the texts that ask for a sweep, so that a link to it fills the page's boxes."""
    axes = [(axis.name, exact(axis.start), exact(axis.stop), str(axis.count)) for axis in spec.axes]
    across, up = axes[0], axes[1] if len(axes) > 1 else (NOTHING, "", "", "")
    if isinstance(spec.starts, Grid):
        return Asked(across, up, "grid", str(spec.starts.n_w))
    return Asked(across, up, "draw", "64")


def taken(settings: Settings, spec: Sweep, x: float, y: float) -> Settings:
    """Return the settings of the cell at a place of the picture, on the page that shows it.

    Parameters
    ----------
    settings : Settings
        The page's, which keep what the sweep does not vary.
    spec : Sweep
    x, y : float
        In positions along the axes, see `figures.sweep`; over one setting y does not matter.
    """
    changes = {}
    for axis, at in zip(spec.axes, (x, y), strict=False):
        nearest = int(np.abs(Ruler(axis).places - at).argmin())
        changes[axis.name] = axis.value(nearest)
    plain = settings.scaled(False).edit({key: exact(value) for key, value in changes.items()})
    if "max_iterations" in changes:
        plain = replace(plain, tolerance=0.0, time=int(changes["max_iterations"]))
    if isinstance(spec.starts, Draw) and plain.initializer is None:
        plain = replace(plain, init=str(spec.starts.initializer.scheme))
    return replace(plain, page="explore")


# ------------------------------------------------------------------ words


def title(result: SweepResult | None) -> str:
    """Return the heading: how the dead share ranges over what is known."""
    if result is None or not result.finished.any():
        return "For which settings do units die?"
    low, high = np.nanmin(result.dead_fraction), np.nanmax(result.dead_fraction)
    over = " and ".join(NAMES[axis.name].split()[-1] for axis in result.sweep.axes)
    die = "are dead" if result.sweep.tolerance == 0 else "die"
    # The units of the table beside it start elsewhere.
    what = "units" if isinstance(result.sweep.starts, Draw) else "a grid of starts"
    so_far = "" if result.finished.all() else "So far "
    if percent(low) == percent(high):
        return f"{so_far}{percent(low)} of {what} {die}, whatever {over}."
    return f"{so_far}{percent(low).removesuffix(' %')} to {percent(high)} of {what} {die} over {over}."


def extremes(result: SweepResult | None) -> str:
    """Say where the fewest and where the most die."""
    if result is None or not result.finished.any():
        return "Each cell is a map of its own: the same starts, other settings, judged as Explore judges."
    dead = result.dead_fraction
    places = (np.unravel_index(int(find(dead)), dead.shape) for find in (np.nanargmin, np.nanargmax))
    fewest, most = (
        ", ".join(written(a.name, a.value(int(i))) for a, i in zip(result.sweep.axes, at[::-1], strict=True))
        for at in places
    )
    return f"{'Fewest' if result.finished.all() else 'So far fewest'} at {fewest}; most at {most}."


def counting(spec: Sweep) -> str:
    """Say what each cell counts, and what no axis varies."""
    starts, hp = spec.starts, spec.hyperparameters
    if isinstance(starts, Grid):
        w, b = (f"[{readable(low)}, {readable(high)}]" for low, high in _sides(starts))
        what = (
            f"a {starts.n_w} × {starts.n_b} grid of starts in {w if w == b else f'{w} × {b}'}{'²' * (w == b)}"
        )
    else:
        drawn = starts.initializer
        name = SCHEME_NAMES[drawn.scheme]
        what = f"{starts.units} units of {name} at fan-in {drawn.fan_in}, seed {starts.seed}"
    varied = {axis.name for axis in spec.axes}
    others = {"beta": hp.beta, "eta": hp.eta, "gamma": hp.gamma, "delta": hp.delta}
    fixed = ", ".join(
        f"{CONTROLS[k].symbol} = {readable(v, 4)}" for k, v in others.items() if k not in varied
    )
    if spec.tolerance > 0:
        rule = f"stopped at updates below {readable(spec.tolerance)}, not after T updates as above"
    elif "max_iterations" in varied:
        rule = "judged after exactly T updates"
    else:
        rule = f"judged after exactly {readable(spec.max_iterations)} updates"
    return f"{_capital(what)}; {fixed}; {rule}."


def _sides(grid: Grid) -> tuple[tuple[float, float], tuple[float, float]]:
    return (grid.w_min, grid.w_max), (grid.b_min, grid.b_max)


def cells(spec: Sweep) -> str:
    """Say how many cells there are."""
    return f"{grouped(prod(spec.shape))} {'maps' if isinstance(spec.starts, Grid) else 'clouds'}"


def expected(spec: Sweep, workers: int) -> tuple[str, str]:
    """Say what a sweep would show, about how long it takes, and how long it may."""
    over = " and ".join(NAMES[axis.name] for axis in spec.axes)
    seconds = max(1, round(spec.seconds / workers))
    return f"The dead share over {over}.", f"{_capital(cells(spec))}, usually about {seconds} s, {_LIMIT}."


def differs(spec: Sweep, settings: Settings) -> str:
    """Say which settings of a sweep are no longer the page's; nothing when all are."""
    plain, varied = settings.scaled(False), {axis.name for axis in spec.axes}
    then, now = spec.hyperparameters, plain.hyperparameters
    told = [
        (f"{CONTROLS[key].symbol} = {readable(getattr(then, key), 4)}", f"{readable(getattr(now, key), 4)}")
        for key in ("beta", "eta", "gamma", "delta")
        if key not in varied and getattr(then, key) != getattr(now, key)
    ]
    if not told:
        return ""
    return f"This is for {', '.join(was for was, _ in told)}; you set {', '.join(is_ for _, is_ in told)}."
