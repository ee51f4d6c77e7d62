"""A real redis-server and the sweeps that the tests of long work compute."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from redis import Redis
from redis.exceptions import RedisError

from dynamics import Axis, Grid, Hyperparameters, Sweep, SweepResult

HP = Hyperparameters(0.9, 0.1, 0.1, 0.0)


def made_sweep(columns: int = 5, rows: int = 4, side: int = 8, gamma: float = 0.1) -> Sweep:
    return Sweep(
        axes=(Axis("eta", 0.01, 1, columns), Axis("beta", 0, 0.99, rows)),
        hyperparameters=Hyperparameters(0.9, 0.1, gamma, 0.0),
        starts=Grid(-3, 3, -3, 3, side, side),
    )


def until(condition: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
    """Look again and again until a condition holds; fail when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


def same(found: SweepResult, wanted: SweepResult) -> None:
    """Compare bit for bit."""
    assert found.sweep == wanted.sweep
    for name in ("counts", "iterations"):
        assert getattr(found, name).tobytes() == getattr(wanted, name).tobytes()
    assert np.isfinite(found.shares).all()


@dataclass
class RedisServer:
    """A redis-server that keeps nothing on disk and can be stopped and started again on its port."""

    program: str
    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        if self.port == 0:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        options = f"--port {self.port} --bind 127.0.0.1 --save  --appendonly no --dir {self.folder}"
        log = ["--logfile", str(self.folder / "redis.log")]
        self.process = subprocess.Popen([self.program, *options.split(" "), *log])
        until(self.answers, "the redis-server to answer", 30)

    def answers(self) -> bool:
        try:
            with Redis(port=self.port) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    names = (os.environ.get("DEADCONE_REDIS"), "redis-server", "valkey-server")
    program = next((path for name in names if name and (path := shutil.which(name))), None)
    if program is None:
        pytest.fail("These tests need a redis-server on the PATH or in DEADCONE_REDIS; see scripts/redis.sh.")
    server = RedisServer(program, tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()
