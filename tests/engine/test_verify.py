"""Published findings made again: what holds, what differs, what cannot be told, and files that are no findings."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import coproduce as cp
from coproduce.cli import main
from coproduce.errors import DOES_NOT_HOLD, RecordsError, StudyError
from coproduce.findings.statement import Held, Statement
from coproduce.records.plan import freeze
from coproduce.reports.statement import as_html, as_markdown, in_short
from coproduce.runner import published, run
from coproduce.runner.verifying import verify

Capture = pytest.CaptureFixture[str]
TOML = """\
[study]
title = "Library <b>fines</b> | *2026*"
service = "library"

[records.events]
path = "log.csv"
side.citizen = { activity = "Pay" }

[questions.audit]
noise = 0.01

[questions.effects.visits]
design = "randomised"
data = "trial.csv"
outcome = "visits"
arm = "arm"
control = "usual"
permutations = 99
seed = 7
"""
FEW = "4321"


def log() -> list[str]:
    """Twelve cases; the last four pay twice, which is fewer than may be shown."""
    rows = ["case_id,activity,occurred_at"]
    for case in range(12):
        rows += [
            f"c{case},{name},2026-01-{day:02}T0{case % 7}:00" for day, name in enumerate(("Ask", "Pay"), 1)
        ]
        rows += [f"c{case},Pay,2026-02-01T0{case % 5}:00"] if case >= 8 else []
    return rows


def trial() -> list[str]:
    """Forty people in two arms."""
    chance = random.Random(5)
    rows = ["person,arm,visits"]
    for person in range(40):
        treated = person % 2
        rows.append(f"p{person},{('usual', 'visits')[treated]},{chance.gauss(treated, 1.5):.6f}")
    return rows


def write(path: Path, rows: list[str]) -> None:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study, and beside it what it found."""
    folder = tmp_path_factory.mktemp("made") / "study"
    folder.mkdir()
    (folder / "study.toml").write_text(TOML, encoding="utf-8")
    write(folder / "log.csv", log())
    write(folder / "trial.csv", trial())
    run(cp.read_study(folder), only=["audit", "effects"], out=folder.parent / "results")
    return folder


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    """A study of one's own to change."""
    folder = tmp_path / "study"
    folder.mkdir()
    for file in made.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """The published findings."""
    copy = tmp_path / "findings.json"
    copy.write_bytes((made.parent / "results" / "findings.json").read_bytes())
    return copy


def change(file: Path, act: Callable[[dict[str, Any]], object]) -> Path:
    """The file with something changed in it."""
    held = json.loads(file.read_text(encoding="utf-8"))
    act(held)
    file.write_text(json.dumps(held), encoding="utf-8")
    return file


