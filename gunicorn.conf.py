"""Settings of the production server: `gunicorn app:server` reads this file from the working directory.

Environment variables: PORT (8050), HOST (0.0.0.0), WEB_CONCURRENCY (1 process), GUNICORN_THREADS (4 threads a
process), GUNICORN_ACCESS_LOG ("-" writes one line a request; off by default), FORWARDED_ALLOW_IPS (gunicorn's
own: the proxies whose X-Forwarded-* headers are believed; 127.0.0.1 by default).
"""

import mimetypes
import os
import platform
import shutil
import tempfile
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
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
    target = portable_target() if os.environ.get("DEADCONE_PORTABLE") == "1" else None
    if target is not None:
        os.environ["NUMBA_CPU_NAME"], os.environ["NUMBA_CPU_FEATURES"] = target
    if "NUMBA_CACHE_DIR" in os.environ or os.access(HERE / "dynamics", os.W_OK):
        return None
    cache = tempfile.mkdtemp(prefix="dead-cone-", dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None)
    os.environ["NUMBA_CACHE_DIR"] = cache
    if target is not None:
        shutil.copytree(HERE / "compiled", cache, dirs_exist_ok=True)
    return cache


def on_exit(server: object) -> None:
    """Remove the cache made at start; gunicorn calls this once, in the master process."""
    if made_cache is not None:
        shutil.rmtree(made_cache, ignore_errors=True)


made_cache = prepare_compiled_code()
# A slim system has no list of media types, and Python before 3.14 does not know this one itself.
mimetypes.add_type("font/woff2", ".woff2")

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8050')}"
# The kernels release the interpreter lock and use every core, so threads of one process serve as many viewers
# as processes would, and share one cache of results.
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("GUNICORN_THREADS", "4"))
worker_class = "gthread"
# The app is built, and its compiled code warmed, before the port answers.
preload_app = True
# The heartbeat's file would need a writable /tmp; on a disk it can also stall the worker.
worker_tmp_dir = str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None
control_socket_disable = True
timeout = 120
# Below the 10 s after which `docker stop` kills.
graceful_timeout = 8
keepalive = 5
# The most that gunicorn takes: a link may be long, and the page says better what is wrong with it.
limit_request_line = 8190
accesslog = os.environ.get("GUNICORN_ACCESS_LOG")
errorlog = "-"
