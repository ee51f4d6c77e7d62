"""The numbers of a picture as tables to read: few rows, at the picture's ticks and ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dashboard import results, revival
from dashboard.alternatives import along, complex_number, share_at
from dashboard.clouds import clouds
from dashboard.comparison import compare
from dashboard.controls import CONTROLS
from dashboard.export import ExportRequest
from dashboard.numbers import percent, readable
from dashboard.runs import paths
from dashboard.settings import Settings
from dashboard.table import Table, arrows, cell, wait
from dashboard.tables_of_maps import changed, cloud, kicked, map_tables, pinned
from dashboard.texts import QUANTITIES
from dynamics import Cancellation, critical_momentum, eigenvalues, regime
from dynamics.cloud import ACTIVATION_QUANTILES
from figures import StartPath
from figures.chart import momentum
from figures.momenta import TICKS

_DEPTHS = 9  # rows of the table of revival times
_ERROR_STEP = 10  # iterations between two rows of the affine error
_ETAS = tuple(value for value, _ in CONTROLS["eta"].marks)


def tables(request: ExportRequest, cancel: Cancellation) -> list[Table]:
    """Return the tables of the picture that `request` names.

    Raises
    ------
    InvalidSettingError
        When there is no such picture at these settings.
    Cancelled
        When `cancel` is set before the end.
    """
    return list(_MAKERS[request.picture](request, cancel))


def one_two_five(last: int) -> list[int]:
    """Return 0, 1, 2, 5, 10, 20, … below `last`, and `last`."""
    steps = (digit * 10**k for k in range(len(str(last))) for digit in (1, 2, 5))
    return [0, *(step for step in steps if step < last), last]


# ------------------------------------------------------------------ the affine model


def _momenta(settings: Settings) -> list[float]:
    """Return the ticks of the axis of momentum, the critical and the current one."""
    ticks = TICKS[settings.beta > TICKS[0][-1]]
    return sorted({*ticks, float(critical_momentum(settings.eta)), settings.beta} - {1.0})


def _locus(request: ExportRequest, _: Cancellation) -> Iterator[Table]:
    settings = request.settings
    rows = []
    for beta in _momenta(settings):
        first, second = eigenvalues(beta, settings.eta)
        size, kind = max(abs(first), abs(second)), str(regime(beta, settings.eta))
        mark = " (now)" if beta == settings.beta else ""
        rows.append(
            (momentum(beta, 4) + mark, complex_number(first), complex_number(second), cell(size), kind)
        )
    columns = ("β", "λ₁", "λ₂", "|λ|", "regime")
    yield Table(f"Eigenvalues of the affine model at η = {readable(settings.eta)}", columns, rows)


def _oscillation(request: ExportRequest, _: Cancellation) -> Iterator[Table]:
    runs = sorted(results.affine_runs(request.settings), key=lambda run: run.beta)
    steps = {*range(0, len(runs[0].a), _ERROR_STEP)}
    steps |= {int(np.argmin(run.a)) for run in runs if np.isfinite(run.a).all()}
    rows = [(str(step), *(cell(float(run.a[step])) for run in runs)) for step in sorted(steps)]
    columns = ("iteration", *(f"β = {momentum(run.beta)}" for run in runs))
    yield Table("Distance a from the ground truth without the ReLU", columns, rows)


def _regimes(request: ExportRequest, _: Cancellation) -> Iterator[Table]:
    etas = sorted({*_ETAS, request.settings.eta})
    rows = []
    for beta in _momenta(request.settings):
        sizes = (float(np.abs(eigenvalues(beta, eta)).max()) for eta in etas)
        kinds = (str(regime(beta, eta)) for eta in etas)
        told = (f"{kind}, {cell(size)}" for kind, size in zip(kinds, sizes, strict=True))
        rows.append((f"β = {momentum(beta, 4)}", *told))
    columns = ("momentum", *(f"η = {readable(eta)}" for eta in etas))
    yield Table("Regime and |λ| of the affine model", columns, rows)


# ------------------------------------------------------------------ paths, shares, gradients


def _alive(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    yield _paths(request.settings, paths(request.settings, cancel))


def _pinned_alive(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    there = request.settings.pinned
    yield _paths(there, paths(there, cancel))


def _paths(settings: Settings, runs: Sequence[StartPath]) -> Table:
    """Return the drawn quantity of each start at few iterations; nothing where it has ended."""
    ends = [int(path.trajectory.iteration[-1]) for path in runs]
    steps = sorted({*one_two_five(max(ends, default=0)), *ends})
    values = [along(path, settings.quantity) for path in runs]
    rows = [
        (
            str(step),
            *(
                cell(float(value[np.searchsorted(path.trajectory.iteration, step)]))
                if step <= end
                else "ended"
                for path, value, end in zip(runs, values, ends, strict=True)
            ),
        )
        for step in steps
    ]
    columns = ("iteration", *(f"start {path.letter}" for path in runs))
    return Table(f"{QUANTITIES[settings.quantity]} along the paths", columns, rows)


def _share(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    settings = request.settings
    curves = sorted(compare(settings, cancel).curves or (), key=lambda curve: -curve.gamma)
    if not curves:  # none may be seen
        now = results.timed_map(settings, request.cells, cancel, request.exact).basin.dead_fraction
        ends = ("β", f"γ = {readable(settings.gamma)}")
        yield Table("Dead share now", ends, [(momentum(settings.beta, 4), percent(now, 1))])
        return
    rows = [
        (
            momentum(beta, 4),
            *(percent(share_at(curve, beta), 1) if len(curve.beta) else "took too long" for curve in curves),
        )
        for beta in _momenta(settings)
    ]
    columns = ("β", *(f"γ = {readable(curve.gamma)}" for curve in curves))
    yield Table("Dead share against momentum, read off the curves", columns, rows)


def _field(request: ExportRequest, _: Cancellation) -> Iterator[Table]:
    for field in results.fields(request.settings, request.view):
        yield arrows(f"−∇L at γ = {readable(field.hyperparameters.gamma)}", field)


def _revival(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    settings = request.settings
    found = revival.find(settings, settings.grid(2), True, cancel)
    curves = found.curves if found is not None else []
    depth = -curves[0].b / np.hypot(curves[0].w, curves[0].rho)
    chosen = np.linspace(0, len(depth) - 1, _DEPTHS).round().astype(int)
    rows = [
        (cell(float(depth[i])), *(wait(float(times.log10_iterations[i])) for times in curves)) for i in chosen
    ]
    columns = ("depth", *(f"γ = {readable(times.hyperparameters.gamma)}" for times in curves))
    yield Table("Updates until a dead unit is back, by its depth −b/‖w‖", columns, rows)


# ------------------------------------------------------------------ real initialisations


def _survival(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    found = clouds(request.settings, True, True, cancel)
    runs = [found.current, *found.others]
    last = max(int(run.iteration[-1]) for run in runs)
    rows = []
    for step in one_two_five(last)[1:]:
        rows.append([str(step)])
        for run in runs:
            row = run.row(step)
            there = int(run.iteration[row]) == step
            low, high = (percent(float(end[row]), 1) for end in run.interval)
            rows[-1].append(
                f"{percent(float(run.dead_fraction[row]), 1)} ({low} to {high})" if there else "–"
            )
    columns = ("T", *(f"β = {momentum(run.hyperparameters.beta)}" for run in runs))
    yield Table("Dead share after exactly T updates, with its 95 % interval", columns, rows)


def _cloud_alive(request: ExportRequest, cancel: Cancellation) -> Iterator[Table]:
    run = clouds(request.settings, True, True, cancel).current
    quantiles = run.activation_quantiles
    rows = [
        (str(step), *(cell(float(value)) for value in quantiles[:, run.row(step)]))
        for step in one_two_five(int(run.iteration[-1]))[1:]
    ]
    columns = ("iteration", *(f"{100 * level:g} %" for level in ACTIVATION_QUANTILES))
    yield Table("Percentiles of P(z > 0) over the units", columns, rows)


_MAKERS: dict[str, Callable[[ExportRequest, Cancellation], Iterator[Table]]] = {
    "map": map_tables,
    "pinned": pinned,
    "changed": changed,
    "kick": kicked,
    "alive": _alive,
    "pinned-alive": _pinned_alive,
    "locus": _locus,
    "regimes": _regimes,
    "oscillation": _oscillation,
    "field": _field,
    "share": _share,
    "revival": _revival,
    "cloud": cloud,
    "survival": _survival,
    "cloud-alive": _cloud_alive,
}
