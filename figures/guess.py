"""What is shown before the outcome is revealed, and the guess beside the outcome afterwards."""

from collections.abc import Sequence

import numpy as np

from dynamics import Grid, Hyperparameters
from figures.alive import Quantity, alive
from figures.chart import Picture, Spec, label, margins, percent, share_axis, spec
from figures.cones import border_traces, cone_border
from figures.frame import AXES, plane_frame
from figures.marks import start_discs, truth_trace
from figures.momenta import depth_of, momentum_axis, reach
from figures.placement import Box, Canvas, cone_labels, truth_label
from figures.view import View
from figures.window import Window


@Picture
def hidden_plane(
    hp: Hyperparameters,
    grid: Grid,
    starts: Sequence[tuple[str, float, float]],
    view: View,
    *,
    epsilon: float = 1e-3,
    rho: float = 0.0,
) -> Spec:
    """Draw the plane without an outcome: cones, ground truth and starts on blank ground.

    Parameters
    ----------
    hp : Hyperparameters
        γ and δ are the ground truth; β and η are not looked at.
    grid : Grid
        The window.
    starts : sequence of (str, float, float)
        Letter, weight and bias of each.
    view : View
        Of the layers "cones" counts.
    epsilon, rho : float
        Dead threshold and orthogonal weight, for the cones.

    Returns
    -------
    plotly.graph_objects.Figure
        With the axes of `plane`.
    """
    window = Window.of(grid)
    data = [_ground(window, view)]
    if "cones" in view.layers:
        data += border_traces(cone_border(window, epsilon, rho), view.colours.ink_muted, window, view, AXES)
    data += truth_trace(hp, window, view, AXES)
    data += start_discs(starts, window, view)
    canvas = Canvas(window, max(window.width, window.height) / view.map_side)
    notes, taken = cone_labels(view, canvas, epsilon, rho, []) if "cones" in view.layers else ([], [])
    truth = hp.gamma, hp.delta
    if window.contains(*truth):
        taken += [Box(*canvas.place(w, b), view.px(15), view.px(15)) for _, w, b in starts]
        notes.append(truth_label(view, canvas, truth, np.empty((0, 2)), taken))
    layout = plane_frame(window, view, grid=False) | {"annotations": notes}
    return spec(data, layout, view, revision=f"{window}")


def _ground(window: Window, view: View) -> Spec:
    return {
        "type": "scatter",
        "name": "ground",
        "mode": "none",
        "fill": "toself",
        "fillcolor": view.colours.rail,
        "x": np.array([window.w_min, window.w_max, window.w_max, window.w_min]),
        "y": np.array([window.b_min, window.b_min, window.b_max, window.b_max]),
        "hoverinfo": "skip",
        **AXES,
    }


@Picture
def hidden_alive(
    epsilon: float, view: View, quantity: Quantity = "activation", until: str = "reveal"
) -> Spec:
    """Draw the axes of `alive` without a curve, and say that it is hidden until you do so."""
    empty = alive.spec([], epsilon, view, quantity=quantity)
    words = label(
        view,
        f"hidden until you {until}",
        0.5,
        0.85,
        xref="x domain",
        yref="y domain",
        font={"color": view.colours.ink_muted, "size": view.px(15)},
    )
    return {"data": [], "layout": {**empty["layout"], "annotations": [words]}}


@Picture
def hidden_share(known: float | None, beta: float, guess: float | None, view: View) -> Spec:
    """Draw the axes of `share` with the dead share without momentum, if it is known, and the guess.

    Parameters
    ----------
    known : float or None
        The dead share at β = 0, 0 to 1.
    beta : float
        The current momentum.
    guess : float or None
        The share guessed for it, 0 to 1.
    view : View
    """
    edge = reach(beta)
    data, words = [], []
    if known is not None and guess is not None:
        line = {"color": view.colours.control, "width": view.px(1.6), "dash": "2px,4px"}
        ends = {"x": [0.0, depth_of(beta)], "y": [known, guess]}
        data.append({"type": "scatter", "name": "from there", "mode": "lines", **ends, "line": line})
    if known is not None:
        point = {"size": view.px(10), "color": view.colours.dead_ink, "opacity": 1, "line": {"width": 0}}
        data.append(_mark("without momentum", 0.0, known, point))
        words.append(_known_words(known, view))
    if guess is not None:
        data.append(guess_point(beta, guess, view))
        words.append(guess_words(beta, guess, view))
    return spec(
        [trace | {"hoverinfo": "skip", "cliponaxis": False} for trace in data],
        {
            "margin": margins(view, left=66, right=86, top=12, bottom=46),
            "xaxis": momentum_axis(view, edge, showgrid=True),
            "yaxis": share_axis(view, "dead"),
            "annotations": words,
        },
        view,
        revision="share",
    )


def guess_point(beta: float, guess: float, view: View) -> Spec:
    """Return the guess as a hollow point of the chart of shares."""
    edge = {"color": view.colours.ink, "width": view.px(2.6)}
    marker = {"size": view.px(13), "color": view.colours.page, "opacity": 1, "line": edge}
    return _mark("guess", depth_of(beta), guess, marker)


def guess_words(beta: float, guess: float, view: View) -> Spec:
    """Return "you: 30 %" beside the guess, on the side with more room."""
    right = depth_of(beta) <= 0.7 * depth_of(reach(beta))
    return label(
        view,
        f"you: {percent(guess)}",
        depth_of(beta),
        guess,
        xref="x",
        yref="y",
        xanchor="left" if right else "right",
        xshift=view.px(12 if right else -12),
        font={"color": view.colours.ink, "size": view.px(14), "weight": 600, **_halo(view)},
    )


def _known_words(known: float, view: View) -> Spec:
    return label(
        view,
        percent(known),
        0.0,
        known,
        xref="x",
        yref="y",
        xanchor="left",
        xshift=view.px(8),
        yshift=view.px(15 if known < 0.8 else -15),
        font={"color": view.colours.dead_ink, "size": view.px(14), "weight": 700, **_halo(view)},
    )


def _halo(view: View) -> Spec:
    return {"shadow": f"0 0 3px {view.colours.page}, 0 0 2px {view.colours.page}"}


def _mark(name: str, x: float, y: float, marker: Spec) -> Spec:
    shared = {"type": "scatter", "mode": "markers", "hoverinfo": "skip", "cliponaxis": False}
    return {**shared, "name": name, "x": [x], "y": [y], "marker": marker}
