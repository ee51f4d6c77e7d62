"""What a step of the lesson says of the current settings: whether it is done, and the reaction.

A step is done as soon as its data say so, however the settings came about; a reaction is only said where the
data bear out what it claims.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboard.caption import POINT
from dashboard.lesson_scene import Scene, enacted
from dashboard.lesson_steps import STEPS, Step
from dashboard.lesson_values import VALUES, braces
from dashboard.lesson_words import NOTHING, Value
from dashboard.numbers import readable
from dashboard.runs import LETTERS
from dashboard.settings import Settings
from dynamics import Cancellation, Outcome, Regime, regime

_SENTENCE = re.compile(r"(?<=[.?]) (?=[A-Z{])")
_THOUSANDS = 3.0  # log₁₀ of how many times weaker the pull is
_ALIKE = 0.005  # in log₁₀ P of two units, about a hundredth of it
_NEARLY_ALL = 0.9
_FIFTH = 0.1, 0.3
_FEW = 1 / 30_000  # of points, which may flip by rounding alone


@dataclass(frozen=True)
class Told:
    """What a step says.

    Attributes
    ----------
    title, text, question, do : str
    options : tuple of str
        Of the prediction; empty when nothing is predicted.
    done : bool
        Whether the goal is reached.
    chosen : int, optional
        The option chosen, from 1 on.
    right : bool, optional
        Whether that was right; None until it is done, without a choice, and where the claim does not hold.
    reaction : str, optional
        What is said once it is done.
    short_hint : str, optional
        What is said while something was moved and it is not done, or cannot be.
    claim_holds : bool
        False where it is done and other settings keep the reaction from being true.
    reset : bool
        Whether to offer the settings with which the step begins.
    """

    title: str
    text: str
    question: str
    do: str
    options: tuple[str, ...]
    done: bool
    chosen: int | None
    right: bool | None
    reaction: str | None
    short_hint: str | None
    claim_holds: bool
    reset: bool


def read(settings: Settings, step: int, vote: int | None, cancel: Cancellation) -> Told:
    """Tell a step of the lesson at the current settings.

    Parameters
    ----------
    settings : Settings
        As they are now.
    step : int
        From 1 on.
    vote : int, optional
        The option chosen, from 1 on; another number is no choice.
    cancel : Cancellation

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    if settings.hide != "none":
        return _hidden(STEPS[step - 1])
    scene = enacted(STEPS[step - 1], settings, cancel)
    told, words = scene.step, _Words(scene)
    chosen = vote if vote in range(1, len(told.options) + 1) else None
    obstacle = _mode(settings, told) or _obstacle(scene)
    done = obstacle is None and DONE[step](scene)
    holds = not done or (scene.now.before == () and CLAIMS[step](scene))
    if obstacle is None and not done and step == 4 and scene.death_momentum is None:
        obstacle = "A lives at every β here."
    right = chosen == told.answer if done and holds and chosen is not None else None
    reaction = hint = None
    if done:
        reaction = words.fill(told.fallback if not holds else told.wrong if right is False else told.expected)
    elif obstacle is not None:
        hint = obstacle
    elif _moved(scene):
        hint = _unzoomed(scene, settings) or words.fill(told.short)
    return Told(
        title=told.title,
        text=words.fill(told.text),
        question=words.fill(told.question),
        do=told.do,
        options=tuple(option.format_map(words) for option in told.options),
        done=done,
        chosen=chosen,
        right=right,
        reaction=reaction,
        short_hint=hint,
        claim_holds=holds,
        reset=obstacle is not None or not holds,
    )


def _hidden(step: Step) -> Told:
    """Say no more than that nothing may be said: texts and options have numbers of the outcome."""
    return Told(
        title=step.title,
        text="",
        question="",
        do="",
        options=(),
        done=False,
        chosen=None,
        right=None,
        reaction=None,
        short_hint="The outcome is hidden: reset the step.",
        claim_holds=True,
        reset=True,
    )


