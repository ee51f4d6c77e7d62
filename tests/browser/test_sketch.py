"""While a hand moves the pictures are sketched on a canvas; the sketch has to look like Plotly's drawing."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from dashboard.frame import DEPENDS
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

SETTINGS = (
    "",
    "beta=0.5&gamma=1&delta=-0.3&colouring=gradient&quantity=w",
    "beta=0.99&eta=30&rho=1.5&colouring=iterations&window=-6,2,-1,7",
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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("query", SETTINGS)
def test_the_sketch_looks_like_the_drawing(open_page: OpenPage, query: str, dark: bool) -> None:
    page = open_page(f"/?{query}&resolution=48", dark=dark)
    plain = {name: picture(page, name) for name in DEPENDS if name != "field"}
    fits = page.evaluate(
        """async () => {
            const query = new URLSearchParams(deadcone.texts());
            query.set("theme", deadcone.view.theme());
            query.set("detail", 0);
            query.set("cells", 48);
            const { figures } = await (await fetch(`/frame?${query}`)).json();
            return Object.entries(figures).filter(([name]) => name !== "field").map(([name, figure]) => {
                const gd = document.querySelector(`#${name} .js-plotly-plot`);
                const fits = deadcone.sketch.fits(gd, figure);
                deadcone.sketch.draw(gd, figure);
                return fits;
            });
        }"""
    )
    assert fits == [True] * 4
    for name, drawn in plain.items():
        sketched = picture(page, name)
        assert (sketched != drawn).any(), f"{name}: the canvas shows nothing of its own"
        # Edges and letters are antialiased differently; a missing mark, line or area would not pass.
        assert max(unmatched(sketched, drawn), unmatched(drawn, sketched)) < 0.002, name
