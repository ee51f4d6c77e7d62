"""The same units trained by PyTorch's own optimisers, on a loss that PyTorch itself differentiates.

PyTorch is nobody's requirement here. `pip install torch==2.13.0`, then `pytest -m torch`.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dynamics import (
    SGD,
    Adam,
    AdamW,
    CoordinateStarts,
    Initializer,
    Momentum,
    RMSprop,
    Training,
    coordinate_starts,
    train_units,
)

torch = pytest.importorskip("torch", reason="NOT COMPARED WITH PYTORCH: torch is not installed")
pytestmark = pytest.mark.torch

STEPS = 400
STARTS = coordinate_starts(
    Initializer("he_normal", 6),  # type: ignore[arg-type]
    np.random.default_rng(8).random((4, 7)),
)
CASES: dict[str, Training] = {
    "SGD": Training(optimizer=SGD(0.1), gamma=0.5, delta=0.1, steps=STEPS),
    "momentum": Training(optimizer=SGD(0.02, 0.9), gamma=0.3, steps=STEPS),
    "the paper's momentum": Training(optimizer=Momentum(0.9, 0.2), gamma=0.3, steps=STEPS),
    "dampening": Training(optimizer=SGD(0.05, 0.9, 0.6), gamma=0.3, steps=STEPS),
    "Nesterov": Training(optimizer=SGD(0.02, 0.9, nesterov=True), gamma=0.3, delta=-0.1, steps=STEPS),
    "weight decay": Training(optimizer=SGD(0.02, 0.9, weight_decay=0.05), gamma=0.3, steps=STEPS),
    "warm-up": Training(optimizer=SGD(0.02, 0.95, 0.1), gamma=0.3, steps=STEPS, warmup=150),
    "warm-up and Nesterov": Training(
        optimizer=SGD(0.01, 0.95, nesterov=True), gamma=0.3, steps=STEPS, warmup=150
    ),
    "leaky": Training(optimizer=SGD(0.05, 0.8), gamma=0.3, delta=0.2, steps=STEPS, slope=0.1),
    "clipped": Training(optimizer=SGD(0.05, 0.9, weight_decay=0.02), gamma=0.5, steps=STEPS, clip=0.05),
    "RMSprop": Training(optimizer=RMSprop(0.003), gamma=0.3, delta=0.1, steps=STEPS),
    "RMSprop by default": Training(optimizer=RMSprop(), gamma=1.0, steps=STEPS),
    "RMSprop, all of it": Training(
        optimizer=RMSprop(0.002, 0.9, 0.02, 0.01, 0.7, True), gamma=0.3, steps=STEPS, clip=0.3
    ),
    "RMSprop, centred": Training(optimizer=RMSprop(0.001, centered=True), gamma=0.3, delta=0.2, steps=STEPS),
    "Adam": Training(optimizer=Adam(0.01), gamma=0.1, steps=STEPS),
    "Adam by default": Training(optimizer=Adam(), gamma=1.0, delta=0.3, steps=STEPS, slope=0.01),
    "Adam, all of it": Training(
        optimizer=Adam(0.01, (0.8, 0.98), 1e-4, 0.02), gamma=0.3, steps=STEPS, clip=0.1
    ),
    "AdamW": Training(optimizer=AdamW(0.01), gamma=0.3, steps=STEPS),
    "AdamW, decaying": Training(optimizer=AdamW(0.01, weight_decay=0.5), gamma=0.3, delta=0.1, steps=STEPS),
}


def loss(w: Any, b: Any, training: Training) -> Any:
    """Return ½E(f − y)² of one unit from the moments of x on both sides of z = 0, as integrals give them."""
    gamma, delta = training.gamma, training.delta
    r = torch.linalg.vector_norm(w)
    c = b / r
    total = torch.zeros((), dtype=torch.float64)
    # s = uᵀx above −c and below: probability, mean and second moment of each side
    density = torch.exp(-0.5 * c * c) / math.sqrt(2 * math.pi)
    for sign, factor in ((1.0, 1.0), (-1.0, training.slope)):
        probability = 0.5 * torch.special.erfc(-sign * c / math.sqrt(2))
        first, second = sign * density, probability - sign * c * density
        # f − y = (factor·r − γu)s + (factor·b − δ) − γ√(1 − u²)·t, with t independent of s
        along = factor * r - gamma * w[0] / r
        rest = factor * b - delta
        total = total + along**2 * second + 2 * along * rest * first + rest**2 * probability
    return 0.5 * (total + gamma**2 * (1 - (w[0] / r) ** 2))


def their_optimizer(optimizer: Any, parameters: list[Any]) -> Any:
    """Make PyTorch's optimiser of the same name and fields."""
    if isinstance(optimizer, Momentum):
        return torch.optim.SGD(parameters, lr=optimizer.eta * (1 - optimizer.beta), momentum=optimizer.beta)
    return getattr(torch.optim, type(optimizer).__name__)(parameters, **vars(optimizer))


def test_defaults_are_pytorch_s() -> None:
    parameters = [torch.zeros(1, requires_grad=True)]
    for ours in (SGD(1e-3), RMSprop(), Adam(), AdamW()):
        theirs = getattr(torch.optim, type(ours).__name__)(parameters).defaults
        assert vars(ours) == {name: theirs[name] for name in vars(ours)}


@pytest.mark.parametrize("name", CASES)
def test_units_are_pytorch_s(name: str) -> None:
    training = CASES[name]
    units = train_units(training, STARTS, record=[1, 2, 3, 10, 100, STEPS])
    for unit in range(len(STARTS.w)):
        w = torch.tensor([STARTS.w[unit], *STARTS.orthogonal[unit]], requires_grad=True)
        b = torch.tensor(STARTS.b[unit], requires_grad=True)
        optimizer = their_optimizer(training.optimizer, [w, b])
        row = 0
        for t in range(1, STEPS + 1):
            if training.warmup > 0:
                share = min((t - 1) / training.warmup, 1.0)
                optimizer.param_groups[0]["momentum"] = training.optimizer.momentum * share  # type: ignore[union-attr]
            optimizer.zero_grad()
            loss(w, b, training).backward()
            if training.clip is not None:
                torch.nn.utils.clip_grad_norm_([w, b], training.clip)
            optimizer.step()
            if t == units.iteration[row]:
                theirs = [w[0].item(), b.item(), torch.linalg.vector_norm(w[1:]).item()]
                ours = [units.w[row, unit], units.b[row, unit], abs(units.rho[row, unit])]
                assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12), t
                row += 1
        assert row == len(units.iteration)
        assert units.loss[-1, unit] == pytest.approx(loss(w, b, training).item(), rel=1e-9)


def test_one_weight_for_many_is_pytorch_s_too() -> None:
    """A weight with multiplicity 5 takes the path of five equal ones."""
    training = replace(CASES["Adam, all of it"], steps=150)  # later it multiplies rounding errors at rest
    start = CoordinateStarts(np.array([0.3]), np.array([0.1]), np.array([[0.2]]), 5.0)
    units = train_units(training, start)
    w = torch.tensor([0.3] + [0.2] * 5, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    optimizer = their_optimizer(training.optimizer, [w, b])
    for _ in range(training.steps):
        optimizer.zero_grad()
        loss(w, b, training).backward()
        torch.nn.utils.clip_grad_norm_([w, b], training.clip)
        optimizer.step()
    assert units.w[0, 0] == pytest.approx(w[0].item(), rel=1e-9)
    assert units.rho[0, 0] == pytest.approx(torch.linalg.vector_norm(w[1:]).item(), rel=1e-9)
