"""The paper's sentences on trial: rules fixed before the runs, verdicts from intervals over seeds."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from experiments import kept
from experiments.depth import KINDS, DepthResult
from experiments.figure1_result import Figure1Result
from experiments.intervals import Case, Claim, Estimate, Floats, estimate, geometric

NO_MORE = 0.02  # a dead share that rises by less than two percentage points does not rise
_FIT = "The fit to the training data degrades as "
_LABELS = {kind: kind.value.replace("_", " ") for kind in KINDS}
_RATIO = "training error over the error at γ = 1 and δ = 0, geometric mean over seeds"
_RULE = "the whole 95 % interval lies above 1, or more than half of the networks diverge there"


def figure1_claims(result: Figure1Result) -> tuple[Claim, ...]:
    """Return what a run, finished or not, says of each sentence below Fig. 1.

    Networks of one seed share rows, weights and batches, so that differences are taken seed by seed.

    Parameters
    ----------
    result : Figure1Result
    """
    return (
        Claim(f"{_FIT}γ deviates from 1.", _RATIO, _RULE, *_ends(result, "gamma", 1.0)),
        Claim(f"{_FIT}δ deviates from 0.", _RATIO, _RULE, *_ends(result, "delta", 0.0)),
        Claim(
            "Decreasing γ leads to more dying ReLUs only with momentum.",
            "dead share at the smallest γ minus dead share at γ = 1, mean over seeds",
            "with momentum, the whole 95 % interval lies above 0; "
            f"without, it lies below {100 * NO_MORE:.0f} percentage points",
            *_deaths(result),
        ),
    )


def depth_claims(result: DepthResult) -> tuple[Claim, ...]:
    """Return what a run, finished or not, says of the paper's section 5.

    Parameters
    ----------
    result : DepthResult
    """
    cases: list[Case] = []
    shares = result.share.mean(axis=-1)
    found = estimate(shares[..., -1] - shares[..., 0], axis=1)
    for i, kind in enumerate(KINDS):
        for j, condition in enumerate(result.spec.conditions):
            mean, low, high = (float(values[i, j]) for values in _numbers(found))
            group = f"β = {condition.beta:g}"
            where = f"{_LABELS[kind]}, γ = {condition.gamma:g}, {group}"
            cases.append(Case(where, mean, low, high, above=NO_MORE, part=_LABELS[kind], group=group))
    return (
        Claim(
            "Dying ReLUs persist in deeper networks, also in residual ones with batch normalisation.",
            "dead share at the end minus dead share at the start, mean over seeds",
            f"the whole 95 % interval lies above {100 * NO_MORE:.0f} percentage points",
            tuple(cases),
            int(np.isfinite(result.diverged).sum(axis=1).min()),
        ),
    )


def _ends(result: Figure1Result, axis: str, usual: float) -> tuple[tuple[Case, ...], int]:
    """Compare both ends of an axis with its usual value."""
    values = np.array(result.spec.gammas if axis == "gamma" else result.spec.deltas)
    errors, diverged = result.along(axis, "train_error"), result.along(axis, "diverged")
    at = int(np.flatnonzero(values == usual)[0])
    cases: list[Case] = []
    counts: list[int] = []
    for end in sorted({0, len(values) - 1} - {at}):
        lost = diverged[..., end].sum(axis=1, where=np.isfinite(diverged[..., end]))
        finished = np.isfinite(diverged[..., end]).sum(axis=1)
        found = _unbounded(geometric(errors[..., end] / errors[..., at], axis=1), lost > finished / 2)
        text = f"{'γ' if axis == 'gamma' else 'δ'} = {values[end]:g}"
        cases += _cases(result, found, text, lambda beta: (1, np.inf))
        counts += finished.ravel().tolist()
    return tuple(cases), min(counts, default=0)


def _unbounded(found: Estimate, where: NDArray[np.bool_]) -> Estimate:
    """Return an estimate that is infinite where networks diverged."""
    mean, low, high = (np.where(where, np.inf, end) for end in _numbers(found))
    return Estimate(mean, low, high, found.count)


def _deaths(result: Figure1Result) -> tuple[tuple[Case, ...], int]:
    """Compare the smallest γ with γ = 1, with momentum and without."""
    spec, dead = result.spec, result.along("gamma", "dead")
    if spec.gammas[0] == 1 or len(spec.betas) < 2 or spec.betas[0] != 0:
        return (), 0
    found = estimate(dead[..., 0] - dead[..., spec.gammas.index(1.0)], axis=1)

    def bounds(beta: float) -> tuple[float, float]:
        return (0, np.inf) if beta > 0 else (-np.inf, NO_MORE)

    cases = [
        replace(case, part="with momentum" if beta > 0 else "without")
        for case, beta in zip(
            _cases(result, found, f"γ = {spec.gammas[0]:g}", bounds),
            spec.betas * len(spec.datasets),
            strict=True,
        )
    ]
    return tuple(cases), int(found.count.min())


def _cases(
    result: Figure1Result, found: Estimate, text: str, bounds: Callable[[float], tuple[float, float]]
) -> Iterator[Case]:
    """Yield a case for every data set and β."""
    for i, name in enumerate(result.spec.datasets):
        for j, beta in enumerate(result.spec.betas):
            mean, low, high = (float(values[i, j]) for values in _numbers(found))
            group = f"β = {beta:g}"
            yield Case(
                f"{kept.load(name).name}, {text}, {group}", mean, low, high, *bounds(beta), group=group
            )


def _numbers(found: Estimate) -> tuple[Floats, Floats, Floats]:
    return found.mean, found.low, found.high
