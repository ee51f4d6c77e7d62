"""The switch that enters PyTorch's lr: the stored setting stays η."""

from typing import Any

import pytest

from dashboard.callbacks import apply
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.landmarks import landmarks
from dashboard.rail_words import convention, rail_words
from dashboard.settings import DEFAULT, Settings
from dynamics import Hyperparameters, max_stable_learning_rate

ON = DEFAULT.edit({"pytorch": "1"})


def typed(settings: Settings, key: str, text: str) -> Settings:
    return apply(settings, f"{key}-box", 1, {**settings.texts(), key: text})


@pytest.mark.parametrize("beta", ["0", "0.7", "0.9", "0.9999"])
@pytest.mark.parametrize("lr", [0.001, 0.0123456789, 0.05])
def test_lr_is_pytorchs_and_goes_there_and_back(beta: str, lr: float) -> None:
    set_ = typed(ON.edit({"beta": beta}), "eta", repr(lr))
    meant = Hyperparameters.from_pytorch(lr=lr, momentum=float(beta), gamma=0.1, delta=0.0)
    assert set_.hyperparameters.eta == pytest.approx(meant.eta, rel=1e-11)
    assert set_.lr == pytest.approx(lr, rel=1e-11)
    again = typed(set_, "eta", f"{set_.lr:.10g}")  # a box that loses its focus unchanged
    assert again == set_


def test_another_momentum_keeps_lr_and_changes_eta() -> None:
    after = typed(ON, "beta", "0.99")
    assert [after.lr, after.eta] == pytest.approx([0.01, 1.0])
    assert typed(ON, "beta", "0.9") == ON
    off = typed(DEFAULT, "beta", "0.99")
    assert off.eta == DEFAULT.eta


def test_past_the_limits_of_eta_lr_is_clipped_and_the_page_says_so() -> None:
    high = typed(ON.edit({"eta": "500"}), "beta", "0.9999")
    assert high.eta == CONTROLS["eta"].high
    assert (
        convention(high)
        == "η = 1000 is the most there is, so lr = η(1 − β) = 0.1 here and may have been clipped."
    )
    low = typed(ON.edit({"eta": "0.001", "beta": "0.99"}), "beta", "0")
    assert low.eta == CONTROLS["eta"].low
    assert "the least there is" in convention(low)


def test_a_message_is_in_lr_with_its_range_at_this_momentum() -> None:
    with pytest.raises(InvalidSettingError) as error:
        typed(ON, "eta", "500")
    assert error.value.key == "eta"
    assert error.value.message == "At β = 0.9 lr must be at least 10⁻⁵ and at most 100, not 500"


def test_the_page_says_which_convention_holds() -> None:
    assert convention(DEFAULT) == "The slider holds the paper's η = 0.1; lr = η(1 − β) = 0.01."
    assert convention(ON) == "The slider holds lr = η(1 − β) = 0.01; the paper's η = 0.1."
    for settings in (ON, DEFAULT):
        said = rail_words("explore", "momentum", settings)
        assert said["pytorch"] == {"text": "SGD(lr=0.01, momentum=0.9)"}
    limit = float(max_stable_learning_rate(0.9))
    plain, in_lr = (next(m for m in landmarks(s) if m.key == "eta") for s in (DEFAULT, ON))
    assert plain.text == f"unstable from {limit:.2g}"
    assert in_lr.text == f"unstable from {limit * 0.1:.2g}"


def test_presets_and_reset_leave_the_convention() -> None:
    assert apply(ON, "reset", 1, {}) == ON
    assert apply(ON, "preset", "normalised", {}).pytorch


# ------------------------------------------------------------------ optimisers of their own


def test_with_adam_the_slider_holds_beta_1_and_the_marks_of_momentum_vanish() -> None:
    said = rail_words("depth", "adam", DEFAULT.edit({"beta": "0.99", "eta": "0.01"}))
    assert said["beta-long"] == said["beta-short"] == {"text": "momentum β₁"}
    assert said["pytorch"] == {"text": "Adam(lr=0.01, betas=(0.99, 0.999))"}
    assert said["pytorch-heading"] == {"text": "In PyTorch"}
    assert marks(said) == {"gamma"}
    assert said["enter-lr"]["hidden"]
    assert marks(rail_words("risk", "adam", DEFAULT)) == {"gamma", "delta"}


def test_with_momentum_the_marks_are_those_of_the_closed_forms() -> None:
    said = rail_words("explore", "momentum", DEFAULT)
    assert marks(said) == {"beta", "eta", "gamma", "delta"}
    assert [said[f"{mark.key}-landmark"]["text"] for mark in landmarks(DEFAULT)] == [
        mark.text for mark in landmarks(DEFAULT)
    ]
    assert said["beta-long"] == {"text": "momentum"}
    assert not said["enter-lr"]["hidden"]
    # Of a network whose η has a box on the page.
    boxed = rail_words("figure1", "momentum", DEFAULT)
    assert marks(boxed) == {"beta", "gamma"}
    assert (boxed["convention"], boxed["enter-lr"]) == ({"text": ""}, {"hidden": True})
    plain = rail_words("figure1", "pytorch", DEFAULT)
    assert plain["pytorch"] == {"text": "SGD(lr=0.1, momentum=0.9)"}
    assert marks(plain) == {"gamma"}


def marks(said: dict[str, dict[str, Any]]) -> set[str]:
    return {key for key in CONTROLS if said.get(f"{key}-landmark", {}).get("text")}
