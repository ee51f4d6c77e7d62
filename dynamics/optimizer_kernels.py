"""The compiled loop that trains units: a group in lockstep, coordinate by coordinate.

A group's arrays are flat, coordinate after coordinate, `LANES` units side by side: w_L, b, then the
orthogonal weights. Every coordinate of every unit goes through the same arithmetic, which the compiler turns
into vector instructions, and what one lane computes depends on no other lane. A loop names three arrays at
most: with more the compiler does not check that they are apart, and leaves it as it is.

Φ and φ come from `dynamics.engine.kernel`. Numba's cache notices changes of this file only: whoever changes
them has to touch this file as well.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynamics.engine.jit import compiled
from dynamics.engine.kernel import normal
from dynamics.outcome import LONGEST_UPDATE

Floats = NDArray[np.float64]

LANES = 16
BUFFER, RMS, ADAM = 0, 1, 2  # kinds of rules
_POLL = 256  # updates between two looks at the cancel flag
# Numbers below it become 0 then: denormal ones would make every operation many times slower.
_TINY = 1e-250
_LONGEST2 = LONGEST_UPDATE**2


class Rule(NamedTuple):
    """Optimiser and target as the kernel reads them."""

    kind: int
    rate: float
    momentum: float = 0.0  # β, μ or β₁
    averaged: bool = False  # whether a buffer keeps (1 − β) of a gradient
    dampening: float = 0.0
    nesterov: bool = False
    warmup: int = 0
    second: float = 0.0  # α or β₂
    centered: bool = False
    eps: float = 0.0
    decay: float = 0.0  # λ of the gradient
    decoupled: float = 0.0  # share of θ that each update takes away
    clip: float = math.inf
    gamma: float = 1.0
    delta: float = 0.0
    slope: float = 0.0
    batch: int = 0  # 0 for the expected gradient
    multiplicity: float = 1.0  # axes that an orthogonal weight stands for


@compiled
def advance(
    theta: Floats, moments: Floats, done: int, steps: int, rule: Rule, noise: Floats, flag: NDArray[np.uint8]
) -> None:
    """Apply updates done + 1 … done + steps to a group in place.

    Parameters
    ----------
    theta : float64 ((2 + m) · LANES,)
        A unit that has diverged is nan.
    moments : float64 (3, theta.size)
        The optimiser's memory, 0 at first.
    done, steps : int
    rule : Rule
    noise : float64 (steps, 2 · batch + m, LANES)
        Independent standard normal numbers for minibatches; else empty.
    flag : uint8 (1,) or more
        Ends the computation once it is not 0.
    """
    g = np.empty(theta.size)
    for step in range(steps):
        t = done + step + 1
        if t % _POLL == 0:
            if flag[0] != 0:
                return
            _flush(theta)
            for row in range(3):
                _flush(moments[row])
        if rule.batch == 0:
            _expected(theta, g, rule)
        else:
            _sampled(theta, g, rule, noise[step])
        if rule.clip < math.inf:
            _clip(g, rule)
        if rule.decay != 0.0:
            for i in range(g.size):
                g[i] += rule.decay * theta[i]
        if rule.kind == BUFFER:
            _buffer(g, moments[0], t, rule)
        elif rule.kind == RMS:
            _rms(g, moments[0], moments[1], moments[2], rule)
        else:
            _adam(g, moments[0], moments[1], t, rule)
        _move(theta, g, rule)


@compiled
def _flush(values: Floats) -> None:
    for i in range(values.size):
        if abs(values[i]) < _TINY:
            values[i] = 0.0


@compiled
def _squares(values: Floats, multiplicity: float, first: int, squares: Floats) -> None:
    """Sum the squares of a group's coordinates from `first` on, as often as each counts."""
    squares[:] = 0.0
    for k in range(first, values.size // LANES):
        weight = multiplicity if k >= 2 else 1.0
        for lane in range(LANES):
            value = values[k * LANES + lane]
            squares[lane] += weight * value * value


@compiled
def _expected(theta: Floats, g: Floats, rule: Rule) -> None:
    """Fill g with the expected gradient, by the forms of `dynamics.relu` and `dynamics.leaky`.

    Beyond |c| = 9 the unit counts as linear or as constantly zero, as in `dynamics.engine.kernel`.
    """
    gamma, delta, slope = rule.gamma, rule.delta, rule.slope
    rest = 1.0 - slope
    factors = np.empty(LANES)
    _squares(theta, rule.multiplicity, 2, factors)
    for lane in range(LANES):
        w, b = theta[lane], theta[LANES + lane]
        r = math.sqrt(w * w + factors[lane]) + 1e-300
        over_r = 1.0 / r
        c = min(max((b - 1e-290) * over_r, -9.0), 9.0)
        density, active = normal(c)
        u = w * over_r
        kink = density * (c * gamma * u - delta)
        linear = slope * (slope + rest * active)
        g[lane] = rest * (active * (w - gamma) + kink * u) + linear * w - slope * gamma
        g[LANES + lane] = (
            rest * (active * (b - delta) + density * (r - u * gamma))
            + linear * b
            + slope * (rest * density * r - delta)
        )
        factors[lane] = rest * (active + kink * over_r) + linear
    for k in range(2, theta.size // LANES):
        for lane in range(LANES):
            g[k * LANES + lane] = factors[lane] * theta[k * LANES + lane]


@compiled
def _sampled(theta: Floats, g: Floats, rule: Rule, noise: Floats) -> None:
    """Fill g with the mean gradient over a minibatch of Gaussian inputs; exact in distribution.

    What an input has at right angles to w and to the target's direction is independent of the unit's error a
    on it. So of each input two numbers are drawn, x_L and s along the orthogonal weights, which give a; the
    rest adds up to ‖a‖ times a standard normal vector at right angles to the orthogonal weights.
    """
    batch, slope = rule.batch, rule.slope
    rho, square, along, across = np.empty(LANES), np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    _squares(theta, 1.0, 2, rho)
    for lane in range(LANES):
        rho[lane] = math.sqrt(rho[lane])
        g[lane] = g[LANES + lane] = 0.0
    for k in range(batch):
        for lane in range(LANES):
            x, s = noise[2 * k, lane], noise[2 * k + 1, lane]
            z = theta[lane] * x + rho[lane] * s + theta[LANES + lane]
            d = 1.0 if z > 0.0 else slope
            a = d * (d * z - rule.gamma * x - rule.delta)
            g[lane] += a * x
            g[LANES + lane] += a
            along[lane] += a * s
            square[lane] += a * a
    first = 2 * batch - 2  # of the rest's numbers, counted from the coordinate 0
    for k in range(2, theta.size // LANES):
        for lane in range(LANES):
            across[lane] += noise[first + k, lane] * theta[k * LANES + lane]
    for lane in range(LANES):
        g[lane] /= batch
        g[LANES + lane] /= batch
        square[lane] = math.sqrt(square[lane]) / batch
        over = 1.0 / rho[lane] if rho[lane] > 0.0 else 0.0
        along[lane] = (along[lane] / batch - square[lane] * across[lane] * over) * over
    for k in range(2, theta.size // LANES):
        for lane in range(LANES):
            i = k * LANES + lane
            g[i] = along[lane] * theta[i] + square[lane] * noise[first + k, lane]


@compiled
def _clip(g: Floats, rule: Rule) -> None:
    """Scale each unit's gradient as PyTorch's clip_grad_norm_ does."""
    scale = np.empty(LANES)
    _squares(g, rule.multiplicity, 0, scale)
    for lane in range(LANES):
        scale[lane] = min(rule.clip / (math.sqrt(scale[lane]) + 1e-6), 1.0)
    for k in range(g.size // LANES):
        for lane in range(LANES):
            g[k * LANES + lane] *= scale[lane]


@compiled
def _buffer(g: Floats, buffer: Floats, t: int, rule: Rule) -> None:
    """Turn g into the step of `Momentum` or `SGD`."""
    momentum = rule.momentum
    if t <= rule.warmup:
        momentum *= (t - 1) / rule.warmup
    keep, take, look, push = momentum, 1.0 - momentum, 0.0, 1.0
    if not rule.averaged:
        fresh = momentum == 0.0 or t == (1 if rule.warmup == 0 else 2)
        keep, take = (0.0, 1.0) if fresh else (momentum, 1.0 - rule.dampening)
        if rule.nesterov:
            look, push = 1.0, momentum
    for i in range(g.size):
        buffer[i] = keep * buffer[i] + take * g[i]
        g[i] = -rule.rate * (look * g[i] + push * buffer[i])


@compiled
def _rms(g: Floats, square: Floats, mean: Floats, buffer: Floats, rule: Rule) -> None:
    """Turn g into the step of `RMSprop`."""
    keep, centered, eps = rule.second, 1.0 if rule.centered else 0.0, rule.eps
    for i in range(g.size):
        square[i] = keep * square[i] + (1.0 - keep) * g[i] * g[i]
        mean[i] = keep * mean[i] + (1.0 - keep) * g[i]
        g[i] /= math.sqrt(max(square[i] - centered * mean[i] * mean[i], 0.0)) + eps
    for i in range(g.size):
        buffer[i] = rule.momentum * buffer[i] + g[i]
        g[i] = -rule.rate * buffer[i]


@compiled
def _adam(g: Floats, mean: Floats, square: Floats, t: int, rule: Rule) -> None:
    """Turn g into the step of `Adam`, without decoupled decay."""
    first, second, eps = rule.momentum, rule.second, rule.eps
    rate = rule.rate / (1.0 - first**t)
    scale = 1.0 / math.sqrt(1.0 - second**t)
    for i in range(g.size):
        mean[i] = first * mean[i] + (1.0 - first) * g[i]
        square[i] = second * square[i] + (1.0 - second) * g[i] * g[i]
        g[i] = -rate * mean[i] / (math.sqrt(square[i]) * scale + eps)


@compiled
def _move(theta: Floats, step: Floats, rule: Rule) -> None:
    """Add a step to θ; a unit whose step is too long, or no number, is nan from then on."""
    if rule.decoupled != 0.0:
        for i in range(theta.size):
            step[i] -= rule.decoupled * theta[i]
    squares = np.empty(LANES)
    _squares(step, rule.multiplicity, 0, squares)
    for i in range(theta.size):
        theta[i] += step[i]
    for lane in range(LANES):
        if not squares[lane] <= _LONGEST2:
            for k in range(theta.size // LANES):
                theta[k * LANES + lane] = math.nan
