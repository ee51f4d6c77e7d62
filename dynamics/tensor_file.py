"""Named arrays in the bytes of a file, which nobody has to trust: nothing in it is executed.

NPZ, NPY and safetensors say how large their arrays are before these come; the sizes are checked first, and an
array is read when it is asked for. Pickled objects are refused.
"""

import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

Array = NDArray[Any]

MIB = 2**20
_MOST_MEMBERS = 10_000
_LONGEST_NAME = 80
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others may give gigabytes for one block
_FOREIGN = {
    (
        ".pt",
        ".pth",
        ".ckpt",
        ".bin",
        ".pkl",
        ".pickle",
        ".joblib",
    ): "may hold code that runs when it is opened",
    (".h5", ".hdf5", ".keras", ".onnx", ".tflite", ".pb", ".mat"): "holds more than a layer",
}
_SAFE_TYPES = {
    **{f"F{bits}": f"<f{bits // 8}" for bits in (16, 32, 64)},
    **{f"{kind}{bits}": f"<{kind.lower()}{bits // 8}" for kind in "IU" for bits in (8, 16, 32, 64)},
    "BF16": "<u2",
}


class UnreadableError(ValueError):
    """Raised when a file cannot be used; the message names the file, the place and the reason."""


@dataclass(frozen=True)
class Limits:
    """How much is read.

    Attributes
    ----------
    size : int
        Bytes of a file.
    expanded : int
        Bytes of the arrays in it, together.
    units : int
        Of a layer.
    products : float
        Multiplications that counting over inputs may take.
    where : str
        What the limits are those of, for the messages.
    """

    size: int
    expanded: int
    units: int
    products: float
    where: str


SHELL = Limits(4096 * MIB, 16_384 * MIB, 10_000_000, math.inf, "the command line")


@dataclass(frozen=True)
class Tensor:
    """An array in a file, before it is read.

    Attributes
    ----------
    shape : tuple of int
    read : callable
        Returns it, real numbers of any type; raises UnreadableError.
    """

    shape: tuple[int, ...]
    read: Callable[[], Array]


def check_size(size: int, name: str, limits: Limits) -> None:
    """Refuse a file that is empty or too large, by its size alone."""
    if size == 0:
        raise UnreadableError(f"{name} is empty")
    if size > limits.size:
        more = "" if limits is SHELL else ". The command line takes more"
        raise UnreadableError(
            f"{name} is {mebibytes(size)}; {limits.where} takes {mebibytes(limits.size)}{more}"
        )


def mebibytes(size: int) -> str:
    """Return a number of bytes in words."""
    number = size / MIB
    return f"{number:.0f} MiB" if number >= 100 else f"{number:.3g} MiB"


def suffix(name: str, allowed: tuple[str, ...]) -> str:
    """Return the ending of a file's name, or say which are read and why others are not."""
    found = PurePath(name).suffix.lower()
    if found in allowed:
        return found
    ends = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
    for endings, reason in _FOREIGN.items():
        if found in endings:
            way = "save weight and bias with safetensors or numpy.savez"
            raise UnreadableError(f"{name} must end in {ends}: a {found} file {reason}; {way}")
    raise UnreadableError(f"{name} must end in {ends}, got {found or 'no ending'}")


def tensors(content: bytes, name: str, limits: Limits) -> Mapping[str, Tensor]:
    """Return the arrays of an .npz or .safetensors file, by name.

    Raises
    ------
    UnreadableError
        If the file is damaged, or declares more than `limits` allow.
    """
    found = _safetensors(content, name) if name.lower().endswith(".safetensors") else _npz(content, name)
    if not found:
        raise UnreadableError(f"{name} holds no arrays")
    total = sum(size for _, size in found.values())
    if total > limits.expanded:
        there = mebibytes(total)
        raise UnreadableError(
            f"{name} holds {there} of arrays; {limits.where} takes {mebibytes(limits.expanded)}"
        )
    return {key: tensor for key, (tensor, _) in found.items()}


def _npz(content: bytes, name: str) -> dict[str, tuple[Tensor, int]]:
    try:
        archive = zipfile.ZipFile(BytesIO(content))
        members = archive.infolist()
    except Exception as error:  # whatever zipfile makes of it
        if content[:2] == b"PK":
            raise UnreadableError(f"{name} is damaged or cut short: its list of arrays is missing") from error
        raise UnreadableError(f"{name} is no NPZ archive: it begins with {_shown(content[:8])}") from error
    if len(members) > _MOST_MEMBERS:
        raise UnreadableError(f"{name} must hold at most {_MOST_MEMBERS} arrays, got {len(members)}")
    found = {}
    for member in members:
        key = member.filename.removesuffix(".npy")
        if key != member.filename:
            found[key] = _member(archive, member, f"{name}, {named(key)}"), member.file_size
    return found


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str) -> Tensor:
    if member.compress_type not in METHODS:
        raise UnreadableError(f"{place} is compressed in a way that is not read; numpy's own is deflate")

    def read() -> Array:
        with _damage(place), archive.open(member) as stream:
            return _array(stream, member.file_size, place)

    with _damage(place), archive.open(member) as stream:
        shape, _ = _header(stream, member.file_size, place)
    return Tensor(shape, read)


