"""What each command computes: from options to a record, with the checks and the results of `dynamics`."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.affine import critical_momentum, eigenvalues, max_stable_learning_rate, regime
from dynamics.basins import BasinMap, Outcomes, basin_map, outcomes
from dynamics.command_line import summaries
from dynamics.command_line.progress import Progress
from dynamics.command_line.record import Record
from dynamics.engine import ENGINE_VERSION
from dynamics.field import vector_field
from dynamics.hyperparameters import Grid, Hyperparameters
from dynamics.outcome import OUTCOME_NAMES
from dynamics.revival import revival_time
from dynamics.trajectory import trajectory

# Of an array: 4096 × 4096 starts. A result takes some 40 bytes for each, a row of CSV five times that.
MOST_NUMBERS = 1 << 24
MOST_PAIRS = 100_000  # of β and η, whose regimes are told one by one
_PIECE = 1024  # starts of a map iterated plainly between two reports
_ENDS = "outcome", "iterations", "final_w", "final_b", "final_rho"


def basin(args: Namespace, progress: Progress) -> Record:
    """Where every start of a window ends."""
    hp, grid = _hyperparameters(args), window_grid(args)
    if args.method == "reference":
        result = _by_rows(args, hp, grid, progress)
    else:
        result = basin_map(hp, grid, rho=args.rho, cancel=progress.cancel, **_judging(args))
    ends = _fields(result, _ENDS)
    return Record(
        {"command": "basin", **_judged(hp, result, args), "rho": result.rho},
        {"w": grid.w, "b": grid.b, **ends, **_totals(result)},
        {"w": grid.w, "b": grid.b[:, None], **ends, "outcome_name": OUTCOME_NAMES[result.outcome]},
        summaries.basin(result),
    )


def _by_rows(args: Namespace, hp: Hyperparameters, grid: Grid, progress: Progress) -> BasinMap:
    """Return the map by plain iteration, some rows at a time: minutes of work that can tell how far it is."""
    rho = checks.finite("rho", args.rho)
    step = max(1, _PIECE // grid.n_w)
    pieces = []
    for row in range(0, grid.n_b, step):
        b = grid.b[row : row + step, None]
        pieces.append(outcomes(hp, grid.w, b, rho, cancel=progress.cancel, **_judging(args)))
        progress.share = min((row + step) / grid.n_b, 1.0)
    judging = {name: getattr(pieces[0], name) for name in ("epsilon", "tolerance", "max_iterations")}
    ends: dict[str, Any] = {name: np.concatenate([getattr(p, name) for p in pieces]) for name in _ENDS}
    return BasinMap(hyperparameters=hp, grid=grid, rho=rho, **judging, **ends)


def outcome(args: Namespace, progress: Progress) -> Record:
    """Where each of some starts ends."""
    hp, (w, b), rho = _hyperparameters(args), _starts(args), checks.finite("rho", args.rho)
    result = outcomes(hp, w, b, rho, cancel=progress.cancel, **_judging(args))
    arrays = _fields(result, ("w", "b", "rho", *_ENDS))
    settings = {"command": "outcomes", **_judged(hp, result, args)}
    columns = arrays | {"outcome_name": OUTCOME_NAMES[result.outcome]}
    return Record(settings, arrays | _totals(result), columns, summaries.outcomes(result))


def path(args: Namespace, progress: Progress) -> Record:
    """The paths of one or more starts; several make arrays (starts, steps + 1)."""
    hp, (w, b) = _hyperparameters(args), _starts(args)
    steps = checks.whole("steps", args.steps, 0, MOST_NUMBERS // len(w))
    pairs = zip(w.tolist(), b.tolist(), strict=True)
    paths = [trajectory(hp, pair, steps, args.rho, cancel=progress.cancel) for pair in pairs]
    names = "w", "b", "rho", "m_w", "m_b", "m_rho", "loss", "activation_probability"
    found = {name: np.stack([getattr(path, name) for path in paths]) for name in names}
    iteration = paths[0].iteration
    arrays = {name: values[0] if len(paths) == 1 else values for name, values in found.items()}
    return Record(
        {"command": "trajectory", **asdict(hp), "steps": steps},
        {"iteration": iteration, **arrays},
        {"start": np.arange(len(paths))[:, None], "iteration": iteration, **found},
        summaries.paths(paths),
    )


def eigen(args: Namespace, progress: Progress) -> Record:
    """The eigenvalues of Eq. (5) at one β and η or along either or both, shape (n_eta, n_beta, 2)."""
    beta, eta = _values("beta", args.beta), _values("eta", args.eta)
    if beta.size * eta.size > MOST_PAIRS:
        raise ValueError(f"beta and --eta must have at most {MOST_PAIRS} pairs, got {beta.size} x {eta.size}")
    pair = (beta, eta[:, None]) if beta.ndim == eta.ndim == 1 else (beta, eta)
    beta, eta = (np.array(values) for values in np.broadcast_arrays(*pair))
    values = eigenvalues(beta, eta)
    regimes = [str(regime(*pair)) for pair in zip(beta.flat, eta.flat, strict=True)]
    arrays: dict[str, NDArray[Any]] = {
        "beta": beta,
        "eta": eta,
        "regime": np.array(regimes).reshape(beta.shape),
        "critical_momentum": critical_momentum(eta),
        "max_stable_learning_rate": max_stable_learning_rate(beta),
    }
    parts = {f"eigenvalues_{i}": values[..., i] for i in (0, 1)}
    settings = {"command": "eigenvalues"}
    return Record(
        settings, {**arrays, "eigenvalues": values}, arrays | parts, summaries.eigen(arrays, values)
    )


def field(args: Namespace, progress: Progress) -> Record:
    """−∇L over a window."""
    hp, grid = _hyperparameters(args), window_grid(args)
    result = vector_field(hp, grid, args.rho)
    arrows = _fields(result, ("dw", "db"))
    return Record(
        {"command": "field", **asdict(hp), "rho": result.rho},
        {"w": grid.w, "b": grid.b, **arrows},
        {"w": grid.w, "b": grid.b[:, None], **arrows},
        summaries.field(result),
    )


def revival(args: Namespace, progress: Progress) -> Record:
    """After how many updates dead units are back: those of a window, or some."""
    hp, rho = _hyperparameters(args), checks.finite("rho", args.rho)
    epsilon = checks.epsilon(args.epsilon)
    settings = {"command": "revival", **asdict(hp), "epsilon": epsilon}
    names = "dead", "never", "log10_iterations"
    if args.start is None:
        grid = window_grid(args)
        result = revival_time(hp, grid.w, grid.b[:, None], rho, epsilon=epsilon, cancel=progress.cancel)
        found = _fields(result, names)
        coordinates, settings = {"w": grid.w, "b": grid.b}, settings | {"rho": rho}
        columns = {"w": grid.w, "b": grid.b[:, None], **found}
        return Record(settings, coordinates | found, columns, summaries.revivals(result))
    for option in args.given:
        rule = f"start must not stand beside --{option.replace('_', '-')}"
        raise ValueError(f"{rule}: units are either given or those of a window")
    result = revival_time(hp, *_starts(args), rho, epsilon=epsilon, cancel=progress.cancel)
    arrays = _fields(result, ("w", "b", "rho", *names))
    return Record(settings, arrays, arrays, summaries.revivals(result))


def _fields(result: object, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    return {name: getattr(result, name) for name in names}


def _hyperparameters(args: Namespace) -> Hyperparameters:
    return Hyperparameters(beta=args.beta, eta=args.eta, gamma=args.gamma, delta=args.delta)


def window_grid(args: Namespace) -> Grid:
    """Return the starts of a window."""
    if len(args.window) != 4:
        rule = "window must be the four numbers WMIN WMAX BMIN BMAX"
        raise ValueError(f"{rule}, got {shown(args.window)}")
    w_min, w_max, b_min, b_max = args.window
    grid = Grid(w_min, w_max, b_min, b_max, args.n_w, args.n_b)
    if grid.n_w * grid.n_b > MOST_NUMBERS:
        raise ValueError(f"n_w x --n-b must be at most {MOST_NUMBERS}, got {grid.n_w} x {grid.n_b}")
    return grid


def _judging(args: Namespace) -> dict[str, Any]:
    return {name: getattr(args, name) for name in ("epsilon", "tolerance", "max_iterations", "method")}


def _judged(hp: Hyperparameters, result: BasinMap | Outcomes, args: Namespace) -> dict[str, Any]:
    """Name the settings of a result that was judged, and the engine whose labels these are."""
    judging = {name: getattr(result, name) for name in ("epsilon", "tolerance", "max_iterations")}
    return {**asdict(hp), **judging, "method": args.method, "engine_version": ENGINE_VERSION}


def _totals(result: BasinMap | Outcomes) -> dict[str, NDArray[Any]]:
    """Return what is told of all starts together, and the names of the outcomes' numbers."""
    return {"dead_fraction": np.array(result.dead_fraction), "outcome_names": OUTCOME_NAMES}


