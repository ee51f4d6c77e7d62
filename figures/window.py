"""The rectangle of the plane (w_L, b) that a picture shows."""

import math
from dataclasses import dataclass
from typing import Self

from dynamics import Grid

_SIDES = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)  # of steady windows, times a power of ten
_SHIFTS = 16  # of a side: what the ends of a steady window are multiples of


@dataclass(frozen=True)
class Window:
    """The part of the plane that a map shows."""

    w_min: float
    w_max: float
    b_min: float
    b_max: float

    @classmethod
    def of(cls, grid: Grid) -> Self:
        """Return the window of a grid of starts."""
        return cls(grid.w_min, grid.w_max, grid.b_min, grid.b_max)

    @classmethod
    def around(cls, grid: Grid) -> Self:
        """Return the window one spacing wider than a grid of arrows; see `arrow_grid`."""
        step_w = (grid.w_max - grid.w_min) / (grid.n_w - 1)
        step_b = (grid.b_max - grid.b_min) / (grid.n_b - 1)
        return cls(grid.w_min - step_w, grid.w_max + step_w, grid.b_min - step_b, grid.b_max + step_b)

    @property
    def width(self) -> float:
        """Length of the w axis."""
        return self.w_max - self.w_min

    @property
    def height(self) -> float:
        """Length of the b axis."""
        return self.b_max - self.b_min

    @property
    def reach(self) -> float:
        """Distance of the farthest side from the axes of the plane."""
        return max(abs(self.w_min), abs(self.w_max), abs(self.b_min), abs(self.b_max))

    def steady(self) -> Self:
        """Return the smallest square window of a few fixed ones that holds this one.

        It stands still while this one changes a little.
        """
        exponent = math.floor(math.log10(max(self.width, self.height)))
        for side in (step * 10.0**k for k in (exponent, exponent + 1) for step in _SIDES):
            unit = side / _SHIFTS
            w, b = (
                unit * round((middle - side / 2) / unit)
                for middle in ((self.w_min + self.w_max) / 2, (self.b_min + self.b_max) / 2)
            )
            if w <= self.w_min and b <= self.b_min and w + side >= self.w_max and b + side >= self.b_max:
                break
        return type(self)(w, w + side, b, b + side)

    def contains(self, w: float, b: float) -> bool:
        """Tell whether a point can be seen."""
        return self.w_min <= w <= self.w_max and self.b_min <= b <= self.b_max
