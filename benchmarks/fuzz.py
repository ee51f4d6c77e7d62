"""Hostile requests against a server: ``python -m benchmarks.fuzz [REQUESTS] [SEED]`` starts gunicorn.

Every answer has to be the page's own: below 500 (503 only where something took too long), without a
traceback, within 2 s unless somebody waits for a whole picture or a file, and the server's memory must not
grow once its caches are full.
"""

from __future__ import annotations

import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode

COMPUTED = (
    *("/frame", "/cell", "/table", "/export/figure", "/export/data", "/export/snippet", "/export/pictures"),
    "/export/sweep",
)
PAGES = ("/", "/lesson", "/risk", "/experiments", "/about", "/teach/questions", "/nowhere")
ROUTES = COMPUTED * 4 + PAGES
UPLOADS = ("/data", "/units", "/layer/units", "/layer/look", "/layer/export")
TABS = (
    *(("figure1", "risk"), ("layer", "risk"), ("figure1", "explore")),
    *((tab, "experiments") for tab in ("figure1", "depth", "theory", "claims", "network")),
)
# Files that there are, whose names take a fingerprint and whose paths can be written in other ways.
FILES = (
    ("/_dash-component-suites/plotly/package_data/", "plotly", ".min.js"),
    ("/_dash-component-suites/dash/dash-renderer/build/", "dash_renderer", ".min.js"),
    *(("/assets/", "pump", ".js"), ("/assets/fonts/", "README", ".md"), ("/assets/", "page", ".css")),
)
INTERACTIVE = 2.0  # seconds
WARM = 10_000  # requests, after which the caches are full
MOST_GROWTH = 0.05  # of the memory, from the half of all requests to the last quarter
CALLBACKS = "/_dash-update-component"
# What a number, a text or a value of JSON may be instead of what it should be.
NUMBERS = (
    *(
        "0",
        "-0",
        "1",
        "-1",
        "0.5",
        "1e-300",
        "1e308",
        "1e309",
        "-1e309",
        "nan",
        "inf",
        "-inf",
        "NaN",
        "Infinity",
    ),
    *(
        "9" * 400,
        "1" * 5000,
        "0x10",
        "1_000",
        "٣",
        "１２",
        "1,5",
        "1,2,3",
        "--1",
        "1e",
        "",
        " ",
        "+",
        "2**63",
    ),
    *(
        "9223372036854775808",
        "-9223372036854775809",
        "0.9999",
        "0.99990000001",
        "1e-4",
        "1000",
        "1e-6",
        "1e15",
    ),
)
TEXTS = (
    *(
        "none",
        "map",
        "0",
        "\x00",
        "\ud800",
        "'; DROP TABLE jobs; --",
        "<script>alert(1)</script>",
        "../../etc/passwd",
    ),
    *(
        "%00",
        "%",
        "%zz",
        "{{7*7}}",
        "${7*7}",
        "\r\nX-Injected: 1",
        "😀" * 50,
        "a" * 3000,
        "β",
        "null",
        "undefined",
    ),
    *(
        ";" * 200,
        "," * 200,
        "1,2;" * 50,
        "true",
        "[]",
        "{}",
        "NaN,NaN,NaN,NaN",
        "1,1,1,1",
        "-1e9,1e9,-1e9,1e9",
    ),
)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        2**53,
        2**63,
        10**40,
        float("nan"),
        float("inf"),
        1e308,
        "",
        "x",
        "\x00",
    ),
    *([], {}, [[]], [None], ["a"], [1, [2, [3, [4, [5]]]]], {"a": None}, {"": {}}, {"points": []}),
    *({"points": [None]}, {"points": [{"x": "a", "y": None}]}, {"theme": "puce", "size": 7}, {"path": 5}),
    *({"text": 5, "size": "x", "name": None}, {"text": "{" * 9000, "size": -1, "name": "a"}, "é" * 5000),
)


