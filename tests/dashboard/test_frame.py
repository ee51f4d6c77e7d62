import gzip
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import numpy as np
import pytest
from flask.testing import FlaskClient

from dashboard import create_app, work
from dashboard.application import CompressedFiles
from dashboard.numbers import readable
from dashboard.packing import unpack
from dashboard.request import DEPENDS
from dashboard.settings import DEFAULT
from dashboard.work import Urgency, load, underway
from dynamics import Hyperparameters, Outcome, basin_map

# Pictures that come when they are known, or in a colouring of their own.
NOT_ALWAYS = {"share", "kick", "revival"}


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def _answer(client: FlaskClient, query: str) -> tuple[dict[str, Any], bytes]:
    answer = client.get(f"/frame?cells=16&{query}")
    assert answer.status_code == 200, answer.text
    return unpack(answer.data)


def _frame(client: FlaskClient, query: str) -> dict[str, Any]:
    return _answer(client, query)[0]


def test_health_and_pages(client: FlaskClient) -> None:
    for path in ("/", "/healthz", "/about", "/_dash-layout", "/_dash-dependencies"):
        assert client.get(path).status_code == 200


def test_the_labels_are_the_maps_and_the_shares_count_them(client: FlaskClient) -> None:
    frame, arrays = _answer(client, "beta=0&gamma=1&delta=0.2&seq=7")
    settings = DEFAULT.edit({"beta": "0", "gamma": "1", "delta": "0.2"})
    expected = basin_map(settings.hyperparameters, settings.grid(16), method="reference")
    outcome = np.frombuffer(arrays, np.uint8, 16 * 16).reshape(frame["n_b"], frame["n_w"])
    assert np.array_equal(outcome, expected.outcome)
    assert frame["page"]["share-dead"]["text"] == f"{100 * expected.dead_fraction:.1f} %"
    assert frame["page"]["bar-dead"]["style"]["flex-grow"] == f"{expected.dead_fraction:.5f}"
    assert frame["page"]["bar-diverged"]["hidden"]
    assert frame["seq"] == 7
    assert frame["settings"]["beta"] == 0
    assert set(frame["pictures"]) | NOT_ALWAYS == set(DEPENDS)


@pytest.mark.parametrize("panel", [panel for panel in DEPENDS if panel not in NOT_ALWAYS])
def test_a_picture_depends_on_what_it_says(client: FlaskClient, panel: str) -> None:
    def drawn(change: str) -> Any:
        still = _frame(client, f"panels={panel}&{change}")["pictures"][panel]
        drawing, arrays = _answer(client, f"panels={panel}&still=0&{change}")
        return still, drawing["pictures"][panel]["marks"], arrays[16 * 16 :]

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


def test_what_is_compared_with_comes_when_it_is_asked_for(client: FlaskClient) -> None:
    before = _frame(client, "beta=0.93&gamma=0.2&window=-2,2,-2,2&panels=share")
    assert before["pending"]
    assert "without momentum" not in before["verdict"]
    assert before["pictures"] == {}
    assert before["page"]["picture-share"]["data-old"]
    whole = _frame(client, "beta=0.93&gamma=0.2&window=-2,2,-2,2&panels=share&complete=1")
    settings = DEFAULT.edit({"beta": "0", "gamma": "0.2", "window": "-2,2,-2,2"})
    baseline = basin_map(settings.hyperparameters, settings.grid(256)).dead_fraction
    assert f"without momentum {100 * baseline:.0f} % would" in whole["verdict"]
    assert not whole["pending"]
    tip = whole["page"]["tip-1"]
    changed = settings.edit({"beta": "0.93"} | json.loads(tip["data-changes"]))
    share = basin_map(changed.hyperparameters, changed.grid(256)).dead_fraction
    assert whole["page"]["tip-1-number"]["text"] == f"{100 * share:.0f} %"
    assert set(whole["pictures"]) == {"share"}
    # Another momentum: the curves and the baseline are known, the tips are not.
    moved = _frame(client, "beta=0.95&gamma=0.2&window=-2,2,-2,2&panels=share&still=0")
    assert "without momentum" in moved["verdict"]
    assert "share" in moved["pictures"]
    assert moved["page"]["tips"]["data-old"]


def test_a_map_that_scales_with_gamma_stands_still(client: FlaskClient) -> None:
    query = "scale=1&window=-30,30,-30,30&tolerance=1e-5&starts=20,18&rho=14.1&complete=1"
    (one, labels), (other, same) = (_answer(client, f"{query}&gamma={gamma}") for gamma in (0.1, 0.01))
    assert labels[: 16 * 16] == same[: 16 * 16]
    assert one["settings"]["window"] == [-3, 3, -3, 3]
    assert other["settings"]["window"] == [-0.3, 0.3, -0.3, 0.3]
    assert other["settings"]["starts"] == [[0.2, 0.18]]
    assert one["verdict"] == other["verdict"]
    assert other["settings"]["rho"] == pytest.approx(0.141)
    assert "all but δ" in _frame(client, f"{query}&delta=0.5")["page"]["context"]["text"]
    assert "small targets are large initialisations" in one["page"]["context"]["text"]
    changes = json.loads(other["page"]["tip-1"]["data-changes"])
    assert changes["scale"] == "0"
    assert changes["window"] == "-0.3,0.3,-0.3,0.3"


