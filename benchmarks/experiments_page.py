"""What the page Experiments adds to the computation of Fig. 1: from a click on Run to its pictures.

Run it with `python -m benchmarks.experiments_page`; it needs Chromium (DEADCONE_CHROMIUM, else
/usr/bin/chromium) and takes a minute on two idle cores. Rounds alternate: the default run in this process,
then the same from the page, with a server, workers and a browser of its own, at an η of its own so that
nothing is stored. Where other work is running only the processor times can be compared; the load is told.

With the names of CSV files it makes the default run on each of them instead, from the choice of the file on.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.engine_speed import machine, row
from dashboard.numbers import grouped
from experiments import local
from experiments.figure1 import Figure1
from experiments.registry import EXPERIMENTS
from tests.browser.conftest import BROWSER_ARGS, ROOT, family

_ROUNDS = 3
_TICKS = os.sysconf("SC_CLK_TCK")
# Milliseconds from a click on Run until a data set's dead shares are drawn, every one's, and all is.
_WATCH = """([networks, sets]) => new Promise((hold) => {
    const begun = performance.now();
    const times = {};
    const look = () => {
        const traces = document.querySelector("#picture-figure1-gamma .js-plotly-plot")?._fullData ?? [];
        const drawn = new Set(traces.filter(({ mode, y }) => mode === "lines+markers" && y.every(isFinite))
            .map(({ yaxis }) => yaxis));
        if (drawn.size) times.first ??= performance.now() - begun;
        if (drawn.size === 2 * sets) times.sets ??= performance.now() - begun;
        const words = document.getElementById("experiments-progress-words").textContent.replace(/\\s/g, "");
        if (words === `${networks}of${networks}networks`) hold({ ...times, last: performance.now() - begun });
        else setTimeout(look, 50);
    };
    document.querySelector("#experiments-first:not([hidden])").click();
    look();
})"""


def used(pid: int, without: int = 0) -> tuple[float, float]:
    """Return the processor seconds of a process's descendants so far: of usual priority, and of low."""
    found = [0.0, 0.0]
    for each in set(family(pid, without)):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(fields[16]) > 0] += (int(fields[11]) + int(fields[12])) / _TICKS
    return found[0], found[1]


@contextmanager
def served(folder: str) -> Iterator[tuple[str, int]]:
    """Serve the page and yield its address and the server's process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        descriptor = listening.fileno()
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--bind", f"fd://{descriptor}", "app:server"],
            cwd=ROOT,
            pass_fds=[descriptor],
            env={**os.environ, "DEADCONE_STORE": f"{folder}/jobs.sqlite3"},
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            server.wait(timeout=60)


def in_process(spec: Figure1) -> None:
    """Time a run without page, queue or store."""
    times: dict[int, float] = {}

    def report(done: int, _: int) -> None:
        times[done] = time.perf_counter() - begun

    begun, busy = time.perf_counter(), time.process_time()
    local.run(EXPERIMENTS["fig1"], spec, report=report)
    last, busy = time.perf_counter() - begun, time.process_time() - busy
    pictures = (f"{seconds:.1f}" for seconds in (times[1], times[len(spec.datasets)], last))
    row("in one process", *pictures, f"{busy:.1f}", "", "", f"{os.getloadavg()[0]:.1f}")


def on_page(page: Page, spec: Figure1, server: int, name: str) -> None:
    """Time the same run from the page."""
    for box in ("eta", "seeds", "steps"):
        page.fill(f"#figure1-{box}", f"{getattr(spec, box):g}")
        page.press(f"#figure1-{box}", "Tab")
    page.locator("#experiments-first").get_by_text(
        re.compile(rf"Run {grouped(spec.networks)} networks")
    ).wait_for()
    page.wait_for_selector("#experiments-first:not([disabled])")
    clicked(page, spec, server, name)


def on_file(page: Page, path: Path, server: int) -> None:
    """Time the usual run on a viewer's own file, and say how long reading it takes."""
    begun = time.perf_counter()
    with page.expect_file_chooser() as chooser:
        page.click("#own-choose")
    chooser.value.set_files(path)
    page.locator("#own-said").get_by_text("rows,").wait_for()
    seconds = time.perf_counter() - begun
    spec = Figure1(datasets=("diabetes",))  # as many networks, of the same settings
    page.locator("#experiments-first").get_by_text(f"Run {spec.networks} networks").wait_for()
    clicked(page, spec, server, f"{path.name}, read in {seconds:.1f} s")


def clicked(page: Page, spec: Figure1, server: int, name: str) -> None:
    """Time what a click on Run begins."""
    before = used(server), used(os.getpid(), server)
    times = page.evaluate(_WATCH, [spec.networks, len(spec.datasets)])
    after = used(server), used(os.getpid(), server)
    pages, workers = (b - a for a, b in zip(before[0], after[0], strict=True))
    row(
        name,
        *(f"{times[key] / 1000:.1f}" for key in ("first", "sets", "last")),
        f"{workers:.1f}",
        f"{pages:.1f}",
        f"{sum(after[1]) - sum(before[1]):.1f}",
        f"{os.getloadavg()[0]:.1f}",
    )


def opened(browser: Browser, address: str) -> Page:
    """Open the page as a new viewer."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(120_000)
    page.goto(f"{address}/experiments")
    page.wait_for_selector("#experiments-first:not([disabled])")
    return page


def main() -> None:
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}")
    row("Fig. 1", "first set, s", "each set, s", "all, s", "CPU: networks", "server", "browser", "load")
    row(*["---"] * 8)
    program = os.environ.get("DEADCONE_CHROMIUM", "/usr/bin/chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        served(folder) as (address, server),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGS)
        for file in sys.argv[1:]:
            page = opened(browser, address)
            on_file(page, Path(file), server)
            page.close()
        for n in range(0 if sys.argv[1:] else _ROUNDS):
            spec = replace(Figure1(), eta=round(0.01 + 0.0001 * (n + 1), 4))
            in_process(spec)
            page = opened(browser, address)
            on_page(page, spec, server, "from the page" + (", new workers" if n == 0 else ""))
            page.close()
        if not sys.argv[1:]:
            page = opened(browser, address)
            on_page(
                page,
                replace(Figure1(), seeds=20, steps=1500),
                server,
                "from the page: 20 seeds, 1500 updates",
            )
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
