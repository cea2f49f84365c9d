"""What was planned, and what was seen before: both weigh on what an effect is worth."""

import numpy as np
import pytest

import coproduce as cp
from coproduce.records.plan import freeze

STUDY = """
[study]
title = "Visits"
service = "care"
small_numbers = 0

[questions.effects.visits]
design = "randomised"
data = "trial.csv"
outcome = "visits"
arm = "arm"
control = "no"
covariates = ["age"]
"""


def write(folder, *, study=STUDY, trial=True):
    (folder / "study.toml").write_text(study)
    if trial:
        rng = np.random.default_rng(1)
        rows = [f"{'no' if place % 2 else 'yes'},{rng.normal():.3f},{place % 40}" for place in range(80)]
        (folder / "trial.csv").write_text("\n".join(["arm,visits,age", *rows]) + "\n")


def graded(folder):
    return cp.run(cp.read_study(folder)).finding("effects.visits").grade


def test_a_trial_whose_plan_was_frozen_beforehand_stands_highest(tmp_path):
    write(tmp_path, trial=False)
    freeze(cp.read_study(tmp_path, awaited=True))
    write(tmp_path)
    assert graded(tmp_path).level == "high"


def test_a_plan_frozen_after_the_records_came_does_not_help(tmp_path):
    write(tmp_path)
    freeze(cp.read_study(tmp_path))
    grade = graded(tmp_path)
    assert grade.level == "moderate"
    assert grade.reasons[-1].startswith("Records were there already")


def test_a_change_of_the_plan_is_told_and_lowers(tmp_path):
    write(tmp_path, trial=False)
    freeze(cp.read_study(tmp_path, awaited=True))
    write(tmp_path, study=STUDY.replace('covariates = ["age"]\n', ""))
    grade = graded(tmp_path)
    assert grade.level == "moderate"
    assert 'covariates: planned ["age"], now nothing' in grade.reasons[-1]


TABLES = """
[study]
title = "Streets"
service = "care"
small_numbers = 0

[records.outcomes]
path = "outcomes.csv"

[records.exposure]
path = "exposure.csv"

[questions.effects.calls]
design = "randomised"
outcome = "calls"
control = "usual"
"""


def panel(folder, *, starts):
    """Streets seen twice before and twice after; visits add exactly 3 to what each had before."""
    rows = ["unit,period,measure,value"]
    for unit in range(40):
        for period in (1, 2, 3, 4):
            value = (
                unit % 7 + 0.1 * period + (3 if unit % 2 and period > 2 else 0) + (unit * period % 5) / 100
            )
            rows.append(f"S{unit:02},{period},calls,{value:.3f}")
    (folder / "outcomes.csv").write_text("\n".join(rows) + "\n")
    arms = [f"S{unit:02},{'visits' if unit % 2 else 'usual'}" for unit in range(40)]
    (folder / "exposure.csv").write_text("\n".join(["unit,arm", *arms]) + "\n")
    (folder / "study.toml").write_text(TABLES + (f"starts = {starts}\n" if starts else ""))
    return cp.read_study(folder)


def test_what_was_seen_before_is_a_covariate_and_no_outcome(tmp_path):
    found = cp.run(panel(tmp_path, starts=3)).finding("effects.calls")
    assert found.estimate("effect").value == pytest.approx(3, abs=0.05)
    assert found.tables["balance"].column("covariate") == ["calls before"]
    assert [row["units"] for row in found.tables["arms"].records()] == [20, 20]


def test_units_seen_again_and_again_need_to_know_since_when(tmp_path):
    with pytest.raises(cp.StudyError, match=r"effects\.calls\.starts: found 'periods 1 to 4'"):
        cp.run(panel(tmp_path, starts=None))
    with pytest.raises(cp.StudyError, match="found '9, and periods 1 to 4'"):
        cp.run(panel(tmp_path, starts=9))
