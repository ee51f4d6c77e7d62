"""The files that viewers give: what the routes answer, and what the page says of it."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard import experiments_boxes as boxes
from dashboard import network_words as words
from dashboard import own_data, routes, uploads, work
from dashboard.controls import InvalidSettingError
from dashboard.network_callbacks import drawn
from dashboard.settings import DEFAULT
from experiments import kept
from experiments.depth import DepthRun
from experiments.figure1 import Figure1
from experiments.table import Table
from experiments.watched import Watched
from experiments.watched_example import example
from experiments.watched_summary import Summary, summary
from figures import View
from tests.dashboard.reception import full
from tests.dashboard.test_experiments_page import DEPTH, FIGURE1, texts

TABLE = b"kind,x,y\n" + b"".join(b"%s,%d,%d\n" % (b"ab"[i % 2 :][:1], i, i * i) for i in range(30))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    memory = kept.Memory()
    monkeypatch.setattr(kept, "_shelf", lambda: memory)
    server = Flask("alone")
    uploads.register(server)
    routes.register(server)  # which answers for those that have no time
    with server.test_client() as client:
        yield client


def made_units() -> bytes:
    stream = io.BytesIO()
    found = example()
    np.savez(
        stream,
        format=1,
        layers=np.array(["<b>net/0</b>", *found.layers[1:]]),
        widths=np.array(found.widths),
        step=found.step,
        active=found.active,
        epsilon=found.epsilon,
    )
    return stream.getvalue()


# ------------------------------------------------------------------ a table


def test_a_table_is_kept_and_run(client: FlaskClient) -> None:
    answer = client.post("/data?file=my <b>own.csv", data=TABLE).get_json()
    assert answer["file"] == "my _b_own.csv"
    assert (answer["label"], answer["rows"], answer["inputs"]) == ("my _b_own", 30, 2)
    assert (answer["columns"], answer["target"]) == (["kind", "x", "y"], "y")
    name = answer["name"]
    np.testing.assert_array_equal(kept.load(name).targets, np.arange(30.0) ** 2)
    said = own_data.said(answer)
    assert said.startswith(
        "my _b_own.csv: 30 rows, 2 inputs. Text made columns of 0 and 1: kind. Only people"
    )
    assert own_data.options(answer, ())[name] == "my _b_own"
    assert own_data.options(None, (name,))[name] == "my _b_own"

    run = boxes.run("figure1", DEFAULT, {**FIGURE1, "datasets": [name, "teacher"]})
    assert isinstance(run, Figure1)
    assert run.datasets == ("teacher", name)
    deep = boxes.run("depth", DEFAULT, {**DEPTH, "dataset": name})
    assert isinstance(deep, DepthRun)
    assert deep.dataset == name
    with pytest.raises(
        InvalidSettingError, match="These data are no longer kept here: choose the file again"
    ):
        boxes.run("depth", DEFAULT, {**DEPTH, "dataset": "own-0123456789abcdef"})


def test_what_was_read_stays_when_another_table_is_refused(client: FlaskClient) -> None:
    good = client.post("/data?file=good.csv", data=TABLE).get_json()
    bad = client.post("/data?file=bad.csv", data=b"").get_json()
    usual = own_data.words({}, None)
    assert usual["said"].startswith("or drop one here, up to 32 MiB, 200\u202f000 rows.")
    assert set(usual) == {"said", "error"}
    read = own_data.words({}, good)
    assert read == {
        "said": own_data.said(good),
        "error": "",
        "hidden": False,
        "options": ["kind", "x", "y"],
        "target": "y",
    }
    refused = own_data.words(bad, good)
    assert refused == {"said": read["said"], "error": "▲ bad.csv must have rows, got an empty file."}
    # The columns on offer stay those of the file that the browser holds.
    assert own_data.words({"reading": "next.csv"}, good) == {"said": "Reading next.csv …", "error": ""}
    other = own_data.words({"message": "No", "columns": ["a", "b"], "target": "b"}, good)
    assert (other["options"], other["target"], other["said"]) == (["a", "b"], "b", read["said"])


def test_another_column_is_predicted_from_the_same_file(client: FlaskClient) -> None:
    first, second = (client.post(f"/data?file=a.csv&choice={c}", data=TABLE).get_json() for c in ("y", "x"))
    assert second["target"] == "x"
    assert first["name"] != second["name"]
    refused = client.post("/data?file=a.csv&choice=kind", data=TABLE).get_json()
    assert refused == {
        "message": "target must be a column of numbers, got 'a' in kind",
        "columns": ["kind", "x", "y"],
        "target": "kind",
        "file": "a.csv",
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.csv must have rows, got an empty file"),
        (b"a,b\n", "a.csv must have rows, got a header only"),
        (b"a,a ,y\n1,2,3\n", "a.csv must have columns of different names, got 'a' twice"),
        (
            b"d,y\n" + b"".join(b"2020-%02d,%d\n" % (i, i) for i in range(30)),
            "a.csv must have at least one column",
        ),
        (TABLE + b"a,1e200,3\n", "a.csv must hold numbers of at most 1e+100 in size"),
        (TABLE + b'"a,1,2\na,3,4\n', "a.csv must have equally many cells in every row: EOF inside string"),
    ],
)
def test_what_is_wrong_with_a_table_is_an_answer(client: FlaskClient, content: bytes, message: str) -> None:
    answer = client.post("/data?file=a.csv", data=content)
    assert answer.status_code == 200
    assert answer.get_json()["message"].startswith(message)


def test_text_cannot_become_more_columns_than_a_table_may_have() -> None:
    rows = [",".join([chr(97 + (i + j) % 12) for j in range(46)] + [str(i)]) for i in range(30)]
    header = ",".join(f"c{j}" for j in range(46)) + ",y"
    table = Table.read("\n".join([header, *rows]).encode(), "wide")
    message = "wide must have at most 500 columns once text became columns of 0 and 1, got 506"
    with pytest.raises(ValueError, match=message):
        table.dataset()


@pytest.mark.parametrize(("route", "most"), [("data", 32), ("units", 16)])
def test_a_large_body_is_refused_unread(client: FlaskClient, route: str, most: int) -> None:
    answer = client.post(f"/{route}?file=large", data=bytes((most << 20) + 1))
    assert answer.status_code == 413
    assert answer.get_json() == {"message": f"large is {most}.0 MiB; at most {most} MiB are read"}


BUSY = "The server is busy. Please try again in a moment"


@pytest.mark.parametrize("route", ["data", "units"])
def test_a_body_is_read_only_where_there_is_room_for_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    body = io.BytesIO(TABLE)
    with full(monkeypatch):
        answer = client.post(f"/{route}?file=a.csv", input_stream=body, content_length=len(TABLE))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert (answer.get_json(), body.tell()) == ({"message": BUSY}, 0)
    assert client.post(f"/{route}?file=a.csv", data=TABLE).status_code == 200


def test_a_file_stands_in_the_line_of_all_work_and_leaves_it_when_the_server_ends(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "_ends", [])
    with work.underway("somebody", 0, 0, 60) as other:
        work.end_within(0)
        answer = client.post("/data?file=a.csv", data=TABLE)
        assert other.cancelled
    assert (answer.status_code, answer.get_json()) == (503, {"message": BUSY})


def test_a_table_is_kept_after_its_turn(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(kept.Memory):
        """A store that is seen to hold nobody up."""

        busy: int | None = None

        def keep(self, name: str, content: bytes) -> None:
            self.busy = work.load()
            super().keep(name, content)

    shelf = Slow()
    monkeypatch.setattr(kept, "_shelf", lambda: shelf)
    name = client.post("/data?file=a.csv", data=TABLE).get_json()["name"]
    assert shelf.busy == 0
    assert kept.load(name).shape == (30, 2)


# ------------------------------------------------------------------ a watched network


def test_a_network_is_summed_up_and_nothing_of_it_kept(client: FlaskClient) -> None:
    answer = client.post("/units?file=units.npz", data=made_units()).get_json()
    found, whole = Summary.of(answer), summary(example())
    assert found.layers == ["_b_net/0_/b_", *whole.layers[1:]]
    assert (found.dead, found.fates, found.units) == (whole.dead, whole.fates, whole.units)
    assert client.get("/units").get_json()["file"] == "an example"
    answer = client.post("/units?file=units.npz", data=b"PK").get_json()
    assert answer["message"].startswith("units.npz must be a whole file that DeadUnits.save wrote")


def made(*rows: str) -> Summary:
    active = np.array([[0.5 if letter == "-" else 0.0 for letter in row] for row in rows], np.float32)
    return summary(Watched(("only",), (len(rows[0]),), np.arange(len(rows)) * 10, active))


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (("x---", "x-x-", "x--x"), "50 % of 4 units are dead at the end; 1 was born dead, 1 came back."),
        (("xx--", "--x-", "----"), "None of 4 units are dead at the end; none were born dead, 3 came back."),
        (("----", "----"), "None of 4 units are dead at the end; none ever was."),
        (("xx",), "100 % of 2 units are dead at the end; 2 were born dead, none came back."),
    ],
)
def test_the_heading_counts_the_dead(rows: tuple[str, ...], title: str) -> None:
    assert words.title(made(*rows)) == title


def test_everything_shown_is_of_the_file() -> None:
    found = summary(example())
    told = drawn(found, "units.npz", View())
    assert told["context"].startswith("Units.npz: 4 layers, 41 records, from 0 to 400. Dead: active on fewer")
    counts = np.array(found.fates)
    assert texts(told["table"]).endswith(f"All 64 {' '.join(map(str, counts.sum(axis=0)))} 28 %")
    share = told["watched-layers"].figure.data[0].z
    np.testing.assert_allclose(share, 100 * np.array(found.dead).T / 16, atol=1e-4)
    bars = told["watched-fates"].figure.data
    np.testing.assert_allclose([bar.x for bar in bars], counts.T / 16)
    cells = told["watched-units"].figure.data[0].z
    np.testing.assert_array_equal(cells.sum(axis=0), np.sum(found.dead, axis=1))
    for name in ("watched-layers", "watched-fates", "watched-units"):
        assert told[f"label-{name}"]
    large = Watched(("a", "b"), (200, 100), np.array([0]), np.full((1, 300), 0.5, np.float32))
    assert drawn(summary(large), "large", View())["large"] is True
