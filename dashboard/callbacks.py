"""What happens at rest: every edit goes text → settings → store; the browser follows the store.

While a slider is dragged no Dash callback runs at all: assets/pump.js asks ``/frame`` directly and
puts the value at rest into the same store.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html, no_update

from dashboard import revival, savefile
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.guess import keeping
from dashboard.lesson_page import begin
from dashboard.numbers import exact
from dashboard.pages import PAGES, is_page
from dashboard.prefix import rooted
from dashboard.presets import PRESETS, matching
from dashboard.risk_boxes import MIRRORS
from dashboard.settings import DEFAULT, SMALLEST_WINDOW, WINDOW_LIMIT, Settings, from_texts, read_query
from dashboard.texts import Window

BOX_KEYS = (*CONTROLS, "window", *MIRRORS)
CHOICES = ("colouring", "layers", "quantity", "judging")
BUTTONS = ("reset", "zoom-in", "zoom-out", "zoom-truth", "zoom-wedge", "zoom-whole", "scale")
_PLACE = ("page", "tab", "job", "optimizer")  # what neither Reset nor a preset leaves
Texts = dict[str, str]


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""

    @app.callback(
        Output("settings", "data"),
        Output("notices", "children"),
        Input("url", "pathname"),
        Input("url", "search"),
        Input("arrival", "data"),
    )
    def arrive(path: str | None, search: str | None, again: dict[str, Any] | None) -> tuple[Texts, list[Any]]:
        if again is not None and ctx.triggered_id == "arrival":
            path, search = again["path"], again["search"]
        settings, notices = read_query(search or "", begin(path or "", search or ""))
        if not is_page(path or "/"):
            there = ", ".join(rooted(page.path) for page in PAGES)
            notices = [f"There is no page {str(path)[:60]}: this is Explore. The pages are {there}", *notices]
        dismiss = [html.Button("Dismiss", id="dismiss", className="link")] if notices else []
        return settings.texts(), [*(html.P(["▲ ", notice]) for notice in notices), *dismiss]

    boxes = [Input(f"{key}-box", event) for key in BOX_KEYS for event in ("n_submit", "n_blur")]

    @app.callback(
        Output("settings", "data", allow_duplicate=True),
        Output("errors", "data"),
        boxes,
        [Input(key, "value") for key in CHOICES],
        Input("preset", "value"),
        [Input(button, "n_clicks") for button in BUTTONS],
        {key: State(f"{key}-box", "value") for key in BOX_KEYS},
        State("settings", "data"),
        State("errors", "data"),
        prevent_initial_call=True,
    )
    def edit(*inputs: Any) -> tuple[Any, Any]:
        *_, typed, texts, errors = inputs
        if texts is None:
            return no_update, no_update
        used = {str(t["prop_id"]).rpartition(".")[0]: t["value"] for t in ctx.triggered}
        settings, errors = apply_all(from_texts(texts), used, typed, errors or {})
        changed = settings.texts()
        return (no_update if changed == texts else changed), errors

    @app.callback(
        Output("saved", "data"),
        Input("save-settings", "n_clicks"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def save(_: int, texts: Texts) -> dict[str, str]:
        content = savefile.written(from_texts(texts))
        return {"content": content, "filename": savefile.FILE_NAME, "type": "application/json"}

    @app.callback(
        Output("settings", "data", allow_duplicate=True),
        Output("file-said", "children"),
        Input("file", "data"),
        prevent_initial_call=True,
    )
    def load(file: dict[str, Any]) -> tuple[Any, list[Any]]:
        try:
            settings, notices = savefile.read(file["text"], file["size"])
        except savefile.InvalidFileError as problem:
            return no_update, [html.P(f"▲ {problem}", className="error")]
        loaded = html.P(f"Loaded {file['name'][:60]}.")
        return settings.texts(), [loaded, *(html.P(f"▲ {notice}", className="error") for notice in notices)]

    app.clientside_callback(
        ClientsideFunction("deadcone", "follow"),
        Input("settings", "data"),
        Input("errors", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("deadcone", "atWork"), Output("at-work", "data"), Input("settings", "data")
    )
    app.clientside_callback(
        ClientsideFunction("deadcone", "rail"), Input("rail-words", "data"), prevent_initial_call=True
    )
    app.clientside_callback(
        ClientsideFunction("deadcone", "stepped"),
        Input("experiments-drawn", "data"),
        prevent_initial_call=True,
    )


def apply_all(
    settings: Settings, used: Mapping[str, Any], typed: Mapping[str, str], errors: Mapping[str, str]
) -> tuple[Settings, dict[str, str]]:
    """Return the settings after several edits at once, and what is wrong with the boxes by key.

    A click on a button takes the focus from a box, so both arrive together. A box keeps its message
    until its own text is taken, or everything is replaced by Reset or a preset.
    """
    errors = dict(errors)
    for name in sorted(used, key=lambda name: not name.endswith("-box")):
        key = name.removesuffix("-box")
        try:
            settings = keeping(settings, apply(settings, name, used[name], typed))
            errors.pop(key, None)
        except InvalidSettingError as problem:
            errors[problem.key] = problem.message
        if name == "reset" or (name == "preset" and used[name] is not None):
            errors = {}
    return settings, errors


def apply(settings: Settings, name: str, value: Any, typed: Mapping[str, str]) -> Settings:
    """Return `settings` after one edit.

    Parameters
    ----------
    settings : Settings
        Before the edit.
    name : str
        Id of the component that was used.
    value : object
        Its new value; unused for boxes and buttons.
    typed : mapping of str to str
        Texts of all boxes.

    Raises
    ------
    InvalidSettingError
        When what was typed is no legal value.
    """
    if name.endswith("-box"):
        key = name.removesuffix("-box")
        if key in MIRRORS:
            return _mirrored(settings, key, typed[key] or "")
        if settings.pytorch and key in ("beta", "eta"):
            return _in_pytorch(settings, key, typed[key] or "")
        return settings.edit({key: typed[key] or ""})
    if name in ("colouring", "quantity"):
        return settings.edit({name: value})
    if name == "layers":
        return settings.edit({"layers": ",".join(value) or "none"})
    if name == "judging":
        return _judge(settings, value)
    if name == "preset":
        return _preset(settings, value)
    if name == "reset":
        kept = {key: getattr(settings, key) for key in ("present", "pytorch", *_PLACE)}
        return replace(DEFAULT, **kept)
    if name == "scale":
        return settings.scaled(not settings.scale)
    plain = settings.scaled(False)
    zoomed = plain.edit({"window": ",".join(exact(v) for v in _zoomed(plain, name))})
    return zoomed.scaled(settings.scale)


def _mirrored(settings: Settings, box: str, text: str) -> Settings:
    """Read a box of the page Risk; of PyTorch's SGD its numbers are lr and momentum."""
    key = MIRRORS[box]
    torch = settings.optimizer in ("sgd", "nesterov") and key in ("eta", "beta")
    try:
        if torch:
            return replace(_in_pytorch(replace(settings, pytorch=True), key, text), pytorch=settings.pytorch)
        return settings.edit({key: text})
    except InvalidSettingError as problem:
        raise InvalidSettingError(box, problem.message, problem.nearest) from None


