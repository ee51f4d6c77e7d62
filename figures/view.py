"""How a figure is to be seen: everything a picture depends on besides the results it shows."""

from dataclasses import dataclass
from typing import Literal, get_args

from figures.theme import THEMES, Theme, ThemeName

Colouring = Literal["outcome", "iterations", "revival", "gradient", "plain"]
Layer = Literal["arrows", "cones", "paths", "affine"]
Size = Literal["desktop", "compact", "phone", "present"]

LAYERS: frozenset[Layer] = frozenset(get_args(Layer))
USUAL_LAYERS: frozenset[Layer] = LAYERS - {"affine"}

# Pixels of the map's side that marks drawn in data units are made for, and arrows along it.
_MAP_SIDE = {"desktop": 552, "compact": 474, "phone": 346, "present": 712}
_ROW_SIDE = {"desktop": 300, "present": 370}  # … of one of three in a row
_ARROWS = {"desktop": 15, "compact": 13, "phone": 11, "present": 11}
_PRESENT_SCALE = 1.5  # Present's root font size over the page's: 24 px / 16 px


@dataclass(frozen=True)
class View:
    """Theme, colouring, layers and size class of a figure.

    Parameters
    ----------
    theme : "light" or "dark"
    colouring : "outcome", "iterations", "revival", "gradient" or "plain"
        What colours the plane; nothing does in "plain", which tells of no start how it ends.
    layers : frozenset of "arrows", "cones", "paths", "affine"
        What lies over the plane's ground; "affine" is the way of each start without the ReLU.
    size : "desktop", "compact", "phone" or "present"
        Size class; compact is under 800 px tall or 760 to 1199 px wide.
    hover : bool
        Whether every cell carries what hovering over it tells; left out while dragging.
    row : bool
        Whether the map is one of three in a row, and so as small as a phone's.

    Raises
    ------
    ValueError
        If a field has another value; the message names field, value and choices.
    """

    theme: ThemeName = "light"
    colouring: Colouring = "outcome"
    layers: frozenset[Layer] = USUAL_LAYERS
    size: Size = "desktop"
    hover: bool = True
    row: bool = False

    def __post_init__(self) -> None:
        for name, kind in (("theme", ThemeName), ("colouring", Colouring), ("size", Size)):
            choices = get_args(kind)
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, got {getattr(self, name)!r}")
        if not isinstance(self.layers, frozenset) or not self.layers <= LAYERS:
            names = ", ".join(sorted(LAYERS))
            raise ValueError(f"layers must be a frozenset of {names}, got {self.layers!r}")

    @property
    def colours(self) -> Theme:
        """The colours of the theme."""
        return THEMES[self.theme]

    def px(self, size: float) -> float:
        """Return a size in pixels, enlarged in Present as everything else on that page."""
        return size * _PRESENT_SCALE if self.size == "present" else size

    @property
    def blank(self) -> bool:
        """Whether the plane's ground is the page's own."""
        return self.colouring in ("gradient", "plain")

    @property
    def map_side(self) -> int:
        """Side in pixels of the map that this size class makes room for."""
        return _ROW_SIDE.get(self.size, _ROW_SIDE["desktop"]) if self.row else _MAP_SIDE[self.size]

    @property
    def arrows(self) -> int:
        """Number of arrows along one side of the map."""
        return _ARROWS["phone" if self.row else self.size]