def of(held: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(one for one in held["findings"] if one["id"] == id_)


def estimate(held: dict[str, Any], id_: str, name: str) -> dict[str, Any]:
    return next(one for one in of(held, id_)["estimates"] if one["name"] == name)


def outcomes(statement: Statement) -> dict[str, str]:
    return {held.id: held.outcome for held in statement.findings}


def one(statement: Statement, id_: str) -> Held:
    return next(held for held in statement.findings if held.id == id_)


def test_what_was_published_is_found_again_to_the_last_digit(study: Path, file: Path) -> None:
    statement = verify(study, file)
    assert statement.holds
    assert outcomes(statement) == {"effects.visits": "same", "audit": "same"}
    assert all(pair.is_same for pair in statement.inputs.values())
    assert set(statement.inputs) == {"events", "trial.csv"}
    assert (statement.changed, statement.left_out) == ((), ())
    assert in_short(statement) == "All 2 findings hold."


def test_rows_in_another_order_give_the_same_findings(study: Path, file: Path) -> None:
    for name in ("log.csv", "trial.csv"):
        head, *rows = (study / name).read_text(encoding="utf-8").split()
        random.Random(1).shuffle(rows)
        write(study / name, [head, *rows])
    statement = verify(study, file)
    assert outcomes(statement) == {"effects.visits": "same", "audit": "same"}
    assert not any(pair.is_same for pair in statement.inputs.values())
    assert "| events | 28 | 28 | no |" in as_markdown(statement)


def test_a_last_digit_is_rounding_and_its_size_is_said(study: Path, file: Path) -> None:
    def turn(held: dict[str, Any]) -> None:
        estimate(held, "effects.visits", "effect")["value"] *= 1 + 1e-13

    statement = verify(study, change(file, turn))
    assert statement.holds
    held = one(statement, "effects.visits")
    assert held.outcome == "rounding"
    assert 0 < held.largest_apart < 2e-13
    assert f"the largest relative difference is {held.largest_apart:.1e}" in as_markdown(statement)


@pytest.mark.parametrize("rounding", [1.0, 1 + 1e-13])
def test_a_changed_answer_differs_also_beside_a_last_digit(study: Path, file: Path, rounding: float) -> None:
    def turn(held: dict[str, Any]) -> None:
        found = of(held, "effects.visits")
        found["answer"] = re.sub(r"\d", "9", found["answer"], count=1)
        estimate(held, "effects.visits", "effect")["value"] *= rounding

    held = one(verify(study, change(file, turn)), "effects.visits")
    assert held.outcome == "differs"
    assert [difference.place for difference in held.differences] == ["answer"]


def test_what_differs_is_told_verdict_and_grade_first(study: Path, file: Path) -> None:
    def turn(held: dict[str, Any]) -> None:
        found = of(held, "effects.visits")
        estimate(held, "effects.visits", "effect")["value"] = 99.0
        found["verdict"], found["grade"]["level"] = "quiet", "high"
        found["tables"]["arms"]["rows"].pop()

    statement = verify(study, change(file, turn))
    held = one(statement, "effects.visits")
    assert (statement.holds, held.outcome, held.reasons) == (False, "differs", ())
    first, second, *rest = held.differences
    assert (first.place, first.then, second.place, second.then) == ("verdict", "quiet", "grade", "high")
    effect = next(each for each in rest if each.place == "estimate effect: value")
    assert effect.then == 99.0
    assert effect.apart is not None
    assert any(each.place == "table arms: number of rows" for each in rest)
    assert in_short(statement) == "Of 2 findings, 1 holds; 1 differs."


def test_the_settings_and_seeds_of_the_file_are_used(study: Path, file: Path) -> None:
    toml = (study / "study.toml").read_text(encoding="utf-8")
    toml = (
        toml.replace("seed = 7", "seed = 8").replace("noise = 0.01", "noise = 0.5").replace('"Pay"', '"Ask"')
    )
    (study / "study.toml").write_text(toml, encoding="utf-8")
    statement = verify(study, file)
    assert statement.holds
    assert "questions.effects.visits.seed: then 7, now 8" in statement.changed
    assert any(told.startswith("records.events.side") for told in statement.changed)
    assert "seed: then 7, now 8" in as_html(statement)


def test_other_records_cannot_make_it_again_and_what_they_say_is_not_told(study: Path, file: Path) -> None:
    write(study / "trial.csv", [*trial(), "p40,visits,77.125"])
    statement = verify(study, file)
    held = one(statement, "effects.visits")
    assert outcomes(statement) == {"effects.visits": "cannot", "audit": "same"}
    assert held.differing > 0
    assert held.differences == ()
    assert held.reasons == ("the records are others: trial.csv (40 rows then, 41 now)",)
    assert not statement.holds


def test_another_version_is_said_where_the_finding_is_another(study: Path, file: Path) -> None:
    change(file, lambda held: held.update(coproduce="0.0.9"))
    assert verify(study, file).holds
    change(file, lambda held: of(held, "audit").update(answer="Another."))
    statement = verify(study, file)
    assert one(statement, "audit").outcome == "cannot"
    assert one(statement, "audit").reasons == (f"Coproduce 0.0.9 made it, and this is {cp.__version__}",)
    assert one(statement, "audit").differences[0].then == "Another."


def test_a_plan_that_was_not_there_is_said(study: Path, file: Path) -> None:
    freeze(cp.read_study(study))
    held = one(verify(study, file), "effects.visits")
    assert held.outcome == "cannot"
    assert held.reasons[0].startswith("the plan is another: none then, SHA-256")


def test_what_the_file_says_of_its_study_is_held_against_it_too(study: Path, file: Path) -> None:
    toml = (study / "study.toml").read_text(encoding="utf-8")
    (study / "study.toml").write_text(toml.replace("[study]", "[study]\nsimulated = true"), encoding="utf-8")
    freeze(cp.read_study(study))
    (study / "study.toml").write_text(toml, encoding="utf-8")
    run(cp.read_study(study), only=["audit"], out=file.parent)
    assert verify(study, file).holds

    def embellish(held: dict[str, Any]) -> None:
        held["study"]["title"] = "A library of ours"
        held["plan"]["deviations"] = []

    statement = verify(study, change(file, embellish))
    assert outcomes(statement) == {"study": "differs", "audit": "same"}
    told = [(each.place, each.then) for each in one(statement, "study").differences]
    assert told == [("title", "A library of ours"), ("changed since the plan was frozen", "")]


def test_a_question_that_is_not_known_cannot_be_asked(study: Path, file: Path) -> None:
    change(file, lambda held: of(held, "audit").update(id="dreams", question="dreams"))
    statement = verify(study, file)
    assert one(statement, "dreams").outcome == "cannot"
    assert "knows no question dreams" in one(statement, "dreams").reasons[0]
    assert statement.left_out == ("audit",)
    assert "findings that the file does not have: audit" in as_markdown(statement)


@pytest.mark.parametrize(("lost", "kept"), [("log.csv", "effects.visits"), ("trial.csv", "audit")])
def test_a_missing_file_leaves_the_other_findings(study: Path, file: Path, lost: str, kept: str) -> None:
    (study / lost).unlink()
    statement = verify(study, file)
    assert {id_: outcome for id_, outcome in outcomes(statement).items() if outcome != "cannot"} == {
        kept: "same"
    }


def test_a_broken_table_leaves_the_other_findings(study: Path, file: Path) -> None:
    write(study / "log.csv", [*log(), "c99,Pay,yesterday"])
    held = one(verify(study, file), "audit")
    assert held.outcome == "cannot"
    assert "it cannot be asked here" in held.reasons[0]
    assert "occurred_at" in held.reasons[0]


def test_where_nothing_can_be_asked_it_is_refused(study: Path, file: Path) -> None:
    (study / "trial.csv").unlink()
    write(study / "log.csv", [*log(), "c99,Pay,yesterday"])
    with pytest.raises((RecordsError, StudyError)):
        verify(study, file)


class TestHidden:
    """Small numbers: compared as hidden, and told by nothing."""

    def whole(self, statement: Statement) -> str:
        return "".join((statement.model_dump_json(), as_markdown(statement), as_html(statement)))

    def shown(self, study: Path, file: Path) -> None:
        """Publish again from records of which nothing is hidden."""
        toml = (study / "study.toml").read_text(encoding="utf-8")
        (study / "study.toml").write_text(
            toml.replace("[study]", "[study]\nsmall_numbers = 0"), encoding="utf-8"
        )
        run(cp.read_study(study), only=["audit", "effects"], out=file.parent)

    def test_what_is_hidden_stays_so_whatever_study_toml_says_today(self, study: Path, file: Path) -> None:
        toml = (study / "study.toml").read_text(encoding="utf-8")
        (study / "study.toml").write_text(
            toml.replace("[study]", "[study]\nsmall_numbers = 0"), encoding="utf-8"
        )
        statement = verify(study, file)
        assert statement.holds
        assert statement.now.study.small_numbers == 5

    def test_a_guess_of_a_hidden_number_is_neither_confirmed_nor_denied(
        self, study: Path, file: Path
    ) -> None:
        said = []
        for guess in (4, 3):
            held = json.loads(file.read_text(encoding="utf-8"))
            table = of(held, "audit")["tables"]["activities"]
            place = table["columns"].index("rework_cases")
            assert [row[place] for row in table["rows"]].count(None) == 1
            row = next(row for row in table["rows"] if row[place] is None)
            row[place] = guess
            other = file.with_name(f"guess-{guess}.json")
            other.write_text(json.dumps(held), encoding="utf-8")
            (difference,) = one(verify(study, other), "audit").differences
            said.append(difference)
        assert [(each.then, each.now, each.apart) for each in said] == [(4, None, None), (3, None, None)]

    def test_what_the_file_hides_is_not_told(self, study: Path, file: Path) -> None:
        self.shown(study, file)
        known = estimate(json.loads(file.read_text(encoding="utf-8")), "effects.visits", "effect")["value"]

        def hide(held: dict[str, Any]) -> None:
            for key in ("value", "se", "interval"):
                estimate(held, "effects.visits", "effect")[key] = None

        statement = verify(study, change(file, hide))
        assert one(statement, "effects.visits").hidden == 4
        assert "4 values that the file does not show were not compared" in as_markdown(statement)
        assert statement.holds
        assert repr(known) not in self.whole(statement)

    def test_where_more_is_hidden_today_the_file_is_not_held_against_it(
        self, study: Path, file: Path
    ) -> None:
        self.shown(study, file)
        toml = (study / "study.toml").read_text(encoding="utf-8")
        (study / "study.toml").write_text(
            toml.replace("small_numbers = 0", "small_numbers = 6"), encoding="utf-8"
        )
        held = one(verify(study, file), "audit")
        assert (held.outcome, held.differences) == ("cannot", ())
        assert held.reasons == ("counts below 6 are hidden today, and below 0 in the file",)


DEEP = "[" * 60 + "]" * 60


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "Expecting value"),
        ('{"coproduce": "0.1', "Unterminated string"),
        ("[1, 2]", "list"),
        ('{"a": NaN}', "NaN"),
        ('{"a": ' + "9" * 5000 + "}", "digits"),
        ("[" * 100_000, "lists within lists"),
        ('{"a": "\\ud800"}', "half a letter"),
        ('{"a": "\\ud83d\\ude00"}', "'a'"),
        (f'{{"settings": {DEEP}}}', "lists within lists"),
        ("{}", "nothing"),
        ('{"coproduce": "0.1.0", "study": {"title": "A", "service": "b"}}', "no finding"),
    ],
)
def test_what_is_no_file_of_findings_is_refused(study: Path, file: Path, text: str, found: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RecordsError) as refused:
        verify(study, file)
    assert all(fault.file == "findings.json" for fault in refused.value.faults)
    assert found in str(refused.value)


