"""The compiled kernel of `dynamics.revival`: the gradient flow inside the dead cone, and the map itself.

**Variables.** With r = √(ρ² + w²), c = b/r and q = w/r the flow dθ/dt = −∇L closes in three variables. Every
term of ∇L carries the density φ(c), which underflows where units are dead for long, so it is taken out: with
dt = r/φ(c)·dσ and Mills' ratio M = Φ(c)/φ(c)

    dr/dσ = −r·[M·(r − γq) + cγq − δ],    dc/dσ = −r + γq·A + δ·B,    dq/dσ = Mγ·(1 − q²),
    A = 1 + c² − cM,    B = M − c,    t = ∫ r/φ(c) dσ,

smooth and of moderate size for any c < 0. Only the logarithm of t is kept. In these variables a unit at
‖θ‖ = const. that turns is one whose c moves: σ is neither time nor angle, but the path has no fast end in it.

**Never.** Which units never come back is decided by what holds for the flow exactly: see `_sinks`, `_border`
and `_captured`.

Everything stands in one file because numba's cache notices no change in another.
"""

import math

import numpy as np
from numpy.typing import NDArray

from dynamics.kernels import compiled

Floats = NDArray[np.float64]
Four = tuple[float, float, float, float]
Factors = tuple[float, float, float, float, float, float, float, float]

_ROOT_HALF, _DENSITY = math.sqrt(0.5), 1 / math.sqrt(2 * math.pi)
_SERIES = 12.0  # |c| from which the asymptotic series is exact to 1e-11
_MOST_STEPS = 20_000  # of either integration; 15 to 60 are usual
_UNTIL_FLOW = 1e4  # the flow replaces the map where it takes this many times 1/(1 − β) iterations
_SLOW = 1e-3  # … and where ∇L changes by less than this share in 1/(1 − β) iterations
_LEFT_OUT = 1e-8  # share of all time that may be neglected
_PATH_ACCURACY = 1e-4  # of the path down to where a unit turns


@compiled
def mills(c: float) -> tuple[float, float]:
    """Return M = Φ(c)/φ(c) and 1 + cM, for c < 0, to a relative error of 1e-11."""
    x = -c
    if x < _SERIES:
        m = math.exp(0.5 * x * x) * math.erfc(_ROOT_HALF * x) / (2 * _DENSITY)
        return m, 1.0 - x * m
    y = 1.0 / (x * x)
    rest = y * (
        1 - 3 * y * (1 - 5 * y * (1 - 7 * y * (1 - 9 * y * (1 - 11 * y * (1 - 13 * y * (1 - 15 * y))))))
    )
    return (1.0 - rest) / x, rest


@compiled
def _rates(
    r: float, c: float, q: float, gamma: float, delta: float, from_c: float
) -> tuple[float, float, float, float]:
    """Return d/dσ of r, c, q and of the time, the latter in units of its weight 1/φ at `from_c`."""
    m, _ = mills(c)
    along = gamma * q
    return (
        -r * (m * (r - along) + c * along - delta),
        -r + along * (1.0 + c * c - c * m) + delta * (m - c),
        m * gamma * (1.0 - q * q),
        r * math.exp(0.5 * (c - from_c) * (c + from_c)),
    )


@compiled
def _factors(r: float, c: float, q: float, gamma: float, delta: float, shift: float) -> Factors:
    """Return what solving (shift − J)·x = y takes, J the Jacobian of `_rates` without its last row.

    dM/dc is 1 + cM. Row q holds only c and q; put into the other two rows it leaves two equations in r and c.
    """
    m, rest = mills(c)
    along = gamma * q
    of_q = 1.0 / (shift + 2.0 * m * along)
    by_c = rest * gamma * (1.0 - q * q) * of_q
    r_q, c_q = r * gamma * (m - c), gamma * (1.0 + c * c - c * m)
    rr = shift + m * (r - along) + c * along - delta + r * m
    rc = r * (rest * (r - along) + along) - r_q * by_c
    cc = shift - along * (2.0 * c - m - c * rest) - delta * (rest - 1.0) - c_q * by_c
    inverse = 1.0 / (rr * cc - rc)
    return of_q, by_c, r_q, c_q, cc * inverse, rc * inverse, inverse, rr * inverse


