"""A layer's units over the cones, against draws, and what a file's layers are taken to be."""

import io

import numpy as np
import pytest
from safetensors import numpy as safetensors

from dynamics import Hyperparameters, activation_probability, revival_time
from dynamics.layer import Layer, LayerUnits, Where, layer_units
from dynamics.layer_file import UndecidedError, read_inputs, read_layer
from dynamics.layer_inputs import Inputs
from dynamics.layer_waits import layer_numbers, unit_waits, wait
from dynamics.tensor_file import SHELL, Array, Limits

HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)
RANDOM = np.random.default_rng(7)


def npz(**arrays: Array) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # allow_pickle is no array
    return stream.getvalue()


def units(weight: Array, bias: Array, inputs: Inputs | None = None, limits: Limits = SHELL) -> LayerUnits:
    return layer_units(Layer("a", "", weight, bias), inputs or Inputs("x"), limits)


@pytest.fixture
def drawn() -> tuple[Array, Array, Array, Array]:
    """A layer of 40 units, 20,000 inputs, neither white nor centred, and what these are drawn by."""
    weight, bias = RANDOM.normal(size=(40, 5)), RANDOM.normal(size=40) * 3
    root = RANDOM.normal(size=(5, 5)) / 2
    mean = RANDOM.normal(size=5)
    return weight, bias, RANDOM.normal(size=(20_000, 5)) @ root.T + mean, np.vstack([mean, root @ root.T])


def test_the_gaussian_model_agrees_with_counting(drawn: tuple[Array, Array, Array, Array]) -> None:
    weight, bias, rows, model = drawn
    given = units(weight, bias, Inputs("x", mean=model[0], covariance=model[1:]))
    active = (rows @ weight.T + bias > 0).mean(axis=0)
    assert np.abs(given.probability - active).max() < 4 * 0.5 / np.sqrt(len(rows))
    counted = units(weight, bias, Inputs("x", rows=rows))
    assert counted.active is not None
    assert np.array_equal(counted.active, (rows @ weight.T + bias > 0).sum(axis=0))
    z = rows @ weight.T + bias
    assert np.allclose(counted.scale, z.std(axis=0), rtol=1e-12)
    assert np.allclose(counted.mean, z.mean(axis=0), rtol=1e-10)
    # The same by the rows' covariance, and with fewer rows than inputs.
    moments = Inputs("x", mean=rows.mean(axis=0), covariance=np.cov(rows.T, bias=True))
    assert np.allclose(units(weight, bias, moments).scale, counted.scale, rtol=1e-9)
    few = units(weight, bias, Inputs("x", rows=rows[:4]))
    assert np.allclose(few.scale, z[:4].std(axis=0), rtol=1e-9)


def test_without_inputs_they_are_standard_normal() -> None:
    weight, bias = (
        np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 0.0], [1e-200, 0.0]]),
        np.array([-20.0, 1.0, 0.0, -1.0]),
    )
    found = units(weight.astype(np.float32), bias.astype(np.float32))
    assert found.scale[:3].tolist() == [5.0, 0.0, 0.0]
    assert found.probability[0] == activation_probability(5.0, -20.0)
    assert not found.given
    assert [Where(kind) for kind in found.where(1e-3)] == [Where.DEAD, Where.LINEAR, Where.DEAD, Where.DEAD]
    tiny = units(weight, bias)
    assert tiny.scale[3] == 1e-200


def test_dead_linear_and_between_are_the_cones() -> None:
    bias = np.array([-3.1, -3.0, 0.0, 3.0, 3.1])
    assert units(np.ones((5, 1)), bias).where(1e-3).tolist() == [0, 1, 1, 1, 2]
    assert units(np.ones((5, 1)), bias).where(0.01).tolist() == [0, 0, 1, 2, 2]


def test_invalid_units_are_told_apart_from_the_others() -> None:
    weight = np.array([[1.0, np.nan], [1.0, 2.0], [np.inf, 0.0], [1e31, 0.0], [0.0, 1.0]])
    found = units(weight, np.array([0.0, 0.0, 0.0, 0.0, np.nan]))
    assert found.valid.tolist() == [False, True, False, False, False]
    assert found.where(1e-3).tolist() == [3, 1, 3, 3, 3]
    assert np.isnan(found.probability[0])


def test_rows_are_thinned_to_what_the_limits_allow() -> None:
    limits = Limits(1000, 1000, 1000, 10 * (2 + 30) * 50.0, "this test")
    rows = np.arange(200.0).reshape(100, 2)
    found = units(np.ones((10, 2)), np.zeros(10), Inputs("x", rows=rows), limits)
    assert (found.rows, found.counted) == (100, 50)
    assert found.mean[0] == pytest.approx(rows.sum(axis=1).mean(), rel=0.02)


