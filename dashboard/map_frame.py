"""A frame's map of starts, alone or beside a pinned one, and all that is shown with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard import alternatives, guess, kick, pinned, results, revival
from dashboard.caption import Caption, caption, compared_caption, revival_caption, unit_caption
from dashboard.comparison import Comparison, baseline, compare, known
from dashboard.page import Properties, compared, page
from dashboard.presets import matching
from dashboard.request import MIN_CELLS, FrameRequest
from dashboard.runs import heads, paths, records
from dashboard.shown import Shown
from dashboard.work import load
from dynamics import BasinMap, Cancellation
from figures import (
    CurrentShare,
    StartPath,
    alive,
    field_row,
    hidden_alive,
    locus,
    oscillation,
    plane,
    regimes,
    share,
)
from figures import kick as kick_picture
from figures import revival as revival_picture
from figures.chart import Spec

# With more requests than this under way a moving picture is answered at half the cells a side.
BUSY = 2


@dataclass(frozen=True)
class _Found:
    """What is known of a map and beside it.

    Attributes
    ----------
    timed : results.TimedMap
    comparison : Comparison
    runs : list of StartPath
        Of the starts, empty where nothing shows them.
    kicked, revived, pinned
        None where they are not known or not asked for.
    busy : bool
        Whether the map is coarser than was asked for.
    rough : bool
        Whether its borders are estimates, see `results.rough`.
    pending : bool
        Whether asking for the `complete` picture would bring more.
    """

    timed: results.TimedMap
    comparison: Comparison
    runs: list[StartPath]
    kicked: kick.Kicked | None
    revived: revival.Revived | None
    pinned: pinned.Pinned | None
    busy: bool
    rough: bool
    pending: bool

    @property
    def basin(self) -> BasinMap:
        """The current map."""
        return self.timed.basin


def starts(request: FrameRequest, cancel: Cancellation) -> Shown:
    """Judge every start of the window, and all that is shown beside.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    settings, found = request.settings, _found(request, cancel)
    basin, there, runs = found.basin, found.pinned, found.runs
    beside = runs, found.kicked, found.revived
    draw = _drawn(request, basin, found.comparison, *beside)
    said = alternatives.of_starts(settings, request.view, basin, found.comparison.curves or (), *beside)
    if there is not None:
        draw |= pinned.drawn(settings, basin, runs, there, request.view, cancel)
        said = {**said, **alternatives.of_pinned(settings, request.view, basin, runs, there)}
    words = _caption(request, found, cancel)
    heads_and_ways, ways = _time(request, {"map": runs, **({"pinned": there.runs} if there else {})})
    return Shown(
        draw,
        words.verdict,
        _told(request, found, words),
        said,
        n_w=basin.grid.n_w,
        n_b=basin.grid.n_b,
        outcome=basin.outcome,
        milliseconds=sum(part.milliseconds for part in (found.timed, found.revived, there) if part),
        pending=found.pending,
        more={"rough": found.rough, **heads_and_ways},
        ways=ways,
    )


