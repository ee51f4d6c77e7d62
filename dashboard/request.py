"""What the browser asks for: settings, and how the pictures of them are to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from dashboard import pinned
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.initialisation import CLOUD_DEPENDS
from dashboard.lesson_steps import foretold
from dashboard.options import choice, number
from dashboard.settings import DEFAULT, Settings
from figures import View
from figures.theme import ThemeName
from figures.view import Size

# Which settings each picture is drawn from (DESIGN §6); None: all of them.
DEPENDS: dict[str, tuple[str, ...] | None] = {
    "map": None,
    "alive": None,
    "locus": ("beta", "eta"),
    "oscillation": ("beta", "eta", "step"),
    "field": ("delta", "epsilon", "rho"),
    "share": None,
    "regimes": ("beta", "eta"),
    "revival": None,
    "kick": (
        *("beta", "eta", "gamma", "delta", "epsilon", "rho", "tolerance", "max_iterations"),
        *("starts", "scale", "kick"),
    ),
}
ALL_DEPENDS = DEPENDS | CLOUD_DEPENDS | pinned.DEPENDS
MIN_CELLS = 8
# A picture at rest may take this long; past it the page keeps the finest map that was finished.
LONGEST_SECONDS = 20.0
# What a hand waits for, a picture on the way or the fate of a cell, takes no longer than this.
HAND_SECONDS = 2.0
_OPTIONS = (
    "seq",
    "oldest",
    "cells",
    "panels",
    "size",
    "theme",
    "still",
    "exact",
    "complete",
    "bare",
    "alone",
    "budget",
    "viewer",
    "axes",
)


@dataclass(frozen=True)
class FrameRequest:
    """What the browser asks for.

    Parameters
    ----------
    settings : Settings
        Validated settings, with plain numbers.
    scaled : bool
        Whether window, starts and tolerance are multiples of γ in the browser.
    seq, oldest : int
        The browser's running number, returned with the answer, and the smallest it still waits for.
    cells : int
        Starts along the longer side of the map.
    panels : tuple of str
        Keys of `DEPENDS` to draw.
    theme, size : str
        See `figures.View`.
    still : bool
        Whether the hand rests: figures for Plotly; otherwise drawings for a canvas.
    exact : bool
        Whether the map is iterated plainly: `results.rough` says where that makes a difference.
    complete : bool
        Whether to compute what the settings are compared with, if it is not known yet.
    bare : bool
        Whether what is not known of that by now is given up: pictures come without it.
    alone : bool
        Whether a picture is shown without what else is compared beside it: neither tips nor curves.
    budget : float
        Seconds after which the map is given up.
    axes : mapping of str to str
        Which axes each graph has already; others are sent with a drawing.
    viewer : str
        Whose superseded work to cancel.
    """

    settings: Settings
    scaled: bool = False
    seq: int = 0
    oldest: int = 0
    cells: int = 256
    panels: tuple[str, ...] = tuple(DEPENDS)
    theme: ThemeName = "light"
    size: Size = "desktop"
    still: bool = True
    exact: bool = False
    complete: bool = False
    bare: bool = False
    alone: bool = False
    budget: float = LONGEST_SECONDS
    axes: Mapping[str, str] = field(default_factory=dict)
    viewer: str = ""

    @property
    def veiled(self) -> bool:
        """Whether the lesson asks who returns: then no picture shows a return."""
        return self.settings.colouring == "revival" and foretold(self.settings)

    @property
    def view(self) -> View:
        """The request's view for the figures."""
        settings = self.settings
        return View(
            theme=self.theme,
            colouring="plain" if self.veiled else settings.colouring,
            layers=frozenset(settings.layers) - ({"paths", "affine"} if self.veiled else set()),
            size=self.size,
            hover=False,
            row=settings.comparing and self.size != "phone",
        )


def read_request(args: Mapping[str, str], begin: Settings = DEFAULT) -> FrameRequest:
    """Read a frame request strictly; `begin` holds for settings that it does not name.

    Raises
    ------
    InvalidSettingError
        When a setting or an option is no legal value; nothing is guessed here.
    """
    settings = begin.edit({key: text for key, text in args.items() if key not in _OPTIONS})
    named = args.get("panels", ",".join(DEPENDS))
    panels = tuple(dict.fromkeys(named.split(","))) if named else ()  # a page that shows none asks for none
    unknown = [panel for panel in panels if panel not in ALL_DEPENDS]
    if unknown:
        raise InvalidSettingError(
            "panels", f"panels must be some of {', '.join(ALL_DEPENDS)}, not “{unknown[0][:40]}”", None
        )
    still = choice(args, "still", ("1", "0")) == "1"
    longest = LONGEST_SECONDS if still else HAND_SECONDS
    seq = int(number(args, "seq", 0, 0, 2**53))
    usual = 256 if settings.resolution == 0 else settings.resolution
    return FrameRequest(
        settings=settings.scaled(False),
        scaled=settings.scale,
        seq=seq,
        oldest=int(number(args, "oldest", seq, 0, 2**53)),
        cells=int(number(args, "cells", usual, MIN_CELLS, CONTROLS["resolution"].high)),
        panels=panels,
        theme=choice(args, "theme", get_args(ThemeName)),
        size=choice(args, "size", get_args(Size)),
        still=still,
        exact=choice(args, "exact", ("0", "1")) == "1",
        complete=choice(args, "complete", ("0", "1")) == "1",
        bare=choice(args, "bare", ("0", "1")) == "1",
        alone=choice(args, "alone", ("0", "1")) == "1",
        budget=min(number(args, "budget", longest, 0.001, LONGEST_SECONDS), longest),
        axes=dict(zip(panels, args.get("axes", "")[:1000].split(","), strict=False)),
        viewer=args.get("viewer", "")[:64],
    )
