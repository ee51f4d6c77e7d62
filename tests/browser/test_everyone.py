"""The page for everyone: by screen reader, by keyboard, by finger, zoomed in, and in forced colours."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

SMALL = "resolution=24"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def barriers(page: Page) -> list[str]:
    """What axe finds: the rule and the element of each violation."""
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]}" for rule in found for node in rule["nodes"]
    ]


# Every mode, in light and dark, on a desktop, a phone and a projector, in few page loads.
PLACES = [
    ("/?{}", 1440, 900, False),
    ("/?{}", 390, 844, True),
    ("/?{}&present=1", 1920, 1080, True),
    ("/?{}&pin=beta:0", 1440, 900, True),
    ("/?{}&hide=outcome", 390, 844, False),
    ("/?init=gaussian&units=50&time=1000&beta=0.99", 1440, 900, False),
    ("/?{}&colouring=revival", 1440, 900, True),
    ("/about", 390, 844, False),
]


@pytest.mark.parametrize(("path", "width", "height", "dark"), PLACES)
def test_axe_finds_nothing(open_page: OpenPage, path: str, width: int, height: int, dark: bool) -> None:
    page = open_page(path.format(SMALL), width=width, height=height, dark=dark)
    assert barriers(page) == []
    page.click("#theme") if page.locator("#theme").is_visible() else None
    settled(page)
    assert barriers(page) == []
