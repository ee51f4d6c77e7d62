"""What the maps show, in words: the shares of each colour, the cones, the ground truth and the starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.caption import window_text
from dashboard.map_layout import HEADINGS, ITERATION_BINS
from dashboard.numbers import percent, readable
from dashboard.pinned import NAMES
from dashboard.runs import LETTERS
from dashboard.settings import Settings
from dynamics import BasinMap, Outcome, RevivalTimes, VectorField, dead_cone_slope
from figures import StartPath
from figures.arrows import magnitude_classes
from figures.plane import ENDINGS, ITERATION_EDGES
from figures.revival_ground import EDGES, LEGEND


def plane(
    settings: Settings,
    basin: BasinMap,
    field: VectorField,
    runs: Sequence[StartPath],
    revival: RevivalTimes | None = None,
) -> str:
    """Describe the map in its colouring, layer by layer.

    Parameters
    ----------
    settings : Settings
    basin : BasinMap
    field : VectorField
        The arrows.
    runs : sequence of StartPath
    revival : RevivalTimes, optional
        Of the map's starts, in that colouring.
    """
    parts = [
        f"{HEADINGS.get(settings.colouring, 'The plane')}: weight and bias in {window_text(settings)}.",
        *_ground(settings, basin, field, revival),
        f"Ground truth at ({readable(settings.gamma)}, {readable(settings.delta)}).",
    ]
    if "cones" in settings.layers:
        parts.append(_cones(settings))
    if "paths" in settings.layers:
        parts += [_start(path) for path in runs]
    else:
        parts += [f"Start {path.letter} at {_point(*_first(path))}." for path in runs]
    return " ".join(parts)


def starts_only(settings: Settings) -> str:
    """Describe a plane whose outcome is hidden."""
    starts = (f"Start {LETTERS[i]} at {_point(w, b)}." for i, (w, b) in enumerate(settings.starts))
    truth = f"Ground truth at {_point(settings.gamma, settings.delta)}."
    hidden = "Where each start ends is hidden until you reveal."
    return " ".join(
        [f"Plane of starts in {window_text(settings)}. {hidden}", truth, _cones(settings), *starts]
    )


def changed(now: BasinMap, pinned: BasinMap) -> str:
    """Say what share of all starts ends differently, and how these end now."""
    counts = np.bincount(now.outcome[now.outcome != pinned.outcome], minlength=len(Outcome))
    shares = counts / now.outcome.size
    each = [
        f"now {name} {percent(share, 1)}" for name, share in zip(NAMES, shares.tolist(), strict=True) if share
    ]
    differ = percent(float(shares.sum()), 1)
    return f"Map of the starts that end differently: {', '.join([f'{differ} of all', *each])}."


def shares(basin: BasinMap) -> str:
    """Name the share of every outcome that there is: ``dead 54.8 %, converged 45.1 %``."""
    return _listed(NAMES, [basin.fraction(outcome) for outcome in Outcome])


def arrow(tail: tuple[float, float], head: tuple[float, float]) -> str:
    """Say from where to where an arrow leads."""
    return f"An arrow from {_point(*tail)} to {_point(*head)}."


def _ground(
    settings: Settings, basin: BasinMap, field: VectorField, revival: RevivalTimes | None
) -> Iterator[str]:
    if settings.colouring == "outcome":
        yield f"{shares(basin).capitalize()}."
        if settings.guess is not None:
            yield f"You guessed {readable(settings.guess)} %."
    elif settings.colouring == "iterations":
        most = readable(int(basin.iterations.max()))
        yield f"Iterations: {_listed(ITERATION_BINS, iteration_shares(basin))}; at most {most}."
    elif settings.colouring == "revival" and revival is not None:
        dead = float(revival.dead.mean())
        yield (
            f"{percent(dead, 1)} of starts lie in the dead cone. Of all, back after updates: "
            + _listed([words for _, words in LEGEND], revival_shares(revival))
            + "."
        )
    if settings.colouring == "gradient" or "arrows" in settings.layers:
        yield _arrows(field)


def iteration_shares(basin: BasinMap) -> list[float]:
    """Return the share of starts in each bin of iterations."""
    return _binned(np.digitize(basin.iterations, ITERATION_EDGES), len(ITERATION_EDGES) + 1)


def revival_shares(revival: RevivalTimes) -> list[float]:
    """Return the share of all starts in each bin of the legend; "never" is the last."""
    times = revival.log10_iterations
    bins = np.searchsorted(EDGES, times, side="right")
    bins[np.isposinf(times)] = len(EDGES) + 1
    bins[np.isnan(times)] = len(EDGES) + 2
    return _binned(bins, len(EDGES) + 3)[:-1]


def _binned(bins: NDArray[np.int64], count: int) -> list[float]:
    found: list[float] = (np.bincount(bins.ravel(), minlength=count) / bins.size).tolist()
    return found


def _listed(names: Sequence[str], parts: Sequence[float]) -> str:
    return ", ".join(
        f"{name} {percent(share, 1)}" for name, share in zip(names, parts, strict=True) if share > 0
    )


def _arrows(field: VectorField) -> str:
    size = np.hypot(field.dw, field.db)
    dots = int((magnitude_classes(field) == 0).sum())
    vanish = f", {dots} of {size.size} vanish" if dots else ""
    return f"Arrows of −∇L up to {readable(float(size.max()), 2)}{vanish}."


def _cones(settings: Settings) -> str:
    slope = readable(-float(dead_cone_slope(settings.epsilon)))
    length = "|w|" if settings.rho == 0 else "‖w‖"
    return f"Dead cone below b = −{slope} {length}, linear cone above b = {slope} {length}."


def _start(path: StartPath) -> str:
    end = path.trajectory
    count = int(end.iteration[-1])
    place = _point(float(end.w[-1]), float(end.b[-1]))
    return (
        f"Start {path.letter} at {_point(*_first(path))}: {ENDINGS[path.outcome]} after {readable(count)} "
        f"iteration{'' if count == 1 else 's'}, at {place}."
    )


def _first(path: StartPath) -> tuple[float, float]:
    return float(path.trajectory.w[0]), float(path.trajectory.b[0])


def _point(w: float, b: float) -> str:
    return f"({readable(w)}, {readable(b)})"
