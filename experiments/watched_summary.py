"""What a page shows of a watched network: counts that travel, and stay, in the viewer's browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.watched import Watched

MOST_RECORDS = 240  # that are shown; events are counted at all of them
MOST_UNITS = 256  # of a network whose units are shown one by one
FATES = ("alive", "came back", "died", "born dead")


@dataclass(frozen=True)
class Summary:
    """Counts of plain numbers, so that JSON holds it.

    Parameters
    ----------
    layers : list of str
        Names of the ReLUs, in the order in which they are reached.
    widths : list of int
        Units of each.
    step : list of int
        When the records that are shown were made, at most 240.
    dead : list of list of int
        At each of them: how many units of each layer are dead.
    fates : list of list of int
        Of each layer: how many units were never dead; were dead and are alive at the end; are dead at the end
        and were alive at the start; and are dead at both.
    units : list of str
        At each record shown: a letter for each unit, ``x`` where it is dead, else ``-``; empty when there are
        more than 256.
    records : int
        All records.
    epsilon : float
        Dead threshold.
    """

    layers: list[str]
    widths: list[int]
    step: list[int]
    dead: list[list[int]]
    fates: list[list[int]]
    units: list[str]
    records: int
    epsilon: float

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Summary":
        """Return the summary that `dataclasses.asdict` made plain; what else is there is left out.

        Raises
        ------
        ValueError
            If it is none.
        """
        try:
            found = cls(**{name: plain[name] for name in cls.__dataclass_fields__})
            layers, records = len(found.layers), len(found.step)
            numbers = (
                np.array(found.dead),
                np.array(found.fates),
                np.array([found.widths]),
                np.array([found.step]),
            )
            fits = [array.shape for array in numbers] == [
                (records, layers), (layers, len(FATES)), (1, layers), (1, records)
            ]  # fmt: skip
            whole = all(array.dtype.kind in "iu" for array in numbers)
            texts = all(isinstance(text, str) for text in (*found.layers, *found.units))
            drawn = [len(unit) for unit in found.units] in ([], [found.total] * records)
            legal = isinstance(found.records, int) and 0 < found.epsilon < 1 and min(found.widths) > 0
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("a summary must have all of its parts") from error
        if not (fits and whole and texts and drawn and legal):
            raise ValueError("a summary must have parts that belong together")
        return found

    @property
    def share(self) -> NDArray[np.float64]:
        """Dead share of each layer, float64 (records shown, layers)."""
        return np.asarray(np.array(self.dead) / np.array(self.widths))

    @property
    def total(self) -> int:
        """How many units there are."""
        return sum(self.widths)

    def count(self, fate: str) -> int:
        """Return how many units of all layers had one of `FATES`."""
        place = FATES.index(fate)
        return sum(layer[place] for layer in self.fates)


def summary(watched: Watched) -> Summary:
    """Return what is shown of a recording.

    Parameters
    ----------
    watched : Watched
    """
    dead = ~(watched.active >= watched.epsilon)
    ends = np.cumsum(watched.widths)
    first, last, ever = dead[0], dead[-1], dead.any(axis=0)
    fates = np.stack([~ever, ever & ~last, last & ~first, last & first])
    shown = np.unique(np.linspace(0, len(dead) - 1, MOST_RECORDS).round().astype(int))
    letters = np.where(dead[shown], "x", "-") if dead.shape[1] <= MOST_UNITS else np.empty((0, 0), "U1")
    return Summary(
        layers=list(watched.layers),
        widths=list(watched.widths),
        step=watched.step[shown].tolist(),
        dead=_of_layers(dead[shown], ends).T.tolist(),
        fates=_of_layers(fates, ends).tolist(),
        units=["".join(row) for row in letters],
        records=len(dead),
        epsilon=watched.epsilon,
    )


def _of_layers(units: NDArray[np.bool_], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count along the units of each layer: (layers, rows)."""
    starts = np.concatenate([[0], ends[:-1]])
    return np.array([units[:, a:b].sum(axis=1) for a, b in zip(starts, ends, strict=True)])
