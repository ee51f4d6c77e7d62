"""What the page Experiments says of a run: headings, numbers, and its pictures in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.experiments_boxes import METHODS, Run
from dashboard.numbers import grouped, percent, readable
from experiments import kept
from experiments.depth import KINDS, DepthResult, DepthRun
from experiments.figure1 import Figure1
from experiments.figure1_result import Figure1Result
from experiments.intervals import estimate, geometric
from experiments.networks import Kind
from experiments.optimizers import Method
from experiments.theory import LONE_UNITS, Theory
from figures.figure1_axes import FEWEST, Error, Swept

Result = Figure1Result | DepthResult

KIND_NAMES = {Kind.PLAIN: "plain", Kind.RESIDUAL: "residual", Kind.NORMALISED: "with batch norm"}
ERROR_NAMES: dict[Error, str] = {"train_error": "Training error", "test_error": "Test error"}


def symbol(run: Figure1 | DepthRun) -> str:
    """Return the letter of the momentum: Adam's is β₁."""
    return "β₁" if run.method is Method.ADAM else "β"


def nearest(betas: Sequence[float], beta: float) -> float:
    """Return which of a run's momenta is nearest to the slider's, on the slider's scale."""
    return min(betas, key=lambda each: abs(math.log((1 - each) / (1 - beta))))


def _over(shares: NDArray[np.float64]) -> str:
    """Write the range of some shares: ``12 to 20 %``."""
    low, high = percent(float(shares.min())), percent(float(shares.max()))
    return high if low == high else f"{low.removesuffix(' %')} to {high}"


# ------------------------------------------------------------------ Fig. 1


def figure1_title(result: Figure1Result, beta: float) -> str:
    """Return the heading: the dead share at the smallest γ and at γ = 1, over the data sets."""
    spec = result.spec
    known, ends = _ends(result, beta)
    if not known:
        return "Does a small target kill units here?"
    names = " and ".join(kept.load(spec.datasets[i]).name for i in known)
    who = "" if len(known) == len(spec.datasets) else f"{names}: "
    where = f"{who}at {symbol(spec)} = {readable(beta, 4)}, {_over(ends[0])} of units are dead"
    sentence = f"{where} at γ = {readable(spec.gammas[0])}, {_over(ends[1])} at γ = 1."
    return sentence[:1].upper() + sentence[1:]


def figure1_context(result: Figure1Result, beta: float) -> str:
    """Say the same of the other end of the run's momenta."""
    other = result.spec.betas[-1] if beta == result.spec.betas[0] else result.spec.betas[0]
    known, ends = _ends(result, other)
    if not known or other == beta:
        return "Small networks on real data: what a target of another size or mean does to them."
    where = f"At {symbol(result.spec)} = {readable(other, 4)}" if other > 0 else "Without momentum"
    near, far = (_over(shares) for shares in ends)
    return f"{where}, {near} at both." if near == far else f"{where}, {near} and {far}."


def _ends(result: Figure1Result, beta: float) -> tuple[list[int], NDArray[np.float64]]:
    """Return which data sets are known, and their dead shares at the smallest γ and at γ = 1."""
    spec = result.spec
    dead = result.along("gamma", "dead")[:, :, spec.betas.index(beta)]
    shares = estimate(dead[..., [0, spec.gammas.index(1.0)]], axis=1).mean
    known = np.flatnonzero(np.isfinite(shares).all(axis=1))
    return known.tolist(), shares[known].T


def figure1_picture(result: Figure1Result, swept: Swept, error: Error) -> str:
    """Return the picture in words, with its numbers at both ends and where the target is usual."""
    spec = result.spec
    values, letter, usual = (spec.gammas, "γ", 1.0) if swept == "gamma" else (spec.deltas, "δ", 0.0)
    places = sorted({0, values.index(usual), len(values) - 1})
    dead, errors = (result.along(swept, name)[..., places] for name in ("dead", error))
    shares, sizes = estimate(dead, axis=1).mean, geometric(errors, axis=1).mean
    at = ", ".join(f"{letter} = {readable(values[place])}" for place in places)
    lines = []
    for i, name in enumerate(spec.datasets):
        for j, beta in enumerate(spec.betas):
            if np.isfinite(shares[i, j]).all():
                told = ", ".join(percent(float(share)) for share in shares[i, j])
                errs = ", ".join(readable(float(size)) for size in sizes[i, j])
                where = f"{kept.load(name).name}, {symbol(spec)} = {readable(beta, 4)}"
                lines.append(f"{where}: dead {told}, error {errs}.")
    head = f"{ERROR_NAMES[error]} over γ² and dead share against {letter}, a column for each data set."
    return f"{head} At {at}: {' '.join(lines)}" if lines else f"{head} Nothing is run yet."


