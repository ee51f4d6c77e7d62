"""The command line: what it prints and what its files hold."""

import csv
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dynamics import (
    Axis,
    Draw,
    Grid,
    Hyperparameters,
    Initializer,
    Outcome,
    Scheme,
    Sweep,
    SweepResult,
    basin_map,
    critical_momentum,
    eigenvalues,
    max_stable_learning_rate,
    outcomes,
    regime,
    revival_time,
    run_sweep,
    trajectory,
    vector_field,
)
from dynamics.command_line import main
from dynamics.engine import ENGINE_VERSION

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "dynamics"]
Found = Mapping[str, Any]  # name → number, text or array

HP = Hyperparameters(0.5, 0.1, 1.0, 0.25)
HP_OPTIONS = "--beta 0.5 --gamma 1 --delta 0.25"
GRID = Grid(-2, 2, -3, 1, 9, 7)
GRID_OPTIONS = "--window -2 2 -3 1 --n-w 9 --n-b 7"
NAMES = [outcome.name for outcome in Outcome]


def attributes(result: object, *names: str) -> dict[str, Any]:
    return {name: getattr(result, name) for name in names}


def settings(command: str, hp: Hyperparameters | None, **others: object) -> dict[str, Any]:
    own = {} if hp is None else attributes(hp, "beta", "eta", "gamma", "delta")
    return {"command": command, **own, **others}


def expected_basin(method: str = "fast") -> tuple[Found, Found, Found]:
    result = basin_map(HP, GRID, rho=0.5, tolerance=1e-4, max_iterations=900, method=method)  # type: ignore[arg-type]  # it is one
    ends = attributes(result, "outcome", "iterations", "final_w", "final_b", "final_rho")
    given = settings(
        "basin",
        HP,
        epsilon=1e-3,
        tolerance=1e-4,
        max_iterations=900,
        method=method,
        engine_version=ENGINE_VERSION,
        rho=0.5,
    )
    names = np.array(NAMES)
    return (
        given,
        {"w": GRID.w, "b": GRID.b, **ends, "dead_fraction": result.dead_fraction, "outcome_names": names},
        {"w": GRID.w, "b": GRID.b[:, None], **ends, "outcome_name": names[result.outcome]},
    )


def expected_outcomes() -> tuple[Found, Found, Found]:
    result = outcomes(HP, [2.0, -1e-3], [-1.8, 2.3], -0.5, epsilon=0.01)
    arrays = attributes(result, "w", "b", "rho", "outcome", "iterations", "final_w", "final_b", "final_rho")
    given = settings(
        "outcomes",
        HP,
        epsilon=0.01,
        tolerance=1e-6,
        max_iterations=1_000_000,
        method="fast",
        engine_version=ENGINE_VERSION,
    )
    names = np.array(NAMES)
    totals = {"dead_fraction": result.dead_fraction, "outcome_names": names}
    return given, arrays | totals, arrays | {"outcome_name": names[result.outcome]}


PATH_NAMES = "iteration", "w", "b", "rho", "m_w", "m_b", "m_rho", "loss", "activation_probability"


def expected_path() -> tuple[Found, Found, Found]:
    # Its loss overflows: inf and nan have to come back too.
    hp = Hyperparameters(0.0, 1e3, 1.0, 0.25)
    result = trajectory(hp, (2.0, 1.8), 150, 0.5)
    assert not np.isfinite(result.loss).all()
    arrays = attributes(result, *PATH_NAMES)
    return settings("trajectory", hp, steps=150), arrays, {"start": np.array([0]), **arrays}


def expected_paths() -> tuple[Found, Found, Found]:
    paths = [trajectory(HP, start, 5) for start in ((2.0, 1.8), (-0.1, -1.0))]
    arrays = {name: np.stack([getattr(path, name) for path in paths]) for name in PATH_NAMES}
    arrays["iteration"] = np.arange(6)
    return settings("trajectory", HP, steps=5), arrays, {"start": np.array([[0], [1]]), **arrays}


def expected_eigenvalues() -> tuple[Found, Found, Found]:
    beta, eta = np.broadcast_arrays(np.linspace(0, 1, 5), np.array([[0.1], [3.0]]))
    values = eigenvalues(beta, eta)
    arrays = {
        "beta": beta,
        "eta": eta,
        "regime": np.array([[str(regime(b, e)) for b in beta[0]] for e in (0.1, 3.0)]),
        "critical_momentum": critical_momentum(eta),
        "max_stable_learning_rate": max_stable_learning_rate(beta),
    }
    parts = {
        f"eigenvalues_{i}_{part}": getattr(values[..., i], part) for i in (0, 1) for part in ("real", "imag")
    }
    return settings("eigenvalues", None), {**arrays, "eigenvalues": values}, arrays | parts


def expected_field() -> tuple[Found, Found, Found]:
    result = vector_field(HP, GRID, 0.5)
    arrows = attributes(result, "dw", "db")
    given = settings("field", HP, rho=0.5)
    return given, {"w": GRID.w, "b": GRID.b, **arrows}, {"w": GRID.w, "b": GRID.b[:, None], **arrows}


