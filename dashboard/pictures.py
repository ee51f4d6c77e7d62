"""Figures on their way to the browser: for Plotly at rest, as drawings for a canvas while a hand moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.request import FrameRequest
from figures.chart import Spec
from figures.drawing import axes_name, drawing


def grounds(
    specs: Mapping[str, Spec], outcome: NDArray[np.uint8] | None
) -> tuple[dict[str, dict[str, Any] | None], list[NDArray[Any]]]:
    """Return what lies under each picture that has a heat map, and the cells that are not the outcomes.

    The browser paints them on a canvas under the axes; a ground without colours is None.

    Parameters
    ----------
    specs : mapping of str to dict
        Figures by panel.
    outcome : uint8 (n_b, n_w), optional
        What travels anyway: a ground that is this very array is not sent twice.
    """
    found: dict[str, dict[str, Any] | None] = {}
    arrays = []
    for name, spec in specs.items():
        heat = next((trace for trace in spec["data"] if trace["type"] == "heatmap"), None)
        if heat is None:
            continue
        palette = [colour for _, colour in heat["colorscale"][::2]]
        if len(palette) == 1:
            found[name] = None
            continue
        cells = heat["z"]
        n_b, n_w = cells.shape
        ends = [
            heat["x0"],
            heat["x0"] + (n_w - 1) * heat["dx"],
            heat["y0"],
            heat["y0"] + (n_b - 1) * heat["dy"],
        ]
        own = cells is not outcome
        found[name] = {"n_w": n_w, "n_b": n_b, "window": ends, "palette": palette, "own": own, **heat["meta"]}
        arrays += [cells] if own else []
    return found, arrays


def pictures(
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
    drawings = {name: drawing(spec, request.axes.get(name, "")) for name, spec in specs.items()}
    return {
        name: {
            "axes": drawn.axes,
            "marks": drawn.marks,
            "n": len(drawn.coordinates),
            "layout": None if request.axes.get(name) == drawn.axes else specs[name]["layout"],
        }
        for name, drawn in drawings.items()
    }, [drawn.coordinates for drawn in drawings.values()]
