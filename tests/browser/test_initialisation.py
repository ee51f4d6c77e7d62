"""Real initialisations on the page, and PyTorch's lr."""

import pytest
from playwright.sync_api import Page, expect

from dynamics import Cloud, Hyperparameters, Initializer, Scheme, cloud
from tests.browser.conftest import OpenPage, settled

pytestmark = pytest.mark.browser

FEW = "units=40"


def search(page: Page) -> str:
    found: str = page.evaluate("location.search")
    return found


def run(time: int, seed: int = 0, scheme: Scheme = Scheme.HE_NORMAL, fan_in: int = 100) -> Cloud:
    hp = Hyperparameters(beta=0.99, eta=0.1, gamma=0.1, delta=0.0)
    return cloud(hp, Initializer(scheme, fan_in), 40, iterations=time, seed=seed)


def counted(page: Page, dynamics: Cloud) -> None:
    """The caption, the legend and the points are those of the cloud's last row."""
    dead = int(dynamics.dead_count[-1])
    share = {0: "No unit is", 40: "Every unit is"}.get(dead, f"{100 * dead / 40:.0f} % of units are")
    expect(page.locator("#caption")).to_contain_text(f"{share} dead after")
    expect(page.locator("#cloud-dead")).to_have_text(f"{100 * dead / 40:.0f} %")
    drawn = page.evaluate(
        """() => Object.fromEntries(document.querySelector("#cloud .js-plotly-plot")._fullData
            .filter(({ name }) => / now$/.test(name)).map(({ name, x }) => [name, x.length]))"""
    )
    assert drawn == {"dead now": dead, "alive now": 40 - dead}


def drag_line(page: Page, along: float) -> None:
    """Drag the line at T so far along the axis, with the hand still down."""
    handle = page.locator("#survival-handle").bounding_box()
    plot = page.locator("#survival .nsewdrag").bounding_box()
    assert handle is not None
    assert plot is not None
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + 60)
    page.mouse.down()
    page.mouse.move(plot["x"] + along * plot["width"], handle["y"] + 60, steps=6)


def test_units_of_a_scheme_take_the_maps_place_and_leave_it(open_page: OpenPage) -> None:
    page = open_page(f"/?beta=0.99&{FEW}")
    page.click("#enter-init")
    page.wait_for_function("deadcone.frame.settings.init === 'he_normal'")
    settled(page)
    assert search(page) == "?beta=0.99&time=10000&init=he_normal&units=40"
    counted(page, run(10_000))
    expect(page.locator("#picture-map")).to_be_hidden()
    page.select_option("#scheme", "pytorch")
    page.fill("#fan_in-box", "30")
    page.keyboard.press("Enter")
    page.wait_for_function("deadcone.frame.settings.fan_in === 30")
    settled(page)
    counted(page, run(10_000, scheme=Scheme.PYTORCH, fan_in=30))
    page.fill("#fan_in-box", "0")
    page.keyboard.press("Enter")
    message = "fan-in must be a whole number at least 1 and at most 10⁴, not 0"
    expect(page.locator("#fan_in-error")).to_have_text(f"▲ {message}.")
    expect(page.locator("#caption")).to_have_text(f"{message}. The pictures still show fan-in = 30.")
    page.fill("#fan_in-box", "30")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fan_in-error:empty", state="attached")
    settled(page)
    page.click("#leave-init")
    page.wait_for_function("deadcone.frame.settings.init === 'none' && deadcone.frame.n_w > 0")
    settled(page)
    expect(page.locator("#picture-cloud")).to_be_hidden()
    expect(page.locator("#caption")).to_contain_text("of starts die")


def test_the_line_at_t_is_dragged_and_moved_by_keys(open_page: OpenPage) -> None:
    page = open_page(f"/?init=he_normal&beta=0.99&time=10000&{FEW}")
    drag_line(page, 0.5)
    page.wait_for_function("deadcone.frame.settings.time < 10000")  # while the hand still holds it
    page.wait_for_function("deadcone.frame.settings.time === 1000")
    page.mouse.up()
    settled(page)
    assert "time=1000&" in search(page)
    counted(page, run(1000))
    handle = page.locator("#survival-handle")
    handle.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("deadcone.frame.settings.time === 990")
    settled(page)
    counted(page, run(990))
    assert (handle.get_attribute("aria-valuetext") or "").startswith("after 990 updates: ")
    page.keyboard.press("End")
    page.wait_for_function("deadcone.frame.settings.time === 1000000")
    settled(page)
    expect(page.locator("#caption")).to_contain_text("after 10⁶ updates")


def test_another_draw_has_the_next_seed(open_page: OpenPage) -> None:
    page = open_page(f"/?init=he_normal&beta=0.99&time=900&{FEW}")
    page.click("#draw-again")
    page.wait_for_function("deadcone.frame.settings.seed === 1")
    settled(page)
    assert "seed=1" in search(page)
    counted(page, run(900, seed=1))


def test_an_address_with_its_own_t_keeps_it_though_a_preset_has_another(open_page: OpenPage) -> None:
    page = open_page("/?init=he_normal&beta=0.99&time=70")
    assert page.evaluate("deadcone.frame.settings.time") == 70
    assert search(page) == "?beta=0.99&time=70&init=he_normal"


def test_it_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page(f"/?init=gaussian&beta=0.99&time=900&{FEW}", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for key in ("#weight_std-box", "#bias_std-box", "#draw-again", "#picture-cloud", "#survival-handle"):
        box = page.locator(key).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert min(box["width"], box["height"]) >= 44


def test_lr_is_entered_as_pytorch_means_it(open_page: OpenPage) -> None:
    page = open_page("/?resolution=24")
    page.click("#enter-lr")
    settled(page)
    assert page.input_value("#eta-box") == "0.01"
    expect(page.locator("#convention")).to_contain_text("The slider holds lr = η(1 − β) = 0.01")
    page.fill("#eta-box", "0.05")
    page.keyboard.press("Enter")
    page.wait_for_function("deadcone.frame.settings.eta === 0.5")
    page.focus("#beta [role=slider]")
    page.keyboard.press("End")  # β = 0.99: lr stays
    page.wait_for_function("deadcone.frame.settings.beta === 0.99")
    settled(page)
    assert page.evaluate("deadcone.frame.settings.eta") == pytest.approx(5)
    assert page.input_value("#eta-box") == "0.05"
    assert page.get_attribute("#eta [role=slider]", "aria-valuetext") == "0.05"
    assert search(page) == "?beta=0.99&eta=5&resolution=24&pytorch=1"
    page.fill("#eta-box", "50")
    page.keyboard.press("Enter")
    message = "At β = 0.99 lr must be at least 10⁻⁶ and at most 10, not 50"
    expect(page.locator("#eta-error")).to_have_text(f"▲ {message}.")
    expect(page.locator("#caption")).to_have_text(f"{message}. The pictures still show lr = 0.05.")