def test_waits_are_those_of_revival_in_whitened_inputs(drawn: tuple[Array, Array, Array, Array]) -> None:
    weight, bias, rows, _ = drawn
    target = np.array([0.0, 1.0, 0.0, 0.0, 2.0])
    deep = bias - 8 * units(weight, bias, Inputs("x", rows=rows)).scale
    found = units(weight, deep, Inputs("x", rows=rows, target=target))
    assert found.along is not None
    truth = rows @ target
    z = rows @ weight.T
    by_hand = ((z - z.mean(axis=0)) * (truth - truth.mean())[:, None]).mean(axis=0) / truth.std()
    assert np.allclose(found.along, by_hand, atol=1e-9)
    dead = found.where(1e-3) == Where.DEAD
    assert dead.any()
    for direction, w in (("along", found.scale), ("against", -found.scale), ("file", found.along)):
        rho = np.sqrt(np.maximum(found.scale**2 - w**2, 0))
        expected = revival_time(HP, w[dead], found.mean[dead], rho[dead]).log10_iterations
        assert np.allclose(unit_waits(found, HP, 1e-3, direction)[dead], expected, atol=1e-6, equal_nan=True)  # type: ignore[arg-type]
    across = unit_waits(found, HP, 1e-3)
    assert np.isfinite(across[dead]).all()
    assert np.isnan(across[~dead]).all()
    # Of many some are computed, the least deep and the deepest among them.
    some = unit_waits(found, HP, 1e-3, most=2)
    ends = found.log10_probability[dead]
    assert np.isfinite(some).sum() == 2
    assert np.isfinite(some[dead][[ends.argmin(), ends.argmax()]]).all()
    table = layer_numbers(found, HP, 1e-3, "across", across)
    assert set(table.columns) >= {"unit", "where", "activation_probability", "active", "log10_iterations"}


def test_a_silent_unit_never_comes_back_and_a_missing_target_is_refused() -> None:
    zero = np.zeros(1)
    assert wait(HP, zero, zero, None, 1e-3, "across")[0] == np.inf
    with pytest.raises(ValueError, match="the file tells no target"):
        wait(HP, zero, zero, None, 1e-3, "file")


WEIGHT, BIAS = RANDOM.normal(size=(4, 3)), np.arange(4.0)


@pytest.mark.parametrize(
    "names",
    [
        ("weight", "bias"),
        ("fc1.weight", "fc1.bias"),
        ("dense/kernel:0", "dense/bias:0"),
        ("W1", "b1"),
        ("a", "c"),
        ("Weights", "biases"),
        ("fc1_w", "fc1_b"),
    ],
)
def test_weights_and_biases_are_paired_by_name_and_turned_by_length(names: tuple[str, str]) -> None:
    for weight in (WEIGHT, WEIGHT.T):
        layer = read_layer(npz(**{names[0]: weight, names[1]: BIAS}), "m.npz").layer
        assert np.array_equal(layer.weight, WEIGHT)
        assert np.array_equal(layer.bias, BIAS)


def test_what_can_be_read_in_several_ways_is_asked() -> None:
    arrays = {"fc1.weight": WEIGHT, "fc1.bias": BIAS, "fc2.weight": WEIGHT[:, :2], "fc2.bias": BIAS}
    with pytest.raises(UndecidedError, match=r"m.npz: 2 layers found. Choose one") as question:
        read_layer(npz(**arrays), "m.npz")
    assert question.value.asked == "layer"
    assert list(question.value.choices) == ["fc1", "fc2"]
    assert read_layer(npz(**arrays), "m.npz", "fc2").layer.weight.shape == (4, 2)
    square = npz(weight=np.arange(9.0).reshape(3, 3), bias=np.zeros(3))
    with pytest.raises(UndecidedError, match="3 × 3") as question:
        read_layer(square, "m.npz")
    assert question.value.asked == "units"
    assert [read_layer(square, "m.npz", units=side).layer.weight[0, 1] for side in ("rows", "columns")] == [
        1,
        3,
    ]


def test_safetensors_csv_and_what_stands_beside_a_layer() -> None:
    weight, bias = WEIGHT.astype(np.float16), BIAS.astype(np.float32)
    file = safetensors.save({"fc.weight": weight, "fc.bias": bias})
    layer = read_layer(file, "m.safetensors").layer
    assert np.array_equal(layer.weight, weight)
    text = "\ufeffunit;w1;b;w2\n0;1;2;3\n1;4;5;6\n"
    layer = read_layer(text.encode(), "m.csv").layer
    assert layer.weight.tolist() == [[1, 3], [4, 6]]
    assert layer.bias.tolist() == [2, 5]
    assert read_layer(b"1,2,3\n4,5,6", "m.csv").layer.bias.tolist() == [3, 6]
    found = read_layer(npz(weight=WEIGHT, bias=BIAS, X=np.eye(3), target=np.ones(3)), "m.npz").inputs
    assert found.rows is not None
    assert found.target is not None
    other = read_inputs(npz(mean=np.zeros(3), cov=np.eye(3)), "x.npz").over(found)
    assert other.rows is None
    assert other.target is found.target
    assert read_inputs(b"1,2\n3,4", "x.csv").rows is not None


def test_bfloat16_is_the_upper_half_of_a_float() -> None:
    halves = (BIAS.astype("<f4").view("<u4") >> 16).astype("<u2")
    raw = safetensors.save({"weight": WEIGHT.astype("<f4"), "bias": halves})
    padded = raw.replace(b'"dtype":"U16"', b'"dtype":"BF16"')
    length = int.from_bytes(raw[:8], "little")
    header = padded[8 : 8 + length + 1].rstrip(b" ")
    file = len(header).to_bytes(8, "little") + header + raw[8 + length :]
    assert read_layer(file, "m.safetensors").layer.bias.tolist() == BIAS.tolist()
