"""Viewers for locust, which `benchmarks.load` starts; nothing of the product is imported here.

Each drags a slider for 2 s, lets go and looks at the picture for 8 s, then again. It asks as assets/pump.js
does: for the newest value, with as many requests in flight as its rules say and as many cells a side as the
last answer makes affordable; at rest for the full picture, then for what it is compared with. LOAD_PLAN names
a file of JSON.
"""

import json
import math
import os
import random
import struct
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import gevent
from locust import FastHttpUser, constant, events, task

PLAN: dict[str, Any] = json.loads(Path(os.environ["LOAD_PLAN"]).read_text())
DRAG_SECONDS, LOOK_SECONDS, EVERY = 2.0, 8.0, 0.016
DRAG_MS, CROWDED_MS, REST_MS, DRAG_CELLS, COARSEST = 60, 15, 400, 256, 8
SMALL_CELLS = 128**2
EVERY_MS, MOST, OVERTAKE = 50, 6, 0.2

seen: dict[str, list[float]] = defaultdict(list)
numbers = count()


@events.quitting.add_listener  # type: ignore[untyped-decorator]  # see Viewer
def write(environment: Any, **_: Any) -> None:
    """Leave what the viewers saw in a file."""
    failed = [
        [error.name, str(error.error), error.occurrences] for error in environment.stats.errors.values()
    ]
    found = {**seen, "errors": failed, "requests": environment.stats.total.num_requests}
    Path(PLAN["answer"]).write_text(json.dumps(found))


