"""What happens on the page Experiments: a job's tiles → pictures and words. Before: experiments_form.py."""

from __future__ import annotations

from collections.abc import Mapping
from json import dumps
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard import experiments_form, experiments_tables, experiments_theory, jobs_shown
from dashboard import experiments_words as words
from dashboard.experiments_boxes import TABS, blank
from dashboard.experiments_claims import claims
from dashboard.experiments_form import boxes_as, runs
from dashboard.experiments_words import Result
from dashboard.jobs_shown import NOTHING, NotShownError
from dashboard.markup import GRAPH_CONFIG, aria, data
from dashboard.numbers import readable
from dashboard.settings import Settings, from_texts
from dynamics.records import Numbers
from experiments import kept
from experiments.figure1_result import Figure1Result
from experiments.numbers import depth_numbers, figure1_numbers, theory_numbers
from experiments.registry import EXPERIMENTS
from experiments.theory import TheoryResult
from figures import View, depth, figure1
from figures.figure1_axes import Swept
from jobs.spec import job_id

SHOWN = jobs_shown.outputs("experiments")
WORDS = ("title", "context", "counting", "seeds", "betas", "claims")
PICTURES = ("figure1-gamma", "figure1-delta", "depth", *experiments_theory.PICTURES)
BESIDE_THEORY = {
    "theory-followed": experiments_theory.followed,
    "theory-lone": experiments_theory.lone,
    "theory-few": experiments_theory.few,
}
Ran = Result | TheoryResult
Texts = dict[str, str]
_GROWTH = 1.5  # times as many networks as were drawn last, before they are drawn again


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    experiments_form.register(app)
    _register_pictures(app)
    _register_tables(app)
    jobs_shown.register(app, "experiments", "dead-cone-run", numbers)


def numbers(result: Ran) -> Numbers:
    """Return a run as arrays and as a table."""
    if isinstance(result, TheoryResult):
        return theory_numbers(result)
    return figure1_numbers(result) if isinstance(result, Figure1Result) else depth_numbers(result)


def _register_pictures(app: Dash) -> None:
    @app.callback(
        {
            **{name: Output(f"experiments-{name}", "children") for name in WORDS},
            **{name: Output(f"place-{name}", "children") for name in PICTURES},
            **{f"label-{name}": Output(f"picture-{name}", "aria-label") for name in PICTURES},
            **{name: Output(name, "children") for name in BESIDE_THEORY},
            "title_style": Output("experiments-title", "style"),
            "no_tables": Output("experiments-numbers", "hidden"),
            "sets": Output("figure1-shown", "options"),
            "set": Output("figure1-shown", "value"),
            "running": Output("experiments-empty", "hidden"),
            "drawn": Output("experiments-drawn", "data"),
            **SHOWN,
        },
        {
            "_": Input("experiments-turn", "data"),
            "texts": Input("at-work", "data"),
            "values": boxes_as(Input),
            "seen": Input("look", "data"),
            "error": Input("figure1-error", "value"),
            "shown": Input("figure1-shown", "value"),
            "drawn": State("experiments-drawn", "data"),
        },
    )
    def look(
        _: Any, texts: Texts | None, values: dict[str, Any], seen: Any, error: Any, shown: Any, drawn: Any
    ) -> dict[str, Any]:
        same = dict.fromkeys(ctx.outputs_grouping, no_update)
        if texts is None or not runs(texts):
            return same | {"idle": True}
        settings = from_texts(texts)
        state, result, told = _known(settings, values[settings.tab])
        told["running"] = state != "none"
        beta = _beta(result, settings)
        view = View(hover=True, **(seen or {}))
        mark = {"job": settings.job, "tab": settings.tab, "done": result.finished, "state": state}
        mark |= {"look": seen, "beta": beta, "error": error, "set": shown if view.size == "phone" else None}
        mark |= {"gamma": settings.gamma, "delta": settings.delta, "run": job_id(result.spec)}
        if mark == drawn or _waits(mark, drawn):
            return same | told
        told |= {**_words(result, beta, state), "drawn": mark}
        told["title_style"] = {"--length": str(len(told["title"]))}  # which makes room for a long one
        told["no_tables"] = isinstance(result, Figure1Result) or result.finished == 0
        if not _still_blank(mark, drawn):
            told |= _drawn(result, beta, settings, view, error, shown)
        return same | told


def _known(settings: Settings, values: Mapping[str, Any]) -> tuple[str, Any, dict[str, Any]]:
    """Return the state of the job shown, its result, and what the page says of both.

    Without one: what the boxes ask for, before its first network.
    """
    told = jobs_shown.nothing("")
    if settings.job != NOTHING:
        try:
            progress, result = jobs_shown.found(settings.job, TABS[settings.tab].spec)
        except NotShownError as problem:
            told = jobs_shown.nothing(problem.remark)
        else:
            how_far = jobs_shown.amount(*_done(result), progress.seconds_left)
            remark = _remark(progress.state)
            return progress.state, result, jobs_shown.told(progress, how_far, result.finished == 0, remark)
    spec = blank(settings.tab, settings, values)
    experiment = next(each for each in EXPERIMENTS.values() if each.spec is type(spec))
    return "none", experiment.assemble(spec, {}), told