@compiled
def _stage(f: Four, seen: Four, factors: Factors, span: float, by_r: float, by_c: float) -> Four:
    """Solve (shift − J)·x = f + seen; `span` is 1/shift, `by_r` and `by_c` are J's row of the time."""
    y_q = (f[2] + seen[2]) * factors[0]
    y_r, y_c = f[0] + seen[0] + factors[2] * y_q, f[1] + seen[1] + factors[3] * y_q
    x_r, x_c = factors[4] * y_r - factors[5] * y_c, factors[7] * y_c - factors[6] * y_r
    return x_r, x_c, y_q + factors[1] * x_c, (f[3] + seen[3] + by_r * x_r + by_c * x_c) * span


@compiled
def _step(
    f: Four, r: float, c: float, q: float, h: float, gamma: float, delta: float, from_c: float
) -> tuple[Four, Four]:
    """Take one step, f the rates at its start; return the new r, c, q, the time it took, and four errors.

    Shampine's parameters of the Rosenbrock method of Kaps and Rentrop, order 4 with an error estimate of
    order 3. It is A-stable: where r ≫ γ the unit first turns to where c rests and then creeps along there,
    for which explicit methods need a thousand steps.
    """
    none = 0.0, 0.0, 0.0, 0.0
    i, span = 1.0 / h, 0.5 * h
    factors = _factors(r, c, q, gamma, delta, 2.0 * i)
    by_r, by_c = f[3] / r, f[3] * c
    x1 = _stage(f, none, factors, span, by_r, by_c)
    f = _rates(r + 2 * x1[0], c + 2 * x1[1], q + 2 * x1[2], gamma, delta, from_c)
    seen = -8 * i * x1[0], -8 * i * x1[1], -8 * i * x1[2], -8 * i * x1[3]
    x2 = _stage(f, seen, factors, span, by_r, by_c)
    a, b = 48 / 25, 6 / 25
    f = _rates(
        r + a * x1[0] + b * x2[0], c + a * x1[1] + b * x2[1], q + a * x1[2] + b * x2[2], gamma, delta, from_c
    )
    a, b = i * 372 / 25, i * 12 / 5
    seen = a * x1[0] + b * x2[0], a * x1[1] + b * x2[1], a * x1[2] + b * x2[2], a * x1[3] + b * x2[3]
    x3 = _stage(f, seen, factors, span, by_r, by_c)
    a, b, d = -i * 112 / 125, -i * 54 / 125, -i * 2 / 5
    seen = (
        a * x1[0] + b * x2[0] + d * x3[0],
        a * x1[1] + b * x2[1] + d * x3[1],
        a * x1[2] + b * x2[2] + d * x3[2],
        a * x1[3] + b * x2[3] + d * x3[3],
    )
    x4 = _stage(f, seen, factors, span, by_r, by_c)
    a, b, d, e = 19 / 9, 1 / 2, 25 / 108, 125 / 108
    new = (
        r + a * x1[0] + b * x2[0] + d * x3[0] + e * x4[0],
        c + a * x1[1] + b * x2[1] + d * x3[1] + e * x4[1],
        min(q + a * x1[2] + b * x2[2] + d * x3[2] + e * x4[2], 1.0),
        a * x1[3] + b * x2[3] + d * x3[3] + e * x4[3],
    )
    a, b = 17 / 54, 7 / 36
    return new, (
        a * x1[0] + b * x2[0] + e * x4[0],
        a * x1[1] + b * x2[1] + e * x4[1],
        a * x1[2] + b * x2[2] + e * x4[2],
        a * x1[3] + b * x2[3] + e * x4[3],
    )


@compiled
def _excess(r: float, c: float, q: float, gamma: float, delta: float) -> float:
    """Return (L − ½(γ² + δ²))/φ(c): how much the loss exceeds that of a unit without output."""
    m, rest = mills(c)
    return 0.5 * r * r * (m + c * rest) - r * (gamma * q * m + delta * rest)


