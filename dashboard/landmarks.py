"""The live marks on the sliders: where the closed forms change their verdict."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.controls import CONTROLS
from dashboard.numbers import readable
from dashboard.settings import Settings
from dynamics import critical_momentum, dead_cone_slope, max_stable_learning_rate
from figures.chart import momentum


@dataclass(frozen=True)
class Landmark:
    """A tick on a slider with its words.

    `fraction` is the place along the track; it is None when the mark lies past an end, and then the
    text carries an arrow. `tail` says that everything to the right of the tick is meant.
    """

    key: str
    text: str
    fraction: float | None
    tail: bool = False


def landmarks(settings: Settings) -> tuple[Landmark, ...]:
    """Return one landmark per slider, computed from the other settings.

    β from which the affine model oscillates (at this η), η from which it is unstable (at this β),
    γ = 1, and δ below which the ground truth lies in the dead cone (at this γ and ε).
    """
    rate = 1 - settings.beta if settings.pytorch else 1.0  # of η: what its slider holds
    return (
        _landmark("beta", "oscillates from", float(critical_momentum(settings.eta))),
        _landmark("eta", "unstable from", float(max_stable_learning_rate(settings.beta)) * rate, tail=True),
        Landmark("gamma", "normalised", CONTROLS["gamma"].fraction(1.0)),
        _landmark(
            "delta", "ground truth dead below", float(dead_cone_slope(settings.epsilon)) * settings.gamma
        ),
    )


def _landmark(key: str, words: str, value: float, tail: bool = False) -> Landmark:
    fraction = CONTROLS[key].fraction(value)
    shown = momentum(value) if key == "beta" else readable(value, 3 if abs(value) >= 100 else 2)
    text = f"{words} {shown}"
    if fraction > 1:
        return Landmark(key, f"{text} →", None)
    if fraction < 0:
        return Landmark(key, f"← {text}", None)
    return Landmark(key, text, fraction, tail)
