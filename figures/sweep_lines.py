"""The share of each outcome over one setting."""

from collections.abc import Iterator, Mapping

import numpy as np

from dynamics import Outcome, SweepResult, critical_momentum, max_stable_learning_rate
from figures.chart import SHARE_TOP, Floats, Spec, label, margins, percent, share_axis, spec
from figures.ends import End, end_names
from figures.sweep_axis import Ruler, written
from figures.theme import outcome_inks, with_alpha
from figures.view import View

_HEIGHT = {"desktop": 300, "compact": 240, "phone": 220, "present": 420}  # pixels of the plot
_WIDTH = {"desktop": 300, "compact": 260, "phone": 200, "present": 440}
_NAME_GAP = 16.0  # pixels between the names at the right
_YOU = "<b>you</b>"
_POINTS = 60  # values up to which each has a point


def sweep_lines(result: SweepResult, view: View, current: Mapping[str, float]) -> Spec:
    """Return the specification that `figures.sweep` describes, of a sweep over one setting."""
    ruler = Ruler(result.sweep.axes[0])
    low, high = ruler.places[[0, -1]].tolist()
    order = [kind for kind in reversed(Outcome) if kind is Outcome.DEAD or result.counts[:, kind].any()]
    marks = {
        text: x for text, x in _marks(result, current, ruler).items() if np.isfinite(x) and low <= x <= high
    }
    return spec(
        [
            *(band for kind in order for band in _band(result, ruler, kind, view)),
            *(_mark(text, x, view) for text, x in marks.items()),
            *(_line(result, ruler, kind, view) for kind in order),
        ],
        {
            "margin": margins(view, left=66, right=92, top=44, bottom=48),
            "xaxis": ruler.draw(view, low, high, showgrid=True),
            "yaxis": share_axis(view, "share of starts"),
            "annotations": [*_names(result, ruler, order, view), *_mark_names(marks, low, high, view)],
        },
        view,
        revision="sweep",
    )


def _line(result: SweepResult, ruler: Ruler, kind: Outcome, view: View) -> Spec:
    bold, name = kind is Outcome.DEAD, kind.name.lower()
    shares = result.shares[:, kind]
    hover: Spec = {"hoverinfo": "skip"}
    if view.hover:
        told = [
            f"{written(ruler.swept.name, value)}: {_told(result, i, kind)}"
            for i, value in enumerate(ruler.swept.values)
        ]
        hover = {"text": told, "hovertemplate": "%{text}<extra></extra>"}
    colour = outcome_inks(view.colours)[kind]
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines+markers" if len(shares) <= _POINTS else "lines",
        "x": ruler.places,
        "y": shares,
        "connectgaps": False,
        "line": {"color": colour, "width": view.px(2.6 if bold else 1.6)},
        "marker": {"size": view.px(5.5 if bold else 4.5), "color": colour, "opacity": 1},
        "cliponaxis": False,
        **hover,
    }


def _told(result: SweepResult, i: int, kind: Outcome) -> str:
    share, name = result.shares[i, kind], kind.name.lower()
    if np.isnan(share):
        return ""
    words = f"{percent(float(share), 1)} {name}"
    if result.interval is None:
        return words
    low, high = (100 * end[i, kind] for end in result.interval)
    return f"{words} ({low:.1f} to {high:.1f} %)"


def _band(result: SweepResult, ruler: Ruler, kind: Outcome, view: View) -> Iterator[Spec]:
    """Yield the 95 % interval as outlines, there and back, of each run of finished values."""
    if result.interval is None:
        return
    low, high = (end[:, kind] for end in result.interval)
    gap = np.array([np.nan])
    x: list[Floats] = []
    y: list[Floats] = []
    for run in _runs(result.finished):
        there = ruler.places[run]
        x += [there, there[::-1], gap]
        y += [low[run], high[run][::-1], gap]
    if x:
        yield {
            "type": "scatter",
            "name": f"{kind.name.lower()} band",
            "mode": "none",
            "fill": "toself",
            "fillcolor": with_alpha(outcome_inks(view.colours)[kind], 0.18),
            "x": np.concatenate(x)[:-1],
            "y": np.concatenate(y)[:-1],
            "hoverinfo": "skip",
        }


def _runs(finished: np.ndarray) -> list[slice]:
    """Return the slices of finished values that follow one another."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], finished.astype(np.int8), [0]])))
    return [slice(begin, end) for begin, end in steps.reshape(-1, 2).tolist()]


def _marks(result: SweepResult, current: Mapping[str, float], ruler: Ruler) -> dict[str, float]:
    """Return the positions that are named above: where the regimes change, and the current value."""
    hp, name = result.sweep.hyperparameters, ruler.swept.name
    values: dict[str, Floats | float] = {}
    if name == "beta" and hp.eta < 1:
        values["oscillates →"] = critical_momentum(hp.eta)
    elif name == "beta" and hp.eta > 2:
        values["← past affine limit"] = (hp.eta - 2) / (hp.eta + 2)
    elif name == "eta":
        values["oscillates →"] = (1 - np.sqrt(hp.beta)) / (1 + np.sqrt(hp.beta))
        values["past affine limit →"] = max_stable_learning_rate(hp.beta)
    if name in current:
        values[_YOU] = current[name]
    return {text: float(ruler.place(value)) for text, value in values.items()}


def _mark(text: str, x: float, view: View) -> Spec:
    dash = {"oscillates →": "6px,4px", _YOU: "1.5px,3px"}.get(text, "solid")
    return {
        "type": "scatter",
        "name": text,
        "mode": "lines",
        "x": [x, x],
        "y": [0.0, SHARE_TOP],
        "line": {"color": view.colours.ink, "width": view.px(1.3), "dash": dash},
        "hoverinfo": "skip",
    }


def _mark_names(marks: Mapping[str, float], low: float, high: float, view: View) -> list[Spec]:
    """Write the names of the marks above the plot, the current value over the others.

    They keep away from the ends of the axis, and where two have no room beside one another the first stays.
    """
    notes, free = [], 0.0
    for text, x in marks.items():
        along, width = (x - low) / (high - low), view.px(5.9) * len(text) / _WIDTH[view.size]
        anchor, begin = ("left", along) if along < 0.5 else ("right", along - width)
        above = 3
        if text == _YOU:
            anchor, above = ("left" if along < 0.1 else "center"), 21
        elif begin < free:
            continue
        else:
            free = begin + width
        place = {
            "xref": "x",
            "yref": "paper",
            "xanchor": anchor,
            "yanchor": "bottom",
            "yshift": view.px(above),
        }
        notes.append(label(view, text, x, 1, **place, font={"color": view.colours.ink}))
    return notes


def _names(result: SweepResult, ruler: Ruler, order: list[Outcome], view: View) -> list[Spec]:
    """Name each line beyond the end of the axis, as high as its last finished value."""
    done = np.flatnonzero(result.finished)
    if not len(done):
        return []
    inks = outcome_inks(view.colours)
    ends = [
        End(
            kind.name.lower(),
            float(ruler.places[-1]),
            float(result.shares[done[-1], kind]),
            {"color": inks[kind], "weight": 700 if kind is Outcome.DEAD else 400},
        )
        for kind in order
    ]
    height = float(_HEIGHT[view.size])
    return end_names(ends, height / SHARE_TOP, _NAME_GAP, view, top=height, bottom=view.px(_NAME_GAP / 2))
