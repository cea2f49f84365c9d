"""Coded passages: QualCoder's and Taguette's SQLite files, and REFI-QDA projects."""

import io
import sqlite3
import zipfile

import pytest

from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.readers import refi
from coproduce.records.study import read_study

ROWS = "SELECT document, starts_at, ends_at, coder, code, case_id FROM segments ORDER BY row_number"
QUALCODER = """
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT, fulltext TEXT);
CREATE TABLE code_name (cid INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE code_text (ctid INTEGER PRIMARY KEY, cid INTEGER, fid INTEGER, seltext TEXT, pos0 INTEGER, pos1 INTEGER,
    owner TEXT);
CREATE TABLE cases (caseid INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE case_text (id INTEGER PRIMARY KEY, caseid INTEGER, fid INTEGER, pos0 INTEGER, pos1 INTEGER);
CREATE TABLE attribute (attrid INTEGER PRIMARY KEY, name TEXT, attr_type TEXT, value TEXT, id INTEGER);
INSERT INTO source VALUES (1, 'first.txt', 'a secret'), (2, 'second.txt', 'another');
INSERT INTO code_name VALUES (7, 'trust'), (8, 'delay');
INSERT INTO cases VALUES (1, 'North'), (2, 'South');
INSERT INTO case_text VALUES (1, 1, 1, 0, 50), (2, 2, 1, 50, 99), (3, 1, 2, 0, 99), (4, 2, 2, 0, 99);
INSERT INTO code_text VALUES (1, 7, 1, 'a secret', 0, 8, 'Ann'), (2, 8, 1, 'x', 60, 70, 'Bob');
INSERT INTO code_text VALUES (3, 7, 2, 'x', 1, 2, 'Ann');
INSERT INTO attribute VALUES (1, 'place', 'file', 'hall', 1), (2, 'size', 'case', 'small', 2);
INSERT INTO attribute VALUES (3, 'place', 'file', '', 2);
"""
TAGUETTE = """
CREATE TABLE documents (id INTEGER PRIMARY KEY, name TEXT, contents TEXT);
CREATE TABLE highlights (id INTEGER PRIMARY KEY, document_id INTEGER, start_offset INTEGER, end_offset INTEGER,
    snippet TEXT);
CREATE TABLE tags (id INTEGER PRIMARY KEY, path TEXT);
CREATE TABLE highlight_tags (highlight_id INTEGER, tag_id INTEGER);
INSERT INTO documents VALUES (1, 'letter', 'a secret');
INSERT INTO highlights VALUES (1, 1, 3, 9, 'secret'), (2, 1, 0, 2, 'a');
INSERT INTO tags VALUES (1, 'care.trust'), (2, 'delay');
INSERT INTO highlight_tags VALUES (1, 2), (1, 1), (2, 2);
"""
PROJECT = """<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="urn:QDA-XML:project:1.0" name="p">
<Users><User guid="U1" name="Ann"/><User guid="U2" name="Bob"/></Users>
<CodeBook><Codes><Code guid="C1" name="trust"><Code guid="c2" name="delay"/></Code></Codes></CodeBook>
<Cases><Case guid="K" name="North"><SourceRef targetGUID="S1"/></Case></Cases>
<Sources>
<TextSource guid="s1" name="first"><PlainTextContent>a secret</PlainTextContent>
<PlainTextSelection guid="P1" startPosition="0" endPosition="8" creatingUser="U1">
<Coding guid="X1" creatingUser="U2"><CodeRef targetGUID="C1"/></Coding>
<Coding guid="X2"><CodeRef targetGUID="{C2}"/></Coding></PlainTextSelection></TextSource>
<PictureSource guid="S2" name="photo"><Coding guid="X3"><CodeRef targetGUID="C1"/></Coding></PictureSource>
</Sources></Project>"""


def _toml(name):
    return f"[records.segments]\npath = '{name}'\n"


def _open(folder, query=ROWS):
    with Engine(threads=1) as engine:
        table = open_records(read_study(folder), engine).tables["segments"]
        return engine.rows(query), table


def _database(write_study, name, script):
    folder = write_study({}, toml=_toml(name))
    with sqlite3.connect(folder / name) as database:
        database.executescript(script)
    database.close()
    return folder


def _archive(**entries):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return held.getvalue()


