"""What happens on the page Experiments: boxes → run → job, and the job's tiles → pictures and words."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from json import dumps
from typing import Any

from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard import experiments_boxes as boxes
from dashboard import experiments_words as words
from dashboard import jobs_shown, own_data
from dashboard.controls import InvalidSettingError
from dashboard.experiments_boxes import TABS, USUAL_RATES, Run
from dashboard.experiments_claims import claims
from dashboard.experiments_words import Result
from dashboard.jobs_shown import NOTHING, NotShownError
from dashboard.markup import GRAPH_CONFIG, aria, data
from dashboard.numbers import grouped, readable
from dashboard.rail_words import rail_words
from dashboard.settings import Settings, from_texts
from dynamics.records import Numbers
from dynamics.threads import worker_count
from experiments import kept
from experiments.figure1 import Figure1
from experiments.figure1_result import Figure1Result
from experiments.numbers import depth_numbers, figure1_numbers
from experiments.registry import EXPERIMENTS
from figures import View, depth, figure1
from figures.figure1_axes import Swept
from jobs import StoreError, service

BOXES = {tab: {field: f"{tab}-{field}" for field in TABS[tab].fields} for tab in TABS}
SHOWN = jobs_shown.outputs("experiments")
WORDS = ("title", "context", "counting", "seeds", "betas", "claims")
PICTURES = ("figure1-gamma", "figure1-delta", "depth")
Texts = dict[str, str]
_GROWTH = 1.5  # times as many networks as were drawn last, before they are drawn again


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    _register_form(app)
    _register_rail(app)
    _register_run(app)
    _register_pictures(app)
    jobs_shown.register(app, "experiments", "dead-cone-run", numbers)


def numbers(result: Result) -> Numbers:
    """Return a run as arrays and as a table."""
    return figure1_numbers(result) if isinstance(result, Figure1Result) else depth_numbers(result)


def _boxes(kind: type[Input] | type[State] | type[Output]) -> dict[str, dict[str, Any]]:
    return {tab: {name: kind(own, "value") for name, own in fields.items()} for tab, fields in BOXES.items()}


def _register_form(app: Dash) -> None:
    @app.callback(
        {
            "filled": _boxes(Output),
            "sets": [Output("figure1-datasets", "options"), Output("depth-dataset", "options")],
        },
        {
            "own": Input("own-data", "data"),
            "texts": Input("at-work", "data"),
            "methods": {tab: Input(f"{tab}-method", "value") for tab in TABS},
            "drawn": State("experiments-drawn", "data"),
        },
        prevent_initial_call=True,
    )
    def fill(own: Any, texts: Texts | None, methods: Mapping[str, str], drawn: Any) -> dict[str, Any]:
        """Fill the boxes: a link's run, a table that was read, another optimiser's usual learning rate."""
        filled: dict[str, dict[str, Any]] = {tab: dict.fromkeys(BOXES[tab], no_update) for tab in TABS}
        told: dict[str, Any] = {"filled": filled, "sets": [no_update, no_update]}
        used = str(ctx.triggered_id)
        spec = _spec(texts) if texts is not None else None
        if used == "own-data":
            if "name" in (own or {}):
                filled["figure1"]["datasets"], filled["depth"]["dataset"] = [own["name"]], own["name"]
                told["sets"] = [_sets(own, spec)] * 2
        elif used != "at-work":
            tab = used.removesuffix("-method")
            if spec is None or spec.method != methods[tab]:  # a link's run has its own
                filled[tab]["eta"] = USUAL_RATES[methods[tab]]
        elif texts is not None and spec is not None and texts["job"] != (drawn or {}).get("job"):
            filled[texts["tab"]] = boxes.values_of(spec)
            told["sets"] = [_sets(own, spec)] * 2
        return told

    @app.callback(
        {
            "run": Output("experiments-run", "children"),
            "hidden": Output("experiments-run", "hidden"),
            "disabled": Output("experiments-run", "disabled"),
            "first": Output("experiments-first", "children"),
            "no_first": Output("experiments-first", "disabled"),
            "expected": Output("experiments-expected", "children"),
            "differs": Output("experiments-differs", "children"),
            "error": Output("experiments-error", "children"),
        },
        {
            "values": _boxes(Input),
            "texts": Input("at-work", "data"),
            "drawn": Input("experiments-drawn", "data"),
        },
    )
    def cost(values: dict[str, Any], texts: Texts | None, drawn: Any) -> dict[str, Any]:
        told = {"run": "Run", "hidden": True, "disabled": True, "first": "Run", "no_first": True}
        told |= {"expected": "", "differs": "", "error": ""}
        if texts is None or not _runs(texts):
            return told
        with suppress(StoreError):  # who runs something is told
            service().prepare()
        spec = _spec(texts)
        told["hidden"] = spec is None
        try:
            asked = boxes.run(texts["tab"], from_texts(texts), values[texts["tab"]])
        except InvalidSettingError as problem:
            return told | {"error": f"▲ {problem.message}."}
        told |= {"first": f"Run {grouped(asked.networks)} networks", "no_first": False, "disabled": False}
        told |= {"run": told["first"], "expected": words.expected(asked, worker_count())}
        if spec is None:
            return told
        if spec == asked:
            going_on = (drawn or {}).get("state") in ("cancelled", "failed")
            return told | {"run": "Continue", "hidden": not going_on}
        was, now = boxes.differences(spec, asked)
        return told | {"differs": f"What is shown is for {was}. You set {now}: {_lower(told['expected'])}"}


def _register_rail(app: Dash) -> None:
    @app.callback(
        Output("rail-words", "data"),
        {"values": _boxes(Input), "texts": Input("at-work", "data")},
        prevent_initial_call=True,
    )
    def rail(values: dict[str, Any], texts: Texts | None) -> Any:
        """What the sliders hold follows the optimiser of the boxes."""
        if texts is None or not _runs(texts):
            return no_update
        tab, settings = texts["tab"], from_texts(texts)
        with suppress(InvalidSettingError):
            asked = boxes.run(tab, settings, values[tab])
            settings = replace(settings, eta=asked.eta, beta=words.nearest(asked.betas, settings.beta))
        said = rail_words(tab, values[tab]["method"], settings)
        return {"page": "experiments", "tab": tab, "words": said}


def _lower(text: Any) -> str:
    return str(text).replace(": about", ", about")


def _runs(texts: Texts) -> bool:
    """Whether a tab is shown whose work is run here."""
    return texts["page"] == "experiments" and texts["tab"] in TABS


def _sets(own: Any, spec: Run | None) -> list[dict[str, str]]:
    """Return the choice of data sets: the built-in ones, the viewer's own, and those of the run shown."""
    shown: tuple[str, ...] = ()
    if spec is not None:
        shown = spec.datasets if isinstance(spec, Figure1) else (spec.dataset,)
    return [{"label": label, "value": name} for name, label in own_data.options(own, shown).items()]


