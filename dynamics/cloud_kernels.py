"""The compiled loop that iterates a cloud of starts and records it on the way.

It iterates the map itself, several starts at a time, as `dynamics.engine.kernel.exact_space` does, and takes
its gradient from there. Numba's cache notices changes of this file only: whoever changes that gradient has
to touch this file as well.
"""

import math

import numpy as np
from numpy.typing import NDArray

from dynamics.engine.jit import compiled
from dynamics.engine.kernel import space_gradient

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

LANES = 16
_POLL = 2048  # iterations of all lanes between two looks at the cancel flag, about 0.2 ms
# Slots of a lane's state in one flat array, so that the offsets are constants.
_W, _B, _RHO, _MW, _MB, _MRHO = (LANES * slot for slot in range(6))


@compiled
def iterate(
    w_starts: Floats,
    b_starts: Floats,
    rho_starts: Floats,
    record: NDArray[np.int64],
    beta: float,
    eta: float,
    gamma: float,
    delta: float,
    slope: float,
    longest: float,
    w: Singles,
    b: Singles,
    rho: Singles,
    dead: NDArray[np.bool_],
    flag: NDArray[np.uint8],
) -> None:
    """Fill column i of w, b, rho and dead, (n, len(record)), with the n starts after record[i] updates.

    A start whose update is longer than `longest` has diverged: it is nan from then on, and never dead.
    `slope` is Φ⁻¹(ε).
    """
    longest2 = (longest / eta) ** 2
    rest = 1.0 - beta
    n = len(w_starts)
    s = np.zeros(6 * LANES)
    for first in range(0, n, LANES):
        for lane in range(LANES):
            start = min(first + lane, n - 1)  # lanes too many repeat the last start
            s[_W + lane] = w_starts[start]
            s[_B + lane] = b_starts[start]
            s[_RHO + lane] = rho_starts[start]
            s[_MW + lane] = s[_MB + lane] = s[_MRHO + lane] = 0.0
        done = 0
        for row in range(len(record)):
            while done < record[row]:
                if flag[0] != 0:
                    return
                chunk = min(record[row] - done, _POLL)
                done += chunk
                for _ in range(chunk):
                    for lane in range(LANES):
                        w_now, b_now, rho_now = s[_W + lane], s[_B + lane], s[_RHO + lane]
                        gw, gb, gr, _ = space_gradient(w_now, b_now, rho_now, gamma, delta)
                        mw = beta * s[_MW + lane] + rest * gw
                        mb = beta * s[_MB + lane] + rest * gb
                        mr = beta * s[_MRHO + lane] + rest * gr
                        short = mw * mw + mb * mb + mr * mr <= longest2
                        s[_MW + lane] = mw
                        s[_MB + lane] = mb
                        s[_MRHO + lane] = mr
                        s[_W + lane] = w_now - eta * mw if short else math.nan
                        s[_B + lane] = b_now - eta * mb if short else math.nan
                        s[_RHO + lane] = rho_now - eta * mr if short else math.nan
            for lane in range(min(LANES, n - first)):
                w_now, b_now, rho_now = s[_W + lane], s[_B + lane], s[_RHO + lane]
                w[first + lane, row] = w_now
                b[first + lane, row] = b_now
                rho[first + lane, row] = rho_now
                dead[first + lane, row] = b_now < slope * math.sqrt(w_now * w_now + rho_now * rho_now)
