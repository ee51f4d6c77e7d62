"""Sweeps: each cell against the map or the units that it stands for, whatever the tiles."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from dynamics import (
    Axis,
    Cancellation,
    Cancelled,
    Draw,
    Grid,
    Hyperparameters,
    Initializer,
    Outcome,
    Scheme,
    Sweep,
    basin_map,
    critical_momentum,
    outcomes,
    run_sweep,
    sample,
    threads,
)
from dynamics.sweep import MOST_SECONDS
from dynamics.sweep_tiles import assemble, tile, tile_count

HP = Hyperparameters(0.9, 0.1, 0.1, 0.0)
GRID = Grid(-3, 3, -2, 3, 9, 7)
UNITS = Draw(Initializer(Scheme.HE_NORMAL, 20), 40, seed=3)
ETA, BETA = Axis("eta", 0.01, 1, 5), Axis("beta", 0, 0.99, 3)


def sweep(*axes: Axis, starts: Grid | Draw = GRID, **settings: Any) -> Sweep:
    return Sweep(axes=axes, hyperparameters=HP, starts=starts, **settings)


def counted(outcome: np.ndarray) -> list[int]:
    return [int((outcome == kind).sum()) for kind in Outcome]


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        (Axis("delta", -1, 1, 5), [-1, -0.5, 0, 0.5, 1]),
        (Axis("gamma", 0.001, 10, 5), [0.001, 0.01, 0.1, 1, 10]),
        (Axis("beta", 0, 0.99, 3), [0, 0.9, 0.99]),
        (Axis("beta", 0.9, 0.9999, 4), [0.9, 0.99, 0.999, 0.9999]),
        (Axis("beta", 0.1, 0.5, 3, "linear"), [0.1, 0.3, 0.5]),
        (Axis("fan_in", 1, 6, 40), [1, 2, 3, 4, 5, 6]),
        (Axis("max_iterations", 10, 10**15, 3), [10, 10**8, 10**15]),
    ],
)
def test_values_are_spaced_by_the_scale_with_exact_ends(axis: Axis, values: list[float]) -> None:
    np.testing.assert_allclose(axis.values, values, rtol=1e-12, atol=1e-15)
    assert (axis.values[0], axis.values[-1]) == (values[0], values[-1])
    assert len(axis) == len(values)
    assert isinstance(axis.value(-1), int) == (axis.name in ("fan_in", "max_iterations"))


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        (("betas", 0, 1, 3), "name must be one of beta, eta, .*, got 'betas'"),
        (("eta", 1, 1, 3), "stop must be above start = 1.0, got 1"),
        (("eta", 0, 1, 3), "start must be above 0 on the scale log, got 0"),
        (("eta", 1, np.inf, 3), "stop must be a finite number, got inf"),
        (("eta", 1, 2, 1), "count must be a whole number of at least 2 and at most 1000, got 1"),
        (("eta", 1, 2, 10**9), "count must be .* at most 1000, got 1000000000"),
        (("beta", 0, 1, 3), "stop must be below 1 on the scale momentum, got 1"),
        (("beta", -0.1, 0.9, 3), "start must be at least 0 on the scale momentum, got -0.1"),
        (("eta", 1, 2, 3, "momentum"), "scale must be linear or log for eta, got 'momentum'"),
        (("eta", 1, 2, 3, "square"), "scale must be one of linear, log, momentum, got 'square'"),
    ],
)
def test_an_axis_is_checked(axis: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        Axis(*axis)


@pytest.mark.parametrize(
    ("axes", "changes", "message"),
    [
        ((), {}, "axes must be one or two of different names, got none"),
        ((ETA, ETA), {}, "axes must be one or two of different names, got eta, eta"),
        ((ETA, BETA, Axis("rho", 0, 1, 2)), {}, "axes must be one or two .*, got eta, beta, rho"),
        ((Axis("fan_in", 1, 9, 3),), {}, "axes must not be fan_in over a grid"),
        ((Axis("rho", 0, 1, 3),), {"starts": UNITS}, "rho must be 0 where units are drawn.*, got an axis"),
        ((ETA,), {"starts": UNITS, "rho": 0.5}, "rho must be 0 where units are drawn.*, got 0.5"),
        ((ETA,), {"rho": np.nan}, "rho must be a finite number, got nan"),
        ((ETA,), {"tolerance": -1.0}, "tolerance must be finite and at least 0, got -1"),
        ((Axis("eta", -1, 1, 3, "linear"),), {}, "eta must be finite and above 0, got -1"),
        ((Axis("beta", 0.5, 1, 3, "linear"),), {}, "beta must be at least 0 and below 1, got 1"),
        ((Axis("epsilon", 0.1, 0.5, 3),), {}, "epsilon must be above 0 and below 0.5, got 0.5"),
        ((Axis("max_iterations", 1, 1e16, 3),), {}, "max_iterations must be .* at most 10{15}"),
        ((Axis("fan_in", 0.2, 9, 3),), {"starts": UNITS}, "fan_in must be a whole number of at least 1"),
        ((ETA,), {"starts": Grid(0, 1, 0, 1, 4096, 4096)}, "starts must be at most 4194304 .*, got 16777216"),
    ],
)
def test_a_sweep_is_checked(axes: tuple[Axis, ...], changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        sweep(*axes, **changes)


def test_what_takes_too_long_is_refused_with_its_cost() -> None:
    most = (Axis("eta", 0.01, 1, 1000), Axis("gamma", 0.01, 1, 1000))
    cheapest = sweep(*most, starts=Grid(0, 1, 0, 1, 2, 2))
    assert cheapest.seconds < MOST_SECONDS
    wanted = (
        r"axes must take one core at most 1200 s in all, got 1000 x 1000 cells of 4096 starts, .* 6.84e\+03 s"
    )
    with pytest.raises(ValueError, match=wanted):
        replace(cheapest, starts=Grid(0, 1, 0, 1, 64, 64))
    uniform = Draw(Initializer(Scheme.PYTORCH, 2), 1000)
    assert sweep(ETA, BETA, starts=uniform).seconds < 1
    with pytest.raises(ValueError, match="usually take"):
        sweep(Axis("fan_in", 1, 1e9, 20), starts=uniform)


def test_equal_sweeps_are_equal_whatever_an_axis_replaces() -> None:
    first = sweep(ETA, BETA)
    for hp in (Hyperparameters(0.0, 7.0, 0.1, 0.0), Hyperparameters(0.5, 0.1, 0.1, 0.0)):
        assert Sweep(axes=(ETA, BETA), hyperparameters=hp, starts=GRID) == first
    assert sweep(BETA, ETA) != first
    assert sweep(Axis("rho", 0, 1, 3), rho=0.5) == sweep(Axis("rho", 0, 1, 3))


AXES = [
    (ETA,),
    (ETA, BETA),
    (BETA, Axis("gamma", 0.01, 1, 4)),
    (Axis("delta", -1, 1, 4), Axis("rho", 0, 1, 3)),
    (Axis("epsilon", 1e-4, 0.1, 4), Axis("max_iterations", 10, 1000, 3)),
]


@pytest.mark.parametrize("axes", AXES, ids=lambda axes: "-".join(axis.name for axis in axes))
def test_each_cell_is_the_map_of_its_settings(
    axes: tuple[Axis, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = sweep(*axes, tolerance=1e-5, max_iterations=5000)
    monkeypatch.setattr("dynamics.sweep._TILE", 3.5 * asked.seconds / np.prod(asked.shape))
    assert tile_count(asked) == -(-int(np.prod(asked.shape)) // 3)
    result = run_sweep(asked)
    assert result.counts.shape == (*(len(axis) for axis in reversed(axes)), 5)
    across, up = axes[0], axes[1] if len(axes) > 1 else None
    for row in range(1 if up is None else len(up)):
        for column in range(len(across)):
            given = {across.name: across.value(column)} | ({} if up is None else {up.name: up.value(row)})
            hp = replace(HP, **{name: given.pop(name) for name in tuple(given) if hasattr(HP, name)})
            basin = basin_map(hp, GRID, **({"tolerance": 1e-5, "max_iterations": 5000} | given))  # type: ignore[arg-type]
            place = (column,) if up is None else (row, column)
            assert result.counts[place].tolist() == counted(basin.outcome)
            assert result.iterations[place] == np.median(basin.iterations)
            assert result.dead_fraction[place] == basin.dead_fraction
    assert result.finished.all()
    assert result.interval is None  # a grid is no sample


def test_units_are_drawn_once_and_follow_the_fan_in() -> None:
    fan_in = Axis("fan_in", 5, 80, 3)
    result = run_sweep(sweep(fan_in, BETA, starts=UNITS))
    for i, beta in enumerate(BETA.values):
        for j, n in enumerate((5, 20, 80)):
            drawn = sample(Initializer(Scheme.HE_NORMAL, n), 40, seed=3)
            ends = outcomes(replace(HP, beta=float(beta)), drawn.w, drawn.b, drawn.rho)
            assert result.counts[i, j].tolist() == counted(ends.outcome)
    assert result.interval is not None
    low, high = result.interval
    for index in ((0, 0, 0), (2, 1, 0), (1, 2, 1)):
        expected = binomtest(int(result.counts[index]), 40).proportion_ci(0.95, "exact")
        assert (low[index], high[index]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert (low <= result.shares).all()
    assert (result.shares <= high).all()


def test_what_is_missing_is_blank_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = sweep(ETA, BETA, starts=UNITS)
    monkeypatch.setattr("dynamics.sweep._TILE", 4.5 * asked.seconds / 15)
    whole = run_sweep(asked)
    part = assemble(asked, {1: tile(asked, 1), 3: tile(asked, 3)})
    there = np.zeros(15, bool)
    there[4:8] = there[12:] = True
    np.testing.assert_array_equal(part.finished.ravel(), there)
    assert part.interval is not None
    for found, wanted in (
        (part.shares, whole.shares),
        (part.dead_fraction, whole.dead_fraction),
        (part.iterations, whole.iterations),
        (part.interval[0], whole.interval[0]),  # type: ignore[index]
        (part.interval[1], whole.interval[1]),  # type: ignore[index]
    ):
        np.testing.assert_array_equal(found[part.finished], wanted[part.finished])
        assert np.isnan(found[~part.finished]).all()
    empty = assemble(asked, {})
    assert not empty.finished.any()
    assert empty.counts.sum() == 0


def test_a_tile_is_the_same_whenever_and_on_however_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = sweep(Axis("eta", 0.1, 8, 3), starts=Grid(-3, 3, -3, 3, 40, 40))
    first = tile(asked, 0)
    monkeypatch.setattr(threads, "worker_count", lambda: 1)
    again = tile(asked, 0)
    assert {name: a.tobytes() for name, a in first.items()} == {n: a.tobytes() for n, a in again.items()}
    assert first["counts"].dtype == np.int64
    with pytest.raises(ValueError, match="index must be a whole number of at least 0 and at most 0, got 1"):
        tile(asked, 1)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(2, 300), st.integers(2, 300), st.integers(2, 100))
def test_tiles_cover_every_cell_once_and_are_short(columns: int, rows: int, side: int) -> None:
    asked = sweep(
        Axis("eta", 0.01, 1, columns), Axis("gamma", 0.1, 1, rows), starts=Grid(0, 1, 0, 1, side, side)
    )
    step, cells = asked.cells_per_tile, rows * columns
    assert (tile_count(asked) - 1) * step < cells <= tile_count(asked) * step
    assert step == 1 or step * asked.seconds / cells <= 0.2
    values = [asked.values(cell) for cell in (0, columns, cells - 1)]
    assert values[0] == {"eta": 0.01, "gamma": 0.1}
    assert values[1] == {"eta": 0.01, "gamma": asked.axes[1].value(1)}
    assert values[2] == {"eta": 1.0, "gamma": 1.0}


def test_a_sweep_tells_how_far_it_is_and_can_be_called_off(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = sweep(ETA, BETA)
    monkeypatch.setattr("dynamics.sweep._TILE", 5.5 * asked.seconds / 15)
    told: list[float] = []
    token = Cancellation()

    def report(share: float) -> None:
        told.append(share)
        if share > 0.5:
            token.cancel()

    with pytest.raises(Cancelled):
        run_sweep(asked, cancel=token, report=report)
    assert told == pytest.approx([1 / 3, 2 / 3])


def test_momentum_kills_from_where_the_affine_model_oscillates() -> None:
    """The picture of the risk page in two numbers: at γ = 0.1 the dead share rises beyond β_c."""
    result = run_sweep(sweep(Axis("beta", 0, 0.99, 7), starts=Grid(-3, 3, -3, 3, 64, 64)))
    beta, dead = result.sweep.axes[0].values, result.dead_fraction
    below = beta < critical_momentum(0.1)
    assert np.ptp(dead[below]) < 0.01
    assert (np.diff(dead[~below]) > 0.03).all()
    assert dead[-1] == pytest.approx(0.757, abs=0.015)
    assert re.match("0.4[23]", str(dead[0]))
