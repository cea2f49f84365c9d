"""The registry: questions by name, whose rooms open only when they are asked for."""

import subprocess
import sys

import pytest

from coproduce.questions import QUESTIONS

PROGRAM = """
import sys, pyarrow as pa, coproduce as cp
cp.audit(pa.table({"case_id": ["a"], "activity": ["Ask"], "occurred_at": ["2026-01-01"]}))
print(*sorted(name for name in sys.modules if name.startswith("coproduce.questions.") and name.count(".") == 2))
"""


def test_an_audit_opens_the_room_of_the_audit_and_no_other():
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["coproduce.questions.audit"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_can_be_opened(name):
    assert QUESTIONS[name] is QUESTIONS[name]
    assert QUESTIONS[name].answer.__module__.startswith(f"coproduce.questions.{name}")


def test_what_is_no_question_is_not_there():
    assert "adit" not in QUESTIONS
    with pytest.raises(KeyError):
        QUESTIONS["adit"]
    assert len(QUESTIONS) == len([*QUESTIONS])
