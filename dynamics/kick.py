"""The smallest kick that kills: how far a living unit is from a start that ends in the dead cone."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.basins import BORDER_ERROR, Method, outcomes
from dynamics.hyperparameters import Hyperparameters
from dynamics.outcome import Cancellation, Outcome

Floats = NDArray[np.float64]
Dies = Callable[[Floats, Floats], NDArray[np.bool_]]  # lengths and angles of kicks, of one shape

REACH = 64.0  # longest kick tried, in units of ‖θ‖ + ‖θ*‖
_DIRECTIONS = 17  # of a finer ring
_RINGS = 3
_STEP = 1 / 512  # of the length: how finely it is found at last
_LADDER = np.arange(-4, 5)  # steps around the length at which the map is iterated plainly


@dataclass(frozen=True)
class Kick:
    """The smallest displacement of θ = (w_L, b) found that ends in death.

    Attributes
    ----------
    w, b, rho : float
        The unit before the kick.
    dw, db : float
        The displacement.
    length : float
        Its length, in units of θ; 0 for a unit that dies without a kick.
    step : float
        How finely the length was found in this direction.
    shorter_lives : bool
        Whether the kick shorter by one `step` lives and this one dies, both by plain iteration.
    angle_step, length_step : float
        The spacing of directions, in radians, and of lengths at which shorter kicks were looked for. What
        is thinner than that may have been missed.
    """

    w: float
    b: float
    rho: float
    dw: float
    db: float
    length: float
    step: float
    shorter_lives: bool
    angle_step: float
    length_step: float


def smallest_kick(
    hp: Hyperparameters,
    w: float,
    b: float,
    rho: float = 0.0,
    *,
    epsilon: float = 1e-3,
    tolerance: float = 1e-6,
    max_iterations: int = 1_000_000,
    resolution: float = 1 / 32,
    cancel: Cancellation | None = None,
) -> Kick | None:
    """Find the smallest displacement of (w_L, b) after which a unit at rest, m₀ = 0, ends in death.

    Algorithm. The basin of death may have any shape, so kicks are tried in all directions: first with lengths
    that double, then on a polar grid up to the shortest deadly one, until that grid finds none shorter by its
    step; then the length is bisected in every direction that kills, and on ever finer rings around the best
    of them. These starts are judged by `outcomes`, method "fast"; at last the map is iterated plainly, method
    "exact", at nine lengths around the one found, which gives the length and the living kick below it.

    Parameters
    ----------
    hp : Hyperparameters
    w, b, rho : float
        The unit: a start that lives, or the ground truth (γ, δ, 0). ρ is not kicked.
    epsilon, tolerance, max_iterations
        As in `outcomes`.
    resolution : float
        Step of the polar grid as a share of the kick's length, along it and across, 0 < resolution ≤ 0.5.
    cancel : Cancellation, optional
        Calls the computation off.

    Returns
    -------
    Kick or None
        None when no kick up to 64·(‖θ‖ + ‖θ*‖) was found to kill.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    Cancelled
        If `cancel` was cancelled before the end.
    """
    w, b, rho = checks.finite("w", w), checks.finite("b", b), checks.finite("rho", rho)
    resolution = checks.real("resolution", resolution, lambda x: 0 < x <= 0.5, "above 0 and at most 0.5")

    def judged(method: Method) -> Dies:
        def dies(length: Floats, angle: Floats) -> NDArray[np.bool_]:
            result = outcomes(
                hp,
                w + length * np.cos(angle),
                b + length * np.sin(angle),
                rho,
                epsilon=epsilon,
                tolerance=tolerance,
                max_iterations=max_iterations,
                method=method,
                cancel=cancel,
            )
            return np.asarray(result.outcome == Outcome.DEAD)

        return dies

    dies = judged("fast")
    n = math.ceil(2 * math.pi / resolution)
    spacing = 2 * math.pi / n
    if dies(np.zeros(1), np.zeros(1))[0]:
        return Kick(w, b, rho, 0.0, 0.0, 0.0, 0.0, True, spacing, 0.0)
    scale = math.hypot(w, b, rho) + math.hypot(hp.gamma, hp.delta)
    angles: Floats = np.arange(n, dtype=np.float64) * spacing
    found = _shortest(dies, scale * 2.0 ** np.arange(-8, math.log2(REACH) + 1), angles)
    if found is None:
        return None
    length, length_step = _grid(dies, found, angles, resolution)
    length, angle = _rings(dies, length, angles, spacing, length_step)
    end = math.hypot(w + length * math.cos(angle), b + length * math.sin(angle), rho)
    step = max(_STEP * length, BORDER_ERROR * end / 2)
    length, lives = _confirmed(judged("exact"), length, angle, step)
    shift = length * math.cos(angle), length * math.sin(angle)
    return Kick(w, b, rho, *shift, length, step, lives, spacing, length_step)


def _shortest(dies: Dies, lengths: NDArray[np.floating[Any]], angles: Floats) -> float | None:
    """Return the first of the rising `lengths` that kills in any direction."""
    dead = dies(*np.broadcast_arrays(lengths[:, None], angles[None, :]))
    rows = np.flatnonzero(dead.any(axis=1))
    return float(lengths[rows[0]]) if len(rows) else None


def _grid(dies: Dies, length: float, angles: Floats, resolution: float) -> tuple[float, float]:
    """Look for shorter kicks on polar grids until one finds none; return the length and the last step."""
    while True:
        step = resolution * length
        shorter = _shortest(dies, np.arange(1, math.ceil(1 / resolution)) * step, angles)
        if shorter is None:
            return length, step
        length = shorter


def _rings(dies: Dies, length: float, angles: Floats, spacing: float, step: float) -> tuple[float, float]:
    """Bisect the length in every direction that kills, then on ever finer rings around the best one."""
    angle = float(angles[0])
    for _ in range(_RINGS):
        angles = angles[dies(np.full(len(angles), length), angles)]
        low, high = np.full(len(angles), max(length - 2 * step, 0.0)), np.full(len(angles), length)
        while (high - low).max() > _STEP * length / 4:
            middle = (low + high) / 2
            dead = dies(middle, angles)
            low, high = np.where(dead, low, middle), np.where(dead, middle, high)
        best = int(np.argmin(high))
        length, angle = float(high[best]), float(angles[best])
        angles = angle + spacing * np.linspace(-1, 1, _DIRECTIONS)
        spacing *= 4 / (_DIRECTIONS - 1)
    return length, angle


def _confirmed(dies: Dies, length: float, angle: float, step: float) -> tuple[float, bool]:
    """Return the length next to the one found that dies while a step less lives, and whether there is one."""
    lengths = np.maximum(length + step * _LADDER, 0.0)
    dead = dies(lengths, np.full(len(lengths), angle))
    borders = np.flatnonzero(dead[1:] & ~dead[:-1]) + 1
    if not len(borders):
        return length, False
    return float(lengths[borders[np.argmin(np.abs(borders - len(_LADDER) // 2))]]), True
