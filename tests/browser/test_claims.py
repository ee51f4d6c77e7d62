"""The tab Claims on trial in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from experiments.trial_record import read
from experiments.trial_sentences import SENTENCES
from experiments.trial_words import title
from tests.browser.conftest import PATIENCE, OpenPage
from tests.browser.test_everyone import barriers

pytestmark = pytest.mark.browser


def test_claims_open_lead_to_their_runs_and_are_run_again(open_page: OpenPage) -> None:
    page = open_page("/experiments?tab=claims")
    expect(page.locator("#trial-title")).to_have_text(title(read().claims), timeout=PATIENCE)
    expect(page.locator(".trial-row")).to_have_count(len(SENTENCES))
    expect(page.locator("#experiments-title")).to_be_hidden()

    # A claim opens the paper's sentence, by keyboard too.
    row = page.locator("#claim-blame")
    expect(row.locator("blockquote")).to_be_hidden()
    row.locator("summary").press("Enter")
    sentence = next(each for each in SENTENCES if each.key == "blame")
    expect(row.locator("blockquote")).to_contain_text(sentence.quotation)
    expect(row.locator(".trial-runs li")).to_have_count(len(sentence.runs))
    assert barriers(page) == []

    # Run again: rows are open until their runs are finished. What is finished stays when it is stopped.
    page.locator("#trial-run").dispatch_event("click")  # which leaves the focus on the claim
    expect(page.locator("#trial-title")).to_have_text(re.compile(r"open\.$"), timeout=PATIENCE)
    expect(row.locator("blockquote")).to_be_visible()  # the rows are new; what was open and focused stays
    expect(row.locator("summary")).to_be_focused()
    expect(page.locator("#trial-cancel")).to_be_visible(timeout=PATIENCE)
    page.click("#trial-cancel")
    expect(page.locator("#trial-run")).to_have_text("Continue", timeout=PATIENCE)
    expect(page.locator("#trial-remark")).to_have_text("Stopped. What is finished stays.", timeout=PATIENCE)

    # On a phone rows stack; in the dark too.
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth === 390")
    assert barriers(page) == []

    # A run's link opens its settings, whether or not it was ever run here.
    page.set_viewport_size({"width": 1440, "height": 900})
    row.locator("a", has_text="leaky").click()
    expect(page.locator("#figure1-leak")).to_have_value("0.1", timeout=PATIENCE)
    expect(page.locator("#figure1-seeds")).to_have_value("20")
    expect(page.locator("#experiments-remark")).to_contain_text("not run here yet", timeout=PATIENCE)
    expect(page.locator("#experiments-first")).to_have_text(
        re.compile("Run 6\\W120 networks"), timeout=PATIENCE
    )
