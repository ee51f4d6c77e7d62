"""The user's own table on the page Experiments: where it is dropped, and what was read in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.markup import aria, data
from dashboard.numbers import grouped
from dashboard.uploads import LIMITS
from experiments import builtin, kept
from experiments.table import MOST_ROWS

Answer = Mapping[str, Any]
_PRIVATE = "Only people with a run’s link can see it."
_LIMITS = f"up to {LIMITS['data'] >> 20} MiB, {grouped(MOST_ROWS)} rows"
_USUAL = f"or drop one here, {_LIMITS}. {_PRIVATE}"


def place() -> Component:
    """Return the place of the user's own table, above the pictures of runs."""
    return html.Div(
        [
            dcc.Store(id="own-data"),
            dcc.Store(id="own-told"),
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
            html.Span(_USUAL, id="own-said", className="small muted"),
            html.Span(id="own-error", className="error", role="alert"),
        ],
        id="own-place",
        className="own-place in-runs",
        **data(
            address="data",
            store="own-data",
            told="own-told",
            most=str(LIMITS["data"]),
            accept=".csv,.tsv,.txt",
        ),
        **aria(label="Your data"),
        role="group",
    )


def options(answer: Answer | None, shown: tuple[str, ...]) -> dict[str, str]:
    """Return the data sets that can be chosen, by name: the built-in ones, the user's, and a link's."""
    found = {name: kept.load(name).name for name in builtin.NAMES}
    if answer is not None:
        found[answer["name"]] = answer["label"]
    return found | {name: kept.load(name).name for name in shown if name not in found}


def said(answer: Answer) -> str:
    """Say what was read: ``mine.csv: 442 rows, 10 inputs.`` and what was done to them."""
    inputs = f"{answer['inputs']} input{'' if answer['inputs'] == 1 else 's'}"
    read = f"{answer['file']}: {grouped(answer['rows'])} rows, {inputs}."
    return " ".join([read, *answer["notes"], _PRIVATE])


def words(told: Answer, read: Answer | None) -> dict[str, Any]:
    """Return what is said of a viewer's tables, as far as it changes.

    Parameters
    ----------
    told : mapping
        That one is being read, or what is wrong with it; empty if nothing is.
    read : mapping, optional
        What was read last; it stays when another is refused.
    """
    found: dict[str, Any] = {
        "said": f"Reading {told['reading']} …" if "reading" in told else said(read) if read else _USUAL,
        "error": f"▲ {told['message']}." if "message" in told else "",
    }
    # The columns on offer are those of the file that the browser holds: of a refused one another may do.
    offered = told or read or {}
    if "columns" in offered:
        found |= {"hidden": False, "options": offered["columns"], "target": offered["target"]}
    return found


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
        Input("own-told", "data"),
        Input("own-data", "data"),
        prevent_initial_call=True,
    )
    def tell(told: Answer | None, read: Answer | None) -> dict[str, Any]:
        return dict.fromkeys(ctx.outputs_grouping, no_update) | words(told or {}, read)

    app.clientside_callback(
        ClientsideFunction("deadcone", "chooseInFile"),
        Output("own-place", "title"),
        Input("own-target", "value"),
        State("own-place", "id"),
        prevent_initial_call=True,
    )
