"""Settings of the documentation; `make docs` builds it, without a network."""

import logging
from importlib.metadata import version as version_of

from docutils.nodes import SkipNode
from docutils.utils.math.latex2mathml import tex2mathml

project = "Coproduce"
author = "The Coproduce authors"
project_copyright = "The Coproduce authors. AGPL-3.0-or-later"
release = version = version_of("coproduce")
language = "en-GB"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["build"]

# Markdown: links to headings, definition lists, tables; ::: beside ``` so that editors show the pages well.
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# Docstrings are in numpy's style. Annotations stand in the signature, where a reader looks for them.
napoleon_google_docstring = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_maximum_signature_line_length = 80

# A folder of pages may be empty: the table of contents takes what is there. (The warning has a subtype but no type, so
# `suppress_warnings` cannot name it.)
logging.getLogger("sphinx.sphinx.directives.other").addFilter(
    lambda record: getattr(record, "subtype", None) != "empty_glob"
)

html_theme = "pydata_sphinx_theme"
html_title = "Coproduce"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_copy_source = False
html_theme_options = {
    "show_prev_next": False,
    "navbar_align": "left",
    "navigation_depth": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}

# Equations become MathML, which browsers draw themselves: no script, no font and no network.
html_math_renderer = "mathml"


def _in_a_line(writer, node):
    writer.body.append(tex2mathml(node.astext(), as_block=False))
    raise SkipNode


def _on_its_own(writer, node):
    drawn = tex2mathml(node.astext(), as_block=True)
    writer.body.append(f'<div style="overflow-x: auto; margin: 1em 0" tabindex="0">{drawn}</div>')
    raise SkipNode


def setup(app):
    app.add_html_math_renderer(
        "mathml", inline_renderers=(_in_a_line, None), block_renderers=(_on_its_own, None)
    )
