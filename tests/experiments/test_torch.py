"""The same networks in PyTorch: same weights, same batches, the same losses.

PyTorch is nobody's requirement here. `pip install torch==2.13.0`, then `pytest -m torch`.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from experiments import builtin
from experiments.block import Block
from experiments.networks import Architecture, Kind, Parameters
from experiments.optimizers import Method
from experiments.recipe import Condition, Recipe

torch = pytest.importorskip("torch", reason="NOT COMPARED WITH PYTORCH: torch is not installed")
pytestmark = pytest.mark.torch

STEPS = 200
DIABETES = builtin.load("diabetes")


class Theirs(torch.nn.Module):  # type: ignore[misc, name-defined]
    """The architectures in PyTorch's own layers, written from their description and not from our code."""

    def __init__(self, architecture: Architecture, columns: int, ours: Parameters, network: int) -> None:
        super().__init__()
        depth, width = architecture.depth, architecture.width
        sides = [columns, *[width] * depth, 1]
        self.affine = torch.nn.ModuleList(
            [torch.nn.Linear(a, b, dtype=torch.float64) for a, b in pairwise(sides)]
        )
        norms = [torch.nn.BatchNorm1d(width, dtype=torch.float64) for _ in range(depth)]
        self.norms = torch.nn.ModuleList(norms if architecture.normalised else [])
        self.blocks = (depth - 1) // 2 if architecture.residual else 0
        with torch.no_grad():
            for linear, weights, biases in zip(self.affine, ours.weights, ours.biases, strict=True):
                linear.weight.copy_(torch.tensor(weights[network].T.copy()))
                linear.bias.copy_(torch.tensor(biases[network, 0].copy()))

    def relu(self, layer: int, x: Any) -> Any:
        return torch.relu(self.norms[layer](x) if len(self.norms) else x)

    def forward(self, x: Any) -> Any:
        if not self.blocks:
            for layer, linear in enumerate(self.affine[:-1]):
                x = self.relu(layer, linear(x))
            return self.affine[-1](x)
        stream = self.affine[0](x)
        for block in range(self.blocks):
            inner = self.affine[2 * block + 1](self.relu(2 * block, stream))
            stream = stream + self.affine[2 * block + 2](self.relu(2 * block + 1, inner))
        return self.affine[-1](self.relu(2 * self.blocks, stream))


def their_optimizer(method: Method, eta: float, beta: float, network: Any) -> Any:
    if method is Method.ADAM:
        return torch.optim.Adam(network.parameters(), lr=eta, betas=(beta, 0.999))
    lr = eta * (1 - beta) if method is Method.MOMENTUM else eta
    return torch.optim.SGD(network.parameters(), lr=lr, momentum=beta)


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize(
    "architecture",
    [Architecture(), Architecture(Kind.RESIDUAL, 7, 16), Architecture(Kind.NORMALISED, 7, 16)],
    ids=lambda a: str(a.kind),
)
def test_the_first_200_losses_are_pytorchs(architecture: Architecture, method: Method) -> None:
    eta = 0.01 if method is Method.ADAM else 1e-3
    recipe = Recipe(architecture, method, eta=eta)
    conditions = [Condition(1, 0, 0.9), Condition(0.1, 1, 0), Condition(3, -2, 0.99)]
    block = Block(recipe, DIABETES, [5], conditions, np.float64)
    networks = [Theirs(architecture, 10, block.parameters, i) for i in range(len(conditions))]
    optimizers = [
        their_optimizer(method, eta, c.beta, network) for c, network in zip(conditions, networks, strict=True)
    ]
    batches = [block.batch() for _ in range(STEPS)]
    fresh = Block(recipe, DIABETES, [5], conditions, np.float64)
    for inputs, targets in batches:
        ours = fresh.step()
        for i, (network, optimizer) in enumerate(zip(networks, optimizers, strict=True)):
            loss = 0.5 * torch.nn.functional.mse_loss(
                network(torch.tensor(inputs[0])), torch.tensor(targets[i])
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            assert ours[i] == pytest.approx(loss.item(), rel=1e-6)
