"""Results as a few lines for a reader in a shell."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from experiments import kept, trial, trial_words
from experiments.depth import KINDS, DepthResult
from experiments.figure1_result import Figure1Result
from experiments.intervals import Claim, estimate
from experiments.theory import LONE, WIDTHS, TheoryResult
from experiments.trial import TrialResult


def figure1_lines(result: Figure1Result) -> Iterator[str]:
    """Yield tables of mean dead share and median error, data sets and momenta down, values across."""
    spec = result.spec
    for axis, values in (("gamma", spec.gammas), ("delta", spec.deltas)):
        for quantity, what, write in (
            ("dead", "dead share, %, mean of the seeds", lambda values: estimate(100 * values).mean),
            ("train_error", "training error over gamma^2, median", partial(np.nanmedian, axis=0)),
            ("test_error", "test error over gamma^2, median", partial(np.nanmedian, axis=0)),
        ):
            found = result.along(axis, quantity)
            yield f"{what}; {axis}:" + "".join(f"{value:>9g}" for value in values)
            for i, name in enumerate(spec.datasets):
                for j, beta in enumerate(spec.betas):
                    yield _row(f"  {kept.load(name).name}, beta {beta:g}", write, found[i, :, j])
    diverged = int(np.nansum(result.diverged))
    if diverged > 0:
        yield f"{diverged} of {result.networks} networks diverged and are left out"


def _row(name: str, write: Callable[[Any], Any], values: Any) -> str:
    with np.errstate(all="ignore"):
        numbers = np.full(values.shape[1], np.nan)
        known = np.isfinite(values).any(axis=0)
        numbers[known] = write(values[:, known])
    return f"{name:<40}" + "".join(f"{number:>9.3g}" for number in numbers)


def depth_lines(result: DepthResult) -> Iterator[str]:
    """Yield the dead share of each kind and condition, whole and by layer."""
    spec = result.spec
    yield f"dead share, %, at the end (at the start), mean of {spec.seeds} seeds; layers from the input on"
    for i, kind in enumerate(KINDS):
        for j, condition in enumerate(spec.conditions):
            whole = estimate(100 * result.share[i, :, j].mean(axis=-1))
            layers = estimate(100 * result.share[i, :, j, -1]).mean
            name = f"  {kind.value.replace('_', ' ')}, gamma {condition.gamma:g}, beta {condition.beta:g}"
            ends = f"{whole.mean[-1]:5.1f} ({whole.mean[0]:.1f})"
            yield f"{name:<48}{ends:<14}" + "".join(f"{share:4.0f}" for share in layers)


def verdicts(claims: Sequence[Claim]) -> Iterator[str]:
    """Yield each sentence with its verdict."""
    for claim in claims:
        supporting = sum(case.supports for case in claim.cases)
        verdict = f"{claim.verdict()}, {supporting} of {len(claim.cases)} cases, {claim.seeds} seeds"
        yield f"{claim.sentence} {verdict}"


def trial_lines(result: TrialResult) -> Iterator[str]:
    """Yield each claim with its verdict and in how many comparisons it held."""
    for claim in result.claims:
        yield f"{trial.verdict(claim)!s:<23}{claim.sentence} {trial_words.told(claim)}"
    yield trial_words.title(result.claims)


def theory_lines(result: TheoryResult) -> Iterator[str]:
    """Yield what the model of one unit predicts beside what was seen."""
    spec = result.spec
    yield f"dead after {spec.steps} updates, %: the theory of one unit, seen"
    yield f"networks of few units, mean of {spec.seeds} seeds"
    for width, predicted, seen in zip(WIDTHS, result.predicted, result.seen, strict=True):
        known = estimate(100 * seen)
        ends = f"({known.low:.1f} to {known.high:.1f})"
        yield f"  {width:>3} units{'':22}{100 * predicted.mean():>6.1f}{known.mean:>7.1f} {ends}"
    yield f"lone units, {result.lone_seen.shape[1]} of each"
    for (gamma, beta), predicted, seen in zip(LONE, result.lone_predicted, result.lone_seen, strict=True):
        name = f"  gamma {gamma:g}, beta {beta:g}"
        yield f"{name:<32}{100 * predicted.mean():>6.1f}{100 * seen.mean():>7.1f}"
    gap = np.abs(result.lone_predicted.mean(axis=1) - result.lone_seen.mean(axis=1)).mean()
    yield f"mean difference {100 * gap:.1f} points"
    dead = int(result.dead[-1].sum())
    yield f"of the {spec.width} units followed on {kept.load(spec.dataset).name} {dead} are dead at the end"
