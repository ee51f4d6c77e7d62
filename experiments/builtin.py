"""The data sets that need no network: files inside packages that are installed anyway, and two made ones.

The files are found without importing their packages: scikit-learn alone would cost every process most of a
second, and this package must not know plotly, of which it opens one table.
"""

from collections.abc import Callable
from functools import cache
from importlib.metadata import distribution
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from experiments.data import Dataset

if TYPE_CHECKING:
    import pandas as pd

_TEACHER_ROWS, _TEACHER_COLUMNS = 1000, 10
_MEASURES = (
    *("radius", "texture", "perimeter", "area", "smoothness"),
    *("compactness", "concavity", "concave points", "symmetry", "fractal dimension"),
)
_SIZES = ("radius", "perimeter", "area")  # nearly the target itself


@cache
def load(name: str) -> Dataset:
    """Return a built-in data set.

    Parameters
    ----------
    name : str
        One of `NAMES`.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    if name not in _MAKERS:
        raise ValueError(f"dataset must be one of {', '.join(NAMES)}, got {name!r}")
    return _MAKERS[name]()


def _table(package: str, path: str, **how: object) -> "pd.DataFrame":
    import pandas as pd

    return pd.read_csv(str(distribution(package).locate_file(path)), **how)


def _dataset(
    name: str,
    target: str,
    inputs: "pd.DataFrame",
    targets: "pd.Series[float]",
    groups: NDArray[np.int64] | None = None,
) -> Dataset:
    columns = tuple(str(column) for column in inputs.columns)
    values = inputs.to_numpy(np.float64)
    return Dataset(name, target, columns, values, np.array(targets, np.float64), groups=groups)


def _diabetes() -> Dataset:
    """Progression of diabetes after a year from age, sex, body mass, blood pressure and six blood values."""
    folder = "sklearn/datasets/data/diabetes"
    names = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    inputs = _table("scikit-learn", f"{folder}_data_raw.csv.gz", sep=" ", header=None, names=names)
    targets = _table("scikit-learn", f"{folder}_target.csv.gz", header=None)[0]
    return _dataset("diabetes", "progression", inputs, targets)


def _breast_cancer() -> Dataset:
    """Mean area of a tumour's cell nuclei from their texture, smoothness and shape, without their sizes."""
    kinds = ("mean", "error", "worst")
    names = [f"{kind} {measure}" for kind in kinds for measure in _MEASURES]
    table = _table(
        "scikit-learn",
        "sklearn/datasets/data/breast_cancer.csv",
        header=None,
        skiprows=1,
        names=[*names, "benign"],
    )
    kept = [name for name in names if name.split(maxsplit=1)[1] not in _SIZES]
    return _dataset("breast cancer", "mean area", table[kept], table["mean area"])


def _gapminder() -> Dataset:
    """Life expectancy from year, population, income and continent; a country's years stay together."""
    import pandas as pd

    table = _table("plotly", "plotly/package_data/datasets/gapminder.csv.gz")
    continents = pd.get_dummies(table["continent"], drop_first=True)
    logs = {"log population": np.log(table["pop"]), "log income": np.log(table["gdpPercap"])}
    inputs = pd.concat([table[["year"]], pd.DataFrame(logs), continents], axis=1)
    groups = pd.factorize(table["country"])[0].astype(np.int64)
    return _dataset("gapminder", "life expectancy", inputs, table["lifeExp"], groups=groups)


def _penguins() -> Dataset:
    """Body mass of penguins from bill, flipper, species, island and sex."""
    import pandas as pd

    table = _table("palmerpenguins", "palmerpenguins/data/penguins.csv").drop(columns="year").dropna()
    inputs = pd.get_dummies(table.drop(columns="body_mass_g"), drop_first=True)
    return _dataset("penguins", "body mass", inputs, table["body_mass_g"])


def _teacher() -> Dataset:
    """The paper's own: x ~ N(0, I), y = x_L, before γ and δ."""
    inputs = np.random.default_rng(7).standard_normal((_TEACHER_ROWS, _TEACHER_COLUMNS))
    columns = tuple(f"x{i + 1}" for i in range(_TEACHER_COLUMNS))
    return Dataset("teacher", columns[-1], columns, inputs, inputs[:, -1].copy())


def _friedman() -> Dataset:
    """Friedman #1: 10 sin(π x₁x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅ + N(0, 1), x uniform in [0, 1]¹⁰."""
    random = np.random.default_rng(11)
    x = random.random((_TEACHER_ROWS, _TEACHER_COLUMNS))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    columns = tuple(f"x{i + 1}" for i in range(_TEACHER_COLUMNS))
    return Dataset("Friedman #1", "y", columns, x, y + random.standard_normal(_TEACHER_ROWS))


_MAKERS: dict[str, Callable[[], Dataset]] = {
    "diabetes": _diabetes,
    "breast-cancer": _breast_cancer,
    "gapminder": _gapminder,
    "penguins": _penguins,
    "teacher": _teacher,
    "friedman": _friedman,
}
NAMES = tuple(_MAKERS)
REAL = NAMES[:4]  # what Fig. 1 shows unless asked otherwise
