"""The lesson's ten steps: states, texts, what to do and what is said of it.

The texts are templates: `dashboard.lesson_values` says what stands in their braces, computed from the data of
the pictures. Nothing here is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from dashboard.settings import DEFAULT, Settings

Asked = Literal["start A", "beta", "gamma", "delta", "time"]
Chart = Literal["alive", "locus", "oscillation", "share", "survival"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the lesson.

    Attributes
    ----------
    number : int
        From 1 on.
    title, text, do : str
        What it is called, what it shows, what the viewer is to do. Templates, like those below.
    question : str
        What it asks, of which the teacher's plans remind too; empty when nothing is predicted.
    options : tuple of str
        Of the prediction, counted from 1; empty when nothing is predicted.
    answer : int, optional
        The option that is right.
    expected, wrong : str
        What is said once it is done: to a right or no prediction, and to a wrong one. Where nothing is
        predicted `wrong` is empty.
    short : str
        What is said while the goal is not reached.
    fallback : str
        All that is said where other settings are such that the reaction would not be true.
    asked : str
        What the viewer is to move: the key of a control, or a start.
    charts : pair of str or None
        What stands beside the map.
    changes : mapping of str to str
        The settings of the step where they differ from the page's, as in the address.
    goal : mapping of str to str
        The settings that what is to be done gives.
    """

    number: int
    title: str
    text: str
    do: str
    question: str = ""
    options: tuple[str, ...] = ()
    answer: int | None = None
    expected: str
    wrong: str = ""
    short: str
    fallback: str = "{dead_share} {die} here; without momentum {dead_share_0}."
    asked: Asked
    charts: tuple[Chart, Chart | None]
    changes: Mapping[str, str]
    goal: Mapping[str, str]

    @cached_property
    def settings(self) -> Settings:
        """The settings with which the step begins."""
        return DEFAULT.edit(self.changes)

    def before(self, settings: Settings) -> Settings:
        """Return `settings` with what the viewer is to move where the step begins, all else as it is.

        What was moved, and what was there before, differ in nothing else. Window, starts, ρ and tolerance
        follow γ where it is moved as a zoom.
        """
        begin, plain = self.settings, settings.scaled(False)
        if "scale" in self.goal:
            return replace(plain.scaled(True), gamma=begin.gamma).scaled(False)
        return replace(plain, **{key: getattr(begin, key) for key in self.goal})


def _grid(beta: str, gamma: str, **others: str) -> dict[str, str]:
    """Return a step's settings: the map has 256 starts a side, which are those that the texts count."""
    return {"beta": beta, "gamma": gamma, "resolution": "256", **others}


_STILL_ALIVE = (
    "Still alive: it answers {P_A} of inputs. Go lower, or nearer the middle, until that is below {epsilon}."
)
_DRAWN = {"beta": "0.99", "gamma": "0.1", "init": "he_normal", "time": "10000", "layers": "cones,paths"}
_DRAWN_FALLBACK = "{cloud_dead} are dead after {T}."

