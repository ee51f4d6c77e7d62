"""The user's own table: a CSV file to a data set, or a message that says what is wrong with it and where."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from experiments.data import Dataset

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 32 * 2**20, 200_000, 500
MOST_NUMBERS = 1 << 24  # of all inputs, once text became columns of 0 and 1
MOST_VALUES = 12  # of a text column that becomes columns of 0 and 1
_SEPARATORS = "\t;|"
_MISSING = ["?", "-", "."]  # besides pandas' own: empty, NA, NaN, null …


def read_table(path: str | Path, target: str | None = None) -> Dataset:
    """Read a CSV file; see `parse_table`.

    Raises
    ------
    ValueError
        If the file cannot be read, or as `parse_table` does.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise ValueError(
            f"data must be a file that can be read, got {str(path)!r}: {error.strerror}"
        ) from error
    if size > MOST_BYTES:
        raise ValueError(f"{path.name} must have at most 32 MiB, got {size / 2**20:.1f} MiB")
    return parse_table(content, path.stem, target)


def parse_table(content: bytes, name: str, target: str | None = None) -> Dataset:
    """Return the data set in the bytes of a CSV file.

    Separators are commas, semicolons, tabs, bars or blanks; numbers may have decimal commas where commas do
    not separate. A first row without a number is the header. Rows with missing values are left out. A text
    column of at most twelve values becomes columns of 0 and 1; with more it is left out, as are constant
    columns. `Dataset.notes` tells of each.

    Parameters
    ----------
    content : bytes
        UTF-8, at most 32 MiB, 200,000 rows and 500 columns.
    name : str
        How the data set is called.
    target : str, optional
        The column to predict, by its name, or by its number from 1 on; by default the last.

    Raises
    ------
    ValueError
        Naming the file, what is wrong and where, and what is allowed.
    """
    return Table.read(content, name).dataset(target)


@dataclass(frozen=True, eq=False)
class Table:
    """A CSV file that was read, before it is known what is to be predicted.

    Parameters
    ----------
    name : str
    frame : DataFrame
        Every column of the file, under its name.
    """

    name: str
    frame: "pd.DataFrame"

    @classmethod
    def read(cls, content: bytes, name: str) -> "Table":
        """Read the bytes of a CSV file; raises as `parse_table` does."""
        if len(content) > MOST_BYTES:
            raise ValueError(f"{name} must have at most 32 MiB, got {len(content) / 2**20:.1f} MiB")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{name} must be text in UTF-8, got something else at byte {error.start}"
            ) from error
        return cls(name, _frame(text, name))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(self.frame.columns)

    def dataset(self, target: str | None = None) -> Dataset:
        """Return the data set in which `target` is predicted from the other columns; see `parse_table`."""
        from pandas.api.types import is_numeric_dtype

        goal = _column(self.columns, target, self.name)
        frame, notes = _complete(self.frame, goal, self.name)
        if not is_numeric_dtype(frame[goal]):
            # Python reads some that pandas does not, of other scripts or with hundreds of digits.
            odd = next((v for v in frame[goal] if not _is_number(str(v))), frame[goal].iloc[0])
            raise ValueError(f"target must be a column of numbers, got {str(odd)[:40]!r} in {goal}")
        inputs, more = _numbers(frame.drop(columns=goal), self.name)
        targets = frame[goal].to_numpy(np.float64)
        columns = tuple(str(column) for column in inputs.columns)
        return Dataset(self.name, goal, columns, inputs.to_numpy(np.float64), targets, notes=(*notes, *more))


