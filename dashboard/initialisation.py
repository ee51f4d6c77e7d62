"""What the page says and draws of real initialisations, only from the clouds that were computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dashboard.caption import Caption
from dashboard.clouds import LATE, SOON, Clouds, updates
from dashboard.numbers import in_updates, percent, readable
from dashboard.page import Properties
from dashboard.settings import Settings
from dynamics import Cloud, Initializer, Scheme, dead_cone_slope
from figures import View, cloud_alive, cloud_plane, cloud_window, survival
from figures.chart import Spec, momentum

# Which settings each picture is drawn from, as `DEPENDS` of dashboard/request.py.
_DRAWN = (
    "beta",
    "eta",
    "gamma",
    "delta",
    "epsilon",
    "init",
    "fan_in",
    "units",
    "weight_std",
    "bias_std",
    "seed",
)
_FLAT = 1e-3  # a ρ below which the cones' section is drawn as lines through the tip
CLOUD_DEPENDS: dict[str, tuple[str, ...] | None] = {
    "cloud": (*_DRAWN, "layers", "time"),
    "survival": (*_DRAWN, "time"),
    "cloud-alive": (*_DRAWN, "time"),
}
SCHEME_NAMES = {
    Scheme.HE_NORMAL: "He",
    Scheme.HE_UNIFORM: "He, uniform",
    Scheme.GLOROT_NORMAL: "Glorot",
    Scheme.GLOROT_UNIFORM: "Glorot, uniform",
    Scheme.LECUN_NORMAL: "LeCun",
    Scheme.PYTORCH: "PyTorch",
    Scheme.GAUSSIAN: "Gaussian",
}


def drawings(settings: Settings, found: Clouds, view: View) -> dict[str, Callable[[], Spec]]:
    """Return how to draw each panel."""
    run, time = found.current, updates(settings)
    window = cloud_window(found.whole).steady()
    return {
        "cloud": lambda: cloud_plane.spec(run, time, window, view, name_rho=False),
        "survival": lambda: survival.spec([*found.others, run], time, view, last=LATE),
        "cloud-alive": lambda: cloud_alive.spec(run, time, view, last=LATE),
    }


# ------------------------------------------------------------------ sentences


def caption(settings: Settings, found: Clouds) -> Caption:
    """Describe the current cloud after T updates; every number is counted on it or on the one it names."""
    run = found.current
    row = run.row(updates(settings))
    context = [f"95 % interval {_interval(run, row)}.", *_baseline(run, row, found.baseline)]
    context += [
        *_later(run, row),
        f"{run.count} units, {_drawn(run.initializer)}.",
    ]
    return Caption(_verdict(settings, run, row), " ".join(context), _counting(run))


def _verdict(settings: Settings, run: Cloud, row: int) -> str:
    dead, after = float(run.dead_fraction[row]), f"dead after {in_updates(int(run.iteration[row]))}"
    gone = float(np.isnan(run.w[row]).mean())
    if dead in (0, 1):
        first = f"{'No' if dead == 0 else 'Every'} unit is {after}"
    else:
        first = f"{portion(dead).capitalize()} of units are {after}"
    if settings.delta < dead_cone_slope(settings.epsilon) * settings.gamma:
        return f"The ground truth itself lies in the dead cone; {first[0].lower()}{first[1:]}."
    return f"{first}; {percent(gone)} have diverged." if gone > 0 else f"{first}."


def portion(share: float) -> str:
    """Write a share for a sentence: ``43 %``, ``under 1 %``, ``over 99 %``."""
    return percent(share).replace("< ", "under ").replace("> ", "over ")


def _interval(run: Cloud, row: int) -> str:
    """Write the 95 % interval of a dead share: ``21 to 27 %``, more exactly where narrow or near an end."""
    low, high = (100 * float(end[row]) for end in run.interval)
    digits = 1 if high - low < 3 or 0 < low < 1 or 99 < high < 100 else 0
    return f"{percent(low / 100, digits).removesuffix(' %')} to {percent(high / 100, digits)}"


def _baseline(run: Cloud, row: int, baseline: Cloud | None) -> Iterator[str]:
    """Say what it would be without momentum, where that is known for as long."""
    if run.hyperparameters.beta == 0:
        yield "That is without momentum."
    elif baseline is not None and baseline.iteration[-1] >= run.iteration[row]:
        dead = float(baseline.dead_fraction[baseline.row(int(run.iteration[row]))])
        words = {0.0: "none is", 1.0: "all are"}.get(dead, f"{portion(dead)} are")
        yield f"Without momentum {words}."


def _later(run: Cloud, row: int) -> Iterator[str]:
    """Say what becomes of them until the end of the cloud, unit by unit."""
    last = len(run.iteration) - 1
    if row >= last or run.iteration[last] < SOON:  # followed no farther than the hand needs
        return
    share = float(run.dead_fraction[last])
    low, high = (float(end[last]) for end in run.interval)
    half = 100 * max(high - share, share - low)
    shown = (
        f"{100 * share:.0f} ± {half:.0f} %" if 100 * min(share, 1 - share) > half else _interval(run, last)
    )
    dead = run.dead[row]
    back = int((dead & ~run.dead[last]).sum())
    more = int((~dead & run.dead[last]).sum())
    if back > 0 and back >= more:
        few = "all" if back == dead.sum() else "most" if 2 * back > dead.sum() else "some"
        words = f": {few} come back"
    else:
        words = ": more die" if more > 0 else ""
    yield f"After {in_updates(int(run.iteration[last]))} it is {shown}{words}."


def _drawn(initializer: Initializer) -> str:
    name = SCHEME_NAMES[initializer.scheme]
    return f"{name}, b = {readable(initializer.bias)}" if initializer.deviations[1] == 0 else name


def _counting(run: Cloud) -> str:
    drawn = run.initializer
    weights, biases = (readable(std) for std in drawn.deviations)
    fan_out = " and fan-out" if drawn.fan_out is not None else ""
    parts = [f"of {biases}"] if drawn.deviations[1] != 0 else []
    if drawn.bias != 0 or not parts:
        parts.append(f"{'moved by ' if parts else ''}{readable(drawn.bias)}")
    bias = ", ".join(parts)
    kind = "uniform" if drawn.uniform else "normal"
    return (
        f"of {run.count} units drawn with {SCHEME_NAMES[drawn.scheme]} at fan-in{fan_out} {drawn.fan_in} "
        f"({kind} weights of standard deviation {weights}, bias {bias}), seed {run.seed}; expected gradient, "
        "no momentum at the start."
    )


# ------------------------------------------------------------------ what else the page shows


def page(settings: Settings, found: Clouds, words: Caption) -> dict[str, Properties]:
    """Return the words, the legend, and what the line at T says of itself."""
    run = found.current
    row = run.row(updates(settings))
    dead, gone = float(run.dead_fraction[row]), float(np.isnan(run.w[row]).mean())
    time = int(run.iteration[row])
    rho = float(run.median_rho[row])
    told = f"{percent(dead, 1)} dead, 95 % interval {_interval(run, row)}"
    return {
        "context": {"text": words.context},
        "counting": {"text": words.counting},
        "state": {"text": ""},
        "cloud-dead": {"text": percent(dead)},
        "cloud-living": {"text": percent(1 - dead - gone)},
        "cloud-diverged": {"text": f"diverged {percent(gone)}", "hidden": gone == 0},
        "cloud-rho": {
            "text": _cone(rho),
            "hidden": math.isnan(rho),
        },
        "survival-remark": {"text": f"drag the line: T = {readable(time)}"},
        "survival-handle": {
            "aria-valuenow": str(time),
            "aria-valuetext": f"after {in_updates(time)}: {told}",
        },
    }


def _cone(rho: float) -> str:
    """Say which of the units' cones is drawn; at a ρ that no eye tells from 0 all look the same."""
    if math.isnan(rho):
        return ""
    if rho < _FLAT:
        return "cones at ρ = 0"
    return f"cone of the median ρ, {readable(rho, 2)}; each unit has its own"


