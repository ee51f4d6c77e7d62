"""The axis of momentum, spaced as its slider: by −log₁₀(1 − β), so that 0.9 is midway between 0 and 0.99."""

from typing import Any, overload

import numpy as np

from figures.chart import Floats, Spec, axis, momentum
from figures.view import View

# The slider's track, and as far as β may be set: ticks, the last one at the edge.
TICKS = ((0.0, 0.5, 0.8, 0.9, 0.95, 0.99), (0.0, 0.9, 0.99, 0.999, 0.9999))


@overload
def depth_of(beta: float) -> float: ...
@overload
def depth_of(beta: Floats) -> Floats: ...
def depth_of(beta: float | Floats) -> float | Floats:
    """Return −log₁₀(1 − β)."""
    result = -np.log1p(-np.asarray(beta)) / np.log(10)
    return result if isinstance(beta, np.ndarray) else float(result)


def reach(beta: float) -> float:
    """Return the largest β of the axis: the slider's end, or the hard limit when β lies beyond it."""
    return TICKS[beta > TICKS[0][-1]][-1]


def momentum_axis(view: View, edge: float, **more: Any) -> Spec:
    """Return the axis from β = 0 to `edge`, which is a `reach`; a point may lie on it."""
    ticks = TICKS[edge > TICKS[0][-1]]
    return axis(
        view,
        "momentum β",
        0.0,
        depth_of(edge),
        tickvals=[depth_of(beta) for beta in ticks],
        ticktext=[momentum(beta, 1) for beta in ticks],
        layer="below traces",
        **more,
    )
