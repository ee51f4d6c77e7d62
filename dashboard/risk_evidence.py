"""What the page Risk says of changes in networks, by the reruns that are kept, and what it calls them."""

from __future__ import annotations

from collections.abc import Sequence

from dynamics import Change, Kind, Option
from experiments import advice_record
from experiments.advice import Agreement

NAMES: dict[Kind, tuple[str, str]] = {  # of the row, and of the title
    Kind.STANDARDISE: ("Normalise the target", "normalising the target"),
    Kind.STANDARDISE_MORE_MOMENTUM: ("Normalise, more momentum", "normalising the target with more momentum"),
    Kind.NO_MOMENTUM: ("Switch momentum off", "switching momentum off"),
    Kind.LESS_MOMENTUM: ("Less momentum", "less momentum"),
    Kind.MORE_MOMENTUM: ("More momentum", "more momentum"),
    Kind.LOWER_RATE: ("Lower the rate", "a lower rate"),
    Kind.HIGHER_RATE: ("Raise the rate", "a higher rate"),
    Kind.INITIALIZER: ("Initialise otherwise", "another initialisation"),
    Kind.POSITIVE_BIAS: ("Start with positive biases", "starting with positive biases"),
    Kind.WARM_UP: ("Warm momentum up", "warming momentum up"),
    Kind.CLIP: ("Clip gradients", "clipping gradients"),
    Kind.LEAKY: ("Leaky slope", "a leaky slope"),
}


def in_networks(change: Change) -> str:
    """Say how often this kind of change helped networks where it helps one unit."""
    counts = advice_record.where_it_helps(str(change.kind))
    tests = sum(counts.values())
    if tests == 0:
        return "Not tested in networks."
    return f"Helped networks in {counts[Agreement.AGREE]} of {tests} tests."


def networks(options: Sequence[Option]) -> str:
    """Say what the counts of the rows mean, and where the model and the networks disagree most."""
    kinds = dict.fromkeys(option.change.kind for option in options)
    apart = [
        NAMES[kind][1] for kind in kinds if advice_record.where_it_helps(str(kind))[Agreement.OPPOSITE] > 0
    ]
    opposed = f" Some did harm in a test: {', '.join(apart)}." if apart else ""
    return (
        "Tests are not of your network: each is of 20 networks of 2 × 32 units on one of two data sets, at "
        f"one of three settings of ours, where the change helps one unit. The handbook lists all.{opposed}"
    )
