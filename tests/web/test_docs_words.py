"""The pages on the platform call its buttons, links and headings what the platform calls them."""

import re

import pytest
from tests.web.test_german import marked_in_code, marked_in_templates

from coproduce_web.permissions import ROLES

BOLD = re.compile(r"\*\*([^*]+)\*\*")
LEAD_INS = re.compile(r"[.:]$")
"""A bold sentence that opens a paragraph, such as **Join.**, is the page's own."""


@pytest.fixture(scope="module")
def words(root):
    """Everything that the platform says, in lower case: a field's name begins with a capital where it is shown."""
    platform = root / "src" / "coproduce_web"
    marked = [*marked_in_code(platform), *marked_in_templates(platform)]
    return {said.lower() for _, said in marked}


def bold(text):
    """The bold words of a page, outside its code."""
    prose = re.sub(r"```.*?```|<!--.*?-->", "", text, flags=re.DOTALL)
    return [" ".join(found.split()) for found in BOLD.findall(prose)]


def test_what_stands_in_bold_stands_on_the_platform(root, words):
    pages = sorted((root / "docs/platform").glob("*.md"))
    named = [(page.stem, each) for page in pages for each in bold(page.read_text(encoding="utf-8"))]
    assert {stem for stem, _ in named} >= ROLES.keys()
    strange = [one for one in named if not LEAD_INS.search(one[1]) and one[1].lower() not in words]
    assert not strange, f"the platform does not say: {strange}"
