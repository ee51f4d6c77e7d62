"""Where the end of a unit is known long before it stops.

Two traps lie around the ground truth θ* = (w_L, b) = (γ, δ), the only stationary point of the expected loss
with P(z > 0) > 0.

**Energy.** E = L + η‖m‖²/(2(1 − β)) cannot rise while ηΛ ≤ 1 + β, Λ being the largest curvature of L met on
the way: inserting the map into L(θ') ≤ L(θ) − η·gᵀm' + Λη²‖m'‖²/2 leaves a change of at most
−(η/2)‖m'‖²(1 + β − ηΛ). A unit whose energy is below the loss of every point of the dead cone will therefore
never be dead, and one whose energy is below the loss everywhere on the sphere ‖θ − θ*‖ = 0.3γ, and below
0, lies inside that sphere for good: a level set below the loss at the tip is bounded, so each of its pieces
holds a stationary point, and there is only one.

**Modes.** Where the Hessian is constant the map is affine, and with its left eigenvectors l₁, l₂ on the
column (m, a), a = θ − θ*, |a_n| ≤ |l₁·(m, a)| + |l₂·(m, a)| for every later n. If the box given by these
bounds along the eigenvectors of the Hessian lies where the Hessian counts as constant, the unit stays in the
box, and the affine map tells when it stops and where it is then.

Rigorous are the argument with the energy and the bound on the modes where the ReLU is linear. By sampling:
the smallest losses and the largest curvature (dense samples of smooth functions, with a margin). By
experience: the radius 0.15γ/(1 + |δ/γ|) around the truth within which the Hessian counts as constant.
"""

import cmath
import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from dynamics.engine.kernel import Problem, Traps
from dynamics.outcome import CONVERGED_WITHIN

Floats = NDArray[np.float64]

_OFF = -1e300  # a level no energy is below
_MODE = 12
_LINEAR_SLOPE = 4.5  # where b > 4.5·r, a linear unit differs by less than Φ(−4.5) = 3e-6
_LINEAR_TRUTH = 6.0
_TAIL = -9.0


def find_traps(problem: Problem, planar: bool) -> Traps:
    """Find both traps of a setting; one that does not exist is given so that nothing falls into it.

    Parameters
    ----------
    problem : Problem
        The setting.
    planar : bool
        Whether every start has ρ = 0.
    """
    return _modal(problem)._replace(level=_energy_level(problem, planar))


def _density(c: Floats) -> Floats:
    return np.exp(-0.5 * c * c) / math.sqrt(2 * math.pi)


def _ray(c: Floats, u: Floats, gamma: float, delta: float) -> tuple[Floats, Floats]:
    """Return A and B of L − ½(γ² + δ²) = Ar²/2 − Br along the ray w = u·r, b = c·r."""
    density, active = _density(c), ndtr(c)
    slant = density + c * active
    return active + c * slant, u * gamma * active + delta * slant


def _energy_level(problem: Problem, planar: bool) -> float:
    """Return the energy, less ½(γ² + δ²), below which a unit is and stays at the ground truth."""
    gamma, delta = problem.gamma, problem.delta
    if problem.eta > 1 + problem.beta or delta <= problem.slope * gamma:
        return _OFF
    square, linear = _ray(np.linspace(_TAIL, problem.slope, 128), np.ones(128), gamma, delta)
    deepest = float(np.max(np.maximum(linear, 0.0) ** 2 / (2 * square)))  # on the rays of the dead cone
    sphere = _sphere_loss(gamma, delta, planar)
    truth = _loss(np.array(gamma), np.array(delta), np.zeros(()), gamma, delta)
    # A margin for the samples and for the kernel's rounding.
    level = float(truth + 0.98 * (min(float(sphere.min()), -deepest) - truth)) - 1e-6 * (gamma**2 + delta**2)
    if level <= truth or problem.eta * _curvature(level, problem, planar) > 0.99 * (1 + problem.beta):
        return _OFF
    return level


def _loss(w: Floats, b: Floats, rho: Floats, gamma: float, delta: float) -> Floats:
    """Return L − ½(γ² + δ²); r is not 0 here."""
    r = np.sqrt(w * w + rho * rho)
    square, linear = _ray(b / r, w / r, gamma, delta)
    return r * (0.5 * square * r - linear)


def _sphere_loss(gamma: float, delta: float, planar: bool) -> Floats:
    """Return L − ½(γ² + δ²) on a sample of the sphere ‖θ − θ*‖ = 0.3γ."""
    angle = np.linspace(0.0, 2 * np.pi, 96, endpoint=False)
    height = np.zeros(1) if planar else np.linspace(0.0, np.pi / 2, 16)
    rho = CONVERGED_WITHIN * gamma * np.sin(height)[:, None] * np.ones_like(angle)
    across = CONVERGED_WITHIN * gamma * np.cos(height)[:, None]
    return _loss(gamma + across * np.cos(angle), delta + across * np.sin(angle), rho, gamma, delta)


