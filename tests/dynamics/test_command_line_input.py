"""The command line refuses bad input in one line, and leaves no unfinished file behind."""

import io
import json
import os
import re
import shlex
import signal
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dynamics.command_line import files, main, progress
from dynamics.command_line.record import Record


def refused(argv: list[str]) -> str:
    """Return the line that bad input is answered with."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 2
    assert out.getvalue() == ""
    assert re.fullmatch(r"[^\n]+\n", err.getvalue())
    return err.getvalue().rstrip("\n")


REFUSED = {
    "": "the following arguments are required: COMMAND",
    "basins": r"argument COMMAND: invalid choice: 'basins' \(choose from .*basin.*revival.*\)",
    "basin --bet 0.9": "unrecognized arguments: --bet 0.9",
    "basin 'two\nlines'": "unrecognized arguments: two lines",
    "basin --beta": "--beta must be at least 0 and below 1, got ''",
    "basin --beta 0.5 0.9": "unrecognized arguments: 0.9",
    "basin --method": "--method must be 'fast', 'exact' or 'reference', got ''",
    "basin --n-w": "--n-w must be a whole number of at least 2, got ''",
    "basin --output": "--output must end in .npz, .csv or .json, got ''",
    "eigenvalues --beta": "--beta must be one value or a range MIN MAX COUNT, got nothing",
    "basin --beta 1": "--beta must be at least 0 and below 1, got 1.0",
    "basin --beta many": "--beta must be at least 0 and below 1, got 'many'",
    "basin --eta 0": "--eta must be finite and above 0, got 0.0",
    "field --gamma -1": "--gamma must be finite and above 0, got -1.0",
    "revival --delta -inf": "--delta must be a finite number, got -inf",
    "outcomes --epsilon 0.5": "--epsilon must be above 0 and below 0.5, got 0.5",
    "revival --epsilon 0": "--epsilon must be above 0 and below 0.5, got 0.0",
    "basin --tolerance -1e-6": "--tolerance must be finite and at least 0, got -1e-06",
    "basin --max-iterations 0": "--max-iterations must be a whole number of at least 1 .*, got 0",
    "outcomes --max-iterations 1e16": "--max-iterations must be .* at most 10{15}, got 10{16}",
    "basin --max-iterations 2.5": "--max-iterations must be a whole number .*, got 2.5",
    "basin --method slow": "--method must be 'fast', 'exact' or 'reference', got 'slow'",
    "basin --method reference --rho nan": "--rho must be a finite number, got nan",
    "basin --window 1 1 0 1": "--window: w_max must be above w_min = 1.0, got 1.0",
    "field --window 0 1 nan 1": "--window: b_min must be a finite number, got nan",
    "field --window -1e308 1e308 0 1": r"--window: w_max must be less than 1.8e308 above .*, got 1e\+308",
    "basin --window 0 1 2": "--window must be the four numbers WMIN WMAX BMIN BMAX, got 0.0 1.0 2.0",
    "basin --n-w 1": "--n-w must be a whole number of at least 2, got 1",
    "basin --n-b 1e30": "--n-w x --n-b must be at most 16777216, got 256 x 1\\d{30}",
    "revival --n-b ten": "--n-b must be a whole number of at least 2, got 'ten'",
    "field --n-w 4097 --n-b 4096": "--n-w x --n-b must be at most 16777216, got 4097 x 4096",
    "outcomes --start 1 one": "--start must be a finite number, got 'one'",
    "revival --start nan 1": "--start must be a finite number, got nan",
    "trajectory --start 1": "--start must be the two numbers W B, got 1.0",
    "outcomes --start 1 2 3": "--start must be the two numbers W B, got 1.0 2.0 3.0",
    "revival --start": "--start must be the two numbers W B, got nothing",
    "revival --start 1 -4 --window -1 1 -1 1": "--start must not stand beside --window: units are either .*",
    "revival --n-w 9 --start 1 -4": "--start must not stand beside --n-w: units are either given or .*",
    "trajectory --steps -1": "--steps must be a whole number of at least 0 and at most 16777216, got -1",
    "trajectory --start 0 1 --start 1 0 --steps 1e7": "--steps must be .* at most 8388608, got 10000000",
    "basin --gamma 1e200": r"--gamma and --delta must be below 1e154 in size, got 1e\+200 and 0.0",
    "eigenvalues --beta 1.5": "--beta must be at least 0 and at most 1, got 1.5",
    "eigenvalues --eta -1 1 9": "--eta must be finite and at least 0, got -1.0",
    "eigenvalues --beta 0.5 0.9": "--beta must be one value or a range MIN MAX COUNT, got 0.5 0.9",
    "eigenvalues --beta 0.5 0.9 0.99": "--beta must have MIN below MAX .*at most 100000, got 0.5 0.9 0.99",
    "eigenvalues --eta 1 0 9": "--eta must have MIN below MAX and a COUNT .*, got 1.0 0.0 9.0",
    "eigenvalues --beta 0 1 400 --eta 0 1 400": "--beta and --eta must have at most 100000 pairs, got .*",
    "sweep --eta 1 2": "--eta must be one value or a range MIN MAX COUNT and perhaps a scale, got 1.0 2.0",
    "sweep --eta 1 2 3 log 4": "--eta must be one value or a range .*, got 1.0 2.0 3.0 log 4.0",
    "sweep --eta 1 2 1e9": "--eta: count must be .* at least 2 and at most 1000, got 1000000000",
    "sweep --eta 1 2 2.5": "--eta: count must be a whole number of at least 2 .*, got 2.5",
    "sweep --eta 2 1 5": "--eta: stop must be above start = 2.0, got 1.0",
    "sweep --eta 0 1 5": "--eta: start must be above 0 on the scale log, got 0.0",
    "sweep --eta 0.1 1 5 root": "--eta: scale must be one of linear, log, momentum, got 'root'",
    "sweep --beta 0.5 1 5 linear": "--beta must be at least 0 and below 1, got 1.0",
    "sweep --epsilon 0.1 0.6 5": "--epsilon must be above 0 and below 0.5, got 0.6",
    "sweep --max-iterations 1 1e16 5": "--max-iterations must be .* at most 10{15}, got 10{16}",
    "sweep --eta 1 2 3 --gamma 1 2 3 --beta 0 .1 3": "--eta: one or two settings can be ranges, got eta, .*",
    "sweep --eta 1 --beta 0.5": "--eta: one or two settings can be ranges, got none",
    "sweep --eta 1 2 900 --beta 0 .5 900": "--eta: axes must take one core at most 1200 s .* 5.54e[+]03 s",
    "sweep --n-w 4096 --n-b 4096": "--n-w: starts must be at most 4194304 in each cell, got 16777216",
    "sweep --units 1e7 --init he_normal": "--units: starts must be at most 4194304 .*, got 10000000",
    "sweep --fan-in 1 5 3": "--fan-in must be left out without --init",
    "sweep --units 50": "--units must be left out without --init",
    "sweep --n-w 50 --init he_normal": "--n-w must be left out beside --init",
    "sweep --eta": "--eta must be one value or a range .*, got nothing",
    "sweep --window 1 2": "--window must be the four numbers WMIN WMAX BMIN BMAX, got 1.0 2.0",
    "sweep --tolerance": "--tolerance must be finite and at least 0, got ''",
    "sweep --init he": "--init must be one of he_normal, .*, got 'he'",
    "sweep --init he_normal --fan-out 3": "--fan-out must be left out for he_normal, got 3",
    "sweep --init gaussian --bias-std 0": "--weight-std must be finite and above 0, got None",
    "sweep --init he_normal --rho 0.5": "--rho must be 0 where units are drawn, .*, got 0.5",
    "sweep --init he_normal --rho 0 1 3": "--rho must be 0 where units are drawn, .*, got an axis",
    "sweep --init he_normal --seed -1": "--seed must be a whole number of at least 0, got -1",
    "basin --output map.png": "--output must end in .npz, .csv or .json, got 'map.png'",
    "field --output no/such/map.npz": "--output must be a file in a directory .*, got 'no/such/map.npz'",
    "field --output .": "--output must end in .npz, .csv or .json, got '.'",
    f"field --output {'x' * 300}.csv": "--output must be a file in a directory .*, got 'x{300}.csv'",
}


@pytest.mark.parametrize("line", REFUSED)
def test_bad_input_gets_one_line(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    argv = shlex.split(line)
    own = f" {argv[0]}" if argv and "unrecognized" not in REFUSED[line] and argv[0] != "basins" else ""
    assert re.fullmatch(f"python -m dynamics{own}: {REFUSED[line]}", refused(argv))
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)  # root may write anywhere
    (tmp_path / "map.csv").mkdir()
    for path in (tmp_path / "map.npz", tmp_path / "map.csv"):
        line = refused(["basin", "--output", str(path)])
        assert line.endswith(
            f": --output must be a file in a directory that can be written, got {str(path)!r}"
        )


NUMBERS = st.one_of(
    st.floats().map(repr), st.integers().map(str), st.text(st.characters(exclude_characters="\0"), max_size=8)
)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    command=st.sampled_from(["basin", "outcomes"]),
    option=st.sampled_from(
        ["beta", "eta", "gamma", "delta", "epsilon", "tolerance", "rho", "max-iterations"]
    ),
    text=NUMBERS,
    method=st.sampled_from(["fast", "exact", "reference"]),
)
@example(command="basin", option="delta", text="1e308", method="fast")
@example(command="basin", option="rho", text="-1e300", method="reference")
@example(command="outcomes", option="beta", text="\n", method="fast")
def test_any_value_is_either_judged_or_refused_by_name(
    command: str, option: str, text: str, method: str
) -> None:
    small = ["--n-w", "3", "--n-b", "3"] if command == "basin" else []
    budget = [] if option == "max-iterations" else ["--max-iterations", "500"]
    argv = [command, *small, *budget, "--gamma", "1", "--method", method, f"--{option}={text}"]
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(argv)
        except SystemExit as end:
            code = int(str(end.code))
    if code == 0:
        assert err.getvalue() == ""
        assert "dead " in out.getvalue()
    else:
        assert code == 2
        assert out.getvalue() == ""
        assert re.fullmatch(r"[^\n]+\n", err.getvalue())
        assert f"--{option}" in err.getvalue()


@pytest.mark.parametrize("suffix", [".npz", ".csv", ".json"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_file_that_is_not_finished_does_not_stay(
    suffix: str, number: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(number)
    path = tmp_path / f"map{suffix}"
    path.write_text("what was there before")

    def interrupt(line: progress.Line, doing: str, share: float | None) -> None:
        if doing == "writing":
            assert len(list(tmp_path.iterdir())) == 2
            signal.raise_signal(number)

    monkeypatch.setattr(progress.Line, "tell", interrupt)
    with pytest.raises(SystemExit) as end:
        main(["field", "--n-w", "3", "--n-b", "3", "--output", str(path)])
    assert end.value.code == code
    assert signal.getsignal(number) is before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "what was there before"


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(record: Record, stream: io.BytesIO, line: progress.Line) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(files._FORMATS, ".csv", full)
    path = tmp_path / "map.csv"
    line = refused(["eigenvalues", "--output", str(path)])
    wanted = f"--output must be a file that can be written, got {str(path)!r}: No space left on device"
    assert line == f"python -m dynamics eigenvalues: {wanted}"
    assert list(tmp_path.iterdir()) == []


def test_a_file_takes_the_place_of_what_a_link_points_to(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "locus.json", tmp_path / "locus.JSON"
    target.write_text("old")
    link.symlink_to(target)
    main(["eigenvalues", "--output", str(link)])
    assert link.is_symlink()
    assert json.loads(target.read_text())["regime"] == "oscillating"
