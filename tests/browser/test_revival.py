"""The colouring Revival: one unit, its wait, and the wedge."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dynamics import Hyperparameters, revival_time
from figures.revival_ground import count
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)


def screen(page: Page, w: float, b: float) -> tuple[float, float]:
    """Where a point of the plane is on the screen."""
    x, y = page.evaluate(
        """([w, b]) => {
            const graph = document.querySelector("#map .js-plotly-plot");
            const { left, top, width, height } = deadcone.sketch.onScreen(graph);
            const { xaxis, yaxis } = graph._fullLayout;
            const share = ({ range }, value) => (value - range[0]) / (range[1] - range[0]);
            return [left + share(xaxis, w) * width, top + (1 - share(yaxis, b)) * height];
        }""",
        [w, b],
    )
    return x, y


def selected(page: Page) -> list[float]:
    found: list[float] = page.evaluate("deadcone.frame.settings.selected")
    return found


def back(page: Page) -> str:
    """What the dynamics say of the unit that the page shows."""
    times = revival_time(HP, *selected(page))
    return f"{count(float(times.log10_iterations))} updates"


def test_the_unit_is_dragged_and_its_wait_follows(open_page: OpenPage) -> None:
    page = open_page("/?resolution=48")
    assert page.locator("#revival").is_hidden()
    page.click("#colouring label:has-text('Revival')")
    page.wait_for_function("deadcone.frame.settings.colouring === 'revival'")
    settled(page)
    assert page.locator("#alive").is_hidden()
    assert page.locator("#unit-back").inner_text() == back(page) == "4.8·10⁶ updates"
    page.mouse.move(*screen(page, 0.42, -2.35))
    page.mouse.down()
    page.mouse.move(*screen(page, 0.6, -2.6), steps=6)
    page.wait_for_function("deadcone.frame.settings.selected[0] > 0.45")  # while the hand still holds it
    page.mouse.up()
    page.wait_for_function("Math.abs(deadcone.frame.settings.selected[0] - 0.6) < 0.02")
    settled(page)
    assert page.locator("#unit-back").inner_text() == back(page)
    w, b = selected(page)
    assert f"selected={w},{b}" in page.evaluate("location.search")
    assert page.locator("#unit-place").inner_text() == f"This unit: w = {w}, b = −{-b}"
    assert len(page.evaluate("deadcone.frame.settings.starts")) == 3


def test_a_click_selects_keys_move_and_a_batch_is_typed(open_page: OpenPage) -> None:
    page = open_page("/?resolution=48&colouring=revival")
    page.mouse.click(*screen(page, -0.4, -2.5))
    page.wait_for_function("deadcone.frame.settings.selected[0] < 0")
    settled(page)
    expect(page.locator("#unit-back")).to_have_text("never")
    handle = page.get_by_role("button", name="Selected unit")
    w, b = selected(page)
    handle.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function("deadcone.frame.settings.selected[0] > 0.5")
    settled(page)
    np.testing.assert_allclose(selected(page), [w + 1.2, b], atol=1e-6)
    expect(page.locator("#unit-back")).to_have_text(back(page))
    before = page.locator("#unit-seen").inner_text()
    page.fill("#batch-box", "1024")
    page.press("#batch-box", "Enter")
    page.wait_for_function("deadcone.frame.settings.batch === 1024")
    settled(page)
    assert page.locator("#unit-seen").inner_text() != before
    page.fill("#batch-box", "none")
    page.press("#batch-box", "Enter")
    expect(page.locator("#batch-error")).to_contain_text("Batch must be")


def test_the_wedge_has_its_zoom_and_hovering_tells_three_lines(open_page: OpenPage) -> None:
    page = open_page("/?resolution=48&colouring=revival&layers=cones")
    expect(page.locator("#zoom-truth")).to_be_hidden()
    page.click("#zoom-wedge")
    page.wait_for_function("deadcone.frame.settings.window[0] > -2")
    settled(page)
    expect(page.locator("#zoom-wedge")).to_be_hidden()
    page.mouse.move(*screen(page, 0.5, -2.5))
    expect(page.locator("#hover")).to_be_visible()
    lines = page.locator("#hover div").all_inner_texts()
    assert lines[0].startswith("Back after")
    assert lines[1].startswith("A batch of 32 sees it every")
    assert lines[2].startswith("In float32")
    page.click("#zoom-whole")
    page.wait_for_function("deadcone.frame.settings.window[0] === -3")


def test_it_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page("/?resolution=24&colouring=revival", width=390, height=844)
    expect(page.locator("#unit-back")).to_have_text("4.8·10⁶ updates")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("#revival").bounding_box()
    assert box is not None
    assert box["width"] > 300
