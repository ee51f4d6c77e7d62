"""What an address holds besides the settings: its version, and how this browser shows them."""

from __future__ import annotations

import re

from dashboard.embed import LEVELS, PICTURES

VERSION = 1
MOST_RECORDS = 61
_FEW = 12  # choices that a sentence names

# Each part's legal texts; the first one holds where the part is left out. assets/link.js reads them.
PARTS: dict[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "embed": ("none", *PICTURES),
    "level": tuple(LEVELS),
    "compared": ("now", "pinned", "changed"),
    "speed": ("1", "2", "4", "0.5"),
    "advanced": ("0", "1"),
    "record": ("last", *map(str, range(MOST_RECORDS))),  # of a run of networks that can be played
}


def complaint(key: str, text: str) -> str | None:
    """Return why a part, ``v`` or one of `PARTS`, cannot be taken as it stands; None when it can."""
    if key == "v":
        return _version(text)
    if text in PARTS[key]:
        return None
    choices = PARTS[key]
    named = choices if len(choices) <= _FEW else (*choices[:3], "…", choices[-1])
    return f"{key} must be one of {', '.join(named)}, not “{text[:40]}”."


def _version(text: str) -> str | None:
    if text == str(VERSION):
        return None
    if re.fullmatch("[1-9][0-9]{0,8}", text):
        return (
            f"This link is of a newer version, {text}; this page reads version {VERSION} "
            "and shows what it understands."
        )
    return f"v, the link's version, must be {VERSION}, not “{text[:40]}”."
