"""The user's own table on the page Experiments: where it is dropped, and what was read in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboard.markup import aria, data
from dashboard.numbers import grouped
from dashboard.uploads import LIMITS
from experiments import builtin, kept
from experiments.table import MOST_ROWS

Answer = Mapping[str, Any]
_PRIVATE = "Only who has a run’s link can see them."


def place() -> Component:
    """Return the place of the user's own table, above the pictures of runs."""
    most = LIMITS["data"]
    limits = f"up to {most >> 20} MiB, {grouped(MOST_ROWS)} rows"
    return html.Div(
        [
            dcc.Store(id="own-data"),
            html.Span("Your data", className="small muted"),
            html.Button("Choose a CSV file", id="own-choose", className="button file-choose"),
            html.Div(
                [
                    html.Span("Target", id="own-target-label", className="small muted"),
                    dcc.Dropdown(id="own-target", options=[], clearable=False),
                ],
                id="own-target-field",
                className="lab-field own-target",
                hidden=True,
            ),
            html.Span(f"or drop one here, {limits}. {_PRIVATE}", id="own-said", className="small muted"),
            html.Span(id="own-error", className="error", role="alert"),
        ],
        id="own-place",
        className="own-place in-runs",
        **data(address="data", store="own-data", most=str(most), accept=".csv,.tsv,.txt"),
        **aria(label="Your data"),
        role="group",
    )


def options(answer: Answer | None, shown: tuple[str, ...]) -> dict[str, str]:
    """Return the data sets that can be chosen, by name: the built-in ones, the user's, and a link's."""
    found = {name: kept.load(name).name for name in builtin.NAMES}
    if answer is not None and "name" in answer:
        found[answer["name"]] = answer["label"]
    return found | {name: kept.load(name).name for name in shown if name not in found}


def said(answer: Answer) -> str:
    """Say what was read: ``mine.csv: 442 rows, 10 inputs.`` and what was done to them."""
    inputs = f"{answer['inputs']} input{'' if answer['inputs'] == 1 else 's'}"
    read = f"{answer['file']}: {grouped(answer['rows'])} rows, {inputs}."
    return " ".join([read, *answer["notes"], _PRIVATE])


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""

    @app.callback(
        {
            "said": Output("own-said", "children"),
            "error": Output("own-error", "children"),
            "hidden": Output("own-target-field", "hidden"),
            "options": Output("own-target", "options"),
            "target": Output("own-target", "value"),
        },
        Input("own-data", "data"),
        State("own-said", "children"),
        State("own-target", "options"),
        State("own-target", "value"),
        State("own-target-field", "hidden"),
        prevent_initial_call=True,
    )
    def tell(answer: Answer | None, before: Any, columns: Any, target: Any, hidden: Any) -> dict[str, Any]:
        told = {"said": before, "error": "", "hidden": hidden, "options": columns, "target": target}
        if answer is None:
            return told
        if "reading" in answer:
            return told | {"said": f"Reading {answer['reading']} …"}
        if "message" in answer:
            if "columns" in answer:
                told |= {"options": answer["columns"], "hidden": False, "target": answer["target"]}
            return told | {"error": f"▲ {answer['message']}.", "said": _PRIVATE}
        return told | {
            "said": said(answer),
            "hidden": False,
            "options": answer["columns"],
            "target": answer["target"],
        }

    app.clientside_callback(
        ClientsideFunction("deadcone", "chooseInFile"),
        Output("own-place", "title"),
        Input("own-target", "value"),
        State("own-data", "data"),
        State("own-place", "id"),
        prevent_initial_call=True,
    )
