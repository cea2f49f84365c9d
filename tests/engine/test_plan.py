"""A plan is frozen once, and every later change is told."""

import json

import pytest

import coproduce as cp
from coproduce.cli import main
from coproduce.records.plan import LOCK, freeze

STUDY = """
[study]
title = "Visits"
service = "care"
groups = ["street"]

[records.outcomes]
path = "outcomes.csv"

[questions.audit]
noise = 0.01
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


def test_a_plan_can_be_frozen_before_the_outcomes_are_there(folder, capsys):
    assert main(["freeze", str(folder)]) == 0
    assert "No records were there yet." in capsys.readouterr().out
    (folder / "outcomes.csv").write_text("unit,period,measure,value,street\nA,1,visits,3,Elm\n")
    plan = cp.read_study(folder).plan()
    assert plan.seen == ()
    assert plan.deviations == ()


def test_what_lay_there_already_is_told(folder):
    (folder / "outcomes.csv").write_text("unit,period,measure,value\nA,1,visits,3\n")
    assert freeze(cp.read_study(folder)).seen == ("outcomes.csv",)


def test_every_later_change_is_told(folder):
    freeze(cp.read_study(folder, awaited=True))
    text = (
        STUDY.replace("0.01", "0.05").replace('groups = ["street"]', "")
        + "\n[questions.classify]\nstatuses = []\n"
    )
    (folder / "study.toml").write_text(text)
    plan = cp.read_study(folder, awaited=True).plan()
    assert plan.deviations == (
        "questions.audit.noise: planned 0.01, now 0.05",
        'questions.classify: planned nothing, now {"statuses": []}',
        'study.groups: planned ["street"], now nothing',
    )
    assert plan.deviations_of("questions.audit") == ("questions.audit.noise: planned 0.01, now 0.05",)


def test_a_frozen_plan_is_not_overwritten(folder):
    freeze(cp.read_study(folder, awaited=True))
    assert main(["freeze", str(folder)]) == 13


@pytest.mark.parametrize(
    "spoil", [lambda held: held["plan"]["study"].update(title="Other"), lambda held: held.clear()]
)
def test_a_plan_that_was_changed_by_hand_is_not_trusted(folder, spoil, capsys):
    freeze(cp.read_study(folder, awaited=True))
    held = json.loads((folder / LOCK).read_text())
    spoil(held)
    (folder / LOCK).write_text(json.dumps(held))
    (folder / "outcomes.csv").write_text("unit,period,measure,value,street\nA,1,visits,3,Elm\n")
    assert main(["run", str(folder)]) == 13
    assert "plan.lock" in capsys.readouterr().err


def test_the_findings_say_what_the_plan_was(folder):
    (folder / "outcomes.csv").write_text("unit,period,measure,value\nA,1,visits,3\n")
    (folder / "study.toml").write_text(STUDY.replace('groups = ["street"]', ""))
    frozen = freeze(cp.read_study(folder))
    findings = cp.run(cp.read_study(folder))
    assert findings.plan.frozen
    assert findings.plan.sha256 == frozen.sha256
    assert findings.plan.seen == ("outcomes.csv",)
