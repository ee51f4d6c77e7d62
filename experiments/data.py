"""A data set, and its two parts as networks see them: inputs and target standardised by the training rows."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics import checks
from dynamics.arrays import ReadOnlyArrays

Floats = NDArray[np.float64]

FEWEST_ROWS = 20
LARGEST = 1e100  # whose square, summed over rows, is still a number
TRAINING_SHARE = 0.8


@dataclass(frozen=True, eq=False)
class Dataset(ReadOnlyArrays):
    """A regression problem; the arrays are read-only.

    Parameters
    ----------
    name : str
        How it is called on the page.
    target : str
        What is to be predicted.
    columns : tuple of str
        Names of the inputs.
    inputs : float64 (rows, columns)
    targets : float64 (rows,)
    groups : int64 (rows,), optional
        Rows that must stay together in one part of a split, such as a country's years.
    notes : tuple of str
        What was done to the rows and columns that were read, in sentences.

    Raises
    ------
    ValueError
        If there are too few rows, no column, a number that is not finite or too large, or nothing to predict.
    """

    name: str
    target: str
    columns: tuple[str, ...]
    inputs: Floats
    targets: Floats
    groups: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rows = len(self.targets)
        if rows < FEWEST_ROWS:
            raise ValueError(f"{self.name} must have at least {FEWEST_ROWS} complete rows, got {rows}")
        if self.inputs.shape != (rows, len(self.columns)) or not self.columns:
            raise ValueError(f"{self.name} must have at least one column of numbers besides the target")
        if not (np.isfinite(self.inputs).all() and np.isfinite(self.targets).all()):
            raise ValueError(f"{self.name} must hold finite numbers only")
        if max(np.abs(self.inputs).max(), np.abs(self.targets).max()) > LARGEST:
            raise ValueError(f"{self.name} must hold numbers of at most {LARGEST:g} in size")
        if np.ptp(self.targets) == 0:
            raise ValueError(f"target must vary, got {self.targets[0]:g} in every row of {self.target}")
        super().__post_init__()

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the inputs."""
        return len(self.targets), len(self.columns)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that tell this content from any other."""
        digest = hashlib.sha256(repr((self.name, self.target, self.columns)).encode())
        for array in (self.inputs, self.targets, self.groups):
            digest.update(b"-" if array is None else array.tobytes())
        return digest.hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Split(ReadOnlyArrays):
    """Training and test rows, standardised by the training rows; the arrays are read-only.

    Attributes
    ----------
    train_inputs, test_inputs : floating (rows, columns)
        Mean 0 and standard deviation 1 over the training rows; a column that is constant there is 0.
    train_targets, test_targets : floating (rows,)
        Mean 0 and standard deviation 1 over the training rows: times γ plus δ is what a network is given.
    """

    train_inputs: NDArray[Any]
    train_targets: NDArray[Any]
    test_inputs: NDArray[Any]
    test_targets: NDArray[Any]


def split(dataset: Dataset, seed: int, dtype: type[np.floating[Any]] = np.float32) -> Split:
    """Draw four fifths of the rows, or of the groups where there are some, for training.

    Parameters
    ----------
    dataset : Dataset
    seed : int
        At least 0; the same seed gives the same rows.
    dtype : floating type
        Of the arrays; they are standardised in float64.

    Raises
    ------
    ValueError
        If the seed is out of its range, or the target does not vary over the training rows.
    """
    random = np.random.default_rng([checks.whole("seed", seed, 0), 0])
    names = np.arange(len(dataset.targets)) if dataset.groups is None else np.unique(dataset.groups)
    rows = names if dataset.groups is None else dataset.groups
    chosen = random.permutation(names)[: max(1, round(TRAINING_SHARE * len(names)))]
    train = np.isin(rows, chosen)
    inputs = _standardised(dataset.inputs, train)
    targets = _standardised(dataset.targets[:, None], train)[:, 0]
    if np.ptp(targets[train]) == 0:
        raise ValueError(f"target must vary over the training rows, got one value of {dataset.target}")
    parts = (inputs[train], targets[train], inputs[~train], targets[~train])
    return Split(*(part.astype(dtype) for part in parts))


def _standardised(values: Floats, train: NDArray[np.bool_]) -> Floats:
    known = values[train]
    mean, deviation = known.mean(axis=0), known.std(axis=0)
    # Rounding leaves a constant column a deviation of some 1e-16 of its size.
    constant = deviation <= 1e-12 * np.abs(known).max(axis=0)
    return np.where(constant, 0.0, (values - mean) / np.where(constant, 1.0, deviation))
