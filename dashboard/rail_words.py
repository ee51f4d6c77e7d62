"""What the rail says: what its sliders hold, PyTorch’s line and the marks, for every optimiser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dashboard.controls import CONTROLS
from dashboard.landmarks import landmarks
from dashboard.numbers import exact, readable
from dashboard.settings import Settings

Properties = dict[str, dict[str, Any]]  # by element id

# Pages whose callbacks fill the store `rail-words`, since they know the optimiser; frames tell the others.
OWN = ("experiments",)
# The marks that have a meaning, by page or by tab; deep networks have no ground truth in the plane.
_MARKS: Mapping[str, tuple[str, ...]] = {"figure1": ("beta", "gamma"), "depth": ("beta", "gamma")}
_EVERY_MARK = ("beta", "eta", "gamma", "delta")
# Those of the affine model, which is the paper's momentum.
_OF_MOMENTUM = ("beta", "eta")


class Optimiser(NamedTuple):
    """What an optimiser makes of the sliders.

    `beta` is what the slider of β holds, `call` PyTorch's line at (η, β), `same` whether that line says in
    PyTorch's numbers what the sliders say in the paper's.
    """

    beta: str
    call: Callable[[float, float], str]
    same: bool = False


def _number(value: float) -> str:
    return exact(float(f"{value:.4g}"))


# By the names of `experiments.optimizers.Method`, and those of `texts.OPTIMIZERS` on the page Risk.
_NAMED: Mapping[str, Optimiser] = {
    "momentum": Optimiser(
        "momentum", lambda eta, beta: f"SGD(lr={_number(eta * (1 - beta))}, momentum={exact(beta)})", True
    ),
    "pytorch": Optimiser("momentum", lambda eta, beta: f"SGD(lr={_number(eta)}, momentum={exact(beta)})"),
    "adam": Optimiser(
        "momentum β₁", lambda eta, beta: f"Adam(lr={_number(eta)}, betas=({exact(beta)}, 0.999))"
    ),
    "nesterov": Optimiser(
        "momentum",
        lambda eta, beta: f"SGD(lr={_number(eta * (1 - beta))}, momentum={exact(beta)}, nesterov=True)",
        True,
    ),
    "rmsprop": Optimiser("not used by RMSprop", lambda eta, beta: f"RMSprop(lr={_number(eta)})"),
    "adamw": Optimiser(
        "momentum β₁", lambda eta, beta: f"AdamW(lr={_number(eta)}, betas=({exact(beta)}, 0.999))"
    ),
}
OPTIMISERS: Mapping[str, Optimiser] = {**_NAMED, "sgd": _NAMED["momentum"]}


def rail_words(page: str, method: str, settings: Settings) -> Properties:
    """Return what the browser sets in the rail, by element id.

    Parameters
    ----------
    page : str
        The page, or the tab of Experiments.
    method : str
        A name in `OPTIMISERS`.
    settings : Settings
        With the β, η and ε that the optimiser of this page is given.
    """
    optimiser = OPTIMISERS[method]
    boxed = page in ("figure1", "depth")  # where η has a box on the page instead of its slider
    return {
        "beta-long": {"text": optimiser.beta},
        "beta-short": {"text": optimiser.beta},
        "pytorch-heading": {"text": "Same dynamics in PyTorch" if optimiser.same else "In PyTorch"},
        "pytorch": {"text": optimiser.call(settings.eta, settings.beta)},
        "convention": {"text": convention(settings) if optimiser.same and not boxed else ""},
        "enter-lr": {"hidden": boxed or not optimiser.same},
        **_marks(page, optimiser, settings),
    }


def convention(settings: Settings) -> str:
    """Say what the second slider holds, and why lr could not be kept where η has met a limit."""
    lr, eta = f"lr = η(1 − β) = {readable(settings.lr, 4)}", f"η = {readable(settings.eta, 4)}"
    if not settings.pytorch:
        return f"The slider holds the paper's {eta}; {lr}."
    limits = CONTROLS["eta"]
    if settings.eta in (limits.low, limits.high):
        side = "least" if settings.eta == limits.low else "most"
        return f"{eta} is the {side} there is, so {lr} here and may have been clipped."
    return f"The slider holds {lr}; the paper's {eta}."


def _marks(page: str, optimiser: Optimiser, settings: Settings) -> Properties:
    """The marks on the sliders; one past an end of its track has an arrow and no tick."""
    shown = [key for key in _MARKS.get(page, _EVERY_MARK) if optimiser.same or key not in _OF_MOMENTUM]
    properties: Properties = {}
    for mark in landmarks(settings):
        there = mark.key in shown
        at = mark.fraction if mark.fraction is not None else float(not mark.text.startswith("←"))
        place = {"--at": f"{at:.4f}"}
        properties[f"{mark.key}-landmark"] = {"text": mark.text if there else "", "style": place}
        kind, hidden = "tick tail" if mark.tail else "tick", mark.fraction is None or not there
        properties[f"{mark.key}-tick"] = {"style": place, "hidden": hidden, "class": kind}
    return properties
