import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.callbacks import apply, apply_all
from dashboard.controls import CONTROLS, SLIDERS, Control, InvalidSettingError
from dashboard.numbers import exact, percent, readable
from dashboard.presets import PRESETS, matching
from dashboard.settings import DEFAULT, Settings, read_query
from dashboard.texts import COLOURINGS, LAYERS, QUANTITIES

finite = st.floats(allow_nan=False, allow_infinity=False)


@settings(derandomize=True)
@given(finite)
def test_exact_reads_back_as_the_same_number(value: float) -> None:
    assert float(exact(value)) == value


@settings(derandomize=True)
@given(st.floats(min_value=0, max_value=1))
def test_a_share_is_0_or_100_only_when_exact(share: float) -> None:
    for digits in (0, 1):
        assert (percent(share, digits) in ("0 %", "100 %")) == (share in (0, 1))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.66942, "0.669"), (-0.30902, "−0.309"), (1e-6, "10⁻⁶"), (2.5e-5, "2.5·10⁻⁵"), (1e6, "10⁶"), (0, "0")],
)  # fmt: skip
def test_numbers_in_sentences(value: float, text: str) -> None:
    assert readable(value) == text


# ------------------------------------------------------------------ the control table


@pytest.mark.parametrize("control", SLIDERS, ids=lambda c: c.key)
def test_track_increases_within_the_limits_and_holds_marks_and_default(control: Control) -> None:
    assert all(a < b for a, b in zip(control.track, control.track[1:], strict=False))
    assert control.low <= control.track[0]
    assert control.track[-1] <= control.high
    assert {mark for mark, _ in control.marks} | {control.default} <= set(control.track)
    for value in control.track:
        assert control.parse(exact(value)) == value


def test_momentum_is_spaced_so_that_nine_tenths_is_midway() -> None:
    beta = CONTROLS["beta"]
    assert beta.fraction(0.0) == 0
    assert beta.fraction(0.9) == pytest.approx(0.5)
    assert beta.fraction(0.99) == 1
    for value in beta.track:
        assert beta.fraction(value) == pytest.approx(-math.log10(1 - value) / 2, abs=0.004)


@pytest.mark.parametrize("control", CONTROLS.values(), ids=lambda c: c.key)
def test_limits_are_legal_and_what_lies_beyond_names_value_and_range(control: Control) -> None:
    for limit in (control.low, control.high):
        assert control.parse(exact(limit)) == limit
    for beyond, nearest in ((control.high * 2 + 1, control.high), (control.low - 1, control.low)):
        with pytest.raises(InvalidSettingError) as error:
            control.parse(exact(beyond))
        assert error.value.nearest == nearest
        assert exact(beyond) in error.value.message
        assert readable(control.low, 6) in error.value.message
        assert readable(control.high, 6) in error.value.message


@pytest.mark.parametrize("text", ["", "abc", "nan", "1,2,3", "0x1", "--1", "1e", "∞"])
def test_what_is_no_number_falls_back_to_the_default(text: str) -> None:
    with pytest.raises(InvalidSettingError, match="is no number") as error:
        CONTROLS["gamma"].parse(text)
    assert error.value.nearest == CONTROLS["gamma"].default


def test_zero_is_a_real_setting() -> None:
    assert CONTROLS["beta"].parse("0") == 0
    assert CONTROLS["delta"].parse("-0.0") == 0
    assert CONTROLS["tolerance"].parse("0") == 0
    with pytest.raises(InvalidSettingError):
        CONTROLS["gamma"].parse("0")


def test_decimal_comma_and_true_minus_are_understood() -> None:
    assert CONTROLS["delta"].parse("−0,5") == -0.5


# ------------------------------------------------------------------ the URL

coordinates = st.floats(-1000, 1000)
windows = st.tuples(coordinates, coordinates, coordinates, coordinates).filter(
    lambda w: w[1] - w[0] >= 1e-6 and w[3] - w[2] >= 1e-6
)
any_settings = st.builds(
    Settings,
    beta=st.floats(0, 0.9999),
    eta=st.floats(1e-4, 1e3),
    gamma=st.floats(1e-6, 1e3),
    delta=st.floats(-1e3, 1e3),
    epsilon=st.floats(1e-9, 0.4),
    tolerance=st.one_of(st.just(0.0), st.floats(1e-12, 0.1)),
    max_iterations=st.integers(1, 1_000_000),
    rho=st.floats(0, 1e3),
    resolution=st.just(0) | st.integers(16, 2048),
    window=windows,
    starts=st.lists(st.tuples(coordinates, coordinates), max_size=8).map(tuple),
    colouring=st.sampled_from(COLOURINGS),
    layers=st.sets(st.sampled_from(LAYERS)).map(lambda s: tuple(layer for layer in LAYERS if layer in s)),
    quantity=st.sampled_from(sorted(QUANTITIES)),
    present=st.booleans(),
    scale=st.booleans(),
    selected=st.tuples(coordinates, coordinates),
    batch=st.integers(1, 1_000_000),
    time=st.integers(0, 1_000_000),
    kick=st.sampled_from(("truth", "A", "H")),
    before=st.just(()) | st.tuples(st.integers(0, 1_000_000), st.floats(0, 0.9999), st.floats(1e-4, 1e3)),
)


