"""Fig. 1: error and dead share against γ or δ, a column for each data set."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape

import numpy as np

from experiments import kept
from experiments.figure1_result import Figure1Result
from experiments.intervals import Estimate, estimate, geometric
from figures.chart import (
    Floats,
    Picture,
    Spec,
    grouped,
    label,
    margins,
    momentum,
    number,
    percent,
    spec,
)
from figures.figure1_axes import FEWEST, Error, Panels, Swept, domain, panel_axes, share_top
from figures.theme import momentum_shades, with_alpha
from figures.view import View

_LOGARITHMIC = 30.0  # errors that differ by more are drawn on a logarithmic axis

Write = Callable[[float], str]


@Picture
def figure1(
    result: Figure1Result,
    view: View,
    swept: Swept = "gamma",
    *,
    error: Error = "train_error",
    beta: float | None = None,
    at: float | None = None,
    datasets: Sequence[str] | None = None,
) -> Spec:
    """Draw mean and 95 % interval over seeds, error above dead share, a column for each data set.

    The columns' names stand over γ; the picture over δ is shown below that one.

    Parameters
    ----------
    result : Figure1Result
        Finished or not: what is missing is left out, and a single seed has no interval.
    view : View
    swept : "gamma" or "delta"
    error : "train_error" or "test_error"
        Its geometric mean over seeds is drawn, in units of γ²; the dead share's is the arithmetic one.
    beta : float, optional
        The momentum whose line is strong, by default the largest.
    at : float, optional
        A dotted line at this γ or δ, if the axis holds it.
    datasets : sequence of str, optional
        Which data sets, by the names of the run; by default all, on a phone the first.

    Returns
    -------
    plotly.graph_objects.Figure
        Positions across are log₁₀ γ or arsinh δ; errors are on a logarithmic axis where they differ by a
        factor of more than 30.
    """
    run = result.spec
    names = list(datasets or (run.datasets[:1] if view.size == "phone" else run.datasets))
    strong = run.betas[-1] if beta is None else beta
    panels = Panels(result, view, swept, error, strong, momentum_shades(view.colours, run.betas))
    errors = [_estimates(panels, name, geometric, error) for name in names]
    dead = [_estimates(panels, name, estimate, "dead") for name in names]
    data: list[Spec] = []
    layout: Spec = {
        "margin": margins(view, left=58, right=10, top=28 if swept == "gamma" else 8, bottom=44),
        "annotations": [],
        "shapes": [],
    }
    logarithmic = _spread([e.mean for e in errors]) > _LOGARITHMIC
    for n, name in enumerate(names):
        suffixes = ["" if axis == 1 else str(axis) for axis in (2 * n + 1, 2 * n + 2)]
        across = domain(n, len(names))
        layout |= panel_axes(panels, suffixes, across, errors[n], share_top(dead), n == 0, logarithmic)
        for suffix, found, write in zip(suffixes, (errors[n], dead[n]), (number, _share), strict=True):
            data += _curves(panels, name, found, suffix, write)
            layout["shapes"] += _line_at(panels, at, suffix)
        if swept == "gamma":
            layout["annotations"].append(_title(panels, name, across))
    return spec(data, layout, view, revision=f"figure1-{swept}")


def _estimates(panels: Panels, name: str, mean: Callable[[Floats], Estimate], quantity: str) -> Estimate:
    which = panels.result.spec.datasets.index(name)
    found = mean(panels.result.along(panels.swept, quantity)[which])
    few = found.count < FEWEST
    return replace(found, low=np.where(few, np.nan, found.low), high=np.where(few, np.nan, found.high))


def _share(value: float) -> str:
    return percent(value, 1)


def _spread(means: Sequence[Floats]) -> float:
    known = np.concatenate([values[np.isfinite(values)].ravel() for values in means])
    return float(known.max() / known.min()) if known.size and known.min() > 0 else 1.0


def _curves(panels: Panels, name: str, found: Estimate, suffix: str, write: Write) -> list[Spec]:
    """Return bands below, then lines, the strong one last."""
    betas = panels.result.spec.betas
    order = sorted(range(len(betas)), key=lambda j: (betas[j] == panels.strong, betas[j]))
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    bands = [_band(panels, betas[j], found, j) | axes for j in order]
    lines = [_line(panels, name, found, j, write) | axes for j in order]
    return [*(band for band in bands if len(band["x"])), *lines]


def _band(panels: Panels, beta: float, found: Estimate, j: int) -> Spec:
    known = np.isfinite(found.low[j]) & np.isfinite(found.mean[j])
    x, low, high = panels.places(panels.values)[known], found.low[j][known], found.high[j][known]
    return {
        "type": "scatter",
        "name": f"β = {momentum(beta, 4)} band",
        "mode": "none",
        "fill": "toself",
        "fillcolor": with_alpha(panels.colours[beta], 0.18),
        "x": np.concatenate([x, x[::-1]]).astype(np.float32),
        "y": np.concatenate([high, low[::-1]]).astype(np.float32),
        "hoverinfo": "skip",
    }


def _line(panels: Panels, name: str, found: Estimate, j: int, write: Write) -> Spec:
    view, beta = panels.view, panels.result.spec.betas[j]
    bold, colour = beta == panels.strong, panels.colours[beta]
    hover: Spec = {"hoverinfo": "skip"}
    if view.hover:
        words = [_told(panels, name, found, j, k, write) for k in range(len(panels.values))]
        hover = {"text": words, "hovertemplate": "%{text}<extra></extra>"}
    return {
        "type": "scatter",
        "name": f"β = {momentum(beta, 4)}",
        "mode": "lines+markers",
        "x": panels.places(panels.values).astype(np.float32),
        "y": found.mean[j].astype(np.float32),
        "connectgaps": True,
        "line": {"color": colour, "width": view.px(2.6 if bold else 1.6)},
        "marker": {"size": view.px(4.5), "color": colour, "opacity": 1},
        "cliponaxis": False,
        **hover,
    }


def _told(panels: Panels, name: str, found: Estimate, j: int, k: int, write: Write) -> str:
    """Return what hovering over a point tells."""
    mean, low, high = (float(end[j, k]) for end in (found.mean, found.low, found.high))
    value = f"{panels.symbol} = {number(float(panels.values[k]))}"
    beta = panels.result.spec.betas[j]
    where = f"{kept.load(name).name}, {value}, β = {momentum(beta, 4)}"
    if math.isnan(mean):
        return where
    seeds = int(found.count[j, k])
    if math.isnan(low):
        return f"{where}<br>{write(mean)}, {seeds} seed{'' if seeds == 1 else 's'}"
    return f"{where}<br>{write(mean)} ({write(max(low, 0.0))} to {write(high)}), {seeds} seeds"


def _line_at(panels: Panels, at: float | None, suffix: str) -> list[Spec]:
    if at is None or (panels.swept == "gamma" and at <= 0):
        return []
    place, ends = float(panels.places(np.array(at))), panels.places(panels.values)
    if not ends.min() - 1e-9 <= place <= ends.max() + 1e-9:
        return []
    line = {"color": panels.view.colours.ink, "width": panels.view.px(1.3), "dash": "dot"}
    edges = {"x0": place, "x1": place, "y0": 0, "y1": 1}
    return [{"type": "line", "xref": f"x{suffix}", "yref": f"y{suffix} domain", **edges, "line": line}]


def _title(panels: Panels, name: str, across: list[float]) -> Spec:
    """Write a data set's name over its column, with what it predicts and its size."""
    dataset, ink = kept.load(name), panels.view.colours.ink
    rows, columns = dataset.shape
    size = f"{grouped(rows)} × {columns}"
    more = "" if panels.view.size == "compact" else f" {escape(dataset.target[:24])}, {size}"
    text = f'<b style="color:{ink}">{dataset.name}</b>{more}'
    place = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return label(panels.view, text, across[0], 1, **place, yshift=panels.view.px(7))
