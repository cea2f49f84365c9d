"""A few coded interviews, counted by hand."""

from pathlib import Path

import pytest

import coproduce as cp
from coproduce.errors import StudyError
from coproduce.reports.charts import figures

STUDY = """
[study]
title = "Interviews on care"
service = "care"
small_numbers = 0
groups = ["age_band"]

[records.segments]
path = "segments.csv"

[records.cases]
path = "cases.csv"

[records.studies]
path = "studies.csv"

[questions.themes]
resamples = 200
"""
SEGMENTS = """\
document,starts_at,ends_at,coder,code,case_id,side,age_band
I1,0,10,A,trust,North,citizen,young
I1,0,10,B,trust,North,citizen,young
I1,5,20,A,delay,North,citizen,young
I1,5,20,B,delay,North,citizen,young
I2,0,10,A,trust,North,citizen,old
I2,0,10,B,delay,North,citizen,old
I3,0,10,A,delay,South,professional,
I3,0,10,B,delay,South,professional,
I4,0,10,A,money,South,citizen,old
I4,0,10,B,money,South,citizen,old
"""
CASES = "case_id,outcome,budget\nNorth,0.8,high\nSouth,0.2,low\nWest,0.5,low\n"
STUDIES = "study,effect,se\nNorth,0.3,0.1\n"
FILES = {"study.toml": STUDY, "segments.csv": SEGMENTS, "cases.csv": CASES, "studies.csv": STUDIES}


def _run(place: Path, **changed: str):
    for name, text in (FILES | changed).items():
        (place / name).write_text(text)
    return cp.run(cp.read_study(place), only=("themes",)).finding("themes")


@pytest.fixture
def finding(tmp_path):
    return _run(tmp_path)


def test_how_often_each_code_is_met(finding):
    rows = {row["code"]: (row["segments"], row["documents"]) for row in finding.tables["codes"].records()}
    assert rows == {"delay": (5, 3), "trust": (3, 2), "money": (2, 1)}
    assert finding.tables["codes"].records()[0]["share"] == pytest.approx(3 / 4)


def test_by_side_and_group(finding):
    rows = {
        (row["group"], row["value"], row["code"]): (row["documents"], row["of"])
        for row in finding.tables["codes_by_group"].records()
    }
    assert rows["side", "citizen", "trust"] == (2, 3)
    assert rows["side", "professional", "delay"] == (1, 1)
    assert rows["age_band", "old", "money"] == (1, 2)
    assert len(rows) == 2 * 3 + 2 * 3


def test_which_codes_go_together(finding):
    rows = {(row["code"], row["other"]): row for row in finding.tables["cooccurrence"].records()}
    pair = rows["delay", "trust"]
    assert (pair["documents"], pair["overlapping"]) == (2, 1)  # I1 and I2; in I2 no coder gave both
    assert pair["jaccard"] == pytest.approx(2 / 3)
    assert rows["delay", "money"]["documents"] == 0


def test_agreement_of_two_coders(finding):
    """Five passages, one apart: 10 codes, of them 5 delay, 3 trust, 2 money; 2 of 10 pairs differ, 62 of 90 could."""
    assert finding.estimate("alpha.nominal").value == pytest.approx(1 - (2 / 10) / (62 / 90))
    chance = (
        (2 / 5) * (1 / 5) + (2 / 5) * (3 / 5) + (1 / 5) * (1 / 5)
    )  # A: 2 trust, 2 delay, 1 money; B: 1, 3, 1
    assert finding.estimate("kappa").value == pytest.approx((4 / 5 - chance) / (1 - chance))
    assert finding.estimate("percent_agreement").value == pytest.approx(4 / 5)
    assert "agreement_by_coder" not in finding.tables  # without one of two nobody is left to agree with


def test_the_others_agree_without_the_coder_who_alone_gave_a_code(tmp_path):
    """C gave what nobody else did, and first of all codes by name: A and B agree as they did."""
    odd = "\n".join(f"I{number},0,10,C,odd,South,," for number in (2, 3, 4)) + "\n"
    finding = _run(tmp_path, **{"segments.csv": SEGMENTS + odd})
    rows = {row["coder"]: row["value"] for row in finding.tables["agreement_by_coder"].records()}
    assert rows["C"] == pytest.approx(1 - (2 / 10) / (62 / 90))
    assert max(rows, key=rows.get) == "C"


def test_documents_can_be_the_units(tmp_path):
    """Sets of codes: I1 {delay, trust} both, I2 {trust} and {delay}, I3 {delay} both, I4 {money} both."""
    finding = _run(tmp_path, **{"study.toml": STUDY + 'units = "documents"\n'})
    assert finding.estimate("alpha.sets").value is not None
    assert finding.estimate("percent_agreement").value == pytest.approx(3 / 4)
    rows = {row["code"]: row["value"] for row in finding.tables["agreement_by_code"].records()}
    assert rows["money"] == pytest.approx(1)