def _found(request: FrameRequest, cancel: Cancellation) -> _Found:
    """Compute the map and what is beside it, as far as the request asks for that."""
    settings, panels = request.settings, set(request.panels)
    busy = not request.still and load() > BUSY
    cells = max(request.cells // 2, MIN_CELLS) if busy else request.cells
    timed = results.timed_map(settings, cells, cancel, request.exact)
    there = pinned.find(settings, cells, cancel, request.exact)
    revived = revival.find(settings, timed.basin.grid, "revival" in panels, cancel)
    kicked = _kicked(request, cancel)
    # A step of the lesson without the chart of shares compares with nothing else.
    compared_with = there is None and (settings.step == 0 or "share" in panels)
    comparison = _comparison(request, compared_with, cancel)
    # A moving eye sees no thousandth, except in a window so small that the map errs there, too.
    rough = results.rough(timed.basin.grid, settings.rho)
    leaping = not (request.still or rough)
    shown = {"map", "alive"} & panels or there is not None
    runs = paths(settings, cancel, method="fast" if leaping else "reference") if shown else []
    unfinished = (compared_with and not comparison.complete) or ("kick" in panels and kicked is None)
    return _Found(timed, comparison, runs, kicked, revived, there, busy, rough, there is None and unfinished)


def _caption(request: FrameRequest, found: _Found, cancel: Cancellation) -> Caption:
    """Return the sentences above the map."""
    settings, basin, there = request.settings, found.basin, found.pinned
    if settings.step > 0 and request.view.blank:
        return unit_caption(settings, basin.grid, found.runs, "paths" in request.view.layers)
    if settings.step > 0 and found.revived is not None:
        return revival_caption(settings, basin.grid, revival.back(settings, cancel))
    if there is None:
        return caption(settings, basin, found.comparison.baseline)
    return compared_caption(settings, basin, there.settings, there.basin, pinned.differing(settings))


def _told(request: FrameRequest, found: _Found, words: Caption) -> Properties:
    """Return what the browser sets besides the pictures."""
    settings, basin, revived, there = request.settings, found.basin, found.revived, found.pinned
    told = page(settings, basin, words, matching(settings), request.scaled)
    told |= compared(settings, basin, found.comparison, request.scaled, request.bare)
    told |= kick.told(settings, found.kicked) | guess.revealed(settings)
    told["state"] = {"text": " ".join(_state(found.busy, request.exact, found.rough))}
    if revived is not None and settings.step == 0:  # in the lesson no unit is selected
        told |= revival.page(settings, revived.unit)
        if there is None:
            told["context"] = {"text": revival.context(settings, revived)}
    return told if there is None else told | pinned.told(settings, basin, there)


def _comparison(request: FrameRequest, compared_with: bool, cancel: Cancellation) -> Comparison:
    """Return what the settings are compared with; of a picture alone only what its caption says."""
    whole = request.complete and compared_with
    if request.alone:
        return baseline(request.settings, cancel if whole else None)
    return compare(request.settings, cancel) if whole else known(request.settings)


def _time(
    request: FrameRequest, runs: Mapping[str, list[StartPath]]
) -> tuple[dict[str, Any], list[NDArray[np.float32]]]:
    """Return where the starts of each map are at the playhead and, at rest, the ways that it moves along."""
    told: dict[str, Any] = {"heads": {name: heads(own, request.settings.time) for name, own in runs.items()}}
    if not request.still:
        return told, []
    recorded = {name: records(own) for name, own in runs.items()}
    told["ways"] = {name: lengths for name, (lengths, _) in recorded.items()}
    return told, [array for _, arrays in recorded.values() for array in arrays]


def _state(busy: bool, exact: bool, rough: bool) -> Iterator[str]:
    """Say what the map is not, or not yet."""
    if busy:
        yield "The server is busy: coarser while you move."
    if exact:
        yield "So deep every start is iterated one by one."
    elif rough:
        yield "So deep the borders are estimates, until every start is iterated one by one."


def _kicked(request: FrameRequest, cancel: Cancellation) -> kick.Kicked | None:
    """Return the smallest kick when it is known or all is asked for: it takes as long as some maps."""
    if request.complete and "kick" in request.panels:
        return kick.find(request.settings, cancel)
    return kick.known(request.settings)


def _drawn(
    request: FrameRequest,
    basin: BasinMap,
    comparison: Comparison,
    runs: list[StartPath],
    kicked: kick.Kicked | None,
    revived: revival.Revived | None,
) -> dict[str, Callable[[], Spec]]:
    """Return how to draw each panel, without `share` and `kick` while they are not known."""
    settings, view = request.settings, request.view
    current = CurrentShare(settings.gamma, settings.beta, basin.dead_fraction)
    curves = comparison.curves or ()
    draw: dict[str, Callable[[], Spec]] = {
        "map": lambda: plane.spec(
            basin,
            results.arrows(settings, view),
            runs,
            view,
            revival=revived.ground if revived is not None else None,
            # In a comparison and in the lesson no unit is selected.
            unit=revived.unit
            if revived is not None and settings.pin is None and settings.step == 0
            else None,
        ),
        "alive": lambda: (
            hidden_alive.spec(settings.epsilon, view, until="choose")
            if request.veiled
            else alive.spec(runs, settings.epsilon, view, quantity=settings.quantity)
        ),
        "locus": lambda: locus.spec(results.locus_curve(settings.eta), settings.beta, view),
        "oscillation": lambda: oscillation.spec(results.affine_runs(settings), view),
        "share": lambda: share.spec(curves, current, view, guess.guessed_share(settings)),
        "regimes": lambda: regimes.spec(settings.beta, settings.eta, view),
        "field": lambda: field_row.spec(results.fields(settings, view), settings.epsilon, view),
    }
    if revived is not None:
        draw["revival"] = lambda: revival_picture.spec(
            revived.curves, revived.unit, settings.max_iterations if settings.tolerance > 0 else None, view
        )
    if kicked is not None and kicked.kick is not None and kicked.basin is not None:
        around, arrow = kicked.basin, kicked.kick
        draw["kick"] = lambda: kick_picture.spec(around, arrow, view)
    if (comparison.curves is None or request.alone) and not request.bare:
        del draw["share"]
    return draw
