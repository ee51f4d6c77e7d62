"""The lesson's way onto the page: with which settings an address begins, and what the browser sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from dashboard import lesson
from dashboard.controls import InvalidSettingError
from dashboard.lesson_layout import MOST_OPTIONS
from dashboard.lesson_steps import STEPS
from dashboard.page import Properties
from dashboard.pages import view_at
from dashboard.prefix import within
from dashboard.settings import DEFAULT, Settings
from dashboard.texts import parse_step
from dynamics import Cancellation


def begin(path: str, query: str) -> Settings:
    """Return the settings that an address's query is read on: those of its step, or the defaults.

    Outside ``/lesson`` there is a step only where the query names one; there is always one in it.
    """
    page = view_at(path)
    if page != DEFAULT.page:
        return replace(DEFAULT, page=page)
    named = parse_qs(query.removeprefix("?")).get("step", [])
    first = int(within(path).rstrip("/").endswith("/lesson"))
    number: Any
    try:
        number = parse_step(named[-1], first) if named else first
    except InvalidSettingError as problem:
        number = problem.nearest
    return replace(STEPS[number - 1].settings, step=number) if number else DEFAULT


def told(settings: Settings, scaled: bool, cancel: Cancellation) -> Properties:
    """Return what the browser sets of the step that `settings` name.

    Parameters
    ----------
    settings : Settings
        With plain numbers; `scaled` says whether they are multiples of γ in the browser.
    cancel : Cancellation

    Raises
    ------
    Cancelled
        When `cancel` is set before the numbers are known.
    """
    said = lesson.read(settings.scaled(scaled), settings.step, settings.vote, cancel)
    properties: Properties = {
        "lesson": {"data-done": said.done, "data-for": str(settings.step)},
        "lesson-text": {"text": f"{said.text} {said.question}".strip()},
        "lesson-do": {"text": said.do},
        "lesson-verdict": {"text": _verdict(said, settings.step)},
        "lesson-reaction": {"text": said.reaction or said.short_hint or ""},
        "lesson-reset": {"hidden": not said.reset},
        "lesson-options": {"hidden": not said.options},
    }
    for n in range(1, MOST_OPTIONS + 1):
        there = n <= len(said.options)
        properties[f"lesson-option-{n}"] = {"hidden": not there}
        properties[f"lesson-option-{n}-text"] = {"text": said.options[n - 1] if there else ""}
    return properties


def _verdict(said: lesson.Told, step: int) -> str:
    """Say what was predicted, and beside a wrong prediction what is right."""
    if not said.done or not said.claim_holds:
        return ""
    if said.right is None or said.chosen is None:
        return "✓"
    predicted, answer = said.options[said.chosen - 1], STEPS[step - 1].answer
    if said.right or answer is None:
        return f"✓ {said.chosen}: {predicted}."
    return f"You said {said.chosen}: {predicted}. It is {answer}: {said.options[answer - 1]}."
