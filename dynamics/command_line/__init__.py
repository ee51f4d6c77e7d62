"""The command line: options → `dynamics` → a summary on standard output, or a file."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dynamics.command_line import files
from dynamics.command_line.options import WINDOW, Parser, command_parser
from dynamics.command_line.progress import Line, Progress, Terminated, terminable, watched
from dynamics.command_line.record import Record
from dynamics.tensor_file import UnreadableError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None, parser: Parser | None = None) -> None:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        The command and its options; by default what the program was called with.
    parser : Parser, optional
        Of another package's commands; what it returns must know `run` and `refuse`, `output` and `progress`.

    Raises
    ------
    SystemExit
        With 2 for bad input, after one line on standard error that names option, value and range; with 130
        when interrupted, with 143 when terminated. None leaves a file behind.
    """
    args = (parser or command_parser()).parse_args(argv)
    try:
        with terminable():
            _run(args)
    except UnreadableError as error:
        args.refuse(str(error))
    except ValueError as error:
        args.refuse(_by_option(error, args))
    except OverflowError:  # the fast method squares them
        args.refuse(f"--gamma and --delta must be below 1e154 in size, got {args.gamma} and {args.delta}")
    except MemoryError:
        args.refuse("there is not enough memory for so many numbers")
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Terminated:
        raise SystemExit(143) from None


def _run(args: Namespace) -> None:
    """Compute what is asked for, then print or write it."""
    target = None if args.output is None else files.destination(args.output)
    line = Line(args.command, asked=args.progress)

    def work(progress: Progress) -> Record:
        with np.errstate(all="ignore"):  # numbers that are too large for a float come out as inf or nan
            return args.run(args, progress)  # type: ignore[no-any-return]  # argparse knows no types

    with line:
        record = watched(work, line)
        if target is not None:
            _write(record, target, line)
    if target is None:
        _print(record.summary)


def _write(record: Record, target: Path, line: Line) -> None:
    try:
        files.write(record, target, line)
    except OSError as error:
        raise ValueError(
            f"output must be a file that can be written, got {str(target)!r}: {error.strerror}"
        ) from error


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except OSError as error:
        # What is left must not be flushed at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # then the reader, `head` perhaps, has seen enough
            raise SystemExit(
                f"python -m dynamics: standard output cannot be written: {error.strerror}"
            ) from None


def _by_option(error: ValueError, args: Namespace) -> str:
    """Return the message of `dynamics` with the option in place of the field that it begins with.

    An error that begins with no option is none of the user's and raised again.
    """
    field, _, rest = str(error).partition(" ")
    if field.removesuffix(":") in vars(args) and field.endswith(":"):  # of a part of an option
        return f"--{field.replace('_', '-')} {rest}"
    if field in WINDOW:
        return f"--window: {field} {rest}"
    if field not in vars(args):
        raise error
    return f"--{field.replace('_', '-')} {rest}"
