"""The page Risk, these settings: settings to a training and back, answers to words."""

import csv
from dataclasses import replace

import pytest

from dashboard import create_app, risk_answers, risk_words
from dashboard.request import read_request
from dashboard.risk_evidence import in_networks
from dashboard.risk_frame import look
from dashboard.risk_words import counting, name, title, within
from dashboard.settings import DEFAULT, Settings, read_query
from dynamics import (
    SGD,
    Adam,
    AdamW,
    Box,
    Cancellation,
    Initializer,
    Kind,
    Momentum,
    RMSprop,
    Scheme,
    Verdict,
)
from dynamics.advice import changes as changes_of
from dynamics.risk import Estimate

QUICK = replace(DEFAULT, page="risk", updates=200)


@pytest.mark.parametrize(
    ("changes", "optimizer"),
    [
        ({}, Momentum(0.9, 0.1)),
        ({"optimizer": "sgd"}, SGD(0.01, 0.9)),
        ({"optimizer": "nesterov"}, SGD(0.01, 0.9, nesterov=True)),
        ({"optimizer": "nesterov", "beta": "0"}, SGD(0.1)),
        ({"optimizer": "rmsprop", "alpha": "0.9"}, RMSprop(0.1, alpha=0.9)),
        ({"optimizer": "adam", "beta2": "0.99"}, Adam(0.1, (0.9, 0.99))),
        ({"optimizer": "adamw", "decay": "0.1"}, AdamW(0.1, (0.9, 0.999), weight_decay=0.1)),
    ],
)
def test_settings_name_a_training_and_apply_gives_what_was_computed(
    changes: dict[str, str], optimizer: object
) -> None:
    """For every change on offer: the settings that Apply leaves ask for exactly the training of its row."""
    settings = QUICK.edit({"delta": "0.5", **changes})
    question = risk_answers.asked(settings)
    assert question.training.optimizer == optimizer
    assert question.origin == Initializer(Scheme.HE_NORMAL, 100)
    offered = risk_answers.on_offer(settings, question)
    assert len(offered) >= 9
    for change in offered:
        new = risk_answers.applied(settings, change)
        assert new is not None
        then = risk_answers.asked(settings.edit(new))
        assert then.origin == change.origin
        assert then.training == change.training
    expected = {c.kind: c for c in changes_of(question.training, question.origin)}
    for change in (c for c in offered if c.kind in (Kind.NO_MOMENTUM, Kind.LOWER_RATE, Kind.STANDARDISE)):
        plain, own = (vars(c.training.optimizer) for c in (expected[change.kind], change))
        assert {key: pytest.approx(value) for key, value in own.items()} == plain


def test_starts_in_the_window_are_the_map_s() -> None:
    settings = QUICK.edit({"origin": "window", "rho": "0.5", "window": "-1,2,-3,4"})
    assert risk_answers.asked(settings).origin == Box(-1, 2, -3, 4, 0.5)
    found = risk_answers.first(settings, Cancellation())
    assert " of starts are dead after 200 updates" in title(settings, found)


def test_words_follow_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risk_answers, "FIRST_SECONDS", 60.0)  # however busy the machine is
    settings = replace(QUICK, beta=0.95, updates=2000)
    found = risk_answers.first(settings, Cancellation())
    assert found.now.units == 256
    best = found.advice.of(Verdict.HELPS)[0]
    assert name(best.change) == "Normalise the target"
    said = "High risk: every unit is dead after 2\u202f000 updates; normalising the target leaves none."
    assert title(settings, found) == said
    safe = replace(settings, gamma=1.0)
    assert title(safe, risk_answers.first(safe, Cancellation())).startswith("Low risk: no unit is dead")
    told = risk_words.properties(settings, found)
    assert told["risk-row-0-share"] == {"text": "0 %"}
    assert told["risk-row-0-interval"] == {"text": "0–3 %"}
    assert told["risk-now-bar"] == {"aria-label": "dead 100 %"}
    assert told["risk-row-0-detail"]["text"] == "γ = 1. Helped networks in 4 of 6 tests."
    leaky = next(o.change for o in found.advice.options if o.change.kind is Kind.LEAKY)
    assert in_networks(leaky) == "Not tested in networks."  # that nothing happened in both is no evidence
    assert told["risk-others-words"]["text"].endswith("without effect")
    assert [within(Estimate(0.5, *ends)) for ends in ((0.5, 0.53), (0.5, 0.503), (0.0, 0.0005))] == [
        "50–53 %",
        "50–50.3 %",
        "0–0.05 %",
    ]


def test_few_weights_that_stand_for_all_are_said() -> None:
    for changes, off in (
        ({"optimizer": "rmsprop", "fan_in": "200"}, "7 to 9 points"),
        ({"optimizer": "adam", "fan_in": "200"}, "about a point"),
        ({"optimizer": "adam", "fan_in": "129"}, ""),
        ({"optimizer": "sgd", "fan_in": "200"}, ""),
    ):
        settings = QUICK.edit({"updates": "20", **changes})
        told = counting(settings, risk_answers.first(settings, Cancellation()))
        assert (f"can be off by {off}" in told) == (off != "")
        assert ("standing for all" in told) == (off != "")


def test_rows_are_saved_with_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risk_answers, "REFINED_SECONDS", 0.0)  # as many units each time
    with create_app().server.test_client() as client:
        text = client.get("/export/risk?page=risk&updates=50&init=gaussian&weight_std=0.5").text
        wrong = client.get("/export/risk?beta=2")
    rows = list(csv.DictReader(text.splitlines()))
    settings = QUICK.edit({"updates": "50", "init": "gaussian", "weight_std": "0.5"})
    found = risk_answers.whole(settings, Cancellation())
    assert [row["change"] for row in rows] == ["now", *(str(o.change.kind) for o in found.advice.options)]
    assert [float(row["dead_share"]) for row in rows[1:]] == [o.risk.dead.value for o in found.advice.options]
    assert (rows[0]["starts"], rows[0]["weight_std"], rows[0]["steps"]) == ("gaussian", "0.5", "50")
    assert (wrong.status_code, wrong.text) == (422, "β must be at least 0 and at most 0.9999, not 2.")


def test_a_frame_of_the_page_is_coarse_first_and_refined() -> None:
    texts = {"page": "risk", "updates": "100", "beta": "0.5"}
    first = look(read_request({**texts, "still": "0"}), Cancellation())
    whole = look(read_request({**texts, "complete": "1"}), Cancellation())
    assert (first.pending, whole.pending) == (True, False)
    assert first.verdict == first.page["risk-verdict"]["text"]
    assert whole.page["risk-waiting"]["hidden"]
    assert whole.page["risk-counted"]["text"].startswith("16\u202f384 units of He at fan-in 100")
    layer = look(read_request({**texts, "tab": "layer"}), Cancellation())
    assert "risk-verdict" not in layer.page


def test_addresses_are_read_leniently() -> None:
    settings, notices = read_query(
        "page=risk&optimizer=adam&pytorch=1&clip=off&updates=1e9&slope=2&origin=sea"
    )
    assert (settings.optimizer, settings.pytorch, settings.clip) == ("adam", False, 0.0)
    assert (settings.updates, settings.slope, settings.origin) == (100_000, 0.99, "draw")
    assert len(notices) == 3
    assert all(
        word in " ".join(notices) for word in ("updates T must be", "leaky slope must be", "not “sea”")
    )
    assert read_query(settings.query())[0] == settings
    assert Settings().query() == ""