def test_steps_of_a_scale(tmp_path):
    finding = _run(tmp_path, **{"study.toml": STUDY + 'order = ["money", "delay", "trust"]\n'})
    # Steps apart: 2 of 10 pairs by one; expected: 5 delay with 3 trust and 2 money by one, 3 trust with 2 money by two.
    assert finding.estimate("alpha.linear").value == pytest.approx(1 - (2 / 10) / (2 * (15 + 10 + 12) / 90))
    assert finding.estimate("alpha.ordinal").value is not None


def test_the_joint_display(finding):
    rows = {row["case_id"]: row for row in finding.tables["joint_display"].records()}
    north = rows["North"]
    assert (north["documents"], north["theme: trust"], north["theme: delay"]) == (2, 2, 2)
    assert (north["outcome"], north["condition: budget"], north["effect"]) == (0.8, "high", 0.3)
    assert north["effect_low"] == pytest.approx(0.3 - 1.959964 * 0.1, abs=1e-6)
    assert (rows["South"]["theme: money"], rows["South"]["effect"]) == (1, None)
    assert "West" not in rows  # nobody there has said anything


def test_the_audit_before_it_leaves_the_table_of_cases_alone(tmp_path):
    """The audit makes tables of its own in the same engine; none may hide one of the study's."""
    events = "case_id,activity,occurred_at,side\nA,Ask,2026-01-01,citizen\n"
    study = STUDY + '\n[records.events]\npath = "events.csv"\n\n[questions.audit]\ncomplete = ["Ask"]\n'
    for name, text in (FILES | {"study.toml": study, "events.csv": events}).items():
        (tmp_path / name).write_text(text)
    found = cp.run(cp.read_study(tmp_path), only=("audit", "themes"))
    assert found.finding("audit").estimates
    assert found.finding("themes").tables["joint_display"].records()[0]["outcome"] == 0.8


def test_saturation(finding):
    rows = finding.tables["saturation"].records()
    assert [row["found"] for row in rows] == [2, 2, 2, 3]
    assert rows[0]["expected"] == pytest.approx((2 + 2 + 1 + 1) / 4)


def test_one_coder_says_so(tmp_path):
    alone = "\n".join(line for line in SEGMENTS.splitlines() if ",B," not in line) + "\n"
    finding = _run(tmp_path, **{"segments.csv": alone})
    assert "Only one person coded." in finding.grade.reasons
    assert "Whether another person would code them alike is not known." in finding.answer
    assert not any(estimate.name.startswith("alpha") for estimate in finding.estimates)


def test_coders_who_never_meet_are_told(tmp_path):
    apart = SEGMENTS.replace("I3,0,10,B", "I5,0,10,B").splitlines()
    kept = [line for line in apart if not (",B," in line and line[:2] in {"I1", "I2", "I4"})]
    finding = _run(tmp_path, **{"segments.csv": "\n".join(kept) + "\n"})
    assert any("no unit was coded by two coders" in caveat for caveat in finding.caveats)
    assert "How far coders agree is not known." in finding.grade.reasons


def test_no_segment_is_no_answer(tmp_path):
    for name, text in (FILES | {"segments.csv": SEGMENTS.splitlines()[0] + "\n"}).items():
        (tmp_path / name).write_text(text)
    findings = cp.run(cp.read_study(tmp_path), only=("themes",))
    assert [one.reason for one in findings.unanswered] == ["No passage is coded"]


def test_every_code_that_a_setting_mistakes_is_told(tmp_path):
    faulty = 'order = ["money", "dely"]\njoint = ["trst"]\n'
    with pytest.raises(StudyError) as caught:
        _run(tmp_path, **{"study.toml": STUDY + faulty})
    found = [(fault.place, fault.found) for fault in caught.value.faults]
    assert found == [
        ("questions.themes.order", "dely"),
        ("questions.themes.order", "no place for delay, trust"),
        ("questions.themes.joint", "trst"),
    ]


def test_small_numbers_are_hidden(tmp_path):
    finding = _run(tmp_path, **{"study.toml": STUDY.replace("small_numbers = 0\n", "")})
    assert all(row["documents"] is None for row in finding.tables["codes"].records())
    assert all(row["theme: trust"] in (None, 0) for row in finding.tables["joint_display"].records())
    assert "trust" not in finding.answer
    assert "delay" not in finding.answer


def test_its_figures_say_what_they_show(finding):
    drawn = {figure.name: figure for figure in figures(finding)}
    assert list(drawn) == ["codes", "cooccurrence", "agreement", "saturation"]
    assert "delay: 75% (3)" in drawn["codes"].description
    assert "delay and trust: 67% (2 documents)" in drawn["cooccurrence"].description
    assert "all 4 hold 3" in drawn["saturation"].description
