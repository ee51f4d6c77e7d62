"""What is kept of maps."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dashboard import results
from dashboard.settings import DEFAULT
from dynamics import Cancellation


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    """Begin and end with nothing kept."""
    results._maps.clear()
    yield
    results._maps.clear()


def kept(*sides: int) -> list[int]:
    """Return which of maps of so many starts a side are kept when all have been asked for."""
    settings = replace(DEFAULT, beta=0.0)
    for side in sides:
        results.timed_map(settings, side, Cancellation())
    return [side for side in sides if (*results.map_key(settings, side), False) in results._maps]


def test_two_maps_that_are_compared_are_kept_whatever_the_screen() -> None:
    assert kept(1512, 1511) == [1512, 1511]


def test_small_maps_are_kept_beside_the_largest() -> None:
    assert kept(2048, 256, 255, 254) == [2048, 256, 255, 254]


def test_the_oldest_make_room() -> None:
    assert kept(1512, 1511, 1510) == [1511, 1510]
    assert results._maps.currsize <= results.CACHE_BYTES
