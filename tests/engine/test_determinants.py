"""The question `determinants` on small studies: what it refuses, what it says, and what its report draws."""

from __future__ import annotations

import csv
from functools import partial

import numpy as np
import pytest

import coproduce as cp
from coproduce.errors import EstimationError, RecordsError, StudyError
from coproduce.methods.intervals import Interval
from coproduce.methods.qca.chance import Benchmark
from coproduce.questions import determinants
from coproduce.questions.determinants.solving import solve
from coproduce.questions.determinants.wording import chance_is_open, often_as_good
from coproduce.reports.charts import figures

HEAD = '[study]\ntitle = "A comparison"\nservice = "care"\n'
CRISP = """case,A,B,C,Y
a,1,1,1,1
b,1,1,0,1
c,1,0,1,0
d,0,1,1,0
e,0,0,0,0
f,0,0,1,0
"""
BLOCK = """
[questions.determinants.main]
data = "cases.csv"
case_id = "case"
outcome = "Y"
conditions = ["A", "B", "C"]
permutations = 20
"""


@pytest.fixture
def study(tmp_path):
    def write(cases=CRISP, block=BLOCK, more=""):
        (tmp_path / "cases.csv").write_text(cases, encoding="utf-8")
        (tmp_path / "study.toml").write_text(HEAD + block + more, encoding="utf-8")
        return cp.read_study(tmp_path)

    return write


def found_in(study):
    return cp.run(study, only=("determinants",)).finding("determinants.main")


def refused(study):
    with pytest.raises((StudyError, RecordsError)) as error:
        cp.run(study, only=("determinants",))
    return str(error.value)


def rows(finding, table, **where):
    return [
        row
        for row in finding.tables[table].records()
        if all(row[name] == value for name, value in where.items())
    ]


def test_a_clear_comparison_is_answered(study):
    finding = found_in(study())
    [row] = rows(finding, "solutions", type="parsimonious", outcome="Y")
    assert (row["model"], row["term"], row["inclS"], row["covS"], row["cases"]) == (1, "A*B", 1, 1, "a, b")
    assert {row["term"] for row in rows(finding, "solutions", type="parsimonious", outcome="~Y")} == {
        "~A",
        "~B",
    }
    assert "Y goes with A and B (A*B: inclusion 1.000, PRI 1.000, coverage 1.000)." in finding.answer
    for name in ("solution_inclusion", "solution_pri", "solution_coverage"):
        for group in ("conservative", "parsimonious", "intermediate", "parsimonious ~Y"):
            assert finding.estimate(name, group=group).value == 1
    assert 0 < finding.estimate("random_benchmark_p").value <= 1
    assert finding.tables["truth_table"].columns[:8] == ("A", "B", "C", "n", "incl", "pri", "out", "cases")
    assert finding.tables["necessity"].columns[:4] == ("condition", "inclN", "RoN", "covN")
    assert [row["inclN"] for row in rows(finding, "necessity", condition="A")] == [1]


def test_a_solution_whose_robustness_was_not_tested_is_graded_lower(study):
    bare = BLOCK.replace("permutations = 20", "permutations = 0\nrobustness = false")
    finding = found_in(study(block=bare))
    assert "How far the solution stands was not wholly tested." in finding.grade.reasons
    assert "leave_one_out" not in finding.tables
    assert "robustness" not in {figure.name for figure in figures(finding)}


def test_an_outcome_of_one_half_is_on_the_fence(study):
    finding = found_in(study(CRISP.replace("f,0,0,1,0", "f,0,0,1,0.5")))
    assert {row["case_kind"] for row in rows(finding, "cases", case="f")} == {"on_the_fence"}


def test_the_same_seed_gives_the_same(study):
    one, other = (found_in(study()) for _ in range(2))
    assert one == other


