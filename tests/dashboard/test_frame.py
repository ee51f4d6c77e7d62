import base64
import gzip
import json
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.application import CompressedFiles
from dashboard.frame import DEPENDS
from dashboard.settings import DEFAULT
from dashboard.work import newest
from dynamics import basin_map


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def _frame(client: FlaskClient, query: str) -> dict[str, Any]:
    answer = client.get(f"/frame?cells=16&{query}")
    assert answer.status_code == 200, answer.text
    frame: dict[str, Any] = json.loads(answer.data)
    return frame


def test_health_and_pages(client: FlaskClient) -> None:
    for path in ("/", "/healthz", "/about", "/_dash-layout", "/_dash-dependencies"):
        assert client.get(path).status_code == 200


def test_the_labels_are_the_maps_and_the_shares_count_them(client: FlaskClient) -> None:
    frame = _frame(client, "beta=0&gamma=1&delta=0.2&seq=7")
    settings = DEFAULT.edit({"beta": "0", "gamma": "1", "delta": "0.2"})
    expected = basin_map(settings.hyperparameters, settings.grid(16), method="reference")
    outcome = np.frombuffer(base64.b64decode(frame["outcome"]), np.uint8).reshape(frame["n_b"], frame["n_w"])
    assert np.array_equal(outcome, expected.outcome)
    assert {s["outcome"]: s["share"] for s in frame["shares"]}["dead"] == expected.dead_fraction
    assert frame["seq"] == 7
    assert frame["settings"]["beta"] == 0
    assert frame["query"] == "beta=0&gamma=1&delta=0.2"
    assert set(frame["figures"]) == set(DEPENDS)


@pytest.mark.parametrize("panel", DEPENDS)
def test_a_picture_depends_on_what_it_says(client: FlaskClient, panel: str) -> None:
    def drawn(change: str) -> Any:
        return _frame(client, f"panels={panel}&{change}")["figures"][panel]

    before = drawn("beta=0.8")
    changes = {
        "beta": "beta=0.95",
        "eta": "beta=0.8&eta=0.2",
        "gamma": "beta=0.8&gamma=0.2",
        "delta": "beta=0.8&delta=0.3",
    }
    used = DEPENDS[panel] or tuple(changes)
    for key, change in changes.items():
        assert (drawn(change) != before) == (key in used), key


def test_no_picture_is_a_picture_too(client: FlaskClient) -> None:
    assert _frame(client, "panels=")["figures"] == {}


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
def test_starts_far_outside_the_window(client: FlaskClient, size: str) -> None:
    for query in ("gamma=0.001&window=-0.002,0.004,-0.003,0.003", "starts=1000,-1000;0,0"):
        assert _frame(client, f"{query}&size={size}")["figures"]["map"]["data"]


@pytest.mark.parametrize("beta", [0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("eta", [0.001, 0.1, 1, 3])
def test_the_affine_error_is_drawn_at_three_momenta(client: FlaskClient, beta: float, eta: float) -> None:
    curves = _frame(client, f"panels=oscillation&beta={beta}&eta={eta}")["figures"]["oscillation"]["data"]
    assert len(curves) == 3


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("beta=1.2", ["β", "1.2"]),
        ("gamma=nan", ["γ", "nan"]),
        ("window=1", ["window"]),
        ("colour=red", ["colour"]),
        ("panels=map,pie", ["pie"]),
        ("cells=100000", ["cells", "100000"]),
        ("cells=x", ["cells", "x"]),
        ("theme=blue", ["theme", "blue"]),
        ("seq=-1", ["seq", "-1"]),
        ("budget=1e9", ["budget", "1e9"]),
        ("detail=2", ["detail", "2"]),
        ("starts=1,2,3", ["starts"]),
    ],
)
def test_bad_requests_are_refused_with_a_sentence(client: FlaskClient, query: str, words: list[str]) -> None:
    answer = client.get(f"/frame?{query}")
    assert answer.status_code == 422
    message = json.loads(answer.data)["message"]
    for word in words:
        assert word in message


def test_what_takes_too_long_is_given_up_and_says_so(client: FlaskClient) -> None:
    # β = 0, η = 3 neither converges nor diverges: every start runs to the end of its budget.
    query = "beta=0&eta=3&resolution=512&cells=512&tolerance=0&budget=0.001&seq=3"
    answer = client.get(f"/frame?{query}")
    assert json.loads(answer.data) == {"seq": 3, "late": True, "cells": 512}


def test_a_tighter_stop_rule_is_offered_when_it_changes_the_share(client: FlaskClient) -> None:
    offer = json.loads(client.get("/tighter").data)
    strict = DEFAULT.edit({"tolerance": offer["tolerance"]})
    assert strict.tolerance == pytest.approx(1e-8)
    grid = strict.grid(128)
    share = basin_map(strict.hyperparameters, grid, tolerance=strict.tolerance).dead_fraction
    assert offer["text"] == f"Stopped below 10⁻⁸ it would be {share:.0%}".replace("%", " %")
    assert abs(share - basin_map(strict.hyperparameters, grid).dead_fraction) > 0.01
    for nothing_to_say in ("beta=0.9&gamma=1", "tolerance=0&max_iterations=300", "tolerance=1e-12"):
        assert json.loads(client.get(f"/tighter?{nothing_to_say}").data) == {}
    assert client.get("/tighter?tolerance=x").status_code == 422


def test_answers_are_compressed(client: FlaskClient) -> None:
    answer = client.get("/frame?cells=64", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) * 2 < len(gzip.decompress(answer.data))


def test_only_files_are_kept_compressed(client: FlaskClient) -> None:
    kept = CompressedFiles()
    kept.set("br;/assets/page.css", b"small")
    kept.set("br;", b"a frame")
    assert kept == {"br;/assets/page.css": b"small"}
    for beta in ("0.1", "0.2"):
        answer = client.get(f"/frame?cells=64&beta={beta}", headers={"Accept-Encoding": "gzip"})
        assert json.loads(gzip.decompress(answer.data))["settings"]["beta"] == float(beta)


def test_a_newer_request_cancels_only_the_same_viewers_older_one() -> None:
    with newest("a", 60) as first, newest("b", 60) as other:
        with newest("a", 60) as second:
            assert first.cancelled
            assert not second.cancelled
        assert not other.cancelled


def test_the_budget_cancels() -> None:
    alive = threading.Event()
    with newest("c", 0.01) as token:
        while not token.cancelled:
            alive.wait(0.01)
        assert token.cancelled
