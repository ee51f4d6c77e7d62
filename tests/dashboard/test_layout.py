"""The page as Dash sends it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dash import Dash

from dashboard import create_app


@pytest.fixture(scope="module")
def app() -> Dash:
    return create_app()


def ids(part: Any) -> Iterator[str]:
    """Yield the ids of a layout as the browser gets it."""
    if isinstance(part, list):
        for each in part:
            yield from ids(each)
    elif isinstance(part, dict):
        if isinstance(part.get("id"), str):
            yield part["id"]
        for each in part.values():
            yield from ids(each)


def test_what_callbacks_name_is_on_the_page(app: Dash) -> None:
    with app.server.test_client() as client:
        layout = client.get("/_dash-layout").get_json()
        callbacks = client.get("/_dash-dependencies").get_json()
    there = list(ids(layout))
    assert len(there) == len(set(there))
    assert len(callbacks) > 30
    named = {part["id"] for each in callbacks for part in (*each["inputs"], *each["state"])}
    for each in callbacks:
        for output in each["output"].strip(".").split("..."):
            named.add(output.rpartition(".")[0])
    assert named - set(there) <= {""}  # of callbacks without an output


def test_the_layout_is_written_once_and_sent_once(app: Dash) -> None:
    with app.server.test_client() as client:
        first, second = (client.get("/_dash-layout").data for _ in range(2))
        assert first == second
        assert json.loads(first)["props"]["id"] == "app"
        page = client.get("/").text
    assert "picture-map" in first.decode()
    assert "picture-map" not in page


@pytest.mark.parametrize(
    ("path", "status"), [("/risk/", 200), ("/explore", 200), ("/lesson?step=3", 200), ("/risks", 404)]
)
def test_only_pages_are_found(app: Dash, path: str, status: int) -> None:
    with app.server.test_client() as client:
        answer = client.get(path)
        assert answer.status_code == status
        assert "_dash-config" in answer.text  # the page itself says what there is
        query: dict[str, Any] = {
            "output": "..settings.data...notices.children..",
            "changedPropIds": ["url.pathname"],
        }
        query["outputs"] = [{"id": "settings", "property": "data"}, {"id": "notices", "property": "children"}]
        bare = path.partition("?")[0]
        query["inputs"] = [
            {"id": "url", "property": "pathname", "value": bare},
            {"id": "url", "property": "search", "value": ""},
            {"id": "arrival", "property": "data", "value": None},
        ]
        said = client.post("/_dash-update-component", json=query).get_json()["response"]["notices"][
            "children"
        ]
    assert bool(said) == (status == 404)
    assert ("There is no page /risks: this is Explore" in json.dumps(said)) == (status == 404)
