"""The compiled loops of the engine: several units at a time, by supersteps of their own lengths or plainly.

`plane` integrates units with ρ = 0, whose picture is the paper's plane (w_L, b); `space` those with ρ ≠ 0.
`exact_plane` and `exact_space` iterate the map itself, one iteration after the other. Each pair is one
source. The lanes advance in lockstep through the same arithmetic, which the compiler turns into vector
instructions; a lane whose unit is decided takes the next one. What one lane computes depends on no other
lane, so neither the order of the units nor the number of threads can change a result.
"""

import math
from collections.abc import Callable
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from dynamics.engine.jit import compiled, inlined
from dynamics.engine.superstep import WEIGHTS
from dynamics.outcome import CONVERGED_WITHIN, LONGEST_UPDATE, Outcome

Floats = NDArray[np.float64]
Complexes = NDArray[np.complex128]

LANES = 32
_EXACT_LANES = 8  # of plain iteration: two vectors already keep the processor busy, and few wait for the last
_CHUNK = 32  # plain iterations between two looks at which units are done
# Slots of a lane's state. Slot after slot lies in one flat array, so that the offsets are constants.
_W, _B, _RHO, _MW, _MB, _MRHO = (LANES * slot for slot in range(6))
_N, _UPDATE = LANES * 6, LANES * 7  # iterations done; |m|² of the update before
_STATUS, _CHANGE, _WAIT = LANES * 8, LANES * 9, LANES * 10
_OLD_W, _OLD_B, _OLD_RHO, _OLD_SIZE, _SIZE = (LANES * slot for slot in range(11, 16))
_SEEN_W, _SEEN_B, _SEEN_RHO, _SEEN_MW, _SEEN_MB, _SEEN_MRHO, _SEEN_N = (
    LANES * slot for slot in range(16, 23)
)
_WEIGHT = LANES * 23  # the lane's row of `superstep.weights`
_AT, _G0, _G1, _G2 = (LANES * (23 + WEIGHTS + 3 * slot) for slot in range(4))  # (w, b, ρ) each
_LOSS = LANES * (35 + WEIGHTS)
_SLOTS = 36 + WEIGHTS

_RUNNING, _STOPPED, _SPENT, _BURST, _MODAL, _CYCLE, _EMPTY = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0
_DEAD, _CONVERGED, _STALLED, _UNDECIDED, _DIVERGED = (int(outcome) for outcome in Outcome)

# How much of a squared error of m counts:
_EASE_LOST = 0.1  # of a dying unit, where m says when it stops
_EASE_FAST = 0.01  # of a unit far from stopping, or passing through zero while stopping
_PATIENCE = 2.0  # steps at one length after a rejected one

_NEVER = 1e300  # stands for "no update yet"; its square root and sums stay finite


class Problem(NamedTuple):
    """What the kernel has to know of the setting."""

    beta: float
    eta: float
    gamma: float
    delta: float
    slope: float  # Φ⁻¹(ε): the dead cone is b < slope·r
    tolerance: float
    max_iterations: int
    floor: float  # size of a momentum below which its relative error is of no interest
    ease: float  # how much of a squared error counts once only iterations and end are asked for
    deepest: float  # how far below the tolerance a step may end, as a share of G before it; 0 for not at all
    depth: float  # bias below which momentum carries no unit across w = 0 inside the dead cone
    unstable: float  # slope b/r above which the map is unstable and only its own iterations will do


class Modes(NamedTuple):
    """The affine map along three axes with two eigenvalues λ each; arrays (3, 2) unless said otherwise."""

    on_momentum: Complexes  # left eigenvectors: coefficient = on_momentum·m + on_error·(θ − θ*)
    on_error: Complexes
    log_root: Complexes  # log λ
    momentum: Complexes  # the mode's m for a θ − θ* of 1
    curvature: Floats  # (3,) second derivative of the loss


class Traps(NamedTuple):
    """Where a unit's outcome is known before it stops; see `traps`."""

    level: float  # energy below which a unit does not die
    cos: float  # direction of the first eigenvector of the Hessian at the ground truth
    sin: float
    bounds: Floats  # (3, 5) K and the real forms of l₁, l₂: inside while ΣK((l₁·(m, a))² + (l₂·(m, a))²) < 1
    modes: Modes


