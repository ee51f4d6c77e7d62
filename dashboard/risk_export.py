"""The numbers behind the rows of the page Risk, as a file."""

from __future__ import annotations

from uuid import uuid4

import numpy as np
from flask import Flask, Response, request

from dashboard import risk_answers
from dashboard.controls import InvalidSettingError
from dashboard.export_files import table
from dashboard.request import LONGEST_SECONDS, read_request
from dashboard.risk_answers import Found
from dashboard.work import underway
from dynamics import Cancelled, Initializer, Outcome
from dynamics.records import Numbers
from dynamics.risk import Estimate


def register(server: Flask) -> None:
    """Add ``GET /export/risk`` to Dash's Flask application."""

    @server.get("/export/risk")
    def get_risk() -> Response:
        try:
            asked = read_request({**request.args, "panels": ""})
            with underway(f"risk {uuid4()}", 0, 0, LONGEST_SECONDS) as cancel:
                found = risk_answers.whole(asked.settings, cancel)
        except InvalidSettingError as problem:
            return Response(f"{problem.message}.", 422, mimetype="text/plain")
        except Cancelled:
            return Response("This takes too long.", 503, mimetype="text/plain")
        response = Response(table(numbers(found)), mimetype="text/csv")
        response.headers.set("Content-Disposition", "attachment", filename="dead-cone-risk.csv")
        response.headers["Cache-Control"] = "no-store"
        return response


def numbers(found: Found) -> Numbers:
    """Return a row for the risk as it is and one for each change, best first.

    Shares, 0 to 1, and expected losses with both ends of their 95 % intervals; differences from the risk as
    it is, of the same units.
    """
    options = found.advice.options
    rows = [found.now, *(option.risk for option in options)]
    columns = {
        "change": np.array(["now", *(str(option.change.kind) for option in options)]),
        "sets": np.array(
            ["", *("; ".join(f"{k}={v}" for k, v in option.change.fields) for option in options)]
        ),
        "verdict": np.array(["", *(str(option.verdict) for option in options)]),
        "units": np.array([row.units for row in rows]),
    }
    for outcome in Outcome:
        if outcome is not Outcome.STALLED:  # T updates stop nobody
            columns |= _three(f"{outcome.name.lower()}_share", [row.share(outcome) for row in rows])
    columns |= _three("loss", [row.loss for row in rows])
    same = Estimate(0.0, 0.0, 0.0)
    columns |= _three("dead_difference", [same, *(option.dead for option in options)])
    columns |= _three("converged_difference", [same, *(option.converged for option in options)])
    return Numbers(_settings(found), columns, columns)


def _three(name: str, estimates: list[Estimate]) -> dict[str, np.ndarray]:
    return {
        f"{name}{end}": np.array([getattr(each, field) for each in estimates])
        for end, field in (("", "value"), ("_low", "low"), ("_high", "high"))
    }


def _settings(found: Found) -> dict[str, float | int | str]:
    training, start = found.now.training, found.now.origin
    told: dict[str, float | int | str] = {"optimizer": repr(training.optimizer)}
    told |= {key: getattr(training, key) for key in ("gamma", "delta", "steps", "epsilon", "slope", "warmup")}
    told["clip"] = 0.0 if training.clip is None else training.clip
    told["starts"] = repr(start) if not isinstance(start, Initializer) else str(start.scheme)
    if isinstance(start, Initializer):
        weight, bias = start.deviations
        told |= {"fan_in": start.fan_in, "weight_std": weight, "bias_std": bias, "bias": start.bias}
    return told | {"seed": found.now.seed}
