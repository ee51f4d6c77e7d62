"""What the maps show as tables: the share of each colour, the starts, and a coarse grid of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dashboard import kick, results, revival
from dashboard.clouds import clouds, updates
from dashboard.controls import InvalidSettingError
from dashboard.export import ExportRequest
from dashboard.export_words import no_kick
from dashboard.map_layout import ITERATION_BINS
from dashboard.numbers import grouped, in_updates, percent
from dashboard.pinned import NAMES
from dashboard.runs import LETTERS, paths
from dashboard.settings import Settings
from dashboard.table import Table, arrows, cell, wait
from dashboard.words_of_maps import iteration_shares, revival_shares
from dynamics import BasinMap, Cancellation, Cloud, Outcome, RevivalTimes
from figures import StartPath
from figures.kick import in_gammas
from figures.plane import ENDINGS
from figures.revival_ground import LEGEND

_COARSE = 9  # starts a side of the table of all starts
_UNITS = 50  # rows of the table of units
_PERCENTILES = (5, 25, 50, 75, 95)


def map_tables(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    """Yield the tables of the map in its colouring."""
    yield from _plane(request.settings, request, cancel)


def pinned(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    """Yield the same of the pinned map."""
    yield from _plane(request.settings.pinned, request, cancel)


def changed(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    """Yield how many starts end in each way when pinned and now."""
    now, then = (
        results.timed_map(at, request.cells, cancel, request.exact).basin.outcome
        for at in (request.settings, request.settings.pinned)
    )
    pairs = np.bincount((then.astype(int) * len(Outcome) + now).ravel(), minlength=len(Outcome) ** 2)
    counts = pairs.reshape(len(Outcome), len(Outcome))
    rows = [(name, *map(grouped, row)) for name, row in zip(NAMES, counts.tolist(), strict=True)]
    yield Table("Starts by how they end", ("when pinned", *(f"{name} now" for name in NAMES)), rows)


def kicked(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    """Yield the smallest kick and the outcomes around it."""
    found = kick.find(request.settings, cancel)
    one, gamma = found.kick, request.settings.gamma
    if one is None or found.basin is None:
        raise InvalidSettingError("picture", no_kick(), None)
    rows = [
        ("before", cell(one.w), cell(one.b)),
        ("after", cell(one.w + one.dw), cell(one.b + one.db)),
        ("difference", cell(one.dw), cell(one.db)),
    ]
    yield Table(f"Smallest kick, {in_gammas(one.length, gamma)} long", ("unit", "weight", "bias"), rows)
    yield _outcomes(found.basin, "Outcomes around it")


def cloud(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    """Yield where the units are after T updates: shares, percentiles, and the first of them."""
    run = clouds(request.settings, True, True, cancel).current
    row = run.row(updates(request.settings))
    after = f"after {in_updates(int(run.iteration[row]))}"
    yield Table(f"{run.count} units {after}", ("unit", "share", "units"), list(_states(run, row)))
    there = ~np.isnan(run.w[row])
    if there.any():
        parts = (("weight", run.w[row]), ("bias", run.b[row]), ("|ρ|", np.abs(run.rho[row])))
        rows = [
            (name, *(cell(float(v)) for v in np.percentile(values[there], _PERCENTILES)))
            for name, values in parts
        ]
        yield Table(f"Percentiles of the units {after}", ("of the", *(f"{p} %" for p in _PERCENTILES)), rows)
    units = [
        (str(i + 1), *(cell(float(x[row, i])) for x in (run.w, run.b, run.rho)), _state(run, row, i))
        for i in range(min(run.count, _UNITS))
    ]
    yield Table(f"The first {len(units)} units {after}", ("unit", "weight", "bias", "ρ", "now"), units)


def _states(run: Cloud, row: int) -> Iterator[Sequence[str]]:
    dead, gone = int(run.dead_count[row]), int(np.isnan(run.w[row]).sum())
    for name, number in (("dead", dead), ("alive", run.count - dead - gone), ("diverged", gone)):
        yield name, percent(number / run.count, 1), str(number)


def _state(run: Cloud, row: int, unit: int) -> str:
    if np.isnan(run.w[row, unit]):
        return "diverged"
    return "dead" if run.dead[row, unit] else "alive"


# ------------------------------------------------------------------ maps of starts


def _plane(settings: Settings, request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    basin = results.timed_map(settings, request.cells, cancel, request.exact).basin
    if settings.colouring == "iterations":
        yield _bins("Iterations until each start ends", "iterations", ITERATION_BINS, iteration_shares(basin))
    if settings.colouring in ("outcome", "iterations"):
        yield _outcomes(basin, "Outcomes of all starts")
    times = None
    if settings.colouring == "revival":
        times, _ = revival.ground(settings, basin.grid, cancel)
        names = [words for _, words in LEGEND]
        yield _bins(
            "Updates until a dead unit is back, of all starts", "updates", names, revival_shares(times)
        )
    if "paths" in settings.layers:
        yield _ends(paths(settings, cancel))
    else:
        yield _starts(settings)
    if times is not None:
        yield _waits(times)
    elif settings.colouring in ("outcome", "iterations"):
        yield _coarse(basin)
    elif "arrows" in settings.layers:
        yield arrows("Arrows of −∇L", results.arrows(settings, request.view))


def _outcomes(basin: BasinMap, caption: str) -> Table:
    counts = np.bincount(basin.outcome.ravel(), minlength=len(Outcome)).tolist()
    rows = [
        (name, percent(basin.fraction(outcome), 1), grouped(counts[outcome]))
        for name, outcome in zip(NAMES, Outcome, strict=True)
    ]
    return Table(caption, ("outcome", "share", "starts"), rows)


def _bins(caption: str, name: str, names: Sequence[str], shares: Sequence[float]) -> Table:
    rows = [(each, percent(share, 1)) for each, share in zip(names, shares, strict=True)]
    return Table(caption, (name, "share"), rows)


def _starts(settings: Settings) -> Table:
    rows = [(LETTERS[i], cell(w), cell(b)) for i, (w, b) in enumerate(settings.starts)]
    return Table("Starts", ("start", "weight", "bias"), rows)


def _ends(runs: Sequence[StartPath]) -> Table:
    rows = []
    for path in runs:
        run = path.trajectory
        places = (cell(float(values[i])) for i in (0, -1) for values in (run.w, run.b))
        rows.append((path.letter, *places, ENDINGS[path.outcome], grouped(int(run.iteration[-1]))))
    columns = ("start", "weight", "bias", "last weight", "last bias", "ends", "iterations")
    return Table("Starts and where they end", columns, rows)


def _coarse(basin: BasinMap) -> Table:
    rows = [
        (
            cell(float(basin.grid.w[j])),
            cell(float(basin.grid.b[i])),
            ENDINGS[basin.outcome[i, j]],
            grouped(int(basin.iterations[i, j])),
            cell(float(basin.final_w[i, j])),
            cell(float(basin.final_b[i, j])),
        )
        for i, j in _few(basin.outcome.shape)
    ]
    columns = ("weight", "bias", "ends", "iterations", "last weight", "last bias")
    return Table(f"{len(rows)} of the {grouped(basin.outcome.size)} starts", columns, rows)


def _waits(times: RevivalTimes) -> Table:
    log10 = times.log10_iterations
    rows = [
        (cell(float(times.w[i, j])), cell(float(times.b[i, j])), wait(float(log10[i, j])))
        for i, j in _few(log10.shape)
        if times.dead[i, j]
    ]
    return Table("Dead units of a coarse grid", ("weight", "bias", "updates until back"), rows)


def _few(shape: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield rows and columns of few starts, evenly spaced from border to border."""
    rows, columns = (np.unique(np.linspace(0, n - 1, _COARSE).round().astype(int)) for n in shape)
    yield from ((int(i), int(j)) for i in rows for j in columns)
