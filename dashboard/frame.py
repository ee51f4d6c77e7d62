"""The live loop's way from a slider to a picture, top to bottom.

The browser holds the settings as texts (assets/controls.js), and asks ``GET /frame`` for what they look
like (assets/pump.js): texts → `Settings` → `Hyperparameters` (dashboard/request.py) → `dynamics` → frozen
results → `figures` → bytes (dashboard/pictures.py) → canvas and Plotly (assets/paint.js). Everything that
decides what is seen is called from here.
"""

from __future__ import annotations

from dataclasses import asdict
from time import perf_counter
from typing import Any

from dashboard import alternatives, guess, initialisation, lesson_page, risk_frame
from dashboard.clouds import clouds
from dashboard.comparison import conditions, without_momentum
from dashboard.map_frame import starts
from dashboard.packing import pack
from dashboard.page import Properties, rail
from dashboard.pictures import grounds, pictures
from dashboard.presets import matching
from dashboard.request import FrameRequest
from dashboard.runs import heads
from dashboard.shown import Shown
from dashboard.texts import LAST_ITERATION
from dashboard.work import crowded
from dynamics import Cancellation


def frame(request: FrameRequest, cancel: Cancellation, begin: float | None = None) -> bytes:
    """Compute everything that the pictures of `request` show, packed.

    Parameters
    ----------
    request : FrameRequest
    cancel : Cancellation
    begin : float, optional
        When the request came, by `perf_counter`: the frame says how long the server has spent since.

    Raises
    ------
    Cancelled
        When `cancel` is set before the map is finished.
    """
    begin = perf_counter() if begin is None else begin
    shown = look(request, cancel)
    lesson = request.settings.step > 0
    # After the pictures: its numbers are of the same maps and clouds.
    words = lesson_page.told(request.settings, request.scaled, cancel) if lesson and request.complete else {}
    specs = {name: shown.draw[name]() for name in request.panels if name in shown.draw}
    drawn, coordinates = pictures(request, specs)
    under, cells = grounds(specs, shown.outcome)
    preset = matching(request.settings)
    header: dict[str, Any] = {
        "seq": request.seq,
        "settings": asdict(request.settings),
        "n_w": shown.n_w,
        "n_b": shown.n_b,
        "milliseconds": shown.milliseconds,
        "crowded": crowded(),
        "rough": False,
        "pending": shown.pending or (lesson and not request.complete),
        "verdict": shown.verdict,
        "preset": preset.key if preset else None,
        "page": shown.page | words | _said(request, shown),
        "grounds": under,
        "pictures": drawn,
        **shown.more,
    }
    outcome = [] if shown.outcome is None else [shown.outcome]
    header["spent"] = 1000 * (perf_counter() - begin)
    return pack(header, [*outcome, *cells, *coordinates, *shown.ways])


def _said(request: FrameRequest, shown: Shown) -> Properties:
    """Put the pictures into words, at rest: while a hand moves nobody listens to them."""
    if not request.still:
        return {}
    labels = {f"picture-{name}": shown.words[name]() for name in request.panels if name in shown.words}
    return {key: shown.page.get(key, {}) | {"aria-label": words} for key, words in labels.items()}


def look(request: FrameRequest, cancel: Cancellation) -> Shown:
    """Return what is seen at the settings of `request`, by the way of looking at them that they name.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    if request.settings.hide != "none":
        return _hidden(request, cancel)
    if request.settings.page == "risk":
        return risk_frame.look(request, cancel)
    if request.settings.initializer is not None:
        return _units(request, cancel)
    return starts(request, cancel)


# ------------------------------------------------------------------ other ways to look


def _hidden(request: FrameRequest, cancel: Cancellation) -> Shown:
    """Show what may be seen before the outcome is revealed; no start is judged at these settings."""
    settings, grid = request.settings, request.settings.grid(request.cells)
    share_known = without_momentum(settings, cancel if request.complete else None)
    unfinished = settings.beta != 0 and share_known is None
    return Shown(
        guess.drawings(settings, grid, share_known, request.view),
        guess.question(settings),
        guess.told(settings, grid, share_known, matching(settings), conditions(settings)),
        alternatives.of_hidden(settings, request.view, share_known),
        grid.n_w,
        grid.n_b,
        pending=unfinished,
        more={
            "hidden": True,
            "unfinished": ["share"] if unfinished else [],
            "heads": {"map": heads([], 0)},
            "ways": {},
        },
    )


def _units(request: FrameRequest, cancel: Cancellation) -> Shown:
    """Follow the units of a real initialisation; there is no map among their pictures."""
    settings = request.settings
    found = clouds(settings, request.still, request.complete, cancel)
    words = initialisation.caption(settings, found)
    return Shown(
        initialisation.drawings(settings, found, request.view),
        words.verdict,
        initialisation.page(settings, found, words) | rail(settings, matching(settings)),
        initialisation.words(settings, found),
        milliseconds=found.milliseconds,
        pending=not found.complete,
        more={"last": LAST_ITERATION},
    )
