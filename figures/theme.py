"""Meaning to colour, for the light and the dark theme; a test holds it equal to the stylesheet's tokens."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Literal

from dynamics import Outcome

ThemeName = Literal["light", "dark"]


@dataclass(frozen=True)
class Theme:
    """Every colour of one theme, named after its token in ``assets/tokens.css``.

    The token ``--dead-ink`` is the field ``dead_ink``. Fills are for areas, ``_ink`` variants for
    lines and words on the page. Marks on the map keep the ``map_`` and ``path_`` colours in both
    themes.
    """

    page: str
    rail: str
    ink: str
    ink_muted: str
    control: str
    hairline: str
    grid: str
    dead: str
    dead_ink: str
    converged: str
    converged_ink: str
    stalled: str
    stalled_ink: str
    undecided: str
    undecided_ink: str
    diverged: str
    diverged_ink: str
    path_dead: str
    path_dead_casing: str
    diverged_weave: str
    regime_oscillating: str
    undecided_weave: str
    momentum_1: str
    momentum_2: str
    momentum_3: str
    iterations_1: str
    iterations_2: str
    iterations_3: str
    iterations_4: str
    iterations_5: str
    iterations_6: str
    revival_1: str
    revival_2: str
    revival_3: str
    revival_4: str
    revival_5: str
    revival_never: str
    revival_never_stripe: str
    share_1: str
    share_2: str
    share_3: str
    share_4: str
    share_5: str
    share_6: str
    share_7: str
    share_8: str
    share_9: str
    share_10: str
    map_casing: str
    map_ink: str
    map_label: str


LIGHT = Theme(
    page="#FFFFFF",
    rail="#F4F5F6",
    ink="#16191D",
    ink_muted="#59616B",
    control="#7E868F",
    hairline="#D9DDE1",
    grid="#E8EBED",
    dead="#0F4389",
    dead_ink="#0F4389",
    converged="#FBDC70",
    converged_ink="#7D5A00",
    stalled="#C8823C",
    stalled_ink="#8F5310",
    undecided="#B8C0C5",
    undecided_ink="#59616B",
    diverged="#B03A5B",
    diverged_ink="#A32F50",
    path_dead="#8CBDF5",
    path_dead_casing="#0B1F3F",
    diverged_weave="#8F2846",
    regime_oscillating="#E3F0ED",
    undecided_weave="#DDE1E4",
    momentum_1="#4FA396",
    momentum_2="#1E766B",
    momentum_3="#06403A",
    iterations_1="#F4EDE4",
    iterations_2="#D9BFA4",
    iterations_3="#B38B6D",
    iterations_4="#80573F",
    iterations_5="#4A2C1E",
    iterations_6="#200F09",
    revival_1="#DCE9F8",
    revival_2="#AECBEC",
    revival_3="#7BA7DA",
    revival_4="#4A7FBF",
    revival_5="#2560A3",
    revival_never="#0F4389",
    revival_never_stripe="#0A2F61",
    share_1="#FBDC70",
    share_2="#E6C976",
    share_3="#D1B77A",
    share_4="#BBA57E",
    share_5="#A69381",
    share_6="#908284",
    share_7="#787186",
    share_8="#5F6187",
    share_9="#425188",
    share_10="#0F4389",
    map_casing="#FFFFFF",
    map_ink="#16191D",
    map_label="rgb(255 255 255 / 0.88)",
)


DARK = Theme(
    page="#14181D",
    rail="#1B2026",
    ink="#ECEEF0",
    ink_muted="#A3ABB4",
    control="#6C757F",
    hairline="#2E353D",
    grid="#262D34",
    dead="#2B68B2",
    dead_ink="#7FB2F0",
    converged="#FDE18A",
    converged_ink="#FDE18A",
    stalled="#DE8F4F",
    stalled_ink="#E79C5F",
    undecided="#BCC2C9",
    undecided_ink="#BCC2C9",
    diverged="#D0496E",
    diverged_ink="#F07F9B",
    path_dead="#8CBDF5",
    path_dead_casing="#0B1F3F",
    diverged_weave="#EE9DB1",
    regime_oscillating="#1A2F2F",
    undecided_weave="#878F98",
    momentum_1="#2F7D72",
    momentum_2="#49B5A5",
    momentum_3="#A9EBE0",
    iterations_1="#2A211B",
    iterations_2="#5A4233",
    iterations_3="#8A6248",
    iterations_4="#B98B68",
    iterations_5="#DDBC9B",
    iterations_6="#F8EBDC",
    revival_1="#E4EEFA",
    revival_2="#B7D2F1",
    revival_3="#8AB3E4",
    revival_4="#5E93D2",
    revival_5="#3F7CC4",
    revival_never="#2B68B2",
    revival_never_stripe="#1D4A82",
    share_1="#FDE18A",
    share_2="#EBD290",
    share_3="#D8C496",
    share_4="#C5B69B",
    share_5="#B2A8A0",
    share_6="#9E9BA4",
    share_7="#888DA8",
    share_8="#7080AC",
    share_9="#5474AF",
    share_10="#2B68B2",
    map_casing="#FFFFFF",
    map_ink="#16191D",
    map_label="rgb(255 255 255 / 0.88)",
)

THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}


@cache
def outcome_fills(theme: Theme) -> dict[Outcome, str]:
    """Return the colour of an area of each outcome."""
    return {outcome: getattr(theme, outcome.name.lower()) for outcome in Outcome}


@cache
def outcome_inks(theme: Theme) -> dict[Outcome, str]:
    """Return the colour of lines and words about each outcome on the page."""
    return {outcome: getattr(theme, f"{outcome.name.lower()}_ink") for outcome in Outcome}


def momentum_colours(theme: Theme) -> tuple[str, str, str]:
    """Return the three teals of momentum, low to high."""
    return theme.momentum_1, theme.momentum_2, theme.momentum_3


def momentum_shades(theme: Theme, betas: Collection[float]) -> dict[float, str]:
    """Return a teal for each of one to three momenta, the largest the strongest."""
    teals = momentum_colours(theme)
    shades = {1: teals[2:], 2: teals[::2], 3: teals}[len(betas)]
    return dict(zip(sorted(betas), shades, strict=True))


def iteration_colours(theme: Theme) -> tuple[str, ...]:
    """Return the six sepia tones of the iteration bins, few iterations to many."""
    return tuple(getattr(theme, f"iterations_{k}") for k in range(1, 7))


def share_colours(theme: Theme) -> tuple[str, ...]:
    """Return the ten steps of a dead share, none dead to all dead."""
    return tuple(getattr(theme, f"share_{k}") for k in range(1, 11))


@cache
def share_scale(theme: Theme) -> list[tuple[float, str]]:
    """Return plotly's colour scale of a dead share from 0 to 1 in ten steps."""
    colours = share_colours(theme)
    steps = [step / len(colours) for step in range(len(colours) + 1)]
    return [(end, colour) for i, colour in enumerate(colours) for end in (steps[i], steps[i + 1])]


def with_alpha(colour: str, alpha: float) -> str:
    """Return a "#RRGGBB" colour as CSS with an opacity, 0 to 1."""
    red, green, blue = _channels(colour)
    return f"rgba({red},{green},{blue},{alpha:g})"


def luminance(colour: str) -> float:
    """Return the relative luminance of a "#RRGGBB" colour as WCAG 2 defines it, 0 to 1."""
    linear = [
        s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4
        for s in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2 contrast ratio of two "#RRGGBB" colours, 1 to 21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@cache
def mark_colour(theme: Theme, ground: str) -> str:
    """Return white or ink, whichever a small mark on the given ground needs to be seen."""
    return max((theme.map_casing, theme.map_ink), key=lambda mark: contrast(mark, ground))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
