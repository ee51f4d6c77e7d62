"""Words beyond the ends of curves, moved apart where the ends are close."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from figures.chart import Spec, label
from figures.view import View


@dataclass(frozen=True)
class End:
    """A curve's name and where the curve ends, in the axes' own numbers."""

    name: str
    x: float
    y: float
    font: Spec = field(default_factory=dict)


def end_names(
    ends: Sequence[End], scale: float, gap: float, view: View, top: float | None = None, bottom: float = 0.0
) -> list[Spec]:
    """Write each name to the right of its curve's end, at least a gap above the next.

    Parameters
    ----------
    ends : sequence of End
    scale : float
        Pixels of the y axis's unit.
    gap : float
        Pixels, at the desktop's scale.
    view : View
    top : float, optional
        Height in pixels within which the names are kept.
    bottom : float
        Height above which they are kept then.
    """
    up = [end.y * scale for end in ends]
    places = spread([0.0] * len(up), up, view.px(gap))
    if top is not None:
        places = _kept(places, bottom, top, view.px(gap))
    return [
        label(
            view,
            end.name,
            end.x,
            end.y,
            xref="x",
            yref="y",
            xanchor="left",
            xshift=view.px(6),
            yshift=place - before,
            font=end.font,
        )
        for end, place, before in zip(ends, places, up, strict=True)
    ]


def spread(across: Sequence[float], up: Sequence[float], gap: float) -> list[float]:
    """Move labels apart until those less than 2.5 gaps apart across are a gap apart upwards.

    Parameters
    ----------
    across, up : sequences of float
        Positions in pixels.
    gap : float
        Distance in pixels.

    Returns
    -------
    list of float
        The new `up`, in the same order from bottom to top.
    """
    moved = list(up)
    order = sorted(range(len(moved)), key=lambda i: (moved[i], -i))
    for _ in range(50):
        settled = True
        for n, below in enumerate(order):
            for above in order[n + 1 :]:
                lack = gap - (moved[above] - moved[below])
                if abs(across[above] - across[below]) < 2.5 * gap and lack > 1e-6:
                    moved[above] += lack / 2
                    moved[below] -= lack / 2
                    settled = False
        if settled:
            break
    return moved


def _kept(places: Sequence[float], low: float, high: float, gap: float) -> list[float]:
    """Push labels that were moved apart back between `low` and `high`, still a gap apart."""
    kept = list(places)
    order = sorted(range(len(kept)), key=lambda i: (kept[i], -i))
    for n, i in enumerate(order):
        kept[i] = max(kept[i], low + n * gap)
    for n, i in enumerate(reversed(order)):
        kept[i] = min(kept[i], high - n * gap)
    return kept
