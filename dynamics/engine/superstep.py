"""The superstep: k = 2^p iterations of the map as one step of a discrete exponential Runge–Kutta method.

Along k iterations the gradient is taken to be a quadratic in the iteration number j,

    g_j = g₀ + d·j/κ + e·j(j − κ)/(2κ²),    κ = k/2,

through its values g₀, g₁, g₂ at j = 0, κ and k, so d = g₁ − g₀ and e = g₀ − 2g₁ + g₂. For such a gradient
the recursion m' = βm + (1 − β)g, θ' = θ − ηm' has an exact solution. With A_k = β(1 − β^k)/(1 − β) it is

    θ_k = θ − η[A_k·m + (k − A_k)·g₀ + C₁·d + C₂·e],    m_k = β^k·m + (1 − β^k)·g₀ + M₁·d + M₂·e,

where M₁, M₂ are what the two shapes j/κ and j(j − κ)/(2κ²) leave in m after k iterations from zero, and
C₁, C₂ the sums of that over the k iterations. g₁ and g₂ are the gradients at predictions of the same form:

    θ − η[A_κ·m + (κ − A_κ)·g₀]    and    θ − η[A_k·m + (k − A_k)·(2g₁ − g₀)].

For k = 1 and k = 2 this is the map itself: C₁ = C₂ = M₁ = M₂ = 0 at k = 1, and at k = 2 the second iteration
sees g₁ at exactly its own point. So a step that adapts k falls back to plain iteration where the path
needs it, and no part of the engine has to know whether a unit is coasting, creeping or oscillating.
"""

import numpy as np
from numpy.typing import NDArray

from dynamics.engine.jit import compiled

# Columns of the table, as the kernel reads them.
WEIGHTS = 14
# Up to here the sums are formed term by term. Above, a closed form is as accurate and takes no time;
# below, it would subtract large numbers from one another.
_TERM_BY_TERM = 1024
_MOMENTUM_ACCURACY = 0.03  # relative error of m allowed a superstep


@compiled
def weights(beta: float, eta: float, highest: int, accuracy: float) -> NDArray[np.float64]:
    """Tabulate the weights of the superstep for k = 2^p, p = 0 … `highest`.

    Parameters
    ----------
    beta, eta : float
        Momentum β in [0, 1) and learning rate η > 0.
    highest : int
        Largest exponent p.
    accuracy : float
        Error of θ allowed a superstep, relative to the distances in `kernel`.

    Returns
    -------
    float64 (highest + 1, WEIGHTS)
        Columns k, β^k, ηA_κ, η(κ − A_κ), ηA_k, η(k − A_k), ηC₁, ηC₂, M₁, M₂; then what ‖e‖² is multiplied by
        to judge the errors of θ and of m: twice for this step, and twice for the next longer one, in which
        e is expected four times as large.
    """
    table = np.empty((highest + 2, WEIGHTS))
    rest = 1.0 - beta
    for p in range(highest + 2):
        k = 2.0**p
        half = k / 2
        decay = beta**k
        coast = beta * (1.0 - decay) / rest
        half_coast = beta * (1.0 - beta**half) / rest
        m1, m2, c1, c2 = _sums(beta, k, coast)
        table[p, 0] = k
        table[p, 1] = decay
        table[p, 2] = eta * half_coast
        table[p, 3] = eta * (half - half_coast)
        table[p, 4] = eta * coast
        table[p, 5] = eta * (k - coast)
        table[p, 6] = eta * c1
        table[p, 7] = eta * c2
        table[p, 8] = m1
        table[p, 9] = m2
        # Without the term in e the step is one order less accurate: its size is the estimate of the error. An
        # error of m moves θ by another η/(1 − β) times itself.
        table[p, 10] = ((eta * c2 + eta / rest * m2) / accuracy) ** 2
        table[p, 11] = (m2 / _MOMENTUM_ACCURACY) ** 2
    for p in range(highest + 1):
        table[p, 12] = 16.0 * table[p + 1, 10]
        table[p, 13] = 16.0 * table[p + 1, 11]
    return table[: highest + 1]


@compiled
def _sums(beta: float, k: float, coast: float) -> tuple[float, float, float, float]:
    """Return M₁, M₂, C₁, C₂ for one k; `coast` is A_k."""
    rest = 1.0 - beta
    half = k / 2
    m1 = m2 = c1 = c2 = 0.0
    if k <= _TERM_BY_TERM:
        for j in range(int(k)):
            m1 = beta * m1 + rest * (j / half)
            m2 = beta * m2 + rest * (j * (j - half) / (2 * half * half))
            c1 += m1
            c2 += m2
        return m1, m2, c1, c2
    # A gradient s·j + q·j² settles on a polynomial P + Qk + Rk² of its own kind; what is missing from
    # m₀ = 0 decays as β^k. Summed over k the powers give k(k + 1)/2 and k(k + 1)(2k + 1)/6.
    decay = beta**k
    slope = 1.0 / half
    start = -slope / rest
    m1 = start * (1.0 - decay) + slope * k
    c1 = start * (k - coast) + slope * k * (k + 1) / 2
    curve = 1.0 / (2 * half * half)
    slope = -half * curve - 2 * curve / rest
    start = -(slope + curve) / rest
    m2 = start * (1.0 - decay) + slope * k + curve * k * k
    c2 = start * (k - coast) + slope * k * (k + 1) / 2 + curve * k * (k + 1) * (2 * k + 1) / 6
    return m1, m2, c1, c2