@compiled
def _sinks(c: float, q: float, gamma: float, delta: float) -> bool:
    """Tell whether a unit with w < 0 provably sinks for ever.

    d|c|/dσ ≥ γ|q|A·s and d|q|/dσ = −Mγ(1 − q²), with s = 1 for δ ≤ 0 and s = ½ as long as γ|q|A ≥ 2δB, give
    1 − q² ≤ (1 − q₀²)·exp(1/(s·c₀²)) for all time, because M/A < 1/|c|³; and A/B rises with |c|.
    """
    if not q < 0.0:
        return False
    across = (1.0 - q * q) * math.exp((2.0 if delta > 0.0 else 1.0) / (c * c))
    if delta <= 0.0 or across >= 1.0:
        return across < 1.0
    m, _ = mills(c)
    return gamma * math.sqrt(1.0 - across) * (1.0 + c * c - c * m) >= 2.0 * delta * (m - c)


@compiled
def _border(gamma: float, delta: float, slope: float) -> tuple[bool, float]:
    """Tell whether c can rise at the border c = `slope`, and the smallest (L − ½(γ² + δ²))/φ on it.

    Along each ray of the border that is a quadratic in r, and lowest for q = 1.
    """
    m, rest = mills(slope)
    pull = max(0.0, gamma * m + delta * rest)
    opens = gamma * (1.0 + slope * slope - slope * m) + delta * (m - slope) > 0.0
    return opens, -0.5 * pull * pull / (m + slope * rest)


@compiled
def _captured(r: float, c: float, q: float, gamma: float, delta: float, slope: float, lowest: float) -> bool:
    """Tell whether a ground truth inside the cone provably keeps the unit there.

    The loss is below the smallest on the border; or, at q = 1, c ≤ δ/γ and r ≥ γ, which no path leaves.
    """
    if q == 1.0 and c * gamma <= delta and r >= gamma:
        return True
    return math.exp(0.5 * (slope - c) * (slope + c)) * _excess(r, c, q, gamma, delta) < lowest


@compiled
def _pace(r: float, c: float, f: Four) -> float:
    """Return how many times a unit of σ the quantities change by their own size: φ, r and q."""
    return abs(f[0]) / r + max(1.0, -c) * abs(f[1]) + abs(f[2])


@compiled
def _deepest(r: float, c: float, q: float, gamma: float, delta: float) -> tuple[float, float]:
    """Follow a unit that sinks until c rises; return that c, and the time lost there in units of 1/φ(c).

    The time is a low estimate. c is −∞ for a unit that sinks for ever.
    """
    h = 0.0
    for _ in range(_MOST_STEPS):
        f = _rates(r, c, q, gamma, delta, c)
        pace = _pace(r, c, f)
        if f[1] >= 0.0:
            return c, 0.01 * r / pace
        if _sinks(c, q, gamma, delta):
            break
        if h == 0.0:
            h = 0.1 / pace
        new, off = _step(f, r, c, q, h, gamma, delta, c)
        error = max(abs(off[0]) / r, abs(off[1]) / max(1.0, -c), abs(off[2])) / _PATH_ACCURACY
        if error <= 1.0 and new[0] > 0.0 and new[1] < 0.0:
            r, c, q = new[0], new[1], new[2]
            h *= min(5.0, 0.9 * max(error, 1e-6) ** -0.25)
        else:
            h *= 0.3
    return -np.inf, 0.0


