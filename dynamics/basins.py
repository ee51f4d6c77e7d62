"""Basins of attraction: which starts die, the paper's Fig. 4."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics import checks, engine, reference
from dynamics.arrays import ReadOnlyArrays, finite_points
from dynamics.hyperparameters import Grid, Hyperparameters
from dynamics.outcome import Cancellation, Cancelled, Outcome

Floats = NDArray[np.float64]
Method = Literal["fast", "exact", "reference"]

# Of a start's distance from the tip of the cones: how far "fast" may misplace a border; see `border_error`.
BORDER_ERROR = 1e-3
LONGEST_RUN = 10**15  # iterations, which floats still count one by one


@dataclass(frozen=True, eq=False, kw_only=True)
class _Result(ReadOnlyArrays):
    """How paths ended; all arrays have the shape of the starts and are read-only.

    Attributes
    ----------
    hyperparameters : Hyperparameters
    epsilon, tolerance : float
    max_iterations : int
    outcome : uint8
        Values of `Outcome`.
    iterations : int64
        Iterations of the map until the path stopped.
    final_w, final_b, final_rho : float64
        Where it ended.
    """

    hyperparameters: Hyperparameters
    epsilon: float
    tolerance: float
    max_iterations: int
    outcome: NDArray[np.uint8]
    iterations: NDArray[np.int64]
    final_w: Floats
    final_b: Floats
    final_rho: Floats

    @cached_property
    def _shares(self) -> Floats:
        """Share of starts with each outcome, float64 (5,)."""
        return np.bincount(self.outcome.ravel(), minlength=len(Outcome)) / self.outcome.size

    def fraction(self, outcome: Outcome) -> float:
        """Return the share of starts with this outcome, in [0, 1]."""
        return float(self._shares[outcome])

    @property
    def dead_fraction(self) -> float:
        """The share of starts that end in the dead cone, in [0, 1]."""
        return self.fraction(Outcome.DEAD)


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcomes(_Result):
    """What `outcomes` returns: the fields of `BasinMap` for any starts.

    Attributes
    ----------
    w, b, rho : float64
        The starts, broadcast to one shape.
    """

    w: Floats
    b: Floats
    rho: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class BasinMap(_Result):
    """What `basin_map` returns; the arrays are (n_b, n_w), row i has bias grid.b[i].

    Attributes
    ----------
    grid : Grid
    rho : float
        The orthogonal weight of every start.
    """

    grid: Grid
    rho: float


def checked_judging(
    epsilon: float, tolerance: float, max_iterations: int, method: str
) -> tuple[float, float, int]:
    """Return ε, tolerance and budget, or raise ValueError naming the one out of range."""
    if method not in get_args(Method):
        raise ValueError(f"method must be 'fast', 'exact' or 'reference', got {method!r}")
    return (
        checks.epsilon(epsilon),
        checks.real("tolerance", tolerance, lambda x: x >= 0, "finite and at least 0"),
        checks.whole("max_iterations", max_iterations, 1, LONGEST_RUN),
    )


def _solve(
    hp: Hyperparameters,
    starts: Sequence[Floats],
    judging: tuple[float, float, int],
    method: Method,
    cancel: Cancellation | None,
    momentum: Sequence[Floats] | None = None,
) -> reference.Solution:
    """Solve starts (w, b, ρ) of one shape and return the solution in that shape."""
    token = Cancellation() if cancel is None else cancel
    w, b, rho = (np.ravel(values) for values in starts)
    if method == "reference":
        first = np.zeros((len(w), 3)) if momentum is None else np.stack([m.ravel() for m in momentum], -1)
        solution = reference.solve(hp, w, b, rho, first, *judging, token.flag)
    else:
        solution = engine.solve(hp, w, b, rho, *judging, token.flag, exact=method == "exact")
    if token.cancelled:
        raise Cancelled
    shape = starts[0].shape
    outcome, iterations, final_w, final_b, final_rho = solution
    return (
        outcome.reshape(shape),
        iterations.reshape(shape),
        final_w.reshape(shape),
        final_b.reshape(shape),
        final_rho.reshape(shape),
    )


def _shared_fields(
    hp: Hyperparameters, judging: tuple[float, float, int], solution: reference.Solution
) -> dict[str, Any]:
    """Name what both kinds of result hold."""
    epsilon, tolerance, max_iterations = judging
    outcome, iterations, final_w, final_b, final_rho = solution
    return {
        "hyperparameters": hp,
        "epsilon": epsilon,
        "tolerance": tolerance,
        "max_iterations": max_iterations,
        "outcome": outcome,
        "iterations": iterations,
        "final_w": final_w,
        "final_b": final_b,
        "final_rho": final_rho,
    }


def outcomes(
    hp: Hyperparameters,
    w: ArrayLike,
    b: ArrayLike,
    rho: ArrayLike = 0.0,
    *,
    epsilon: float = 1e-3,
    tolerance: float = 1e-6,
    max_iterations: int = 1_000_000,
    method: Method = "fast",
    momentum: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
    cancel: Cancellation | None = None,
) -> Outcomes:
    """Tell what becomes of any starts: dead, at the ground truth, or neither (Fig. 4).

    The map m' = βm + (1 − β)∇L(θ), θ' = θ − ηm' is iterated from m₀ = 0 until two successive updates
    are shorter than `tolerance`, as in the paper, and η‖∇L‖ is too. The last condition is added to
    the paper's: from m₀ = 0 the first updates are short for β near 1 wherever the start lies.

    Parameters
    ----------
    hp : Hyperparameters
    w, b, rho : array_like of float
        The starts, finite; they broadcast.
    epsilon : float
        Dead threshold ε, 0 < ε < 0.5.
    tolerance : float
        Length below which updates count as none. 0 never stops: every start is then judged after
        exactly `max_iterations` updates.
    max_iterations : int
        The budget of each start, at least 1 and at most 10¹⁵.
    method : {"fast", "exact", "reference"}
        "fast" is `dynamics.engine`: the labels of plain iteration but for at most one start in a thousand,
        iterations and end points within a few per cent. "exact" iterates the map plainly, several starts at
        a time, "reference" one by one as the oracle; they differ by rounding alone.
    momentum : (m_w, m_b, m_ρ) of array_like, optional
        The momentum at the start instead of m₀ = 0, finite, of shapes that broadcast to the starts'; only
        with method "reference".
    cancel : Cancellation, optional
        Calls the computation off.

    Returns
    -------
    Outcomes

    Raises
    ------
    ValueError
        If an argument is out of its range.
    Cancelled
        If `cancel` was cancelled before the end.
    """
    judging = checked_judging(epsilon, tolerance, max_iterations, method)
    starts = finite_points("start", w, b, rho)
    first = None if momentum is None else _momentum(momentum, starts[0].shape, method)
    shared = _shared_fields(hp, judging, _solve(hp, starts, judging, method, cancel, first))
    return Outcomes(**shared, w=starts[0], b=starts[1], rho=starts[2])


def _momentum(
    momentum: tuple[ArrayLike, ArrayLike, ArrayLike], shape: tuple[int, ...], method: Method
) -> list[Floats]:
    """Return (m_w, m_b, m_ρ) of that shape, checked."""
    if method != "reference":
        raise ValueError(f'momentum is taken by method "reference" only, got method {method!r}')
    values = [np.broadcast_to(np.asarray(m, dtype=np.float64), shape) for m in momentum]
    if not all(np.isfinite(m).all() for m in values):
        raise ValueError("momentum must be finite for every start")
    return values


def basin_map(
    hp: Hyperparameters,
    grid: Grid,
    *,
    epsilon: float = 1e-3,
    tolerance: float = 1e-6,
    rho: float = 0.0,
    max_iterations: int = 1_000_000,
    method: Method = "fast",
    cancel: Cancellation | None = None,
) -> BasinMap:
    """Tell what becomes of every start on a grid (Fig. 4): `outcomes` of its points.

    Parameters
    ----------
    hp : Hyperparameters
    grid : Grid
        The starts (w_L, b).
    rho : float
        The orthogonal weight of every start; 0 is the paper's two-dimensional picture.
    epsilon, tolerance, max_iterations, method, cancel
        As in `outcomes`, which also says what is raised. "fast" and "exact" compute the cells near which an
        outcome changes and fill the others between them; "reference" computes all.

    Returns
    -------
    BasinMap
        Arrays (n_b, n_w); row i has bias grid.b[i], column j has weight grid.w[j].
    """
    judging = checked_judging(epsilon, tolerance, max_iterations, method)
    rho = checks.finite("rho", rho)
    token = Cancellation() if cancel is None else cancel
    if method == "reference":
        starts = [np.array(x) for x in np.broadcast_arrays(grid.w[None, :], grid.b[:, None], rho)]
        solution = _solve(hp, starts, judging, method, token)
    else:
        solution = engine.solve_grid(hp, grid, rho, *judging, token.flag, exact=method == "exact")
        if token.cancelled:
            raise Cancelled
    return BasinMap(**_shared_fields(hp, judging, solution), grid=grid, rho=rho)


def border_error(grid: Grid, rho: float = 0.0) -> float:
    """Return how far method "fast" may misplace a border between outcomes in a map of this grid.

    It is 10⁻³ of the largest ‖θ‖ on the grid, in units of θ: supersteps are judged by their error relative to
    the distance from the tip of the cones, and the dynamics have no length of their own. Where cells are
    smaller than this, only method "exact" shows a border where it is.

    Measured, not proved, by bisecting borders with both methods (`benchmarks.engine_border`): of 675 borders
    between dead and converged starts 99.6 % lie within it (median 6·10⁻⁶ ‖θ‖, worst 1.4·10⁻³); of 488 beside
    stalled or undecided starts, which the stop rule or the budget draws, 87 % (worst 1.9·10⁻²). Borders
    folded more finely, as above the largest stable learning rate, are left out.

    Parameters
    ----------
    grid : Grid
    rho : float
        The orthogonal weight of every start.
    """
    w, b = (max(abs(low), abs(high)) for low, high in ((grid.w_min, grid.w_max), (grid.b_min, grid.b_max)))
    return BORDER_ERROR * math.hypot(w, b, rho)
