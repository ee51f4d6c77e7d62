"""Everything a frame says outside its pictures, as properties of the page's elements by id."""

from __future__ import annotations

import json
from typing import Any

from dashboard.caption import Caption
from dashboard.comparison import MOST_TIPS, Comparison, Tip, conditions, tips_heading
from dashboard.embed import listed
from dashboard.numbers import percent, readable
from dashboard.presets import Preset
from dashboard.rail_words import OWN, rail_words
from dashboard.settings import Settings
from dynamics import BasinMap, Outcome

Properties = dict[str, Any]


def page(
    settings: Settings, basin: BasinMap, words: Caption, preset: Preset | None, scaled: bool
) -> dict[str, Properties]:
    """Return what the browser sets: ``text``, ``style`` (of CSS properties), or an attribute.

    An attribute that is true or false is there or not. The verdict itself is not among them: the
    browser shows why an input was refused in its place.
    """
    context = words.context
    if scaled and settings.delta == 0:
        context += " Scaled with γ: small targets are large initialisations."
    elif scaled:
        context += " Scaled with γ, all but δ."
    return {
        "context": {"text": context},
        "counting": {"text": words.counting},
        **rail(settings, preset),
        **_shares(basin, words, settings.guess),
    }


def rail(settings: Settings, preset: Preset | None) -> dict[str, Properties]:
    """What stands beside the sliders, whatever the pictures show."""
    return {
        "provenance": {"text": preset.provenance() if preset else ""},
        **listed(settings),
        **({} if settings.page in OWN else rail_words(settings.page, _method(settings), settings)),
    }


def _method(settings: Settings) -> str:
    return settings.optimizer if settings.page == "risk" else "momentum"


def _shares(basin: BasinMap, words: Caption, guess: float | None) -> dict[str, Properties]:
    """The outcome bar, its short form, its legend, and the same in words."""
    properties: dict[str, Properties] = {}
    told = []
    for outcome in Outcome:
        name, share = outcome.name.lower(), basin.fraction(outcome)
        bar = {"style": {"flex-grow": f"{share:.5f}"}, "hidden": share == 0}
        properties |= {f"bar-{name}": bar, f"follow-{name}": bar}
        properties[f"share-{name}"] = {"text": percent(share, 1)}
        properties[f"legend-{name}"] = {"class": "entry none" if share == 0 else "entry"}
        if share > 0:
            told.append(f"{name} {percent(share, 1)}")
    # Three or more shares fill the line: what is nought is left out then.
    crowded = len(told) + (guess is not None) > 2
    properties["legends"] = {"class": "legends crowded" if crowded else "legends"}
    if guess is not None:
        told.append(f"you guessed {readable(guess)} %")
    properties["bar"] = {"aria-label": f"Share of starts: {', '.join(told)}"}
    return properties


def compared(
    settings: Settings, basin: BasinMap, comparison: Comparison, scaled: bool, bare: bool = False
) -> dict[str, Properties]:
    """What the settings are compared with; while that is not known, what is shown of it fades.

    What is not known is left out of a `bare` page. All of it is counted in one window: where that is `scaled`
    with γ, an offer ends the scaling.
    """
    texts = settings.texts()
    fixed = {key: texts[key] for key in ("window", "starts", "tolerance", "rho", "scale")} if scaled else {}
    properties: dict[str, Properties] = {
        "picture-share": {"data-old": settings.step == 0 and not comparison.curves and not bare},
        "share-conditions": {"text": conditions(settings)},
        "tighter": _offer(comparison.tighter[0], fixed) if comparison.tighter else {"hidden": True},
        "tips": {"data-old": comparison.tips is None and not bare},
    }
    if comparison.tips is None:
        if bare:
            properties["tips"]["hidden"] = True
        return properties
    heading = tips_heading(basin.dead_fraction)
    properties["tips"] |= {"hidden": heading is None}
    properties["tips-heading"] = {"text": heading or ""}
    properties["tips-none"] = {"hidden": bool(comparison.tips)}
    for n in range(MOST_TIPS):
        there = n < len(comparison.tips)
        properties[f"tip-{n + 1}"] = _changes(comparison.tips[n], fixed) if there else {"hidden": True}
        if there:
            properties[f"tip-{n + 1}-text"] = {"text": comparison.tips[n].text}
            properties[f"tip-{n + 1}-number"] = {"text": percent(comparison.tips[n].share)}
    return properties


def _offer(tip: Tip, fixed: dict[str, str]) -> Properties:
    return {"text": tip.text, **_changes(tip, fixed)}


def _changes(tip: Tip, fixed: dict[str, str]) -> Properties:
    """Make a button of what a click changes; assets/controls.js applies it."""
    return {"hidden": False, "data-changes": json.dumps(fixed | tip.changes)}
