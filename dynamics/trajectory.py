"""One path of momentum descent from one start."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics import checks, kernels
from dynamics.arrays import ReadOnlyArrays, read_only
from dynamics.engine.superstep import weights
from dynamics.engine.traps import unstable_slope
from dynamics.hyperparameters import Hyperparameters
from dynamics.outcome import Cancellation, Cancelled
from dynamics.relu import activation_probability, expected_loss

Floats = NDArray[np.float64]
PathMethod = Literal["reference", "fast"]

_ACCURACY = 1e-8  # error of θ allowed a leap, of the distance from the cone's tip or the ground truth
_LONGEST = 24  # exponent of the longest leap, 2^24 updates
_FLOOR = 1e-9  # of |θ*|: nearer to the ground truth no error matters


@dataclass(frozen=True, eq=False)
class Trajectory(ReadOnlyArrays):
    """The path of one start; every array has one entry per recorded iteration and is read-only.

    Attributes
    ----------
    hyperparameters : Hyperparameters
    iteration : int64 (n,)
        How many updates were made; 0 is the start. By default 0, 1, …, steps.
    w, b, rho : float64 (n,)
        The parameters θ.
    m_w, m_b, m_rho : float64 (n,)
        The momentum, zero at the start.
    loss, activation_probability : float64 (n,)
        L(θ) and P(z > 0), computed when they are first asked for.

    Notes
    -----
    A path that diverges goes on with inf and nan.
    """

    hyperparameters: Hyperparameters
    iteration: NDArray[np.int64]
    w: Floats
    b: Floats
    rho: Floats
    m_w: Floats
    m_b: Floats
    m_rho: Floats

    @cached_property
    def loss(self) -> Floats:
        """L(θ), float64 (n,)."""
        hp = self.hyperparameters
        return read_only(expected_loss(self.w, self.b, hp.gamma, hp.delta, self.rho))

    @cached_property
    def activation_probability(self) -> Floats:
        """P(z > 0), float64 (n,)."""
        return read_only(activation_probability(self.w, self.b, self.rho))


def recorded(record: ArrayLike, name: str, last: int) -> NDArray[np.int64]:
    """Return the iterations to keep, checked: rising, within 0 … `last`, the argument called `name`."""
    kept = np.asarray(record)
    if kept.ndim != 1 or kept.size == 0 or not np.issubdtype(kept.dtype, np.integer):
        raise ValueError("record must be a non-empty list of whole numbers")
    kept = kept.astype(np.int64)
    if kept[0] < 0 or kept[-1] > last or np.any(np.diff(kept) <= 0):
        raise ValueError(f"record must rise from at least 0 to at most {name} = {last}")
    return kept


def trajectory(
    hp: Hyperparameters,
    start: tuple[float, float],
    steps: int = 500,
    rho: float = 0.0,
    record: ArrayLike | None = None,
    before: tuple[int, Hyperparameters] | None = None,
    method: PathMethod = "reference",
    cancel: Cancellation | None = None,
) -> Trajectory:
    """Follow m' = βm + (1 − β)∇L(θ), θ' = θ − ηm' from one start with m₀ = 0.

    Parameters
    ----------
    hp : Hyperparameters
    start : (float, float)
        The start (w_L, b), finite.
    steps : int
        Number of updates, at least 0.
    rho : float
        The orthogonal weight of the start.
    record : array_like of int, optional
        The iterations to keep, rising, within 0 … steps; all of them by default.
    before : (int, Hyperparameters), optional
        Settings that so many of the first updates are made with; the path goes on from there, its momentum
        kept.
    method : {"reference", "fast"}
        "reference" makes every update, some 40 ns each. "fast" leaps over many where the path is smooth, as
        the maps' engine does (`dynamics.engine.superstep`). Of 1500 random settings with starts in
        [−3, 3]² the largest error of θ was 4e-3, in all others below 8e-4, the median 4e-10; whether a
        start on a border goes the same way is not certain.
    cancel : Cancellation, optional
        Calls the computation off.

    Returns
    -------
    Trajectory
        float64 (steps + 1,) arrays, or as long as `record`.

    Raises
    ------
    ValueError
        If a start is not finite, `steps` or the first updates no whole number or `record` not rising within
        0 … steps.
    Cancelled
        If `cancel` was cancelled before the end.
    """
    w, b = start
    w, b, rho = checks.finite("w", w), checks.finite("b", b), checks.finite("rho", rho)
    steps = checks.whole("steps", steps, 0)
    if method not in get_args(PathMethod):
        raise ValueError(f"method must be one of {', '.join(get_args(PathMethod))}, got {method!r}")
    iteration = np.arange(steps + 1) if record is None else recorded(record, "steps", steps)
    token = Cancellation() if cancel is None else cancel
    state = np.array([rho, w, b, 0.0, 0.0, 0.0])
    states = np.empty((0, 6))
    if before is not None:
        first = checks.whole("before", before[0], 0)
        early = iteration[iteration < first]
        states, state = np.split(_states(state, np.append(early, first), before[1], method, token), [-1])
        iteration_left = iteration[len(early) :] - first
    else:
        iteration_left = iteration
    states = np.concatenate([states, _states(state.ravel(), iteration_left, hp, method, token)])
    if token.cancelled:
        raise Cancelled
    rhos, ws, bs, m_rhos, m_ws, m_bs = np.ascontiguousarray(states.T)
    return Trajectory(
        hyperparameters=hp,
        iteration=iteration,
        w=ws,
        b=bs,
        rho=rhos,
        m_w=m_ws,
        m_b=m_bs,
        m_rho=m_rhos,
    )


def _states(
    state: Floats, iteration: NDArray[np.int64], hp: Hyperparameters, method: PathMethod, token: Cancellation
) -> Floats:
    """Return (ρ, w, b, m_ρ, m_w, m_b) after so many updates of a state, float64 (n, 6)."""
    states = np.zeros((len(iteration), 6))
    rho, w, b, m_rho, m_w, m_b = state
    setting = (rho, w, b, m_rho, m_w, m_b), iteration, hp.beta, hp.eta, hp.gamma, hp.delta
    if method == "reference":
        kernels.path(*setting, states, token.flag)
    else:
        floor = _FLOOR * math.hypot(hp.gamma, hp.delta)
        kernels.leaping_path(*setting, *_leaps(hp.beta, hp.eta), floor, states, token.flag)
    return states


@lru_cache(8)
def _leaps(beta: float, eta: float) -> tuple[Floats, float]:
    """Return the weights of leaps, and the slope b/r from which on there are none."""
    return weights(beta, eta, _LONGEST, _ACCURACY), unstable_slope(beta, eta)
