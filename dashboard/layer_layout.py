"""The tab "Your layer" of the page Risk; assets/layer.js fills it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component


def heading() -> list[Component]:
    """Return what stands above the tabs."""
    return [html.H1("Which units of your layer are dead?", id="layer-title")]


def panel() -> list[Component]:
    """Return what the tab holds."""
    return []
