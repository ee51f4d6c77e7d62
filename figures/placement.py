"""Where the words on the map go: the free spots beside what they name."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dynamics import dead_cone_slope
from figures.chart import Floats, Spec, label
from figures.view import View
from figures.window import Window

# Eight directions, the preferred first, as offsets of a label's centre in pixels.
_DIRECTIONS = tuple(
    (98 * math.cos(angle), 50 * math.sin(angle))
    for angle in (math.radians(degrees) for degrees in (20, 48, -20, -48, 160, 132, 200, 228))
)
_TRUTH_HALF = (43.0, 12.0)  # half width and half height of "ground truth" in pixels
_CONE_HALF = (38.0, 12.0)


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, y upwards."""

    x: float
    y: float
    half_width: float
    half_height: float

    def count(self, points: Floats) -> int:
        """Return how many of the points (n, 2) lie inside."""
        inside = (np.abs(points[:, 0] - self.x) < self.half_width) & (
            np.abs(points[:, 1] - self.y) < self.half_height
        )
        return int(np.count_nonzero(inside))

    def overlaps(self, other: "Box") -> bool:
        """Tell whether two rectangles share ground."""
        return (
            abs(self.x - other.x) < self.half_width + other.half_width
            and abs(self.y - other.y) < self.half_height + other.half_height
        )


@dataclass(frozen=True)
class Canvas:
    """A window measured in pixels from its lower left corner."""

    window: Window
    pixel: float

    def place(self, w: float, b: float) -> tuple[float, float]:
        """Return a point of the plane in pixels."""
        return (w - self.window.w_min) / self.pixel, (b - self.window.b_min) / self.pixel

    def along(self, polylines: Sequence[tuple[Floats, Floats]]) -> Floats:
        """Return points every eight pixels along polylines within reach of the window, (n, 2)."""
        found = [np.empty((0, 2))]
        far = 3 * max(self.window.width, self.window.height) / self.pixel
        for w, b in polylines:
            if not len(w):  # a start far outside: nothing of its path is drawn
                continue
            x = np.clip((w - self.window.w_min) / self.pixel, -far, far)
            y = np.clip((b - self.window.b_min) / self.pixel, -far, far)
            gone = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
            stops = np.arange(0.0, min(gone[-1], 50 * far), 8.0)
            found.append(np.stack([np.interp(stops, gone, x), np.interp(stops, gone, y)], axis=1))
        return np.concatenate(found)

    def holds(self, box: Box) -> bool:
        """Tell whether a box lies within the window."""
        width, height = self.window.width / self.pixel, self.window.height / self.pixel
        return (
            box.half_width <= box.x <= width - box.half_width
            and box.half_height <= box.y <= height - box.half_height
        )


def cone_labels(
    view: View, canvas: Canvas, epsilon: float, rho: float, starts: Sequence[Box]
) -> tuple[list[Spec], list[Box]]:
    """Name the cones where they can be seen, clear of the starts.

    The linear cone is named near the top of the window, the dead cone a ninth above the bottom,
    on the cones' axis w = 0 or as near to it as the window allows.

    Returns
    -------
    labels : list of annotations
    boxes : list of Box
        The ground they take.
    """
    window, slope = canvas.window, dead_cone_slope(epsilon)
    labels, boxes = [], []
    half = Box(0, 0, *(view.px(size) for size in _CONE_HALF))
    margin = half.half_width * canvas.pixel
    w = min(max(0.0, window.w_min + margin), window.w_max - margin)
    top, bottom = window.b_max - view.px(18) * canvas.pixel, window.b_min + 0.117 * window.height
    for text, sign, first in (("linear cone", 1, top), ("dead cone", -1, bottom)):
        for step in range(4):
            b = first - sign * step * view.px(30) * canvas.pixel
            box = Box(*canvas.place(w, b), half.half_width, half.half_height)
            inside = sign * b > -slope * math.hypot(w, rho)
            if inside and canvas.holds(box) and not any(box.overlaps(start) for start in starts):
                labels.append(_boxed(view, text, w, b))
                boxes.append(box)
                break
    return labels, boxes


def truth_label(
    view: View, canvas: Canvas, truth: tuple[float, float], paths: Floats, taken: Sequence[Box]
) -> Spec:
    """Name the ground truth in the emptiest of eight directions, with a leader.

    Parameters
    ----------
    view : View
    canvas : Canvas
    truth : (float, float)
        (w, b) of the ground truth, within the window.
    paths : float64 (n, 2)
        Points along the paths in pixels, evenly spaced.
    taken : sequence of Box
        Starts and other labels.
    """
    x, y = canvas.place(*truth)
    half_width, half_height = (view.px(size) for size in _TRUTH_HALF)

    def crowd(offset: tuple[float, float]) -> float:
        dx, dy = view.px(offset[0]), view.px(offset[1])
        box = Box(x + dx, y + dy, half_width + view.px(6), half_height + view.px(5))
        leader = [Box(x + t * dx, y + t * dy, view.px(6), view.px(6)) for t in (0.3, 0.45)]
        return (
            box.count(paths)
            + 0.5 * sum(part.count(paths) for part in leader)
            + 100 * sum(box.overlaps(other) for other in taken)
            + 1000 * (not canvas.holds(box))
        )

    dx, dy = min(_DIRECTIONS, key=crowd)
    return _boxed(view, "ground truth", *truth) | {
        "showarrow": True,
        "arrowhead": 0,
        "arrowwidth": view.px(1.3),
        "arrowcolor": view.colours.ink if view.blank or view.colouring == "revival" else view.colours.map_ink,
        "ax": view.px(dx),
        "ay": -view.px(dy),
        "standoff": view.px(7),
    }


def _boxed(view: View, text: str, w: float, b: float) -> Spec:
    colours = view.colours
    return label(
        view,
        text,
        w,
        b,
        xref="x",
        yref="y",
        bgcolor=colours.map_label,
        borderpad=view.px(3),
        font={"color": colours.map_ink, "size": view.px(14 if view.size != "phone" else 13)},
    )