def test_contradictory_rows_and_tied_models_are_said(study):
    twins = "case,A,B,C,Y\na,1,1,1,1\ng,1,1,1,0\nb,1,1,0,1\nc,1,1,0,1\nd,0,0,0,0\ne,0,0,1,0\n"
    finding = found_in(study(twins))
    assert any(
        "Contradiction: A*B*C holds cases with Y (a) and without it (g)" in one for one in finding.caveats
    )
    tied = rows(finding, "models", type="parsimonious", outcome="Y")
    assert {row["formula"] for row in tied} == {"A*~C", "B*~C"}
    assert [row["tied_models"] for row in tied] == [2, 2]
    assert finding.estimate("tied_models", group="parsimonious").value == 2
    assert "For Y 2 parsimonious models tie" in finding.answer
    assert finding.grade.level == "very_low"


def test_no_solution_is_said_only_where_it_is_true(study):
    noise = "case,A,Y\na,1,1\nb,1,0\nc,0,1\nd,0,0\n"
    finding = found_in(study(noise, BLOCK.replace('["A", "B", "C"]', '["A"]')))
    assert "There is no solution for Y: no configuration reaches the cut-offs" in finding.answer
    assert finding.grade.level == "very_low"
    assert not rows(finding, "solutions")
    assert [figure.name for figure in figures(finding)] == ["truth_table", "robustness"]


def test_rows_that_few_cases_share_are_remainders(study):
    finding = found_in(study(CRISP, BLOCK + "frequency = 2\n"))
    assert {row["out"] for row in rows(finding, "truth_table")} == {"?"}
    assert "no configuration has as many cases as the frequency cut-off asks" in finding.answer


def test_more_conditions_than_cases_are_warned_of_and_shuffled(study):
    cases = "case,A,B,C,D,E,Y\na,1,0,1,0,1,1\nb,0,1,1,0,0,0\nc,1,1,0,1,0,1\nd,0,0,0,1,1,0\n"
    block = BLOCK.replace('"C"]', '"C", "D", "E"]')
    finding = found_in(study(cases, block))
    assert any("as many conditions as cases" in reason for reason in finding.grade.reasons)
    assert finding.estimate("random_benchmark_p").value > 0.3


def test_a_condition_with_three_values_prints_its_levels(study):
    cases = "case,A,B,Y\na,3,1,1\nb,3,1,1\nc,2,1,0\nd,1,0,0\ne,3,0,0\n"
    block = (
        BLOCK.replace(', "C"]', "]") + "calibrate = { A = { method = 'multi_value', anchors = [2, 3] } }\n"
    )
    finding = found_in(study(cases, block + "expectations = { A = [2] }\n"))
    assert [row["term"] for row in rows(finding, "solutions", type="parsimonious", outcome="Y")] == ["A{2}*B"]
    assert {row["asks"] for row in rows(finding, "configurations", condition="A", outcome="Y")} == {"level 2"}
    drawn = {figure.name: figure for figure in figures(finding)}
    assert "A{2}*B" in drawn["configurations"].description


def test_calibration_is_reported_and_its_anchors_are_swept(study):
    cases = "case,money,B,Y\n" + "".join(
        f"c{place},{100 * place},{place % 2},{0.9 if place > 6 else 0.1}\n" for place in range(1, 13)
    )
    block = BLOCK.replace('["A", "B", "C"]', '["money", "B"]')
    finding = found_in(
        study(cases, block + "calibrate = { money = { anchors = [200, 650, 1000] } }\nregression = true\n")
    )
    [row] = rows(finding, "calibration", set="money")
    assert (row["method"], row["anchors"], row["cases_in"]) == ("direct", "200, 650, 1000", 6)
    swept = rows(finding, "robustness", check="sensitivity_range")
    assert [row["what"] for row in swept[2:]] == [
        f"{name} of money" for name in ("exclusion", "crossover", "inclusion")
    ]
    crossover = swept[3]
    assert crossover["unchanged_from"] is None or crossover["unchanged_from"] <= 650
    assert [row["condition"] for row in finding.tables["regression"].records()] == ["constant", "money", "B"]


