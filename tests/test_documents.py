"""What the README promises exists, and its example gives what it says."""

import importlib
import re
from pathlib import Path

import pytest

import dynamics
import figures

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in README.splitlines() if re.match(r"\| (Eq|Fig|Section)", line)]


def names(cells: list[str]) -> list[str]:
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize("name", names([row[1] for row in ROWS]))
def test_every_function_of_the_table_can_be_imported(name: str) -> None:
    assert name in dynamics.__all__


@pytest.mark.parametrize("name", names([row[2] for row in ROWS]))
def test_every_picture_of_the_table_can_be_imported(name: str) -> None:
    assert name in figures.__all__


@pytest.mark.parametrize("name", re.findall(r"`(experiments(?:\.\w+)+)`", README))
def test_every_experiment_of_the_table_can_be_imported(name: str) -> None:
    module, _, member = name.rpartition(".")
    assert hasattr(importlib.import_module(module), member)


def test_the_table_covers_every_equation_and_figure() -> None:
    first = " ".join(row[0] for row in ROWS)
    for part in ("Eq. 1, 2", "Eq. 3", "Eq. 4", "Eq. 5", "Fig. 1", "Fig. 2", "Fig. 3", "Fig. 4", "Section 5"):
        assert part in first


def test_the_example_runs_and_gives_what_it_says() -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    scope: dict[str, object] = {}
    exec(code.group(1), scope)
    basin, grid = scope["basin"], scope["grid"]
    assert isinstance(basin, dynamics.BasinMap)
    assert isinstance(grid, dynamics.Grid)
    assert round(basin.dead_fraction, 3) == 0.544
    assert (grid.b[0], grid.w[99]) == (-3, 3)
    assert basin.outcome[0, 99] == dynamics.Outcome.CONVERGED


@pytest.mark.parametrize("link", re.findall(r"\]\(((?!https?:)[^)#]+)\)", README))
def test_every_relative_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-celery.txt", "requirements-dev.txt"])
def test_every_pin_is_exact_hashed_and_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^ *#.*\n", "", text).strip())
    assert blocks
    for block in blocks:
        assert re.match(r"[\w.-]+==[^\s;]+", block), block
        assert "--hash=sha256:" in block, block
    assert "://" not in text