class Viewer(FastHttpUser):  # type: ignore[misc]  # locust is not installed where types are checked
    """Somebody with the page Explore open, on a screen of 1440 × 900."""

    wait_time = constant(0)
    connection_timeout = network_timeout = 30.0

    def on_start(self) -> None:
        """Open the page."""
        self.chance = random.Random(next(numbers))  # each its own way, the same in every run
        self.name, self.seq, self.shown = f"{self.chance.getrandbits(60)}", 0, 0
        self.cost, self.travel, self.moving, self.crowded = 1e-4, 0.0, COARSEST, False
        self.texts: dict[str, str] = dict(PLAN["settings"])
        self.axes: dict[str, str] = {}
        self.flights: dict[int, tuple[int, float]] = {}  # request → seq, and when it was sent
        self.moves: list[tuple[int, float]] = []  # seq and time of what nobody has answered yet
        self.limit, self.count, self.quiet = math.inf, 0, 0.0
        self.frame: dict[str, Any] = {}
        for path in ("/", "/_dash-layout", "/_dash-dependencies"):
            self.client.get(path, name="page")
        self.rest(time.perf_counter() + 20)

    @task  # type: ignore[untyped-decorator]  # see Viewer
    def use(self) -> None:
        """Drag, let go, look."""
        begin = time.perf_counter()
        for seq, key, text in self.places(begin):
            self.texts = self.texts | {key: text}
            self.seq = seq
            self.moves.append((seq, time.perf_counter()))
            self.limit = math.inf
            self.next()
        released = time.perf_counter()
        until = released + LOOK_SECONDS
        final = self.seq
        self.rest(until, released)
        answered = bool(self.frame.get("full")) and self.shown == final
        seen["lost"].append(0 if answered else 1)
        seen["unanswered"].append(0 if self.shown == final else 1)
        gevent.sleep(max(0.0, until - time.perf_counter()))

    def places(self, begin: float) -> Iterator[tuple[int, str, str]]:
        """Where the hand is, every 16 ms."""
        key = self.chance.choice(list(PLAN["tracks"]))
        track, phase = PLAN["tracks"][key], self.chance.random() * math.tau
        while (spent := time.perf_counter() - begin) < DRAG_SECONDS:
            text = track[round((len(track) - 1) * (0.5 + 0.45 * math.sin(phase + math.pi * spent)))]
            if text != self.texts[key]:
                yield self.seq + 1, key, text
            else:
                self.next()
            gevent.sleep(EVERY)

    # --------------------------------------------------------- what to ask for next, as the page does

    def next(self) -> None:
        """Ask for the newest value if a request is free."""
        room = min(max(1 + int(self.travel // EVERY_MS), 1), MOST)
        if self.shown >= self.seq or time.perf_counter() < self.quiet:
            return
        if any(seq == self.seq for seq, _ in self.flights.values()):
            return
        if self.crowded and len(self.flights) >= room:  # a newer value takes the place in the line
            sent_before = time.perf_counter() - OVERTAKE
            self.flights = {mine: sent for mine, sent in self.flights.items() if sent[1] > sent_before}
        if len(self.flights) < room:
            gevent.spawn(self.first)

    def first(self) -> None:
        """Ask for the first picture of new settings."""
        cells = min(PLAN["cells"], DRAG_CELLS)
        aim = CROWDED_MS if self.crowded else DRAG_MS
        while cells > math.sqrt(aim / self.cost) and cells > COARSEST:
            cells = math.ceil(cells / 2)
        cells = int(max(min(cells, math.ceil(self.limit / 2) if self.limit < math.inf else cells), COARSEST))
        options = {"still": 0, "cells": cells} | ({"budget": 0.3} if cells > COARSEST else {})
        frame = self.ask("moving", PLAN["moving"], **options)
        if frame and frame.get("late") and not frame["overtaken"]:
            self.limit = cells
            self.cost = max(self.cost, 300 / cells**2)
        self.next()

    def rest(self, until: float, released: float | None = None) -> None:
        """Ask until the picture is full and compared, or time is up."""
        full, ceiling, bare = PLAN["cells"], math.inf, False
        self.frame = {}
        while time.perf_counter() < until:
            if self.flights or time.perf_counter() < self.quiet:
                self.next()
                gevent.sleep(0.005)
            elif self.shown < self.seq or not self.shown:
                self.seq = max(self.seq, 1)
                self.first()
            elif not self.frame.get("full") and self.frame.get("n_w", COARSEST) * 2 <= ceiling:
                coarse = self.cost * full**2 > REST_MS
                cells = min(4 * (self.frame.get("n_w") or self.moving), full) if coarse else full
                frame = self.ask("rest", self.stale(), still=1, cells=cells) or {}
                if frame.get("late"):
                    ceiling = cells
                elif frame:
                    drawn = self.frame.get("drawn", set()) | set(frame["pictures"])
                    self.frame = frame | {"full": frame["n_w"] >= full, "drawn": drawn}
                    if self.frame["full"] and released:
                        seen["rest"].append(time.perf_counter() - released)
            elif self.frame.get("pending"):
                compared = self.ask("compared", self.stale(), still=1, cells=full, complete=1, budget=5)
                self.frame["pending"] = compared is None  # what took too long is given up
                bare = bool(compared and compared.get("late"))
                if released and compared is not None:
                    seen["given up" if bare else "compared"].append(time.perf_counter() - released)
            elif bare:
                bare = self.ask("rest", self.stale(), still=1, cells=full, bare=1) is None
            else:
                return

    def stale(self) -> list[str]:
        """List the pictures to ask for at rest: all at first, then the map and what is missing."""
        drawn = self.frame.get("drawn", ())
        return [panel for panel in PLAN["still"] if panel == "map" or panel not in drawn]

    def ask(self, kind: str, panels: list[str], **options: Any) -> dict[str, Any] | None:
        """Ask for a frame; None if none came."""
        self.count += 1
        mine, seq, begin = self.count, self.seq, time.perf_counter()
        self.flights[mine] = seq, begin
        oldest = min(seq for seq, _ in self.flights.values())
        axes = ",".join(self.axes.get(panel, "") for panel in panels)
        asked = self.texts | {
            "seq": seq,
            "oldest": oldest,
            "viewer": self.name,
            "axes": axes,
            "theme": "light",
        }
        query = urlencode(asked | {"panels": ",".join(panels), "size": "desktop"} | options)
        try:
            with self.client.get(f"/frame?{query}", name=kind, catch_response=True) as answer:
                if answer.status_code == 503:
                    seen["refused"].append(1)
                    self.quiet = time.perf_counter() + float(answer.headers["Retry-After"]) * random.uniform(
                        1, 1.5
                    )
                    answer.success()
                    return None
                if answer.status_code != 200:
                    answer.failure(f"status {answer.status_code}")
                    self.quiet = time.perf_counter() + 2
                    return None
                frame = self.read(answer.content)
            frame["overtaken"] = mine not in self.flights
        finally:
            self.flights.pop(mine, None)
        self.note(kind, seq, begin, frame)
        return frame

    @staticmethod
    def read(body: bytes) -> dict[str, Any]:
        """Return a frame's header."""
        (length,) = struct.unpack_from("<I", body)
        header: dict[str, Any] = json.loads(body[4 : 4 + length])
        return header

    def note(self, kind: str, seq: int, begin: float, frame: dict[str, Any]) -> None:
        """Take over what an answer says, and note how long the hand waited for it."""
        now = time.perf_counter()
        if frame["overtaken"] and frame.get("late"):
            return
        seen[f"{kind} request"].append(now - begin)
        if frame.get("late"):
            seen[f"{kind} late"].append(1)
            return
        if frame["milliseconds"]:
            self.cost = frame["milliseconds"] / max(frame["n_w"] * frame["n_b"], SMALL_CELLS)
        self.crowded = frame["crowded"]
        self.travel = 0 if self.crowded else 1000 * (now - begin) - 2 * frame["spent"]
        self.axes |= {panel: picture["axes"] for panel, picture in frame["pictures"].items()}
        if seq < self.shown:
            return
        self.shown = seq
        if kind == "moving":
            self.moving = frame["n_w"]
            seen["cells"].append(frame["n_w"])
            seen["slider"] += [now - moved for number, moved in self.moves if number <= seq]
        self.moves = [(number, moved) for number, moved in self.moves if number > seq]
