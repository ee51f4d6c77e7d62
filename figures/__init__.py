"""Results to plotly figures: pure functions that know nothing of the dashboard."""

from figures.alive import alive
from figures.arrows import arrow_grid
from figures.eigenvalues import locus
from figures.field import field_row
from figures.kick import kick, kick_grid
from figures.oscillation import oscillation
from figures.paths import StartPath
from figures.plane import plane
from figures.revival import revival
from figures.share import CurrentShare, ShareCurve, share
from figures.theme import DARK, LIGHT, THEMES, Theme
from figures.view import LAYERS, View

__all__ = [
    "DARK",
    "LAYERS",
    "LIGHT",
    "THEMES",
    "CurrentShare",
    "ShareCurve",
    "StartPath",
    "Theme",
    "View",
    "alive",
    "arrow_grid",
    "field_row",
    "kick",
    "kick_grid",
    "locus",
    "oscillation",
    "plane",
    "revival",
    "share",
]