STEPS: tuple[Step, ...] = (
    Step(
        number=1,
        title="One point is one unit",
        text="A unit weighs its input, adds a bias and cuts off everything below zero. One point on this map "
        "is one unit. A answers {some_A}. Below ε = {epsilon} we call it dead: the hatched cone.",
        do="Drag A to (0.5, −2).",
        expected="Dead: it answers {few_A}. Twice as far out on the same line from the tip it would answer "
        "{as_many}: direction decides, not distance.",
        short=_STILL_ALIVE,
        asked="start A",
        charts=("alive", None),
        changes=_grid("0", "1", colouring="plain", layers="cones", starts="2,1.8"),
        goal={"starts": "0.5,-2"},
    ),
    Step(
        number=2,
        title="Inside, the pull fades",
        text="Training moves each point along its arrow, towards the best unit: the ground truth. In the "
        "dashed cone the cut hardly acts.",
        question="How strong is the pull inside the hatched cone?",
        do="Choose, then drag A to (0.5, −2.5).",
        options=("the same", "half", "thousands of times weaker"),
        answer=3,
        expected="{ratio} times weaker: {pull_now} instead of {pull_start}. Only {P_A} of inputs still reach "
        "this unit, so almost nothing corrects it.",
        wrong="Arrows show direction; their ink shows strength. The pull is {ratio} times weaker, because "
        "only {P_A} of inputs reach the unit.",
        short=_STILL_ALIVE,
        asked="start A",
        charts=("alive", None),
        changes=_grid("0", "1", colouring="plain", layers="arrows,cones", starts="0.5,1"),
        goal={"starts": "0.5,-2.5"},
    ),
    Step(
        number=3,
        title="Momentum swings",
        text="Momentum β makes each update remember earlier ones. Without the cut two numbers, the dots, "
        "rule the error: while they lie on the axis it shrinks, off the axis it swings.",
        question="How large is the swing when the dots leave the axis?",
        do="Choose, then drag β from 0 to 0.9.",
        options=("large", "tiny", "absent"),
        answer=2,
        expected="The dots left the axis at {critical_beta} and the swing grew from nothing. At β = {beta} "
        "it overshoots by {overshoot} of the first error.",
        wrong="Swinging starts at {critical_beta}, too small to see. At β = {beta} the overshoot is "
        "{overshoot} of the first error.",
        short="At β = {beta} the overshoot is {overshoot} of the first error. Wait, and drag on to 0.9.",
        asked="beta",
        charts=("locus", "oscillation"),
        changes=_grid("0", "1", colouring="plain", layers="cones", starts="none"),
        goal={"beta": "0.9"},
    ),
    Step(
        number=4,
        title="The swing that kills",
        text="The target's spread γ is now {gamma}. Without momentum A {A_fate_0}. A's thin twin has no cut: "
        "once it swings, it can cross the hatched cone and return.",
        question="When will A die?",
        do="Choose, then drag β slowly from 0 to 0.9.",
        options=("when swinging begins, at {critical_beta}", "later", "never"),
        answer=2,
        expected="A dies from β = {A_death_beta}; swinging began at {critical_beta}. {A_fall}.",
        wrong="Swinging began at {critical_beta}, but A dies only from {A_death_beta}. The swing must be "
        "large enough to end in the cone.",
        short="At β = {beta} A still lives. A little further.",
        asked="beta",
        charts=("alive", "oscillation"),
        changes=_grid("0", "0.1", colouring="plain", layers="cones,paths,affine", starts="2,1.8"),
        goal={"beta": "0.9"},
    ),
    Step(
        number=5,
        title="The dead region grows",
        text="Now every point is a start, coloured by its end: blue dead, yellow arrived. The target's "
        "spread is {gamma}. Without momentum {dead_share_0} {die}.",
        question="How many {die} at strong momentum?",
        do="Choose, then drag β from 0 to 0.99.",
        options=("fewer", "about as many", "nearly all"),
        answer=3,
        expected="{dead_share} {die}; without momentum {dead_share_0}. When swinging began, at "
        "{critical_beta}, it was {dead_share_c}. The flood came later.",
        wrong="Only {live_share} stays yellow. Larger swings reach the cone from more starts: {dead_share} "
        "{die}, without momentum {dead_share_0}.",
        short="A little further, to β = 0.99.",
        asked="beta",
        charts=("locus", "share"),
        changes=_grid("0", "0.05", layers="cones", starts="none"),
        goal={"beta": "0.99"},
    ),
    Step(
        number=6,
        title="Small target, far-away start",
        text="Why do small targets hurt?",
        question="Enlarge the target {zoom} times, and starts, window and stop rule with it. How many of the "
        "{cells} points change colour?",
        do="Choose, switch on “Scale with γ”, then drag γ from 0.1 to 1.",
        options=("most", "a quarter", "none"),
        answer=3,
        expected="{changed} changed; only the axis numbers did. A was {d_A} from the tip, now {d_A_now}. A "
        "small target means a far-away start.",
        wrong="{changed} of the points changed. Without the zoom {changed_nozoom} of them would: the same "
        "starts would be nearer, measured in target spreads.",
        short="Further, to γ = 1.",
        asked="gamma",
        charts=("alive", "share"),
        changes=_grid("0.9", "0.1", layers="cones,paths", starts="2,1.8"),
        goal={
            "gamma": "1",
            "scale": "1",
            "window": "-30,30,-30,30",
            "starts": "20,18",
            "selected": "4.2,-23.5",
            "tolerance": "1e-5",
        },
    ),
    Step(
        number=7,
        title="The twist: momentum saves",
        text="{target} γ = {gamma}, and no coordinate of a start exceeds {window}{near}. Without momentum "
        "{dead_share_0} {die}, and A {A_fate_0}.",
        question="What does strong momentum do to the dead share?",
        do="Choose, then drag β from 0 to 0.99.",
        options=("raise it", "leave it", "cut it"),
        answer=3,
        expected="Momentum {effect} here: {dead_share} {die} instead of {dead_share_0}. It carries A through "
        "the cone and out on the living side. Near starts are saved, many far ones killed.",
        wrong="Not always a killer: {dead_share} {die} instead of {dead_share_0}. A spent {A_dead_updates} "
        "in the cone and came out.",
        short="A little further, to β = 0.99.",
        fallback="Momentum {effect} here: {dead_share} {die}, without momentum {dead_share_0}.",
        asked="beta",
        charts=("alive", "share"),
        changes=_grid("0", "1", layers="cones,paths", window="-1,1,-1,1", starts="-1,0.5"),
        goal={"beta": "0.99"},
    ),
    Step(
        number=8,
        title="Dead for how long?",
        text="A and B are equally dead: each answers {some_A}. These few are large and positive for "
        "A, large and negative for B; there the target averages {target_A} and {target_B}.",
        question="Who returns, A or B?",
        do="Choose, then drag δ, the target's mean, from 0 to 3.",
        options=("only A", "only B", "neither"),
        answer=1,
        expected="At first A alone returns, after {A_back_0}. At δ = {delta}, B meets a target of "
        "{target_B} and returns after {B_back}.",
        wrong="A unit is lifted only where the target lies above its small output. At δ = {delta_0} A "
        "alone returned, after {A_back_0}; at δ = {delta} B returns too, after {B_back}.",
        short="B stays: at its inputs the target averages {target_B}, its own output {output_B}. A little "
        "further.",
        asked="delta",
        charts=("alive", None),
        changes=_grid(
            "0.9",
            "0.5",
            colouring="revival",
            layers="cones,paths",
            window="-6,6,-6,6",
            starts="1,-4;-1,-4",
            selected="-1,-4",
        ),
        goal={"delta": "3"},
    ),
    Step(
        number=9,
        title="When do you look?",
        text="These are real starts: {scheme} initialisation, a standard recipe for random first weights, "
        "with {fan_in} inputs. β = {beta}, γ = {gamma}.",
        question="After {T_0} updates {cloud_dead_0} are dead. How many are dead after {T_goal}?",
        do="Choose, then drag the chart's line, or the slider under the map, to 10⁶ updates.",
        options=("all", "half", "about a fifth"),
        answer=3,
        expected="After {T} {cloud_dead} are dead; after {T_0} it was {cloud_dead_0}. Dead can be a "
        "waiting time: say when you looked, and from which starts. A grid on [−1, 1]² gives {map_dead}.",
        wrong="Many were only waiting: {cloud_dead} are dead after {T}, {cloud_dead_0} after {T_0}. "
        "But who trains that long?",
        short="After {T} it is {cloud_dead}. Further, to {T_goal}.",
        fallback=_DRAWN_FALLBACK,
        asked="time",
        charts=("survival", None),
        changes=_DRAWN,
        goal={"time": "1000000"},
    ),
    Step(
        number=10,
        title="Normalise the target",
        text="Same starts: after {T} {cloud_dead_0} are dead.",
        question="{dividing}: γ becomes {gamma_goal}, and each start is {zoom} times nearer. How many are "
        "dead then?",
        do="Choose, then drag γ from 0.1 to 1.",
        options=("all", "half", "none"),
        answer=3,
        expected="{cloud_dead} are dead. In small networks trained with Adam at strong momentum {net_small} "
        "of units die, normalised {net_one}: milder. One unit cannot predict that.",
        wrong="{cloud_dead} are dead: from this near, none falls in. Small networks react less: {net_small} "
        "of units die, normalised {net_one}.",
        short="A little further, to γ = 1.",
        fallback=_DRAWN_FALLBACK,
        asked="gamma",
        charts=("survival", None),
        changes=_DRAWN,
        goal={"gamma": "1"},
    ),
)


def foretold(settings: Settings) -> bool:
    """Whether curves beyond what was moved would give a prediction away: its goal is not reached."""
    if settings.step == 0:
        return False
    step = STEPS[settings.step - 1]
    if step.asked == "delta":  # there the first sight is the answer, and the move asks the next question
        return settings.vote == 0 and settings.delta == step.settings.delta
    return step.asked in ("beta", "time") and getattr(settings, step.asked) < float(step.goal[step.asked])