@inlined
def normal(c: float) -> tuple[float, float]:
    """Return φ(c) and Φ(c), with a relative error of 2e-14 also in the lower tail; φ is 0 at |c| ≥ 9."""
    # φ = 2^x/√(2π), x = −c²/2·log₂e, split into a whole number and a rest f in [−½, ½]. Adding 1.5·2⁵² leaves
    # the whole number in the last bits, from where it is moved into the exponent.
    x = c * c * (-0.7213475204444817)
    shifted = np.float64(x + 6755399441055744.0)
    f = x - (shifted - 6755399441055744.0)
    f2 = f * f
    high = (
        0.00015403434950232104
        + f * 1.5252985131810544e-05
        + f2 * (1.32594051756506e-06 + f * 1.0150284325160118e-07)
    )
    middle = 0.055504108668689364 + f * 0.009618129192063889 + f2 * 0.0013333557617058582
    power = (
        1.0000000000000127 + f * 0.6931471805598709 + f2 * (0.2402265069564967 + f * (middle + f2 * f * high))
    )
    scaled = np.float64(0.3989422804014327 * power)
    bits = np.int64(np.int64(shifted.view(np.int64) << 52) + scaled.view(np.int64))
    a = abs(c)
    density = bits.view(np.float64) if a < 9.0 else 0.0
    # Φ(−|c|)/φ(c), Mills' ratio, as a rational function.
    a2 = a * a
    over = 0.0013420806711220866 + a * 6.230475452081584e-05
    over = 0.08510709386943138 + a * 0.013705206692065472 + a2 * over
    over = 0.9256948398838629 + a * 0.34610649540438126 + a2 * over
    over = 1.2533141373154986 + a * 1.5278779427936915 + a2 * over
    under = 0.013767528655570143 + a * 0.001342080187033324 + a2 * 6.230476096113906e-05
    under = 0.3596932390609948 + a * 0.08644878850245005 + a2 * under
    under = 1.847894701279164 + a * 1.0080438103346112 + a2 * under
    under = 1.0 + a * 2.01695478214896 + a2 * under
    tail = density * over / under
    return density, (tail if c < 0.0 else 1.0 - tail)


@inlined
def plane_gradient(w: float, b: float, gamma: float, delta: float) -> tuple[float, float, float]:
    """Return ∂L/∂w, ∂L/∂b and L − ½(γ² + δ²) at ρ = 0, by the forms of `dynamics.relu`.

    Beyond |c| = 9, where φ is 1e-18, the unit counts as linear or as constantly zero. The tiny numbers put
    w = 0 there too, with c = −9 for b ≤ 0.
    """
    r = abs(w) + 1e-300
    c = min(max((b - 1e-290) / r, -9.0), 9.0)
    density, active = normal(c)
    sign = 1.0 if w > 0.0 else -1.0
    x = w - gamma
    y = b - delta
    gw = active * x + density * (c * gamma - sign * delta)
    gb = active * y + density * (r - sign * gamma)
    loss = 0.5 * (active * (x * x + y * y - gamma * gamma - delta * delta) + density * r * (y - delta))
    return gw, gb, loss


@inlined
def space_gradient(
    w: float, b: float, rho: float, gamma: float, delta: float
) -> tuple[float, float, float, float]:
    """Return ∂L/∂w, ∂L/∂b, ∂L/∂ρ and L − ½(γ² + δ²); see `plane_gradient`."""
    r = math.sqrt(w * w + rho * rho) + 1e-300
    over_r = 1.0 / r
    c = min(max((b - 1e-290) * over_r, -9.0), 9.0)
    density, active = normal(c)
    u = w * over_r
    x = w - gamma
    y = b - delta
    kink = density * (c * gamma * u - delta)
    gw = active * x + kink * u
    gb = active * y + density * (r - u * gamma)
    grho = (active + kink * over_r) * rho
    square = x * x + y * y + rho * rho - gamma * gamma - delta * delta
    loss = 0.5 * (active * square + density * r * (y - delta))
    return gw, gb, grho, loss


@inlined
def _sinking(w: float, b: float, problem: Problem) -> bool:
    """Tell whether (w, b), w < 0, lies in the dead cone where −∇L points deeper: δ < γ|c|; see `traps`."""
    inside = (w < 0.0) & (b + problem.slope * w < 0.0) & (b < problem.depth)
    return inside & (problem.delta * w > problem.gamma * b)


@compiled
def _label(w: float, b: float, rho: float, status: float, problem: Problem) -> int:
    """Return the outcome of a unit that ends here, tested in the order of DESIGN §1."""
    if status == _BURST or not math.isfinite(w + b + rho):
        return _DIVERGED
    if b < problem.slope * math.sqrt(w * w + rho * rho):
        return _DEAD
    x = w - problem.gamma
    y = b - problem.delta
    if x * x + y * y + rho * rho < (CONVERGED_WITHIN * problem.gamma) ** 2:
        return _CONVERGED
    return _STALLED if status == _STOPPED else _UNDECIDED


