"""The command line's help, defaults, reports and end."""

import io
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from dashboard.controls import CONTROLS
from dashboard.texts import STARTS, WINDOW
from dynamics.command_line import main, options, progress, sweeping

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = ROOT / "docs" / "command-line.md"


def examples(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if re.match(" +python -m dynamics", line)]


def test_the_help_names_every_command_and_its_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    layer = {"fc1.weight": np.eye(3, 2), "fc1.bias": np.array([0.0, -4.0, 4.0])}
    np.savez("fc2.npz", **layer)  # type: ignore[arg-type]  # allow_pickle is no array
    save_file(layer | {"out.weight": np.ones((1, 3)), "out.bias": np.zeros(1)}, "model.safetensors")
    np.save("X.npy", np.eye(2))
    lines: list[str] = []
    for argv in (["--help"], *([command.name, "--help"] for command in options.COMMANDS)):
        with pytest.raises(SystemExit) as end:
            main(argv)
        assert end.value.code == 0
        text = capsys.readouterr().out
        assert text.isascii()
        own = examples(text)
        assert own
        assert all(argv[0] in ("--help", line.split()[3]) for line in own)
        lines += own
    lines += (in_handbook := examples(HANDBOOK.read_text(encoding="utf-8")))
    names = {command.name for command in options.COMMANDS}
    assert {line.split()[3] for line in in_handbook} == names
    for line in dict.fromkeys(lines):
        argv = shlex.split(line)
        assert argv[:3] == ["python", "-m", "dynamics"]
        main(argv[3:])
        out = capsys.readouterr().out
        written = argv[argv.index("--output") + 1] if "--output" in argv else None
        assert (out == "") == (written is not None)
        assert written is None or (tmp_path / written).stat().st_size > 0


def test_the_handbook_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    shown = re.search(r"\$ python -m dynamics (.*)\n((?:    .+\n)+)", text)
    assert shown is not None
    main(shlex.split(shown[1]))
    assert re.sub(r"(?m)^    ", "", shown[2]) == capsys.readouterr().out


def test_defaults_are_the_pages() -> None:
    for command in options.COMMANDS:
        args = vars(options.command_parser().parse_args([command.name]))
        for name, control in CONTROLS.items():
            if command.name == "sweep" and name in sweeping.DEFAULTS:
                assert args[name] is None  # as which a setting that was not given is known
                assert sweeping.DEFAULTS[name] == control.default
            elif name in args and args[name] is not None:
                wanted = [control.default] if command.name == "eigenvalues" else control.default
                assert args[name] == wanted, name
        assert args.get("window", list(WINDOW)) == list(WINDOW)
    assert options.STARTS == STARTS


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_sigterm_end_with_their_code_and_nothing_else(
    number: int, code: int, tmp_path: Path
) -> None:
    endless = "basin --method reference --tolerance 0 --max-iterations 1e15 --progress --output"
    program = subprocess.Popen(
        [sys.executable, "-m", "dynamics", *endless.split(), str(tmp_path / "map.npz")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stderr is not None
    try:
        assert re.fullmatch(r"basin: computing, \d+ s\n", program.stderr.readline())
        program.send_signal(number)
        out, err = program.communicate(timeout=60)
    finally:
        program.kill()
    assert program.returncode == code
    assert out == ""
    assert re.fullmatch(r"(basin: computing, \d+ s\n)*", err)
    assert list(tmp_path.iterdir()) == []


class Terminal(io.StringIO):
    """Standard error that a reader looks at."""

    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, asked: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what is reported of work that takes three seconds."""
    monkeypatch.setattr(sys, "stderr", stream)
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    with progress.Line("basin", asked) as line:
        for moment, doing, share in (
            (100.5, "computing", 0.1),
            (101.5, "computing", 0.25),
            (102.0, "computing", 0.5),
            (102.25, "writing", None),
        ):
            clock[0] = moment
            line.tell(doing, share)
    return stream.getvalue()


def test_long_work_is_reported_to_who_looks_on_or_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(io.StringIO(), False, monkeypatch) == ""
    lines = "basin: computing 25 %, 2 s", "basin: writing, 2 s"
    assert told(io.StringIO(), True, monkeypatch) == "\n".join([*lines, "basin: done, 2.2 s", ""])
    clear = "\x1b[K"
    assert told(Terminal(), False, monkeypatch) == "".join(f"\r{line}{clear}" for line in (*lines, ""))


def test_a_reader_who_leaves_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Closed(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

        def fileno(self) -> int:
            return stand_in.fileno()

    with (tmp_path / "out").open("w") as stand_in:
        monkeypatch.setattr(sys, "stdout", Closed())
        main(["eigenvalues"])
        stand_in.write("discarded")
    assert (tmp_path / "out").read_text() == ""
