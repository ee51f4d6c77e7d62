"""A slider's sweep: which values its pictures have, evenly spaced along the slider's track."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.controls import CONTROLS, Control, InvalidSettingError
from dashboard.export import SWEPT
from dashboard.numbers import exact, readable
from dashboard.options import choice, number
from dashboard.settings import Settings

MOST_FRAMES, MOST_SECONDS = 240, 60
FASTEST = 50  # frames a second; viewers slow down what is shorter


@dataclass(frozen=True)
class Sweep:
    """What the pictures of a sweep differ in.

    Attributes
    ----------
    changes : tuple of mapping
        For each picture the settings that it changes, as texts of the address.
    seconds : float
        How long each is shown.
    """

    changes: tuple[Mapping[str, str], ...]
    seconds: float


def read_sweep(args: Mapping[str, str], settings: Settings) -> Sweep:
    """Read a sweep strictly.

    Raises
    ------
    InvalidSettingError
        When the slider is none, an end is off its track, or there would be too many or too short pictures.
    """
    control = CONTROLS[choice(args, "slider", SWEPT)]
    first, last = (_end(args, key, control) for key in ("from", "to"))
    if first == last:
        raise InvalidSettingError("to", f"from and to must differ, not both be {readable(first)}", None)
    frames = number(args, "frames", 60, 2, MOST_FRAMES)
    if frames != int(frames):
        raise InvalidSettingError("frames", f"frames must be a whole number, not {readable(frames)}", None)
    seconds = number(args, "seconds", 6, 1, MOST_SECONDS)
    if frames > FASTEST * seconds:
        message = f"frames must be at most {FASTEST} a second, not {int(frames)} in {readable(seconds)} s"
        raise InvalidSettingError("frames", message, None)
    places = np.linspace(_place(control, first), _place(control, last), int(frames))
    values = np.interp(places, np.arange(len(control.track)), control.track)
    texts = (exact(float(f"{value:.6g}")) for value in values)
    return Sweep(tuple(_changes(settings, control.key, text) for text in texts), seconds / frames)


def _end(args: Mapping[str, str], key: str, control: Control) -> float:
    """Read where the sweep begins or ends: a value on the slider's track."""
    low, high = control.track[0], control.track[-1]
    value = number({key: args.get(key, "").strip().replace("−", "-").replace(",", ".")}, key, low, low, high)
    return float(value)


def _place(control: Control, value: float) -> float:
    return float(np.interp(value, control.track, np.arange(len(control.track))))


def _changes(settings: Settings, key: str, text: str) -> dict[str, str]:
    """Return what moving the slider there changes: β keeps PyTorch's lr where that is entered."""
    if key != "beta":
        return {key: text}
    then = settings.at_momentum(float(text))
    return {"beta": text} | ({} if then.eta == settings.eta else {"eta": exact(then.eta)})
