"""The page Risk in a real browser: a sweep runs in processes of its own while the page stays live."""

import re
import socket
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboard import risk
from dashboard.risk import Asked
from dashboard.settings import DEFAULT
from dynamics import run_sweep
from dynamics.sweep_tiles import assemble, tile, tile_count
from jobs import Service
from jobs.disk import DiskStore
from jobs.work import work
from tests.browser.conftest import OpenPage, serving, settled

pytestmark = pytest.mark.browser


def fill(page: Page, **texts: str) -> None:
    for key, text in texts.items():
        page.fill(f"#{key.replace('_', '-')}", text)
        page.press(f"#{key.replace('_', '-')}", "Tab")


def finished(page: Page) -> None:
    """Wait until no sweep is running."""
    page.wait_for_selector("#risk-progress-words:not(:empty)", state="attached")
    page.wait_for_selector("#risk-bar[hidden]", state="attached")


def test_a_sweep_is_run_clicked_and_linked_to(open_page: OpenPage) -> None:
    page = open_page("/?gamma=0.2")
    page.click("#nav-risk")
    expect(page).to_have_url(re.compile(r"/risk\?gamma=0\.2$"))
    expect(page.locator("#picture-map")).to_be_hidden()
    page.click("#risk-axes summary")
    fill(
        page, across_from="0.05", across_to="0.5", across_count="4", up_to="0.9", up_count="3", risk_side="24"
    )
    expect(page.locator("#risk-run")).to_have_text("Run 12 maps")

    # What cannot be swept is said, and cannot be run.
    fill(page, across_to="0.01")
    expect(page.locator("#risk-error")).to_contain_text(
        "Learning rate η: “to” must be above “from” = 0.05, got 0.01"
    )
    expect(page.locator("#risk-run")).to_be_disabled()
    fill(page, across_to="0.5")
    expect(page.locator("#risk-error")).to_be_empty()

    page.click("#risk-run")
    page.wait_for_function("location.search.includes('job=')")
    finished(page)
    settings = DEFAULT.edit({"gamma": "0.2"})
    asked = Asked(("eta", "0.05", "0.5", "4"), ("beta", "0", "0.9", "3"), "grid", "24")
    spec = risk.sweep(settings, asked)
    result = assemble(spec, {i: tile(spec, i) for i in range(tile_count(spec))})
    expect(page.locator("#risk-title")).to_have_text(risk.title(result))
    expect(page.locator("#risk-progress-words")).to_have_text("12 of 12 cells")
    page.wait_for_function("document.querySelector('#sweep .js-plotly-plot')._fullData?.[0]?.z")
    shown = page.evaluate(
        "Array.from(document.querySelector('#sweep .js-plotly-plot')._fullData[0].z, (row) => [...row])"
    )
    assert np.array_equal(np.array(shown, dtype=np.float32), (100 * result.dead_fraction).astype(np.float32))
    link = page.evaluate("location.pathname + location.search")

    # The link opens the same sweep, its boxes included.
    other = open_page(link, dark=True)
    finished(other)
    expect(other.locator("#risk-title")).to_have_text(risk.title(result))
    expect(other.locator("#across-count")).to_have_value("4")

    # A cell takes its settings to Explore, and the way back leads here.
    page.locator("#sweep").scroll_into_view_if_needed()  # filling in the form has moved it
    area = page.evaluate("deadcone.sketch.onScreen(document.querySelector('#sweep .js-plotly-plot'))")
    page.mouse.click(area["left"] + area["width"] * 3.5 / 4, area["top"] + area["height"] * 0.5 / 3)
    expect(page.locator("#picture-map")).to_be_visible()
    settled(page)
    assert page.evaluate("[deadcone.texts().eta, deadcone.texts().beta, location.pathname]") == [
        "0.5",
        "0.9",
        "/",
    ]
    page.go_back()
    expect(page.locator("#risk-title")).to_be_visible()
    expect(page).to_have_url(re.compile("/risk"))


