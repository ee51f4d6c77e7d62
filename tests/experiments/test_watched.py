import io
from pathlib import Path

import numpy as np
import pytest

from experiments.watched import Watched, read_watched


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file must be what DeadUnits.save wrote, got something else"),
        (b"step,dead\n0,1\n", "got something else"),
        (packed()[:-40], "got something else"),
        (packed(active=None), "got something else"),
        (packed(layers=np.array([{}], dtype=object)), "got something else"),
        (packed(format=2), "file must be of format 1, got 2"),
        (packed(widths=np.array([3, 3])), r"active must be records x units, 3 x 6, got \(3, 5\)"),
        (packed(active=made().active + 1), "active must be shares from 0 to 1"),
        (packed(active=np.full((3, 5), np.nan)), "active must be shares from 0 to 1"),
        (packed(step=np.array([0, 5, 5])), "step must rise from record to record"),
        (packed(widths=np.array([5, 0])), "layers must each have a name and a width of at least 1"),
        (packed(epsilon=0.7), "epsilon must be above 0 and below 0.5, got 0.7"),
    ],
)
def test_other_files_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_watched(content)


def test_large_files_are_refused_before_they_are_unpacked() -> None:
    with pytest.raises(ValueError, match=r"file must have at most 32 MiB, got 33\.0 MiB"):
        read_watched(bytes(33 << 20))
    stream = io.BytesIO()
    np.savez_compressed(stream, active=np.zeros(1 << 27, np.uint8), step=np.zeros(1 << 28, np.uint8))
    with pytest.raises(ValueError, match="file must unpack to at most 256 MiB"):
        read_watched(stream.getvalue())
