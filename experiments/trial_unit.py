"""What the trial asks of the paper's single unit: cones, gradients, paths and maps of starts.

Everything is at the paper's η = 0.1 and ε = 10⁻³, starts on a grid in [−3, 3]² without orthogonal weights
unless said.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from dynamics import (
    BasinMap,
    Grid,
    Hyperparameters,
    Initializer,
    Outcome,
    Scheme,
    Starts,
    activation_probability,
    basin_map,
    cloud,
    expected_gradient,
    expected_loss,
    in_linear_cone,
    is_dead,
    outcomes,
    trajectory,
)

Floats = NDArray[np.float64]
Numbers = dict[str, Floats]

ETA, EPSILON = 0.1, 1e-3
GAMMAS = (1.0, 0.1, 0.01, 0.001)
BETAS = (0.7, 0.8, 0.9, 0.95, 0.99)
_CELLS, _COARSE = 100, 24
_ANY = Initializer(Scheme.HE_NORMAL, 100)  # `cloud` asks for one; the starts are given


def _settings(beta: float, gamma: float, delta: float = 0.0) -> Hyperparameters:
    return Hyperparameters(beta=beta, eta=ETA, gamma=gamma, delta=delta)


def _grid(cells: int, side: float = 3.0) -> Grid:
    return Grid(w_min=-side, w_max=side, b_min=-side, b_max=side, n_w=cells, n_b=cells)


def _starts(cells: int) -> tuple[Floats, Floats]:
    w, b = np.meshgrid(_grid(cells).w, _grid(cells).b)
    return w.ravel(), b.ravel()


@cache
def _map(beta: float, gamma: float) -> BasinMap:
    return basin_map(_settings(beta, gamma), _grid(_CELLS), epsilon=EPSILON)


def maps(_: int) -> Numbers:
    """Return shares of outcomes, by name: all that the trial asks of maps of starts."""
    w, b = _starts(_CELLS)
    inside, linear = is_dead(w, b, 0.0, EPSILON), in_linear_cone(w, b, 0.0, EPSILON)
    lives = {gamma: _map(0.0, gamma).outcome.ravel() == Outcome.CONVERGED for gamma in GAMMAS}
    found: dict[str, float] = {}
    for gamma in GAMMAS:
        for beta in (0.0, *BETAS):
            labels = _map(beta, gamma).outcome.ravel()
            at = f"γ = {gamma:g}, β = {beta:g}"
            found[f"dead {at}"] = _share(labels == Outcome.DEAD)
            found[f"converged {at}"] = _share(labels == Outcome.CONVERGED)
            found[f"collapsed {at}"] = _share(labels[~inside] == Outcome.DEAD)
            found[f"stay {at}"] = _share(labels[inside] == Outcome.DEAD)
            found[f"linear {at}"] = _share(labels[linear & lives[gamma]] == Outcome.DEAD)
            found[f"back {at}"] = _share(labels[inside] == Outcome.CONVERGED)
    return {name: np.asarray(value) for name, value in found.items()}


def _share(of: NDArray[np.bool_] | np.bool_) -> float:
    return float(of.mean()) if of.size > 0 else np.nan


def scaled(_: int) -> Numbers:
    """Return the share of starts whose outcome changes when γ, starts and tolerance shrink alike."""
    usual = basin_map(_settings(0.9, 1.0), _grid(_CELLS), epsilon=EPSILON)
    found: Numbers = {}
    for scale in (0.1, 0.01, 10.0):
        small = basin_map(
            _settings(0.9, scale), _grid(_CELLS, 3 * scale), epsilon=EPSILON, tolerance=1e-6 * scale
        )
        found[f"γ = {scale:g} on ±{3 * scale:g}"] = np.asarray(np.mean(small.outcome != usual.outcome))
    return found


def field(_: int) -> Numbers:
    """Return the gradient's size in the dead cone, and its distance from the affine model's in the linear."""
    w, b = _starts(_CELLS)
    dead, linear = is_dead(w, b, 0.0, EPSILON), in_linear_cone(w, b, 0.0, EPSILON)
    found: Numbers = {}
    for gamma in GAMMAS[:3]:
        dw, db, _rho = expected_gradient(w, b, gamma, 0.0)
        length = np.hypot(dw, db)
        found[f"dead γ = {gamma:g}"] = np.asarray(length[dead].max() / np.median(length[~dead]))
        apart = np.hypot(dw - (w - gamma), db - b)[linear] / np.hypot(w - gamma, b)[linear]
        found[f"linear γ = {gamma:g}"] = np.asarray(apart.max())
    return found


def cones(_: int) -> Numbers:
    """Return shares of cells that contradict what the cones are, and the ground truth's distance to death."""
    w, b = _starts(_CELLS)
    found: dict[str, float] = {}
    for rho in (0.0, 0.4, 2.0):
        dead, linear = is_dead(w, b, rho, EPSILON), in_linear_cone(w, b, rho, EPSILON)
        mirrored = in_linear_cone(w, -b, rho, EPSILON)
        found[f"mirrored ρ = {rho:g}"] = _share(mirrored != dead)
        zeroed = activation_probability(-w, -b, -rho) < EPSILON  # P(−z > 0) = P(z < 0)
        found[f"zeroed ρ = {rho:g}"] = _share(linear != zeroed)
    far = _distance(1.0)
    for gamma in GAMMAS[1:]:
        found[f"distance γ = {gamma:g}"] = _distance(gamma) / far
    return {name: np.asarray(value) for name, value in found.items()}


