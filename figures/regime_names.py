"""The frame and the words of the regime map: where names, levels and the current setting's note find room."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dynamics import Regime, eigenvalues, regime
from figures.chart import Floats, Spec, label, momentum, number
from figures.momenta import TICKS, depth_of, reach
from figures.placement import Box
from figures.theme import with_alpha
from figures.view import View

# The slider's track, and as far as η may be set.
DECADES = ((-3, 2), (-4, 3))  # of η
LEVELS = (0.5, 0.8, 0.9, 0.99, 0.999)  # of |λ|
_AREA = {"desktop": (500, 270), "compact": (440, 240), "phone": (300, 220), "present": (620, 380)}
# Where each regime is named, as shares of the plot; the first free place that lies inside it.
_PLACES = {
    Regime.MONOTONE: ((0.16, 0.2), (0.14, 0.42), (0.32, 0.12), (0.1, 0.6)),
    Regime.OSCILLATING: ((0.53, 0.8), (0.3, 0.9), (0.75, 0.75), (0.53, 0.6), (0.53, 0.93)),
    Regime.UNSTABLE: ((0.9, 0.28), (0.88, 0.22), (0.93, 0.36), (0.92, 0.12), (0.9, 0.06)),
}
_CLEARANCE = 24.0  # pixels beside the point that its note leaves free


@dataclass(frozen=True)
class Frame:
    """The axes: decades of η from `low` to `high`, −log₁₀(1 − β) from 0 to `top`, and their size."""

    low: float
    high: float
    top: float
    width: float
    height: float

    def place(self, eta: float, depth: float) -> tuple[float, float]:
        """Return a point in pixels from the lower left corner."""
        across = (math.log10(eta) - self.low) / (self.high - self.low)
        return across * self.width, depth / self.top * self.height

    def regime_at(self, x: float, y: float) -> Regime:
        """Return the regime at a place in pixels."""
        eta = 10 ** (self.low + x / self.width * (self.high - self.low))
        return regime(1 - 10 ** -max(y / self.height * self.top, 0.0), eta)

    def box(self, x: float, y: float, text_width: float, view: View) -> Box:
        """Return the ground that a text of so many desktop pixels takes around a place."""
        return Box(x, y, view.px(text_width) / 2 + 4, view.px(10))

    def holds(self, box: Box) -> bool:
        """Tell whether a box lies within the plot."""
        return (
            box.half_width <= box.x <= self.width - box.half_width
            and box.half_height <= box.y <= self.height - box.half_height
        )


def frame_of(beta: float, eta: float, view: View) -> tuple[Frame, bool]:
    """Return the sliders' tracks, or all that may be set (then True) if the setting lies beyond them."""
    low, high = DECADES[0]
    wide = reach(beta) > reach(0.0) or not 10.0**low <= eta <= 10.0**high
    return Frame(*DECADES[wide], depth_of(TICKS[wide][-1]), *_AREA[view.size]), wide


def critical_depth(eta: Floats) -> Floats:
    """Return −log₁₀(1 − β_c) of the critical momentum, rounding nothing near 1."""
    return np.asarray(-np.log10(4 * eta / (1 + eta) ** 2))


def limit_depth(eta: Floats) -> Floats:
    """Return −log₁₀(1 − β) where η is the largest stable learning rate; below 0 where all β are stable."""
    return np.asarray(np.log10((eta + 2) / 4))


def levels(frame: Frame) -> list[float]:
    """Return the |λ| whose level part, β = |λ|², lies within the frame."""
    return [level for level in LEVELS if depth_of(level**2) < frame.top]


def level_names(frame: Frame, taken: Sequence[Box], view: View) -> list[Spec]:
    """Name each contour on its level part, where it is free; the topmost says what it is a level of."""
    notes: list[Spec] = []
    for level in reversed(levels(frame)):
        depth = depth_of(level**2)
        turn = math.log10((1 + level) / (1 - level))  # the part goes from −turn to turn in decades of η
        low, high = max(-turn, frame.low), min(turn, frame.high)
        text = f"|λ| = {number(level)}" if not notes else number(level)
        for along in (0.36, 0.2, 0.64, 0.8, 0.5):
            decade = low + along * (high - low)
            box = frame.box(*frame.place(10.0**decade, depth), 6.5 * len(text), view)
            if frame.holds(box) and not any(box.overlaps(other) for other in taken):
                ground = view.colours.regime_oscillating
                notes.append(
                    label(view, text, decade, depth, xref="x", yref="y", bgcolor=ground, borderpad=view.px(2))
                )
                break
    return notes


