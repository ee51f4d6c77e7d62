"""The command line: options to specs, results to records; files and reports are those of `dynamics`."""

import os
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from dynamics import checks
from dynamics.command_line.options import Parser, number, whole
from dynamics.command_line.progress import Progress
from dynamics.command_line.record import Record
from dynamics.records import Numbers
from experiments import advice_record, builtin, kept, local, summaries
from experiments.advice import LEAST_SEEDS, MOST_SEEDS, SEEDS, rerun
from experiments.claims import depth_claims, figure1_claims
from experiments.depth import DepthResult, DepthRun
from experiments.figure1 import Figure1
from experiments.figure1_result import Figure1Result
from experiments.numbers import depth_numbers, figure1_numbers, theory_numbers
from experiments.registry import EXPERIMENTS
from experiments.table import read_table
from experiments.theory import Theory, TheoryResult
from experiments.trial import Trial, TrialResult
from experiments.trial_document import document
from experiments.trial_record import Record as TrialRecord
from experiments.trial_record import trial_numbers, versions

_HELP = {
    "gammas": "standard deviations of the target, at mean 0; 1 is among them",
    "deltas": "means of the target, at standard deviation 1; 0 is among them",
    "gamma": "standard deviation of the target; 1 is run beside it",
    "delta": "mean of the target",
    "beta": "momentum of the paper's equations",
    "betas": "one to three momenta; Adam's beta1",
    "method": "adam, momentum (the paper's equations) or pytorch",
    "eta": "learning rate",
    "depth": "ReLU layers",
    "width": "units of each layer",
    "leak": "slope of a unit below 0; above 0 it is a leaky ReLU",
    "batch": "rows of a minibatch",
    "steps": "updates",
    "seeds": "networks of each kind",
    "epsilon": "a unit is dead when P(z > 0) is below this over the training rows",
}
_WHOLE = ("depth", "width", "batch", "steps", "seeds")
_FILES = """\
Without --output a summary is printed. Files have a row, or an entry, for each
network. Bad input ends with code 2, Ctrl-C with 130, and neither leaves a
file behind."""


def command_parser() -> Parser:
    """Return the parser of `python -m experiments`."""
    parser = Parser(
        prog="python -m experiments",
        description="Real data and real networks: who dies, and when.",
    )
    parsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, spec, run, what, examples in (
        (
            "fig1",
            Figure1,
            _figure1,
            "error and dead share against gamma and delta (Fig. 1)",
            ["fig1 --seeds 20", "fig1 --data mine.csv --method momentum --eta 0.1 --output fig1.csv"],
        ),
        (
            "depth",
            DepthRun,
            _depth,
            "dead share by layer of deep and residual networks (section 5)",
            ["depth --gamma 0.1", "depth --data gapminder --depth 15 --output depth.npz"],
        ),
        (
            "theory",
            Theory,
            _theory,
            "where the model of one unit predicts who dies, and where it stops",
            ["theory --gamma 0.1 --beta 0.9", "theory --data diabetes --output theory.npz"],
        ),
    ):
        lines = "\n".join(f"  python -m experiments {example}" for example in examples)
        sub = parsers.add_parser(
            name,
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=f"{_FILES}\n\nexamples:\n{lines}",
        )
        _options(sub, spec)
        sub.set_defaults(run=run, refuse=sub.error)
    _trial_parser(parsers)
    _advice_parser(parsers)
    return parser


def _trial_parser(parsers: Any) -> None:
    """Add the command `claims`."""
    sub = parsers.add_parser(
        "claims",
        help="every sentence of the paper that can be checked, with its verdict",
        description="Run all that the claims on trial ask for: about 7 minutes on two cores.",
        epilog=f"{_FILES}\n\nexample:\n  python -m experiments claims --output t.json --document t.md",
    )
    sub.add_argument(
        "--seeds",
        type=whole,
        default=Trial.seeds,
        help=f"networks of each kind; fewer than {Trial.seeds} decide nothing (default {Trial.seeds})",
    )
    sub.add_argument(
        "--document", metavar="FILE", help="write the claims, their rules and verdicts as Markdown"
    )
    _output(sub)
    sub.set_defaults(run=_trial, refuse=sub.error)


def _advice_parser(parsers: Any) -> None:
    """Add the command `advice`."""
    what = "every change that the page Risk advises, made to networks"
    example = "example:\n  python -m experiments advice --output a.json --document a.md"
    sub = parsers.add_parser(
        "advice", help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=f"{_FILES}\n\n{example}"
    )
    sub.add_argument("--seeds", type=whole, default=SEEDS, help=f"networks of each kind (default {SEEDS})")
    sub.add_argument("--document", metavar="FILE", help="write a table as Markdown")
    _output(sub)
    sub.set_defaults(run=_advice, refuse=sub.error)


