"""A real Chromium against a real gunicorn."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000  # milliseconds; a page that works needs far less
expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Page]


def started(listening: socket.socket, store: Path) -> subprocess.Popen[bytes]:
    """Start a server on a socket; that listens already, so the first request waits."""
    descriptor = listening.fileno()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{descriptor}", "app:server"]
    environment = {**os.environ, "DEADCONE_STORE": str(store)}
    return subprocess.Popen(command, cwd=ROOT, pass_fds=[descriptor], env=environment)


@contextmanager
def serving(listening: socket.socket, store: Path) -> Iterator[str]:
    """Serve on a socket and yield its address."""
    server = started(listening, store)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.terminate()
        assert server.wait(timeout=30) == 0


def family(process: int, without: int = 0) -> Iterator[int]:
    """Yield a process and all that descend from it, whatever their session, but for one and its own."""
    yield process
    for child in _children(process):
        if child != without:
            yield from family(child, without)


def _children(process: int) -> list[int]:
    found: list[int] = []
    tasks = f"/proc/{process}/task"
    with suppress(OSError):  # the process ends
        for thread in os.listdir(tasks):
            with suppress(OSError):  # the thread does
                found += map(int, Path(f"{tasks}/{thread}/children").read_text().split())
    return found


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server's address."""
    store = tmp_path_factory.mktemp("jobs") / "jobs.sqlite3"
    with socket.create_server(("127.0.0.1", 0)) as listening, serving(listening, store) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that `make test` found."""
    path = os.environ.get("DEADCONE_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(address: str, chromium: Browser) -> Iterator[OpenPage]:
    """Open a page as a viewer of its own; in the end no viewer's console may hold a word.

    Only what `excused` matches, a regular expression: when a test takes the server away, the browser says so.
    """
    said: list[str] = []
    contexts = []

    def open_it(
        path: str = "/", width: int = 1440, height: int = 900, dark: bool = False, excused: str = "$^"
    ) -> Page:
        def hear(word: str) -> None:
            if not re.search(excused, word):
                said.append(word)

        context = chromium.new_context(
            viewport=ViewportSize(width=width, height=height),
            color_scheme="dark" if dark else "light",
            has_touch=width < 760,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        # The page's own policy forbids what Playwright does between two looks.
        page.wait_for_function = partial(until, page)  # type: ignore[method-assign, assignment]
        page.on("console", lambda message: hear(f"{message.type}: {message.text}"))
        # Watched from the start: told only when a file is to be chosen, the browser may hear of it too late.
        page.on("filechooser", lambda _: None)
        page.on("pageerror", lambda error: hear(f"error: {error}"))
        page.goto(urljoin(address, path))
        settled(page)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert said == []


def until(page: Page | Frame, expression: str, *, arg: object = None) -> None:
    """Wait until an expression, or what a function gives of `arg`, is true in the page.

    As `Page.wait_for_function`, which calls eval each time; the Content-Security-Policy lets only the
    first be. Here the code is compiled once, with the call.
    """
    page.evaluate(
        f"""([arg, patience]) => new Promise((hold, fail) => {{
            const end = performance.now() + patience;
            const look = () => {{
                const it = ({expression});
                if (typeof it === "function" ? it(arg) : it) hold();
                else if (performance.now() > end) fail(new Error("never true: " + {json.dumps(expression)}));
                else requestAnimationFrame(tryToLook);
            }};
            const tryToLook = () => {{ try {{ look(); }} catch (error) {{ fail(error); }} }};
            tryToLook();
        }})""",
        [arg, PATIENCE],
    )


def settled(page: Page) -> None:
    """Wait until every picture agrees with the controls."""
    page.wait_for_selector("main[aria-busy=false]", timeout=PATIENCE)


def middle(page: Page, selector: str) -> tuple[float, float]:
    """Where the middle of an element is on the screen."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@contextmanager
def held_back(page: Page, url: str) -> Iterator[list[Route]]:
    """Hold back what is asked of an address; in the end what is in the list still goes on its way."""
    held: list[Route] = []
    holding = True
    page.route(url, lambda route: held.append(route) if holding else route.continue_())
    yield held
    holding = False
    for route in held:
        route.continue_()
