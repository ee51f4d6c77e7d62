"""The one state of the page: every setting, its URL and what the dynamics need of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from dashboard import link
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.embed import fitted
from dashboard.numbers import exact
from dashboard.pin import Pin
from dashboard.texts import (
    ONE_RATE,
    PARSERS,
    RISK_TABS,
    SELECTED,
    STARTS,
    TABS,
    USUAL,
    WINDOW,
    Before,
    Starts,
    Window,
    parse_step,
    written,
)
from dynamics import Grid, Hyperparameters, Initializer, Scheme
from figures.alive import Quantity
from figures.view import Colouring, Layer

WINDOW_LIMIT = 1e3  # of the window that buttons and hands reach
SMALLEST_WINDOW = 1e-6  # that a button zooms to
MAX_PARTS = 100


@dataclass(frozen=True)
class Settings:
    """Every setting of the Explore page; a view of the URL, immutable.

    Numbers are described by the control table. `window` is (w_min, w_max, b_min, b_max) in
    weights and biases, `starts` the (w, b) of A, B, C, …, `colouring`, `layers` and `quantity`
    what the map and the time series show, `present` whether the projector view is on, `scale` whether
    window, starts, ρ and tolerance are given in units of γ. `selected` is the (w, b) of the unit whose
    revival is told, `batch` how many samples see it at a time. `time` is the iteration of the playhead,
    `before` (iteration, β, η) says that the paths were led by another β and η up to an iteration. `kick`
    names the unit that the smallest kick is looked for: the ground truth or the start of a letter.
    `init` is a `Scheme`, or none for starts on a grid; the fields after it describe the draw. `pytorch` says
    that the page shows and takes η as PyTorch's lr = η(1 − β); the setting itself stays η.
    `hide` is "outcome" while the viewer guesses the dead share first, `guess` what was guessed, in per cent.
    `pin` is what the page compares with. `step` is the lesson's, 0 outside it, `vote` the option that was
    predicted there, 0 for none. `page` is one of `pages.VIEWS`, as the path says, `tab` what of
    it is shown, `job` the work whose result is. On the page Risk units are trained for `updates` updates by
    `optimizer`, one of `texts.OPTIMIZERS`, from `init`, He's normal one where that is none, or evenly from
    the window, as `origin` says; `alpha`, `beta2`, `decay`, `warmup`, `clip` and `slope` are the training's.
    """

    beta: float = CONTROLS["beta"].default
    eta: float = CONTROLS["eta"].default
    gamma: float = CONTROLS["gamma"].default
    delta: float = CONTROLS["delta"].default
    epsilon: float = CONTROLS["epsilon"].default
    tolerance: float = CONTROLS["tolerance"].default
    max_iterations: int = int(CONTROLS["max_iterations"].default)
    rho: float = CONTROLS["rho"].default
    resolution: int = int(CONTROLS["resolution"].default)
    window: Window = WINDOW
    starts: Starts = STARTS
    colouring: Colouring = "outcome"
    layers: tuple[Layer, ...] = USUAL
    quantity: Quantity = "activation"
    present: bool = False
    scale: bool = False
    selected: tuple[float, float] = SELECTED
    batch: int = int(CONTROLS["batch"].default)
    time: int = 0
    before: Before = ()
    kick: str = "truth"
    init: str = "none"
    fan_in: int = int(CONTROLS["fan_in"].default)
    units: int = int(CONTROLS["units"].default)
    weight_std: float = CONTROLS["weight_std"].default
    bias_std: float = CONTROLS["bias_std"].default
    bias: float = CONTROLS["bias"].default
    seed: int = 0
    pytorch: bool = False
    hide: str = "none"
    guess: float | None = None
    pin: Pin | None = None
    step: int = 0
    vote: int = 0
    page: str = "explore"
    tab: str = "figure1"
    job: str = "none"
    optimizer: str = "momentum"
    origin: str = "draw"
    updates: int = int(CONTROLS["updates"].default)
    alpha: float = CONTROLS["alpha"].default
    beta2: float = CONTROLS["beta2"].default
    decay: float = CONTROLS["decay"].default
    warmup: int = int(CONTROLS["warmup"].default)
    clip: float = CONTROLS["clip"].default
    slope: float = CONTROLS["slope"].default

    @property
    def lr(self) -> float:
        """PyTorch's learning rate of the same dynamics, η(1 − β)."""
        return float(f"{self.eta * (1 - self.beta):.12g}")

    def with_lr(self, text: str) -> Settings:
        """Return these settings with η from PyTorch's lr, as typed.

        Raises
        ------
        InvalidSettingError
            When it is no number or out of the range that lr has at this β.
        """
        rest, eta = 1 - self.beta, CONTROLS["eta"]
        limits = (float(f"{limit * rest:.12g}") for limit in (eta.low, eta.high))
        low, high = limits
        try:
            lr = replace(eta, symbol="lr", low=low, high=high).parse(text)
        except InvalidSettingError as problem:
            message = f"At β = {exact(self.beta)} {problem.message}"
            raise InvalidSettingError("eta", message, problem.nearest) from None
        return self if lr == float(f"{self.lr:.10g}") else self.keeping_lr(lr)

    def keeping_lr(self, lr: float) -> Settings:
        """Return these settings with η = lr/(1 − β), or the limit of η that is nearest."""
        eta = float(f"{lr / (1 - self.beta):.12g}")
        return replace(self, eta=min(max(eta, CONTROLS["eta"].low), CONTROLS["eta"].high))

    def at_momentum(self, beta: float) -> Settings:
        """Return these settings at another β: at the same η, or at the same lr where that is entered."""
        then = replace(self, beta=beta)
        return then.keeping_lr(self.lr) if self.pytorch and beta != self.beta else then

    @property
    def initializer(self) -> Initializer | None:
        """How units are drawn; None when the starts are those of a grid."""
        if self.init == "none":
            return None
        if self.init == Scheme.GAUSSIAN:
            own = self.weight_std, self.bias_std
            return Initializer(Scheme.GAUSSIAN, self.fan_in, None, *own, bias=self.bias)
        return Initializer(Scheme(self.init), self.fan_in, bias=self.bias)

    @property
    def unit(self) -> float:
        """What window, starts, ρ and tolerance are multiples of: γ or 1."""
        return self.gamma if self.scale else 1.0

    def scaled(self, scale: bool) -> Settings:
        """Return the same settings with window, starts, ρ and tolerance in units of γ, or not.

        Of a tolerance or ρ out of range the nearest legal one is taken.
        """
        if scale == self.scale:
            return self
        factor = self.unit / replace(self, scale=scale).unit

        def short(value: float) -> float:
            """Drop the last digits, which multiplying and dividing by γ leave behind."""
            return float(f"{value * factor:.12g}")

        w_min, w_max, b_min, b_max = (short(value) for value in self.window)
        limits = CONTROLS["tolerance"]
        tolerance = short(self.tolerance)
        if tolerance != 0:
            tolerance = min(max(tolerance, limits.low), limits.high)
        return replace(
            self,
            scale=scale,
            window=(w_min, w_max, b_min, b_max),
            starts=tuple((short(w), short(b)) for w, b in self.starts),
            selected=(short(self.selected[0]), short(self.selected[1])),
            tolerance=tolerance,
            rho=min(short(self.rho), CONTROLS["rho"].high),
        )

    @property
    def hyperparameters(self) -> Hyperparameters:
        """(β, η, γ, δ) for the dynamics."""
        return Hyperparameters(beta=self.beta, eta=self.eta, gamma=self.gamma, delta=self.delta)

    @property
    def comparing(self) -> bool:
        """Whether the page shows the pinned map: neither a guess nor drawn units are before it."""
        return self.pin is not None and self.hide == "none" and self.init == "none"

    @property
    def pinned(self) -> Settings:
        """The same settings at the pinned values; these themselves when nothing is pinned.

        They must not be in units of γ. What was done in the middle of a run is not repeated.
        """
        if self.pin is None:
            return self
        return replace(self, **self.pin.values, before=(), pin=None)

    def grid(self, cells: int) -> Grid:
        """Return the window with `cells` starts a side, or along the longer one where they are pixels."""
        w_min, w_max, b_min, b_max = self.window
        sides = (w_max - w_min, b_max - b_min)
        if self.resolution == 0:
            n_w, n_b = (max(2, round(cells * side / max(sides))) for side in sides)
        else:
            n_w, n_b = cells, cells
        return Grid(w_min=w_min, w_max=w_max, b_min=b_min, b_max=b_max, n_w=n_w, n_b=n_b)

    @property
    def judging(self) -> dict[str, Any]:
        """How starts are judged, as the keyword arguments of `basin_map`."""
        return {
            "epsilon": self.epsilon,
            "tolerance": self.tolerance,
            "rho": self.rho,
            "max_iterations": self.max_iterations,
        }

    def edit(self, changes: Mapping[str, str]) -> Settings:
        """Return these settings with some replaced, from their texts as in the URL.

        Raises
        ------
        InvalidSettingError
            When a text is no legal value or a key is no setting.
        """
        return replace(self, **{key: parse(key, text) for key, text in changes.items()})

    def texts(self) -> dict[str, str]:
        """Every setting as its URL text."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {key: _text(key, value) for key, value in values.items()}

    def query(self) -> str:
        """Return the URL's query, without defaults: ``beta=0.95&gamma=0.01``; empty when all are."""
        return urlencode(self.beside(DEFAULT), safe=",;:")

    def beside(self, other: Settings) -> dict[str, str]:
        """Return the URL texts of what differs from `other`."""
        texts = other.texts()
        return {key: text for key, text in self.texts().items() if text != texts[key]}


