"""Where the end of a unit is known long before it stops.

Around the ground truth θ* = (w_L, b) = (γ, δ), the only stationary point of the expected loss with P(z >
0) > 0, and in the left half of the dead cone, the engine need not follow a unit as closely as elsewhere.

**Modes.** Where the Hessian is constant the map is affine, and with its left eigenvectors l₁, l₂ on the
column (m, a), a = θ − θ*, |a_n| ≤ |l₁·(m, a)| + |l₂·(m, a)| for every later n. If the ellipsoid given by
these bounds along the eigenvectors of the Hessian lies where the Hessian counts as constant, the unit
stays in it, and the affine map tells when it stops and where it is then: the unit is done.

**Energy.** E = L + η‖m‖²/(2(1 − β)) cannot rise while ηΛ ≤ 1 + β, Λ being the largest curvature of L met
on the way: inserting the map into L(θ') ≤ L(θ) − η·gᵀm' + Λη²‖m'‖²/2 leaves a change of at most
−(η/2)‖m'‖²(1 + β − ηΛ). A unit whose energy is below the loss of every point of the dead cone, which
along a ray is a quadratic with the minimum −B²/2A, therefore does not die. It is followed on, by longer
steps.

**Sinking.** At ρ = 0, w < 0 and c = b/|w| below Φ⁻¹(ε) the gradient is g_w = Φw − (Φ + |c|φ)γ + φδ and
g_b = |w|(φ − |c|Φ) + φγ − δΦ. For δ < γ|c| this is g_w < 0 < g_b (Mills' ratio Φ/φ is below 1/|c|): −g
shrinks |w| and lowers b, so |c| grows and both conditions hold on. With momentum, θ_n = θ + (1 − β^n)(z −
θ) minus a sum of such gradients, where z = θ − ηβ/(1 − β)·m is the point the unit would coast to. If θ
and z both meet the conditions, so does all that follows: the unit is dead. It is followed on too, to see
when it stops.

Rigorous are the bounds on the modes where the ReLU is linear, and sinking, but for the crossing of w = 0
in a single stride, which `sinking_depth` excludes by a bound. Not rigorous: that the Hessian counts as
constant within 0.15γ/(1 + |δ/γ|) of the truth (experience; tests measure what it costs), and that ηΛ ≤ 1
+ β is not checked near w = 0, where Λ grows like φ(c)/r; the energy decides no label, only how long the
steps are.
"""

import cmath
import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from dynamics.engine.kernel import Modes, Problem, Traps
from dynamics.hyperparameters import Hyperparameters
from dynamics.outcome import CONVERGED_WITHIN

Floats = NDArray[np.float64]

_OFF = -1e300  # a level no energy is below
_RADIUS = 0.15
_LINEAR_SLOPE = 4.5  # where b > 4.5·r, a linear unit differs by less than Φ(−4.5) = 3e-6
_LINEAR_TRUTH = 6.0
_TAIL = -9.0


def find_traps(problem: Problem) -> Traps:
    """Find both traps of a setting; one that does not exist is given so that nothing falls into it.

    Parameters
    ----------
    problem : Problem
        The setting.
    """
    return _modal(problem)._replace(level=_energy_level(problem))


def sinking_depth(hp: Hyperparameters, slope: float) -> float:
    """Return the bias below which a sinking unit stays on its side of w = 0.

    Within one relaxation of its momentum a unit moves by at most η/(1 − β) times the gradient, of which
    |∂L/∂w| ≤ φ(c)·(|c|γ + γ/|c| + |δ|) moves it towards w = 0. That has to be less than |w|/2 = |b|/(2|c|).
    """
    c = np.linspace(_TAIL, slope, 64)
    reach = float(np.max(_density(c) * (hp.gamma * (c * c + 1) + np.abs(hp.delta * c))))
    return -2 * hp.eta / (1 - hp.beta) * reach


def unstable_slope(beta: float, eta: float) -> float:
    """Return the slope b/r from which on only the map itself will do, if the map is unstable anywhere.

    The affine map is stable while ηh(1 − β) < 2(1 + β) for the curvature h. Along a ray the smooth part of
    the Hessian, E[x̃x̃ᵀ; z > 0], depends on the slope alone; its larger eigenvalue rises from 0 to 1. A unit
    on its way to an unstable truth can come to rest there when nothing has ever pushed it aside: while it
    passes through the stable part, errors decay, but those of supersteps not fast enough. So the plain map
    begins at 2 % of the limit. Infinite if the map is stable everywhere.
    """
    if eta * (1 - beta) < 0.9 * 2 * (1 + beta):
        return math.inf
    slope = np.linspace(_TAIL, -_TAIL, 361)
    density, active = _density(slope), ndtr(slope)
    half = 0.5 * slope * density
    largest = active - half + np.hypot(half, density)
    share = eta * largest * (1 - beta) / (2 * (1 + beta))
    return float(slope[np.argmax(share > 0.02)])


def _density(c: Floats) -> Floats:
    return np.exp(-0.5 * c * c) / math.sqrt(2 * math.pi)


