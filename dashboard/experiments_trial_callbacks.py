"""What happens on the tab Claims on trial: the committed trial, or one that is run again, as rows."""

from __future__ import annotations

from typing import Any, TypeGuard

from dash import Dash, Input, Output, State, ctx, no_update

from dashboard import experiments_trial, jobs_shown
from dashboard.jobs_shown import NOTHING, NotShownError
from dashboard.settings import from_texts
from experiments.trial import Trial, TrialResult
from experiments.trial_record import read, trial_numbers
from experiments.trial_words import title

TAB = "claims"
Texts = dict[str, str]


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    _register_run(app)
    _register_rows(app)
    jobs_shown.register(app, "trial", "dead-cone-claims", trial_numbers)


def shown(texts: Texts | None) -> TypeGuard[Texts]:
    """Whether the tab is."""
    return texts is not None and texts["page"] == "experiments" and texts["tab"] == TAB


def _register_run(app: Dash) -> None:
    @app.callback(
        Output("settings", "data", allow_duplicate=True),
        Output("trial-error", "children", allow_duplicate=True),
        Output("trial-watch", "disabled", allow_duplicate=True),
        Input("trial-run", "n_clicks"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def run(_: Any, texts: Texts) -> tuple[Any, Any, Any]:
        if not shown(texts):  # the button is there all the same
            return no_update, no_update, no_update
        return jobs_shown.begin(from_texts(texts), Trial)


def _register_rows(app: Dash) -> None:
    @app.callback(
        {
            "title": Output("trial-title", "children"),
            "rows": Output("trial-rows", "children"),
            "run": Output("trial-run", "children"),
            "no_run": Output("trial-run", "hidden"),
            "made": Output("trial-made", "children"),
            "drawn": Output("trial-drawn", "data"),
            **jobs_shown.outputs("trial"),
        },
        Input("trial-turn", "data"),
        Input("at-work", "data"),
        State("trial-drawn", "data"),
    )
    def look(_: Any, texts: Texts | None, drawn: Any) -> dict[str, Any]:
        same = dict.fromkeys(ctx.outputs_grouping, no_update)
        if not shown(texts):
            return same | {"idle": True}
        result: TrialResult | None = None
        told = jobs_shown.nothing("")
        state = "none"
        if texts["job"] != NOTHING:
            try:
                progress, result = jobs_shown.found(texts["job"], Trial)
            except NotShownError as problem:
                told = jobs_shown.nothing(problem.remark)
            else:
                state = progress.state
                amount = jobs_shown.amount(
                    progress.done, progress.total, "parts of the work", progress.seconds_left
                )
                empty = not any(claim.cases for claim in result.claims)
                every = experiments_trial.POLL_MS
                told = jobs_shown.told(progress, amount, empty, _remark(state), every)
        told |= {"run": _again(state), "no_run": state in ("running", "done"), "made": _made(result)}
        mark: dict[str, Any] = {"job": texts["job"] if result is not None else NOTHING, "state": state}
        mark["runs"] = len(result.results) if result is not None else -1
        if mark != drawn:
            claims = read().claims if result is None else result.claims
            told |= {"title": title(claims), "rows": experiments_trial.rows(claims), "drawn": mark}
        return same | told


def _again(state: str) -> str:
    if state in ("cancelled", "failed"):
        return "Continue"
    return f"Run all again, about {experiments_trial.minutes()} min"


def _made(result: TrialResult | None) -> str:
    if result is not None:
        return "These are the runs of this job. "
    settings = read().settings
    return f"These were run with numpy {settings['numpy']}, python {settings['python']}."


def _remark(state: str) -> str:
    return "Claims are judged as their runs are finished." if state == "running" else ""
