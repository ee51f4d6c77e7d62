"""How long the dead units of a layer take to come back, and all that is known of its units as a table."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.hyperparameters import Hyperparameters
from dynamics.layer import WHERE_NAMES, LayerUnits, Where
from dynamics.outcome import Cancellation
from dynamics.records import Numbers
from dynamics.revival import revival_time

Floats = NDArray[np.float64]
Direction = Literal["across", "along", "against", "file"]


def unit_waits(
    units: LayerUnits,
    hp: Hyperparameters,
    epsilon: float,
    direction: Direction = "across",
    *,
    most: int | None = None,
    cancel: Cancellation | None = None,
) -> Floats:
    """Return log₁₀ of the updates after which each dead unit is back, by `revival_time`.

    Each unit is taken for itself: its target is γ·t + δ with t standard normal, linear in the inputs; its
    updates are those of the exact gradient in whitened inputs, at rest at first. How its weight lies to the
    target has to be assumed where the target's direction is unknown.

    Parameters
    ----------
    units : LayerUnits
    hp : Hyperparameters
    epsilon : float
    direction : "across", "along", "against" or "file"
        w_L = 0, as nearly holds for a random direction among many inputs; w_L = ‖w‖; w_L = −‖w‖; or as the
        target that came with the layer says.
    most : int, optional
        Compute at most so many, spread evenly over how deep the dead units lie.
    cancel : Cancellation, optional

    Returns
    -------
    float64 (units,)
        +∞ for never; nan for units that are not dead, and for those that were not computed.

    Raises
    ------
    ValueError
        If the direction is to be the file's, and there is none.
    """
    dead = np.flatnonzero(units.where(epsilon) == Where.DEAD)
    if most is not None and len(dead) > most:
        depth = np.argsort(units.log10_probability[dead], kind="stable")
        dead = dead[depth[np.linspace(0, len(dead) - 1, most).astype(np.int64)]]
    found = np.full(units.scale.shape, np.nan)
    along = None if units.along is None else units.along[dead]
    found[dead] = wait(hp, units.scale[dead], units.mean[dead], along, epsilon, direction, cancel)
    return found


def wait(
    hp: Hyperparameters,
    scale: Floats,
    mean: Floats,
    along: Floats | None,
    epsilon: float,
    direction: Direction,
    cancel: Cancellation | None = None,
) -> Floats:
    """Return the same of dead units that are given by `scale`, `mean` and perhaps `along`."""
    if direction == "file":
        if along is None:
            raise ValueError(
                "direction must be across, along or against: the file tells no target, got 'file'"
            )
        w = np.clip(along, -scale, scale)
    elif direction in ("across", "along", "against"):
        w = {"across": 0.0, "along": 1.0, "against": -1.0}[direction] * scale
    else:
        raise ValueError(f"direction must be across, along, against or file, got {direction!r}")
    # r² − w_L² as a product, which does not cancel
    rho = np.sqrt((scale - w) * (scale + w))
    found = revival_time(hp, w, mean, rho, epsilon=epsilon, cancel=cancel).log10_iterations.copy()
    found[(scale == 0) & (mean <= 0)] = np.inf  # no gradient at all
    return np.asarray(found)


def layer_numbers(
    units: LayerUnits, hp: Hyperparameters, epsilon: float, direction: Direction, found: Floats
) -> Numbers:
    """Return a layer as arrays and as a table with a row for each unit, in the file's order.

    Parameters
    ----------
    units : LayerUnits
    hp, epsilon, direction
        As in `unit_waits`.
    found : float64 (units,)
        What `unit_waits` returns.
    """
    settings: dict[str, float | int | str] = {
        "layer_file": units.name,
        "layer": units.label,
        "inputs": units.inputs,
    }
    settings |= {"beta": hp.beta, "eta": hp.eta, "gamma": hp.gamma, "delta": hp.delta}
    settings |= {"epsilon": checks.epsilon(epsilon), "direction": str(direction)}
    where = units.where(epsilon)
    columns: dict[str, NDArray[Any]] = {"unit": np.arange(len(where)), "where": WHERE_NAMES[where]}
    columns["activation_probability"] = units.probability
    columns["log10_activation_probability"] = units.log10_probability
    if units.active is not None:
        columns |= {"active": units.active}
        settings |= {"rows": units.rows, "rows_counted": units.counted}
    columns |= {"scale": units.scale, "mean": units.mean}
    if units.along is not None:
        columns["along"] = units.along
    columns["log10_iterations"] = found
    return Numbers(settings, columns, columns)
