"""Hostile requests get a sentence: none of them reaches code that expects something else."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from benchmarks.fuzz import CALLBACKS, Found, Fuzzer, Request, growth, plain, settings_and_options
from dashboard import create_app
from dashboard.guard import MOST_BYTES
from dashboard.layout import layout
from dashboard.settings import DEFAULT
from jobs import service

SAVE = "saved.data"
TOO_LARGE = "The request is too large: at most 2 MiB are read."


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEADCONE_STORE", str(tmp_path_factory.mktemp("store") / "jobs.sqlite3"))
        service.cache_clear()
        server = create_app().server
        server.config["PROPAGATE_EXCEPTIONS"] = True  # instead of answering with 500
        with server.test_client() as client:
            yield client
        service().cancel("none")
    service.cache_clear()


@pytest.fixture(scope="module")
def dependencies(client: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(client.get("/_dash-dependencies").data)
    return found


@pytest.fixture
def saving(dependencies: list[dict[str, Any]]) -> dict[str, Any]:
    """How the page asks for its settings as a file."""
    (callback,) = (each for each in dependencies if each["output"] == SAVE)
    values = {"save-settings": 1, "settings": DEFAULT.texts()}
    return plain(callback, lambda name, prop: values[name])


def resident() -> int:
    """Bytes of memory that this process uses."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_1500_hostile_requests(client: FlaskClient, dependencies: list[dict[str, Any]]) -> None:
    fuzzer = Fuzzer(*settings_and_options(), dependencies, seed=11)
    statuses: Counter[int] = Counter()
    for number, asked in enumerate(islice(fuzzer, 1500)):
        # The test's client would take what follows two slashes for a host.
        path = f"/{asked.path.lstrip('/')}"
        with client.open(path, method=asked.method, data=asked.body, headers=asked.headers) as answer:
            text = answer.data.decode("utf-8", "replace")
            assert answer.status_code < 500, (asked, text)
            assert "Traceback" not in text, asked
            statuses[answer.status_code] += 1
        if number == 500:
            before = resident()
    assert {200, 204, 400, 404, 405, 413, 422} <= statuses.keys()
    assert resident() - before < 64 * 2**20


def test_what_is_slow_or_grows_is_found() -> None:
    found = Found()
    for path in ("/frame?still=0&cells=9", "/frame?cells=9", "/table?still=0", "/assets/pump.js"):
        for seconds in (1.9, 2.1):
            found.note(Request("GET", path), 200, b"", seconds)
    assert [text.split(" b'")[0] for text in found.wrong] == [
        "2.1 s: GET /frame?still=0&cells=9",
        "2.1 s: GET /assets/pump.js",
    ]
    assert growth([1, 5, 8, 10, 10, 10, 11, 10]) == pytest.approx(0.1)
    assert growth([1, 5, 8, 10, 20, 20, 9, 10]) == 0


def test_what_the_page_asks_passes(client: FlaskClient, saving: dict[str, Any]) -> None:
    answer = client.post(CALLBACKS, json=saving).json
    assert answer is not None
    assert json.loads(answer["response"]["saved"]["data"]["content"])["settings"] == DEFAULT.texts()


def test_before_the_settings_arrive_nothing_changes(client: FlaskClient, saving: dict[str, Any]) -> None:
    saving["state"][0]["value"] = None
    assert client.post(CALLBACKS, json=saving).status_code == 204


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"output": "nothing.data"}, "There is no such callback."),
        ({"output": 5}, "There is no such callback."),
        ({"output": "at-work.data"}, "There is no such callback."),  # it runs in the browser
        ({"outputs": {"id": "settings", "property": "data"}}, "The outputs are not this callback’s."),
        ({"inputs": []}, "The inputs are not this callback’s."),
        ({"state": "settings"}, "The states are not this callback’s."),
        ({"changedPropIds": ["settings.data", "url.search"]}, "What changed is no input of this callback."),
        (
            {"state": [{"id": "settings", "property": "data", "value": {"beta": "1"}}]},
            "settings.data cannot hold this.",
        ),
        (
            {"inputs": [{"id": "save-settings", "property": "n_clicks", "value": "1"}]},
            "save-settings.n_clicks cannot hold this.",
        ),
        ({"more": json.loads("[" * 20 + "]" * 20)}, "Lists and objects in the request are too deep."),
    ],
)
def test_what_is_no_callback_s_is_refused(
    client: FlaskClient, saving: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    answer = client.post(CALLBACKS, json=saving | change)
    assert (answer.status_code, answer.text) == (400, f"{said}\n")


def test_other_types_and_no_json_are_refused(client: FlaskClient) -> None:
    for body in (b"", b"{", b'{"output": NaN}', b"[" * 100_000):
        answer = client.post(CALLBACKS, data=body, content_type="application/json")
        assert (answer.status_code, answer.text) == (400, "This is no JSON.\n")
    assert client.post(CALLBACKS, data=b"{}").text == "A callback is asked in JSON.\n"


@pytest.mark.parametrize(
    ("wanted", "page", "tab"),
    [
        ("experiments-run.n_clicks", "experiments", "claims"),
        ("experiments-run.n_clicks", "experiments", "network"),
        ("trial-run.n_clicks", "experiments", "figure1"),
        ("trial-run.n_clicks", "explore", "claims"),
        ("risk-run.n_clicks", "experiments", "figure1"),
        ("risk-run.n_clicks", "explore", "figure1"),
        ("risk-side.value", "experiments", "figure1"),  # what a sweep would cost
    ],
)
def test_what_another_page_asks_starts_and_changes_nothing(
    client: FlaskClient, dependencies: list[dict[str, Any]], wanted: str, page: str, tab: str
) -> None:
    own, prop = wanted.split(".")
    (callback,) = (each for each in dependencies if {"id": own, "property": prop} in each["inputs"])
    whole: Any = layout()
    held = {part.id: part for part in whole._traverse() if getattr(part, "id", None)}
    texts = DEFAULT.edit({"page": page, "tab": tab}).texts()
    shown = {"settings": texts, "at-work": texts}
    asked = plain(callback, lambda name, prop: shown.get(name, getattr(held[name], prop, 1)))
    answer = client.post(CALLBACKS, json=asked)
    assert (answer.status_code, answer.json) == (200, {"multi": True, "response": {}})


@pytest.mark.parametrize("path", [CALLBACKS, "/frame"])
def test_a_body_over_the_limit_is_refused_with_a_sentence(client: FlaskClient, path: str) -> None:
    answer = client.post(path, data=b" " * (MOST_BYTES + 1), content_type="application/json")
    if path == CALLBACKS:
        assert (answer.status_code, answer.text) == (
            413,
            "The request is too large: at most 2 MiB are read.\n",
        )
    else:
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]


def test_there_are_no_other_libraries_scripts(client: FlaskClient) -> None:
    answer = client.get("/_dash-component-suites/os/path.py")
    assert (answer.status_code, answer.text) == (404, "There is no such script.\n")
