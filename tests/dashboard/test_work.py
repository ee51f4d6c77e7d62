"""The line in front of the engine: who is next, who leaves, who is refused."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from dashboard import create_app, operations, work
from dashboard.packing import unpack
from dashboard.work import MOST_OF_ONE, PLACES, BusyError, Urgency, crowded, give_way, load, underway
from dynamics import Cancelled

HAND, REST, SPARE = Urgency


class Line:
    """Requests in threads of their own, and in which order they were given a place."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.threads: list[threading.Thread] = []

    def ask(self, name: str, urgency: Urgency, seq: int = 0, oldest: int = 0) -> None:
        """Let a request stand in the line; returns when it does."""

        def answer() -> None:
            try:
                with underway(name, seq, oldest, 60, urgency):
                    self.order.append(name)
            except (BusyError, Cancelled) as end:
                self.order.append(f"{name}: {type(end).__name__}")

        self.threads.append(threading.Thread(target=answer))
        self.threads[-1].start()
        deadline = time.monotonic() + 10
        while not any((one.viewer, one.seq) == (name, seq) for one in list(work._works)):
            assert time.monotonic() < deadline

    def end(self) -> list[str]:
        """Wait for all; returns the order."""
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()
        return self.order


@contextmanager
def full(*viewers: str) -> Iterator[ExitStack]:
    """Take all places."""
    with ExitStack() as places:
        for number in range(PLACES):
            viewer = viewers[number] if number < len(viewers) else f"other {number}"
            places.enter_context(underway(viewer, 0, 0, 60, HAND))
        yield places


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is, in its only item."""
    now = [0.0]
    monkeypatch.setattr(work, "perf_counter", lambda: now[0])
    return now


def test_hands_come_first_and_who_has_least(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PLACES", 2)
    line = Line()
    with underway("greedy", 0, 0, 60, HAND):
        with underway("else", 0, 0, 60, HAND):
            for name, urgency in (("c", SPARE), ("b", REST), ("greedy", HAND), ("a", HAND)):
                line.ask(name, urgency, seq=1)
        # One place is free, "greedy" keeps the other.
        assert line.end() == ["a", "b", "greedy", "c"]


def test_nobody_is_overtaken_for_ever(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PLACES", 1)
    line = Line()
    with underway("else", 0, 0, 60, HAND):
        line.ask("resting", REST)
        clock[0] = REST.slack / 2
        line.ask("hand", HAND)
        clock[0] = 2 * REST.slack
        line.ask("later hand", HAND)
    assert line.end() == ["hand", "resting", "later hand"]


def test_places_are_kept_for_hands() -> None:
    line = Line()
    with ExitStack() as looking:
        for number in range(REST.places):
            looking.enter_context(underway(f"looking {number}", 0, 0, 60, REST))
        line.ask("another", REST)
        with underway("hand", 0, 0, 60, HAND):
            assert line.order == []
    assert line.end() == ["another"]


def test_what_is_superseded_leaves_the_line() -> None:
    line = Line()
    with full():
        line.ask("a", HAND, seq=1, oldest=1)
        line.ask("b", HAND, seq=1, oldest=1)
        line.ask("a", HAND, seq=2, oldest=2)
        line.threads[0].join(10)
        assert line.order == ["a: Cancelled"]
    assert sorted(line.end()) == ["a", "a: Cancelled", "b"]


def test_a_newer_value_takes_the_older_ones_place(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PLACES", 1)
    line = Line()
    with underway("else", 0, 0, 60, HAND):
        line.ask("a", HAND, seq=1, oldest=1)
        clock[0] = 0.05
        line.ask("b", HAND, seq=1, oldest=1)
        clock[0] = 0.1
        line.ask("a", HAND, seq=2, oldest=2)
        line.threads[0].join(10)
    assert line.end() == ["a: Cancelled", "a", "b"]


def test_a_moving_picture_that_is_begun_is_finished() -> None:
    with underway("a", 1, 1, 60, HAND) as begun, underway("a", 2, 2, 60, HAND):
        assert not begun.cancelled
    with underway("a", 1, 1, 60, HAND) as begun, underway("a", 2, 2, 60, REST):
        assert begun.cancelled


def test_a_picture_at_rest_leaves_the_other_cores_to_hands() -> None:
    with underway("a", 0, 0, 60, REST) as rest:
        assert not rest.alone
        with underway("b", 0, 0, 60, HAND) as hand:
            assert (rest.alone, hand.alone) == (True, False)
        assert not rest.alone


def test_one_viewer_has_so_many_and_no_more() -> None:
    line = Line()
    with full():
        for number in range(MOST_OF_ONE):
            line.ask("greedy", HAND, seq=number)
        with pytest.raises(BusyError), underway("greedy", 99, 0, 60, HAND):
            pass
        line.ask("modest", HAND)
    assert len(line.end()) == MOST_OF_ONE + 1


@pytest.mark.parametrize(("urgency", "end"), [(HAND, BusyError), (REST, BusyError), (SPARE, Cancelled)])
def test_nobody_waits_for_ever(
    urgency: Urgency, end: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urgency, "patience", 0.01)
    with full(), pytest.raises(end), underway("late", 0, 0, 60, urgency):
        pass
    assert load() == 0


def test_spare_work_gives_way_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PLACES", 1)
    line = Line()
    with underway("spare", 0, 0, 60, SPARE) as token:
        give_way(token)  # nobody waits: it keeps its place
        assert not crowded()
        line.ask("hand", HAND)
        assert crowded()
        give_way(token)
        assert line.order == ["hand"]
        assert not token.cancelled
    assert line.end() == ["hand"]


def test_other_work_does_not_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PLACES", 1)
    line = Line()
    with underway("resting", 0, 0, 60, REST) as token:
        line.ask("hand", HAND)
        give_way(token)
        assert line.order == []
    line.end()


def test_superseded_work_gives_way_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PLACES", 1)
    line = Line()
    with underway("spare", 1, 1, 60, SPARE) as token:
        line.ask("spare", HAND, seq=2, oldest=2)
        with pytest.raises(Cancelled):
            give_way(token)
    assert line.end() == ["spare"]


def test_nobody_who_can_do_without_makes_it_crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PLACES", 1)
    line = Line()
    with underway("hand", 0, 0, 60, HAND):
        line.ask("spare", SPARE)
        assert (load(), crowded()) == (1, False)
        line.ask("resting", REST)
        assert (load(), crowded()) == (2, True)
    line.end()


def test_the_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "LONGEST_LINE", 1)
    line = Line()
    with full():
        line.ask("resting", REST)
        with pytest.raises(BusyError), underway("another", 0, 0, 60, REST):
            pass
        line.ask("hand", HAND)
    assert sorted(line.end()) == ["hand", "resting"]


def test_who_always_comes_anew_does_not_starve_the_rest() -> None:
    # Each of these asks as a viewer of its own, and would take two seconds each time.
    rest, answered = threading.Event(), threading.Event()

    def greedy() -> None:
        while not rest.is_set():
            with suppress(BusyError, Cancelled), underway(f"{uuid4()}", 0, 0, 2.0, HAND) as token:
                while not (token.flag[0] or rest.is_set()):
                    answered.wait(0.01)

    threads = [threading.Thread(target=greedy) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        with underway("modest", 0, 0, 2.0, HAND):
            answered.set()
    finally:
        rest.set()
        for thread in threads:
            thread.join()


def test_only_so_much_spare_work_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PLACES", 1)
    monkeypatch.setattr(work, "_OPEN", 1)
    line = Line()
    with underway("spare", 0, 0, 60, SPARE) as token:
        line.ask("another", SPARE)
        line.ask("hand", HAND)
        give_way(token)
        assert line.order == ["hand"]  # the other had waited for longer
    assert line.end() == ["hand", "another"]


def test_long_work_ends_when_others_have_waited(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PLACES", 1)
    line = Line()
    with underway("greedy", 0, 0, 60, REST) as token:
        clock[0] = 30.0
        assert not token.flag[0]  # nobody is kept waiting
        line.ask("modest", REST)
        clock[0] = 32.0
        deadline = time.monotonic() + 10
        while not token.flag[0]:
            assert time.monotonic() < deadline
    assert line.end() == ["modest"]


def test_work_ends_after_its_budget() -> None:
    deadline = time.monotonic() + 10
    with underway("long", 0, 0, 0.01, HAND) as token:
        while not token.flag[0]:
            assert time.monotonic() < deadline


def test_a_process_that_ends_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_ends", [])
    line = Line()
    with full() as places:
        line.ask("waiting", REST)
        work.end_within(0.0)
        assert line.end() == ["waiting: BusyError"]
        assert all(one.token.flag[0] for one in work._works)
        places.close()
    assert load() == 0


# ------------------------------------------------------------------ over HTTP


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def ask(client: FlaskClient, path: str) -> tuple[int, str | None, str]:
    """Return status, Retry-After and text of an answer."""
    with client.get(path) as answer:
        return answer.status_code, answer.headers.get("Retry-After"), answer.get_data(as_text=True)


def test_a_full_line_answers_503_and_when_to_come_back(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for urgency in Urgency:
        monkeypatch.setattr(urgency, "patience", 0.01)
    with full():
        for path in ("/frame?cells=16&still=0", "/frame?cells=16", "/table?cells=16", "/export/data"):
            status, later, text = ask(client, path)
            assert (status, later) == (503, "1"), path
            assert json.loads(text) == {"message": "The server is busy. Please try again in a moment"}
        with client.get("/frame?cells=16&complete=1") as answer:
            assert unpack(answer.data)[0]["late"]
        assert ask(client, "/healthz")[0] == 200
    assert ask(client, "/export/pictures")[0] == 200


def test_a_long_line_for_threads_is_made_shorter(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "waiting_line", lambda: operations.MOST_WAITING)
    assert ask(client, "/export/pictures")[0] == 200
    monkeypatch.setattr(operations, "waiting_line", lambda: operations.MOST_WAITING + 1)
    refusal = (503, "1", "The server is busy. Please try again in a moment.\n")
    assert ask(client, "/export/pictures") == refusal
    assert ask(client, "/healthz")[0] == 200  # it is alive
