"""How the settings are written in Python that imports `dynamics`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from dashboard.settings import Settings
from dynamics import Grid, Hyperparameters


def hyperparameters(hp: Hyperparameters) -> str:
    """Write (β, η, γ, δ)."""
    return f"Hyperparameters({named(asdict(hp))})"


def named(values: Mapping[str, object]) -> str:
    """Write keyword arguments."""
    return ", ".join(f"{key}={value!r}" for key, value in values.items())


def starts(grid: Grid) -> str:
    """Write a grid of starts."""
    window = (f"{name}={getattr(grid, name)!r}" for name in ("w_min", "w_max", "b_min", "b_max"))
    return f"Grid({', '.join(window)}, n_w={grid.n_w}, n_b={grid.n_b})"


def at(settings: Settings, suffix: str = "", exact: bool = False) -> Iterator[str]:
    """Write the hyperparameters as ``hp`` and how starts are judged as ``judging``.

    Where PyTorch's learning rate is entered it stands beside them; `exact` iterates plainly.
    """
    if settings.pytorch:
        call = f"SGD(lr={settings.lr!r}, momentum={settings.beta!r})"
        yield f"# the same dynamics as PyTorch's {call}: eta = lr / (1 - momentum)"
    yield f"hp{suffix} = {hyperparameters(settings.hyperparameters)}"
    yield judging(settings, suffix, exact)


def judging(settings: Settings, suffix: str = "", exact: bool = False) -> str:
    """Write how starts are judged."""
    values = {**settings.judging, **({"method": "exact"} if exact else {})}
    after = "  # tolerance=0: after exactly max_iterations updates" if settings.tolerance == 0 else ""
    return f"judging{suffix} = dict({named(values)}){after}"
