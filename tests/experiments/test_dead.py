import numpy as np
import pytest

from experiments.dead import deaths


def test_born_dead_died_and_revived_are_told_apart() -> None:
    # one layer of five units over four records: alive; born dead; dies; dies and revives; born dead, revives
    active = np.array(
        [
            [0.5, 0.0, 0.5, 0.5, 0.0],
            [0.5, 0.0, 0.0, 0.0, 0.0],
            [0.5, 0.0, 0.0, 0.5, 0.5],
            [0.5, 0.0, 0.0, 0.5, 0.5],
        ]
    )[:, None, :]
    found = deaths(active)
    np.testing.assert_array_equal(found.share[:, 0], [0.4, 0.8, 0.4, 0.4])
    np.testing.assert_array_equal(found.born, [2])
    np.testing.assert_array_equal(found.died[:, 0], [0, 2, 0, 0])
    np.testing.assert_array_equal(found.revived[:, 0], [0, 0, 2, 0])
    np.testing.assert_array_equal(found.total, found.share[:, 0])


def test_the_threshold_is_epsilon_and_strict() -> None:
    active = np.array([[[0.0009, 0.001, 0.0011, 0.2]]])
    assert deaths(active).share[0, 0] == 0.25
    assert deaths(active, epsilon=0.3).share[0, 0] == 1
    with pytest.raises(ValueError, match=r"epsilon must be above 0 and below 0\.5, got 0\.5"):
        deaths(active, epsilon=0.5)


def test_layers_and_networks_are_kept_apart() -> None:
    active = np.random.default_rng(0).random((2, 3, 5, 4, 8)) - 0.5
    found = deaths(np.maximum(active, 0))
    assert found.share.shape == found.died.shape == (2, 3, 5, 4)
    assert found.born.shape == (2, 3, 4)
    alive = found.born[..., None, :] + np.cumsum(found.died - found.revived, axis=-2)
    np.testing.assert_array_equal(alive, np.rint(8 * found.share))
