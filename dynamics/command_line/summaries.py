"""Results in a few lines, in plain ASCII so that every terminal can show them."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from dynamics.basins import BasinMap, Outcomes
from dynamics.field import VectorField
from dynamics.hyperparameters import Grid, Hyperparameters
from dynamics.layer import LayerUnits, Where
from dynamics.outcome import Outcome
from dynamics.records import Arrays
from dynamics.revival import RevivalTimes
from dynamics.sweep import Sweep
from dynamics.sweep_tiles import SweepResult
from dynamics.trajectory import Trajectory

_LIES = {
    "across": "across the weights",
    "along": "along the weights",
    "against": "against the weights",
    "file": "as the file says",
}
_LISTED = 20  # starts; of more only the shares are told


def basin(result: BasinMap) -> str:
    """The share of each outcome."""
    return "\n".join([_window(result.grid, result.rho), *_judging(result), *_shares(result)])


def outcomes(result: Outcomes) -> str:
    """What became of each start, if they are few, and the share of each outcome."""
    lines = [f"{result.w.size} starts", *_judging(result), *_shares(result)]
    if result.w.size <= _LISTED:
        ends = zip(result.w, result.b, result.outcome, result.iterations, strict=True)
        lines += [
            f"({w:g}, {b:g}): {Outcome(end).name.lower()} after {iterations} updates"
            for w, b, end, iterations in ends
        ]
    return "\n".join(lines)


def paths(found: Sequence[Trajectory]) -> str:
    """Where each path began and ended, and where it was least alive."""
    lines = [_setting(found[0].hyperparameters)]
    for path in found[:_LISTED]:
        alive = path.activation_probability
        least = int(np.argmin(alive))
        lines += [
            f"({path.w[0]:g}, {path.b[0]:g}): P(z > 0) {alive[0]:.4g}, loss {path.loss[0]:.4g}",
            f"  after {path.iteration[-1]} updates: w {path.w[-1]:.4g}, b {path.b[-1]:.4g}, "
            f"P(z > 0) {alive[-1]:.4g}, loss {path.loss[-1]:.4g}",
            f"  smallest P(z > 0): {alive[least]:.4g}, after {path.iteration[least]} updates",
        ]
    return "\n".join(lines)


def eigen(arrays: Arrays, values: np.ndarray) -> str:
    """The eigenvalues and what they mean at one setting, or how often each regime occurs."""
    regimes = arrays["regime"]
    if regimes.ndim > 0:
        names, counts = np.unique(regimes, return_counts=True)
        return "\n".join(
            f"{name:<12}{count} of {regimes.size}" for name, count in zip(names, counts, strict=True)
        )
    return "\n".join(
        [
            f"eigenvalues              {values[0]:.6g}, {values[1]:.6g}",
            f"largest modulus          {np.abs(values).max():.6g}",
            f"regime                   {regimes}",
            f"critical momentum        {arrays['critical_momentum']:.6g} at eta {arrays['eta']:g}",
            f"stable for eta below     {arrays['max_stable_learning_rate']:.6g} at beta {arrays['beta']:g}",
        ]
    )


def field(result: VectorField) -> str:
    """How strong the pull is, where it is strongest and where weakest."""
    strength = np.hypot(result.dw, result.db)
    lines = [_window(result.grid, result.rho), _setting(result.hyperparameters)]
    for word, index in (("strongest", strength.argmax()), ("weakest", strength.argmin())):
        row, column = np.unravel_index(index, strength.shape)
        w, b = result.grid.w[column], result.grid.b[row]
        lines.append(f"{word:<10} -grad L: {strength[row, column]:.4g} at ({w:.4g}, {b:.4g})")
    return "\n".join(lines)


def revivals(result: RevivalTimes) -> str:
    """How many units are dead and come back, and when; each unit, if they are few."""
    log, dead, never = result.log10_iterations, result.dead, result.never
    back = np.sort(log[np.isfinite(log)])
    lines = [
        _setting(result.hyperparameters) + f", epsilon {result.epsilon:g}",
        f"{dead.sum()} of {dead.size} units are dead",
        f"{never.sum()} never come back",
        f"{back.size} come back"
        + (f", after {_updates(back[0])} to {_updates(back[-1])} updates" if back.size > 0 else ""),
    ]
    untold = int((dead & np.isnan(log)).sum())
    if untold > 0:
        lines.append(f"{untold} cannot be told: they keep moving inside the cone")
    if log.ndim == 1 and log.size <= _LISTED:
        lines += [
            f"({w:g}, {b:g}): {_wait(is_dead, wait)}"
            for w, b, is_dead, wait in zip(result.w, result.b, dead, log, strict=True)
        ]
    return "\n".join(lines)


def layer(
    units: LayerUnits, hp: Hyperparameters, epsilon: float, direction: str, times: NDArray[np.float64]
) -> str:
    """How many units are where, how many come back, and the dead ones, the least deep first."""
    where, log = units.where(epsilon), units.log10_probability
    size, label = len(where), units.label and f", layer {units.label}"
    if not units.given:
        inputs = "standard normal"
    elif units.rows:
        inputs = f"{units.rows} rows, as a Gaussian and counted"
    else:
        inputs = "a mean and a covariance"
    lines = [f"{units.name}{label}: {size} units of {units.inputs} inputs; inputs: {inputs}", _setting(hp)]
    for kind in Where:
        count = int((where == kind).sum())
        if count > 0 or kind is Where.DEAD:
            lines.append(f"{kind.name.lower():<8}{100 * count / size:6.1f} %  {count}")
    dead = np.flatnonzero(where == Where.DEAD)
    if len(dead) == 0:
        return "\n".join(lines)
    back = int(np.isfinite(times[dead]).sum())
    lines.append(
        f"dead where P(z > 0) < {epsilon:g}; {back} come back, if the target lies {_LIES[direction]}"
    )
    for unit in dead[np.argsort(-log[dead], kind="stable")][:_LISTED]:
        counted = "" if units.active is None else f", active on {units.active[unit]} of {units.counted}"
        place = f"scale {units.scale[unit]:.4g}, mean {units.mean[unit]:.4g}, P(z > 0) 10^{log[unit]:.2f}"
        lines.append(f"unit {unit}: {place}{counted}: {_wait(True, times[unit])}")
    if len(dead) > _LISTED:
        lines.append(f"and {len(dead) - _LISTED} more dead units; --output writes all")
    return "\n".join(lines)


def sweep(result: SweepResult) -> str:
    """The dead share at every value of one setting, or where it is least and most over two."""
    asked, dead = result.sweep, result.dead_fraction
    varied = [axis.name for axis in asked.axes]
    ranges = [
        f"{len(axis)} x {axis.name} {axis.value(0):g} to {axis.value(-1):g}, {axis.scale}"
        for axis in asked.axes
    ]
    hp = asdict(asked.hyperparameters) | {"epsilon": asked.epsilon, "max_iterations": asked.max_iterations}
    fixed = [f"{name} {value:g}" for name, value in hp.items() if name not in varied]
    lines = [*ranges, _starts(asked), f"{', '.join(fixed)}, tolerance {asked.tolerance:g}"]
    if len(varied) == 1:
        for i, value in enumerate(asked.axes[0].values[:_LISTED]):
            lines.append(f"{varied[0]} {value:<10.5g} dead {100 * dead[i]:5.1f} %{_within(result, i)}")
        if len(dead) > _LISTED:
            lines.append(f"and {len(dead) - _LISTED} more")
    for word, index in (("least", dead.argmin()), ("most", dead.argmax())):
        place = ", ".join(f"{name} {value:.4g}" for name, value in asked.values(int(index)).items())
        lines.append(f"{word:<6} dead {100 * dead.flat[index]:5.1f} %, at {place}")
    return "\n".join(lines)


def _within(result: SweepResult, i: int) -> str:
    if result.interval is None:
        return ""
    low, high = (100 * end[i, Outcome.DEAD] for end in result.interval)
    return f", 95 % interval {low:.1f} to {high:.1f} %"


def _starts(asked: Sweep) -> str:
    if isinstance(asked.starts, Grid):
        return _window(asked.starts, asked.rho)
    drawn = asked.starts
    fan_in = (
        "" if "fan_in" in (axis.name for axis in asked.axes) else f" of fan-in {drawn.initializer.fan_in}"
    )
    return f"{drawn.units} units drawn by {drawn.initializer.scheme}{fan_in}, seed {drawn.seed}"


def _wait(dead: bool, log: float) -> str:
    if not dead:
        return "alive"
    if np.isnan(log):
        return "dead, cannot be told"
    return "dead, never back" if np.isposinf(log) else f"dead, back after {_updates(log)} updates"


def _updates(log: float) -> str:
    """Write 10^log as far as it is worth."""
    return f"{10**log:.4g}" if log < 15 else f"10^{log:.1f}"


def _window(grid: Grid, rho: float) -> str:
    w, b = f"w {grid.w_min:g} to {grid.w_max:g}", f"b {grid.b_min:g} to {grid.b_max:g}"
    return f"{grid.n_w} x {grid.n_b} starts, {w}, {b}, rho {rho:g}"


def _setting(hp: Hyperparameters) -> str:
    return f"beta {hp.beta:g}, eta {hp.eta:g}, gamma {hp.gamma:g}, delta {hp.delta:g}"


def _judging(result: BasinMap | Outcomes) -> list[str]:
    if result.tolerance == 0:
        rule = f"after exactly {result.max_iterations} updates"
    else:
        rule = f"stopped at tolerance {result.tolerance:g} or after {result.max_iterations} updates"
    return [_setting(result.hyperparameters), f"{rule}; dead where P(z > 0) < {result.epsilon:g}"]


def _shares(result: BasinMap | Outcomes) -> list[str]:
    counts = {outcome: int((result.outcome == outcome).sum()) for outcome in Outcome}
    return [
        f"{outcome.name.lower():<10}{100 * result.fraction(outcome):6.1f} %  {count}"
        for outcome, count in counts.items()
        if count > 0 or outcome is Outcome.DEAD
    ]
