"""Small surveys whose numbers are counted by hand, and everything that is wrong with one, at once."""

from pathlib import Path

import numpy as np
import pytest

import coproduce as cp
from coproduce.cli import main
from coproduce.errors import RecordsError, StudyError
from coproduce.methods.survey.design import survey_design
from coproduce.methods.survey.reliability import reliability
from coproduce.records.settings import Head, TableSettings
from coproduce.records.study import Study
from coproduce.reports.charts import figures
from coproduce.simulate.answering import survey

STUDY = """
[study]
title = "A small survey"
service = "care"
small_numbers = 0
groups = ["place"]
"""
ITEMS = """\
item,construct,kind,choices,counts_as,low,high,reverse
a1,active.deliver.individual,select_one,never rarely sometimes often dont_know,0 1 2 3 -,0,4,
a2,active.design.group,select_one,never rarely sometimes often dont_know,0 1 2 3 -,0,4,
w1,willing.deliver.individual,integer,,,0,4,
w2,willing.design.group,integer,,,0,4,
e1,efficacy,integer,,,1,5,
e2,efficacy,integer,,,1,5,yes
m1,motive.normative,integer,,,0,4,
b1,barrier.citizen.time,integer,,,0,4,
b2,barrier.professional.skills,integer,,,0,4,
free,,text,,,,,
"""
RESPONDENTS = """\
respondent,weight,stratum,psu,side,place
R1,1,S1,P1,citizen,North
R2,1,S1,P1,citizen,North
R3,2,S1,P2,citizen,North
R4,2,S1,P2,,South
R5,1,S2,P3,citizen,South
R6,1,S2,P3,citizen,South
R7,1,S2,P4,citizen,South
R8,1,S2,P4,citizen,North
R9,1,S2,P5,citizen,North
R10,1,S2,P5,citizen,South
R11,3,S2,P5,citizen,South
W1,1,S3,P6,professional,
W2,1,S3,P7,professional,
W3,1,S3,P8,professional,
"""
# a1, a2, w1, w2, e1, e2; R11 did not answer at all
ANSWERS = {
    "R1": ("often", "never", 0, 0, 5, 1),
    "R2": ("sometimes", "never", 4, 0, 4, 2),
    "R3": ("never", "sometimes", 0, 3, 4, 3),
    "R4": ("never", "never", 3, 0, 2, 4),
    "R5": ("rarely", "never", 0, 4, 1, 5),
    "R6": ("never", "dont_know", 2, 2, 2, 4),
    "R7": ("never", "never", 0, 0, 3, 3),
    "R8": ("dont_know", "", 4, 4, 3, 2),
    "R9": ("often", "often", 4, 4, 5, 1),
    "R10": ("never", "rarely", 3, 0, 2, 5),
}


def responses(answers=ANSWERS, wave=None):
    rows = [
        (respondent, item, str(value))
        for respondent, values in answers.items()
        for item, value in zip(("a1", "a2", "w1", "w2", "e1", "e2"), values, strict=True)
    ]
    rows += [(respondent, "m1", "4" if respondent < "R5" else "1") for respondent in answers]
    rows += [("R1", "b1", "4"), ("R2", "b1", "0"), ("W1", "b2", "4"), ("W2", "b2", "3"), ("W3", "b2", "0")]
    rows += [("R1", "free", "It is said")]
    head, more = ("respondent,item,value", "") if wave is None else ("respondent,item,value,wave", f",{wave}")
    return "\n".join([head, *(",".join(row) + more for row in rows)]) + "\n"


def folder_of(place: Path, settings: str = "", **changed: str) -> Path:
    files = {"items": ITEMS, "respondents": RESPONDENTS, "responses": responses(), **changed}
    tables = "".join(f'\n[records.{name}]\npath = "{name}.csv"\n' for name in files)
    (place / "study.toml").write_text(f"{STUDY}{tables}\n[questions.motives]\n{settings}")
    for name, text in files.items():
        (place / f"{name}.csv").write_text(text)
    return place


def asked(folder: Path):
    return cp.run(cp.read_study(folder), only=("motives",))