@contextmanager
def _damage(place: str) -> Iterator[None]:
    """Name the place of whatever a damaged file makes of its reading."""
    try:
        yield
    except UnreadableError:
        raise
    except RuntimeError as error:  # zipfile's, of a password
        raise UnreadableError(f"{place} is encrypted") from error
    except Exception as error:  # zlib's, zipfile's, the stream's
        raise UnreadableError(f"{place} is damaged: {_reason(error)}") from error


def npy_array(content: bytes, name: str, limits: Limits) -> Array:
    """Return the array of an .npy file; see `tensors`."""
    with _damage(name):
        shape, dtype = _header(BytesIO(content), len(content), name)
        size = math.prod(shape) * dtype.itemsize
        if size > limits.expanded:
            most = mebibytes(limits.expanded)
            raise UnreadableError(f"{name} holds {mebibytes(size)}; {limits.where} takes {most}")
        return _array(BytesIO(content), len(content), name)


def _header(stream: IO[bytes], size: int, place: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and type as an array declares them, if there are as many bytes."""
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    start = stream.read(npy.MAGIC_LEN)
    if not start.startswith(npy.MAGIC_PREFIX):
        raise UnreadableError(f"{place} is no numpy array: it begins with {_shown(start)}")
    version = start[-2], start[-1]
    if len(start) < npy.MAGIC_LEN or version not in readers:
        raise UnreadableError(f"{place} is in numpy's format {version}; formats 1.0 and 2.0 are read")
    shape, _, dtype = readers[version](stream)
    if dtype.hasobject:
        reason = "which could run code and are never opened; save numbers"
        raise UnreadableError(f"{place} holds Python objects, {reason}")
    if dtype.kind not in "fiub":
        raise UnreadableError(f"{place} must hold real numbers, got {_kind(dtype)}")
    declared = math.prod(shape) * dtype.itemsize
    there = size - stream.tell()
    if declared != there:
        raise UnreadableError(
            f"{place} is cut short or damaged: {sides(shape)} numbers need {declared} bytes, got {there}"
        )
    return shape, dtype


def _array(stream: IO[bytes], size: int, place: str) -> Array:
    _header(stream, size, place)
    stream.seek(0)
    return npy.read_array(stream, allow_pickle=False)


def _kind(dtype: np.dtype[Any]) -> str:
    kinds = {"c": "complex ones", "U": "text", "S": "text", "M": "dates", "m": "times", "V": "records"}
    return kinds.get(dtype.kind, str(dtype))


def _safetensors(content: bytes, name: str) -> dict[str, tuple[Tensor, int]]:
    from safetensors import SafetensorError, deserialize

    try:
        # The library leaves it untyped.
        parts: list[tuple[str, Mapping[str, Any]]] = deserialize(content)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        reason = str(error).removeprefix("Error while deserializing: ")
        raise UnreadableError(f"{name} is no safetensors file, or cut short: {reason}") from error
    return {key: (_safe(part, f"{name}, {named(key)}"), len(part["data"])) for key, part in parts}


def _safe(part: Mapping[str, Any], place: str) -> Tensor:
    kind, shape = part["dtype"], tuple(part["shape"])

    def read() -> Array:
        if kind not in _SAFE_TYPES:
            raise UnreadableError(f"{place} must hold real numbers of 16 bits or more, got {kind}")
        array = np.frombuffer(part["data"], _SAFE_TYPES[kind])
        if kind == "BF16":  # the upper half of a float32
            array = (array.astype("<u4") << 16).view("<f4")
        return array.reshape(shape)

    return Tensor(shape, read)


def sides(shape: tuple[int, ...]) -> str:
    """Return a shape in words."""
    return " × ".join(map(str, shape)) or "1"


def named(key: str) -> str:
    """Return the name of an array as a message holds it, however long it is."""
    printable = "".join(letter if letter.isprintable() else "?" for letter in key)
    return f"“{printable[:_LONGEST_NAME]}{'…' * (len(printable) > _LONGEST_NAME)}”"


def _shown(start: bytes) -> str:
    return repr(start)[1:]


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
