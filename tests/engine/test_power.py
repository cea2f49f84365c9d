"""A small register and a few contributions, counted by hand."""

from pathlib import Path

import pytest

import coproduce as cp

STUDY = """
[study]
title = "A small service"
service = "care"
small_numbers = 0
groups = ["place"]

[records.decisions]
path = "decisions.csv"

[records.contributions]
path = "contributions.csv"

[records.people]
path = "people.csv"

[records.population]
path = "population.csv"

[questions.power]
as_of = 2026-04-30
"""
DECISIONS = """\
decision,proposed_on,decided_on,topic,proposed_by,proposer,decided_by,result,owner,due_on,done_on,citizen_says,place
D1,2026-01-01,2026-01-11,a,citizen,R1,organisation,accepted,W1,2026-03-01,2026-02-20,done,North
D2,2026-01-01,2026-01-21,a,citizen,R1,organisation,rejected,,,,,South
D3,2026-01-01,2026-01-31,a,citizen,R2,jointly,amended,,2026-03-01,2026-03-20,partly,North
D4,2026-01-01,,a,citizen,R3,,,,,,,South
D5,2026-02-01,2026-02-06,a,organisation,,organisation,accepted,W1,2026-04-01,,,
D6,2026-02-01,2026-02-11,a,professional,,citizens,accepted,W2,2026-06-01,,,
D7,2026-02-01,2026-02-11,a,organisation,,organisation,deferred,,,,,
D8,2026-03-01,2026-06-01,a,citizen,R2,organisation,accepted,W1,2026-07-01,,,South
"""
CONTRIBUTIONS = """\
contribution,initiative,actor,side,given_on,minutes,form,status
C1,I,R1,citizen,2026-01-05,60,action,confirmed
C2,I,R1,citizen,2026-01-06,30,voice,amended
C3,I,R2,citizen,2026-01-07,30,action,confirmed
C4,I,R3,citizen,2026-01-08,600,action,proposed
C5,I,W1,professional,2026-01-09,40,action,confirmed
C6,I,W1,professional,2026-01-09,,action,confirmed
"""
PEOPLE = """\
actor,side,place
R1,citizen,North
R2,citizen,North
R3,citizen,South
W1,professional,
W2,professional,
"""
POPULATION = "place,persons\nNorth,100\nSouth,300\n"
FILES = {
    "study.toml": STUDY,
    "decisions.csv": DECISIONS,
    "contributions.csv": CONTRIBUTIONS,
    "people.csv": PEOPLE,
    "population.csv": POPULATION,
}


def folder_of(place: Path, **changed: str) -> Path:
    for name, text in (FILES | changed).items():
        (place / name).write_text(text)
    return place


@pytest.fixture
def finding(tmp_path):
    return cp.run(cp.read_study(folder_of(tmp_path)), only=("power",)).finding("power")


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        ("acceptance_citizen", 2 / 3, 3),  # D1 and D3 of D1, D2, D3; D4 and D8 were open on that day
        ("acceptance_organisation", 2 / 3, 3),  # D5 and D6 of D5, D6, D7
        ("acceptance_difference", 0, 3),
        ("shared_decision_share", 2 / 7, 7),  # D3 and D6; D4 has no decider
        ("follow_through", 2 / 3, 3),  # D1 and D3 of D1, D3, D5; D6 is not due
        ("mismatch", 1 / 2, 2),
        ("owned", 3 / 4, 4),  # D3 has none
        ("action_share", 90 / 120, 2),
        ("professional_minutes_share", 40 / 160, 3),
        ("professionals_taking_part", 1 / 2, 2),
        ("gini_contributions", 1 / 4, 2),  # 90 and 30 minutes
        ("gini_decisions", 1 / 3, 3),  # 1, 1 and 0 accepted proposals
    ],
)
def test_each_number(finding, name, value, n):
    estimate = finding.estimate(name)
    assert estimate.value == pytest.approx(value)
    assert estimate.n == n


def test_rungs(finding):
    rows = {row["rung"]: row["decisions"] for row in finding.tables["rungs"].records()}
    assert rows == {"informed": 2, "consulted": 3, "jointly_decided": 1, "delegated": 1}


def test_what_became_of_promises(finding):
    rows = {row["state"]: row["decisions"] for row in finding.tables["promises"].records()}
    assert rows == {"kept in time": 1, "kept late": 1, "overdue": 1, "not yet due": 1}


def test_an_open_proposal_counts_as_waiting(finding):
    """Answers after 5, 10, 10, 10, 20 and 30 days; two of eight still wait, so that half have one by the tenth."""
    whole = finding.estimate("median_days_to_answer")
    assert (whole.value, whole.n) == (10, 8)
    rows = [row for row in finding.tables["answers"].records() if row["proposed_by"] == "citizen"]
    shares = {row["days"]: row["open_share"] for row in rows}
    assert shares == pytest.approx({10: 4 / 5, 20: 3 / 5, 30: 2 / 5})


def test_who_takes_part_against_the_population(finding):
    rows = {(row["who"], row["value"]): row for row in finding.tables["representation"].records()}
    assert rows["participants", "North"]["ratio"] == pytest.approx(1 / 0.25)
    assert rows["participants", "South"]["ratio"] == 0
    assert rows["accepted proposals", "North"]["persons"] == 2


def test_small_numbers_are_hidden(tmp_path):
    folder = folder_of(tmp_path, **{"study.toml": STUDY.replace("small_numbers = 0\n", "")})
    hidden = cp.run(cp.read_study(folder), only=("power",)).finding("power")
    assert hidden.estimate("mismatch").value is None
    assert all(row["ratio"] in (None, 0) for row in hidden.tables["representation"].records())


def test_a_register_alone_is_enough_and_an_empty_one_is_said(tmp_path):
    study = STUDY.split("[records.contributions]", maxsplit=1)[0].replace('groups = ["place"]\n', "")
    folder = folder_of(tmp_path, **{"study.toml": study, "decisions.csv": DECISIONS.splitlines()[0] + "\n"})
    [unanswered] = cp.run(cp.read_study(folder), only=("power",)).unanswered
    assert unanswered.reason == "nothing of it stands in the records"
