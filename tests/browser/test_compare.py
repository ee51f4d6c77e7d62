"""Pin and compare: two maps, what changed between them, one playhead; mouse, address and phone."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dynamics import Grid, Hyperparameters, Outcome, basin_map
from tests.browser.conftest import OpenPage, settled
from tests.browser.test_time import heads, on_path

pytestmark = pytest.mark.browser

SMALL = "resolution=24"


def outcome(page: Page, **changes: float) -> np.ndarray:
    """The outcomes of the settings on the page, some of them replaced, on the grid that it shows."""
    shown = page.evaluate(
        "({ ...deadcone.frame.settings, n_w: deadcone.frame.n_w, n_b: deadcone.frame.n_b })"
    )
    values = {key: shown[key] for key in ("beta", "eta", "gamma", "delta")} | changes
    w_min, w_max, b_min, b_max = shown["window"]
    grid = Grid(w_min, w_max, b_min, b_max, shown["n_w"], shown["n_b"])
    return basin_map(Hyperparameters(**values), grid).outcome


def ground(page: Page, panel: str) -> np.ndarray:
    """The colours of a map's ground as numbers, its lowest bias first."""
    pixels = page.evaluate(
        """panel => {
            const surface = document.querySelector(`.graph-${panel} .ground`);
            const { width, height } = surface;
            const copy = Object.assign(document.createElement("canvas"), { width, height });
            const pen = copy.getContext("2d", { willReadFrequently: true });
            pen.drawImage(surface, 0, 0);
            const { data } = pen.getImageData(0, 0, width, height);
            return { width, height, rgba: [...new Int32Array(data.buffer)] };
        }""",
        panel,
    )
    return np.array(pixels["rgba"]).reshape(pixels["height"], pixels["width"])[::-1]


def check(page: Page, **pinned: float) -> int:
    """Demand that the three maps and the caption are those of both settings; return how many cells differ."""
    now, before = outcome(page), outcome(page, **pinned)
    for panel, expected in (("map", now), ("pinned", before)):
        cells = ground(page, panel)
        assert cells.shape == expected.shape
        for end in Outcome:
            assert len(set(cells[expected == end].tolist())) <= 1
        assert len(set(cells.ravel().tolist())) == len(set(expected.ravel().tolist()))
    differs, cells = now != before, ground(page, "changed")
    assert len(set(cells[~differs].tolist())) == 1
    assert np.array_equal(cells != cells[~differs][0], differs)
    assert np.array_equal(cells[differs], ground(page, "map")[differs])
    count = int(np.count_nonzero(differs))
    if count:
        expect(page.locator("#context")).to_contain_text(f"{count:,}".replace(",", "\u202f") + " of")
    return count


def mode(page: Page) -> str:
    found: str = page.evaluate("document.documentElement.dataset.mode")
    return found


