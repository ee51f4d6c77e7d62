"""The tab Your network, and the user's own table under Fig. 1, in a real browser."""

import re
from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from dashboard import network_words as words
from experiments.watched import Watched
from experiments.watched_example import example
from experiments.watched_summary import summary
from tests.browser.conftest import OpenPage
from tests.browser.test_everyone import barriers
from tests.browser.test_experiments import fill

pytestmark = pytest.mark.browser


def choose(page: Page, button: str, path: Path) -> None:
    """Open a file as a hand on the keyboard does."""
    page.focus(button)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(path)


def drop(page: Page, place: str, name: str, content: bytes = b"", size: int = 0) -> None:
    """Drop a file of some content, or size, as a hand does that brings it from another window."""
    page.evaluate(
        """([place, name, content, size]) => {
            const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes, new Uint8Array(Math.max(size - bytes.length, 0))], name));
            const at = document.querySelector(place);
            for (const kind of ["dragover", "drop"]) {
                const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
                if (at.dispatchEvent(event)) throw new Error(`at ${kind} the browser would open the file`);
                const marked = document.querySelector(".over") !== null;
                if (marked !== (kind === "dragover")) throw new Error(`marked at ${kind}: ${marked}`);
            }
        }""",
        [place, name, b64encode(content).decode(), size],
    )