@compiled
def _crossing(before2: float, after2: float, size2: float) -> tuple[float, float]:
    """Return how far into a superstep G = max(|m|², |∇L|²) fell below `size2`, as two shares of it.

    The first share is for a unit in the dead cone, whose drift slows like 1/j, so that 1/√G grows evenly;
    the second for an exponential approach, where log G falls evenly.
    """
    if not (size2 < before2 < _NEVER) or after2 >= size2:
        return 1.0, 1.0
    start = math.sqrt(size2 / before2)
    end = math.sqrt(size2 / max(after2, 1e-40 * size2))
    return (1.0 - start) / (end - start), math.log(start) / math.log(start / end)


@compiled
def _sizes2(time: float, part: Complexes, modes: Modes) -> float:
    """Return max(|m|², |∇L|²) of the affine map after `time` iterations; `part` are its coefficients."""
    m2 = g2 = 0.0
    for axis in range(3):
        m = a = 0.0
        for root in range(2):
            now = part[axis, root] * np.exp(modes.log_root[axis, root] * time)
            a += now.real
            m += (now * modes.momentum[axis, root]).real
        m2 += m * m
        g2 += (modes.curvature[axis] * a) ** 2
    return max(m2, g2)


@compiled
def _stopping_time(part: Complexes, modes: Modes, size: float) -> float:
    """Return after how many iterations the affine map first has |m| and |∇L| below `size`.

    Each axis passes below `size` between the times when the smaller and when the larger of the amplitudes
    of its |m| and |∇L| do. A map that only decays is followed along the slowest decay, twice corrected; one
    that oscillates is searched in steps of 1/32 of its shortest period.
    """
    soonest = latest = fastest = 0.0
    rate = 1e300
    for axis in range(3):
        for root in range(2):
            log_root = modes.log_root[axis, root]
            turns = log_root.imag != 0.0 and modes.log_root[axis, 0].imag == -modes.log_root[axis, 1].imag
            amplitude = abs(part[axis, root]) * (2.0 if turns else 1.0)
            if amplitude == 0.0:
                continue
            g = amplitude * modes.curvature[axis]
            m = amplitude * abs(modes.momentum[axis, root])
            first = math.log((min(m, g) if turns else max(m, g)) / size) / -log_root.real
            last = math.log(1.8 * max(m, g) / size) / -log_root.real
            if last > latest:
                latest = last
                rate = -log_root.real
            soonest = max(soonest, first)
            if turns:
                fastest = max(fastest, abs(log_root.imag))
    if latest <= 0.0:
        return 0.0
    if fastest == 0.0:
        time = latest
        for _ in range(2):
            time = max(time + 0.5 * math.log(_sizes2(time, part, modes) / (size * size)) / rate, 0.0)
        return time
    stride = max(2.0 * math.pi / fastest / 32.0, 1.0, (latest - soonest) / 256.0)
    time = soonest
    while time < latest and _sizes2(time, part, modes) >= size * size:
        time += stride
    return time


@compiled
def _complete(state: Floats, modes: Modes, size: float, left: float) -> tuple[float, float, float, float]:
    """Return after how many iterations the affine map stops, at most `left`, and where on its three axes.

    `state` holds (m, θ − θ*) for each axis.
    """
    part = np.empty((3, 2), np.complex128)
    for axis in range(3):
        for root in range(2):
            part[axis, root] = (
                modes.on_momentum[axis, root] * state[2 * axis]
                + modes.on_error[axis, root] * state[2 * axis + 1]
            )
    time = left
    if size > 0.0:
        time = min(math.ceil(_stopping_time(part, modes, size)) + 1.0, left)
    end = np.zeros(3)
    for axis in range(3):
        for root in range(2):
            end[axis] += (part[axis, root] * np.exp(modes.log_root[axis, root] * time)).real
    return time, end[0], end[1], end[2]


