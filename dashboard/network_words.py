"""What the tab Your network says of a watched network: heading, pictures in words, and the table."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.numbers import grouped, percent, readable
from experiments.watched_summary import FATES, Summary

USUAL_TITLE = "Which units of your network die?"
USUAL_CONTEXT = "Record your own PyTorch model while it trains, and open the file here."


def title(found: Summary) -> str:
    """Return the heading: how many are dead at the end, were born so, and came back."""
    born, back = found.count("born dead"), found.count("came back")
    dead = found.count("died") + born
    share = "None" if dead == 0 else percent(dead / found.total)
    ends = f"{_some(born, 'born dead')}, {_some(back, 'came back')}" if dead or back else "none ever was"
    return f"{share} of {grouped(found.total)} units are dead at the end; {ends}."


def _some(count: int, what: str) -> str:
    """Write ``2 were born dead``, ``none came back``."""
    number = "none" if count == 0 else grouped(count)
    verb = ("was " if count == 1 else "were ") if what == "born dead" else ""
    return f"{number} {verb}{what}"


def context(found: Summary, file: str) -> str:
    """Say what was recorded, and who counts as dead."""
    times = f"{grouped(found.records)} record{'' if found.records == 1 else 's'}"
    layers = f"{len(found.layers)} layer{'' if len(found.layers) == 1 else 's'}"
    span = f", from {grouped(found.step[0])} to {grouped(found.step[-1])}" if found.records > 1 else ""
    rule = f"Dead: active on fewer than {readable(100 * found.epsilon)} % of the inputs."
    return f"{file[:1].upper()}{file[1:]}: {layers}, {times}{span}. {rule}"


def layers_picture(found: Summary) -> str:
    """Return the picture of the layers in words."""
    shares = found.share
    told = [
        f"{name} {percent(float(first))} at the start, {percent(float(last))} at the end"
        for name, first, last in zip(found.layers, shares[0], shares[-1], strict=True)
    ]
    return (
        f"Dead share of each layer at every record. {'; '.join(told[:16])}{' …' if len(told) > 16 else ''}."
    )


def fates_picture(found: Summary) -> str:
    """Return the bars in words; the table has them layer by layer."""
    counts = ", ".join(f"{found.count(fate)} {fate}" for fate in ("died", "born dead", "came back"))
    return (
        f"What became of the units of each layer. Of all {found.total}: {counts}, the others alive all along."
    )


def units_picture(found: Summary) -> str:
    """Return the picture of single units in words."""
    last = sum(letter == "x" for letter in found.units[-1])
    return f"Each of the {found.total} units at every record, dead or alive: at the end {last} are dead."


def table(found: Summary) -> Component:
    """Return the numbers of each layer, and of all."""
    names = ("Layer", "Units", "Alive all along", "Came back", "Died", "Born dead", "Dead at the end")
    head = html.Tr([html.Th(name, scope="col") for name in names])
    rows = [
        _row(name, width, fates)
        for name, width, fates in zip(found.layers, found.widths, found.fates, strict=True)
    ]
    rows.append(_row("All", found.total, [found.count(fate) for fate in FATES]))
    return html.Table([html.Thead(head), html.Tbody(rows)])


def _row(name: str, width: int, fates: list[int]) -> Component:
    dead = (fates[FATES.index("died")] + fates[FATES.index("born dead")]) / width
    numbers = [grouped(width), *(grouped(count) for count in fates), percent(dead)]
    return html.Tr([html.Th(name, scope="row"), *(html.Td(number) for number in numbers)])