def _starts(args: Namespace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    given = args.starts if args.start is None else args.start
    for start in given:
        if len(start) != 2:
            raise ValueError(f"start must be the two numbers W B, got {shown(start)}")
    starts = [[checks.finite("start", value) for value in start] for start in given]
    w, b = np.array(starts).T
    return w, b


def shown(given: Sequence[object]) -> str:
    """Return values as they were typed."""
    return " ".join(map(str, given)) or "nothing"


def _values(name: str, given: Sequence[object]) -> NDArray[np.float64]:
    """Return one value as an array (), or a range MIN MAX COUNT as an array (COUNT,)."""
    text = shown(given)
    if len(given) not in (1, 3):
        raise ValueError(f"{name} must be one value or a range MIN MAX COUNT, got {text}")
    low, high = (checks.finite(name, value) for value in (given[0], given[len(given) // 2]))
    for value in (low, high):
        eigenvalues(*((value, 0.0) if name == "beta" else (0.0, value)))  # refuses what is out of range
    if len(given) == 1:
        return np.array(low)
    count = given[2]
    if not (low < high and isinstance(count, float) and count.is_integer() and 2 <= count <= MOST_PAIRS):
        rule = f"MIN below MAX and a COUNT of at least 2 and at most {MOST_PAIRS}"
        raise ValueError(f"{name} must have {rule}, got {text}")
    return np.linspace(low, high, int(count))
