"""Links of any kind, settings as a file, and embedded pictures, as the server answers them."""

import json
import random
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import create_app, savefile
from dashboard.embed import LEVELS, PICTURES, fitted
from dashboard.link import PARTS
from dashboard.packing import unpack
from dashboard.request import ALL_DEPENDS
from dashboard.savefile import LARGEST, InvalidFileError
from dashboard.settings import DEFAULT, Settings, read_query
from tests.dashboard.test_settings import any_settings

ARRIVAL = {
    "output": "..settings.data...notices.children..",
    "outputs": [{"id": "settings", "property": "data"}, {"id": "notices", "property": "children"}],
    "changedPropIds": ["url.search"],
}


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def arrive(client: FlaskClient, path: str, search: str) -> tuple[dict[str, str], list[Any]]:
    """What Dash answers to a viewer who opens the page with this query."""
    inputs = [
        {"id": "url", "property": "pathname", "value": path},
        {"id": "url", "property": "search", "value": search},
        {"id": "arrival", "property": "data", "value": None},
    ]
    answer = client.post("/_dash-update-component", json={**ARRIVAL, "inputs": inputs})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    response = answer.json["response"]
    return response["settings"]["data"], response["notices"]["children"]


# ------------------------------------------------------------------ the version and the parts beside settings


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("v=2&beta=0.5", ["newer version, 2", "version 1"]),
        ("v=&beta=0.5", ["v, the link's version, must be 1", "“”"]),
        ("v=one&beta=0.5", ["must be 1", "“one”"]),
        ("v=0&beta=0.5", ["must be 1", "“0”"]),
        ("v=٣&beta=0.5", ["must be 1", "“٣”"]),
        ("embed=maps&beta=0.5", ["embed must be one of none, map", "“maps”"]),
        ("embed=map&level=half&beta=0.5", ["level must be one of full, sliders, none", "“half”"]),
        ("theme=blue&beta=0.5", ["theme must be one of system, light, dark", "“blue”"]),
        ("speed=3&beta=0.5", ["speed must be one of 1, 2, 4, 0.5", "“3”"]),
        ("compared=both&beta=0.5", ["compared", "“both”"]),
        ("advanced=open&beta=0.5", ["advanced must be one of 0, 1", "“open”"]),
    ],
)
def test_what_a_link_says_besides_settings_is_checked_and_the_rest_taken(
    query: str, words: list[str]
) -> None:
    read, notices = read_query(query)
    assert read == DEFAULT.edit({"beta": "0.5"})
    assert len(notices) == 1
    for word in words:
        assert word in notices[0]


def test_every_legal_part_is_taken_without_a_word() -> None:
    for key, choices in PARTS.items():
        for text in choices:
            assert read_query(f"v=1&{key}={text}")[1] == []


def test_of_many_choices_a_few_are_named() -> None:
    notices = read_query("record=61&speed=3")[1]
    assert notices == [
        "record must be one of last, 0, 1, …, 60, not “61”.",
        "speed must be one of 1, 2, 4, 0.5, not “3”.",
    ]


def test_the_page_s_own_queries_have_no_part_of_that_name() -> None:
    assert not set(PARTS) & set(DEFAULT.texts())


# ------------------------------------------------------------------ embedded pictures


def test_every_picture_can_be_embedded() -> None:
    assert set(PICTURES) == set(ALL_DEPENDS)
    assert PARTS["embed"] == ("none", *PICTURES)
    assert PARTS["level"] == tuple(LEVELS)


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize(
    "query", ["", "init=he_normal&units=16&time=300", "pin=beta:0&step=5", "hide=outcome"]
)
def test_an_embedded_picture_is_among_those_that_are_answered(
    client: FlaskClient, picture: str, query: str
) -> None:
    wanted, notices = read_query(f"embed={picture}&colouring=revival&present=1&{query}")
    assert notices == []
    assert not wanted.present
    assert wanted.step == 0
    assert (wanted.hide == "outcome") == (query == "hide=outcome" and PICTURES[picture].open)
    assert (wanted.colouring == "revival") == (picture in ("map", "revival", "pinned", "changed"))
    asked = urlencode({**wanted.texts(), "units": "16", "panels": picture, "cells": "16", "complete": "1"})
    answer = client.get(f"/frame?{asked}")
    assert answer.status_code == 200
    assert set(unpack(answer.data)[0]["pictures"]) == {picture}


def test_settings_that_have_the_picture_are_left_alone() -> None:
    for query, picture in (
        ("beta=0.5&colouring=iterations", "map"),
        ("init=gaussian&time=40", "cloud"),
        ("pin=beta:0.3&colouring=gradient", "changed"),
        ("hide=outcome&guess=30", "share"),
    ):
        given_settings = read_query(query)[0]
        assert fitted(given_settings, picture) == given_settings


