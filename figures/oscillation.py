"""The affine error over the iterations: the paper's Fig. 2, right."""

from collections.abc import Sequence

import numpy as np

from dynamics import AffineTrajectory
from figures.chart import (
    WIDENS,
    Floats,
    Picture,
    Spec,
    axis,
    compact,
    label,
    margins,
    momentum,
    number,
    spec,
)
from figures.theme import momentum_shades, with_alpha
from figures.view import View

# Fixed ranges of the error, smallest first.
ERROR_RANGES = ((-0.4, 1.05), (-1.1, 1.1), (-2.2, 2.2), (-5.5, 5.5))


@Picture
def oscillation(runs: Sequence[AffineTrajectory], view: View) -> Spec:
    """Draw the affine error over the iterations for up to three β from one start (Fig. 2, right).

    Parameters
    ----------
    runs : sequence of AffineTrajectory
        The last is the current one and drawn bold; of two with the same β only the later is drawn.
    view : View

    Returns
    -------
    plotly.graph_objects.Figure
        In the smallest of fixed ranges that holds every error that stays finite and small. One that
        diverges is drawn until it leaves that range, and the figure says how far it goes.

    Raises
    ------
    ValueError
        Unless there are one to three different β.
    """
    by_beta = {run.beta: run for run in runs}
    if not 1 <= len(by_beta) <= 3:
        raise ValueError(f"runs must have one to three different beta, got {len(by_beta)}")
    bold = runs[-1].beta
    coloured = momentum_shades(view.colours, by_beta)
    low, high = _error_range([run.a for run in by_beta.values()])
    steps = max(len(run.a) for run in by_beta.values()) - 1
    return spec(
        [
            _line(by_beta[value].a, value, coloured[value], value == bold, high, view)
            for value in sorted(coloured, key=lambda value: (value == bold, value))
        ],
        {
            "margin": margins(view, left=50, right=14, top=26, bottom=46),
            "xaxis": axis(view, "iteration", 0, max(steps, 1), nticks=3, showgrid=True, showline=False),
            "yaxis": axis(
                view,
                "distance <i>a</i>",
                low,
                high,
                nticks=5,
                showgrid=True,
                zeroline=True,
                zerolinecolor=view.colours.control,
            ),
            "annotations": [_legend(coloured, bold, view), *_note(list(by_beta.values()), high, view)],
            "meta": WIDENS,
        },
        view,
        revision="oscillation",
    )


def _returns(error: Floats) -> bool:
    """Tell whether an error ends within the largest range, however far it went."""
    return bool(abs(error[-1]) <= ERROR_RANGES[-1][1])


def _error_range(errors: Sequence[Floats]) -> tuple[float, float]:
    """Return the smallest range that holds every error that returns, else the largest."""
    returning = [error for error in errors if _returns(error)]
    for low, high in ERROR_RANGES:
        if returning and all(error.min() >= low and error.max() <= high for error in returning):
            return low, high
    return ERROR_RANGES[-1]


def _line(error: Floats, beta: float, colour: str, bold: bool, high: float, view: View) -> Spec:
    if not _returns(error):
        # One update past the range: the line leaves it, and what follows would only fill it.
        error = error[: int(np.argmax(~(np.abs(error) <= high))) + 1]
    # SVG cannot place 1e200, and far beyond the frame all values look alike.
    error = np.clip(np.nan_to_num(error, nan=20 * high), -20 * high, 20 * high)
    return {
        "type": "scatter",
        "name": f"β = {momentum(beta, 4)}",
        "mode": "lines",
        "y": compact(error, 1.0),
        "x0": 0,
        "dx": 1,
        "line": {"color": colour, "width": view.px(2.6 if bold else 1.8)},
        "hovertemplate": f"β = {momentum(beta, 4)}, iteration %{{x}}: %{{y:.3~g}}<extra></extra>",
    }


def _legend(coloured: dict[float, str], bold: float, view: View) -> Spec:
    """Return the three β beside their colours, the current one bold, as one line of text."""
    entries = [
        f'<span style="color:{colour};font-weight:700">━</span> '
        f'<span style="color:{view.colours.ink};font-weight:{700 if beta == bold else 400}">'
        f"{momentum(beta, 4 if beta == bold else 2)}</span>"
        for beta, colour in coloured.items()
    ]
    above = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom"}
    return label(view, "β  " + "  ".join(entries), 1, 1, **above, yshift=view.px(3))


def _note(runs: Sequence[AffineTrajectory], high: float, view: View) -> list[Spec]:
    """Say how far the errors go when they do not fit."""
    reach = max(float(np.abs(run.a).max()) for run in runs)
    if reach <= high:
        return []
    size = number(reach, 1) if np.isfinite(reach) else "∞"
    within = {"xref": "paper", "yref": "paper", "xanchor": "right", "yanchor": "bottom"}
    ground = with_alpha(view.colours.page, 0.85)
    return [label(view, f"cut off; |<i>a</i>| → {size}", 1, 0, **within, bgcolor=ground, yshift=view.px(3))]
