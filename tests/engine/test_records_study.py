"""study.toml: what it may hold, and every fault of it at once."""

import json

import pytest

from coproduce.errors import StudyError
from coproduce.records.settings import EventsSettings, Head, study_schema, validated
from coproduce.records.study import Study, read_study

LOG = {"a.csv": "case_id,activity,occurred_at\nA,Ask,2026-01-01\n"}


def _told(error):
    return [(fault.place, fault.rule) for fault in error.faults]


def test_every_fault_is_told_at_once(write_study):
    toml = """
grups = ["x"]
[records.event]
path = "a.csv"
[records.events]
path = "b.csv"
delimeter = ";"
[records.units]
path = "../outside.csv"
encoding = "utf-99"
[records.measures]
path = "a.csv"
columns = { mesure = "x" }
[records.people]
[questions.audit]
"""
    folder = write_study(LOG, toml=toml)
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    faults = {fault.place: fault for fault in caught.value.faults}
    assert {place: fault.rule for place, fault in faults.items()} == {
        "study.grups": "known",
        "records.event": "known",
        "records.events.delimeter": "known",
        "records.events.path": "exists",
        "records.measures.columns.mesure": "known",
        "records.units.encoding": "value",
        "records.units.path": "inside",
        "records.people": "value",
    }
    for place, hint in (
        ("study.grups", "groups"),
        ("records.event", "events"),
        ("records.events.delimeter", "delimiter"),
        ("records.events.path", "a.csv"),
        ("records.measures.columns.mesure", "measure"),
    ):
        assert faults[place].hint == f"Did you mean '{hint}'?"


@pytest.mark.parametrize(
    ("line", "place", "wanted"),
    [
        ("small_numbers = 'five'", "study.small_numbers", "a whole number"),
        ("small_numbers = -1", "study.small_numbers", "greater than or equal to 0"),
        ("groups = 'age'", "study.groups", "a list"),
        ("simulated = 'perhaps'", "study.simulated", "true or false"),
        ("[records.events]\npath = 5", "records.events.path", "text"),
        ("[records.events]\npath = ''", "records.events.path", "text that is not empty"),
        (
            "[records.events]\npath = 'a.csv'\ndelimiter = '||'",
            "records.events.delimiter",
            "1 letter at most",
        ),
        ("[records.events]\npath = 'a.csv'\nside = 'x'", "records.events.side", "a table of keys"),
        ("[records.events]\npath = 'a.csv'\ndatabase = 'DB'", "records.events", "either `path` (a file)"),
        ("[records.events]\ndatabase = 'DB'", "records.events", "`table` beside `database`"),
        (
            "[records.events]\npath = 'a.csv'\nencoding = 'hex'",
            "records.events.encoding",
            "an encoding of text",
        ),
        ("[records.events]\npath = 'a.csv'\ntime_format = '%H:%M'", "records.events.time_format", "a way of"),
        ("[records.events]\npath = 'a.csv'\ntime_format = '%Y %Q'", "records.events.time_format", "a way of"),
        ("[records.units]\npath = 'a.csv'\nside = {}", "records.units.side", "one of path"),
        ("[records]\nevents = 1", "records.events", "a table of keys"),
    ],
)
def test_a_wrong_value_says_what_would_be_right(write_study, line, place, wanted):
    with pytest.raises(StudyError) as caught:
        read_study(write_study(LOG, toml=line))
    (fault,) = caught.value.faults
    assert (fault.file, fault.place) == ("study.toml", place)
    assert fault.wanted.startswith(wanted)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"[study]\ntitle = 'a'\ntitle = 'b'\n", "toml"),
        (b"[study\n", "toml"),
        ("[study]\ntitle = 'M\xfcll'\n".encode("latin-1"), "encoding"),
    ],
)
def test_what_is_no_toml_in_utf_8_is_refused(tmp_path, content, rule):
    (tmp_path / "study.toml").write_bytes(content)
    with pytest.raises(StudyError) as caught:
        read_study(tmp_path)
    assert _told(caught.value) == [(None, rule)]


def test_no_file_and_a_folder_of_that_name_are_refused(tmp_path):
    with pytest.raises(StudyError, match="coproduce init"):
        read_study(tmp_path)
    (tmp_path / "study.toml").mkdir()
    with pytest.raises(StudyError) as caught:
        read_study(tmp_path)
    assert _told(caught.value) == [(None, "readable")]


@pytest.mark.parametrize(
    "path", ["/etc/hostname", "../secret.csv", "link.csv", "folder/../../secret.csv", "links"]
)
def test_a_path_out_of_the_folder_is_refused(write_study, tmp_path, path):
    folder = write_study({"study/a.csv": ""}).joinpath("study")
    (tmp_path / "secret.csv").write_text(LOG["a.csv"])
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "links").symlink_to(tmp_path)
    (folder / "study.toml").write_text(f"[study]\ntitle='t'\nservice='s'\n[records.events]\npath='{path}'\n")
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    assert _told(caught.value) == [("records.events.path", "inside")]


def test_a_part_that_leads_out_of_the_folder_is_refused(write_study, tmp_path):
    folder = write_study({"parts/a.parquet": ""}, toml="[records.events]\npath = 'parts'")
    outside = tmp_path.parent / f"{tmp_path.name}-outside.parquet"
    outside.touch()
    (folder / "parts" / "b.parquet").symlink_to(outside)
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    assert _told(caught.value) == [("records.events.path", "inside")]


@pytest.mark.parametrize(
    "path", ["a\\u0000b.csv", "x" * 5000, "loop.csv", "empty", "none-*.parquet", "../*.csv"]
)
def test_a_path_that_leads_nowhere_is_refused(write_study, path):
    folder = write_study({"empty/x.txt": ""}, toml=f'[records.events]\npath = "{path}"')
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    with pytest.raises(StudyError) as caught:
        read_study(folder)
    assert _told(caught.value)[0][0] == "records.events.path"


def test_one_pattern_or_several_may_be_given():
    def sides(given):
        return validated(EventsSettings, {"path": "a", "side": {"citizen": given}}).side["citizen"]

    assert sides({"activity": "Pay"}) == ({"activity": ("Pay",)},)
    assert sides([{"activity": ["Pay", "Ask*"], "actor": "x"}, {"actor": "?"}]) == (
        {"activity": ("Pay", "Ask*"), "actor": ("x",)},
        {"actor": ("?",)},
    )


def test_an_unknown_side_is_refused():
    with pytest.raises(StudyError) as caught:
        validated(
            EventsSettings, {"path": "a", "side": {"citzen": {"activity": "x"}}}, at=("records", "events")
        )
    (fault,) = caught.value.faults
    assert (fault.place, fault.hint) == ("records.events.side.citzen", "Did you mean 'citizen'?")


def test_a_table_may_be_handed_over_in_memory(tmp_path):
    head = Head(title="t", service="s")
    study = Study(
        head=head, folder=tmp_path, tables={"events": EventsSettings(path="x")}, frames={"events": 1}
    )
    assert study.has("events")


def test_the_schema_of_the_file_knows_every_key():
    jsonschema = pytest.importorskip("jsonschema")
    schema = study_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {
        "study": {"title": "t", "service": "s", "groups": ["age"]},
        "records": {
            "events": {"path": "a.csv", "side": {"citizen": {"activity": "Pay"}}, "keep": {"x": ["y"]}},
            "units": {"path": "u.csv"},
        },
    }
    jsonschema.validate(good, schema)
    bad = json.loads(json.dumps(good).replace('"units"', '"unti"'))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, schema)
