"""Sharing as a viewer does it, and a picture in a page of another origin, under the shipped policy."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import cycle
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from dashboard import savefile
from dashboard.controls import SLIDERS
from dashboard.lesson_page import begin
from dashboard.settings import DEFAULT, read_query
from tests.browser.conftest import PATIENCE, OpenPage, settled, until
from tests.browser.test_page import drag
from tests.dashboard.test_share import mutations

pytestmark = pytest.mark.browser

SMALL = "resolution=24"


def search(page: Page) -> str:
    found: str = page.evaluate("location.search")
    return found


# ------------------------------------------------------------------ the address and the dialog


def test_a_link_shows_what_was_shown_and_back_leaves_in_one_step(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&quantity=w")
    entries = page.evaluate("history.length")
    for control in SLIDERS:
        drag(page, control.key, 30)
    page.click("#advanced summary")
    page.click("#speed")
    page.click("#step-on")
    page.click("#kick-B")
    settled(page)
    assert page.evaluate("history.length") == entries
    address = page.url
    assert {"beta", "eta", "gamma", "delta", "quantity", "advanced", "speed", "time", "kick"} <= set(
        parse_qs(urlsplit(address).query)
    )
    before = shown(page)
    copies(page, address)
    page.reload()
    settled(page)
    assert page.url == address
    assert shown(page) == before
    page.click("#nav-about")
    expect(page.locator("#caption")).to_be_hidden()
    assert urlsplit(page.url).path == "/about"
    page.go_back()
    settled(page)
    assert shown(page) == before
    page.go_back()
    page.wait_for_url("about:blank")


def shown(page: Page) -> object:
    """What the page says and the settings that it shows."""
    return page.evaluate(
        """[deadcone.frame.settings, deadcone.texts(), location.search,
            ...["#caption", "#context", "#speed", "#iteration", "#kick-check"].map(
                (id) => document.querySelector(id).textContent),
            document.getElementById("advanced").open,
            [...document.querySelectorAll("input:checked")].map((input) => input.value)]"""
    )


def copies(page: Page, address: str) -> None:
    """The dialog copies link and code, also where the clipboard is refused; the keyboard reaches it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#share-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#share-dialog")).to_be_visible()
    assert page.input_value("#link-text") == address
    page.click("#copy-link")
    expect(page.locator("#link-said")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == address
    page.select_option("#embed-picture", "locus")
    page.select_option("#embed-level", "none")
    page.select_option("#embed-theme", "dark")
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error()))")
    page.click("#copy-embed")
    expect(page.locator("#embed-said")).to_have_text("Copied.")
    code = page.evaluate("navigator.clipboard.readText()")
    source = page.evaluate(
        "code => new DOMParser().parseFromString(code, 'text/html').querySelector('iframe').src", code
    )
    said = parse_qs(urlsplit(source).query)
    assert (said["embed"], said["level"], said["theme"]) == (["locus"], ["none"], ["dark"])
    assert read_query(urlsplit(source).query)[0] == read_query(urlsplit(address).query)[0]
    page.evaluate("void (document.execCommand = () => false)")
    page.click("#copy-embed")
    expect(page.locator("#embed-said")).to_contain_text("refuses")
    chosen = "(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))"
    assert page.evaluate(f"{chosen}(document.activeElement)") == page.input_value("#embed-text")
    page.keyboard.press("Escape")
    expect(page.locator("#share-dialog")).to_be_hidden()
    expect(page.locator("#share-open")).to_be_focused()


