"""The options, named like the page's controls: one table of commands builds the parser and its help."""

import re
from argparse import Action, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from inspect import signature
from typing import Any, NoReturn

from dynamics.basins import basin_map
from dynamics.command_line import commands, layering, risking, sweeping
from dynamics.command_line.record import Record
from dynamics.initializers import Scheme
from dynamics.sweep import MOST_STARTS
from dynamics.trajectory import trajectory

WINDOW = ("w_min", "w_max", "b_min", "b_max")
STARTS = ((2.0, 1.8), (-1.6, 2.3), (2.0, 0.2))
_API: dict[str, Any] = {
    name: parameter.default
    for function in (trajectory, basin_map)
    for name, parameter in signature(function).parameters.items()
}


class Layout(RawDescriptionHelpFormatter):
    """A layout that shows the values that belong to an option, although fewer are taken for now.

    What is missing is refused later with the allowed range, which argparse does not know.
    """

    def _format_args(self, action: Action, default_metavar: str) -> str:
        if not action.option_strings or action.nargs not in ("?", "*"):
            return super()._format_args(action, default_metavar)
        names = default_metavar if action.metavar is None else action.metavar
        return " ".join(names) if isinstance(names, tuple) else str(names)


class Parser(ArgumentParser):
    """An ArgumentParser that refuses in one line and takes every negative number for a number."""

    def __init__(self, **settings: Any) -> None:
        layout = partial(Layout, max_help_position=32)
        super().__init__(allow_abbrev=False, formatter_class=layout, **settings)
        # argparse itself takes -1e-3 and -inf for options.
        self._negative_number_matcher = re.compile(r"-(\d|\.\d|inf|nan)", re.IGNORECASE)

    def error(self, message: str) -> NoReturn:
        """End the program with code 2 and one line."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())}\n")


class Named(Action):
    """Keeps the value of an option, and beside it that the option was given."""

    def __call__(
        self, parser: ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        """Do so."""
        setattr(namespace, self.dest, values)
        namespace.given = (*namespace.given, self.dest)


def number(text: str) -> float | str:
    """Read a number; text that is none is passed on for `dynamics` to refuse with the allowed range."""
    try:
        return float(text.replace("−", "-"))
    except ValueError:
        return text


def whole(text: str) -> float | str:
    """Read a whole number, also one written as 1e6; anything else is passed on as `number` does."""
    try:
        return int(text)
    except ValueError:
        value = number(text)
        return int(value) if isinstance(value, float) and value.is_integer() else value


def _hyperparameters(parser: Parser) -> None:
    group = parser.add_argument_group("hyperparameters")
    _add(group, "beta", 0.9, "momentum of m' = beta m + (1 - beta) g")
    _add(group, "eta", 0.1, "learning rate of theta' = theta - eta m'; PyTorch's lr is eta (1 - beta)")
    _add(group, "gamma", 0.1, "standard deviation of the target y = gamma x + delta")
    _add(group, "delta", 0.0, "mean of the target")


def _rho(parser: Parser) -> None:
    _add(parser, "rho", _API["rho"], "length of the weights orthogonal to the target's direction")


def _window(parser: Parser) -> None:
    _add_window(parser, commands.MOST_NUMBERS, 256)


def _add_window(parser: Parser, most: int, side: int) -> None:
    group = parser.add_argument_group("window", f"at most {most} starts, end points included")
    parser.set_defaults(given=())
    group.add_argument(
        "--window",
        nargs="*",
        action=Named,
        type=number,
        default=[-3.0, 3.0, -3.0, 3.0],
        metavar=tuple(name.replace("_", "").upper() for name in WINDOW),
        help="range of the weight w and the bias b (default -3 3 -3 3)",
    )
    _add(group, "n-w", side, "number of weights", whole, action=Named)
    _add(group, "n-b", side, "number of biases", whole, action=Named)


def _judging(parser: Parser) -> None:
    group = parser.add_argument_group("judging")
    _epsilon(group)
    _add(group, "tolerance", _API["tolerance"], "updates shorter than this stop a run; 0 never stops")
    budget = "updates at most, or exactly with --tolerance 0"
    _add(group, "max-iterations", _API["max_iterations"], budget, whole)
    methods = "fast, exact (plain iteration where outcomes change) or reference (plain iteration, slow)"
    _add(group, "method", _API["method"], methods, str)


def _epsilon(parser: Any) -> None:
    _add(parser, "epsilon", _API["epsilon"], "a unit is dead when P(z > 0) is below this")


def _start(*starts: tuple[float, float]) -> Callable[[Parser], None]:
    default = ", ".join(f"{w:g} {b:g}" for w, b in starts) or "the whole window"

    def add(parser: Parser) -> None:
        parser.set_defaults(starts=starts)
        parser.add_argument(
            "--start",
            nargs="*",
            type=number,
            action="append",
            metavar=("W", "B"),
            help=f"weight and bias of a unit; can be repeated (default {default})",
        )

    return add


def _steps(parser: Parser) -> None:
    _add(parser, "steps", _API["steps"], "number of updates", whole)


def _ranges(parser: Parser) -> None:
    for name, default, what in (("beta", 0.9, "momentum"), ("eta", 0.1, "learning rate")):
        parser.add_argument(
            f"--{name}",
            nargs="*",
            type=number,
            default=[default],
            metavar=("MIN", "[MAX COUNT]"),
            help=f"{what}: one value, or COUNT values from MIN to MAX (default {default:g})",
        )


def _swept(parser: Parser) -> None:
    group = parser.add_argument_group(
        "settings",
        "One or two take a range, MIN MAX COUNT and perhaps a scale: linear, log or\n"
        "momentum, which is -log10(1 - beta). Where none does eta and beta vary, as far\n"
        "as they are not given.",
    )
    for name, what in sweeping.WHAT.items():
        default = sweeping.DEFAULTS[name]
        group.add_argument(
            f"--{name.replace('_', '-')}",
            nargs="*",
            type=whole if name in ("max_iterations", "fan_in") else number,
            metavar=("MIN", "[MAX COUNT [SCALE]]"),
            help=f"{what} (default {default:g})",
        )
    _add(group, "tolerance", _API["tolerance"], "updates shorter than this stop a run; 0 never stops")


def _units(parser: Parser) -> None:
    _add_window(parser, MOST_STARTS, 64)
    group = parser.add_argument_group("units of a real initialisation in place of the window")
    group.add_argument("--init", metavar="SCHEME", help=f"one of {', '.join(Scheme)}")
    _add(group, "units", 600, "how many are drawn", whole, action=Named)
    _add(group, "seed", 0, "equal seeds draw equal units", whole, action=Named)
    _add(group, "fan-out", None, "of glorot's schemes; without it the fan-in", whole, action=Named)
    for name in ("weight", "bias"):
        what = f"standard deviation of the {name}, which gaussian needs"
        _add(group, f"{name}-std", None, what, action=Named)


def _layer(parser: Parser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="", help="weights and biases: .npz, .csv or .safetensors"
    )
    inputs = "rows of inputs, or their mean and covariance: .npy, .npz, .csv or .safetensors"
    parser.add_argument("--inputs", metavar="FILE", help=f"{inputs} (default N(0, I))")
    parser.add_argument("--layer", metavar="NAME", help="which layer, where the file holds several")
    sides = "side of a square weight on which the units are: rows (PyTorch) or columns (Keras)"
    parser.add_argument("--units", metavar="SIDE", help=sides)
    lies = "how the target lies to the weights: across, along, against or file (default file, else across)"
    parser.add_argument("--direction", metavar="WAY", help=lies)


def _risk(parser: Parser) -> None:
    group = parser.add_argument_group("training")
    names = ", ".join(risking.OPTIMIZERS)
    _add(group, "optimizer", "momentum", f"{names}; of all but the first --eta is lr", str)
    _add(group, "updates", 10_000, "units are judged after exactly so many", whole)
    _epsilon(group)
    _add(group, "alpha", 0.99, "of rmsprop, which has no --beta")
    _add(group, "beta2", 0.999, "of adam and adamw")
    _add(group, "decay", 0.01, "weight decay of adamw")
    _add(group, "warmup", 0, "updates over which momentum rises from 0", whole)
    _add(group, "clip", None, "longest gradient of a unit")
    _add(group, "slope", 0.0, "of a leaky unit where z < 0")
    group = parser.add_argument_group("initialisation")
    _add(group, "init", "he_normal", f"one of {', '.join(Scheme)}", str)
    _add(group, "fan-in", 100, "number of inputs", whole)
    _add(group, "bias", 0.0, "what every bias is moved by")
    for name in ("weight", "bias"):
        _add(group, f"{name}-std", None, f"standard deviation of the {name}, which gaussian needs")
    _add(group, "points", 512, "units of each of 8 replicates, a power of two", whole)
    _add(group, "seed", 0, "equal seeds draw equal units", whole)


def _add(
    parser: Any,
    name: str,
    default: float | str | None,
    what: str,
    read: Callable[[str], float | str] = number,
    **more: Any,
) -> None:
    """Add an option of one value; where that is missing it is empty, and refused with the allowed range."""
    how: dict[str, Any] = {"nargs": "?", "const": "", "type": read, "default": default, **more}
    parser.add_argument(f"--{name}", help=what + ("" if default is None else " (default %(default)s)"), **how)


@dataclass(frozen=True)
class Command:
    """One command: what it does, what it takes, and examples for its help, which the tests run."""

    name: str
    run: Callable[..., Record]
    what: str
    options: tuple[Callable[[Parser], None], ...]
    examples: tuple[str, ...]


COMMANDS = (
    Command(
        "basin",
        commands.basin,
        "where every start of a window ends (Fig. 4)",
        (_hyperparameters, _window, _rho, _judging),
        (
            "basin --beta 0.99 --gamma 0.01",
            "basin --tolerance 0 --max-iterations 10000",
            "basin --window -1 1 -1 1 --n-w 512 --n-b 512 --output map.npz",
        ),
    ),
    Command(
        "outcomes",
        commands.outcome,
        "where some starts end",
        (_hyperparameters, _start(*STARTS), _rho, _judging),
        ("outcomes --start 2 1.8 --start -1.6 2.3", "outcomes --gamma 1 --rho 1.4 --output ends.csv"),
    ),
    Command(
        "trajectory",
        commands.path,
        "the path from one or more starts",
        (_hyperparameters, _start(STARTS[0]), _rho, _steps),
        ("trajectory --beta 0.99", "trajectory --start 2 0.2 --steps 200 --output path.csv"),
    ),
    Command(
        "eigenvalues",
        commands.eigen,
        "the eigenvalues of the affine model (Eq. 5, Fig. 2)",
        (_ranges,),
        ("eigenvalues --beta 0.9 --eta 0.1", "eigenvalues --beta 0 1 101 --output locus.csv"),
    ),
    Command(
        "field",
        commands.field,
        "the gradient field -grad L over a window (Fig. 3); beta and eta do not change it",
        (_hyperparameters, _window, _rho),
        ("field --gamma 1", "field --gamma 0.01 --n-w 24 --n-b 24 --output field.json"),
    ),
    Command(
        "revival",
        commands.revival,
        "after how many updates dead units are back, if ever",
        (_hyperparameters, _start(), _window, _rho, _epsilon),
        ("revival --gamma 1 --start 1 -4 --start -1 -4", "revival --gamma 1 --output revival.npz"),
    ),
    Command(
        "layer",
        layering.layer,
        "which units of a layer of your own are dead, and when they are back",
        (_layer, _hyperparameters, _epsilon),
        ("layer model.safetensors --layer fc1 --inputs X.npy", "layer fc2.npz --gamma 1 --output units.csv"),
    ),
    Command(
        "sweep",
        sweeping.sweep,
        "how many starts die, over one or two settings",
        (_swept, _units),
        (
            "sweep --gamma 1 --n-w 24 --n-b 24",
            "sweep --max-iterations 10 1e6 11 --tolerance 0 --beta 0.99 --init he_normal",
            "sweep --eta 0.01 1 5 --beta 0 0.99 4 --output sweep.csv",
        ),
    ),
    Command(
        "risk",
        risking.risk,
        "how likely units are dead after T updates, over an initialisation",
        (_hyperparameters, _risk),
        ("risk --beta 0.95", "risk --optimizer adam --eta 0.01 --points 16 --updates 1000"),
    ),
    Command(
        "advice",
        risking.advice,
        "what lowers that risk, and what raises it",
        (_hyperparameters, _risk),
        ("advice --beta 0.95 --points 16 --updates 500",),
    ),
)
_FILES = """\
Without --output a summary is printed. Files hold the settings, w and b, and
the results under the names that they have in Python. Bad input ends with
code 2, Ctrl-C with 130, SIGTERM with 143, and none leaves a file behind."""


def command_parser() -> Parser:
    """Return the parser of the whole command line; what it returns knows `run` and `refuse`."""
    program = "python -m dynamics"
    examples = [command.examples[-1] for command in COMMANDS]
    parser = Parser(
        prog=program,
        description="Why ReLU units die, as numbers and files.",
        epilog=_epilog(program, examples),
    )
    parsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = parsers.add_parser(
            command.name,
            help=command.what,
            description=f"{command.what[0].upper()}{command.what[1:]}.",
            epilog=_epilog(program, command.examples),
        )
        for add in command.options:
            add(sub)
        output = "write a .npz, .csv or .json file"
        sub.add_argument("--output", metavar="FILE", nargs="?", const="", help=output)
        sub.add_argument(
            "--progress", action="store_true", help="report long work also where no terminal looks on"
        )
        sub.set_defaults(run=command.run, refuse=sub.error)
    return parser


def _epilog(program: str, examples: tuple[str, ...] | list[str]) -> str:
    lines = "\n".join(f"  {program} {example}" for example in examples)
    return f"{_FILES}\n\nexamples:\n{lines}"
