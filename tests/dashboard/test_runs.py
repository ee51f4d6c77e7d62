"""The ways of the starts and where they are at the playhead."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.runs import heads, paths, records
from dashboard.settings import DEFAULT
from dynamics import Cancellation, Hyperparameters, Outcome, outcomes, recorded_iterations, trajectory

CANCEL = Cancellation()


@pytest.mark.parametrize("time", [0, 26, 4321, 1_000_000])
def test_a_head_is_where_the_path_is_or_ended(time: int) -> None:
    settings = replace(DEFAULT, time=time)
    runs = paths(settings, CANCEL)
    found = heads(runs, time)
    for path, start, place in zip(runs, settings.starts, found["places"], strict=True):
        steps = min(time, int(path.trajectory.iteration[-1]))
        run = trajectory(settings.hyperparameters, start, steps=steps, record=[steps])
        assert place == [run.w[0], run.b[0]]


def test_every_path_is_recorded_where_another_ends() -> None:
    settings = replace(DEFAULT, starts=((1.0, -3.6), (2.0, 1.8), (2.0, 0.2)))
    runs = paths(settings, CANCEL)
    ends = {int(path.trajectory.iteration[-1]) for path in runs}
    assert len(ends) == 3
    assert max(ends) > 500  # of a longer path not every iteration is kept
    for path in runs:
        kept = set(path.trajectory.iteration.tolist())
        assert {end for end in ends if end <= max(kept)} <= kept


def test_what_diverges_has_no_place() -> None:
    settings = replace(DEFAULT, beta=0.0, eta=30.0, starts=((-3.0, -3.0),), time=1_000_000)
    runs = paths(settings, CANCEL)
    assert runs[0].outcome == Outcome.DIVERGED
    assert np.hypot(*(heads(runs, 10**6)["places"][0] or (np.inf, np.inf))) > 1e5
    goes_on = paths(replace(settings, beta=0.9, eta=0.1, before=(1_000_000, 0.0, 30.0)), CANCEL)
    assert goes_on[0].outcome == Outcome.DIVERGED
    assert heads(goes_on, 10**6)["places"] == heads(runs, 10**6)["places"]  # it has ended there before


def test_records_are_the_path_at_the_playheads_stops() -> None:
    settings = replace(DEFAULT, layers=("paths", "affine"))
    runs = paths(settings, CANCEL)
    told, arrays = records(runs)
    assert [way["last"] for way in told] == [int(p.trajectory.iteration[-1]) for p in runs]
    w, b, twin_w, twin_b = arrays[:4]
    stops = recorded_iterations(told[0]["last"])
    run = trajectory(settings.hyperparameters, settings.starts[0], steps=told[0]["last"], record=stops)
    np.testing.assert_array_equal(w, run.w.astype(np.float32))
    np.testing.assert_array_equal(b, run.b.astype(np.float32))
    assert len(twin_w) == len(twin_b) == told[0]["twin"]


def test_a_twin_is_the_start_without_the_relu() -> None:
    settings = replace(DEFAULT, layers=("affine",), beta=0.5, eta=0.3, delta=0.2)
    (w, b), *_ = (path.twin or ((), ()) for path in paths(settings, CANCEL))
    theta, m, truth = np.array(settings.starts[0]), np.zeros(2), np.array([0.1, 0.2])
    for at in zip(w, b, strict=True):
        np.testing.assert_allclose(at, theta, atol=1e-12)
        m = 0.5 * m + 0.5 * (theta - truth)
        theta = theta - 0.3 * m


def test_a_run_that_goes_on_is_judged_from_where_it_was() -> None:
    """Momentum that carries A into the dead cone is switched off in time: A lives."""
    settings = replace(DEFAULT, beta=0.0, before=(18, 0.9, 0.1))
    before = Hyperparameters(beta=0.9, eta=0.1, gamma=0.1, delta=0.0)
    path = paths(settings, CANCEL)[0]
    assert paths(DEFAULT, CANCEL)[0].outcome == Outcome.DEAD
    assert path.outcome == Outcome.CONVERGED
    led = trajectory(before, settings.starts[0], steps=18)
    np.testing.assert_array_equal(path.trajectory.w[:19], led.w)
    state = [led.w[-1], led.b[-1]]
    m = led.m_w[-1], led.m_b[-1], led.m_rho[-1]
    judged = outcomes(settings.hyperparameters, *state, method="reference", momentum=m)
    assert path.trajectory.iteration[-1] == 18 + int(judged.iterations)
    np.testing.assert_allclose(
        [path.trajectory.w[-1], path.trajectory.b[-1]], [judged.final_w, judged.final_b], rtol=1e-9
    )


def test_settings_before_that_are_the_present_ones_change_nothing() -> None:
    plain = paths(DEFAULT, CANCEL)
    same = paths(replace(DEFAULT, before=(20, 0.9, 0.1)), CANCEL)
    for one, other in zip(plain, same, strict=True):
        assert one.outcome == other.outcome
        n = min(len(one.trajectory.w), 21)
        np.testing.assert_array_equal(one.trajectory.w[:n], other.trajectory.w[:n])


@pytest.mark.parametrize(("tolerance", "last"), [(0.0, 100), (1e-6, 1_000_000)])
def test_what_is_judged_before_the_change_is_judged_so(tolerance: float, last: int) -> None:
    settings = replace(DEFAULT, tolerance=tolerance, max_iterations=last, before=(200_000, 0.9, 0.1))
    plain = replace(settings, before=())
    for one, other in zip(paths(settings, CANCEL), paths(plain, CANCEL), strict=True):
        assert one.outcome == other.outcome
        assert one.trajectory.iteration[-1] == other.trajectory.iteration[-1] <= last
        assert one.led == 0
