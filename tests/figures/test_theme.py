import re
from pathlib import Path

import pytest

from dynamics import Outcome
from figures import DARK, LIGHT, THEMES, Theme
from figures.theme import ThemeName, contrast, mark_colour, outcome_fills, with_alpha

CSS = Path(__file__).parents[2] / "assets" / "tokens.css"


def tokens(selector: str) -> dict[str, str]:
    """The colour tokens that the stylesheet's rules with this selector set, as field names."""
    css = re.sub(r"/\*.*?\*/", "", CSS.read_text(encoding="utf-8"), flags=re.DOTALL)
    bodies = re.findall(rf"(?:^|[{{}},])\s*{re.escape(selector)}\s*\{{([^}}]*)\}}", css)
    pairs = re.findall(r"--([\w-]+):\s*([^;]+);", " ".join(bodies))
    return {
        name.replace("-", "_"): value.strip()
        for name, value in pairs
        if value.strip().startswith(("#", "rgb"))
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_equals_the_stylesheet(theme: ThemeName) -> None:
    in_css = tokens(":root") | tokens(f':root[data-theme="{theme}"]')
    assert len(in_css) > 40
    assert vars(THEMES[theme]) == in_css


def test_the_system_theme_of_the_stylesheet_is_the_dark_one() -> None:
    assert len(tokens(":root:not([data-theme])")) > 40
    assert tokens(":root:not([data-theme])") == tokens(':root[data-theme="dark"]')


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_marks_are_white_over_dead_and_diverged_and_ink_elsewhere(theme: Theme) -> None:
    fills = outcome_fills(theme)
    white = {outcome for outcome in Outcome if mark_colour(theme, fills[outcome]) == theme.map_casing}
    assert white == {Outcome.DEAD, Outcome.DIVERGED}


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_alpha_keeps_the_colour() -> None:
    assert with_alpha("#0F4389", 0.3) == "rgba(15,67,137,0.3)"
