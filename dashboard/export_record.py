"""What is written of a picture: settings, arrays and a table, and how settings are named in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from numpy.typing import NDArray

from dashboard.settings import Settings
from dynamics import Cloud
from dynamics.engine import ENGINE_VERSION

Arrays = dict[str, NDArray[Any]]


def judged(settings: Settings, exact: bool) -> dict[str, Any]:
    """Name all that a map follows from, and the engine whose labels these are."""
    judging = settings.judging
    method = {"method": "exact" if exact else "fast", "engine_version": ENGINE_VERSION}
    return {**asdict(settings.hyperparameters), **judging, **method}


def named(settings: Settings, *keys: str) -> dict[str, Any]:
    """Name some settings."""
    return {key: getattr(settings, key) for key in keys}


def current(settings: Settings) -> dict[str, Any]:
    """Name the point that is marked on curves over β or η."""
    return {"current_beta": settings.beta, "current_eta": settings.eta}


def drawn(settings: Settings, run: Cloud) -> dict[str, Any]:
    """Name all that a cloud follows from."""
    told = {name: value for name, value in asdict(run.initializer).items() if value is not None}
    told["scheme"] = str(run.initializer.scheme)
    counts = {"count": run.count, "seed": run.seed, "epsilon": run.epsilon}
    return {**asdict(run.hyperparameters), **told, **counts}
