"""A small trial counted by hand, parts that answer alone, and everything absurd refused."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import coproduce as cp
from coproduce.cli import main
from coproduce.errors import RecordsError, StudyError
from coproduce.reports.charts import figures

TABLES = ("inputs", "costs", "outcomes", "exposure", "measures")
SETTINGS = """
[questions.value]
control = "usual"
hour_value = 2
currency = "GBP"
willingness_to_pay = 28
randomised = true
"""
UNITS = [f"U{number}" for number in range(1, 9)]
VISITED = UNITS[4:]
PUBLIC = (100, 110, 90, 100, 140, 150, 130, 140)
HOURS = (5, 5, 5, 5, 9, 11, 10, 10)
OUTCOME = (1, 2, 3, 2, 4, 5, 3, 4)


def table(header, rows):
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def trial():
    costs = [(unit, "staff", amount, "organisation") for unit, amount in zip(UNITS, PUBLIC, strict=True)]
    costs += [(unit, "travel", 10, "citizen") for unit in VISITED]
    return {
        "inputs.csv": table(
            "unit,period,professional_hours,citizen_hours,output",
            [(unit, 1, 20, hours, 7) for unit, hours in zip(UNITS, HOURS, strict=True)],
        ),
        "costs.csv": table("unit,item,amount,borne_by", costs),
        "outcomes.csv": table(
            "unit,period,measure,value",
            [(unit, 1, "health", value) for unit, value in zip(UNITS, OUTCOME, strict=True)],
        ),
        "exposure.csv": table(
            "unit,arm", [(unit, "visitors" if unit in VISITED else "usual") for unit in UNITS]
        ),
        "measures.csv": "measure,label,better,set_by\nhealth,Health,up,citizen\n",
    }


def folder_of(place: Path, *, settings=SETTINGS, leave_out=(), **changed: str) -> Path:
    files = trial() | {f"{name}.csv": text for name, text in changed.items()}
    files = {name: text for name, text in files.items() if name.removesuffix(".csv") not in leave_out}
    named = "".join(f'[records.{name.removesuffix(".csv")}]\npath = "{name}"\n' for name in files)
    head = '[study]\ntitle = "A small trial"\nservice = "care"\nsmall_numbers = 0\n'
    for name, text in (files | {"study.toml": head + named + settings}).items():
        (place / name).write_text(text)
    return place


def run(place: Path, **how):
    return cp.run(cp.read_study(folder_of(place, **how)), only=("value",))


@pytest.fixture
def finding(tmp_path):
    return run(tmp_path).finding("value")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("change_public_cost", 40),
        ("change_citizen_cost", 10),
        ("change_citizen_hours", 5),
        ("change_outcome", 2),
        ("icer_public", 20),
        ("icer_society", 30),  # (40 + 10 + 5 x 2) / 2
        ("icer_society_hours_at_zero", 25),
        ("net_benefit_public", 16),  # 2 x 28 - 40
        ("net_benefit_society", -4),
        ("net_benefit_society_hours_at_zero", 6),
    ],
)
def test_the_trial_is_counted_by_hand(finding, name, value):
    assert finding.estimate(name).value == pytest.approx(value, abs=1e-10)


def test_the_interval_of_a_change_is_student_s(finding):
    public = np.array(PUBLIC, dtype=float)
    se = np.sqrt(public[:4].var(ddof=1) / 4 + public[4:].var(ddof=1) / 4)
    found = finding.estimate("change_public_cost")
    assert found.se == pytest.approx(se, abs=1e-10)
    assert found.interval[1] == pytest.approx(40 + 2.4469118511449697 * se, abs=1e-8)  # t with 6 degrees


def test_costs_stand_with_who_bore_them_and_are_never_netted(finding):
    rows = {(row["arm"], row["borne_by"]): row["amount"] for row in finding.tables["costs"].records()}
    assert rows == {
        ("usual", "organisation"): 400,
        ("usual", "citizen"): 0,
        ("usual", "other"): 0,
        ("usual", "citizen_time"): 40,
        ("visitors", "organisation"): 560,
        ("visitors", "citizen"): 40,
        ("visitors", "other"): 0,
        ("visitors", "citizen_time"): 80,
    }


def test_what_citizens_bear_is_said_first(finding):
    assert finding.answer.startswith("With visitors, citizens give 5.00 (")
    assert "10.0 GBP (10.0 to 10.0) more a unit" in finding.answer


def test_the_numbers_of_the_answer_are_those_of_the_estimates(finding):
    def three(number):
        return float(f"{number:.3g}")

    known = {
        three(abs(number)) for e in finding.estimates for number in (e.value, *(e.interval or ())) if number
    }
    told = {three(float(text.replace(",", ""))) for text in re.findall(r"\d[\d,]*\.\d+", finding.answer)}
    assert told <= known | {28}  # what a unit of outcome is worth


def test_the_map_and_the_curves_hold_what_the_pictures_show(finding):
    (place,) = finding.tables["map"].records()
    assert (place["initiative"], place["quadrant"]) == ("visitors", "better_at_a_price")
    names = ("improved_and_cheaper", "better_at_a_price", "cost_shifting", "worse")
    assert 0.99 < sum(place[name] for name in names) <= 1  # a draw on a line is in no quadrant
    for row in finding.tables["acceptability"].records():
        assert 0 <= row["probability"] <= 1
        assert row["perfect_information"] >= 0
    assert {row["perspective"] for row in finding.tables["acceptability"].records()} == {
        "public",
        "society",
        "society_hours_at_zero",
    }
    drawn = {figure.name: figure for figure in figures(finding)}
    assert {"costs", "map", "acceptability"} <= set(drawn)
    assert "better at a price" in drawn["map"].description


def test_production_without_variation_says_what_it_would_need(finding):
    assert "elasticity_of_substitution" not in {estimate.name for estimate in finding.estimates}
    assert any(caveat.startswith("Production lacks") for caveat in finding.caveats)


def test_cheaper_and_worse_is_called_what_it_is(tmp_path):
    cut = [
        (unit, "staff", 100 - 40 * (unit in VISITED) + place, "organisation")
        for place, unit in enumerate(UNITS)
    ]
    worse = [(unit, 1, "health", 9 - 4 * (unit in VISITED) + 0.1 * place) for place, unit in enumerate(UNITS)]
    found = run(
        tmp_path,
        costs=table("unit,item,amount,borne_by", cut),
        outcomes=table("unit,period,measure,value", worse),
    ).finding("value")
    assert found.tables["map"].records()[0]["quadrant"] == "cost_shifting"
    assert found.verdict == "harms"
    assert "cost is shifted onto citizens" in found.answer
    assert "the outcome (Health) is worse by" in found.answer
    assert "icer_public" not in {estimate.name for estimate in found.estimates}
    saved = found.estimate("saving_per_unit_lost_public").value
    assert saved == pytest.approx((40 - 4) / (4 - 0.4), abs=1e-10)


def test_lower_is_better_where_the_measure_says_so(tmp_path):
    found = run(tmp_path, measures="measure,label,better,set_by\nhealth,Illness,down,citizen\n").finding(
        "value"
    )
    assert found.estimate("change_outcome").value == pytest.approx(-2, abs=1e-10)
    assert found.tables["map"].records()[0]["quadrant"] == "worse"
    assert found.estimate("icer_public").value is None


def test_hours_without_a_value_are_counted_and_asked_for(tmp_path):
    settings = SETTINGS.replace("hour_value = 2\n", "")
    found = run(tmp_path, settings=settings).finding("value")
    names = {estimate.name for estimate in found.estimates}
    assert "icer_society_hours_at_zero" in names
    assert "icer_society" not in names
    assert any("hour_value" in caveat for caveat in found.caveats)


def test_costs_of_a_whole_arm_are_shared_out_and_lower_trust(tmp_path):
    rows = [("", "usual", "staff", 400, "organisation"), ("", "visitors", "staff", 560, "organisation")]
    found = run(tmp_path, costs=table("unit,arm,item,amount,borne_by", rows)).finding("value")
    assert found.estimate("change_public_cost").value == pytest.approx(40, abs=1e-10)
    assert any("shared out evenly" in reason for reason in found.grade.reasons)


def test_units_without_costs_are_left_out_and_counted(tmp_path):
    rows = trial()["costs.csv"].replace("U1,staff,100,organisation\n", "")
    found = run(tmp_path, costs=rows).finding("value")
    assert found.estimate("change_public_cost").value == pytest.approx(40, abs=1e-10)
    assert found.estimate("change_public_cost").n == 7
    assert any("1 of 8 units lack" in reason for reason in found.grade.reasons)


def test_a_saving_is_said(tmp_path):
    rows = trial()["costs.csv"] + "U1,refund,-20,organisation\n"
    found = run(tmp_path, costs=rows).finding("value")
    assert any("1 amounts are below nought (-20.00 together)" in caveat for caveat in found.caveats)


@pytest.mark.parametrize(
    ("leave_out", "needed"),
    [
        (("costs",), "the table costs"),
        (("exposure",), "the table exposure with arms"),
        (("outcomes", "inputs"), "the table outcomes"),
    ],
)
def test_each_part_says_what_it_lacks(tmp_path, leave_out, needed):
    found = run(tmp_path, leave_out=leave_out)
    said = [need for one in found.unanswered for need in one.needs]
    said += [caveat for one in found.findings for caveat in one.caveats]
    assert any(needed in text for text in said)


def test_costs_without_arms_still_say_who_bore_them(tmp_path):
    found = run(tmp_path, leave_out=("exposure",)).finding("value")
    rows = {row["borne_by"]: row["amount"] for row in found.tables["costs"].records()}
    assert rows == {"organisation": 960, "citizen": 40}
    assert next(iter(figures(found))).name == "costs"


def test_output_is_the_outcome_where_nothing_else_was_measured(tmp_path):
    rows = trial()["inputs.csv"].replace(",7\n", ",9\n", 1)
    found = run(tmp_path, inputs=rows, leave_out=("outcomes", "measures")).finding("value")
    assert found.estimate("change_outcome").value == pytest.approx(-0.5, abs=1e-10)


def test_several_measures_have_to_be_chosen_from(tmp_path):
    rows = trial()["outcomes.csv"] + "U1,1,trust,3\n"
    measures = trial()["measures.csv"] + "trust,Trust,up,citizen\n"
    found = run(tmp_path, outcomes=rows, measures=measures).finding("value")
    assert any("one of health, trust" in caveat for caveat in found.caveats)


def test_everything_absurd_is_refused_at_once(tmp_path):
    inputs = trial()["inputs.csv"].replace("U2,1,20,5,7", "U2,1,20,5,0").replace("U3,1,20,5,7", "U3,1,0,0,7")
    rows = [
        ("U1", "", "staff", 10, "organisation", "GBP"),
        ("", "", "staff", 11, "organisation", "GBP"),
        ("", "visitor", "staff", 12, "organisation", "GBP"),
        ("U9", "", "staff", 13, "organisation", "GBP"),
        ("U5", "usual", "staff", 14, "organisation", "GBP"),
        ("U6", "", "staff", 15, "organisation", "EUR"),
    ]
    settings = SETTINGS.replace('"usual"', '"usaul"') + 'outcome = "helth"\nother_inputs = ["beds"]\n'
    costs = table("unit,arm,item,amount,borne_by,currency", rows)
    with pytest.raises(RecordsError) as refused:
        run(tmp_path, inputs=inputs, costs=costs, settings=settings)
    told = {(fault.file, fault.place): fault for fault in refused.value.faults}
    assert told["inputs.csv", "output"].rows == ((3, "0.0"),)
    assert told["inputs.csv", "citizen_hours"].rows == ((4, "0.0"),)
    places = {fault.rule: fault for fault in refused.value.faults if fault.file == "costs.csv"}
    assert places["place"].rows == ((3, None),)
    assert places["arm"].rows == ((6, "usual"),)
    assert places["currency"].rows == ((7, "EUR"),)
    links = {fault.place: fault for fault in refused.value.faults if fault.rule == "link"}
    assert (links["arm"].rows, links["arm"].hint) == (((4, "visitor"),), "Did you mean 'visitors'?")
    assert links["unit"].rows == ((5, "U9"),)
    assert told["study.toml", "questions.value.control"].hint == "Did you mean 'usual'?"
    assert told["study.toml", "questions.value.outcome"].hint == "Did you mean 'health'?"
    assert ("study.toml", "questions.value.other_inputs") in told


def test_negative_hours_are_refused_with_their_row(tmp_path):
    inputs = trial()["inputs.csv"].replace("U2,1,20,5,7", "U2,1,20,-5,7")
    with pytest.raises(RecordsError, match="citizen_hours: wanted a number of at least 0; 1 row: row 3"):
        run(tmp_path, inputs=inputs)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("thresholds = [5, 1]", "thresholds"),
        ("hour_value = -1", "hour_value"),
        ("willingness_to_pay = 0", "willingness_to_pay"),
        ("hourvalue = 3", "hourvalue"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, line, place):
    settings = "[questions.value]\n" + line + "\n"
    with pytest.raises(StudyError, match=place):
        run(tmp_path, settings=settings)


def test_the_command_line_refuses_without_a_traceback(tmp_path, capsys):
    place = folder_of(tmp_path, costs=trial()["costs.csv"] + ",lost,5,organisation\n")
    assert main(["run", str(place), "--only", "value", "--out", str(tmp_path / "out"), "--json"]) == 11
    said = json.loads(capsys.readouterr().out)
    assert said["error"] == "RecordsError"
    assert "a unit or an arm that the amount fell in" in said["message"]


def test_shuffled_rows_give_the_same(tmp_path):
    texts = {}
    for name in ("inputs", "costs", "outcomes", "exposure"):
        header, *rows = trial()[f"{name}.csv"].splitlines()
        texts[name] = "\n".join([header, *sorted(rows, key=lambda row: row[::-1])]) + "\n"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = run(tmp_path / "a").finding("value"), run(tmp_path / "b", **texts).finding("value")
    for found, again in zip(one.estimates, other.estimates, strict=True):
        assert found.value == pytest.approx(again.value, rel=1e-12, abs=1e-12)


def test_each_arm_is_an_initiative_of_its_own(tmp_path):
    arms = ["usual"] * 3 + ["visitors"] * 3 + ["phone calls"] * 2
    exposure = table("unit,arm", zip(UNITS, arms, strict=True))
    found = run(tmp_path, exposure=exposure).finding("value")
    # usual 100, 110, 90; visitors 100, 140, 150; phone calls 130, 140
    assert found.estimate("change_public_cost", group="visitors").value == pytest.approx(30, abs=1e-10)
    assert found.estimate("change_public_cost", group="phone calls").value == pytest.approx(35, abs=1e-10)
    rows = found.tables["acceptability"].records()
    for threshold in {row["threshold"] for row in rows}:
        own = [
            row["probability"]
            for row in rows
            if row["threshold"] == threshold and row["perspective"] == "public"
        ]
        assert (len(own), sum(own)) == (3, pytest.approx(1))


def test_what_was_before_is_taken_into_account(tmp_path):
    """Twelve units an arm that differed before by just what they differ later: nothing changed."""
    chance = np.random.default_rng(3)
    size = chance.normal(100, 20, 24).round(1)
    units = [f"V{number:02}" for number in range(24)]
    arm = ["usual"] * 12 + ["visitors"] * 12
    size[12:] += 30
    costs = [(u, p, "staff", s, "organisation") for u, s in zip(units, size, strict=True) for p in (1, 2)]
    values = [
        (u, p, "health", s / 10 + (p == 2) * chance.normal() / 100)
        for u, s in zip(units, size, strict=True)
        for p in (1, 2)
    ]
    found = run(
        tmp_path,
        settings=SETTINGS + "starts = 2\n",
        costs=table("unit,period,item,amount,borne_by", costs),
        outcomes=table("unit,period,measure,value", values),
        exposure=table("unit,arm", zip(units, arm, strict=True)),
        leave_out=("inputs",),
    ).finding("value")
    assert found.estimate("change_public_cost").value == pytest.approx(0, abs=1e-8)
    assert found.estimate("change_outcome").value == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    "changed",
    [
        {
            "costs": table(
                "unit,item,amount,borne_by", [(unit, "staff", 0.1, "organisation") for unit in UNITS]
            )
        },
        {"outcomes": table("unit,period,measure,value", [(unit, 1, "health", 0.3) for unit in UNITS])},
    ],
)
def test_nothing_that_changes_is_in_no_quadrant(tmp_path, changed):
    found = run(tmp_path, **changed).finding("value")
    assert found.tables["map"].records()[0]["quadrant"] == "cannot_say"
    assert found.verdict == "uncertain"
    assert "cannot be said" in found.answer


@pytest.mark.parametrize(
    ("changed", "lacks"),
    [
        ({"outcomes": "unit,period,measure,value\n"}, "rows in outcomes"),
        ({"costs": "unit,item,amount,borne_by\n"}, "rows in costs"),
        ({"settings": SETTINGS + "starts = 9\n"}, "two units of `usual`"),
        ({"inputs": "unit,period,professional_hours,citizen_hours,output\n"}, "rows in inputs"),
        ({"units": table("unit,weight", [(unit, 0) for unit in UNITS])}, "there are 0"),
        ({"units": table("unit,cluster", [(unit, unit in VISITED) for unit in UNITS])}, "holds 1 clusters"),
    ],
)
def test_what_is_too_little_says_what_it_lacks(tmp_path, changed, lacks):
    found = run(tmp_path, **changed)
    said = [caveat for one in found.findings for caveat in one.caveats]
    said += [need for one in found.unanswered for need in one.needs]
    assert any(lacks in text for text in said), said


def test_no_number_is_larger_than_anybody_s(tmp_path):
    with pytest.raises(RecordsError, match="amount: wanted an amount under 1e\\+15; 1 row: row 2"):
        run(tmp_path, costs=trial()["costs.csv"].replace(",100,", ",1e60,", 1))


def test_a_price_without_bounds_is_not_given(tmp_path):
    unsure = table(
        "unit,period,measure,value",
        zip(UNITS, [1] * 8, ["health"] * 8, (1, 9, 2, 8, 6, 1, 9, 5), strict=True),
    )
    found = run(tmp_path, outcomes=unsure).finding("value")
    price = found.estimate("icer_public")
    assert (price.value, price.interval) == (None, None)
    assert "has no bounds here" in found.answer
    kinds = {row["perspective"]: row["set"] for row in found.tables["ratios"].records()}
    assert kinds["public"] == "outside"


def test_an_elasticity_without_bounds_is_not_given(tmp_path):
    """Output that follows one side's hours alone: every elasticity fits."""
    chance = np.random.default_rng(2)
    rows = [(f"V{number}", 1, *chance.lognormal(3, 0.4, 2).round(2)) for number in range(25)]
    inputs = table(
        "unit,period,professional_hours,citizen_hours,output",
        [(*row, round(row[2] * float(chance.lognormal(0, 0.3)), 2)) for row in rows],
    )
    found = run(
        tmp_path, inputs=inputs, leave_out=("costs", "exposure", "outcomes", "measures"), settings=""
    ).finding("value")
    sigma = found.estimate("elasticity_of_substitution")
    assert sigma.value is None or (sigma.interval[0] is not None and sigma.interval[1] is not None)
    assert "nan" not in found.answer
    assert "cannot be said" in found.answer


def test_few_people_are_not_shown(tmp_path):
    place = folder_of(tmp_path)
    toml = (place / "study.toml").read_text().replace("small_numbers = 0", "small_numbers = 5")
    (place / "study.toml").write_text(toml)
    found = cp.run(cp.read_study(place), only=("value",)).finding("value")
    assert all(row["amount"] is None for row in found.tables["costs"].records() if row["units"] is None)
    assert {row["units"] for row in found.tables["costs"].records()} == {None}
