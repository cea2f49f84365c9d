"""Every reader of files from outside: what is handed to it, as a person would, and what counts as good.

A reader takes any bytes and ends in what it read, or in one of Coproduce's own refusals. Whatever else it does is a
find. What is read is held against an independent count of rows where there is one: none may be lost in silence.
"""

import csv
import gzip
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
from tests.fuzz import mutating, seeds

from coproduce.errors import CoproduceError, Fault, RecordsError
from coproduce.questions.synthesis.own_findings import as_data
from coproduce.questions.synthesis.settings import SynthesisSettings
from coproduce.records import answers, expressions, plan
from coproduce.records.data import Reading, open_data
from coproduce.records.engine import Engine
from coproduce.records.opening import Records, open_records
from coproduce.records.readers.pabulib import pabulib_text, parse_pabulib
from coproduce.records.readers.xlsform import item_rows, read_form
from coproduce.records.settings import Head
from coproduce.records.study import Study, read_study
from coproduce.runner import check

HEAD = '[study]\ntitle = "A test"\nservice = "testing"\n'
MEMORY = "400MB"
LONGEST_MESSAGE = 50_000
LONGEST_COUNTED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A reader: its name, how its files end, what reads them, the good ones to begin from, words that mean something.

    `inside` says how the files are packed: what is damaged may then be what is inside, and the whole is packed again.
    """

    name: str
    end: str
    read: Callable[[bytes, Path], object]
    good: Callable[[], list[bytes]]
    words: tuple[bytes, ...] = ()
    inside: mutating.Packing | None = None


def tried(reader: Reader, content: bytes, folder: Path) -> CoproduceError | None:
    """Hand bytes to a reader; the refusal, or None where they were read. Everything else that is raised is a find."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        reader.read(content, folder)
    except CoproduceError as refusal:
        _must_be_whole(refusal)
        return refusal
    finally:
        _tidy()
    return None


def _tidy() -> None:
    """Leave the engine as it was; one that a damaged file has broken is replaced."""
    try:
        engine().rows("SELECT 1")
    except CoproduceError:
        engine().close()
        engine.cache_clear()
    for left in engine().scratch.iterdir():
        shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()


def _must_be_whole(refusal: CoproduceError) -> None:
    """A refusal says something that a terminal and a program can take."""
    told = str(refusal)
    assert 0 < len(told) < LONGEST_MESSAGE, f"a message of {len(told):,} letters"
    assert all(isinstance(fault, Fault) and fault.file and fault.wanted for fault in refusal.faults)
    assert told.encode("utf-8", "replace")
    assert "INTERNAL" not in told.upper() or "Error" not in told, told
    assert json.dumps(refusal.as_dict())


@cache
def engine() -> Engine:
    """One engine for all that is tried: a new one for each would take most of the time."""
    return Engine(threads=1, memory=MEMORY)


def _table(content: bytes, folder: Path, *, name: str, table: str = "events", more: str = "") -> int:
    """A study of one table, opened as `coproduce check` and `run` do; every cell of its view is read."""
    (folder / name).write_bytes(content)
    (folder / "study.toml").write_text(f"{HEAD}[records.{table}]\npath = '{name}'\n{more}\n")
    return _opened(read_study(folder), table)


def _opened(study: Study, table: str) -> int:
    opened = open_records(study, engine()).tables[table]
    rows = engine().rows(f"SELECT * FROM {table}")
    assert opened.rows == len(rows)
    return len(rows)


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _csv(content: bytes, folder: Path) -> None:
    rows = _table(content, folder, name="log.csv")
    whole = _unpacked(content)
    if len(whole) > LONGEST_COUNTED:
        return
    utf_16 = whole[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = whole.decode("utf-16" if utf_16 else "utf-8").removeprefix("\ufeff")
    counts = {
        delimiter: sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row) - 1
        for delimiter in ",;\t|"
    }
    assert rows in counts.values(), f"{rows} rows were read, and Python's reader counts {counts}"


