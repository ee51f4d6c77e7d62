"""A pinned setting: what a map follows from besides its window, kept to be compared with."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from dashboard.controls import CONTROLS, InvalidSettingError


@dataclass(frozen=True)
class Pin:
    """The pinned values, in the control table's own numbers; ρ and tolerance never in units of γ."""

    beta: float = CONTROLS["beta"].default
    eta: float = CONTROLS["eta"].default
    gamma: float = CONTROLS["gamma"].default
    delta: float = CONTROLS["delta"].default
    epsilon: float = CONTROLS["epsilon"].default
    tolerance: float = CONTROLS["tolerance"].default
    max_iterations: int = int(CONTROLS["max_iterations"].default)
    rho: float = CONTROLS["rho"].default

    @property
    def values(self) -> dict[str, Any]:
        """Every value by the key of its control."""
        return asdict(self)

    def text(self) -> str:
        """Return the URL's text: ``beta:0;gamma:1``, what is not the default; ``defaults`` when all is."""
        told = {key: CONTROLS[key].text(value) for key, value in self.values.items()}
        usual = {key: CONTROLS[key].text(CONTROLS[key].default) for key in told}
        return ";".join(f"{key}:{text}" for key, text in told.items() if text != usual[key]) or "defaults"


PINNED: tuple[str, ...] = tuple(field.name for field in fields(Pin))


def parse_pin(text: str) -> Pin | None:
    """Read a pin's text; ``none`` is no pin.

    Raises
    ------
    InvalidSettingError
        With the pin of the nearest legal values where one is out of range; None when it is no pin.
    """
    if text == "none":
        return None
    values: dict[str, Any] = {}
    problems = []
    for part in [] if text == "defaults" else text.split(";"):
        key, mark, value = part.partition(":")
        if key not in PINNED or not mark:
            rule = f"pin must be KEY:VALUE of {', '.join(PINNED)} joined by semicolons, defaults or none"
            raise InvalidSettingError("pin", f"{rule}, not “{part[:40]}”", None)
        try:
            values[key] = CONTROLS[key].parse(value)
        except InvalidSettingError as problem:
            problems.append(f"in pin, {problem.message}")
            values[key] = problem.nearest
        if CONTROLS[key].integer:
            values[key] = int(values[key])
    pin = Pin(**values)
    if problems:
        raise InvalidSettingError("pin", "; ".join(problems), pin)
    return pin
