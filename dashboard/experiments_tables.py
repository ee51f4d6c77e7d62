"""Pictures of the page Experiments as tables, at the step that is shown."""

from __future__ import annotations

import numpy as np
from dash import html
from dash.development.base_component import Component

from dashboard.experiments_words import KIND_NAMES
from dashboard.numbers import grouped, percent, readable
from dashboard.table import Table
from experiments import kept
from experiments.depth import KINDS, DepthResult
from experiments.intervals import estimate
from experiments.theory import LONE, WIDTHS, TheoryResult


def depth_tables(result: DepthResult, beta: float, record: int) -> list[Table]:
    """Return the dead share of each layer at a record, the last layer first, as in the picture."""
    spec = result.spec
    panels = [(gamma, i) for gamma in spec.gammas for i in range(len(KINDS))]
    shares = {
        (gamma, i): estimate(result.share[i, :, result.condition(gamma, beta), record]).mean
        for gamma, i in panels
    }
    columns = [f"{KIND_NAMES[KINDS[i]]}, γ = {readable(gamma)}" for gamma, i in panels]
    rows = [
        [str(layer + 1), *(_share(shares[panel][layer]) for panel in panels)]
        for layer in reversed(range(spec.depth))
    ]
    every = ["all", *(_share(shares[panel].mean()) for panel in panels)]
    caption = f"Dead share by layer after {grouped(spec.records[record])} updates"
    return [Table(caption, ["layer", *columns], [*rows, every])]


def theory_tables(result: TheoryResult, record: int) -> list[Table]:
    """Return the three pictures as tables, the followed units at a record."""
    return [_few(result), _lone(result), _units(result, record)]


def _few(result: TheoryResult) -> Table:
    seen, says = estimate(result.seen, axis=1), estimate(result.predicted, axis=1)
    rows = [
        [str(width), _share(says.mean[i]), _share(seen.mean[i]), _interval(seen.low[i], seen.high[i])]
        for i, width in enumerate(WIDTHS)
    ]
    return Table("Dead share in networks", ["units", "theory", "seen", "95 % interval"], rows)


def _lone(result: TheoryResult) -> Table:
    says, seen = result.lone_predicted.mean(axis=1), result.lone_seen.mean(axis=1)
    rows = [
        [readable(gamma), readable(beta), _share(says[i]), _share(seen[i])]
        for i, (gamma, beta) in enumerate(LONE)
    ]
    return Table("Dead share of lone units", ["γ", "β", "theory", "seen"], rows)


def _units(result: TheoryResult, record: int) -> Table:
    length, bias, active = (values[record].tolist() for values in (result.length, result.bias, result.active))
    rows = [
        [str(n + 1), readable(length[n]), readable(bias[n]), _share(active[n]), "dead" if dead else "alive"]
        for n, dead in enumerate(result.dead[record].tolist())
        if np.isfinite(length[n])
    ]
    name = kept.load(result.spec.dataset).name
    caption = f"Units of the first layer on {name} after {grouped(result.spec.records[record])} updates"
    return Table(caption, ["unit", "±‖w‖", "b", "active on", "is"], rows)


def _share(value: float) -> str:
    return percent(float(value), 1) if np.isfinite(value) else "not run"


def _interval(low: float, high: float) -> str:
    return f"{percent(max(float(low), 0.0), 1)} to {percent(min(float(high), 1.0), 1)}" if low == low else ""


def shown(tables: list[Table]) -> list[Component]:
    """Return tables for the page."""
    return [
        html.Div(
            html.Table(
                [
                    html.Caption(table.caption),
                    html.Thead(html.Tr([html.Th(name, scope="col") for name in table.columns])),
                    html.Tbody(
                        [
                            html.Tr([html.Th(row[0], scope="row"), *(html.Td(text) for text in row[1:])])
                            for row in table.rows
                        ]
                    ),
                ]
            ),
            className="lab-table",
        )
        for table in tables
    ]
