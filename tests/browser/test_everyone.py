"""The page for everyone: by screen reader, by keyboard, by finger, zoomed in, and in forced colours."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dashboard.lesson_steps import STEPS
from dashboard.settings import DEFAULT
from dynamics import trajectory
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

SMALL = "resolution=24"
# One way to look after the other: what each changes.
WAYS: tuple[dict[str, str], ...] = (
    {},
    {"pin": "beta:0"},
    {"pin": "none", "colouring": "revival"},
    {"colouring": "outcome", "hide": "outcome"},
    {"hide": "none", "init": "gaussian", "units": "40", "time": "1000"},
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DIALOGS = {"data": "#data-tables table", "keys": "kbd", "share": "#link-text", "export": "#export-code"}

# Everything that can be taken hold of, with the box that a finger has to hit.
KINDS = "a[href], button, input, select, textarea, summary, [role=slider]"
TARGETS = """(kinds) => [...document.querySelectorAll(kinds)]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0)
    .filter((e) => !e.closest("p") || e.closest(".dialog-row"))
    .map((e) => {
        const of = e.closest(".dash-options-list-option") ?? e.closest(".dash-slider-root") ?? e;
        const { width, height } = of.getBoundingClientRect();
        return [e.id || e.className, width, height];
    })"""

# Where the focus is, whether it is seen there, and where that lies.
FOCUS = """() => {
    const e = document.activeElement;
    if (e === document.body) return null;
    const ringed = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const places = [e, e.closest(".dash-options-list-option"), e.closest(".map-frame")].filter(Boolean);
    const seen = places.some((at) => ringed(getComputedStyle(at)) || ringed(getComputedStyle(at, "::after")));
    const { top, bottom } = (e.closest(".dash-options-list-option") ?? e).getBoundingClientRect();
    const name = [e.tagName, e.id || e.className, e.value ?? ""].join(" ");
    return [name, seen, bottom > 0 && top < innerHeight];
}"""


def barriers(page: Page) -> list[str]:
    """What axe finds: the rule and the element of each violation.

    Plotly's drawings lie within elements that are pictures as a whole; walking them takes half of the time.
    """
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, {"exclude": [".main-svg"]}, options).response["violations"]
    return [
        f"{rule['id']}: {node['target']} {node['html'][:120]}" for rule in found for node in rule["nodes"]
    ]


def turn(page: Page, **changes: str) -> None:
    """Change settings as a hand does."""
    page.evaluate("changes => deadcone.change(changes, 0)", changes)
    settled(page)


# ------------------------------------------------------------------ axe


@pytest.mark.parametrize(("width", "height", "dark"), [(1440, 900, False), (390, 844, True)])
def test_axe_finds_nothing_in_any_mode(open_page: OpenPage, width: int, height: int, dark: bool) -> None:
    page = open_page(f"/?{SMALL}", width=width, height=height, dark=dark)
    page.evaluate("document.querySelector('#advanced').open = true")
    assert barriers(page) == []
    page.click("#theme")
    settled(page)
    for changes in (*WAYS, {"init": "none", "starts": "none", "before": "3,0.5,0.1"}):
        turn(page, **changes)
        assert barriers(page) == [], changes
    page.click("#preset")
    assert barriers(page) == []
    page.keyboard.press("Escape")


def test_axe_finds_nothing_in_present_lesson_and_dialogs(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&present=1", width=1920, height=1080, dark=True)
    assert barriers(page) == []
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()
    assert page.evaluate("deadcone.texts().present") == "1"  # the dialog was closed, and nothing else
    page.goto(re.sub(r"/\?.*", f"/lesson?step=5&{SMALL}", page.url))
    settled(page)
    assert page.title() == f"Step 5: {STEPS[4].title} – The Dead Cone"
    assert barriers(page) == []
    for dialog, content in DIALOGS.items():
        page.click(f"#{dialog}-open")
        expect(page.locator(f"#{dialog}-dialog {content}").first).to_be_visible()
        assert barriers(page) == []
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == f"{dialog}-open"


def test_axe_finds_nothing_in_what_is_to_be_read(open_page: OpenPage) -> None:
    page = open_page(f"/?embed=map&level=full&{SMALL}", width=640, height=480)
    assert barriers(page) == []
    for path in ("/about", "/teach", "/teach/10-minutes", "/teach/questions", "/teach/glossary"):
        page.goto(re.sub(r"/\?.*|(?<=\d)/.*", path, page.url))
        assert page.title().endswith(" – The Dead Cone")
        for width, height in ((1440, 900), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            assert barriers(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width


# ------------------------------------------------------------------ keyboard, and what is said


def tab(page: Page, key: str) -> list[Any] | None:
    """Press a key, and say what then has the focus, whether that is seen, and whether it is on the screen."""
    page.keyboard.press(key)
    focused: list[Any] | None = page.evaluate(FOCUS)
    return focused


def test_tab_reaches_everything_and_shows_where_it_is(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert page.locator("main, header, nav, h1").count() >= 4
    expect(page.locator("#announced")).to_have_text(page.inner_text("#caption"))
    order: list[str] = []
    while (at := tab(page, "Tab")) is not None:
        assert at[1:] == [True, True], at
        order.append(at[0])
        assert len(order) < 100
    back = [tab(page, "Shift+Tab") for _ in order]
    assert [at and at[0] for at in back] == order[::-1]
    for target in (
        "preset",
        "beta-box",
        "play",
        "scrubber",
        "zoom-in",
        "regimes-handle",
        "kick-truth",
        "data-open",
    ):
        assert any(target in name for name in order), target
    assert sum("dash-slider-thumb" in name for name in order) == 4
    assert sum("start" in name and "BUTTON" in name for name in order) >= 3
    page.focus("#scrubber")
    page.keyboard.press("PageUp")
    said = page.locator("#scrubber").get_attribute("aria-valuetext") or ""
    path = trajectory(DEFAULT.hyperparameters, DEFAULT.starts[0], steps=10)
    assert said.startswith(f"iteration 10, A at ({path.w[10]:.3g}, {path.b[10]:.3g}), B at (")
    # A choice is one stop, and arrows choose.
    page.locator("#colouring input:checked").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => deadcone.frame.settings.colouring === 'iterations'")
    settled(page)
    names = page.locator("#colouring input").evaluate_all("all => all.map((e) => e.labels[0].textContent)")
    assert names == ["Outcome", "Iterations", "Revival", "Gradient"]
    assert page.locator("[role=listbox], [role=option]").count() == 0
    expect(page.locator("#picture-map")).to_have_attribute("aria-label", re.compile("^When each start ends"))


def test_the_question_mark_lists_the_keys_but_not_while_typing(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    keys = page.locator("#keys-dialog")
    page.focus("#beta-box")
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    assert page.input_value("#beta-box").endswith("?")
    page.fill("#beta-box", "0.9")
    page.locator("#beta [role=slider]").focus()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.click("#single-keys")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "slider"  # where one was
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.click("#keys-open")
    expect(page.locator("#single-keys")).to_have_attribute("aria-pressed", "false")
    page.click("#keys-close")
    assert page.evaluate("document.activeElement.id") == "keys-open"


def test_the_data_of_each_picture_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.focus("#data-open")
    page.keyboard.press("Enter")
    tables = page.locator("#data-tables table")
    expect(tables).to_have_count(3)
    told = page.locator("#data-tables tbody tr").first.inner_text()
    assert told.split("\t")[1] == page.inner_text("#share-dead").strip()
    picture = page.locator("#data-picture")
    names = picture.locator("option").all_inner_texts()
    assert names[:2] == ["Where each start ends", "Dead share against momentum"]
    for name in names[1:]:
        picture.focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#data-tables")).to_have_attribute("aria-busy", "false")
        expect(picture.locator("option:checked")).to_have_text(name)
        expect(tables.first.locator("caption")).not_to_be_empty()
        assert page.locator("#data-tables thead th:not([scope=col])").count() == 0
        assert page.locator("#data-tables tbody th:not([scope=row])").count() == 0
    with page.expect_download() as file:
        page.click("#data-file")
    assert file.value.path().read_text().count("\n") > 100
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "data-open"
    expect(tables).to_have_count(0)
    turn(page, hide="outcome")
    page.click("#data-open")
    expect(page.locator("#data-problem")).to_contain_text("hidden: reveal it first")
    expect(tables).to_have_count(0)


# ------------------------------------------------------------------ patterns


def test_patterns_are_drawn_here_and_remembered(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    colours = """() => {
        const ground = document.querySelector("#picture-map .ground");
        const { width, height } = ground;
        const pen = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
        pen.drawImage(ground, 0, 0);
        const { data } = pen.getImageData(0, 0, width, height);
        return [width, [...new Set(new Uint32Array(data.buffer))].length];
    }"""
    assert page.evaluate(colours) == [24, 2]  # dead and converged
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("#patterns")
    expect(page.locator("#patterns")).to_have_attribute("aria-pressed", "true")
    width, shades = page.evaluate(colours)
    assert width > 300
    assert shades == 3  # lines on what is dead
    assert "repeating-linear-gradient" in page.evaluate(
        "getComputedStyle(document.querySelector('#bar-dead')).background"
    )
    assert asked == []
    page.reload()
    settled(page)
    expect(page.locator("#patterns")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(colours)[1] == 3
    page.get_by_text("Iterations", exact=True).click()
    page.wait_for_function("() => deadcone.frame.settings.colouring === 'iterations'")
    settled(page)
    assert page.evaluate(colours)[0] == 24  # other colours than outcomes have none
    page.click("#patterns")
    turn(page, colouring="outcome")
    assert page.evaluate(colours) == [24, 2]


# ------------------------------------------------------------------ fingers, zoom, forced colours


def too_small(page: Page, least: float) -> list[list[object]]:
    targets: list[list[object]] = page.evaluate(TARGETS, KINDS)
    assert len(targets) > 15
    return [target for target in targets if min(float(str(side)) for side in target[1:]) < least - 0.5]


def test_targets_are_as_large_as_a_finger(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}", width=390, height=844)
    page.evaluate("document.querySelector('#advanced').open = true")
    for changes in (*WAYS, {"init": "none", "beta": "0.8", "time": "5"}):
        turn(page, **changes)
        assert too_small(page, 44) == [], changes
    for dialog, content in DIALOGS.items():
        page.click(f"#{dialog}-open")
        expect(page.locator(f"#{dialog}-dialog {content}").first).to_be_visible()
        assert too_small(page, 44) == [], dialog
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1440, "height": 900})
    settled(page)
    assert too_small(page, 24) == []


def test_nothing_is_lost_at_400_per_cent(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}", width=320, height=256)
    wide = "() => document.documentElement.scrollWidth"
    for width, height in ((320, 256), (720, 450)):
        page.set_viewport_size({"width": width, "height": height})
        for changes in (
            {},
            {"pin": "beta:0"},
            {"pin": "none", "init": "gaussian", "units": "40", "time": "1000"},
        ):
            turn(page, **changes)
            assert page.evaluate(wide) <= width, changes
            # What is fixed to the window leaves room for what it changes.
            dock = page.locator(".sliders").bounding_box()
            fixed = page.evaluate("getComputedStyle(document.querySelector('.sliders')).position === 'fixed'")
            assert dock is not None
            assert not fixed or dock["height"] < 0.25 * height
        for name in ("#caption", "#preset", "#beta-box", "#play", "#data-open", "#picture-cloud"):
            page.locator(name).scroll_into_view_if_needed()
            expect(page.locator(name)).to_be_visible()
        turn(page, init="none")
        page.click("#keys-open")
        assert page.evaluate("document.querySelector('#keys-dialog').scrollWidth") <= width
        page.keyboard.press("Escape")


def test_forced_colours_leave_controls_and_data_visible(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.emulate_media(forced_colors="active")
    style = "([selector, property]) => getComputedStyle(document.querySelector(selector))[property]"
    ground = page.evaluate(style, ["body", "backgroundColor"])
    for selector in ("#beta .dash-slider-thumb", "#beta .dash-slider-track", "#play", "#colouring .selected"):
        assert page.evaluate(style, [selector, "backgroundColor"]) != ground, selector
    assert page.evaluate(style, ["#bar-dead", "backgroundColor"]) == "rgb(15, 67, 137)"
    assert page.evaluate(style, [".swatch.converged", "backgroundColor"]) == "rgb(251, 220, 112)"
    page.locator("#zoom-in").focus()
    assert page.evaluate(style, ["#beta-box", "borderTopColor"]) != ground
    page.locator(".start").first.focus()
    page.keyboard.press("ArrowUp")
    assert page.evaluate(style, [".start", "outlineStyle"]) == "solid"
    settled(page)
