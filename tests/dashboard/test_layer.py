"""Your layer over HTTP: an upload's units, pictures of them at settings, files, and nothing kept."""

import builtins
import io
import json
import os
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from dashboard import create_app, layer_layout, work
from dashboard.layer import MOST_WAITS, PAGE, Upload, numbers, read
from dashboard.layer_routes import EXAMPLE
from dashboard.layer_words import Counts, title
from dashboard.packing import pack, unpack
from dashboard.settings import DEFAULT, read_query
from dynamics import revival_time
from dynamics.tensor_file import Array
from tests.dashboard.reception import full

FILE = EXAMPLE.read_bytes()
LOOK: dict[str, Any] = {
    **{key: DEFAULT.texts()[key] for key in ("beta", "eta", "gamma", "delta", "epsilon")},
    "theme": "light", "size": "desktop", "direction": "across", "given": False, "along": False,
    "counts": {"dead": 2, "between": 1, "linear": 0, "invalid": 0}, "drawn": 3, "dead": 2,
}  # fmt: skip
POINTS: list[Array] = [
    np.array([0, 1, 2], "<u4"), np.ones(3, "<f4"), np.array([-4, -5, 0], "<f4"), np.array([0, 0, 1], "u1"),
    np.ones(2, "<f4"), np.array([-4, -5], "<f4"),
]  # fmt: skip

BUSY = {"problem": "The server is busy. Please try again in a moment."}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    client: FlaskClient = create_app().server.test_client()
    return client


def sent(client: FlaskClient, body: bytes, query: str) -> tuple[dict[str, Any], bytes]:
    answer = client.post(f"/layer/units?{query}", data=body)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return unpack(answer.data)


def asked(client: FlaskClient, **changes: Any) -> Any:
    return client.post("/layer/look", data=pack(LOOK | changes, POINTS))


def test_the_example_comes_back_as_numbers(client: FlaskClient) -> None:
    assert client.get("/layer/example").data == FILE
    header, body = sent(client, FILE, f"name=example.npz&bytes={len(FILE)}")
    units, layers = read(Upload("example.npz", FILE))
    assert layers == 1
    assert header["arrays"] == ["scale", "mean", "log10", "along", "active"]
    found = np.frombuffer(body, "<f4").reshape(5, header["n"])
    assert np.array_equal(found[0], units.scale.astype(np.float32))
    assert np.array_equal(found[2], units.log10_probability.astype(np.float32))
    assert units.active is not None
    assert np.array_equal(found[4], units.active)
    assert header["file"] == "weight 128 × 10, bias 128, 0.01 MiB"
    assert header["inputs"] == "in the file, 354 rows"
    assert header["notes"] == []
    silent = int((units.active == 0).sum())
    assert header["silent"] == f"{silent} units are active on none of the 354 rows. "
    # Inputs of their own take the place of the file's; the target's direction stays.
    rows = b"\n".join(b",".join(b"%d" % (i * j % 7) for j in range(10)) for i in range(5))
    header, _ = sent(client, FILE + rows, f"name=example.npz&bytes={len(FILE)}&inputs=x.csv")
    assert header["inputs"] == "x.csv, 5 rows"
    assert "along" in header["arrays"]


def test_problems_and_questions_are_answers(client: FlaskClient) -> None:
    header, _ = sent(client, b"", "name=a.npz&bytes=0")
    assert header == {"problem": "a.npz is empty."}
    header, _ = sent(client, b"x", "name=a.pt&bytes=nonsense")
    assert header["problem"].startswith("a.pt must end in .npz, .csv or .safetensors")
    square = io.BytesIO()
    np.savez(square, weight=np.diag([1.0, np.nan]), bias=np.zeros(2))
    header, _ = sent(client, square.getvalue(), f"name=a.npz&bytes={len(square.getvalue())}")
    assert header["asked"] == "units"
    header, _ = sent(client, square.getvalue(), f"name=a.npz&bytes={len(square.getvalue())}&units=rows")
    assert header["notes"] == [
        "a.npz: 1 of 2 units contains NaN or numbers beyond ±10³⁰; it is listed as invalid."
    ]
    chunked = client.post("/layer/units", headers={"Transfer-Encoding": "chunked"})
    assert chunked.status_code == 413
    too_long = client.post("/layer/units", environ_base={"CONTENT_LENGTH": str(2 * PAGE.size + 1)})
    assert too_long.status_code == 413
    assert "16 MiB" in unpack(too_long.data)[0]["problem"]


@pytest.mark.parametrize("route", ["units", "export"])
def test_a_body_is_read_only_where_there_is_room_for_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    body = io.BytesIO(FILE)
    with full(monkeypatch):
        answer = client.post(f"/layer/{route}", input_stream=body, content_length=len(FILE))
        assert asked(client).status_code == 200  # a look takes no place from files, and waits for none
    assert (answer.status_code, answer.headers["Retry-After"], body.tell()) == (503, "1", 0)
    assert unpack(answer.data)[0] == BUSY


