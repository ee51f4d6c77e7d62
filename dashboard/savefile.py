"""Settings as a small JSON file, to be saved and loaded again.

``{"page": "The Dead Cone", "version": 1, "settings": {"beta": "0.95", …}}``; each setting is its text in the
address, so that a file is read as leniently and tells as clearly what is wrong as a link.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dashboard.link import PARTS, VERSION
from dashboard.numbers import exact
from dashboard.settings import MAX_PARTS, Settings, read_query

PAGE = "The Dead Cone"
FILE_NAME = "dead-cone.json"
LARGEST = 16_384  # bytes; a file with every setting has about one thousand


class InvalidFileError(ValueError):
    """A file of which nothing can be taken; the message is a sentence for the page."""


def written(settings: Settings) -> str:
    """Return the file's text: every setting, also the defaults, which another version may change."""
    content = {"page": PAGE, "version": VERSION, "settings": settings.texts()}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def read(text: str, size: int) -> tuple[Settings, list[str]]:
    """Read a file's text leniently.

    Parameters
    ----------
    text : str
        The whole file.
    size : int
        Its bytes, of which there may be up to `LARGEST`.

    Returns
    -------
    settings, notices
        As `read_query` reads them from an address.

    Raises
    ------
    InvalidFileError
        When there are no settings to take.
    """
    size = max(size, len(text.encode(errors="replace")))
    if size > LARGEST:
        raise InvalidFileError(
            f"The file has {_bytes(size)}; a settings file has at most {_bytes(LARGEST)}. Nothing was loaded."
        )
    texts, version = _content(text)
    parts, odd = [("v", version)], []
    for key, value in texts.items():
        said = value if isinstance(value, str) else _number(value)
        if key == "v" or key in PARTS:
            odd.append(f"“{key}” is no setting that a file holds.")
        elif said is None:
            odd.append(f"{key[:40]} must be a text or a number.")
        else:
            parts.append((key, said))
    settings, notices = read_query(urlencode(parts, errors="replace"))
    return settings, [notice.replace("This link is", "This file is") for notice in notices] + odd


def _content(text: str) -> tuple[Mapping[str, Any], str]:
    """Return the settings as they stand in the file, and its version."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as problem:
        place = f", line {problem.lineno}" if isinstance(problem, json.JSONDecodeError) else ""
        raise InvalidFileError(f"The file is no JSON{place}. Nothing was loaded.") from None
    texts = content.get("settings") if isinstance(content, dict) else None
    if not isinstance(texts, dict):
        raise InvalidFileError("The file has no “settings” of this page. Nothing was loaded.")
    if len(texts) >= MAX_PARTS:
        raise InvalidFileError(
            f"The file has more settings than there are, {len(texts)}. Nothing was loaded."
        )
    version = content.get("version", VERSION)
    return texts, version if isinstance(version, str) else json.dumps(version)


def _number(value: Any) -> str | None:
    """Write a number as in the address; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return exact(value)


def _bytes(size: int) -> str:
    return f"{size / 1024:.0f} kB" if size < 1024**2 else f"{size / 1024**2:.1f} MB"
