"""The live loop's way from a slider to a picture, top to bottom.

The browser holds the settings as texts (assets/controls.js), and asks ``GET /frame`` for what they look
like (assets/pump.js): texts → `Settings` → `Hyperparameters` → `dynamics` → frozen results → `figures` →
bytes → canvas and Plotly (assets/paint.js). Everything that decides what is seen is called from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any, get_args

from numpy.typing import NDArray

from dashboard import guess, initialisation, kick, pinned, results, revival
from dashboard.caption import caption, compared_caption
from dashboard.clouds import clouds
from dashboard.comparison import Comparison, compare, conditions, known, without_momentum
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.initialisation import CLOUD_DEPENDS
from dashboard.options import choice, number
from dashboard.packing import pack
from dashboard.page import compared, page, rail
from dashboard.presets import matching
from dashboard.runs import heads, paths, records
from dashboard.settings import DEFAULT, LAST_ITERATION, Settings
from dashboard.work import load
from dynamics import BasinMap, Cancellation
from figures import CurrentShare, StartPath, View, alive, field_row, locus, oscillation, plane, regimes, share
from figures import kick as kick_picture
from figures import revival as revival_picture
from figures.chart import Spec
from figures.drawing import axes_name, drawing
from figures.theme import ThemeName
from figures.view import Size

# Which settings each picture is drawn from (DESIGN §6); None: all of them.
DEPENDS: dict[str, tuple[str, ...] | None] = {
    "map": None,
    "alive": None,
    "locus": ("beta", "eta"),
    "oscillation": ("beta", "eta"),
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
# With more requests than this under way a moving picture is answered at half the cells a side.
BUSY = 2
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
    "budget",
    "viewer",
    "axes",
)


# ------------------------------------------------------------------ what the browser asks


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
    budget: float = LONGEST_SECONDS
    axes: Mapping[str, str] = field(default_factory=dict)
    viewer: str = ""

    @property
    def view(self) -> View:
        """The request's view for the figures."""
        return View(
            theme=self.theme,
            colouring=self.settings.colouring,
            layers=frozenset(self.settings.layers),
            size=self.size,
            hover=False,
            row=self.settings.comparing and self.size != "phone",
        )


def read_request(args: Mapping[str, str]) -> FrameRequest:
    """Read a frame request strictly.

    Raises
    ------
    InvalidSettingError
        When a setting or an option is no legal value; nothing is guessed here.
    """
    settings = DEFAULT.edit({key: text for key, text in args.items() if key not in _OPTIONS})
    named = args.get("panels", ",".join(DEPENDS))
    panels = tuple(dict.fromkeys(named.split(","))) if named else ()  # About shows no picture
    unknown = [panel for panel in panels if panel not in ALL_DEPENDS]
    if unknown:
        raise InvalidSettingError(
            "panels", f"panels must be some of {', '.join(ALL_DEPENDS)}, not “{unknown[0][:40]}”", None
        )
    seq = int(number(args, "seq", 0, 0, 2**53))
    return FrameRequest(
        settings=settings.scaled(False),
        scaled=settings.scale,
        seq=seq,
        oldest=int(number(args, "oldest", seq, 0, 2**53)),
        cells=int(number(args, "cells", settings.resolution or 256, MIN_CELLS, CONTROLS["resolution"].high)),
        panels=panels,
        theme=choice(args, "theme", get_args(ThemeName)),
        size=choice(args, "size", get_args(Size)),
        still=choice(args, "still", ("1", "0")) == "1",
        exact=choice(args, "exact", ("0", "1")) == "1",
        complete=choice(args, "complete", ("0", "1")) == "1",
        budget=number(args, "budget", LONGEST_SECONDS, 0.001, LONGEST_SECONDS),
        axes=dict(zip(panels, args.get("axes", "")[:200].split(","), strict=False)),
        viewer=args.get("viewer", "")[:64],
    )


# ------------------------------------------------------------------ what it gets


