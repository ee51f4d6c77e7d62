"""What happens on the page Risk: boxes → sweep → job, and the job's tiles → picture and words."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, ctx, no_update

from dashboard import export_files, risk
from dashboard.controls import InvalidSettingError
from dashboard.risk import NOTHING, USUAL, Asked
from dashboard.settings import Settings, read_query
from dynamics import SweepResult
from figures import View
from figures import sweep as sweep_picture
from jobs.service import Progress, UnknownJobError, service
from jobs.store import StoreError

FIELDS = (
    *(f"{axis}-{part}" for axis in ("across", "up") for part in ("name", "from", "to", "count")),
    "risk-starts",
    "risk-side",
)
Texts = dict[str, str]


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    _register_form(app)
    _register_job(app)
    _register_picture(app)


def _settings(texts: Texts) -> Settings:
    return read_query(urlencode(texts))[0]


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
        Input("settings", "data"),
        [State(field, "value") for field in FIELDS],
        State("drawn", "data"),
        prevent_initial_call=True,
    )
    def fill(*inputs: Any) -> list[Any]:
        """A link to a sweep fills the boxes; another setting on an axis brings its usual range."""
        _, _, texts, *values, drawn = inputs
        if ctx.triggered_id == "settings":
            job = (texts or {}).get("job", NOTHING)
            if job == NOTHING or (drawn or {}).get("job") == job:
                return [no_update] * len(FIELDS)
            found = _result(job)
            if found is None:
                return [no_update] * len(FIELDS)
            asked = risk.asked_of(found.sweep)
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
        [Input(field, "value") for field in FIELDS],
        Input("settings", "data"),
    )
    def cost(*inputs: Any) -> tuple[str, bool, str]:
        *values, texts = inputs
        if texts is None:
            return "Run", True, ""
        try:
            spec = risk.sweep(_settings(texts), _asked(values))
        except InvalidSettingError as problem:
            return "Run", True, f"▲ {problem.message}."
        return f"Run {risk.cells(spec)}", False, ""


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
        settings = _settings(texts)
        try:
            job = service().start(risk.sweep(settings, _asked(values)))
        except InvalidSettingError as problem:
            return no_update, f"▲ {problem.message}.", no_update
        except StoreError as problem:
            return no_update, f"▲ {problem}", no_update
        return replace(settings, job=job).texts(), "", False

    @app.callback(
        Output("risk-cancel", "hidden", allow_duplicate=True),
        Input("risk-cancel", "n_clicks"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def cancel(_: int | None, texts: Texts) -> bool:
        with suppress(UnknownJobError, StoreError):  # what is gone needs no cancelling
            service().cancel(texts["job"])
        return True

    @app.callback(
        Output("risk-file", "data"),
        Input("risk-csv", "n_clicks"),
        Input("risk-npz", "n_clicks"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def save(_csv: int | None, _npz: int | None, texts: Texts) -> Any:
        result = _result(texts["job"])
        if result is None:
            return no_update
        found = risk.data(result)
        name = f"dead-cone-sweep-{texts['job'][:8]}"
        if ctx.triggered_id == "risk-csv":
            return {"content": "".join(export_files.table(found)), "filename": f"{name}.csv"}
        packed = b64encode(export_files.npz(found)).decode()
        return {"content": packed, "filename": f"{name}.npz", "base64": True}

    @app.callback(
        Output("settings", "data", allow_duplicate=True),
        Input("sweep", "clickData"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def take(click: dict[str, Any] | None, texts: Texts) -> Any:
        if not click or texts["job"] == NOTHING:
            return no_update
        result, place = _result(texts["job"]), click["points"][0]
        if result is None:
            return no_update
        return risk.taken(_settings(texts), result.sweep, place["x"], place["y"]).texts()


def _register_picture(app: Dash) -> None:
    @app.callback(
        {
            "figure": Output("sweep", "figure"),
            "title": Output("risk-title", "children"),
            "extremes": Output("risk-extremes", "children"),
            "counting": Output("risk-counting", "children"),
            "progress": Output("risk-progress-words", "children"),
            "share": Output("risk-bar", "value"),
            "whole": Output("risk-bar", "hidden"),
            "no_cancel": Output("risk-cancel", "hidden"),
            "no_csv": Output("risk-csv", "hidden"),
            "no_npz": Output("risk-npz", "hidden"),
            "remark": Output("risk-remark", "children"),
            "idle": Output("risk-watch", "disabled"),
            "drawn": Output("drawn", "data"),
        },
        Input("risk-watch", "n_intervals"),
        Input("settings", "data"),
        Input("look", "data"),
        State("drawn", "data"),
    )
    def look(_: int | None, texts: Texts | None, seen: Any, drawn: Any) -> dict[str, Any]:
        same = dict.fromkeys(_OUTPUTS, no_update)
        if texts is None or texts["page"] != "risk":
            return same | {"idle": True}
        settings = _settings(texts)
        if settings.job == NOTHING:
            return same | _nothing()
        try:
            progress = service().status(settings.job)
        except (UnknownJobError, StoreError) as problem:
            return same | _nothing(str(problem))
        result = _result(settings.job)
        if result is None:
            return same | _nothing("This address is of other work than a sweep.")
        told = _told(settings, progress, result)
        mark = {"job": settings.job, "done": progress.done, "look": seen, "at": _current(settings, result)}
        if mark != drawn:
            view = View(hover=True, **(seen or {}))
            told |= {"figure": sweep_picture(result, view, mark["at"]), "drawn": mark}
        return same | told


def _result(job: str) -> SweepResult | None:
    """Return what is known of a sweep; None where there is no such sweep here."""
    try:
        result = service().partial(job)
    except (UnknownJobError, StoreError):
        return None
    return result if isinstance(result, SweepResult) else None


_OUTPUTS = (
    *("figure", "title", "extremes", "counting", "progress", "share", "whole", "no_cancel", "no_csv"),
    *("no_npz", "remark", "idle", "drawn"),
)


def _nothing(remark: str = "Not run yet at these settings.") -> dict[str, Any]:
    return {
        "title": risk.title(None),
        "extremes": risk.extremes(None),
        "counting": "",
        "progress": "",
        "whole": True,
        "no_cancel": True,
        "no_csv": True,
        "no_npz": True,
        "remark": remark,
        "idle": True,
    }


def _current(settings: Settings, result: SweepResult) -> dict[str, float]:
    plain = settings.scaled(False)
    return {axis.name: float(getattr(plain, axis.name)) for axis in result.sweep.axes}


def _told(settings: Settings, progress: Progress, result: SweepResult) -> dict[str, Any]:
    running, none = progress.state == "running", not result.finished.any()
    stopped = {"cancelled": "Stopped. What is finished stays; Run goes on.", "failed": f"▲ {progress.error}"}
    return {
        "title": risk.title(result),
        "extremes": risk.extremes(result),
        "counting": risk.counting(result.sweep),
        "progress": risk.progress(result, progress.seconds_left),
        "share": f"{progress.done / progress.total:.4f}",
        "whole": not running,
        "no_cancel": not running,
        "no_csv": none,
        "no_npz": none,
        "remark": stopped.get(progress.state, "") or risk.differs(result.sweep, settings),
        "idle": not running,
    }
