"""About and the teacher's pages: documents of their own, beside the application.

A template holds HTML with LaTeX between dollar signs, which becomes MathML, and asks `dashboard.facts` for
every number, so that the pages say what the product computes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from flask import Flask, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from math_core import LatexToMathML

from dashboard import facts
from dashboard.lesson_page import begin
from dashboard.pages import PAGES, Page
from dashboard.prefix import rooted
from dashboard.settings import DEFAULT, read_query
from hosting import VERSION

TEMPLATES = Path(__file__).resolve().parent / "templates"
# What a step of the lesson sets and Explore has otherwise.
LEFT = {key: getattr(DEFAULT, key) for key in ("step", "vote", "resolution", "colouring", "layers")}
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$([,.;:?)”]*)", re.DOTALL)
# Addresses of this site; what a viewer writes into a query cannot close an attribute.
_LINK = re.compile(r'( (?:href|src)=")(/)')
_SECTION = re.compile(r'<h2 id="([\w-]+)">(.*?)</h2>', re.DOTALL)


@dataclass(frozen=True)
class Document:
    """A page of prose: its path, its title, its name in the list of contents, and its template."""

    path: str
    title: str
    name: str
    template: str

    @property
    def page(self) -> str:
        """Key of the link at the top that leads here."""
        return "teach" if self.path.startswith("/teach") else self.path.removeprefix("/")


DOCUMENTS = (
    Document("/teach", "For teachers", "A demo", "teach.html"),
    Document("/teach/10-minutes", "The lesson in 10 minutes", "10 minutes", "plan_10.html"),
    Document("/teach/45-minutes", "The lesson in 45 minutes", "45 minutes", "plan_45.html"),
    Document("/teach/90-minutes", "The lesson in 90 minutes", "90 minutes", "plan_90.html"),
    Document("/teach/questions", "Questions students ask", "Questions", "questions.html"),
    Document("/teach/glossary", "Glossary", "Glossary", "glossary.html"),
    Document("/about", "Why a ReLU dies", "About", "about.html"),
)


class Section(NamedTuple):
    """A heading that the list of contents leads to."""

    anchor: str
    title: Markup


def register(server: Flask) -> None:
    """Add a route for each document to Dash's Flask application, with and without a slash at the end."""
    for document in DOCUMENTS:
        view = partial(_shown, document)
        server.add_url_rule(document.path, document.template, view, strict_slashes=False)


def _shown(document: Document) -> str:
    """Return the whole page. Its links hand on the settings in its address, so Explore gets them back."""
    query = request.query_string.decode("latin-1")
    body = content(document.template)
    shell = _templates().get_template("shell.html")
    shown = shell.render(
        document=document,
        documents=DOCUMENTS,
        links=[(page, page.path + _handed(page, query)) for page in PAGES],
        body=body,
        sections=[Section(anchor, Markup(title)) for anchor, title in _SECTION.findall(body)],
        query=query,
        version=VERSION,
    )
    return _LINK.sub(lambda found: found[1] + rooted(found[2]), shown)


def _handed(page: Page, query: str) -> str:
    """Return the query that a link at the top hands to a page.

    The settings of a step of the lesson lead back into it; Explore gets them as leaving the step shows them.
    """
    settings = begin("", query)
    if page.document or (page.key == "explore") != bool(settings.step):
        handed = query
    elif page.key == "explore":
        handed = replace(read_query(query, settings)[0], **LEFT).query()
    else:
        handed = ""
    return f"?{handed}" if handed else ""


@cache
def content(template: str) -> Markup:
    """Return a document's text as HTML, its formulas as MathML. It is the same for everyone.

    Raises
    ------
    jinja2.UndefinedError, math_core.LatexError
        If the template asks for a number that there is not, or holds LaTeX that there is not.
    """
    return Markup(with_mathematics(_templates().get_template(template).render()))


def prepare() -> None:
    """Write all documents, a second of work, so that nobody has to wait for them."""
    for document in DOCUMENTS:
        content(document.template)


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.globals.update(facts.FUNCTIONS)
    templates.filters.update(facts.FILTERS)
    return templates


def with_mathematics(text: str) -> str:
    """Replace LaTeX between $ and $ by inline MathML, and between $$ and $$ by a formula on its own line.

    A line of text does not break between a formula and the mark after it.
    """
    converter = LatexToMathML()

    def convert(found: re.Match[str]) -> str:
        display, inline, after = found.groups()
        # A raised prime would be raised twice: the font's own stands at its height already.
        latex = (display or inline).strip().replace("'", r"\prime ")
        mathml: str = converter.convert_with_local_state(latex, displaystyle=display is not None)
        return f'<span class="kept">{mathml}{after}</span>' if after else mathml

    return _FORMULA.sub(convert, text)