def test_qualcoder_passages_lie_in_the_case_whose_text_they_are(write_study):
    rows, table = _open(_database(write_study, "data.qda", QUALCODER))
    assert rows == [
        ("first.txt", 0, 8, "Ann", "trust", "North"),
        ("first.txt", 60, 70, "Bob", "delay", "South"),
        ("second.txt", 1, 2, "Ann", "trust", None),  # the whole file belongs to two cases
    ]
    assert set(table.free) == {"place", "size"}  # and no text of anybody
    attributes, _ = _open(_database(write_study, "again.qda", QUALCODER), "SELECT place, size FROM segments")
    assert attributes == [("hall", None), ("hall", "small"), (None, None)]


def test_taguette_does_not_say_who_coded(write_study):
    rows, table = _open(_database(write_study, "export.sqlite3", TAGUETTE))
    assert [row[:5] for row in rows] == [
        ("letter", 3, 9, "taguette", "care.trust"),
        ("letter", 3, 9, "taguette", "delay"),
        ("letter", 0, 2, "taguette", "delay"),
    ]
    assert any("does not say who coded" in note for note in table.notes)
    assert table.free == ()


def test_a_named_table_is_read_as_it_stands(write_study, faults_of):
    _database(write_study, "data.qda", QUALCODER)
    faults = faults_of({}, toml=_toml("data.qda") + "table = 'code_name'\n")
    assert {fault.place for fault in faults} >= {"document", "coder"}


def test_a_refi_project(write_study):
    files = {"p.qdpx": _archive(**{"project.qde": PROJECT, "sources/first.txt": "a secret"})}
    rows, table = _open(write_study(files, toml=_toml("p.qdpx")))
    assert rows == [("first", 0, 8, "Bob", "trust", "North"), ("first", 0, 8, "Ann", "delay", "North")]
    assert any("only passages of text" in note for note in table.notes)
    assert len(table.sha256) == 64


BAD = {
    "no passage": PROJECT.replace("PlainTextSelection", "Other"),
    "an entity": PROJECT.replace("<Project", '<!DOCTYPE p [<!ENTITY a "aa">]><Project', 1),
    "outside": PROJECT.replace("<Project", '<!DOCTYPE p SYSTEM "file:///etc/hostname"><Project', 1),
    "cut off": PROJECT[:300],
}


@pytest.mark.parametrize(
    ("which", "found"),
    [
        ("no passage", "no coded passage of text"),
        ("an entity", "a document type or entity"),
        ("outside", "a document type or entity"),
        ("cut off", "no element found"),
    ],
)
def test_a_bad_project_is_refused(fault_of, which, found):
    fault = fault_of({"p.qdpx": _archive(**{"project.qde": BAD[which]})}, toml=_toml("p.qdpx"))
    assert fault.rule == "qdpx"
    assert fault.found.startswith(found)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"PK\x03\x04 not quite", "File is not a zip file"),
        (_archive(**{"other.qde": PROJECT}), "an archive with no project.qde"),
        (_archive(**{"../project.qde": PROJECT}), "an archive with no project.qde"),
        (_archive(**{"project.qde": PROJECT, "PROJECT.qde": PROJECT}), "an archive with 2 project.qde"),
        (_archive(**{"project.qde": PROJECT})[:200], "File is not a zip file"),
    ],
)
def test_a_bad_archive_is_refused(fault_of, content, found):
    assert fault_of({"p.qdpx": content}, toml=_toml("p.qdpx")).found == found


def test_an_archive_that_swells_is_stopped(fault_of, monkeypatch):
    monkeypatch.setattr(refi, "MOST_BYTES", 1 << 21)
    swollen = PROJECT.replace("a secret", "a" * (1 << 23))
    archive = _archive(**{"project.qde": swollen})
    assert len(archive) < 1 << 15
    assert (
        fault_of({"p.qdpx": archive}, toml=_toml("p.qdpx")).found == "more than 2,097,152 bytes when unpacked"
    )


def test_a_damaged_archive_is_refused(fault_of):
    whole = bytearray(_archive(**{"project.qde": PROJECT}))
    whole[120] ^= 0xFF
    assert fault_of({"p.qdpx": bytes(whole)}, toml=_toml("p.qdpx")).hint.startswith("It seems to be cut off")


def test_a_codebook_holds_no_passages(fault_of):
    fault = fault_of({"book.qdc": PROJECT}, toml=_toml("book.qdc"))
    assert fault.hint == "A codebook holds no passages: export the project as .qdpx."
