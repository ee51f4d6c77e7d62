"""A table to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.numbers import readable
from dynamics import VectorField
from figures.revival_ground import count


@dataclass(frozen=True)
class Table:
    """What is shown as a table: the first column names its rows.

    Attributes
    ----------
    caption : str
    columns : sequence of str
    rows : sequence of sequences of str
        As many texts each as there are columns.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def cell(value: float) -> str:
    """Write a number in a table, to three digits."""
    return readable(value) if np.isfinite(value) else "beyond all numbers"


def wait(log10: float) -> str:
    """Write after how many updates a dead unit is back, of which log₁₀ is given."""
    return "not told" if np.isnan(log10) else "never" if np.isinf(log10) else count(log10)


def arrows(caption: str, field: VectorField) -> Table:
    """Return the arrows of −∇L, row by row from the lowest bias up."""
    rows = [
        (cell(w), cell(b), cell(float(field.dw[i, j])), cell(float(field.db[i, j])))
        for i, b in enumerate(field.grid.b.tolist())
        for j, w in enumerate(field.grid.w.tolist())
    ]
    return Table(caption, ("weight", "bias", "along the weight", "along the bias"), rows)
