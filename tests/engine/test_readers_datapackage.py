"""A Data Package's tables as a study's: what its description says is how they are read."""

import json

import pytest

from coproduce.errors import StudyError
from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.study import read_study

LOG = "case_id;activity;occurred_at\nA;Müll;01.02.2026\n".encode("cp1252")
EVENTS = {
    "name": "events",
    "path": "log.csv",
    "encoding": "windows-1252",
    "dialect": {"delimiter": ";"},
    "schema": {
        "fields": [{"name": "occurred_at", "type": "date", "format": "%d.%m.%Y"}, {"name": "case_id"}]
    },
}
TOML = "[records]\ndatapackage = 'data/datapackage.json'\n"


def _files(*resources):
    return {"data/datapackage.json": json.dumps({"resources": resources}), "data/log.csv": LOG}


def test_path_delimiter_encoding_and_times_are_taken_from_the_description(write_study):
    folder = write_study(_files(EVENTS, {"name": "pictures", "path": "x.zip"}), toml=TOML)
    with Engine(threads=1) as engine:
        table = open_records(read_study(folder), engine).tables["events"]
        rows = engine.rows("SELECT case_id, activity, CAST(occurred_at AS VARCHAR) FROM events")
    assert rows == [("A", "Müll", "2026-02-01 00:00:00")]
    assert table.file == "data/log.csv"


def test_what_stands_in_study_toml_goes_first(write_study):
    toml = TOML + "[records.events]\ntime_format = '%m.%d.%Y'\nside = { citizen = { activity = 'M*' } }\n"
    with Engine(threads=1) as engine:
        study = read_study(write_study(_files(EVENTS), toml=toml))
        open_records(study, engine)
        assert engine.rows("SELECT CAST(occurred_at AS VARCHAR) FROM events") == [("2026-01-02 00:00:00",)]
    assert "citizen" in study.tables["events"].side


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("{", "Expecting property name"),
        ("[]", "no list of resources"),
        ('{"resources": [1]}', "no list of resources"),
        ('{"resources": [{"name": "x", "path": "y"}]}', "x"),
        (json.dumps({"resources": [EVENTS | {"path": ["a.csv", "b.csv"]}]}), "path ["),
        (json.dumps({"resources": [EVENTS | {"schema": {"missingValues": ["", "NA"]}}]}), "missingValues"),
    ],
)
def test_what_cannot_be_read_as_it_says_is_refused(write_study, content, found):
    folder = write_study({"data/datapackage.json": content, "data/log.csv": LOG}, toml=TOML)
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    (fault,) = caught.value.faults
    assert fault.found.startswith(found)


@pytest.mark.parametrize("path", ["../../log.csv", "https://example.org/log.csv", "/etc/hostname"])
def test_a_resource_outside_the_folder_is_refused(write_study, path):
    with pytest.raises(StudyError) as caught:
        read_study(write_study(_files(EVENTS | {"path": path}), toml=TOML))
    assert {fault.rule for fault in caught.value.faults} <= {"inside", "exists"}
