"""The paper on trial: every sentence that states a checkable fact, the runs that check it, and the verdict.

The rule was fixed before the runs. A run gives a sentence one or more cases, each a number with its 95 %
interval over the seeds (Student's t; networks of one seed share rows, weights and batches, so that settings
are compared seed by seed), and for each case the sentence names a range in which the whole interval has to
lie. Numbers of the model of one unit have no chance in them, and intervals of no length.

- holds: every case supports the sentence;
- holds under conditions: some do, of each of its parts where it says more than one thing;
- does not hold here: none of a part does;
- too few runs: fewer than 20 seeds, or a run is not finished.

Networks that diverge are counted, and left out of means.

Ranges are one-sided: above 0 or 1 for what has to grow, above 0.9 for what nearly all starts have to do,
above 0.5 for "most" and "main"; a dead share that changes by less than 2 points does not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dynamics import Cancellation, checks
from experiments.depth import DepthRun
from experiments.experiment import Tile
from experiments.intervals import Claim, Verdict
from experiments.trial_runs import RUNS, Calculation
from experiments.trial_sentences import SENTENCES, Sentence

LEAST_SEEDS = 20
MOST_SEEDS = 100
_UNASKED = ("died", "revived")


@dataclass(frozen=True)
class Trial:
    """What to run: everything that any sentence asks for.

    Parameters
    ----------
    seeds : int
        Networks of every kind and condition, 1 to 100. With fewer than 20 no verdict is given where
        chance plays a part.
    """

    seeds: int = LEAST_SEEDS

    def __post_init__(self) -> None:
        object.__setattr__(self, "seeds", checks.whole("seeds", self.seeds, 1, MOST_SEEDS))


class Part(NamedTuple):
    """One tile of a trial: a calculation, or some tiles of a run of networks."""

    run: str
    tiles: range


@cache
def _parts(seeds: int) -> tuple[Part, ...]:
    """Cut a trial into tiles: of a run of networks as many as there are seeds, or a few less."""
    parts: list[Part] = []
    for name, run in RUNS.items():
        count = 1 if isinstance(run, Calculation) else run.experiment.tiles(run.spec(seeds))
        each = -(-count // seeds)
        parts += [Part(name, range(i, min(i + each, count))) for i in range(0, count, each)]
    return tuple(parts)


def part(spec: Trial, index: int) -> Part:
    """Return which run a tile is of, and which of its tiles it holds."""
    return _parts(spec.seeds)[checks.whole("index", index, 0, tiles(spec) - 1)]


def tiles(spec: Trial) -> int:
    """Return how many tiles a trial has."""
    return len(_parts(spec.seeds))


def compute(spec: Trial, index: int, cancel: Cancellation | None = None) -> dict[str, NDArray[Any]]:
    """Compute one tile.

    Parameters
    ----------
    spec : Trial
    index : int
        From 0 to `tiles(spec)` − 1.
    cancel : Cancellation, optional

    Returns
    -------
    dict of arrays
        What the run returned, its tile's number and a slash before each name.
    """
    own_part = part(spec, index)
    run = RUNS[own_part.run]
    if isinstance(run, Calculation):
        return {f"0/{name}": value for name, value in run.measure(spec.seeds).items()}
    own = run.spec(spec.seeds)
    return {
        f"{tile}/{name}": value
        for tile in own_part.tiles
        for name, value in _slim(run.kind, run.experiment.compute(own, tile, cancel)).items()
    }


def _slim(kind: str, tile: Tile) -> Tile:
    """Leave out what no sentence asks about: of deep networks all but the first record and the last.

    A trial has hundreds of tiles, and whoever shows how far it is reads all of them each time.
    """
    if kind != "depth":
        return tile
    kept = {name: value for name, value in tile.items() if name not in _UNASKED}
    return {**kept, "share": tile["share"][:, [0, -1]]}


def _whole(spec: Any, tile: Tile) -> Tile:
    """Return a slim tile as its experiment assembles it, nan where something was left out."""
    if not isinstance(spec, DepthRun):
        return tile
    ends = tile["share"]
    share = np.full((len(ends), len(spec.records), spec.depth), np.nan)
    share[:, [0, -1]] = ends
    return {**tile, "share": share, **{name: np.array(np.nan) for name in _UNASKED}}


@dataclass(frozen=True, eq=False)
class TrialResult:
    """What is known of a trial, finished or not.

    Attributes
    ----------
    spec : Trial
    results : mapping
        Of each finished run, by its name in `RUNS`: what its experiment assembles, or its numbers. Of deep
        networks only the first record and the last are known.
    finished, networks : int
        Tiles that are computed, and all.
    """

    spec: Trial
    results: Mapping[str, Any]
    finished: int
    networks: int

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What is said of each of `SENTENCES`; one with an unfinished run has no case yet."""
        return tuple(judged(sentence, self.results) for sentence in SENTENCES)


def assemble(spec: Trial, found: Mapping[int, Tile]) -> TrialResult:
    """Put finished tiles together.

    Parameters
    ----------
    spec : Trial
    found : mapping
        What `compute` returned, by index; any of them may be missing.
    """
    parts = _parts(spec.seeds)
    missing = {part.run for i, part in enumerate(parts) if i not in found}
    results: dict[str, Any] = {}
    for name, run in RUNS.items():
        if name in missing:
            continue
        own: dict[int, dict[str, NDArray[Any]]] = {}
        for i, part in enumerate(parts):
            if part.run == name:
                for path, value in found[i].items():
                    tile, _, quantity = path.partition("/")
                    own.setdefault(int(tile), {})[quantity] = value
        if isinstance(run, Calculation):
            results[name] = own[0]
        else:
            asked = run.spec(spec.seeds)
            whole = {index: _whole(asked, tile) for index, tile in own.items()}
            results[name] = run.experiment.assemble(asked, whole)
    return TrialResult(spec, results, len(found), len(parts))


def judged(sentence: Sentence, results: Mapping[str, Any]) -> Claim:
    """Return a sentence's cases, none while one of its runs is missing."""
    if not all(name in results for name in sentence.runs):
        return Claim(sentence.claim, sentence.measure, sentence.rule, (), 0)
    cases, seeds = sentence.judge(results)
    return Claim(sentence.claim, sentence.measure, sentence.rule, cases, seeds)


def verdict(claim: Claim) -> Verdict:
    """Return the verdict by the rule of this module."""
    return claim.verdict(LEAST_SEEDS)
