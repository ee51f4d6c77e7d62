"""What the tab Back to the theory says and shows of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from dashboard.numbers import grouped, percent, readable
from experiments import kept
from experiments.intervals import estimate
from experiments.theory import LONE, WIDTHS, TheoryResult
from figures import View, few_units, first_layer, lone_units

PICTURES = ("first-layer", "lone-units", "few-units")


def title(result: TheoryResult) -> str:
    """Return the heading: what the theory says of the widest networks that are trained, and what is seen."""
    known = np.flatnonzero(np.isfinite(estimate(result.seen, axis=1).mean))
    if not known.size:
        return "Where does the theory of one unit end?"
    widest = int(known[-1])
    says, seen = (float(np.nanmean(values[widest])) for values in (result.predicted, result.seen))
    units = f"{WIDTHS[widest]} trained units" if WIDTHS[widest] > 1 else "networks of one unit"
    do = "does" if seen == 0 else "do"
    return f"The theory says {_some(says)} die; of {units} {_some(seen)} {do}."


def _some(share: float) -> str:
    return "none" if share == 0 else percent(share).replace("< ", "under ").replace("> ", "over ")


def context(result: TheoryResult) -> str:
    """Say at which hyperparameters, and what stands above."""
    spec = result.spec
    values = {"β": spec.beta, "η": spec.eta, "γ": spec.gamma, "δ": spec.delta}
    at = ", ".join(f"{letter} = {readable(value, 4)}" for letter, value in values.items())
    return f"At {at}."


def counting(result: TheoryResult) -> str:
    """Say what was trained on what, how, and what is left out."""
    spec = result.spec
    text = f"One hidden layer, the paper’s momentum, {grouped(spec.steps)} updates. "
    text += (
        f"The network whose units are shown learns the data set {kept.load(spec.dataset).name}, 32 rows at "
    )
    text += f"a time; those of 1 to {WIDTHS[-1]} units learn the paper’s teacher, all rows at a time, "
    text += f"{_seeds(spec.seeds)} each. "
    text += f"Dead: active on fewer than {readable(100 * spec.epsilon)} % of the rows; the "
    text += "cones are those of x ~ N(0, I)."
    if result.diverged:
        text += f" ▲ {result.diverged} of {spec.networks} networks diverged and are left out."
    return text


def _seeds(count: int) -> str:
    return f"{count} seeds" if count > 1 else "one seed"


def followed(result: TheoryResult) -> str:
    """Name the network whose units are followed."""
    return f"data set {kept.load(result.spec.dataset).name}, {result.spec.width} units"


def lone(result: TheoryResult) -> str:
    """Say how far theory and count of the lone units are apart: the mean over the settings."""
    seen, says = result.lone_seen.mean(axis=1), result.lone_predicted.mean(axis=1)
    known = np.isfinite(seen)
    count = int(known.sum())
    if not count:
        return "18 settings of γ and β, at this η and δ."
    gap, most = (100 * float(f(np.abs(says - seen)[known])) for f in (np.mean, np.max))
    what = f"{count} settings" if count == len(LONE) else f"{count} of {len(LONE)} settings so far"
    return f"{what}: theory and count differ by {gap:.1f} points on average, at most {most:.0f}."


def few(result: TheoryResult) -> str:
    """Say what the networks of few units are."""
    return f"The same settings, but the output weights are trained too; {_seeds(result.spec.seeds)} each."


def drawn(result: TheoryResult, view: View) -> dict[str, Any]:
    """Return the pictures, by the name of their place."""
    # An empty frame has no cones: they would look like a result.
    plane = view if np.isfinite(result.active).any() else replace(view, layers=frozenset())
    figures = first_layer(result, plane), lone_units(result, view), few_units(result, view)
    return dict(zip(PICTURES, figures, strict=True))


def pictures_in_words(result: TheoryResult) -> dict[str, str]:
    """Return each picture in words, with its numbers."""
    return {
        "first-layer": _first_layer(result),
        "lone-units": f"Dead share of lone units: seen against theory. {lone(result)}",
        "few-units": _few_units(result),
    }


def _first_layer(result: TheoryResult) -> str:
    head = "Units of the first layer of a trained network as points, ±‖w‖ across and bias b up, over the "
    head += "dead and the linear cone. "
    if not np.isfinite(result.length[-1]).any():
        return f"{head}Nothing is run yet."
    dead = result.dead.sum(axis=1)
    least, most = float(np.nanmin(result.bias[-1])), float(np.nanmax(result.bias[-1]))
    after = f"after {grouped(result.spec.steps)} updates"
    return (
        f"{head}{result.spec.width} units begin at b = 0; {after} {dead[-1]} are "
        f"dead and their biases reach from {readable(least)} to {readable(most)}."
    )


def _few_units(result: TheoryResult) -> str:
    head = "Dead share against the number of trained hidden units. "
    seen, says = estimate(result.seen, axis=1), estimate(result.predicted, axis=1)
    told = [
        f"{width}: theory {percent(float(says.mean[i]))}, seen {percent(float(seen.mean[i]))}"
        for i, width in enumerate(WIDTHS)
        if np.isfinite(seen.mean[i])
    ]
    return f"{head}{'; '.join(told)}." if told else f"{head}Nothing is run yet."
