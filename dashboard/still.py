"""The layout as the browser gets it: what no callback names comes as plain elements.

Dash asks each of its components at each change in its store whether it is concerned. Most parts of the page
never are, or are changed by scripts of their own: they are two thirds of the components, and cost up to a
third of a page's start (docs/measured.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

ELEMENTS = "dash_html_components"
_UNUSED = {"children", "n_clicks", "n_clicks_timestamp", "disable_n_clicks"}


def named(callbacks: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the ids of all components that callbacks name, as ``/_dash-dependencies`` lists them."""
    for callback in callbacks:
        yield from (part["id"] for part in (*callback["inputs"], *callback["state"]))
        for output in callback["output"].strip(".").split("..."):
            yield output.rpartition(".")[0]


def stilled(part: Any, live: set[str]) -> Any:
    """Return a layout with plain elements in the place of components that are not `live`.

    Parameters
    ----------
    part : object
        A component as Dash writes it in JSON, a list of such, or a text.
    live : set of str
        Ids of components that callbacks name.

    Returns
    -------
    object
        As `part`. Neighbours that are neither live nor hold what is live are one component, ``Still`` of
        assets/still.js; its ``parts`` are texts and lists of an element's name, attributes and content.
    """
    if isinstance(part, list):
        made: list[Any] = []
        for still, group in groupby(part, lambda each: _is_still(each, live)):
            parts = list(group)
            made += _together(parts) if still else [stilled(each, live) for each in parts]
        return made
    if not isinstance(part, dict) or "children" not in part["props"]:
        return part
    children = part["props"]["children"]
    listed = children if isinstance(children, list) else [children]
    return part | {"props": part["props"] | {"children": stilled(listed, live)}}


def _together(parts: list[Any]) -> list[Any]:
    """Make neighbours one component, unless there is nothing but text."""
    if not any(isinstance(part, dict) for part in parts):
        return parts
    plain = [_plain(part) for part in parts if part is not None]
    return [{"type": "Still", "namespace": "deadcone", "props": {"parts": plain}}]


def _is_still(part: Any, live: set[str]) -> bool:
    if not isinstance(part, dict):
        return True
    return (
        part["namespace"] == ELEMENTS
        and part["props"].get("id") not in live
        and all(_is_still(child, live) for child in _children(part))
    )


def _children(part: dict[str, Any]) -> list[Any]:
    children = part["props"].get("children")
    return children if isinstance(children, list) else [children]


def _plain(part: Any) -> Any:
    if not isinstance(part, dict):
        return str(part)
    attributes = {key: value for key, value in part["props"].items() if key not in _UNUSED}
    return [
        part["type"].lower(),
        attributes,
        *(_plain(child) for child in _children(part) if child is not None),
    ]
