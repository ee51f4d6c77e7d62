"""Formulas as MathML, which browsers draw without a script, and the derivations of the page About.

Sphinx's own way is MathJax, a program from another host. The converter is the one of the page.
"""

import re
from typing import Any

from docutils import nodes
from math_core import LatexToMathML
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from dashboard.prose import content

# The derivations link to live pages; a handbook has no server but the reader's own.
_LOCAL = "http://localhost:8050"


def visit_inline(self: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    _write(self, node.astext(), displaystyle=False)


def visit_block(self: Any, node: nodes.math_block) -> None:
    """Write a formula on a line of its own."""
    _write(self, node.astext(), displaystyle=True)


def _write(self: Any, latex: str, *, displaystyle: bool) -> None:
    self.body.append(LatexToMathML().convert_with_local_state(latex, displaystyle=displaystyle))
    raise nodes.SkipNode


class Derivation(SphinxDirective):
    """``{derivation} unit`` puts a chapter of the page About here, its numbers computed now."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the chapter as HTML."""
        text = str(content(f"about/{self.arguments[0]}.html"))
        text = re.sub(r'href="/', f'href="{_LOCAL}/', text)
        return [nodes.raw("", text, format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both; Sphinx calls this."""
    app.add_node(nodes.math, override=True, html=(visit_inline, None))
    app.add_node(nodes.math_block, override=True, html=(visit_block, None))
    app.add_directive("derivation", Derivation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
