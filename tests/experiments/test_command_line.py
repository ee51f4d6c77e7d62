import csv
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from dynamics.command_line import main
from experiments import kept
from experiments.command_line import command_parser

FIG1 = "fig1 --data teacher --gammas 0.1 1 --deltas 0 --betas 0 0.9 --width 8 --steps 10 --seeds 2"
THEORY = "theory --steps 3 --seeds 2 --width 8"
DEPTH = "depth --data teacher --betas 0.9 --depth 7 --width 8 --steps 4 --seeds 1"


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = kept.Memory()
    monkeypatch.setattr(kept, "_shelf", lambda: memory)
    monkeypatch.chdir(tmp_path)


def run(line: str) -> None:
    main(shlex.split(line), command_parser())


def test_a_summary_has_a_row_for_each_momentum_and_the_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    run(FIG1)
    out = capsys.readouterr().out
    assert out.count("  teacher, beta 0.9") == 6
    assert re.search(r"only with momentum\. too few runs, \d of 2 cases, 2 seeds", out)
    run(DEPTH)
    out = capsys.readouterr().out
    assert out.count("residual batch norm, gamma") == 2
    run(THEORY)
    out = capsys.readouterr().out
    assert re.search(r"  4 units +100\.0|  4 units +\d+\.\d +\d+\.\d \(", out)
    assert out.count("  gamma") == 18


def test_files_have_every_network_in_three_formats() -> None:
    for suffix in ("csv", "npz", "json"):
        run(f"{FIG1} --output found.{suffix}")
    rows = list(csv.DictReader(Path("found.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 8
    keys = [(row["dataset"], row["seed"], row["gamma"], row["beta"]) for row in rows]
    assert len(set(keys)) == 8
    with np.load("found.npz") as found:
        np.testing.assert_array_equal(found["dead"].ravel(), [float(row["dead"]) for row in rows])
        assert found["dead"].shape == (1, 2, 4)
    again = json.loads(Path("found.json").read_text(encoding="utf-8"))
    assert again["train_error"][0][1][3] == float(rows[7]["train_error"])
    assert (again["method"], again["steps"]) == ("adam", 10)


def test_depth_files_have_every_layer_and_record() -> None:
    run(f"{DEPTH} --output found.csv")
    rows = list(csv.DictReader(Path("found.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 3 * 1 * 2 * 5 * 7
    assert {row["kind"] for row in rows} == {"plain", "residual", "residual_batch_norm"}
    assert all(row["dataset"] == "teacher" for row in rows)


def test_theory_files_have_every_followed_unit_and_both_comparisons() -> None:
    for suffix in ("csv", "npz"):
        run(f"{THEORY} --output found.{suffix}")
    rows = list(csv.DictReader(Path("found.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 4 * 8
    with np.load("found.npz") as found:
        assert found["seen"].shape == (5, 2)
        assert found["lone_seen"].shape == (18, 100)
        np.testing.assert_array_equal(found["bias"].ravel(), [float(row["bias"]) for row in rows])


def test_a_file_of_ones_own_is_a_data_set(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.csv").write_text("y,x\n" + "\n".join(f"{i % 5},{i}" for i in range(40)), encoding="utf-8")
    run(f"{FIG1.replace('teacher', 'mine.csv')} --target y")
    assert "  mine, beta 0.9" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("fig1 --data none", "--data must be diabetes, .* or a CSV file, got 'none'"),
        ("fig1 --data none.csv", "--data must be a file that can be read, got 'none.csv'"),
        ("fig1 --data empty.csv", "--data empty must have rows, got an empty file"),
        ("fig1 --betas 1", "--betas must be at least 0 and below 1, got 1"),
        ("fig1 --gammas 2 3", "--gammas must contain 1, got 2, 3"),
        ("fig1 --seeds many", "--seeds must be a whole number .* got 'many'"),
        ("depth --depth 8", "--depth must be odd"),
        ("depth --output there/is/none.csv", "--output must be a file in a directory that can be written"),
    ],
)
def test_bad_input_ends_with_one_line(line: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.csv").touch()
    with pytest.raises(SystemExit) as end:
        run(line)
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert re.search(message, error)


def test_the_examples_of_handbook_and_help_are_understood(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text(encoding="utf-8")
    for command in ("fig1", "depth", "theory"):
        with pytest.raises(SystemExit):
            main([command, "--help"], command_parser())
        text += capsys.readouterr().out
    lines = re.findall(r"(?m)^ +python -m experiments (.+)$", text)
    assert len(lines) == 12
    for line in lines:
        assert command_parser().parse_args(shlex.split(line)).refuse


@pytest.mark.parametrize("command", [[], ["fig1"], ["depth"], ["theory"]])
def test_the_help_is_plain(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([*command, "--help"], command_parser())
    assert end.value.code == 0
    assert capsys.readouterr().out.isascii()
