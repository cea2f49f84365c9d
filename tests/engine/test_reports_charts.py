"""The charts: drawn from the finding's tables, the same every time, and left out where there is nothing to draw."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from coproduce.findings import Finding, Grade, Table
from coproduce.findings.files import findings_from_json
from coproduce.reports.charts import figures
from coproduce.reports.palette import DARK, LIGHT, themed

MADE_UP = Path(__file__).with_name("test_reports_findings.json")


@pytest.fixture(scope="module")
def finding():
    return findings_from_json(MADE_UP.read_text(encoding="utf-8")).finding("audit")


@pytest.fixture(scope="module")
def drawn(finding):
    return {figure.name: figure for figure in figures(finding)}


def with_tables(finding, **tables):
    return finding.model_copy(update={"tables": {**finding.tables, **tables}})


def names(finding):
    return [figure.name for figure in figures(finding)]


def test_an_audit_has_its_figures_in_the_order_of_the_report(drawn):
    assert list(drawn) == ["service_map", "necessity", "waiting", "burden_1", "burden_2", "trend", "variants"]


def test_the_same_finding_gives_the_same_bytes(finding, drawn):
    assert [figure.svg for figure in figures(finding)] == [figure.svg for figure in drawn.values()]


def test_every_figure_has_a_text_alternative_and_names_a_table_that_is_there(finding, drawn):
    for figure in drawn.values():
        root = ET.fromstring(figure.svg)
        assert root.get("role") == "img"
        assert root[0].text == figure.title
        assert len(root[1].text) > 40
        assert figure.table in finding.tables


def test_a_chart_carries_its_specification_with_its_data(drawn):
    for figure in drawn.values():
        if figure.name not in {"service_map", "variants"}:
            assert figure.spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
            assert "values" in str(figure.spec)


def test_the_chart_of_necessity_holds_the_numbers_of_the_table(finding, drawn):
    rows = [row for row in finding.tables["activities"].records() if row["necessity"] is not None]
    values = drawn["necessity"].spec["layer"][0].get("data", drawn["necessity"].spec.get("data"))["values"]
    known = {(row["necessity"], row["necessity_low"], row["necessity_high"]) for row in rows}
    assert {(row["necessity"], row["necessity_low"], row["necessity_high"]) for row in values} <= known
    assert {row["side"] for row in values} >= {"citizen"}


def test_a_single_month_makes_no_trend(finding):
    trend = finding.tables["trend"]
    one = trend.model_copy(update={"rows": tuple(row for row in trend.rows if row[0] == trend.rows[0][0])})
    assert "trend" not in names(with_tables(finding, trend=one))


def test_a_month_that_is_hidden_is_a_gap_in_the_line(finding):
    trend = finding.tables["trend"]
    first = trend.rows[3]
    gap = tuple((*row[:2], None, None, None, None) if row == first else row for row in trend.rows)
    again = {f.name: f for f in figures(with_tables(finding, trend=trend.model_copy(update={"rows": gap})))}
    assert again["trend"].svg.count("<path") >= 1
    assert "NaN" not in again["trend"].svg


@pytest.mark.parametrize("table", ["waiting", "burden", "trend", "variants", "edges", "activities"])
def test_an_empty_table_leaves_its_figure_out(finding, table):
    empty = finding.tables[table].model_copy(update={"rows": ()})
    gone = {"edges": "service_map", "activities": "necessity", "burden": "burden_1"}.get(table, table)
    assert gone not in names(with_tables(finding, **{table: empty}))


def test_a_service_without_citizens_is_still_drawn(finding):
    columns = finding.tables["waiting"].columns
    waiting = Table(
        caption="", columns=columns, rows=(("organisation", 9, 1.0, 4.0, 30.0, 1.0, 0.9, 1.0, 0),)
    )
    sides = finding.tables["activities"].model_copy(
        update={
            "rows": tuple((row[0], "organisation", *row[2:]) for row in finding.tables["activities"].rows)
        }
    )
    assert {"necessity", "waiting"} <= set(names(with_tables(finding, waiting=waiting, activities=sides)))


def test_every_colour_follows_the_theme(drawn):
    for figure in drawn.values():
        left = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]+)"', themed(figure.svg)))
        assert not left, (figure.name, left)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("on", ["paper", "panel"])
@pytest.mark.parametrize("ink", ["ink", "muted", "citizen", "organisation", "system"])
def test_words_can_be_read_on_what_they_stand_on(theme, on, ink):
    assert contrast(theme[ink], theme[on]) >= 4.5


def contrast(one, other):
    """The contrast ratio of WCAG 2.2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_classification_shows_definitions_and_mix():
    amounts = ("contributions", "share", "share_low", "share_high", "minutes", "minutes_share", "label")
    tables = {
        "definitions": Table(
            caption="",
            columns=("definition", "counts", "needs", *amounts),
            rows=(
                ("ostrom_1996", "yes", None, 8, 0.8, 0.5, 0.9, 80.0, 0.9, "Ostrom 1996"),
                ("ostrom_1996", "cannot_say", "phase", 2, 0.2, 0.1, 0.5, None, None, "Ostrom 1996"),
            ),
        ),
        "mix": Table(
            caption="",
            columns=("typology", "class", *amounts),
            rows=(("four_cos", "Co-design", 10, 1.0, 0.7, 1.0, None, None, "The Four Co's"),),
        ),
    }
    grade = Grade(level="high", reasons=())
    shown = figures(
        Finding(
            id="classify",
            question="classify",
            title="",
            answer="",
            verdict="descriptive",
            tables=tables,
            grade=grade,
        )
    )
    assert [figure.name for figure in shown] == ["definitions", "mix"]
    assert "Ostrom 1996: counts 80%" in shown[0].description