@pytest.mark.parametrize(("query", "time"), [("", 10_000), ("&time=0", 0), ("&time=30", 30)])
def test_an_iteration_that_is_named_stays_also_where_it_is_0(query: str, time: int) -> None:
    assert read_query(f"embed=cloud{query}")[0].time == time


def test_a_picture_alone_is_compared_with_no_momentum_and_nothing_else(client: FlaskClient) -> None:
    """What is beside it on the page is neither computed nor waited for."""
    query = "panels=map&cells=32&delta=0.123"
    first, _ = unpack(client.get(f"/frame?{query}&alone=1").data)
    assert first["pending"]
    alone, _ = unpack(client.get(f"/frame?{query}&alone=1&complete=1").data)
    assert not alone["pending"]
    assert "without momentum" in alone["verdict"]
    after, _ = unpack(client.get(f"/frame?{query}").data)
    assert after["pending"]  # tips and curves of the whole page are not known
    assert after["verdict"] == alone["verdict"]
    for at_zero in ("", "&complete=1"):  # where there is nothing to compare with it is said at once or then
        frame, _ = unpack(client.get(f"/frame?{query}&beta=0&alone=1{at_zero}").data)
    assert not frame["pending"]


def test_an_embedded_picture_lists_the_sliders_values(client: FlaskClient) -> None:
    page = unpack(client.get("/frame?cells=16&beta=0.95&gamma=1e-5&delta=-0.5&panels=map").data)[0]["page"]
    listed = {key: page[f"embed-{key}"]["text"] for key in ("beta", "eta", "gamma", "delta")}
    assert listed == {"beta": "0.95", "eta": "0.1", "gamma": "10⁻⁵", "delta": "−0.5"}


# ------------------------------------------------------------------ settings as a file


def load(content: object) -> tuple[Settings, list[str]]:
    text = content if isinstance(content, str) else json.dumps(content)
    return savefile.read(text, len(text.encode()))


@settings(derandomize=True, deadline=None)
@given(any_settings)
def test_a_file_holds_every_setting(some: Settings) -> None:
    text = savefile.written(some)
    assert savefile.read(text, len(text.encode())) == (some, [])
    content = json.loads(text)
    assert (content["page"], content["version"]) == ("The Dead Cone", 1)
    assert len(text.encode()) < LARGEST / 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["no JSON"]),
        ("{\n\n'beta': 1}", ["no JSON, line 3"]),
        ("[" * 10_000, ["no JSON"]),
        ('{"settings": {"beta": ' + "9" * 5000 + "}}", ["no JSON"]),
        ([1, 2], ["no “settings”"]),
        ({"beta": "0.5"}, ["no “settings”"]),
        ({"settings": ["beta"]}, ["no “settings”"]),
        ({"settings": {f"a{i}": "1" for i in range(200)}}, ["more settings than there are, 200"]),
        ("x" * (LARGEST + 1), ["16 kB", "at most 16 kB"]),
    ],
    ids=range(9),
)
def test_of_a_bad_file_nothing_is_taken_and_it_is_said_why(content: object, words: list[str]) -> None:
    with pytest.raises(InvalidFileError) as problem:
        load(content)
    for word in (*words, "Nothing was loaded."):
        assert word in str(problem.value)


def test_a_large_file_s_size_is_said() -> None:
    with pytest.raises(InvalidFileError, match=r"The file has 5\.0 MB; a settings file has at most 16 kB\."):
        savefile.read("", 5 * 1024**2)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"beta": "2"}, ["β", "at most 0.9999", "not 2"]),
        ({"beta": 2}, ["β", "not 2"]),
        ({"beta": True}, ["beta must be a text or a number"]),
        ({"beta": None}, ["beta must be a text or a number"]),
        ({"starts": [[1, 2]]}, ["starts must be a text or a number"]),
        ({"beta": float("nan")}, ["β", "no number"]),
        ({"colour": "red"}, ["“colour” is not a setting"]),
        ({"embed": "map"}, ["“embed” is no setting"]),
        ({"v": "1"}, ["“v” is no setting"]),
        ({"window": "1;2\ud800"}, ["window"]),
    ],
    ids=str,
)
def test_the_good_part_of_a_file_is_taken_and_the_bad_named(part: dict[str, Any], words: list[str]) -> None:
    read, notices = load({"settings": {"eta": 0.25, "delta": "-0.5", **part}})
    assert (read.eta, read.delta) == (0.25, -0.5)
    assert len(notices) == 1
    for word in words:
        assert word in notices[0]