def expected_revival() -> tuple[Found, Found, Found]:
    result = revival_time(HP, GRID.w, GRID.b[:, None], 0.0)
    found = attributes(result, "dead", "never", "log10_iterations")
    assert {True, False} == set(found["never"].flat) == set(found["dead"].flat)
    given = settings("revival", HP, epsilon=1e-3, rho=0.0)
    return given, {"w": GRID.w, "b": GRID.b, **found}, {"w": GRID.w, "b": GRID.b[:, None], **found}


def expected_revivals() -> tuple[Found, Found, Found]:
    result = revival_time(HP, [1.0, -1.0, 1.0], [-4.0, -4.0, 4.0], 0.0, epsilon=0.01)
    arrays = attributes(result, "w", "b", "rho", "dead", "never", "log10_iterations")
    return settings("revival", HP, epsilon=0.01), arrays, arrays


def expected_sweep() -> tuple[Found, Found, Found]:
    asked = Sweep(
        axes=(Axis("eta", 0.01, 1, 5), Axis("beta", 0, 0.9, 3, "linear")),
        hyperparameters=HP,
        starts=GRID,
        rho=0.5,
        tolerance=1e-5,
    )
    result = run_sweep(asked)
    given = {
        "command": "sweep",
        "axes": "eta beta",
        **attributes(HP, "gamma", "delta"),
        **attributes(asked, "epsilon", "tolerance", "max_iterations", "rho"),
        **attributes(GRID, "w_min", "w_max", "b_min", "b_max", "n_w", "n_b"),
        "engine_version": ENGINE_VERSION,
    }
    eta, beta = (axis.values for axis in asked.axes)
    arrays = {"eta": eta, "beta": beta, **attributes(result, "counts", "shares", "iterations")}
    columns = {"eta": eta, "beta": beta[:, None], **per_outcome(result), "iterations": result.iterations}
    return given, arrays | {"outcome_names": np.array(NAMES)}, columns


def per_outcome(result: SweepResult) -> dict[str, Any]:
    parts = {"count": result.counts, "share": result.shares}
    if result.interval is not None:
        parts |= dict(zip(("low", "high"), result.interval, strict=True))
    return {
        f"{kind.name.lower()}_{name}": values[..., kind] for kind in Outcome for name, values in parts.items()
    }


def expected_units() -> tuple[Found, Found, Found]:
    initializer = Initializer(Scheme.GLOROT_NORMAL, 30, 60)
    result = run_sweep(
        Sweep(
            axes=(Axis("fan_in", 10, 90, 4),),
            hyperparameters=HP,
            starts=Draw(initializer, 50, 3),
            tolerance=0.0,
            max_iterations=900,
        )
    )
    given = {
        "command": "sweep",
        "axes": "fan_in",
        **attributes(HP, "beta", "eta", "gamma", "delta"),
        "epsilon": 1e-3,
        "tolerance": 0.0,
        "max_iterations": 900,
        "scheme": "glorot_normal",
        "fan_out": 60,
        "bias": 0.0,
        "units": 50,
        "seed": 3,
        "engine_version": ENGINE_VERSION,
    }
    assert result.interval is not None
    low, high = result.interval
    fan_in = np.array([10.0, 21.0, 43.0, 90.0])
    arrays = {
        "fan_in": fan_in,
        **attributes(result, "counts", "shares"),
        "interval_low": low,
        "interval_high": high,
        "iterations": result.iterations,
        "outcome_names": np.array(NAMES),
    }
    return given, arrays, {"fan_in": fan_in, **per_outcome(result), "iterations": result.iterations}


JUDGED = "--rho 0.5 --tolerance 1e-4 --max-iterations 9e2"
CASES: dict[str, tuple[str, Callable[[], tuple[Found, Found, Found]]]] = {
    "basin": (f"basin {HP_OPTIONS} {GRID_OPTIONS} {JUDGED}", expected_basin),
    "basin, iterated": (
        f"basin {HP_OPTIONS} {GRID_OPTIONS} {JUDGED} --method reference",
        lambda: expected_basin("reference"),
    ),
    "outcomes": (
        f"outcomes {HP_OPTIONS} --rho -.5 --epsilon 0.01 --start 2 -1.8 --start -1e-3 2.3",
        expected_outcomes,
    ),
    "trajectory": (
        "trajectory --beta 0 --eta 1000 --gamma 1 --delta 0.25 --rho 0.5 --steps 150",
        expected_path,
    ),
    "trajectories": (f"trajectory {HP_OPTIONS} --start 2 1.8 --start −0.1 -1 --steps 5", expected_paths),
    "eigenvalues": ("eigenvalues --beta 0 1 5 --eta 0.1 3 2", expected_eigenvalues),
    "field": (f"field {HP_OPTIONS} {GRID_OPTIONS} --rho 0.5", expected_field),
    "revival": (f"revival {HP_OPTIONS} {GRID_OPTIONS}", expected_revival),
    "sweep": (
        f"sweep --gamma 1 --delta 0.25 {GRID_OPTIONS} --eta 0.01 1 5 --beta 0 0.9 3 linear --rho 0.5 "
        "--tolerance 1e-5",
        expected_sweep,
    ),
    "sweep of units": (
        f"sweep {HP_OPTIONS} --eta 0.1 --init glorot_normal --fan-in 10 9e1 4 --fan-out 60 "
        "--units 50 --seed 3 --tolerance 0 --max-iterations 9e2",
        expected_units,
    ),
    "revivals": (
        f"revival {HP_OPTIONS} --epsilon 0.01 --start 1 -4 --start -1 -4 --start 1 4",
        expected_revivals,
    ),
}


