"""Architectures, gradients against finite differences, and optimisers against their textbook formulas."""

import numpy as np
import pytest

from experiments.networks import Architecture, Array, Kind, Parameters, he_parameters
from experiments.optimizers import Method, optimizer
from experiments.passes import Backward, Forward

ARCHITECTURES = [
    Architecture(Kind.PLAIN, 1, 8),
    Architecture(Kind.PLAIN, 3, 8),
    Architecture(Kind.RESIDUAL, 7, 8),
    Architecture(Kind.NORMALISED, 7, 8),
    Architecture(Kind.PLAIN, 3, 8, leak=0.2),
    Architecture(Kind.NORMALISED, 7, 8, leak=0.2),
]


def a_batch(networks: int, rows: int = 9, columns: int = 3) -> tuple[Array, Array]:
    random = np.random.default_rng(1)
    return random.standard_normal((networks, rows, columns)), random.standard_normal((networks, rows, 1))


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda a: f"{a.kind}-{a.depth}-{a.leak:g}")
def test_gradients_agree_with_finite_differences(architecture: Architecture) -> None:
    networks, step = 2, 1e-6
    inputs, targets = a_batch(networks)
    parameters = he_parameters(architecture, 3, [0, 1], 1, np.float64)
    random = np.random.default_rng(2)
    parameters.values += 0.1 * random.standard_normal(parameters.values.shape)
    gradient = Parameters.zeros(architecture, 3, networks, np.float64)
    forward = Forward(architecture, networks, 9, np.float64)
    backward = Backward(forward)

    def loss() -> Array:
        return np.asarray(0.5 * np.square(forward.run(parameters, inputs) - targets).mean(axis=(1, 2)))

    forward.run(parameters, inputs)
    np.testing.assert_allclose(backward.run(parameters, gradient, inputs, targets), loss(), rtol=1e-12)
    exact = gradient.values.copy()
    for place in random.choice(parameters.values.shape[1], 150):
        around = []
        for sign in (1, -1):
            parameters.values[:, place] += sign * step
            around.append(loss())
            parameters.values[:, place] -= sign * step
        numeric = (around[0] - around[1]) / (2 * step)
        np.testing.assert_allclose(exact[:, place], numeric, atol=2e-8 * np.abs(exact).max())


def test_a_leaky_unit_is_the_larger_of_its_argument_and_a_part_of_it() -> None:
    architecture = Architecture(depth=1, width=8, leak=0.2)
    forward = Forward(architecture, 1, 9, np.float64)
    forward.run(he_parameters(architecture, 3, [0], 1, np.float64), a_batch(1)[0])
    argument = forward.before[0]
    np.testing.assert_array_equal(forward.after[0], np.maximum(argument, 0.2 * argument))
    np.testing.assert_array_equal(forward.active[0], argument > 0)


def test_residual_layers_add_what_went_in_two_layers_before() -> None:
    architecture = Architecture(Kind.RESIDUAL, 7, 8)
    parameters = he_parameters(architecture, 3, [0], 1, np.float64)
    for layer in range(1, 7):
        parameters.weights[layer][...] = 0
    forward = Forward(architecture, 1, 9, np.float64)
    forward.run(parameters, a_batch(1)[0])
    for layer in (2, 4, 6):
        np.testing.assert_array_equal(forward.before[layer], forward.before[0])
    assert not forward.before[1].any()


def test_normalised_arguments_have_mean_0_and_deviation_1() -> None:
    architecture = Architecture(Kind.NORMALISED, 7, 8)
    parameters = he_parameters(architecture, 3, [0], 1, np.float64)
    forward = Forward(architecture, 1, 50, np.float64)
    forward.run(parameters, a_batch(1, 50)[0])
    for standard in forward.standard:
        np.testing.assert_allclose(standard.mean(axis=1), 0, atol=1e-12)
        np.testing.assert_allclose(standard.std(axis=1), 1, rtol=1e-4)


def test_he_initialisation_is_shared_by_the_networks_of_a_seed() -> None:
    parameters = he_parameters(Architecture(depth=2, width=256), 64, [4, 5], 3, np.float32)
    first, second = parameters.values[:3], parameters.values[3:]
    assert (first == first[0]).all()
    assert not np.array_equal(first[0], second[0])
    assert parameters.weights[0].std() == pytest.approx(np.sqrt(2 / 64), rel=0.02)
    assert parameters.weights[1].std() == pytest.approx(np.sqrt(2 / 256), rel=0.02)
    assert not any(biases.any() for biases in parameters.biases)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "convolutional"}, "kind must be one of plain, residual, residual_batch_norm"),
        ({"depth": 0}, "depth must be a whole number of at least 1 and at most 20, got 0"),
        ({"depth": 21}, "at most 20, got 21"),
        ({"width": 513}, "width must be a whole number of at least 1 and at most 512, got 513"),
        ({"kind": "residual", "depth": 8}, r"depth must be odd and at least 7 \(three blocks\) for residual"),
        ({"kind": "residual", "depth": 5}, "got 5"),
        ({"leak": 1.0}, "leak must be at least 0 and below 1, got 1"),
    ],
)
def test_architectures_out_of_range_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Architecture(**arguments)  # type: ignore[arg-type]


def textbook(method: Method, eta: float, beta: float, gradients: Array) -> Array:
    value, m, v = 1.0, 0.0, 0.0
    path = []
    for t, g in enumerate(gradients, start=1):
        if method is Method.ADAM:
            m, v = beta * m + (1 - beta) * g, 0.999 * v + 0.001 * g * g
            value -= eta * (m / (1 - beta**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        else:
            m = beta * m + (g if method is Method.PYTORCH else (1 - beta) * g)
            value -= eta * m
        path.append(value)
    return np.array(path)


@pytest.mark.parametrize("method", list(Method))
def test_optimisers_follow_their_formulas(method: Method) -> None:
    betas = [0.0, 0.9, 0.99]
    gradients = np.random.default_rng(0).standard_normal(100)
    values = np.ones((3, 1))
    moving = optimizer(method, 0.01, betas, values)
    path = []
    for g in gradients:
        moving.step(values, np.full((3, 1), g))
        path.append(values[:, 0].copy())
    expected = [textbook(method, 0.01, beta, gradients) for beta in betas]
    np.testing.assert_allclose(np.array(path).T, expected, rtol=1e-12)


@pytest.mark.parametrize("method", list(Method))
def test_a_momentum_that_dies_away_leaves_no_denormal_numbers(method: Method) -> None:
    values = np.ones((1, 4), np.float32)
    moving = optimizer(method, 1e-3, [0.8], values)
    moving.step(values, np.ones((1, 4), np.float32))
    smallest = np.finfo(np.float32).tiny
    for _ in range(500):
        moving.step(values, np.zeros((1, 4), np.float32))
        for state in vars(moving).values():
            if isinstance(state, np.ndarray) and state.shape == values.shape:
                assert ((state == 0) | (np.abs(state) >= smallest)).all()
