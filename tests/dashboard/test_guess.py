"""Guess first: what a hidden frame holds and does not, and the guess once it is revealed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.callbacks import apply_all
from dashboard.packing import unpack
from dashboard.presets import PRESETS, matching
from dashboard.request import DEPENDS
from dashboard.settings import DEFAULT, read_query
from dynamics import Outcome, basin_map

HIDDEN = DEFAULT.edit({"hide": "outcome", "guess": "30"})


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def _answer(client: FlaskClient, query: str) -> tuple[dict[str, Any], bytes]:
    answer = client.get(f"/frame?cells=32&{query}")
    assert answer.status_code == 200, answer.text
    return unpack(answer.data)


@pytest.mark.parametrize("still", [0, 1])
def test_no_start_is_judged_while_the_outcome_is_hidden(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, still: int
) -> None:
    def judge(*_: object, **__: object) -> None:
        raise AssertionError("a start was judged")

    for name in ("results.basin_map", "runs.outcomes", "runs.trajectory", "kick.smallest_kick"):
        monkeypatch.setattr(f"dashboard.{name}", judge)
    frame, arrays = _answer(client, f"hide=outcome&still={still}&beta=0.87&panels={','.join(DEPENDS)}")
    assert frame["hidden"]
    assert frame["verdict"] == "How many starts die at β = 0.87?"
    assert frame["grounds"] == frame["ways"] == {}
    assert frame["heads"]["map"]["places"] == []
    numbers = sum(picture.get("n", 0) for picture in frame["pictures"].values())
    assert len(arrays) == 2 * numbers  # the drawings' coordinates and nothing else
    assert set(frame["pictures"]) == {"map", "alive", "share", "locus", "oscillation", "field", "regimes"}
    for key in ("share-dead", "bar-dead", "legend-dead", "tips", "tip-1", "tighter", "kick-check", "bar"):
        assert key not in frame["page"]


def test_what_is_hidden_is_the_same_whatever_the_outcome(client: FlaskClient) -> None:
    """Two momenta with very different shares differ in the pictures of β alone."""
    frames = []
    for beta in ("0.3", "0.99"):
        frame, arrays = _answer(client, f"hide=outcome&still=0&panels=map,alive,field&beta={beta}")
        del frame["spent"], frame["settings"], frame["verdict"]
        # What says the settings themselves follows from β without any start.
        for key in [key for key in frame["page"] if key.endswith(("-landmark", "-tick"))]:
            del frame["page"][key]
        for key in ("pytorch", "convention", "provenance", "embed-beta"):
            del frame["page"][key]
        del frame["preset"], frame["pending"], frame["unfinished"]
        frames.append((json.dumps(frame), arrays))
    assert frames[0] == frames[1]


def test_the_share_without_momentum_is_the_known_point(client: FlaskClient) -> None:
    query = "hide=outcome&panels=share&beta=0.87&gamma=0.3&guess=30"
    before, _ = _answer(client, query)
    assert before["pending"]
    assert before["unfinished"] == ["share"]
    whole, _ = _answer(client, f"{query}&complete=1")
    assert not whole["pending"]
    settings = DEFAULT.edit({"beta": "0", "gamma": "0.3"})
    share = basin_map(settings.hyperparameters, settings.grid(256)).dead_fraction
    assert f"At β = 0 it was {100 * share:.0f} %." in whole["page"]["context"]["text"]
    points = {trace["name"]: trace for trace in whole["pictures"]["share"]["data"]}
    assert points["without momentum"]["y"] == [share]
    assert points["guess"]["y"] == [0.3]
    # Where β = 0 is the question itself, nothing is known.
    zero, _ = _answer(client, f"{query}&complete=1&beta=0".replace("beta=0.87&", ""))
    assert not zero["pending"]
    assert {trace["name"] for trace in zero["pictures"]["share"]["data"]} == {"guess"}
    assert "%" not in zero["page"]["context"]["text"]


def test_hovering_tells_nothing_either(client: FlaskClient) -> None:
    answer = client.get("/cell?cells=24&row=1&column=1&hide=outcome")
    assert answer.status_code == 422
    assert "hidden" in json.loads(answer.data)["message"]


def test_revealed_the_guess_stands_beside_the_outcome(client: FlaskClient) -> None:
    frame, _ = _answer(client, "guess=30&complete=1&panels=share")
    dead = basin_map(DEFAULT.hyperparameters, DEFAULT.grid(32)).fraction(Outcome.DEAD)
    assert frame["verdict"] == f"{100 * dead:.0f} % of starts die; you guessed 30 %."
    page = frame["page"]
    assert page["share-guess"]["text"] == "30 %"
    assert page["guess-tick"] == {"hidden": False, "style": {"left": "30.00%"}}
    assert page["guess-first"]["text"] == "Guess again"
    assert page["bar"]["aria-label"].endswith("you guessed 30 %")
    point = next(trace for trace in frame["pictures"]["share"]["data"] if trace["name"] == "guess")
    assert point["y"] == [0.3]
    none, _ = _answer(client, "panels=")
    assert none["page"]["legend-guess"]["hidden"]
    assert "guessed" not in none["verdict"]


def test_guess_and_hiding_are_kept_in_the_address() -> None:
    assert HIDDEN.query() == "hide=outcome&guess=30"
    assert read_query("hide=outcome&guess=30") == (HIDDEN, [])
    for text, guess in (("130", 100), ("-1", 0), ("many", None)):
        settings, notices = read_query(f"guess={text}")
        assert settings.guess == guess
        assert "from 0 to 100" in notices[0]
        assert text in notices[0]


def test_no_edit_reveals_and_another_question_drops_a_revealed_guess() -> None:
    typed = {"beta": "0.95", "window": "-1,1,-1,1"}
    revealed = DEFAULT.edit({"guess": "30"})
    for used, keeps in (
        ({"beta-box": 1}, False),
        ({"preset": PRESETS[0].key}, False),
        ({"zoom-in": 1}, False),
        ({"colouring": "iterations"}, True),
        ({"scale": 1}, True),
    ):
        hidden, _ = apply_all(HIDDEN, used, typed, {})
        assert (hidden.hide, hidden.guess) == ("outcome", 30)
        after, _ = apply_all(revealed, used, typed, {})
        assert after.guess == (30 if keeps else None)
    reset, _ = apply_all(HIDDEN, {"reset": 1}, typed, {})
    assert reset.hide == "outcome"


def test_a_preset_is_known_while_it_is_hidden() -> None:
    assert matching(HIDDEN) == matching(DEFAULT) is not None
