"""Settings of the production server: `gunicorn app:server` reads this file from the working directory.

docs/operations.md lists the environment's variables; `hosting.configuration` reads and checks them.
"""

import ctypes
import gc
import mimetypes
import os
import platform
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from typing import Any

from hosting.configuration import configuration_or_exit
from hosting.waiting import WaitingRoom, listening, served_plainly

LAST_SECONDS = 2.5  # of work once the process has to end; then what is left of `graceful_timeout` to answer
SHARED_MEMORY = Path("/dev/shm")
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3  # as malloc.h names them
HERE = Path(__file__).resolve().parent

# What one image's machine code is compiled for: by processor family, the LLVM name and features.
PORTABLE_TARGETS = {"x86_64": ("x86-64-v3", "+avx2,+bmi2,+fma"), "aarch64": ("generic", "+neon")}
X86_64_V3 = {"avx2", "bmi2", "fma", "f16c", "movbe", "abm"}


def portable_target() -> tuple[str, str] | None:
    """Return the LLVM name and features to compile for, or None where this processor lacks them."""
    machine = platform.machine()
    if machine == "x86_64" and not set(Path("/proc/cpuinfo").read_text().split()) >= X86_64_V3:
        return None
    return PORTABLE_TARGETS.get(machine)


def temporary(prefix: str) -> str:
    """Make a folder in memory, which can be written even where nothing else can."""
    return tempfile.mkdtemp(prefix=prefix, dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None)


def prepare_compiled_code() -> str | None:
    """Set numba up; has to run before numba is imported.

    An image brings its machine code in ``compiled`` (DEADCONE_PORTABLE=1), made for the least processor worth
    serving from, so that it fits every host; a host below that compiles for itself at start. numba refuses
    to start where it cannot write its cache, and a container's root may be read-only: then the cache, filled
    with what the image brings, lives in shared memory.

    Returns
    -------
    str or None
        The directory made here, to be removed at the end; None if the cache needs no place of its own.
    """
    target = portable_target() if here.portable else None
    if target is not None:
        os.environ["NUMBA_CPU_NAME"], os.environ["NUMBA_CPU_FEATURES"] = target
    if "NUMBA_CACHE_DIR" in os.environ or os.access(HERE / "dynamics", os.W_OK):
        return None
    cache = temporary("dead-cone-")
    os.environ["NUMBA_CACHE_DIR"] = cache
    if target is not None:
        shutil.copytree(HERE / "compiled", cache, dirs_exist_ok=True)
    return cache


def frugal() -> None:
    """Let glibc keep one heap for all threads, give large arrays back, or memory grows with the threads."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have no such setting
    if mallopt is not None:
        for setting, value in ((M_ARENA_MAX, 1), (M_MMAP_THRESHOLD, 1 << 20)):
            mallopt(setting, value)


def addresses() -> tuple[list[str], WaitingRoom | None]:
    """Open the ports, the page's and that of the metrics, and a waiting room at the first.

    A port that cannot be opened ends the program. Where gunicorn has other orders, nothing is opened here.
    """
    host = here.host or "0.0.0.0"
    ports = [here.port] if here.metrics is None else [here.port, here.metrics]
    if not served_plainly():
        return [f"{f'[{host}]' if ':' in host else host}:{port}" for port in ports], None
    opened = []
    for port in ports:
        try:
            opened.append(listening(host, port))
        except OSError as error:
            raise SystemExit(
                f"The Dead Cone does not start.\nIt cannot listen at {host}, port {port}: {error}."
            ) from None
    return [f"fd://{each.fileno()}" for each in opened], WaitingRoom(opened[0])


# ------------------------------------------------------------------ what gunicorn calls


def on_starting(server: object) -> None:
    """Take over from the waiting room: the application is loaded and warm.

    It stays so for good: without the collector's marks its memory is shared with the worker processes.
    """
    gc.collect()
    gc.freeze()
    if room is not None:
        room.close()


def post_worker_init(worker: Any) -> None:
    """Let a worker process say how many requests wait for a thread of it, and have what jobs need loaded.

    What it computes when it has to end is given up in time for an answer.
    """
    from dashboard import operations, prose, work

    operations.waiting_line = worker.tpool._work_queue.qsize
    operations.prepare_jobs()
    threading.Thread(target=prose.prepare, name="prose", daemon=True).start()
    gunicorns: Any = signal.getsignal(signal.SIGTERM)

    def leave(number: int, frame: Any) -> None:
        work.end_within(LAST_SECONDS)
        # A connection that is answered from here on is not kept: the worker would wait for it to the end of
        # `graceful_timeout`, and be killed.
        worker.cfg.set("keepalive", 0)
        gunicorns(number, frame)

    signal.signal(signal.SIGTERM, leave)


def worker_exit(server: object, worker: Any) -> None:
    """End at once: Python would first look for garbage among a million objects, which takes seconds."""
    gc.freeze()


def child_exit(server: object, worker: Any) -> None:
    """Forget what a worker process that has ended was doing."""
    if here.metrics is not None:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library leaves it untyped


def on_exit(server: object) -> None:
    """Remove what was made at start; gunicorn calls this once, in the master process."""
    gc.freeze()  # as in `worker_exit`
    for made in (made_cache, made_metrics):
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


# ------------------------------------------------------------------ settings

frugal()
here = configuration_or_exit()
bind, room = addresses()  # first: nothing is left behind where that fails
made_cache = prepare_compiled_code()
made_metrics = None
if here.metrics is not None:
    # Worker processes count in files of their own there; prometheus_client reads the variable on its import.
    made_metrics = temporary("dead-cone-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = made_metrics
# A slim system has no list of media types, and Python before 3.14 does not know this one itself.
mimetypes.add_type("font/woff2", ".woff2")

# The kernels release the interpreter lock and use every core, so threads of one process serve as many viewers
# as processes would, and share one cache of results.
workers = here.processes
threads = here.threads
worker_class = "gthread"
# The app is built, and its compiled code warmed, before a worker answers.
preload_app = True
# The heartbeat's file would need a writable /tmp; on a disk it can also stall the worker.
worker_tmp_dir = str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None
control_socket_disable = True
timeout = 120
# A browser opens connections in advance; one on which nothing was ever asked is waited for that long, and
# then Python itself needs seconds to end on a busy machine. `docker stop` kills after 10.
graceful_timeout = 4
keepalive = 5
# The most that gunicorn takes: a link may be long, and the page says better what is wrong with it.
limit_request_line = 8190
forwarded_allow_ips = here.proxies
errorlog = "-"
