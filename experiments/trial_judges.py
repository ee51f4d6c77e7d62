"""From the numbers of runs to cases: what of them bears on a sentence, and in which range it has to lie."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from experiments import kept
from experiments.claims import depth_claims, figure1_claims
from experiments.depth import KINDS, DepthResult
from experiments.figure1_result import Figure1Result
from experiments.intervals import Case, Claim, Estimate, estimate, geometric
from experiments.theory import LONE, WIDTHS, TheoryResult
from experiments.trial_runs import RUNS
from experiments.trial_unit import BETAS, GAMMAS

Results = Mapping[str, Any]
Found = tuple[tuple[Case, ...], int | None]
Judge = Callable[[Results], Found]

ALL = np.inf
GAP = 0.1  # two dead shares less than ten points apart agree
_SMALLEST, _USUAL = 0, 1.0


def numbers(run: str, prefix: str = "", *, above: float = -ALL, below: float = ALL, part: str = "") -> Judge:
    """Return a judge of a calculation's numbers whose names begin with `prefix`."""

    def judge(results: Results) -> Found:
        cases: list[Case] = []
        seeds: int | None = None
        for name, value in results[run].items():
            if not name.startswith(prefix):
                continue
            where = name.removeprefix(prefix).strip() or RUNS[run].name
            mean, low, high = float(np.mean(value)), float(np.mean(value)), float(np.mean(value))
            if np.ndim(value) > 0:
                found = estimate(value)
                mean, low, high, seeds = *_ends(found), int(found.count)
            cases.append(Case(where, mean, low, high, above, below, part, where.partition(", β")[0]))
        return tuple(cases), seeds

    return judge


def both(*judges: Judge) -> Judge:
    """Return a judge of all that several judges look at."""

    def judge(results: Results) -> Found:
        found = [each(results) for each in judges]
        drawn = [seeds for _, seeds in found if seeds is not None]
        return tuple(case for cases, _ in found for case in cases), min(drawn, default=None)

    return judge


def differences(
    pairs: Mapping[str, tuple[str, str]], bounds: Mapping[str, tuple[float, float, str]]
) -> Judge:
    """Return a judge of differences between two numbers of the maps.

    Parameters
    ----------
    pairs : mapping
        Of a case's words: the name of a number, and of the number that is subtracted.
    bounds : mapping
        Of the same words: above, below and part.
    """

    def judge(results: Results) -> Found:
        cases = []
        for where, (name, minus) in pairs.items():
            value = float(results["maps"][name] - results["maps"][minus])
            cases.append(Case(where, value, value, value, *bounds[where], where.partition(",")[0]))
        return tuple(cases), None

    return judge


def few_converge(results: Results) -> Found:
    """Return the share of starts that reaches the ground truth at the strongest momentum."""
    return _of_maps(results, "converged", (BETAS[-1],), GAMMAS, below=0.05)


def overshoot(results: Results) -> Found:
    """Return the share of living starts in the linear cone that momentum kills."""
    return _of_maps(results, "linear", BETAS[2:], GAMMAS, above=0.5)


def _of_maps(
    results: Results,
    name: str,
    betas: Sequence[float],
    gammas: Sequence[float],
    *,
    above: float = -ALL,
    below: float = ALL,
) -> Found:
    cases = []
    for gamma in gammas:
        for beta in betas:
            where = f"γ = {gamma:g}, β = {beta:g}"
            value = float(results["maps"][f"{name} {where}"])
            cases.append(Case(where, value, value, value, above, below, group=f"γ = {gamma:g}"))
    return tuple(cases), None


def figure1(index: int, *runs: str) -> Judge:
    """Return a judge of several runs of Fig. 1 by one of the sentences below it."""
    return _live(lambda result: figure1_claims(result)[index], runs)


def depth(*runs: str) -> Judge:
    """Return a judge of several runs of deep networks by the sentence of section 5."""
    judged = _live(lambda result: depth_claims(result)[0], runs)

    def judge(results: Results) -> Found:
        cases, seeds = judged(results)
        return tuple(
            replace(case, group=f"{case.part}; {case.group.rpartition('; ')[2]}") for case in cases
        ), seeds

    return judge


def _live(say: Callable[[Any], Claim], runs: Sequence[str]) -> Judge:
    def judge(results: Results) -> Found:
        cases: list[Case] = []
        seeds = []
        for run in runs:
            claim = say(results[run])
            where = RUNS[run].name.removeprefix("Fig. 1, ")
            cases += [
                replace(case, where=f"{where}; {case.where}", group=f"{where}; {case.group}")
                for case in claim.cases
            ]
            seeds.append(claim.seeds)
        return tuple(cases), min(seed for seed in seeds if seed is not None)

    return judge


def dead_by_mean(results: Results) -> Found:
    """Compare the dead share at both ends of δ with that at δ = 0, with momentum."""
    result: Figure1Result = results["adam"]
    spec, dead = result.spec, result.along("delta", "dead")
    cases: list[Case] = []
    counts = []
    for end in (0, len(spec.deltas) - 1):
        found = estimate(dead[..., end] - dead[..., spec.deltas.index(0.0)], axis=1)
        cases += _each(result, found, f"δ = {spec.deltas[end]:g}", only_momentum=True, above=0.0)
        counts.append(int(found.count.min()))
    return tuple(cases), min(counts)


