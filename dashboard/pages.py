"""The pages of the site, for the links at the top of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.prefix import within


@dataclass(frozen=True)
class Page:
    """A page with a link at the top.

    A document is served on its own (`dashboard.prose`); the other pages are views of the application, which
    turns to them without loading anything.
    """

    key: str
    name: str
    path: str
    document: bool = False


PAGES = (
    Page("explore", "Explore", "/"),
    Page("lesson", "Lesson", "/lesson"),
    Page("risk", "Risk", "/risk"),
    Page("experiments", "Experiments", "/experiments"),
    Page("teach", "Teach", "/teach", document=True),
    Page("about", "About", "/about", document=True),
)
# Those that the setting `page` names: the lesson is Explore at a step.
VIEWS = tuple(page.key for page in PAGES if not page.document and page.key != "lesson")


def view_at(path: str) -> str:
    """Return which of the views an address's path opens."""
    last = within(path).rstrip("/").rpartition("/")[2]
    return last if last in VIEWS else VIEWS[0]


def is_page(path: str) -> bool:
    """Tell whether an address's path is that of a page."""
    return (within(path).rstrip("/") or "/") in {"/explore", *(page.path for page in PAGES)}
