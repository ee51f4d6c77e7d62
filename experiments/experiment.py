"""What an experiment is, and the three that train or follow units: pure functions for whoever runs tiles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from dynamics import Cancellation
from experiments import depth, figure1, figure1_result, theory

Tile = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Experiment:
    """A kind of run.

    Parameters
    ----------
    spec : type
        A frozen dataclass of plain values: `spec(**json.loads(json.dumps(asdict(it)))) == it`.
    tiles : callable
        Spec to the number of its tiles.
    compute : callable
        Spec, index and an optional `Cancellation` to arrays by name; the same whenever it is called.
    assemble : callable
        Spec and the tiles that are finished, by index, to the result as far as it is known.
    """

    spec: type
    tiles: Callable[[Any], int]
    compute: Callable[[Any, int, Cancellation | None], dict[str, NDArray[Any]]]
    assemble: Callable[[Any, Mapping[int, Tile]], Any]


SINGLE = {
    "fig1": Experiment(figure1.Figure1, figure1.tiles, figure1.compute, figure1_result.assemble),
    "depth": Experiment(depth.DepthRun, depth.tiles, depth.compute, depth.assemble),
    "theory": Experiment(theory.Theory, theory.tiles, theory.compute, theory.assemble),
}
