"""The vector field of the paper's Fig. 3."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.hyperparameters import Grid, Hyperparameters
from dynamics.relu import expected_gradient


@dataclass(frozen=True, eq=False)
class VectorField:
    """−∇L on a grid.

    Attributes
    ----------
    hyperparameters : Hyperparameters
    grid : Grid
    rho : float
        The orthogonal weight of every point.
    dw, db : float64 (n_b, n_w), read-only
        The components of −∇L along w_L and b; row i is bias grid.b[i].
    """

    hyperparameters: Hyperparameters
    grid: Grid
    rho: float
    dw: NDArray[np.float64]
    db: NDArray[np.float64]


def vector_field(hp: Hyperparameters, grid: Grid, rho: float = 0.0) -> VectorField:
    """Return the direction and speed of gradient flow, −∇L(θ), on a grid (Fig. 3).

    Only γ and δ matter; the paper draws the field for β = 0.

    Raises
    ------
    ValueError
        If ρ is not finite.
    """
    rho = checks.finite("rho", rho)
    dw, db, _ = expected_gradient(grid.w[None, :], grid.b[:, None], hp.gamma, hp.delta, rho)
    dw, db = 0.0 - dw, 0.0 - db  # not −dw, which would turn 0 into −0
    dw.setflags(write=False)
    db.setflags(write=False)
    return VectorField(hyperparameters=hp, grid=grid, rho=rho, dw=dw, db=db)