def read_query(query: str, begin: Settings | None = None) -> tuple[Settings, list[str]]:
    """Read a URL's query leniently.

    Parameters
    ----------
    query : str
        With or without the leading question mark. What else an address holds (`dashboard.link`) is checked
        here and read in the browser.
    begin : Settings, optional
        What holds for what the query does not name; the defaults if left out. From a step of the lesson
        only another step may be named.

    Returns
    -------
    settings : Settings
        The nearest legal value where one is out of range, the default where it is no value; with an
        embedded picture the settings in which there is one.
    notices : list of str
        One sentence for each part that could not be taken as it stood.
    """
    begin = DEFAULT if begin is None else begin
    changes: dict[str, Any] = {}
    notices = []
    picture = "none"
    try:
        parts = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=MAX_PARTS)
    except ValueError:
        return begin, [f"The link has more than {MAX_PARTS} parts; the page shows the defaults."]
    for key, text in parts:
        if key == "v" or key in link.PARTS:
            complaint = link.complaint(key, text)
            if complaint is not None:
                notices.append(complaint)
            elif key == "embed":
                picture = text
            continue
        try:
            changes[key] = parse_step(text, 1) if key == "step" and begin.step > 0 else parse(key, text)
        except InvalidSettingError as problem:
            if problem.nearest is None:
                notices.append(f"{problem.message}.")
            else:
                changes[key] = problem.nearest
                shown = _text(key, problem.nearest).replace(",", ", ").replace(";", "; ")
                notices.append(f"{problem.message}. The page shows {shown}.")
    settings = replace(begin, **changes)
    if settings.page != "risk" and settings.tab in RISK_TABS:
        settings = replace(settings, tab=TABS[0])
    if settings.page == "risk" and settings.optimizer in ONE_RATE:
        settings = replace(settings, pytorch=False)
    if picture != "none":
        settings = fitted(settings, picture, changes.keys())
    if settings.hide != "none" and (settings.init != "none" or settings.pin is not None):
        settings = replace(settings, init="none", pin=None)
        notices.append("While the outcome is hidden nothing is pinned and no initialisation drawn.")
    return settings, notices


def from_texts(texts: Mapping[str, str]) -> Settings:
    """Return the settings whose texts the browser's store holds, each read as in an address."""
    return read_query(urlencode(texts))[0]


def parse(key: str, text: str) -> Any:
    """Read one setting's text.

    Raises
    ------
    InvalidSettingError
        With the nearest legal value; None when there is no such setting.
    """
    if key in CONTROLS:
        value = CONTROLS[key].parse(text)
        return int(value) if CONTROLS[key].integer else value
    if key in PARSERS:
        return PARSERS[key](text)
    raise InvalidSettingError(key, f"“{key[:40]}” is not a setting of this page", None)


def _text(key: str, value: Any) -> str:
    return CONTROLS[key].text(value) if key in CONTROLS else written(value)


DEFAULT = Settings()
