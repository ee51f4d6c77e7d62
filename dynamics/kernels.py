"""The compiled kernels of the reference and the trajectories: gradient, map, path, basin.

They share one file because numba's cache on disk notices a change of the file a function stands in, but
not of the files it calls into. For the same reason the numbers of the stop rule are arguments.
"""

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dynamics.outcome import Outcome

Floats = NDArray[np.float64]
Function = TypeVar("Function", bound=Callable[..., object])
State = tuple[float, float, float, float, float, float]  # ρ, w, b, m_ρ, m_w, m_b

# Where Φ(c) and φ(c) are 0 in double precision for all purposes of the map: exp(−40²/2) < 5e-324.
FARTHEST = 40.0
# Iterations between two looks at the cancel flag, about 0.2 ms.
_POLL = 4096
_DEAD, _CONVERGED, _STALLED, _UNDECIDED, _DIVERGED = (int(outcome) for outcome in Outcome)
_SQRT_HALF = math.sqrt(0.5)
_DENSITY = 1.0 / math.sqrt(2.0 * math.pi)


def compiled(function: Function) -> Function:
    """Compile `function` with numba on its first call.

    It releases the interpreter lock, so that threads run in parallel; it is cached on disk, so that only
    the first start ever compiles; it divides as numpy does, so that 0/0 is nan and not an exception.
    Fast-math stays off: the kernels give bit for bit what the same Python gives.
    """
    kernel: Function = njit(nogil=True, cache=True, error_model="numpy")(function)
    return kernel


@compiled
def gradient(rho: float, w: float, b: float, gamma: float, delta: float) -> tuple[float, float, float]:
    """Return (∂L/∂ρ, ∂L/∂w, ∂L/∂b), the scalar twin of `dynamics.relu.expected_gradient`.

    The formulas are those of `dynamics.relu`. Φ comes from erfc, so it keeps its relative accuracy in
    the tail (3e-13 at c = −37, less further in); Φ and φ are 0 or 1 exactly beyond |c| = 40.
    """
    r = abs(w) if rho == 0.0 else math.sqrt(rho * rho + w * w)
    if abs(b) >= FARTHEST * r:  # far in a cone, and w = 0 as well
        if b > 0.0:
            return rho, w - gamma, b - delta
        return 0.0, 0.0, 0.0
    c = b / r
    active = 0.5 * math.erfc(-_SQRT_HALF * c)
    density = _DENSITY * math.exp(-0.5 * c * c)
    along = w / r
    pull = density * (c * gamma * along - delta)
    return (
        rho * (active + pull / r) if rho != 0.0 else 0.0,
        active * (w - gamma) + pull * along,
        density * (r - gamma * along) + active * (b - delta),
    )


@compiled
def step(
    state: State,
    beta: float,
    eta: float,
    gamma: float,
    delta: float,
) -> tuple[State, tuple[float, float, float]]:
    """Apply the map once to (ρ, w, b, m_ρ, m_w, m_b): m' = βm + (1 − β)g, θ' = θ − ηm'.

    Returns the new state and the gradient g it was made with.
    """
    rho, w, b, m_rho, m_w, m_b = state
    g = gradient(rho, w, b, gamma, delta)
    m_rho = beta * m_rho + (1.0 - beta) * g[0]
    m_w = beta * m_w + (1.0 - beta) * g[1]
    m_b = beta * m_b + (1.0 - beta) * g[2]
    return (rho - eta * m_rho, w - eta * m_w, b - eta * m_b, m_rho, m_w, m_b), g


@compiled
def path(
    state: State,
    iteration: NDArray[np.int64],
    beta: float,
    eta: float,
    gamma: float,
    delta: float,
    states: Floats,
    flag: NDArray[np.uint8],
) -> None:
    """Fill row i of `states` with (ρ, w, b, m_ρ, m_w, m_b) after iteration[i] updates of `state`.

    Ends early, with rows left as they were, once `flag` is not 0.
    """
    done = 0
    for i in range(len(iteration)):
        while done < iteration[i]:
            if done % _POLL == 0 and flag[0] != 0:
                return
            state, _ = step(state, beta, eta, gamma, delta)
            done += 1
        for j in range(6):
            states[i, j] = state[j]


@compiled
def leap(
    state: State, weights: Floats, gamma: float, delta: float
) -> tuple[State, tuple[float, float, float]]:
    """Make the k updates of a row of `dynamics.engine.superstep.weights` as one.

    Returns
    -------
    state : State
    error : (float, float, float)
        e, the second difference of the gradient along the k updates, by components.
    """
    _, decay, half_m, half_g, full_m, full_g, c1, c2, m1, m2 = weights[:10]
    rho, w, b, m_rho, m_w, m_b = state
    r0, w0, b0 = gradient(rho, w, b, gamma, delta)
    r1, w1, b1 = gradient(
        rho - half_m * m_rho - half_g * r0,
        w - half_m * m_w - half_g * w0,
        b - half_m * m_b - half_g * b0,
        gamma,
        delta,
    )
    r2, w2, b2 = gradient(
        rho - full_m * m_rho - full_g * (2.0 * r1 - r0),
        w - full_m * m_w - full_g * (2.0 * w1 - w0),
        b - full_m * m_b - full_g * (2.0 * b1 - b0),
        gamma,
        delta,
    )
    r1, w1, b1, r2, w2, b2 = (
        r1 - r0,
        w1 - w0,
        b1 - b0,
        r0 - 2.0 * r1 + r2,
        w0 - 2.0 * w1 + w2,
        b0 - 2.0 * b1 + b2,
    )
    rest = 1.0 - decay
    after = (
        rho - full_m * m_rho - full_g * r0 - c1 * r1 - c2 * r2,
        w - full_m * m_w - full_g * w0 - c1 * w1 - c2 * w2,
        b - full_m * m_b - full_g * b0 - c1 * b1 - c2 * b2,
        decay * m_rho + rest * r0 + m1 * r1 + m2 * r2,
        decay * m_w + rest * w0 + m1 * w1 + m2 * w2,
        decay * m_b + rest * b0 + m1 * b1 + m2 * b2,
    )
    return after, (r2, w2, b2)


