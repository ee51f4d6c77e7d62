"""How dead is dead: how long a unit in the dead cone takes to come back, if ever."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics import checks, revival_kernels, threads
from dynamics.arrays import ReadOnlyArrays, finite_points
from dynamics.engine.superstep import weights
from dynamics.hyperparameters import Hyperparameters
from dynamics.outcome import Cancellation, Cancelled
from dynamics.relu import dead_cone_slope, expected_gradient, is_dead, log_activation_probability

Floats = NDArray[np.float64]

_ACCURACY = 1e-3  # of a step of the flow; the time comes out far better, see `revival_time`
_STEP_ACCURACY = 1e-4  # of θ, relative to r, in a superstep of the map
_LONGEST_STEP = 40  # 2⁴⁰ iterations
_PIECE = 256  # units a thread takes at a time


@dataclass(frozen=True, eq=False, kw_only=True)
class RevivalTimes(ReadOnlyArrays):
    """What `revival_time` returns; all arrays have the shape of the units and are read-only.

    Attributes
    ----------
    hyperparameters : Hyperparameters
    epsilon : float
    w, b, rho : float64
        The units, broadcast to one shape.
    log10_iterations : float64
        log₁₀ of the iterations after which P(z > 0) ≥ ε again: at least 0, and +∞ for never. nan for a unit
        outside the dead cone, where there is nothing to ask, and for one that could not be told: at large η
        a few keep moving inside the cone.
    """

    hyperparameters: Hyperparameters
    epsilon: float
    w: Floats
    b: Floats
    rho: Floats
    log10_iterations: Floats

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Which units lie in the dead cone."""
        return is_dead(self.w, self.b, self.rho, self.epsilon)

    @property
    def never(self) -> NDArray[np.bool_]:
        """Which units lie in the dead cone and never come back."""
        return np.isposinf(self.log10_iterations)


def revival_time(
    hp: Hyperparameters,
    w: ArrayLike,
    b: ArrayLike,
    rho: ArrayLike = 0.0,
    *,
    epsilon: float = 1e-3,
    cancel: Cancellation | None = None,
) -> RevivalTimes:
    """Tell after how many iterations units in the dead cone are back: P(z > 0) ≥ ε (section 4).

    The unit is at rest, m₀ = 0. Momentum matters little here: what a unit brings along decays within some
    1/(1 − β) iterations, after which m follows ∇L. If it carries the unit on, ask from where that ends.

    Algorithm. Where ∇L changes by less than 10⁻³ in 1/(1 − β) iterations and the way back takes more than
    10⁴ times as many, the map follows the gradient flow dθ/dt = −∇L, and the answer is t/η. The flow is
    integrated in r = √(ρ² + w²), c = b/r and w/r with φ(c) taken out, by a Rosenbrock method of order 4;
    t = ∫ r/φ(c) dσ is summed relative to its largest part, so that nothing under- or overflows at any depth.
    Elsewhere the map itself is iterated by the engine's supersteps, 2^p iterations in one and the last ones
    singly, until the unit is back or the flow takes over. "Never" is decided by bounds on the exact flow:
    the unit sinks for ever (w < 0), or ends at a ground truth that itself lies in the cone (δ/γ < Φ⁻¹(ε)),
    or cannot cross the border anywhere.

    Errors, measured. Of log₁₀ at most 1e-4 against 30-digit integration of ten flows down to c = −40, two of
    which first sink; against plain iteration at most one iteration or 0.2 %, whichever is more (300 units of
    random settings, up to 10⁶ iterations). Next to the units that sink for ever paths part, and only the size
    of log₁₀ is right; a superstep that left the cone and came back within itself would be overlooked.

    Parameters
    ----------
    hp : Hyperparameters
    w, b, rho : array_like of float
        The units, finite; they broadcast, as in ``revival_time(hp, grid.w, grid.b[:, None])``.
    epsilon : float
        Dead threshold ε, 0 < ε < 0.5.
    cancel : Cancellation, optional
        Calls the computation off.

    Returns
    -------
    RevivalTimes

    Raises
    ------
    ValueError
        If a unit is not finite or ε out of its range.
    Cancelled
        If `cancel` was cancelled before the end.
    """
    slope = dead_cone_slope(epsilon)
    units = finite_points("unit", w, b, rho)
    flag = Cancellation().flag if cancel is None else cancel.flag
    log10_iterations = np.full(units[0].shape, np.nan)
    dead = np.flatnonzero(is_dead(*units, epsilon))
    flat_w, flat_b, flat_rho = (values.ravel()[dead] for values in units)
    found = np.empty(len(dead))
    table = weights(hp.beta, hp.eta, _LONGEST_STEP, _STEP_ACCURACY)
    settings = hp.eta, hp.gamma, hp.delta, slope, 1 / (1 - hp.beta), table, _ACCURACY, flag

    def work(piece: slice) -> None:
        revival_kernels.fill(flat_rho[piece], flat_w[piece], flat_b[piece], *settings, found[piece])

    threads.run(work, (slice(i, i + _PIECE) for i in range(0, len(dead), _PIECE)), flag)
    if cancel is not None and cancel.cancelled:
        raise Cancelled
    log10_iterations.flat[dead] = found
    return RevivalTimes(
        hyperparameters=hp,
        epsilon=float(epsilon),
        w=units[0],
        b=units[1],
        rho=units[2],
        log10_iterations=log10_iterations,
    )