@compiled
def _flow(r: float, c: float, q: float, gamma: float, delta: float, slope: float, accuracy: float) -> float:
    """Return log t until c = `slope`, natural, along dθ/dt = −∇L; +∞ for never, nan if it was not found out.

    Where the ground truth lies outside the cone, a unit with less loss than one without output comes back:
    the loss only falls, and c → −∞ would raise it. The rest of its path is left out once no time goes by.
    """
    opens, lowest = _border(gamma, delta, slope)
    if r == 0.0 or c == -np.inf or not opens:
        return np.inf
    inside = delta < gamma * slope
    deepest, total = _deepest(r, c, q, gamma, delta)
    if deepest == -np.inf:
        return np.inf
    least, time = total, 0.0
    h = 0.0
    for _ in range(_MOST_STEPS):
        f = _rates(r, c, q, gamma, delta, deepest)
        if inside and _captured(r, c, q, gamma, delta, slope, lowest):
            return np.inf
        if _sinks(c, q, gamma, delta):
            return np.inf
        if f[3] < _LEFT_OUT * time * f[1] * -c and not inside and _excess(r, c, q, gamma, delta) < 0.0:
            return math.log(time) + 0.5 * deepest * deepest - math.log(_DENSITY)
        if h == 0.0:
            h = 0.1 / _pace(r, c, f)
        new, off = _step(f, r, c, q, h, gamma, delta, deepest)
        error = np.inf
        if new[0] > 0.0 and new[1] < 0.0 and off[3] * off[3] < np.inf:
            total = max(least, time + new[3])
            share = max(0.0, new[3]) / total  # of all time so far
            error = max(
                abs(off[0]) / r,
                abs(off[1]) * max(share * -c, 1.0 / max(1.0, -c)),
                abs(off[2]),
                abs(off[3]) / total,
            )
            error /= accuracy
        if not error <= 1.0:
            h *= max(0.2, 0.9 * error**-0.25)
            continue
        if new[1] >= slope:
            break
        r, c, q = new[0], new[1], new[2]
        time += new[3]
        if c < deepest:  # next to the units that sink for ever, where paths part
            time *= math.exp(0.5 * (deepest - c) * (deepest + c))
            deepest = c
        h *= min(5.0, 0.9 * max(error, 1e-6) ** -0.25)
    else:  # so near the units that sink for ever that their depth, and nothing else, can be told
        return np.nan if inside else 0.5 * deepest * deepest
    # The step that crosses: its length so that it ends on the border, by the rule of false position.
    low, high = 0.0, h
    gap_low, gap_high = c - slope, new[1] - slope
    for _ in range(60):
        if abs(new[1] - slope) * new[3] < _LEFT_OUT * (time + new[3]) * (new[1] - c):
            break
        h = (low * gap_high - high * gap_low) / (gap_high - gap_low)
        new, _ = _step(f, r, c, q, h, gamma, delta, deepest)
        gap = new[1] - slope
        if gap < 0.0:
            low, gap_low, gap_high = h, gap, 0.5 * gap_high
        else:
            high, gap_high, gap_low = h, gap, 0.5 * gap_low
    return math.log(max(time + new[3], least)) + 0.5 * deepest * deepest - math.log(_DENSITY)


@compiled
def _log_sum(x: float, y: float) -> float:
    """Return log(eˣ + eʸ)."""
    high, low = max(x, y), min(x, y)
    return high + math.log1p(math.exp(low - high))


@compiled
def _gradient(rho: float, w: float, b: float, gamma: float, delta: float) -> tuple[float, float, float]:
    """Return (∂L/∂ρ, ∂L/∂w, ∂L/∂b) by the forms of `dynamics.relu`."""
    r = math.hypot(rho, w)
    if abs(b) >= 38.0 * r:
        return (rho, w - gamma, b - delta) if b > 0.0 else (0.0, 0.0, 0.0)
    c = b / r
    active = 0.5 * math.erfc(-_ROOT_HALF * c)
    density = _DENSITY * math.exp(-0.5 * c * c)
    pull = density * (c * gamma * w / r - delta)
    return (
        rho * (active + pull / r),
        active * (w - gamma) + pull * w / r,
        density * (r - gamma * w / r) + active * (b - delta),
    )


@compiled
def _slow(r: float, c: float, q: float, eta: float, gamma: float, delta: float, span: float) -> bool:
    """Tell whether φ and r, and so ∇L, change little in `span` iterations."""
    dr, dc, _, _ = _rates(r, c, q, gamma, delta, c)
    rate = eta * _DENSITY * math.exp(-0.5 * c * c) / r
    return rate * (abs(dr) / r + max(1.0, -c) * abs(dc)) * span < _SLOW


