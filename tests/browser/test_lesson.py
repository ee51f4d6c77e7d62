"""The lesson in a real browser: by keyboard from end to end, by hand, left and come back to."""

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard import clouds
from dashboard.lesson import Told, read
from dashboard.lesson_steps import STEPS
from dashboard.settings import read_query
from dynamics import Cancellation
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser


def at_step(page: Page, number: int) -> None:
    """Wait until the bar and the pictures are those of a step."""
    page.wait_for_selector(f"html[data-step='{number}'] #lesson[data-for='{number}']:not([data-old])")
    settled(page)


def done(page: Page) -> None:
    page.wait_for_selector("#lesson[data-done]:not([data-old])")
    settled(page)


def bar(page: Page) -> dict[str, str]:
    """What stands in the bar, hidden or not."""
    texts: dict[str, str] = page.evaluate(
        """() => Object.fromEntries(["title", "text", "do", "reaction"]
            .map((name) => [name, document.getElementById(`lesson-${name}`).textContent]))"""
    )
    return texts


def told(page: Page, step: int, vote: int | None) -> Told:
    """What the step says at the settings that the page has, computed here."""
    settings = read_query(page.evaluate("new URLSearchParams(deadcone.texts()).toString()"))[0]
    if settings.initializer is not None:  # its numbers are of the cloud that is drawn: of all units
        clouds.clouds(settings.scaled(False), still=True, complete=True, cancel=Cancellation())
    return read(settings, step, vote, Cancellation())


def test_the_lesson_is_walked_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/lesson?present=1")
    page.emulate_media(reduced_motion="reduce")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for step in STEPS:
        at_step(page, step.number)
        said = bar(page)
        assert said["title"].startswith(step.title)
        charts = {chart for chart in step.charts if chart}
        for chart in ("alive", "locus", "oscillation", "share", "survival"):
            assert page.locator(f"#picture-{chart}").is_visible() == (chart in charts), (step.number, chart)
        if step.answer is not None:
            wrong = step.answer % 3 + 1
            page.keyboard.press(str(wrong))
            pressed = page.locator("#lesson-options [aria-pressed=true]")
            expect(pressed).to_have_attribute("data-vote", str(wrong))
            page.keyboard.press(str(step.answer))
            expect(pressed).to_have_attribute("data-vote", str(step.answer))
        begin = told(page, step.number, step.answer)
        assert (said["text"], said["do"]) == (f"{begin.text} {begin.question}".strip(), begin.do)
        page.keyboard.press(" ")
        done(page)
        end = told(page, step.number, step.answer)
        said = bar(page)
        assert said["reaction"] == end.reaction
        assert end.claim_holds
        assert re.search(r"\d", said["reaction"])
        expect(page.locator("#lesson-answer")).to_be_visible()
        expect(page.locator("#lesson-text")).to_be_hidden()
        page.keyboard.press("ArrowRight")
    expect(page.locator("#lesson-next")).to_have_text("Finish")
    # Dash hears of a step's choices once: told with each answer, it would answer and be told for ever.
    assert sum("_dash-update" in url for url in asked) <= 2 * len(STEPS)
    # Each step is an address of its own, and the way back goes through them.
    assert "step=10" in page.evaluate("location.search")
    page.go_back()
    at_step(page, 9)
    page.keyboard.press("ArrowLeft")
    at_step(page, 8)


def test_a_hand_does_step_1_and_leaves_and_comes_back(open_page: OpenPage) -> None:
    page = open_page("/lesson?step=2")
    at_step(page, 2)
    page.click("#dots [data-step='1']")
    at_step(page, 1)
    start = page.locator("#starts .start").bounding_box()
    area = page.evaluate("deadcone.sketch.onScreen(document.querySelector('#map .js-plotly-plot'))")
    assert start is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(area["left"] + area["width"] * 3.5 / 6, area["top"] + area["height"] * 2 / 6, steps=4)
    settled(page)
    page.mouse.up()
    expect(page.locator("#lesson-reaction")).to_contain_text("Still alive")
    assert page.locator("#lesson[data-done]").count() == 0
    start = page.locator("#starts .start").bounding_box()
    assert start is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(area["left"] + area["width"] * 3.5 / 6, area["top"] + area["height"] * 5 / 6, steps=4)
    page.mouse.up()
    done(page)
    moved = page.evaluate("deadcone.texts().starts")

    # Leave keeps what was moved, shows what was hidden, and the step waits.
    page.click("#lesson-leave")
    settled(page)
    assert page.evaluate("location.pathname") == "/"
    assert page.evaluate("[deadcone.texts().starts, deadcone.texts().colouring]") == [moved, "outcome"]
    expect(page.locator("#lesson")).to_be_hidden()
    expect(page.locator("#picture-share")).to_be_visible()
    page.click("#nav-lesson")
    done(page)
    assert page.evaluate("[location.pathname, deadcone.texts().starts]") == ["/lesson", moved]

    # Another setting changed: the reaction is no longer true, and the step can be reset.
    page.click("#dots [data-step='3']")
    at_step(page, 3)
    expect(page.locator("#eta-box")).to_have_value("0.1")
    page.fill("#eta-box", "2")
    page.press("#eta-box", "Enter")
    page.wait_for_function("deadcone.texts().eta === '2'")
    page.fill("#beta-box", "0.9")
    page.press("#beta-box", "Enter")
    page.wait_for_selector("#lesson-reset:not([hidden])")
    settled(page)
    assert "without momentum" in bar(page)["reaction"]
    page.click("#lesson-reset")
    at_step(page, 3)
    assert page.evaluate("[deadcone.texts().eta, deadcone.texts().beta]") == ["0.1", "0"]


def test_the_sheet_on_a_phone_holds_the_slider_that_is_asked_for(open_page: OpenPage) -> None:
    page = open_page("/lesson?step=5", width=390, height=844)
    at_step(page, 5)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert [page.locator(f"#{key}").is_visible() for key in ("beta", "eta", "gamma", "delta")] == [True] + [
        False
    ] * 3
    thumb = page.locator("#beta [role=slider]").bounding_box()
    sheet = page.locator("#lesson").bounding_box()
    assert thumb is not None
    assert sheet is not None
    assert sheet["y"] < thumb["y"]
    x, y = thumb["x"] + thumb["width"] / 2, thumb["y"] + thumb["height"] / 2
    page.tap("#lesson-option-1")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(385, y, steps=3)
    page.mouse.up()
    done(page)
    end = told(page, 5, 1)
    assert bar(page)["reaction"] == end.reaction
    assert end.right is False
    page.tap("#lesson-next")
    at_step(page, 6)
