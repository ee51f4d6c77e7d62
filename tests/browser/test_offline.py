"""A browser that loses its network while a slider moves, and finds it again."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, OpenPage


def test_the_page_says_that_it_is_away_and_recovers_by_itself(open_page: OpenPage) -> None:
    page = open_page("/")
    thumb = page.locator("#beta [role=slider]")
    thumb.press("ArrowLeft")
    page.wait_for_selector("main[aria-busy=false]", timeout=PATIENCE)
    box = thumb.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y)
    page.context.set_offline(True)
    page.mouse.move(x - 40, y, steps=4)
    page.mouse.up()
    expect(page.locator("#problem")).to_have_text(re.compile("does not answer.*trying again"))
    chosen = page.evaluate("deadcone.texts().beta")
    assert page.evaluate("String(deadcone.frame.settings.beta)") != chosen
    page.evaluate("window.kept = true")
    page.context.set_offline(False)
    page.wait_for_selector("main[aria-busy=false]", timeout=PATIENCE)
    expect(page.locator("#problem")).to_be_hidden()
    assert page.evaluate("[String(deadcone.frame.settings.beta), window.kept]") == [chosen, True]
    expect(page).to_have_url(re.compile(f"beta={re.escape(chosen)}"))
