"""All that the environment sets: one table, read and checked at start."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class ConfigurationError(ValueError):
    """Variables that make no sense; the message has a line for each: its name, value and what is allowed."""


def without_password(url: str) -> str:
    """Return an address as it can be shown."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


# ------------------------------------------------------------------ reading one value


def _whole(low: int, high: int) -> tuple[Callable[[str], int], str]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and low <= int(text[:9]) <= high and len(text) < 9):
            raise ValueError(text)
        return int(text)

    return read, f"a whole number from {low} to {high}"


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def _prefix(text: str) -> str:
    if not re.fullmatch(r"/([\w.~-]+/)*", text, re.ASCII) or "/./" in text or "/../" in text:
        raise ValueError(text)
    return text


def _proxies(text: str) -> str:
    if text != "*":
        for part in text.split(","):
            ip_network(part.strip(), strict=False)
    return text


def _ancestors(text: str) -> str:
    source = r"\*|'self'|(https?:)?(//)?(\*\.)?[\w.-]+(:(\d+|\*))?|https?:"
    if text != "'none'" and not all(re.fullmatch(source, part, re.ASCII) for part in text.split()):
        raise ValueError(text)
    return " ".join(text.split())


def _redis(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.path):
        raise ValueError(text)
    _ = parts.port  # raises for one that is no number
    return text


_TEXT = (str, "a text")
_PATH = (Path, "a path")
_SWITCH = (_switch, "0 or 1")
_PORT = _whole(1, 65535)
_COUNT = _whole(1, 64)
_THREADS = _whole(1, 512)


def _told(name: str, how: tuple[Callable[[str], Any], str], usual: str, meaning: str) -> dict[str, Any]:
    """Describe a variable: its name, how it is read and what is allowed, and its row in the document."""
    read, rule = how
    return {"name": name, "read": read, "rule": rule, "usual": usual, "meaning": meaning}


# ------------------------------------------------------------------ the table


@dataclass(frozen=True)
class Configuration:
    """What the environment sets; docs/operations.md shows the same table, and a test compares them."""

    port: int = field(default=8050, metadata=_told("PORT", _PORT, "`8050`", "where it listens"))
    host: str = field(
        default="",
        metadata=_told(
            "HOST", _TEXT, "`0.0.0.0`; `make run`: `localhost`", "the address at which it listens"
        ),
    )
    prefix: str = field(
        default="/",
        metadata=_told(
            "DEADCONE_PREFIX",
            (_prefix, "a path that begins and ends with a slash, such as /dead-cone/"),
            "`/`",
            "the path below which a proxy shows the page",
        ),
    )
    processes: int = field(
        default=1,
        metadata=_told(
            "WEB_CONCURRENCY",
            _COUNT,
            "`1`",
            "processes; the kernels use every core already, and one process shares one cache",
        ),
    )
    threads: int = field(
        default=128,
        metadata=_told(
            "GUNICORN_THREADS",
            _THREADS,
            "`128`",
            "threads of each process; two compute, the others wait for their turn or send",
        ),
    )
    proxies: str = field(
        default="127.0.0.1",
        metadata=_told(
            "FORWARDED_ALLOW_IPS",
            (_proxies, "addresses or networks joined by commas, or *"),
            "`127.0.0.1`",
            "proxies whose `X-Forwarded-*` headers are believed",
        ),
    )
    ancestors: str = field(
        default="",
        metadata=_told(
            "DEADCONE_FRAME_ANCESTORS",
            (
                _ancestors,
                "sources of a Content-Security-Policy such as https://example.org, 'self', 'none' or *",
            ),
            "pictures made for it (`embed=`): `*`, all else: `'self'`",
            "who may show the pages in a frame, the pictures too",
        ),
    )
    metrics: int | None = field(
        default=None,
        metadata=_told(
            "DEADCONE_METRICS", _PORT, "off", "a second port, which answers `GET /metrics` and nothing else"
        ),
    )
    log: bool = field(
        default=False,
        metadata=_told(
            "DEADCONE_LOG", _SWITCH, "`0`", "`1`: for each request a line of JSON on standard output"
        ),
    )
    workers: int | None = field(
        default=None,
        metadata=_told(
            "DEADCONE_WORKERS",
            _whole(1, 1024),
            "one for each core",
            "worker processes of long jobs, in each of `WEB_CONCURRENCY` processes",
        ),
    )
    store: Path | None = field(
        default=None,
        metadata=_told(
            "DEADCONE_STORE",
            _PATH,
            "`.cache/jobs.sqlite3`, in the image `/dev/shm/dead-cone/jobs.sqlite3`",
            "where finished tiles and viewers’ own tables are kept, at most 256 MiB, on a local disk; "
            "the jobs used longest ago make room",
        ),
    )
    redis_url: str | None = field(
        default=None,
        metadata=_told(
            "REDIS_URL",
            (_redis, "the address of a Redis server such as redis://localhost:6379/0"),
            "off",
            "a Redis server, `redis://host:6379/0` or `rediss://…`: tiles are kept there, and "
            "Celery’s workers compute them",
        ),
    )
    portable: bool = field(
        default=False,
        metadata=_told(
            "DEADCONE_PORTABLE",
            _SWITCH,
            "`0`, in the image `1`",
            "`1`: load the image’s compiled code; `0`: compile for this processor at start",
        ),
    )
    numba_cache: Path | None = field(
        default=None,
        metadata=_told("NUMBA_CACHE_DIR", _PATH, "chosen at start", "where compiled code is kept"),
    )


def read(environment: Mapping[str, str]) -> Configuration:
    """Read and check the variables; one that is empty is not set.

    Raises
    ------
    ConfigurationError
        Naming every variable that makes no sense.
    """
    values: dict[str, Any] = {}
    problems = []
    for each in fields(Configuration):
        name, text = each.metadata["name"], environment.get(each.metadata["name"], "").strip()
        if not text:
            continue
        try:
            values[each.name] = each.metadata["read"](text)
        except ValueError:
            shown = without_password(text) if "@" in text else text
            problems.append(f"{name} must be {each.metadata['rule']}, got {shown[:80]!r}.")
    found = Configuration(**values)
    if found.metrics == found.port:
        problems.append(f"DEADCONE_METRICS must be another port than PORT, got {found.port} for both.")
    if problems:
        raise ConfigurationError("\n".join(problems))
    return found


@cache
def configuration() -> Configuration:
    """Return what this process's environment sets, read once.

    Raises
    ------
    ConfigurationError
        As `read` does.
    """
    return read(os.environ)


def configuration_or_exit() -> Configuration:
    """Return the configuration, or end the program with code 2 and a line for each variable at fault."""
    try:
        return configuration()
    except ConfigurationError as error:
        print(f"The Dead Cone does not start.\n{error}", file=sys.stderr)
        raise SystemExit(2) from None
