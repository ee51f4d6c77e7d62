"""Python that gives the same numbers as a picture, from `dynamics` alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from dashboard import kick, results
from dashboard.clouds import clouds, updates
from dashboard.comparison import CURVE_CELLS, points
from dashboard.controls import InvalidSettingError
from dashboard.export import ExportRequest
from dashboard.export_words import NO_SHARES, no_kick
from dashboard.revival import GAMMAS, depths
from dashboard.runs import LETTERS
from dashboard.settings import Settings
from dashboard.snippet_parts import at, hyperparameters, judging, named, starts
from dynamics import Cancellation, Hyperparameters
from figures import kick_grid

Lines = Iterator[str]
_LONG = 1000  # updates; of longer paths only `recorded_iterations` are kept


def snippet(request: ExportRequest, cancel: Cancellation) -> str:
    """Return a program that computes what the picture of `request` shows, bit for bit.

    Its names are those of the numbers that can be taken away (`dashboard.export_data`).

    Raises
    ------
    InvalidSettingError
        When there is no such picture at these settings.
    Cancelled
        When `cancel` is set before the end: some settings of a picture are found only with it.
    """
    body = list(_MAKERS[request.picture](request, cancel))
    code = "\n".join(body)
    names = [name for name in _IMPORTED if re.search(rf"\b{name}[(]", code)]
    numpy = ["import numpy as np", ""] if "np." in code else []
    return "\n".join([*numpy, f"from dynamics import {', '.join(names)}", "", *body, ""])


_IMPORTED = (
    *("Grid", "Hyperparameters", "Initializer", "Outcome", "affine_trajectory", "at_depth", "basin_map"),
    *("cloud", "eigenvalue_locus_beta", "eigenvalues", "outcomes", "recorded_iterations", "regime"),
    *("revival_time", "smallest_kick", "trajectory", "vector_field"),
)


# ------------------------------------------------------------------ maps of starts


def _map(request: ExportRequest, _: Cancellation) -> Lines:
    return _starts(request, request.settings)


def _pinned(request: ExportRequest, _: Cancellation) -> Lines:
    return _starts(request, request.settings.pinned)


def _starts(request: ExportRequest, settings: Settings) -> Lines:
    yield from at(settings, exact=request.exact)
    yield f"grid = {starts(settings.grid(request.cells))}"
    yield "basin = basin_map(hp, grid, **judging)  # .outcome, .iterations, .final_w, .final_b"
    if settings.colouring == "revival":
        epsilon = f"rho={settings.rho!r}, epsilon={settings.epsilon!r}"
        yield f"revival = revival_time(hp, grid.w, grid.b[:, None], {epsilon})  # .log10_iterations"
    elif settings.colouring == "gradient":
        yield f"field = vector_field(hp, grid, rho={settings.rho!r})  # .dw, .db"
    yield 'print(f"{basin.dead_fraction:.1%} of starts are dead")'


def _changed(request: ExportRequest, _: Cancellation) -> Lines:
    yield from at(request.settings, exact=request.exact)
    yield from at(request.settings.pinned, "_pinned", request.exact)
    yield f"grid = {starts(request.settings.grid(request.cells))}"
    yield "basin = basin_map(hp, grid, **judging)"
    yield "pinned = basin_map(hp_pinned, grid, **judging_pinned)"
    yield "changed = basin.outcome != pinned.outcome"
    yield 'print(f"{changed.mean():.1%} of starts end differently")'


def _kick(request: ExportRequest, cancel: Cancellation) -> Lines:
    settings = request.settings
    found = kick.find(settings, cancel).kick
    if found is None:
        raise InvalidSettingError("picture", no_kick(), None)
    yield from at(replace(settings, rho=found.rho))
    yield f"kick = smallest_kick(hp, {found.w!r}, {found.b!r}, **judging)"
    yield f"grid = {starts(kick_grid(found))}  # around it"
    yield "basin = basin_map(hp, grid, **judging)"
    yield 'print(f"{kick.length / hp.gamma:.3g} times gamma kills")'


# ------------------------------------------------------------------ paths of starts


def _alive(request: ExportRequest, _: Cancellation) -> Lines:
    return _paths(request.settings)


def _pinned_alive(request: ExportRequest, _: Cancellation) -> Lines:
    return _paths(request.settings.pinned)


def _paths(settings: Settings) -> Lines:
    each = ", ".join(f'"{LETTERS[i]}": {start!r}' for i, start in enumerate(settings.starts))
    yield from at(settings)
    yield f"starts = {{{each}}}"
    first = min(settings.before[0], settings.max_iterations) if settings.before else 0
    if first > 0:
        yield from _continued(settings, first)
    else:
        yield from (
            "",
            "def follow(start):",
            "    end = outcomes(hp, *start, **judging)",
            "    return Outcome(int(end.outcome)), max(int(end.iterations), 1)",
        )
    before = ", before=before" if settings.before else ""
    yield from (
        "",
        "paths, ends = {}, {}",
        "for name, start in starts.items():",
        "    ends[name], steps = follow(start)",
        f"    record = None if steps <= {_LONG} else recorded_iterations(steps)",
        f"    paths[name] = trajectory(hp, start, steps, {settings.rho!r}, record=record{before})",
        '    print(name, ends[name].name, "after", steps, "updates")',
    )


def _continued(settings: Settings, first: int) -> Lines:
    """Judge a start from where its first updates, made with other settings, have left it."""
    iteration, beta, eta = settings.before or (0, settings.beta, settings.eta)
    early = Hyperparameters(beta, eta, settings.gamma, settings.delta)
    left = settings.max_iterations - first
    yield f"before = {iteration}, {hyperparameters(early)}  # makes the first updates"
    yield from (
        "",
        "def follow(start):",
        f'    end = outcomes(before[1], *start, **judging | {{"max_iterations": {first}}})',
    )
    if left == 0:
        yield "    return Outcome(int(end.outcome)), max(int(end.iterations), 1)"
        return
    yield from (
        f"    if end.iterations < {first}:  # it has stopped before",
        "        return Outcome(int(end.outcome)), max(int(end.iterations), 1)",
        f"    led = trajectory(before[1], start, {first}, {settings.rho!r}, record=[{first}])",
        f'    rest = judging | {{"rho": led.rho[0], "max_iterations": {left}, "method": "reference"}}',
        "    momentum = led.m_w[0], led.m_b[0], led.m_rho[0]",
        "    end = outcomes(hp, led.w[0], led.b[0], **rest, momentum=momentum)",
        f"    return Outcome(int(end.outcome)), {first} + int(end.iterations)",
    )


# ------------------------------------------------------------------ the affine model, and others


def _locus(request: ExportRequest, _: Cancellation) -> Lines:
    yield f"curve = eigenvalue_locus_beta({request.settings.eta!r})  # .beta, .eigenvalues"
    yield f"current = eigenvalues({request.settings.beta!r}, {request.settings.eta!r})"
    yield "print(abs(current).max())"


def _regimes(request: ExportRequest, _: Cancellation) -> Lines:
    yield f"beta, eta = {request.settings.beta!r}, {request.settings.eta!r}"
    yield "print(regime(beta, eta), abs(eigenvalues(beta, eta)).max())"


def _oscillation(request: ExportRequest, _: Cancellation) -> Lines:
    betas = results.momenta(request.settings)
    steps = results.AFFINE_STEPS
    yield "runs = [  # .a, .m"
    yield f"    affine_trajectory(beta, {request.settings.eta!r}, {steps}) for beta in {betas!r}"
    yield "]"


def _field(request: ExportRequest, _: Cancellation) -> Lines:
    settings, found = request.settings, results.fields(request.settings, request.view)
    yield f"grid = {starts(found[0].grid)}  # of the arrows"
    yield "fields = [  # .dw, .db"
    hp = f"Hyperparameters(0.0, 1.0, gamma, {settings.delta!r})"
    yield f"    vector_field({hp}, grid, rho={settings.rho!r})"
    yield f"    for gamma in {results.FIELD_GAMMAS!r}"
    yield "]"


def _share(request: ExportRequest, cancel: Cancellation) -> Lines:
    """Compute the share where the chart has a point; with PyTorch's lr kept each β has its own η."""
    settings = request.settings
    curves = points(settings, cancel)
    if not curves:
        raise InvalidSettingError("picture", NO_SHARES, None)
    yield judging(settings)
    yield f"grid = {starts(settings.grid(CURVE_CELLS))}"
    yield "points = {  # (beta, eta) by gamma, close where the share bends"
    for curve in curves:
        pairs = [(float(beta), settings.at_momentum(float(beta)).eta) for beta in curve.beta]
        yield f"    {curve.gamma!r}: ["
        yield from (f"        {', '.join(map(repr, pairs[i : i + 4]))}," for i in range(0, len(pairs), 4))
        yield "    ],"
    yield from (
        "}",
        "",
        "def share(beta, eta, gamma):",
        f"    hp = Hyperparameters(beta, eta, gamma, {settings.delta!r})",
        "    return basin_map(hp, grid, **judging).dead_fraction",
        "",
        "shares = {gamma: [share(*pair, gamma) for pair in pairs] for gamma, pairs in points.items()}",
    )


