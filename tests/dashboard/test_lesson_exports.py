"""What can be taken away from a step of the lesson: its own settings, and no answer before it is done."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from dashboard import create_app
from dashboard.export import read
from dashboard.lesson_page import begin
from dashboard.lesson_steps import STEPS
from dashboard.snippet import snippet
from dynamics import Cancellation, basin_map

DRAWN = "step=9&units=20&time=1000"


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def arrays(client: FlaskClient, query: str) -> dict[str, Any]:
    answer = client.get(f"/export/data?cells=20&{query}")
    assert answer.status_code == 200, answer.text
    with np.load(io.BytesIO(answer.data)) as found:
        return dict(found)


def run(query: str) -> dict[str, Any]:
    """Run the program of a picture."""
    scope: dict[str, Any] = {}
    request = read(dict(part.split("=", 1) for part in query.split("&")))
    exec(compile(snippet(request, Cancellation()), query, "exec"), scope)
    return scope


def test_shares_beyond_what_was_moved_stay_on_the_server(client: FlaskClient) -> None:
    query = "picture=share&step=5&beta=0.3"
    found = arrays(client, query)
    assert (found["beta"].tolist(), found["gamma"].tolist()) == ([0.3], [0.05])
    settings = STEPS[4].settings.edit({"beta": "0.3"})
    expected = basin_map(settings.hyperparameters, settings.grid(128)).dead_fraction
    assert found["dead_fraction"].tolist() == [expected]
    assert run(f"cells=20&{query}")["shares"] == {0.05: [expected]}
    assert len(arrays(client, "picture=share&step=5&beta=0.99")["beta"]) > 10


def test_clouds_end_at_the_playhead_until_the_step_is_done(client: FlaskClient) -> None:
    for picture in ("survival", "cloud", "cloud-alive"):
        assert arrays(client, f"{DRAWN}&picture={picture}")["iteration"].max() == 1000, picture
        assert arrays(client, f"step=0&init=he_normal&units=20&picture={picture}")["iteration"].max() > 1000
        runs = run(f"{DRAWN}&picture={picture}")["runs"]
        assert {int(each.iteration[-1]) for each in runs} == {1000}
    rows = client.get(f"/export/data?{DRAWN}&picture=survival&format=csv").text
    assert max(int(row["iteration"]) for row in csv.DictReader(io.StringIO(rows))) == 1000


def test_the_plane_of_a_cloud_does_not_move_with_the_playhead(client: FlaskClient) -> None:
    ranges = set()
    for time in (30, 1000):
        query = f"step=9&units=20&picture=cloud&time={time}"
        layout = json.loads(client.get(f"/export/figure?{query}").data)["layout"]
        ranges.add((*layout["xaxis"]["range"], *layout["yaxis"]["range"]))
    assert len(ranges) == 1


@pytest.mark.parametrize("step", range(1, 11))
def test_an_address_of_the_lesson_exports_what_it_shows(step: int) -> None:
    asked = read({"step": str(step)})
    assert asked.settings == begin("/lesson", f"step={step}").scaled(False)
    assert read({"step": str(step), "eta": "0.2"}).settings.eta == 0.2


def test_how_a_browser_shows_an_address_is_no_matter(client: FlaskClient) -> None:
    query = "v=1&theme=system&embed=map&level=none&compared=pinned&speed=2&advanced=1"
    assert client.get(f"/export/data?cells=20&beta=0.5&{query}").status_code == 200
    assert read({"theme": "dark", "v": "1"}).theme == "dark"
