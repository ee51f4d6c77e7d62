"""The settings: what they refuse, how they say so, and the translation to PyTorch."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Grid, Hyperparameters

GOOD = {"beta": 0.9, "eta": 0.1, "gamma": 1.0, "delta": 0.0}
WINDOW = {"w_min": -3, "w_max": 3, "b_min": -2, "b_max": 1, "n_w": 7, "n_b": 4}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("beta", 1.2, "beta must be at least 0 and below 1, got 1.2"),
        ("beta", 1, "beta must be at least 0 and below 1, got 1"),
        ("beta", -1e-9, "beta must be at least 0 and below 1, got -1e-09"),
        ("beta", math.nan, "beta must be at least 0 and below 1, got nan"),
        ("beta", True, "beta must be at least 0 and below 1, got True"),
        ("eta", 0.0, "eta must be finite and above 0, got 0.0"),
        ("eta", math.inf, "eta must be finite and above 0, got inf"),
        ("gamma", -1.0, "gamma must be finite and above 0, got -1.0"),
        ("gamma", "1", "gamma must be finite and above 0, got '1'"),
        ("gamma", None, "gamma must be finite and above 0, got None"),
        ("delta", -math.inf, "delta must be a finite number, got -inf"),
        ("delta", 1j, "delta must be a finite number, got 1j"),
    ],
)
def test_a_bad_hyperparameter_is_named_with_value_and_range(field: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match="must be") as error:
        Hyperparameters(**{**GOOD, field: value})  # type: ignore[arg-type]  # that is the point
    assert str(error.value) == message


def test_an_integer_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(ValueError, match="eta must be finite and above 0"):
        Hyperparameters(**{**GOOD, "eta": 10**400})


def test_numbers_of_any_kind_become_floats() -> None:
    hp = Hyperparameters(beta=0, eta=np.float32(0.5), gamma=np.int64(2), delta=Fraction(1, 4))  # type: ignore[arg-type]  # numbers all the same
    assert dataclasses.astuple(hp) == (0.0, 0.5, 2.0, 0.25)
    assert all(type(value) is float for value in dataclasses.astuple(hp))


def test_frozen_and_usable_as_a_key() -> None:
    hp = Hyperparameters(**GOOD)
    with pytest.raises(dataclasses.FrozenInstanceError):
        hp.beta = 0.5  # type: ignore[misc]  # that is the point
    assert {hp: 1}[Hyperparameters(**GOOD)] == 1


@settings(derandomize=True, max_examples=50, deadline=None)
@given(beta=st.floats(0, 0.999), eta=st.floats(1e-4, 1e3))
def test_pytorch_and_back(beta: float, eta: float) -> None:
    lr = Hyperparameters(beta, eta, 1.0, 0.0).to_pytorch()
    again = Hyperparameters.from_pytorch(lr=lr, momentum=beta, gamma=1.0, delta=0.0)
    assert again.beta == beta
    assert again.eta == pytest.approx(eta, rel=1e-12)


def test_pytorch_errors_use_pytorch_names() -> None:
    with pytest.raises(ValueError, match="momentum must be at least 0 and below 1, got 1"):
        Hyperparameters.from_pytorch(lr=0.1, momentum=1, gamma=1.0, delta=0.0)
    with pytest.raises(ValueError, match="lr must be finite and above 0, got 0"):
        Hyperparameters.from_pytorch(lr=0, momentum=0.9, gamma=1.0, delta=0.0)


def test_grid_includes_its_end_points() -> None:
    grid = Grid(**WINDOW)
    assert grid.w.dtype == grid.b.dtype == np.float64
    np.testing.assert_allclose(grid.w, [-3, -2, -1, 0, 1, 2, 3], atol=1e-15)
    np.testing.assert_allclose(grid.b, [-2, -1, 0, 1], atol=1e-15)
    assert (grid.w[0], grid.w[-1], grid.b[0], grid.b[-1]) == (-3, 3, -2, 1)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("w_max", -3, "w_max must be above w_min = -3.0, got -3.0"),
        ("b_max", -5.0, "b_max must be above b_min = -2.0, got -5.0"),
        ("w_min", math.nan, "w_min must be a finite number, got nan"),
        ("n_w", 1, "n_w must be a whole number of at least 2, got 1"),
        ("n_b", 4.0, "n_b must be a whole number of at least 2, got 4.0"),
        ("n_b", True, "n_b must be a whole number of at least 2, got True"),
    ],
)
def test_a_bad_grid_is_refused_by_name(field: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match="must be") as error:
        Grid(**{**WINDOW, field: value})  # type: ignore[arg-type]  # that is the point
    assert str(error.value) == message


def test_a_window_wider_than_floats_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"w_max must be less than 1\.8e308 above w_min = -1e\+308, got 1e\+308"
    ):
        Grid(**{**WINDOW, "w_min": -1e308, "w_max": 1e308})  # type: ignore[arg-type]  # some are ints
