"""The application is warm when `create_app` returns: no later picture meets the compiler."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# In a process of its own: in this one other tests have compiled what the warm-up might have missed.
PROGRAM = """
import gc
from numba.core.dispatcher import Dispatcher
from dashboard import create_app

def compiled():
    functions = [f for f in gc.get_objects() if isinstance(f, Dispatcher)]
    return {(f.py_func.__qualname__, str(s)) for f in functions for s in f.signatures}

client = create_app().server.test_client()
warm = compiled()
assert warm
for query in ("", "&rho=1", "&tolerance=0&max_iterations=300", "&gamma=0.001&beta=0.99", "&eta=30"):
    for cells in (64, 256):
        for still in (0, 1):
            answer = client.get(f"/frame?seq=1&cells={cells}&still={still}{query}")
            assert answer.status_code == 200, answer.text
for query in ("he_normal&time=200", "pytorch&beta=0.99"):
    answer = client.get(f"/frame?init={query}&units=20&panels=cloud,survival,cloud-alive")
    assert answer.status_code == 200, answer.text
print(sorted(compiled() - warm))
"""


def test_no_picture_compiles_anything_after_the_start() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout.strip()) == (0, "[]"), run.stdout + run.stderr
