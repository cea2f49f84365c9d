"""The Finding and its file: plain data, no NaN, held to the published schema."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

from coproduce.findings import Estimate, Finding, Findings, Grade, StudyLabel, Table, Unanswered, lowered
from coproduce.findings.files import findings_as_json, findings_from_json, findings_schema, write_findings


def findings() -> Findings:
    estimates = (
        Estimate(
            name="a", label="A", value=1 / 3, interval=(0.1, math.inf), level=0.95, unit="proportion", n=9
        ),
        Estimate(name="b", label="B", value=math.nan, unit="days"),
    )
    table = Table(caption="A table", columns=("name", "value"), rows=(("=cmd()", 1), ('ü, "ß"\n', math.nan)))
    finding = Finding(
        id="audit",
        question="audit",
        title="Ü",
        answer="A third.",
        verdict="descriptive",
        estimates=estimates,
        tables={"t": table},
        grade=Grade(level="low", reasons=("few",)),
    )
    return Findings(
        coproduce="0.1.0",
        study=StudyLabel(title="S", service="s"),
        findings=(finding,),
        unanswered=(Unanswered(question="value", needs=("inputs",)),),
    )


def test_the_file_gives_back_what_was_put_in() -> None:
    assert findings_from_json(findings_as_json(findings())) == findings()


def test_the_file_keeps_to_its_schema() -> None:
    schema = findings_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(findings_as_json(findings())), schema)


def test_numbers_are_unrounded_and_never_nan() -> None:
    text = findings_as_json(findings())
    assert repr(1 / 3) in text
    assert "NaN" not in text
    assert "Infinity" not in text
    assert findings().findings[0].estimate("b").value is None


def test_an_unknown_estimate_is_refused_with_those_that_are_there() -> None:
    with pytest.raises(KeyError, match=r"\['a', 'b'\]"):
        findings().findings[0].estimate("c")


def test_a_table_is_rectangular_and_knows_its_columns() -> None:
    with pytest.raises(ValidationError, match="1 cells"):
        Table(caption="", columns=("a", "b"), rows=((1,),))
    with pytest.raises(ValidationError, match="does not have"):
        Table(caption="", columns=("a",), rows=(), counts={"cases": ()})


def test_a_csv_is_guarded_against_formulas(tmp_path: Path) -> None:
    write_findings(findings(), tmp_path)
    with (tmp_path / "tables" / "audit.t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [["name", "value"], ["'=cmd()", "1"], ['ü, "ß"\n', ""]]


def test_a_grade_falls_a_step_for_each_reason_and_no_further() -> None:
    assert lowered("high", ()).level == "high"
    assert lowered("high", ("a", "b")).level == "low"
    assert lowered("moderate", ("a", "b", "c", "d")).level == "very_low"
