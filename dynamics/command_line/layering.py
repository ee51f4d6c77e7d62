"""The command `layer`: from the files of a layer and of its inputs to a record."""

from argparse import Namespace
from pathlib import Path
from typing import get_args

from dynamics import checks
from dynamics.command_line import summaries
from dynamics.command_line.progress import Progress
from dynamics.command_line.record import Record
from dynamics.hyperparameters import Hyperparameters
from dynamics.layer import layer_units
from dynamics.layer_file import Side, UndecidedError, read_inputs, read_layer
from dynamics.layer_waits import Direction, layer_numbers, unit_waits
from dynamics.tensor_file import SHELL, UnreadableError, check_size


def layer(args: Namespace, progress: Progress) -> Record:
    """Where each unit of a layer is, and after how many updates the dead ones are back."""
    hp = Hyperparameters(beta=args.beta, eta=args.eta, gamma=args.gamma, delta=args.delta)
    epsilon = checks.epsilon(args.epsilon)
    sides: tuple[Side, ...] = get_args(Side)
    ways: tuple[Direction, ...] = get_args(Direction)
    for name, choices in (("units", sides), ("direction", ways)):
        given = getattr(args, name)
        if given is not None and given not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}, got {given!r}")
    try:
        found = read_layer(_content(args.file), Path(args.file).name, args.layer, args.units)
        inputs = found.inputs
        if args.inputs is not None:
            inputs = read_inputs(_content(args.inputs), Path(args.inputs).name).over(inputs)
        units = layer_units(found.layer, inputs, SHELL)
    except UndecidedError as question:
        answers = ", ".join(f"--{question.asked} {choice}" for choice in question.choices)
        raise UnreadableError(f"{question}: {answers}") from None
    direction: Direction = args.direction or ("file" if units.along is not None else "across")
    times = unit_waits(units, hp, epsilon, direction, cancel=progress.cancel)
    numbers = layer_numbers(units, hp, epsilon, direction, times)
    settings = {"command": "layer", **numbers.settings}
    summary = summaries.layer(units, hp, epsilon, direction, times)
    return Record(settings, numbers.arrays, numbers.columns, summary)


def _content(path: str) -> bytes:
    """Return what a file holds, if it is not too large to be read at once."""
    name = Path(path).name
    if not name:
        raise UnreadableError(f"FILE must be the name of a file, got {path!r}")
    try:
        check_size(Path(path).stat().st_size, name, SHELL)
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnreadableError(f"{path!r} cannot be read: {reason}") from error
