"""How fast the page follows the hand: ``python -m benchmarks.live``, or ``make bench-live``.

Real Chromium against gunicorn, every picture of Explore's first screen visible. Each slider is dragged for
three seconds with mouse events that are sent without waiting for the page (waiting would hide a slow page),
then keys are pressed one by one. Every map painted is compared with `basin_map`. Prints the tables of
docs/measured.md; DEADCONE_CHROMIUM names the browser.
"""

import asyncio
import math
import os
import platform
import socket
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.request import urlopen

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright

from dynamics import Grid, Hyperparameters, basin_map
from tests.browser.conftest import BROWSER_ARGS, PATIENCE

ROOT = Path(__file__).resolve().parent.parent
SLIDERS = ("beta", "eta", "gamma", "delta")
SECONDS, SWING, EVERY = 3.0, 60.0, 0.016
KEYS = 60

# A checksum of the labels, the polynomial in 31 modulo 2³²; `checksum` is the same in numpy.
WATCH = """() => {
    window.seen = [];
    window.pressed = 0;
    document.addEventListener("deadcone:frame", ({ detail }) => {
        let sum = 0;
        for (const label of detail.outcome) sum = (Math.imul(sum, 31) + label) | 0;
        const { seq, settings, n_w, n_b } = detail;
        seen.push({ at: performance.now(), seq, settings, n_w, n_b, sum: sum >>> 0 });
    });
    document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
}"""
# The page's Content-Security-Policy forbids Playwright's own way to wait, by eval.
SEEN = "() => new Promise((seen_one) => (function look() { seen.length ? seen_one() : setTimeout(look); })())"
BYTES = """() => performance.getEntriesByType("resource")
    .filter(({ name }) => name.includes("/frame?") && name.includes("still=0"))
    .map(({ encodedBodySize }) => encodedBodySize)"""


def checksum(labels: NDArray[np.uint8]) -> int:
    """Return the polynomial in 31 of the labels, modulo 2³²."""
    powers = np.cumprod(
        np.concatenate([[1], np.full(labels.size - 1, 31)]).astype(np.uint32), dtype=np.uint32
    )
    return int(np.sum(labels.ravel()[::-1].astype(np.uint32) * powers, dtype=np.uint32))


@dataclass
class Drag:
    """What was painted while one slider moved."""

    slider: str
    seconds: float
    frames: list[dict[str, Any]]  # the last is the picture at rest
    moving: int  # how many of them were painted before the release
    rest: float  # milliseconds from the release to the full map

    @property
    def pace(self) -> float:
        """Different maps a second: of other settings than the one painted before."""
        settings = [None, *(frame["settings"] for frame in self.frames[: self.moving])]
        return sum(bool(now != before) for before, now in pairwise(settings)) / self.seconds

    @property
    def answers(self) -> float:
        """Frames a second, whatever they show."""
        return self.moving / self.seconds


@dataclass
class Pace:
    """One condition's figures."""

    name: str
    drags: list[Drag] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def row(self, *, constant: bool = False) -> str:
        """Return a line of the table; a constant answer shows no different maps."""
        paces = " · ".join(f"{drag.answers if constant else drag.pace:.0f}" for drag in self.drags)
        late = percentile(self.keys, 0.95)
        median = statistics.median(self.keys)
        sizes = f"{statistics.median(self.sizes) / 1000:.1f}, {max(self.sizes) / 1000:.1f}"
        return f"| {self.name} | {paces} | {median:.0f}, {late:.0f} | {sizes} |"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of all do not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


async def settled(page: Page) -> None:
    """Wait until every picture agrees with the controls."""
    await page.wait_for_selector("main[aria-busy=false]", timeout=PATIENCE)


