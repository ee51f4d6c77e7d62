"""What the tests of all routes for files need."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from dashboard import reception


@contextmanager
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take every place for files, and let nobody wait for one."""
    monkeypatch.setattr(reception, "PATIENCE", 0)
    with ExitStack() as others:
        for _ in range(reception.HELD):
            others.enter_context(reception.held())
        yield
