"""Experiments' pictures that step through a run: the units beside the theory, the layers of deep networks."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard import experiments_theory as words
from experiments import depth, theory
from experiments.depth import DepthRun
from experiments.theory import Theory
from tests.browser.conftest import OpenPage
from tests.browser.test_everyone import barriers

pytestmark = pytest.mark.browser

RUN = Theory(gamma=0.01, beta=0.99, steps=30, width=8, seeds=2)
DEEP = DepthRun(gamma=0.01, betas=(0.0, 0.99), depth=7, width=8, steps=10, seeds=2)
# Places of the units that are drawn, sorted.
UNITS = """() => document.querySelector("#place-first-layer .js-plotly-plot")._fullData
    .filter(({ name }) => name.endsWith(" now")).flatMap(({ x, y }) => [...x].map((x, i) => [x, y[i]]))"""
SHOWN = """(names) => document.querySelector("#place-first-layer .js-plotly-plot")._fullData
    .filter(({ name, visible, x }) => name.startsWith(names) && visible && x.length).length"""
LINES = """() => [...document.querySelectorAll("#place-depth .shapelayer path")].map((path) => {
    const plot = document.querySelector("#place-depth .js-plotly-plot").getBoundingClientRect();
    const line = path.getBoundingClientRect();
    return line.left + line.width / 2 - plot.left;
})"""

# Where the first panel begins, and its width.
PANEL = """() => {
    const { _offset, _length } = document.querySelector("#place-depth .js-plotly-plot")._fullLayout.xaxis;
    return [_offset, _length];
}"""


def fill(page: Page, tab: str, **texts: str) -> None:
    for key, text in texts.items():
        page.fill(f"#{tab}-{key}", text)
        page.press(f"#{tab}-{key}", "Tab")


def test_units_and_layers_are_stepped_through(open_page: OpenPage) -> None:
    page = open_page("/experiments?tab=theory&beta=0.99&gamma=0.01")
    expect(page.locator("#pytorch")).to_have_text("SGD(lr=0.001, momentum=0.99)")
    expect(page.locator("#eta-landmark")).to_be_visible()
    fill(page, "theory", steps="30", width="8", seeds="2")
    expect(page.locator("#experiments-first")).to_have_text("Run 11 networks")
    page.click("#experiments-first")
    expect(page.locator("#experiments-progress-words")).to_have_text("24 of 24 parts", timeout=60_000)
    parts = (0, *range(1, len(theory.WIDTHS) + 1))
    result = theory.assemble(RUN, {i: theory.compute(RUN, i) for i in parts})
    expect(page.locator("#experiments-title")).to_have_text(words.title(result))
    expect(page.locator("#picture-few-units")).to_have_attribute(
        "aria-label", words.pictures_in_words(result)["few-units"]
    )

    # Keys choose a record; units, counts, ways and the table follow.
    scrubber = page.get_by_role("slider", name="Update")
    expect(scrubber).to_have_attribute(
        "aria-valuetext", f"update 30, {result.dead[-1].sum()} of 8 units dead"
    )
    scrubber.focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#theory-step")).to_have_text("3")
    expect(page.locator("#theory-dead")).to_have_text(f"{result.dead[3].sum()} of 8")
    drawn = np.array(sorted(page.evaluate(UNITS)))
    known = np.array(sorted(np.stack([result.length[3], result.bias[3]], axis=1).tolist()))
    np.testing.assert_allclose(drawn, known, atol=1e-3)
    page.click("#experiments-numbers summary")
    expect(page.locator("#experiments-tables caption").last).to_have_text(
        "Units of the first layer on teacher after 3 updates"
    )
    assert page.evaluate(SHOWN, "trails") == 1
    page.click("#theory-trails")
    page.wait_for_function(f"() => ({SHOWN})('trails') === 0")
    assert page.evaluate(SHOWN, "dead cone") > 0
    page.click("#theory-cones")
    page.wait_for_function(f"() => ({SHOWN})('dead cone') === 0")
    scrubber.focus()
    for key in ("End", *["ArrowLeft"] * 6):
        page.keyboard.press(key)
    page.click("#theory-play")
    expect(page.locator("#theory-step")).to_have_text("30")  # at the end it stops
    expect(page.locator("#theory-play")).to_have_attribute("aria-label", "Play")
    page.evaluate("scrollTo(0, 0)")  # what lies half under the header is too small a target
    assert barriers(page) == []

    # Section 5: a line, and the words over the panels, at the step that is clicked. The rail follows Adam.
    page.click("#tab-depth")
    expect(page.locator("#pytorch")).to_have_text("Adam(lr=0.01, betas=(0.99, 0.999))")
    expect(page.locator("#beta-long")).to_have_text("momentum β₁")
    expect(page.locator("#beta [role=slider]")).to_have_attribute("aria-label", "momentum β₁")
    expect(page.locator("#beta-landmark")).to_be_empty()
    fill(page, "depth", betas="0, 0.99", depth="7", width="8", steps="10", seeds="2")
    page.click("#experiments-first")
    expect(page.locator("#experiments-progress-words")).to_have_text("24 of 24 networks", timeout=60_000)
    layers = depth.assemble(DEEP, {i: depth.compute(DEEP, i) for i in range(depth.tiles(DEEP))})
    page.wait_for_function(f"() => ({LINES})().length === 12")
    before = np.array(page.evaluate(LINES))
    left, width = page.evaluate(PANEL)
    box = page.locator("#place-depth .js-plotly-plot").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + left + width * 4.5 / 11, box["y"] + box["height"] / 4)
    expect(page.locator("#depth-step")).to_have_text("4")
    expect(page.locator("#depth-scrub input")).to_have_attribute(
        "aria-valuetext",
        re.compile("^update 4, plain [^,]+ dead, residual [^,]+ dead, batch norm [^,]+ dead, "),
    )
    moved = before - np.array(page.evaluate(LINES))
    np.testing.assert_allclose(moved, width * 6 / 11, atol=1.5)
    died = layers.died[0, :, layers.condition(0.01, 0.99), :5].sum(axis=-1).mean()
    expect(page.locator("#place-depth .annotation").nth(1)).to_contain_text(f"dead; died {died:.0f}, ")
    expect(page.locator("#experiments-tables caption")).to_have_text("Dead share by layer after 4 updates")
    page.evaluate("scrollTo(0, 0)")
    assert barriers(page) == []

    # The address names the record: another viewer comes to the same, and a tab keeps its own.
    expect(page).to_have_url(re.compile("record=4"))
    other = open_page(page.url.removeprefix(page.evaluate("location.origin")))
    expect(other.locator("#depth-step")).to_have_text("4")
    expect(other.locator("#place-depth .annotation").nth(1)).to_contain_text(f"dead; died {died:.0f}, ")
    other.click("#experiments-numbers summary")
    expect(other.locator("#experiments-tables caption")).to_have_text("Dead share by layer after 4 updates")
    other.get_by_role("slider", name="Update").press("End")
    expect(other).not_to_have_url(re.compile("record="))
    other.close()
    page.click("#tab-theory")
    expect(page).not_to_have_url(re.compile("record="))
    page.click("#tab-depth")
    expect(page).to_have_url(re.compile("record=4"))
    page.click("#tab-claims")
    expect(page).not_to_have_url(re.compile("record="))
    page.click("#nav-explore")
    expect(page.locator("#pytorch")).to_have_text("SGD(lr=0.001, momentum=0.99)")
    expect(page.locator("#beta-long")).to_have_text("momentum")
