"""Files that cannot be used: each gets a message that names the file, the place, the reason and the limit."""

import io
import json
import pickle
import zipfile
from collections.abc import Mapping

import numpy as np
import pytest
from safetensors import numpy as safetensors

from dynamics.layer import LayerUnits, layer_units
from dynamics.layer_file import read_inputs, read_layer
from dynamics.tensor_file import Array, Limits, UnreadableError

LIMITS = Limits(100_000, 1_000_000, 1000, 1e9, "the page")
WEIGHT, BIAS = np.ones((4, 3)), np.zeros(4)


def npz(**arrays: Array) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # allow_pickle is no array
    return stream.getvalue()


def npy(array: Array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def archive(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return stream.getvalue()


def header(shape: str, kind: str = "<f8") -> bytes:
    """The beginning of an .npy file that promises a shape."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def encrypted(content: bytes) -> bytes:
    """Mark every member of an archive as encrypted."""
    changed = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + flags] |= 1
            at = changed.find(mark, at + 4)
    return bytes(changed)


def damaged(content: bytes) -> bytes:
    """Change a byte of the first member's numbers."""
    at = content.find(b"\x93NUMPY") + 200
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def stored(**arrays: Array) -> bytes:
    return archive({f"{name}.npy": npy(array) for name, array in arrays.items()}, zipfile.ZIP_STORED)


def safe(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


GOOD = npz(weight=WEIGHT, bias=BIAS)
F8 = safe(
    {
        "weight": {"dtype": "F8_E4M3", "shape": [2, 3], "data_offsets": [0, 6]},
        "bias": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [6, 8]},
    },
    bytes(8),
)
RECORDS = np.zeros((4, 3), [("a", "f4")])
OBJECTS = np.array([[1, "a", None]] * 4, dtype=object)

LAYERS: dict[str, tuple[str, bytes, str]] = {
    "empty file": ("a.npz", b"", "a.npz is empty"),
    "blank lines": ("a.csv", b"\n  \n", "a.csv is empty: it has no rows"),
    "PyTorch's pickle": ("a.pt", b"x", "a.pt must end in .*: a .pt file may hold code"),
    "HDF5": ("a.h5", b"x", "a.h5 must end in .*: a .h5 file holds more than a layer"),
    "unknown ending": ("a.xyz", b"x", "a.xyz must end in .npz, .csv or .safetensors, got .xyz"),
    "no ending": ("layer", b"x", "layer must end in .*, got no ending"),
    "too large": (
        "a.csv",
        b"1,2\n" * 30_000,
        "a.csv is 0.114 MiB; the page takes 0.0954 MiB. The command line takes more",
    ),
    "no archive": ("a.npz", b"hello there", "a.npz is no NPZ archive: it begins with 'hello th'"),
    "cut short": ("a.npz", GOOD[:-60], "a.npz is damaged or cut short"),
    "damaged": (
        "a.npz",
        damaged(stored(weight=np.ones((40, 3)), bias=np.ones(40))),
        "a.npz, “weight” is damaged: Bad CRC",
    ),
    "encrypted": ("a.npz", encrypted(GOOD), "a.npz, “weight” is encrypted"),
    "bzip2": (
        "a.npz",
        archive({"weight.npy": npy(WEIGHT)}, zipfile.ZIP_BZIP2),
        "“weight” is compressed in a way",
    ),
    "nothing in it": ("a.npz", archive({"readme.txt": b"hi"}), "a.npz holds no arrays"),
    "zip bomb": (
        "a.npz",
        npz(weight=np.zeros((200_000, 30)), bias=np.zeros(200_000)),
        "a.npz holds 47.3 MiB of arrays; the page takes 0.954 MiB",
    ),
    "promises too much": (
        "a.npz",
        archive({"weight.npy": header("(1000000000, 1000000000)")}),
        "“weight” is cut short or damaged: 1000000000 × 1000000000 numbers need 8000000000000000000 by",
    ),
    "promises too little": (
        "a.npz",
        archive({"weight.npy": header("(2, 2)") + bytes(99)}),
        "need 32 bytes, got 99",
    ),
    "header of nonsense": (
        "a.npz",
        archive({"weight.npy": header("__import__('os')")}),
        "“weight” is damaged",
    ),
    "pickle in an archive": (
        "a.npz",
        archive({"weight.npy": pickle.dumps([1])}),
        "“weight” is no numpy array",
    ),
    "unknown format": ("a.npz", archive({"weight.npy": b"\x93NUMPY\x09\x00"}), r"in numpy's format \(9, 0\)"),
    "objects": (
        "a.npz",
        npz(weight=OBJECTS, bias=BIAS),
        "“weight” holds Python objects, which could run code",
    ),
    "complex numbers": (
        "a.npz",
        npz(weight=WEIGHT * 1j, bias=BIAS),
        "must hold real numbers, got complex ones",
    ),
    "text": ("a.npz", npz(weight=np.full((4, 3), "a"), bias=BIAS), "must hold real numbers, got text"),
    "dates": ("a.npz", npz(weight=np.zeros((4, 3), "M8[s]"), bias=BIAS), "must hold real numbers, got dates"),
    "records": ("a.npz", npz(weight=RECORDS, bias=BIAS), "must hold real numbers, got records"),
    "no bias": ("a.npz", npz(weight=WEIGHT), r"a.npz: “weight” \(4 × 3\) has no bias beside it"),
    "no weight": ("a.npz", npz(bias=BIAS), "a.npz has no weight of two dimensions, .* it holds “bias” of 4"),
    "a convolution": (
        "a.npz",
        npz(weight=np.zeros((2, 3, 3, 3)), bias=BIAS),
        "holds “weight” of 2 × 3 × 3 × 3, “bias” of 4",
    ),
    "bias of another length": (
        "a.npz",
        npz(weight=WEIGHT, bias=np.zeros(5)),
        "a.npz: bias has 5 values, weight is 4 × 3: neither side fits",
    ),
    "all NaN": (
        "a.npz",
        npz(weight=WEIGHT * np.nan, bias=BIAS),
        "a.npz: none of its 4 units holds numbers, within ±10³⁰",
    ),
    "all too large": ("a.npz", npz(weight=WEIGHT * 1e31, bias=BIAS), "none of its 4 units holds numbers"),
    "no units": (
        "a.npz",
        npz(weight=np.zeros((0, 3)), bias=np.zeros(0)),
        "a.npz: weight is 0 × 3; a layer has at least one",
    ),
    "no inputs": ("a.npz", npz(weight=np.zeros((3, 0)), bias=np.zeros(3)), "a.npz: weight is 3 × 0"),
    "too many units": (
        "a.npz",
        npz(weight=np.ones((1001, 2)), bias=np.ones(1001)),
        "a.npz has 1001 units; the page takes 1000",
    ),
    "several layers": (
        "a.npz",
        npz(W1=WEIGHT, b1=BIAS, W2=WEIGHT, b2=BIAS),
        "a.npz: 2 layers found. Choose one",
    ),
    "a square weight": (
        "a.npz",
        npz(weight=np.eye(3), bias=np.zeros(3)),
        "a.npz: weight is 3 × 3. Its units are its",
    ),
    "inputs beside of another shape": (
        "a.npz",
        npz(weight=WEIGHT, bias=BIAS, X=np.ones(3)),
        "“X” must have 2 dimensions, got 3",
    ),
    "a word": (
        "a.csv",
        b"w1,w2,bias\n1,2,3\n\n1,abc,3\n",
        "a.csv: row 4, column 2 holds “abc”, not a number",
    ),
    "an empty cell": ("a.csv", b"1,2,3\n1,,3\n", "a.csv: row 2, column 2 is empty"),
    "a decimal comma": ("a.csv", b"1;2\n1,5;2\n", "a.csv: row 2, column 1 holds “1,5”, not a number"),
    "a short row": ("a.csv", b"1,2,3\n1,2\n", "a.csv: row 2 has 2 cells, the first has 3"),
    "a header of another length": (
        "a.csv",
        b"w,bias\n1,2,3\n",
        "a.csv: the header names 2 columns, the rows have 3",
    ),
    "no column for the bias": (
        "a.csv",
        b"w1,w2\n1,2\n",
        "a.csv: no column is called bias or b; its header names “w1”, “w2”",
    ),
    "a header alone": ("a.csv", b"w1,bias\n", "a.csv has a header and no rows"),
    "one column": (
        "a.csv",
        b"1\n2\n",
        "a.csv must have two columns or more, weights and then the bias, got 1",
    ),
    "no text": ("a.csv", b"1,2\n\xff\xfe", "a.csv must be text in UTF-8, got something else at byte 4"),
    "too many numbers": (
        "a.csv",
        b"1 2" + b"\n" * 80_000,
        "a.csv must hold at most 125000 numbers, got 80001 rows of 2",
    ),
    "safetensors, cut short": (
        "a.safetensors",
        safetensors.save({"weight": WEIGHT, "bias": BIAS})[:-9],
        "a.safetensors is no safetensors file, or cut short: ",
    ),
    "safetensors, no header": ("a.safetensors", b"\xff" * 64, "a.safetensors is no safetensors file"),
    "safetensors, nothing in it": ("a.safetensors", safe({}), "a.safetensors holds no arrays"),
    "safetensors, 8 bits": (
        "a.safetensors",
        F8,
        "“weight” must hold real numbers of 16 bits or more, got F8_E4M3",
    ),
    "a long name": ("a.npz", npz(**{"x" * 500: WEIGHT}), "“x{80}…”"),
}


def placed(content: bytes, name: str) -> LayerUnits:
    found = read_layer(content, name, limits=LIMITS)
    return layer_units(found.layer, found.inputs, LIMITS)


@pytest.mark.parametrize("name", LAYERS)
def test_a_bad_layer_gets_a_message(name: str) -> None:
    file, content, message = LAYERS[name]
    with pytest.raises(UnreadableError, match=message) as problem:
        placed(content, file)
    assert len(str(problem.value)) < 300
    assert "\n" not in str(problem.value)


INPUTS: dict[str, tuple[str, bytes, str]] = {
    "empty": ("x.npy", b"", "x.npy is empty"),
    "another ending": ("x.txt", b"1", "x.txt must end in .npy, .npz, .csv or .safetensors, got .txt"),
    "one dimension": ("x.npy", npy(np.ones(3)), "x.npy must have two dimensions, rows × inputs, got 3"),
    "objects": ("x.npy", npy(OBJECTS), "x.npy holds Python objects"),
    "other columns": ("x.npy", npy(np.ones((9, 5))), "x.npy has 5 columns, the layer has 3 inputs"),
    "one row": ("x.npy", npy(np.ones((1, 3))), "x.npy must have at least 2 rows of inputs, got 1"),
    "NaN": (
        "x.npy",
        npy(np.array([[0, 0, 0], [0, np.nan, 0]])),
        "x.npy: the inputs must be numbers .*, got nan in row 2, column 2",
    ),
    "too large": (
        "x.npy",
        npy(np.full((2, 3), 1e31)),
        r"must be numbers within ±10³⁰, got 1e\+31 in row 1, column 1",
    ),
    "nothing of the kind": ("x.npz", npz(a=BIAS), "x.npz must hold “X” .* it holds “a”"),
    "a mean of another length": ("x.npz", npz(mean=BIAS), "x.npz: mean has 4 values, the layer has 3 inputs"),
    "a covariance of another shape": (
        "x.npz",
        npz(cov=np.eye(4)),
        "x.npz: covariance is 4 × 4, the layer has 3 inputs",
    ),
    "not symmetric": ("x.npz", npz(cov=np.triu(np.ones((3, 3)))), "x.npz: covariance must be symmetric"),
    "negative": ("x.npz", npz(cov=-np.eye(3)), "x.npz: covariance must have no negative eigenvalue, got -1"),
    "no direction": ("x.npz", npz(target=np.zeros(3)), "x.npz: target must have a direction, got zeros"),
    "expands": ("x.npy", header("(400, 400)") + bytes(8 * 160_000), "x.npy is 1.22 MiB; the page takes"),
}


@pytest.mark.parametrize("name", INPUTS)
def test_bad_inputs_get_a_message(name: str) -> None:
    file, content, message = INPUTS[name]
    layer = read_layer(GOOD, "a.npz", limits=LIMITS).layer
    with pytest.raises(UnreadableError, match=message) as problem:
        layer_units(layer, read_inputs(content, file, LIMITS), LIMITS)
    assert len(str(problem.value)) < 300


def test_an_archive_of_too_many_members_is_not_looked_through() -> None:
    content = archive({f"{i}.npy": b"" for i in range(10_001)}, zipfile.ZIP_STORED)
    with pytest.raises(UnreadableError, match=r"a\.npz must hold at most 10000 arrays, got 10001"):
        read_layer(content, "a.npz")


def test_there_are_thirty_kinds() -> None:
    assert len(LAYERS) >= 30


def test_every_cut_and_every_flipped_byte_is_refused_or_read() -> None:
    """Whatever is done to a file, it is read or refused with a message: nothing else is raised."""
    random = np.random.default_rng(3)
    files = {
        "a.npz": GOOD,
        "b.npz": stored(weight=WEIGHT, bias=BIAS),
        "a.csv": b"w,bias\n1,2\n3,4\n",
        "a.safetensors": safetensors.save({"weight": WEIGHT, "bias": BIAS}),
    }
    refused = 0
    for name, content in files.items():
        for _ in range(150):
            changed = bytearray(
                content[: random.integers(1, len(content) + 1)] if random.random() < 0.3 else content
            )
            for at in random.integers(0, len(changed), 2):
                changed[at] = random.integers(0, 256)
            try:
                placed(bytes(changed), name)
            except UnreadableError:
                refused += 1
    assert refused > 200
