"""The page: the only package that imports Dash."""

from dashboard.application import create_app

__all__ = ["create_app"]
