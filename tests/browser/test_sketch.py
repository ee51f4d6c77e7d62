"""While a hand moves the pictures are sketched on a canvas; the sketch has to look like Plotly's drawing."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from dashboard.initialisation import CLOUD_DEPENDS
from dashboard.request import DEPENDS
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

SETTINGS = (
    "",
    "beta=0.5&gamma=1&delta=-0.3&colouring=gradient&quantity=w",
    "beta=0.99&eta=30&rho=1.5&colouring=iterations&window=-6,2,-1,7",
    "init=he_normal&units=150&beta=0.99&time=900",  # discs that cover one another
    "beta=0&eta=2.5&gamma=0.5&quantity=loss",  # unstable: diverged cells, both eigenvalues real
)


def picture(page: Page, name: str) -> NDArray[np.float64]:
    """Return a graph as it looks, RGB from 0 to 255."""
    png = page.locator(f".graph-{name}").screenshot(animations="disabled")
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), float)


def unmatched(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Share of the pixels of `one` that have no pixel of about that colour within 2 pixels in `other`."""
    shifts = [(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)]
    nearest = np.min([np.abs(one - np.roll(other, shift, (0, 1))).max(axis=2) for shift in shifts], axis=0)
    return float((nearest > 64).mean())


@pytest.mark.parametrize("query", SETTINGS)
def test_the_sketch_looks_like_the_drawing(open_page: OpenPage, query: str) -> None:
    page = open_page(f"/?{query}&resolution=48")
    looks_alike(page, query)
    page.click("#theme")
    settled(page)
    assert page.evaluate("deadcone.view.theme()") == "dark"
    looks_alike(page, query)


def looks_alike(page: Page, query: str) -> None:
    # Curves that take too long are named as such at rest and left out while a hand moves.
    slow = {"share"} if "eta=30" in query else set()
    panels = [name for name in DEPENDS | CLOUD_DEPENDS if name not in slow]
    names = [name for name in panels if page.evaluate(f"deadcone.paint.visible('{name}', false)")]
    assert len(names) >= 3
    plain = {name: picture(page, name) for name in names}
    fits = page.evaluate(
        """async (names) => {
            const query = deadcone.pump.query();
            query.set("theme", deadcone.view.theme());
            query.set("still", 0);
            query.set("panels", names);
            query.set("axes", names.map(deadcone.paint.axes));
            const { pictures } = deadcone.read(await (await fetch(`/frame?${query}`)).arrayBuffer());
            return Object.entries(pictures).map(([name, drawing]) => {
                deadcone.sketch.draw(document.querySelector(`#${name} .js-plotly-plot`), drawing);
                return !drawing.layout;
            });
        }""",
        names,
    )
    assert fits == [True] * len(names)
    for name, drawn in plain.items():
        sketched = picture(page, name)
        assert (sketched != drawn).any(), f"{name}: the canvas shows nothing of its own"
        # Edges and letters are antialiased differently; a missing mark, line or area would not pass. The
        # dashed line at ε, whose row of pixels both blend differently, is 0.2 % of its low panel alone.
        allowed = 0.004 if name == "alive" else 0.002
        assert max(unmatched(sketched, drawn), unmatched(drawn, sketched)) < allowed, name


def test_the_ground_lies_where_the_axes_say(open_page: OpenPage) -> None:
    page = open_page("/?resolution=24&window=-6,2,-1,7&beta=0.95&layers=none&starts=none")
    pixels, box, ticks, outcome, palette = page.evaluate(
        """() => {
            const canvas = document.querySelector(".graph-map canvas.ground");
            const middle = (tick) => {
                const box = tick.getBoundingClientRect();
                return [tick.textContent.replace("−", "-"), box.x + box.width / 2, box.y + box.height / 2];
            };
            const { x, y, width, height } = canvas.getBoundingClientRect();
            const ticks = (axis) => [...document.querySelectorAll(`#map .${axis}tick text`)].map(middle);
            return [
                [...canvas.getContext("2d").getImageData(0, 0, 24, 24).data],
                [x, y, width, height],
                ["x", "y"].map(ticks),
                [...deadcone.frame.outcome],
                ["dead", "converged"].map((name) => getComputedStyle(document.documentElement)
                    .getPropertyValue(`--${name}`).trim()),
            ];
        }"""
    )
    colours = np.array(pixels, np.uint8).reshape(24, 24, 4)[::-1, :, :3]
    labels = np.array(outcome, np.uint8).reshape(24, 24)
    assert set(np.unique(labels)) == {0, 1}
    fills = np.array([[int(fill[i : i + 2], 16) for i in (1, 3, 5)] for fill in palette], np.uint8)
    assert np.array_equal(colours, fills[labels])
    # The start of column j is drawn at the middle of the j-th of 24 strips, its weight is -6 + 8 j / 23.
    x, y, width, height = box
    for text, across, _ in ticks[0]:
        column = (float(text) + 6) / 8 * 23
        assert across == pytest.approx(x + (column + 0.5) * width / 24, abs=1.5)
    for text, _, up in ticks[1]:
        row = (float(text) + 1) / 8 * 23
        assert up == pytest.approx(y + height - (row + 0.5) * height / 24, abs=1.5)
