"""What happens on the page Risk: boxes → sweep → job, and the job's tiles → picture and words."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, TypeGuard

from dash import Dash, Input, Output, State, ctx, no_update

from dashboard import jobs_shown, risk
from dashboard.controls import InvalidSettingError
from dashboard.jobs_shown import NOTHING, NotShownError
from dashboard.risk import USUAL, Asked
from dashboard.settings import Settings, from_texts
from dynamics import Sweep, SweepResult
from dynamics.sweep_numbers import sweep_numbers
from dynamics.threads import worker_count
from figures import View
from figures import sweep as sweep_picture
from jobs.service import Progress

FIELDS = (
    *(f"{axis}-{part}" for axis in ("across", "up") for part in ("name", "from", "to", "count")),
    "risk-starts",
    "risk-side",
)
SHOWN = jobs_shown.outputs("risk")
Texts = dict[str, str]


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    _register_form(app)
    _register_job(app)
    _register_picture(app)
    jobs_shown.register(app, "risk", "dead-cone-sweep", sweep_numbers)


def shown(texts: Texts | None) -> TypeGuard[Texts]:
    """Whether the page is."""
    return texts is not None and texts["page"] == "risk"


def _asked(values: Sequence[str]) -> Asked:
    texts = [str(value if value is not None else "") for value in values]
    return Asked(
        (texts[0], texts[1], texts[2], texts[3]), (texts[4], texts[5], texts[6], texts[7]), *texts[8:]
    )


def _register_form(app: Dash) -> None:
    @app.callback(
        [Output(field, "value") for field in FIELDS],
        Input("across-name", "value"),
        Input("up-name", "value"),
        Input("at-work", "data"),
        [State(field, "value") for field in FIELDS],
        State("drawn", "data"),
        prevent_initial_call=True,
    )
    def fill(*inputs: Any) -> list[Any]:
        """A link to a sweep fills the boxes; another setting on an axis brings its usual range."""
        _, _, texts, *values, drawn = inputs
        if ctx.triggered_id == "at-work":
            job = texts["job"] if shown(texts) else NOTHING
            if job == NOTHING or (drawn or {}).get("job") == job:
                return [no_update] * len(FIELDS)
            try:
                asked = risk.asked_of(jobs_shown.spec_of(job, Sweep))
            except NotShownError:
                return [no_update] * len(FIELDS)
            return [*asked.across, *asked.up, asked.starts, asked.side]
        first = 0 if ctx.triggered_id == "across-name" else 4
        usual = USUAL.get(values[first], ("", "", ""))
        if tuple(values[first + 1 : first + 4]) != usual:
            values[first + 1 : first + 4] = usual
        return values

    @app.callback(
        Output("risk-run", "children"),
        Output("risk-run", "disabled"),
        Output("risk-error", "children"),
        Output("risk-empty", "children"),
        Output("risk-cost", "children"),
        [Input(field, "value") for field in FIELDS],
        Input("at-work", "data"),
    )
    def cost(*inputs: Any) -> tuple[Any, Any, Any, Any, Any]:
        *values, texts = inputs
        if texts is None:
            return "Run", True, "", "", ""
        if not shown(texts):
            return no_update, no_update, no_update, no_update, no_update
        try:
            spec = risk.sweep(from_texts(texts), _asked(values))
        except InvalidSettingError as problem:
            return "Run", True, f"▲ {problem.message}.", "", ""
        return f"Run {risk.cells(spec)}", False, "", *risk.expected(spec, worker_count())


def _register_job(app: Dash) -> None:
    @app.callback(
        Output("settings", "data", allow_duplicate=True),
        Output("risk-error", "children", allow_duplicate=True),
        Output("risk-watch", "disabled", allow_duplicate=True),
        Input("risk-run", "n_clicks"),
        [State(field, "value") for field in FIELDS],
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def run(_: int | None, *states: Any) -> tuple[Any, Any, Any]:
        *values, texts = states
        if not shown(texts):  # the button is there all the same
            return no_update, no_update, no_update
        settings = from_texts(texts)
        return jobs_shown.begin(settings, lambda: risk.sweep(settings, _asked(values)))

    @app.callback(
        Output("settings", "data", allow_duplicate=True),
        Input("sweep", "clickData"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def take(click: dict[str, Any] | None, texts: Texts) -> Any:
        if not click:
            return no_update
        try:
            spec = jobs_shown.spec_of(texts["job"], Sweep)
        except NotShownError:
            return no_update
        place = click["points"][0]
        return risk.taken(from_texts(texts), spec, place["x"], place["y"]).texts()


def _register_picture(app: Dash) -> None:
    @app.callback(
        {
            "figure": Output("sweep", "figure"),
            "title": Output("risk-title", "children"),
            "extremes": Output("risk-extremes", "children"),
            "counting": Output("risk-counting", "children"),
            **SHOWN,
            "drawn": Output("drawn", "data"),
        },
        Input("risk-turn", "data"),
        Input("at-work", "data"),
        Input("look", "data"),
        State("drawn", "data"),
    )
    def look(_: int | None, texts: Texts | None, seen: Any, drawn: Any) -> dict[str, Any]:
        same = dict.fromkeys(ctx.outputs_grouping, no_update)
        if not shown(texts):
            return same | {"idle": True}
        settings = from_texts(texts)
        if settings.job == NOTHING:
            return same | _nothing()
        try:
            progress, result = jobs_shown.found(settings.job, Sweep)
        except NotShownError as problem:
            return same | _nothing(problem.remark)
        told = _told(settings, progress, result)
        mark = {"job": settings.job, "done": progress.done, "look": seen, "at": _current(settings, result)}
        if mark != drawn:
            view = View(hover=True, **(seen or {}))
            told |= {"figure": sweep_picture(result, view, mark["at"]), "drawn": mark}
        return same | told


def _nothing(remark: Any = "Not run yet at these settings.") -> dict[str, Any]:
    words = {"title": risk.title(None), "extremes": risk.extremes(None), "counting": ""}
    return {**words, **jobs_shown.nothing(remark)}


def _current(settings: Settings, result: SweepResult) -> dict[str, float]:
    plain = settings.scaled(False)
    return {axis.name: float(getattr(plain, axis.name)) for axis in result.sweep.axes}


def _told(settings: Settings, progress: Progress, result: SweepResult) -> dict[str, Any]:
    done, total = int(result.finished.sum()), prod(result.sweep.shape)
    words = jobs_shown.amount(done, total, "cells", progress.seconds_left)
    return {
        "title": risk.title(result),
        "extremes": risk.extremes(result),
        "counting": risk.counting(result.sweep),
        **jobs_shown.told(progress, words, done == 0, risk.differs(result.sweep, settings)),
    }