def died(results: Results) -> Found:
    """Return which share of units dies on the way at the smallest γ, with the strongest momentum."""
    result: Figure1Result = results["adam"]
    spec = result.spec
    units = spec.depth * spec.width
    lost = result.along("gamma", "dead") - result.along("gamma", "born") / units
    found = estimate(lost[..., _SMALLEST], axis=1)
    text = f"γ = {spec.gammas[_SMALLEST]:g}"
    return tuple(_each(result, found, text, only_momentum=True, above=0.0)), int(found.count.min())


def born(*deep: str) -> Judge:
    """Return a judge of the share of units that are dead before the first update."""

    def judge(results: Results) -> Found:
        result: Figure1Result = results["adam"]
        units = result.spec.depth * result.spec.width
        shallow = estimate(result.born[..., 0] / units, axis=1)
        cases = [
            Case(f"2 × 32, {kept.load(name).name}", *_ends(shallow, i), above=0.0, group="2 × 32")
            for i, name in enumerate(result.spec.datasets)
        ]
        counts = [int(shallow.count.min())]
        for run in deep:
            found: DepthResult = results[run]
            shares = estimate(found.born[..., 0] / found.spec.depth / found.spec.width, axis=1)
            for i, kind in enumerate(KINDS):
                name = f"{found.spec.depth} × {found.spec.width}, {kind.value.replace('_', ' ')}"
                where = f"{name}, {kept.load(found.spec.dataset).name}"
                cases.append(Case(where, *_ends(shares, i), above=0.0, group=name))
            counts.append(int(shares.count.min()))
        return tuple(cases), min(counts)

    return judge


def blamed(results: Results) -> Found:
    """Ask whether dead units make the poor fit at the smallest γ.

    What share of the growth of the logarithm of the training error, from γ = 1, goes away with a leaky ReLU;
    and how momentum, which kills, changes the error there.
    """
    usual, leaky = (results[name].along("gamma", "train_error") for name in ("adam", "leaky"))
    result: Figure1Result = results["adam"]
    at, text = result.spec.gammas.index(_USUAL), f"γ = {result.spec.gammas[_SMALLEST]:g}"
    with np.errstate(all="ignore"):
        grown, without = (np.log(x[..., _SMALLEST] / x[..., at]) for x in (usual, leaky))
        share = (grown - without) / np.nanmean(grown, axis=1, keepdims=True)
        factor = geometric(usual[..., _SMALLEST] / usual[:, :, :1, _SMALLEST], axis=1)
    found = estimate(share, axis=1)
    cases = [
        replace(
            case,
            part="a leaky ReLU",
            where=f"{case.where}, share that a leaky ReLU removes",
            group=f"leaky ReLU, {case.group}",
        )
        for case in _each(result, found, text, above=0.5)
    ]
    change = Estimate(factor.mean - 1, factor.low - 1, factor.high - 1, factor.count)
    cases += [
        replace(
            case,
            part="momentum",
            where=f"{case.where}, change of the error by momentum",
            group=f"change of the error from β = 0 to {case.group}",
        )
        for case in _each(result, change, text, only_momentum=True, above=0.0)
    ]
    return tuple(cases), int(min(found.count.min(), factor.count.min()))


def predicted(results: Results) -> Found:
    """Compare the dead share that the theory of one unit says with what was seen."""
    result: TheoryResult = results["theory"]
    cases = []
    alone = estimate(result.lone_predicted - result.lone_seen, axis=1)
    for i, (gamma, beta) in enumerate(LONE):
        where = f"a lone unit, γ = {gamma:g}, β = {beta:g}"
        cases.append(Case(where, *_ends(alone, i), -GAP, GAP, group="a lone unit"))
    several = estimate(result.predicted - result.seen, axis=1)
    for i, width in enumerate(WIDTHS):
        where = f"networks of {width} unit{'' if width == 1 else 's'}, γ = {result.spec.gamma:g}, "
        where += f"β = {result.spec.beta:g}"
        cases.append(Case(where, *_ends(several, i), -GAP, GAP, group="networks"))
    return tuple(cases), int(several.count.min())


def _each(
    result: Figure1Result, found: Estimate, text: str, *, only_momentum: bool = False, above: float
) -> list[Case]:
    """Return a case for each data set and β."""
    return [
        Case(
            f"{kept.load(name).name}, {text}, β = {beta:g}", *_ends(found, i, j), above, group=f"β = {beta:g}"
        )
        for i, name in enumerate(result.spec.datasets)
        for j, beta in enumerate(result.spec.betas)
        if beta > 0 or not only_momentum
    ]


def _ends(found: Estimate, *place: int) -> tuple[float, float, float]:
    return float(found.mean[place]), float(found.low[place]), float(found.high[place])
