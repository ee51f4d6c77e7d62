"""What the pages of long work have in common: how far a job is, its files, and whose job it is."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard import export_files
from dashboard.controls import InvalidSettingError
from dashboard.markup import aria
from dashboard.numbers import grouped
from dashboard.prefix import rooted
from dashboard.settings import Settings
from dynamics import Sweep
from dynamics.records import Numbers
from experiments import kept
from experiments.depth import DepthRun
from experiments.figure1 import Figure1
from experiments.theory import Theory
from experiments.trial import LEAST_SEEDS, Trial
from experiments.trial_runs import RUNS, NetworkRun
from jobs.service import Progress, service
from jobs.spec import UnknownJobError, job_id
from jobs.store import StoreError

NOTHING = "none"  # the job's name while there is none
_GONE = "The data of this run are no longer kept here."
POLL_MS, FIRST_POLL_MS = 700, 250  # between two looks at a job: usually, and before its first tile
Properties = dict[str, Any]


class Place(NamedTuple):
    """Where a kind of job is shown: what it is called, on which page, and its address."""

    what: str
    page: str
    address: str


PLACES: dict[type, Place] = {
    Sweep: Place("a sweep", "the page Risk", "/risk?job="),
    Figure1: Place("a run of Fig. 1", "the tab Fig. 1 of Experiments", "/experiments?job="),
    DepthRun: Place(
        "a run of deep networks", "the tab Depth and residuals of Experiments", "/experiments?tab=depth&job="
    ),
    Theory: Place(
        "a run beside the theory", "the tab Back to the theory of Experiments", "/experiments?tab=theory&job="
    ),
    Trial: Place(
        "the claims on trial", "the tab Claims on trial of Experiments", "/experiments?tab=claims&job="
    ),
}


class NotShownError(ValueError):
    """Raised when a page cannot show the job that its address names.

    Parameters
    ----------
    message : str
        A sentence for the page.
    address : str
        Where it is shown; empty if nowhere.
    """

    def __init__(self, message: str, address: str = "") -> None:
        super().__init__(message)
        self.address = address

    @property
    def remark(self) -> list[Any]:
        """The sentence, with the way to where the job is shown."""
        way = (
            [" ", html.A("Open it there", href=rooted(self.address), className="link")]
            if self.address
            else []
        )
        return [str(self), *way]


def spec_of(job: str, kind: type) -> Any:
    """Return the specification of a job of a kind.

    Raises
    ------
    NotShownError
        If there is no such job here, or it is of another kind.
    """
    try:
        spec = service().spec(job)
    except kept.GoneError:
        raise NotShownError(_GONE) from None
    except (UnknownJobError, StoreError) as problem:
        if job not in _of_trial():
            raise NotShownError(str(problem)) from None
        spec = _of_trial()[job]
    if not isinstance(spec, kind):
        place = PLACES.get(type(spec))
        if place is None:
            raise NotShownError("This address names work that no page shows.")
        message = f"This address names {place.what}, which {place.page} shows."
        raise NotShownError(message, place.address + job)
    return spec


@cache
def _of_trial() -> dict[str, Any]:
    """Return the runs behind the claims on trial by their ids: links to them work before they are run."""
    specs = [run.spec(LEAST_SEEDS) for run in RUNS.values() if isinstance(run, NetworkRun)]
    return {job_id(spec): spec for spec in specs}


def found(job: str, kind: type) -> tuple[Progress, Any]:
    """Return how far a job is, and its result as far as it is known.

    Raises
    ------
    NotShownError
        As of `spec_of`.
    """
    spec_of(job, kind)
    try:
        return service().status(job), service().partial(job)
    except kept.GoneError:
        raise NotShownError(_GONE) from None
    except UnknownJobError:
        raise NotShownError("One of the runs behind the claims on trial, not run here yet.") from None
    except StoreError as problem:
        raise NotShownError(str(problem)) from None


def begin(settings: Settings, ask: Callable[[], Any]) -> tuple[Any, Any, Any]:
    """Start the job that `ask` returns the specification of.

    Returns
    -------
    texts, error, idle
        Of the settings with the job, of what is wrong, and whether nothing is to be watched.
    """
    try:
        job = service().start(ask())
    except InvalidSettingError as problem:
        return no_update, f"▲ {problem.message}.", no_update
    except StoreError as problem:
        return no_update, f"▲ {problem}", no_update
    return replace(settings, job=job).texts(), "", False


# ------------------------------------------------------------------ words and properties


def amount(done: int, total: int, what: str, seconds_left: float | None) -> str:
    """Say how far a job is: ``1 164 of 2 040 networks, 5 s left``."""
    left = "" if seconds_left is None else f", {max(round(seconds_left), 1)} s left"
    return f"{grouped(done)} of {grouped(total)} {what}{left}"


def outputs(page: str) -> dict[str, Output]:
    """Return the outputs of what `told` and `nothing` return, for the page whose ids begin with `page`."""
    return {
        "progress": Output(f"{page}-progress-words", "children"),
        "share": Output(f"{page}-bar", "value"),
        "whole": Output(f"{page}-bar", "hidden"),
        "no_cancel": Output(f"{page}-cancel", "hidden"),
        "no_csv": Output(f"{page}-csv", "hidden"),
        "no_npz": Output(f"{page}-npz", "hidden"),
        "remark": Output(f"{page}-remark", "children"),
        "idle": Output(f"{page}-watch", "disabled"),
        "period": Output(f"{page}-watch", "interval"),
    }


def told(progress: Progress, words: str, empty: bool, remark: str = "", every: int = POLL_MS) -> Properties:
    """Return what a page says of a job, and after how many milliseconds it looks again.

    Nothing of an `empty` result is written to files.
    """
    running = progress.state == "running"
    stopped = {"cancelled": "Stopped. What is finished stays.", "failed": f"▲ {progress.error}"}
    return {
        "progress": words,
        "share": f"{progress.done / progress.total:.4f}",
        "whole": not running,
        "no_cancel": not running,
        "no_csv": empty,
        "no_npz": empty,
        "remark": stopped.get(progress.state, "") or remark,
        "idle": not running,
        "period": FIRST_POLL_MS if progress.done == 0 else every,
    }


def nothing(remark: Any) -> Properties:
    """Return what a page says while there is no job."""
    hidden = dict.fromkeys(("whole", "no_cancel", "no_csv", "no_npz", "idle"), True)
    return {"progress": "", "share": "0", **hidden, "remark": remark, "period": FIRST_POLL_MS}


# ------------------------------------------------------------------ parts of the page


def watching(page: str) -> list[Component]:
    """Return what looks after a job, and saves its files; none of it is seen."""
    return [
        dcc.Download(id=f"{page}-file"),
        dcc.Interval(id=f"{page}-watch", interval=FIRST_POLL_MS, disabled=True),
        dcc.Store(id=f"{page}-turn"),  # counts the looks
    ]


def progress(page: str) -> Component:
    """Return the place of progress, Cancel and the files."""
    return html.Div(
        [
            html.P(id=f"{page}-error", className="error", role="alert"),
            html.Div(
                [
                    html.Span(id=f"{page}-progress-words", role="status"),
                    html.Progress(
                        id=f"{page}-bar", className="job-bar", max="1", value="0", **aria(label="Progress")
                    ),
                    html.Button("Cancel", id=f"{page}-cancel", className="link", hidden=True),
                    html.Button("CSV", id=f"{page}-csv", className="link", hidden=True),
                    html.Button("NPZ", id=f"{page}-npz", className="link", hidden=True),
                    html.Span(id=f"{page}-remark", className="muted"),
                ],
                className="job-progress",
            ),
        ]
    )


def register(app: Dash, page: str, name: str, data: Callable[[Any], Numbers]) -> None:
    """Add what Cancel, CSV and NPZ do, and when a job is looked at.

    Parameters
    ----------
    app : Dash
    page : str
        What the ids begin with.
    name : str
        What the files' names begin with.
    data : callable
        Result to its numbers.
    """
    app.clientside_callback(
        ClientsideFunction("deadcone", "turn"),
        Output(f"{page}-turn", "data"),
        Input(f"{page}-watch", "n_intervals"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(f"{page}-cancel", "hidden", allow_duplicate=True),
        Input(f"{page}-cancel", "n_clicks"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def cancel(_: int | None, texts: dict[str, str]) -> bool:
        with suppress(UnknownJobError, StoreError):  # what is gone needs no cancelling
            service().cancel(texts["job"])
        return True

    @app.callback(
        Output(f"{page}-file", "data"),
        Output(f"{page}-error", "children", allow_duplicate=True),
        Input(f"{page}-csv", "n_clicks"),
        Input(f"{page}-npz", "n_clicks"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def save(_csv: int | None, _npz: int | None, texts: dict[str, str]) -> tuple[Any, Any]:
        return saved(texts["job"], name, data, ctx.triggered_id == f"{page}-csv")


def saved(job: str, name: str, data: Callable[[Any], Numbers], csv: bool) -> tuple[Any, str]:
    """Return what a job has found as a file for `dcc.Download`, CSV or NPZ, and what is wrong.

    Parameters
    ----------
    job : str
    name, data : str, callable
        As in `register`.
    csv : bool
    """
    try:
        numbers = data(service().partial(job))
    except kept.GoneError:
        return no_update, f"▲ {_GONE}"
    except (UnknownJobError, StoreError) as problem:
        return no_update, f"▲ {problem}"
    file = f"{name}-{job[:8]}"
    if csv:
        return {"content": "".join(export_files.table(numbers)), "filename": f"{file}.csv"}, ""
    packed = b64encode(export_files.npz(numbers)).decode()
    return {"content": packed, "filename": f"{file}.npz", "base64": True}, ""
