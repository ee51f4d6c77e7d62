from dataclasses import replace

import numpy as np
import pytest

from dashboard.caption import Caption, caption, unit_caption
from dashboard.landmarks import landmarks
from dashboard.runs import paths
from dashboard.settings import DEFAULT, Settings
from dynamics import (
    BasinMap,
    Cancellation,
    Outcome,
    activation_probability,
    basin_map,
    critical_momentum,
    max_stable_learning_rate,
)

D, C, S, U, V = Outcome


@pytest.fixture(scope="module")
def plain() -> BasinMap:
    """A small real map to put outcomes into."""
    return basin_map(DEFAULT.hyperparameters, DEFAULT.grid(10), max_iterations=1)


def words(
    plain: BasinMap, outcomes: list[Outcome], baseline: float | None = None, /, **changes: str
) -> Caption:
    """The caption of a map of 100 starts that begins with `outcomes` and has converged elsewhere."""
    labels = np.full(100, C, np.uint8)
    labels[: len(outcomes)] = outcomes
    return caption(DEFAULT.edit(changes), replace(plain, outcome=labels.reshape(10, 10)), baseline)


def verdict(
    plain: BasinMap, outcomes: list[Outcome], baseline: float | None = None, /, **changes: str
) -> str:
    return words(plain, outcomes, baseline, **changes).verdict


def test_templates_in_their_order(plain: BasinMap) -> None:
    assert verdict(plain, [D] * 55) == "55 % of starts die."
    assert verdict(plain, [D] * 43, beta="0") == "43 % of starts die without momentum."
    assert verdict(plain, []) == "No start dies."
    assert verdict(plain, [D] * 100) == "Every start dies."
    assert verdict(plain, [D] * 30 + [U]) == "30 % of starts die; 1 % are undecided."
    assert verdict(plain, [D] * 30 + [U] * 5 + [V]) == "1 % of starts diverge and 30 % die."
    assert verdict(plain, [D] * 98, delta="-0.5") == (
        "The ground truth itself lies in the dead cone; 98 % of starts die."
    )
    assert verdict(plain, [D] * 100, delta="-0.5") == (
        "The ground truth itself lies in the dead cone; every start dies."
    )
    assert verdict(plain, [U] * 100) == "No start dies; all are undecided."
    after = {"tolerance": "0", "max_iterations": "10000"}
    assert verdict(plain, [D] * 55, **after) == "55 % of starts are dead after 10⁴ updates."
    assert verdict(plain, [], **after) == "No start is dead after 10⁴ updates."
    one = {"tolerance": "0", "max_iterations": "1"}
    assert verdict(plain, [D] * 55, **one) == "55 % of starts are dead after 1 update."
    assert words(plain, [], **one).counting.endswith("judged after exactly 1 update.")
    assert words(plain, [], max_iterations="1").counting.endswith("at most 1 iteration.")


def test_the_share_without_momentum_stands_beside_the_share_with_it(plain: BasinMap) -> None:
    assert verdict(plain, [D] * 55, 0.425) == "55 % of starts die; without momentum 42 % would."
    assert verdict(plain, [D] * 55, 0.544) == "55 % of starts die, about as many as without momentum."
    assert verdict(plain, [D] * 55, 0.559) == "55 % of starts die, about as many as without momentum."
    assert verdict(plain, [D] * 55, 0.5395) == "55 % of starts die; without momentum 54 % would."
    assert verdict(plain, [D] * 55, 0.561) == "55 % of starts die; without momentum 56 % would."
    assert verdict(plain, [D] * 55, 0.001) == "55 % of starts die; without momentum < 1 % would."
    assert verdict(plain, [D] * 55, 0.0) == "55 % of starts die; without momentum none would."
    assert verdict(plain, [D] * 55, 1.0) == "55 % of starts die; without momentum all would."
    after = {"tolerance": "0", "max_iterations": "10000"}
    assert verdict(plain, [D] * 55, 0.43, **after) == (
        "55 % of starts are dead after 10⁴ updates; without momentum 43 % would be."
    )
    assert verdict(plain, [D] * 55, 0.55, **after) == (
        "55 % of starts are dead after 10⁴ updates, about as many as without momentum."
    )


def test_the_comparison_waits_for_every_earlier_template(plain: BasinMap) -> None:
    earlier: list[tuple[list[Outcome], dict[str, str]]] = [
        ([D] * 98, {"delta": "-0.5"}),
        ([D] * 30 + [V], {}),
        ([D] * 30 + [U], {}),
        ([], {}),
        ([D] * 100, {}),
        ([D] * 43, {"beta": "0"}),
    ]
    for outcomes, changes in earlier:
        assert words(plain, outcomes, 0.6, **changes) == words(plain, outcomes, **changes)