def test_a_watched_network_is_shown_and_stays_with_its_viewer(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/experiments?tab=network")
    expect(page.locator("#network-title")).to_have_text(words.USUAL_TITLE)
    expect(page.locator("#experiments-title")).to_be_hidden()
    assert barriers(page) == []

    # Files come first: the browser forgets a press of Enter that waits for pictures to be drawn.
    bad, good = (tmp_path / name for name in ("bad.npz", "units.npz"))
    bad.write_bytes(b"PK")
    choose(page, "#network-choose", bad)
    expect(page.locator("#network-error")).to_have_text(re.compile(r"▲ bad\.npz must be a whole file that"))
    drop(page, ".file-drop", "large.npz", size=(16 << 20) + 1)
    expect(page.locator("#network-error")).to_have_text("▲ large.npz is 16.0 MiB; at most 16 MiB are read.")

    active = np.array([[0.5, 0.0, 0.3, 0.2]] * 3 + [[0.5, 0.0, 0.0, 0.2]], np.float32)
    found = Watched(("relu", "head"), (3, 1), np.arange(4), active)
    found.save(good)
    drop(page, ".file-drop", good.name, good.read_bytes())
    expect(page.locator("#network-title")).to_have_text(words.title(summary(found)))
    expect(page.locator("#network-error")).to_be_empty()
    expect(page.locator("#network-table tbody tr").last).to_contain_text("50 %")
    # What is refused leaves what was shown, pictures included; beside its place a file is caught too.
    drop(page, "#network-title", "bad.npz", b"PK")
    expect(page.locator("#network-error")).to_have_text(re.compile(r"▲ bad\.npz must be a whole file that"))
    assert page.inner_text("#network-title") == words.title(summary(found))
    expect(page.locator("#graph-watched-layers .main-svg").first).to_be_visible()
    # A large one is refused while another is read, which is not lost; an example takes the place of that.
    more, waiting = tmp_path / "more.npz", list[Route]()
    other = Watched(("relu", "head"), (3, 1), np.arange(4), np.full((4, 4), 0.5, np.float32))
    other.save(more)

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(re.compile(r"/units\?file=more"), hold)
    drop(page, ".file-drop", more.name, more.read_bytes())
    drop(page, ".file-drop", "large.npz", size=(16 << 20) + 1)
    expect(page.locator("#network-error")).to_contain_text("▲ large.npz is 16.0 MiB")
    waiting.pop().continue_()
    expect(page.locator("#network-title")).to_have_text(words.title(summary(other)))
    drop(page, ".file-drop", more.name, more.read_bytes())
    page.click("#network-example")
    expect(page.locator("#network-title")).to_have_text(words.title(summary(example())))
    waiting.pop().continue_()
    drop(page, "#network-title", "bad.npz", b"PK")
    expect(page.locator("#network-error")).to_contain_text("▲ bad.npz must be a whole file that")
    assert page.inner_text("#network-title") == words.title(summary(example()))
    expect(page.locator("#graph-watched-units .main-svg").first).to_be_visible()
    assert page.get_attribute("#picture-watched-fates", "aria-label") == words.fates_picture(
        summary(example())
    )
    assert barriers(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth === 390")
    page.click("#theme")
    assert barriers(page) == []


def test_fig_1_is_run_on_ones_own_table_and_linked_to(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("/experiments")
    expect(page.locator("#picture-figure1-delta .main-svg").first).to_be_visible()
    table = tmp_path / "mine.csv"
    lines = ["kind,x,y", *(f"{'ab'[i % 2]},{i},{(i * i) % 17}" for i in range(60)), "a,,3"]
    table.write_text("\n".join(lines))
    drop(page, "#own-place", table.name, table.read_bytes())
    expect(page.locator("#own-said")).to_contain_text(
        "mine.csv: 60 rows, 2 inputs. Left out for missing values"
    )
    expect(page.get_by_role("checkbox", name="mine")).to_be_checked()
    # What is chosen decides which panels are empty.
    panels = page.locator("#picture-figure1-gamma .annotation-text")
    expect(panels.filter(has_text="mine y, 60 × 2")).to_have_count(1)
    expect(panels.filter(has_text="penguins")).to_have_count(0)
    expect(page.locator("#experiments-first")).to_have_text("Run 510 networks")
    # Another column of the same file, which is sent again; one that cannot be predicted is refused.
    page.click("#own-target")
    page.locator(".dash-dropdown-option").get_by_text("kind", exact=True).click()
    expect(page.locator("#own-error")).to_have_text("▲ target must be a column of numbers, got 'a' in kind.")
    page.click("#own-target")
    page.locator(".dash-dropdown-option").get_by_text("x", exact=True).click()
    expect(page.locator("#own-error")).to_be_empty()
    fill(page, depth="1", width="8", steps="20", seeds="2")
    page.click("#experiments-first")
    expect(page.locator("#experiments-progress-words")).to_have_text("102 of 102 networks", timeout=60_000)
    expect(page.locator("#picture-figure1-gamma")).to_contain_text("mine x, 60 × 2")
    assert barriers(page) == []

    # What is refused leaves what was shown; beside its place a file is caught too.
    title, told = page.inner_text("#experiments-title"), page.inner_text("#own-said")
    cells = "a.csv must have equally many cells in every row: Expected"
    for place, name, content, size, wrong in (
        ("#own-place", "a.png", b"\x89PNG", 0, "a.png must be text in UTF-8, got something else at byte 0."),
        ("#own-place", "a.csv", b"x,y\n", (32 << 20) + 1, "a.csv is 32.0 MiB; at most 32 MiB are read."),
        ("#own-said", "a.csv", b"1,2\n1,2,3\n", 0, cells),
        ("#experiments-title", "a.csv", b"x,y\n" + b"1,a\n" * 30, 0, "target must be a column of numbers"),
    ):
        drop(page, place, name, content, size)
        expect(page.locator("#own-error")).to_contain_text(f"▲ {wrong}")
    expect(page.locator("#own-said")).to_have_text(told)
    assert page.inner_text("#experiments-title") == title
    assert page.get_by_role("checkbox", name="mine").is_checked()
    expect(page.locator("#picture-figure1-gamma")).to_contain_text("mine x, 60 × 2")
    # A file that was read before is read and chosen again.
    for _ in range(2):
        page.get_by_label("diabetes").check()
        drop(page, "#own-place", table.name, table.read_bytes())
        expect(page.get_by_label("diabetes")).not_to_be_checked()
    expect(page.locator("#own-error")).to_be_empty()

    # Whoever has the link sees the run, and can go on from it.
    other = open_page(page.url.removeprefix(page.evaluate("location.origin")))
    expect(other.locator("#experiments-progress-words")).to_have_text("102 of 102 networks")
    expect(other.get_by_role("checkbox", name="mine")).to_be_checked()
    expect(other.locator("#experiments-run")).to_be_hidden()