async def drag(page: Page, session: CDPSession, slider: str) -> Drag:
    """Drag one slider to and fro."""
    box = await page.locator(f"#{slider} [role=slider]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    async def mouse(kind: str, at: float, buttons: int) -> None:
        event = {"type": kind, "x": at, "y": y, "button": "left", "buttons": buttons, "clickCount": 1}
        await session.send("Input.dispatchMouseEvent", event)

    await page.evaluate("seen.length = 0")
    start, at, moves = perf_counter(), x, []
    await mouse("mousePressed", x, 1)
    while (spent := perf_counter() - start) < SECONDS:
        at = x + SWING * math.sin(3 * math.pi * spent / SECONDS)
        moves.append(asyncio.create_task(mouse("mouseMoved", at, 1)))
        await asyncio.sleep(EVERY)
    painted = await page.evaluate("seen.length")
    await asyncio.gather(*moves)
    released = await page.evaluate("performance.now()")
    await mouse("mouseReleased", at, 0)
    await settled(page)
    frames = await page.evaluate("seen")
    last = frames[-1]
    full = next(f for f in frames if (f["settings"], f["n_w"]) == (last["settings"], last["n_w"]))
    return Drag(slider, spent, frames, painted, full["at"] - released)


async def keys(page: Page, count: int = KEYS) -> list[float]:
    """Press a key on the momentum slider again and again; milliseconds until each is painted."""
    await page.locator("#beta [role=slider]").focus()
    times = []
    for i in range(count):
        await page.evaluate("seen.length = 0")
        await page.keyboard.press("ArrowLeft" if i % 2 else "ArrowRight")
        await page.evaluate(SEEN)
        times.append(await page.evaluate("seen[0].at - pressed"))
        await settled(page)
    return times


def wrong(drags: Sequence[Drag]) -> int:
    """Return how many maps were painted out of order or differ from `basin_map` at their settings."""
    count = 0
    for one in drags:
        numbers = [frame["seq"] for frame in one.frames]
        count += sum(later < earlier for earlier, later in pairwise(numbers))
        for frame in one.frames:
            s = frame["settings"]
            hp = Hyperparameters(beta=s["beta"], eta=s["eta"], gamma=s["gamma"], delta=s["delta"])
            w_min, w_max, b_min, b_max = s["window"]
            grid = Grid(w_min, w_max, b_min, b_max, frame["n_w"], frame["n_b"])
            judging = {key: s[key] for key in ("epsilon", "tolerance", "rho", "max_iterations")}
            count += checksum(basin_map(hp, grid, **judging).outcome) != frame["sum"]
    return count


@asynccontextmanager
async def opened(browser: Browser, port: int, **options: Any) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """Open the page as a new viewer and wait until it is painted."""
    options.setdefault("viewport", {"width": 1440, "height": 900})
    context = await browser.new_context(**options)
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{port}/")
    await settled(page)
    await page.evaluate(WATCH)
    yield context, page
    await context.close()


async def pace(browser: Browser, port: int, name: str, slow: float = 1, distant: bool = False) -> Pace:
    """Measure one condition."""
    result = Pace(name)
    async with opened(browser, port) as (context, page):
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        if slow != 1:
            await session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
        if distant:
            network = {
                "offline": False,
                "latency": 200,
                "downloadThroughput": 125_000,
                "uploadThroughput": 125_000,
            }
            await session.send("Network.emulateNetworkConditions", network)
        for slider in SLIDERS:
            await page.evaluate("performance.clearResourceTimings()")
            result.drags.append(await drag(page, session, slider))
            result.sizes += await page.evaluate(BYTES)
        result.keys = await keys(page)
    return result


async def sharpness(browser: Browser, port: int, name: str, **options: Any) -> str:
    """Return how soon after the release of a slider the map has the panel's pixels."""
    async with opened(browser, port, **options) as (context, page):
        session = await context.new_cdp_session(page)
        drags = [await drag(page, session, "beta") for _ in range(5)]
        cells = await page.evaluate("deadcone.frame.n_w")
    times = sorted(one.rest for one in drags)
    return f"| {name} | {cells} × {cells} | {times[2]:.0f}, {times[-1]:.0f} |"


@contextmanager
def serving(application: str) -> Iterator[int]:
    """Serve an application and yield its port once it is warm."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--bind",
            f"fd://{listening.fileno()}",
            "--log-level",
            "error",
        ]
        server = subprocess.Popen([*command, application], cwd=ROOT, pass_fds=[listening.fileno()])
        try:
            port = listening.getsockname()[1]
            with urlopen(f"http://127.0.0.1:{port}/healthz"):  # answers when the server is warm
                pass
            yield port
        finally:
            server.terminate()
            server.wait()


async def measure() -> None:
    """Open the page under every condition and print the tables."""
    async with async_playwright() as playwright:
        path = os.environ.get("DEADCONE_CHROMIUM", "/usr/bin/chromium")
        browser = await playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
        with serving("app:server") as port:
            begin = perf_counter()
            async with opened(browser, port):
                print(f"first load until every picture is painted: {perf_counter() - begin:.1f} s\n")
            print("| condition | maps a second: β · η · γ · δ | key → painted, ms | kB a frame |")
            print("|---|---|---|---|")
            found = []
            for name, options in (
                ("as it is", {}),
                ("processor slowed four-fold", {"slow": 4}),
                ("200 ms round trip, 1 Mbit/s", {"distant": True}),
            ):
                found.append(await pace(browser, port, name, **options))
                print(found[-1].row(), flush=True)
            drags = [one for condition in found for one in condition.drags]
        with serving("benchmarks._constant:server") as port:
            print((await pace(browser, port, "constant answer")).row(constant=True), flush=True)
        print(f"\nof {sum(len(d.frames) for d in drags)} maps, out of order or unequal: {wrong(drags)}\n")
        print("| screen | map at rest | ms after release: median, worst of 5 |\n|---|---|---|")
        with serving("app:server") as port:
            print(await sharpness(browser, port, "1440 × 900"))
            print(await sharpness(browser, port, "1440 × 900, 2 pixels a point", device_scale_factor=2))
            phone = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "has_touch": True}
            print(await sharpness(browser, port, "390 × 844, 3 pixels a point", **phone))
        await browser.close()


if __name__ == "__main__":
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores\n")
    asyncio.run(measure())
