"""The Data Package that `coproduce export` writes: plain tables, told by their schema, and a study again."""

import hashlib
import json
from importlib.resources import files

import pyarrow as pa
import pytest

from coproduce.errors import RecordsError, StudyError
from coproduce.records import package
from coproduce.records.check import check_records
from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.package import export
from coproduce.records.settings import EventsSettings, Head
from coproduce.records.study import Study, read_study
from coproduce.runner import run
from coproduce.simulate import simulate

EVENTS = pa.table(
    {
        "Case": ["1", "007", "x", "y"],
        "Step": ['say "hi",\nthen go', " padded ", "Ü→ß", "=1+1"],
        "When": [
            "2026-01-01T10:00:00.25+01:00",
            "2026-07-01T00:00:00Z",
            "2026-01-02T00:00:00Z",
            "2026-01-01T00:00:00Z",
        ],
        "group,2": ["a", None, "", "d"],
        "amount": [1.5, None, 0.1, 1e-9],
        "who": ["a", "b", None, "d"],
        "state": ["on", "on", "on", "off"],
    }
)


@pytest.fixture
def study(tmp_path):
    settings = EventsSettings(
        path="(in memory)",
        columns={"case_id": "Case", "activity": "Step", "occurred_at": "When", "place": "group,2"},
        keep={"state": ["on"]},
        side={"citizen": [{"activity": ["Ü*"]}, {"place": ["a"]}]},
    )
    head = Head(title='A "test"', service="care", groups=("place",), small_numbers=0)
    questions = {"audit": {"complete": ["Ü→ß"], "noise": 0.05}}
    return Study(
        head=head,
        folder=tmp_path,
        tables={"events": settings},
        frames={"events": EVENTS},
        questions=questions,
    )


def _rows(study):
    columns = 'case_id, activity, occurred_at, group_1, "place", CAST(amount AS DOUBLE), who'
    with Engine(threads=1) as engine:
        open_records(study, engine)
        return engine.rows(f"SELECT {columns} FROM events ORDER BY row_number")


@pytest.mark.parametrize("large", [1_000_000, 0])
def test_what_is_written_is_a_study_with_the_same_rows_and_settings(study, tmp_path, monkeypatch, large):
    monkeypatch.setattr(package, "LARGE", large)
    written = export(study, tmp_path / "out")
    assert [path.suffix for path in written] == [".csv" if large else ".parquet", ".json", ".toml"]
    again = read_study(tmp_path / "out")
    assert again.head == study.head
    assert again.questions == study.questions
    assert again.tables["events"].side == study.tables["events"].side
    assert _rows(again) == _rows(study)
    assert len(_rows(again)) == 3


def test_times_are_written_in_utc_and_texts_as_they_are(study, tmp_path):
    export(study, tmp_path / "out")
    lines = (tmp_path / "out" / "events.csv").read_text(encoding="utf-8")
    assert lines.startswith("case_id,activity,occurred_at,place,amount,who,state\n")
    assert '1,"say ""hi"",\nthen go",2026-01-01T09:00:00.250000Z,a,1.5,a,on\n' in lines
    assert "007, padded ,2026-07-01T00:00:00Z,,,b,on\n" in lines


def test_the_description_is_that_of_the_schema(tmp_path):
    simulate(tmp_path / "care", seed=1, cases=60)
    export(read_study(tmp_path / "care"), tmp_path / "out")
    described = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in described["resources"]}
    people, contributions = resources["people"]["schema"], resources["contributions"]["schema"]
    assert people["primaryKey"] == ["actor"]
    assert people["missingValues"] == [""]
    assert {"fields": ["actor"], "reference": {"resource": "people", "fields": ["actor"]}} in contributions[
        "foreignKeys"
    ]
    fields = {field["name"]: field for field in contributions["fields"]}
    assert fields["given_on"] == {
        "name": "given_on",
        "type": "datetime",
        "description": "when it was given",
        "constraints": {"required": True},
    }
    assert fields["status"]["constraints"]["enum"][0] == "proposed"
    for resource in resources.values():
        content = (tmp_path / "out" / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)


def test_what_is_written_has_no_fault_and_gives_the_same_findings(tmp_path):
    folder = tmp_path / "starter"
    folder.mkdir()
    for name in ("study.toml", "events.csv"):
        (folder / name).write_bytes((files("coproduce.starter") / name).read_bytes())
    export(read_study(folder), tmp_path / "out")
    with Engine(threads=1) as engine:
        assert check_records(read_study(tmp_path / "out"), engine) == ()

    def answers(study):
        return run(study).findings

    assert answers(read_study(folder)) == answers(read_study(tmp_path / "out"))


def test_the_same_study_is_written_with_the_same_bytes(study, tmp_path):
    first, second = export(study, tmp_path / "a"), export(study, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_folder_that_holds_something_is_refused(study, tmp_path):
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file"):
        with pytest.raises(StudyError):
            export(study, place)


def test_a_study_with_faults_is_not_written(study, tmp_path):
    faulty = Study(
        head=study.head,
        folder=tmp_path,
        tables=study.tables,
        frames={"events": EVENTS.set_column(0, "Case", pa.array([None] * 4, pa.string()))},
    )
    with pytest.raises(RecordsError):
        export(faulty, tmp_path / "out")
    assert not (tmp_path / "out").exists()
