"""What is shown as one HTML file that needs neither a server nor a network."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import orjson
from jinja2 import Environment, FileSystemLoader
from plotly.offline import get_plotlyjs

from dashboard import export_words as words
from dashboard.controls import InvalidSettingError
from dashboard.export import PLANES, ExportRequest, drawing, shown
from dashboard.frame import look
from dynamics import Cancellation
from figures.chart import Spec, typed

ASSETS = Path(__file__).resolve().parent.parent / "assets"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True
)
PAPER = "https://arxiv.org/abs/2005.06195"


def page(request: ExportRequest, address: str, cancel: Cancellation) -> str:
    """Return the file's text: Plotly, fonts, and every picture that the settings show, in the theme shown.

    Parameters
    ----------
    request : ExportRequest
    address : str
        Of the page, without a query.
    cancel : Cancellation

    Raises
    ------
    Cancelled
        When `cancel` is set before the end.
    """
    keys = shown(request.settings)
    plates, missing = _plates(request, keys, cancel)
    seen = look(request.of(keys[0]), cancel)
    figures = orjson.dumps(plates, default=typed).decode().replace("<", "\\u003c")  # it stands in a script
    query = request.address
    return _TEMPLATES.get_template("export.html").render(
        theme=request.theme,
        values=words.values(request.settings),
        verdict=seen.verdict,
        context=seen.page.get("context", {}).get("text", ""),
        counting=seen.page.get("counting", {}).get("text", ""),
        live=f"{address}?{query}" if query else address,
        paper=PAPER,
        titles={key: words.title(key, request.settings) for key in keys if key in plates},
        missing={words.title(key, request.settings): why for key, why in missing.items()},
        alternatives={key: look(request.of(key), cancel).words[key]() for key in plates},
        figures=figures,
        styles=_styles(),
        plotly=get_plotlyjs(),
    )


def _plates(
    request: ExportRequest, keys: Sequence[str], cancel: Cancellation
) -> tuple[dict[str, Spec], dict[str, str]]:
    """Return all pictures that there are, and why the others are not there.

    First come those that find out what the words of the others say.
    """
    plates, missing = {}, {}
    for key in sorted(keys, key=lambda key: not request.of(key).complete):
        try:
            plates[key] = drawing(request.of(key, hover=key not in PLANES), cancel)
        except InvalidSettingError as problem:  # no kick kills, or the curves took too long
            missing[key] = problem.message
    return plates, missing


@lru_cache(1)
def _styles() -> str:
    """Return the fonts, embedded, and the page's tokens."""
    fonts = re.sub(r'url\("([^"]+)"\)', _embedded, (ASSETS / "fonts.css").read_text("utf-8"))
    return f"{fonts}\n{(ASSETS / 'tokens.css').read_text('utf-8')}"


def _embedded(match: re.Match[str]) -> str:
    font = base64.b64encode((ASSETS / match[1]).read_bytes()).decode()
    return f'url("data:font/woff2;base64,{font}")'
