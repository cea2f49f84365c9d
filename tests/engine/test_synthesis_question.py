"""The question `synthesis` on study folders: what it answers, what it refuses, what it leaves out and says so."""

from __future__ import annotations

import csv
import json
import math
import os

import numpy as np
import pytest
from scipy import stats

import coproduce as cp
from coproduce.errors import RecordsError, StudyError
from coproduce.findings import Estimate, Finding, Findings, Grade, StudyLabel
from coproduce.findings.files import findings_as_json
from coproduce.questions.synthesis.wording import told
from coproduce.runner import check

HEAD = '[study]\ntitle = "A test"\nservice = "testing"\n[questions.synthesis.all]\n'
EFFECTS = """study,yi,vi,year,kind
A,0.50,0.04,2001,town
B,0.30,0.02,2002,town
C,0.10,0.03,2003,city
D,-0.20,0.05,2004,city
E,0.45,0.01,2005,town
F,0.25,0.02,2006,city
"""
SETTINGS = 'data = "s.csv"\neffect = "yi"\nvariance = "vi"\n'


@pytest.fixture
def ask(tmp_path):
    """Writes a study folder with a table of studies, and asks it."""

    def asked(settings=SETTINGS, *, table=EFFECTS, **files):
        (tmp_path / "s.csv").write_text(table)
        for name, text in files.items():
            (tmp_path / f"{name}.json").write_text(text)
        (tmp_path / "study.toml").write_text(HEAD + settings)
        return cp.run(cp.read_study(tmp_path), only=("synthesis",))

    return asked


@pytest.fixture
def answer(ask):
    """The one finding of such a folder."""
    return lambda *given, **named: ask(*given, **named).finding("synthesis.all")


@pytest.fixture
def faults(ask):
    """Every fault of such a folder."""

    def found(*given, **named):
        with pytest.raises((StudyError, RecordsError)) as refused:
            ask(*given, **named)
        return [str(fault) for fault in refused.value.faults]

    return found


def test_the_answer_tells_the_numbers_of_the_estimates(answer):
    finding = answer(SETTINGS + 'better = "up"\n')
    pooled, expected = finding.estimate("pooled"), finding.estimate("prediction")
    low, high = pooled.interval
    assert f"Over 6 studies, the pooled effect is {told(pooled.value, low, high)}" in finding.answer
    assert f"(95% interval {told(low, low, high)} to {told(high, low, high)})" in finding.answer
    ends = " and ".join(told(end, *expected.interval) for end in expected.interval)
    assert f"the true effect is to be expected between {ends}" in finding.answer
    assert finding.verdict == ("improves" if low > 0 else "uncertain")


def test_every_estimate_and_table_that_others_rely_on_is_there(answer):
    finding = answer(SETTINGS + 'moderators = ["year"]\n')
    names = {(estimate.name, estimate.group) for estimate in finding.estimates}
    assert {(name, None) for name in ("pooled", "tau2", "I2", "H2", "Q", "prediction")} <= names
    assert {("coefficient", "intercept"), ("coefficient", "year")} <= names
    assert finding.estimate("I2").unit == "percent"
    assert {"study", "effect", "se", "weight"} <= set(finding.tables["studies"].columns)
    assert {"study", "pooled", "low", "high"} <= set(finding.tables["leave_one_out"].columns)
    assert sum(finding.tables["studies"].column("weight")) == pytest.approx(100)
    assert len(finding.tables["leave_one_out"].rows) == 6


def test_standard_errors_give_the_same_as_their_squares(answer):
    lines = [row.split(",") for row in EFFECTS.splitlines()]
    roots = [[*line[:2], repr(math.sqrt(float(line[2]))), *line[3:]] for line in lines[1:]]
    table = "\n".join(",".join(line) for line in [[*lines[0][:2], "sei", *lines[0][3:]], *roots])
    one = answer().estimate("pooled")
    other = answer('data = "s.csv"\neffect = "yi"\nse = "sei"\n', table=table).estimate("pooled")
    assert other.value == pytest.approx(one.value, rel=1e-12)
    assert other.interval == pytest.approx(one.interval, rel=1e-9)


def test_the_table_studies_is_read_without_a_block(tmp_path):
    (tmp_path / "studies.csv").write_text("study,effect,se\nA,0.1,0.1\nB,0.4,0.2\nC,0.3,0.1\n")
    head = '[study]\ntitle = "T"\nservice = "s"\n[records.studies]\npath = "studies.csv"\n'
    (tmp_path / "study.toml").write_text(head)
    finding = cp.run(cp.read_study(tmp_path)).finding("synthesis.studies")
    assert finding.tables["studies"].column("study") == ["A", "B", "C"]