@pytest.fixture
def finding(tmp_path):
    return asked(folder_of(tmp_path)).finding("motives")


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        # Active: R1, R2 (1 each), R3 (2) and R9 (1) of R1-R7, R9, R10 (weights 11); nobody knows of R8
        ("active_share", 5 / 11, 9),
        # Willing above the middle: R2, R3, R4, R5, R8, R9, R10 (weights 9) of 12
        ("willing_share", 9 / 12, 10),
        # Willing and not active: R4 (2), R5, R10 of 11
        ("potential_gap", 4 / 11, 9),
    ],
)
def test_each_share(finding, name, value, n):
    found = finding.estimate(name)
    assert (found.value, found.n) == (pytest.approx(value), n)
    low, high = found.interval
    assert 0 < low < value < high < 1


def test_shares_by_group_and_their_difference_from_the_others(finding):
    assert finding.estimate("potential_gap", group="place: South").value == pytest.approx(4 / 6)
    [row] = [
        row
        for row in finding.tables["by_group"].records()
        if (row["value"], row["what"]) == ("South", "potential_gap")
    ]
    assert row["difference"] == pytest.approx(4 / 6)  # nobody in the North would and does not
    assert (row["persons"], row["persons_who_do"]) == (5, 3)


def test_the_map_of_phases_and_levels(finding):
    rows = {(row["phase"], row["level"]): row for row in finding.tables["extent"].records()}
    cell = rows["deliver", "individual"]
    # a1: 3 + 2 + 0 + 0 + 1 + 0 + 0 + 3 + 0, with weights 1 1 2 2 1 1 1 1 1
    assert cell["mean"] == pytest.approx(9 / 11)
    assert cell["active_share"] == pytest.approx(3 / 11)
    # would there and do not: R4 (2) and R10
    assert cell["gap_share"] == pytest.approx(3 / 11)


def test_reversed_items_count_the_other_way_round(finding):
    """e2 is turned (6 less the answer) before alpha is taken: of two items, alpha."""
    found = finding.estimate("reliability.efficacy")
    assert found.label.endswith("(alpha)")
    assert found.value > 0.9


def test_each_side_has_its_own_barriers(finding):
    rows = {(row["side"], row["barrier"]): row for row in finding.tables["barriers"].records()}
    assert rows["professional", "skills"]["share"] == pytest.approx(2 / 3)
    assert rows["citizen", "time"]["share"] == pytest.approx(1 / 2)


def test_those_who_did_not_answer_are_counted(finding):
    [check] = [one for one in finding.diagnostics if one.name == "response_rate"]
    assert check.value == pytest.approx(10 / 11)


def test_too_few_for_correlates_is_said_and_not_computed(finding):
    assert "correlates" not in finding.tables
    assert any("Too few for correlates" in caveat for caveat in finding.caveats)


def test_what_the_table_does_not_say_of_the_sample_is_said(tmp_path):
    plain = "respondent,place\n" + "".join(
        f"{line.split(',')[0]},{line.split(',')[5]}\n"
        for line in RESPONDENTS.splitlines()[1:]
        if line.startswith("R")
    )
    kept = "".join(f"{line}\n" for line in responses().splitlines() if not line.startswith("W"))
    finding = asked(folder_of(tmp_path, respondents=plain, responses=kept)).finding("motives")
    assert any("no column `psu`" in caveat for caveat in finding.caveats)
    assert any("simple random sample" in reason for reason in finding.grade.reasons)
    assert finding.estimate("active_share").value == pytest.approx(4 / 9)


def test_weights_are_fitted_to_the_population(tmp_path):
    population = "place,persons\nNorth,300\nSouth,100\n"
    finding = asked(folder_of(tmp_path, population=population)).finding("motives")
    rows = {row["value"]: row for row in finding.tables["margins"].records()}
    assert rows["North"]["fitted_share"] == pytest.approx(0.75)
    assert rows["North"]["drawn_share"] == pytest.approx(6 / 12)
    # Weights of the North times 1.5, of the South times 0.5: active 7.5 of 7.5 + 3
    assert finding.estimate("active_share").value == pytest.approx(7.5 / 10.5)


