"""What the pictures show, in words with their numbers, for who does not see them.

Each function takes the results that a picture is drawn from. The words are made at rest only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard import guess, kick, pinned, results, words_of_maps
from dashboard import revival as reviving
from dashboard.numbers import percent, readable
from dashboard.settings import Settings
from dashboard.texts import QUANTITIES
from dynamics import (
    AffineTrajectory,
    BasinMap,
    RevivalTimes,
    VectorField,
    critical_momentum,
    dead_cone_slope,
    eigenvalues,
    max_stable_learning_rate,
    regime,
)
from figures import CurrentShare, ShareCurve, StartPath, View
from figures.alive import Quantity
from figures.arrows import magnitude_classes
from figures.chart import momentum
from figures.momenta import depth_of, reach
from figures.plane import ENDINGS
from figures.revival_ground import count

Words = Mapping[str, Callable[[], str]]


def of_starts(
    settings: Settings,
    view: View,
    basin: BasinMap,
    curves: Sequence[ShareCurve],
    runs: Sequence[StartPath],
    kicked: kick.Kicked | None,
    revived: reviving.Revived | None,
) -> Words:
    """Return the words of each picture of a map of starts and of what stands beside it."""
    current = CurrentShare(settings.gamma, settings.beta, basin.dead_fraction)
    ground = revived.ground if revived is not None else None
    words: dict[str, Callable[[], str]] = {
        "map": lambda: words_of_maps.plane(settings, basin, results.arrows(settings, view), runs, ground),
        "alive": lambda: alive(runs, settings),
        "share": lambda: share(curves, current, guess.guessed_share(settings)),
        "kick": lambda: smallest_kick(settings, kicked),
        **_of_no_start(settings, view),
    }
    if revived is not None:
        limit = settings.max_iterations if settings.tolerance > 0 else None
        words["revival"] = lambda: revival(revived.curves, revived.unit, limit)
    return words


def of_pinned(
    settings: Settings, view: View, now: BasinMap, runs: Sequence[StartPath], there: pinned.Pinned
) -> Words:
    """Return the words of the pictures beside a pinned setting."""
    at = there.settings
    field = results.arrows(at, view)
    return {
        "alive": lambda: alive(runs, settings, ", now"),
        "pinned-alive": lambda: alive(there.runs, at, ", pinned"),
        "pinned": lambda: f"Pinned. {words_of_maps.plane(at, there.basin, field, there.runs)}",
        "changed": lambda: words_of_maps.changed(now, there.basin),
    }


def of_hidden(settings: Settings, view: View, known: float | None) -> Words:
    """Return the words of what may be seen before the outcome is revealed; nothing else was judged.

    `known` is the dead share without momentum.
    """
    hint = "" if known is None else f" Without momentum {percent(known)} die."
    made = (
        ""
        if settings.guess is None
        else f" Your guess at β = {momentum(settings.beta, 4)} is {readable(settings.guess)} %."
    )
    return {
        "map": lambda: words_of_maps.starts_only(settings),
        "alive": lambda: "Hidden until you reveal.",
        "share": lambda: f"Dead share against momentum, hidden until you reveal.{hint}{made}",
        **_of_no_start(settings, view),
    }


def _of_no_start(settings: Settings, view: View) -> Words:
    """Return the words of the pictures that know nothing of starts."""
    return {
        "locus": lambda: locus(settings),
        "oscillation": lambda: oscillation(results.affine_runs(settings)),
        "regimes": lambda: regimes(settings),
        "field": lambda: field(results.fields(settings, view), settings.epsilon),
    }


# ------------------------------------------------------------------ the affine model


def complex_number(value: complex) -> str:
    """Write an eigenvalue to three digits: ``0.9``, ``0.945 + 0.087i``."""
    if value.imag == 0:
        return readable(value.real)
    return f"{readable(value.real)} {'+' if value.imag > 0 else '−'} {readable(abs(value.imag))}i"


def locus(settings: Settings) -> str:
    """Name the current eigenvalues, and where they turn complex."""
    beta, eta = settings.beta, settings.eta
    first, second = eigenvalues(beta, eta)
    size = max(abs(first), abs(second))
    side = "inside" if size < 1 else "not inside"
    return (
        f"Eigenvalues of the affine model as β runs from 0 to 1 at η = {readable(eta)}. "
        f"At β = {momentum(beta, 4)} they are {complex_number(first)} and {complex_number(second)}, "
        f"|λ| = {size:.3f}, {side} the unit circle. "
        f"They are complex above β = {momentum(float(critical_momentum(eta)))}."
    )


def oscillation(runs: Sequence[AffineTrajectory]) -> str:
    """Say of each momentum how far the error swings, and what is left of it."""
    by_beta = {run.beta: run for run in runs}
    each = [_error(run) for _, run in sorted(by_beta.items())]
    return f"Distance a from the ground truth without the ReLU, from 1 at the start. {' '.join(each)}"


def _error(run: AffineTrajectory) -> str:
    name = f"β = {momentum(run.beta)}:"
    if not np.isfinite(run.a).all():
        return f"{name} it grows without limit."
    lowest, last = int(np.argmin(run.a)), len(run.a) - 1
    dip = f"lowest {readable(float(run.a[lowest]), 2)} at iteration {lowest}, " if run.a[lowest] < 0 else ""
    return f"{name} {dip}{readable(float(run.a[last]), 2)} after {last}."


def regimes(settings: Settings) -> str:
    """Name the current regime, and where it ends."""
    beta, eta = settings.beta, settings.eta
    size = float(np.abs(eigenvalues(beta, eta)).max())
    return (
        f"Regimes of the affine model over learning rate and momentum. β = {momentum(beta, 4)}, "
        f"η = {readable(eta)} is {regime(beta, eta)}, |λ| = {size:.3f}. At this η the critical momentum is "
        f"{momentum(float(critical_momentum(eta)))}; at this β the model is stable below "
        f"η = {readable(float(max_stable_learning_rate(beta)))}."
    )


# ------------------------------------------------------------------ along the paths


def alive(runs: Sequence[StartPath], settings: Settings, name: str = "") -> str:
    """Say what the time series draws: each start's first, lowest, highest and last value."""
    quantity = settings.quantity
    heading = f"{QUANTITIES[quantity]} over iterations{name}."
    if quantity == "activation":
        heading += f" Dead below ε = {readable(settings.epsilon)}."
    each = [f"{path.letter}: {_course(path, quantity)}." for path in runs]
    return " ".join([heading, *(each or ["There is no start."])])