def test_pin_drag_swap_and_leave(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&beta=0")
    page.click("text=Pin and compare")
    page.wait_for_function("deadcone.frame.settings.pin?.beta === 0")
    settled(page)
    assert mode(page) == "compare"
    assert "pin=beta:0" in page.evaluate("location.search")
    expect(page.locator("#context")).to_have_text("Nothing differs yet: move a slider.")
    assert check(page, beta=0.0) == 0
    for hidden in ("#picture-locus", "#picture-share", "#tips", "#below", "#beta-pin"):
        assert not page.locator(hidden).is_visible()
    tops = [page.locator(f"#picture-{name}").bounding_box() for name in ("pinned", "map", "changed")]
    sizes = {(round(box["y"]), round(box["width"]), round(box["height"])) for box in tops if box is not None}
    assert len(sizes) == 1  # one row, one size
    # A real hand on β: Now and Changed follow while it moves.
    before = ground(page, "pinned")
    thumb = page.locator("#beta .dash-slider-thumb").bounding_box()
    track = page.locator("#beta .dash-slider-root").bounding_box()
    assert thumb is not None
    assert track is not None
    middle = thumb["y"] + thumb["height"] / 2
    page.mouse.move(thumb["x"] + thumb["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(track["x"] + 0.5 * track["width"], middle, steps=8)
    page.wait_for_function("deadcone.frame.settings.beta > 0.8")
    assert page.get_attribute("#main", "aria-busy") == "true"
    assert "die only now" in page.locator("#context").inner_text()
    page.mouse.up()
    settled(page)
    beta = page.evaluate("deadcone.frame.settings.beta")
    assert check(page, beta=0.0) > 20
    assert np.array_equal(ground(page, "pinned"), before)
    expect(page.locator("#caption")).to_contain_text("with the pinned β = 0,")
    expect(page.locator("#context")).to_contain_text("Only β differs.")
    tick = page.locator("#beta-pin").bounding_box()
    assert tick is not None
    assert tick["x"] + tick["width"] / 2 == pytest.approx(track["x"] + 10, abs=1.5)
    assert not page.locator("#eta-pin").is_visible()
    page.click("text=Swap")
    page.wait_for_function("deadcone.frame.settings.beta === 0")
    settled(page)
    assert page.evaluate("deadcone.frame.settings.pin.beta") == pytest.approx(beta)
    assert page.input_value("#beta-box") == "0"
    assert check(page, beta=beta) > 20
    page.click("text=Leave comparison")
    page.wait_for_function("deadcone.frame.settings.pin === null")
    settled(page)
    assert mode(page) == "explore"
    assert "pin=" not in page.evaluate("location.search")
    assert page.locator("#picture-locus").is_visible()
    assert not page.locator("#picture-pinned").is_visible()


def test_an_address_opens_the_same_comparison(open_page: OpenPage) -> None:
    page = open_page("/?pin=beta:0;gamma:1&window=-2,2,-1,1&time=26", dark=True)
    assert check(page, beta=0.0, gamma=1.0) > 1000
    expect(page.locator(".compared-pinned h2")).to_have_text("Pinned β = 0, γ = 1")
    expect(page.locator(".now-heading")).to_have_text("Now β = 0.9, γ = 0.1")
    page.click("text=Pin again")
    page.wait_for_function("deadcone.frame.settings.pin.beta === 0.9")
    settled(page)
    assert "pin=defaults" in page.evaluate("location.search")
    page.click("text=Unpin")
    page.wait_for_function("deadcone.frame.settings.pin === null")
    settled(page)
    assert mode(page) == "explore"


def test_panning_and_zooming_now_moves_all_three(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&pin=beta:0")
    plot = page.locator("#map .nsewdrag").first.bounding_box()
    assert plot is not None
    x, y = plot["x"] + 0.3 * plot["width"], plot["y"] + 0.8 * plot["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y - 30, steps=6)
    page.mouse.up()
    page.wait_for_function("deadcone.frame.settings.window[0] < -3.2")
    settled(page)
    page.click("#zoom-in")
    page.wait_for_function("deadcone.frame.settings.window[1] - deadcone.frame.settings.window[0] < 3.1")
    settled(page)
    ranges = [
        page.evaluate(
            f"""(({{ xaxis, yaxis }}) => [...xaxis.range, ...yaxis.range])
                (document.querySelector("#{name} .js-plotly-plot")._fullLayout)"""
        )
        for name in ("map", "pinned", "changed")
    ]
    np.testing.assert_allclose(ranges[1], ranges[0], atol=1e-3)
    np.testing.assert_allclose(ranges[2], ranges[0], atol=1e-3)
    check(page, beta=0.0)


def test_one_playhead_marks_both_maps_and_both_charts(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&pin=beta:0&time=26")
    starts = ((2, 1.8), (-1.6, 2.3), (2, 0.2))
    pinned = Hyperparameters(beta=0.0, eta=0.1, gamma=0.1, delta=0.0)
    np.testing.assert_allclose(heads(page), [on_path(start, 26) for start in starts], atol=0.02)
    there = heads(page, "pinned")
    np.testing.assert_allclose(there, [on_path(start, 26, pinned) for start in starts], atol=0.02)
    lines = [
        page.locator(f"#picture-{name} .playhead-line").bounding_box() for name in ("alive", "pinned-alive")
    ]
    charts = [page.locator(f"#{name} .nsewdrag").bounding_box() for name in ("alive", "pinned-alive")]
    offsets = {
        round(line["x"] - chart["x"])
        for line, chart in zip(lines, charts, strict=True)
        if line is not None and chart is not None
    }
    assert len(offsets) == 1
    page.click("#step-on")
    settled(page)
    np.testing.assert_allclose(
        heads(page, "pinned"), [on_path(start, 27, pinned) for start in starts], atol=0.02
    )
    page.click("#play")
    page.wait_for_function("Number(document.querySelector('#iteration').textContent) > 30")
    page.click("#play")
    settled(page)
    assert not np.allclose(heads(page, "pinned"), there)


def test_a_phone_shows_one_map_at_a_time(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&pin=beta:0", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for name, panel in (("Changed", "changed"), ("Pinned", "pinned"), ("Now", "map")):
        button = page.locator("#map-switch").get_by_text(name)
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        button.click()
        settled(page)
        assert button.get_attribute("aria-pressed") == "true"
        shown = [key for key in ("pinned", "map", "changed") if page.locator(f"#picture-{key}").is_visible()]
        assert shown == [panel]
    check(page, beta=0.0)
    page.locator("#map-switch").get_by_text("Changed").click()
    page.fill("#beta-box", "0.5")
    page.press("#beta-box", "Enter")
    page.wait_for_function("deadcone.frame.settings.beta === 0.5")
    settled(page)
    differs = outcome(page) != outcome(page, beta=0.0)
    cells = ground(page, "changed")
    assert np.array_equal(cells != cells[~differs][0], differs)


def test_a_page_in_units_of_gamma_pins_and_swaps_plain_numbers(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&scale=1&window=-30,30,-30,30&tolerance=1e-5&starts=20,18&rho=1")
    page.click("text=Pin and compare")
    page.wait_for_function("deadcone.frame.settings.pin")
    settled(page)
    assert "pin=rho:0.1" in page.evaluate("location.search")
    expect(page.locator("#context")).to_contain_text("Nothing differs yet: move a slider.")
    page.fill("#gamma-box", "1")
    page.press("#gamma-box", "Enter")
    page.wait_for_function("deadcone.frame.settings.gamma === 1")
    settled(page)
    expect(page.locator("#context")).to_contain_text("γ, tolerance and ρ differ.")
    page.click("text=Swap")
    page.wait_for_function("deadcone.frame.settings.gamma === 0.1")
    settled(page)
    assert "pin=gamma:1;tolerance:1e-5;rho:1" in page.evaluate("location.search")
    assert page.input_value("#rho-box") == "1"  # in units of γ
    assert page.evaluate("deadcone.frame.settings.rho") == pytest.approx(0.1)
