"""The axes of a picture of the plane (w_L, b)."""

from figures.chart import Spec, axis, margins, symbol, tick_width
from figures.view import View
from figures.window import Window

AXES: Spec = {"xaxis": "x", "yaxis": "y"}
_TICKS = 7  # at most, plotly chooses


def plane_frame(window: Window, view: View, *, grid: bool) -> Spec:
    """Return axes that show exactly the window, at one scale, at the panel's upper left."""
    phone = view.size == "phone"
    shared = {
        "showgrid": grid,
        "fixedrange": phone,
        "constrain": "domain",
        "nticks": _TICKS,
    }
    left = (18 if phone or view.row else 26) + 8 + tick_width(window.b_min, window.b_max, _TICKS)
    return {
        "margin": margins(view, left=left, right=9, top=9, bottom=46),
        "xaxis": axis(
            view,
            f"weight {symbol('w', 'L')}",
            window.w_min,
            window.w_max,
            constraintoward="left",
            **shared,
        ),
        "yaxis": axis(
            view,
            f"bias {symbol('b')}",
            window.b_min,
            window.b_max,
            constraintoward="top",
            scaleanchor="x",
            scaleratio=1,
            **shared,
        ),
        "dragmode": False if phone else "pan",
    }