def _waits(mark: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> bool:
    """Whether the picture of a run under way may stay as it is: drawing takes the cores that train."""
    if drawn is None or mark["state"] != "running" or _changed(mark, drawn) - {"done"}:
        return False
    return bool(drawn["done"] > 0 and mark["done"] < _GROWTH * drawn["done"])


def _still_blank(mark: Mapping[str, Any], drawn: Mapping[str, Any] | None) -> bool:
    """Whether the picture was blank and stays so: a run began, and none of it is known."""
    return drawn is not None and mark["done"] == 0 and _changed(mark, drawn) <= {"job", "state"}


def _changed(mark: Mapping[str, Any], drawn: Mapping[str, Any]) -> set[str]:
    return {name for name in mark if mark[name] != drawn.get(name)}


def _register_tables(app: Dash) -> None:
    @app.callback(
        Output("experiments-tables", "children"),
        Input("experiments-step", "data"),
        Input("experiments-drawn", "data"),
        State("settings", "data"),
        prevent_initial_call=True,
    )
    def tables(step: Mapping[str, int] | None, _: Any, texts: Texts) -> Any:
        """Return what is drawn as tables, at the step that the browser shows at rest."""
        settings = from_texts(texts)
        if not runs(texts) or settings.job == NOTHING:
            return []
        try:
            _, result = jobs_shown.found(settings.job, TABS[settings.tab].spec)
        except NotShownError:
            return []
        if isinstance(result, Figure1Result):
            return []
        last = len(result.spec.records) - 1
        record = min((step or {}).get(settings.tab, last), last)
        if isinstance(result, TheoryResult):
            return experiments_tables.shown(experiments_tables.theory_tables(result, record))
        beta = _beta(result, settings)
        return experiments_tables.shown(experiments_tables.depth_tables(result, beta, record))


def _done(result: Ran) -> tuple[int, int, str]:
    if isinstance(result, TheoryResult):
        return result.finished, result.parts, "parts"
    return result.finished, result.networks, "networks"


def _beta(result: Ran, settings: Settings) -> float:
    """Return which of a run's momenta is shown."""
    if isinstance(result, TheoryResult):
        return result.spec.beta
    return words.nearest(result.spec.betas, settings.beta)


def _remark(state: str) -> str:
    return "What is finished stays." if state == "running" else ""


def _words(result: Ran, beta: float, state: str) -> dict[str, Any]:
    known = state != "none"
    if isinstance(result, TheoryResult):
        beside = {name: say(result) for name, say in BESIDE_THEORY.items()}
        counting = experiments_theory.counting(result) if known else ""
        title, context = experiments_theory.title(result), experiments_theory.context(result)
        return {**beside, "title": title, "context": context, "counting": counting, "claims": []}
    if isinstance(result, Figure1Result):
        title, context = words.figure1_title(result, beta), words.figure1_context(result, beta)
    else:
        title, context = words.depth_title(result, beta), words.depth_context(result, beta)
    return {
        "title": title,
        "context": context,
        "counting": words.counting(result) if known else "",
        "seeds": words.seeds(result),
        "betas": _betas(result, beta),
        "claims": claims(result),
    }


def _betas(result: Result, strong: float) -> list[Component]:
    """Return a run's momenta; a click sets the slider."""
    betas = result.spec.betas
    shades = {1: (3,), 2: (1, 3), 3: (1, 2, 3)}[len(betas)]
    swatches = [html.I(style={"background": f"var(--momentum-{shade})"}) for shade in shades]
    return [
        html.Span(words.symbol(result.spec), className="small muted"),
        *(
            html.Button(
                [swatch, readable(beta, 4)],
                **data(changes=dumps({"beta": str(beta)})),
                **aria(pressed=str(beta == strong).lower()),
            )
            for beta, swatch in zip(betas, swatches, strict=True)
        ),
    ]


def _drawn(
    result: Ran, beta: float, settings: Settings, view: View, error: Any, shown: Any
) -> dict[str, Any]:
    """Return the pictures of a tab, and the same in words."""
    if isinstance(result, TheoryResult):
        shown_there = experiments_theory.drawn(result, view)
        told = experiments_theory.pictures_in_words(result)
        return {
            **{name: _graph(name, picture) for name, picture in shown_there.items()},
            **{f"label-{name}": text for name, text in told.items()},
        }
    if not isinstance(result, Figure1Result):
        picture = _graph("depth", depth(result, beta, view))
        return {"depth": picture, "label-depth": words.depth_picture(result, beta)}
    names = result.spec.datasets
    one = shown if shown in names else names[0]
    only = (one,) if view.size == "phone" else None
    found: dict[str, Any] = {"sets": {name: kept.load(name).name for name in names}, "set": one}
    axes: tuple[tuple[Swept, float], ...] = (("gamma", settings.gamma), ("delta", settings.delta))
    for swept, at in axes:
        picture = figure1(result, view, swept, error=error, beta=beta, at=at, datasets=only)
        found[f"figure1-{swept}"] = _graph(f"figure1-{swept}", picture)
        found[f"label-figure1-{swept}"] = words.figure1_picture(result, swept, error)
    return found


def _graph(name: str, figure: Any) -> Component:
    """Return a graph; the one that is there takes the new figure over."""
    return dcc.Graph(id=f"graph-{name}", figure=figure, config=GRAPH_CONFIG, responsive=True)