@compiled
def _log_iterations(
    rho: float,
    w: float,
    b: float,
    eta: float,
    gamma: float,
    delta: float,
    slope: float,
    span: float,
    table: Floats,
    accuracy: float,
) -> float:
    """Return log n, natural, for one unit at rest; see `fill`. `span` is 1/(1 − β)."""
    r = math.hypot(rho, w)
    if not b < slope * r or r == 0.0:
        return np.inf if r == 0.0 and b < 0.0 else np.nan
    log_eta = math.log(eta)
    enough = math.log(_UNTIL_FLOW * span)
    p, highest = 0, len(table) - 1
    n, look = 0.0, 0.0
    m_rho = m_w = m_b = 0.0
    for _ in range(_MOST_STEPS):
        if n >= look:  # is the flow good enough from here?
            r = math.hypot(rho, w)
            moving = span * eta * math.sqrt(m_rho * m_rho + m_w * m_w + m_b * m_b)
            if _slow(r, b / r, w / r, eta, gamma, delta, span) and moving * -b < _SLOW * r * r:
                rest = _flow(r, b / r, w / r, gamma, delta, slope, accuracy) - log_eta
                if not rest < enough:
                    return rest if n == 0.0 else _log_sum(math.log(n), rest)
            look = 2.0 * n + 1.0
        row = table[p]
        k, decay = row[0], row[1]
        g0 = _gradient(rho, w, b, gamma, delta)
        g1 = _gradient(
            rho - row[2] * m_rho - row[3] * g0[0],
            w - row[2] * m_w - row[3] * g0[1],
            b - row[2] * m_b - row[3] * g0[2],
            gamma,
            delta,
        )
        g2 = _gradient(
            rho - row[4] * m_rho - row[5] * (2 * g1[0] - g0[0]),
            w - row[4] * m_w - row[5] * (2 * g1[1] - g0[1]),
            b - row[4] * m_b - row[5] * (2 * g1[2] - g0[2]),
            gamma,
            delta,
        )
        d = g1[0] - g0[0], g1[1] - g0[1], g1[2] - g0[2]
        e = g0[0] - 2 * g1[0] + g2[0], g0[1] - 2 * g1[1] + g2[1], g0[2] - 2 * g1[2] + g2[2]
        new_rho = rho - row[4] * m_rho - row[5] * g0[0] - row[6] * d[0] - row[7] * e[0]
        new_w = w - row[4] * m_w - row[5] * g0[1] - row[6] * d[1] - row[7] * e[1]
        new_b = b - row[4] * m_b - row[5] * g0[2] - row[6] * d[2] - row[7] * e[2]
        new_m_rho = decay * m_rho + (1 - decay) * g0[0] + row[8] * d[0] + row[9] * e[0]
        new_m_w = decay * m_w + (1 - decay) * g0[1] + row[8] * d[1] + row[9] * e[1]
        new_m_b = decay * m_b + (1 - decay) * g0[2] + row[8] * d[2] + row[9] * e[2]
        e2 = e[0] * e[0] + e[1] * e[1] + e[2] * e[2]
        m2 = new_m_rho * new_m_rho + new_m_w * new_m_w + new_m_b * new_m_b
        size2 = new_rho * new_rho + new_w * new_w
        error = max(row[10] * e2 / size2, row[11] * e2 / m2 if m2 > 0.0 else 0.0)
        if p > 0 and not error < 1.0:
            p -= 1
            continue
        if not new_b < slope * math.sqrt(size2):
            if p == 0:
                return math.log(n + k) if m2 < np.inf else np.nan
            p -= 1
            highest = p
            continue
        rho, w, b, m_rho, m_w, m_b = new_rho, new_w, new_b, new_m_rho, new_m_w, new_m_b
        n += k
        if n >= 2.0 and p < highest and 256.0 * error < 1.0:
            p += 1
    return np.nan


@compiled
def fill(
    rho: Floats,
    w: Floats,
    b: Floats,
    eta: float,
    gamma: float,
    delta: float,
    slope: float,
    span: float,
    table: Floats,
    accuracy: float,
    flag: NDArray[np.uint8],
    log_iterations: Floats,
) -> None:
    """Fill `log_iterations` with log₁₀ of the iterations after which each unit, at rest, is back.

    The map is iterated, by the supersteps that `table` holds, until the flow follows it closely; the flow's
    time over η is what remains. For all but the shallowest units that is at once.
    """
    for i in range(len(w)):
        if flag[0] != 0:
            return
        log_iterations[i] = _log_iterations(
            rho[i], w[i], b[i], eta, gamma, delta, slope, span, table, accuracy
        ) / math.log(10.0)
