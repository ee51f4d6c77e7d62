"""What a layer of 10⁶ units costs the page: `python -m benchmarks.layer`.

A file as the page takes it at most, float16, is read and looked at as by ``POST /layer/units``, in a process
of its own. Given are processor and elapsed time, and the largest memory beyond that of the imports.
"""

import io
import resource
import time

import numpy as np

from dashboard import create_app

UNITS, INPUTS = 1_000_000, 4
BOUNDS = {"seconds of processor time": 20.0, "MiB": 1500.0}  # far above what is usual: a gross mistake fails


def main() -> None:
    random, stream = np.random.default_rng(0), io.BytesIO()
    weight = random.normal(size=(UNITS, INPUTS)).astype(np.float16)
    np.savez(stream, weight=weight, bias=(random.normal(size=UNITS) * 3).astype(np.float16))
    body = stream.getvalue()
    with create_app().server.test_client() as client:
        client.get("/layer/example").close()
        before, begin, cpu = _peak(), time.perf_counter(), time.process_time()
        answer = client.post(f"/layer/units?name=m.npz&bytes={len(body)}", data=body)
        seconds, elapsed = time.process_time() - cpu, time.perf_counter() - begin
    memory = _peak() - before
    print(f"{UNITS} units, file {len(body) / 2**20:.1f} MiB, answer {len(answer.data) / 2**20:.1f} MiB")
    print(f"status {answer.status_code}; {elapsed:.1f} s elapsed, {seconds:.1f} s of processor time")
    print(f"{memory:.0f} MiB more than before")
    assert answer.status_code == 200
    assert len(answer.data) > 3 * 4 * UNITS  # the units, and no sentence about the file
    assert seconds < BOUNDS["seconds of processor time"]
    assert memory < BOUNDS["MiB"]


def _peak() -> float:
    """Return the largest memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