def _xes(content: bytes, folder: Path) -> None:
    rows = _table(content, folder, name="log.xes")
    events = ET.fromstring(_unpacked(content)).iter()
    there = sum(1 for event in events if event.tag.rpartition("}")[2].rpartition(":")[2] == "event")
    assert rows == there, f"{rows} rows were read of {there} events"


def _ocel(content: bytes, folder: Path) -> None:
    rows = _table(content, folder, name="log.json")
    log = json.loads(_unpacked(content))
    related = {
        (str(event["id"]), str(each.get("objectId")))
        for event in log["events"]
        for each in event.get("relationships") or []
        if isinstance(each, dict)
    }
    assert rows <= len(related), f"{rows} rows of {len(related)} relations"


def _parquet(content: bytes, folder: Path) -> None:
    rows = _table(content, folder, name="log.parquet")
    there = pq.read_metadata(pa.BufferReader(content)).num_rows
    assert rows == there, f"{rows} rows were read of {there}"


def _sqlite(content: bytes, folder: Path) -> None:
    rows = _table(content, folder, name="log.sqlite", more='table = "steps"')
    opened = sqlite3.connect(folder / "log.sqlite")
    there = opened.execute("SELECT count(*) FROM steps").fetchone()[0]
    opened.close()
    assert rows == there, f"{rows} rows were read of {there}"


def _of(name: str, table: str = "events") -> Callable[[bytes, Path], object]:
    return lambda content, folder: _table(content, folder, name=name, table=table)


def _form(content: bytes, folder: Path) -> None:
    (folder / "form.xlsx").write_bytes(content)
    item_rows(read_form(folder / "form.xlsx"))
    _table(content, folder, name="form.xlsx", table="items")


def _sheets(content: bytes, folder: Path) -> None:
    """A folder of CSV sheets; a line of equals signs parts the survey from its choices."""
    survey, _, choices = content.partition(b"\n=====\n")
    (folder / "choices.csv").write_bytes(choices)
    _table(survey, folder, name="survey.csv", table="items")


def _expression(content: bytes, folder: Path) -> None:
    text = content.decode("utf-8", "replace")
    try:
        tree = expressions.parsed(text)
    except expressions.ExpressionError as error:  # the form's reader makes a fault of it
        raise RecordsError(
            Fault(file="f", rule="expression", found=error.found, wanted=error.wanted)
        ) from None
    for given in ({}, {"a": "7", "b": "x y"}, {"a": "1e5", "b": "٣"}):
        value = expressions.evaluated(tree, given, here="3")
        assert isinstance(value, str | float | bool)
        expressions.as_truth(value)
        float(expressions.as_number(value))
        expressions.as_text(value)


def _answers(content: bytes, folder: Path) -> None:
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(given, dict) and all(isinstance(value, str) for value in given.values()):
        checked = answers.check_answers(seeds.form(), given)
        again = answers.check_answers(seeds.form(), {**given, **_without_calculated(checked.answers)})
        assert again.answers == checked.answers
        if checked.faults:
            raise RecordsError(*checked.faults)


def _without_calculated(kept):
    return {name: value for name, value in kept.items() if name != "k"}


def _pabulib(content: bytes, folder: Path) -> None:
    vote = parse_pabulib(content)
    assert parse_pabulib(pabulib_text(vote).encode()).ballots == vote.ballots
    assert vote.budget > 0
    assert set(vote.names) == set(vote.costs)


def _study(content: bytes, folder: Path) -> None:
    (folder / "log.csv").write_bytes(seeds.STUDY_LOG)
    (folder / "study.toml").write_bytes(content)
    study = read_study(folder)
    if any(table.database for table in study.tables.values()):
        return
    faults = check(study, engine=engine())
    frozen = plan.freeze(study)
    assert not frozen.deviations, frozen.deviations
    if faults:
        raise RecordsError(*faults)


def _package(content: bytes, folder: Path) -> None:
    (folder / "log.csv").write_bytes(seeds.STUDY_LOG)
    (folder / "datapackage.json").write_bytes(content)
    (folder / "study.toml").write_text(HEAD + "[records]\ndatapackage = 'datapackage.json'\n")
    study = read_study(folder)
    for table in study.tables:
        _opened(study, table)


