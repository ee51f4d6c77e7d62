"""What stands around an exported picture: title, caption and legend, in the page's own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dashboard.caption import counting, rule, window_text
from dashboard.controls import CONTROLS
from dashboard.explore import FIELD_WORDS, PANELS, REGIME_WORDS
from dashboard.map_layout import HEADINGS, ITERATION_BINS, OUTCOME_NAMES
from dashboard.numbers import exact, readable
from dashboard.results import momenta
from dashboard.runs import LETTERS
from dashboard.settings import Settings
from dashboard.texts import QUANTITIES
from dynamics import Outcome
from figures.chart import momentum
from figures.plate import Entry
from figures.revival_ground import LEGEND
from figures.theme import Theme, iteration_colours, outcome_fills

if TYPE_CHECKING:
    from dashboard.export import ExportRequest
    from dashboard.shown import Shown

TITLES = {name: heading for name, heading, _ in PANELS} | {
    "share": "Dead share against momentum",
    "field": "Gradient at γ = 1, 0.1 and 0.01",
    "regimes": "What the affine model does",
    "kick": "Smallest kick that kills",
    "revival": "Updates until back, against depth",
    "changed": "What changed",
    "cloud": "Where the units are",
    "survival": "Dead share against updates",
    "cloud-alive": "Are the units alive?",
}
# What names a file and stands in a caption, of each picture; of all others all of it.
_USED = {
    "locus": ("beta", "eta"),
    "oscillation": ("beta", "eta"),
    "regimes": ("beta", "eta"),
    "field": ("delta", "epsilon", "rho"),
    "share": ("eta", "delta", "epsilon", "rho"),
}
_NBSP = "\N{NO-BREAK SPACE}"
_ALL = ("beta", "eta", "gamma", "delta", "epsilon", "rho")


NO_SHARES = "The dead share against momentum took too long: try again, or choose fewer iterations"


def missing(key: str, seen: Shown) -> str:
    """Say why a picture is not there."""
    if key == "kick":
        return str(seen.page.get("kick-check", {}).get("text", "")).removesuffix(".") or no_kick()
    return NO_SHARES


def no_kick() -> str:
    """Say that there is no picture of a kick."""
    return "No kick was found to kill here"


def title(key: str, settings: Settings) -> str:
    """Return a picture's heading."""
    if key not in ("map", "pinned", "pinned-alive", "alive"):
        return TITLES[key]
    plain = (
        TITLES["alive"] if key.endswith("alive") else HEADINGS.get(settings.colouring, HEADINGS["outcome"])
    )
    if not settings.comparing:
        return plain
    return f"{'Pinned' if key.startswith('pinned') else 'Now'}: {plain[0].lower()}{plain[1:]}"


def swept(settings: Settings, key: str) -> str:
    """Return the value that a sweep has reached: ``β = 0.85``."""
    return "" if key == "none" else f"{CONTROLS[key].symbol} = {_value(settings, key)}"


def file_name(key: str, settings: Settings) -> str:
    """Return a file's name without its suffix: the picture, and what it was drawn from."""
    at = settings.pinned if key.startswith("pinned") else settings
    usual = {"epsilon": CONTROLS["epsilon"].default, "rho": CONTROLS["rho"].default}
    kept = (name for name in _USED.get(key, _ALL) if getattr(at, name) != usual.get(name))
    parts = [f"{name}{exact(getattr(at, name))}" for name in kept]
    if settings.initializer is not None:
        parts.append(f"{settings.init}{settings.fan_in}")
    elif settings.tolerance == 0 and key not in ("locus", "oscillation", "regimes", "field"):
        parts.append(f"T{settings.max_iterations}")
    return "_".join(["dead-cone", "now" if key == "map" and settings.comparing else key, *parts])


# ------------------------------------------------------------------ captions


def caption(key: str, request: ExportRequest, seen: Shown) -> list[str]:
    """Return the paragraphs under a picture; the first says what it shows."""
    settings = request.settings
    words = {name: str(told.get("text", "")) for name, told in seen.page.items()}
    if key in ("cloud", "survival", "cloud-alive"):
        cones = f"The {words['cloud-rho']}." if key == "cloud" and words.get("cloud-rho") else ""
        lines = [seen.verdict, words["context"], _first(words["counting"]), cones, values(settings)]
    elif key in ("map", "pinned", "changed"):
        lines = list(_plane(key, request, seen, words))
    elif key == "revival":
        unit = f"{words['unit-place']}: {_back(words['unit-back'])}."
        lines = [unit, words["unit-words"], values(settings)]
    elif key == "kick":
        judged = (
            f"{_first(rule(settings))}; {words['kick-resolution']}." if words.get("kick-resolution") else ""
        )
        lines = [words["kick-check"], judged, values(settings)]
    else:
        lines = list(_chart(key, settings))
    return [line for line in lines if line]


def values(settings: Settings, keys: tuple[str, ...] = _ALL) -> str:
    """Write settings as ``β = 0.9, η = 0.1``; ρ only where it is not 0."""
    parts = [
        f"{CONTROLS[key].symbol}{_NBSP}={_NBSP}{_value(settings, key)}"
        for key in keys
        if key != "rho" or settings.rho != 0
    ]
    if settings.pytorch and "eta" in keys and "beta" in keys:
        parts.append(f"PyTorch's lr = {readable(settings.lr, 4)}")
    return f"{', '.join(parts)}."


def _value(settings: Settings, key: str) -> str:
    value = getattr(settings, key)
    return momentum(value, 4) if key == "beta" else readable(value, 4)


