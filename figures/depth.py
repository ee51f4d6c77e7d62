"""Section 5: the dead share of each layer against updates, a column for each kind of network."""

import numpy as np

from experiments.depth import KINDS, DepthResult
from experiments.intervals import estimate
from experiments.networks import Kind
from figures.chart import Picture, Spec, axis, label, margins, number, percent, spec
from figures.theme import share_scale
from figures.view import View

_NAMES = {
    Kind.PLAIN: "plain",
    Kind.RESIDUAL: "residual",
    Kind.NORMALISED: "batch norm",
}
_ACROSS = 0.06  # between columns, as a share of the figure
_HEIGHT = {"desktop": 508, "compact": 448, "phone": 1216, "present": 720}  # pixels of all rows
_BETWEEN = 60  # pixels between two rows, for ticks and words
_MOST_LAYERS_NAMED = 4


@Picture
def depth(result: DepthResult, beta: float, view: View, record: int = -1) -> Spec:
    """Draw the dead share of each layer, mean over seeds, at the run's γ above and at γ = 1 below.

    Parameters
    ----------
    result : DepthResult
        Finished or not: what is missing stays blank.
    beta : float
        One of the run's momenta.
    view : View
        On a phone all panels stand below each other.
    record : int
        Number of the record that a line stands at and the words over the panels tell of, from the end if
        negative. Those of all records are in the layout's `meta`, so that a browser moves the line itself
        (assets/depth.js).

    Returns
    -------
    plotly.graph_objects.Figure
        Layer 1, the input's side, is at the bottom.

    Raises
    ------
    ValueError
        If the run has no such β.
    """
    panels = [(gamma, kind) for gamma in result.spec.gammas for kind in KINDS]
    stacked = view.size == "phone"
    rows = len(panels) if stacked else len(result.spec.gammas)
    row = range(len(result.spec.records))[record]
    words: dict[int, list[tuple[str, str]]] = {}  # by annotation: its text at every record
    data: list[Spec] = []
    layout: Spec = {
        "margin": margins(view, left=52, right=10, top=26, bottom=46),
        "annotations": [],
        "shapes": [],
    }
    for n, (gamma, kind) in enumerate(panels):
        suffix = "" if n == 0 else str(n + 1)
        place = (0, n) if stacked else (n % len(KINDS), n // len(KINDS))
        domains = _domains(*place, rows, stacked, view)
        condition = result.condition(gamma, beta)
        data.append(_layers(result, kind, condition, suffix, view))
        title = f"layer, at <b>γ = {number(gamma)}</b>" if place[0] == 0 else ""
        layout |= _panel_axes(result, domains, suffix, view, last=place[1] == rows - 1, title=title)
        told = _told(result, kind, condition, view)
        layout["annotations"] += _words(kind, told[row] if told else None, domains, view)
        if told:
            words[len(layout["annotations"]) - 1] = told
            layout["shapes"] += _line_at(result.spec.records[row], suffix, view)
    layout["meta"] = {"steps": list(result.spec.records), "words": words}
    return spec(data, layout, view, revision="depth")


def _domains(column: int, row: int, rows: int, stacked: bool, view: View) -> tuple[list[float], list[float]]:
    """Return the shares of the figure's width and height that a panel takes."""
    columns = 1 if stacked else len(KINDS)
    width = (1 - _ACROSS * (columns - 1)) / columns
    gap = view.px(_BETWEEN) / _HEIGHT[view.size]
    height = (1 - gap * (rows - 1)) / rows
    left, top = column * (width + _ACROSS), 1 - row * (height + gap)
    return [left, min(1.0, left + width)], [max(0.0, top - height), top]


def _layers(result: DepthResult, kind: Kind, condition: int, suffix: str, view: View) -> Spec:
    found = result.share[KINDS.index(kind), :, condition]
    shares = estimate(found).mean.T
    hover: Spec = {"hoverinfo": "skip"}
    if view.hover:
        told = "layer %{y}, after %{x} updates: %{z:.1f} % dead<extra></extra>"
        hover = {"hovertemplate": f"{_NAMES[kind]}, {told}"}
    return {
        "type": "heatmap",
        "name": f"{kind.value}, γ = {result.spec.conditions[condition].gamma:g}",
        "x": np.array(result.spec.records, np.float32),
        "y": np.arange(1, result.spec.depth + 1, dtype=np.float32),
        "z": (100 * shares).astype(np.float32),
        "zmin": 0.0,
        "zmax": 100.0,
        "zsmooth": False,
        "xgap": 0,
        "ygap": 1,
        "hoverongaps": False,
        "showscale": False,
        "colorscale": share_scale(view.colours),
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        **hover,
    }


def _panel_axes(
    result: DepthResult,
    domains: tuple[list[float], list[float]],
    suffix: str,
    view: View,
    *,
    last: bool,
    title: str,
) -> Spec:
    layers, steps = result.spec.depth, result.spec.steps
    half = steps / (len(result.spec.records) - 1) / 2
    named = np.unique(np.linspace(1, layers, min(layers, _MOST_LAYERS_NAMED)).round().astype(int)).tolist()
    return {
        f"xaxis{suffix}": axis(
            view,
            "update" if last else "",
            -half,
            steps + half,
            domain=domains[0],
            anchor=f"y{suffix}",
            nticks=5,
        ),
        f"yaxis{suffix}": axis(
            view,
            title,
            0.5,
            layers + 0.5,
            domain=domains[1],
            anchor=f"x{suffix}",
            tickvals=named,
            ticktext=[str(layer) for layer in named],
        ),
    }


def _told(result: DepthResult, kind: Kind, condition: int, view: View) -> list[tuple[str, str]]:
    """Return the dead share of a panel's units at each record, and what else became of them until then.

    Nothing if that is not known.
    """
    which = KINDS.index(kind)
    shares = estimate(result.share[which, :, condition].mean(axis=-1)).mean
    if np.isnan(shares).any():
        return []
    died, revived = (
        estimate(values[which, :, condition].cumsum(axis=-1)).mean for values in (result.died, result.revived)
    )
    short = view.size == "compact"
    return [
        (percent(float(share)), " dead" if short else f" dead; died {d:.0f}, revived {r:.0f}")
        for share, d, r in zip(shares, died, revived, strict=True)
    ]


def _words(
    kind: Kind,
    told: tuple[str, str] | None,
    domains: tuple[list[float], list[float]],
    view: View,
) -> list[Spec]:
    """Return what stands over a panel: its kind at the left, what became of the units at the right."""
    shared = {"xref": "paper", "yref": "paper", "yanchor": "bottom", "yshift": view.px(4)}
    bold = f'<b style="color:{view.colours.ink}">{{}}</b>'
    over = domains[1][1]
    words = [label(view, bold.format(_NAMES[kind]), domains[0][0], over, xanchor="left", **shared)]
    if told:
        text = bold.format(told[0]) + told[1]
        words.append(label(view, text, domains[0][1], over, xanchor="right", align="right", **shared))
    return words


def _line_at(step: int, suffix: str, view: View) -> list[Spec]:
    edges = {"x0": step, "x1": step, "y0": 0, "y1": 1, "xref": f"x{suffix}", "yref": f"y{suffix} domain"}
    casing = {"color": view.colours.map_casing, "width": view.px(3.4)}
    line = {"color": view.colours.map_ink, "width": view.px(1.4)}
    return [{"type": "line", **edges, "line": drawn} for drawn in (casing, line)]
