"""What hovering over the map tells: the fate of one start."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard import revival
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.numbers import readable
from dashboard.options import choice, number
from dashboard.results import timed_map
from dashboard.settings import DEFAULT
from dynamics import BasinMap, Cancellation, Outcome
from figures.plane import ENDINGS

_OPTIONS = ("cells", "exact", "row", "column")


def cell(args: Mapping[str, str], cancel: Cancellation) -> list[str]:
    """Return lines about the start in a row and a column of the map that is shown.

    The map is in the cache unless much else was asked since; then it is computed again.

    Raises
    ------
    InvalidSettingError
        When a setting, `cells`, `row` or `column` is no legal value.
    Cancelled
        When `cancel` is set before the map is there.
    """
    settings = DEFAULT.edit({key: text for key, text in args.items() if key not in _OPTIONS}).scaled(False)
    if settings.hide != "none":
        raise InvalidSettingError("hide", "Where a start ends is hidden until you reveal", None)
    exact = choice(args, "exact", ("0", "1")) == "1"
    usual = 256 if settings.resolution == 0 else settings.resolution
    cells = int(number(args, "cells", usual, 2, CONTROLS["resolution"].high))
    grid = settings.grid(cells)
    row = int(number(args, "row", 0, 0, grid.n_b - 1))
    column = int(number(args, "column", 0, 0, grid.n_w - 1))
    if settings.colouring == "revival":
        return revival.lines(settings, float(grid.w[column]), float(grid.b[row]), cancel)
    return lines(timed_map(settings, cells, cancel, exact).basin, row, column)


def lines(basin: BasinMap, row: int, column: int) -> list[str]:
    """Describe a cell: outcome and iterations, start, end point."""
    outcome = Outcome(int(basin.outcome[row, column]))
    count = int(basin.iterations[row, column])
    start, end = (
        f"({readable(float(w))}, {readable(float(b))})"
        for w, b in (
            (basin.grid.w[column], basin.grid.b[row]),
            (basin.final_w[row, column], basin.final_b[row, column]),
        )
    )
    plural = "" if count == 1 else "s"
    return [
        f"{ENDINGS[outcome].capitalize()} after {readable(count)} iteration{plural}",
        f"start {start}",
        f"end {end}",
    ]