def test_the_largest_map_is_answered_though_no_cache_could_hold_two(client: FlaskClient) -> None:
    for _ in range(2):
        answer = client.get("/frame?cells=2048&resolution=2048&panels=")
        assert answer.status_code == 200
        assert unpack(answer.data)[0]["n_w"] == 2048


def test_a_deep_window_is_iterated_exactly_when_it_is_asked_for(client: FlaskClient) -> None:
    window = "window=0.70000,0.70002,0.55000,0.55002"
    fast, exact = _frame(client, window), _frame(client, f"{window}&exact=1")
    assert fast["rough"]
    assert "estimates" in fast["page"]["state"]["text"]
    assert "one by one" in exact["page"]["state"]["text"]
    assert not _frame(client, "")["rough"]


def test_no_picture_is_a_picture_too(client: FlaskClient) -> None:
    assert _frame(client, "panels=")["pictures"] == {}


@pytest.mark.parametrize("size", ["desktop", "compact", "phone", "present"])
def test_starts_far_outside_the_window(client: FlaskClient, size: str) -> None:
    for query in ("gamma=0.001&window=-0.002,0.004,-0.003,0.003", "starts=1000,-1000;0,0"):
        assert _frame(client, f"{query}&size={size}")["pictures"]["map"]["data"]


@pytest.mark.parametrize("beta", [0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("eta", [0.001, 0.1, 1, 3])
def test_the_affine_error_is_drawn_at_three_momenta(client: FlaskClient, beta: float, eta: float) -> None:
    curves = _frame(client, f"panels=oscillation&beta={beta}&eta={eta}")["pictures"]["oscillation"]["data"]
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
        ("still=2", ["still", "2"]),
        ("starts=1,2,3", ["starts"]),
    ],
)
def test_bad_requests_are_refused_with_a_sentence(client: FlaskClient, query: str, words: list[str]) -> None:
    answer = client.get(f"/frame?{query}")
    assert answer.status_code == 422
    message = unpack(answer.data)[0]["message"]
    for word in words:
        assert word in message


def test_what_takes_too_long_is_given_up_and_says_so(client: FlaskClient) -> None:
    # β = 0, η = 3 neither converges nor diverges: every start runs to the end of its budget.
    query = "beta=0&eta=3&resolution=512&cells=512&tolerance=0&budget=0.001&seq=3"
    answer = client.get(f"/frame?{query}")
    assert unpack(answer.data)[0] == {"seq": 3, "late": True, "cells": 512}


@pytest.mark.parametrize(
    ("accepted", "used", "unpacked"),
    [("gzip", "gzip", gzip.decompress), ("gzip, deflate, br, zstd", "br", brotli.decompress)],
)
def test_answers_are_compressed(
    client: FlaskClient, accepted: str, used: str, unpacked: Callable[[bytes], bytes]
) -> None:
    answer = client.get("/frame?cells=64", headers={"Accept-Encoding": accepted})
    assert answer.headers["Content-Encoding"] == used
    assert len(answer.data) * 2 < len(unpacked(answer.data))


def test_only_files_are_kept_compressed(client: FlaskClient) -> None:
    kept = CompressedFiles()
    kept.set("br;/_dash-layout", b"small")
    kept.set("br;", b"a frame")
    assert kept == {"br;/_dash-layout": b"small"}
    for beta in ("0.1", "0.2"):
        answer = client.get(f"/frame?cells=64&beta={beta}", headers={"Accept-Encoding": "gzip"})
        assert unpack(gzip.decompress(answer.data))[0]["settings"]["beta"] == float(beta)