def _distance(gamma: float) -> float:
    """Return the radius of the smallest circle around the ground truth with a dead unit, by bisection."""
    angles = np.linspace(0, 2 * np.pi, 721)
    low, high = 0.0, 2 * gamma
    for _ in range(40):
        middle = (low + high) / 2
        inside = is_dead(gamma + middle * np.cos(angles), middle * np.sin(angles), 0.0, EPSILON).any()
        low, high = (low, middle) if inside else (middle, high)
    return high


def draws(seeds: int) -> Numbers:
    """Return by how much the share of drawn inputs with z > 0 differs from Φ(b/‖w‖), a mean for each seed.

    Of 200 units of 10 weights, on 4,000 inputs each: those with Φ below 0.1, the others, those above 0.9.
    """
    gaps = np.empty((seeds, 3))
    for seed in range(seeds):
        random = np.random.default_rng([seed, 4])
        w, b = random.uniform(-1, 1, (10, 200)), random.uniform(-4, 4, 200)
        active = (random.standard_normal((4000, 10)) @ w + b > 0).mean(axis=0)
        probability = ndtr(b / np.linalg.norm(w, axis=0))
        kind = np.digitize(probability, [0.1, 0.9])
        gaps[seed] = [np.mean((active - probability)[kind == each]) for each in range(3)]
    names = ("Φ below 0.1", "Φ from 0.1 to 0.9", "Φ above 0.9")
    return dict(zip(names, gaps.T, strict=True))


def target(_: int) -> Numbers:
    """Return how far γ² is from the target's variance, and a path in six dimensions from its reduction."""
    gaps = []
    for gamma, delta in ((1.0, 0.0), (0.1, 0.3), (2.0, -1.5)):
        silent = float(expected_loss(1.0, -40.0, gamma, delta))  # always 0: the error is E[½y²]
        gaps.append(abs(2 * silent - delta**2 - gamma**2))
    return {"variance": np.array(max(gaps)), "reduced": np.array(_reduction_gap())}