def _plan(content: bytes, folder: Path) -> None:
    """A plan; where its fingerprint is all that is wrong, whoever forged it would have put that right too."""
    study = Study(head=Head(title="T", service="s"), folder=folder, tables={}, questions={"audit": {}})
    (folder / plan.LOCK).write_bytes(mutating.signed(content))
    found = study.plan()
    assert found is not None
    found.deviations_of("questions.audit")
    json.dumps([found.frozen_at, found.seen, found.deviations])


def _findings(content: bytes, folder: Path) -> None:
    (folder / "findings.json").write_bytes(content)
    study = Study(head=Head(title="T", service="s"), folder=folder, tables={})
    records = Records(study=study, engine=engine(), tables={})
    as_data(records, SynthesisSettings(findings=("findings.json",)), at="questions.synthesis.a")


def _data(content: bytes, folder: Path) -> None:
    """An analyst's own file, each of its columns read as everything."""
    (folder / "trial.csv").write_bytes(content)
    study = Study(head=Head(title="T", service="s"), folder=folder, tables={})
    records = Records(study=study, engine=engine(), tables={})
    data = open_data(records, "trial.csv", at="questions.effects.a")
    reading = Reading(data, at="questions.effects.a")
    for column in data.names:
        assert len(reading.number(column, key="x")) == data.rows
        assert len(reading.label(column, key="x")) == len(reading.text(column, key="x")) == data.rows
    reading.done()


XML_WORDS = (
    *(
        b"<event>",
        b"</event>",
        b"<trace>",
        b"</trace>",
        b"<!DOCTYPE log>",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
    ),
    *(b"&#0;", b"&#x110000;", b"&#xD800;", b"&amp;", b'encoding="utf-16"', b'encoding="hex"', b' key=""'),
    *(b' key="concept:name"', b"<string ", b"<list>", b"<global>", b"</global>", b"\xef\xbb\xbf", b"\x00"),
)
JSON_WORDS = (
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b'"',
        b"null",
        b"true",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 30,
        b'"\\ud800"',
    ),
    *(b'"\\u0000"', b"\\", b",", b":", b'""', b"\xef\xbb\xbf", b"[[[[[[", b"0", b"-0", b'"id"', b'"events"'),
)
TEXT_WORDS = (
    *(
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"|",
        b"\r",
        b"\n",
        b"\r\n",
        b"\x00",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"NA",
    ),
    *(b"nan", b"inf", b"1e999", "٣".encode(), b"0" * 40, b"24:00", b"+25:00", b"9999-12-31", b"\xed\xa0\x80"),
)
TOML_WORDS = (
    *(
        b"[",
        b"]",
        b"[[",
        b"]]",
        b"{",
        b"}",
        b"=",
        b".",
        b'"',
        b"'",
        b'"""',
        b"\\u0000",
        b"nan",
        b"inf",
        b"true",
    ),
    *(
        b"1979-05-27T07:32:00Z",
        b"0x",
        b"9" * 30,
        b"\n",
        b"#",
        b"*",
        b"?",
        b"**",
        b"..",
        b"/",
        b'""',
        b"%",
        b"%j",
    ),
    *(b"idna", b"utf-16", b"keep", b"side", b"columns", b"database", b"datapackage", b"path", b"groups"),
)
SQL_WORDS = (b"CREATE VIEW", b"SELECT", b"\x00", b"\xff\xff\xff\xff", b"steps", b"event", b"''", b"AS")
FORM_WORDS = (
    *(
        b"<c ",
        b'r="',
        b't="s"',
        b't="b"',
        b't="n"',
        b"<v>",
        b"</v>",
        b"_xD800_",
        b"_x0000_",
        b"-1",
        b"nan",
        b"1e999",
    ),
    *(
        b"select_one yn",
        b"begin group",
        b"end group",
        b"begin repeat",
        b"${q}",
        b"<row ",
        b"<!DOCTYPE a>",
        b"range",
    ),
)
SIGNS = (
    *(
        b"${a}",
        b"${b}",
        b".",
        b"(",
        b")",
        b"not(",
        b"if(",
        b"selected(",
        b"number(",
        b",",
        b"and",
        b"or",
        b"div",
    ),
    *(b"mod", b"=", b"!=", b"<=", b"-", b"+", b"*", b"'x'", b"1", b"0", b"9" * 30, "٣".encode(), b"${", b" "),
)
VOTE_WORDS = (
    *(b";", b'"', b",", b"\n", b"\r", b"META\n", b"PROJECTS\n", b"VOTES\n", b"approval", b"choose-1", b"0"),
    *(b"budget", b"points", "٣".encode(), b"1" * 19, b"0.0000000001", b"\x00", b"\xef\xbb\xbf", b" "),
)

