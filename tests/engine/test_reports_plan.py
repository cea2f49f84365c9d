"""The report says what was planned, and each change since."""

import pytest

from coproduce.findings import Finding, Findings, Grade, PlanLabel, StudyLabel
from coproduce.reports.pages import report_html
from coproduce.reports.wording import plan_in_words

CHANGE = "questions.effects.visits.outcome: planned <x>, now y"


def findings(**plan: object) -> Findings:
    found = Finding(
        id="effects.visits",
        question="effects",
        title="",
        answer="",
        verdict="uncertain",
        grade=Grade(level="low", reasons=()),
    )
    study = StudyLabel(title="Care", service="care")
    return Findings(coproduce="0.1.0", study=study, findings=(found,), plan=PlanLabel(**plan))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({}, "No plan was frozen"),
        ({"frozen": True, "seen": ("trial.csv",)}, "These files were there already: trial.csv."),
        ({"frozen": True, "deviations": (CHANGE,)}, "Since then this has been changed:"),
    ],
)
def test_it_says_whether_the_plan_was_kept(plan: dict[str, object], said: str) -> None:
    found = findings(**plan)
    assert said in plan_in_words(found)[0]
    assert said in report_html(found)


def test_a_change_is_text_and_no_markup() -> None:
    assert "planned &lt;x&gt;, now y" in report_html(findings(frozen=True, deviations=(CHANGE,)))