def test_ratios_are_pooled_as_logarithms_and_shown_as_ratios(answer):
    table = "study,a,b,c,d\nA,10,90,20,80\nB,0,50,5,45\nC,30,70,40,60\nD,0,20,0,25\n"
    counts = 'data = "s.csv"\nmeasure = "RR"\na = "a"\nb = "b"\nc = "c"\nd = "d"\n'
    finding = answer(counts + 'better = "down"\n', table=table)
    raw, ratio = finding.estimate("pooled"), finding.estimate("pooled_ratio")
    assert ratio.value == pytest.approx(math.exp(raw.value))
    assert ratio.interval == pytest.approx([math.exp(limit) for limit in raw.interval])
    assert any("empty cell: 2" in caveat for caveat in finding.caveats)
    assert any("all or none of both groups" in caveat for caveat in finding.caveats)
    without = answer(counts + 'eventless = "leave_out"\n', table=table)
    assert [row[0] for row in without.tables["left_out"].rows] == ["D"]
    assert len(without.tables["studies"].rows) == 3


def test_correlations_are_shown_as_correlations(answer):
    table = "study,r,n\nA,0.3,40\nB,0.5,60\nC,0.4,100\n"
    finding = answer('data = "s.csv"\nmeasure = "ZCOR"\nr = "r"\nn = "n"\n', table=table)
    shown = finding.estimate("pooled_correlation").value
    assert shown == pytest.approx(math.tanh(finding.estimate("pooled").value))
    assert finding.tables["studies"].column("shown") == pytest.approx([0.3, 0.5, 0.4])


def test_harm_in_a_subgroup_leads_and_is_never_averaged_away(answer):
    rows = [f"T{place},{0.6 + 0.05 * place},0.01,town" for place in range(6)]
    rows += [f"C{place},{-0.6 - 0.05 * place},0.01,city" for place in range(3)]
    table = "study,yi,vi,kind\n" + "\n".join(rows) + "\n"
    finding = answer(SETTINGS + 'subgroups = ["kind"]\nbetter = "up"\n', table=table)
    assert finding.answer.startswith("Harm shows where kind is city (3 studies): -0.65")
    assert finding.verdict == "harms"
    assert finding.estimate("pooled", group="kind: town").value > 0.6


def test_positive_and_negative_effects_enter_alike(answer):
    turned = "\n".join(
        [EFFECTS.splitlines()[0]]
        + [
            ",".join([study, str(-float(yi)), *rest])
            for study, yi, *rest in (line.split(",") for line in EFFECTS.splitlines()[1:])
        ]
    )
    one, other = answer(SETTINGS + 'better = "up"\n'), answer(SETTINGS + 'better = "down"\n', table=turned)
    assert other.estimate("pooled").value == pytest.approx(-one.estimate("pooled").value)
    assert (one.verdict, one.grade, len(one.caveats)) == (other.verdict, other.grade, len(other.caveats))
    weights = one.tables["studies"].column("weight"), other.tables["studies"].column("weight")
    assert weights[0] == pytest.approx(weights[1])


def test_an_interval_inside_the_important_difference_is_no_important_difference(answer):
    table = "study,yi,vi\n" + "".join(f"S{i},{0.01 * (-1) ** i},0.001\n" for i in range(12))
    finding = answer(SETTINGS + 'better = "up"\nimportant_difference = 0.2\n', table=table)
    assert finding.verdict == "no_important_difference"
    assert answer(SETTINGS + 'better = "up"\n', table=table).verdict == "uncertain"


def test_studies_as_they_arrived(answer):
    rows = "".join(f"S{i},{0.5 + 0.02 * (-1) ** i},0.01,{2000 + i}\n" for i in range(9))
    finding = answer(SETTINGS + 'order = "year"\n', table="study,yi,vi,year\n" + rows)
    seen = finding.tables["cumulative"].records()
    assert [row["studies"] for row in seen] == list(range(1, 10))
    assert [row["living_low"] is None for row in seen] == [True] * 5 + [False] * 4
    assert finding.estimate("living").interval[0] < seen[-1]["low"]
    assert seen[-1]["pooled"] == pytest.approx(finding.estimate("pooled").value)


