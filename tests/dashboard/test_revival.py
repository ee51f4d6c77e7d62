"""The colouring Revival: its ground, the selected unit's numbers, and the words."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.frame import look
from dashboard.lesson_page import begin
from dashboard.packing import unpack
from dashboard.request import FrameRequest
from dashboard.revival import find, lines, page, wedge
from dashboard.settings import DEFAULT, Settings, read_query
from dynamics import (
    Cancellation,
    Cancelled,
    activation_probability,
    dead_cone_slope,
    frozen_in_float32,
    log10_steps_until_active,
    revival_time,
)
from figures.revival_ground import bins, count

CANCEL = Cancellation()
REVIVAL = replace(DEFAULT, colouring="revival")


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def _unit(settings: Settings) -> dict[str, str]:
    found = find(settings, settings.grid(16), False, CANCEL)
    assert found is not None
    return {key: told["text"] for key, told in page(settings, found.unit).items()}


def test_the_ground_is_the_revival_times(client: FlaskClient) -> None:
    window = (-1.1, 1.1, -3.1, -0.9)
    query = "colouring=revival&cells=24&panels=map,revival&window=-1.1,1.1,-3.1,-0.9"
    for still in ("0", "1"):
        frame, body = unpack(client.get(f"/frame?{query}&still={still}").data)
        grid = replace(REVIVAL, window=window).grid(24)
        times = revival_time(REVIVAL.hyperparameters, grid.w, grid.b[:, None])
        cells = np.frombuffer(body, np.uint8, 24 * 24, offset=24 * 24).reshape(24, 24)
        assert np.array_equal(cells, bins(times))
        assert len(np.unique(cells)) > 5
        assert frame["grounds"]["map"]["own"]
        assert "revival" in frame["pictures"]


def test_other_colourings_ask_for_no_revival(client: FlaskClient) -> None:
    assert find(DEFAULT, DEFAULT.grid(16), True, CANCEL) is None
    frame, _ = unpack(client.get("/frame?cells=16&panels=map,revival").data)
    assert set(frame["pictures"]) == {"map"}
    assert "unit-back" not in frame["page"]


@pytest.mark.parametrize("place", [(0.42, -2.35), (0.9, -2.9), (-0.3, -2.0)])
@pytest.mark.parametrize("batch", [1, 4096])
def test_the_table_says_what_the_dynamics_say(place: tuple[float, float], batch: int) -> None:
    settings = replace(REVIVAL, selected=place, batch=batch)
    told = _unit(settings)
    times = revival_time(settings.hyperparameters, *place)
    log10 = float(times.log10_iterations)
    assert told["unit-back"] == ("never" if math.isinf(log10) else f"{count(log10)} updates")
    steps = float(log10_steps_until_active(*place, batch=batch))
    assert told["unit-seen"] == ("every step" if steps < 0.005 else f"every {count(steps)} steps")
    frozen = bool(frozen_in_float32(settings.hyperparameters, *place))
    assert told["unit-float32"].startswith("frozen" if frozen else "moves")
    mantissa, _, power = told["unit-alive"].partition("·10")
    value = float(mantissa) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    assert value == pytest.approx(float(activation_probability(*place)), rel=0.06)
    assert lines(settings, *place, CANCEL)[0].rstrip(".") in (
        "Never back",
        f"Back after {count(log10)} updates",
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "It turns towards life: the target lies above its output"),
        ({"selected": (-0.42, -2.35)}, "It never comes back: the target lies below its output"),
        ({"gamma": 0.01}, "It sinks first: the target lies below its output"),
        ({"delta": -0.5}, "It never comes back: the ground truth lies in the dead cone itself."),
        ({"selected": (1.0, 1.0)}, "It is not in the dead cone"),
        ({"rho": 0.1}, "It turns towards life."),
    ],
)
def test_the_sentence_is_true(changes: dict[str, Any], words: str) -> None:
    settings = replace(REVIVAL, **changes)
    told = _unit(settings)
    assert told["unit-words"].startswith(words)
    never = bool(revival_time(settings.hyperparameters, *settings.selected, settings.rho).never)
    assert never == ("never" in told["unit-words"]) == (told["unit-back"] == "never")


def test_the_deepest_unit_has_numbers_too() -> None:
    told = _unit(replace(REVIVAL, selected=(0.05, -3.0)))
    assert told["unit-alive"].endswith("⁻⁷⁸⁴")
    assert "steps" in told["unit-seen"]
    assert _unit(replace(REVIVAL, selected=(0.0, -3.0)))["unit-alive"] == "0"


@pytest.mark.parametrize("epsilon", [1e-9, 1e-3, 0.1, 0.4])
@pytest.mark.parametrize("rho", [0.0, 0.5, 20.0])
def test_the_wedge_is_a_square_that_the_cone_reaches_into(epsilon: float, rho: float) -> None:
    w_min, w_max, b_min, b_max = wedge(epsilon, rho)
    assert w_max - w_min == pytest.approx(b_max - b_min)
    assert b_max <= 1e-12
    slope = float(dead_cone_slope(epsilon))
    assert b_min < slope * rho * 1.2
    assert w_max <= 1.11 * math.sqrt((b_min / slope) ** 2 - rho**2)


def test_hovering_in_the_cone_tells_three_things(client: FlaskClient) -> None:
    query = "colouring=revival&cells=64&batch=8"
    answer = client.get(f"/cell?{query}&row=3&column=36")
    grid = REVIVAL.grid(64)
    w, b = float(grid.w[36]), float(grid.b[3])
    assert answer.json is not None
    assert answer.json["lines"] == lines(replace(REVIVAL, batch=8), w, b, CANCEL)
    assert "A batch of 8 sees it every" in answer.json["lines"][1]
    outside = client.get(f"/cell?{query}&row=60&column=36").json
    assert outside is not None
    assert outside["lines"][0] == "Not in the dead cone."


def test_it_can_be_called_off() -> None:
    cancel = Cancellation()
    cancel.cancel()
    with pytest.raises(Cancelled):
        find(replace(REVIVAL, eta=0.123), REVIVAL.grid(64), True, cancel)


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("", "A is dead: P(z > 0) = 3.2·10⁻⁵."),  # as long as the lesson asks who returns
        ("vote=2", "A returns after 3\N{NARROW NO-BREAK SPACE}000 updates; B never."),
        ("delta=3", "A returns after {} updates; B after 7\N{NARROW NO-BREAK SPACE}000 updates."),
        ("vote=1&starts=-1,-4;1,1;1,-4", "A never returns; B is alive; C returns after {} updates."),
    ],
)
def test_the_lesson_s_caption_tells_when_each_start_is_back(query: str, verdict: str) -> None:
    settings = read_query(f"?step=8&{query}", begin("/lesson", "step=8"))[0]
    shown = look(FrameRequest(settings, cells=32), Cancellation())
    time = revival_time(settings.hyperparameters, 1.0, -4.0, epsilon=settings.epsilon)
    assert shown.verdict == verdict.format(count(float(time.log10_iterations)))
    said = json.dumps(shown.page, ensure_ascii=False)
    assert "selected unit" not in said
    assert "never" not in said or query
    assert "unit-back" not in shown.page