def at_depth(w: float, b: float, rho: float, depth: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Turn a unit at constant ‖θ‖ to other depths −b/r, its weights keeping their direction.

    Parameters
    ----------
    w, b, rho : float
        The unit; at w = ρ = 0 its weight is taken to point along +w_L.
    depth : array_like of float

    Returns
    -------
    w, b, rho : float64 arrays of the shape of `depth`
    """
    depth = np.asarray(depth, dtype=np.float64)
    r = math.hypot(w, rho)
    along, across = (w / r, rho / r) if r > 0 else (1.0, 0.0)
    size = math.hypot(r, b) / np.hypot(1.0, depth)
    return along * size, -depth * size, across * size


def log10_steps_until_active(w: ArrayLike, b: ArrayLike, rho: ArrayLike = 0.0, *, batch: int) -> Floats:
    """Return log₁₀ of the expected number of steps until a sample of a batch is active at all.

    Every step draws a new batch of B samples, one of which at least is active with probability
    1 − (1 − Φ(c))^B: the expected number of steps is its inverse, for a dead unit 1/(B·Φ(c)). It is a wait in
    another sense than `revival_time`'s: only at such a step does the gradient of the batch differ from zero.

    Parameters
    ----------
    w, b, rho : array_like of float
        As in `activation_probability`; they broadcast.
    batch : int
        Samples in a batch B, at least 1.

    Returns
    -------
    float64 array of the broadcast shape
        At least 0; finite where Φ(c) underflows; +∞ for a unit that is constantly zero.
    """
    batch = checks.whole("batch", batch, 1)
    log_active = log_activation_probability(w, b, rho)
    with np.errstate(divide="ignore", over="ignore"):
        all_silent = batch * np.log1p(-np.exp(log_active))  # log((1 − Φ)^B)
        some = np.where(log_active < -30.0, math.log(batch) + log_active, np.log(-np.expm1(all_silent)))
    return np.asarray(-np.minimum(some, 0.0) / math.log(10.0))


def frozen_in_float32(
    hp: Hyperparameters, w: ArrayLike, b: ArrayLike, rho: ArrayLike = 0.0
) -> NDArray[np.bool_]:
    """Tell whether an update in single precision changes nothing, so that the unit stays for ever.

    That is so where η∇L, which a momentum at rest tends to, is below half a unit in the last place of each of
    w, b and ρ: the subtraction is done as float32 does it. ρ counts as one weight; spread over many
    orthogonal weights it freezes no earlier than that, up to rounding.

    Parameters
    ----------
    hp : Hyperparameters
    w, b, rho : array_like of float
        The units; they broadcast.

    Returns
    -------
    bool array of the broadcast shape
    """
    parameters = [np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(w, b, rho)]
    gradients = expected_gradient(parameters[0], parameters[1], hp.gamma, hp.delta, parameters[2])
    frozen = np.ones(parameters[0].shape, dtype=np.bool_)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for parameter, gradient in zip(parameters, gradients, strict=True):
            single = parameter.astype(np.float32)
            frozen &= single - (hp.eta * gradient).astype(np.float32) == single
    return np.asarray(frozen)
