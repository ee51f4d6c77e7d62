"""A layer's weights and biases, and the inputs that it sees, from the bytes of files.

Several layers in a file, and a square weight, are questions: `UndecidedError` holds the answers.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from dynamics import tensor_file
from dynamics.layer import Layer
from dynamics.layer_inputs import Inputs
from dynamics.number_table import table
from dynamics.tensor_file import SHELL, Array, Limits, Tensor, UnreadableError, named, sides

Side = Literal["rows", "columns"]

LAYER_ENDINGS = (".npz", ".csv", ".safetensors")
INPUT_ENDINGS = (".npy", ".npz", ".csv", ".safetensors")
# What a file may hold besides layers, by what it is called there.
_ROWS = ("x", "inputs")
_MEAN = ("mean", "mu")
_COVARIANCE = ("covariance", "cov", "sigma")
_TARGET = ("target",)
_BESIDE = (*_ROWS, *_MEAN, *_COVARIANCE, *_TARGET)
# A weight's word in its name, and what stands in its place in the bias's.
_WORD = re.compile(r"(?i)(?<![a-z])(weights?|kernel|w)(?![a-z])")
_BIASES: Mapping[str, Sequence[str]] = {
    "weight": ("bias",),
    "weights": ("biases", "bias"),
    "kernel": ("bias",),
    "w": ("b",),
}
_LISTED = 6


class UndecidedError(UnreadableError):
    """Raised when a file can be read in several ways.

    Parameters
    ----------
    message : str
    asked : "layer" or "units"
        The argument of `read_layer` that decides.
    choices : mapping of str
        Its values, and what each means.
    """

    def __init__(self, message: str, asked: str, choices: Mapping[str, str]) -> None:
        super().__init__(message)
        self.asked = asked
        self.choices = choices


class LayerFile(NamedTuple):
    """What a file holds: a layer, how many there were, and the inputs beside it, if any."""

    layer: Layer
    layers: int
    inputs: Inputs


def read_layer(
    content: bytes, name: str, layer: str | None = None, units: Side | None = None, limits: Limits = SHELL
) -> LayerFile:
    """Return a layer from the bytes of an .npz, .csv or .safetensors file.

    In archives a layer is a weight of two dimensions with a bias of one beside it: ``fc1.weight`` and
    ``fc1.bias``, ``dense/kernel`` and ``dense/bias``, ``W1`` and ``b1``, or the only two there are. Its units
    are on the side of the weight that is as long as the bias. Beside it may stand the inputs ``X`` (rows), or
    their ``mean`` and ``covariance``, and the ``target``'s direction. In a CSV file each row is a unit: its
    weights, then its bias, or the bias in the column called ``bias`` or ``b``.

    Parameters
    ----------
    content : bytes
    name : str
        The file's name, whose ending says what it is.
    layer : str, optional
        Which, where there are several.
    units : "rows" or "columns", optional
        The side of a square weight on which the units are.
    limits : Limits, optional

    Raises
    ------
    UndecidedError
        If there are several layers, or the weight is square, and the argument that decides is missing.
    UnreadableError
        If there is no layer in it, or one that cannot be used.
    """
    ending = tensor_file.suffix(name, LAYER_ENDINGS)
    tensor_file.check_size(len(content), name, limits)
    if ending == ".csv":
        return LayerFile(_layer_of_table(content, name, limits), 1, Inputs(name))
    found = tensor_file.tensors(content, name, limits)
    pairs = _pairs(found, name)
    if layer is None and len(pairs) > 1:
        listed = {label: f"{label}, {sides(found[weight].shape)}" for label, (weight, _) in pairs.items()}
        raise UndecidedError(f"{name}: {len(pairs)} layers found. Choose one", "layer", listed)
    label = next(iter(pairs)) if layer is None else layer
    if label not in pairs:
        raise UnreadableError(f"{name} has no layer {named(label)}; it has {_list(pairs)}")
    weight, bias = pairs[label]
    along = _side(found[weight].shape, found[bias].shape, units, name)
    matrix, constants = found[weight].read(), found[bias].read()
    one = Layer(
        name,
        label if label != weight or len(pairs) > 1 else "",
        matrix if along == "rows" else matrix.T,
        constants,
    )
    return LayerFile(_checked(one, limits), len(pairs), _inputs(found, name))


def _pairs(found: Mapping[str, Tensor], name: str) -> dict[str, tuple[str, str]]:
    """Return the names of each layer's weight and bias, by the layer's own."""
    own = {key: tensor for key, tensor in found.items() if key.casefold() not in _BESIDE}
    matrices = [key for key, tensor in own.items() if len(tensor.shape) == 2]
    vectors = {key.casefold(): key for key, tensor in own.items() if len(tensor.shape) == 1}
    pairs = {}
    for key in matrices:
        word = next(reversed([*_WORD.finditer(key)]), None)
        if word is None:
            continue
        for other in _BIASES[word[1].casefold()]:
            bias = vectors.get((key[: word.start()] + other + key[word.end() :]).casefold())
            if bias is not None:
                label = key[: word.start()].rstrip("._/ ") or key
                pairs[label if label not in pairs else key] = key, bias
                break
    if pairs:
        return pairs
    if len(matrices) == len(vectors) == 1:
        return {matrices[0]: (matrices[0], next(iter(vectors.values())))}
    raise UnreadableError(_missing(own, matrices, name))


def _missing(own: Mapping[str, Tensor], matrices: Sequence[str], name: str) -> str:
    """Say why there is no layer."""
    if matrices:
        units, inputs = own[matrices[0]].shape
        looked = "a bias of one dimension called as the weight is, such as “fc1.bias” beside “fc1.weight”"
        return (
            f"{name}: {named(matrices[0])} ({units} × {inputs}) has no bias beside it; a layer needs {looked}"
        )
    shapes = [f"{named(key)} of {sides(tensor.shape)}" for key, tensor in [*own.items()][:_LISTED]]
    return (
        f"{name} has no weight of two dimensions, units × inputs; it holds {', '.join(shapes) or 'nothing'}"
    )


def _side(weight: tuple[int, ...], bias: tuple[int, ...], units: Side | None, name: str) -> Side:
    """Decide by the bias on which side of a weight its units are."""
    rows, columns = weight
    (count,) = bias
    if count not in weight:
        raise UnreadableError(
            f"{name}: bias has {count} values, weight is {rows} × {columns}: neither side fits"
        )
    if rows != columns:
        return "rows" if count == rows else "columns"
    if units is None:
        choices = {"rows": "rows, as in PyTorch", "columns": "columns, as in Keras"}
        raise UndecidedError(f"{name}: weight is {rows} × {columns}. Its units are its", "units", choices)
    return units


def _layer_of_table(content: bytes, name: str, limits: Limits) -> Layer:
    names, numbers = table(content, name, limits)
    columns = [column.casefold() for column in names]
    if names and not {"bias", "b"} & {*columns}:
        raise UnreadableError(f"{name}: no column is called bias or b; its header names {_list(names)}")
    place = next((columns.index(word) for word in ("bias", "b") if word in columns), numbers.shape[1] - 1)
    weights = [i for i in range(numbers.shape[1]) if i != place and columns[i : i + 1] != ["unit"]]
    if not weights:
        raise UnreadableError(f"{name} must have two columns or more, weights and then the bias, got 1")
    return _checked(Layer(name, "", numbers[:, weights], numbers[:, place]), limits)


def _checked(layer: Layer, limits: Limits) -> Layer:
    units, inputs = layer.weight.shape
    if units == 0 or inputs == 0:
        raise UnreadableError(
            f"{layer.name}: weight is {units} × {inputs}; a layer has at least one unit and input"
        )
    if units > limits.units:
        raise UnreadableError(f"{layer.name} has {units} units; {limits.where} takes {limits.units}")
    return layer


def read_inputs(content: bytes, name: str, limits: Limits = SHELL) -> Inputs:
    """Return what a file says of the inputs: rows, or a mean and a covariance, and the target's direction.

    Raises
    ------
    UnreadableError
        If there is nothing of that in it.
    """
    ending = tensor_file.suffix(name, INPUT_ENDINGS)
    tensor_file.check_size(len(content), name, limits)
    if ending == ".csv":
        return Inputs(name, rows=table(content, name, limits).numbers)
    if ending == ".npy":
        rows = tensor_file.npy_array(content, name, limits)
        if rows.ndim != 2:
            raise UnreadableError(f"{name} must have two dimensions, rows × inputs, got {sides(rows.shape)}")
        return Inputs(name, rows=rows)
    found = tensor_file.tensors(content, name, limits)
    inputs = _inputs(found, name)
    if inputs.rows is None and inputs.covariance is None and inputs.mean is None and inputs.target is None:
        matrices = [key for key, tensor in found.items() if len(tensor.shape) == 2]
        if len(matrices) == 1:
            return Inputs(name, rows=found[matrices[0]].read())
        wanted = "“X” (rows × inputs), or “mean” and “covariance”"
        raise UnreadableError(f"{name} must hold {wanted}; it holds {_list(found)}")
    return inputs


def _inputs(found: Mapping[str, Tensor], name: str) -> Inputs:
    def read(words: Sequence[str], dimensions: int) -> Array | None:
        for key, tensor in found.items():
            if key.casefold() in words:
                if len(tensor.shape) != dimensions:
                    rule = f"{dimensions} dimension{'s' * (dimensions > 1)}"
                    raise UnreadableError(f"{name}: {named(key)} must have {rule}, got {sides(tensor.shape)}")
                return np.asarray(tensor.read())
        return None

    return Inputs(name, read(_ROWS, 2), read(_MEAN, 1), read(_COVARIANCE, 2), read(_TARGET, 1))


def _list(names: Sequence[str] | Mapping[str, object]) -> str:
    some = [named(key) for key in names][:_LISTED]
    return ", ".join(some) + (" …" if len(names) > _LISTED else "")
