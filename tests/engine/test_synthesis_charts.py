"""The figures of a synthesis: each says itself in words, holds the table's numbers, and can hold any number of rows."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest

import coproduce as cp
from coproduce.reports.charts import figures
from coproduce.reports.pages import report_html
from coproduce.reports.synthesis_charts import DRAWN, said, thinned

ALL = ["forest", "orchard", "bubble", "cumulative", "funnel", "baujat"]


def _table(rows, *, seed=1):
    rng = np.random.default_rng(seed)
    variance = rng.uniform(0.01, 0.2, rows)
    return {
        "study": [f"Study <{place // 2}> & more" for place in range(rows)],
        "yi": rng.normal(0.3, np.sqrt(variance + 0.05)).round(4),
        "vi": variance.round(4),
        "year": [2000 + place for place in range(rows)],
        "kind": [("town", "city")[place % 2] for place in range(rows)],
    }


def _finding(rows, **settings):
    given = {"study": "study", "effect": "yi", "variance": "vi", **settings}
    return cp.synthesis(pa.table(_table(rows)), **given)


@pytest.fixture(scope="module")
def finding():
    return _finding(
        16,
        levels=["study", "effect"],
        moderators=["year"],
        subgroups=["kind"],
        order="year",
        better="up",
    )


@pytest.fixture(scope="module")
def drawn(finding):
    return {figure.name: figure for figure in figures(finding)}


def test_every_figure_is_drawn_in_the_order_of_the_story(drawn):
    assert list(drawn) == ALL


def test_every_figure_says_itself_in_words_and_names_its_table(finding, drawn):
    for figure in drawn.values():
        root = ET.fromstring(figure.svg)
        assert root.get("role") == "img"
        assert root[0].text == figure.title
        assert len(root[1].text) > 60
        assert figure.table in finding.tables
        assert "NaN" not in figure.svg


def test_the_same_finding_gives_the_same_bytes(finding, drawn):
    assert [figure.svg for figure in figures(finding)] == [figure.svg for figure in drawn.values()]


def test_the_forest_tells_every_study_each_group_and_the_whole(finding, drawn):
    told = drawn["forest"].description
    for row in finding.tables["studies"].records():
        assert f"{row['study']} {said(row['effect'], row['low'], row['high'])}" in told
    pooled = finding.estimate("pooled")
    assert f"Pooled effect: {said(pooled.value, *pooled.interval)}." in told
    expected = finding.estimate("prediction")
    assert f"In another place: {said(expected.value, *expected.interval)}." in told
    for group in finding.tables["subgroups"].records():
        assert f"Pooled, {group['value']}: {said(group['pooled'], group['low'], group['high'])}." in told


def test_a_ratio_is_drawn_on_a_logarithmic_axis():
    table = {
        "study": list("ABCD"),
        "a": [10, 5, 30, 8],
        "b": [90, 45, 70, 52],
        "c": [20, 9, 40, 9],
        "d": [80, 41, 60, 51],
    }
    finding = cp.synthesis(pa.table(table), measure="RR", a="a", b="b", c="c", d="d")
    forest = next(figure for figure in figures(finding) if figure.name == "forest")
    assert '"type": "log"' in str(forest.spec).replace("'", '"')
    effect = finding.tables["studies"].records()[0]
    assert said(*(math.exp(effect[name]) for name in ("effect", "low", "high"))) in forest.description


@pytest.mark.parametrize("rows", [2, 5, 450])
def test_any_number_of_rows(rows):
    finding = _finding(rows)
    forest = next(figure for figure in figures(finding) if figure.name == "forest")
    assert f"of each of {rows} studies" in forest.description
    assert ET.fromstring(forest.svg) is not None


def test_thinning_keeps_the_ends():
    rows = [{"place": place} for place in range(3 * DRAWN)]
    kept = thinned(rows)
    assert (len(kept), kept[0], kept[-1]) == (DRAWN, rows[0], rows[-1])
    assert thinned(rows[:5]) == rows[:5]


def test_the_report_holds_every_figure_and_table_in_its_place(finding):
    from coproduce.findings import Findings, StudyLabel

    findings = Findings(
        coproduce="0.1.0", study=StudyLabel(title="T", service="s", small_numbers=0), findings=(finding,)
    )
    page = report_html(findings, drawn={finding.id: figures(finding)})
    for title in (
        "Every study, and all together",
        "What may be missing",
        "As the studies arrived",
        "What it hangs on",
    ):
        assert title in page
    assert ">More<" not in page
    assert "Study <" not in page
