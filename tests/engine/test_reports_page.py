"""The HTML report: whole in itself, the same every time, and safe with names that were made to break it."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from coproduce.findings import Estimate, Finding, Findings, Grade, StudyLabel, Table, Unanswered
from coproduce.findings.files import findings_from_json
from coproduce.reports.charts import figures
from coproduce.reports.pages import report_html

MADE_UP = Path(__file__).with_name("test_reports_findings.json")


class Outline(HTMLParser):
    """What a page is made of: its elements in order, with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.elements = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def having(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def findings():
    return findings_from_json(MADE_UP.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(findings):
    return report_html(findings)


@pytest.fixture(scope="module")
def outline(page):
    return Outline(page)


def a_finding(**fields):
    usual = {
        "id": "audit",
        "question": "audit",
        "title": "A title",
        "answer": "An answer.",
        "verdict": "descriptive",
        "grade": Grade(level="low", reasons=("A reason.",)),
    }
    return Finding(**{**usual, **fields})


def report_of(*found, simulated=False, unanswered=()):
    study = StudyLabel(title="Care", service="home care", simulated=simulated)
    return report_html(Findings(coproduce="9.9", study=study, findings=found, unanswered=unanswered))


def test_the_same_findings_give_the_same_page(findings, page):
    assert report_html(findings) == page


def test_figures_that_are_drawn_already_are_not_drawn_again(findings, page):
    drawn = {finding.id: figures(finding) for finding in findings.findings}
    assert report_html(findings, drawn=drawn) == page


def test_a_name_cannot_become_an_element_or_a_script(page, outline):
    assert "<script>alert" not in page
    assert "<b>Care" not in page
    assert len(outline.having("script")) == 1
    assert not [
        attributes for _, attributes in outline.elements if any(name.startswith("on") for name in attributes)
    ]


def test_a_name_cannot_become_a_formula_where_a_table_is_pasted(outline):
    copied = [
        attributes["data-copy"] or "" for _, attributes in outline.elements if "data-copy" in attributes
    ]
    assert any("SUM(A1)" in text for text in copied)
    assert not [text for text in copied if text.startswith(("=", "+", "@")) or re.match(r"-\D", text)]


def test_nothing_can_disguise_a_name(page):
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e]", page)


def test_nothing_is_loaded_from_anywhere(page, outline):
    assert not outline.having("link")
    assert not outline.having("img")
    assert not [attributes for _, attributes in outline.elements if "src" in attributes]
    assert not re.search(r"@import|url\((?!#)", page)
    outside = {
        attributes["href"] for attributes in outline.having("a") if not attributes["href"].startswith("#")
    }
    assert outside == {"https://doi.org/10.1080/14719037.2015.1111927"}


def test_the_policy_allows_our_own_style_and_script_only(outline):
    policy = next(
        a["content"] for a in outline.having("meta") if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not [attributes for _, attributes in outline.elements if "style" in attributes]


def test_every_link_of_the_contents_leads_to_a_place(outline):
    places = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(places) == len(set(places))
    links = {a["href"].removeprefix("#") for a in outline.having("a") if a["href"].startswith("#")}
    assert links <= set(places)


def test_every_picture_is_one_image_with_a_name_and_a_description(page):
    pictures = re.findall(r'<svg [^>]*role="img"[^>]*aria-labelledby="(\S+) (\S+)"', page)
    assert len(pictures) >= 6
    for title, description in pictures:
        assert re.search(rf'<title id="{title}">[^<]+</title><desc id="{description}">[^<]+</desc>', page)


def test_headings_go_down_one_step_at_a_time(outline):
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))


def test_simulated_records_are_said_to_be_simulated():
    sentence = "These records are simulated. They describe no real service."
    assert sentence in report_of(a_finding(), simulated=True)
    assert sentence not in report_of(a_finding())


def test_an_empty_count_is_shown_as_hidden_and_another_empty_cell_is_not():
    table = Table(
        caption="Who",
        columns=("who", "cases", "share", "note"),
        rows=(("a", 10, 0.5, None), ("b", None, None, "few")),
        counts={"cases": ("share",)},
    )
    page = report_of(a_finding(question="other", tables={"who": table}))
    assert page.count("hidden: small number<") == 2
    assert "(fewer than 5)" in page


def test_an_estimate_without_a_value_is_no_number():
    nobody = Estimate(name="x", label="A share", value=None, unit="proportion")
    page = report_of(a_finding(estimates=(nobody,)))
    assert "hidden: it rests on a small number" in page


def test_what_cannot_be_drawn_is_said():
    page = report_of(a_finding())
    assert "<figure" not in page
    for sentence in ("There is no map", "No trend is drawn", "Burdens are not compared", "No path is shown"):
        assert sentence in page


def test_an_unanswered_question_says_what_it_needs():
    page = report_of(unanswered=(Unanswered(question="classify", needs=("contributions", "initiatives")),))
    assert "It needs contributions or initiatives." in page
    assert "No question could be answered" in page