def test_a_look_that_has_no_turn_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_ends", [])
    with work.underway("somebody", 0, 0, 60):
        work.end_within(0)
        answer = asked(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert unpack(answer.data)[0] == BUSY


def test_a_look_has_picture_words_and_waits(client: FlaskClient) -> None:
    answer = asked(client, gamma="1", theme="dark")
    assert answer.status_code == 200
    header, body = unpack(answer.data)
    hp = DEFAULT.edit({"gamma": "1"}).hyperparameters
    expected = revival_time(hp, 0.0, [-4.0, -5.0], 1.0).log10_iterations
    assert np.array_equal(np.frombuffer(body, "<f4"), expected.astype(np.float32))
    assert header["title"] == "2 of 3 units are dead; all of them would come back."
    assert "γ = 1" in header["context"]
    assert [trace["name"] for trace in header["figure"]["data"]][-3:] == ["between", "linear", "dead"]
    against = unpack(asked(client, direction="against").data)
    assert against[0]["title"] == "2 of 3 units are dead; none of them would come back."
    assert np.isposinf(np.frombuffer(against[1], "<f4")).all()


@pytest.mark.parametrize(
    "changes",
    [{"dead": MOST_WAITS + 1}, {"drawn": 5}, {"drawn": -1}, {"beta": "2"}, {"theme": "red"}, {"counts": 3},
     {"direction": "up"}, {"dead": True}, {"size": 7}],
)  # fmt: skip
def test_a_look_that_is_none_of_the_pages_is_refused(client: FlaskClient, changes: dict[str, Any]) -> None:
    answer = asked(client, **changes)
    assert answer.status_code == 422
    assert "problem" in json.loads(answer.data[4:])


def test_the_files_hold_every_number(client: FlaskClient) -> None:
    query = f"name=e.npz&bytes={len(FILE)}&direction=file&gamma=1&format="
    upload = Upload("e.npz", FILE)
    expected = numbers(upload, DEFAULT.edit({"gamma": "1"}), "file").columns
    archive = np.load(io.BytesIO(client.post(f"/layer/export?{query}npz", data=FILE).data))
    for name, values in expected.items():
        assert np.array_equal(archive[name], values, equal_nan=values.dtype.kind == "f"), name
    rows = client.post(f"/layer/export?{query}csv", data=FILE).text.splitlines()
    assert len(rows) == 129
    assert rows[0].startswith("unit,where,activation_probability")
    assert client.post(f"/layer/export?{query}pdf", data=FILE).status_code == 422
    assert client.post("/layer/export?name=a.npz&format=csv", data=b"").status_code == 422


def test_nothing_of_an_upload_is_written_or_kept(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.open

    def refuse(*args: Any, **kwargs: Any) -> Any:
        if args[0] == "/proc/self/maps":  # threadpoolctl looks there which libraries are loaded
            return real(*args, **kwargs)
        raise AssertionError(f"a file is opened: {args[0]}")

    large = np.zeros((300_000, 3), np.float32)
    stream = io.BytesIO()
    np.savez(stream, weight=large + 1, bias=large[:, 0])
    body = stream.getvalue()
    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(os, "open", refuse)
    header, _ = sent(client, body, f"name=a.npz&bytes={len(body)}")
    assert header["n"] == 300_000


@pytest.mark.parametrize(
    ("counts", "waits", "expected"),
    [
        (Counts(0, 0, 0, 0), [], "Which units of your layer are dead?"),
        (Counts(0, 5, 0, 1), [], "None of 5 units is dead."),
        (Counts(0, 1, 0, 0), [], "The unit is not dead."),
        (Counts(1, 9, 0, 0), [np.inf], "1 of 10 units is dead; it would never come back."),
        (Counts(1, 9, 0, 0), [3.0], "1 of 10 units is dead; it would come back."),
        (Counts(3, 9, 0, 0), [3.0, np.inf, np.nan], "3 of 12 units are dead; 1 of them would come back."),
        (Counts(3, 9, 0, 0), [np.nan] * 3, "3 of 12 units are dead."),
        (Counts(3000, 0, 0, 0), [1.0, np.inf], "3 000 of 3 000 units are dead; about 50 % of them would "
         "come back."),
    ],
)  # fmt: skip
def test_the_heading(counts: Counts, waits: list[float], expected: str) -> None:
    assert title(counts, np.array(waits)).replace("\N{NARROW NO-BREAK SPACE}", " ") == expected


def test_the_tab_is_in_the_address_of_this_page_alone() -> None:
    assert read_query("tab=layer&page=risk")[0].tab == "layer"
    assert read_query("tab=layer&page=experiments")[0].tab == "figure1"
    assert {key for key, _, _ in layer_layout.COLUMNS} == {"unit", "log10", "active", "scale", "mean", "wait"}
