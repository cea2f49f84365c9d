"""The question harms on small study folders: what it says, hides, refuses and draws."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest

import coproduce as cp
from coproduce.errors import RecordsError, StudyError
from coproduce.questions.harms.signs import EVILS
from coproduce.reports.charts import figures

HEAD = '[study]\ntitle = "A test"\nservice = "care"\n'
ORDER = ("most deprived", "middle", "least deprived")


@pytest.fixture
def asked(tmp_path):
    """Writes a study of some tables, asks it about harms, and gives all that was found."""

    def ask(tables, *, settings="", head=HEAD):
        grouped = any("deprivation" in rows[0] for rows in tables.values())
        places = 'groups = ["deprivation"]\n' * grouped
        for name, rows in tables.items():
            with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            places += f'[records.{name}]\npath = "{name}.csv"\n'
        (tmp_path / "study.toml").write_text(
            f"{head}{places}[questions.harms]\n{settings}\n", encoding="utf-8"
        )
        return cp.run(cp.read_study(tmp_path), only=("harms",))

    return ask


def weekly(*, weeks=30, each=20, harm=1.6, better="down", seed=3, binary=False):
    """People who come in week by week; the visited among the most deprived fare worse, the others a little better."""
    rng = np.random.default_rng(seed)
    units, exposure, outcomes = [], [], []
    for week in range(1, weeks + 1):
        for place in range(each):
            unit, deprivation, visited = f"P{week:02}{place:02}", ORDER[rng.integers(3)], place % 2 == 0
            worse = (harm if deprivation == ORDER[0] else -harm / 2) * visited
            value = rng.normal(5, 1) + (worse if better == "down" else -worse)
            if binary:
                value = float(rng.random() < 0.3 + 0.3 * worse)
            units.append({"unit": unit, "block": f"B{week}", "deprivation": deprivation})
            exposure.append({"unit": unit, "arm": "visits" if visited else "usual"})
            outcomes.append({"unit": unit, "period": week, "measure": "strain", "value": round(value, 3)})
    measures = [{"measure": "strain", "label": "Strain", "better": better, "set_by": "citizen"}]
    return {"units": units, "exposure": exposure, "outcomes": outcomes, "measures": measures}


def status(finding, evil):
    return next(row for row in finding.tables["evils"].records() if row["evil"] == evil)


@pytest.mark.parametrize("better", ["down", "up"])
def test_harm_to_one_group_leads_although_the_whole_is_well(asked, better):
    finding = asked(weekly(better=better)).finding("harms")
    rows = {row["group"]: row for row in finding.tables["streams"].records()}
    assert rows["deprivation: most deprived"]["alarm"]
    assert not rows[None]["alarm"]
    assert finding.verdict == "alarm"
    assert finding.answer.startswith("Alarm: co-destruction. Strain: worse by ")
    assert status(finding, "co_destruction")["status"] == "alarm"
    change = finding.estimate("concentration_change")
    assert (change.interval[0] > 0) if better == "up" else (change.interval[1] < 0)
    assert status(finding, "reinforced_inequalities")["status"] == "alarm"


def test_the_names_that_others_rely_on(asked):
    finding = asked(weekly(weeks=6)).finding("harms")
    assert finding.tables["evils"].columns == ("evil", "status", "sign", "value", "low", "high", "needs")
    assert finding.tables["evils"].column("evil") == list(EVILS)
    columns = ("stream", "measure", "group", "looks", "e_value", "alarm", "first_alarm_on")
    assert finding.tables["streams"].columns == columns
    for name in ("e_value", "concentration_index", "concentration_change"):
        assert finding.estimate(name).value is not None


def test_an_alarm_is_dated_at_the_look_at_which_the_records_up_to_then_raise_it(asked):
    tables = weekly()
    finding = asked(tables).finding("harms")
    row = next(row for row in finding.tables["streams"].records() if row["alarm"])
    first = int(row["first_alarm_on"])
    for last, alarm in ((first, True), (first - 1, False)):
        cut = [each for each in tables["outcomes"] if each["period"] <= last]
        again = asked({**tables, "outcomes": cut}).finding("harms")
        found = {each["stream"]: each["alarm"] for each in again.tables["streams"].records()}
        assert found[row["stream"]] == alarm


def test_what_cannot_be_seen_is_not_measured_and_never_quiet(asked):
    finding = asked(weekly(weeks=4)).finding("harms")
    for evil in (
        "rejection_of_responsibility",
        "loss_of_democracy",
        "implicit_demands",
        "failing_accountability",
    ):
        row = status(finding, evil)
        assert row["status"] == "not_measured"
        assert row["needs"]
    few = asked(weekly(weeks=2, each=12, harm=0)).finding("harms")
    assert status(few, "co_destruction")["status"] == "not_measured"
    assert "Quiet" not in few.answer


def test_a_study_in_which_nothing_can_be_seen_is_unanswered(asked):
    rows = [
        {
            "concern": "N1",
            "raised_on": "2026-01-01",
            "evil": "co_destruction",
            "severity": 1,
            "status": "closed",
        }
    ]
    found = asked({"concerns": rows})
    assert not found.findings
    assert "none of the seven evils" in found.unanswered[0].reason


def test_an_open_grave_concern_is_watched_and_its_number_hidden(asked):
    rows = [
        {
            "concern": "N1",
            "raised_on": "2026-01-01",
            "evil": "co_destruction",
            "severity": 3,
            "status": "open",
        }
    ]
    finding = asked({"concerns": rows}).finding("harms")
    assert finding.verdict == "watch"
    assert status(finding, "co_destruction") == {
        **dict.fromkeys(("value", "low", "high")),
        "evil": "co_destruction",
        "status": "watch",
        "sign": "grave_concerns_open",
        "needs": status(finding, "co_destruction")["needs"],
    }
    assert finding.estimate("grave_concerns_open", group="co_destruction").value is None


def test_concerns_above_what_is_tolerated_are_dated(asked):
    rows = [
        {
            "concern": f"N{i}",
            "raised_on": f"2025-{1 + i // 6:02}-15",
            "evil": "implicit_demands",
            "severity": 1,
            "status": "answered",
        }
        for i in range(48)
    ]
    finding = asked({"concerns": rows}, settings="concerns_tolerated = 1").finding("harms")
    (row,) = finding.tables["streams"].records()
    assert row["alarm"]
    assert re.fullmatch(r"2025-0\d", row["first_alarm_on"])
    assert status(finding, "implicit_demands")["status"] == "alarm"


def test_groups_with_few_units_are_not_watched(asked):
    tables = weekly(weeks=10)
    for place, row in enumerate(tables["units"]):
        row["deprivation"] = "middle" if place >= 6 else "least deprived"
    finding = asked(tables).finding("harms")
    assert "deprivation: least deprived" not in finding.tables["streams"].column("group")
    assert any("too few units in an arm" in caveat for caveat in finding.caveats)


def test_units_seen_again_are_one_and_clusters_are_what_is_independent(asked):
    rng = np.random.default_rng(4)
    units = [{"unit": f"S{i}", "cluster": f"C{i // 2}"} for i in range(120)]
    exposure = [{"unit": f"S{i}", "since": 5 if i // 2 % 2 else ""} for i in range(120)]
    street = rng.normal(0, 2, 120)
    outcomes = [
        {
            "unit": f"S{i}",
            "period": period,
            "measure": "calm",
            "value": street[i] + rng.normal(0, 0.5) - 2.5 * (i // 2 % 2 == 1 and period >= 5),
        }
        for i in range(120)
        for period in range(1, 13)
    ]
    finding = asked({"units": units, "exposure": exposure, "outcomes": outcomes}).finding("harms")
    (row,) = finding.tables["stream_details"].records()
    assert row["assumes"].startswith("the same units at every look")
    assert row["low"] < 2.5 < row["high"]
    (stream,) = finding.tables["streams"].records()
    assert stream["looks"] == 8
    assert stream["first_alarm_on"] == "5"
    assert any("what is independent is the cluster" in caveat for caveat in finding.caveats)
    assert any("did chance" in r or "chance decided" in r for r in finding.grade.reasons)


def test_yes_or_no_outcomes_are_bet_on_and_incidents_are_counted(asked):
    tables = weekly(binary=True, weeks=40)
    tables["measures"] = [
        {"measure": "strain", "label": "Strain", "better": "down", "low": 0, "high": 1, "set_by": "citizen"}
    ]
    bets = asked(tables).finding("harms").tables["stream_details"].records()
    assert {row["assumes"].split(";")[1].strip() for row in bets} == {"holds for any number of units"}
    counted = (
        asked(tables, settings='counts = ["strain"]').finding("harms").tables["stream_details"].records()
    )
    assert {row["unit"] for row in counted} == {"rate ratio"}
    most = next(row for row in counted if "most deprived" in row["stream"] and "least" not in row["stream"])
    assert most["worse_by"] > 1.5
    assert most["tolerance"] == 1


def test_a_tolerance_that_covers_the_harm_raises_no_alarm(asked):
    finding = asked(weekly(), settings="tolerance = 2.5").finding("harms")
    assert not any(finding.tables["streams"].column("alarm"))


def test_decisions_are_counted_as_by_hand(asked):
    rows = [
        {
            "decision": f"D{i}",
            "proposed_on": "2026-01-01",
            "decided_on": "2026-01-20",
            "topic": "visits",
            "proposed_by": "citizen",
            "result": "accepted" if i < 30 else "rejected",
            "owner": "" if i < 12 else "W1",
            "due_on": "2026-02-01" if i < 20 else "",
            "done_on": "2026-01-30" if i < 8 else "2026-03-01" if i < 12 else "",
            "citizen_says": "not_done" if i < 2 else "",
        }
        for i in range(40)
    ]
    finding = asked({"decisions": rows}).finding("harms")
    assert finding.estimate("decisions_without_owner").value == pytest.approx(12 / 30)
    assert finding.estimate("promises_overdue").value == pytest.approx(14 / 20)
    assert status(finding, "failing_accountability")["status"] == "alarm"
    assert "0.1" not in status(finding, "failing_accountability")["needs"]


@pytest.mark.parametrize(("decisions", "wanted"), [(12, "not_measured"), (60, "quiet")])
def test_a_sign_is_quiet_only_where_it_could_have_been_seen(asked, decisions, wanted):
    rows = [
        {
            "decision": f"D{i}",
            "proposed_on": "2026-01-01",
            "topic": "visits",
            "proposed_by": "citizen",
            "result": "accepted",
            "owner": "W1",
        }
        for i in range(decisions)
    ]
    concern = {
        "concern": "N1",
        "raised_on": "2026-01-01",
        "evil": "co_destruction",
        "severity": 3,
        "status": "open",
    }
    finding = asked({"decisions": rows, "concerns": [concern]}).finding("harms")
    assert status(finding, "failing_accountability")["status"] == wanted


def inputs(professional, citizen, output, *, units=15):
    rng = np.random.default_rng(1)
    return [
        {
            "unit": f"S{u}",
            "period": 2020 + p,
            "professional_hours": round(max(professional(p) + rng.normal(0, 1), 0), 2),
            "citizen_hours": round(max(citizen(p) + rng.normal(0, 1), 0), 2),
            "output": round(output(p) + rng.normal(0, 1), 2),
        }
        for u in range(units)
        for p in range(4)
    ]


def test_the_organisation_leaves_only_where_citizens_come_and_nothing_is_gained(asked):
    falls, rises, flat = (lambda p: 100 - 10 * p), (lambda p: 20 + 10 * p), (lambda _: 50)
    expected = {
        "alarm": (falls, rises, flat),
        "quiet": (falls, rises, rises),
    }
    for wanted, courses in expected.items():
        finding = asked({"inputs": inputs(*courses)}).finding("harms")
        assert status(finding, "rejection_of_responsibility")["status"] == wanted
    finding = asked({"inputs": inputs(falls, flat, flat)}).finding("harms")
    assert status(finding, "rejection_of_responsibility")["status"] == "quiet"
    finding = asked({"inputs": inputs(rises, flat, flat)}).finding("harms")
    assert status(finding, "rising_transaction_costs")["status"] == "alarm"


def given(minutes, activity, *, people=20, months=8):
    columns = {"initiative": "I", "side": "citizen", "status": "confirmed"}
    return [
        {
            "contribution": f"G{p}-{m}",
            "actor": f"A{p}",
            "given_on": f"2026-{1 + m:02}-10",
            "minutes": minutes(p, m),
            "activity": activity(p, m),
            **columns,
        }
        for p in range(people)
        for m in range(months)
    ]


def test_minutes_that_grow_and_coordination_that_eats_them_are_alarms(asked):
    growing = given(
        lambda p, m: 60 + p % 5 + 60 * (m >= 4),
        lambda p, m: "manage" if (p + m) % 2 and m >= 4 else "perform",
        people=60,
    )
    people = [
        {
            "actor": f"A{p}",
            "side": "citizen",
            "joined_on": "2026-01-01",
            "left_on": "2026-07-15" if p < 36 else "",
            "deprivation": ORDER[0 if p < 6 else 2],
        }
        for p in range(60)
    ]
    population = [{"deprivation": value, "persons": 1000} for value in ORDER]
    finding = asked({"contributions": growing, "people": people, "population": population}).finding("harms")
    assert finding.estimate("unpaid_minutes_change").value == pytest.approx(60)
    assert status(finding, "implicit_demands")["status"] == "alarm"
    assert finding.estimate("coordination_share_change").value == pytest.approx(0.5, abs=0.02)
    assert status(finding, "rising_transaction_costs")["status"] == "alarm"
    assert status(finding, "loss_of_democracy")["status"] == "alarm"
    assert finding.estimate("leaving_rate_ratio").interval[0] > 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('control = "usal"', "usal"),
        ('counts = ["stran"]', "Did you mean 'strain'"),
        ("tolerance = { stran = 1 }", "Did you mean 'strain'"),
        ('counts = ["strain"]', "whole numbers"),
        ('groups = ["deprivaton"]', "Did you mean 'deprivation'"),
        ('order = ["most deprived", "middle"]', "least deprived"),
        ("alpha = 0.7", "questions.harms.alpha"),
        ("tolerance = -1", "questions.harms.tolerance"),
        ("alfa = 0.1", "Did you mean 'alpha'"),
        ('as_of = "soon"', "questions.harms.as_of"),
    ],
)
def test_settings_that_name_what_is_not_there_are_refused(asked, settings, said):
    with pytest.raises(StudyError, match=re.escape(said)):
        asked(weekly(weeks=3), settings=settings)


def test_values_that_a_measure_cannot_take_are_refused(asked):
    tables = weekly(weeks=3)
    tables["measures"][0] |= {"low": 0, "high": 5}
    with pytest.raises(RecordsError, match="a value from 0 to 5, as `measures` says"):
        asked(tables)


def test_awkward_outcomes_mislead_nobody(asked):
    tables = weekly(weeks=5)
    constant = [{**row, "value": 4} for row in tables["outcomes"]]
    finding = asked({**tables, "outcomes": constant}).finding("harms")
    assert status(finding, "co_destruction")["status"] == "not_measured"
    alone = [{**row, "arm": "visits"} for row in tables["exposure"]]
    assert "control" in asked({**tables, "exposure": alone}).unanswered[0].needs[0]
    treated = [{"unit": row["unit"], "since": 1} for row in tables["exposure"]]
    assert not asked({**tables, "exposure": treated}).findings
    odd = [{**row, "arm": {"usual": "A", "visits": "B"}[row["arm"]]} for row in tables["exposure"]]
    assert "control" in asked({**tables, "exposure": odd}).unanswered[0].needs[0]
    minus = [{**row, "value": row["value"] - 50} for row in weekly()["outcomes"]]
    tables = weekly()
    assert "inequality" not in asked({**tables, "outcomes": minus}).finding("harms").tables


def test_what_is_left_out_is_said(asked):
    tables = weekly(weeks=6)
    tables["exposure"] = tables["exposure"][:-5]
    for row in tables["outcomes"][:3]:
        row["value"] = ""
    for place, row in enumerate(tables["units"]):
        row["weight"] = 1 + place // 2 % 2
    finding = asked(tables).finding("harms")
    caveats = " ".join(finding.caveats)
    assert "5 outcomes are of units of which `exposure` does not say" in caveats
    assert "3 outcomes are empty" in caveats
    assert "streams take every unit alike" in caveats
    for row in tables["units"]:
        row["weight"] = 2
    doubled = asked(tables).finding("harms").estimate("concentration_index")
    assert doubled.value != finding.estimate("concentration_index").value


def test_each_figure_tells_its_finding_in_words(asked):
    finding = asked(weekly(weeks=12)).finding("harms")
    drawn = {figure.name: figure for figure in figures(finding)}
    assert set(drawn) == {"board", "worse_by", "watching", "evidence", "concentration"}
    for figure in drawn.values():
        assert figure.table in finding.tables
        assert len(figure.description) > 80
    assert "Co-destruction: alarm" in drawn["board"].description
    assert "in alarm since look" in drawn["watching"].description


def test_every_number_of_the_answer_stands_in_a_table(asked):
    finding = asked(weekly()).finding("harms")
    told = {float(number) for number in re.findall(r"(?<![\w-])-?\d+\.\d+", finding.answer)}
    held = {
        float(f"{cell:.3g}")
        for table in finding.tables.values()
        for row in table.rows
        for cell in row
        if isinstance(cell, float)
    }
    assert told <= held
