"""The report of a study that asks every question: by eye, by axe, on a telephone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

import coproduce as cp
from coproduce.questions import QUESTIONS
from coproduce.simulate import simulate

UNFOLD = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
# Rows of a table are alike, and so are the parts of a picture, which the browser takes for one image: a few are enough.
THIN_OUT = """document.querySelectorAll('tbody tr:nth-child(n+4), svg[role=img] > g, .parts')
    .forEach((each) => each.remove())"""
UNTOLD = """Array.from(document.querySelectorAll('figure svg[role=img]'),
    (each) => ['title', 'desc'].filter((name) => !each.querySelector(`:scope > ${name}`)?.textContent.trim()))"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "care"
    simulate(folder, seed=5, cases=60)
    settings = folder / "study.toml"
    block = "[questions.determinants.elsewhere]\n"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(block, f"{block}permutations = 20\n"), encoding="utf-8")
    return cp.run(cp.read_study(folder), out=folder / "results"), folder / "results" / "report.html"


def test_every_question_with_records_is_in_the_report(whole):
    findings, _ = whole
    assert {finding.question for finding in findings.findings} >= {
        *("audit", "classify", "power", "effects", "harms", "determinants", "synthesis")
    }
    assert {finding.question for finding in findings.findings} <= set(QUESTIONS)


def test_the_first_page_is_read_in_a_minute_or_little_more(open_page, whole):
    """People read some 240 words a minute (Brysbaert 2019); numbers in brackets are skipped at first."""
    first = open_page(whole[1]).locator("#short").inner_text()
    seen = re.sub(r"\([^)]*\)|How sure we are:", "", first)
    assert len(seen.split()) < 270


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 320)])
def test_the_whole_report_stands_in_nobody_s_way(open_page, whole, theme, width):
    page = open_page(whole[1], color_scheme=theme, viewport={"width": width, "height": 900})
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    untold = page.evaluate(UNTOLD)
    assert len(untold) > 20
    assert not any(untold)
    page.evaluate(THIN_OUT)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