def test_anchors_from_quantiles_lower_the_grade(study):
    cases = "case,A,Y\n" + "".join(f"c{place},{place},{int(place > 4)}\n" for place in range(1, 9))
    block = BLOCK.replace('["A", "B", "C"]', '["A"]') + "calibrate = { A = { method = 'quantiles' } }\n"
    finding = found_in(study(cases, block))
    assert "Anchors are quantiles of these cases, and so arbitrary." in finding.grade.reasons


def test_all_that_is_wrong_with_the_cases_is_said_at_once(study):
    broken = "case,A,B,C,Y\na,1,1,0.5,1\na,2,1,1,0\nb,1,,1,0\nc,1,0,1,1\n"
    told = refused(study(broken))
    for part in (
        "case: wanted each case once; 2 rows",
        "A: wanted a membership from 0 to 1",
        "B: wanted a value for every case (missing: b)",
        "C: wanted a membership that is not exactly 0.5",
    ):
        assert part in told


def test_a_case_without_a_condition_is_left_out_only_where_that_is_said(study):
    gap = CRISP + "g,1,,1,0\n"
    assert 'missing = "leave_out"' in refused(study(gap))
    finding = found_in(study(gap, BLOCK + 'missing = "leave_out"\n'))
    assert any(
        "Left out, as the settings say, for a missing condition or outcome: g (1)." in one
        for one in finding.caveats
    )


def test_a_table_without_complete_cases_is_refused(study):
    assert "found 'no rows'" in refused(study("case,A,B,C,Y\n"))
    gaps = "case,A,B,C,Y\na,,1,1,1\nb,1,,1,0\n"
    told = refused(study(gaps, BLOCK + 'missing = "leave_out"\n'))
    assert "found '2 cases, none of them complete'" in told


def test_a_constant_outcome_is_refused(study):
    assert "found '1 for every case', wanted an outcome that differs" in refused(
        study("case,A,B,C,Y\na,1,1,1,1\nb,0,1,0,1\n")
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("calibrate = { A = { anchors = [5, 2, 9] } }", "exclusion, crossover, inclusion"),
        ("calibrate = { A = { method = 'crisp', anchors = [5, 2] } }", "one anchor"),
        ("calibrate = { A = { method = 'indirect', anchors = [0.2, 0.5] } }", "numbers greater than nought"),
        ("calibrate = { D = { method = 'crisp', anchors = [5] } }", "under `calibrate` only names"),
        ("expectations = { A = 'presnt' }", "present"),
        ("inclusion = 1.5", "less than or equal to 1"),
        ("inclusoin = 0.9", "Did you mean 'inclusion'?"),
    ],
)
def test_wrong_settings_are_refused(study, written, said):
    assert said in refused(study(more=written + "\n"))


def test_a_column_that_is_not_there_is_named_with_the_nearest(study):
    assert "found 'A1'" in refused(study(block=BLOCK.replace('["A",', '["A1",')))


def test_memberships_in_the_table_of_cases_need_no_block(tmp_path):
    (tmp_path / "cases.csv").write_text(
        CRISP.replace("case,", "case_id,").replace(",Y", ",outcome"), encoding="utf-8"
    )
    (tmp_path / "study.toml").write_text(HEAD + '[records.cases]\npath = "cases.csv"\n', encoding="utf-8")
    found = cp.run(cp.read_study(tmp_path), only=("determinants",)).finding("determinants.cases")
    assert "outcome goes with A and B (A*B:" in found.answer


def test_every_figure_says_what_it_shows_and_has_its_numbers_in_a_table(study):
    finding = found_in(study())
    drawn = figures(finding)
    assert [figure.name for figure in drawn] == [
        "configurations",
        "configurations_negated",
        "xy",
        "xy_negated",
        "truth_table",
        "robustness",
    ]
    for figure in drawn:
        assert figure.table in finding.tables
        assert len(figure.description) > 40
        assert "<title" in figure.svg