def _reduction_gap() -> float:
    """Return the largest gap between a path with any direction of the target and the path of (w_L, b, ρ)."""
    random = np.random.default_rng(5)
    towards, w, b, delta = random.normal(size=6), random.normal(size=6), 0.4, 0.1
    gamma = float(np.linalg.norm(towards))
    direction = towards / gamma
    across = float(np.linalg.norm(w - (w @ direction) * direction))
    path = trajectory(_settings(0.9, gamma, delta), (float(w @ direction), b), 300, rho=across)
    m, m_b, gap = np.zeros(6), 0.0, 0.0
    for i in range(301):
        across = float(np.linalg.norm(w - (w @ direction) * direction))
        gap = max(
            gap, abs(w @ direction - path.w[i]), abs(b - path.b[i]), abs(across - abs(float(path.rho[i])))
        )
        dw, db = _full_gradient(w, b, towards, delta)
        m, m_b = 0.9 * m + 0.1 * dw, 0.9 * m_b + 0.1 * db
        w, b = w - ETA * m, b - ETA * m_b
    return gap


def _full_gradient(w: Floats, b: float, towards: Floats, delta: float) -> tuple[Floats, float]:
    """Return ∇L for any input dimension and any direction of the target."""
    r = float(np.linalg.norm(w))
    u, c = w / r, b / r
    P, density = float(ndtr(c)), float(np.exp(-0.5 * c * c) / np.sqrt(2 * np.pi))
    along = float(u @ (w - towards))
    dw = P * (w - towards) - c * density * u * along + (b - delta) * density * u
    return dw, density * along + (b - delta) * P


def ways(_: int) -> Numbers:
    """Return where starts outside both cones go without momentum.

    Of 24 × 24 starts, at 250 moments of 30,000 updates: the share that enters the dead or the linear cone,
    and of those that end at the ground truth the share that was in the linear cone.
    """
    w, b = _starts(_COARSE)
    outside = ~(is_dead(w, b, 0.0, EPSILON) | in_linear_cone(w, b, 0.0, EPSILON))
    w, b = w[outside], b[outside]
    kept = np.unique(np.geomspace(1, 30_000, 250).astype(int))
    found: Numbers = {}
    for gamma in GAMMAS:
        hp = _settings(0.0, gamma)
        paths = cloud(hp, _ANY, len(w), iterations=30_000, record=kept, starts=Starts(w, b, np.zeros(len(w))))
        dead, linear = (
            np.any(cone(paths.w, paths.b, paths.rho, EPSILON), axis=0) for cone in (is_dead, in_linear_cone)
        )
        ends = outcomes(hp, w, b, epsilon=EPSILON).outcome == Outcome.CONVERGED
        found[f"either γ = {gamma:g}"] = np.asarray(_share(dead | linear))
        found[f"linear γ = {gamma:g}"] = np.asarray(_share(linear[ends]))
    return found


def killed(_: int) -> Numbers:
    """Return, of the starts that a momentum kills, the share that never was in the linear cone."""
    return {
        f"γ = {gamma:g}, β = {beta:g}": np.asarray(killed_outside_linear_cone(beta, gamma))
        for gamma in GAMMAS[1:]
        for beta in (0.9, 0.99)
    }


@cache
def killed_outside_linear_cone(beta: float, gamma: float) -> float:
    """Return, of 100 × 100 starts that die with this momentum only, the share never in the linear cone.

    They reach the ground truth at β = 0 and end dead at `beta`; nan if there is none.
    """
    w, b = _starts(_CELLS)
    dies = _map(beta, gamma).outcome.ravel() == Outcome.DEAD
    lives = _map(0.0, gamma).outcome.ravel() == Outcome.CONVERGED
    w, b = w[dies & lives], b[dies & lives]
    steps = 1000  # far more than any of them takes to its end in the dead cone
    entered = np.zeros(len(w), np.bool_)
    for first in range(0, len(w), 500):  # a whole map's paths would fill the memory
        own = slice(first, first + 500)
        starts = Starts(w[own], b[own], np.zeros(len(w[own])))
        paths = cloud(
            _settings(beta, gamma),
            _ANY,
            len(starts.w),
            iterations=steps,
            record=np.arange(steps + 1),
            starts=starts,
        )
        entered[own] = np.any(in_linear_cone(paths.w, paths.b, paths.rho, EPSILON), axis=0)
    return _share(~entered)
