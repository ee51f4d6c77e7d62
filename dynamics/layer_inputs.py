"""What is known of a layer's inputs, as a Gaussian: N(0, I), a mean and a covariance, or rows of inputs."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics.tensor_file import Array, Limits, UnreadableError

Floats = NDArray[np.float64]

LARGEST = 1e30  # of a number in a file: its square is a number too
_EACH = 30  # multiplications that comparing one z with 0 takes as long as
_ASYMMETRY = 1e-6  # of a covariance, relative to its largest entry


@dataclass(frozen=True, eq=False)
class Inputs:
    """What is known of a layer's inputs. Without rows, mean and covariance they are N(0, I).

    Attributes
    ----------
    name : str
        Of the file.
    rows : (rows, inputs), optional
        Inputs, on which the units are counted too.
    mean : (inputs,), optional
    covariance : (inputs, inputs), optional
    target : (inputs,), optional
        The direction t of the target γ·tᵀx + δ in the inputs; its length means nothing.
    """

    name: str
    rows: Array | None = None
    mean: Array | None = None
    covariance: Array | None = None
    target: Array | None = None

    def over(self, other: "Inputs") -> "Inputs":
        """Return these inputs; where they tell no direction of the target, the other's."""
        return self if self.target is not None else replace(self, target=other.target)


class InputModel:
    """Inputs as a Gaussian, checked against a layer.

    Parameters
    ----------
    inputs : Inputs
    width, count : int
        Inputs and units of the layer.
    limits : Limits
        Of rows as many are counted, evenly spread, as `limits.products` allow.

    Attributes
    ----------
    counted : int
        How many rows are counted.

    Raises
    ------
    UnreadableError
        If the inputs do not fit the layer, are no numbers, or their covariance is none.
    """

    def __init__(self, inputs: Inputs, width: int, count: int, limits: Limits) -> None:
        self._name, self._width = inputs.name, width
        self.rows: Floats | None = None
        self.mean: Floats | None = None
        self.factor: Floats | None = None
        self.target: Floats | None = None
        self.counted = 0
        if inputs.target is not None:
            self.target = self._vector(inputs.target, "target")
            if not self.target.any():
                raise UnreadableError(f"{inputs.name}: target must have a direction, got zeros")
        if inputs.rows is not None:
            self.rows = self._counted(inputs.rows, count, limits)
            self.mean = self.rows.mean(axis=0)
            self.factor = _factor(self.rows - self.mean, count)
            return
        if inputs.mean is not None:
            self.mean = self._vector(inputs.mean, "mean")
        if inputs.covariance is not None:
            self.factor = self._root(inputs.covariance, limits)

    def _vector(self, values: Array, what: str) -> Floats:
        if values.shape != (self._width,):
            raise UnreadableError(
                f"{self._name}: {what} has {len(values)} values, the layer has {self._width} inputs"
            )
        return self._numbers(values, what)

    def _numbers(self, values: Array, what: str) -> Floats:
        numbers = values.astype(np.float64)
        wrong = np.argwhere(~(np.abs(numbers) <= LARGEST))
        if len(wrong) > 0:
            place = ", ".join(f"{side} {i + 1}" for side, i in zip(("row", "column"), wrong[0], strict=False))
            found = numbers[tuple(wrong[0])]
            raise UnreadableError(
                f"{self._name}: {what} must be numbers within ±10³⁰, got {found:g} in {place}"
            )
        return numbers

    def _counted(self, rows: Array, count: int, limits: Limits) -> Floats:
        if rows.shape[1] != self._width:
            raise UnreadableError(
                f"{self._name} has {rows.shape[1]} columns, the layer has {self._width} inputs"
            )
        if len(rows) < 2:
            raise UnreadableError(f"{self._name} must have at least 2 rows of inputs, got {len(rows)}")
        work = count * (self._width + _EACH)
        most = int(min(len(rows), max(2.0, limits.products / work)))
        kept = np.linspace(0, len(rows) - 1, most).astype(np.int64)
        self.counted = most
        return self._numbers(rows if most == len(rows) else rows[kept], "the inputs")

    def _root(self, covariance: Array, limits: Limits) -> Floats:
        """Return F with F·Fᵀ = Σ."""
        sides = " × ".join(map(str, covariance.shape))
        if covariance.shape != (self._width, self._width):
            raise UnreadableError(f"{self._name}: covariance is {sides}, the layer has {self._width} inputs")
        if self._width**3 > limits.products:  # what taking it apart costs
            most = int(limits.products ** (1 / 3))
            raise UnreadableError(
                f"{self._name}: covariance is {sides}; {limits.where} takes {most} × {most}"
            )
        numbers = self._numbers(covariance, "covariance")
        slack = _ASYMMETRY * float(np.abs(numbers).max(initial=0.0))
        if np.abs(numbers - numbers.T).max(initial=0.0) > slack:
            raise UnreadableError(f"{self._name}: covariance must be symmetric")
        values, vectors = np.linalg.eigh((numbers + numbers.T) / 2)
        if values.min(initial=0.0) < -slack:
            raise UnreadableError(
                f"{self._name}: covariance must have no negative eigenvalue, got {values.min():.3g}"
            )
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))

    def look(self, weight: Floats, bias: Floats) -> dict[str, NDArray[Any]]:
        """Return scale and mean of z for some units, the part along the target, and the active rows."""
        white = weight if self.factor is None else weight @ self.factor
        found: dict[str, NDArray[Any]] = {"scale": length(white)}
        found["mean"] = bias if self.mean is None else bias + weight @ self.mean
        if self.rows is not None:
            alive = weight @ self.rows.T > -bias[:, None]
            found["active"] = np.add.reduce(alive.view(np.uint8), axis=1, dtype=np.int64)  # 4 × sum's speed
        if self.target is not None:
            truth = self.target if self.factor is None else self.target @ self.factor
            size = float(length(truth))
            found["along"] = white @ truth / size if size > 0 else np.zeros(len(bias))
        return found


def _factor(centred: Floats, count: int) -> Floats:
    """Return F with F·Fᵀ = Σ, of rows whose mean is 0, in the way that is cheaper for so many units."""
    rows, width = centred.shape
    few = width < rows and width <= count
    root: Floats = np.asarray(np.linalg.qr(centred, mode="r") if few else centred)
    return np.asarray(root.T / np.sqrt(rows))


def length(values: Floats) -> Floats:
    """Return the length along the last axis, also where squares would underflow."""
    largest = np.abs(values).max(axis=-1, keepdims=True, initial=0.0)
    unit = values / np.where(largest > 0, largest, 1.0)
    return np.asarray(largest[..., 0] * np.sqrt((unit * unit).sum(axis=-1)))