def test_a_group_of_whom_nobody_answered_is_named(tmp_path):
    folder = folder_of(
        tmp_path,
        respondents=RESPONDENTS + "R12,1,S2,P5,citizen,West\n",
        population="place,persons\nNorth,300\nSouth,100\nWest,50\n",
    )
    finding = asked(folder).finding("motives")
    assert "Nobody of place West answered: the weights stand for the others only." in finding.grade.reasons


def test_who_has_no_weight_counts_for_nothing(tmp_path):
    folder = folder_of(
        tmp_path,
        respondents=RESPONDENTS + "R12,0,S2,P5,citizen,South\n",
        responses=responses({**ANSWERS, "R12": ("often", "often", 4, 4, 5, 1)}),
    )
    found = asked(folder).finding("motives").estimate("active_share")
    assert (found.value, found.n) == (pytest.approx(5 / 11), 9)


def test_rounds_are_compared_with_the_same_people_in_both(tmp_path):
    first = responses({**ANSWERS, "R1": ("never", "never", 0, 0, 5, 1)}, wave="2025")
    both = first + "".join(responses(wave="2026").splitlines(keepends=True)[1:])
    finding = asked(folder_of(tmp_path, responses=both)).finding("motives")
    rows = {row["wave"]: row for row in finding.tables["waves"].records() if row["what"] == "active_share"}
    assert rows["2025"]["change"] is None
    assert rows["2026"]["change"] == pytest.approx(1 / 11)
    assert finding.estimate("active_share").value == pytest.approx(5 / 11)


@pytest.mark.parametrize(
    "order", [lambda rows: rows[::-1], lambda rows: sorted(rows, key=lambda row: row[::-1])]
)
def test_the_order_of_rows_changes_nothing(finding, tmp_path, order):
    def shuffled(text):
        head, *rows = text.splitlines()
        return "\n".join([head, *order(rows)]) + "\n"

    changed = {"respondents": shuffled(RESPONDENTS), "responses": shuffled(responses())}
    again = asked(folder_of(tmp_path, **changed)).finding("motives")
    assert again == finding


def test_taking_part_or_not_goes_with_what_how_often_goes_with():
    """Two models of one population: their average effects agree within three of their errors."""
    tables = {
        name: dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))
        for name, (columns, rows) in survey(5).items()
    }
    tables["responses"]["value"] = list(map(str, tables["responses"]["value"]))
    found = {
        model: cp.run(
            Study(
                head=Head(title="A survey", service="care", groups=("deprivation", "age_band")),
                folder=Path(),
                tables={name: TableSettings(path="(in memory)") for name in tables},
                frames=tables,
                questions={"motives": {"model": model}},
            ),
            only=("motives",),
        ).finding("motives")
        for model in ("ordinal", "binary")
    }
    effects = {model: one.estimate("average_effect", group="efficacy") for model, one in found.items()}
    assert effects["binary"].value == pytest.approx(effects["ordinal"].value, abs=3 * effects["binary"].se)
    assert {one.name for one in found["ordinal"].diagnostics} >= {
        "proportional_odds",
        "complete",
        "design_effect",
    }
    assert "proportional_odds" not in {one.name for one in found["binary"].diagnostics}
    assert any("need not cause" in reason for reason in found["ordinal"].grade.reasons)
    assert any(
        "+" in figure.description for figure in figures(found["ordinal"]) if figure.name == "correlates"
    )


def test_every_figure_says_its_finding_in_words(finding):
    drawn = {figure.name: figure for figure in figures(finding)}
    assert set(drawn) == {"extent", "gap", "motives", "barriers"}
    assert "most in deliver, individual" in drawn["extent"].description
    assert all(figure.table in finding.tables for figure in drawn.values())


def test_a_survey_that_hardly_anybody_answered_is_unanswered(tmp_path):
    few = responses({name: ANSWERS[name] for name in ("R1", "R2")})
    [unanswered] = asked(folder_of(tmp_path, responses=few)).unanswered
    assert "citizens answered" in unanswered.reason


