"""How the server is: alive, ready, in numbers and in a line for each request.

Nothing that is kept or written here tells who asked: no address, no query, no name of a job.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Any
from uuid import uuid4

from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.wsgi import ClosingIterator

from dashboard import measures
from hosting.configuration import Configuration
from hosting.headers import SENTENCE
from jobs import StoreError, service

_ROUTE = "deadcone.route"
_UNMATCHED = "none"
_IDENTIFIER = re.compile(r"[\w.-]{8,64}", re.ASCII)

# With more waiting for a thread than this, about a second's worth, a request is refused at once.
MOST_WAITING = 64


def _nobody() -> int:
    return 0


# How many requests wait for a thread of this process; gunicorn.conf.py puts its worker's answer here.
waiting_line: Callable[[], int] = _nobody


def prepare_jobs() -> None:
    """Have loaded what jobs need, so that the first begins at once."""
    with suppress(StoreError):  # who runs something is told
        service().prepare()


def register(server: Flask, told: Configuration) -> None:
    """Add ``GET /readyz`` to Dash's Flask application; measure every answer and give it a name."""

    @server.get("/readyz")
    def get_readyz() -> tuple[Response, int]:
        state = {"compiled code": bool(server.extensions.get("warm")), "store": _store_works(server)}
        return jsonify(state), 200 if all(state.values()) else 503

    @server.before_request
    def name() -> None:
        request.environ[_ROUTE] = request.url_rule.rule if request.url_rule else _UNMATCHED

    server.wsgi_app = Measured(server.wsgi_app, told)  # type: ignore[method-assign]  # as Flask says to


def _store_works(server: Flask) -> bool:
    """Tell whether long jobs can be kept; why not stands in the log, not in a public answer."""
    try:
        service().check()
    except StoreError as problem:
        server.logger.warning("%s", problem)
        return False
    return True


class Measured:
    """A WSGI application whose answers are measured, told of in the log where that is on, and numbered.

    Parameters
    ----------
    application : WSGI application
    told : Configuration
        Its `metrics` is the port at which nothing but the numbers is answered, its `log` whether to write.
    """

    def __init__(self, application: Any, told: Configuration) -> None:
        self._application, self._log = application, told.log
        self._metrics = "" if told.metrics is None else str(told.metrics)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        if environ.get("SERVER_PORT") == self._metrics:
            return _numbers(environ, start_response)
        begin, name = perf_counter(), _identifier(environ.get("HTTP_X_REQUEST_ID", ""))
        answer = {"status": "500", "bytes": 0}

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            answer["status"] = status[:3]
            return start_response(status, [*headers, ("X-Request-ID", name)], *more)

        measures.UNDERWAY.inc()
        measures.WAITING.set(waiting := waiting_line())
        done = partial(self._done, environ, name, begin, answer)
        try:
            # A server that is only busy says that it is alive, else it would be ended.
            refused = waiting > MOST_WAITING and not environ["PATH_INFO"].endswith("/healthz")
            body = _refusal(start) if refused else self._application(environ, start)
        except BaseException:
            done()
            raise
        return ClosingIterator(_counted(body, answer), [getattr(body, "close", lambda: None), done])

    def _done(self, environ: dict[str, Any], name: str, begin: float, answer: dict[str, Any]) -> None:
        seconds, route = perf_counter() - begin, environ.get(_ROUTE, _UNMATCHED)
        measures.UNDERWAY.dec()
        measures.REQUESTS.labels(route, answer["status"]).inc()
        measures.LATENCY.labels(route).observe(seconds)
        if self._log:
            line = {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "request": name,
                "method": _method(environ),
                "route": route,
                "status": int(answer["status"]),
                "ms": round(1000 * seconds, 1),
                "bytes": answer["bytes"],
            }
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def _refusal(start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer without work, so that a full line becomes shorter."""
    headers = {"Content-Type": "text/plain", "Retry-After": "1", **SENTENCE}
    start("503 Service Unavailable", [*headers.items()])
    return [b"The server is busy. Please try again in a moment.\n"]


def _identifier(given: str) -> str:
    """Return a request's name: the proxy's where it is one, else a new one."""
    return given if _IDENTIFIER.fullmatch(given) else uuid4().hex


def _method(environ: dict[str, Any]) -> str:
    method = environ.get("REQUEST_METHOD", "")
    return method if method in ("GET", "HEAD", "POST", "OPTIONS") else "other"


def _counted(body: Iterable[bytes], answer: dict[str, Any]) -> Iterator[bytes]:
    for part in body:
        answer["bytes"] += len(part)
        yield part


# ------------------------------------------------------------------ numbers


def _numbers(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer at the port of the metrics."""
    if environ.get("PATH_INFO") != "/metrics":
        start_response("404 Not Found", [("Content-Type", "text/plain"), *SENTENCE.items()])
        return [b"There is only /metrics here.\n"]
    body = exposition()
    headers = {"Content-Type": CONTENT_TYPE_LATEST, "Content-Length": str(len(body)), **SENTENCE}
    start_response("200 OK", [*headers.items()])
    return [body]


def exposition() -> bytes:
    """Return all numbers, of all of gunicorn's processes, as Prometheus reads them."""
    jobs = CollectorRegistry()
    jobs.register(_Jobs())
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return generate_latest(counted) + generate_latest(jobs)


class _Jobs(Collector):
    """Long jobs, asked of their store when somebody looks; nothing while it cannot be reached."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            running, queued = service().tally()
        except StoreError:
            return
        found = GaugeMetricFamily("deadcone_jobs", "Long jobs that are wanted", labels=["state"])
        found.add_metric(["running"], running)
        found.add_metric(["queued"], queued)
        yield found
