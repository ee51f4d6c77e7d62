"""What the environment sets: read, refused, and told of in the document."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from hosting import VERSION
from hosting.configuration import Configuration, ConfigurationError, read

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_not_set_or_empty_is_as_usual() -> None:
    assert read({}) == Configuration()
    assert read({"PORT": "", "DEADCONE_PREFIX": " ", "SOMETHING": "else"}) == Configuration()


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("PORT", "9000", "port", 9000),
        ("DEADCONE_PREFIX", "/a/b-c/", "prefix", "/a/b-c/"),
        ("FORWARDED_ALLOW_IPS", "10.0.0.0/8, ::1", "proxies", "10.0.0.0/8, ::1"),
        ("FORWARDED_ALLOW_IPS", "*", "proxies", "*"),
        ("DEADCONE_FRAME_ANCESTORS", "'self'  https://*.example.org:8443", "ancestors", None),
        ("DEADCONE_METRICS", "9100", "metrics", 9100),
        ("DEADCONE_LOG", "1", "log", True),
        ("DEADCONE_PORTABLE", "0", "portable", False),
        ("DEADCONE_STORE", "/data/jobs.sqlite3", "store", Path("/data/jobs.sqlite3")),
        ("REDIS_URL", "rediss://:word@host:6380/1", "redis_url", "rediss://:word@host:6380/1"),
    ],
)
def test_a_value_is_read(name: str, text: str, field: str, value: Any) -> None:
    found = getattr(read({name: text}), field)
    assert found == ("'self' https://*.example.org:8443" if value is None else value)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("PORT", ("0", "65536", "-1", "80.0", "eighty", "٣", "1" * 5000)),
        ("WEB_CONCURRENCY", ("0", "65", "two")),
        ("GUNICORN_THREADS", ("0", "1e1")),
        ("DEADCONE_PREFIX", ("cone/", "/cone", "//", "/a/../b/", '/"/', "/a b/", "https://example.org/")),
        ("FORWARDED_ALLOW_IPS", ("nobody", "300.0.0.1", "10.0.0.1,,")),
        ("DEADCONE_FRAME_ANCESTORS", ("x; script-src *", "'unsafe-inline'", "https://a\nb:c", "a, b")),
        ("DEADCONE_METRICS", ("on", "0")),
        ("DEADCONE_LOG", ("yes", "2")),
        ("DEADCONE_WORKERS", ("0", "many", "1.5")),
        ("REDIS_URL", ("localhost:6379", "http://localhost", "redis://", "redis://host:port/0")),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_name_its_value_and_the_rule(
    name: str, texts: tuple[str, ...]
) -> None:
    for text in texts:
        with pytest.raises(ConfigurationError, match=rf"^{name} must be .+, got ['\"]") as problem:
            read({name: text})
        assert repr(text[:80]) in str(problem.value)


def test_every_fault_is_named_at_once_and_no_password_is_shown() -> None:
    with pytest.raises(ConfigurationError) as problem:
        read({"PORT": "no", "DEADCONE_LOG": "no", "REDIS_URL": "redis://:secret@host:port/0"})
    lines = str(problem.value).splitlines()
    assert [line.split()[0] for line in lines] == ["PORT", "DEADCONE_LOG", "REDIS_URL"]
    assert "secret" not in str(problem.value)
    with pytest.raises(ConfigurationError, match="another port than PORT, got 8050 for both"):
        read({"DEADCONE_METRICS": "8050"})


@pytest.mark.parametrize("program", [["-m", "gunicorn", "app:server"], ["app.py"], ["worker.py", "tiles"]])
def test_no_program_starts_with_what_makes_no_sense(program: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, *program],
        cwd=ROOT,
        env=os.environ | {"PORT": "99999"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    said = "The Dead Cone does not start.\nPORT must be a whole number from 1 to 65535, got '99999'.\n"
    assert (run.returncode, run.stderr) == (2, said)


def test_the_document_has_a_row_for_each_variable_in_their_order() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*) \|$", text, re.MULTILINE)
    told = [each.metadata for each in fields(Configuration)]
    assert rows == [(m["name"], m["usual"], m["rule"].replace("*", r"\*"), m["meaning"]) for m in told]


@pytest.mark.parametrize("name", ["compose.yaml", "compose.alone.yaml"])
def test_compose_hands_the_variables_on(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    handed = dict(re.findall(r"^ +(\w+): \$\{\1:-(.*?)\}(?:  #.*)?$", text, re.MULTILINE))
    # Where the container listens is the image's matter, and how its port is reached that of `ports`.
    others = {"PORT", "HOST", "REDIS_URL", "NUMBA_CACHE_DIR"}
    assert handed.keys() == {each.metadata["name"] for each in fields(Configuration)} - others
    assert read(handed) == Configuration(portable=True)
    # gunicorn reads some of them itself, on its import, and not all may be empty there.
    run = subprocess.run(
        [sys.executable, "-c", "import gunicorn.config"],
        env=os.environ | handed,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_the_version_is_the_package_s() -> None:
    assert f'\nversion = "{VERSION}"\n' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