def test_other_files_are_refused(study: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(path: Path) -> str:
        with pytest.raises(RecordsError) as refused:
            verify(study, path)
        return str(refused.value)

    assert "Did you mean 'findings.json'?" in refusal(file.with_name("finding.json"))
    assert "a folder" in refusal(file.parent)
    assert "no such file" in refusal(Path("a\0b"))
    (binary := file.with_name("binary.json")).write_bytes(b"\xff\xfe\x00{")
    assert "text in UTF-8" in refusal(binary)
    monkeypatch.setattr(published, "MOST_BYTES", 100)
    assert "more than 100 bytes" in refusal(file)


def test_every_fault_of_the_file_is_told_with_its_place_and_the_nearest_name(study: Path, file: Path) -> None:
    def spoil(held: dict[str, Any]) -> None:
        held["coproduce"] = "9.9.9"
        held["findings"][0]["verdict"] = "improve"
        held["findings"][0]["answr"] = held["findings"][0].pop("answer")

    with pytest.raises(RecordsError) as refused:
        verify(study, change(file, spoil))
    told = "\n".join(map(str, refused.value.faults))
    assert "The file says that Coproduce 9.9.9 made it" in told
    assert "findings.0.verdict: found 'improve', wanted one of improves" in told
    assert "findings.0.answr: found 'answr'" in told
    assert "Did you mean 'answer'?" in told


def test_many_faults_are_counted(study: Path, file: Path) -> None:
    with pytest.raises(RecordsError) as refused:
        verify(study, change(file, lambda held: held.update(dict.fromkeys(map(str, range(100)), 1))))
    assert len(refused.value.faults) == published.MOST_FAULTS + 1
    assert "80 more faults" in str(refused.value)


def test_a_finding_that_stands_twice_is_refused(study: Path, file: Path) -> None:
    with pytest.raises(RecordsError, match="each finding once"):
        verify(study, change(file, lambda held: held["findings"].append(held["findings"][0])))


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"study": {"title": "A"}}, "settings.study.service"),
        (
            {"study": {"title": "A", "service": "b"}, "questions": {"audit": {"nois": 1}}},
            "settings.questions.audit.nois",
        ),
        (
            {"study": {"title": "A", "service": "b"}, "records": {"event": {"path": "a"}}},
            "settings.records.event",
        ),
    ],
)
def test_recorded_settings_that_are_wrong_are_told_by_their_file(
    study: Path, file: Path, settings: dict[str, Any], place: str
) -> None:
    with pytest.raises((RecordsError, StudyError)) as refused:
        verify(study, change(file, lambda held: held.update(settings=settings)))
    assert {(fault.file, fault.place) for fault in refused.value.faults} == {("findings.json", place)}


