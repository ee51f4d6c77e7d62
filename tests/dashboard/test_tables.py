"""The numbers of the pictures as tables: what `dynamics` says, in a form to be read; and the list of keys."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard import create_app
from dashboard.dialogs import KEYS
from dashboard.numbers import readable
from dashboard.request import ALL_DEPENDS
from dashboard.settings import DEFAULT
from dashboard.tables import one_two_five
from dynamics import Outcome, activation_probability, basin_map, eigenvalues, outcomes, trajectory
from figures.plane import ENDINGS

ASSETS = Path(__file__).parents[2] / "assets"
MODES = (
    "",
    "&colouring=iterations",
    "&colouring=revival",
    "&colouring=gradient",
    "&colouring=plain&layers=cones",
    "&pin=beta:0",
    "&init=he_normal&units=20&time=500",
    "&beta=0&delta=0&quantity=loss",
    "&starts=none",
)


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def _tables(client: FlaskClient, query: str) -> dict[str, Any]:
    answer = client.get(f"/table?cells=32&{query}")
    assert answer.status_code == 200, answer.text
    return _json(answer)


def _json(answer: TestResponse) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer.data)
    return told


def test_every_picture_of_every_mode_has_tables(client: FlaskClient) -> None:
    seen = set()
    for mode in MODES:
        first = _tables(client, mode.removeprefix("&"))
        assert first["picture"] == first["pictures"][0]["key"]
        for picture in first["pictures"]:
            key = picture["key"]
            seen.add(key)
            told = _tables(client, f"picture={key}{mode}")
            assert told["picture"] == key
            assert told["tables"], (mode, key)
            for table in told["tables"]:
                assert table["caption"]
                assert all(table["columns"])
                assert {len(row) for row in table["rows"]} <= {len(table["columns"])}
                assert not any("nan" in text or "inf" in text for row in table["rows"] for text in row)
    assert seen == set(ALL_DEPENDS)


def test_the_map_is_what_the_dynamics_says(client: FlaskClient) -> None:
    shares, ends, coarse = _tables(client, "picture=map&beta=0.8")["tables"]
    settings = DEFAULT.edit({"beta": "0.8"})
    basin = basin_map(settings.hyperparameters, settings.grid(32))
    dead = basin.dead_fraction
    assert shares["rows"][0] == ["dead", f"{100 * dead:.1f} %", str(round(dead * 32 * 32))]
    w, b = settings.starts[1]
    end = outcomes(settings.hyperparameters, w, b)
    assert ends["rows"][1][0] == "B"
    assert ends["rows"][1][5] == ENDINGS[int(end.outcome)]
    assert len(coarse["rows"]) == 81
    corner = coarse["rows"][-1]
    assert corner[:2] == ["3", "3"]
    assert corner[2] == ENDINGS[basin.outcome[-1, -1]]
    assert corner[4] == readable(float(basin.final_w[-1, -1]))


def test_curves_are_sampled_at_ticks_and_ends(client: FlaskClient) -> None:
    (table,) = _tables(client, "picture=alive&starts=2,1.8")["tables"]
    steps = int(outcomes(DEFAULT.hyperparameters, 2.0, 1.8).iterations)
    path = trajectory(DEFAULT.hyperparameters, (2.0, 1.8), steps=steps)
    rows = {row[0]: row[1] for row in table["rows"]}
    assert list(rows) == [str(step) for step in one_two_five(steps)]
    for step in (0, 10, steps):
        expected = float(activation_probability(path.w[step], path.b[step]))
        assert rows[str(step)] == readable(expected)
    (locus,) = _tables(client, "picture=locus&beta=0.3&eta=0.2")["tables"]
    now = next(row for row in locus["rows"] if row[0] == "0.3 (now)")
    assert now[3] == readable(float(np.abs(eigenvalues(0.3, 0.2)).max()))


def test_what_changed_counts_every_start_once(client: FlaskClient) -> None:
    (table,) = _tables(client, "picture=changed&pin=beta:0")["tables"]
    counts = np.array([[int(text.replace("\u202f", "")) for text in row[1:]] for row in table["rows"]])
    assert counts.sum() == 32 * 32
    now, then = (
        basin_map(DEFAULT.edit({"beta": beta}).hyperparameters, DEFAULT.grid(32)).outcome
        for beta in ("0.9", "0")
    )
    both = (then == Outcome.CONVERGED) & (now == Outcome.DEAD)
    assert counts[Outcome.CONVERGED, Outcome.DEAD] == both.sum()


def test_nothing_is_told_while_the_outcome_is_hidden(client: FlaskClient) -> None:
    for picture in ("map", "alive", "share", "kick"):
        answer = client.get(f"/table?hide=outcome&cells=32&picture={picture}")
        assert answer.status_code == 422
        assert set(_json(answer)) == {"key", "message"}
        assert "hidden" in _json(answer)["message"]


def test_the_lesson_gives_no_answer_away(client: FlaskClient) -> None:
    (share,) = _tables(client, "picture=share&step=5&beta=0.3")["tables"]
    assert [row[0] for row in share["rows"]] == ["0.3"]
    query = "picture=survival&step=9&init=he_normal&units=20&beta=0.99&time=1000"
    (survival,) = _tables(client, query)["tables"]
    assert max(int(row[0]) for row in survival["rows"]) == 1000


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("picture=maps", "picture must be one of map, share"),
        ("picture=cloud", "picture must be one of"),  # not there without an initialisation
        ("beta=1", "β must be at least 0 and at most 0.9999, not 1"),
        ("cells=1e9", "cells must be at least 8 and at most 2048"),
        ("wrong=1", "is not a setting"),
    ],
)
def test_bad_requests_name_value_and_range(client: FlaskClient, query: str, words: str) -> None:
    answer = client.get(f"/table?{query}")
    assert answer.status_code == 422
    assert words in _json(answer)["message"]


# ------------------------------------------------------------------ keys

_NAMES = {
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "ArrowUp": "↑",
    "ArrowDown": "↓",
    "PageUp": "Page ↑",
    "PageDown": "Page ↓",
    "Escape": "Esc",
    "shiftKey": "Shift",
    **{key: key for key in ("Home", "End", "Enter", "Delete", "Backspace", "Tab")},
}
_QUOTED = re.compile(r'key (?:!==|===) "(.)"|\["(\d)", "(\d)", "(\d)"\]')


def test_the_list_of_keys_is_what_the_scripts_listen_to() -> None:
    heard = set()
    for script in ASSETS.glob("*.js"):
        source = re.sub(r"//.*", "", script.read_text())
        if "keydown" not in source and "shiftKey" not in source:
            continue
        heard |= {name for word, name in _NAMES.items() if re.search(rf"\b{word}\b", source)}
        for match in _QUOTED.finditer(source):
            heard |= {"Space" if key == " " else key for key in match.groups() if key}
    listed = {key for _, rows in KEYS for keys, _ in rows for key in keys}
    assert listed == heard