def test_a_file_of_a_newer_version_is_read_as_far_as_possible() -> None:
    read, notices = load({"version": 2, "settings": {"beta": "0.5", "new": "1"}})
    assert read.beta == 0.5
    assert "This file is of a newer version, 2" in notices[0]
    assert "“new” is not a setting" in notices[1]


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=60) | st.recursive(st.none() | st.floats() | st.text(), st.lists))
def test_no_file_is_an_error(content: Any) -> None:
    for version, texts in ((content, {"beta": content}), (1, {str(content): "1"}), (1, content)):
        try:
            read, _ = load({"version": version, "settings": texts})
        except InvalidFileError:
            continue
        assert isinstance(read, Settings)


# ------------------------------------------------------------------ three hundred mutated links

GOOD = (
    "beta=0.95&eta=0.1&gamma=0.01&delta=-0.5",
    "window=-1,1,-1,1&starts=1,2;0.5,-1&colouring=iterations&layers=arrows,cones",
    "init=he_normal&units=20&fan_in=50&seed=3&time=300",
    "pin=beta:0;gamma:1&time=26&scale=1",
    "hide=outcome&guess=30&quantity=loss",
    "colouring=revival&selected=0.4,-2.3&batch=64&rho=0.5",
    "before=20,0.5,0.2&tolerance=0&max_iterations=100&pytorch=1",
    "embed=map&level=sliders&theme=dark&v=1&speed=2&compared=pinned&advanced=1",
)
ODD = (
    *(
        "",
        " ",
        "nan",
        "inf",
        "-inf",
        "1e999",
        "-1e999",
        "1e-999",
        "0x10",
        "−0,5",
        "1,000,000",
        "1_000",
        "+1",
        "½",
    ),
    *(
        "null",
        "undefined",
        "true",
        "[]",
        "{}",
        "<script>alert(1)</script>",
        "' OR 1=1",
        "../../etc/passwd",
        "%s%n",
    ),
    *(
        "💀",
        "ש",
        "ß",
        "\u0000",
        "\u202e",
        "a\r\nb",
        "Ω" * 50,
        "9" * 400,
        "1;" * 400,
        "1," * 400,
        ":" * 200,
        "x" * 3000,
    ),
)
LONGEST = 7000  # of which the server takes the request; it is gunicorn that refuses longer ones
RAW = (
    "%",
    "%ZZ",
    "%00",
    "%ff%fe",
    "%c3%28",
    "%u2603",
    "+",
    "&&&",
    "===",
    "?",
    "#",
    ";;",
    "%25%30%30",
    "%f0%9f%92%80",
)


def spoilt(key: str, text: str, rng: random.Random) -> str:
    """A part of a query with one thing wrong."""
    odd, raw, other = quote(rng.choice(ODD)), rng.choice(RAW), rng.choice(list(DEFAULT.texts()))
    return rng.choice(
        [
            f"{key}={odd}",
            f"{other}={odd}",
            f"{odd}={text}",
            f"{key}={text}{raw}",
            f"{key}{raw}={text}",
            f"{key}{rng.choice('&;%=')}{text}",
            f"{key}={text}&{key}={text[: len(text) // 2]}",
            "&".join([f"{key}={text}"] * min(rng.randint(2, 120), 2 + 4000 // len(key + text))),
            f"{key}={''.join(rng.sample(text, len(text)))}",
            f"{key.upper()}={text}",
        ]
    )


def mutated(rng: random.Random) -> str:
    """One of the good queries with up to three parts spoilt."""
    parts = rng.choice(GOOD).split("&")
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(parts))
        key, _, text = parts[i].partition("=")
        parts[i] = spoilt(key, text, rng)
    return "&".join(parts)[:LONGEST]


def mutations(count: int) -> list[str]:
    """The same mutated queries each time."""
    rng = random.Random(2026)
    return [mutated(rng) for _ in range(count)]


def test_three_hundred_mutated_links_give_no_error_page(client: FlaskClient) -> None:
    """The page comes, what is wrong is said, and the settings that are taken have a picture.

    Asked directly for a frame, which guesses nothing, the server refuses with a sentence or answers.
    """
    told = refused = 0
    limits = {"cells": "16", "resolution": "16", "units": "10", "budget": "0.2", "panels": "map,cloud"}
    for query, path in zip(mutations(300), cycle(("/", "/lesson")), strict=False):
        assert client.get(f"{path}?{query}").status_code == 200
        texts, notices = arrive(client, path, f"?{query}")
        assert DEFAULT.edit(texts).texts() == texts
        told += bool(notices)
        frame = client.get(f"/frame?{urlencode({**texts, **limits})}")
        assert frame.status_code == 200, query
        assert unpack(frame.data)[0].keys() & {"verdict", "late"}
        direct = client.get(f"/frame?{query}&cells=16&budget=0.2&panels=")
        assert direct.status_code in (200, 422), query
        if direct.status_code == 422:
            refused += 1
            assert unpack(direct.data)[0]["message"]
    assert told > 200
    assert refused > 200
