"""How fast the page follows the hand: ``python -m benchmarks.live [--slow FACTOR]``.

Real Chromium against gunicorn. Each slider is dragged for three seconds with mouse events that are sent
without waiting for the page (waiting would hide a slow page), then keys are pressed one by one. Prints
the different maps painted a second, the time from the release to the picture at rest, and the time from
a key press to the painted picture. DEADCONE_CHROMIUM names the browser.
"""

import argparse
import asyncio
import math
import os
import platform
import socket
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from urllib.request import urlopen

from playwright.async_api import CDPSession, Page, async_playwright

from tests.browser.conftest import BROWSER_ARGS, PATIENCE

ROOT = Path(__file__).resolve().parent.parent
SLIDERS = ("beta", "eta", "gamma", "delta")
SECONDS, SWING, EVERY = 3.0, 60.0, 0.016
KEYS = 60

WATCH = """() => {
    window.seen = [];
    window.pressed = 0;
    document.addEventListener("deadcone:frame", ({ detail }) =>
        seen.push({ at: performance.now(), cells: detail.n_w, key: JSON.stringify(detail.settings) }));
    document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
}"""


async def settled(page: Page) -> None:
    """Wait until every picture agrees with the controls."""
    await page.wait_for_selector("main[aria-busy=false]", timeout=PATIENCE)


async def drag(page: Page, session: CDPSession, slider: str) -> str:
    """Drag one slider to and fro and describe what was painted."""
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
    painted = await page.evaluate("seen")
    await asyncio.gather(*moves)
    released = perf_counter()
    await mouse("mouseReleased", at, 0)
    await settled(page)
    rest = 1000 * (perf_counter() - released)
    maps = len({frame["key"] for frame in painted})
    cells = sorted({frame["cells"] for frame in painted})
    return (
        f"{slider:6} {maps / spent:5.1f} different maps/s, cells a side {cells}, at rest after {rest:.0f} ms"
    )


async def keys(page: Page) -> list[float]:
    """Press a key on the momentum slider again and again; milliseconds until each is painted."""
    await page.locator("#beta [role=slider]").focus()
    times = []
    for i in range(KEYS):
        await page.evaluate("seen.length = 0")
        await page.keyboard.press("ArrowLeft" if i % 2 else "ArrowRight")
        await page.wait_for_function("seen.length > 0", timeout=PATIENCE)
        times.append(await page.evaluate("seen[0].at - pressed"))
        await settled(page)
    return times


async def measure(port: int, slow: float) -> None:
    """Open the page and print every figure."""
    async with async_playwright() as playwright:
        path = os.environ.get("DEADCONE_CHROMIUM", "/usr/bin/chromium")
        browser = await playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        page = await context.new_page()
        begin = perf_counter()
        await page.goto(f"http://127.0.0.1:{port}/")
        await settled(page)
        print(f"first page load until every picture is painted: {1000 * (perf_counter() - begin):.0f} ms")
        session = await context.new_cdp_session(page)
        if slow != 1:
            await session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
        await page.evaluate(WATCH)
        for slider in SLIDERS:
            print(await drag(page, session, slider))
        times = sorted(await keys(page))
        late = times[math.ceil(0.95 * len(times)) - 1]
        print(f"key press → painted: median {statistics.median(times):.0f} ms, 95th percentile {late:.0f} ms")
        await browser.close()


def main() -> None:
    """Start the server, measure, stop it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--slow", type=float, default=1, help="slow the browser's processor down by this factor"
    )
    slow = parser.parse_args().slow
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, browser slowed by {slow:g}")
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
        server = subprocess.Popen([*command, "app:server"], cwd=ROOT, pass_fds=[listening.fileno()])
        try:
            port = listening.getsockname()[1]
            with urlopen(f"http://127.0.0.1:{port}/healthz"):  # answers when the server is warm
                pass
            asyncio.run(measure(port, slow))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