def test_several_effects_of_a_study_are_seen_said_and_modelled(answer):
    table = (
        "study,yi,vi\nA,0.5,0.04\nA,0.6,0.04\nB,0.1,0.03\nB,0.2,0.03\nC,0.3,0.02\nD,0.0,0.02\nE,0.4,0.02\n"
    )
    ignored = answer(table=table)
    assert ignored.tables["studies"].column("study")[:2] == ["A (1)", "A (2)"]
    assert "Effects of one study were taken as independent." in ignored.grade.reasons
    nested = answer(SETTINGS + 'levels = ["study", "effect"]\n', table=table)
    assert not any("independent." in reason for reason in nested.grade.reasons)
    assert nested.tables["levels"].column("level") == ["between studies", "within studies"]
    assert "7 effects of 5 studies" in nested.answer
    low, high = nested.estimate("pooled").interval
    t = stats.t.isf(0.025, 4)  # five studies
    assert (high - low) / 2 == pytest.approx(t * nested.estimate("pooled").se)
    robust = answer(SETTINGS + 'cluster = "study"\n', table=table)
    assert robust.estimate("pooled").se != pytest.approx(ignored.estimate("pooled").se)
    assert any(check.name == "clusters" and not check.ok for check in robust.diagnostics)


def test_what_is_left_out_is_listed_with_its_reason(answer):
    table = EFFECTS + "G,,0.02,2007,town\nH,0.2,0.02,,\n"
    finding = answer(SETTINGS + 'moderators = ["year"]\nsubgroups = ["kind"]\norder = "year"\n', table=table)
    assert finding.tables["left_out"].rows == (
        ("G", "everything", "its effect, or the variance of it, is not known"),
        ("H", "the meta-regression", "a moderator is not known"),
        ("H", "the subgroups of kind", "its group is not known"),
        ("H", "the order of arrival", "when it arrived is not known"),
    )


def test_labels_written_as_numbers_are_labels_where_that_is_said(answer):
    table = EFFECTS.replace("town", "1").replace("city", "2")
    as_numbers = answer(SETTINGS + 'moderators = ["kind"]\n', table=table)
    as_labels = answer(SETTINGS + 'moderators = ["kind"]\ncategories = ["kind"]\n', table=table)
    assert as_numbers.estimate("coefficient", group="kind").value
    assert as_labels.estimate("coefficient", group="kind: 2 (against 1)").value


def test_variances_that_look_like_standard_errors_are_suspected(answer):
    people = np.array([20, 30, 50, 80, 130, 200, 400, 800])
    rng = np.random.default_rng(2)
    errors = 2 / np.sqrt(people)
    effects = rng.normal(0.3, errors)
    rows = zip(range(8), effects, errors, people, strict=True)
    table = "study,yi,vi,n\n" + "".join(f"S{i},{y:.4f},{v:.4f},{n}\n" for i, y, v, n in rows)
    finding = answer(SETTINGS, table=table)
    assert "The variances may be standard errors." in finding.grade.reasons


# --- findings files ---


def _findings(title, *given, simulated=False):
    return findings_as_json(
        Findings(
            coproduce="0.1.0",
            study=StudyLabel(title=title, service="care", simulated=simulated),
            findings=tuple(given),
        )
    )


def _effect(value, se, *, verdict, level="moderate", name="visits"):
    standardised = Estimate(name="effect_standardised", label="Effect", value=value, se=se, unit="sd")
    return Finding(
        id=f"effects.{name}",
        question="effects",
        title="",
        answer="",
        verdict=verdict,
        estimates=(standardised,),
        grade=Grade(level=level, reasons=()),
    )


def test_our_own_findings_enter_whatever_they_found(answer):
    audit = Finding(
        id="audit",
        question="audit",
        title="",
        answer="",
        verdict="descriptive",
        grade=Grade(level="high", reasons=()),
    )
    finding = answer(
        'findings = ["one.json", "two.json", "three.json", "four.json"]\nmoderators = ["grade"]\n',
        one=_findings("One", _effect(0.4, 0.1, verdict="improves"), audit),
        two=_findings("Two", _effect(-0.3, 0.1, verdict="harms", level="low")),
        three=_findings("Three", _effect(0.05, 0.2, verdict="uncertain", level="low")),
        four=_findings("Four", _effect(0.9, 0.1, verdict="improves"), simulated=True),
    )
    assert finding.tables["studies"].column("study") == ["One", "Two", "Three"]
    left_out = finding.tables["left_out"].records()
    assert [row["study"] for row in left_out] == ["One: audit", "Four"]
    assert "simulated" in left_out[1]["why"]
    assert finding.estimate("coefficient", group="grade: moderate (against low)").value > 0
    assert "How well each study was made is not known here." not in finding.grade.reasons


