"""Good files, small ones: what a fuzzer begins from and damages."""

import io
import json
import sqlite3
import tempfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from coproduce.records.form_files import write_form
from coproduce.records.forms import Choice, Form, FormGroup, FormQuestion

CSV = (
    b"case_id,activity,occurred_at,minutes,district\n"
    b'A,Ask,2026-01-01T10:00:00+01:00,1.5,North\n"B ""b""","Pay, now",2026-01-02T10:00:00+01:00,,S\xc3\xbcd\n'
)
CSV_IN_UTF_16 = CSV.decode().replace(",", ";").replace("\n", "\r\n").encode("utf-16")
XES = b"""<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0"><extension name="Concept" prefix="concept" uri="u"/>
<global scope="event"><string key="concept:name" value="d"/></global><string key="source" value="s"/>
<trace><string key="concept:name" value="A &amp; B"/><int key="amount" value="7"/>
<event><string key="concept:name" value="Ask"/><date key="time:timestamp" value="2026-01-01T10:00:00.5+01:00"/>
<float key="cost" value="1.5"><string key="inner" value="x"/></float><boolean key="late" value="true"/></event>
<event><string key="concept:name" value="Pay"/><date key="time:timestamp" value="2026-01-02T10:00:00+01:00"/>
<list key="l"><values><string key="v" value="1"/></values></list></event></trace></log>"""
OCEL = json.dumps(
    {
        "eventTypes": [{"name": "Ask", "attributes": []}],
        "objectTypes": [{"name": "request", "attributes": []}],
        "events": [
            {
                "id": "e1",
                "type": "Ask",
                "time": "2026-01-01T10:00:00Z",
                "attributes": [{"name": "actor", "value": "M"}, {"name": "minutes", "value": 7}],
                "relationships": [{"objectId": "o1", "qualifier": "of"}],
            },
            {
                "id": "e2",
                "type": "Pay",
                "time": "2026-01-02T10:00:00Z",
                "relationships": [{"objectId": "o1"}],
            },
        ],
        "objects": [
            {
                "id": "o1",
                "type": "request",
                "attributes": [{"name": "size", "time": "1970-01-01T00:00:00Z", "value": 1.5}],
            }
        ],
    }
).encode()
PABULIB = (
    b"META\nkey;value\nbudget;9\nvote_type;scoring\nnum_projects;2\nnum_votes;2\n"
    b'PROJECTS\nproject_id;cost;name;selected\na;4;"Bench; oak";1\nb;5,5;Path;0\n'
    b"VOTES\nvoter_id;age;vote;points\n1;30;a,b;2,3\n2;;b;1\n"
)
STUDY = b"""[study]
title = "A \\"quoted\\" town"
service = "care"
small_numbers = 5
groups = ["district"]

[records.events]
path = "log.csv"
columns = { case_id = "case_id" }
keep = { activity = ["A*", "P?y"] }
time_format = "%Y-%m-%dT%H:%M:%S"
delimiter = ","
encoding = "utf-8"
side.citizen = [{ activity = "Ask" }]

[questions.audit]
noise = 0.1
"""
STUDY_LOG = b"case_id,activity,occurred_at,minutes,district\nA,Ask,2026-01-01T10:00:00,1.5,North\n"
PACKAGE = json.dumps(
    {
        "resources": [
            {
                "name": "events",
                "path": "log.csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ","},
                "schema": {
                    "fields": [{"name": "occurred_at", "type": "datetime", "format": "%Y-%m-%dT%H:%M:%S"}],
                    "missingValues": [""],
                },
            }
        ]
    }
).encode()
FINDINGS = json.dumps(
    {
        "coproduce": "0.1.0",
        "study": {"title": "T", "service": "s"},
        "inputs": {"events": {"rows": 2, "sha256": None}},
        "findings": [
            {
                "id": "effects.a",
                "question": "effects",
                "title": "t",
                "answer": "a",
                "verdict": "uncertain",
                "estimates": [
                    {
                        "name": "effect",
                        "label": "E",
                        "value": 0.5,
                        "se": 0.1,
                        "unit": "standard deviations",
                        "n": 9,
                    }
                ],
                "tables": {"t": {"caption": "c", "columns": ["a", "b"], "rows": [["x", 1], [None, 2.5]]}},
                "grade": {"level": "low", "reasons": []},
            }
        ],
    }
).encode()
EXPRESSION = b"if(${a} >= 5 and not(selected(${b}, 'x')), . div 2 - 1, number('3') mod count-selected(${b}))"
ANSWERS = json.dumps(
    {"q": "7", "s": "yes no other", "s_other": "mine", "d": "2026-03-01", "r": "2.5"}
).encode()


def _from_file(write, name="seed"):
    """The bytes that a function writes into a file."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder, name))
        return Path(folder, name).read_bytes()


def database(script, *, page=512):
    """A SQLite file that a script fills, in small pages."""

    def write(file):
        with sqlite3.connect(file) as opened:
            opened.execute(f"PRAGMA page_size = {page}")
            opened.executescript(script)
        opened.close()

    return _from_file(write)


TABLE_SQL = """
CREATE TABLE steps (case_id TEXT, activity, occurred_at TEXT, minutes);
INSERT INTO steps VALUES ('A', 'Ask', '2026-01-01T10:00:00Z', 7), ('B', 'Pay', '2026-01-02T10:00:00Z', 0.5),
    ('C', x'07', '2026-01-03T10:00:00Z', NULL);