# ------------------------------------------------------------------ section 5


def depth_title(result: DepthResult, beta: float) -> str:
    """Return the heading: the dead share of each kind of network at the run's γ."""
    shares = _final(result, result.spec.gamma, beta)
    if np.isnan(shares[0]):
        return "Do units die in deep and residual networks too?"
    places = (" of units end dead in plain networks", " in residual ones", " with batch norm")
    told = [f"{_some(share)}{place}" for share, place in zip(shares, places, strict=True) if share >= 0]
    return f"{', '.join(told)}.".replace("none of", "None of", 1)


def _some(share: float) -> str:
    return "none" if share == 0 else percent(share)


def depth_context(result: DepthResult, beta: float) -> str:
    """Say when and at which γ and β that is, and how it is at γ = 1."""
    spec = result.spec
    where = f"After {grouped(spec.steps)} updates at γ = {readable(spec.gamma)}, δ = {readable(spec.delta)}, "
    where += f"{symbol(spec)} = {readable(beta, 4)}"
    shares = _final(result, 1.0, beta)
    if spec.gamma == 1 or not np.isfinite(shares).all():
        return f"{where}."
    told = [_some(float(share)) for share in shares]
    return f"{where}; at γ = 1: {', '.join(told[:-1])} and {told[-1]}."


def _final(result: DepthResult, gamma: float, beta: float) -> NDArray[np.float64]:
    """Return the dead share of each kind at the end."""
    last = result.share[:, :, result.condition(gamma, beta), -1].mean(axis=-1)
    return np.asarray(estimate(last, axis=1).mean)


def depth_picture(result: DepthResult, beta: float) -> str:
    """Return the picture in words: the share of the first and the last layer at the end."""
    head = "Dead share of each layer against updates, a column for each kind of network, a row for each γ."
    lines = []
    for gamma in result.spec.gammas:
        for i, kind in enumerate(KINDS):
            shares = estimate(result.share[i, :, result.condition(gamma, beta), -1]).mean
            if np.isfinite(shares).all():
                ends = f"first layer {percent(float(shares[0]))}, last {percent(float(shares[-1]))}"
                lines.append(f"{KIND_NAMES[kind]}, γ = {readable(gamma)}: {ends}.")
    return f"{head} At the end: {' '.join(lines)}" if lines else f"{head} Nothing is run yet."


# ------------------------------------------------------------------ both


def counting(result: Result) -> str:
    """Say what was run, what the curves are, and what is left out."""
    spec = result.spec
    leak = getattr(spec, "leak", 0.0)
    units = f"leaky units of slope {readable(leak)} below 0" if leak > 0 else "units"
    what = f"{spec.depth} layer{'' if spec.depth == 1 else 's'} of {spec.width} {units}"
    how = f"{METHODS[spec.method]}, η = {readable(spec.eta)}, batches of {spec.batch}"
    data = f" on {kept.load(result.spec.dataset).name}" if isinstance(result, DepthResult) else ""
    text = f"{what}{data}; {how}, {grouped(spec.steps)} updates. "
    text += f"Dead: active on fewer than {readable(100 * spec.epsilon)} % of the training rows."
    lost = int(np.nansum(result.diverged))
    if lost:
        text += f" ▲ {grouped(lost)} of {grouped(result.networks)} networks diverged and are left out."
    return text


def seeds(result: Result) -> str:
    """Say what the lines or colours are the mean of."""
    count = result.spec.seeds
    of = f"{count} seeds" if result.finished in (0, result.networks) else "the seeds so far"
    interval = ", 95 % interval" if isinstance(result, Figure1Result) and count >= FEWEST else ""
    return f"mean of {of}{interval}" if count > 1 else "one seed"


def expected(run: Run, cores: int) -> str:
    """Say how many networks a run has and how long they take."""
    units = f" and {grouped(LONE_UNITS)} lone units" if isinstance(run, Theory) else ""
    return f"{grouped(run.networks)} small networks{units}: {duration(run, cores)} on this machine."


def duration(run: Run, cores: int) -> str:
    """Say how long a run takes: ``about 11 s``."""
    seconds = max(round(run.seconds / cores), 1)
    return f"about {f'{seconds} s' if seconds < 100 else f'{round(seconds / 60)} min'}"