def test_a_file_without_settings_is_held_against_those_of_the_folder(study: Path, file: Path) -> None:
    change(file, lambda held: held.pop("settings"))
    assert verify(study, file).holds


def words(study: Path, file: Path, *more: str) -> Iterator[str]:
    yield from ("verify", str(study), str(file), *more)


def test_the_command_writes_the_statement_and_ends_by_what_it_says(
    study: Path, file: Path, capsys: Capture
) -> None:
    page = file.with_name("statement.html")
    assert main([*words(study, file, "--out", str(page), "--by", "A. <Auditor>")]) == 0
    assert "All 2 findings hold." in capsys.readouterr().out
    html = page.read_text(encoding="utf-8")
    assert "by A. &lt;Auditor&gt;, with Coproduce" in html
    assert "Library &lt;b&gt;fines&lt;/b&gt; | *2026*" in html
    assert "<script" not in html
    change(file, lambda held: of(held, "audit").update(answer="Another."))
    assert main([*words(study, file, "--json")]) == DOES_NOT_HOLD == 15
    told = json.loads(capsys.readouterr().out)
    assert told["holds"] is False
    assert [held["outcome"] for held in told["findings"]] == ["differs", "same"]


def test_a_statement_in_markdown_keeps_its_form(study: Path, file: Path) -> None:
    text = file.with_name("statement.md")
    assert main([*words(study, file, "--out", str(text))]) == 0
    lines = text.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# To whom it may concern"
    assert "Library \\<b\\>fines\\</b\\> \\| \\*2026\\*" in lines[2]
    rows = [line for line in lines if line.startswith("| ")]
    assert {line.replace(r"\|", "").count("|") for line in rows} == {4, 6}


@pytest.mark.parametrize(
    ("out", "code"), [("statement.pdf", StudyError.exit_code), ("nowhere/s.md", StudyError.exit_code)]
)
def test_where_it_cannot_be_written_is_said_before_anything_is_asked(
    study: Path, file: Path, out: str, code: int, capsys: Capture
) -> None:
    assert main([*words(study, file, "--out", str(file.parent / out))]) == code
    assert "--out" in capsys.readouterr().err


def test_a_refusal_has_its_code_and_no_traceback(study: Path, file: Path, capsys: Capture) -> None:
    file.write_text("{", encoding="utf-8")
    assert main([*words(study, file)]) == RecordsError.exit_code
    assert "Traceback" not in capsys.readouterr().err
    assert main([*words(study / "nowhere", file)]) in {RecordsError.exit_code, StudyError.exit_code}
