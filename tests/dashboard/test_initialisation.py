"""Real initialisations: every number on the page is counted on `dynamics.cloud`."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from dashboard import clouds, create_app
from dashboard.initialisation import CLOUD_DEPENDS, caption, page
from dashboard.packing import unpack
from dashboard.settings import DEFAULT, Settings
from dynamics import Cancellation, Cancelled, Cloud, Initializer, Scheme, cloud

PANELS = ",".join(CLOUD_DEPENDS)
BASE = {"beta": "0.99", "init": "he_normal", "units": "40", "time": "1000"}


def settings(**changes: str) -> Settings:
    return DEFAULT.edit({**BASE, **changes})


def run(
    beta: float = 0.99, iterations: int = 100_000, gamma: float = 0.1, seed: int = 0, eta: float = 0.1
) -> Cloud:
    hp = replace(DEFAULT.hyperparameters, beta=beta, gamma=gamma, eta=eta)
    return cloud(hp, Initializer(Scheme.HE_NORMAL, 100), 40, iterations=iterations, seed=seed)


def found(current: Cloud, *others: Cloud) -> clouds.Clouds:
    return clouds.Clouds(current, others, current, False, 0.0)


@pytest.fixture(scope="module")
def dying() -> Cloud:
    return run()


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def frame(client: FlaskClient, **changes: str) -> dict[str, Any]:
    answer = client.get("/frame", query_string={**BASE, "panels": PANELS, **changes})
    assert answer.status_code == 200, answer.text
    header: dict[str, Any] = unpack(answer.data)[0]
    return header


# ------------------------------------------------------------------ sentences


@pytest.mark.parametrize("time", [1, 850, 1000, 10_000, 60_000])
def test_the_verdict_counts_the_dead_at_t(dying: Cloud, time: int) -> None:
    words = caption(settings(time=str(time)), found(dying))
    dead = int(dying.dead_count[dying.row(time)])
    share = {0: "No unit is", 40: "Every unit is"}.get(dead, f"{100 * dead / 40:.0f} % of units are")
    assert words.verdict.startswith(f"{share} dead after ")
    low, high = (100 * float(end[dying.row(time)]) for end in dying.interval)
    digits = 1 if 0 < low < 1 or 99 < high < 100 else 0
    assert (
        f"95 % interval {low:.{digits}f} to {high:.{digits}f} %.".replace("0.0 to", "0 to") in words.context
    )


def test_over_99_percent_is_never_all() -> None:
    many = cloud(
        replace(DEFAULT.hyperparameters, beta=0.99), Initializer(Scheme.HE_NORMAL, 100), 600, iterations=2500
    )
    row = int(np.flatnonzero((many.dead_fraction > 0.99) & (many.dead_fraction < 1))[0])
    words = caption(settings(time=str(many.iteration[row])), found(many))
    assert words.verdict.startswith("Over 99 % of units are dead after ")


def test_the_second_line_tells_no_momentum_and_the_end(dying: Cloud) -> None:
    words = caption(settings(), found(dying, run(0.0)))
    assert " Without momentum none is. After 10⁵ updates it is " in words.context
    last, row = len(dying.iteration) - 1, dying.row(1000)
    back = int((dying.dead[row] & ~dying.dead[last]).sum())
    more = int((~dying.dead[row] & dying.dead[last]).sum())
    assert ("come back" in words.context) == (back > 0 and back >= more)
    assert ("more die" in words.context) == (more > back)
    assert words.context.endswith("40 units, He, b = 0.")
    assert "Without momentum" not in caption(settings(), found(dying)).context  # not known
    assert "Without momentum" not in caption(settings(), found(dying, run(0.0, 100))).context  # not so far
    alone = caption(settings(beta="0"), found(run(0.0)))
    assert "That is without momentum." in alone.context


def test_a_short_cloud_says_nothing_of_its_end() -> None:
    assert "After" not in caption(settings(), found(run(iterations=10_000))).context


def test_the_third_line_says_what_was_counted(dying: Cloud) -> None:
    assert caption(settings(), found(dying)).counting == (
        "of 40 units drawn with He at fan-in 100 (normal weights of standard deviation 0.141, bias 0), "
        "seed 0; expected gradient, no momentum at the start."
    )


@pytest.mark.parametrize(
    ("rho", "said"), [(1.4, "cone of the median ρ, 1.4; each unit has its own"), (8.5e-23, "cones at ρ = 0")]
)
def test_the_cone_s_rho_is_named_where_it_is_seen(dying: Cloud, rho: float, said: str) -> None:
    now = settings()
    around = found(replace(dying, rho=np.full_like(dying.rho, rho)))
    told = page(now, around, caption(now, around))["cloud-rho"]
    assert told == {"text": said, "hidden": False}


def test_diverged_units_and_a_dead_truth_are_named() -> None:
    hp = replace(DEFAULT.hyperparameters, beta=0.0, eta=900.0, gamma=1.0, delta=900.0)
    gone = cloud(hp, Initializer(Scheme.HE_NORMAL, 100), 40, iterations=100)
    at = settings(beta="0", eta="900", gamma="1", delta="900", time="100")
    assert caption(at, found(gone)).verdict == "No unit is dead after 100 updates; 100 % have diverged."
    assert page(at, found(gone), caption(at, found(gone)))["cloud-living"]["text"] == "0 %"
    under = replace(DEFAULT.hyperparameters, beta=0.99, delta=-1.0)
    buried = cloud(under, Initializer(Scheme.HE_NORMAL, 100), 40, iterations=1000)
    words = caption(settings(delta="-1"), found(buried)).verdict
    assert words.startswith("The ground truth itself lies in the dead cone; ")


# ------------------------------------------------------------------ frames


def test_a_frame_shows_the_cloud_of_the_dynamics(client: FlaskClient, dying: Cloud) -> None:
    shown = frame(client, still="1")
    assert set(shown["pictures"]) == set(CLOUD_DEPENDS)
    assert (shown["n_w"], shown["grounds"], shown["pending"]) == (0, {}, True)
    row = dying.row(1000)
    dead = int(dying.dead_count[row])
    assert shown["page"]["cloud-dead"]["text"] == f"{100 * dead / 40:.0f} %"
    assert shown["page"]["survival-handle"]["aria-valuenow"] == "1000"
    points = {t["name"]: t["x"] for t in shown["pictures"]["cloud"]["data"] if t["name"].endswith(" now")}
    counts = {name: len(np.frombuffer(base64.b64decode(x["bdata"]), "f4")) for name, x in points.items()}
    assert counts == {"dead now": dead, "alive now": 40 - dead}
    curves = [t["name"] for t in shown["pictures"]["survival"]["data"] if t["name"].startswith("β")]
    assert [name for name in curves if not name.endswith("band")] == ["β = 0", "β = 0.6694", "β = 0.99"]


def test_a_moving_frame_follows_the_first_of_the_same_units(client: FlaskClient) -> None:
    shown = frame(client, still="0", units="500", gamma="0.11", time="1000")
    assert "128 units" in shown["page"]["context"]["text"]
    assert all("marks" in picture for picture in shown["pictures"].values())
    few = clouds.clouds(settings(units="500", gamma="0.11"), False, False, Cancellation()).current
    all_ = clouds.clouds(settings(units="500", gamma="0.11"), True, False, Cancellation()).current
    assert (few.count, all_.count) == (128, 500)
    np.testing.assert_array_equal(few.starts.rho, all_.starts.rho[:128])
    known = frame(client, still="0", units="500", gamma="0.11", time="1000")
    assert (
        "500 units" in known["page"]["context"]["text"]
    )  # what is known already is shown while a hand moves


def test_all_is_followed_to_the_end_when_it_is_asked_for(client: FlaskClient) -> None:
    shown = frame(client, units="10", complete="1")
    assert not shown["pending"]
    assert "After 10⁶ updates" in shown["page"]["context"]["text"]


def test_a_late_t_is_counted_on_a_cloud_that_reaches_it() -> None:
    late = clouds.clouds(settings(units="10", time="200000", gamma="0.12"), False, False, Cancellation())
    assert late.current.iteration[-1] == 1_000_000


def test_it_stops_when_it_is_cancelled_and_gives_up_what_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = Cancellation()
    gone.cancel()
    with pytest.raises(Cancelled):
        clouds.clouds(settings(seed="77"), False, False, gone)
    monkeypatch.setattr(clouds, "REST_SECONDS", 0.0)
    slow = clouds.clouds(settings(seed="78", units="1000"), True, False, Cancellation())
    assert slow.current.count == 128


@pytest.mark.parametrize("panel", CLOUD_DEPENDS)
def test_a_picture_depends_on_what_it_says(client: FlaskClient, panel: str) -> None:
    def drawn(**changes: str) -> Any:
        return frame(client, panels=panel, units="10", **changes)["pictures"][panel]

    before, depends = drawn(), CLOUD_DEPENDS[panel] or ()
    changes = {"gamma": "0.2", "epsilon": "0.1", "fan_in": "3", "seed": "5", "time": "400", "layers": "none"}
    for key, change in changes.items():
        assert (drawn(**{key: change}) != before) == (key in depends), key
    own = drawn(init="gaussian")
    assert own != before
    assert drawn(init="gaussian", weight_std="0.3") != own != drawn(init="gaussian", bias_std="0.3")


def test_the_units_do_not_ask_for_the_map(client: FlaskClient) -> None:
    assert set(frame(client, panels=f"map,{PANELS}", units="10")["pictures"]) == set(CLOUD_DEPENDS)
