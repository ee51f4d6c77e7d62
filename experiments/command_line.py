"""The command line: options to specs, results to records; files and reports are those of `dynamics`."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dynamics.command_line.options import Parser, number, whole
from dynamics.command_line.progress import Progress
from dynamics.command_line.record import Record
from experiments import builtin, kept, local
from experiments.claims import depth_claims, figure1_claims
from experiments.depth import KINDS, DepthResult, DepthRun
from experiments.figure1 import Figure1
from experiments.figure1_result import Figure1Result
from experiments.intervals import Claim, estimate
from experiments.numbers import depth_numbers, figure1_numbers
from experiments.registry import EXPERIMENTS
from experiments.table import read_table

_HELP = {
    "gammas": "standard deviations of the target, at mean 0; 1 is among them",
    "deltas": "means of the target, at standard deviation 1; 0 is among them",
    "gamma": "standard deviation of the target; 1 is run beside it",
    "delta": "mean of the target",
    "betas": "one to three momenta; Adam's beta1",
    "method": "adam, momentum (the paper's equations) or pytorch",
    "eta": "learning rate",
    "depth": "ReLU layers",
    "width": "units of each layer",
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
    return parser


def _options(sub: Parser, spec: type) -> None:
    """Add an option for every field of a spec, with its default."""
    several = spec is Figure1
    sub.add_argument(
        "--data",
        nargs="+" if several else None,
        default=list(builtin.REAL) if several else "diabetes",
        metavar="SET",
        help=f"{', '.join(builtin.NAMES)}, or a CSV file (a copy is kept among temporary files)",
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
    sub.add_argument("--output", metavar="FILE", help="write a .npz, .csv or .json file")
    sub.add_argument(
        "--progress", action="store_true", help="report long work also where no terminal looks on"
    )


def _figure1(args: Namespace, progress: Progress) -> Record:
    spec = Figure1(datasets=tuple(_dataset(name, args) for name in args.data), **_given(args, Figure1))
    result: Figure1Result = _run("fig1", spec, progress)
    found = figure1_numbers(result)
    lines = [*_figure1_lines(result), "", *_verdicts(figure1_claims(result))]
    return Record({"command": "fig1", **found.settings}, found.arrays, found.columns, "\n".join(lines))


def _depth(args: Namespace, progress: Progress) -> Record:
    spec = DepthRun(dataset=_dataset(args.data, args), **_given(args, DepthRun))
    result: DepthResult = _run("depth", spec, progress)
    found = depth_numbers(result)
    lines = [*_depth_lines(result), "", *_verdicts(depth_claims(result))]
    return Record({"command": "depth", **found.settings}, found.arrays, found.columns, "\n".join(lines))


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


def _figure1_lines(result: Figure1Result) -> Iterator[str]:
    """Yield tables of mean dead share and median error, data sets and momenta down, values across."""
    spec = result.spec
    for axis, values in (("gamma", spec.gammas), ("delta", spec.deltas)):
        for quantity, what, write in (
            ("dead", "dead share, %, mean of the seeds", lambda values: estimate(100 * values).mean),
            ("train_error", "training error over gamma^2, median", partial(np.nanmedian, axis=0)),
            ("test_error", "test error over gamma^2, median", partial(np.nanmedian, axis=0)),
        ):
            found = result.along(axis, quantity)
            yield f"{what}; {axis}:" + "".join(f"{value:>9g}" for value in values)
            for i, name in enumerate(spec.datasets):
                for j, beta in enumerate(spec.betas):
                    yield _row(f"  {kept.load(name).name}, beta {beta:g}", write, found[i, :, j])
    diverged = int(np.nansum(result.diverged))
    if diverged > 0:
        yield f"{diverged} of {result.networks} networks diverged and are left out"


def _row(name: str, write: Callable[[Any], Any], values: Any) -> str:
    with np.errstate(all="ignore"):
        numbers = np.full(values.shape[1], np.nan)
        known = np.isfinite(values).any(axis=0)
        numbers[known] = write(values[:, known])
    return f"{name:<40}" + "".join(f"{number:>9.3g}" for number in numbers)


def _depth_lines(result: DepthResult) -> Iterator[str]:
    spec = result.spec
    yield f"dead share, %, at the end (at the start), mean of {spec.seeds} seeds; layers from the input on"
    for i, kind in enumerate(KINDS):
        for j, condition in enumerate(spec.conditions):
            whole = estimate(100 * result.share[i, :, j].mean(axis=-1))
            layers = estimate(100 * result.share[i, :, j, -1]).mean
            name = f"  {kind.value.replace('_', ' ')}, gamma {condition.gamma:g}, beta {condition.beta:g}"
            ends = f"{whole.mean[-1]:5.1f} ({whole.mean[0]:.1f})"
            yield f"{name:<48}{ends:<14}" + "".join(f"{share:4.0f}" for share in layers)


def _verdicts(claims: Sequence[Claim]) -> Iterator[str]:
    for claim in claims:
        supporting = sum(case.supports for case in claim.cases)
        verdict = f"{claim.verdict()}, {supporting} of {len(claim.cases)} cases, {claim.seeds} seeds"
        yield f"{claim.sentence} {verdict}"