def _spec(texts: Texts) -> Run | None:
    """Return the run that the page shows; None if there is none."""
    if not _runs(texts) or texts["job"] == NOTHING:
        return None
    try:
        found: Run = jobs_shown.spec_of(texts["job"], TABS[texts["tab"]].spec)
    except NotShownError:
        return None
    return found


def _register_run(app: Dash) -> None:
    @app.callback(
        Output("settings", "data", allow_duplicate=True),
        Output("experiments-error", "children", allow_duplicate=True),
        Output("experiments-watch", "disabled", allow_duplicate=True),
        {
            "clicks": (Input("experiments-run", "n_clicks"), Input("experiments-first", "n_clicks")),
            "values": _boxes(State),
            "texts": State("settings", "data"),
        },
        prevent_initial_call=True,
    )
    def run(clicks: Any, values: dict[str, Any], texts: Texts) -> tuple[Any, Any, Any]:
        settings = from_texts(texts)
        tab = settings.tab
        return jobs_shown.begin(settings, lambda: boxes.run(tab, settings, values[tab]))


def _register_pictures(app: Dash) -> None:
    @app.callback(
        {
            **{name: Output(f"experiments-{name}", "children") for name in WORDS},
            **{name: Output(f"place-{name}", "children") for name in PICTURES},
            **{f"label-{name}": Output(f"picture-{name}", "aria-label") for name in PICTURES},
            "sets": Output("figure1-shown", "options"),
            "set": Output("figure1-shown", "value"),
            "running": Output("experiments-empty", "hidden"),
            "drawn": Output("experiments-drawn", "data"),
            **SHOWN,
        },
        Input("experiments-watch", "n_intervals"),
        Input("at-work", "data"),
        Input("look", "data"),
        Input("figure1-error", "value"),
        Input("figure1-shown", "value"),
        State("experiments-drawn", "data"),
    )
    def look(_: Any, texts: Texts | None, seen: Any, error: Any, shown: Any, drawn: Any) -> dict[str, Any]:
        same = dict.fromkeys(ctx.outputs_grouping, no_update)
        if texts is None or not _runs(texts):
            return same | {"idle": True}
        settings, spec = from_texts(texts), TABS[texts["tab"]].spec
        state, result = "none", _blank(settings)
        told = jobs_shown.nothing("")
        if settings.job != NOTHING:
            try:
                progress, result = jobs_shown.found(settings.job, spec)
            except NotShownError as problem:
                told = jobs_shown.nothing(problem.remark)
            else:
                state = progress.state
                how_far = jobs_shown.amount(
                    result.finished, result.networks, "networks", progress.seconds_left
                )
                told = jobs_shown.told(progress, how_far, result.finished == 0, _remark(state))
        told["running"] = state != "none"
        beta = words.nearest(result.spec.betas, settings.beta)
        view = View(hover=True, **(seen or {}))
        mark = {"job": settings.job, "tab": settings.tab, "done": result.finished, "state": state}
        mark |= {"look": seen, "beta": beta, "error": error, "set": shown if view.size == "phone" else None}
        mark |= {"gamma": settings.gamma, "delta": settings.delta, "sets": _names(result)}
        if mark == drawn or _waits(mark, drawn):
            return same | told
        told |= {**_words(result, beta, state), "drawn": mark}
        if not _still_blank(mark, drawn):
            told |= _drawn(result, beta, settings, view, error, shown)
        return same | told


def _names(result: Result) -> list[str]:
    return list(result.spec.datasets) if isinstance(result, Figure1Result) else [result.spec.dataset]


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


def _remark(state: str) -> str:
    return "What is finished stays." if state == "running" else ""


def _blank(settings: Settings) -> Any:
    """Return a tab's usual run before its first network."""
    spec = TABS[settings.tab].spec
    experiment = next(each for each in EXPERIMENTS.values() if each.spec is spec)
    own = {} if spec is Figure1 else {"gamma": settings.gamma, "delta": settings.delta}
    return experiment.assemble(spec(**own), {})


def _words(result: Result, beta: float, state: str) -> dict[str, Any]:
    known = state != "none"
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
    result: Result, beta: float, settings: Settings, view: View, error: Any, shown: Any
) -> dict[str, Any]:
    """Return the pictures of a tab, and the same in words."""
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
