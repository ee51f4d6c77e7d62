import numpy as np
import pytest

from experiments import builtin, kept
from experiments.data import Dataset, split
from jobs.store import StoreError

SHAPES = {
    "diabetes": (442, 10),
    "breast-cancer": (569, 21),
    "gapminder": (1704, 7),
    "penguins": (333, 8),
    "teacher": (1000, 10),
    "friedman": (1000, 10),
}


@pytest.mark.parametrize("name", builtin.NAMES)
def test_built_in_sets_are_there_and_can_be_learnt_from(name: str) -> None:
    dataset = builtin.load(name)
    assert dataset.shape == SHAPES[name]
    x = np.column_stack([dataset.inputs, np.ones(len(dataset.targets))])
    rest = dataset.targets - x @ np.linalg.lstsq(x, dataset.targets)[0]
    assert rest.var() < 0.6 * dataset.targets.var()


def test_the_target_is_not_among_the_inputs() -> None:
    for name in builtin.REAL:
        dataset = builtin.load(name)
        correlations = [abs(np.corrcoef(column, dataset.targets)[0, 1]) for column in dataset.inputs.T]
        assert max(correlations) < 0.95


def test_the_teacher_is_the_papers() -> None:
    dataset = builtin.load("teacher")
    np.testing.assert_array_equal(dataset.targets, dataset.inputs[:, -1])
    assert abs(dataset.inputs.mean()) < 0.02
    assert abs(dataset.inputs.std() - 1) < 0.02


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match=r"dataset must be one of diabetes, .*, got 'boston'"):
        builtin.load("boston")


@pytest.mark.parametrize("name", ["breast-cancer", "gapminder"])
def test_a_split_is_standardised_by_its_training_rows(name: str) -> None:
    dataset = builtin.load(name)
    part = split(dataset, 3, np.float64)
    np.testing.assert_allclose(part.train_inputs.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(part.train_inputs.std(axis=0), 1)
    assert part.train_targets.mean() == pytest.approx(0, abs=1e-12)
    assert part.train_targets.std() == pytest.approx(1)
    assert abs(part.test_targets.mean()) > 1e-6
    rows = len(part.train_targets)
    assert rows + len(part.test_targets) == len(dataset.targets)
    assert rows == pytest.approx(0.8 * len(dataset.targets), rel=0.01)


def test_rows_differ_by_seed_and_only_by_seed() -> None:
    dataset = builtin.load("diabetes")
    first, again, other = (split(dataset, seed).train_targets for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    with pytest.raises(ValueError, match="seed must be a whole number of at least 0, got -1"):
        split(dataset, -1)


def test_a_group_stays_on_one_side() -> None:
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 5)
    inputs = np.column_stack([groups.astype(float), random.standard_normal(100)])
    part = split(Dataset("g", "y", ("group", "x"), inputs, random.standard_normal(100), groups), 0)
    seen = [set(np.round(values[:, 0], 5)) for values in (part.train_inputs, part.test_inputs)]
    assert not seen[0] & seen[1]
    assert [len(values) for values in seen] == [16, 4]


def test_a_column_that_is_constant_over_the_training_rows_is_zero() -> None:
    inputs = np.full((30, 2), 0.1)
    inputs[:, 1] = np.arange(30)
    part = split(Dataset("c", "y", ("a", "b"), inputs, np.arange(30.0)), 0)
    assert not part.train_inputs[:, 0].any()
    assert not part.test_inputs[:, 0].any()


@pytest.mark.parametrize(
    ("rows", "target", "message"),
    [
        (19, 1.0, "short must have at least 20 complete rows, got 19"),
        (30, 0.0, "target must vary, got 0 in every row of y"),
        (30, np.inf, "short must hold finite numbers only"),
    ],
)
def test_a_set_that_cannot_be_learnt_is_refused(rows: int, target: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Dataset("short", "y", ("a",), np.ones((rows, 1)), np.linspace(1, rows, rows) * np.float64(target))


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> kept.Memory:
    """Keep what is kept apart from what other tests keep."""
    found = kept.Memory()
    monkeypatch.setattr(kept, "_shelf", lambda: found)
    return found


def test_a_kept_set_comes_back_whole(memory: kept.Memory) -> None:
    dataset = builtin.load("gapminder")
    name = kept.keep(dataset)
    found = kept.load(name)
    assert name == kept.keep(found)
    assert (found.name, found.target, found.columns) == (dataset.name, dataset.target, dataset.columns)
    np.testing.assert_array_equal(found.inputs, dataset.inputs)
    np.testing.assert_array_equal(found.groups, dataset.groups)


def test_a_set_in_use_is_not_the_first_to_make_room(
    memory: kept.Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    touched: list[tuple[str, float]] = []
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    monkeypatch.setattr(memory, "touch", lambda name: touched.append((name, clock[0])))
    kept._own.cache_clear()
    name = kept.keep(builtin.load("gapminder"))
    for now in (1000.0, 1059.0, 1061.0, 1062.0, 1120.0, 1130.0):
        clock[0] = now
        kept.load(name)
    assert touched == [(name, 1061.0), (name, 1130.0)]  # the first is the reading itself

    def away(name: str) -> None:
        raise StoreError("The store cannot be used.")

    monkeypatch.setattr(memory, "touch", away)
    clock[0] = 2000.0
    assert kept.load(name).name == "gapminder"


def test_a_set_that_is_not_kept_is_asked_for_again(memory: kept.Memory) -> None:
    with pytest.raises(kept.GoneError, match="These data are no longer kept here: choose the file again"):
        kept.load("own-0123456789abcdef")
