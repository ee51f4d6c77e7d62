"""Pin and compare: the setting, the two maps of a frame, what changed between them, and the caption."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray

from dashboard import create_app
from dashboard.callbacks import apply
from dashboard.caption import compared_caption
from dashboard.controls import CONTROLS, InvalidSettingError
from dashboard.packing import unpack
from dashboard.pin import Pin, parse_pin
from dashboard.pinned import differing
from dashboard.settings import DEFAULT, Settings, read_query
from dynamics import BasinMap, Hyperparameters, Outcome, basin_map, eigenvalues
from tests.figures.conftest import made_map

CELLS = 24
MAPS = "panels=map,pinned,changed"


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app().server.test_client() as client:
        yield client


def _answer(client: FlaskClient, query: str) -> tuple[dict[str, Any], bytes]:
    answer = client.get(f"/frame?cells={CELLS}&{query}")
    assert answer.status_code == 200, answer.text
    return unpack(answer.data)


def _outcome(cells: int = CELLS, **changes: float) -> NDArray[np.uint8]:
    values = {"beta": 0.9, "eta": 0.1, "gamma": 0.1, "delta": 0.0} | changes
    return basin_map(Hyperparameters(**values), DEFAULT.grid(cells)).outcome


# ------------------------------------------------------------------ the setting


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("none", None),
        ("defaults", Pin()),
        ("beta:0", Pin(beta=0.0)),
        ("beta:0;gamma:1", Pin(beta=0.0, gamma=1.0)),
        (
            "delta:-0.5;tolerance:0;max_iterations:300;rho:1.41",
            Pin(0.9, 0.1, 0.1, -0.5, 1e-3, 0.0, 300, 1.41),
        ),
    ],
)
def test_a_pin_reads_back_as_it_was_written(text: str, pin: Pin | None) -> None:
    settings = DEFAULT.edit({"pin": text})
    assert settings.pin == pin
    assert settings.texts()["pin"] == text
    assert read_query(settings.query()) == (settings, [])
    assert settings.query() == ("" if pin is None else f"pin={text}")


@pytest.mark.parametrize(
    ("text", "nearest", "words"),
    [
        ("beta:2", Pin(beta=0.9999), ["in pin, β must be", "0.9999", "2"]),
        ("eta:x;gamma:0", Pin(gamma=1e-6), ["η must be", "x", "γ must be"]),
        ("beta:0;max_iterations:1.5", Pin(beta=0.0, max_iterations=2), ["Iterations must be", "1.5"]),
        ("beta", None, ["pin must be KEY:VALUE", "beta"]),
        ("", None, ["pin must be KEY:VALUE"]),
        ("window:1", None, ["pin must be KEY:VALUE of beta, eta", "window:1"]),
    ],
)
def test_a_bad_pin_is_told_in_the_controls_own_words(
    text: str, nearest: Pin | None, words: list[str]
) -> None:
    with pytest.raises(InvalidSettingError) as caught:
        parse_pin(text)
    assert caught.value.nearest == nearest
    settings, notices = read_query(f"pin={text}")
    assert settings.pin == nearest
    assert len(notices) == 1
    for word in words:
        assert word in notices[0]


def test_presets_keep_the_pin_and_reset_leaves() -> None:
    pinned = DEFAULT.edit({"pin": "beta:0"})
    assert apply(pinned, "preset", "normalised", {}).pin == Pin(beta=0.0)
    assert apply(pinned, "reset", 1, {}).pin is None


def test_a_pin_is_never_in_units_of_gamma() -> None:
    scaled = DEFAULT.edit({"pin": "gamma:1;rho:2", "scale": "1", "tolerance": "1e-5", "rho": "20"})
    plain = scaled.scaled(False)
    assert plain.pin == scaled.pin == Pin(gamma=1.0, rho=2.0)
    assert differing(plain) == ("gamma",)


# ------------------------------------------------------------------ a frame


def _cells(frame: dict[str, Any], arrays: bytes) -> dict[str, NDArray[np.uint8]]:
    """The cells of every ground, as the browser reads them."""
    size = frame["n_w"] * frame["n_b"]
    found, at = {}, size
    for name, ground in frame["grounds"].items():
        start = at if ground["own"] else 0
        found[name] = np.frombuffer(arrays, np.uint8, size, start).reshape(frame["n_b"], frame["n_w"])
        at += size if ground["own"] else 0
    return found


@pytest.mark.parametrize("still", [0, 1])
def test_the_changed_cells_are_numpys_own(client: FlaskClient, still: int) -> None:
    frame, arrays = _answer(client, f"{MAPS}&pin=beta:0;gamma:0.2&still={still}")
    now, pinned = _outcome(), _outcome(beta=0.0, gamma=0.2)
    cells = _cells(frame, arrays)
    assert np.array_equal(cells["map"], now)
    assert np.array_equal(cells["pinned"], pinned)
    differs = now != pinned
    same = len(frame["grounds"]["changed"]["palette"]) - 1
    assert np.array_equal(cells["changed"] != same, differs)
    assert np.array_equal(cells["changed"][differs], now[differs])
    count = np.count_nonzero(differs)
    assert f"{count} of {CELLS**2} starts end differently" in frame["page"]["context"]["text"]
    only_now = np.count_nonzero((now == Outcome.DEAD) & (pinned != Outcome.DEAD))
    assert f"{only_now} die only now" in frame["page"]["context"]["text"]
    shares = {
        name.removeprefix("changed-bar-"): float(properties["style"]["flex-grow"])
        for name, properties in frame["page"].items()
        if name.startswith("changed-bar-")
    }
    assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
    assert shares["same"] == pytest.approx(1 - count / CELLS**2, abs=1e-5)
    assert shares["dead"] == pytest.approx(np.mean(differs & (now == Outcome.DEAD)), abs=1e-5)


def test_both_maps_have_heads_and_ways(client: FlaskClient) -> None:
    frame, _ = _answer(client, f"{MAPS}&pin=beta:0&time=26")
    plain, _ = _answer(client, "panels=map&beta=0&time=26")
    assert set(frame["heads"]) == set(frame["ways"]) == {"map", "pinned"}
    assert frame["heads"]["pinned"] == plain["heads"]["map"]
    assert frame["ways"]["pinned"] == plain["ways"]["map"]
    assert frame["heads"]["map"] != frame["heads"]["pinned"]


def test_the_pinned_picture_is_that_of_its_settings_in_nows_window(client: FlaskClient) -> None:
    window = "window=-1,2,0,1"
    frame, arrays = _answer(client, f"{MAPS}&pin=beta:0&{window}")
    _, plain = _answer(client, f"panels=map&beta=0&{window}")
    assert _cells(frame, arrays)["pinned"].tobytes() == plain[: frame["n_w"] * frame["n_b"]]
    assert frame["n_w"] == 3 * frame["n_b"]
    pinned = frame["pictures"]["pinned"]["layout"]
    assert pinned["xaxis"]["range"] == frame["pictures"]["map"]["layout"]["xaxis"]["range"]
    assert pinned["dragmode"] is False


def test_the_pinned_picture_depends_on_nothing_that_a_slider_moves(client: FlaskClient) -> None:
    def drawn(change: str) -> Any:
        frame, arrays = _answer(client, f"{MAPS}&pin=beta:0.5&still=0&{change}")
        return frame["pictures"]["pinned"]["marks"], _cells(frame, arrays)["pinned"].tobytes()

    before = drawn("")
    for change in ("beta=0.3", "eta=0.3", "gamma=1", "delta=0.2", "quantity=loss"):
        assert drawn(change) == before
    for change in ("window=-2,2,-2,2", "starts=1,1", "layers=paths", "colouring=iterations"):
        assert drawn(change) != before


def test_charts_share_their_axes(client: FlaskClient) -> None:
    frame, _ = _answer(client, "panels=alive,pinned-alive&pin=beta:0;epsilon:1e-8")
    now, pinned = (frame["pictures"][name]["layout"] for name in ("alive", "pinned-alive"))
    assert now["yaxis"]["range"] == pinned["yaxis"]["range"]
    assert now["xaxis"]["range"] == pinned["xaxis"]["range"]
    assert now["yaxis"]["tickvals"] != pinned["yaxis"]["tickvals"]  # each with its own ε


def test_without_a_pin_nothing_is_drawn_or_told_of_one(client: FlaskClient) -> None:
    frame, _ = _answer(client, "panels=map,pinned,changed,pinned-alive")
    assert set(frame["pictures"]) == {"map"}
    assert set(frame["heads"]) == {"map"}
    assert "pinned-values" not in frame["page"]


def test_in_revival_both_maps_are_coloured_by_it(client: FlaskClient) -> None:
    frame, arrays = _answer(client, f"{MAPS}&pin=gamma:1&colouring=revival")
    cells = _cells(frame, arrays)
    assert len(set(cells["pinned"].ravel().tolist())) > 1
    assert not np.array_equal(cells["pinned"], cells["map"])


def test_the_tick_of_eta_is_where_its_slider_holds_lr(client: FlaskClient) -> None:
    def tick(query: str) -> Any:
        return _answer(client, f"{MAPS}&{query}")[0]["page"]["eta-pin"]

    paper, pytorch = tick("pin=beta:0&eta=1"), tick("pin=beta:0&eta=1&pytorch=1")
    assert not paper["hidden"]
    assert pytorch["hidden"]  # 1 · (1 − 0.9) is the pinned 0.1 · (1 − 0)
    other = tick("pin=beta:0.5&pytorch=1")
    assert other["style"]["--at"] == f"{CONTROLS['eta'].fraction(0.05):.4f}"


def test_a_moving_frame_is_small(client: FlaskClient) -> None:
    panels = ("map", "changed", "alive", "pinned-alive")
    still, _ = _answer(client, f"panels={','.join(panels)}&pin=beta:0")
    axes = ",".join(still["pictures"][panel]["axes"] for panel in panels)
    for query in ("beta=0.8", "beta=0.99&gamma=0.01", "colouring=iterations"):
        answer = client.get(
            f"/frame?cells=256&still=0&panels={','.join(panels)}&axes={axes}&pin=beta:0&{query}",
            headers={"Accept-Encoding": "br"},
        )
        assert len(answer.data) < 10_000, query


def test_names_ticks_and_table(client: FlaskClient) -> None:
    frame, _ = _answer(client, f"{MAPS}&pin=beta:0;epsilon:0.01&gamma=0.1")
    told = frame["page"]
    assert told["pinned-values"]["text"] == "β = 0, ε = 0.01"
    assert told["now-values"]["text"] == "β = 0.9, ε = 0.001"
    assert told["pinned-all"]["text"] == "β 0, η 0.1, γ 0.1, δ 0, ε 0.01"
    assert told["beta-pin"] == {"style": {"--at": "0.0000"}, "hidden": False}
    assert told["gamma-pin"]["hidden"]
    pinned, now = (np.abs(eigenvalues(beta, 0.1)).max() for beta in (0.0, 0.9))
    assert told["number-radius-pinned"]["text"] == f"{pinned:.3f}"
    assert told["number-radius-change"]["text"] == f"+{now - pinned:.3f}"
    assert told["number-regime-now"]["text"] == "oscillating"
    assert told["number-lr-pinned"]["text"] == "0.1"
    assert told["number-lr-now"]["text"] == "0.01"
    assert not frame["pending"]


# ------------------------------------------------------------------ the caption


def _map(*ends: tuple[int, Outcome]) -> BasinMap:
    """A map of 24 × 40 starts: so many end so, the rest at the ground truth."""
    outcome = np.full(24 * 40, Outcome.CONVERGED, dtype=np.uint8)
    at = 0
    for count, end in ends:
        outcome[at : at + count] = end
        at += count
    return replace(made_map(), outcome=outcome.reshape(24, 40))


HALF, QUARTER = _map((480, Outcome.DEAD)), _map((240, Outcome.DEAD))


@pytest.mark.parametrize(
    ("now", "other", "pin", "changes", "verdict", "context"),
    [
        (
            *(HALF, QUARTER, "beta:0", {}),
            "50 % of starts die; with the pinned β = 0, 25 %.",
            "Only β differs. 240 of 960 starts end differently: 240 die only now.",
        ),
        (
            *(QUARTER, HALF, "beta:0;gamma:1;rho:1", {}),
            "25 % of starts die; with the pinned β = 0, γ = 1 and ρ = 1, 50 %.",
            "β, γ and ρ differ. 240 of 960 starts end differently: 240 died only when pinned.",
        ),
        (HALF, HALF, "defaults", {}, "50 % of starts die.", "Nothing differs yet: move a slider."),
        (
            *(HALF, HALF, "eta:0.2", {}),
            "50 % of starts die; with the pinned η = 0.2, 50 %.",
            "Only η differs. All 960 starts end alike.",
        ),
        (
            *(_map(), _map((960, Outcome.DEAD)), "tolerance:1e-8", {}),
            "No start dies; with the pinned tolerance = 10⁻⁸, all.",
            "Only tolerance differs. 960 of 960 starts end differently: 960 died only when pinned.",
        ),
        (
            *(_map((1, Outcome.DEAD)), _map((959, Outcome.DEAD)), "beta:0", {}),
            "< 1 % of starts die; with the pinned β = 0, > 99 %.",
            "Only β differs. 958 of 960 starts end differently: 958 died only when pinned.",
        ),
        (
            *(_map((1, Outcome.STALLED)), _map(), "beta:0", {}),
            "No start dies; with the pinned β = 0, none.",
            "Only β differs. 1 of 960 starts ends differently: none of them by death.",
        ),
        (
            *(HALF, _map((96, Outcome.DEAD), (480, Outcome.DIVERGED)), "eta:50", {}),
            "50 % of starts die; with the pinned η = 50, 10 %, and 50 % diverge.",
            "Only η differs. 480 of 960 starts end differently: 384 die only now.",
        ),
        (
            *(HALF, _map((96, Outcome.UNDECIDED)), "beta:0", {"tolerance": "0", "max_iterations": "100"}),
            "50 % of starts are dead after 100 updates; "
            "with the pinned β = 0, tolerance = 10⁻⁶ and iterations = 10⁶, "
            "none die by the stop rule, and 10 % are undecided.",
            "β, tolerance and iterations differ. 480 of 960 starts end differently: 480 are dead only now.",
        ),
        (
            *(HALF, QUARTER, "beta:0", {"delta": "-0.5"}),
            "The ground truth itself lies in the dead cone; 50 % of starts die. "
            "With the pinned β = 0 and δ = 0, 25 %.",
            "β and δ differ. 240 of 960 starts end differently: 240 die only now.",
        ),
    ],
)
def test_one_caption_names_both(
    now: BasinMap, other: BasinMap, pin: str, changes: dict[str, str], verdict: str, context: str
) -> None:
    settings: Settings = DEFAULT.edit({"pin": pin} | changes)
    words = compared_caption(settings, now, settings.pinned, other, differing(settings))
    assert words.verdict == verdict
    assert words.context == context


def test_thousands_are_apart_by_a_narrow_space(client: FlaskClient) -> None:
    frame, _ = unpack(client.get(f"/frame?{MAPS}&pin=beta:0&cells=240").data)
    now, pinned = _outcome(240), _outcome(240, beta=0.0)
    count = f"{np.count_nonzero(now != pinned):,}".replace(",", "\u202f")
    assert f"{count} of 57\u202f600 starts" in frame["page"]["context"]["text"]
