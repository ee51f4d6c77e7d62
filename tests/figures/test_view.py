import dataclasses
from typing import Any

import pytest

from figures import View


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "sepia"),
        ("colouring", "rainbow"),
        ("size", "tv"),
        ("layers", frozenset({"arrows", "stars"})),
        ("layers", {"arrows"}),
    ],
)
def test_refuses_other_values_by_name(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{field} must be"):
        View(**{field: value})


def test_is_frozen_and_hashable() -> None:
    assert hash(View()) == hash(View())
    with pytest.raises(dataclasses.FrozenInstanceError):
        View().theme = "dark"  # type: ignore[misc]  # the assignment under test


def test_present_is_half_as_large_again() -> None:
    assert View(size="present").px(16) == 24
    assert View(size="phone").px(16) == 16
