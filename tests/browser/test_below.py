"""Below the first screen: the point of the regime map and the smallest kick."""

import re

import pytest
from playwright.sync_api import Page, expect

from dynamics import Hyperparameters, smallest_kick
from figures.kick import in_gammas
from tests.browser.conftest import OpenPage, held_back, middle, settled

pytestmark = pytest.mark.browser

SMALL = "resolution=24"
HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)


def slider(page: Page, key: str) -> float:
    return float(page.locator(f"#{key} [role=slider]").get_attribute("aria-valuetext") or "nan")


def test_dragging_the_point_of_the_regime_map_moves_both_sliders(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.locator("#regimes-heading").scroll_into_view_if_needed()
    page.locator("#regimes").scroll_into_view_if_needed()
    x, y = middle(page, "#regimes-handle")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 50, steps=6)
    page.wait_for_function("deadcone.frame.settings.eta > 0.15 && deadcone.frame.settings.beta < 0.88")
    page.mouse.up()
    page.wait_for_function("location.search.includes('eta=') && location.search.includes('beta=')")
    settled(page)
    at = page.evaluate("deadcone.frame.settings")
    assert slider(page, "beta") == at["beta"]
    assert slider(page, "eta") == at["eta"]
    assert page.locator("#eta-box").input_value() == str(at["eta"])
    now = middle(page, "#regimes-handle")
    assert now == pytest.approx((x + 60, y + 50), abs=4)  # of a slider's step


def test_the_kick_of_a_start_is_chosen_and_stands_in_the_address(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    truth = smallest_kick(HP, HP.gamma, HP.delta)
    start = smallest_kick(HP, -1.6, 2.3)
    assert truth is not None
    assert start is not None
    expect(page.locator("#kick-check")).to_contain_text(in_gammas(truth.length, HP.gamma))
    expect(page.locator("#kick .annotation-text")).to_have_text(re.compile("kills the ground truth$"))
    expect(page.locator("#kick-D")).to_be_hidden()
    page.click("#kick-B")
    expect(page.locator("#kick-check")).to_contain_text(f"{in_gammas(start.length, HP.gamma)}, start B dies")
    settled(page)
    assert "kick=B" in page.evaluate("location.search")
    expect(page.locator("#kick-B")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#kick-found")).not_to_have_attribute("data-old", "")
    page.click("#kick-A")
    expect(page.locator("#kick-check")).to_have_text("Start A dies without a kick.")


def test_the_link_below_the_gradients_scales_the_window(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.click("#scale-below")
    page.wait_for_function("location.search.includes('scale=1')")
    settled(page)
    expect(page.locator("#scale")).to_be_in_viewport()
    assert page.evaluate("deadcone.frame.settings.window") == [-3, 3, -3, 3]


def test_a_link_to_what_is_below_keeps_a_value_that_is_not_in_the_address_yet(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    x, y = middle(page, "#beta [role=slider]")
    with held_back(page, "**/frame?*"):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 60, y)
        page.wait_for_function("Number(deadcone.texts().beta) < 0.9")
        page.mouse.up()
        chosen = page.evaluate("deadcone.texts().beta")
        assert "beta" not in page.url
        page.click("#more-below")
        page.wait_for_function("location.hash === '#below'")
    settled(page)
    assert page.evaluate("[deadcone.texts().beta, String(deadcone.frame.settings.beta)]") == [chosen, chosen]
    assert f"beta={chosen}" in page.url
