"""A whole run on the cores of this computer, without a queue."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from dynamics import Cancellation
from dynamics.threads import worker_count
from experiments.registry import Experiment


def run(
    experiment: Experiment,
    spec: Any,
    *,
    workers: int | None = None,
    cancel: Cancellation | None = None,
    report: Callable[[int, int], object] | None = None,
) -> Any:
    """Compute all tiles on threads, which work at the same time inside numpy, and put them together.

    Parameters
    ----------
    experiment : Experiment
    spec : its spec
    workers : int, optional
        Threads, by default as many as there are cores.
    cancel : Cancellation, optional
    report : callable, optional
        Told after each tile how many are done, and of how many.

    Raises
    ------
    Cancelled
    """
    count, cancel = experiment.tiles(spec), cancel or Cancellation()
    found: dict[int, dict[str, NDArray[Any]]] = {}
    with (
        ThreadpoolController().limit(limits=1, user_api="blas"),
        ThreadPoolExecutor(workers or worker_count()) as pool,
    ):
        futures = {pool.submit(experiment.compute, spec, index, cancel): index for index in range(count)}
        try:
            for future in as_completed(futures):
                found[futures[future]] = future.result()
                if report is not None:
                    report(len(found), count)
        except BaseException:
            cancel.cancel()
            pool.shutdown(cancel_futures=True)
            raise
    return experiment.assemble(spec, found)
