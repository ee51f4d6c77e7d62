"""The numbers behind a picture: arrays named like the attributes of the results, and a table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from dashboard import kick, results, revival
from dashboard.clouds import clouds, updates
from dashboard.comparison import points
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.export import ExportRequest
from dashboard.export_record import Arrays, current, drawn, judged, named
from dashboard.export_words import NO_SHARES, no_kick
from dashboard.pin import PINNED
from dashboard.runs import paths
from dashboard.settings import Settings
from dynamics import BasinMap, Cancellation, eigenvalues, regime, vector_field
from dynamics.cloud import ACTIVATION_QUANTILES
from dynamics.outcome import OUTCOME_NAMES
from dynamics.records import Numbers
from figures import StartPath

_ENDS = ("outcome", "iterations", "final_w", "final_b", "final_rho")
_PATH = ("w", "b", "rho", "m_w", "m_b", "m_rho", "loss", "activation_probability")
_REGIME_STEP = 5  # of the sliders' positions, between two η and two β of the table of regimes


def data(request: ExportRequest, cancel: Cancellation) -> Numbers:
    """Return the numbers behind the picture of `request`.

    Raises
    ------
    InvalidSettingError
        When there is no such picture at these settings.
    Cancelled
        When `cancel` is set before the end.
    """
    return _MAKERS[request.picture](request, cancel)


# ------------------------------------------------------------------ maps of starts


def _map(request: ExportRequest, cancel: Cancellation) -> Numbers:
    return _starts(request, request.settings, cancel)


def _pinned(request: ExportRequest, cancel: Cancellation) -> Numbers:
    return _starts(request, request.settings.pinned, cancel)


def _starts(request: ExportRequest, settings: Settings, cancel: Cancellation) -> Numbers:
    """Return a map, and what its colouring shows besides."""
    basin = results.timed_map(settings, request.cells, cancel, request.exact).basin
    more: Arrays = {}
    if settings.colouring == "revival":
        times, _ = revival.ground(settings, basin.grid, cancel)
        more = {"log10_iterations": times.log10_iterations}
    elif settings.colouring == "gradient":
        field = vector_field(settings.hyperparameters, basin.grid, settings.rho)
        more = {"dw": field.dw, "db": field.db}
    return _judged_starts(judged(settings, request.exact), basin, more)


def _judged_starts(settings: dict[str, Any], basin: BasinMap, more: Arrays) -> Numbers:
    ends = {name: getattr(basin, name) for name in _ENDS} | more
    share = {"dead_fraction": np.array(basin.dead_fraction)}
    axes = {"w": basin.grid.w, "b": basin.grid.b}
    arrays = {**axes, **ends, **share, "outcome_names": OUTCOME_NAMES}
    columns = {**axes, "b": basin.grid.b[:, None], **ends, "outcome_name": OUTCOME_NAMES[basin.outcome]}
    return Numbers(settings, arrays, columns)


def _changed(request: ExportRequest, cancel: Cancellation) -> Numbers:
    """Return how each start ends now and when pinned."""
    there = request.settings.pinned
    now, then = (
        results.timed_map(at, request.cells, cancel, request.exact).basin for at in (request.settings, there)
    )
    settings = judged(request.settings, request.exact)
    settings |= {f"pinned_{key}": getattr(there, key) for key in PINNED}
    ends = {"outcome": now.outcome, "pinned_outcome": then.outcome}
    axes = {"w": now.grid.w, "b": now.grid.b}
    names = {f"{name}_name": OUTCOME_NAMES[outcome] for name, outcome in ends.items()}
    columns: Arrays = {**axes, "b": now.grid.b[:, None], **ends, **names}
    arrays: Arrays = {**axes, **ends, "outcome_names": OUTCOME_NAMES}
    return Numbers(settings, arrays, columns)


def _kick(request: ExportRequest, cancel: Cancellation) -> Numbers:
    """Return the map around the smallest kick; the kick is among its settings."""
    found = kick.find(request.settings, cancel)
    if found.kick is None or found.basin is None:
        raise InvalidSettingError("picture", no_kick(), None)
    settings = judged(request.settings, False) | {
        f"kick_{field.name}": getattr(found.kick, field.name) for field in fields(found.kick)
    }
    return _judged_starts(settings | {"rho": found.basin.rho}, found.basin, {})


# ------------------------------------------------------------------ paths of starts


def _alive(request: ExportRequest, cancel: Cancellation) -> Numbers:
    return _paths(request.settings, paths(request.settings, cancel))


def _pinned_alive(request: ExportRequest, cancel: Cancellation) -> Numbers:
    there = request.settings.pinned
    return _paths(there, paths(there, cancel))


def _paths(settings: Settings, runs: list[StartPath]) -> Numbers:
    """Return the recorded iterations of each path, in the table one path after the other."""
    told = judged(settings, False)
    if settings.before:
        told |= dict(zip(("before", "before_beta", "before_eta"), settings.before, strict=True))
    arrays: Arrays = {"outcome_names": OUTCOME_NAMES}
    for run in runs:
        own = {name: getattr(run.trajectory, name) for name in ("iteration", *_PATH)}
        arrays |= {f"{run.letter}_{name}": values for name, values in own.items()}
        arrays[f"{run.letter}_outcome"] = np.array(int(run.outcome))
    lengths = [len(run.trajectory.iteration) for run in runs]
    columns: Arrays = {"start": np.repeat([run.letter for run in runs] or np.empty(0, "U1"), lengths)}
    columns["outcome"] = np.repeat(np.array([int(run.outcome) for run in runs], np.uint8), lengths)
    columns["outcome_name"] = OUTCOME_NAMES[columns["outcome"]]
    for name in ("iteration", *_PATH):
        columns[name] = np.concatenate([np.empty(0), *(getattr(run.trajectory, name) for run in runs)])
    columns["iteration"] = columns["iteration"].astype(np.int64)
    return Numbers(told, arrays, columns)


# ------------------------------------------------------------------ the affine model, and others


def _locus(request: ExportRequest, _: Cancellation) -> Numbers:
    curve = results.locus_curve(request.settings.eta)
    arrays = {"beta": curve.beta, "eta": curve.eta, "eigenvalues": curve.eigenvalues}
    return Numbers(current(request.settings), arrays, _split(arrays))


def _regimes(request: ExportRequest, _: Cancellation) -> Numbers:
    """Return the regime and both eigenvalues over the tracks of the sliders."""
    eta, beta = (np.array(CONTROLS[key].track[::_REGIME_STEP]) for key in ("eta", "beta"))
    names = np.array([[str(regime(float(b), float(e))) for b in beta] for e in eta])
    arrays = {"eta": eta, "beta": beta, "eigenvalues": eigenvalues(beta, eta[:, None]), "regime": names}
    return Numbers(current(request.settings), arrays, _split({**arrays, "eta": eta[:, None]}))


def _split(arrays: Arrays) -> Arrays:
    """Return the arrays with the two eigenvalues as columns of their own."""
    others = {name: array for name, array in arrays.items() if name != "eigenvalues"}
    return others | {f"eigenvalues_{i}": arrays["eigenvalues"][..., i] for i in (0, 1)}


def _oscillation(request: ExportRequest, _: Cancellation) -> Numbers:
    runs = results.affine_runs(request.settings)
    arrays = {
        "beta": np.array([run.beta for run in runs]),
        "iteration": np.arange(len(runs[0].a)),
        "a": np.stack([run.a for run in runs]),
        "m": np.stack([run.m for run in runs]),
    }
    settings = named(request.settings, "eta")
    return Numbers(settings, arrays, {**arrays, "beta": arrays["beta"][:, None]})


def _field(request: ExportRequest, _: Cancellation) -> Numbers:
    found = results.fields(request.settings, request.view)
    grid = found[0].grid
    parts = {name: np.stack([getattr(field, name) for field in found]) for name in ("dw", "db")}
    gamma = np.array([field.hyperparameters.gamma for field in found])
    columns = {"gamma": gamma[:, None, None], "w": grid.w, "b": grid.b[:, None], **parts}
    return Numbers(
        named(request.settings, "delta", "rho"), {"gamma": gamma, "w": grid.w, "b": grid.b, **parts}, columns
    )


def _share(request: ExportRequest, cancel: Cancellation) -> Numbers:
    """Return the dead share along β at each γ, one after the other."""
    settings = request.settings
    curves = points(settings, cancel)
    if not curves:
        raise InvalidSettingError("picture", NO_SHARES, None)
    arrays = {
        "gamma": np.concatenate([np.full(len(curve.beta), curve.gamma) for curve in curves]),
        "beta": np.concatenate([curve.beta for curve in curves]),
        "dead_fraction": np.concatenate([curve.share for curve in curves]),
    }
    arrays["eta"] = np.array([settings.at_momentum(float(beta)).eta for beta in arrays["beta"]])
    told = {key: value for key, value in judged(settings, False).items() if key not in arrays}
    return Numbers(told, arrays, arrays)


def _revival(request: ExportRequest, cancel: Cancellation) -> Numbers:
    """Return the revival times of the unit at other depths, at three γ."""
    settings = request.settings
    grid = settings.grid(request.cells)
    found = revival.find(settings, grid, True, cancel)
    curves = found.curves if found is not None else []
    names = ("w", "b", "rho", "log10_iterations")
    parts = {name: np.stack([getattr(curve, name) for curve in curves]) for name in names}
    gamma = np.array([curve.hyperparameters.gamma for curve in curves])
    told = named(settings, "beta", "eta", "delta", "epsilon")
    told |= {"unit_w": settings.selected[0], "unit_b": settings.selected[1], "unit_rho": settings.rho}
    return Numbers(told, {"gamma": gamma, **parts}, {"gamma": gamma[:, None], **parts})


# ------------------------------------------------------------------ real initialisations


def _cloud(request: ExportRequest, cancel: Cancellation) -> Numbers:
    """Return every unit at every recorded iteration; in the table those at the playhead."""
    run = clouds(request.settings, still=True, complete=False, cancel=cancel).current
    row = run.row(updates(request.settings))
    starts = {f"starts_{name}": getattr(run.starts, name) for name in ("w", "b", "rho")}
    states = {name: getattr(run, name) for name in ("w", "b", "rho", "dead")}
    columns = {"unit": np.arange(run.count), **starts, **{name: of[row] for name, of in states.items()}}
    columns["dead"] = columns["dead"].astype(np.uint8)
    told = drawn(request.settings, run) | {"at_iteration": int(run.iteration[row])}
    return Numbers(told, {"iteration": run.iteration, **states, **starts}, columns)


def _survival(request: ExportRequest, cancel: Cancellation) -> Numbers:
    """Return the dead share against updates at each β, one after the other."""
    found = clouds(request.settings, still=True, complete=False, cancel=cancel)
    runs = [*found.others, found.current]
    arrays = {
        "beta": np.concatenate([np.full(len(run.iteration), run.hyperparameters.beta) for run in runs]),
        "iteration": np.concatenate([run.iteration for run in runs]),
        "dead_count": np.concatenate([run.dead_count for run in runs]),
        "dead_fraction": np.concatenate([run.dead_fraction for run in runs]),
        "interval_low": np.concatenate([run.interval[0] for run in runs]),
        "interval_high": np.concatenate([run.interval[1] for run in runs]),
    }
    told = {key: value for key, value in drawn(request.settings, found.current).items() if key != "beta"}
    return Numbers(told, arrays, arrays)


def _cloud_alive(request: ExportRequest, cancel: Cancellation) -> Numbers:
    run = clouds(request.settings, still=True, complete=False, cancel=cancel).current
    quantiles = run.activation_quantiles
    arrays = {"iteration": run.iteration, "activation_quantiles": quantiles}
    names = (f"activation_quantile_{level:g}" for level in ACTIVATION_QUANTILES)
    columns = {"iteration": run.iteration, **dict(zip(names, quantiles, strict=True))}
    return Numbers(drawn(request.settings, run), arrays, columns)


_MAKERS: dict[str, Callable[[ExportRequest, Cancellation], Numbers]] = {
    "map": _map,
    "pinned": _pinned,
    "changed": _changed,
    "kick": _kick,
    "alive": _alive,
    "pinned-alive": _pinned_alive,
    "locus": _locus,
    "regimes": _regimes,
    "oscillation": _oscillation,
    "field": _field,
    "share": _share,
    "revival": _revival,
    "cloud": _cloud,
    "survival": _survival,
    "cloud-alive": _cloud_alive,
}