class _Words:
    """The words of a scene's numbers, for `str.format_map`; each is found when a text asks for it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._found: dict[str, Value] = {}

    def _find(self, name: str) -> Value:
        if name not in self._found:
            self._found[name] = VALUES[name](self._scene)
        return self._found[name]

    def __getitem__(self, name: str) -> str:
        return self._find(name).words

    def fill(self, template: str) -> str:
        """Fill the braces of a template's sentences and begin each with a capital letter.

        A sentence that names what there is not, as a start that is gone, is left out.
        """
        sentences = (sentence for sentence in _SENTENCE.split(template) if self._tells(sentence))
        filled = (sentence.format_map(self) for sentence in sentences)
        return " ".join(text[:1].upper() + text[1:] for text in filled)

    def _tells(self, sentence: str) -> bool:
        return all(self._find(name) != NOTHING for name in braces(sentence))


def number(scene: Scene, name: str) -> float:
    """Return a number of a scene, nan where there is nothing to tell: it compares as false."""
    value = VALUES[name](scene).number
    return math.nan if value is None else value


def _mode(settings: Settings, step: Step) -> str | None:
    """Say which way of looking at the page keeps the step from being seen."""
    if (settings.init == "none") != (step.settings.init == "none"):
        about = "starts on a map" if step.settings.init == "none" else "real starts"
        return f"This step is about {about}: reset the step."
    if settings.pytorch:
        return "With PyTorch's lr, η would follow β; this step keeps η: reset the step."
    if settings.comparing:
        return "The map is compared with a pinned one: reset the step."
    if step.number == 6 and settings.scale and not _grown(settings):
        return "The window is not the step's: reset the step."
    return None


def _obstacle(scene: Scene) -> str | None:
    """Say why the step cannot be done at these settings."""
    now, begin = scene.now, scene.step.settings
    if len(now.starts) < len(begin.starts):
        return f"{LETTERS[len(now.starts)]} is gone: reset the step."
    if scene.step.number == 8 and not all(number(scene, p) < now.epsilon for p in ("P_A", "P_B")):
        return "A and B have to lie in the dead cone: reset the step."
    return None


# ------------------------------------------------------------------ what is to be reached


def _reached(scene: Scene) -> bool:
    """Whether the slider stands at the goal or beyond it."""
    asked = scene.step.asked
    return bool(getattr(scene.now, asked) >= float(scene.step.goal[asked]))


def _moved(scene: Scene) -> bool:
    """Whether what is to be moved is no longer where it was."""
    key = "starts" if scene.step.asked == "start A" else scene.step.asked
    return bool(getattr(scene.now, key) != getattr(scene.step.settings, key))


def _dead(scene: Scene) -> bool:
    return number(scene, "P_A") < scene.now.epsilon


def _dies(scene: Scene) -> bool:
    return scene.path is not None and scene.path.outcome == Outcome.DEAD


def _grown(settings: Settings) -> bool:
    """Whether the window of step 6 grew as much as γ did."""
    return settings.scaled(True).window == STEPS[5].settings.scaled(True).window


def _unzoomed(scene: Scene, settings: Settings) -> str | None:
    """Say in step 6 that the switch is missing, where γ was moved without it."""
    if scene.step.number != 6 or _grown(settings):
        return None
    gamma = readable(scene.step.settings.gamma)
    return f"“Scale with γ” is off: drag γ back to {gamma}, switch it on, then drag γ to 1."


def _zoomed(scene: Scene) -> bool:
    """Whether γ was enlarged, and the window with it."""
    return _reached(scene) and _grown(scene.now)


DONE: Mapping[int, Callable[[Scene], bool]] = {
    1: _dead,
    2: _dead,
    3: _reached,
    4: _dies,
    5: _reached,
    6: _zoomed,
    7: _reached,
    8: lambda scene: number(scene, "B_back") < math.inf,
    9: _reached,
    10: _reached,
}


# ------------------------------------------------------------------ what the reactions claim


def _keeps_direction(scene: Scene) -> bool:
    """That units on a ray from the tip answer as many inputs, and that this one is not the tip."""
    return scene.now.rho == 0 and scene.now.starts[0] != (0.0, 0.0)


def _swings(scene: Scene) -> bool:
    """That the dots have left the axis, the swing having grown from nothing."""
    return scene.now.eta < 1 and regime(scene.now.beta, scene.now.eta) == Regime.OSCILLATING


def _killed(scene: Scene) -> bool:
    """That momentum kills A, and only well above the critical one."""
    lived = number(scene, "A_fate_0") == Outcome.CONVERGED and number(scene, "A_first_at") > 0
    return lived and number(scene, "A_death_beta") > number(scene, "critical_beta")


def _flooded(scene: Scene) -> bool:
    """That nearly all die, and most of the rise comes after the critical momentum."""
    share, calm = number(scene, "dead_share"), number(scene, "dead_share_0")
    late = number(scene, "dead_share_c") - calm < (share - calm) / 2
    return share >= _NEARLY_ALL and share > calm + POINT and late


def _unchanged(scene: Scene) -> bool:
    """That the zoom changes nothing, and that without it something would change."""
    changed = number(scene, "changed")
    return changed <= max(2, _FEW * number(scene, "cells")) and changed < number(scene, "changed_nozoom")


def _saved(scene: Scene) -> bool:
    """That momentum cuts the dead share, and carries A through the cone."""
    arrived = scene.path is not None and scene.path.outcome == Outcome.CONVERGED
    through = arrived and number(scene, "A_dead_updates") > 0 and number(scene, "A_fate_0") == Outcome.DEAD
    return through and number(scene, "effect") < -POINT


def _woken(scene: Scene) -> bool:
    """That of two equally dead units A alone returned at first, and now both do."""
    alike = abs(number(scene, "log_P_A") - number(scene, "log_P_B")) < _ALIKE
    first = number(scene, "A_back_0") < math.inf and number(scene, "B_back_0") == math.inf
    return alike and first and number(scene, "A_back") < math.inf


def _waited(scene: Scene) -> bool:
    """That about a fifth is dead, and was more at first."""
    low, high = _FIFTH
    now = number(scene, "cloud_dead")
    return low <= now <= high and number(scene, "cloud_dead_0") > now + POINT


def _normalised(scene: Scene) -> bool:
    """That none is dead any more."""
    return number(scene, "cloud_dead") == 0 and number(scene, "cloud_dead_0") > POINT


CLAIMS: Mapping[int, Callable[[Scene], bool]] = {
    1: _keeps_direction,
    2: lambda scene: number(scene, "log_ratio") >= _THOUSANDS,
    3: _swings,
    4: _killed,
    5: _flooded,
    6: _unchanged,
    7: _saved,
    8: _woken,
    9: _waited,
    10: _normalised,
}