def _in_pytorch(settings: Settings, key: str, text: str) -> Settings:
    """Read the box of η as lr, or let another β keep lr as far as η's limits allow."""
    if key == "eta":
        return settings.with_lr(text)
    return settings.at_momentum(settings.edit({"beta": text}).beta)


def _judge(settings: Settings, how: str) -> Settings:
    """Switch between the stop rule and T updates; a tolerance of 0 is what "after T" means."""
    if (how == "after") == (settings.tolerance == 0):
        return settings
    if how == "after":
        return settings.edit({"tolerance": "0", "max_iterations": "10000"})
    return settings.edit(
        {"tolerance": exact(DEFAULT.tolerance), "max_iterations": exact(DEFAULT.max_iterations)}
    )


def _preset(settings: Settings, key: str | None) -> Settings:
    shown = matching(settings)
    if shown is not None and shown.key == key:
        return settings  # the page names the preset that it shows; playhead and guess stay
    for preset in PRESETS:
        if preset.key == key:
            kept = {key: getattr(settings, key) for key in ("pytorch", "pin", *_PLACE)}
            return replace(preset.settings(settings.present), **kept)
    return settings


def _zoomed(settings: Settings, button: str) -> Window:
    if button == "zoom-whole":
        return DEFAULT.window
    if button == "zoom-wedge":
        return _rounded(*revival.wedge(settings.epsilon, settings.rho))
    w_min, w_max, b_min, b_max = settings.window
    if button == "zoom-truth":
        # Three times the target's scale to each side, as a window [−3, 3]² has at γ = 1.
        half = 3 * settings.gamma
        return _rounded(
            settings.gamma - half, settings.gamma + half, settings.delta - half, settings.delta + half
        )
    factor = 0.5 if button == "zoom-in" else 2.0
    if factor * min(w_max - w_min, b_max - b_min) < SMALLEST_WINDOW:
        return settings.window
    half_w, half_b = (w_max - w_min) / 2 * factor, (b_max - b_min) / 2 * factor
    middle_w, middle_b = (w_min + w_max) / 2, (b_min + b_max) / 2
    return _rounded(middle_w - half_w, middle_w + half_w, middle_b - half_b, middle_b + half_b)


def _rounded(w_min: float, w_max: float, b_min: float, b_max: float) -> Window:
    """Round to a ten-thousandth of the window, so that the URL stays short, and clip to the limits."""
    digits = 4 - math.floor(math.log10(max(w_max - w_min, b_max - b_min)))
    w_min, w_max, b_min, b_max = (
        min(max(round(v, digits), -WINDOW_LIMIT), WINDOW_LIMIT) for v in (w_min, w_max, b_min, b_max)
    )
    return w_min, w_max, b_min, b_max
