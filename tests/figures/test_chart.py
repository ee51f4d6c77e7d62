import numpy as np
import pytest

from figures.chart import compact, number, power_of_ten, tick_width, typed
from tests.figures.reading import array


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.1, "0.1"),
        (-0.31, "−0.31"),
        (0.9486833, "0.949"),
        (999.0, "999"),
        (12345.0, "12345"),
        (1e-5, "10⁻⁵"),
        (2.5e-7, "2.5·10⁻⁷"),
        (-1e12, "−1·10¹²"),
    ],
)
def test_numbers_are_written_with_true_minus_and_powers(value: float, text: str) -> None:
    assert number(value) == text


def test_powers_of_ten() -> None:
    assert [power_of_ten(k) for k in (0, 1, 2, -9, 12)] == ["1", "10", "10²", "10⁻⁹", "10¹²"]


def test_typed_keeps_shape_and_values() -> None:
    cells = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert typed(cells)["dtype"] == "u1"
    np.testing.assert_array_equal(array(typed(cells)), cells)


def test_compact_takes_half_the_bytes_only_where_a_window_allows_it() -> None:
    wide, far = np.linspace(-3, 3, 9), 2000 + np.linspace(0, 1e-3, 9)
    assert compact(wide, 6.0).dtype == np.float32
    assert compact(far, 1e-3).dtype == np.float64
    np.testing.assert_array_equal(compact(far, 1e-3), far)


def test_longer_tick_labels_take_more_room() -> None:
    assert tick_width(-3, 3, 7) == pytest.approx(2 * 6.7)
    assert tick_width(-0.3, 0.3, 7) == pytest.approx(4 * 6.7)
    assert tick_width(-0.004, 0.002, 7) == pytest.approx(6 * 6.7)
