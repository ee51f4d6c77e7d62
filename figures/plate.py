"""A figure as it stands for itself: with its title, its legend and its caption."""

import html
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from figures.chart import FONT, TICK, Spec, label
from figures.view import View

_EDGE = 14  # pixels around title and caption
_TITLE, _LEGEND, _GAP = 40, 26, 8  # pixels that each takes, and above the caption
_ROOM = 2 * "\N{NO-BREAK SPACE}"
_LINE = 1.3  # plotly's line height, in font sizes
_CHARACTER = 0.48  # mean width of a letter, in font sizes; of Source Sans 3 it is 0.45, of others more


@dataclass(frozen=True)
class Entry:
    """A line of the legend.

    Parameters
    ----------
    text : str
    colour : str
    mark : "square", "disc" or "ring"
        An area, a filled point, or a point with an edge of ink.
    weave : str, optional
        The second colour of an area that is woven.
    """

    text: str
    colour: str
    mark: Literal["square", "disc", "ring"] = "square"
    weave: str | None = None


@dataclass(frozen=True)
class Frame:
    """What stands around a figure.

    Parameters
    ----------
    title : str
    remark : str
        At the right of the title.
    legend : sequence of Entry
    caption : sequence of str
        Paragraphs below the figure, the first in ink.
    lines : int
        Lines that the caption has room for at least, so that plates of a series are of one size.
    """

    title: str
    caption: Sequence[str]
    legend: Sequence[Entry] = ()
    remark: str = ""
    lines: int = 0


def plate(figure: Spec, frame: Frame, width: float, height: float, view: View) -> Spec:
    """Return a figure with what stands around it, of a fixed size and on the page's ground.

    Parameters
    ----------
    figure : dict
        A figure's specification, with all margins given.
    frame : Frame
    width, height : float
        Pixels of the figure itself; title, legend and caption make the plate higher.
    view : View
    """
    layout, margin = figure["layout"], figure["layout"]["margin"]
    lines = _lines(frame, width - 2 * _EDGE, view)
    head = _TITLE + (_LEGEND if frame.legend else 0)
    foot = max(len(lines), frame.lines) * _LINE * TICK + _GAP + _EDGE
    whole = height + head + foot
    ink = {"family": FONT, "color": view.colours.ink}
    caption = label(
        view,
        "<br>".join(lines),
        0,
        0,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
        xshift=_EDGE - margin["l"],
        yshift=-margin["b"] - _GAP,
        align="left",
    )
    return {
        "data": [*({**trace, "showlegend": False} for trace in figure["data"]), *_legend(frame, view)],
        "layout": {
            **layout,
            "autosize": False,
            "width": width,
            "height": whole,
            "margin": {**margin, "t": margin["t"] + head, "b": margin["b"] + foot},
            "paper_bgcolor": view.colours.page,
            "title": {
                "text": frame.title,
                "font": {**ink, "size": 17, "weight": 600},
                "x": _EDGE / width,
                "xref": "container",
                "xanchor": "left",
                "y": 1 - _TITLE / 2 / whole,
                "yref": "container",
                "yanchor": "middle",
            },
            "showlegend": bool(frame.legend),
            "legend": {
                "orientation": "h",
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 1 - _TITLE / whole,
                "yref": "container",
                "yanchor": "top",
                "font": {**ink, "size": TICK},
                "bgcolor": "rgba(0,0,0,0)",
                "borderwidth": 0,
                "itemwidth": 30,
                "itemclick": False,
                "itemdoubleclick": False,
            },
            "annotations": [*layout.get("annotations", []), caption, *_remark(frame, margin, view)],
        },
    }


def _lines(frame: Frame, width: float, view: View) -> list[str]:
    """Break the caption into lines of that many pixels."""
    letters = int(width / (_CHARACTER * TICK))
    broken = [
        [html.escape(line, quote=False) for line in textwrap.wrap(text, letters, break_on_hyphens=False)]
        for text in (text.replace(" %", "\N{NO-BREAK SPACE}%") for text in frame.caption)
    ]
    first, *rest = broken or [[]]
    return [
        *(f'<span style="color:{view.colours.ink};font-weight:600">{line}</span>' for line in first),
        *(line for lines in rest for line in lines),
    ]


def _remark(frame: Frame, margin: Spec, view: View) -> list[Spec]:
    if not frame.remark:
        return []
    above = margin["t"] + (_LEGEND if frame.legend else 0) + _TITLE / 2
    place = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "middle"}
    font = {"size": 20, "weight": 600, "color": view.colours.ink}
    return [label(view, frame.remark, 1, 1, **place, yshift=above, font=font)]


def _legend(frame: Frame, view: View) -> list[Spec]:
    """Return a trace without points for each entry; plotly's own legend names them.

    Spaces after a name leave room for it in wider letters than those that plotly has measured.
    """
    return [_woven(entry, view) if entry.weave else _mark(entry, view) for entry in frame.legend]


def _mark(entry: Entry, view: View) -> Spec:
    edges = {"square": view.colours.control, "disc": view.colours.map_casing, "ring": view.colours.map_ink}
    marker = {
        "symbol": "square" if entry.mark == "square" else "circle",
        "size": 12,
        "color": entry.colour,
        "opacity": 1,
        "line": {"color": edges[entry.mark], "width": 1},
    }
    return {
        "type": "scatter",
        "name": f"{entry.text}{_ROOM}",
        "mode": "markers",
        "x": [None],
        "y": [None],
        "marker": marker,
        "showlegend": True,
        "hoverinfo": "skip",
    }


def _woven(entry: Entry, view: View) -> Spec:
    """Return a bar, of which plotly's legend shows the pattern too."""
    pattern = {"shape": "/", "fgcolor": entry.weave, "fillmode": "overlay", "size": 5, "solidity": 0.35}
    return {
        "type": "bar",
        "name": f"{entry.text}{_ROOM}",
        "x": [None],
        "y": [None],
        "marker": {
            "color": entry.colour,
            "pattern": pattern,
            "line": {"color": view.colours.control, "width": 1},
        },
        "showlegend": True,
        "hoverinfo": "skip",
    }