@dataclass(frozen=True)
class Request:
    """One request: how, where, with what.

    Parameters
    ----------
    method, path : str
        The path with its query, quoted.
    headers : mapping
    body : bytes
    """

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Fuzzer:
    """Makes requests from what a server says of itself, the same ones from the same seed.

    Parameters
    ----------
    settings : mapping of str to str
        All settings as texts.
    options : sequence of str
        What else an address may hold.
    callbacks : list
        Of ``/_dash-dependencies``.
    seed : int
    """

    def __init__(
        self, settings: dict[str, str], options: list[str], callbacks: list[dict[str, Any]], seed: int
    ) -> None:
        self._settings, self._keys, self._random = settings, [*settings, *options], random.Random(seed)
        self._callbacks = [each for each in callbacks if not each.get("clientside_function")]
        kinds: list[tuple[int, Callable[[], Request]]] = [
            (8, self._address),
            (2, self._path),
            (1, self._file),
            (8, self._callback),
            (2, self._body),
            (1, self._method),
            (1, self._upload),
        ]
        self._kinds = [kind for weight, kind in kinds for _ in range(weight)]

    def __iter__(self) -> Iterator[Request]:
        while True:
            yield self._random.choice(self._kinds)()

    def _text(self) -> str:
        return self._random.choice(self._random.choice((NUMBERS, TEXTS)))

    def _address(self) -> Request:
        """Some settings, most with a value that is none, small enough to be computed."""
        pairs = [
            (
                self._random.choice(self._keys) if self._random.random() < 0.95 else self._text()[:50],
                self._text(),
            )
            for _ in range(self._random.randrange(1, 5))
        ]
        sensible = {"cells": "16", "max_iterations": "1000", "units": "10", "panels": "map"}
        pairs += [pair for pair in sensible.items() if self._random.random() < 0.8]
        return Request(
            "GET", f"{self._random.choice(ROUTES)}?{urlencode(pairs, errors='surrogatepass')}"[:8000]
        )

    def _path(self) -> Request:
        start = self._random.choice(
            ("/", "//", "/assets/", "/export/", "/_dash-component-suites/", "/teach/", "/_")
        )
        return Request("GET", (start + quote(self._text(), safe="/%", errors="surrogatepass"))[:8000])

    def _file(self) -> Request:
        folder, name, ending = self._random.choice(FILES)
        mark = f".v{self._random.randrange(10**6)}m{self._random.randrange(10**6)}"
        detour = ("", "x/../", "./", "/", "..%2f", "%2e%2e/assets/", "../" * 5, "x/" * 900 + "../" * 900)
        path = folder + self._random.choice(detour) + name + self._random.choice(("", mark)) + ending
        headers = {"Accept-Encoding": self._random.choice(("gzip", "br", "identity", "*", "br;q=nan"))}
        return Request("GET", path, headers)

    def _method(self) -> Request:
        method = self._random.choice(("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"))
        return Request(method, self._random.choice((*ROUTES, CALLBACKS)))

    def _upload(self) -> Request:
        kind = self._random.choice(
            ("text/csv", "application/octet-stream", "multipart/form-data; boundary=x")
        )
        rows = "\n".join(",".join(self._text() for _ in range(4)) for _ in range(20))
        body = self._random.choice(
            (b"", b"\x00" * 1000, b"--x\r\n", rows.encode(errors="replace"), b"PK\x03\x04")
        )
        path = self._random.choice((*UPLOADS, CALLBACKS))
        return Request(
            "POST", f"{path}?file={quote(self._text()[:80], errors='replace')}", {"Content-Type": kind}, body
        )

    def _body(self) -> Request:
        """No JSON, the wrong kind, too deep, too large."""
        kind = self._random.choice(
            ("application/json", "text/plain", "", "application/json; charset=utf-16", "x")
        )
        deep = self._random.choice((20, 2000, 100_000))
        bodies = (
            *(b"", b"{", b"null", b"[]", b'"x"', b"NaN", b"\xff\xfe", b"[" * deep, b"[" * deep + b"]" * deep),
            *(
                b'{"a":' * deep + b"1" + b"}" * deep,
                b'{"output":"settings.data"}',
                b"1" * 6000,
                b" " * (3 << 20),
            ),
        )
        return Request("POST", CALLBACKS, {"Content-Type": kind}, self._random.choice(bodies))

    def _callback(self) -> Request:
        """A callback as its component asks, one part of it something else."""
        chosen = self._random.choice(self._callbacks)
        asked = plain(chosen, self._usual)
        for _ in range(self._random.randrange(1, 3)):
            self._spoil(asked)
        return Request("POST", CALLBACKS, {"Content-Type": "application/json"}, json.dumps(asked).encode())

    def _usual(self, name: str, prop: str) -> Any:
        if prop.startswith("n_"):
            return 1
        if prop == "data":
            pairs = {key: self._text() for key in self._random.sample(self._keys, 3)}
            tab, page = self._random.choice(TABS)
            whole = {**self._settings, "job": "0" * 24, "page": page, "tab": tab}
            return self._random.choice((None, {}, pairs, self._settings | pairs, whole))
        return self._random.choice((None, self._text(), [self._text()]))

    def _spoil(self, asked: dict[str, Any]) -> None:
        where = self._random.choice(
            ("inputs", "inputs", "inputs", "state", "output", "outputs", "changedPropIds", "")
        )
        parts = asked.get(where)
        value = self._random.choice(VALUES)
        if isinstance(parts, list) and parts and isinstance(parts[0], dict) and self._random.random() < 0.8:
            part = self._random.choice(parts)
            if isinstance(part, dict):
                part[self._random.choice(("value", "value", "value", "value", "id", "property"))] = value
        elif self._random.random() < 0.5:
            asked[where] = value
        else:
            asked.pop(where, None)


def plain(callback: dict[str, Any], value: Callable[[str, str], Any]) -> dict[str, Any]:
    """Return how Dash's script asks a callback, with values of its inputs and states."""
    named = callback["output"]
    names = named[2:-2].split("...") if named.startswith("..") else [named]
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    asked: dict[str, Any] = {
        part: [
            {"id": i["id"], "property": i["property"], "value": value(i["id"], i["property"])} for i in given
        ]
        for part, given in (("inputs", callback["inputs"]), ("state", callback["state"]))
    }
    changed = [f"{i['id']}.{i['property']}" for i in callback["inputs"][:1]]
    return asked | {
        "output": named,
        "outputs": outputs if named.startswith("..") else outputs[0],
        "changedPropIds": changed,
    }