def test_findings_of_two_directions_are_refused_until_they_are_turned(answer, faults):
    files = {
        "one": _findings("One", _effect(0.4, 0.1, verdict="improves")),
        "two": _findings("Two", _effect(0.3, 0.1, verdict="improves")),
        "three": _findings("Three", _effect(-0.2, 0.1, verdict="improves", name="waits")),
    }
    settings = 'findings = ["one.json", "two.json", "three.json"]\n'
    [fault] = faults(settings, **files)
    assert "effects.waits of Three" in fault
    assert "reverse = ['effects.waits']" in fault
    turned = answer(settings + 'reverse = ["effects.waits"]\n', **files)
    assert turned.tables["studies"].column("effect") == [0.4, 0.3, 0.2]
    assert turned.verdict == ("improves" if turned.estimate("pooled").interval[0] > 0 else "uncertain")


def test_a_file_that_holds_no_findings_is_refused(faults):
    [fault] = faults('findings = ["one.json"]\n', one=json.dumps({"a": 1}))
    assert "one.json" in fault
    assert "a findings.json that `coproduce run` wrote" in fault


# --- refusals ---


def test_every_fault_of_the_rows_is_told_at_once(faults):
    table = (
        EFFECTS.replace("0.04,2001", "-0.04,2001").replace("0.02,2002", "0,2002").replace("0.10,", "much,")
    )
    told_all = faults(SETTINGS + 'moderators = ["colour", "year"]\n', table=table)
    assert len(told_all) == 3
    assert any(
        "vi: wanted a variance above 0; 2 rows: row 2 ('-0.04'), row 3 ('0')" in fault for fault in told_all
    )
    assert any("yi: wanted a number" in fault for fault in told_all)
    assert any("questions.synthesis.all.moderators: found 'colour'" in fault for fault in told_all)


@pytest.mark.parametrize(
    ("table", "told_why"),
    [
        ("study,yi,vi\nA,0.1,0.1\n", "found '1 effect with a variance', wanted two at least"),
        ("study,yi,vi\nA,0.1,0.1\nB,,0.1\n", "found '1 effect with a variance', wanted two at least"),
        ("study,yi,vi\nA,0.1,0.1\nB,0.1,0.2\nC,0.1,0.1\n", "all 3 are the same"),
        ("study,yi,vi\nA,0.1,0.1\n,0.2,0.2\nC,0.1,0.1\n", "study: wanted the name of the study"),
    ],
)
def test_too_little_to_pool_is_refused(faults, table, told_why):
    assert any(told_why in fault for fault in faults(table=table))


@pytest.mark.parametrize(
    ("column", "told_why"),
    [
        ("year", "found '2001 in every study', wanted a moderator that differs"),
        ("kind", "found 'no value at all', wanted a moderator that differs"),
    ],
)
def test_a_moderator_that_tells_nothing_is_refused(faults, column, told_why):
    lines = EFFECTS.splitlines()
    table = "\n".join([lines[0], *(",".join([*line.split(",")[:3], "2001", ""]) for line in lines[1:])])
    assert any(told_why in fault for fault in faults(SETTINGS + f'moderators = ["{column}"]\n', table=table))


def test_a_column_named_like_a_standard_error_is_not_taken_for_a_variance(faults):
    table = EFFECTS.replace("vi", "sei")
    [fault] = faults('data = "s.csv"\neffect = "yi"\nvariance = "sei"\n', table=table)
    assert 'se = "sei"' in fault


def test_raw_numbers_that_cannot_be_are_refused_all_at_once(faults):
    table = "study,n1,m1,s1,n2,m2,s2\nA,10,1,0,10,2,1\nB,1,1,1,10,2,1\nC,10,1,1,10.5,2,1\n"
    columns = 'n1 = "n1"\nmean1 = "m1"\nsd1 = "s1"\nn2 = "n2"\nmean2 = "m2"\nsd2 = "s2"\n'
    told_all = faults('data = "s.csv"\nmeasure = "SMD"\n' + columns, table=table)
    assert len([fault for fault in told_all if fault.startswith("s.csv: ")]) >= 3
    for place in ("s.csv: s1", "s.csv: n1", "s.csv: n2"):
        assert any(fault.startswith(place) for fault in told_all)


