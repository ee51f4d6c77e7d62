"""The playhead: play, step, scrub, hover, and settings that change in the middle of a run."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dynamics import Hyperparameters, trajectory
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

SMALL = "resolution=24"
HP = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)


def iteration(page: Page) -> int:
    return int(page.locator("#iteration").inner_text().replace("\u202f", ""))


def heads(page: Page, panel: str = "map") -> list[list[float]]:
    """Where the marks of the playhead are, in the map's own numbers."""
    places: list[list[float]] = page.evaluate(
        """panel => {
            const graph = document.querySelector(`#${panel} .js-plotly-plot`);
            const { left, top, width, height } = deadcone.sketch.onScreen(graph);
            const { xaxis, yaxis } = graph._fullLayout;
            const at = ({ range }, share) => range[0] + share * (range[1] - range[0]);
            return [...document.querySelectorAll(`.graph-${panel} .playhead:not(.twin)`)].map((mark) => {
                const box = mark.getBoundingClientRect();
                const [x, y] = [box.x + box.width / 2 - left, box.y + box.height / 2 - top];
                return [at(xaxis, x / width), at(yaxis, 1 - y / height)];
            });
        }""",
        panel,
    )
    return places


def on_path(start: tuple[float, float], time: int, hp: Hyperparameters = HP) -> list[float]:
    run = trajectory(hp, start, steps=time, record=[time])
    return [float(run.w[0]), float(run.b[0])]


STARTS = ((2, 1.8), (-1.6, 2.3), (2, 0.2))


def test_scrubbing_moves_the_marks_along_the_paths(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&time=26")
    assert "time=26" in page.evaluate("location.search")
    np.testing.assert_allclose(heads(page), [on_path(start, 26) for start in STARTS], atol=0.01)
    box = page.locator("#scrubber").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 9 + 0.355 * (box["width"] - 18), middle)  # the thumb
    page.mouse.down()
    page.mouse.move(box["x"] + 0.55 * box["width"], middle, steps=5)
    dragged = iteration(page)
    assert 100 < dragged < 2000
    page.mouse.up()
    page.wait_for_function("location.search.includes('time=') && !location.search.includes('time=26&')")
    settled(page)
    assert f"time={dragged}" in page.evaluate("location.search")
    np.testing.assert_allclose(heads(page)[1:], [on_path(start, dragged) for start in STARTS[1:]], atol=0.01)
    # A has stopped by then: it stays where it ended.
    np.testing.assert_allclose(heads(page)[0], on_path(STARTS[0], 137), atol=0.01)


def test_keys_and_buttons_step_through_the_optimisers_iterations(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&time=98")
    page.locator("#scrubber").focus()
    for expected in (99, 100, 110, 120):
        page.keyboard.press("ArrowRight")
        assert iteration(page) == expected
    page.click("#step-back")
    page.click("#step-back")
    page.click("#step-back")
    assert iteration(page) == 99
    page.locator("#scrubber").focus()
    page.keyboard.press("Home")
    assert iteration(page) == 0
    page.keyboard.press("End")
    end = iteration(page)
    settled(page)
    assert f"time={end}" in page.evaluate("location.search")
    page.keyboard.press("ArrowLeft")
    assert iteration(page) == int(f"{end:.1e}"[0:3].replace(".", "")) * 10 ** (len(str(end)) - 2)


def test_play_runs_to_the_end_and_pause_holds(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    assert page.locator(".playhead:visible").count() == 0
    page.click("#play")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function("Number(document.querySelector('#iteration').textContent) > 3")
    assert page.locator(".graph-map .playhead:visible").count() == 3
    page.click("#play")
    held = iteration(page)
    settled(page)
    assert f"time={held}" in page.evaluate("location.search")
    page.click("#speed")
    page.click("#speed")
    assert page.locator("#speed").inner_text() == "4×"
    page.click("#play")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    settled(page)
    assert iteration(page) > 5000


def test_who_wants_less_motion_gets_steps(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("window.moves = 0")
    page.evaluate(
        """new MutationObserver(() => (window.moves += 1))
            .observe(document.querySelector("#iteration"), { childList: true })"""
    )
    page.click("#speed")
    page.click("#speed")
    page.click("#play")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert page.evaluate("window.moves") <= 12


def test_a_curve_marks_the_path_and_a_path_the_curve(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    chart = page.locator("#alive .nsewdrag").bounding_box()
    assert chart is not None
    low, high = page.evaluate("document.querySelector('#alive .js-plotly-plot')._fullLayout.xaxis.range")
    across = (np.log10(30) - low) / (high - low)
    page.mouse.move(chart["x"] + across * chart["width"], chart["y"] + 0.5 * chart["height"])
    page.wait_for_function("document.querySelector('#iteration').textContent !== '0'")
    marked = iteration(page)
    assert abs(marked - 30) <= 2
    np.testing.assert_allclose(heads(page), [on_path(start, marked) for start in STARTS], atol=0.01)
    plot = page.locator("#map .nsewdrag").first.bounding_box()
    assert plot is not None
    w, b = on_path((-1.6, 2.3), 12)
    page.mouse.move(plot["x"] + (w + 3) / 6 * plot["width"], plot["y"] + (3 - b) / 6 * plot["height"])
    page.wait_for_function("document.querySelector('#iteration').textContent === '12'")
    line = page.locator("#picture-alive .playhead-line").bounding_box()
    assert line is not None
    assert line["x"] == pytest.approx(
        chart["x"] + (np.log10(12) - low) / (high - low) * chart["width"], abs=1.5
    )
    page.mouse.move(5, 5)
    page.wait_for_function("document.querySelector('#iteration').textContent === '0'")
    assert "time=" not in page.evaluate("location.search")


def test_a_run_goes_on_with_another_momentum(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&time=20")
    page.click("#continue")
    settled(page)
    expect(page.locator("#continue")).to_have_text("Continues from 20")
    page.fill("#beta-box", "0.5")
    page.press("#beta-box", "Enter")
    page.wait_for_function("deadcone.frame.settings.beta === 0.5")
    settled(page)
    assert "before=20,0.9,0.1" in page.evaluate("location.search")
    page.locator("#scrubber").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    after = Hyperparameters(beta=0.5, eta=0.1, gamma=0.1, delta=0.0)
    runs = [trajectory(after, start, steps=25, before=(20, HP)) for start in STARTS]
    np.testing.assert_allclose(heads(page), [[run.w[-1], run.b[-1]] for run in runs], atol=0.01)
    page.click("#continue")
    page.wait_for_function("deadcone.frame.settings.before.length === 0")
    settled(page)
    np.testing.assert_allclose(heads(page), [on_path(start, 25, after) for start in STARTS], atol=0.01)


def test_the_affine_twin_overshoots_beside_its_path(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&time=26")
    page.click("#layers label:has-text('Affine')")
    page.wait_for_function("deadcone.frame.settings.layers.includes('affine')")
    settled(page)
    assert page.locator(".playhead.twin:visible").count() == 3
    w = page.evaluate(
        """Array.from(document.querySelector("#map .js-plotly-plot")
            ._fullData.find((trace) => trace.name === "twin A").x)"""
    )
    assert min(w) < 0.1 < 2 == pytest.approx(w[0])  # past the ground truth at γ = 0.1


def test_the_row_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&time=26", width=390, height=844)
    for name in ("#play", "#scrubber", "#step-on", "#continue"):
        box = page.locator(name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["height"] >= 44