def _revival(request: ExportRequest, _: Cancellation) -> Lines:
    settings = request.settings
    low, high, count = depths(settings)
    gammas = [settings.gamma * factor for factor in GAMMAS]
    beta, eta, delta, epsilon = settings.beta, settings.eta, settings.delta, settings.epsilon
    unit = f"{settings.selected[0]!r}, {settings.selected[1]!r}, {settings.rho!r}"
    yield f"depths = np.linspace({low!r}, {high!r}, {count})  # -b over the length of the weights"
    yield f"units = at_depth({unit}, depths)"
    yield "curves = {  # .log10_iterations"
    hp = f"Hyperparameters({beta!r}, {eta!r}, gamma, {delta!r})"
    yield f"    gamma: revival_time({hp}, *units, epsilon={epsilon!r})"
    yield f"    for gamma in {gammas!r}"
    yield "}"
    yield f"hp = {hyperparameters(settings.hyperparameters)}"
    yield f"unit = revival_time(hp, {unit}, epsilon={epsilon!r})"
    yield "print(10 ** float(unit.log10_iterations))"


# ------------------------------------------------------------------ real initialisations


def _units(settings: Settings, betas: Sequence[float], iterations: Sequence[int]) -> Lines:
    """Follow the drawn units at each β for so many updates."""
    drawn = settings.initializer
    if drawn is None:
        raise ValueError("init must be a scheme, got none")
    drawing = {"scheme": str(drawn.scheme), "fan_in": drawn.fan_in}
    if drawn.weight_std is not None:
        drawing |= {"weight_std": drawn.weight_std, "bias_std": drawn.bias_std}
    if drawn.bias != 0:
        drawing["bias"] = drawn.bias
    counts = {"count": settings.units, "seed": settings.seed, "epsilon": settings.epsilon}
    yield f"drawing = dict(initializer=Initializer({named(drawing)}), {named(counts)})"
    yield "runs = [  # .iteration, .w, .b, .rho, .dead, .dead_fraction, .interval, .activation_quantiles"
    for beta, last in zip(betas, iterations, strict=True):
        hp = hyperparameters(settings.at_momentum(beta).hyperparameters)
        yield f"    cloud({hp}, iterations={last}, **drawing),"
    yield "]"
    yield from (
        f"row = runs[-1].row({updates(settings)})",
        'print(f"{runs[-1].dead_fraction[row]:.1%} are dead after {runs[-1].iteration[row]} updates")',
    )


def _cloud(request: ExportRequest, cancel: Cancellation) -> Lines:
    run = clouds(request.settings, still=True, complete=False, cancel=cancel).current
    return _units(request.settings, [request.settings.beta], [int(run.iteration[-1])])


def _survival(request: ExportRequest, cancel: Cancellation) -> Lines:
    found = clouds(request.settings, still=True, complete=False, cancel=cancel)
    runs = [*found.others, found.current]
    betas = [run.hyperparameters.beta for run in runs]
    return _units(request.settings, betas, [int(run.iteration[-1]) for run in runs])


_MAKERS: dict[str, Callable[[ExportRequest, Cancellation], Lines]] = {
    "map": _map,
    "pinned": _pinned,
    "changed": _changed,
    "kick": _kick,
    "alive": _alive,
    "pinned-alive": _pinned_alive,
    "locus": _locus,
    "regimes": _regimes,
    "oscillation": _oscillation,
    "field": _field,
    "share": _share,
    "revival": _revival,
    "cloud": _cloud,
    "survival": _survival,
    "cloud-alive": _cloud,
}