def test_the_risk_follows_sliders_boxes_and_advice(open_page: OpenPage) -> None:
    page = open_page("/risk?beta=0.95")
    expect(page.locator("#risk-verdict")).to_contain_text("every unit is dead after 10\u202f000 updates; ")
    expect(page.locator("#risk-row-0-name")).to_have_text("Normalise the target")
    assert page.inner_text("#risk-now-interval") == "99.95–100 %"
    assert page.get_attribute("#risk-now-bar", "aria-label") == "dead 100 %"
    # A slider changes it while the hand moves, before anything rests.
    page.focus("#gamma [role=slider]")
    page.keyboard.press("End")
    page.wait_for_function(
        "document.getElementById('risk-verdict').textContent.startsWith('Low risk: no unit')"
    )
    settled(page)
    assert page.input_value("#risk-deviation-box") == "10"
    assert page.is_hidden("#risk-row-0")
    assert page.is_visible("#risk-nothing")
    # A box of the page is the rail's; what it cannot take is said beside it.
    page.fill("#risk-deviation-box", "0.1")
    page.press("#risk-deviation-box", "Enter")
    page.wait_for_function("document.getElementById('gamma-box').value === '0.1'")
    page.fill("#risk-momentum-box", "1.2")
    page.press("#risk-momentum-box", "Enter")
    said = "▲ β must be at least 0 and at most 0.9999, not 1.2."
    expect(page.locator("#risk-momentum-error")).to_have_text(said)
    page.fill("#risk-momentum-box", "0.95")
    page.press("#risk-momentum-box", "Enter")
    expect(page.locator("#risk-momentum-error")).to_be_empty()
    settled(page)
    # Advice is applied, and taken back.
    page.click("#risk-row-0-apply")
    page.wait_for_function("deadcone.texts().gamma === '1'")
    expect(page.locator("#risk-undo")).to_have_text("Undo “Normalise the target”")
    page.click("#risk-undo")
    page.wait_for_function("deadcone.texts().gamma === '0.1'")
    # PyTorch's SGD is set in its own numbers, in the rail too, and all of it is in the address.
    page.select_option("#risk-optimizer", "sgd")
    page.select_option("#risk-init", "window")
    settled(page)
    assert page.input_value("#risk-rate-box") == page.input_value("#eta-box") == "0.005"
    expect(page.locator("#risk-verdict")).to_contain_text("of starts are dead")
    expect(page).to_have_url(re.compile(r"optimizer=sgd.*origin=window|origin=window.*optimizer=sgd"))
    assert page.is_hidden("#risk-fan-in-field")
    page.select_option("#risk-optimizer", "adam")
    expect(page.locator("#pytorch")).to_have_text("Adam(lr=0.1, betas=(0.95, 0.999))")
    assert page.is_visible("#beta2-box")


def test_a_sweep_is_cancelled_and_goes_on(open_page: OpenPage) -> None:
    page = open_page("/risk?gamma=0.3", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.click("#risk-axes summary")
    fill(page, across_to="1", across_count="30", up_count="20", risk_side="128")
    page.click("#risk-run")
    page.wait_for_selector("#risk-cancel:not([hidden])")
    page.wait_for_function("/^[1-9]/.test(document.getElementById('risk-progress-words').textContent)")
    page.click("#risk-cancel")
    expect(page.locator("#risk-remark")).to_contain_text("Stopped.")
    done = page.inner_text("#risk-progress-words")
    assert re.fullmatch(r"\d+ of 600 cells", done)
    assert done != "600 of 600 cells"
    page.click("#risk-run")
    finished(page)
    expect(page.locator("#risk-progress-words")).to_have_text("600 of 600 cells")
    with page.expect_download() as saved:
        page.click("#risk-csv")
    lines = saved.value.path().read_text().splitlines()
    assert len(lines) == 601
    assert lines[0].startswith("eta,beta,dead_count,dead_share")


def test_sweeps_of_two_viewers_survive_a_closed_tab_and_a_restarted_server(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of each sweep a part is finished; as if another worker were at it, this test holds the rest back.
    monkeypatch.setattr("jobs.disk.LEASE", 3600.0)
    store = DiskStore(tmp_path / "jobs.sqlite3")
    specs = [
        risk.sweep(
            DEFAULT.edit({"gamma": gamma}),
            Asked(("eta", "0.05", "0.5", columns), ("beta", "0", "0.9", "8"), "grid", "256"),
        )
        for gamma, columns in (("0.4", "8"), ("0.5", "4"))
    ]
    jobs = [Service(store, lambda *job: None).start(spec) for spec in specs]
    held = [
        (job, number) for job, spec in zip(jobs, specs, strict=True) for number in range(tile_count(spec))
    ]
    for job, number in held:
        assert store.claim(job, number, "test")
    for job in jobs:
        work(store, job, 1, "test")
    held = [(job, number) for job, number in held if number != 1]
    assert len(held) == 4

    with socket.create_server(("127.0.0.1", 0)) as listening:
        with serving(listening, store.path) as address:
            page = open_page(f"{address}/risk?job={jobs[0]}")
            partial = Service(store, lambda *job: None).partial(jobs[0])
            words = f"{int(partial.finished.sum())} of 64 cells"
            expect(page.locator("#risk-progress-words")).to_contain_text(words)
            expect(page.locator("#risk-title")).to_have_text(risk.title(partial))
            assert page.is_visible("#risk-cancel")
            page.context.close()
        for job, number in held:
            store.release(job, number, "test")
        with serving(listening, store.path) as address:
            viewers = [open_page(f"{address}/risk?job={job}") for job in jobs]
            for page, spec, cells in zip(viewers, specs, (64, 32), strict=True):
                expect(page.locator("#risk-progress-words")).to_have_text(f"{cells} of {cells} cells")
                with page.expect_download() as saved:
                    page.click("#risk-npz")
                whole = run_sweep(spec)
                expect(page.locator("#risk-title")).to_have_text(risk.title(whole))
                with np.load(saved.value.path()) as found:
                    for name in ("counts", "iterations"):
                        assert found[name].tobytes() == getattr(whole, name).tobytes()
