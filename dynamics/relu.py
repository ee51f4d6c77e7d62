r"""One ReLU unit with Gaussian inputs, in closed form.

The unit is max(0, z) with z = wᵀx + b and x ~ N(0, I_L); the target is y = γ·x_L + δ. By symmetry the
state is (ρ, w_L, b): ρ is the signed length of the weights orthogonal to the target direction, and
r = √(ρ² + w_L²), c = b/r. Φ and φ are the standard normal distribution function and density at c.

The paper says its gradients are analytical without printing them. In the usual form they are

    ∇_w L = Φ·(w − Γ) − cφ·u·uᵀ(w − Γ) + (b − δ)φ·u,    ∇_b L = φ·uᵀ(w − Γ) + (b − δ)Φ

with u = w/r. Because c·r = b, the terms in b cancel, which leaves

    ∂L/∂w_L = Φ·(w_L − γ) + κ·w_L/r,    ∂L/∂ρ = (Φ + κ/r)·ρ,    κ = φ·(cγ·w_L/r − δ),
    ∂L/∂b = φ·r + bΦ − φγ·w_L/r − δΦ,
    L = ½[Φ·‖θ − θ*‖² + Φ(−c)·(γ² + δ²) + rφ·(b − 2δ)],    θ* = (0, γ, δ).

These are the forms computed here: fewer terms, less cancellation.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfcx, log_ndtr, ndtri

from dynamics import checks

Floats = NDArray[np.float64]

_DEEP = -30.0  # from this c down log‖∇L‖ is taken apart: φ(c) is about to underflow
# Beyond this |c| both Φ(−|c|) and φ(c) are below the smallest double.
FARTHEST = 40.0
_SPLIT = 134217729.0  # 2²⁷ + 1, Dekker's constant: halves a double into two of 26 bits


def _halves(x: Floats) -> tuple[Floats, Floats]:
    """Split x exactly into a high and a low part whose products are exact."""
    scaled = _SPLIT * x
    high = scaled - (scaled - x)
    return high, x - high


def _product_error(x: Floats, y: Floats, product: Floats) -> Floats:
    """Return x·y − product exactly, for product = fl(x·y) (Dekker's algorithm)."""
    x_high, x_low = _halves(x)
    y_high, y_low = _halves(y)
    return ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _ratio(rho: Floats, w: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """Return r = √(ρ² + w²), c = b/r clipped to ±FARTHEST, and what rounding took from c.

    At r = 0 the unit is constant: c is +FARTHEST for b > 0 and −FARTHEST for b ≤ 0.
    """
    r = np.hypot(rho, w)
    exponent = np.frexp(r)[1]
    rho, w, b = np.ldexp(rho, -exponent), np.ldexp(w, -exponent), np.ldexp(b, -exponent)  # exact, r near 1
    unit = np.where(r == 0, 1.0, np.hypot(rho, w))
    c = np.where(r == 0, np.where(b > 0, FARTHEST, -FARTHEST), np.clip(b / unit, -FARTHEST, FARTHEST))
    squares = rho * rho, w * w, unit * unit
    # r² − fl(r)²; the larger square first, so that both subtractions are exact.
    r_error = (np.maximum(squares[0], squares[1]) - squares[2] + np.minimum(squares[0], squares[1])) + (
        _product_error(rho, rho, squares[0])
        + _product_error(w, w, squares[1])
        - _product_error(unit, unit, squares[2])
    )
    product = c * unit
    c_error = (b - product - _product_error(c, unit, product) - 0.5 * c * r_error / unit) / unit
    return r, c, np.where(np.abs(c) < FARTHEST, c_error, 0.0)


def _normal(c: Floats, c_error: Floats) -> tuple[Floats, Floats, Floats]:
    """Return Φ(c), Φ(−c) and φ(c) to a few units in the last place, also far out in the tails.

    exp(−c²/2) loses accuracy as c² grows unless c² is formed exactly, so c is split in halves and its
    own rounding error is put back. The tail probability is φ times the Mills ratio.
    """
    high, low = _halves(c)
    density = np.exp(-0.5 * high * high) * np.exp(-0.5 * low * (c + high) - c * c_error) / np.sqrt(2 * np.pi)
    tail = density * np.sqrt(np.pi / 2) * erfcx(np.abs(c) / np.sqrt(2))
    return np.where(c < 0, tail, 1 - tail), np.where(c < 0, 1 - tail, tail), density


def _floats(*values: ArrayLike) -> list[Floats]:
    return [np.asarray(value, dtype=np.float64) for value in values]


def activation_probability(w: ArrayLike, b: ArrayLike, rho: ArrayLike = 0.0) -> Floats:
    """Return P(z > 0) = Φ(b/r): the share of inputs for which the unit is active.

    The paper's Eq. (3) leaves out "> 0": a unit is dead when this is below ε.

    Parameters
    ----------
    w, b, rho : array_like of float
        Weight, bias and orthogonal weight; they broadcast.

    Returns
    -------
    float64 array of the broadcast shape
        In [0, 1], with relative accuracy of about 1e-15 down to the smallest double (c near −37). At
        w = ρ = 0 it is 1 for b > 0 and 0 for b ≤ 0.
    """
    w, b, rho = _floats(w, b, rho)
    with np.errstate(all="ignore"):
        _, c, c_error = _ratio(rho, w, b)
        return np.asarray(_normal(c, c_error)[0])


def log_activation_probability(w: ArrayLike, b: ArrayLike, rho: ArrayLike = 0.0) -> Floats:
    """Return log P(z > 0), natural, which stays finite where the probability itself underflows.

    Arguments and shape as in `activation_probability`; −∞ for a unit that is constantly zero.
    """
    w, b, rho = _floats(w, b, rho)
    with np.errstate(all="ignore"):
        r = np.hypot(rho, w)
        c = np.where(r == 0, np.where(b > 0, np.inf, -np.inf), b / np.where(r == 0, 1.0, r))
        return np.asarray(log_ndtr(c))


def means_while_active(
    w: ArrayLike, b: ArrayLike, gamma: ArrayLike, delta: ArrayLike, rho: ArrayLike = 0.0
) -> tuple[Floats, Floats]:
    """Return the mean target and the mean output over the inputs for which the unit is active.

    E[y | z > 0] = δ + γ·(w_L/r)·φ/Φ and E[z | z > 0] = b + r·φ/Φ, with φ/Φ = √(2/π)/erfcx(−c/√2). Deep in the
    dead cone a unit is lifted where the first is above the second.

    Parameters
    ----------
    w, b, gamma, delta, rho : array_like of float
        As in `expected_loss`; they broadcast.

    Returns
    -------
    target, output : float64 arrays of the broadcast shape
        nan for a unit that is constantly zero, w = ρ = 0 and b ≤ 0. The output's relative error grows as
        10⁻¹⁶·c².
    """
    w, b, gamma, delta, rho = np.broadcast_arrays(*_floats(w, b, gamma, delta, rho))
    r = np.hypot(rho, w)
    with np.errstate(all="ignore"):
        hazard = np.sqrt(2 / np.pi) / erfcx(-b / r / np.sqrt(2))
        target = np.where(r > 0, delta + gamma * (w / r) * hazard, np.where(b > 0, delta, np.nan))
        output = np.where(r > 0, b + r * hazard, np.where(b > 0, b, np.nan))
    return target, output


def expected_loss(
    w: ArrayLike, b: ArrayLike, gamma: ArrayLike, delta: ArrayLike, rho: ArrayLike = 0.0
) -> Floats:
    """Return L(θ) = E[½(max(0, z) − y)²], the paper's Eq. (4) for the ReLU unit.

    Parameters
    ----------
    w, b, gamma, delta, rho : array_like of float
        Weight, bias, target standard deviation, target mean, orthogonal weight; they broadcast.

    Returns
    -------
    float64 array of the broadcast shape
        The loss. A dead unit has ½(γ² + δ²), the ground truth less, but not 0 while the target is
        negative for some inputs, because the target is not rectified. Overflow gives inf or nan.
    """
    w, b, gamma, delta, rho = _floats(w, b, gamma, delta, rho)
    with np.errstate(all="ignore"):
        r, c, c_error = _ratio(rho, w, b)
        active, silent, density = _normal(c, c_error)
        distance = rho * rho + (w - gamma) ** 2 + (b - delta) ** 2
        target = gamma * gamma + delta * delta
        return np.asarray(0.5 * (active * distance + silent * target + r * density * (b - 2 * delta)))


def expected_gradient(
    w: ArrayLike, b: ArrayLike, gamma: ArrayLike, delta: ArrayLike, rho: ArrayLike = 0.0
) -> tuple[Floats, Floats, Floats]:
    """Return ∇L(θ), exact for x ~ N(0, I): what the paper's Fig. 3 shows with its sign turned.

    Parameters
    ----------
    w, b, gamma, delta, rho : array_like of float
        As in `expected_loss`; they broadcast.

    Returns
    -------
    dw, db, drho : float64 arrays of the broadcast shape
        The error of each is below 1e-13 of the sum of the absolute values of its terms, down to
        c = b/r = −37. At w = ρ = 0 it is (−γ, b − δ, 0) for b > 0 and zero for b ≤ 0.
    """
    w, b, gamma, delta, rho = _floats(w, b, gamma, delta, rho)
    with np.errstate(all="ignore"):
        r, c, c_error = _ratio(rho, w, b)
        active, _, density = _normal(c, c_error)
        r_or_one = np.where(r == 0, 1.0, r)
        along, across = w / r_or_one, rho / r_or_one
        pull = density * (c * gamma * along - delta)
        dw = active * (w - gamma) + pull * along
        db = density * (r - gamma * along) + active * (b - delta)
        drho = active * rho + pull * across
        dw, db, drho = np.broadcast_arrays(dw, db, drho)
        return np.array(dw), np.array(db), np.array(drho)


def log_gradient_norm(
    w: ArrayLike, b: ArrayLike, gamma: ArrayLike, delta: ArrayLike, rho: ArrayLike = 0.0
) -> Floats:
    """Return log ‖∇L(θ)‖, natural, which stays finite where the gradient itself underflows.

    Deep in the dead cone ∇L is φ(c) times a vector of moderate length, in which Φ/φ is the Mills ratio.

    Parameters
    ----------
    w, b, gamma, delta, rho : array_like of float
        As in `expected_loss`; they broadcast.

    Returns
    -------
    float64 array of the broadcast shape
        −∞ where the gradient is zero, as for a unit that is constantly zero.
    """
    w, b, gamma, delta, rho = np.broadcast_arrays(*_floats(w, b, gamma, delta, rho))
    r = np.hypot(rho, w)
    with np.errstate(all="ignore"):
        c = b / r
        deep = (c < _DEEP) & (r > 0)
        mills = np.sqrt(np.pi / 2) * erfcx(-c / np.sqrt(2))
        along = w / r
        pull = c * gamma * along - delta
        dw, drho = mills * (w - gamma) + pull * along, mills * rho + pull * rho / r
        db = r - gamma * along + mills * (b - delta)
        far = np.log(np.hypot(np.hypot(dw, drho), db)) - 0.5 * c * c - 0.5 * np.log(2 * np.pi)
        dw, db, drho = expected_gradient(w, b, gamma, delta, rho)
        return np.asarray(np.where(deep, far, np.log(np.hypot(np.hypot(dw, drho), db))))


def dead_cone_slope(epsilon: float) -> float:
    """Return Φ⁻¹(ε) < 0: the dead cone is b < Φ⁻¹(ε)·r, the linear cone b > −Φ⁻¹(ε)·r.

    Raises
    ------
    ValueError
        Unless 0 < ε < 0.5.
    """
    return float(ndtri(checks.epsilon(epsilon)))


def is_dead(w: ArrayLike, b: ArrayLike, rho: ArrayLike, epsilon: float) -> NDArray[np.bool_]:
    """Tell whether units lie in the dead cone, b < Φ⁻¹(ε)·r (section 4 of the paper).

    The cone is open: its tip w = ρ = b = 0 does not belong to it, although the unit is zero there.
    """
    w, b, rho = _floats(w, b, rho)
    return np.asarray(b < dead_cone_slope(epsilon) * np.hypot(rho, w))


def in_linear_cone(w: ArrayLike, b: ArrayLike, rho: ArrayLike, epsilon: float) -> NDArray[np.bool_]:
    """Tell whether units lie in the linear cone, b > −Φ⁻¹(ε)·r: zero with probability below ε."""
    w, b, rho = _floats(w, b, rho)
    return np.asarray(b > -dead_cone_slope(epsilon) * np.hypot(rho, w))
