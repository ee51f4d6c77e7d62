"""What the page Risk shows of the current settings: an answer at once, refined at rest."""

from __future__ import annotations

from time import perf_counter

from dashboard import risk_answers, risk_words
from dashboard.page import rail
from dashboard.presets import matching
from dashboard.request import FrameRequest
from dashboard.shown import Shown
from dashboard.texts import RISK_TABS
from dynamics import Cancellation


def look(request: FrameRequest, cancel: Cancellation) -> Shown:
    """Return the risk and what changes it; a first answer, or all of it when the request is `complete`.

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    settings, begin = request.settings, perf_counter()
    told = rail(settings, matching(settings))
    if settings.tab in RISK_TABS:
        return Shown({}, "", told, {})
    told["pytorch"] = {"text": risk_words.pytorch(settings) or told["pytorch"]["text"]}
    answer = risk_answers.whole if request.complete else risk_answers.first
    found = answer(settings, cancel)
    return Shown(
        {},
        risk_words.title(settings, found),
        told | risk_words.properties(settings, found),
        {},
        milliseconds=1000 * (perf_counter() - begin),
        pending=not request.complete,
    )