def _curvature(level: float, problem: Problem, planar: bool) -> float:
    """Return a bound on the largest eigenvalue of the Hessian where L − ½(γ² + δ²) < level < 0.

    The Hessian is E[x̃x̃ᵀ; z > 0] − (φ(c)/r)·E[y·x̃x̃ᵀ | z = 0] with x̃ = (x, 1). The first part is at most the
    identity. On z = 0 the inputs are x = −cu + tv, v ⊥ u, t standard normal, so that ‖x̃‖² = 1 + c² + t² and
    y has mean δ − cγu and variance γ²(1 − u²); Cauchy's inequality bounds the second part. At ρ = 0 there is
    no t.
    """
    c, u = np.meshgrid(np.linspace(-6.0, 6.0, 97), [-1.0, 1.0] if planar else np.linspace(-1.0, 1.0, 9))
    square, linear = _ray(c, u, problem.gamma, problem.delta)
    inside = linear * linear + 2 * square * level
    reached = (linear > 0) & (inside > 0)
    nearest = (linear - np.sqrt(np.where(reached, inside, 0.0))) / square
    mean = u * c * problem.gamma - problem.delta
    if planar:
        size = np.maximum(mean, 0.0) * (1 + c * c)
    else:
        spread = (1 + c * c) ** 2 + 2 * (1 + c * c) + 3
        size = np.sqrt((mean**2 + problem.gamma**2 * (1 - u * u)) * spread)
    return 1.0 + float(np.max(np.where(reached, _density(c) * size / np.where(reached, nearest, 1.0), 0.0)))


def _modal(problem: Problem) -> Traps:
    """Return the traps with the affine map around the ground truth, and no energy level."""
    gamma, delta = problem.gamma, problem.delta
    off = Traps(_OFF, 1.0, 0.0, -1.0, 1e300, np.zeros((3, _MODE)))
    c = delta / gamma
    if problem.tolerance / problem.eta > CONVERGED_WITHIN * gamma or c < problem.slope + 1:
        return off
    if c > _LINEAR_TRUTH:
        cos, sin, curvatures = 1.0, 0.0, (1.0, 1.0, 1.0)
        radius2, cone2 = -1.0, _LINEAR_SLOPE**2
    else:
        density, active = math.exp(-0.5 * c * c) / math.sqrt(2 * math.pi), float(ndtr(c))
        hessian = np.array([[active - c * density, density], [density, active]])
        values, vectors = np.linalg.eigh(hessian)
        cos, sin = float(vectors[0, 0]), float(vectors[1, 0])
        curvatures = (float(values[0]), float(values[1]), active)
        radius2, cone2 = (0.15 * gamma / (1 + abs(c))) ** 2, 1e300
    modes = np.zeros((3, _MODE))
    for axis, curvature in enumerate(curvatures):
        if not _mode(modes[axis], curvature, problem.beta, problem.eta):
            return off
    return Traps(_OFF, cos, sin, radius2, cone2, modes)


def _mode(row: Floats, curvature: float, beta: float, eta: float) -> bool:
    """Describe the affine map m' = βm + (1 − β)ha, a' = a − ηm' with curvature h; False if it is not stable.

    The row holds: a factor K, then l₁ and l₂ on (m, a), so that a_n² ≤ K(l₁·(m, a)² + l₂·(m, a)²); log|λ| and
    arg λ of both eigenvalues; how much a coefficient of each adds to max(|m|, |∇L|); 1 if they are complex,
    in which case l₁ and l₂ are real and imaginary part of the same row.
    """
    if beta == 0.0:
        factor = 1 - eta * curvature
        if not 0 < abs(factor) < 1:
            return False
        row[:] = 1, 0, 1, 0, 0, math.log(abs(factor)), 0, 0, 0, curvature, 0, 0
        row[6] = 0.0 if factor > 0 else math.pi
        return True
    trace = 1 + beta - eta * (1 - beta) * curvature
    discriminant = trace * trace - 4 * beta
    if abs(discriminant) < 1e-9:
        discriminant = -1e-9  # a double eigenvalue has no full set of eigenvectors
    root = cmath.sqrt(discriminant)
    pair = ((trace + root) / 2, (trace - root) / 2)
    if max(abs(pair[0]), abs(pair[1])) >= 1:
        return False
    lefts = []
    for i, eigenvalue in enumerate(pair):
        distance = eigenvalue - beta
        on_a = 1 / (1 - eta * beta * (1 - beta) * curvature / distance**2)
        lefts.append((-eta * beta / distance * on_a, on_a))
        row[5 + 2 * i], row[6 + 2 * i] = math.log(abs(eigenvalue)), cmath.phase(eigenvalue)
        row[9 + i] = max(curvature, abs(1 / eigenvalue - 1) / eta)
    if discriminant < 0:
        row[0], row[11] = 4.0, 1.0
        row[1], row[2], row[3], row[4] = (
            lefts[0][0].real,
            lefts[0][1].real,
            lefts[0][0].imag,
            lefts[0][1].imag,
        )
    else:
        row[0], row[11] = 2.0, 0.0
        row[1], row[2], row[3], row[4] = (
            lefts[0][0].real,
            lefts[0][1].real,
            lefts[1][0].real,
            lefts[1][1].real,
        )
    return True
