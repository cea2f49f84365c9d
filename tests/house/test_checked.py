"""`docs/checked.md` leaves nothing out: every check is told, every question and every design has its figures."""

from typing import get_args

import pytest
from tests.checked_page import keys

from coproduce.questions import QUESTIONS
from coproduce.questions.effects.settings import Design


@pytest.mark.parametrize("room", ["accuracy", "truth"])
def test_every_check_is_told(root, room):
    silent = [
        file.name
        for file in sorted((root / "tests" / room).glob("test_*.py"))
        if "checked" not in file.read_text(encoding="utf-8")
    ]
    assert not silent, f"these check something and do not tell it (fixture `checked`): {silent}"


def test_every_question_is_checked(root):
    rows = keys((root / "docs" / "checked.md").read_text(encoding="utf-8"))
    assert set(QUESTIONS) <= {row[0] for row in rows if row[1]}


def test_every_design_of_effects_is_simulated(root):
    rows = keys((root / "docs" / "checked.md").read_text(encoding="utf-8"))
    kept = {(row[1].partition(":")[0], row[2]) for row in rows if row[0] == "effects"}
    for measure in ("bias", "coverage", "false alarms", "power"):
        missing = [
            name for name in get_args(Design) if not any(measure == m and d.startswith(name) for d, m in kept)
        ]
        assert not missing, f"{measure} is not simulated for {missing}"
