"""Photograph every page in light and dark into docs/screenshots: ``make screenshots``.

Real Chromium against gunicorn with a store of its own; the runs that the pages of experiments show are made
first, smaller than usual. Pictures are kept in 256 colours, so that all of them together stay below 2 MB.
DEADCONE_CHROMIUM names the browser.
"""

import io
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import BROWSER_ARGS, PATIENCE, ROOT, settled

FOLDER = ROOT / "docs" / "screenshots"
WIDTH, HEIGHT, COLOURS = 1440, 900, 256
RUN = 10 * PATIENCE  # a run of networks, or compiling, on a busy machine
FINISHED = re.compile(r"^(\S+) of \1 ")  # as many as there are
STILL = 400  # milliseconds between two looks that have to be alike


@dataclass(frozen=True)
class Shot:
    """A page: its file, its address, what is typed and what is pressed."""

    name: str
    path: str
    types: Mapping[str, str] = field(default_factory=dict)
    presses: tuple[str, ...] = ()
    runs: bool = False  # networks, which have to be finished


def _run(tab: str, seeds: int) -> Shot:
    """Return an experiment with so many seeds and its run finished."""
    path = f"/experiments?tab={tab}&beta=0.99&gamma=0.01"
    return Shot(tab, path, {f"#{tab}-seeds": str(seeds)}, ("#experiments-first",), runs=True)


SHOTS = (
    Shot("explore", "/?time=26"),
    Shot("lesson", "/lesson?step=4"),
    Shot("risk", "/risk?beta=0.95"),
    Shot("layer", "/risk?tab=layer", presses=("#layer-example",)),
    _run("figure1", 2),
    _run("depth", 2),
    _run("theory", 2),
    Shot("claims", "/experiments?tab=claims"),
    Shot("network", "/experiments?tab=network", presses=("#network-example",)),
    Shot("teach", "/teach"),
    Shot("about", "/about"),
)


@contextmanager
def serving() -> Iterator[str]:
    """Serve the page, and yield its address. Its socket listens first, so that the first request waits."""
    with socket.create_server(("127.0.0.1", 0)) as listening, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "app:server"]
        store = {"DEADCONE_STORE": str(Path(folder) / "jobs.sqlite3")}
        server = subprocess.Popen(
            command, cwd=ROOT, pass_fds=[listening.fileno()], env={**os.environ, **store}
        )
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.terminate()
            server.wait()


def at_rest(page: Page) -> bytes:
    """Return the picture of the page once nothing on it moves."""
    seen = b""
    while True:
        page.wait_for_timeout(STILL)
        if page.locator("main[aria-busy]").count():
            settled(page)
        now = page.screenshot()
        if now == seen:
            return now
        seen = now


def photograph(page: Page, shot: Shot, address: str) -> int:
    """Write both pictures of a page, and return their size in bytes."""
    page.emulate_media(color_scheme="light")
    page.goto(address + shot.path)
    at_rest(page)
    for box, text in shot.types.items():
        page.fill(box, text)
        page.press(box, "Tab")
        page.wait_for_timeout(STILL)
    for button in shot.presses:
        page.click(button)
    if shot.runs:
        expect(page.locator("#experiments-progress-words")).to_have_text(FINISHED, timeout=RUN)
    size = 0
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        picture = Image.open(io.BytesIO(at_rest(page))).convert("RGB")
        file = FOLDER / f"{shot.name}-{theme}.png"
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
        size += file.stat().st_size
    return size


def main(names: list[str]) -> None:
    """Photograph the pages with these names, or all."""
    FOLDER.mkdir(exist_ok=True)
    path = os.environ.get("DEADCONE_CHROMIUM", "/usr/bin/chromium")
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        page.set_default_timeout(RUN)
        for shot in SHOTS:
            if not names or shot.name in names:
                print(f"{shot.name}: {photograph(page, shot, address) / 1000:.0f} kB", flush=True)
        browser.close()
    print(f"all: {sum(file.stat().st_size for file in FOLDER.glob('*.png')) / 1e6:.2f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
