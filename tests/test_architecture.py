"""The imports point one way: dynamics → figures → dashboard → app.py and docs, and nothing points back."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What of this repository each part may import, besides itself. A part that is not listed may import nothing.
MAY_IMPORT = {
    "dynamics": set[str](),
    "hosting": set[str](),
    "experiments": {"dynamics"},
    "figures": {"dynamics", "experiments"},
    "jobs": {"dynamics", "experiments", "hosting"},
    "dashboard": {"dynamics", "experiments", "figures", "hosting", "jobs"},
    "app.py": {"dashboard", "hosting"},
    "gunicorn.conf.py": {"dashboard", "hosting"},
    "worker.py": {"hosting", "jobs"},
    "docs": {"dashboard"},
}
USER_INTERFACE = {"dash", "flask", "flask_compress", "plotly", "werkzeug"}
QUEUE = {"celery", "redis", "kombu"}
# Libraries each part must not know of.
MUST_NOT_KNOW = {
    "hosting": USER_INTERFACE | QUEUE | {"numpy", "numba"},
    "dynamics": USER_INTERFACE | QUEUE,
    "experiments": USER_INTERFACE | QUEUE,
    "figures": (USER_INTERFACE - {"plotly"}) | QUEUE,
    "jobs": USER_INTERFACE,
    "dashboard": set[str](),
    "app.py": {"dash", "flask", "plotly"},
    "gunicorn.conf.py": {"dash", "flask", "plotly"},
    "worker.py": USER_INTERFACE,
}
NOT_THE_PRODUCT = {"tests", "benchmarks", "scripts"}


def imported(source: str, package: str) -> Iterator[str]:
    """Yield the top-level names that a module of `package` (dotted, "" for none) imports, anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A relative import stays inside its top-level package: Python refuses to leave it.
            yield package.split(".")[0] if node.level else (node.module or "").split(".")[0]
        elif isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            argument = node.args[0]
            if name in {"import_module", "__import__"} and isinstance(argument, ast.Constant):
                yield str(argument.value).split(".")[0]


def forbidden(part: str, source: str, own_parts: set[str]) -> set[str]:
    """Return what a module of this part imports although it must not."""
    names = set(imported(source, part)) - {part}
    backwards = (names & own_parts) - MAY_IMPORT.get(part, set())
    return backwards | (names & MUST_NOT_KNOW.get(part, USER_INTERFACE))


def packages(root: Path) -> set[str]:
    """Return the top-level packages: folders that hold Python. So does docs, which stands beside app.py."""
    folders = (folder for folder in root.iterdir() if folder.is_dir() and folder.name[0].isalpha())
    return {folder.name for folder in folders if any(folder.glob("*.py"))}


def product_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (part, file) for every Python file of the product."""
    for package in sorted(packages(root) - NOT_THE_PRODUCT):
        yield from ((package, file) for file in sorted((root / package).rglob("*.py")))
    yield from ((file.name, file) for file in sorted(root.glob("*.py")))


def violations(root: Path) -> list[str]:
    """Return every import under `root` that points back, as "file imports name"."""
    own_parts = packages(root) | {part.removesuffix(".py") for part in MAY_IMPORT} | NOT_THE_PRODUCT
    return [
        f"{file.relative_to(root)} imports {name}"
        for part, file in product_files(root)
        for name in sorted(forbidden(part, file.read_text(encoding="utf-8"), own_parts))
    ]


def test_no_import_points_back() -> None:
    assert violations(ROOT) == []


def test_the_walk_sees_the_product() -> None:
    files = [file for _, file in product_files(ROOT)]
    assert ROOT / "dynamics" / "relu.py" in files
    assert not any({"tests", "benchmarks", ".venv"} & set(file.relative_to(ROOT).parts) for file in files)


@pytest.mark.parametrize(
    ("path", "source", "name"),
    [
        ("dynamics/relu.py", "import plotly.graph_objects as go", "plotly"),
        ("dynamics/engine/kernel.py", "from figures.theme import COLOURS", "figures"),
        ("dynamics/engine/kernel.py", "def late():\n    from dashboard import ids", "dashboard"),
        ("figures/plane.py", "from dash import dcc", "dash"),
        ("figures/plane.py", "import importlib\nimportlib.import_module('dashboard.ids')", "dashboard"),
        ("experiments/train.py", "import plotly", "plotly"),
        ("jobs/runner.py", "import dash", "dash"),
        ("dashboard/layout.py", "import app", "app"),
        ("dashboard/layout.py", "import tests.dynamics", "tests"),
        ("app.py", "import dash", "dash"),
        ("dashboard/prose.py", "import docs", "docs"),
        ("docs/conf.py", "import app", "app"),
        ("extra/new.py", "import dynamics", "dynamics"),
    ],
)
def test_a_violation_is_found(tmp_path: Path, path: str, source: str, name: str) -> None:
    for part in ("dynamics", "figures", "dashboard"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "__init__.py").write_text("")
    (tmp_path / "app.py").write_text("from dashboard import create_app")
    assert violations(tmp_path) == []
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    (file.parent / "__init__.py").touch()
    file.write_text(source)
    assert violations(tmp_path) == [f"{path} imports {name}"]


def test_relative_imports_stay_inside() -> None:
    assert set(imported("from . import relu\nfrom ..basins import x", "dynamics")) == {"dynamics"}
