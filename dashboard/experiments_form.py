"""The boxes of the page Experiments at work: what they ask for, and what the rail says of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, State, ctx, no_update

from dashboard import experiments_boxes as boxes
from dashboard import experiments_words as words
from dashboard import jobs_shown, own_data
from dashboard.controls import InvalidSettingError
from dashboard.experiments_boxes import TABS, USUAL_RATES, Run
from dashboard.jobs_shown import NOTHING, NotShownError
from dashboard.numbers import grouped
from dashboard.operations import prepare_jobs
from dashboard.rail_words import rail_words
from dashboard.settings import from_texts
from dynamics.threads import worker_count
from experiments.figure1 import Figure1
from experiments.optimizers import Method
from experiments.theory import Theory

BOXES = {tab: {field: f"{tab}-{field}" for field in TABS[tab].fields} for tab in TABS}
SETS = {"figure1": "figure1-datasets", "depth": "depth-dataset", "theory": "theory-dataset"}
Texts = dict[str, str]


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    _register_boxes(app)
    _register_rail(app)
    _register_run(app)


def boxes_as(kind: type[Input] | type[State] | type[Output]) -> dict[str, dict[str, Any]]:
    """Return what the boxes hold, as inputs, states or outputs, by tab and field."""
    return {tab: {name: kind(own, "value") for name, own in fields.items()} for tab, fields in BOXES.items()}


def _register_boxes(app: Dash) -> None:
    @app.callback(
        {
            "filled": boxes_as(Output),
            "sets": [Output(own, "options") for own in SETS.values()],
        },
        {
            "own": Input("own-data", "data"),
            "texts": Input("at-work", "data"),
            "methods": {tab: Input(own["method"], "value") for tab, own in BOXES.items() if "method" in own},
            "values": boxes_as(State),
            "drawn": State("experiments-drawn", "data"),
        },
        prevent_initial_call=True,
    )
    def fill(
        own: Any, texts: Texts | None, methods: Mapping[str, str], values: dict[str, Any], drawn: Any
    ) -> dict[str, Any]:
        """Fill the boxes: a link's run, a table that was read, another optimiser's usual learning rate."""
        filled: dict[str, dict[str, Any]] = {tab: dict.fromkeys(BOXES[tab], no_update) for tab in TABS}
        told: dict[str, Any] = {"filled": filled, "sets": [no_update] * len(SETS)}
        used = str(ctx.triggered_id)
        spec = _spec(texts) if texts is not None else None
        if used == "own-data":
            if own is not None:
                filled["figure1"]["datasets"] = [own["name"]]
                filled["depth"]["dataset"] = filled["theory"]["dataset"] = own["name"]
                told["sets"] = [_sets(own, spec)] * len(SETS)
        elif used != "at-work":
            tab = used.removesuffix("-method")
            if getattr(spec, "method", None) != methods[tab]:  # a link's run has its own
                filled[tab]["eta"] = USUAL_RATES[methods[tab]]
        elif texts is not None and spec is not None and texts["job"] != (drawn or {}).get("job"):
            if _asked(texts, values) == spec:  # a run that begins; the boxes cost the browser time
                return told
            filled[texts["tab"]] = boxes.values_of(spec)
            told["sets"] = [_sets(own, spec)] * len(SETS)
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
            "values": boxes_as(Input),
            "texts": Input("at-work", "data"),
            "drawn": Input("experiments-drawn", "data"),
        },
    )
    def cost(values: dict[str, Any], texts: Texts | None, drawn: Any) -> dict[str, Any]:
        told = {"run": "Run", "hidden": True, "disabled": True, "first": "Run", "no_first": True}
        told |= {"expected": "", "differs": "", "error": ""}
        if texts is None or not runs(texts):
            return told
        prepare_jobs()  # some 2 µs, once that is done
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
        time = words.duration(asked, worker_count())
        return told | {"differs": f"What is shown is for {was}. You set {now}: {time}."}


def _register_rail(app: Dash) -> None:
    @app.callback(
        Output("rail-words", "data"),
        {"values": boxes_as(Input), "texts": Input("at-work", "data")},
        prevent_initial_call=True,
    )
    def rail(values: dict[str, Any], texts: Texts | None) -> Any:
        """What the sliders hold follows the optimiser of the boxes."""
        if texts is None or not runs(texts):
            return no_update
        tab, settings = texts["tab"], from_texts(texts)
        given = values[tab]
        with suppress(InvalidSettingError):
            asked = boxes.run(tab, settings, given)
            beta = asked.beta if isinstance(asked, Theory) else words.nearest(asked.betas, settings.beta)
            settings = replace(settings, beta=beta, eta=asked.eta, epsilon=asked.epsilon)
        said = rail_words(tab, given.get("method", Method.MOMENTUM), settings)
        return {"page": "experiments", "tab": tab, "words": said}


def _asked(texts: Texts, values: Mapping[str, Any]) -> Run | None:
    """Return the run that the boxes of the tab shown ask for; None if they ask for none."""
    with suppress(InvalidSettingError):
        return boxes.run(texts["tab"], from_texts(texts), values[texts["tab"]])
    return None


def runs(texts: Texts) -> bool:
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
    if not runs(texts) or texts["job"] == NOTHING:
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
            "values": boxes_as(State),
            "texts": State("settings", "data"),
        },
        prevent_initial_call=True,
    )
    def run(clicks: Any, values: dict[str, Any], texts: Texts) -> tuple[Any, Any, Any]:
        if not runs(texts):  # the button is there all the same
            return no_update, no_update, no_update
        settings = from_texts(texts)
        tab = settings.tab
        return jobs_shown.begin(settings, lambda: boxes.run(tab, settings, values[tab]))
