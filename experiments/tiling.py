"""How a run is cut into tiles that can be computed anywhere, in any order, and again with the same result."""

from dataclasses import dataclass
from typing import NamedTuple

from dynamics import checks

_SECONDS = 1.0  # of a tile, if its networks can be divided so far


class Tile(NamedTuple):
    """Number of a group (a data set, or an architecture), number of a seed, and which of the conditions."""

    group: int
    seed: int
    conditions: slice


@dataclass(frozen=True)
class Tiling:
    """Tiles of one group and seed each; the first seed of every group comes first.

    So a partial result shows the whole picture already, with wider intervals.

    Parameters
    ----------
    groups, seeds, conditions : int
    seconds : float
        That all conditions of one group and seed take a core, roughly.
    """

    groups: int
    seeds: int
    conditions: int
    seconds: float

    @property
    def chunks(self) -> int:
        """Tiles of each group and seed."""
        return min(self.conditions, max(1, round(self.seconds / _SECONDS)))

    @property
    def count(self) -> int:
        """All tiles."""
        return self.groups * self.seeds * self.chunks

    def tile(self, index: int) -> Tile:
        """Return what a tile covers.

        Raises
        ------
        ValueError
            If there is none of this index.
        """
        index = checks.whole("index", index, 0, self.count - 1)
        rest, chunk = divmod(index, self.chunks)
        seed, group = divmod(rest, self.groups)
        ends = (self.conditions * i // self.chunks for i in (chunk, chunk + 1))
        return Tile(group, seed, slice(*ends))
