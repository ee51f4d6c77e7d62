"""The handbook builds without a warning and from this host alone, and the samples in the documents run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from dashboard.settings import read_query

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# Whatever a browser loads by itself; a link that a reader may follow is none of it.
LOADED = re.compile(
    r'<(?:script|img|link|iframe|source|video|audio)\b[^>]*?\b(?:src|href)="(?!data:)(\w+:)?//'
)
LOADED_BY_STYLE = re.compile(r"(?:@import|url\()[\s\"'(]*(?:https?:)?//")


def samples() -> list[object]:
    """Return every ``python`` block, those of a document in its order and in one namespace."""
    sybil = Sybil(parsers=[PythonCodeBlockParser()])
    return [
        pytest.param(
            example,
            id=f"{path.relative_to(ROOT)}:{example.line}",
            marks=[pytest.mark.torch] if "import torch" in example.parsed else [],
        )
        for path in DOCUMENTS
        for example in sybil.parse(path).examples()
    ]


@pytest.mark.parametrize("example", samples())
def test_every_sample_runs(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # some write a file
    if "import torch" in example.parsed:
        pytest.importorskip("torch", reason="SAMPLE NOT RUN: torch is not installed")
    example.evaluate()


def test_a_sample_that_fails_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("Text\n\n```python\nassert 1 == 2\n```\n", encoding="utf-8")
    (example,) = Sybil(parsers=[PythonCodeBlockParser()]).parse(tmp_path / "page.md").examples()
    with pytest.raises(AssertionError):
        example.evaluate()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_has_a_text_and_leads_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for name, target in re.findall(r"\[([^\]]*)\]\(([^)\s]+)\)", text):
        assert name, f"{target} has no words, and GitHub shows none"
        file, _, anchor = target.partition("#")
        if "://" not in target and file:
            assert (path.parent / file).exists(), target
        if anchor and not file:
            assert f'id="{anchor}"' in text, target
    for anchor in re.findall(r'<a href="#([\w-]+)">', text):
        assert text.count(f'<a id="{anchor}"></a>') == 1, anchor


@pytest.mark.parametrize(
    "query",
    [found for path in DOCUMENTS for found in re.findall(r"`/\w*\?([^`]+)`", path.read_text("utf-8"))],
)
def test_every_address_that_is_given_is_understood(query: str) -> None:
    assert read_query(query)[1] == []


def test_the_handbook_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "--fresh-env"]
    done = subprocess.run(
        [*command, "--doctree-dir", str(tmp_path / "trees"), "docs", str(tmp_path / "html")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    pages = list((tmp_path / "html").rglob("*.html"))
    assert {path.stem for path in DOCUMENTS[2:]} <= {page.stem for page in pages}
    for page in pages:
        assert not LOADED.search(page.read_text(encoding="utf-8")), page.name
    for style in (tmp_path / "html").rglob("*.css"):
        assert not LOADED_BY_STYLE.search(style.read_text(encoding="utf-8")), style.name
    assert "<math" in (tmp_path / "html" / "mathematics.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ('<script defer src="https://cdn.example/x.js">', LOADED),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', LOADED),
        ("@import 'https://cdn.example/x.css'", LOADED_BY_STYLE),
        ("src: url(https://cdn.example/x.woff2)", LOADED_BY_STYLE),
    ],
)
def test_what_another_host_would_send_is_found(text: str, pattern: re.Pattern[str]) -> None:
    assert pattern.search(text)
    assert not pattern.search('<a href="https://example.org">, <script src="_static/x.js">, url(x.woff2)')
