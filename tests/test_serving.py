"""The server's settings: gunicorn.conf.py as gunicorn reads it."""

import json
import os
import runpy
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from dashboard.work import BusyError
from hosting.configuration import configuration

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = (
    *("PORT", "HOST", "WEB_CONCURRENCY", "GUNICORN_THREADS", "DEADCONE_METRICS", "FORWARDED_ALLOW_IPS"),
    *(
        "DEADCONE_PORTABLE",
        "PROMETHEUS_MULTIPROC_DIR",
        "NUMBA_CACHE_DIR",
        "NUMBA_CPU_NAME",
        "NUMBA_CPU_FEATURES",
    ),
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment without a variable that the settings read or set; put back afterwards."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    configuration.cache_clear()
    yield monkeypatch
    configuration.cache_clear()


def read_settings() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))


def test_defaults(environment: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    assert settings["bind"] == ["0.0.0.0:8050"]
    assert (settings["workers"], settings["threads"]) == (1, 128)
    assert settings["preload_app"]
    assert settings["control_socket_disable"]
    assert settings["graceful_timeout"] < 10
    assert settings["forwarded_allow_ips"] == "127.0.0.1"


def test_the_environment_overrides(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PORT", "9000")
    environment.setenv("HOST", "::1")
    environment.setenv("DEADCONE_METRICS", "9001")
    environment.setenv("WEB_CONCURRENCY", "2")
    environment.setenv("GUNICORN_THREADS", "3")
    settings = read_settings()
    assert settings["bind"] == ["[::1]:9000", "[::1]:9001"]
    assert (settings["workers"], settings["threads"]) == (2, 3)
    counted = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    assert counted.is_dir()
    settings["on_exit"](None)
    assert not counted.exists()


def test_compiled_code_stays_beside_its_source_where_that_is_writable(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setattr(os, "access", lambda path, mode: True)
    assert read_settings()["made_cache"] is None
    assert "NUMBA_CACHE_DIR" not in os.environ
    assert "NUMBA_CPU_NAME" not in os.environ


def test_a_read_only_source_gets_a_writable_cache_that_goes_at_the_end(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setattr(os, "access", lambda path, mode: Path(path).name != "dynamics")
    settings = read_settings()
    cache = Path(settings["made_cache"])
    assert os.environ["NUMBA_CACHE_DIR"] == str(cache)
    (cache / "written").touch()
    settings["on_exit"](None)
    assert not cache.exists()


def test_an_image_compiles_for_the_least_processor(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DEADCONE_PORTABLE", "1")
    environment.setenv("NUMBA_CACHE_DIR", "compiled")
    target = read_settings()["portable_target"]()
    named = os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES")
    assert named == (target or (None, None))


@contextmanager
def serving(store: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve the page as it is served; yields the port and gunicorn."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "app:server"]
        environment = os.environ | {"DEADCONE_STORE": str(store), "WEB_CONCURRENCY": "1"}
        server = subprocess.Popen(command, cwd=ROOT, pass_fds=[listening.fileno()], env=environment)
        try:
            yield listening.getsockname()[1], server
        finally:
            server.kill()
            server.wait()


def test_a_server_that_has_to_end_gives_up_its_work_in_time_for_an_answer(tmp_path: Path) -> None:
    long = "/frame?cells=1024&eta=16.6&beta=0.224&budget=20"  # chaotic: it would take minutes
    with serving(tmp_path / "jobs.sqlite3") as (port, server):

        def alive() -> int:
            with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", "/healthz")
                return connection.getresponse().status

        assert alive() == 200
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", long)
            assert alive() == 200  # so the request before was taken, too
            begin = perf_counter()
            server.terminate()
            answer = connection.getresponse()
            told = json.loads(answer.read())
            code = server.wait(60)
            seconds = perf_counter() - begin
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert told == {"message": str(BusyError())}
    assert code == 0
    assert seconds <= 5