# ------------------------------------------------------------------ against gunicorn


@dataclass
class Found:
    """What came back: how often each status, the slowest answers, and what must not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def note(self, asked: Request, status: int, answer: bytes, seconds: float) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        self.slowest = sorted([*self.slowest, (seconds, f"{asked.method} {asked.path[:150]}")])[-5:]
        if status >= 500 and status not in (501, 503, 505):
            self.wrong.append(f"{status}: {asked.method} {asked.path[:300]} {asked.body[:600]!r}")
        if seconds > INTERACTIVE and interactive(asked):
            self.wrong.append(f"{seconds:.1f} s: {asked.method} {asked.path[:300]} {asked.body[:600]!r}")
        if b"Traceback (most recent" in answer:
            self.wrong.append(f"a traceback: {asked.method} {asked.path[:300]} {asked.body[:600]!r}")


def interactive(asked: Request) -> bool:
    """Tell whether a hand waits for the answer, and not for a whole picture, its numbers or a file."""
    path, _, query = asked.path.partition("?")
    return "still=0" in query.split("&") if path == "/frame" else not path.startswith(("/table", "/export"))


def growth(weights: list[float]) -> float:
    """Return by what share the most memory of the last quarter exceeds that at the half."""
    return max(weights[-max(len(weights) // 4, 1) :]) / weights[(len(weights) - 1) // 2] - 1


def memory(process: int, generations: int = 9) -> float:
    """Return the proportional set size of a process and so many generations of its children, in MiB."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return own / 1024 + sum(memory(int(child), generations - 1) for child in children if generations)


def ask(address: tuple[str, int], asked: Request) -> tuple[int, bytes]:
    """Send a request as it is, which a careful client would not."""
    headers = {
        "Host": "localhost",
        "Connection": "close",
        "Content-Length": str(len(asked.body)),
        **asked.headers,
    }
    lines = [f"{asked.method} {asked.path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    answer = b""
    with socket.create_connection(address, timeout=60) as server:
        with suppress(ConnectionError):  # it was refused before all of it was sent
            server.sendall("\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + asked.body)
        while part := server.recv(1 << 16):
            answer += part
    found = re.match(rb"HTTP/1.. (\d{3})", answer)
    return int(found[1]) if found else 599, answer


def get_json(address: tuple[str, int], path: str) -> Any:
    """Return what a server says of itself."""
    _, answer = ask(address, Request("GET", path, {"Accept-Encoding": "identity"}))
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def main(argv: list[str]) -> None:
    """Start gunicorn, ask, and say what was found; exit with 1 if something is wrong."""
    count, seed = (int(text) for text in [*argv, *("20000", "1")[len(argv) :]])
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0), backlog=512) as listening,
    ):
        address = listening.getsockname()
        log = Path(folder, "log")
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "app:server"]
        own = {"DEADCONE_STORE": f"{folder}/jobs.sqlite3"}
        with log.open("w") as written:
            server = subprocess.Popen(
                command, pass_fds=[listening.fileno()], env=os.environ | own, stdout=written, stderr=written
            )
        try:
            fuzzer = Fuzzer(*settings_and_options(), get_json(address, "/_dash-dependencies"), seed)
            found, weights = Found(), []
            for number, asked in enumerate(islice(fuzzer, count), 1):
                begin = perf_counter()
                found.note(asked, *ask(address, asked), perf_counter() - begin)
                if number % max(count // 20, 1) == 0:
                    # Without the processes of long jobs, which come when one is asked for, and end.
                    weights.append(memory(server.pid, 1))
                    whole = f"{memory(server.pid):.0f} MiB, {weights[-1]:.0f} of them serve"
                    print(f"{number} requests, {whole}, {dict(found.statuses)}", flush=True)
        finally:
            server.terminate()
            server.wait(60)
        if "Traceback" in log.read_text():
            found.wrong.append(f"in the log: {log.read_text()[-4000:]}")
    if count >= WARM and growth(weights) > MOST_GROWTH:
        found.wrong.append(f"memory grew by {growth(weights):.1%}")
    print(*(f"{seconds:.2f} s {what}" for seconds, what in reversed(found.slowest)), sep="\n")
    print(*found.wrong[:20], f"{len(found.wrong)} wrong", sep="\n")
    raise SystemExit(bool(found.wrong))


def settings_and_options() -> tuple[dict[str, str], list[str]]:
    """Return the settings as texts, and the names of what else an address may hold."""
    from dashboard.link import PARTS
    from dashboard.settings import DEFAULT

    options = (
        "cells",
        "panels",
        "size",
        "theme",
        "still",
        "exact",
        "complete",
        "budget",
        "viewer",
        "axes",
        "seq",
    )
    more = ("row", "column", "picture", "format", "slider", "from", "to", "width")
    return DEFAULT.texts(), [*PARTS, *options, *more]


if __name__ == "__main__":
    main(sys.argv[1:])
