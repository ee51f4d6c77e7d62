"""Every export is made by clicks and read back."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Browser, Download, Page, ViewportSize, expect

from dashboard.settings import DEFAULT
from dynamics import Outcome, basin_map
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

QUERY = {"resolution": "40", "beta": "0.95", "delta": "0.1", "max_iterations": "3000"}
SETTINGS = DEFAULT.edit(QUERY)
BASIN = basin_map(SETTINGS.hyperparameters, SETTINGS.grid(40), **SETTINGS.judging)
NAME = "dead-cone_map_beta0.95_eta0.1_gamma0.1_delta0.1"
VERDICT = f"{100 * BASIN.dead_fraction:.0f} % of starts die"
DEAD, CONVERGED = (15, 67, 137), (251, 220, 112)
# Where the image has words, as shares of its sides.
PARTS = {
    "title": (0.02, 0.01, 0.4, 0.04),
    "legend": (0.02, 0.05, 0.5, 0.09),
    "numbers of the axis": (0.06, 0.8, 0.98, 0.84),
    "caption": (0.02, 0.88, 0.9, 0.99),
}
COUNTING = "Of a 40 × 40 grid of starts in [−3, 3]², no momentum at the start;"


def address(**changes: str) -> str:
    return "/?" + "&".join(f"{key}={value}" for key, value in (QUERY | changes).items())


def open_dialog(page: Page) -> None:
    page.click("#export-open")
    expect(page.locator("#export-code")).to_have_value(re.compile("from dynamics import"))


def saved(page: Page, selector: str, folder: Path) -> Path:
    """Click and return the file that is saved, under the name that was suggested."""
    with page.expect_download() as waiting:
        page.click(selector)
    download: Download = waiting.value
    path = folder / download.suggested_filename
    download.save_as(path)
    return path


def text_of(svg: ET.Element) -> str:
    texts = ("".join(node.itertext()) for node in svg.iter() if node.tag.endswith("text"))
    return " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def inked(image: Image.Image, box: tuple[float, float, float, float]) -> float:
    """The share of dark pixels in a part of a light image, given as shares of its sides."""
    pixels, (width, height) = np.asarray(image.convert("L")), image.size
    left, top, right, bottom = box
    part = pixels[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
    return float((part < 128).mean())


def test_the_map_as_image_numbers_program_animation_and_page(
    open_page: OpenPage, chromium: Browser, tmp_path: Path
) -> None:
    page = open_page(address())
    page.focus("#export-open")
    page.keyboard.press("Enter")
    expect(page.locator("#export-dialog")).to_be_visible()
    expect(page.locator("#export-picture option")).to_have_count(8)

    png = saved(page, "[data-format=png]", tmp_path)  # the first image, before its fonts have been read
    assert png.name == f"{NAME}.png"
    again = saved(page, "[data-format=png]", tmp_path / "again")
    image = Image.open(png)
    assert image.tobytes() == Image.open(again).tobytes()
    check_image(image)
    check_svg(saved(page, "[data-format=svg]", tmp_path), image)
    check_numbers(saved(page, "[data-format=npz]", tmp_path), saved(page, "[data-format=csv]", tmp_path))
    check_program(page.input_value("#export-code"))
    check_copy(page)
    check_sweep(page, tmp_path)
    check_page(saved(page, "#export-page", tmp_path), chromium)
    expect(page.locator("#page-export-said")).to_contain_text("Saved as dead-cone_page")

    page.keyboard.press("Escape")
    expect(page.locator("#export-dialog")).to_be_hidden()
    expect(page.locator("#export-open")).to_be_focused()


def check_image(image: Image.Image) -> None:
    width, height = image.size
    assert width > 1200
    assert height > 1300
    # The colours of dead and converged starts cover the map as they do in the numbers.
    pixels = np.asarray(image.convert("RGB")).astype(int)
    dead, converged = ((np.abs(pixels - fill) <= 2).all(-1).sum() for fill in (DEAD, CONVERGED))
    shares = BASIN.fraction(Outcome.DEAD), BASIN.fraction(Outcome.CONVERGED)
    assert dead / (dead + converged) == pytest.approx(shares[0] / sum(shares), abs=0.03)
    assert dead + converged > 0.3 * width * height
    for name, part in PARTS.items():
        assert inked(image, part) > 0.005, name


def check_svg(path: Path, image: Image.Image) -> None:
    svg = ET.parse(path).getroot()
    assert 2 * float(svg.get("width", 0)) == pytest.approx(image.width, abs=1)
    text = text_of(svg)
    for part in ("Where each start ends", VERDICT, COUNTING, "β = 0.95, η = 0.1, γ = 0.1, δ = 0.1", "DEAD"):
        assert part in text
    families = {
        family.split(",")[-1].strip()
        for node in svg.iter()
        for family in re.findall(r"font-family:([^;]+)", node.get("style", ""))
    }
    assert families == {"sans-serif", "serif"}


def check_numbers(npz: Path, table: Path) -> None:
    with np.load(npz) as arrays:
        for name in ("outcome", "iterations"):
            np.testing.assert_array_equal(arrays[name], getattr(BASIN, name), strict=True)
        for name in ("final_w", "final_b"):  # code compiled just now may round otherwise than code kept
            np.testing.assert_allclose(arrays[name], getattr(BASIN, name), rtol=1e-12, atol=1e-15)
        assert arrays["max_iterations"] == 3000
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    assert [int(row["outcome"]) for row in rows] == BASIN.outcome.ravel().tolist()
    assert [float(row["final_b"]) for row in rows] == pytest.approx(BASIN.final_b.ravel(), rel=1e-12)


def check_program(code: str) -> None:
    scope: dict[str, Any] = {}
    exec(code, scope)
    np.testing.assert_array_equal(scope["basin"].outcome, BASIN.outcome)


def check_copy(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.select_option("#export-picture", "locus")
    expect(page.locator("#export-code")).to_have_value(re.compile("eigenvalue_locus_beta"))
    page.click("#export-copy")
    expect(page.locator("#code-export-said")).to_have_text("Copied.")
    assert page.evaluate("() => navigator.clipboard.readText()") == page.input_value("#export-code")


def check_sweep(page: Page, folder: Path) -> None:
    page.fill("#sweep-to", "2")
    page.click("#sweep-make")
    said = page.locator("#sweep-export-said")
    expect(said).to_have_text("to must be at least 0 and at most 0.99, not “2”.")
    page.select_option("#sweep-slider", "gamma")
    expect(page.locator("#sweep-to")).to_have_value("10")
    page.fill("#sweep-frames", "40")
    page.click("#sweep-make")
    expect(said).to_contain_text("of 40 pictures")
    page.click("#sweep-make")
    expect(said).to_have_text("Cancelled.")
    expect(page.locator("#sweep-make")).to_have_text("Make GIF")
    page.fill("#sweep-frames", "5")
    page.fill("#sweep-seconds", "1")
    path = saved(page, "#sweep-make", folder)
    assert path.name == f"{NAME}_sweep-gamma.gif"
    shares, lengths = [], []
    with Image.open(path) as film:
        for picture in ImageSequence.Iterator(film):
            lengths.append(picture.info["duration"])
            pixels = np.asarray(picture.convert("RGB")).astype(int)
            shares.append((np.abs(pixels - DEAD) < 16).all(-1).mean())
    assert len(shares) == 5
    assert sum(lengths) == 1000
    assert shares[0] > shares[-1] + 0.05  # a small target kills more than a large one


def check_page(path: Path, chromium: Browser) -> None:
    """Open the file in a browser that reaches nothing."""
    context = chromium.new_context(offline=True, viewport=ViewportSize(width=1200, height=900))
    said: list[str] = []
    asked: list[str] = []
    try:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-drawn=yes]")
        assert page.locator("figure .main-svg").count() >= 8
        expect(page.locator("h1")).to_contain_text(VERDICT)
        expect(page.locator("#map .gtitle")).to_have_text("Where each start ends")
        assert page.evaluate("document.fonts.check(\"16px 'Source Sans 3 Variable'\")")
        live = page.locator("footer a").first.get_attribute("href") or ""
        assert "beta=0.95" in live
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    finally:
        context.close()
    assert said == []
    assert all(url.startswith(("file:", "data:")) for url in asked)


def test_compared_maps_on_a_dark_phone_and_nothing_while_hidden(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(address(pin="beta:0"), width=390, height=844, dark=True)
    open_dialog(page)
    assert page.locator("#export-picture option").all_inner_texts() == [
        "Pinned: where each start ends",
        "Now: where each start ends",
        "What changed",
        "Pinned: is the unit alive?",
        "Now: is the unit alive?",
    ]
    page.select_option("#export-picture", "changed")
    image = Image.open(saved(page, "[data-format=png]", tmp_path)).convert("RGB")
    assert image.getpixel((3, 3)) == (20, 24, 29)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in page.locator("#export-dialog button:visible, #export-dialog select:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= 390
    page.click("#export-close")

    heard: list[str] = []
    page.on("response", lambda answer: heard.append(answer.url))
    page.evaluate("deadcone.change({ pin: 'none', hide: 'outcome' }, 0)")
    page.wait_for_function("document.documentElement.dataset.mode === 'guess'")
    settled(page)
    refusal = page.request.get(page.url.split("?")[0] + "export/data?hide=outcome")
    assert refusal.status == 422
    assert "hidden" in json.loads(refusal.body())["message"]
    with page.expect_response(lambda answer: "/export/pictures" in answer.url):
        page.click("#export-open")
    expect(page.locator("#export-refused")).to_have_text("The outcome is hidden: reveal it first.")
    expect(page.locator("#export-parts")).to_be_hidden()
    expect(page.locator("#export-code")).to_have_value("")
