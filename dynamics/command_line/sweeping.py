"""The command `sweep`: from options of which one or two are ranges to a record."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from dynamics.axis import Axis
from dynamics.command_line import summaries
from dynamics.command_line.commands import shown, window_grid
from dynamics.command_line.progress import Progress
from dynamics.command_line.record import Record
from dynamics.hyperparameters import Grid, Hyperparameters
from dynamics.initializers import Initializer
from dynamics.sweep import Draw, Sweep
from dynamics.sweep_numbers import sweep_numbers
from dynamics.sweep_tiles import run_sweep

# What can vary, in the order in which two of them are columns and rows.
WHAT = {
    "eta": "learning rate",
    "gamma": "standard deviation of the target",
    "delta": "mean of the target",
    "rho": "length of the weights orthogonal to the target's direction",
    "epsilon": "a unit is dead when P(z > 0) is below this",
    "max_iterations": "updates at most, or exactly with --tolerance 0",
    "fan_in": "number of inputs, of units that are drawn",
    "beta": "momentum",
}
DEFAULTS: dict[str, float] = {
    "eta": 0.1,
    "gamma": 0.1,
    "delta": 0.0,
    "rho": 0.0,
    "epsilon": 1e-3,
    "max_iterations": 1_000_000,
    "fan_in": 100,
    "beta": 0.9,
}
_WINDOW = ("window", "n_w", "n_b")
_USUAL = (Axis("eta", 0.003, 16, 24), Axis("beta", 0, 0.995, 24))


def sweep(args: Namespace, progress: Progress) -> Record:
    """The share of starts with each outcome over one or two settings."""
    asked = _asked(args)

    def report(share: float) -> None:
        progress.share = share

    result = run_sweep(asked, cancel=progress.cancel, report=report)
    found = sweep_numbers(result)
    settings = {"command": "sweep", **found.settings}
    return Record(settings, found.arrays, found.columns, summaries.sweep(result))


def _asked(args: Namespace) -> Sweep:
    """Return the sweep that the options ask for; what is refused begins with an option's name."""
    axes: list[Axis] = []
    fixed: dict[str, Any] = dict(DEFAULTS)
    for name in WHAT:
        given = getattr(args, name)
        if given is None:
            continue
        if len(given) == 1:
            fixed[name] = given[0]
        else:
            axes.append(_axis(name, given))
            fixed[name] = axes[-1].value(0)
    axes = axes or [axis for axis in _USUAL if getattr(args, axis.name) is None]
    if not 1 <= len(axes) <= 2:
        ranges = ", ".join(axis.name for axis in axes) or "none"
        raise ValueError(
            f"{(*(a.name for a in axes), 'eta')[0]}: one or two settings can be ranges, got {ranges}"
        )
    hp = Hyperparameters(*(fixed[name] for name in ("beta", "eta", "gamma", "delta")))
    starts = _starts(args, fixed["fan_in"])
    judging = {name: fixed[name] for name in ("rho", "epsilon", "max_iterations")}
    try:
        return Sweep(axes=tuple(axes), hyperparameters=hp, starts=starts, tolerance=args.tolerance, **judging)
    except ValueError as error:
        about = str(error).partition(" ")[0]
        option = {"axes": axes[0].name, "starts": "n_w" if args.init is None else "units"}.get(about)
        raise ValueError(f"{option}: {error}") if option else error from None


def _axis(name: str, given: Sequence[Any]) -> Axis:
    if len(given) not in (3, 4):
        rule = "one value or a range MIN MAX COUNT and perhaps a scale"
        raise ValueError(f"{name} must be {rule}, got {shown(given)}")
    start, stop, count, *scale = given
    if isinstance(count, float) and count.is_integer():
        count = int(count)
    try:
        return Axis(name, start, stop, count, *scale)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _starts(args: Namespace, fan_in: int) -> Grid | Draw:
    """Return a window's starts or drawn units; an option of the other is refused."""
    for option in (*args.given, *(["fan_in"] if args.fan_in is not None else [])):
        if (option in _WINDOW) != (args.init is None):
            beside = "without" if args.init is None else "beside"
            raise ValueError(f"{option} must be left out {beside} --init")
    if args.init is None:
        return window_grid(args)
    try:
        initializer = Initializer(args.init, fan_in, args.fan_out, args.weight_std, args.bias_std)
    except ValueError as error:
        raise ValueError(str(error).replace("scheme", "init", 1)) from error
    return Draw(initializer, args.units, args.seed)
