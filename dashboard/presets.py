"""The paper's figures, and two settings of ours, as named starting points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dashboard.controls import CONTROLS
from dashboard.numbers import readable
from dashboard.settings import DEFAULT, Settings

HYPERPARAMETERS = ("beta", "eta", "gamma", "delta")


@dataclass(frozen=True)
class Preset:
    """A named setting that says which of its values the paper gives.

    `changes` are URL texts; all settings but the theme take their default otherwise. `given` are
    the hyperparameters that the paper's text states, `note` what it says of the others.
    """

    key: str
    name: str
    changes: Mapping[str, str]
    given: tuple[str, ...] = ()
    note: str = ""

    def settings(self, present: bool = False) -> Settings:
        """Return the whole setting, keeping only whether the projector view is on."""
        return DEFAULT.edit({**self.changes, "present": "1" if present else "0"})

    def provenance(self) -> str:
        """Say which values are the paper's and which ours."""
        settings = self.settings()
        words = {
            key: f"{CONTROLS[key].symbol} = {readable(getattr(settings, key))}" for key in HYPERPARAMETERS
        }
        given = ", ".join(words[key] for key in HYPERPARAMETERS if key in self.given)
        ours = ", ".join(words[key] for key in HYPERPARAMETERS if key not in self.given)
        parts = [f"The paper gives {given}." if given else "", f"Ours: {ours}." if ours else "", self.note]
        return " ".join(part for part in parts if part)


def _fig4(beta: str, place: str, given: tuple[str, ...] = ()) -> Preset:
    return Preset(
        f"fig4-{beta}",
        f"Fig. 4, {place}: β = {beta}",
        {"beta": beta, "eta": "0.1", "gamma": "0.1", "delta": "0"},
        given=given,
        note="The paper gives the stop rule 10⁻⁶, but not its γ.",
    )


PRESETS: tuple[Preset, ...] = (
    Preset(
        "fig2",
        "Fig. 2: β from 0 to 1 at η = 0.1",
        {"beta": "0.9", "eta": "0.1", "gamma": "1", "delta": "0"},
        given=("eta",),
        note="The paper does not name its three β.",
    ),
    *(
        Preset(
            f"fig3-{gamma}",
            f"Fig. 3: field at γ = {gamma}",
            {"beta": "0", "eta": "0.1", "gamma": gamma, "delta": "0", "colouring": "gradient"},
            given=("beta",),
            note="The paper's text does not name its three γ.",
        )
        for gamma in ("1", "0.1", "0.01")
    ),
    _fig4("0", "no momentum", given=("beta",)),
    _fig4("0.7", "threshold", given=("beta",)),
    _fig4("0.9", "middle"),
    _fig4("0.99", "strong"),
    Preset(
        "normalised",
        "Normalised target: γ = 1",
        {"beta": "0.9", "eta": "0.1", "gamma": "1", "delta": "0", "starts": "1.6,2.4;-2.2,0.6;2,0.2"},
    ),
    Preset(
        "he",
        "He, fan-in 100: γ = 0.1",
        {"beta": "0.99", "eta": "0.1", "gamma": "0.1", "delta": "0", "init": "he_normal", "time": "10000"},
        note="The paper's starts are a grid; these are drawn.",
    ),
    Preset(
        "truth-in-cone",
        "Truth in the cone: δ = −0.5",
        {"beta": "0.9", "eta": "0.1", "gamma": "0.1", "delta": "-0.5"},
    ),
)


# The first of equal ones counts.
_BY_SETTINGS = {replace(preset.settings(), time=0): preset for preset in reversed(PRESETS)}


# What Explore's pictures do not depend on.
_OF_RISK = {
    key: getattr(DEFAULT, key)
    for key in ("optimizer", "origin", "updates", "alpha", "beta2", "decay", "warmup", "clip", "slope")
}


def matching(settings: Settings) -> Preset | None:
    """Return the preset that these settings are, however they are shown, guessed, kicked or compared."""
    plain = replace(
        settings,
        present=False,
        time=0,
        pytorch=False,
        kick=DEFAULT.kick,
        step=0,
        vote=0,
        page="explore",
        job="none",
        **_OF_RISK,
    )
    return _BY_SETTINGS.get(replace(plain, hide=DEFAULT.hide, guess=DEFAULT.guess, pin=DEFAULT.pin))
