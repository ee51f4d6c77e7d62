"""What the page does when the server says that others wait."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Request, Route

from dashboard.packing import unpack
from tests.browser.conftest import OpenPage, held_back, middle, settled

pytestmark = pytest.mark.browser


def asked(request: Request) -> dict[str, str]:
    """Return the settings and options of a request for a frame."""
    return {key: values[0] for key, values in parse_qs(urlsplit(request.url).query).items()}


def test_in_a_crowd_a_newer_value_overtakes_an_older_one(open_page: OpenPage) -> None:
    page = open_page("/?resolution=24", excused="503")
    page.evaluate(
        """() => {
            const problem = document.getElementById("problem");
            window.problems = [];
            new MutationObserver(() => problems.push(problem.textContent)).observe(problem, {
                childList: true, characterData: true, subtree: true,
            });
        }"""
    )

    def crowded(route: Route) -> None:
        response = route.fetch()
        _, arrays = unpack(response.body())
        header = response.body()[4 : len(response.body()) - len(arrays)]
        text = re.sub(rb'"crowded":\w+', b'"crowded":true', header)
        headers = {k: v for k, v in response.headers.items() if not k.startswith("content-")}
        kind = {"Content-Type": response.headers["content-type"]}
        route.fulfill(headers=headers | kind, body=len(text).to_bytes(4, "little") + text + arrays)

    x, y = middle(page, "#beta [role=slider]")
    page.route("**/frame?*", crowded)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y)
    page.wait_for_function("Number(deadcone.texts().beta) < 0.9")
    settled(page)
    page.unroute("**/frame?*")

    # One stands in the line: the next waits for it, and after a while takes its place.
    with held_back(page, "**/frame?*") as held:
        with page.expect_request("**/frame?*") as sent:
            page.mouse.move(x - 40, y)
        older = asked(sent.value)
        with page.expect_request("**/frame?*") as sent:
            page.mouse.move(x - 60, y)
        newer = asked(sent.value)
        assert float(newer["beta"]) < float(older["beta"])
        assert int(newer["oldest"]) == int(newer["seq"]) > int(older["seq"])
        # The older one's refusal is nobody's trouble any more.
        held.pop(0).fulfill(status=503, headers={"Retry-After": "1"}, body="")
    page.mouse.up()
    settled(page)
    assert [text for text in page.evaluate("problems") if text] == []
    assert str(page.evaluate("deadcone.frame.settings.beta")) == page.evaluate("deadcone.texts().beta")
