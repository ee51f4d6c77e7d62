"""Below a path, behind the nginx of deploy/nginx.conf: pages, pictures, embeds, slow clients."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.browser.conftest import PATIENCE, ROOT, settled, until

pytestmark = pytest.mark.browser

PREFIX = "/dead-cone/"
SLOW = 100


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the store, nginx's files and the log are."""
    return tmp_path_factory.mktemp("proxy")


@pytest.fixture(scope="module")
def ports(folder: Path) -> Iterator[dict[str, int]]:
    """The ports of nginx, and of the page's numbers; two processes serve, and write a line a request."""
    port = {name: free_port() for name in ("page", "metrics", "proxy")}
    own = {
        "HOST": "127.0.0.1",
        "PORT": str(port["page"]),
        "DEADCONE_PREFIX": PREFIX,
        "DEADCONE_METRICS": str(port["metrics"]),
        "DEADCONE_STORE": str(folder / "jobs.sqlite3"),
        "WEB_CONCURRENCY": "2",
        "DEADCONE_LOG": "1",
    }
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    conf = folder / "nginx.conf"
    conf.write_text(shipped.replace(":8050;", f":{port['page']};").replace(":8080;", f":{port['proxy']};"))
    nginx = next(
        (path for path in (os.environ.get("DEADCONE_NGINX", ""), "/usr/sbin/nginx") if Path(path).is_file()),
        None,
    )
    assert nginx is not None, "there is no nginx: scripts/nginx.sh installs it"
    with (folder / "lines").open("w") as lines, ExitStack() as ended:
        for command, output in (
            ([sys.executable, "-m", "gunicorn", "app:server"], lines),
            ([nginx, "-p", str(folder), "-c", str(conf), "-g", "daemon off;"], None),
        ):
            running = subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=output)
            ended.callback(running.wait, 30)
            ended.callback(running.terminate)
        yield port


def ready(port: int) -> None:
    """Wait for the page; from the first moment on it is alive."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{PREFIX}readyz", timeout=10) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the page was never ready")


@pytest.fixture(scope="module")
def site(ports: dict[str, int]) -> str:
    """The page's address behind the proxy."""
    ready(ports["proxy"])
    return f"http://127.0.0.1:{ports['proxy']}{PREFIX}"


@pytest.fixture
def seen(chromium: Browser) -> Iterator[tuple[Page, list[Request], list[str]]]:
    """A viewer's page, all that it asks for, and what its console says."""
    asked: list[Request] = []
    said: list[str] = []
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108  # Playwright takes no builtin
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page, asked, said
    context.close()


def test_everything_stays_below_the_path_and_on_this_host(
    site: str, seen: tuple[Page, list[Request], list[str]]
) -> None:
    page, asked, said = seen
    page.goto(site)
    settled(page)
    for kind in ("brand", "page-link", "tab-link"):
        addresses = page.eval_on_selector_all(
            f".{kind}", "links => links.map((link) => new URL(link.href).pathname)"
        )
        assert addresses
        assert all(address.startswith(PREFIX) for address in addresses), addresses
    page.locator('[data-key="beta"] [role=slider]').press("ArrowRight")
    until(page, "() => location.search.includes('beta=')")
    assert page.evaluate("location.pathname") == PREFIX
    settled(page)
    for name in ("risk", "experiments", "lesson", "explore"):  # without loading anything
        page.click(f"#nav-{name}")
        until(page, f"() => location.pathname === '{PREFIX}{'' if name == 'explore' else name}'")
    page.goto(f"{site}lesson?step=4")
    settled(page)
    assert "step=4" in page.evaluate("location.search")
    assert page.evaluate("window.deadcone.texts().step") == "4"
    exported = page.evaluate(
        "fetch(window.deadcone.view.base() + 'export/data?format=csv').then((a) => a.status)"
    )
    assert exported == 200
    page.goto(f"{site}about")
    page.click("text=the hatched cone")
    settled(page)
    assert page.evaluate("location.pathname") == PREFIX
    page.goto(f"{site}?embed=map&level=none")
    settled(page)
    assert page.get_attribute("#embed-open", "href") == PREFIX
    addresses = [urlsplit(request.url) for request in asked if not request.url.startswith(("data:", "blob:"))]
    assert len(addresses) > 60
    assert {address.netloc for address in addresses} == {urlsplit(site).netloc}
    assert [address.path for address in addresses if not address.path.startswith(PREFIX)] == []
    assert said == []
    assert page.context.cookies() == []


def test_slow_clients_hold_nobody_up(site: str, ports: dict[str, int]) -> None:
    with ExitStack() as slow:
        for _ in range(SLOW):
            client = slow.enter_context(socket.create_connection(("127.0.0.1", ports["proxy"])))
            client.sendall(f"GET {PREFIX}frame HTTP/1.1\r\nHost: here\r\nX-".encode())
        for number in range(10):
            begin = time.monotonic()
            with urllib.request.urlopen(f"{site}frame?cells=64&gamma=0.2{number}", timeout=10) as answer:
                assert answer.status == 200
                assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])
            assert time.monotonic() - begin < 2.0
    with urllib.request.urlopen(f"http://127.0.0.1:{ports['metrics']}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    counted = re.search(r'deadcone_requests_total\{route="/frame",status="200"\} (\d+)', text)
    assert counted is not None  # by both processes
    assert int(counted[1]) >= 10


def test_a_line_for_each_request_tells_nothing_of_whoever_asked(site: str, folder: Path) -> None:
    text = (folder / "lines").read_text()
    told = [json.loads(line) for line in text.splitlines()]
    assert {"/frame", "/export/data", "/about"} <= {line["route"] for line in told}
    assert [line for line in told if line["status"] >= 400 and line["route"] != "/readyz"] == []
    assert not re.search("beta|gamma|127.0.0.1|Chrom", text)
