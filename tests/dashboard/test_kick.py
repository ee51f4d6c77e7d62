"""The panel of the smallest kick: only at rest, of the unit that is asked for, and what it says of it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.packing import unpack
from dashboard.request import DEPENDS
from dashboard.settings import DEFAULT
from dynamics import Kick, basin_map, smallest_kick
from figures import kick_grid
from figures.kick import in_gammas


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def _answer(client: FlaskClient, query: str) -> tuple[dict[str, Any], bytes]:
    return unpack(client.get(f"/frame?cells=16&panels=kick&{query}").data)


def _expected(w: float, b: float, gamma: float = 0.1) -> Kick:
    settings = DEFAULT.edit({"gamma": str(gamma)})
    found = smallest_kick(settings.hyperparameters, w, b)
    assert found is not None
    return found


def test_it_is_found_at_rest_and_is_the_dynamics_own(client: FlaskClient) -> None:
    moving, _ = _answer(client, "gamma=0.07&still=0")
    assert "kick" not in moving["pictures"]
    assert moving["page"]["kick-found"]["data-old"]
    assert moving["pending"]
    at_rest, arrays = _answer(client, "gamma=0.07&complete=1")
    assert not at_rest["pending"]
    assert not at_rest["page"]["kick-found"]["data-old"]
    kick = _expected(0.07, 0, 0.07)
    told = at_rest["page"]["kick-check"]["text"]
    assert f"Moved once, at rest, by {in_gammas(kick.length, 0.07)}, the ground truth dies" in told
    assert f"shorter by {in_gammas(kick.step, 0.07)}" in told
    assert in_gammas(kick.length_step, 0.07) in at_rest["page"]["kick-resolution"]["text"]
    settings = DEFAULT.edit({"gamma": "0.07"})
    expected = basin_map(settings.hyperparameters, kick_grid(kick)).outcome
    cells = np.frombuffer(arrays[16 * 16 :], np.uint8)[: expected.size].reshape(expected.shape)
    assert np.array_equal(cells == 0, expected == 0)
    known, _ = _answer(client, "gamma=0.07&still=0")  # a hand that comes back to it has it at once
    assert known["pictures"]["kick"]["marks"]


def test_a_start_is_kicked_and_a_dead_one_says_that_it_needs_none(client: FlaskClient) -> None:
    living, _ = _answer(client, "kick=B&complete=1")
    assert (
        f"Moved once, at rest, by {in_gammas(_expected(-1.6, 2.3).length, 0.1)}, start B dies"
        in (living["page"]["kick-check"]["text"])
    )
    assert living["page"]["kick-B"] == {"hidden": False, "aria-pressed": "true"}
    assert living["page"]["kick-D"]["hidden"]
    dead, _ = _answer(client, "kick=A&complete=1")
    assert dead["page"]["kick-check"]["text"] == "Start A dies without a kick."
    missing, _ = _answer(client, "kick=D&complete=1")
    assert missing["page"]["kick-check"]["text"].startswith("There is no start D.")
    assert missing["page"]["kick-truth"]["aria-pressed"] == "true"


def test_where_no_kick_kills_it_says_how_far_was_looked(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.kick.smallest_kick", lambda *_, **__: None)
    frame, _ = _answer(client, "gamma=0.03&complete=1")
    assert frame["page"]["kick-check"]["text"] == "No kick up to 128 γ kills the ground truth."
    assert "kick" not in frame["pictures"]
    assert frame["page"]["kick-found"]["class"] == "none"


def test_it_depends_on_what_it_says() -> None:
    used = DEPENDS["kick"]
    assert used is not None
    assert "window" not in used
    assert "colouring" not in used