def along(path: StartPath, quantity: Quantity) -> NDArray[np.float64]:
    """Return the drawn quantity along a path, float64 (n,)."""
    run = path.trajectory
    return run.activation_probability if quantity == "activation" else np.asarray(getattr(run, quantity))


def _course(path: StartPath, quantity: Quantity) -> str:
    values = along(path, quantity)
    there = values[np.isfinite(values)]
    last = int(path.trajectory.iteration[-1])
    first, low, high = (readable(float(v), 2) for v in (values[0], there.min(), there.max()))
    final = readable(float(values[-1]), 2) if math.isfinite(values[-1]) else "beyond all numbers"
    end = f"{final} at iteration {last}, {ENDINGS[path.outcome]}"
    return f"{first} at the start, between {low} and {high}, {end}"


# ------------------------------------------------------------------ dead shares


def share(curves: Sequence[ShareCurve], current: CurrentShare, guess: float | None = None) -> str:
    """Say how the dead share depends on momentum: the current one, and the ends of every curve."""
    guessed = "" if guess is None else f" You guessed {percent(guess)}."
    edge = reach(current.beta)
    each = " ".join(_curve(curve, edge) for curve in sorted(curves, key=lambda curve: -curve.gamma))
    return (
        f"Dead share against momentum. At β = {momentum(current.beta, 4)}, γ = {readable(current.gamma)}: "
        f"{percent(current.share)}.{guessed} {each}"
    ).rstrip()


def share_at(curve: ShareCurve, beta: float) -> float:
    """Read a curve off at a momentum, as it is drawn: straight in −log₁₀(1 − β) between its points."""
    return float(np.interp(depth_of(beta), depth_of(curve.beta), curve.share))


def _curve(curve: ShareCurve, edge: float) -> str:
    name = f"γ = {readable(curve.gamma)}:"
    if not len(curve.beta):
        return f"{name} took too long."
    ends = (f"{percent(share_at(curve, beta))} at β = {momentum(beta)}" for beta in (0.0, 0.9, edge))
    return f"{name} {', '.join(ends)}."


# ------------------------------------------------------------------ gradients, and the way back


def field(fields: Sequence[VectorField], epsilon: float) -> str:
    """Say how strong the gradient is in each panel, and where it vanishes."""
    slope = readable(float(-dead_cone_slope(epsilon)))
    each = " ".join(_panel(one) for one in fields)
    return f"−∇L on the plane of weight and bias; the dead cone lies below b = −{slope}·‖w‖. {each}"


def _panel(one: VectorField) -> str:
    size = np.hypot(one.dw, one.db)
    dots = int((magnitude_classes(one) == 0).sum())
    hp = one.hyperparameters
    return (
        f"γ = {readable(hp.gamma)}: ground truth at ({readable(hp.gamma)}, {readable(hp.delta)}), "
        f"arrows up to {readable(float(size.max()), 2)}, {dots} of {size.size} vanish."
    )


def revival(curves: Sequence[RevivalTimes], unit: RevivalTimes, limit: int | None) -> str:
    """Say how long dead units wait at each depth and γ, and how long the selected one."""
    depth = -float(unit.b) / math.hypot(float(unit.w), float(unit.rho)) if unit.dead else math.nan
    own = (
        f"The selected unit, at depth {readable(depth)}, {_wait(float(unit.log10_iterations))}."
        if unit.dead
        else "The selected unit is alive."
    )
    ends = "" if limit is None else f" The stop rule ends at {readable(limit)}."
    each = " ".join(_depths(times) for times in curves)
    return f"Updates until a dead unit is back, against its depth −b/‖w‖. {own}{ends} {each}".rstrip()


def smallest_kick(settings: Settings, found: kick.Kicked | None) -> str:
    """Say where the smallest kick leads, and how the starts around it end."""
    words = f"Map around the smallest kick that kills. {kick.sentence(settings, found)}"
    if found is None or found.kick is None or found.basin is None:
        return words
    one = found.kick
    arrow = words_of_maps.arrow((one.w, one.b), (one.w + one.dw, one.b + one.db))
    return f"{words} {arrow} Around it {words_of_maps.shares(found.basin)}."


def _wait(log10: float) -> str:
    if math.isnan(log10):
        return "keeps moving inside the cone"
    return "is never back" if math.isinf(log10) else f"is back after {count(log10)} updates"


def _depths(times: RevivalTimes) -> str:
    depth = -times.b / np.hypot(times.w, times.rho)
    ends = (
        f"at depth {readable(float(depth[i]))} it {_wait(float(times.log10_iterations[i]))}" for i in (0, -1)
    )
    return f"γ = {readable(times.hyperparameters.gamma)}: {', '.join(ends)}."
