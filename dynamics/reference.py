"""The basin of every start by plain iteration of the map: the oracle of faster methods.

Every start is iterated on its own until the stop rule ends it, so only those still running cost time.
Starts are dealt to the threads in small pieces; a result depends on its start alone.
"""

import numpy as np
from numpy.typing import NDArray

from dynamics import kernels, threads
from dynamics.hyperparameters import Hyperparameters
from dynamics.outcome import CONVERGED_WITHIN, LONGEST_UPDATE
from dynamics.relu import dead_cone_slope

Floats = NDArray[np.float64]
Solution = tuple[NDArray[np.uint8], NDArray[np.int64], Floats, Floats, Floats]

_PIECE = 32  # starts a thread takes at a time: neighbours cost alike, so pieces are small


def solve(
    hp: Hyperparameters,
    w: Floats,
    b: Floats,
    rho: Floats,
    momentum: Floats,
    epsilon: float,
    tolerance: float,
    max_iterations: int,
    flag: NDArray[np.uint8],
) -> Solution:
    """Return outcome, iterations, final w, b and ρ of every start, all of the shape of `w`.

    Algorithm: m' = βm + (1 − β)g, θ' = θ − ηm' from m₀, g the exact expected gradient at θ. A path
    stops after an update when that update, the one before it and η‖g‖, with the g of that
    update, are all shorter than the tolerance. When `flag` is set the result is incomplete.

    Parameters
    ----------
    hp : Hyperparameters
    w, b, rho : float64 (n,)
        The starts.
    momentum : float64 (n, 3)
        (m_w, m_b, m_ρ) of each start.
    epsilon, tolerance : float
        Dead threshold and length below which updates count as none; 0 never stops.
    max_iterations : int
        The budget of each start.
    flag : uint8 (1,) or more
        Ends the computation once it is not 0.
    """
    n = len(w)
    outcome, iterations = np.empty(n, np.uint8), np.empty(n, np.int64)
    final_w, final_b, final_rho = np.empty(n), np.empty(n), np.empty(n)
    rules = dead_cone_slope(epsilon), CONVERGED_WITHIN * hp.gamma, LONGEST_UPDATE, tolerance, max_iterations
    settings = (hp.beta, hp.eta, hp.gamma, hp.delta, *rules)

    def work(piece: slice) -> None:
        starts = w[piece], b[piece], rho[piece], momentum[piece]
        ends = final_w[piece], final_b[piece], final_rho[piece]
        kernels.iterate(*settings, flag, *starts, outcome[piece], iterations[piece], *ends)

    threads.run(work, (slice(i, i + _PIECE) for i in range(0, n, _PIECE)), flag)
    return outcome, iterations, final_w, final_b, final_rho