READERS = {
    reader.name: reader
    for reader in (
        Reader(
            name="csv", end="csv", read=_csv, words=TEXT_WORDS, good=lambda: [seeds.CSV, seeds.CSV_IN_UTF_16]
        ),
        Reader(
            name="csv_gz",
            end="csv",
            read=_csv,
            good=lambda: [gzip.compress(seeds.CSV, mtime=0)],
            words=TEXT_WORDS,
            inside=mutating.GZIP,
        ),
        Reader(name="data", end="csv", read=_data, good=lambda: [seeds.CSV], words=TEXT_WORDS),
        Reader(name="xes", end="xes", read=_xes, good=lambda: [seeds.XES], words=XML_WORDS),
        Reader(name="ocel", end="json", read=_ocel, good=lambda: [seeds.OCEL], words=JSON_WORDS),
        Reader(name="parquet", end="parquet", read=_parquet, good=lambda: [seeds.parquet()]),
        Reader(
            name="sqlite",
            end="sqlite",
            read=_sqlite,
            good=lambda: [seeds.database(seeds.TABLE_SQL)],
            words=SQL_WORDS,
            inside=mutating.SQLITE,
        ),
        Reader(
            name="ocel_sqlite",
            end="sqlite",
            read=_of("log.sqlite"),
            good=lambda: [seeds.database(seeds.OCEL_SQL)],
            words=SQL_WORDS,
            inside=mutating.SQLITE,
        ),
        Reader(
            name="qualcoder",
            end="qda",
            read=_of("codes.qda", "segments"),
            good=lambda: [seeds.database(seeds.QUALCODER_SQL)],
            words=SQL_WORDS,
            inside=mutating.SQLITE,
        ),
        Reader(
            name="taguette",
            end="sqlite3",
            read=_of("codes.sqlite3", "segments"),
            good=lambda: [seeds.database(seeds.TAGUETTE_SQL)],
            words=SQL_WORDS,
            inside=mutating.SQLITE,
        ),
        Reader(
            name="refi",
            end="qdpx",
            read=_of("codes.qdpx", "segments"),
            good=lambda: [seeds.refi_project()],
            words=XML_WORDS,
            inside=mutating.ZIP,
        ),
        Reader(
            name="xlsform",
            end="xlsx",
            read=_form,
            good=lambda: [seeds.workbook()],
            words=FORM_WORDS,
            inside=mutating.ZIP,
        ),
        Reader(
            name="form_csv",
            end="csv",
            read=_sheets,
            good=lambda: [seeds.form_sheet("survey") + b"\n=====\n" + seeds.form_sheet("choices")],
            words=(*TEXT_WORDS, *FORM_WORDS),
        ),
        Reader(name="expression", end="txt", read=_expression, good=lambda: [seeds.EXPRESSION], words=SIGNS),
        Reader(name="answers", end="json", read=_answers, good=lambda: [seeds.ANSWERS], words=JSON_WORDS),
        Reader(name="pabulib", end="pb", read=_pabulib, good=lambda: [seeds.PABULIB], words=VOTE_WORDS),
        Reader(name="study", end="toml", read=_study, good=lambda: [seeds.STUDY], words=TOML_WORDS),
        Reader(name="package", end="json", read=_package, good=lambda: [seeds.PACKAGE], words=JSON_WORDS),
        Reader(name="plan", end="lock", read=_plan, good=lambda: [seeds.plan()], words=JSON_WORDS),
        Reader(name="findings", end="json", read=_findings, good=lambda: [seeds.FINDINGS], words=JSON_WORDS),
    )
}