def test_a_file_is_kept_once_whatever_its_address(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: Counter[str] = Counter()
    monkeypatch.setattr(CompressedFiles, "set", lambda _, key, value: kept.update([key]))
    folder = "/_dash-component-suites/dash/dash-renderer/build"
    names = ("dash_renderer.min.js", "dash_renderer.v9m1.min.js", "dash_renderer.v2_0mabc.min.js")
    headers = {"Accept-Encoding": "gzip"}
    assert [client.get(f"{folder}/{name}", headers=headers).status_code for name in names] == [200] * 3
    assert client.get(f"{folder}/../build/{names[0]}", headers=headers).status_code == 404
    for path in ("/assets/page.css", "/assets/x/../page.css"):
        with client.get(path, headers=headers) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
    assert {key for key in kept if not key.endswith(";")} == {f"gzip;{folder}/{names[0]}"}


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_a_file_that_a_browser_has_is_not_sent_again(client: FlaskClient, accepted: str) -> None:
    headers = {"Accept-Encoding": accepted}
    with client.get("/assets/page.css", headers=headers) as answer:
        tag = answer.headers["ETag"]
    with client.get("/assets/page.css", headers=headers | {"If-None-Match": tag}) as answer:
        assert answer.status_code == 304


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places for all that a test does at once."""
    monkeypatch.setattr(work, "PLACES", 9)
    for urgency in Urgency:
        monkeypatch.setattr(urgency, "places", 9)


@pytest.mark.usefixtures("roomy")
def test_only_superseded_work_of_the_same_viewer_is_cancelled() -> None:
    rest = Urgency.REST
    with underway("a", 1, 1, 60, rest) as first, underway("b", 1, 1, 60, rest) as other:
        with underway("a", 2, 1, 60, rest) as second, underway("a", 3, 2, 60, rest) as third:
            assert first.cancelled
            assert not second.cancelled
            assert not third.cancelled
            assert load() == 4
        assert not other.cancelled
    assert load() == 0


def test_the_budget_cancels() -> None:
    alive = threading.Event()
    with underway("c", 1, 1, 0.01) as token:
        while not token.cancelled:
            alive.wait(0.01)
        assert token.cancelled


@pytest.mark.usefixtures("roomy")
def test_a_busy_server_answers_a_moving_picture_coarser_and_says_so(client: FlaskClient) -> None:
    with underway("d", 1, 1, 60), underway("e", 1, 1, 60):
        moving, still = _frame(client, "still=0"), _frame(client, "")
    assert moving["n_w"] == 8
    assert "busy" in moving["page"]["state"]["text"]
    assert still["n_w"] == 16
    assert still["page"]["state"]["text"] == _frame(client, "still=0")["page"]["state"]["text"] == ""


def test_a_moving_frame_is_small(client: FlaskClient) -> None:
    axes = ",".join(picture["axes"] for picture in _frame(client, "")["pictures"].values())
    for query in ("", "beta=0.99&gamma=0.01", "eta=50", "beta=0.95&colouring=iterations"):
        panels = "panels=map,alive,locus,oscillation"
        answer = client.get(
            f"/frame?cells=256&still=0&{panels}&axes={axes}&{query}", headers={"Accept-Encoding": "br"}
        )
        assert len(answer.data) < 10_000, query


def test_hovering_tells_of_the_start_under_the_pointer(client: FlaskClient) -> None:
    basin = basin_map(DEFAULT.hyperparameters, DEFAULT.grid(24))
    row, column = (int(i) for i in np.argwhere(basin.outcome == Outcome.DEAD)[100])
    lines = json.loads(client.get(f"/cell?cells=24&row={row}&column={column}").data)["lines"]
    assert lines[0].startswith(f"Dead after {readable(int(basin.iterations[row, column]))} iteration")
    assert (
        lines[1] == f"start ({readable(float(basin.grid.w[column]))}, {readable(float(basin.grid.b[row]))})"
    )
    assert lines[2].startswith(f"end ({readable(float(basin.final_w[row, column]))}, ")
    for wrong in ("cells=24&row=24&column=0", "row=x", "cells=24&column=-1", "cells=1e9", "beta=2"):
        answer = client.get(f"/cell?{wrong}")
        assert answer.status_code == 422
        assert json.loads(answer.data)["message"]


def test_a_run_with_other_settings_before_says_so(client: FlaskClient) -> None:
    told = _frame(client, "beta=0.5&before=20,0.9,0.1")["page"]["context"]["text"]
    assert told.endswith("; until iteration 20 the paths had β = 0.9, η = 0.1; the map is of fresh starts.")
    chart = _frame(client, "beta=0.5&before=20,0.9,0.1&panels=alive")["pictures"]["alive"]["layout"]
    assert [shape["x0"] for shape in chart["shapes"] if shape["x0"] == shape["x1"]] == [20]
    plane = _frame(client, "beta=0.5&before=20,0.9,0.1&panels=map")["pictures"]["map"]["data"]
    assert len(next(trace for trace in plane if trace["name"] == "turns")["x"]) == 3


def test_what_takes_too_long_is_given_up(client: FlaskClient) -> None:
    query = "beta=0.77&gamma=0.3&eta=0.17&panels=share"
    waiting, bare = _frame(client, query), _frame(client, f"{query}&bare=1")
    assert "share" not in waiting["pictures"]
    assert waiting["page"]["picture-share"]["data-old"]
    assert bare["pictures"]["share"]["data"]
    assert not bare["page"]["picture-share"]["data-old"]
    assert bare["page"]["tips"]["hidden"]


def test_with_pytorchs_lr_everything_is_compared_at_the_same_lr(client: FlaskClient) -> None:
    query = "beta=0.9&eta=1&window=-2,2,-2,2&panels=share&complete=1"
    words = {lr: _frame(client, f"{query}&pytorch={lr}")["verdict"] for lr in (0, 1)}
    for lr, eta in ((0, 1.0), (1, 0.1)):
        hp = Hyperparameters(beta=0.0, eta=eta, gamma=0.1, delta=0.0)
        grid = DEFAULT.edit({"window": "-2,2,-2,2"}).grid(256)
        share = basin_map(hp, grid).dead_fraction
        assert f"without momentum {100 * share:.0f} % would" in words[lr]
    assert words[0] != words[1]
