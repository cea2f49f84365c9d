"""The command line: what it prints, what it writes, and with which code it ends."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from coproduce.cli import main
from coproduce.findings.files import findings_from_json, findings_schema

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def study(tmp_path: Path, capsys: Capture) -> Path:
    folder = tmp_path / "study"
    assert main(["init", str(folder)]) == 0
    capsys.readouterr()
    return folder


def test_a_new_study_is_sound_and_can_be_run(study: Path, capsys: Capture) -> None:
    assert main(["check", str(study)]) == 0
    assert main(["run", str(study)]) == 0
    results = study / "results"
    assert {"findings.json", "report.html", "tables", "figures"} <= {
        entry.name for entry in results.iterdir()
    }
    assert str(results / "report.html") in capsys.readouterr().out.replace("\n", "")
    found = json.loads((results / "findings.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, findings_schema())
    assert found["study"]["simulated"] is True


def test_a_folder_that_holds_something_is_left_alone(study: Path, capsys: Capture) -> None:
    before = {path: path.read_bytes() for path in study.iterdir()}
    assert main(["init", str(study)]) == 10
    assert "wanted a folder that is not there yet" in capsys.readouterr().err
    assert main(["simulate", str(study)]) == 10
    assert before == {path: path.read_bytes() for path in study.iterdir()}


def test_json_is_the_findings_and_nothing_else(study: Path, capsys: Capture) -> None:
    assert main(["run", str(study), "--only", "audit", "--json"]) == 0
    findings = findings_from_json(capsys.readouterr().out)
    assert [finding.id for finding in findings.findings] == ["audit"]


def test_the_short_way_in_says_the_same_as_the_study(study: Path, capsys: Capture) -> None:
    settings = tomllib.loads((study / "study.toml").read_text(encoding="utf-8"))
    sides = settings["records"]["events"]["side"]
    words = ["audit", str(study / "events.csv"), "--complete", "Return book", "--group", "branch", "--json"]
    words += [word for activity in sides["citizen"]["activity"] for word in ("--citizen", activity)]
    words += [word for activity in sides["system"]["activity"] for word in ("--system", activity)]
    assert main(words) == 0
    short = findings_from_json(capsys.readouterr().out).finding("audit")
    assert main(["run", str(study), "--json"]) == 0
    long = findings_from_json(capsys.readouterr().out).finding("audit")
    assert short.estimates == long.estimates
    assert short.tables == long.tables


def test_the_audit_writes_only_where_it_is_told(study: Path, tmp_path: Path) -> None:
    assert main(["audit", str(study / "events.csv"), "--citizen", "Collect book"]) == 0
    assert sorted(path.name for path in study.iterdir()) == ["events.csv", "study.toml"]
    assert (
        main(
            ["audit", str(study / "events.csv"), "--citizen", "Collect book", "--out", str(tmp_path / "out")]
        )
        == 0
    )
    assert (tmp_path / "out" / "report.html").is_file()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["check", "nowhere"], 10, "no such file"),
        (["run", "nowhere"], 10, "no such file"),
        (["audit", "nowhere.csv"], 10, "wanted a file that is there"),
        (["schema", "evnts"], 10, "Did you mean 'events'?"),
        (["classify", "--label", "co-governence"], 10, "Did you mean 'Co-governance'?"),
        (["classify", "--phase", "delivr"], 10, "Did you mean 'deliver'?"),
        (["frobnicate"], 2, ""),
        (["run"], 2, ""),
    ],
)
def test_refusals_are_plain_and_have_their_code(
    words: list[str], code: int, said: str, capsys: Capture
) -> None:
    assert main(words) == code
    captured = capsys.readouterr()
    assert said in captured.err.replace("\n", " ")
    assert "Traceback" not in captured.err + captured.out


def test_every_fault_of_a_study_is_told_at_once(study: Path, capsys: Capture) -> None:
    (study / "events.csv").write_text(
        "case_id,activity,occurred_at,branch\n1,Ask,2026-01-01,Hill\n,Ask,2026-01-02,Hill\n2,,soon,Hill\n",
        encoding="utf-8",
    )
    assert main(["check", str(study), "--json"]) == 11
    told = json.loads(capsys.readouterr().out)
    assert told["error"] == "RecordsError"
    places = {(fault["place"], fault["rows"][0][0]) for fault in told["faults"] if fault["rows"]}
    assert {("case_id", 3), ("activity", 4), ("occurred_at", 4)} <= places


def test_an_unknown_question_is_refused_with_the_nearest(study: Path, capsys: Capture) -> None:
    assert main(["run", str(study), "--only", "adit"]) == 10
    assert "Did you mean 'audit'?" in capsys.readouterr().err


def test_a_fault_of_coproduce_itself_is_called_so(
    study: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coproduce.runner.run", lambda *_, **__: 1 / 0)
    assert main(["run", str(study)]) == 1
    assert "A fault of Coproduce itself: ZeroDivisionError" in capsys.readouterr().err
    with pytest.raises(ZeroDivisionError):
        main(["run", str(study), "--debug"])


def test_schemas_are_json_schemas(capsys: Capture) -> None:
    for name in ("findings", "study"):
        assert main(["schema", name]) == 0
        jsonschema.Draft202012Validator.check_schema(json.loads(capsys.readouterr().out))


def test_the_tables_can_be_read_on_a_terminal(capsys: Capture) -> None:
    assert main(["schema", "events"]) == 0
    assert "occurred_at" in capsys.readouterr().out
    assert main(["schema", "events", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"]["columns"][0]["name"] == "case_id"


def test_an_exported_study_is_a_study_with_the_same_findings(
    study: Path, tmp_path: Path, capsys: Capture
) -> None:
    package = tmp_path / "package"
    assert main(["export", str(study), "--to", str(package)]) == 0
    assert (package / "datapackage.json").is_file()
    assert main(["check", str(package)]) == 0
    capsys.readouterr()
    answers = []
    for folder in (study, package):
        assert main(["run", str(folder), "--json", "--out", str(tmp_path / folder.name)]) == 0
        answers.append(findings_from_json(capsys.readouterr().out).finding("audit"))
    assert answers[0].estimates == answers[1].estimates
    assert answers[0].tables == answers[1].tables


def test_labels_resolve(capsys: Capture) -> None:
    assert main(["classify", "--label", "co-governance"]) == 0
    assert "Pestoff" in capsys.readouterr().out
    assert main(["classify", "--label", "co-governance", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_the_vocabulary_can_be_exported(capsys: Capture) -> None:
    assert main(["classify", "--skos", "turtle"]) == 0
    assert "skos:Concept" in capsys.readouterr().out
    assert main(["classify", "--skos", "json-ld"]) == 0
    assert "@graph" in json.loads(capsys.readouterr().out)


def test_one_contribution_is_classified(capsys: Capture) -> None:
    words = [
        "classify",
        "--phase",
        "deliver",
        "--activity",
        "perform",
        "--level",
        "individual",
        "--obligation",
        "voluntary",
        "--json",
    ]
    assert main(words) == 0
    finding = findings_from_json(capsys.readouterr().out).finding("classify")
    assert set(finding.tables) >= {"definitions", "typologies"}