def _ray(c: Floats, u: Floats, gamma: float, delta: float) -> tuple[Floats, Floats]:
    """Return A and B of L − ½(γ² + δ²) = Ar²/2 − Br along the ray w = u·r, b = c·r."""
    density, active = _density(c), ndtr(c)
    slant = density + c * active
    return active + c * slant, u * gamma * active + delta * slant


def _energy_level(problem: Problem) -> float:
    """Return the energy, less ½(γ² + δ²), below which a unit does not die."""
    gamma, delta = problem.gamma, problem.delta
    if problem.eta > 1 + problem.beta or delta <= problem.slope * gamma:
        return _OFF
    square, linear = _ray(np.linspace(_TAIL, problem.slope, 96), np.ones(96), gamma, delta)
    deepest = float(np.max(np.maximum(linear, 0.0) ** 2 / (2 * square)))  # on the rays of the dead cone
    # A margin for the samples and for the kernel's rounding.
    return -1.01 * deepest - 1e-9 * (gamma**2 + delta**2)


def _no_modes() -> Modes:
    zeros = [np.zeros((3, 2), np.complex128) for _ in range(4)]
    return Modes(zeros[0], zeros[1], zeros[2], zeros[3], np.zeros(3))


def _modal(problem: Problem) -> Traps:
    """Return the traps with the affine map around the ground truth, and no energy level."""
    gamma, delta = problem.gamma, problem.delta
    off = Traps(_OFF, 1.0, 0.0, np.full((3, 5), np.inf), _no_modes())
    c = delta / gamma
    if problem.tolerance / problem.eta > CONVERGED_WITHIN * gamma or c < problem.slope + 1:
        return off
    if c > _LINEAR_TRUTH:
        # In the ellipse |a_w| < a, |a_b| < b the bias stays above 4.5 times the norm of the weights.
        cos, sin, curvatures = 1.0, 0.0, np.ones(3)
        part = 0.5 * (1 - _LINEAR_SLOPE / c)
        across = ((1 - part) * c / _LINEAR_SLOPE - 1) * gamma
        radii = across, part * delta, across
    else:
        density, active = math.exp(-0.5 * c * c) / math.sqrt(2 * math.pi), float(ndtr(c))
        hessian = np.array([[active - c * density, density], [density, active]])
        values, vectors = np.linalg.eigh(hessian)
        cos, sin = float(vectors[0, 0]), float(vectors[1, 0])
        # The second axis is (−sin, cos), either sign of the second eigenvector.
        curvatures = np.array([values[0], values[1], active])
        radii = (_RADIUS * gamma / (1 + abs(c)),) * 3
    modes = _no_modes()._replace(curvature=curvatures)
    bounds = np.zeros((3, 5))
    for axis, radius in enumerate(radii):
        if not _mode(axis, modes, bounds[axis], problem.beta, problem.eta):
            return off
        bounds[axis, 0] /= radius**2
    return Traps(_OFF, cos, sin, bounds, modes)


def _mode(axis: int, modes: Modes, bound: Floats, beta: float, eta: float) -> bool:
    """Fill in the affine map m' = βm + (1 − β)ha, a' = a − ηm' of one axis; False if it is not stable.

    `bound` takes K and two forms l₁, l₂ for which a_n² ≤ K((l₁·(m, a))² + (l₂·(m, a))²) always.
    """
    h = float(modes.curvature[axis])
    trace = 1 + beta - eta * (1 - beta) * h
    discriminant = trace * trace - 4 * beta
    if abs(discriminant) < 1e-9:
        discriminant = -1e-9  # a double eigenvalue has no full set of eigenvectors
    root = cmath.sqrt(discriminant)
    pair = ((trace + root) / 2, (trace - root) / 2) if trace > 0 else ((trace - root) / 2, (trace + root) / 2)
    if not 0 < abs(pair[0]) < 1:
        return False
    for i, eigenvalue in enumerate(pair):
        if eigenvalue == 0:  # at β = 0, where m is no state of its own
            modes.log_root[axis, i] = -1.0
            continue
        distance = eigenvalue - beta
        on_error = 1 / (1 - eta * beta * (1 - beta) * h / distance**2)
        modes.on_error[axis, i] = on_error
        modes.on_momentum[axis, i] = -eta * beta / distance * on_error
        modes.log_root[axis, i] = cmath.log(eigenvalue)
        modes.momentum[axis, i] = (1 / eigenvalue - 1) / eta
    on_momentum, on_error = modes.on_momentum[axis], modes.on_error[axis]
    if discriminant < 0:  # |a_n| ≤ 2|l·(m, a)|
        bound[:] = 4.0, on_momentum[0].real, on_error[0].real, on_momentum[0].imag, on_error[0].imag
    else:  # |a_n| ≤ |l₁·(m, a)| + |l₂·(m, a)|
        bound[:] = 2.0, on_momentum[0].real, on_error[0].real, on_momentum[1].real, on_error[1].real
    return True