"""
OCEL_SQL = """
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
CREATE TABLE object_r (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, size REAL);
CREATE TABLE event_Ask (ocel_id TEXT, ocel_time TEXT, actor TEXT);
INSERT INTO event VALUES ('e1', 'Ask');
INSERT INTO object VALUES ('o1', 'request');
INSERT INTO event_object VALUES ('e1', 'o1', 'of');
INSERT INTO event_map_type VALUES ('Ask', 'Ask');
INSERT INTO object_map_type VALUES ('request', 'r');
INSERT INTO object_r VALUES ('o1', '1970-01-01 00:00:00', NULL, 1.5);
INSERT INTO event_Ask VALUES ('e1', '2026-01-01 10:00:00', 'M');
"""
QUALCODER_SQL = """
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE code_name (cid INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE code_text (cid INTEGER, fid INTEGER, pos0 INTEGER, pos1 INTEGER, owner TEXT);
CREATE TABLE cases (caseid INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE case_text (caseid INTEGER, fid INTEGER, pos0 INTEGER, pos1 INTEGER);
CREATE TABLE attribute (attrid INTEGER PRIMARY KEY, name TEXT, attr_type TEXT, value TEXT, id INTEGER);
INSERT INTO source VALUES (1, 'one.txt');
INSERT INTO code_name VALUES (1, 'trust');
INSERT INTO code_text VALUES (1, 1, 0, 9, 'ada');
INSERT INTO cases VALUES (1, 'North');
INSERT INTO case_text VALUES (1, 1, 0, 99);
INSERT INTO attribute VALUES (1, 'age', 'case', '30', 1);
"""
TAGUETTE_SQL = """
CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE highlights (id INTEGER PRIMARY KEY, document_id INTEGER, start_offset INTEGER, end_offset INTEGER);
CREATE TABLE highlight_tags (highlight_id INTEGER, tag_id INTEGER);
CREATE TABLE tags (id INTEGER PRIMARY KEY, path TEXT);
INSERT INTO documents VALUES (1, 'one.txt');
INSERT INTO highlights VALUES (1, 1, 0, 9);
INSERT INTO tags VALUES (1, 'trust');
INSERT INTO highlight_tags VALUES (1, 1);
"""
REFI = b"""<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0">
<Users><User guid="{U1}" name="Ada"/></Users><CodeBook><Codes><Code guid="C1" name="trust"/></Codes></CodeBook>
<Cases><Case guid="K1" name="North"><SourceRef targetGUID="S1"/></Case></Cases>
<Sources><TextSource guid="S1" name="one.txt"><PlainTextSelection guid="P" startPosition="0" endPosition="9"
creatingUser="u1"><Coding guid="X"><CodeRef targetGUID="c1"/></Coding></PlainTextSelection></TextSource></Sources>
</Project>"""


def zipped(members, *, packed=zipfile.ZIP_DEFLATED):
    """An archive of members, by their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=packed)
    return buffer.getvalue()


def refi_project():
    """A REFI-QDA project."""
    return zipped({"project.qde": REFI, "sources/one.txt": b"nine letters"})


def form():
    """A form with a bit of everything."""
    yes, no = (
        Choice(name=name, labels={"": name}, counts_as=place) for place, name in enumerate(("yes", "no"))
    )
    many = {"kind": "select_multiple", "scale": "yn", "choices": (yes, no), "or_other": True}
    return Form(
        name="f",
        title="F",
        version="1",
        groups=(FormGroup(name="g", labels={"": "G"}),),
        questions=(
            FormQuestion(name="q", kind="integer", labels={"": "Q?"}, constraint=". >= 0", required=True),
            FormQuestion(name="s", labels={"": "S?"}, group="g", **many),
            FormQuestion(
                name="r", kind="range", labels={"": "R"}, start=0.0, end=5.0, step=0.5, construct="c"
            ),
            FormQuestion(
                name="d", kind="date", labels={"": "D"}, relevant="${q} > 3 and selected(${s}, 'yes')"
            ),
            FormQuestion(name="k", kind="calculate", calculation="if(${q} > 1, 'x', 1 div ${q})"),
        ),
    )


def workbook():
    """A form as a workbook."""
    return _from_file(lambda file: write_form(form(), file), "form.xlsx")


def form_sheet(name):
    """A form's sheet as CSV."""

    def write(folder):
        write_form(form(), folder.with_suffix(""))
        folder.write_bytes((folder.with_suffix("") / f"{name}.csv").read_bytes())

    return _from_file(write, "seed.csv")


def parquet():
    """Events as Parquet, with dictionaries, times and numbers."""
    table = pa.table(
        {
            "case_id": pa.array(["A", "B"]).dictionary_encode(),
            "activity": ["Ask", "Pay"],
            "occurred_at": pa.array(
                [1_767_261_600_000_000, 1_767_348_000_000_000], pa.timestamp("us", "UTC")
            ),
            "minutes": [1.5, None],
            "tags": [["x"], []],
        }
    )
    return _from_file(lambda file: pq.write_table(table, file, compression="none"), "seed.parquet")


def plan():
    """A plan that was frozen."""
    held = {"frozen_at": "2026-01-01T00:00:00+00:00", "tables_sha256": "0", "seen": {"a.csv": "0"}}
    return json.dumps({**held, "plan": {"questions": {"audit": {"citizen": ["Ask"]}}, "study": {}}}).encode()
