"""Specifications as text and as names."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Axis, Draw, Grid, Hyperparameters, Initializer, Scheme, Sweep
from jobs import spec
from jobs.spec import KINDS, decode, encode, job_id, kind_of, pack, unpack
from tests.jobs.conftest import made_sweep

UNITS = Draw(Initializer(Scheme.GLOROT_UNIFORM, 100, 50), 200, seed=7)
BASE = made_sweep()
CHANGES: list[dict[str, Any]] = [
    {"axes": BASE.axes[::-1]},
    {"axes": BASE.axes[:1]},
    {"axes": (Axis("eta", 0.01, 1, 6), BASE.axes[1])},
    {"axes": (BASE.axes[0], Axis("beta", 0, 0.99, 4, "linear"))},
    {"hyperparameters": replace(BASE.hyperparameters, gamma=0.2)},
    {"starts": Grid(-3, 3, -3, 3, 8, 9)},
    {"starts": UNITS},
    {"starts": replace(UNITS, seed=8)},
    {"rho": 0.5},
    {"epsilon": 2e-3},
    {"tolerance": 0.0},
    {"max_iterations": 100},
]


@pytest.mark.parametrize("change", [{}, *CHANGES])
def test_a_specification_comes_back_from_its_text(change: dict[str, Any]) -> None:
    asked = replace(BASE, **change)
    assert decode(encode(asked)) == asked
    assert encode(decode(encode(asked))) == encode(asked)
    assert job_id(decode(encode(asked))) == job_id(asked)


def test_different_work_has_different_names_and_equal_work_one(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [job_id(replace(BASE, **change)) for change in [{}, *CHANGES]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[0-9a-f]{24}", name) for name in names)
    other = Hyperparameters(0.1, 3.0, 0.1, 0.0)  # β and η are the axes' own
    assert job_id(replace(BASE, hyperparameters=other)) == names[0]
    monkeypatch.setattr(spec, "KINDS", (replace(KINDS[0], version=KINDS[0].version + 1),))
    assert job_id(BASE) != names[0]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.floats(1e-6, 1e3), st.floats(-1e3, 1e3), st.floats(1e-9, 0.4))
def test_numbers_come_back_bit_for_bit(gamma: float, delta: float, epsilon: float) -> None:
    hp = Hyperparameters(0.0, 0.01, gamma, delta)
    asked = Sweep(axes=BASE.axes, hyperparameters=hp, starts=UNITS, epsilon=epsilon)
    again = decode(encode(asked))
    assert (again.hyperparameters, again.epsilon) == (replace(hp, eta=0.01), epsilon)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        '{"type":"Axis","name":"eta","start":1,"stop":2,"count":3}',
        '{"type":"Path"}',
        '{"type":"Sweep"}',
        '{"spec":1}',
        encode(BASE).replace('"tolerance"', '"patience"'),
        encode(BASE).replace('"gamma":0.1', '"gamma":-1'),
    ],
)
def test_what_is_no_specification_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode(text)


def test_only_known_kinds_have_names() -> None:
    with pytest.raises(ValueError, match=r"spec must be one of Sweep.*, got Grid"):
        encode(BASE.starts)
    for kind in KINDS:
        assert isinstance(kind.version, int)
    assert kind_of(BASE).tiles(BASE) == 1


def test_arrays_come_back_bit_for_bit() -> None:
    arrays = {
        "counts": np.arange(10).reshape(2, 5),
        "iterations": np.array([np.nan, 1e300]),
        "dead": np.array([True]),
    }
    again = unpack(pack(arrays))
    assert set(again) == set(arrays)
    for name, array in arrays.items():
        assert again[name].dtype == array.dtype
        assert again[name].shape == array.shape
        assert again[name].tobytes() == array.tobytes()
    assert pack(arrays) == pack(again)
    with pytest.raises(ValueError, match="allow_pickle"):
        unpack(pack({"code": np.array([print], dtype=object)}))
