"""How well the page follows the hand while a sweep is computed: ``python -m benchmarks.live_sweep``.

Real Chromium against gunicorn. A viewer drags the momentum slider of Explore and presses its keys, in turns
with nothing else to do and while the sweep of the page Risk, maps of 64 × 64 starts over (η, β), is computed
by as many workers as the page starts by itself; another viewer watches it grow. A pair of turns takes some
twenty seconds.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.engine_speed import machine, row
from benchmarks.live import drag, keys, opened, percentile, serving
from tests.browser.conftest import BROWSER_ARGS, PATIENCE

ROUNDS = 5
SIDE = 80  # cells, so that the sweep outlasts the turn; then it is cancelled
# When the pointer event came of which the thumb was moved to where it is; `drag` keeps the frames.
MOVES = """() => {
    let last = 0;
    window.moved = {};
    document.addEventListener("pointermove", (event) => { last = event.timeStamp; }, true);
    const thumb = document.querySelector("#beta [role=slider]");
    new MutationObserver(() => { moved[thumb.getAttribute("aria-valuetext")] ??= last; })
        .observe(thumb, { attributeFilter: ["aria-valuetext"] });
    document.addEventListener("deadcone:frame", ({ detail }) => {
        const { settings } = detail, at = moved[settings.beta];
        delete moved[settings.beta];
        if (at) late.push(performance.now() - at);
    });
    window.late = [];
}"""


@dataclass
class Turn:
    """What was measured with nothing else to do, or beside a sweep: milliseconds, and maps a second."""

    keys: list[float] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)
    paces: list[float] = field(default_factory=list)

    async def measure(self, page: Page) -> None:
        """Drag, and press keys."""
        session = await page.context.new_cdp_session(page)
        await page.evaluate("late.length = 0; moved = {}")
        self.paces.append((await drag(page, session, "beta")).pace)
        self.moves += await page.evaluate("late")
        self.keys += await keys(page, 30)

    def row(self, name: str) -> None:
        """Print a line of the table."""
        spread = (f"{median(times):.0f}, {percentile(times, 0.95):.0f}" for times in (self.keys, self.moves))
        row(name, *spread, f"{median(self.paces):.0f}")


async def share(page: Page) -> float:
    """Return how much of the sweep is shown as finished."""
    return float(await page.get_attribute("#risk-bar", "value") or 0)


@asynccontextmanager
async def sweeping(watcher: Page, address: str) -> AsyncIterator[None]:
    """Run a sweep meanwhile, which must not be over before the end."""
    await watcher.goto(address)
    await watcher.click("#risk-axes summary")
    for box in ("across-count", "up-count"):
        await watcher.fill(f"#{box}", str(SIDE))
        await watcher.press(f"#{box}", "Tab")
    await watcher.click("#risk-run")
    while await share(watcher) == 0:
        await asyncio.sleep(0.1)
    yield
    assert 0 < await share(watcher) < 1, "the sweep was over before the end"
    await watcher.click("#risk-cancel")
    await watcher.wait_for_selector("#risk-bar[hidden]", state="attached", timeout=PATIENCE)


async def measure(browser: Browser, port: int, rounds: int) -> None:
    alone, beside = Turn(), Turn()
    async with opened(browser, port) as (_, page), opened(browser, port) as (_, watcher):
        await page.evaluate(MOVES)
        for number in range(rounds):
            await alone.measure(page)
            async with sweeping(watcher, f"http://127.0.0.1:{port}/risk?gamma={0.1 + number / 1000}"):
                await beside.measure(page)
            print(f"round {number + 1} of {rounds}, load {os.getloadavg()[0]:.1f}", flush=True)
    row("", "key → painted, ms: median, p95", "move → painted, ms: median, p95", "maps a second")
    row(*["---"] * 4)
    alone.row("nothing else to do")
    beside.row("beside a sweep")
    for name, a, b in (("keys", alone.keys, beside.keys), ("moves", alone.moves, beside.moves)):
        late = percentile(b, 0.95) / percentile(a, 0.95)
        print(
            f"{name}: the median is {median(b) / median(a):.2f} times as long, the 95th percentile {late:.2f}"
        )


async def main(rounds: int) -> None:
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DEADCONE_STORE"] = str(Path(folder) / "jobs.sqlite3")
        async with async_playwright() as playwright:
            path = os.environ.get("DEADCONE_CHROMIUM", "/usr/bin/chromium")
            browser = await playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
            with serving("app:server") as port:
                await measure(browser, port, rounds)
            await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asyncio.run(main(parser.parse_args().rounds))
