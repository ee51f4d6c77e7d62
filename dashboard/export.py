"""What can be taken away: the pictures of each way to look, as plates with title, legend and caption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

from dashboard import export_words as words
from dashboard import lesson_page, link
from dashboard.controls import SLIDERS, InvalidSettingError
from dashboard.frame import look
from dashboard.options import choice
from dashboard.request import FrameRequest, read_request
from dashboard.settings import Settings
from dashboard.shown import Shown
from dynamics import Cancellation
from figures import View
from figures.chart import Spec
from figures.plate import Frame, plate
from figures.view import Size

# What an export's address names besides a frame's.
OWN = ("picture", "format", "sweep", "slider", "from", "to", "frames", "seconds")
SWEPT = tuple(control.key for control in SLIDERS)
_SWEEP_LINES = 6  # of its caption, so that all pictures of a sweep have one size
_SWEEP_LEFT = 84  # pixels beside its map
_MAP_SIDE, _MAP_WIDTH = 552, 610  # pixels of a plane's longer side, and of its plate at least
PLANES = ("map", "pinned", "changed", "cloud")


class Plot(NamedTuple):
    """The size class that a chart is drawn for, and its plot's size in pixels."""

    size: Size
    width: int
    height: int


PLOTS = {
    "alive": Plot("compact", 520, 230),
    "pinned-alive": Plot("compact", 520, 230),
    "share": Plot("compact", 460, 202),
    "locus": Plot("desktop", 454, 400),
    "oscillation": Plot("desktop", 520, 260),
    "field": Plot("desktop", 961, 266),
    "regimes": Plot("desktop", 540, 290),
    "kick": Plot("desktop", 528, 330),
    "revival": Plot("desktop", 470, 310),
    "survival": Plot("desktop", 470, 250),
    "cloud-alive": Plot("desktop", 470, 250),
}
EXPLORED = ("map", "share", "alive", "locus", "oscillation", "field", "regimes", "kick")
REVIVAL = ("map", "revival", "field", "regimes", "kick")
COMPARED = ("pinned", "map", "changed", "pinned-alive", "alive")
UNITS = ("cloud", "survival", "cloud-alive")
HIDDEN = "The outcome is hidden: reveal it first"


@dataclass(frozen=True)
class ExportRequest(FrameRequest):
    """A frame of one picture, drawn for itself and not for the page.

    Parameters
    ----------
    picture : str
        One of `shown`.
    sweep : str
        The slider that a series of pictures differs in, or none.
    hover : bool
        Whether curves tell their values under the pointer.
    """

    picture: str = "map"
    sweep: str = "none"
    hover: bool = False

    @property
    def view(self) -> View:
        """The request's view, for a picture that has the room of a page's largest."""
        size = PLOTS[self.picture].size if self.picture in PLOTS else "desktop"
        return replace(super().view, size=size, row=False, hover=self.hover)

    def of(self, picture: str, hover: bool = False) -> ExportRequest:
        """Return the request for another picture."""
        complete = picture in ("share", "kick")
        return replace(self, picture=picture, panels=(picture,), complete=complete, hover=hover)

    @property
    def address(self) -> str:
        """The query of Explore that shows this."""
        plain = replace(self.settings, present=False, step=0, vote=0)
        return plain.scaled(self.scaled).query()


def shown(settings: Settings) -> tuple[str, ...]:
    """Return the keys of the pictures that the settings show; none while the outcome is hidden."""
    if settings.hide != "none":
        return ()
    if settings.initializer is not None:
        return UNITS
    if settings.comparing:
        return COMPARED
    return REVIVAL if settings.colouring == "revival" else EXPLORED


def read(args: Mapping[str, str]) -> ExportRequest:
    """Read what is to be exported, strictly; the page's address can be the query.

    A step of the lesson says with which settings it begins, and how a browser shows them is no matter.

    Raises
    ------
    InvalidSettingError
        When a setting or an option is no legal value, the picture is not on the page, or the outcome is
        hidden.
    """
    dropped = {*OWN, "v", *link.PARTS} - {"theme" if args.get("theme") != "system" else ""}
    kept = {key: text for key, text in args.items() if key not in dropped}
    named = f"step={args['step']}" if "step" in args else ""
    frame = read_request(kept | {"panels": ""}, lesson_page.begin("", named))
    if frame.settings.hide != "none":
        raise InvalidSettingError("hide", HIDDEN, None)
    there = shown(frame.settings)
    values = {field.name: getattr(frame, field.name) for field in fields(FrameRequest)}
    sweep = choice(args, "sweep", ("none", *SWEPT))
    return ExportRequest(**values, sweep=sweep).of(choice(args, "picture", there))


def drawing(request: ExportRequest, cancel: Cancellation) -> Spec:
    """Return the picture of `request` as a plate.

    Raises
    ------
    InvalidSettingError
        When there is no such picture at these settings.
    Cancelled
        When `cancel` is set before the end.
    """
    seen, view, key = look(request, cancel), request.view, request.picture
    if key not in seen.draw:
        raise InvalidSettingError("picture", words.missing(key, seen), None)
    spec = _with_playhead(seen.draw[key](), key, request, seen)
    if request.sweep == "gamma" and request.scaled:  # the window grows, and so do the numbers beside it
        spec["layout"]["margin"] |= {"l": _SWEEP_LEFT}
    frame = Frame(
        words.title(key, request.settings),
        words.caption(key, request, seen),
        words.legend(key, request.settings, seen, view.colours),
        words.swept(request.settings, request.sweep),
        _SWEEP_LINES if request.sweep != "none" else 0,
    )
    return plate(spec, frame, *_size(key, spec), view)


def _size(key: str, spec: Spec) -> tuple[float, float]:
    """Return width and height of a figure with its margins."""
    layout = spec["layout"]
    margin = layout["margin"]
    across, up = margin["l"] + margin["r"], margin["t"] + margin["b"]
    if key in PLOTS:
        return PLOTS[key].width + across, PLOTS[key].height + up
    width, height = (layout[axis]["range"][1] - layout[axis]["range"][0] for axis in ("xaxis", "yaxis"))
    longer = max(width, height)
    return max(_MAP_SIDE * width / longer + across, _MAP_WIDTH), _MAP_SIDE * height / longer + up


def _with_playhead(spec: Spec, key: str, request: ExportRequest, seen: Shown) -> Spec:
    """Mark on a plane where its starts are at the playhead, which the page does for itself."""
    head: dict[str, Any] = seen.more.get("heads", {}).get(key, {})
    if not head or head["time"] == 0 or "paths" not in request.settings.layers:
        return spec
    there = [(place, pair) for place, pair in zip(head["places"], head["colours"], strict=True) if place]
    marker = {
        "size": 12,
        "opacity": 1,
        "color": [fill for _, (fill, _) in there],
        "line": {"color": [edge for _, (_, edge) in there], "width": 2},
    }
    points = {"x": [place[0] for place, _ in there], "y": [place[1] for place, _ in there]}
    trace = {"type": "scatter", "name": "playhead", "mode": "markers", "marker": marker, "hoverinfo": "skip"}
    return {**spec, "data": [*spec["data"], trace | points]}
