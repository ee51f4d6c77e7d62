"""The security headers, as shipped. That no page violates them every browser test sees in its console."""

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from dashboard import create_app


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def directives(policy: str) -> dict[str, list[str]]:
    parts = (part.split() for part in policy.split(";"))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize(
    "path", ["/", "/assets/page.css", "/frame?cells=16", "/frame?beta=2", "/nowhere.txt"]
)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:  # a file is closed
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin"
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'self'"]
    assert "X-Frame-Options" not in headers


def test_only_pictures_made_for_it_are_shown_in_frames_of_others(client: FlaskClient) -> None:
    def ancestors(path: str) -> list[str]:
        return directives(client.get(path).headers["Content-Security-Policy"])["frame-ancestors"]

    assert ancestors("/?embed=map&level=none") == ancestors("/lesson?embed=none&embed=alive") == ["*"]
    others = [f"{path}?embed=map" for path in ("/teach", "/about", "/risk", "/experiments", "/frame")]
    for path in ("/lesson", "/?embed=none", "/?embed=nothing", "/?embed=map&embed=none", *others):
        assert ancestors(path) == ["'self'"]


def test_scripts_run_only_from_here_and_the_page_s_own_by_its_hash(client: FlaskClient) -> None:
    answer = client.get("/")
    allowed = directives(answer.headers["Content-Security-Policy"])["script-src"]
    code = re.sub("<!--.*?-->", "", answer.text, flags=re.DOTALL)
    scripts = re.findall("<script([^>]*)>(.*?)</script>", code, re.DOTALL)
    inline = [text for tag, text in scripts if "src=" not in tag and "application/json" not in tag]
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    assert len(hashes) == 1
    assert allowed == ["'self'", *(f"'sha256-{digest}'" for digest in hashes)]