@pytest.mark.parametrize(
    ("settings", "told_why"),
    [
        (SETTINGS + 'se = "vi"\n', "`variance` or `se`, not both"),
        ('data = "s.csv"\nn1 = "a"\n', "`measure` beside `n1`"),
        (
            'data = "s.csv"\nmeasure = "RR"\na = "a"\n',
            "for the measure RR the columns a b c d; a makes none of them whole",
        ),
        (SETTINGS + 'estimator = "REMl"\n', "Did you mean 'REML'?"),
        (SETTINGS + "steps = [0.5, 0.1]\n", "`steps` that rise"),
        ('findings = ["s.csv"]\ndata = "s.csv"\n', "either `data` or `findings`"),
        ("", "`data` (a file of effects), [records.studies] or `findings`"),
    ],
)
def test_settings_that_cannot_be_are_refused(faults, settings, told_why):
    assert any(told_why in fault for fault in faults(settings))


def test_a_missing_column_is_one_fault(faults):
    [fault] = faults('data = "s.csv"\neffect = "yi"\nvariance = "v1"\nmoderators = ["year"]\n')
    assert "found 'v1'" in fault


def test_levels_where_each_study_gives_one_effect_are_refused(faults):
    [fault] = faults(SETTINGS + 'levels = ["study", "effect"]\n')
    assert "found 'one effect of each study'" in fault
    assert "Leave `levels` out." in fault


def test_few_studies_are_not_judged_on_what_is_missing(answer):
    finding = answer()
    judged = {check.name for check in finding.diagnostics}
    assert "missing_studies" in judged
    assert not judged & {"asymmetry", "selection"}
    assert "bias" in finding.tables


def test_one_true_effect_says_nothing_of_other_places(answer):
    finding = answer(SETTINGS + 'estimator = "fixed"\ntest = "z"\n')
    assert "prediction" not in {estimate.name for estimate in finding.estimates}
    assert "nothing is said of other places" in finding.answer


def test_each_row_is_worked_out_from_what_its_paper_gives(answer, faults):
    """A trial told by its means and the same told by its t alone are one effect; a column that cannot serve is said."""
    t = (5.0 - 4.0) / math.sqrt((4.0 + 9.0) / 2 * (1 / 20 + 1 / 20))
    table = f"study,n1,m1,s1,n2,m2,s2,t\nA,20,5,2,20,4,3,\nB,20,,,20,,,{t}\nC,30,1,1,30,0,1,\nD,10,,,10,,,\n"
    names = {"n1": "n1", "mean1": "m1", "sd1": "s1", "n2": "n2", "mean2": "m2", "sd2": "s2"}
    means = 'data = "s.csv"\nmeasure = "SMD"\n' + "".join(
        f'{key} = "{name}"\n' for key, name in names.items()
    )
    finding = answer(means + 't = "t"\n', table=table)
    effects, errors = (finding.tables["studies"].column(name) for name in ("effect", "se"))
    assert effects[1] == pytest.approx(effects[0], rel=1e-12)
    assert errors[1] == pytest.approx(errors[0], rel=1e-12)
    assert any("1 effects were worked out from t n1 n2 alone." in caveat for caveat in finding.caveats)
    assert [row[0] for row in finding.tables["left_out"].rows] == ["D"]
    assert any("p makes none of them whole" in fault for fault in faults(means + 'p = "t"\n', table=table))


def test_check_finds_the_same_faults(tmp_path, ask):
    with pytest.raises(RecordsError) as refused:
        ask(table=EFFECTS.replace("0.04", "-0.04"))
    assert [str(fault) for fault in check(cp.read_study(tmp_path))] == [
        str(fault) for fault in refused.value.faults
    ]


def test_the_typed_in_trials_are_the_published_ones(real_data, root):
    with (real_data / "meta/dat.gibson2002.csv").open(encoding="utf-8") as file:
        published = {row["author"]: row for row in csv.DictReader(file) if row["m1i"]}
    names: dict = {}
    source = (root / "examples/synthesis/prepare.py").read_text(encoding="utf-8")
    exec(compile(source, os.fspath(root / "examples/synthesis/prepare.py"), "exec"), names)
    assert len(names["TRIALS"]) == len(published)
    for study, year, form, *numbers in names["TRIALS"]:
        row = published[study]
        columns = ("n1i", "m1i", "sd1i", "n2i", "m2i", "sd2i")
        assert (year, numbers) == (int(row["year"]), [float(row[column]) for column in columns])
        assert (form == names["FULL"]) == (row["type"] == "1")