def test_that_momentum_saves_is_called_a_finding_of_ours(plain: BasinMap) -> None:
    finding = "; that momentum saves units is not in the paper."
    assert words(plain, [D] * 30, 0.38).context.endswith(finding)
    for baseline in (None, 0.305, 0.2):
        assert "finding" not in words(plain, [D] * 30, baseline).context


@pytest.mark.parametrize(
    ("beta", "eta", "start"),
    [
        ("0.9", "0.1", "β is above 0.67, so the affine model oscillates;"),
        ("0", "0.1", "β is not above 0.67, so the affine model decays smoothly;"),
        ("0", "1.5", "β is not above 0.04, so the affine model flips sign at each step;"),
        ("0", "2.5", "η is not below 2, so the affine model is unstable;"),
        ("0.9", "0.001", "β is not above 0.996, so the affine model decays smoothly;"),
        ("0.9999", "1000", "β is above 0.996, so the affine model oscillates;"),
    ],
)
def test_why(plain: BasinMap, beta: str, eta: str, start: str) -> None:
    context = caption(DEFAULT.edit({"beta": beta, "eta": eta}), plain).context
    assert context.startswith(start)
    assert context.endswith("the ground truth lies 0.1 from the tip of the dead cone.")


def test_at_rho_the_cone_is_a_hyperbola(plain: BasinMap) -> None:
    context = caption(DEFAULT.edit({"rho": "1.4"}), plain).context
    assert context.endswith("at ρ = 1.4 the dead cone begins at b = −4.3.")


def test_what_was_counted_is_the_map_that_is_shown(plain: BasinMap) -> None:
    assert caption(DEFAULT, plain).counting == (
        "of a 10 × 10 grid of starts in [−3, 3]², no momentum at the start; "
        "stopped at updates below 10⁻⁶, at most 10⁶ iterations."
    )
    other = DEFAULT.edit({"window": "-1,2,0,0.5", "rho": "1.4", "tolerance": "0", "max_iterations": "300"})
    assert caption(other, plain).counting == (
        "of a 10 × 10 grid of starts in [−1, 2] × [0, 0.5] at ρ = 1.4, no momentum at the start; "
        "judged after exactly 300 updates."
    )


def _marks(settings: Settings) -> dict[str, tuple[str, float | None]]:
    return {mark.key: (mark.text, mark.fraction) for mark in landmarks(settings)}


def test_landmarks_are_the_closed_forms() -> None:
    marks = _marks(DEFAULT)
    assert marks["beta"][0] == "oscillates from 0.67"
    assert marks["eta"][0] == "unstable from 38"
    assert marks["gamma"] == ("normalised", 0.8)
    assert marks["delta"][0] == "ground truth dead below −0.31"
    assert float(critical_momentum(0.1)) == pytest.approx(0.6694, abs=1e-4)
    assert float(max_stable_learning_rate(0.9)) == pytest.approx(38)
    assert activation_probability(0.1, -0.3090232) == pytest.approx(1e-3, rel=1e-4)


def test_landmarks_past_the_track_carry_an_arrow() -> None:
    assert _marks(DEFAULT.edit({"beta": "0.99"}))["eta"] == ("unstable from 398 →", None)
    assert _marks(DEFAULT.edit({"gamma": "1"}))["delta"] == ("← ground truth dead below −3.1", None)
    assert _marks(DEFAULT.edit({"eta": "0.001"}))["beta"][1] is None


def test_landmarks_follow_the_other_sliders() -> None:
    at = _marks(DEFAULT)
    assert _marks(DEFAULT.edit({"eta": "0.2"}))["beta"] != at["beta"]
    assert _marks(DEFAULT.edit({"beta": "0.5"}))["eta"] != at["eta"]
    assert _marks(DEFAULT.edit({"epsilon": "0.01"}))["delta"] != at["delta"]


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2,1.8", "A is alive: P(z > 0) = 0.82."),
        ("0.5,-2", "A is dead: P(z > 0) = 3.2·10⁻⁵."),
        ("0.05,-2.2", "A is dead: P(z > 0) = 3.6·10⁻⁴²³."),  # φ(44)/44
        ("0,-2", "A is dead: P(z > 0) = 0."),
    ],
)
def test_a_unit_answers_nothing_only_where_it_is_constantly_zero(start: str, said: str) -> None:
    settings = DEFAULT.edit({"starts": start})
    runs = paths(settings, Cancellation())
    assert unit_caption(settings, settings.grid(10), runs, told=False).verdict == said