def _frame(text: str, name: str) -> "pd.DataFrame":
    """Parse the text, with a header or without, and check its size."""
    import pandas as pd

    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise ValueError(f"{name} must have rows, got an empty file")
    separator = _separator(first)
    try:
        cells = next(csv.reader([first], delimiter=separator, skipinitialspace=True))
    except csv.Error as error:
        raise ValueError(f"{name} must have cells of a usual length, but {error}") from error
    if len(cells) > MOST_COLUMNS:
        raise ValueError(f"{name} must have at most {MOST_COLUMNS} columns, got {len(cells)}")
    if len(cells) < 2:
        raise ValueError(f"{name} must have at least two columns, separated by commas, got {first[:40]!r}")
    header = None if any(_is_number(cell) for cell in cells) else 0

    def parsed(decimal: str) -> pd.DataFrame:
        return pd.read_csv(
            io.StringIO(text),
            sep=r"\s+" if separator == " " else separator,
            header=header,
            index_col=False,
            decimal=decimal,
            na_values=_MISSING,
            skipinitialspace=True,
            nrows=MOST_ROWS + 1,
            low_memory=False,
            on_bad_lines="error",
        )

    try:
        frame = parsed(".")
        if separator != ",":
            frame = min(frame, parsed(","), key=lambda f: len(f.select_dtypes(exclude="number").columns))
    except (ValueError, pd.errors.ParserError) as error:
        reason = str(error).strip().removeprefix("Error tokenizing data. C error: ")
        raise ValueError(f"{name} must have equally many cells in every row: {reason}") from error
    if len(frame) == 0:
        raise ValueError(f"{name} must have rows, got a header only")
    if len(frame) > MOST_ROWS:
        raise ValueError(f"{name} must have at most {MOST_ROWS} rows, got more")
    names = [f"column {i + 1}" if header is None else str(c).strip() for i, c in enumerate(frame.columns)]
    twice = next((own for own in names if names.count(own) > 1), None)
    if twice is not None:
        raise ValueError(f"{name} must have columns of different names, got {twice!r} twice")
    return frame.set_axis(names, axis=1)


def _separator(line: str) -> str:
    """Return what separates the cells of the first line, whose commas may be decimal ones."""
    for separator in _SEPARATORS:
        if 0 < line.count(separator) >= line.count(",") - 1:
            return separator
    return "," if "," in line else " "


def _is_number(text: str) -> bool:
    try:
        float(text.strip().replace(",", "."))
    except ValueError:
        return False
    return True


def _column(names: tuple[str, ...], target: str | None, name: str) -> str:
    if target is None:
        return names[-1]
    if target in names:
        return target
    if target.isdecimal() and 1 <= int(target) <= len(names):
        return names[int(target) - 1]
    shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    raise ValueError(f"target must be a column of {name} ({shown}) or its number, got {target!r}")


def _complete(frame: "pd.DataFrame", goal: str, name: str) -> tuple["pd.DataFrame", list[str]]:
    """Leave out the columns without any value and the rows with a missing one, and say so."""
    frame = frame.replace([np.inf, -np.inf], np.nan)
    empty = [column for column in frame.columns if column != goal and frame[column].isna().all()]
    frame = frame.drop(columns=empty)
    rows = frame.dropna()
    notes = [f"Left out, without a value: {', '.join(empty)}."] if empty else []
    lost = len(frame) - len(rows)
    if lost > 0:
        notes.append(f"Left out for missing values: {lost} of {len(frame)} rows.")
    if len(rows) == 0:
        raise ValueError(f"{name} must have complete rows, but each of its {len(frame)} lacks a value")
    return rows, notes


def _numbers(frame: "pd.DataFrame", name: str) -> tuple["pd.DataFrame", list[str]]:
    """Return every input as numbers, and what became of those that were none or constant."""
    import pandas as pd
    from pandas.api.types import is_numeric_dtype

    words = [column for column in frame.columns if not is_numeric_dtype(frame[column])]
    few = [column for column in words if frame[column].nunique() <= MOST_VALUES]
    many = [column for column in words if column not in few]
    _refuse_too_many(frame.drop(columns=many), few, name)
    frame = frame.drop(columns=many)
    if few:
        frame = pd.get_dummies(frame, columns=few, drop_first=True, dtype=np.float64)
    constant = [column for column in frame.columns if frame[column].nunique() == 1]
    notes = []
    if few:
        notes.append(f"Text made columns of 0 and 1: {', '.join(few)}.")
    if many:
        notes.append(f"Left out, text of more than {MOST_VALUES} values: {', '.join(many)}.")
    if constant:
        notes.append(f"Left out, constant: {', '.join(constant)}.")
    return frame.drop(columns=constant), notes


def _refuse_too_many(frame: "pd.DataFrame", few: list[str], name: str) -> None:
    """Refuse columns of text that would become more numbers than memory should hold."""
    columns = len(frame.columns) + sum(frame[column].nunique() - 2 for column in few)
    for found, most, what in (
        (columns, MOST_COLUMNS, "columns"),
        (columns * len(frame), MOST_NUMBERS, "numbers"),
    ):
        if found > most:
            raise ValueError(
                f"{name} must have at most {most} {what} once text became columns of 0 and 1, got {found}"
            )