def words(settings: Settings, found: Clouds) -> dict[str, Callable[[], str]]:
    """Return what each picture shows, in words."""
    run = found.current
    row = run.row(updates(settings))
    return {
        "cloud": lambda: _cloud_words(run, row),
        "survival": lambda: _survival_words([run, *found.others], int(run.iteration[row])),
        "cloud-alive": lambda: _alive_words(run, row),
    }


def _cloud_words(run: Cloud, row: int) -> str:
    dead, gone = float(run.dead_fraction[row]), float(np.isnan(run.w[row]).mean())
    shares = [f"dead {percent(dead, 1)}", f"alive {percent(1 - dead - gone, 1)}"]
    shares += [f"diverged {percent(gone, 1)}"] if gone > 0 else []
    when = f"after {in_updates(int(run.iteration[row]))}"
    parts = [f"{run.count} units in the plane of weight and bias, {when}: {', '.join(shares)}."]
    if gone < 1:
        for name, values in (("Weights", run.w[row]), ("Biases", run.b[row])):
            low, median, high = (readable(float(v), 2) for v in np.nanquantile(values, (0.05, 0.5, 0.95)))
            parts.append(f"{name}: median {median}, 90 % between {low} and {high}.")
    hp = run.hyperparameters
    return " ".join([*parts, f"Ground truth at ({readable(hp.gamma)}, {readable(hp.delta)})."])


def _survival_words(runs: Sequence[Cloud], time: int) -> str:
    parts = [f"Dead share against updates. After {in_updates(time)}:"]
    for run in runs:
        row = run.row(time)
        dead = percent(float(run.dead_fraction[row]), 1)
        told = f"β = {momentum(run.hyperparameters.beta)}: {dead}, 95 % interval {_interval(run, row)}"
        last = len(run.iteration) - 1
        if row < last:
            told += (
                f"; {percent(float(run.dead_fraction[last]), 1)} after {in_updates(int(run.iteration[last]))}"
            )
        parts.append(f"{told}.")
    return " ".join(parts)


def _alive_words(run: Cloud, row: int) -> str:
    if np.isnan(run.activation_quantiles[:, row]).all():
        return "P(z > 0) of the units over iterations. All have diverged."
    low, _, median, _, high = (readable(float(p), 2) for p in run.activation_quantiles[:, row])
    return (
        f"P(z > 0) of the units over iterations. After {in_updates(int(run.iteration[row]))} "
        f"the median is {median}, and 90 % of the units lie between {low} and {high}."
    )