def test_settings_go_into_a_file_and_come_back(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&beta=0.95&layers=cones", width=390, height=844)
    page.click("#share-open")
    with page.expect_download() as download:
        page.click("#save-settings")
    assert download.value.suggested_filename == savefile.FILE_NAME
    text = download.value.path().read_text(encoding="utf-8")
    saved, notices = savefile.read(text, len(text))
    assert (saved, notices) == (DEFAULT.edit({"resolution": "24", "beta": "0.95", "layers": "cones"}), [])
    said = page.locator("#file-said")
    choose(page, b"{")
    expect(said).to_have_text("▲ The file is no JSON, line 1. Nothing was loaded.")
    choose(page, b" " * 1_100_000)
    expect(said).to_have_text("▲ The file has 1.0 MB; a settings file has at most 16 kB. Nothing was loaded.")
    assert "beta=0.95" in search(page)
    bad = json.loads(text)
    bad["settings"] |= {"beta": 0.5, "eta": "7e9", "colour": "red"}
    choose(page, json.dumps(bad).encode())
    for words in (
        "Loaded mine.json.",
        "η must be",
        "not 7e9. The page shows 1000.",
        "“colour” is not a setting",
    ):
        expect(said).to_contain_text(words)
    page.wait_for_function("deadcone.frame.settings.beta === 0.5 && deadcone.frame.settings.eta === 1000")
    settled(page)
    assert "beta=0.5" in page.input_value("#link-text")
    choose(page, text.encode())
    expect(said).to_have_text("Loaded mine.json.")
    page.wait_for_function("deadcone.frame.settings.beta === 0.95")
    settled(page)
    box = page.locator("#share-dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.click("#close-share")
    expect(page.locator("#share-open")).to_be_focused()
    assert read_query(search(page))[0] == saved


def choose(page: Page, content: bytes) -> None:
    """Choose a file of settings."""
    with page.expect_file_chooser() as chooser:
        page.click("#load-settings")
    chooser.value.set_files({"name": "mine.json", "mimeType": "application/json", "buffer": content})


# Shows one state after the other, as soon as a picture of the one before is there. An address goes by way of
# Dash, which takes longer than the picture: its answers to what the controls then say are waited for too, and
# that the page names a preset at rest, in the middle of the next state, is left out. Others come as by hand.
SHOW_ALL = """async (states) => {
    let asked = 0;
    const plain = window.fetch;
    window.fetch = (...call) => {
        if (!String(call[0]).includes("_dash-update")) return plain(...call);
        asked += 1;
        return plain(...call).finally(() => (asked -= 1));
    };
    deadcone.showPreset = () => {};
    const picture = (texts, settings) => new Promise((hold, fail) => {
        const end = performance.now() + 20000;
        const there = () => Object.entries(texts).every(([key, text]) => deadcone.texts()[key] === text);
        const same = (at) => JSON.stringify({ ...at, time: 0 }) === JSON.stringify({ ...settings, time: 0 });
        let quiet = 0;
        (function look() {
            quiet = there() && same(deadcone.frame.settings) && !asked ? quiet + 1 : 0;
            if (quiet > 2) hold();
            else if (performance.now() > end) fail(new Error(`never shown: ${JSON.stringify(texts)}`));
            else requestAnimationFrame(look);
        })();
    });
    for (const [path, search, texts, settings] of states) {
        if (path) deadcone.view.arrive(path, search);
        else deadcone.change(texts, 1e6);
        await picture(texts, settings);
        const said = document.getElementById("problem").textContent;
        if (said) throw new Error(`${search}: ${said}`);
    }
    deadcone.rest();
    return states.length;
}"""


def test_three_hundred_mutated_links_leave_the_console_empty(open_page: OpenPage) -> None:
    """A few as pages of their own, more as what an open page is sent to, all as what it shows."""
    cheap = f"{SMALL}&units=20&max_iterations=300"
    queries = [f"?{query}&{cheap}" for query in mutations(300)]
    for query in [query for query in queries if "#" not in query][:3]:
        open_page(f"/{query}").context.close()
    page = open_page()
    links = [
        (path, query, settings.texts(), asdict(settings.scaled(False)))
        for path, query in zip(cycle(("/", "/lesson")), queries, strict=False)
        for settings in [read_query(query, begin(path, query))[0]]
    ]
    by_hand = [("", query, *state) for _, query, *state in links]
    assert page.evaluate(SHOW_ALL, [*links[::15], *by_hand]) == 320
    settled(page)


# ------------------------------------------------------------------ a picture in a page of another origin


class Blog(BaseHTTPRequestHandler):
    """A page of somebody else's with two pictures in it."""

    def __init__(self, frames: list[str], *args: object) -> None:
        self.frames = frames
        super().__init__(*args)  # type: ignore[arg-type]  # whatever the server hands over

    def do_GET(self) -> None:
        """Answer every path with the page, but the browser's own wish for an icon with none."""
        self.send_response(200 if self.path == "/" else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if self.path == "/":
            self.wfile.write(f"<!doctype html><title>Blog</title>{''.join(self.frames)}".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def blog(address: str) -> Iterator[str]:
    """The address of a page that embeds the map with its controls and, dark, another picture without."""
    frames = [
        f'<iframe src="{address}/?{query}&{SMALL}" width="{width}" height="{height}"></iframe>'
        for query, width, height in (
            ("embed=map", 640, 480),
            ("embed=locus&level=none&theme=dark&eta=0.2", 400, 600),
        )
    ]
    with HTTPServer(("localhost", 0), partial(Blog, frames)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_a_picture_is_embedded_elsewhere_draws_and_is_dragged(
    chromium: Browser, blog: str, address: str
) -> None:
    said: list[str] = []
    context = chromium.new_context(viewport={"width": 1200, "height": 700}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(blog)
    whole, bare = (frame for frame in page.frames[1:])
    for frame in (whole, bare):
        frame.wait_for_selector("main[aria-busy=false]", timeout=PATIENCE)
        assert frame.evaluate("origin") == address
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
    asks_only_for(whole, "map")
    asks_only_for(bare, "locus")
    moves(page, whole)
    has_nothing_to_move(bare)
    link = whole.locator("#embed-open")
    assert link.get_attribute("target") == "_blank"
    assert (
        read_query(urlsplit(link.get_attribute("href") or "").query)[0]
        == read_query(whole.evaluate("location.search"))[0]
    )
    assert "embed" not in (link.get_attribute("href") or "")
    context.close()
    assert said == []


def asks_only_for(frame: Frame, picture: str) -> None:
    """No other picture is asked for, made or seen."""
    asked = frame.evaluate(
        """performance.getEntriesByType("resource").filter(({ name }) => name.includes("/frame?"))
            .map(({ name }) => new URL(name).searchParams.get("panels"))"""
    )
    assert picture in asked
    assert set(asked) <= {picture, ""}  # the caption's comparison comes without a picture
    seen = frame.evaluate(
        "[...document.querySelectorAll('.graph')].filter((graph) => graph.offsetParent).map(({ id }) => id)"
    )
    assert seen == [f"picture-{picture}"]
    assert frame.locator(f"#{picture} .xtick").count() > 2
    expect(frame.locator("#caption")).to_contain_text("starts die")


def moves(page: Page, frame: Frame) -> None:
    """The sliders and the starts follow the mouse, with a picture on the way."""
    frame.evaluate(
        "void (window.seen = [], "
        "document.addEventListener('deadcone:frame', ({ detail }) => seen.push(detail.settings)))"
    )
    thumb = frame.locator("#beta [role=slider]").bounding_box()
    start = frame.locator(".start").first.bounding_box()
    for box, across in ((thumb, -40), (start, -50)):
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + across, y, steps=8)
        page.mouse.up()
        until(frame, "seen.length > 2")
        frame.wait_for_selector("main[aria-busy=false]")
    seen = frame.evaluate("seen")
    assert seen[-1]["beta"] < 0.9
    assert len({at["beta"] for at in seen}) > 1
    assert seen[-1]["starts"][0][0] < 2
    assert "beta=" in frame.evaluate("location.search")
    expect(frame.locator("#play")).to_be_visible()
    expect(frame.locator("#layers")).to_be_visible()
    for absent in (".header", ".rail .preset", "#below", ".modes", "#embed-settings", ".share-panel"):
        expect(frame.locator(absent).first).to_be_hidden()


def has_nothing_to_move(frame: Frame) -> None:
    """The settings are listed, and the theme is the one that was asked for."""
    assert frame.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    listed = frame.locator("#embed-settings dd").all_inner_texts()
    assert listed == ["0.9", "0.2", "0.1", "0"]
    focusable = frame.evaluate(
        """[...document.querySelectorAll("a, button, input, select, textarea, [tabindex='0'], summary")]
            .filter((node) => node.getClientRects().length && getComputedStyle(node).visibility === "visible")
            .map(({ id }) => id)"""
    )
    assert focusable == ["embed-open"]
