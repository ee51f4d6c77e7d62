"""The marks on the map, in the same colours in both themes: paths, starts, ends, the ground truth."""

from collections.abc import Sequence

import numpy as np

from dynamics import Hyperparameters, Outcome
from figures.chart import Floats, Spec, label, number
from figures.cones import plane_line
from figures.frame import AXES
from figures.paths import StartPath, drawn_path
from figures.placement import Canvas
from figures.theme import LIGHT, outcome_inks
from figures.view import View
from figures.window import Window


def path_traces(
    paths: Sequence[StartPath], polylines: Sequence[tuple[Floats, Floats]], window: Window, view: View
) -> list[Spec]:
    """Return each path as a casing under a line; their colours stay with the map in both themes."""
    inks = outcome_inks(LIGHT) | {Outcome.DEAD: LIGHT.path_dead}
    traces: list[Spec] = []
    for path, (w, b) in zip(paths, polylines, strict=True):
        dead = path.outcome == Outcome.DEAD
        casing = LIGHT.path_dead_casing if dead else LIGHT.map_casing
        for name, colour, width in (("casing", casing, 6.4), ("path", inks[path.outcome], 3.4)):
            line = {"color": colour, "width": view.px(width)}
            traces.append(plane_line(f"{name} {path.letter}", w, b, line, window, AXES))
    ends = [
        (w[-1], b[-1])
        for path, (w, b) in zip(paths, polylines, strict=True)
        if path.outcome == Outcome.DEAD and len(w)
    ]
    if ends:
        edge = {"color": LIGHT.map_ink, "width": view.px(1.4)}
        marker = {"symbol": "x", "size": view.px(12), "color": LIGHT.map_casing, "line": edge}
        traces.append(_marks("ends", [w for w, _ in ends], [b for _, b in ends], marker))
    return traces


def turn_traces(paths: Sequence[StartPath], view: View) -> list[Spec]:
    """Return where on the paths the settings changed, as small white discs."""
    rows = [(p.trajectory, int(np.searchsorted(p.trajectory.iteration, p.led))) for p in paths if p.led > 0]
    if not rows:
        return []
    edge = {"color": LIGHT.map_ink, "width": view.px(1.6)}
    marker = {"size": view.px(9), "color": LIGHT.map_casing, "line": edge}
    return [_marks("turns", [float(t.w[i]) for t, i in rows], [float(t.b[i]) for t, i in rows], marker)]


def twin_traces(paths: Sequence[StartPath], pixel: float, window: Window, view: View) -> list[Spec]:
    """Return the ways of the same starts in the affine model: thin and teal, as its other pictures."""
    traces: list[Spec] = []
    for path in paths:
        if path.twin is None:
            continue
        w, b = drawn_path(*path.twin, 1.5 * pixel, 100 * window.reach)
        for name, colour, width in (("casing", LIGHT.map_casing, 4.4), ("twin", LIGHT.momentum_2, 2.4)):
            line = {"color": colour, "width": view.px(width)}
            traces.append(plane_line(f"{name} {path.letter}", w, b, line, window, AXES))
    return traces


def twin_label(paths: Sequence[StartPath], canvas: Canvas, view: View) -> list[Spec]:
    """Name the first twin that starts in the window, a third of its way to the ground truth."""
    for path in paths:
        if path.twin is None or not canvas.window.contains(float(path.twin[0][0]), float(path.twin[1][0])):
            continue
        hp = path.trajectory.hyperparameters
        w, b = float(path.twin[0][0]), float(path.twin[1][0])
        place = w + 0.35 * (hp.gamma - w), b + 0.35 * (hp.delta - b)
        font = {"color": LIGHT.momentum_2, "size": view.px(14 if view.size != "phone" else 13)}
        ground = {"bgcolor": view.colours.map_label, "borderpad": view.px(2), "font": font}
        return [label(view, "without ReLU", *place, xref="x", yref="y", **ground)]
    return []


def head_colours(outcome: Outcome) -> tuple[str, str]:
    """Return the colours of a path's point at the playhead and of its edge, as the path's own."""
    if outcome == Outcome.DEAD:
        return LIGHT.path_dead, LIGHT.path_dead_casing
    return outcome_inks(LIGHT)[outcome], LIGHT.map_casing


def start_traces(paths: Sequence[StartPath], window: Window, view: View) -> list[Spec]:
    """Return the starts of paths; see `start_discs`."""
    starts = [(p.letter, float(p.trajectory.w[0]), float(p.trajectory.b[0])) for p in paths]
    return start_discs(starts, window, view)


def start_discs(starts: Sequence[tuple[str, float, float]], window: Window, view: View) -> list[Spec]:
    """Return starts, of a letter and (w, b) each, as white discs with their letters, also their ids."""
    seen = [(letter, w, b) for letter, w, b in starts if window.contains(w, b)]
    if not seen:
        return []
    marker = {
        "size": view.px(25),
        "color": LIGHT.map_casing,
        "line": {"color": LIGHT.map_ink, "width": view.px(2)},
    }
    letters = [letter for letter, _, _ in seen]
    discs = _marks("starts", [w for _, w, _ in seen], [b for _, _, b in seen], marker)
    return [
        discs
        | {
            "mode": "markers+text",
            "text": letters,
            "customdata": letters,
            "textposition": "middle center",
            "textfont": {"size": view.px(14), "weight": 700, "color": LIGHT.map_ink},
            "hoverinfo": "text",
            "hovertemplate": "start %{customdata} (%{x:.3~f}, %{y:.3~f})<extra></extra>",
        }
    ]


def truth_trace(hp: Hyperparameters, window: Window, view: View, axes: Spec) -> list[Spec]:
    """Return the ground truth (γ, δ) as a white ring, if it can be seen."""
    if not window.contains(hp.gamma, hp.delta):
        return []
    edge = {"color": LIGHT.map_ink, "width": view.px(2)}
    marker = {"size": view.px(13), "color": LIGHT.map_casing, "line": edge}
    place = f"({number(hp.gamma)}, {number(hp.delta)})"
    return [
        _marks("ground truth", [hp.gamma], [hp.delta], marker)
        | {"hoverinfo": "text", "hovertemplate": f"ground truth {place}<extra></extra>"}
        | axes
    ]


def _marks(name: str, w: list[float], b: list[float], marker: Spec) -> Spec:
    return {
        "type": "scatter",
        "name": name,
        "mode": "markers",
        "x": w,
        "y": b,
        "marker": marker | {"opacity": 1},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
