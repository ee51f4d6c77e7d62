"""Compiled scalars that the reference and the trajectories share: gradient and momentum step."""

import math

from dynamics.compiled import compiled

# Where Φ(c) and φ(c) are 0 in double precision for all purposes of the map: exp(−40²/2) < 5e-324.
FARTHEST = 40.0
_SQRT_HALF = math.sqrt(0.5)
_DENSITY = 1.0 / math.sqrt(2.0 * math.pi)


@compiled
def gradient(rho: float, w: float, b: float, gamma: float, delta: float) -> tuple[float, float, float]:
    """Return (∂L/∂ρ, ∂L/∂w, ∂L/∂b), the scalar twin of `dynamics.relu.expected_gradient`.

    The formulas are those of `dynamics.relu`. Φ comes from erfc, so it keeps its relative accuracy in
    the tail (1e-13 at c = −37, less further in); Φ and φ are 0 or 1 exactly beyond |c| = 40.
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
    state: tuple[float, float, float, float, float, float],
    beta: float,
    eta: float,
    gamma: float,
    delta: float,
) -> tuple[tuple[float, float, float, float, float, float], tuple[float, float, float]]:
    """Apply the map once to (ρ, w, b, m_ρ, m_w, m_b): m' = βm + (1 − β)g, θ' = θ − ηm'.

    Returns the new state and the gradient g it was made with.
    """
    rho, w, b, m_rho, m_w, m_b = state
    g = gradient(rho, w, b, gamma, delta)
    m_rho = beta * m_rho + (1.0 - beta) * g[0]
    m_w = beta * m_w + (1.0 - beta) * g[1]
    m_b = beta * m_b + (1.0 - beta) * g[2]
    return (rho - eta * m_rho, w - eta * m_w, b - eta * m_b, m_rho, m_w, m_b), g
