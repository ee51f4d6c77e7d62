"""Attributes that Dash's components take only as keyword dictionaries."""

from typing import Any


def aria(**attributes: str) -> dict[str, Any]:
    """Return ``aria-`` attributes: ``aria(label="Pages")``."""
    return {f"aria-{name}": value for name, value in attributes.items()}


def data(**attributes: str) -> dict[str, Any]:
    """Return ``data-`` attributes."""
    return {f"data-{name}": value for name, value in attributes.items()}
