"""What a stranger gets wrong in blocks of questions: told alike by `check` and by `run`, never a traceback."""

import json
from pathlib import Path

import pytest

import coproduce as cp
from coproduce.cli import main
from coproduce.errors import StudyError

HEAD = '[study]\ntitle = "A test"\nservice = "care"\nsmall_numbers = 0\n'
TRIAL = [["arm", "y", "id"], *([("no", "yes")[n % 2], str(n * 7 % 11 + n % 2), f"u{n}"] for n in range(24))]
CASES = [["case", "A", "B", "Y"], *([f"k{n}", str(n % 2), str(n // 2 % 2), str(n % 2)] for n in range(8))]
STUDIES = [["study", "yi", "vi"], *([f"s{n}", f"{n / 10}", "0.04"] for n in range(6))]
EFFECTS = 'design = "randomised"\noutcome = "y"\narm = "arm"\ncontrol = "no"\n'
DETERMINANTS = 'case_id = "case"\nconditions = ["A", "B"]\noutcome = "Y"\n'
SYNTHESIS = 'effect = "yi"\nvariance = "vi"\n'
BLOCKS = {
    "effects": (EFFECTS, TRIAL),
    "determinants": (DETERMINANTS, CASES),
    "synthesis": (SYNTHESIS, STUDIES),
}


def written(rows):
    return "".join(",".join(row) + "\n" for row in rows)


def changed(rows, *, row, column, to):
    """The table with another cell (the header is row 0)."""
    copy = [list(cells) for cells in rows]
    copy[row][column] = to
    return copy


@pytest.fixture
def refused(tmp_path, capsys):
    """Writes a study folder, and gives the exit code and message in which `check` and `run` agree."""

    def tell(toml, **files):
        for name, content in files.items():
            (tmp_path / f"{name}.csv").write_text(content if isinstance(content, str) else written(content))
        (tmp_path / "study.toml").write_text(HEAD + toml)
        told = []
        for command in ("check", "run"):
            code = main([command, str(tmp_path), "--json"])
            told.append((code, json.loads(capsys.readouterr().out).get("message")))
        assert told[0] == told[1]
        assert not (tmp_path / "results").exists()
        return told[0]

    return tell


def block(question, *, name="b", extra="", data="d.csv"):
    return f'[questions.{question}.{name}]\ndata = "{data}"\n{BLOCKS[question][0]}{extra}'


SETTINGS = {
    "a key that is not known": ("effects", 'covariate = ["id"]\n', "Did you mean 'covariates'?"),
    "a number that is none": ("effects", "important_difference = -1\n", "important_difference: found '-1'"),
    "one fault for one mistake": ("effects", 'better = "upp"\n', "one of up, down, or a table of keys"),
    "better of no outcome": (
        "effects",
        'better = { z = "up" }\n',
        "found 'z', wanted an outcome of this block",
    ),
    "weight of no outcome": ("effects", "weight_citizen = { z = 1 }\n", "weight_citizen: found 'z'"),
    "a covariate that is the arm": ("effects", 'covariates = ["arm"]\n', "`arm` stands twice"),
    "a nested key": ("determinants", "calibrate = { A = { anchor = [1] } }\n", "Did you mean 'anchors'?"),
    "a word of several kinds": ("determinants", 'expectations = { A = "presnt" }\n', "A.0: found 'presnt'"),
    "capital letters": ("synthesis", 'estimator = "reml"\n', "Did you mean 'REML'?"),
    "a list of what is no text": ("synthesis", "moderators = [1]\n", "moderators.0: found '1', wanted text"),
}


@pytest.mark.parametrize("what", SETTINGS)
def test_a_setting(refused, what):
    question, extra, told = SETTINGS[what]
    code, message = refused(block(question, extra=extra), d=BLOCKS[question][1])
    assert code == 10
    assert told in message
    assert len(message.splitlines()) == 1


NAMES = ("a/b", "../../evil", "/evil", "a b", "a.b", "", "a\\u0000b", "<script>", "x" * 61)


@pytest.mark.parametrize("name", NAMES)
def test_a_block_whose_name_cannot_be_that_of_a_file(refused, name):
    code, message = refused(block("synthesis", name=f'"{name}"'), d=STUDIES)
    assert code == 10
    assert "a block's name of letters" in message


@pytest.mark.parametrize("question", BLOCKS)
def test_a_file_with_a_header_only(refused, question):
    code, message = refused(block(question), d=BLOCKS[question][1][:1])
    assert (code, message) == (11, "d.csv: found 'no rows', wanted a row at least")


@pytest.mark.parametrize("cell", ["1e999", "-1e300", "inf", "1,5", "0x1F", "n/a"])
@pytest.mark.parametrize("question", BLOCKS)
def test_a_number_that_is_none_is_never_taken_as_missing(refused, question, cell):
    rows = changed(BLOCKS[question][1], row=3, column=1, to=f'"{cell}"')
    code, message = refused(block(question), d=rows)
    assert code == 11
    assert f"row 4 ('{cell}')" in message


def test_a_folder_is_no_file(refused, tmp_path):
    (tmp_path / "d.csv").mkdir()
    assert refused(block("effects")) == (11, "d.csv: found 'a folder', wanted a file")


def test_a_row_of_nobody(refused):
    rows = changed(TRIAL, row=3, column=2, to="")
    code, message = refused(block("effects", extra='unit = "id"\n'), d=rows)
    assert code == 11
    assert "wanted a unit in every row; 1 row: row 4 (empty)" in message


def test_a_level_that_no_condition_has(refused):
    rows = changed(CASES, row=3, column=1, to="1000000000")
    code, message = refused(
        block("determinants", extra='calibrate = { A = { method = "levels" } }\n'), d=rows
    )
    assert code == 11
    assert "a whole number from 0 to 20" in message


def test_a_variance_that_is_nought_but_for_rounding(refused):
    code, message = refused(
        block("synthesis"), d=[STUDIES[0], *([*row[:2], "1e-320"] for row in STUDIES[1:])]
    )
    assert code == 11
    assert "a variance above 0; 6 rows" in message


def test_faults_of_settings_and_of_a_file_together(refused):
    toml = block("effects").replace('"y"', '"yy"') + block("synthesis", data="e.csv")
    code, message = refused(toml, d=TRIAL, e=changed(STUDIES, row=1, column=1, to="x"))
    assert code == 11
    assert "found 'yy'" in message
    assert "e.csv: yi: wanted a number" in message


OUTCOMES = "unit,period,measure,value\n" + "".join(f"u{n},1,strain,{n % 5}\n" for n in range(20))
EXPOSURE = "unit,arm\n" + "".join(f"u{n},{('usual', 'visits')[n % 2]}\n" for n in range(20))
PANEL = '[records.outcomes]\npath = "outcomes.csv"\n[records.exposure]\npath = "exposure.csv"\n'


def test_settings_of_harms_are_checked_against_the_records(refused):
    toml = PANEL + '[questions.harms]\ncontrol = "Usuall"\ncounts = ["strainn"]\ntolerance = { x = 1 }\n'
    code, message = refused(toml, outcomes=OUTCOMES, exposure=EXPOSURE)
    assert code == 10
    assert len(message.splitlines()) == 3
    assert "Did you mean 'usual'?" in message
    assert "Did you mean 'strain'?" in message


@pytest.mark.parametrize(
    ("outcomes", "exposure", "told"),
    [
        (
            OUTCOMES,
            EXPOSURE.replace("u0,usual", "u0,Usual "),
            "these differ only by spaces or capital letters",
        ),
        (
            OUTCOMES.replace("u7,1,strain,2", "u7,1,strain,1e300"),
            EXPOSURE,
            "a number below 1e+50; 1 row: row 9",
        ),
    ],
)
def test_tables_that_harms_cannot_use(refused, outcomes, exposure, told):
    code, message = refused(PANEL + "[questions.harms]\n", outcomes=outcomes, exposure=exposure)
    assert code == 11
    assert told in message


def test_no_outcomes_at_all(refused):
    settings = '[questions.effects.b]\ndesign = "randomised"\ncontrol = "usual"\n'
    code, message = refused(PANEL + settings, outcomes="unit,period,measure,value\n", exposure=EXPOSURE)
    assert (code, message) == (11, "outcomes.csv: found 'no rows', wanted an outcome at least")


@pytest.mark.parametrize("lock", ["", "[]", "{", "[" * 100_000, '{"sha256": "x"}', None])
def test_a_plan_that_nobody_froze(refused, tmp_path, lock):
    path = tmp_path / "plan.lock"
    path.mkdir() if lock is None else path.write_text(lock)
    code, message = refused(block("synthesis"), d=STUDIES)
    assert code == 13
    assert message.startswith("plan.lock: found 'something that `coproduce freeze` did not write'")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Invalid JSON"),
        ('{"a": 1}', "coproduce: Field required"),
        ("[" * 100_000, "Invalid JSON"),
        (b"\xff\xfe", "text that is not in UTF-8"),
        (None, "Is a directory"),
    ],
)
def test_findings_that_are_none(refused, tmp_path, text, told):
    path: Path = tmp_path / "findings.json"
    if text is None:
        path.mkdir()
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, message = refused('[questions.synthesis.b]\nfindings = ["findings.json"]\n')
    assert code == 11
    assert f"findings.json: found '{told}" in message


def test_an_empty_register_is_not_answered(tmp_path, capsys):
    (tmp_path / "decisions.csv").write_text("decision,proposed_on,topic,proposed_by\n")
    (tmp_path / "study.toml").write_text(HEAD + '[records.decisions]\npath = "decisions.csv"\n')
    assert main(["run", str(tmp_path), "--only", "power", "--json"]) == 14
    found = json.loads(capsys.readouterr().out)
    assert not found["findings"]
    assert found["unanswered"][0]["question"] == "power"


def test_names_of_columns_are_guarded_in_a_spreadsheet_too(tmp_path):
    from coproduce.findings import Table
    from coproduce.findings.files import write_table

    write_table(Table(caption="A table", columns=("=A", "b"), rows=(("=1+1", 2),)), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "'=A,b\n'=1+1,2\n"


FRAME = {"arm": [False, True] * 12, "y": [float(n % 7 + n % 2) for n in range(24)]}


def test_truth_values_are_labels_as_in_the_settings():
    found = cp.effects(FRAME, design="randomised", outcome="y", arm="arm", control=False)
    assert "in the arm 'true'" in found.answer


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: cp.effects(FRAME, outcome="y"), "effects: questions.effects.in_memory.design"),
        (lambda: cp.determinants(FRAME, conditions=None, outcome="y"), "conditions.0: found 'None'"),
        (lambda: cp.synthesis("a\0b"), "data: found 'a\\x00b', wanted a path"),
    ],
)
def test_a_call_with_one_mistake_has_one_fault(call, told):
    with pytest.raises(StudyError) as raised:
        call()
    assert told in str(raised.value)
    assert len(raised.value.faults) == 1


def test_one_question_may_be_named_without_a_list(tmp_path):
    (tmp_path / "d.csv").write_text(written(STUDIES))
    (tmp_path / "study.toml").write_text(HEAD + block("synthesis"))
    assert cp.run(cp.read_study(tmp_path), only="synthesis").finding("synthesis.b")
