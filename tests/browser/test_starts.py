"""Starts on the map: mouse, touch and keyboard."""

import numpy as np
import pytest
from playwright.sync_api import FloatRect, Page

from dynamics import Hyperparameters, outcomes
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

SMALL = "resolution=24"


def plot(page: Page) -> FloatRect:
    """The map's plot rectangle on the screen."""
    box = page.locator("#map .nsewdrag").first.bounding_box()
    assert box is not None
    return box


def screen(page: Page, w: float, b: float) -> tuple[float, float]:
    """Where a point of the window [−3, 3]² is on the screen."""
    box = plot(page)
    return box["x"] + (w + 3) / 6 * box["width"], box["y"] + (3 - b) / 6 * box["height"]


def starts(page: Page) -> list[list[float]]:
    """The starts that the pictures show."""
    found: list[list[float]] = page.evaluate("deadcone.frame.settings.starts")
    return found


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*screen(page, *start))
    page.mouse.down()
    page.mouse.move(*screen(page, *end), steps=8)


def end_of_path(page: Page, letter: str) -> list[float]:
    """The last point of a path as Plotly draws it."""
    end: list[float] = page.evaluate(
        """letter => {
            const graph = document.querySelector("#map .js-plotly-plot");
            const { x, y } = graph._fullData.find((trace) => trace.name === `path ${letter}`);
            return [x[x.length - 1], y[y.length - 1]];
        }""",
        letter,
    )
    return end


def test_a_start_is_dragged_and_its_path_ends_where_the_dynamics_say(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    drag(page, (2, 1.8), (-1, 1))
    page.wait_for_function("deadcone.frame.settings.starts[0][0] < 1.5")  # while the hand still holds it
    page.mouse.up()
    page.wait_for_function("Math.abs(deadcone.frame.settings.starts[0][0] + 1) < 0.02")
    settled(page)
    w, b = starts(page)[0]
    np.testing.assert_allclose([w, b], [-1, 1], atol=0.02)
    settings = page.evaluate("deadcone.frame.settings")
    assert settings["starts"][1:] == [[-1.6, 2.3], [2, 0.2]]
    assert f"starts={w},{b};" in page.evaluate("location.search")
    hp = page.evaluate("({beta, eta, gamma, delta} = deadcone.frame.settings, {beta, eta, gamma, delta})")
    judged = outcomes(Hyperparameters(**hp), [w], [b])
    np.testing.assert_allclose(end_of_path(page, "A"), [judged.final_w[0], judged.final_b[0]], atol=0.02)


def test_a_click_adds_a_start_and_eight_are_enough(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&starts=none")
    for i in range(9):
        page.mouse.click(*screen(page, -2.5 + 0.6 * i, -1.0))
        page.wait_for_function(f"deadcone.frame.settings.starts.length === {min(i + 1, 8)}")
    settled(page)
    assert page.locator("#starts .start").count() == 8
    np.testing.assert_allclose(starts(page)[2], [-1.3, -1], atol=0.02)


def test_a_pan_adds_no_start_and_a_start_let_go_outside_is_gone(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    drag(page, (0, -1.5), (0.5, -1.5))
    page.mouse.up()
    page.wait_for_function("deadcone.frame.settings.window[0] < -3.3")
    assert len(starts(page)) == 3
    page.click("#zoom-whole")
    page.wait_for_function("deadcone.frame.settings.window[0] === -3")
    settled(page)
    drag(page, (2, 1.8), (-4, 3.6))
    page.mouse.up()
    page.wait_for_function("deadcone.frame.settings.starts.length === 2")
    settled(page)
    assert starts(page) == [[-1.6, 2.3], [2, 0.2]]


def test_keys_move_and_delete_a_start(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    handle = page.locator("#starts .start").nth(1)
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_function("deadcone.frame.settings.starts[1][1] === 1.7")
    assert starts(page)[1] == [-1.54, 1.7]
    assert "Start B, weight -1.54, bias 1.7" in (handle.get_attribute("aria-label") or "")
    page.keyboard.press("Delete")
    page.wait_for_function("deadcone.frame.settings.starts.length === 2")
    settled(page)
    assert starts(page) == [[2, 1.8], [2, 0.2]]
    assert page.evaluate("document.activeElement.className") == "start"


def test_a_tap_adds_a_start_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&starts=none", width=390, height=844)
    box = page.locator("#picture-map").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.4 * box["height"])
    page.wait_for_function("deadcone.frame.settings.starts.length === 1")
    settled(page)


def test_the_first_start_comes_by_keyboard_too(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&starts=none")
    page.locator("#starts").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("deadcone.frame.settings.starts.length === 1")
    settled(page)
    assert starts(page) == [[0, 1.5]]
    assert page.evaluate("document.activeElement.className") == "start"