def frame(request: FrameRequest, cancel: Cancellation) -> bytes:
    """Compute everything that the pictures of `request` show, packed.

    Raises
    ------
    Cancelled
        When `cancel` is set before the map is finished.
    """
    if request.settings.hide != "none":
        return _hidden(request, cancel)
    if request.settings.initializer is not None:
        return _cloud_frame(request, cancel)
    begin = perf_counter()
    settings = request.settings
    busy = not request.still and load() > BUSY
    cells = max(request.cells // 2, MIN_CELLS) if busy else request.cells
    timed = results.timed_map(settings, cells, cancel, request.exact)
    basin = timed.basin
    kicked = _kicked(request, cancel)
    revived = revival.find(settings, basin.grid, "revival" in request.panels, cancel)
    there = pinned.find(settings, cells, cancel, request.exact)
    comparison = compare(settings, cancel) if request.complete and there is None else known(settings)
    runs = paths(settings, cancel) if {"map", "alive"} & set(request.panels) or there is not None else []
    draw = _specs(request, basin, comparison, runs, kicked, revived)
    if there is not None:
        draw |= pinned.drawn(settings, basin, runs, there, request.view, cancel)
    specs = {name: draw[name]() for name in request.panels if name in draw}
    pictures, coordinates = _pictures(request, specs)
    grounds, cells_shown = _grounds(specs, basin)
    words, preset = caption(settings, basin, comparison.baseline), matching(settings)
    if there is not None:
        keys = pinned.differing(settings)
        words = compared_caption(settings, basin, there.settings, there.basin, keys)
    rough = results.rough(basin.grid, basin.rho)
    told = page(settings, basin, words, preset, request.scaled)
    told |= compared(settings, basin, comparison, request.scaled)
    told |= kick.told(settings, kicked) | guess.revealed(settings)
    if revived is not None:
        told |= revival.page(settings, revived.unit)
    if there is not None:
        told |= pinned.told(settings, basin, there)
    told["state"] = {"text": " ".join(_state(busy, request.exact, rough))}
    on_maps = {"map": runs} | ({"pinned": there.runs} if there is not None else {})
    header: dict[str, Any] = {
        "seq": request.seq,
        "settings": asdict(settings),
        "n_w": basin.grid.n_w,
        "n_b": basin.grid.n_b,
        "milliseconds": timed.milliseconds + sum(part.milliseconds for part in (revived, there) if part),
        "rough": rough,
        "pending": there is None
        and (not comparison.complete or ("kick" in request.panels and kicked is None)),
        "verdict": words.verdict,
        "preset": preset.key if preset else None,
        "page": told,
        "grounds": grounds,
        "pictures": pictures,
        "heads": {name: heads(own, settings.time) for name, own in on_maps.items()},
    }
    ways: list[NDArray[Any]] = []
    if request.still:  # what play and scrub move along; a moving hand gets the playhead's place alone
        recorded = {name: records(own) for name, own in on_maps.items()}
        header["ways"] = {name: lengths for name, (lengths, _) in recorded.items()}
        ways = [array for _, arrays in recorded.values() for array in arrays]
    header["spent"] = 1000 * (perf_counter() - begin)
    return pack(header, [basin.outcome, *cells_shown, *coordinates, *ways])


def _hidden(request: FrameRequest, cancel: Cancellation) -> bytes:
    """Pack what may be seen before the outcome is revealed; no start is judged at these settings."""
    begin = perf_counter()
    settings, grid = request.settings, request.settings.grid(request.cells)
    share_known = without_momentum(settings, cancel if request.complete else None)
    draw = guess.drawings(settings, grid, share_known, request.view)
    pictures, coordinates = _pictures(
        request, {name: draw[name]() for name in request.panels if name in draw}
    )
    preset = matching(settings)
    header: dict[str, Any] = {
        "seq": request.seq,
        "hidden": True,
        "settings": asdict(settings),
        "n_w": grid.n_w,
        "n_b": grid.n_b,
        "milliseconds": 0.0,
        "rough": False,
        "pending": settings.beta != 0 and share_known is None,
        "unfinished": ["share"] if settings.beta != 0 and share_known is None else [],
        "verdict": guess.question(settings),
        "preset": preset.key if preset else None,
        "page": guess.told(settings, grid, share_known, preset, conditions(settings)),
        "grounds": {},
        "pictures": pictures,
        "heads": {"map": heads([], 0)},
        "ways": {},
    }
    header["spent"] = 1000 * (perf_counter() - begin)
    return pack(header, coordinates)


def _cloud_frame(request: FrameRequest, cancel: Cancellation) -> bytes:
    """Compute what the pictures of real initialisations show; there is no map among them."""
    begin = perf_counter()
    settings = request.settings
    found = clouds(settings, request.still, request.complete, cancel)
    specs = initialisation.specs(settings, found, request.view, request.panels)
    pictures, coordinates = _pictures(request, specs)
    words, preset = initialisation.caption(settings, found), matching(settings)
    header: dict[str, Any] = {
        "seq": request.seq,
        "settings": asdict(settings),
        "n_w": 0,
        "n_b": 0,
        "last": LAST_ITERATION,
        "milliseconds": found.milliseconds,
        "rough": False,
        "pending": not found.complete,
        "verdict": words.verdict,
        "preset": preset.key if preset else None,
        "page": initialisation.page(settings, found, words) | rail(settings, preset),
        "grounds": {},
        "pictures": pictures,
    }
    header["spent"] = 1000 * (perf_counter() - begin)
    return pack(header, coordinates)


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


def _specs(
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
    draw: dict[str, Callable[[], Spec]] = {
        "map": lambda: plane.spec(
            basin,
            results.arrows(settings, view),
            runs,
            view,
            revival=revived.ground if revived is not None else None,
            unit=revived.unit if revived is not None else None,
        ),
        "alive": lambda: alive.spec(runs, settings.epsilon, view, quantity=settings.quantity),
        "locus": lambda: locus.spec(results.locus_curve(settings.eta), settings.beta, view),
        "oscillation": lambda: oscillation.spec(results.affine_runs(settings), view),
        "share": lambda: share.spec(comparison.curves or (), current, view, guess.guessed_share(settings)),
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
    if not comparison.curves:
        del draw["share"]
    return draw


def _grounds(
    specs: Mapping[str, Spec], basin: BasinMap
) -> tuple[dict[str, dict[str, Any] | None], list[NDArray[Any]]]:
    """Return what lies under each picture that has a heat map, and the cells that are not the outcomes.

    The browser paints them on a canvas under the axes; a ground without colours is None.
    """
    grounds: dict[str, dict[str, Any] | None] = {}
    arrays = []
    for name, spec in specs.items():
        heat = next((trace for trace in spec["data"] if trace["type"] == "heatmap"), None)
        if heat is None:
            continue
        palette = [colour for _, colour in heat["colorscale"][::2]]
        if len(palette) == 1:
            grounds[name] = None
            continue
        cells = heat["z"]
        n_b, n_w = cells.shape
        ends = [
            heat["x0"],
            heat["x0"] + (n_w - 1) * heat["dx"],
            heat["y0"],
            heat["y0"] + (n_b - 1) * heat["dy"],
        ]
        own = cells is not basin.outcome
        grounds[name] = {"n_w": n_w, "n_b": n_b, "window": ends, "palette": palette, "own": own}
        arrays += [cells] if own else []
    return grounds, arrays


def _pictures(
    request: FrameRequest, specs: Mapping[str, Spec]
) -> tuple[dict[str, dict[str, Any]], list[NDArray[Any]]]:
    """Return each picture as a figure for Plotly or as a drawing, and the drawings' coordinates.

    A figure leaves out the heat map, whose cells travel as bytes and lie on a canvas under the axes. A
    drawing brings the layout along when the graph in the browser has other axes.
    """
    if request.still:
        return {
            name: {
                "axes": axes_name(spec["layout"]),
                "data": [trace for trace in spec["data"] if trace["type"] != "heatmap"],
                "layout": spec["layout"],
            }
            for name, spec in specs.items()
        }, []
    drawings = {name: drawing(spec) for name, spec in specs.items()}
    return {
        name: {
            "axes": drawn.axes,
            "marks": drawn.marks,
            "n": len(drawn.coordinates),
            "layout": None if request.axes.get(name) == drawn.axes else specs[name]["layout"],
        }
        for name, drawn in drawings.items()
    }, [drawn.coordinates for drawn in drawings.values()]
