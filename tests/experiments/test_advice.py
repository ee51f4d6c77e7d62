"""The advice in networks: its optimisers and initialisations against plain ones, its record, its verdicts."""

from dataclasses import replace

import numpy as np
import pytest

from dynamics import SGD, Adam, Initializer, Momentum, Scheme, Training
from dynamics.advice import Change, Kind, changes
from experiments import advice_record, builtin
from experiments.advice import (
    DATASETS,
    ORIGIN,
    SEEDS,
    SETTINGS,
    Agreement,
    Rerun,
    _Changed,
    dead_shares,
    initialise,
)
from experiments.block import Block
from experiments.networks import Architecture
from experiments.optimizers import Method
from experiments.recipe import Condition, Recipe

KEPT = advice_record.kept()
Four = tuple[float, float, float, float]


def block(method: Method = Method.MOMENTUM, eta: float = 0.1) -> Block:
    recipe = Recipe(Architecture(width=32), method, eta, steps=20)
    return Block(recipe, builtin.load("penguins"), [0, 1], [Condition(0.1, 0.0, 0.9)], np.float64)


@pytest.mark.parametrize(
    ("method", "optimizer"),
    [(Method.MOMENTUM, Momentum(0.9, 0.1)), (Method.PYTORCH, SGD(0.01, 0.9)), (Method.ADAM, Adam(0.01))],
)
def test_a_changed_optimiser_without_a_change_is_the_usual_one(
    method: Method, optimizer: Momentum | SGD | Adam
) -> None:
    usual, changed = (block(method, 0.1 if method is Method.MOMENTUM else 0.01) for _ in range(2))
    changed.drive(_Changed(changed, Training(optimizer=optimizer, gamma=0.1, steps=20, clip=1e9)))
    for _ in range(20):
        usual.step()
        changed.step()
    assert changed.parameters.values == pytest.approx(usual.parameters.values, rel=1e-6, abs=1e-9)


def test_clipping_and_warming_up_do_what_they_say() -> None:
    start = block().parameters.values.copy()
    clipped, warm = block(), block()
    training = Training(optimizer=Momentum(0.9, 0.1), gamma=0.1, steps=20)
    clipped.drive(_Changed(clipped, replace(training, clip=1e-3)))
    warm.drive(_Changed(warm, replace(training, warmup=10)))
    clipped.step()
    warm.step()
    lengths = np.linalg.norm(clipped.parameters.values - start, axis=1)
    assert lengths == pytest.approx(0.1 * 0.1 * 1e-3, rel=2e-3)
    plain = block(eta=1.0)
    plain.step()  # a first update of (1 − β) = 0.1 of the rate: without momentum it is a whole one of 0.1
    assert warm.parameters.values == pytest.approx(plain.parameters.values, rel=1e-9)


def test_other_initialisations_have_their_deviations() -> None:
    usual, same, torch, moved = (block() for _ in range(4))
    initialise(same, ORIGIN, [0, 1])
    assert same.parameters.values == pytest.approx(usual.parameters.values)
    initialise(torch, Initializer(Scheme.PYTORCH, 32), [0, 1])
    weights, biases = torch.parameters.weights[1], torch.parameters.biases[1]
    assert np.abs(weights).max() <= 32**-0.5
    assert weights.std() == pytest.approx((3 * 32) ** -0.5, rel=0.05)
    assert 0 < np.abs(biases).max() <= 32**-0.5
    initialise(moved, replace(ORIGIN, bias=0.5), [0, 1])
    assert [np.unique(b).tolist() for b in moved.parameters.biases] == [[0.5], [0.5], [0.0]]


def test_what_is_kept_is_every_change_of_every_setting() -> None:
    expected = [
        (name, dataset, str(change.kind), ", ".join(f"{field} {value}" for field, value in change.fields))
        for name, training in SETTINGS.items()
        for dataset in DATASETS
        for change in changes(training, ORIGIN)
    ]
    assert sorted((row.setting, row.dataset, row.kind, row.fields) for row in KEPT) == sorted(expected)
    assert SEEDS >= 20
    text = (advice_record.KEPT.parents[1] / "docs" / "advice.md").read_text(encoding="utf-8")
    assert text == advice_record.document(KEPT, SEEDS)


def test_a_kept_number_is_found_again() -> None:
    name = "SGD, lr 0.01, momentum 0.99, gamma 0.1"
    change = next(c for c in changes(SETTINGS[name], ORIGIN) if c.kind is Kind.NO_MOMENTUM)
    row = next(r for r in KEPT if (r.setting, r.dataset, r.kind) == (name, "penguins", str(change.kind)))
    now = Change(Kind.CLIP, SETTINGS[name], ORIGIN, ())
    before, after = (dead_shares(each, "penguins", SEEDS) for each in (now, change))
    assert before.mean() == pytest.approx(row.before, abs=0.01)
    assert after.mean() == pytest.approx(row.after, abs=0.01)
    assert row.agreement is Agreement.AGREE


@pytest.mark.parametrize(
    ("model", "networks", "said"),
    [
        ((0.5, 0.1, -0.5, -0.3), (0.3, 0.1, -0.3, -0.1), Agreement.AGREE),
        ((0.5, 0.1, -0.5, -0.3), (0.3, 0.29, -0.3, 0.1), Agreement.WEAKER),
        ((0.5, 0.5, -0.1, 0.1), (0.3, 0.1, -0.3, -0.1), Agreement.STRONGER),
        ((0.5, 0.1, -0.5, -0.3), (0.1, 0.3, 0.1, 0.3), Agreement.OPPOSITE),
        ((0.5, 0.495, -0.006, -0.004), (0.3, 0.3, -0.1, 0.1), Agreement.AGREE),
    ],
)
def test_agreement_is_of_signs_beyond_the_intervals(model: Four, networks: Four, said: Agreement) -> None:
    assert Rerun("", "", "", "", *model, *networks, 0.0).agreement is said
