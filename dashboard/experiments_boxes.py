"""The boxes of the page Experiments: what they hold, the run that it asks for, and back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from dashboard.controls import InvalidSettingError
from dashboard.numbers import exact
from dashboard.settings import Settings
from experiments import builtin, kept
from experiments.depth import DepthRun
from experiments.figure1 import Figure1
from experiments.optimizers import Method
from experiments.theory import Theory
from jobs.store import StoreError

METHODS: Mapping[str, str] = {
    Method.ADAM: "Adam",
    Method.MOMENTUM: "the paper’s momentum",
    Method.PYTORCH: "PyTorch’s SGD",
}
# Learning rates that suit them; Adam's is another quantity than that of the others.
USUAL_RATES: Mapping[str, str] = {Method.ADAM: "0.01", Method.MOMENTUM: "0.1", Method.PYTORCH: "0.01"}
# By the specification's field: what its box is called.
LABELS: Mapping[str, str] = {
    "method": "Optimiser",
    "eta": "η",
    "betas": "β, up to three",
    "depth": "Layers",
    "width": "Width",
    "leak": "Leak",
    "batch": "Batch",
    "steps": "Updates",
    "seeds": "Seeds",
    "datasets": "Data sets",
    "dataset": "Data",
    "epsilon": "ε",
}
NUMBERS = ("eta", "depth", "width", "leak", "batch", "steps", "seeds", "epsilon")
_SYMBOLS = {"beta": "β", "eta": "η", "gamma": "γ", "delta": "δ", "epsilon": "ε"}
Run = Figure1 | DepthRun | Theory
Values = Mapping[str, Any]


class Tab(NamedTuple):
    """One tab: its specification, its name, the fields that have a box, and those that have a slider."""

    spec: type[Any]
    name: str
    fields: tuple[str, ...]
    sliders: tuple[str, ...] = ()


_SHARED = ("method", "eta", "betas", "depth", "width", "batch", "steps", "seeds")
TABS: Mapping[str, Tab] = {
    "figure1": Tab(Figure1, "Fig. 1", (*_SHARED, "leak", "datasets")),
    "depth": Tab(DepthRun, "Depth and residuals", (*_SHARED, "dataset"), ("gamma", "delta")),
    "theory": Tab(
        Theory,
        "Back to the theory",
        ("dataset", "width", "steps", "seeds", "epsilon"),
        ("beta", "eta", "gamma", "delta"),
    ),
}


# In the order in which they stand; the last two are not run here (dashboard/experiments_trial.py and
# dashboard/network_layout.py).
TAB_NAMES: Mapping[str, str] = {
    **{key: tab.name for key, tab in TABS.items()},
    "claims": "Claims on trial",
    "network": "Your network",
}


def tab_of(run: Run) -> Tab:
    """Return which tab asks for such runs."""
    return next(tab for tab in TABS.values() if tab.spec is type(run))


def values_of(run: Run) -> dict[str, Any]:
    """Return what the boxes hold when they ask for a run."""
    return {field: _shown(field, getattr(run, field)) for field in tab_of(run).fields}


def _shown(field: str, value: Any) -> Any:
    if field == "betas":
        return ", ".join(exact(beta) for beta in value)
    if field == "datasets":
        return list(value)
    return exact(value) if field in NUMBERS else str(value)


def run(tab: str, settings: Settings, values: Values) -> Run:
    """Return the run that a tab's boxes ask for; what has a slider there is the settings'.

    Raises
    ------
    InvalidSettingError
        When a text is no number or out of its range, or when all of it would take too long.
    """
    asked = TABS[tab]
    given = {field: _read(field, values[field]) for field in asked.fields}
    given |= {key: getattr(settings, key) for key in asked.sliders}
    try:
        found: Run = asked.spec(**given)
    except kept.GoneError as error:
        raise InvalidSettingError("experiments", str(error), None) from None
    except ValueError as error:
        raise InvalidSettingError("experiments", _sentence(str(error)), None) from None
    except StoreError as error:
        raise InvalidSettingError("experiments", str(error).rstrip("."), None) from None
    return found


def blank(tab: str, settings: Settings, values: Values) -> Run:
    """Return the run whose empty picture a tab shows: what is asked for, else a usual one of its data."""
    asked = TABS[tab]
    sliders = {key: getattr(settings, key) for key in asked.sliders}
    usual: Run = asked.spec(**sliders)
    of_data = {name: values[name] for name in ("datasets", "dataset") if name in asked.fields}
    for given in (values, values_of(usual) | of_data):
        with suppress(InvalidSettingError):
            return run(tab, settings, given)
    return usual


def _read(field: str, value: Any) -> Any:
    if field == "betas":
        return _betas(value)
    if field == "datasets":
        # In one order, so that the same sets are the same run.
        own = sorted(name for name in value or [] if kept.is_own(name))
        return (*(name for name in builtin.NAMES if name in (value or [])), *own)
    return _number(field, value) if field in NUMBERS else value


def _number(field: str, text: Any) -> float | int:
    try:
        value = float(str(text).strip().replace("−", "-"))
    except ValueError:
        message = f"{LABELS[field]} must be a number, not “{str(text)[:40]}”"
        raise InvalidSettingError("experiments", message, None) from None
    return int(value) if field not in ("eta", "leak", "epsilon") and value.is_integer() else value


def _betas(text: Any) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in str(text).replace(";", ",").split(","))
    except ValueError:
        message = f"β must be one to three numbers with commas between them, not “{str(text)[:40]}”"
        raise InvalidSettingError("experiments", message, None) from None


def _sentence(text: str) -> str:
    """Return a specification's complaint with the box's name in place of the field's."""
    field, _, rest = text.partition(" ")
    names = {**LABELS, **_SYMBOLS, "betas": "β"}
    if field == "datasets" and rest.endswith("got "):
        return "Choose at least one data set"
    return f"{names.get(field, field)} {rest}"


def differences(run: Run, asked: Run) -> tuple[str, str]:
    """Return what of a run is no longer asked for, and what is asked for instead; empty when all is."""
    names = (*tab_of(run).fields, *tab_of(run).sliders)
    other = [name for name in names if getattr(run, name) != getattr(asked, name)]
    was, now = (", ".join(_told(name, getattr(each, name)) for name in other) for each in (run, asked))
    return was, now


def _told(name: str, value: Any) -> str:
    """Say what a field holds: ``η = 0.01``, ``10 seeds``."""
    if name in _SYMBOLS:
        return f"{_SYMBOLS[name]} = {exact(value).replace('-', '−')}"
    if name == "betas":
        return f"β = {' and '.join(exact(beta) for beta in value)}"
    if name == "method":
        return METHODS[value]
    if name in ("datasets", "dataset"):
        return " and ".join(kept.load(each).name for each in ([value] if name == "dataset" else value))
    return {"depth": "{} layers", "width": "width {}", "leak": "leak {}", "batch": "batches of {}"}.get(
        name, f"{{}} {LABELS[name].lower()}"
    ).format(value)