def _build(planar: bool) -> Callable[..., int]:
    """Compile the loop for ρ = 0 (`planar`) or for ρ ≠ 0; the branches on `planar` vanish."""

    @compiled
    def integrate(
        cells: NDArray[np.int64],
        first: int,
        stride: int,
        w_starts: Floats,
        b_starts: Floats,
        rho_starts: Floats,
        columns: int,
        problem: Problem,
        traps: Traps,
        table: Floats,
        outcome: NDArray[np.uint8],
        iterations: NDArray[np.int64],
        final_w: Floats,
        final_b: Floats,
        final_rho: Floats,
        flag: NDArray[np.uint8],
    ) -> int:
        """Decide the units `cells[first::stride]`, write their results at the same indices, count supersteps.

        Unit c starts at (w_starts[c % size], b_starts[c // columns], rho_starts[c % size]), each with its
        own size, which serves lists of starts (columns = 1) and grids (columns = n_w) without a copy.
        """
        eta, gamma, delta = problem.eta, problem.gamma, problem.delta
        coast = eta / (1.0 - problem.beta)
        kinetic = 0.5 * coast
        lag = coast * problem.beta
        settled = problem.ease
        deepest = problem.deepest
        unstable = problem.unstable
        size = problem.tolerance / eta  # the stop rule, for |m| and |∇L|
        size2 = size * size
        floor2 = problem.floor**2
        diverging2 = (LONGEST_UPDATE / eta) ** 2
        budget = float(problem.max_iterations)
        level, cos, sin = traps.level, traps.cos, traps.sin
        modes, bounds = traps.modes, traps.bounds
        k1, u1m, u1a, v1m, v1a = bounds[0]
        k2, u2m, u2a, v2m, v2a = bounds[1]
        k3, u3m, u3a, v3m, v3a = bounds[2]
        highest = table.shape[0] - 1
        s = np.zeros(LANES * _SLOTS)
        cell = np.full(LANES, -1, np.int64)
        exponent = np.zeros(LANES, np.int64)
        axes = np.empty(6)
        taken = first
        alive = LANES
        supersteps = 0
        for lane in range(LANES):
            s[_STATUS + lane] = _EMPTY
        while alive > 0:
            if flag[0] != 0:
                break
            # Bookkeeping: results of decided units, new units, lengths of the next supersteps.
            for lane in range(LANES):
                status = s[_STATUS + lane]
                change = s[_CHANGE + lane]
                if status == _RUNNING and change == 0.0:
                    continue
                p = exponent[lane]
                c = cell[lane]
                if c < 0 and status != _EMPTY:
                    continue  # a lane without a unit idles at the ground truth
                if status == _CYCLE:
                    # The same state again: whole periods of what is left of the budget change nothing.
                    period = s[_N + lane] - s[_SEEN_N + lane]
                    s[_N + lane] += math.floor((budget - s[_N + lane]) / period) * period
                    s[_SEEN_W + lane] = math.nan
                    s[_SEEN_N + lane] = budget
                    status = _SPENT if s[_N + lane] >= budget else _RUNNING
                    s[_STATUS + lane] = status
                if status != _RUNNING:
                    if status != _EMPTY:
                        n = s[_N + lane]
                        w = s[_W + lane]
                        b = s[_B + lane]
                        rho = s[_RHO + lane]
                        if status == _MODAL:
                            x = w - gamma
                            y = b - delta
                            axes[0] = cos * s[_MW + lane] + sin * s[_MB + lane]
                            axes[1] = cos * x + sin * y
                            axes[2] = cos * s[_MB + lane] - sin * s[_MW + lane]
                            axes[3] = cos * y - sin * x
                            axes[4] = s[_MRHO + lane]
                            axes[5] = rho
                            time, x, y, rho = _complete(axes, modes, size, budget - n)
                            w = gamma + cos * x - sin * y
                            b = delta + sin * x + cos * y
                            n += time
                            label = _label(w, b, rho, _SPENT if n >= budget else _STOPPED, problem)
                        else:
                            if status == _STOPPED and p > 0:
                                dead, other = _crossing(s[_OLD_SIZE + lane], s[_SIZE + lane], size2)
                                inside = b < problem.slope * math.sqrt(w * w + rho * rho)
                                part = dead if inside else other
                                n += (part - 1.0) * table[p, 0]
                                w = s[_OLD_W + lane] + other * (w - s[_OLD_W + lane])
                                b = s[_OLD_B + lane] + other * (b - s[_OLD_B + lane])
                                rho = s[_OLD_RHO + lane] + other * (rho - s[_OLD_RHO + lane])
                                # Two successive updates have to be short: one iteration more.
                                last = math.ceil(n) + 1.0
                                move = (
                                    (last - n) * problem.tolerance / math.sqrt(max(s[_UPDATE + lane], size2))
                                )
                                w -= move * s[_MW + lane]
                                b -= move * s[_MB + lane]
                                rho -= move * s[_MRHO + lane]
                                n = min(last, budget)
                            label = _label(w, b, rho, status, problem)
                        outcome[c] = label
                        iterations[c] = int(n)
                        final_w[c] = w
                        final_b[c] = b
                        if not planar:
                            final_rho[c] = rho
                    s[_MW + lane] = 0.0
                    s[_MB + lane] = 0.0
                    s[_MRHO + lane] = 0.0
                    s[_N + lane] = 0.0
                    s[_UPDATE + lane] = _NEVER
                    s[_WAIT + lane] = 0.0
                    s[_SEEN_W + lane] = math.nan
                    s[_SEEN_N + lane] = 0.0
                    s[_STATUS + lane] = _RUNNING
                    if taken < cells.size:
                        c = cells[taken]
                        taken += stride
                        cell[lane] = c
                        s[_W + lane] = w_starts[c % w_starts.size]
                        s[_B + lane] = b_starts[c // columns]
                        if not planar:
                            s[_RHO + lane] = rho_starts[c % rho_starts.size]
                    else:
                        alive -= 1
                        cell[lane] = -1
                        s[_W + lane] = gamma
                        s[_B + lane] = delta
                        s[_RHO + lane] = 0.0
                    p = 0
                elif change > 0.0:
                    p = min(p + 1, highest)
                else:
                    p = max(p - 1, 0)
                while p > 0 and table[p, 0] > budget - s[_N + lane]:
                    p -= 1
                exponent[lane] = p
                for i in range(WEIGHTS):
                    s[_WEIGHT + LANES * i + lane] = table[p, i]
            # One superstep in every lane. The three gradients have loops of their own: a short loop lets the
            # processor work on several lanes at once.
            supersteps += alive
            for lane in range(LANES):
                w, b, rho = s[_W + lane], s[_B + lane], s[_RHO + lane]
                mw, mb = s[_MW + lane], s[_MB + lane]
                half_m, half_g = s[_WEIGHT + LANES * 2 + lane], s[_WEIGHT + LANES * 3 + lane]
                if planar:
                    gw, gb, s[_LOSS + lane] = plane_gradient(w, b, gamma, delta)
                else:
                    gw, gb, gr, s[_LOSS + lane] = space_gradient(w, b, rho, gamma, delta)
                    s[_G0 + LANES * 2 + lane] = gr
                    s[_AT + LANES * 2 + lane] = rho - half_m * s[_MRHO + lane] - half_g * gr
                s[_G0 + lane] = gw
                s[_G0 + LANES + lane] = gb
                s[_AT + lane] = w - half_m * mw - half_g * gw
                s[_AT + LANES + lane] = b - half_m * mb - half_g * gb
            for lane in range(LANES):
                full_m, full_g = s[_WEIGHT + LANES * 4 + lane], s[_WEIGHT + LANES * 5 + lane]
                if planar:
                    gw, gb, _ = plane_gradient(s[_AT + lane], s[_AT + LANES + lane], gamma, delta)
                else:
                    gw, gb, gr, _ = space_gradient(
                        s[_AT + lane], s[_AT + LANES + lane], s[_AT + LANES * 2 + lane], gamma, delta
                    )
                    s[_G1 + LANES * 2 + lane] = gr
                    s[_AT + LANES * 2 + lane] = (
                        s[_RHO + lane]
                        - full_m * s[_MRHO + lane]
                        - full_g * (2.0 * gr - s[_G0 + LANES * 2 + lane])
                    )
                s[_G1 + lane] = gw
                s[_G1 + LANES + lane] = gb
                s[_AT + lane] = s[_W + lane] - full_m * s[_MW + lane] - full_g * (2.0 * gw - s[_G0 + lane])
                s[_AT + LANES + lane] = (
                    s[_B + lane] - full_m * s[_MB + lane] - full_g * (2.0 * gb - s[_G0 + LANES + lane])
                )
            for lane in range(LANES):
                if planar:
                    gw, gb, _ = plane_gradient(s[_AT + lane], s[_AT + LANES + lane], gamma, delta)
                else:
                    gw, gb, gr, _ = space_gradient(
                        s[_AT + lane], s[_AT + LANES + lane], s[_AT + LANES * 2 + lane], gamma, delta
                    )
                    s[_G2 + LANES * 2 + lane] = gr
                s[_G2 + lane] = gw
                s[_G2 + LANES + lane] = gb
            for lane in range(LANES):
                w = s[_W + lane]
                b = s[_B + lane]
                mw = s[_MW + lane]
                mb = s[_MB + lane]
                n = s[_N + lane]
                update = s[_UPDATE + lane]
                wait = s[_WAIT + lane]
                loss = s[_LOSS + lane]
                k = s[_WEIGHT + lane]
                decay = s[_WEIGHT + LANES + lane]
                full_m = s[_WEIGHT + LANES * 4 + lane]
                full_g = s[_WEIGHT + LANES * 5 + lane]
                c1 = s[_WEIGHT + LANES * 6 + lane]
                c2 = s[_WEIGHT + LANES * 7 + lane]
                m1 = s[_WEIGHT + LANES * 8 + lane]
                m2 = s[_WEIGHT + LANES * 9 + lane]
                theta_error = s[_WEIGHT + LANES * 10 + lane]
                m_error = s[_WEIGHT + LANES * 11 + lane]
                next_theta_error = s[_WEIGHT + LANES * 12 + lane]
                next_m_error = s[_WEIGHT + LANES * 13 + lane]
                g0w, g0b = s[_G0 + lane], s[_G0 + LANES + lane]
                g1w, g1b = s[_G1 + lane], s[_G1 + LANES + lane]
                g2w, g2b = s[_G2 + lane], s[_G2 + LANES + lane]
                if not planar:
                    rho, mr = s[_RHO + lane], s[_MRHO + lane]
                    g0r, g1r, g2r = (
                        s[_G0 + LANES * 2 + lane],
                        s[_G1 + LANES * 2 + lane],
                        s[_G2 + LANES * 2 + lane],
                    )
                dw = g1w - g0w
                db = g1b - g0b
                ew = g0w - 2.0 * g1w + g2w
                eb = g0b - 2.0 * g1b + g2b
                new_w = w - full_m * mw - full_g * g0w - c1 * dw - c2 * ew
                new_b = b - full_m * mb - full_g * g0b - c1 * db - c2 * eb
                new_mw = decay * mw + (1.0 - decay) * g0w + m1 * dw + m2 * ew
                new_mb = decay * mb + (1.0 - decay) * g0b + m1 * db + m2 * eb
                vw = new_mw - mw
                vb = new_mb - mb
                e2 = ew * ew + eb * eb
                new_update = new_mw * new_mw + new_mb * new_mb
                from_tip = new_w * new_w + new_b * new_b
                from_truth = (new_w - gamma) ** 2 + (new_b - delta) ** 2
                turned = -(mw * vw + mb * vb)
                v2 = vw * vw + vb * vb
                now2 = mw * mw + mb * mb
                g0 = g0w * g0w + g0b * g0b
                g1 = g1w * g1w + g1b * g1b
                g2 = g2w * g2w + g2b * g2b
                if not planar:
                    dr = g1r - g0r
                    er = g0r - 2.0 * g1r + g2r
                    new_rho = rho - full_m * mr - full_g * g0r - c1 * dr - c2 * er
                    new_mr = decay * mr + (1.0 - decay) * g0r + m1 * dr + m2 * er
                    vr = new_mr - mr
                    e2 += er * er
                    new_update += new_mr * new_mr
                    from_tip += new_rho * new_rho
                    from_truth += new_rho * new_rho
                    turned -= mr * vr
                    v2 += vr * vr
                    now2 += mr * mr
                    g0 += g0r * g0r
                    g1 += g1r * g1r
                    g2 += g2r * g2r
                v2 += 1e-300
                # Errors of θ and m, as squares. Less accuracy will do for m far from the tolerance and where
                # it passes through zero on the way to stopping; for all once the label is settled (`traps`).
                scale = min(from_tip, from_truth + coast * coast * new_update)
                m_scale = new_update + floor2
                turning = (turned > 0.0) & (turned < 1.5 * v2) & (new_update < size2)
                energy = loss + kinetic * now2
                ease = settled if energy < level else 1.0
                m_ease = ease * (_EASE_FAST if turning | (new_update > 16.0 * size2) else 1.0)
                if planar:
                    lost = _sinking(w, b, problem) & _sinking(w - lag * mw, b - lag * mb, problem)
                    ease *= settled if lost else 1.0
                    m_ease *= _EASE_LOST if lost else 1.0
                theta_e2 = ease * e2
                m_e2 = m_ease * e2
                # Where the map is unstable, an error that no step would notice grows until it decides.
                exact = k < 2.5
                single = k < 1.5
                radius = abs(w) if planar else math.sqrt(w * w + rho * rho)
                tame = b < unstable * radius
                accurate = (theta_e2 * theta_error < scale) & (m_e2 * m_error < m_scale)
                accurate = accurate & (tame | exact)
                easy = (theta_e2 * next_theta_error < scale) & (m_e2 * next_m_error < m_scale)
                easy = easy & (tame | single)
                # Stop rule. Within the step |m| may have dipped below the tolerance and risen again.
                least = min(g0, g1, g2)
                dips = (
                    (turned > 0.0)
                    & (turned < v2)
                    & (now2 * v2 - turned * turned < 2.0 * size2 * v2)
                    & (least < 2.0 * size2)
                    & (update > size2)
                )
                after = max(new_update, g2)
                before = max(update, g0)
                jumps = (after < size2) & ((after < deepest * before) | (deepest == 0.0))
                # An unstable unit may come to rest for a few iterations only.
                passes = (not tame) & (after < 100.0 * size2)
                relevant = max(new_update, update, g0) if single else after
                # Traps, for the state before the step.
                x = w - gamma
                y = b - delta
                a = cos * x + sin * y
                m = cos * mw + sin * mb
                u = u1m * m + u1a * a
                v = v1m * m + v1a * a
                box = k1 * (u * u + v * v)
                a = cos * y - sin * x
                m = cos * mb - sin * mw
                u = u2m * m + u2a * a
                v = v2m * m + v2a * a
                box += k2 * (u * u + v * v)
                if not planar:
                    u = u3m * mr + u3a * rho
                    v = v3m * mr + v3a * rho
                    box += k3 * (u * u + v * v)
                modal = (box < 1.0) & (n > 0.5)
                ok = (accurate & (not (dips | jumps | passes))) | single
                new_n = n + k
                status = (
                    _STOPPED
                    if relevant < size2
                    else (
                        _BURST
                        if not (new_update <= diverging2)
                        else (_SPENT if new_n >= budget else _RUNNING)
                    )
                )
                # An orbit that neither stops nor diverges ends, but for chaos, in a cycle, exactly so once
                # rounding has settled. The state is kept at iterations 1, 2, 4, … (Brent's algorithm).
                again = exact & (new_w == s[_SEEN_W + lane]) & (new_b == s[_SEEN_B + lane])
                again = again & (new_mw == s[_SEEN_MW + lane]) & (new_mb == s[_SEEN_MB + lane])
                keep = ok & exact & (new_n >= 2.0 * s[_SEEN_N + lane])
                s[_SEEN_W + lane] = new_w if keep else s[_SEEN_W + lane]
                s[_SEEN_B + lane] = new_b if keep else s[_SEEN_B + lane]
                s[_SEEN_MW + lane] = new_mw if keep else s[_SEEN_MW + lane]
                s[_SEEN_MB + lane] = new_mb if keep else s[_SEEN_MB + lane]
                if not planar:
                    again = again & (new_rho == s[_SEEN_RHO + lane]) & (new_mr == s[_SEEN_MRHO + lane])
                    s[_SEEN_RHO + lane] = new_rho if keep else s[_SEEN_RHO + lane]
                    s[_SEEN_MRHO + lane] = new_mr if keep else s[_SEEN_MRHO + lane]
                status = _CYCLE if again & (status == _RUNNING) else status
                s[_SEEN_N + lane] = new_n if keep & (status == _RUNNING) else s[_SEEN_N + lane]
                status = status if ok else _RUNNING
                status = _MODAL if modal else status
                ok = ok & (not modal)
                s[_OLD_W + lane] = w
                s[_OLD_B + lane] = b
                s[_OLD_SIZE + lane] = before
                s[_SIZE + lane] = after
                s[_W + lane] = new_w if ok else w
                s[_B + lane] = new_b if ok else b
                s[_MW + lane] = new_mw if ok else mw
                s[_MB + lane] = new_mb if ok else mb
                if not planar:
                    s[_OLD_RHO + lane] = rho
                    s[_RHO + lane] = new_rho if ok else rho
                    s[_MRHO + lane] = new_mr if ok else mr
                s[_N + lane] = new_n if ok else n
                s[_UPDATE + lane] = new_update if ok else update
                s[_STATUS + lane] = status
                s[_WAIT + lane] = max(wait - 1.0, 0.0) if ok else _PATIENCE
                grow = easy & (not passes) & (n > 0.5) & (wait < 0.5) & (new_n + 2.0 * k <= budget)
                late = new_n + k > budget
                s[_CHANGE + lane] = (-1.0 if late else (1.0 if grow else 0.0)) if ok else -1.0
        return supersteps

    return cast(Callable[..., int], integrate)


@compiled
def _repeats(s: Floats, lane: int) -> bool:
    """Tell whether the state of a lane is the one that was kept, to the last bit."""
    same = True
    for slot in range(6):
        same = same and s[_W + LANES * slot + lane] == s[_SEEN_W + LANES * slot + lane]
    return same


def _build_exact(planar: bool) -> Callable[..., int]:
    """Compile plain iteration for ρ = 0 (`planar`) or for ρ ≠ 0; the branches on `planar` vanish."""

    @compiled
    def iterate(
        cells: NDArray[np.int64],
        first: int,
        stride: int,
        w_starts: Floats,
        b_starts: Floats,
        rho_starts: Floats,
        columns: int,
        problem: Problem,
        outcome: NDArray[np.uint8],
        iterations: NDArray[np.int64],
        final_w: Floats,
        final_b: Floats,
        final_rho: Floats,
        flag: NDArray[np.uint8],
    ) -> int:
        """Decide the units `cells[first::stride]` as `_build`'s loop does; return the iterations it took.

        Only a state that repeats to the last bit is not iterated on: whole periods change nothing.
        """
        beta, eta, gamma, delta = problem.beta, problem.eta, problem.gamma, problem.delta
        rest = 1.0 - beta
        size2 = (problem.tolerance / eta) ** 2  # the stop rule, for |m|² and |∇L|²
        diverging2 = (LONGEST_UPDATE / eta) ** 2
        budget = float(problem.max_iterations)
        s = np.zeros(_WEIGHT)
        cell = np.zeros(_EXACT_LANES, np.int64)
        taken = first
        alive = _EXACT_LANES
        count = 0
        for lane in range(_EXACT_LANES):
            s[_STATUS + lane] = _STOPPED
            cell[lane] = -1
        while flag[0] == 0:
            for lane in range(_EXACT_LANES):
                if s[_STATUS + lane] == _RUNNING:
                    n = s[_N + lane]
                    if _repeats(s, lane):
                        period = n - s[_SEEN_N + lane]
                        n += math.floor((budget - n) / period) * period
                        s[_N + lane] = n
                        s[_STATUS + lane] = _SPENT if n >= budget else _RUNNING
                        s[_SEEN_W + lane] = math.nan
                        s[_SEEN_N + lane] = budget
                    elif n >= 2.0 * s[_SEEN_N + lane]:  # Brent's algorithm
                        for slot in range(6):
                            s[_SEEN_W + LANES * slot + lane] = s[_W + LANES * slot + lane]
                        s[_SEEN_N + lane] = n
                if s[_STATUS + lane] == _RUNNING or s[_STATUS + lane] == _EMPTY:
                    continue
                c = cell[lane]
                if c >= 0:
                    w, b, rho = s[_W + lane], s[_B + lane], s[_RHO + lane]
                    outcome[c] = _label(w, b, rho, s[_STATUS + lane], problem)
                    iterations[c] = int(s[_N + lane])
                    final_w[c] = w
                    final_b[c] = b
                    if not planar:
                        final_rho[c] = rho
                if taken >= cells.size:
                    s[_STATUS + lane] = _EMPTY
                    alive -= 1
                    continue
                c = cells[taken]
                taken += stride
                cell[lane] = c
                for slot in range(0, _WEIGHT, LANES):
                    s[slot + lane] = 0.0
                s[_STATUS + lane] = _RUNNING
                s[_UPDATE + lane] = _NEVER
                s[_SEEN_W + lane] = math.nan
                s[_W + lane] = w_starts[c % w_starts.size]
                s[_B + lane] = b_starts[c // columns]
                if not planar:
                    s[_RHO + lane] = rho_starts[c % rho_starts.size]
            if alive == 0:
                break
            count += alive * _CHUNK
            for _ in range(_CHUNK):
                for lane in range(_EXACT_LANES):
                    w, b = s[_W + lane], s[_B + lane]
                    if planar:
                        gw, gb, _ = plane_gradient(w, b, gamma, delta)
                    else:
                        rho, mr = s[_RHO + lane], s[_MRHO + lane]
                        gw, gb, gr, _ = space_gradient(w, b, rho, gamma, delta)
                    mw = beta * s[_MW + lane] + rest * gw
                    mb = beta * s[_MB + lane] + rest * gb
                    update = mw * mw + mb * mb
                    g = gw * gw + gb * gb
                    if not planar:
                        mr = beta * mr + rest * gr
                        update += mr * mr
                        g += gr * gr
                    n = s[_N + lane] + 1.0
                    before = s[_UPDATE + lane]
                    status = s[_STATUS + lane]
                    after = (
                        _STOPPED
                        if max(update, before, g) < size2
                        else (_BURST if not (update <= diverging2) else (_SPENT if n >= budget else _RUNNING))
                    )
                    running = status == _RUNNING  # a unit that is done waits for the end of the chunk
                    s[_STATUS + lane] = after if running else status
                    s[_N + lane] = n if running else s[_N + lane]
                    s[_UPDATE + lane] = update if running else before
                    s[_MW + lane] = mw if running else s[_MW + lane]
                    s[_MB + lane] = mb if running else s[_MB + lane]
                    s[_W + lane] = w - eta * mw if running else w
                    s[_B + lane] = b - eta * mb if running else b
                    if not planar:
                        s[_MRHO + lane] = mr if running else s[_MRHO + lane]
                        s[_RHO + lane] = rho - eta * mr if running else rho
        return count

    return cast(Callable[..., int], iterate)


plane = _build(True)
space = _build(False)
exact_plane = _build_exact(True)
exact_space = _build_exact(False)
