"""What a command found, before it is printed or written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Record:
    """Settings and results under the names that `dynamics` gives them.

    Parameters
    ----------
    settings : mapping
        The command and the numbers and words it was given.
    arrays : mapping of arrays
        What NPZ and JSON hold besides.
    columns : mapping of arrays
        What CSV holds besides: arrays that broadcast to one shape, of which every number makes a row.
    summary : str
        A few lines for a reader.
    """

    settings: Mapping[str, float | int | str]
    arrays: Arrays
    columns: Arrays
    summary: str