def _plane(key: str, request: ExportRequest, seen: Shown, words: dict[str, str]) -> Iterator[str]:
    settings = request.settings
    if key == "changed":
        yield seen.verdict
        yield words["context"]
        yield "Grey starts end alike; the dotted line is where DEAD ended when pinned."
        yield f"Pinned: {words['pinned-all']}."
    elif key == "pinned":
        yield f"When pinned {words['pinned-share-dead']} of starts are dead in the end."
        settings = settings.pinned
    elif settings.colouring == "revival":
        yield f"{words['unit-place']}: {_back(words['unit-back'])}."
    elif settings.colouring == "gradient":
        yield "−∇L: faint arrows 10⁻³, mid 10⁻¹, strong 1; a dot where the gradient vanishes."
    elif settings.colouring != "plain":
        yield seen.verdict
    yield f"{values(settings)} {_starts(settings)}{_at(settings)}"
    if settings.colouring in ("outcome", "iterations"):
        yield _first(counting(settings, settings.grid(max(seen.n_w, seen.n_b))))
    else:
        yield f"Window {window_text(settings)}."


def _starts(settings: Settings) -> str:
    """Name the starts, and what led their first updates."""
    if not settings.starts:
        return ""
    places = [
        f"{LETTERS[i]}{_NBSP}({readable(w)},{_NBSP}{readable(b)})" for i, (w, b) in enumerate(settings.starts)
    ]
    return f"Start{'s' if len(places) > 1 else ''} {', '.join(places)}.{_led(settings)}"


def _led(settings: Settings) -> str:
    if not settings.before:
        return ""
    iteration, beta, eta = settings.before
    at = f"β = {momentum(beta, 4)}, η = {readable(eta)}"
    return f" Until iteration {readable(iteration, 7)} the paths had {at}."


def _at(settings: Settings) -> str:
    return (
        ""
        if settings.time == 0 or "paths" not in settings.layers
        else f" Discs: at iteration {readable(settings.time, 7)}."
    )


def _chart(key: str, settings: Settings) -> Iterator[str]:
    at = settings.pinned if key == "pinned-alive" else settings
    if key.endswith("alive"):
        yield f"{QUANTITIES[settings.quantity]} along the paths of the starts."
        yield f"{values(at)} {_starts(at) or 'No start.'}"
        yield f"{_first(rule(at))}; no momentum at the start."
    elif key == "share":
        yield f"Dead share of starts on a grid in {window_text(settings)} against β, at four γ."
        point = ", ".join(f"{CONTROLS[name].symbol} = {_value(settings, name)}" for name in ("beta", "gamma"))
        yield f"{values(settings, _USED[key])} The point is {point}."
        yield f"{_first(rule(settings))}; no momentum at the start."
    elif key == "field":
        yield "−∇L, the direction of one step without momentum, in [−3, 3]²."
        yield FIELD_WORDS
        yield values(settings, _USED[key])
    elif key == "locus":
        yield "Both eigenvalues of the affine model as β runs from 0 (×) to 1; the dots are this β."
        yield values(settings, _USED[key])
    elif key == "oscillation":
        yield "What is left of an error of 1 in the affine model, from rest."
        betas = ", ".join(momentum(beta, 4) for beta in momenta(settings))
        yield f"η = {_value(settings, 'eta')}; β = {betas}."
    else:
        yield REGIME_WORDS
        yield values(settings, _USED[key])


def _back(words: str) -> str:
    if words.endswith("updates"):
        return f"back after {words}, by the expected gradient"
    return "never back, by the expected gradient" if words == "never" else words


def _first(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


# ------------------------------------------------------------------ legends


def legend(key: str, settings: Settings, seen: Shown, colours: Theme) -> list[Entry]:
    """Return the legend of a picture that has one on the page."""
    if key == "cloud":
        dead, living = (seen.page[f"cloud-{name}"]["text"] for name in ("dead", "living"))
        return [
            Entry(f"dead now {dead}", colours.dead, "disc"),
            Entry(f"alive now {living}", colours.map_casing, "ring"),
        ]
    if key == "kick":
        return [_outcome(name, "", colours) for name in ("dead", "converged")]
    if key == "changed":
        same = Entry("same", colours.rail)
        return [*_outcomes(seen, "changed-share-", "now ", colours), same]
    if key not in ("map", "pinned"):
        return []
    if settings.colouring == "iterations":
        bins = zip(ITERATION_BINS, iteration_colours(colours), strict=True)
        return [Entry(f"{text} iterations" if text == "more" else text, colour) for text, colour in bins]
    if settings.colouring == "revival":
        return [_revival(token, text, colours) for token, text in LEGEND]
    if settings.colouring != "outcome":
        return []
    prefix = "pinned-share-" if key == "pinned" else "share-"
    return _outcomes(seen, prefix, "", colours)


def _outcomes(seen: Shown, prefix: str, before: str, colours: Theme) -> list[Entry]:
    shares = {name: str(seen.page[f"{prefix}{name}"]["text"]) for name in OUTCOME_NAMES}
    return [_outcome(name, share, colours, before) for name, share in shares.items() if share != "0 %"]


def _outcome(name: str, share: str, colours: Theme, before: str = "") -> Entry:
    weave = getattr(colours, f"{name}_weave", None)
    return Entry(
        f"{before}{name.upper()} {share}".strip(), outcome_fills(colours)[Outcome[name.upper()]], weave=weave
    )


def _revival(token: str, text: str, colours: Theme) -> Entry:
    weave = colours.revival_never_stripe if token == "revival-never" else None
    return Entry(text, getattr(colours, token.replace("-", "_")), weave=weave)