def same(found: NDArray[Any], wanted: Any) -> None:
    """Compare bit for bit, shape and type included; nan equals nan."""
    wanted = np.asarray(wanted)
    assert found.dtype == wanted.dtype
    assert found.shape == wanted.shape
    assert found.tobytes() == np.ascontiguousarray(wanted).tobytes() or (
        np.issubdtype(wanted.dtype, np.floating) and np.array_equal(found, wanted, equal_nan=True)
    )


def check_npz(path: Path, given: Found, arrays: Found, columns: Found) -> None:
    with np.load(path) as found:
        assert set(found) == {*given, *arrays}
        assert {name: found[name].item() for name in given} == dict(given)
        for name, wanted in arrays.items():
            same(found[name], wanted)


def check_json(path: Path, given: Found, arrays: Found, columns: Found) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"NaN|Infinity", text)  # which are not JSON
    found = json.loads(text)
    assert set(found) == {*given, *arrays}
    assert {name: found[name] for name in given} == dict(given)
    for name, wanted in arrays.items():
        wanted = np.asarray(wanted)
        value = found[name]
        if wanted.dtype.kind == "c":
            same(np.array(value["real"]), wanted.real)
            same(np.array(value["imag"]), wanted.imag)
        else:
            same(np.array(value, dtype=wanted.dtype), wanted)


def check_csv(path: Path, given: Found, arrays: Found, columns: Found) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == [*columns, *given]
    shaped = dict(zip(columns, np.broadcast_arrays(*columns.values()), strict=True))
    assert len(rows) == next(iter(shaped.values())).size
    for name, wanted in shaped.items():
        texts = [row[name] for row in rows]
        values = [text == "True" for text in texts] if wanted.dtype == np.bool_ else texts
        same(np.array(values).astype(wanted.dtype), wanted.ravel())
    for name, setting in given.items():
        assert {type(setting)(row[name]) for row in rows} == {setting}


CHECKS = {".npz": check_npz, ".json": check_json, ".csv": check_csv}


@pytest.mark.parametrize("suffix", CHECKS)
@pytest.mark.parametrize("case", CASES)
def test_a_file_gives_back_what_python_returns(
    case: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line, expected = CASES[case]
    path = tmp_path / f"found{suffix}"
    main([*shlex.split(line), "--output", str(path)])
    assert capsys.readouterr() == ("", "")
    CHECKS[suffix](path, *expected())
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str, Path]]:
    """Run every command as a program, and one that is refused, all at once from another directory."""
    folder = tmp_path_factory.mktemp("programs")
    suffixes = dict(
        zip(("basin", "outcomes", "trajectory", "field"), (".npz", ".csv", ".json", ".csv"), strict=True)
    )
    lines = {case: f"{CASES[case][0]} --output {folder / case}{suffix}" for case, suffix in suffixes.items()}
    lines |= {
        "eigenvalues": "eigenvalues",
        "revival": "revival --gamma 1 --start 1 -4",
        "refused": "basin --beta 1.5",
    }
    running = {
        name: subprocess.Popen(
            [*PROGRAM, *shlex.split(line)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, line in lines.items()
    }
    found = {}
    for name, program in running.items():
        out, err = program.communicate(timeout=120)
        found[name] = program.returncode, out, err, folder / f"{name}{suffixes.get(name, '')}"
    return found


@pytest.mark.parametrize("case", ["basin", "outcomes", "trajectory", "field"])
def test_a_program_writes_the_same_file(case: str, ended: dict[str, tuple[int, str, str, Path]]) -> None:
    code, out, err, path = ended[case]
    assert (code, out, err) == (0, "", "")
    CHECKS[path.suffix](path, *CASES[case][1]())


def test_a_program_prints_a_summary_or_one_line(ended: dict[str, tuple[int, str, str, Path]]) -> None:
    code, out, err, _ = ended["eigenvalues"]
    assert (code, err) == (0, "")
    assert re.search(r"critical momentum +0\.669421 at eta 0\.1\n", out)
    code, out, err, _ = ended["revival"]
    assert (code, err) == (0, "")
    updates = 10 ** revival_time(Hyperparameters(0.9, 0.1, 1.0, 0.0), 1.0, -4.0).log10_iterations
    assert f"(1, -4): dead, back after {float(updates):.4g} updates\n" in out
    line = "python -m dynamics basin: --beta must be at least 0 and below 1, got 1.5\n"
    assert ended["refused"][:3] == (2, "", line)
