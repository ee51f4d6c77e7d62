"""One picture in a page of somebody else's: which there are, and how much of the interface comes along.

``?embed=map`` shows that picture alone, at one of three levels: with all its controls (``level=full``), with
the four sliders, or with none. assets/embed.js leaves out the rest of the page.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from dash import html
from dash.development.base_component import Component

from dashboard.controls import SLIDERS
from dashboard.numbers import readable
from dashboard.pin import Pin
from dynamics import Scheme

if TYPE_CHECKING:
    from dashboard.settings import Settings

LEVELS = {"full": "everything", "sliders": "the four sliders", "none": "nothing to move"}
_UNITS_TIME = 10_000  # where the playhead is when units are drawn for the picture's sake


@dataclass(frozen=True)
class Picture:
    """A picture that can be embedded.

    Parameters
    ----------
    name : str
        As in the choice of pictures.
    shows : "starts", "units" or "pair"
        What it is of: starts of the window, drawn units, or the pinned and the current settings.
    open : bool
        Whether there is such a picture while the outcome is hidden.
    """

    name: str
    shows: Literal["starts", "units", "pair"] = "starts"
    open: bool = False


PICTURES: dict[str, Picture] = {
    "map": Picture("Map of starts", open=True),
    "alive": Picture("Is the unit alive?", open=True),
    "locus": Picture("Eigenvalues", open=True),
    "oscillation": Picture("Without ReLU", open=True),
    "share": Picture("Dead share against momentum", open=True),
    "field": Picture("Gradient at three γ", open=True),
    "regimes": Picture("Regimes of the affine model", open=True),
    "kick": Picture("Smallest kick that kills"),
    "revival": Picture("Updates until back, against depth"),
    "cloud": Picture("Real initialisation: units", "units"),
    "survival": Picture("Real initialisation: dead share against updates", "units"),
    "cloud-alive": Picture("Real initialisation: are they alive?", "units"),
    "pinned": Picture("Comparison: pinned map", "pair"),
    "changed": Picture("Comparison: what changed", "pair"),
    "pinned-alive": Picture("Comparison: is the pinned unit alive?", "pair"),
}


def fitted(settings: Settings, picture: str, named: Collection[str] = ()) -> Settings:
    """Return the settings in which there is such a picture, the given ones where possible.

    `named` are the keys that the address holds: those of them that the picture can have stay as they are.
    """
    shows = PICTURES[picture].shows
    if shows != "units":
        settings = replace(settings, init="none")
    elif settings.init == "none":
        time = settings.time if "time" in named else _UNITS_TIME
        settings = replace(settings, init=str(Scheme.HE_NORMAL), time=time)
    pin = (settings.pin or Pin()) if shows == "pair" else None
    hide = settings.hide if PICTURES[picture].open else "none"
    colouring = settings.colouring
    if picture == "revival" or (colouring == "revival" and picture not in ("map", "pinned", "changed")):
        colouring = "revival" if picture == "revival" else "outcome"
    return replace(settings, pin=pin, hide=hide, colouring=colouring, present=False, step=0, vote=0)


def listed(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the sliders' values, for a picture without them, as `dashboard.page` does."""
    return {
        f"embed-{control.key}": {"text": readable(getattr(settings, control.key), 4)} for control in SLIDERS
    }


def parts() -> list[Component]:
    """Return what only an embedded picture has: the settings as a list, and the way to the whole page."""
    rows = [
        html.Div([html.Dt([f"{control.name} ", html.I(control.symbol)]), html.Dd(id=f"embed-{control.key}")])
        for control in SLIDERS
    ]
    link = html.A("Open in The Dead Cone ↗", id="embed-open", target="_blank", rel="noopener")
    return [html.Dl(rows, id="embed-settings"), html.P(link, id="embed-foot")]
