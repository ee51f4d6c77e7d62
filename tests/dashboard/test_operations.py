"""What the operator sees: readiness, numbers, a line for each request, names of requests."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from dashboard import create_app, operations
from dashboard.pages import is_page, view_at
from hosting import VERSION
from hosting.configuration import configuration
from hosting.headers import SENTENCE
from jobs import service

NUMBERS = {"SERVER_PORT": "9100"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEADCONE_STORE", str(tmp_path_factory.mktemp("store") / "jobs.sqlite3"))
        patch.setenv("DEADCONE_METRICS", NUMBERS["SERVER_PORT"])
        patch.setenv("DEADCONE_LOG", "1")
        patch.setenv("DEADCONE_PREFIX", "/dead-cone/")
        configuration.cache_clear()
        service.cache_clear()
        with create_app().server.test_client() as client:
            yield client
    configuration.cache_clear()
    service.cache_clear()


def numbers(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Every number by its name and the values of its labels."""
    text = client.get("/metrics", environ_overrides=NUMBERS).text
    families = text_string_to_metric_families(text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_requests_engine_and_cache_are_counted(client: FlaskClient) -> None:
    before = numbers(client)  # what other tests of this process left open counts as under way
    for query in ("gamma=0.37", "gamma=0.37", "gamma=-1"):
        client.get(f"/frame?cells=64&panels=map&{query}").close()
    client.put("/nowhere/at/all").close()
    after = numbers(client)

    def more(*key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    assert more("deadcone_requests_total", "/frame", "200") == 2
    assert more("deadcone_requests_total", "/frame", "422") == 1
    assert more("deadcone_request_seconds_count", "/frame") == 3
    assert 0 < more("deadcone_request_seconds_sum", "/frame") < 20
    assert more("deadcone_requests_total", "none", "405") == 1
    assert more("deadcone_map_lookups_total", "computed") >= 1 <= more("deadcone_map_lookups_total", "found")
    assert more("deadcone_map_seconds_count", "fast") >= 1
    assert more("deadcone_requests_underway") == 0 == after["deadcone_requests_waiting",]


def test_the_numbers_are_at_their_own_port_only(client: FlaskClient) -> None:
    assert "deadcone_requests" not in client.get("/metrics").text
    assert client.get("/frame", environ_overrides=NUMBERS).status_code == 404


def test_jobs_are_counted_by_whether_somebody_works_on_them(client: FlaskClient) -> None:
    store: Any = service()._store
    store.add("one", "spec", 3)
    store.add("two", "spec", 3)
    store.add("over", "spec", 3)
    store.cancel("over")
    store.claim("one", 0, "me")
    found = numbers(client)
    assert (found["deadcone_jobs", "running"], found["deadcone_jobs", "queued"]) == (1, 1)


def test_it_is_ready_while_the_store_can_be_written(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"compiled code": True, "store": True})
    monkeypatch.setattr(service()._store, "path", Path("/proc/nowhere/jobs.sqlite3"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"compiled code": True, "store": False})
    assert client.get("/healthz").status_code == 200


def test_a_line_for_each_request_without_personal_data(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"X-Request-ID": "proxy-12.ab", "X-Forwarded-For": "198.51.100.7", "User-Agent": "me"}
    client.get("/cell?cells=16&starts=1,2&row=3", headers=headers).close()
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert datetime.fromisoformat(told.pop("time")).tzinfo is not None
    assert told.pop("ms") > 0
    assert told.pop("bytes") > 20
    assert told == {"request": "proxy-12.ab", "method": "GET", "route": "/cell", "status": 200}


@pytest.mark.parametrize("given", ["", "short", "x" * 65, 'a"b\\c-longer', "sp ace 12345", "été-12345"])
def test_a_request_s_name_is_the_proxy_s_only_if_it_is_one(client: FlaskClient, given: str) -> None:
    headers = {"X-Request-ID": given.encode().decode("latin-1")} if given else {}
    name = client.get("/healthz", headers=headers).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", name)


def test_answers_without_the_application_carry_the_security_headers(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "waiting_line", lambda: operations.MOST_WAITING + 1)
    refused = client.get("/frame")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    for answer in (refused, *(client.get(path, environ_overrides=NUMBERS) for path in ("/metrics", "/"))):
        assert SENTENCE.items() <= dict(answer.headers).items()


# ------------------------------------------------------------------ below a prefix


@pytest.mark.parametrize(
    ("path", "page", "view"),
    [
        ("/dead-cone", True, "explore"),
        ("/dead-cone/", True, "explore"),
        ("/dead-cone/risk", True, "risk"),
        ("/dead-cone-risk", False, "explore"),
        ("/dead-cone/dead-cone", False, "explore"),
        ("/", True, "explore"),
    ],
)
def test_a_path_is_that_of_a_page_below_the_prefix(
    client: FlaskClient, path: str, page: bool, view: str
) -> None:
    assert (is_page(path), view_at(path)) == (page, view)
    if path.startswith("/dead-cone"):
        assert client.get(path).status_code == (200 if page else 404)


@pytest.mark.parametrize("path", ["/about", "/dead-cone/about", "/dead-cone/teach/glossary", "/dead-cone/"])
def test_every_address_on_a_page_begins_with_the_prefix(client: FlaskClient, path: str) -> None:
    text = client.get(path).text
    addresses = re.findall(r'(?:href|src)="([^"#]*)', text)
    inside = [each for each in addresses if each and not re.match(r"https?://", each)]
    assert len(inside) > 5
    assert [each for each in inside if not each.startswith("/dead-cone/")] == []


def test_dash_s_own_parts_begin_with_it_too(client: FlaskClient) -> None:
    layout = json.dumps(client.get("/dead-cone/_dash-layout").json)
    addresses = re.findall(r'"(?:href|src)": "([^"#]+)"', layout)
    assert len(addresses) > 5
    assert [each for each in addresses if not each.startswith("/dead-cone/")] == []
    config = json.loads(re.findall(r'_dash-config" [^>]*>(.*?)</script>', client.get("/").text)[0])
    assert config["requests_pathname_prefix"] == "/dead-cone/"


def test_a_moved_address_stays_below_it(client: FlaskClient) -> None:
    body = {
        "output": "..settings.data...notices.children..",
        "outputs": [{"id": "settings", "property": "data"}, {"id": "notices", "property": "children"}],
        "inputs": [
            {"id": "url", "property": "pathname", "value": "/dead-cone/lesson"},
            {"id": "url", "property": "search", "value": "?step=4"},
            {"id": "arrival", "property": "data", "value": None},
        ],
        "changedPropIds": ["url.pathname"],
    }
    answer = client.post("/dead-cone/_dash-update-component", json=body).json
    assert answer is not None
    assert answer["response"]["settings"]["data"]["step"] == "4"


def test_the_version_is_on_the_pages(client: FlaskClient) -> None:
    assert f"The Dead Cone {VERSION}</footer>" in client.get("/about").text
    assert f'"{VERSION}"]' in client.get("/_dash-layout").text