@settings(derandomize=True, deadline=None)
@given(any_settings)
def test_every_setting_survives_the_url(some: Settings) -> None:
    assert read_query("?" + some.query()) == (some, [])
    assert DEFAULT.edit(some.texts()) == some


@settings(derandomize=True, deadline=None)
@given(any_settings)
def test_scaling_with_gamma_and_back(some: Settings) -> None:
    there = some.scaled(True)
    assert DEFAULT.edit(there.texts()) == there
    assert there.scaled(True) == there
    back = there.scaled(False)
    plain = some.scaled(False)
    np.testing.assert_allclose(back.window, plain.window, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(back.selected, plain.selected, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(np.ravel(back.starts), np.ravel(plain.starts), rtol=1e-9, atol=1e-300)


def test_defaults_are_left_out() -> None:
    assert DEFAULT.query() == ""
    assert read_query("") == (DEFAULT, [])
    assert read_query("?v=1&theme=dark") == (DEFAULT, [])


@pytest.mark.parametrize(
    ("query", "key", "value", "words"),
    [
        ("beta=1.2", "beta", 0.9999, ["β", "1.2", "0.9999"]),
        ("beta=-1", "beta", 0.0, ["β", "-1"]),
        ("eta=zero", "eta", 0.1, ["η", "zero"]),
        ("eta=inf", "eta", 1e3, ["η", "inf"]),
        ("gamma=0", "gamma", 1e-6, ["γ", "10⁻⁶"]),
        ("delta=1e9", "delta", 1e3, ["δ", "1e9", "1000"]),
        ("max_iterations=10.5", "max_iterations", 10, ["10.5", "whole"]),
        ("window=3,-3,0,1", "window", (-3.0, 3.0, -3.0, 3.0), ["window", "3,-3,0,1"]),
        ("window=nan,1,0,1", "window", (-3.0, 3.0, -3.0, 3.0), ["window"]),
        ("starts=1;2", "starts", DEFAULT.starts, ["starts", "1;2"]),
        ("layers=arrows,clouds", "layers", DEFAULT.layers, ["layers", "clouds"]),
        ("colouring=blue", "colouring", "outcome", ["colouring", "blue"]),
        ("present=yes", "present", False, ["present", "yes"]),
        ("selected=1", "selected", (0.42, -2.35), ["selected", "W,B"]),
        ("batch=0", "batch", 1, ["Batch", "at least 1", "0"]),
        ("time=-3", "time", 0, ["time", "-3", "10⁶"]),
        ("time=2.5", "time", 2, ["time", "2.5", "whole"]),
        ("time=1e9", "time", 1_000_000, ["time", "1e9"]),
        ("before=20,0.9", "before", (), ["before", "ITERATION,BETA,ETA", "20,0.9"]),
        ("init=xavier", "init", "none", ["init", "he_normal", "xavier"]),
        ("fan_in=20000", "fan_in", 10_000, ["fan-in", "20000", "10⁴"]),
        ("units=3", "units", 10, ["units", "3", "1000"]),
        ("seed=-1", "seed", 0, ["seed", "-1", "9999"]),
        ("weight_std=0", "weight_std", 1e-6, ["std. dev. of weights", "0", "10⁻⁶"]),
        ("pytorch=2", "pytorch", False, ["pytorch", "2"]),
        ("before=20,1.9,0.1", "before", (), ["before", "β", "1.9"]),
    ],
)
def test_a_bad_part_is_named_and_the_nearest_legal_value_taken(
    query: str, key: str, value: object, words: list[str]
) -> None:
    read, notices = read_query(f"?{query}&rho=0.5")
    assert getattr(read, key) == value
    assert read.rho == 0.5
    assert len(notices) == 1
    for word in words:
        assert word in notices[0]


@pytest.mark.parametrize("query", ["?colour=red", "?v=2", "?" + "&".join(f"a{i}=1" for i in range(101))])
def test_unknown_parts_give_a_message(query: str) -> None:
    read, notices = read_query(query)
    assert read == DEFAULT
    assert len(notices) == 1


@settings(derandomize=True, deadline=None)
@given(st.text(max_size=60))
def test_no_query_is_an_error(text: str) -> None:
    for query in (text, *(f"{key}={text}" for key in DEFAULT.texts())):
        read, _ = read_query(query)
        assert isinstance(read, Settings)


# ------------------------------------------------------------------ presets and edits


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.key)
def test_presets_name_every_hyperparameter_and_whose_it_is(preset: object) -> None:
    preset = next(p for p in PRESETS if p is preset)
    for symbol in "βηγδ":
        assert preset.provenance().count(f"{symbol} = ") == 1
    assert matching(preset.settings()) == preset
    assert matching(preset.settings(present=True)) == preset


def test_presets_cover_the_figures() -> None:
    shown = [preset.settings() for preset in PRESETS]
    assert {s.gamma for s in shown if s.colouring == "gradient"} == {1, 0.1, 0.01}
    assert {0, 0.7, 0.9, 0.99} <= {s.beta for s in shown if s.colouring == "outcome" and s.gamma == 0.1}
    assert matching(DEFAULT.edit({"beta": "0.123"})) is None


def _typed(**texts: str) -> dict[str, str]:
    return {**DEFAULT.texts(), **texts}


def test_edits() -> None:
    assert apply(DEFAULT, "beta-box", 1, _typed(beta="0")).beta == 0
    assert apply(DEFAULT, "layers", [], {}).layers == ()
    assert apply(DEFAULT, "colouring", "gradient", {}).colouring == "gradient"
    after = apply(DEFAULT, "judging", "after", {})
    assert (after.tolerance, after.max_iterations) == (0, 10_000)
    assert apply(after, "judging", "after", {}) == after
    assert apply(after, "judging", "stop", {}) == DEFAULT
    assert apply(after, "reset", 1, {}) == DEFAULT
    assert apply(DEFAULT, "preset", "normalised", {}).gamma == 1
    assert apply(DEFAULT, "preset", None, {}) == DEFAULT
    with pytest.raises(InvalidSettingError):
        apply(DEFAULT, "eta-box", 1, _typed(eta="-3"))


def test_a_button_and_the_box_it_takes_the_focus_from_arrive_together() -> None:
    typed = _typed(beta="abc", eta="0.2")
    settings, errors = apply_all(DEFAULT, {"zoom-in": 1, "beta-box": 1, "eta-box": 1}, typed, {})
    assert settings == DEFAULT.edit({"eta": "0.2", "window": "-1.5,1.5,-1.5,1.5"})
    assert list(errors) == ["beta"]
    # Each box keeps its message until its own text is taken …
    settings, errors = apply_all(settings, {"epsilon-box": 1}, {**typed, "epsilon": "9"}, errors)
    assert sorted(errors) == ["beta", "epsilon"]
    settings, errors = apply_all(settings, {"beta-box": 1}, {**typed, "beta": "0.5"}, errors)
    assert (settings.beta, list(errors)) == (0.5, ["epsilon"])
    # … or everything is replaced.
    assert apply_all(settings, {"reset": 1, "epsilon-box": 1}, {**typed, "epsilon": "9"}, errors) == (
        DEFAULT,
        {},
    )


def test_thousands_are_no_decimals() -> None:
    assert CONTROLS["max_iterations"].parse("10,000") == 10_000
    assert CONTROLS["max_iterations"].parse("1,000,000") == 1_000_000
    with pytest.raises(InvalidSettingError):
        CONTROLS["max_iterations"].parse("10,5")


def test_zooming() -> None:
    assert apply(DEFAULT, "zoom-in", 1, {}).window == pytest.approx((-1.5, 1.5, -1.5, 1.5))
    assert apply(DEFAULT, "zoom-out", 1, {}).window == pytest.approx((-6, 6, -6, 6))
    truth = apply(DEFAULT, "zoom-truth", 1, {})
    assert truth.window == pytest.approx((-0.2, 0.4, -0.3, 0.3))
    assert apply(truth, "zoom-whole", 1, {}) == DEFAULT
    widest = DEFAULT
    for _ in range(20):
        widest = apply(widest, "zoom-out", 1, {})
    assert widest.window == pytest.approx((-1000, 1000, -1000, 1000))
    deepest = DEFAULT
    for _ in range(60):
        deepest = apply(deepest, "zoom-in", 1, {})
    assert deepest.window[1] - deepest.window[0] >= 1e-6


def test_naming_the_preset_that_is_shown_keeps_the_playhead() -> None:
    for preset in PRESETS:
        shown = replace(preset.settings(), time=26)
        assert apply(shown, "preset", preset.key, {}) == shown
    assert apply(replace(DEFAULT, beta=0.3, time=26), "preset", PRESETS[0].key, {}) == PRESETS[0].settings()
