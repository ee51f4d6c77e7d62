"""What a command found, before it is printed or written."""

from dataclasses import dataclass

from dynamics.records import Numbers


@dataclass(frozen=True, eq=False)
class Record(Numbers):
    """Settings, the command among them, and results, with a few lines for a reader.

    Attributes
    ----------
    summary : str
        The lines.
    """

    summary: str
