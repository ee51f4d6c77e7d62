"""Results to plotly figures: pure functions that know nothing of the dashboard."""

from figures.alive import alive
from figures.arrows import arrow_grid
from figures.changed import changed
from figures.cloud import cloud_plane, cloud_window
from figures.cloud_alive import cloud_alive
from figures.depth import depth
from figures.eigenvalues import locus
from figures.field import field_row
from figures.figure1 import figure1
from figures.guess import hidden_alive, hidden_plane, hidden_share
from figures.kick import kick, kick_grid
from figures.layer import DrawnUnits, layer
from figures.oscillation import oscillation
from figures.paths import StartPath
from figures.plane import plane
from figures.regimes import regimes
from figures.revival import revival
from figures.share import CurrentShare, ShareCurve, share
from figures.survival import survival
from figures.sweep import sweep
from figures.theme import DARK, LIGHT, THEMES, Theme
from figures.theory import few_units, first_layer, first_layer_window, lone_units
from figures.view import LAYERS, View
from figures.watched import watched_fates, watched_layers, watched_units

__all__ = [
    "DARK",
    "LAYERS",
    "LIGHT",
    "THEMES",
    "CurrentShare",
    "DrawnUnits",
    "ShareCurve",
    "StartPath",
    "Theme",
    "View",
    "alive",
    "arrow_grid",
    "changed",
    "cloud_alive",
    "cloud_plane",
    "cloud_window",
    "depth",
    "few_units",
    "field_row",
    "figure1",
    "first_layer",
    "first_layer_window",
    "hidden_alive",
    "hidden_plane",
    "hidden_share",
    "kick",
    "kick_grid",
    "layer",
    "locus",
    "lone_units",
    "oscillation",
    "plane",
    "regimes",
    "revival",
    "share",
    "survival",
    "sweep",
    "watched_fates",
    "watched_layers",
    "watched_units",
]