def regime_names(frame: Frame, taken: Sequence[Box], view: View) -> tuple[list[Spec], list[Box]]:
    """Name the regimes where there is room, and return the ground that the names take."""
    notes, boxes = [], list(taken)
    for kind, places in _PLACES.items():
        for across, up in places:
            x, y = across * frame.width, up * frame.height
            box = frame.box(x, y, 7.2 * len(kind), view)
            corners = [
                (x + i * box.half_width, y + j * box.half_height) for i in (-1, 0, 1) for j in (-1, 0, 1)
            ]
            inside = sum(frame.regime_at(*corner) is kind for corner in corners) >= 7
            if inside and frame.holds(box) and not any(box.overlaps(other) for other in boxes):
                notes.append(_name(view, kind, frame, x, y))
                boxes.append(box)
                break
    note, box, tip = _alternating_name(frame, view)
    if not any(box.overlaps(other) or tip.overlaps(other) for other in boxes):
        notes.append(note)
        boxes.append(box)
    return notes, boxes[len(taken) :]


def _name(view: View, text: str, frame: Frame, x: float, y: float) -> Spec:
    decade = frame.low + x / frame.width * (frame.high - frame.low)
    ground = {} if text == Regime.OSCILLATING else {"bgcolor": with_alpha(view.colours.page, 0.9)}
    font = {"color": view.colours.ink, "size": view.px(14), "weight": 600}
    up = y / frame.height * frame.top
    return label(view, text, decade, up, xref="x", yref="y", borderpad=view.px(2), font=font, **ground)


def _alternating_name(frame: Frame, view: View) -> tuple[Spec, Box, Box]:
    """Name the sliver of the alternating regime from outside, with a leader to its widest part.

    Returns the note, the ground of its text and that of the leader's tip.
    """
    eta = 1.9
    depth = float(critical_depth(np.array(eta))) / 2
    x, y = frame.place(eta, depth)
    dx, dy = view.px(-58), view.px(38)
    note = _name(view, Regime.ALTERNATING, frame, x, y) | {
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": view.px(1.2),
        "arrowcolor": view.colours.ink,
        "ax": dx,
        "ay": -dy,
        "standoff": view.px(1),
    }
    return note, frame.box(x + dx, y + dy, 7.2 * len(Regime.ALTERNATING), view), Box(x, y, 2, 2)


def _modulus(beta: float, eta: float) -> str:
    """Return |λ| of the larger eigenvalue, which is never rounded to 1 from below."""
    value = float(np.abs(eigenvalues(beta, eta)).max())
    return momentum(value, 3) if value < 1 else number(value, 4)


def setting_note(
    beta: float, eta: float, point: tuple[float, float], frame: Frame, view: View
) -> tuple[Spec, Box]:
    """Write the current setting and its |λ| beside the point, on the side where there is room."""
    parts = ("β", momentum(beta, 4)), ("η", number(eta, 4)), ("|λ|", _modulus(beta, eta))
    text = ", ".join(f'{name} = <span style="font-weight:700">{value}</span>' for name, value in parts)
    width = 6.6 * sum(len(name) + len(value) + 5 for name, value in parts)
    half, gap = view.px(width) / 2, view.px(_CLEARANCE)
    dy = 0.0
    if point[0] + gap + 2 * half < frame.width:
        anchor, shift, dx = "left", gap, gap + half
    elif point[0] - gap - 2 * half > 0:
        anchor, shift, dx = "right", -gap, -gap - half
    else:  # in a narrow plot above or below the point, as far aside as it takes to stay within
        dx = min(max(0.0, half - point[0]), frame.width - half - point[0])
        anchor, shift = "center", dx
        dy = view.px(34) * (1 if point[1] < frame.height / 2 else -1)
    # Close to an edge of the plot it moves inwards.
    inwards = min(max(point[1] + dy, view.px(12)), frame.height - view.px(12)) - point[1]
    note = label(
        view,
        text,
        math.log10(eta),
        depth_of(beta),
        xref="x",
        yref="y",
        xanchor=anchor,
        xshift=shift,
        yshift=inwards,
        bgcolor=with_alpha(view.colours.page, 0.9),
        borderpad=view.px(3),
        font={"color": view.colours.ink, "size": view.px(14)},
    )
    return note, Box(point[0] + dx, point[1] + inwards, half, view.px(13))
