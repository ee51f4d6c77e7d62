"""About and the teacher's pages in a browser: at every width, in both themes, on paper, and back again."""

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard.prose import DOCUMENTS
from tests.browser.conftest import OpenPage, settled
from tests.browser.test_everyone import barriers

pytestmark = pytest.mark.browser

SMALL = "resolution=24"
# What reaches beyond the window's right edge, or is wider than the place it is given.
SPILLING = """() => [...document.querySelectorAll("main *, header *, nav *")]
  .filter((e) => e.checkVisibility() && getComputedStyle(e).position !== "absolute" && !e.closest("thead"))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1
    || (e.matches("math[display=block]") && e.scrollWidth > e.clientWidth + 1))
  .map((e) => e.outerHTML.slice(0, 90))"""
SHEETS = [document.path for document in DOCUMENTS if document.page == "teach"]


def turn_to(page: Page, path: str) -> None:
    page.goto(re.sub(r"(//[^/]+).*", r"\1" + path, page.url))


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900), (320, 640)])
def test_every_page_fits_and_has_no_barriers(open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(DOCUMENTS[0].path, width=width, height=height, dark=width == 390)
    for document in DOCUMENTS:
        turn_to(page, document.path)
        expect(page.locator("h1")).to_have_text(document.title)
        page.evaluate("document.fonts.ready")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SPILLING) == []
        if width == 390 and document.path == "/about":
            page.click(".jump summary")
            page.click(".jump a[href='#limits']")
            expect(page.locator("#limits")).to_be_in_viewport()
        if width == 1440:  # where the list of contents shows too; test_everyone.py has About on a phone
            assert barriers(page) == []
    assert page.evaluate("""[...document.fonts].some((face) => face.family.includes("STIX Two Math")
      && face.status === "loaded")""")


def test_there_and_back_with_settings_and_theme(open_page: OpenPage) -> None:
    page = open_page(f"/?beta=0.5&{SMALL}")
    page.click("#nav-about")
    expect(page.locator("h1")).to_have_text("Why a ReLU dies")
    assert page.evaluate("location.pathname + location.search") == f"/about?beta=0.5&{SMALL}"
    page.click("#theme")
    expect(page.locator("#theme")).to_have_text("Light")
    page.click("#nav-teach")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.click("text=90 minutes >> nth=0")
    page.locator("summary").last.click()
    expect(page.locator("details p").last).to_contain_text("Computed: 2.35")
    page.click("#nav-explore")
    settled(page)
    assert page.input_value("#beta-box") == "0.5"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_teacher_takes_one_sheet_with_all_answers(open_page: OpenPage) -> None:
    page = open_page("/teach", dark=True)
    for path in SHEETS:
        turn_to(page, path)
        sheet = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1, path
    page.emulate_media(media="print")
    turn_to(page, "/teach/10-minutes")
    expect(page.locator("details p").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
