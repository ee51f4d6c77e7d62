"""What happens on the tab Your network: an opened file, kept by this browser alone → pictures and words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, ctx, dcc, no_update
from dash.development.base_component import Component

from dashboard import network_words as words
from dashboard.markup import GRAPH_CONFIG
from dashboard.network_layout import PICTURES
from experiments.watched_summary import Summary
from figures import View, watched_fates, watched_layers, watched_units

_ROW = {"watched-layers": 30, "watched-fates": 30, "watched-units": 5}  # pixels of a row
_FRAME, _LEAST, _MOST = 58, 200, 900  # pixels of the axes, and of a picture with few or many rows


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""

    @app.callback(
        {
            "title": Output("network-title", "children"),
            "context": Output("network-context", "children"),
            "table": Output("network-table", "children"),
            "empty": Output("network-found", "hidden"),
            "large": Output("network-units", "hidden"),
            **{name: Output(f"place-{name}", "children") for name in PICTURES},
            **{f"label-{name}": Output(f"picture-{name}", "aria-label") for name in PICTURES},
        },
        Input("network-file", "data"),
        Input("look", "data"),
        prevent_initial_call=True,
    )
    def show(answer: Mapping[str, Any] | None, seen: Any) -> dict[str, Any]:
        same = dict.fromkeys(ctx.outputs_grouping, no_update)
        if answer is None:
            return same
        return same | drawn(Summary.of(answer), answer["file"], View(hover=True, **(seen or {})))

    @app.callback(
        Output("network-error", "children"), Input("network-told", "data"), prevent_initial_call=True
    )
    def tell(told: Mapping[str, Any] | None) -> str:
        """Say that a file is being read, or what is wrong with it; what was shown before stays."""
        if not told:
            return ""
        return f"▲ {told['message']}." if "message" in told else "Reading …"


def drawn(found: Summary, file: str, view: View) -> dict[str, Any]:
    """Return everything that the tab shows of a file."""
    told = {
        "title": words.title(found),
        "context": words.context(found, file),
        "table": words.table(found),
        "empty": False,
        "large": not found.units,
    }
    pictures = {
        "watched-layers": (watched_layers, words.layers_picture, len(found.layers)),
        "watched-fates": (watched_fates, words.fates_picture, len(found.layers)),
    }
    if found.units:
        pictures["watched-units"] = (watched_units, words.units_picture, found.total)
    for name, (picture, told_in_words, rows) in pictures.items():
        height = view.px(min(max(_FRAME + _ROW[name] * rows, _LEAST), _MOST))
        told |= {name: _graph(name, picture(found, view), height), f"label-{name}": told_in_words(found)}
    return told


def _graph(name: str, figure: Any, height: float) -> Component:
    return dcc.Graph(
        id=f"graph-{name}",
        figure=figure,
        config=GRAPH_CONFIG,
        responsive=True,
        style={"height": f"{height:.0f}px"},
    )
