"""The hook for PyTorch models, on real ones. `pip install torch==2.13.0`, then `pytest -m torch`."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.watch import DeadUnits
from experiments.watched import read_watched

torch = pytest.importorskip("torch", reason="HOOK FOR PYTORCH NOT TESTED: torch is not installed")
pytestmark = pytest.mark.torch
nn = torch.nn


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def network(*layers: Any) -> Any:
    return nn.Sequential(*layers)


def test_shares_are_those_of_the_forward_pass() -> None:
    model = network(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 8), nn.ReLU(inplace=True), nn.Linear(8, 1))
    inputs = torch.randn(5000, 5)  # more rows than are run at a time
    found = DeadUnits(model, inputs).result
    assert (found.layers, found.widths) == (("1", "3"), (16, 8))
    first = model[0](inputs)
    second = model[2](torch.relu(first))
    for layer, z in enumerate((first, second)):
        np.testing.assert_allclose(found.of_layer(layer)[0], (z > 0).double().mean(dim=0), atol=1e-6)


def test_born_dead_died_and_revived_units_are_told_apart(tmp_path: Path) -> None:
    model = network(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    inputs = torch.randn(400, 3)
    bias = model[0].bias.data
    bias[:] = torch.tensor([0.0, -100.0, 0.0, -100.0])
    units = DeadUnits(model, inputs)
    bias[2] = -100.0
    assert units.record() == 0.75
    bias[3] = 0.0
    assert units.record(step=50) == 0.5
    units.save(tmp_path / "units.npz")
    found = read_watched((tmp_path / "units.npz").read_bytes())
    np.testing.assert_array_equal(found.step, [0, 1, 50])
    np.testing.assert_array_equal(found.deaths.born, [2])
    np.testing.assert_array_equal(found.deaths.died[:, 0], [0, 1, 0])
    np.testing.assert_array_equal(found.deaths.revived[:, 0], [0, 0, 1])
    np.testing.assert_array_equal(found.deaths.share[:, 0], [0.5, 0.75, 0.5])


def test_training_is_the_same_with_and_without_a_watcher() -> None:
    ends = []
    for watched in (False, True):
        torch.manual_seed(1)
        model = network(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 1))
        model[3].eval()  # a mode of its own, which has to come back
        inputs, targets = torch.randn(64, 3), torch.randn(64, 1)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        units = DeadUnits(model, inputs) if watched else None
        for _ in range(5):
            loss = nn.functional.mse_loss(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if units is not None:
                units.record()
        assert model.training
        assert not model[3].training
        ends.append([parameter.detach().numpy() for parameter in model.state_dict().values()])
    for without, within in zip(*ends, strict=True):
        np.testing.assert_array_equal(without, within)


def test_a_module_called_twice_counts_as_two_layers() -> None:
    class Twice(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second, self.act = nn.Linear(3, 6), nn.Linear(6, 4), nn.ReLU()

        def forward(self, x: Any) -> Any:
            return self.act(self.second(self.act(self.first(x))))

    found = DeadUnits(Twice(), [torch.randn(10, 3), torch.randn(7, 3)]).result
    assert (found.layers, found.widths) == (("act", "act, call 2"), (6, 4))


@pytest.mark.parametrize(
    ("layer", "inputs", "axis", "width"),
    [(nn.Conv2d(3, 5, 3), (9, 3, 8, 8), 1, 5), (nn.Linear(3, 6), (9, 4, 3), -1, 6)],
)
def test_channels_and_features_of_sequences_are_units(
    layer: Any, inputs: tuple[int, ...], axis: int, width: int
) -> None:
    model, x = network(layer, nn.ReLU()), torch.randn(*inputs)
    found = DeadUnits(model, x, unit_axis=axis).result
    assert found.widths == (width,)
    mask = (layer(x) > 0).double().movedim(axis, 0).flatten(1)
    np.testing.assert_allclose(found.active[0], mask.mean(dim=1), atol=1e-6)


def test_what_cannot_be_watched_is_said() -> None:
    with pytest.raises(ValueError, match=r"model must reach a torch\.nn\.ReLU module"):
        DeadUnits(network(nn.Linear(2, 2), nn.Tanh()), torch.randn(5, 2))
    model = network(nn.Linear(2, 3), nn.ReLU())
    with pytest.raises(ValueError, match="epsilon must be above 0"):
        DeadUnits(model, torch.randn(5, 2), epsilon=0)
    units = DeadUnits(model, torch.randn(5, 2))
    with pytest.raises(ValueError, match="step must be a whole number of at least 1, got 0"):
        units.record(0)