@compiled
def leaping_path(
    state: State,
    iteration: NDArray[np.int64],
    beta: float,
    eta: float,
    gamma: float,
    delta: float,
    table: Floats,
    unstable: float,
    floor: float,
    states: Floats,
    flag: NDArray[np.uint8],
) -> None:
    """Fill `states` as `path` does, by leaps over as many updates as the error of θ allows.

    Errors of m count by what they do to θ, so columns 11 and 13 of the table are not looked at.

    Parameters
    ----------
    table : float64 (n, 14)
        `dynamics.engine.superstep.weights`.
    unstable : float
        Slope b/r from which on only the map itself will do.
    floor : float
        A distance below which errors are not looked at.
    """
    coast2 = (eta / (1.0 - beta)) ** 2
    done, power, wait, looks = 0, 0, 0, 0
    for i in range(len(iteration)):
        while done < iteration[i]:
            looks += 1
            if looks % _POLL == 0 and flag[0] != 0:
                return
            rho, w, b = state[0], state[1], state[2]
            now = power if b < unstable * math.sqrt(rho * rho + w * w) else 0
            while now > 0 and table[now, 0] > iteration[i] - done:
                now -= 1
            if now == 0:
                after, _ = step(state, beta, eta, gamma, delta)
                growing = wait == 0
            else:
                after, e = leap(state, table[now], gamma, delta)
                e2 = e[0] ** 2 + e[1] ** 2 + e[2] ** 2
                from_truth2 = after[0] ** 2 + (after[1] - gamma) ** 2 + (after[2] - delta) ** 2
                from_truth2 += coast2 * (after[3] ** 2 + after[4] ** 2 + after[5] ** 2)
                from_tip2 = after[0] ** 2 + after[1] ** 2 + after[2] ** 2
                scale2 = max(min(from_tip2, from_truth2), floor * floor)
                if not e2 * table[now, 10] < scale2:
                    power, wait = now - 1, 2
                    continue
                growing = wait == 0 and e2 * table[now, 12] < scale2
            state = after
            done += int(table[now, 0])
            wait = max(wait - 1, 0)
            if growing and now == power and power + 1 < len(table):
                power += 1
        for j in range(6):
            states[i, j] = state[j]


@compiled
def judge(
    rho: float, w: float, b: float, gamma: float, delta: float, slope: float, radius: float, stopped: bool
) -> int:
    """Return the outcome of a finite path that ended at (ρ, w, b).

    `slope` is Φ⁻¹(ε), `radius` how near the ground truth counts as converged.
    """
    if b < slope * np.sqrt(rho * rho + w * w):
        return _DEAD
    if rho * rho + (w - gamma) ** 2 + (b - delta) ** 2 < radius * radius:
        return _CONVERGED
    return _STALLED if stopped else _UNDECIDED


@compiled
def iterate(
    beta: float,
    eta: float,
    gamma: float,
    delta: float,
    slope: float,
    radius: float,
    longest: float,
    tolerance: float,
    max_iterations: int,
    flag: NDArray[np.uint8],
    w: Floats,
    b: Floats,
    rho: Floats,
    momentum: Floats,
    outcome: NDArray[np.uint8],
    iterations: NDArray[np.int64],
    final_w: Floats,
    final_b: Floats,
    final_rho: Floats,
) -> None:
    """Iterate each start to its end; the arrays from `w` on have one entry, or row, per start.

    A row of `momentum` is (m_w, m_b, m_ρ).
    """
    eta2, tolerance2, longest2 = eta * eta, tolerance * tolerance, longest * longest
    for i in range(len(w)):
        state = (rho[i], w[i], b[i], momentum[i, 2], momentum[i, 0], momentum[i, 1])
        before2 = np.inf  # squared norm of the update before the last
        n, stopped, diverged = 0, False, False
        while n < max_iterations:
            if n % _POLL == 0 and flag[0] != 0:
                return
            previous = state
            state, g = step(state, beta, eta, gamma, delta)
            n += 1
            update2 = eta2 * (state[3] ** 2 + state[4] ** 2 + state[5] ** 2)
            if not update2 <= longest2:  # nan as well
                diverged = True
                break
            if update2 < tolerance2:
                if before2 < tolerance2 and eta2 * (g[0] ** 2 + g[1] ** 2 + g[2] ** 2) < tolerance2:
                    stopped = True
                    break
            elif tolerance == 0.0 and state == previous:  # a fixed point: the rest changes nothing
                n = max_iterations
            before2 = update2
        if diverged:
            outcome[i] = _DIVERGED
        else:
            outcome[i] = judge(state[0], state[1], state[2], gamma, delta, slope, radius, stopped)
        iterations[i] = n
        final_rho[i], final_w[i], final_b[i] = state[0], state[1], state[2]
