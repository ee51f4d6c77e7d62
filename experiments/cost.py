"""What training costs, roughly: to cut work into tiles of a second, and to refuse what takes too long."""

from experiments.data import TRAINING_SHARE, Dataset
from experiments.history import MOST_JUDGED
from experiments.networks import Architecture, Parameters

MOST_SECONDS = 3600.0
_PER_OPERATION, _PER_NUMBER = 1.6e-11, 0.9e-9  # seconds of one core, measured from 2 × 32 to 20 × 512


def seconds_per_step(architecture: Architecture, columns: int, batch: int) -> float:
    """Return the time in seconds that one update of one network takes a core, roughly.

    Parameters
    ----------
    architecture : Architecture
    columns : int
        Of the data.
    batch : int
        Rows of a minibatch.
    """
    parameters = Parameters.size(architecture, columns)
    passes = 3 if architecture.normalised else 1
    numbers = parameters + passes * batch * architecture.width * architecture.depth
    return _PER_OPERATION * 6 * batch * parameters + _PER_NUMBER * numbers


def seconds_per_network(
    architecture: Architecture, dataset: Dataset, batch: int, steps: int, looks: int
) -> float:
    """Return the time in seconds that one network of many takes a core, roughly.

    Layers of 32 units took up to 30 % longer on idle cores, layers of 8 units 1.5 to 5 times as long, since
    numpy's calls cost more than their numbers. `benchmarks.experiments_speed` prints both.

    Parameters
    ----------
    architecture : Architecture
    dataset : Dataset
    batch, steps : int
        Rows of a minibatch, and updates.
    looks : int
        How often errors and dead shares are taken over the rows of the data.
    """
    rows, columns = dataset.shape
    training = TRAINING_SHARE * rows
    judged = min(training, MOST_JUDGED) + min(rows - training, MOST_JUDGED)
    passes = 3 if architecture.normalised else 1
    numbers = passes * architecture.width * architecture.depth
    look = judged * (_PER_OPERATION * Parameters.size(architecture, columns) + _PER_NUMBER * numbers)
    return steps * seconds_per_step(architecture, columns, batch) + looks * look


def refuse_above_limit(seconds: float, networks: int) -> None:
    """Refuse a run of more than an hour of one core.

    Raises
    ------
    ValueError
        Saying how long it would take.
    """
    if seconds > MOST_SECONDS:
        raise ValueError(
            f"steps must be fewer, or networks fewer or smaller: {networks} of them would take a core about "
            f"{seconds / 3600:.1f} hours, and at most {MOST_SECONDS / 3600:g} is allowed"
        )