def _options(sub: Parser, spec: Any) -> None:
    """Add an option for every field of a spec, with its default."""
    several = spec is Figure1
    sub.add_argument(
        "--data",
        nargs="+" if several else None,
        default=list(builtin.REAL) if several else spec.dataset,
        metavar="SET",
        help=f"{', '.join(builtin.NAMES)}, or a CSV file",
    )
    sub.add_argument("--target", help="column of a CSV file to predict, or its number (default the last)")
    for field in fields(spec):
        if field.name not in _HELP:
            continue
        values: Any = field.default
        how: dict[str, Any] = {"type": whole if field.name in _WHOLE else number}
        shown = str(values)
        if isinstance(values, tuple):
            how, shown = how | {"nargs": "+", "metavar": "NUMBER"}, " ".join(f"{value:g}" for value in values)
        if field.name == "method":
            how = {}
        text = f"{_HELP[field.name]} (default {shown})"
        sub.add_argument(f"--{field.name}", default=values, help=text, **how)
    _output(sub)


def _output(sub: Parser) -> None:
    sub.add_argument("--output", metavar="FILE", help="write a .npz, .csv or .json file")
    sub.add_argument(
        "--progress", action="store_true", help="report long work also where no terminal looks on"
    )


def _figure1(args: Namespace, progress: Progress) -> Record:
    spec = Figure1(datasets=tuple(_dataset(name, args) for name in args.data), **_given(args, Figure1))
    result: Figure1Result = _run("fig1", spec, progress)
    found = figure1_numbers(result)
    lines = [*summaries.figure1_lines(result), "", *summaries.verdicts(figure1_claims(result))]
    return _record("fig1", found, lines)


def _depth(args: Namespace, progress: Progress) -> Record:
    spec = DepthRun(dataset=_dataset(args.data, args), **_given(args, DepthRun))
    result: DepthResult = _run("depth", spec, progress)
    found = depth_numbers(result)
    lines = [*summaries.depth_lines(result), "", *summaries.verdicts(depth_claims(result))]
    return _record("depth", found, lines)


def _theory(args: Namespace, progress: Progress) -> Record:
    spec = Theory(dataset=_dataset(args.data, args), **_given(args, Theory))
    result: TheoryResult = _run("theory", spec, progress)
    found = theory_numbers(result)
    lines = summaries.theory_lines(result)
    return _record("theory", found, lines)


def _trial(args: Namespace, progress: Progress) -> Record:
    folder = Path(args.document or ".").resolve().parent
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise ValueError(f"document must be a file in a folder that can be written, got {args.document!r}")
    result: TrialResult = _run("claims", Trial(args.seeds), progress)
    found = trial_numbers(result)
    if args.document is not None:
        Path(args.document).write_text(document(TrialRecord(found.settings, result.claims)), encoding="utf-8")
    return _record("claims", found, summaries.trial_lines(result))


def _advice(args: Namespace, progress: Progress) -> Record:
    folder = Path(args.document or ".").resolve().parent
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise ValueError(f"document must be a file in a folder that can be written, got {args.document!r}")
    seeds = checks.whole("seeds", args.seeds, LEAST_SEEDS, MOST_SEEDS)
    rows = rerun(seeds, cancel=progress.cancel)
    if args.document is not None:
        Path(args.document).write_text(advice_record.document(rows, seeds), encoding="utf-8")
    return _record("advice", advice_record.advice_numbers(rows, seeds), advice_record.lines(rows))


def _record(command: str, found: Numbers, lines: Iterable[str]) -> Record:
    settings = {"command": command, **versions(), **found.settings}
    return Record(settings, found.arrays, found.columns, "\n".join(lines))


def _run(name: str, spec: Any, progress: Progress) -> Any:
    def report(done: int, of: int) -> None:
        progress.share = done / of

    return local.run(EXPERIMENTS[name], spec, cancel=progress.cancel, report=report)


def _dataset(given: str, args: Namespace) -> str:
    """Return the name of a built-in set or of the copy of a file."""
    if given in builtin.NAMES:
        return given
    if not Path(given).suffix:
        raise ValueError(f"data must be {', '.join(builtin.NAMES)} or a CSV file, got {given!r}")
    try:
        return kept.keep(read_table(given, args.target))
    except ValueError as error:
        known = str(error).startswith(("data ", "target "))
        raise error if known else ValueError(f"data {error}") from error


def _given(args: Namespace, spec: type) -> dict[str, Any]:
    options = {field.name: getattr(args, field.name) for field in fields(spec) if field.name in _HELP}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
