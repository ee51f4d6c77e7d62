"""The numbers of a run under their names: for files, whoever writes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from dynamics.records import Numbers
from experiments import kept
from experiments.depth import KINDS, DepthResult
from experiments.figure1_result import Figure1Result
from experiments.theory import LONE, WIDTHS, TheoryResult


def figure1_numbers(result: Figure1Result) -> Numbers:
    """Return a row for each network."""
    spec = result.spec
    names = ("train_error", "test_error", "dead", "born", "died", "revived", "diverged")
    found = {name: getattr(result, name) for name in names}
    datasets = np.array([kept.load(name).name for name in spec.datasets])
    seeds = np.arange(spec.seeds)
    conditions = {
        name: np.array([getattr(c, name) for c in spec.conditions]) for name in ("gamma", "delta", "beta")
    }
    return Numbers(
        _settings(spec, "datasets", "gammas", "deltas", "betas"),
        {"dataset": datasets, "seed": seeds, **conditions, **found},
        {"dataset": datasets[:, None, None], "seed": seeds[:, None], **conditions, **found},
    )


def depth_numbers(result: DepthResult) -> Numbers:
    """Return a row for each network, record and layer."""
    spec = result.spec
    kinds, seeds = np.array([kind.value for kind in KINDS]), np.arange(spec.seeds)
    conditions = {name: np.array([getattr(c, name) for c in spec.conditions]) for name in ("gamma", "beta")}
    step, layer = np.array(spec.records), np.arange(1, spec.depth + 1)
    by_network = {name: getattr(result, name) for name in ("born", "train_error", "test_error", "diverged")}
    by_record = {name: getattr(result, name) for name in ("died", "revived")}
    columns = {
        "kind": kinds[:, None, None, None, None],
        "seed": seeds[:, None, None, None],
        **{name: values[:, None, None] for name, values in conditions.items()},
        "step": step[:, None],
        "layer": layer,
        "dead": result.share,
    }
    arrays = {"kind": kinds, "seed": seeds, **conditions, "step": step, "layer": layer, "dead": result.share}
    settings = {"dataset": kept.load(spec.dataset).name, **_settings(spec, "dataset", "betas")}
    return Numbers(settings, {**arrays, **by_network, **by_record}, columns)


def theory_numbers(result: TheoryResult) -> Numbers:
    """Return a row for each followed unit and record; the other comparisons are arrays only."""
    spec = result.spec
    step, unit = np.array(spec.records), np.arange(1, spec.width + 1)
    followed = {name: getattr(result, name) for name in ("length", "bias", "active")}
    names = ("predicted", "seen", "lone_predicted", "lone_seen")
    lone = {
        f"lone_{name}": np.array(values)
        for name, values in zip(("gamma", "beta"), zip(*LONE, strict=True), strict=True)
    }
    return Numbers(
        {"dataset": kept.load(spec.dataset).name, **_settings(spec, "dataset")},
        {
            "step": step,
            **followed,
            "units": np.array(WIDTHS),
            **lone,
            **{name: getattr(result, name) for name in names},
        },
        {"step": step[:, None], "unit": unit, **followed},
    )


def _settings(spec: Any, *arrays: str) -> dict[str, float | int | str]:
    return {name: value for name, value in asdict(spec).items() if name not in arrays}