BAD_ITEMS = ITEMS.replace("active.design.group", "active.desing.group").replace(
    "0 1 2 3 -,0,4,", "0 1 2 3,,,", 1
)
BAD_RESPONDENTS = (
    RESPONDENTS.replace("R2,1,", "R2,,", 1)
    .replace("R5,1,S2,P3", "R5,1,S2,P1")
    .replace("R7,1,S2,P4,citizen,South", "R7,1,S2,P4,citizen,Suoth")
)
POPULATION = "place,persons\nNorth,10\nSouth,10\nWest,1\n"


def test_everything_wrong_is_told_at_once(tmp_path):
    folder = folder_of(
        tmp_path,
        'wave = "3"\ncorrelates = ["efficasy"]\nmargins = ["place", "plaec"]\n',
        items=BAD_ITEMS,
        respondents=BAD_RESPONDENTS,
        responses=responses().replace("R1,w1,0", "R1,w1,9"),
        population=POPULATION,
    )
    with pytest.raises(RecordsError) as refused:
        asked(folder)
    told = str(refused.value)
    for part in (
        "items.csv: construct: wanted active.<phase>.<level>, that part one of commission, design",
        "Did you mean 'design'?",
        "items.csv: counts_as: wanted one value for each of its 5 choices",
        "responses.csv: value: wanted a number from 0 to 4, as 'w1' is answered; 1 row",
        "respondents.csv: weight: wanted a value for every respondent",
        "respondents.csv: psu: wanted a primary sampling unit that lies in one stratum; 1 row: row 6 ('P1')",
        "respondents.csv: place: wanted a value that `population` has",
        "Did you mean 'South'?",
        "population.csv: place: found 'West', wanted a value that some respondent has",
        "questions.motives.wave: found '3'",
        "questions.motives.margins: found 'plaec', wanted one of place. Did you mean 'place'?",
        "questions.motives.correlates: found 'efficasy'",
    ):
        assert part in told, part


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"respondents": RESPONDENTS.replace("R1,1,", "R1,-1,", 1)}, "weight: wanted a number of at least 0"),
        ({"responses": responses().replace("R1,a1", "R1,aa1")}, "item: wanted one of the `item` in items.csv"),
        ({"responses": responses().replace("R1,a1,often", "R1,a1,oftn")}, "Did you mean 'often'?"),
        ({"respondents": RESPONDENTS.replace("W1,1,S3,P6,professional", "W1,1,S3,P6,profesional")},
         "Did you mean 'professional'?"),
    ],
)  # fmt: skip
def test_bad_records_by_the_command_line(tmp_path, capsys, changed, told):
    folder = folder_of(tmp_path, **changed)
    assert main(["run", str(folder), "--only", "motives", "--out", str(tmp_path / "out")]) == 11
    assert told in " ".join(capsys.readouterr().err.split())


def test_items_without_a_scale_need_a_setting(tmp_path):
    items = ITEMS.replace(
        "w1,willing.deliver.individual,integer,,,0,4,", "w1,willing.deliver.individual,integer,,,,,"
    )
    with pytest.raises(StudyError, match="willing_from"):
        asked(folder_of(tmp_path, items=items))
    finding = asked(folder_of(tmp_path, "willing_from = 3\n", items=items)).finding("motives")
    assert finding.estimate("willing_share").value == pytest.approx(9 / 12)


def test_units_may_be_named_anew_in_each_stratum(tmp_path):
    again = RESPONDENTS.replace("S2,P3", "S2,P1").replace("S2,P4", "S2,P2")
    plain = asked(folder_of(tmp_path)).finding("motives").estimate("active_share")
    nested = asked(folder_of(tmp_path, "nested = true\n", respondents=again)).finding("motives")
    assert nested.estimate("active_share").se == pytest.approx(plain.se)


def test_omega_is_not_given_where_one_factor_does_not_fit():
    """Answers at random often give a loading above 1, and then an omega of any size."""
    chance = np.random.default_rng(1)
    for _ in range(40):
        answers = chance.integers(1, 6, size=(150, 3)).astype(float)
        found = reliability(survey_design(np.ones(150)), answers)
        assert all(one is None or one.value <= 1 for one in (found.omega, found.ordinal_omega))
        assert (found.omega is None) == any(abs(loading) > 1 for loading in found.loadings)