def test_a_report_and_its_tables_are_written(study, tmp_path):
    cp.run(study(), only=("determinants",), out=tmp_path / "out")
    with (tmp_path / "out" / "tables" / "determinants.main.solutions.csv").open(encoding="utf-8") as lines:
        written = list(csv.DictReader(lines))
    assert written[0]["type"] == "conservative"
    assert (
        "What combination of conditions makes it succeed or fail?"
        in (tmp_path / "out" / "report.html").read_text()
    )


def noise(*, conditions=10, cases=100):
    random = np.random.default_rng(1)
    names = "ABCDEFGHIJ"[:conditions]
    values = random.integers(0, 2, (cases, conditions))
    outcome = random.integers(0, 2, cases)
    rows = [
        f"c{place},{','.join(map(str, row))},{y}"
        for place, (row, y) in enumerate(zip(values, outcome, strict=True))
    ]
    block = BLOCK.replace('["A", "B", "C"]', str(list(names)).replace("'", '"'))
    return "\n".join([f"case,{','.join(names)},Y", *rows]) + "\n", block


def test_what_could_not_be_settled_is_said_and_the_rest_is_answered(study, monkeypatch):
    monkeypatch.setattr(determinants, "solve", partial(solve, effort=10**6))
    finding = found_in(study(*noise()))
    assert finding.verdict == "descriptive"
    assert (
        "The parsimonious solution for Y could not be settled (its models have 12 to 14 terms)"
        in finding.answer
    )
    assert "settled: conservative and intermediate, in the tables" in finding.answer
    [row] = rows(finding, "models", type="parsimonious", outcome="Y")
    assert (row["terms"], row["formula"], row["counted"]) == ("12 to 14", None, "not settled")
    assert rows(finding, "solutions", type="conservative", outcome="Y")
    assert any(
        one.startswith("Not settled: the parsimonious solution for Y (690 prime") for one in finding.caveats
    )
    assert finding.grade.level == "very_low"
    assert "Not every solution could be settled." in finding.grade.reasons
    looked_at = {one.name: one for one in finding.diagnostics}
    assert not looked_at["robustness_tested"].ok
    assert "leave_one_out" not in looked_at
    assert {figure.name for figure in figures(finding)} >= {"truth_table"}


def test_a_block_of_which_nothing_is_settled_is_refused(study, monkeypatch):
    def never(*_, **__):
        raise EstimationError("minimisation", seen="too much", may_help="Take less")

    for name in ("conservative", "parsimonious"):
        monkeypatch.setattr(f"coproduce.methods.qca.analysis.minimise.{name}", never)
    [unanswered] = cp.run(study(), only=("determinants",)).unanswered
    assert "no solution of the outcome or of its negation was settled: too much" in unanswered.reason


def test_refits_that_were_not_settled_are_said(study, monkeypatch):
    monkeypatch.setattr("coproduce.questions.determinants.sturdiness.EFFORT", 10**6)
    written = noise(conditions=8, cases=40)
    finding = found_in(study(*written))
    [row] = rows(finding, "robustness", check="refits_settled")
    assert 0 < row["value"] < 1
    assert "write `robustness = true`" in row["meaning"]
    assert "Not everything that was varied could be settled." in finding.grade.reasons
    assert None in {row["same"] for row in rows(finding, "leave_one_out")}
    whole = found_in(study(*written, "robustness = true\n"))
    assert not rows(whole, "robustness", check="refits_settled")
    assert None not in {row["same"] for row in rows(whole, "leave_one_out")}


@pytest.mark.parametrize(
    ("as_good", "limited", "often", "is_open"),
    [(30, 27, False, True), (30, 2, True, False), (30, 0, True, False), (1, 1, False, False)],
)
def test_shuffles_that_were_not_settled_do_not_speak_for_chance(as_good, limited, often, is_open):
    found = Benchmark(
        p=as_good / 100,
        interval=Interval(value=0.3, low=0.2, high=0.4),
        as_good=as_good,
        permutations=100,
        limited=limited,
    )
    assert (often_as_good(found), chance_is_open(found)) == (often, is_open)
