"""Is the predicted dead share that of units which PyTorch trains? Eight settings, 1,000 units each.

Run it with `python -m benchmarks.risk_torch`, after `pip install torch==2.13.0`. PyTorch's own optimisers
train units drawn from an initialisation, as one tensor whose units' losses are added, on the expected loss or
on minibatches of Gaussian inputs with every coordinate drawn. The prediction is `train_units` from 200,000
other starts on the expected gradient, whose standard error of at most 0.11 points is small beside the
interval, and from 20,000 on minibatches, which take a hundred times as long. Of the 1,000 a Clopper-Pearson
interval is taken, at 95 % for all eight together (Bonferroni).
"""

import math
import time
from typing import Any

import numpy as np
from scipy.stats import beta as beta_distribution

from dynamics import (
    SGD,
    Adam,
    AdamW,
    Initializer,
    Outcome,
    RMSprop,
    Scheme,
    Starts,
    Training,
    coordinate_starts,
    dead_cone_slope,
    spread,
    train_units,
)
from dynamics.coordinates import CoordinateStarts

try:
    import torch
except ModuleNotFoundError:
    print("NOT COMPARED WITH PYTORCH: torch is not installed")
    raise SystemExit(0) from None

UNITS, DRAWN, DRAWN_NOISY = 1000, 200_000, 20_000
SETTINGS = [
    (Initializer(Scheme.PYTORCH, 2), Training(optimizer=SGD(0.3), gamma=1.0, delta=-1.0, steps=500)),
    (Initializer(Scheme.HE_NORMAL, 10), Training(optimizer=SGD(0.001, 0.99), gamma=0.1, steps=1000)),
    (
        Initializer(Scheme.HE_NORMAL, 10),
        Training(optimizer=SGD(0.01, 0.95, nesterov=True), gamma=0.1, steps=1000),
    ),
    (Initializer(Scheme.HE_NORMAL, 10), Training(optimizer=RMSprop(), gamma=0.1, steps=1000)),
    (Initializer(Scheme.HE_NORMAL, 10), Training(optimizer=Adam(0.01), gamma=0.1, steps=1000)),
    (Initializer(Scheme.PYTORCH, 100), Training(optimizer=Adam(0.01), gamma=0.01, steps=1000)),
    (Initializer(Scheme.PYTORCH, 5), Training(optimizer=AdamW(0.03), gamma=0.1, steps=500, batch=32)),
    (Initializer(Scheme.HE_NORMAL, 10), Training(optimizer=SGD(0.01, 0.9), gamma=0.1, steps=500, batch=16)),
]


def observed(initializer: Initializer, training: Training) -> int:
    """Count the dead of `UNITS` units trained by PyTorch."""
    uniforms = np.random.default_rng(11).random((UNITS, initializer.fan_in + 1))
    starts = coordinate_starts(initializer, uniforms)
    weights = torch.tensor(np.column_stack([starts.w, starts.orthogonal]), requires_grad=True)
    biases = torch.tensor(starts.b.copy(), requires_grad=True)
    fields = vars(training.optimizer)
    optimizer = getattr(torch.optim, type(training.optimizer).__name__)([weights, biases], **fields)
    torch.manual_seed(11)
    for _ in range(training.steps):
        optimizer.zero_grad()
        loss = expected_loss if training.batch is None else sampled_loss
        loss(weights, biases, training).sum().backward()
        optimizer.step()
    dead = biases < dead_cone_slope(training.epsilon) * torch.linalg.vector_norm(weights, dim=1)
    return int(dead.sum())


def expected_loss(w: Any, b: Any, training: Training) -> Any:
    """Return each unit's ½E(max(0, z) − y)², from the moments of uᵀx where z > 0."""
    gamma, delta = training.gamma, training.delta
    r = torch.linalg.vector_norm(w, dim=1)
    c, u = b / r, w[:, 0] / r
    density = torch.exp(-0.5 * c * c) / math.sqrt(2 * math.pi)
    active = 0.5 * torch.special.erfc(-c / math.sqrt(2))
    output = (r * r + b * b) * active + r * b * density
    product = r * gamma * u * (active - c * density) + (r * delta + b * gamma * u) * density
    return 0.5 * output - product - b * delta * active


def sampled_loss(w: Any, b: Any, training: Training) -> Any:
    """Return each unit's mean of ½(max(0, z) − y)² over a minibatch of its own."""
    x = torch.randn(len(w), training.batch or 0, w.shape[1], dtype=torch.float64)
    z = torch.einsum("ukj,uj->uk", x, w) + b[:, None]
    error = torch.relu(z) - training.gamma * x[..., 0] - training.delta
    return 0.5 * (error * error).mean(dim=1)


def predicted(initializer: Initializer, training: Training) -> float:
    """Return the dead share of that many units of `train_units`, with as few weights as `spread` gives."""
    drawn = DRAWN if training.batch is None else DRAWN_NOISY
    uniforms = np.random.default_rng(12).random((drawn, initializer.fan_in + 1))
    starts: Starts | CoordinateStarts = coordinate_starts(initializer, uniforms)
    if training.batch is None:
        starts = spread(initializer, Starts(starts.w, starts.b, starts.rho), 12)
    return float((train_units(training, starts, seed=12).outcome[-1] == Outcome.DEAD).mean())


def main() -> None:
    print("| optimiser | initialiser, fan-in | γ, δ | T | batch | predicted | PyTorch | interval | within |")
    print("|---|---|---|---|---|---|---|---|---|")
    level, begun = 0.05 / len(SETTINGS), time.process_time()
    for initializer, training in SETTINGS:
        share, dead = predicted(initializer, training), observed(initializer, training)
        low = beta_distribution.ppf(level / 2, dead, UNITS - dead + 1) if dead > 0 else 0.0
        high = beta_distribution.ppf(1 - level / 2, dead + 1, UNITS - dead) if dead < UNITS else 1.0
        o = training.optimizer
        changed = {name: value for name, value in vars(o).items() if value != getattr(type(o), name, None)}
        name = f"{type(o).__name__}({', '.join(f'{key}={value}' for key, value in changed.items())})"
        batch = "all" if training.batch is None else training.batch
        print(
            f"| `{name}` | {initializer.scheme} {initializer.fan_in} | {training.gamma}, {training.delta} "
            f"| {training.steps} | {batch} | {share:.1%} | {dead / UNITS:.1%} "
            f"| {low:.1%} … {high:.1%} | {'yes' if low <= share <= high else 'NO'} |",
            flush=True,
        )
    print(f"{time.process_time() - begun:.0f} s of processor time")


if __name__ == "__main__":
    main()
