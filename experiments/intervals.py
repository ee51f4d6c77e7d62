"""Means over seeds with their 95 % intervals, and what an interval says of a claim."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from dynamics.arrays import ReadOnlyArrays

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estimate(ReadOnlyArrays):
    """A mean with its 95 % interval, float64 arrays of one shape, read-only.

    Attributes
    ----------
    mean : float64
        nan without a value.
    low, high : float64
        Ends of the interval by Student's t; nan with fewer than two values.
    count : int64
        Values that are not nan.
    """

    mean: Floats
    low: Floats
    high: Floats
    count: NDArray[np.int64]


def estimate(values: ArrayLike, axis: int = 0) -> Estimate:
    """Return mean and interval along an axis, leaving out nan.

    Parameters
    ----------
    values : array_like of float
    axis : int
    """
    array = np.asarray(values, np.float64)
    known = np.isfinite(array)
    count = known.sum(axis=axis)
    with np.errstate(all="ignore"):
        mean = np.where(known, array, 0).sum(axis=axis) / count
        squares = np.where(known, np.square(array - np.expand_dims(mean, axis)), 0).sum(axis=axis)
        half = stdtrit(count - 1, 0.975) * np.sqrt(squares / (count - 1) / count)
    half = np.where(count > 1, half, np.nan)
    return Estimate(np.asarray(mean), np.asarray(mean - half), np.asarray(mean + half), np.asarray(count))


def geometric(values: ArrayLike, axis: int = 0) -> Estimate:
    """Return the geometric mean and its interval: of errors, which differ by factors."""
    with np.errstate(all="ignore"):
        logs = estimate(np.log(np.asarray(values, np.float64)), axis)
        return Estimate(np.exp(logs.mean), np.exp(logs.low), np.exp(logs.high), logs.count)


class Verdict(StrEnum):
    """What the runs say of a sentence.

    HOLDS: in every case. CONDITIONS: in some cases of each of its parts. FAILS: a part of it holds in none.
    OPEN: there are too few runs.
    """

    HOLDS = "holds"
    CONDITIONS = "holds under conditions"
    FAILS = "does not hold here"
    OPEN = "too few runs"


@dataclass(frozen=True)
class Case:
    """One comparison that bears on a sentence.

    Parameters
    ----------
    where : str
        In words, such as "diabetes, β = 0.99".
    mean, low, high : float
        What was measured, with its 95 % interval; the three are equal where nothing is left to chance.
    above, below : float
        The case supports the sentence when the whole interval lies above the first and not above the second.
    part : str
        Which part of a sentence that says two things, such as "with momentum" and "without".
    group : str
        What a picture draws on one line, such as "β = 0.99".
    """

    where: str
    mean: float
    low: float
    high: float
    above: float = -math.inf
    below: float = math.inf
    part: str = ""
    group: str = ""

    @property
    def supports(self) -> bool:
        """Whether the interval lies where the sentence says; an unknown one does not."""
        return self.above < self.low and self.high <= self.below


@dataclass(frozen=True)
class Claim:
    """A sentence of the paper and the cases that were looked at; the rule was fixed before the runs.

    Parameters
    ----------
    sentence : str
    measure : str
        What the cases' numbers are.
    rule : str
        When a case supports the sentence.
    cases : tuple of Case
    seeds : int or None
        Fewest seeds behind a case; None where no number is left to chance.
    """

    sentence: str
    measure: str
    rule: str
    cases: tuple[Case, ...]
    seeds: int | None

    def verdict(self, least_seeds: int = 5) -> Verdict:
        """Return HOLDS if every case supports the sentence, FAILS if none of a part does, else CONDITIONS.

        Parameters
        ----------
        least_seeds : int
            With fewer seeds, or without a case, it is OPEN.
        """
        if not self.cases or (self.seeds is not None and self.seeds < least_seeds):
            return Verdict.OPEN
        if all(case.supports for case in self.cases):
            return Verdict.HOLDS
        supported = {case.part for case in self.cases if case.supports}
        return Verdict.CONDITIONS if supported == {case.part for case in self.cases} else Verdict.FAILS
