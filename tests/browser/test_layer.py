"""The tab "Your layer" in a real browser: a file is read, its units are listed, followed and saved."""

import io
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser


def rested(page: Page) -> None:
    """Wait until the list and the picture are those of the settings."""
    settled(page)
    page.wait_for_function("document.querySelector('#layer-plane .main-svg')")
    page.wait_for_selector("#layer[aria-busy=false]")


def chosen(page: Page, button: str, name: str, content: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.click(button)
    chooser.value.set_files(FilePayload(name=name, mimeType="", buffer=content))


def npz(**arrays: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # allow_pickle is no array
    return stream.getvalue()


def column(page: Page, name: str) -> list[str]:
    return page.locator(f"#layer-rows .col-{name}").all_inner_texts()


def test_a_layer_is_read_listed_followed_and_saved(open_page: OpenPage) -> None:
    page = open_page("/risk")
    page.click("#risk-tab-layer")
    expect(page).to_have_url(re.compile(r"/risk\?tab=layer$"))
    rested(page)
    expect(page.locator("#layer-title")).to_have_text("Which units of your layer are dead?")
    expect(page.locator("#across-name")).to_be_hidden()

    # What cannot be read is said, what is open is asked.
    chosen(page, "#layer-choose", "a.csv", b"w,bias\n1,2\n1,abc\n")
    expect(page.locator("#layer-problem")).to_have_text("▲ a.csv: row 3, column 2 holds “abc”, not a number.")
    chosen(page, "#layer-choose", "big.csv", b"1" * (16 * 2**20 + 1))
    expect(page.locator("#layer-problem")).to_contain_text("big.csv is 16.0 MiB; the page takes 16 MiB.")
    layer = {"weight": np.diag([1.0, 1.0, 1.0, 1.0]), "bias": np.array([-4.0, 4.0, 0.0, np.nan])}
    chosen(page, "#layer-choose", "a.npz", npz(**layer))
    page.click("#layer-question button:first-of-type")
    expect(page.locator("#layer-title")).to_have_text("1 of 3 units is dead; it would come back.")
    rested(page)
    expect(page.locator("#layer-notes")).to_contain_text("a.npz: 1 of 4 units contains NaN")
    assert column(page, "where") == ["dead"]
    page.click("[data-kind=all]")
    assert sorted(column(page, "where")) == ["between", "dead", "invalid", "linear"]
    # ε and γ are followed without the file.
    before = column(page, "wait")
    page.evaluate("deadcone.change({ gamma: '1' }, 0)")
    page.wait_for_function("document.getElementById('layer-context').textContent.includes('γ = 1,')")
    rested(page)
    assert column(page, "wait") != before
    page.evaluate("deadcone.change({ epsilon: '1e-9' }, 0)")
    expect(page.locator("#layer-title")).to_have_text("None of 3 units is dead.")
    page.evaluate("deadcone.change({ epsilon: '0.001' }, 0)")
    chosen(page, "#layer-add", "x.csv", b"0,0,0,0\n9,0,0,0\n")
    expect(page.locator("#layer-inputs")).to_have_text("x.csv, 2 rows")
    page.click("#layer-remove")
    expect(page.locator("#layer-empty")).to_be_visible()

    # Row and point select each other; headers sort.
    page.click("#layer-example")
    expect(page.locator("#layer-name")).to_have_text("example.npz")
    rested(page)
    page.click("[data-kind=all]")
    page.click("[data-sort=unit]")
    page.click("#layer-rows tr:nth-child(3) button")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#layer-rows tr.selected th")).to_have_text("3")
    spot = "document.getElementById('layer-plane')"
    assert page.evaluate(f"{spot}.data.at(-1).x[0] === deadcone.layer.units().scale[3]")
    place = page.evaluate(
        f"""(() => {{
            const it = {spot};
            const {{ xaxis, yaxis }} = it._fullLayout;
            const units = deadcone.layer.units();
            const far = units.scale.indexOf(Math.max(...units.scale));
            const {{ left, top }} = it.getBoundingClientRect();
            const across = left + xaxis._offset + xaxis.l2p(units.scale[far]);
            return [far, across, top + yaxis._offset + yaxis.l2p(units.mean[far])];
        }})()"""
    )
    page.mouse.move(place[1] - 20, place[2])
    page.mouse.move(place[1], place[2])
    page.mouse.click(place[1], place[2])
    expect(page.locator("#layer-rows tr.selected th")).to_have_text(str(place[0]))
    with page.expect_download() as saved:
        page.click("#layer-csv")
    assert len(saved.value.path().read_text().splitlines()) == 129
    found = Axe().run(page, context="#main", options={"resultTypes": ["violations"]})
    assert found.response["violations"] == []
    # Another page and back: the layer is still there.
    page.click("#nav-about")
    page.go_back()
    settled(page)
    expect(page.locator("#layer-title")).to_be_visible()


def test_many_units_do_not_stop_the_page_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("/risk?tab=layer", width=390, height=844, dark=True)
    rested(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    n = 300_000
    random = np.random.default_rng(0)
    arrays = {"weight": random.normal(size=(n, 2)), "bias": random.normal(size=n) * 2}
    chosen(page, "#layer-choose", "m.npz", npz(**{k: v.astype(np.float16) for k, v in arrays.items()}))
    expect(page.locator("#layer-title")).to_contain_text("units are dead; all of them", timeout=60_000)
    rested(page)
    assert page.locator("#layer-rows tr").count() == 10
    assert "…" not in column(page, "wait")
    expect(page.locator("#layer-drawn")).to_contain_text("are drawn")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.click("[data-kind=all]")
    page.click("[data-sort=unit]")
    assert column(page, "where") != []
    assert page.locator("#layer-rows th").first.inner_text() == "0"
