"""The page as a viewer uses it: mouse, keyboard, boxes, links, two at once, a phone."""

from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from dashboard.controls import SLIDERS
from dashboard.presets import PRESETS
from dashboard.request import DEPENDS
from dashboard.settings import Settings, read_query
from dynamics import basin_map
from tests.browser.conftest import OpenPage, middle, settled

pytestmark = pytest.mark.browser

# Small maps: what is tested here is the page, and the plain engine has to follow.
SMALL = "resolution=24"


def outcome(page: Page) -> NDArray[np.uint8]:
    """The labels that the browser holds."""
    labels, n_b, n_w = page.evaluate("[[...deadcone.frame.outcome], deadcone.frame.n_b, deadcone.frame.n_w]")
    return np.array(labels, np.uint8).reshape(n_b, n_w)


def in_the_boxes(page: Page) -> Settings:
    """The settings that the number boxes show; everything else at its default."""
    texts = {control.key: page.input_value(f"#{control.key}-box") for control in SLIDERS}
    return read_query("&".join(f"{key}={text}" for key, text in texts.items()))[0]


def assert_shows(page: Page, settings: Settings, cells: int = 24) -> None:
    """The browser holds the map of `settings`: the fast method's labels, which are plain iteration's.

    On 576 cells the fast method may differ in one, 0.17 %; it is held to 0.1 % over many maps elsewhere.
    """
    methods: tuple[Literal["fast", "reference"], ...] = ("fast", "reference")
    fast, plain = (
        basin_map(
            settings.hyperparameters,
            settings.grid(cells),
            tolerance=settings.tolerance,
            max_iterations=settings.max_iterations,
            method=method,
        ).outcome
        for method in methods
    )
    shown = outcome(page)
    assert np.array_equal(shown, fast)
    assert np.count_nonzero(shown != plain) <= 1


def pictures(page: Page) -> dict[str, str | None]:
    """What each graph draws, as its SVG; nothing where its mode was never shown."""
    script = "name => document.querySelector(`#${name} .js-plotly-plot`)?.innerHTML"
    return {name: page.evaluate(script, name) for name in DEPENDS}


def drag(page: Page, key: str, pixels: int) -> None:
    """Drag a slider's thumb with the mouse, step by step."""
    x, y = middle(page, f"#{key} [role=slider]")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels, y, steps=12)
    page.mouse.up()


