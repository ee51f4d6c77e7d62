r"""One leaky ReLU unit with Gaussian inputs, in closed form.

The unit gives max(z, s·z) = s·z + (1 − s)·max(0, z), with a slope 0 ≤ s < 1 for z < 0. Its derivative is 1
where z > 0 and s elsewhere, so with 1 = 1{z > 0} and X = (x, 1)

    ∇L = E[(z − y)·X·1] + s·E[(s·z − y)·X·(1 − 1)].

The first term is the ReLU's gradient ∇L₀(θ; γ, δ). In the second, E[(s·z − y)·X] = s·θ − θ* with
θ* = (0, γ, δ) in (ρ, w_L, b), and what 1 takes away from it follows from E[z·X·1] = ∇L₀(θ; 0, 0) and
E[y·X·1] = ∇L₀(θ; 0, 0) − ∇L₀(θ; γ, δ). Together

    ∇L = (1 − s)·∇L₀(θ; γ, δ) + s·[s·θ − θ* + (1 − s)·∇L₀(θ; 0, 0)].

In the same way, from E[z²·(1 − 1)] = Φ(−c)·(r² + b²) − rbφ and E[zy·(1 − 1)] = Φ(−c)·(γw_L + δb) − rδφ,

    L = L₀ + ½s²·[Φ(−c)·(r² + b²) − rbφ] − s·[Φ(−c)·(γw_L + δb) − rδφ].

θ* is no stationary point for s > 0: ∇L(θ*) = −s(1 − s)·E[z·X·(1 − 1)], so a unit at rest lies beside it.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics.relu import activation_probability, expected_gradient, expected_loss

Floats = NDArray[np.float64]


def leaky_gradient(
    w: ArrayLike, b: ArrayLike, gamma: ArrayLike, delta: ArrayLike, rho: ArrayLike = 0.0, *, slope: float
) -> tuple[Floats, Floats, Floats]:
    """Return ∇L(θ) of a leaky unit; the formula is the module's.

    Parameters
    ----------
    w, b, gamma, delta, rho : array_like of float
        As in `expected_gradient`; they broadcast.
    slope : float
        s, 0 ≤ s < 1; 0 is the ReLU.

    Returns
    -------
    dw, db, drho : float64 arrays of the broadcast shape
    """
    relu = expected_gradient(w, b, gamma, delta, rho)
    if slope == 0:
        return relu
    output = expected_gradient(w, b, 0.0, 0.0, rho)
    linear = (np.multiply(slope, theta) - truth for theta, truth in ((w, gamma), (b, delta), (rho, 0.0)))
    dw, db, drho = (
        (1 - slope) * g + slope * (line + (1 - slope) * g0)
        for g, line, g0 in zip(relu, linear, output, strict=True)
    )
    return np.asarray(dw), np.asarray(db), np.asarray(drho)


def leaky_loss(
    w: ArrayLike, b: ArrayLike, gamma: ArrayLike, delta: ArrayLike, rho: ArrayLike = 0.0, *, slope: float
) -> Floats:
    """Return L(θ) = E[½(max(z, s·z) − y)²]; arguments and shape as in `leaky_gradient`."""
    loss = expected_loss(w, b, gamma, delta, rho)
    if slope == 0:
        return loss
    w, b, gamma, delta, rho = (np.asarray(value, np.float64) for value in (w, b, gamma, delta, rho))
    r = np.hypot(w, rho)
    with np.errstate(all="ignore"):
        silent = activation_probability(-w, -b, -rho)
        silent = np.where(r == 0, b <= 0, silent)
        density = np.where(r == 0, 0.0, np.exp(-0.5 * (b / r) ** 2) / np.sqrt(2 * np.pi))
        square = silent * (r * r + b * b) - r * b * density
        product = silent * (gamma * w + delta * b) - r * delta * density
        return np.asarray(loss + 0.5 * slope * slope * square - slope * product)
