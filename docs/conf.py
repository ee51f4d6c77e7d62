"""Settings of the handbook: `make docs` builds it with Sphinx, warnings as errors, into .cache/docs."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

project = "The Dead Cone"
author = "the Dead Cone's makers"
copyright = "2026, the Dead Cone's makers"
extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "mathematics"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_ext"]
html_theme = "furo"
html_static_path = ["_ext/handbook.css", "../assets/fonts/stix-two-math-400.woff2"]
html_css_files = ["handbook.css"]
html_title = "The Dead Cone"
html_copy_source = False
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say what a parameter is
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
