"""Guess first: nothing on the page or in the answers tells, until a key or a button reveals."""

import re

import pytest
from playwright.sync_api import Page, Response, expect

from dashboard.packing import unpack
from dashboard.settings import DEFAULT
from dynamics import Hyperparameters, basin_map
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

SMALL = "resolution=24"
HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)
SHARE = basin_map(HP, DEFAULT.grid(24)).dead_fraction
BASELINE = basin_map(
    Hyperparameters(beta=0.0, eta=0.1, gamma=0.1, delta=0.0), DEFAULT.grid(256)
).dead_fraction


def whole(page: Page) -> str:
    """Everything that can be read from the page: its source, the pictures' data and the state."""
    text: str = page.evaluate(
        """() => document.documentElement.outerHTML
            + [...document.querySelectorAll(".js-plotly-plot")]
                .map((gd) => JSON.stringify([gd.data, gd.layout])).join()
            + JSON.stringify(deadcone.frame)"""
    )
    return text


def hides(page: Page) -> None:
    """Check that the page tells no share but the known one, no path and no outcome."""
    told = whole(page)
    assert f"{100 * SHARE:.1f} %" not in told
    assert f"{100 * SHARE:.0f} %" not in told
    assert f"{SHARE:.5f}"[:6] not in told
    assert "γ</b> kills" not in told
    assert "ground truth dies" not in told
    assert '"path A"' not in told
    assert page.evaluate("deadcone.frame.outcome") is None
    assert page.locator("canvas.ground").evaluate_all("all => all.every(({ width }) => width <= 1)")
    assert page.locator(".playhead").count() == 0
    assert page.locator("#hover").inner_text() == ""


def guessed(page: Page) -> str:
    return page.locator("#guess-said").inner_text()


def drag_to(page: Page, share: float) -> None:
    bar = page.locator("#guess-bar").bounding_box()
    handle = page.locator("#guess-handle").bounding_box()
    assert bar is not None
    assert handle is not None
    y = bar["y"] + bar["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(bar["x"] + share * bar["width"], y, steps=6)
    page.mouse.up()


def test_nothing_tells_before_space_reveals(open_page: OpenPage) -> None:
    page = open_page("/about")  # where no frame is asked for yet
    answers: list[Response] = []

    def heard(answer: Response) -> None:
        answers.append(answer)

    page.on("response", heard)
    page.goto(page.url.replace("/about", f"/?{SMALL}&hide=outcome"))
    settled(page)
    hides(page)
    expect(page.locator("#caption")).to_have_text("How many starts die at β = 0.9?")
    expect(page.locator("#context")).to_contain_text(f"At β = 0 it was {100 * BASELINE:.0f} %.")
    assert guessed(page) == "? %"
    drag_to(page, 0.3)
    page.wait_for_function("deadcone.frame.settings.guess === 30")
    settled(page)
    assert guessed(page) == "30 %"
    assert "hide=outcome&guess=30" in page.evaluate("location.search")
    expect(page.locator("#share .annotation-text", has_text="you")).to_have_text("you: 30 %")
    hides(page)
    frames = [answer.body() for answer in answers if "/frame?" in answer.url]
    assert frames
    for body in frames:
        header, _ = unpack(body)
        assert header["hidden"]
        assert f"{100 * SHARE:.1f} %".encode() not in body
        assert f"{SHARE:.5f}".encode() not in body
        assert header["grounds"] == {}
    assert not [answer for answer in answers if "/cell" in answer.url]

    page.keyboard.press("Space")
    page.wait_for_function("deadcone.frame.outcome")
    settled(page)
    expect(page.locator("#caption")).to_have_text(f"{100 * SHARE:.0f} % of starts die; you guessed 30 %.")
    expect(page.locator("#share-dead")).to_have_text(f"{100 * SHARE:.1f} %")
    expect(page.locator("#share-guess")).to_have_text("30 %")
    shown = page.evaluate("[...deadcone.frame.outcome]")
    assert shown == basin_map(HP, DEFAULT.grid(24)).outcome.ravel().tolist()
    tick, bar = (page.locator(f"#{key}").bounding_box() for key in ("guess-tick", "bar"))
    assert tick is not None
    assert bar is not None
    assert (tick["x"] + tick["width"] / 2 - bar["x"]) / bar["width"] == pytest.approx(0.3, abs=0.01)
    assert page.evaluate("location.search") == f"?{SMALL}&guess=30"


def test_a_page_that_was_visible_forgets_what_it_showed(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&time=26")
    expect(page.locator("#kick-check")).to_contain_text("the ground truth dies")
    box = page.locator("#map .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 200)
    expect(page.locator("#hover")).to_contain_text("end")
    assert f"{100 * SHARE:.1f} %" in whole(page)
    page.click("#guess-first")
    page.wait_for_function("deadcone.frame.settings.hide === 'outcome'")
    settled(page)
    hides(page)
    page.mouse.move(box["x"] + 120, box["y"] + 220)
    settled(page)
    expect(page.locator("#hover")).to_be_hidden()
    page.click("#guess-leave")
    page.wait_for_function("deadcone.frame.outcome")
    settled(page)
    expect(page.locator("#share-dead")).to_have_text(f"{100 * SHARE:.1f} %")
    expect(page.locator("#kick .annotation-text")).to_have_text(re.compile("kills the ground truth"))
    assert page.locator(".graph-map canvas.ground").evaluate("({ width }) => width") == 24
    assert page.evaluate("location.search") == f"?{SMALL}&time=26"


def test_the_guess_by_keys_and_another_question(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&hide=outcome&guess=30")
    handle = page.locator("#guess-handle")
    handle.focus()
    for key, guess in (
        ("ArrowRight", 31),
        ("Shift+ArrowDown", 21),
        ("Home", 0),
        ("End", 100),
        ("PageDown", 90),
    ):
        page.keyboard.press(key)
        assert guessed(page) == f"{guess} %"
    expect(handle).to_have_attribute("aria-valuenow", "90")
    page.click("#reveal")
    page.wait_for_function("deadcone.frame.outcome")
    settled(page)
    expect(page.locator("#caption")).to_contain_text("you guessed 90 %")
    page.locator("#beta [role=slider]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("deadcone.frame.settings.guess === null")
    settled(page)
    expect(page.locator("#legend-guess")).to_be_hidden()
    assert "guess" not in page.evaluate("location.search")
    expect(page.locator("#guess-first")).to_have_text("Guess first")


def test_guess_again_hides_again(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&guess=30")
    expect(page.locator("#guess-first")).to_have_text("Guess again")
    page.click("#guess-first")
    page.wait_for_function("deadcone.frame.settings.hide === 'outcome'")
    settled(page)
    hides(page)
    assert guessed(page) == "? %"


@pytest.mark.parametrize("query", ["", "&present=1"])
def test_on_a_phone_and_a_projector(open_page: OpenPage, query: str) -> None:
    width, height = (1920, 1080) if query else (390, 844)
    page = open_page(f"/?{SMALL}&hide=outcome{query}", width=width, height=height)
    hides(page)
    drag_to(page, 0.6)
    page.wait_for_function("deadcone.frame.settings.guess > 55")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("#reveal")
    page.wait_for_function("deadcone.frame.outcome")
    settled(page)
    expect(page.locator("#caption")).to_contain_text("you guessed")
