"""What a way of looking at the settings shows: what a frame carries, and files are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.alternatives import Words
from dashboard.page import Properties
from figures.chart import Spec

Draw = Mapping[str, Callable[[], Spec]]


@dataclass(frozen=True)
class Shown:
    """What a way to look at the settings shows.

    Attributes
    ----------
    draw : mapping of str to callable
        How to draw each panel that there is.
    verdict : str
        The caption's first line.
    page : dict
        What else the browser sets, see `dashboard.page`.
    words : mapping of str to callable
        How to say what each panel shows.
    n_w, n_b : int
        Starts across and up; 0 without a map.
    outcome : uint8 (n_b, n_w), optional
        What becomes of them, unless that is hidden or there is no map.
    milliseconds : float
        What the map took when it was computed.
    pending : bool
        Whether asking for the `complete` picture would bring more.
    more : dict
        Further parts of the header.
    ways : list of arrays
        Along which the playhead moves, see `dashboard.runs.records`.
    """

    draw: Draw
    verdict: str
    page: Properties
    words: Words
    n_w: int = 0
    n_b: int = 0
    outcome: NDArray[np.uint8] | None = None
    milliseconds: float = 0.0
    pending: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    ways: list[NDArray[np.float32]] = field(default_factory=list)
