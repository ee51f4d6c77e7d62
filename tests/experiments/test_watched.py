import io
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from experiments.watched import Watched, read_watched
from experiments.watched_example import example
from experiments.watched_summary import FATES, Summary, summary


def made() -> Watched:
    active = np.array([[0.5, 0.0, 0.2, 0.1, 0.0], [0.5, 0.0, 0.0, 0.0, 0.3], [0.5, 0.0, 0.0, 0.2, 0.3]])
    return Watched(("first", "second"), (3, 2), np.array([0, 10, 20]), active.astype(np.float32))


def packed(**changes: object) -> bytes:
    found = made()
    contents: dict[str, object] = {
        "format": 1,
        "layers": np.array(found.layers),
        "widths": np.array(found.widths),
        "step": found.step,
        "active": found.active,
        "epsilon": found.epsilon,
    } | changes
    stream = io.BytesIO()
    np.savez(stream, **{name: value for name, value in contents.items() if value is not None})  # type: ignore[arg-type]
    return stream.getvalue()


def test_layers_of_different_width_are_counted_by_themselves() -> None:
    found = made().deaths
    np.testing.assert_allclose(found.share, [[1 / 3, 1 / 2], [2 / 3, 1 / 2], [2 / 3, 0]])
    np.testing.assert_array_equal(found.born, [1, 1])
    np.testing.assert_array_equal(found.died, [[0, 0], [1, 1], [0, 0]])
    np.testing.assert_array_equal(found.revived, [[0, 0], [0, 1], [0, 1]])
    np.testing.assert_allclose(made().dead_share, [0.4, 0.6, 0.4])


def test_a_file_comes_back(tmp_path: Path) -> None:
    made().save(tmp_path / "units.npz")
    found = read_watched((tmp_path / "units.npz").read_bytes())
    assert (found.layers, found.widths, found.epsilon) == (made().layers, made().widths, 1e-3)
    np.testing.assert_array_equal(found.step, made().step)
    np.testing.assert_array_equal(found.active, made().active)


def claiming(shape: tuple[int, ...]) -> bytes:
    """Return a whole file whose table of shares claims another shape than it has."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return changed("active.npy", header.getvalue() + bytes(60))


def changed(name: str, content: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a whole file with one part replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed())) as old, zipfile.ZipFile(stream, "w", method) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return stream.getvalue()


def damaged() -> bytes:
    """Return a whole file with one byte of its shares turned: the archive's checksum tells."""
    content = bytearray(packed())
    content[content.index(made().active.tobytes())] ^= 1
    return bytes(content)


NAN, HIGH = made().active.copy(), made().active.copy()
NAN[1, 3], HIGH[2, 0] = np.nan, 1.5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "mine.npz must be a whole file that DeadUnits.save wrote: File is not a zip file"),
        (b"step,dead\n0,1\n", "must be a whole file that DeadUnits.save wrote"),
        (packed()[:-40], "must be a whole file that DeadUnits.save wrote"),
        (damaged(), "must be a whole file that DeadUnits.save wrote: Bad CRC-32 for file 'active.npy'"),
        (packed(active=None), "mine.npz must be what DeadUnits.save wrote, but active is missing"),
        (
            changed("step.npy", b"0, 10, 20"),
            "mine.npz: step must be an array: the magic string is not correct",
        ),
        (changed("step.npy", b""), "mine.npz: step must be an array: EOF"),
        (
            packed(layers=np.array(["first", {}], dtype=object)),
            "mine.npz: layers must be a row of names, got 1 dimensions of object",
        ),
        (packed(active=made().active[0]), "active must be a table of numbers, records by units, got 1 dim"),
        (packed(active=made().active.astype(str)), "active must be a table of numbers, records by units"),
        (claiming((1 << 20, 1 << 20)), "active claims to be 1048576 x 1048576, but the file holds only"),
        (claiming((3, -5)), "mine.npz"),
        (packed(format=2), "mine.npz: format must be 1, got 2"),
        (packed(widths=np.array([3, 3])), r"mine.npz: active must be records x units, 3 x 6, got \(3, 5\)"),
        (packed(active=HIGH), "active must be shares from 0 to 1, got 1.5 in record 3, unit 1"),
        (packed(active=NAN), "active must be shares from 0 to 1, got nan in record 2, unit 4"),
        (packed(step=np.array([0, 5, 5])), "step must rise from record to record"),
        (
            packed(step=np.array([0.0, 5, 6])),
            "step must be a row of whole numbers, got 1 dimensions of float64",
        ),
        (packed(widths=np.array([5, 0])), "layers must each have a name and a width of at least 1"),
        (packed(epsilon=0.7), "mine.npz: epsilon must be above 0 and below 0.5, got 0.7"),
        (packed(epsilon=np.nan), "mine.npz: epsilon must be above 0 and below 0.5, got nan"),
    ],
)
def test_other_files_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_watched(content, "mine.npz")


def test_large_files_are_refused_before_they_are_unpacked() -> None:
    with pytest.raises(ValueError, match=r"mine.npz must have at most 16 MiB, got 17\.0 MiB"):
        read_watched(bytes(17 << 20), "mine.npz")
    bomb = changed("step.npy", bytes(129 << 20), zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1 << 20
    with pytest.raises(ValueError, match=r"mine\.npz must unpack to at most 128 MiB"):
        read_watched(bomb, "mine.npz")
    # One block of these may unpack to gigabytes, whatever the archive's directory claims.
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with pytest.raises(ValueError, match=r"mine\.npz must be compressed as DeadUnits\.save does it"):
            read_watched(changed("step.npy", b"", method), "mine.npz")


def test_fates_are_told_apart_at_all_records_and_shown_at_some() -> None:
    found = summary(made())
    assert found.fates == [[1, 0, 1, 1], [0, 2, 0, 0]]
    assert found.dead == [[1, 1], [2, 1], [2, 0]]
    assert found.units == ["-x--x", "-xxx-", "-xx--"]
    assert Summary.of({**asdict(found), "file": "mine.npz"}) == found
    active = np.full((1000, 300), 0.5, np.float32)
    active[501, 7] = 0  # between two records that are shown
    long = summary(Watched(("only",), (300,), np.arange(1000), active))
    assert (len(long.step), long.step[0], long.step[-1], long.records) == (240, 0, 999, 1000)
    assert long.fates == [[299, 1, 0, 0]]
    assert long.units == []


def test_the_example_has_every_fate() -> None:
    found = summary(example())
    assert found.total == 64
    assert all(found.count(fate) > 0 for fate in FATES)
