"""One frame: settings → results → figures and sentences, as the JSON that the browser paints."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from dashboard import results
from dashboard.caption import caption
from dashboard.landmarks import landmarks
from dashboard.numbers import exact, percent
from dashboard.presets import matching
from dashboard.settings import Settings
from dynamics import BasinMap, Cancellation, Outcome
from figures import View, alive, field_row, locus, oscillation, plane
from figures.theme import ThemeName
from figures.view import Size

# Which settings each picture is drawn from (DESIGN §6); None: all of them.
DEPENDS: dict[str, tuple[str, ...] | None] = {
    "map": None,
    "alive": None,
    "locus": ("beta", "eta"),
    "oscillation": ("beta", "eta"),
    "field": ("delta", "epsilon", "rho"),
}


@dataclass(frozen=True)
class FrameRequest:
    """What the browser asks for.

    Parameters
    ----------
    settings : Settings
        Validated settings.
    seq : int
        The browser's running number, returned with the answer.
    cells : int
        Starts a side of the map.
    panels : tuple of str
        Keys of `DEPENDS` to draw.
    theme, size : str
        See `figures.View`.
    detail : bool
        Whether the map carries what its hover shows (at rest).
    """

    settings: Settings
    seq: int
    cells: int
    panels: tuple[str, ...]
    theme: ThemeName = "light"
    size: Size = "desktop"
    detail: bool = True

    @property
    def view(self) -> View:
        """The request's view for the figures."""
        return View(
            theme=self.theme,
            colouring=self.settings.colouring,
            layers=frozenset(self.settings.layers),
            size=self.size,
            hover=self.detail,
        )


def frame(request: FrameRequest, cancel: Cancellation) -> dict[str, Any]:
    """Compute everything that the pictures of `request` show.

    Raises
    ------
    Cancelled
        When `cancel` is set before the map is finished.
    """
    settings = request.settings
    timed = results.timed_map(settings, request.cells, cancel)
    basin = timed.basin
    preset = matching(settings)
    return {
        "seq": request.seq,
        "settings": asdict(settings),
        "query": settings.query(),
        "preset": preset.key if preset else None,
        "provenance": preset.provenance() if preset else "",
        "pytorch": pytorch(settings),
        "caption": asdict(caption(settings, basin)),
        "landmarks": [asdict(mark) for mark in landmarks(settings)],
        "shares": shares(basin),
        "n_w": basin.grid.n_w,
        "n_b": basin.grid.n_b,
        "milliseconds": timed.milliseconds,
        "outcome": base64.b64encode(basin.outcome.tobytes()).decode(),
        "figures": _figures(request, basin, cancel),
    }


def _figures(request: FrameRequest, basin: BasinMap, cancel: Cancellation) -> dict[str, Any]:
    settings, view = request.settings, request.view
    runs = results.paths(settings, cancel) if {"map", "alive"} & set(request.panels) else []
    affine = results.affine(settings)
    draw: dict[str, Callable[[], Any]] = {
        "map": lambda: plane.spec(basin, results.arrows(settings, view), runs, view),
        "alive": lambda: alive.spec(runs, settings.epsilon, view, quantity=settings.quantity),
        "locus": lambda: locus.spec(affine.locus, settings.beta, view),
        "oscillation": lambda: oscillation.spec(affine.runs, view),
        "field": lambda: field_row.spec(results.fields(settings, view), settings.epsilon, view),
    }
    return {name: draw[name]() for name in request.panels}


def shares(basin: BasinMap) -> list[dict[str, Any]]:
    """The outcome bar and its legend: share of each outcome, as number and as text."""
    return [
        {
            "outcome": outcome.name.lower(),
            "share": basin.fraction(outcome),
            "text": percent(basin.fraction(outcome), 1),
        }
        for outcome in Outcome
    ]


def pytorch(settings: Settings) -> str:
    """The same dynamics as a call of PyTorch's SGD, whose momentum has no factor 1 − β."""
    lr = exact(float(f"{settings.eta * (1 - settings.beta):.4g}"))
    return f"SGD(lr={lr}, momentum={exact(settings.beta)})"
