"""The page Experiments in a real browser: networks are trained in processes of their own."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard import experiments_words as words
from experiments import figure1
from experiments.figure1 import Figure1
from experiments.figure1_result import assemble
from experiments.intervals import estimate
from tests.browser.conftest import OpenPage
from tests.browser.test_everyone import barriers

pytestmark = pytest.mark.browser

RUN = Figure1(datasets=("diabetes",), depth=1, width=8, steps=20, seeds=2)
# Whether the strong line of the dead share, the last that is drawn, has the values `wanted`.
SAME = """{
    const traces = document.querySelector("#picture-figure1-gamma .js-plotly-plot")?._fullData ?? [];
    const y = traces.filter((trace) => trace.mode === "lines+markers").at(-1)?.y ?? [];
    return y.length === wanted.length && wanted.every((value, i) => y[i] === value);
}"""


def fill(page: Page, **texts: str) -> None:
    for key, text in texts.items():
        page.fill(f"#figure1-{key}", text)
        page.press(f"#figure1-{key}", "Tab")


def test_figure_1_is_run_shown_and_linked_to(open_page: OpenPage) -> None:
    page = open_page("/?beta=0.99")
    page.click("#nav-experiments")
    expect(page).to_have_url(re.compile(r"/experiments\?beta=0\.99$"))
    expect(page.locator("#experiments-empty")).to_be_visible()
    expect(page.locator("#experiments-first")).to_have_text(re.compile("Run 2\\W040 networks"))

    # What cannot be run is said, and cannot be run.
    fill(page, depth="0")
    expect(page.locator("#experiments-error")).to_contain_text("Layers must be a whole number of at least 1")
    expect(page.locator("#experiments-first")).to_be_disabled()
    fill(page, depth="1", width="8", steps="20", seeds="2")
    for name in ("breast cancer", "gapminder", "penguins"):
        page.get_by_label(name).uncheck()
    expect(page.locator("#experiments-first")).to_have_text("Run 102 networks")

    page.click("#experiments-first")
    expect(page.locator("#experiments-progress-words")).to_have_text("102 of 102 networks", timeout=60_000)
    expect(page.locator("#experiments-bar")).to_be_hidden()
    result = assemble(RUN, {i: figure1.compute(RUN, i) for i in range(figure1.tiles(RUN))})
    expect(page.locator("#experiments-title")).to_have_text(words.figure1_title(result, 0.99))
    dead = estimate(result.along("gamma", "dead")[0]).mean[-1].astype(np.float32)
    page.wait_for_function(f"(wanted) => {SAME}", arg=dead.tolist())
    label = page.get_attribute("#picture-figure1-gamma", "aria-label")
    assert label == words.figure1_picture(result, "gamma", "train_error")
    expect(page.locator("#experiments-claims .claim")).to_have_count(3)
    assert barriers(page) == []

    # A momentum picks the strong line; boxes that ask for another run say so.
    page.get_by_role("button", name="0.9", exact=True).click()
    expect(page.locator("#experiments-title")).to_have_text(words.figure1_title(result, 0.9))
    top = "document.querySelector('.lab-body').getBoundingClientRect().top"
    before = page.evaluate(top)
    fill(page, eta="0.03")
    expect(page.locator("#experiments-differs")).to_contain_text(
        "What is shown is for η = 0.01. You set η = 0.03"
    )
    expect(page.locator("#experiments-run")).to_have_text("Run 102 networks")
    assert page.evaluate(top) == before  # where there is room beside, no picture is moved
    with page.expect_download() as saved:
        page.click("#experiments-csv")
    assert len(saved.value.path().read_text().splitlines()) == 103

    # The other tab is another run's, and each tab keeps its own.
    job = page.evaluate("deadcone.texts().job")
    page.click("#tab-depth")
    expect(page.locator("#experiments-first")).to_have_text("Run 90 networks")
    expect(page.locator("#picture-figure1-gamma")).to_be_hidden()
    page.evaluate("job => deadcone.change({ job }, 0)", job)
    expect(page.locator("#experiments-remark")).to_contain_text(
        "a run of Fig. 1, which the tab Fig. 1 of Experiments shows"
    )
    page.click("#experiments-remark a")
    title = page.locator("#experiments-title")
    expect(title).to_have_text(re.compile("units are dead at γ = 0.001"), timeout=60_000)
    expect(page.locator("#figure1-width")).to_have_value("8")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#figure1-shown")).to_be_visible()
    expect(page.locator("#figure1-width")).to_be_hidden()  # the picture comes first
    page.click("#experiments-setup > summary")
    expect(page.locator("#figure1-width")).to_be_visible()
    page.wait_for_function("document.documentElement.scrollWidth === 390")  # once the picture is drawn anew
    assert barriers(page) == []
