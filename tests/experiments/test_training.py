import numpy as np
import pytest

from dynamics import Cancellation, Cancelled
from experiments import builtin
from experiments.block import Block
from experiments.data import split
from experiments.networks import Architecture, Kind
from experiments.optimizers import Method
from experiments.passes import Forward
from experiments.recipe import Condition, Recipe
from experiments.training import train

DIABETES = builtin.load("diabetes")
CONDITIONS = [
    Condition(gamma, delta, beta) for gamma, delta, beta in ((1, 0, 0), (0.01, 0, 0.9), (1, 5, 0.99))
]
SMALL = Recipe(Architecture(depth=2, width=8), steps=30)


def test_networks_do_not_feel_each_other() -> None:
    together = train(SMALL, DIABETES, [0, 1], CONDITIONS, [0, 10, 30])
    for place, (seed, condition) in enumerate((s, c) for s in (0, 1) for c in CONDITIONS):
        alone = train(SMALL, DIABETES, [seed], [condition], [0, 10, 30])
        np.testing.assert_allclose(alone.train_error[0], together.train_error[place], rtol=1e-4)
        np.testing.assert_allclose(alone.active[0], together.active[place], atol=0.01)


def test_conditions_share_rows_weights_and_batches() -> None:
    same = [Condition(1, 0, 0.9)] * 2
    block = Block(SMALL, DIABETES, [0], same)
    for _ in range(5):
        loss = block.step()
        assert loss[0] == loss[1]


def test_targets_have_mean_delta_and_deviation_gamma() -> None:
    block = Block(SMALL, DIABETES, [0], CONDITIONS, np.float64)
    targets = block.targets(block.splits[0].train_targets)[..., 0]
    np.testing.assert_allclose(targets.mean(axis=1), [c.delta for c in CONDITIONS], atol=1e-12)
    np.testing.assert_allclose(targets.std(axis=1), [c.gamma for c in CONDITIONS])


def test_what_is_recorded_is_what_the_networks_do() -> None:
    history = train(SMALL, DIABETES, [3], CONDITIONS, [0, 30], first_layer=True)
    block = Block(SMALL, DIABETES, [3], CONDITIONS)
    for _ in range(30):
        block.step()
    part = split(DIABETES, 3)
    np.testing.assert_allclose(history.first_weights[:, 1], block.parameters.weights[0], rtol=1e-5)
    for rows, targets, found in (
        (part.train_inputs, part.train_targets, history.train_error),
        (part.test_inputs, part.test_targets, history.test_error),
    ):
        forward = Forward(SMALL.architecture, 3, len(rows), np.float32)
        output = forward.run(block.parameters, rows[None])[..., 0]
        for i, c in enumerate(CONDITIONS):
            error = np.mean((output[i] - c.gamma * targets - c.delta) ** 2) / c.gamma**2
            assert found[i, 1] == pytest.approx(error, rel=1e-4)
        if rows is part.train_inputs:
            shares = np.stack([before > 0 for before in forward.before], axis=1).mean(axis=2)
            np.testing.assert_allclose(history.active[:, 1], shares, atol=1e-5)


def test_networks_learn() -> None:
    history = train(Recipe(), DIABETES, [0], [Condition(1, 0, 0.9)], [0, 600])
    assert history.train_error[0, 1] < 0.2 * history.train_error[0, 0]
    assert not history.diverged.any()


def test_normalised_networks_are_judged_by_all_training_rows() -> None:
    recipe = Recipe(Architecture(Kind.NORMALISED, 7, 8), steps=1)
    history = train(recipe, DIABETES, [0], [Condition(1, 0, 0.9)], [0])
    # He's weights, centred by the normalisation: nearly half of the rows are active everywhere.
    assert np.abs(history.active - 0.5).max() < 0.25


def test_a_network_that_diverges_is_told() -> None:
    recipe = Recipe(SMALL.architecture, Method.PYTORCH, eta=10.0, steps=40)
    history = train(recipe, DIABETES, [0], [Condition(1, 0, 0.9), Condition(1, 0, 0.0)], [0, 40])
    assert history.diverged.all()
    assert not train(SMALL, DIABETES, [0], [Condition(1e-5, 0, 0)], [0, 30]).diverged.any()


def test_small_data_make_one_batch_of_all_rows() -> None:
    block = Block(Recipe(SMALL.architecture, batch=4096), DIABETES, [0], CONDITIONS[:1])
    part = split(DIABETES, 0)
    forward = Forward(SMALL.architecture, 1, len(part.train_targets), np.float32)
    output = forward.run(block.parameters, part.train_inputs[None])[0, :, 0]
    assert block.step()[0] == pytest.approx(0.5 * np.mean((output - part.train_targets) ** 2), rel=1e-4)


def test_training_can_be_called_off() -> None:
    cancel = Cancellation()
    cancel.cancel()
    with pytest.raises(Cancelled):
        train(SMALL, DIABETES, [0], CONDITIONS, [0], cancel=cancel)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "sgd"}, "method must be one of adam, momentum, pytorch, got 'sgd'"),
        ({"eta": 0}, "eta must be finite and above 0, got 0"),
        ({"batch": 0}, "batch must be a whole number of at least 1 and at most 4096, got 0"),
        ({"steps": 100_001}, "steps must be a whole number of at least 1 and at most 100000, got 100001"),
    ],
)
def test_recipes_out_of_range_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Recipe(**arguments)  # type: ignore[arg-type]
