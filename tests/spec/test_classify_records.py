"""From the tables of a study to the mix: what the queries count."""

import pandas as pd
import pytest

import coproduce as cp
from coproduce.questions.classify import ClassifySettings, answer
from coproduce.records.opening import open_records

STUDY = """
[study]
title = "Street"
service = "safety"
[records.contributions]
path = "contributions.csv"
[records.initiatives]
path = "initiatives.csv"
"""

CONTRIBUTIONS = """\
contribution,initiative,actor,side,given_on,minutes,phase,activity,level,form,delivered_by,status
1,Watch,a,citizen,2026-01-01,60,deliver,perform,collective,action,both,confirmed
2,Watch,a,citizen,2026-01-02,,deliver,perform,collective,action,both,proposed
3,Watch,b,citizen,2026-01-03,30,design,,group,voice,both,amended
4,Watch,p,professional,2026-01-03,30,deliver,perform,collective,action,both,confirmed
5,Panel,b,citizen,2026-01-04,10,commission,plan,,voice,,confirmed
"""

INITIATIVES = """\
initiative,service,started_on,phase,planned_by,delivered_by,status
Watch,safety,2026-01-01,deliver,professionals,both,running
Panel,safety,2026-01-01,commission,citizens,citizens,running
"""


@pytest.fixture
def finding(tmp_path, engine):
    (tmp_path / "study.toml").write_text(STUDY)
    (tmp_path / "contributions.csv").write_text(CONTRIBUTIONS)
    (tmp_path / "initiatives.csv").write_text(INITIATIVES)
    records = open_records(cp.read_study(tmp_path), engine)
    (finding,) = answer(records, ClassifySettings())
    return finding


def test_citizens_contributions_are_counted_and_the_others_set_aside(finding):
    assert finding.estimate("contributions").value == 4
    assert finding.estimate("minutes").value == 100
    checks = {check.name: check.value for check in finding.diagnostics}
    assert checks == {"described": 0, "timed": 0.75, "agreed": 0.75, "set_aside": 1}


def test_the_mix_of_each_initiative(finding):
    mix = pd.DataFrame(finding.tables["mix_by_initiative"].records())
    watch = mix[(mix.initiative == "Watch") & (mix.typology == "four_cos") & (mix.contributions > 0)]
    assert list(watch["class"]) == ["Co-design", "Co-delivery"]
    assert list(watch["contributions"]) == [1, 2]
    assert list(watch["minutes"]) == [30, 60]
    panel = mix[
        (mix.initiative == "Panel") & (mix.typology == "brudney_england_1983") & (mix.contributions > 0)
    ]
    assert list(panel["class"]) == ["cannot_say"]


def test_what_is_intended_is_judged(finding):
    judged = {
        (row["initiative"], row["definition"]): row["counts"]
        for row in finding.tables["intended_definitions"].records()
    }
    assert judged["Watch", "ostrom_1996"] == "yes"
    assert judged["Panel", "ostrom_1996"] == "no"
    assert judged["Watch", "parks_1981"] == "cannot_say"
