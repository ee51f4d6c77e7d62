"""What is said of a layer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.numbers import grouped, percent, readable
from dashboard.settings import Settings
from dynamics.layer import LayerUnits
from dynamics.layer_waits import Direction
from dynamics.tensor_file import MIB

QUESTION = "Which units of your layer are dead?"
# How the target lies to the weights of each unit, as the page lets one choose.
DIRECTIONS: dict[Direction, str] = {
    "across": "across the weights",
    "along": "along the weights",
    "against": "against the weights",
    "file": "as the file says",
}


class Counts(NamedTuple):
    """How many units there are of each kind."""

    dead: int
    between: int
    linear: int
    invalid: int


def title(counts: Counts, waits: NDArray[np.float64]) -> str:
    """Return the heading: how many units are dead, and how many of them would come back.

    Parameters
    ----------
    counts : Counts
    waits : float64
        Of all dead units, or of some that stand for them: log₁₀ of the updates until they are back.
    """
    total = sum(counts) - counts.invalid
    if total == 0:
        return QUESTION
    of = f"{grouped(total)} unit{'s' * (total != 1)}"
    if counts.dead == 0:
        return f"None of {of} is dead." if total > 1 else "The unit is not dead."
    dead = f"{grouped(counts.dead)} of {of} {'is' if counts.dead == 1 else 'are'} dead"
    told = waits[~np.isnan(waits)]
    back = int(np.isfinite(told).sum())
    if len(told) == 0:
        return f"{dead}."
    if counts.dead == 1:
        return f"{dead}; it would {'come back' if back else 'never come back'}."
    if len(waits) < counts.dead and 0 < back < len(told):
        return f"{dead}; about {percent(back / len(told))} of them would come back."
    number = "none" if back == 0 else "all" if back == len(told) == len(waits) else grouped(back)
    return f"{dead}; {number} of them would come back."


def context(settings: Settings, direction: Direction, counts: Counts, asked: int) -> str:
    """Say what "back after" means at these settings."""
    hp = settings.hyperparameters
    values = {"β": hp.beta, "η": hp.eta, "γ": hp.gamma, "δ": hp.delta}
    at = ", ".join(f"{name} = {readable(value, 4)}" for name, value in values.items())
    told = f"Back after: updates at {at}, each unit for itself, its inputs whitened."
    if asked < counts.dead:
        told += f" Computed for {grouped(asked)} of the dead, evenly over their depth, and for those listed."
    return told


def file_line(units: LayerUnits, size: int, layers: int) -> str:
    """Say what was read, and which layer it is of several."""
    n, k = len(units.scale), units.inputs
    label = f"{units.label}: " if layers > 1 else ""
    return f"{label}weight {grouped(n)} × {grouped(k)}, bias {grouped(n)}, {_size(size)}"


def _size(size: int) -> str:
    return f"{size / MIB:.2f} MiB" if size >= 0.01 * MIB else f"{size / 1024:.1f} KiB"


def inputs_line(units: LayerUnits, file: str) -> str:
    """Say what the inputs are taken to be."""
    if not units.given:
        return "standard normal"
    beside = file or "in the file"
    if units.rows:
        return f"{beside}, {grouped(units.rows)} rows"
    return f"{beside}, mean and covariance"


def silent_line(units: LayerUnits) -> str:
    """Say how many units the rows never activate; empty without rows."""
    if units.active is None:
        return ""
    silent = int(((units.active == 0) & units.valid).sum())
    number = "No unit is" if silent == 0 else f"{grouped(silent)} {'unit is' if silent == 1 else 'units are'}"
    which = "inactive on all" if silent == 0 else "active on none"
    return f"{number} {which} of the {grouped(units.counted)} rows. "


def notes(units: LayerUnits) -> list[str]:
    """Say what was left out."""
    found = []
    invalid = int((~units.valid).sum())
    if invalid > 0:
        what = "units contains" if invalid == 1 else "units contain"
        them = "it is" if invalid == 1 else "they are"
        rest = f"NaN or numbers beyond ±10³⁰; {them} listed as invalid."
        found.append(f"{units.name}: {grouped(invalid)} of {grouped(len(units.scale))} {what} {rest}")
    if units.counted < units.rows:
        some = f"{grouped(units.counted)} of {grouped(units.rows)} rows"
        found.append(f"Counted on {some}, evenly spread: all would take too long here.")
    return found
