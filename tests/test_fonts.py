"""The typefaces: assets/fonts.css and the files it names."""

import re
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "assets" / "fonts"
STYLESHEET = FONTS.with_name("fonts.css").read_text(encoding="utf-8")


def test_the_stylesheet_names_exactly_the_files_that_are_there() -> None:
    named = re.findall(r'url\("fonts/([^"]+)"\)', STYLESHEET)
    assert sorted(named) == sorted(path.name for path in FONTS.glob("*.woff2"))


def test_nothing_comes_from_another_host() -> None:
    assert not re.search(r"https?:|url\(\s*['\"]?//", STYLESHEET)


def test_the_licences_lie_beside_the_files() -> None:
    for name in ("source-sans-3", "stix-two-math", "stix-two-text"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / f"OFL-{name}.txt").read_text(encoding="utf-8")


def test_no_character_is_promised_by_two_faces_of_one_style() -> None:
    taken: dict[tuple[str, ...], set[int]] = {}
    for face in re.findall(r"@font-face \{(.*?)\}", STYLESHEET, re.DOTALL):
        values = [re.search(rf"font-{key}: ([^;]+);", face) for key in ("family", "style", "weight")]
        style = tuple(value.group(1) for value in values if value is not None)
        assert len(style) == 3
        for low, high in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", face):
            characters = set(range(int(low, 16), int(high or low, 16) + 1))
            assert not characters & taken.setdefault(style, set())
            taken[style] |= characters