def test_dragging_a_slider_changes_every_picture_that_depends_on_it(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    for control in SLIDERS:
        changes_what_depends(page, control.key)


def changes_what_depends(page: Page, key: str) -> None:
    before, start = pictures(page), in_the_boxes(page)
    drag(page, key, -40)
    settled(page)
    after, end = pictures(page), in_the_boxes(page)
    assert getattr(end, key) < getattr(start, key)
    shown_now = {name for name in DEPENDS if page.locator(f"#picture-{name}").is_visible()}
    assert {"map", "alive", "locus", "oscillation", "field", "share", "regimes", "kick"} <= shown_now
    for name in shown_now - {"kick"}:  # whose arrow may end where it did: at the border of the cone
        depends = DEPENDS[name]
        assert (after[name] != before[name]) == (depends is None or key in depends), name
    assert_shows(page, end)
    shown = page.evaluate(f"deadcone.frame.settings.{key}")
    assert shown == getattr(end, key)
    assert read_query(page.evaluate("location.search"))[0].hyperparameters == end.hyperparameters


def test_pictures_move_during_the_drag_and_never_go_back(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.evaluate(
        """() => {
            window.seen = [];
            window.times = { up: [], sharp: [], dash: [] };
            const note = (name, beta) => times[name].push([performance.now(), Number(beta)]);
            document.addEventListener("pointerup", () => note("up"), true);
            document.addEventListener("deadcone:frame", ({ detail }) => {
                seen.push([detail.seq, detail.settings.beta]);
                if (deadcone.pump.sharp()) note("sharp", detail.settings.beta);
            });
            const { deadcone: own } = dash_clientside;
            const { follow } = own;
            own.follow = (...told) => {
                note("dash", told[0]?.beta);
                return follow(...told);
            };
        }"""
    )
    drag(page, "beta", -60)
    settled(page)
    # What costs Dash and React a tenth of a second comes after the sharp picture, or when that is late.
    times = page.evaluate("times")
    ((up, _),) = times["up"]
    last = page.evaluate("Number(deadcone.texts().beta)")
    sharp, dash = (min(at for at, beta in times[name] if beta == last) for name in ("sharp", "dash"))
    assert min(sharp, up + 400) <= dash
    seen: list[list[float]] = page.evaluate("seen")
    sequence, betas = (list(values) for values in zip(*seen, strict=True))
    assert sequence == sorted(sequence)
    assert betas == sorted(betas, reverse=True)
    assert len(set(betas)) > 1
    assert betas[-1] == in_the_boxes(page).beta


def test_coming_back_to_where_the_drag_began_settles(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    thumb = page.locator("#gamma [role=slider]")
    thumb.focus()
    for key in ("ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("#gamma-box")).to_have_value("0.1")
    settled(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("deadcone.frame.settings.gamma > 0.1")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("deadcone.frame.settings.gamma === 0.1")
    settled(page)
    expect(page.locator("#caption")).to_have_attribute("data-state", "shown")


def test_typing_and_then_clicking_a_track_takes_both(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.fill("#beta-box", "0.95")
    track = page.locator("#eta .dash-slider-root").bounding_box()
    assert track is not None
    page.mouse.click(track["x"] + 0.35 * track["width"], track["y"] + track["height"] / 2)
    page.wait_for_function("deadcone.frame.settings.beta === 0.95 && deadcone.frame.settings.eta < 0.1")
    settled(page)
    assert read_query(page.evaluate("location.search"))[0].beta == 0.95
    assert_shows(page, in_the_boxes(page))


def test_a_box_that_is_entered_and_left_after_a_drag_changes_nothing(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    drag(page, "beta", -40)
    settled(page)
    beta = in_the_boxes(page).beta
    assert beta < 0.9
    page.click("#beta-box")
    page.click("#eta-box")
    page.locator("#gamma [role=slider]").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("deadcone.frame.settings.gamma < 0.1")
    settled(page)
    assert page.evaluate("deadcone.frame.settings.beta") == beta == in_the_boxes(page).beta


def test_a_hand_and_clicks_during_an_edit_are_not_lost(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", slow)
    for _ in range(3):
        page.click("#zoom-in")
    page.locator("#beta [role=slider]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("deadcone.frame.settings.window[1] === 0.375")
    settled(page)
    assert page.evaluate("deadcone.frame.settings.beta") > 0.9
    assert "beta=" in page.evaluate("location.search")


def test_one_reset_clears_every_error(open_page: OpenPage) -> None:
    page = open_page(f"/?beta=0.3&{SMALL}")
    page.click("#advanced summary")
    page.fill("#window-box", "1,2")
    page.fill("#epsilon-box", "xx")
    page.press("#epsilon-box", "Enter")
    expect(page.locator("#epsilon-error")).not_to_be_empty()
    expect(page.locator("#window-error")).not_to_be_empty()
    page.fill("#rho-box", "-1")
    page.click("#reset")
    page.wait_for_function("deadcone.frame.settings.beta === 0.9")
    settled(page)
    for key in ("epsilon", "window", "rho"):
        expect(page.locator(f"#{key}-error")).to_be_empty()
    assert page.input_value("#window-box") == "-3,3,-3,3"
    expect(page.locator("#caption")).to_have_attribute("data-state", "shown")


def test_an_error_leaves_with_its_text(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.fill("#eta-box", "1e99")
    page.press("#eta-box", "Enter")
    expect(page.locator("#eta-error")).to_contain_text("not 1e99")
    page.locator("#gamma [role=slider]").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("deadcone.frame.settings.gamma < 0.1")
    settled(page)
    expect(page.locator("#eta-error")).to_be_empty()
    assert page.input_value("#eta-box") == "0.1"
    expect(page.locator("#caption")).to_have_attribute("data-state", "shown")


def test_keyboard_one_step_ten_steps_and_the_ends(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    track = list(next(control for control in SLIDERS if control.key == "eta").track)
    at = track.index(0.1)
    thumb = page.locator("#eta [role=slider]")
    expect(thumb).to_have_attribute("aria-label", "learning rate η")
    thumb.focus()
    for keys, expected in (
        ("ArrowRight", track[at + 1]),
        ("ArrowLeft", track[at]),
        ("Shift+ArrowRight", track[at + 10]),
        ("Home", track[0]),
        ("End", track[-1]),
    ):
        page.keyboard.press(keys)
        expect(page.locator("#eta-box")).to_have_value(str(expected).removesuffix(".0"))
        expect(thumb).to_have_attribute("aria-valuetext", str(expected).removesuffix(".0"))
    page.locator("#eta .dash-slider-root").dblclick()
    expect(page.locator("#eta-box")).to_have_value("0.1")
    settled(page)
    assert page.evaluate("deadcone.frame.settings.eta") == 0.1


def test_beta_zero_is_a_real_setting(open_page: OpenPage) -> None:
    page = open_page(f"/?beta=0&{SMALL}")
    assert page.input_value("#beta-box") == "0"
    assert page.evaluate("deadcone.frame.settings.beta") == 0
    assert page.inner_text("#caption").endswith("of starts die without momentum.")
    assert_shows(page, in_the_boxes(page))


def test_a_refused_number_keeps_the_pictures_and_says_why(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    before = pictures(page)
    page.fill("#beta-box", "1.2")
    page.press("#beta-box", "Enter")
    expect(page.locator("#caption")).to_have_text(
        "β must be at least 0 and at most 0.9999, not 1.2. The pictures still show β = 0.9."
    )
    expect(page.locator("#beta-error")).to_contain_text("not 1.2")
    expect(page.locator("#beta-box")).to_have_attribute("aria-invalid", "true")
    settled(page)
    assert pictures(page) == before
    page.fill("#beta-box", "0.995")  # beyond the track, within the limits
    page.press("#beta-box", "Enter")
    expect(page.locator("#beta-error")).to_be_empty()
    page.wait_for_function("deadcone.frame.settings.beta === 0.995")
    settled(page)
    assert page.locator("#beta [role=slider]").get_attribute("aria-valuenow") == "200"
    assert page.input_value("#beta-box") == "0.995"
    assert_shows(page, in_the_boxes(page))


def test_a_link_gives_that_page_and_bad_parts_give_a_message(open_page: OpenPage) -> None:
    page = open_page(f"/?beta=0.5&eta=0.2&gamma=5000&delta=x&window=-1,1,-2,2&layers=cones&{SMALL}")
    assert [page.input_value(f"#{c.key}-box") for c in SLIDERS] == ["0.5", "0.2", "1000", "0"]
    notices = page.inner_text("#notices")
    assert "5000" in notices
    assert "1000" in notices
    assert "“x” is no number" in notices
    assert page.evaluate("deadcone.frame.settings.window") == [-1, 1, -2, 2]
    assert page.evaluate("location.search") == (
        "?beta=0.5&eta=0.2&gamma=1000&resolution=24&window=-1,1,-2,2&layers=cones"
    )


def test_two_viewers_do_not_see_each_others_settings(open_page: OpenPage) -> None:
    one, two = open_page(f"/?beta=0&gamma=1&{SMALL}"), open_page(f"/?beta=0.95&{SMALL}")
    drag(one, "gamma", -20)
    drag(two, "eta", 15)
    settled(one)
    settled(two)
    for page, beta in ((one, 0), (two, 0.95)):
        settings = in_the_boxes(page)
        assert settings.beta == beta
        assert_shows(page, settings)
    assert in_the_boxes(one).eta == 0.1
    assert in_the_boxes(two).gamma == 0.1


def test_presets_open_from_the_list(open_page: OpenPage) -> None:
    page = open_page(f"/?beta=0.3&{SMALL}")
    for preset in PRESETS:
        page.click("#preset")
        boxes = [option.bounding_box() for option in page.locator(".dash-dropdown-option").all()]
        tops = [box["y"] for box in boxes if box is not None and box["height"] >= 24]
        assert len(set(tops)) >= len(PRESETS)
        page.locator(".dash-dropdown-option").get_by_text(preset.name, exact=True).click()
        wanted = preset.settings()
        expected = {
            key: getattr(wanted, key) for key in ("beta", "eta", "gamma", "delta", "colouring", "init")
        }
        page.wait_for_function(
            "expected => Object.entries(expected).every(([key, value]) => "
            "deadcone.frame.settings[key] === value)",
            arg=expected,
        )
        settled(page)
        expect(page.locator("#provenance")).to_have_text(preset.provenance())
        expect(page.locator("#preset")).to_contain_text(preset.name)
        assert read_query(page.evaluate("location.search"))[0] == wanted


def test_colourings_layers_and_the_time_series_choice(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    traces = "[...document.querySelector('#map .js-plotly-plot').data].map(t => t.name)"
    everything = page.evaluate(traces)
    page.get_by_text("Iterations", exact=True).click()
    page.wait_for_function("deadcone.frame.settings.colouring === 'iterations'")
    expect(page.locator("#legends .legend.for-iterations")).to_be_visible()
    expect(page.locator("#legends .legend.for-outcome")).to_be_hidden()
    for layer in ("Arrows", "Cones", "Paths"):
        page.get_by_role("group", name="Layers").get_by_text(layer, exact=True).click()
    page.wait_for_function("deadcone.frame.settings.layers.length === 0")
    settled(page)
    assert len(page.evaluate(traces)) < len(everything)
    page.get_by_text("Loss", exact=True).click()
    page.wait_for_function("deadcone.frame.settings.quantity === 'loss'")
    settled(page)
    assert "layers=none" in page.evaluate("location.search")
    page.click("#reset")
    page.wait_for_function("deadcone.frame.settings.colouring === 'outcome'")
    settled(page)
    assert page.evaluate(traces) == everything


def test_judged_after_t_updates(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.click("#advanced summary")
    page.get_by_text("after exactly T updates").click()
    page.wait_for_function("deadcone.frame.settings.tolerance === 0")
    page.fill("#max_iterations-box", "300")
    page.press("#max_iterations-box", "Enter")
    page.wait_for_function("deadcone.frame.settings.max_iterations === 300")
    settled(page)
    assert page.inner_text("#caption").split(" of starts ")[1].startswith("are dead after 300 updates")
    settings = in_the_boxes(page).edit({"tolerance": "0", "max_iterations": "300"})
    assert_shows(page, settings)


def test_the_tighter_stop_rule_on_offer_is_taken(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.click("#tighter")
    page.wait_for_function("deadcone.frame.settings.tolerance === 1e-8")
    settled(page)
    assert "below 10⁻⁸" in page.inner_text("#counting")
    assert page.input_value("#tolerance-box") == "1e-8"


def test_dragging_the_map_asks_for_that_window(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    box = page.locator("#map .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 300, steps=5)
    page.mouse.up()
    page.wait_for_function("deadcone.frame.settings.window[0] > -3")
    settled(page)
    w_min, w_max, b_min, b_max = page.evaluate("deadcone.frame.settings.window")
    assert w_max - w_min == pytest.approx(6, rel=1e-3)
    assert (b_min, b_max) == (-3, 3)
    for button, left in (("whole", -3), ("truth", -0.2), ("whole", -3)):
        page.click(f"#zoom-{button}")
        page.wait_for_function(f"deadcone.frame.settings.window[0] === {left}")
        settled(page)


def test_scaled_with_gamma_the_picture_stands_still(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}")
    page.click("#scale")
    expect(page.locator("#scale")).to_have_attribute("aria-pressed", "true")
    settled(page)
    assert page.evaluate("deadcone.frame.settings.window") == [-3, 3, -3, 3]
    assert page.input_value("#window-box") == "-30,30,-30,30"
    before = outcome(page)
    page.locator("#gamma [role=slider]").focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_function("deadcone.frame.settings.gamma < 0.1")
    settled(page)
    gamma = page.evaluate("deadcone.frame.settings.gamma")
    assert page.evaluate("deadcone.frame.settings.window[1]") == pytest.approx(30 * gamma)
    assert np.array_equal(outcome(page), before)
    page.click("#scale")
    page.wait_for_function("deadcone.texts().scale === '0'")
    settled(page)
    assert page.evaluate("deadcone.frame.settings.window[1]") == pytest.approx(30 * gamma)
    assert np.array_equal(outcome(page), before)


def test_hover_tells_start_outcome_iterations_and_end_point(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}&layers=none&starts=none")
    box = page.locator("#map .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.8 * box["height"], steps=3)
    told = page.locator("#hover")
    for word in ("At the ground truth after", "iterations", "start (1.", "end (0.1, "):
        expect(told).to_contain_text(word)
    page.mouse.move(10, 10)
    expect(told).to_be_hidden()


def test_panning_stops_at_the_largest_window(open_page: OpenPage) -> None:
    page = open_page(f"/?window=-1000,0,-500,500&{SMALL}")
    box = page.locator("#map .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 250, steps=5)
    page.mouse.up()
    page.wait_for_function("deadcone.frame.settings.window[2] < -500")
    settled(page)
    assert page.evaluate("deadcone.frame.settings.window.slice(0, 2)") == [-1000, 0]


def test_present_and_back(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}", width=1920, height=1080)
    page.click("#present")
    page.wait_for_function("deadcone.frame.settings.present")
    settled(page)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "23.976px"
    ticks = "name => getComputedStyle(document.querySelector(`#${name} .xtick text`)).fontSize"
    assert [page.evaluate(ticks, name) for name in ("map", "locus", "alive")] == ["19.5px"] * 3
    expect(page.locator(".header")).to_be_hidden()
    assert not page.evaluate("document.documentElement.scrollHeight > innerHeight")
    page.keyboard.press("Escape")
    page.wait_for_function("!deadcone.frame.settings.present")
    expect(page.locator(".header")).to_be_visible()
    settled(page)
    assert [page.evaluate(ticks, name) for name in ("map", "locus", "alive")] == ["13px"] * 3


def test_theme_follows_the_system_and_the_button(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}", dark=True)
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(20, 24, 29)"
    before = pictures(page)
    page.click("#theme")
    settled(page)
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    after = pictures(page)
    shown = [name for name in DEPENDS if page.locator(f"#picture-{name}").is_visible()]
    assert "map" in shown
    assert all(after[name] != before[name] for name in shown)
    page.reload()
    settled(page)
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_nothing_sticks_out_at_any_size(open_page: OpenPage) -> None:
    sticks_not_out(open_page(f"/?{SMALL}", width=390, height=844), 390, 844)
    page = open_page(f"/?{SMALL}")
    for width, height in ((1440, 900), (900, 1100), (1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
        settled(page)
        sticks_not_out(page, width, height)


def sticks_not_out(page: Page, width: int, height: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in SLIDERS:
        thumb = page.locator(f"#{control.key} [role=slider]").bounding_box()
        assert thumb is not None
        assert thumb["x"] >= 0
        assert thumb["x"] + thumb["width"] <= width
        assert thumb["y"] + thumb["height"] <= height
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg text, main *:not(tspan), .rail *')]"
        ".filter(e => e.offsetParent !== null || e.tagName === 'text')"
        ".filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    )
    assert smallest >= 13


def test_phone_dock_by_touch(open_page: OpenPage) -> None:
    page = open_page(f"/?{SMALL}", width=390, height=844)
    dock = page.locator(".sliders").bounding_box()
    assert dock is not None
    assert dock["y"] + dock["height"] == 844
    track = page.locator("#gamma .dash-slider-root").bounding_box()
    assert track is not None
    page.touchscreen.tap(track["x"] + track["width"] * 0.8, track["y"] + track["height"] / 2)
    page.wait_for_function("deadcone.frame.settings.gamma > 0.5")
    settled(page)
    assert_shows(page, in_the_boxes(page))
    expect(page.locator("#follow")).to_be_hidden()
    page.mouse.wheel(0, 1500)
    expect(page.locator("#follow")).to_be_visible()
    assert page.inner_text("#follow-caption") == page.inner_text("#caption")


def test_the_axes_are_the_window_after_every_zoom(open_page: OpenPage) -> None:
    """What is taken hold of is placed by the window: Plotly must not widen a range on its own."""
    page = open_page("/?resolution=24&colouring=revival")
    for button in ("#zoom-in", "#zoom-in", "#zoom-whole", "#zoom-wedge"):
        before = page.evaluate("deadcone.frame.settings.window")
        page.click(button)
        page.wait_for_function(f"String(deadcone.frame.settings.window) !== '{','.join(map(str, before))}'")
        settled(page)
        shown = page.evaluate(
            """(({ xaxis, yaxis }) => [...xaxis.range, ...yaxis.range])(
                document.querySelector("#map .js-plotly-plot")._fullLayout)"""
        )
        assert shown == pytest.approx(page.evaluate("deadcone.frame.settings.window"))
