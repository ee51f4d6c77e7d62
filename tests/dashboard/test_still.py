"""The layout as the browser gets it says what Dash would say, and leaves Dash what is its own."""

import json
from typing import Any

import pytest

from dashboard import create_app
from dashboard.layout import layout
from dashboard.still import named, stilled

Part = dict[str, Any]


def div(*children: Any, **props: Any) -> Part:
    return {
        "type": "Div",
        "namespace": "dash_html_components",
        "props": {"children": list(children), **props},
    }


def store(name: str) -> Part:
    return {"type": "Store", "namespace": "dash_core_components", "props": {"id": name}}


def spoken(part: Any) -> list[Any]:
    """Return the elements and texts that a layout comes to, with names in small letters."""
    if isinstance(part, list):
        return [each for child in part for each in spoken(child)]
    if part is None:
        return []
    if not isinstance(part, dict):
        return [str(part)]
    if part["type"] == "Still":
        return [each for child in part["props"]["parts"] for each in drawn(child)]
    props = dict(part["props"])
    content = spoken(props.pop("children", None))
    return [(part["type"].lower(), {k: v for k, v in props.items() if k != "n_clicks"}, content)]


def drawn(part: Any) -> list[Any]:
    """Return the element or text that assets/still.js makes of a part."""
    if isinstance(part, str):
        return [part]
    name, attributes, *content = part
    return [(name, attributes, [each for child in content for each in drawn(child)])]


def test_neighbours_that_dash_leaves_alone_become_one() -> None:
    given = div("a", div("b", className="c"), div(3), store("kept"), div(div(), id="live"), "z")
    found = stilled(given, {"live"})
    one, kept, live, text = found["props"]["children"]
    assert one == {
        "type": "Still",
        "namespace": "deadcone",
        "props": {"parts": ["a", ["div", {"className": "c"}, "b"], ["div", {}, "3"]]},
    }
    assert kept == store("kept")
    assert (live["type"], live["props"]["id"]) == ("Div", "live")
    assert live["props"]["children"][0]["props"]["parts"] == [["div", {}]]
    assert text == "z"
    assert spoken(found) == spoken(given)


@pytest.mark.parametrize("inside", [store("deep"), div(id="deep")])
def test_what_holds_a_live_part_stays_dashs(inside: Part) -> None:
    found = stilled(div(div(div(inside), div("still")), id="outer"), {"deep"})
    (middle,) = found["props"]["children"]
    assert middle["type"] == "Div"
    holder, beside = middle["props"]["children"]
    assert holder["props"]["children"][0]["props"]["id"] == "deep"
    assert beside["type"] == "Still"


def test_the_whole_page_is_the_same_with_a_third_of_the_components() -> None:
    with create_app().server.test_client() as client:
        sent = client.get("/_dash-layout").get_json()
        live = set(named(client.get("/_dash-dependencies").get_json()))
    whole = json.loads(json.dumps(layout(), default=lambda part: part.to_plotly_json()))
    assert spoken(sent) == spoken(whole)
    assert components(sent) < 0.4 * components(whole)
    assert {part for part in live if part} <= set(ids(sent))


def components(part: Any) -> int:
    """Count what Dash has to look after."""
    if isinstance(part, list):
        return sum(map(components, part))
    return 1 + components(part["props"].get("children")) if isinstance(part, dict) else 0


def ids(part: Any) -> list[str]:
    """List the ids of what is Dash's."""
    if isinstance(part, list):
        return [each for child in part for each in ids(child)]
    if not isinstance(part, dict):
        return []
    return [part["props"].get("id", ""), *ids(part["props"].get("children"))]
