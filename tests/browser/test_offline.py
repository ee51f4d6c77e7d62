"""A browser that loses its network while a slider moves, and finds it again."""

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PATIENCE, middle, settled


@pytest.mark.browser
def test_the_page_says_that_it_is_away_and_recovers_by_itself(address: str, chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.goto(urljoin(address, "/"))
    settled(page)
    x, y = middle(page, "#beta [role=slider]")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y)
    context.set_offline(True)
    page.mouse.move(x - 40, y, steps=4)
    page.mouse.up()
    expect(page.locator("#problem")).to_have_text(re.compile("The server does not answer.*trying again"))
    chosen = page.evaluate("window.deadcone.texts().beta")
    assert page.evaluate("String(window.deadcone.frame.settings.beta)") != chosen
    page.evaluate("window.kept = true")
    context.set_offline(False)
    settled(page)
    expect(page.locator("#problem")).to_have_text("")
    assert page.evaluate("[String(window.deadcone.frame.settings.beta), window.kept]") == [chosen, True]
    assert f"beta={chosen}" in page.url
    assert thrown == []
    context.close()
