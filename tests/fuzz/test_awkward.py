"""Valid files in awkward dialects: what is written is what is read, and what cannot be told is refused."""

import csv
import gzip
import io
import json
import math
import re
import sqlite3
import tomllib
from datetime import UTC, date, datetime, timedelta, timezone
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.fuzz.readers import HEAD, engine

from coproduce.cli.output import print_json
from coproduce.errors import CoproduceError, RecordsError
from coproduce.findings import Estimate, Finding, Findings, StudyLabel, Table
from coproduce.findings.files import findings_as_json, findings_from_json
from coproduce.findings.grade import Grade
from coproduce.records.opening import open_records
from coproduce.records.plan import freeze
from coproduce.records.settings import EventsSettings, Head
from coproduce.records.study import Study, read_study
from coproduce.records.toml import as_toml

WITHIN = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BLANKS = " \t\r\n\u00a0"
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(
    list("\",;|\t\n\r'`%*?[]{}&<>=\\\u00a0\ufeff٣\u2028\U0001f600")
)
TEXTS = st.text(LETTERS, min_size=1, max_size=6).filter(lambda text: text.strip(BLANKS))
CASES = st.lists(st.tuples(TEXTS, TEXTS, st.none() | TEXTS), min_size=1, max_size=6)
MOMENT = "2026-01-01T10:00:00Z"


def _opened(folder, query, *, path, more=""):
    (folder / "study.toml").write_text(f"{HEAD}[records.events]\npath = '{path}'\n{more}\n")
    opened = open_records(read_study(folder), engine()).tables["events"]
    rows = engine().rows(f"SELECT {query} FROM events ORDER BY row_number")
    assert opened.rows == len(rows)
    return rows


@WITHIN
@given(
    rows=CASES,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "utf-32"]),
    line=st.sampled_from(["\n", "\r\n", "\r"]),
    bare=st.booleans(),
    packed=st.booleans(),
)
def test_csv(rows, delimiter, encoding, line, bare, packed, tmp_path):
    bare = bare and not any("\r" in cell for row in rows for cell in row if cell)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line, quoting=0 if bare else csv.QUOTE_ALL)
    writer.writerow(["case_id", "activity", "a note", "occurred_at"])
    writer.writerows([*row, MOMENT] for row in rows)
    content = text.getvalue().encode(encoding)
    (tmp_path / "log.csv").write_bytes(gzip.compress(content) if packed else content)
    more = f"delimiter = {json.dumps(delimiter)}\n"
    more += "" if encoding in ("utf-8", "utf-8-sig", "utf-16") else f"encoding = '{encoding}'"
    found = _opened(tmp_path, 'case_id, activity, "a note"', path="log.csv", more=more)
    assert found == rows


NUMBERS = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.from_regex(r"[+-]?[0-9]{1,3}(\.[0-9]{0,3})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(
        ["", " 7 ", "1_000", "٣", "0x10", "1,5", "--1", "1e999", "inf", "-0", ".5", "5.", ".", "1e"]
    ),
)


@WITHIN
@given(cells=st.lists(NUMBERS, min_size=1, max_size=12))
def test_numbers(cells, tmp_path):
    """A cell of a number is the number that it spells in ASCII, or a fault of its row; it is never something else."""
    (tmp_path / "log.csv").write_text("case_id,activity,occurred_at,minutes\n" + _rows(cells))
    wrong = [
        place for place, cell in enumerate(cells, start=2) if cell.strip(BLANKS) and _number(cell) is None
    ]
    below = [place for place, cell in enumerate(cells, start=2) if (_number(cell) or 0) < 0]
    try:
        found = _opened(tmp_path, "minutes", path="log.csv")
    except RecordsError as error:
        told = {fault.rule: (fault.count, [row for row, _ in fault.rows]) for fault in error.faults}
        expected = {"number": wrong, "minimum": below}
        assert told == {rule: (len(rows), rows[:10]) for rule, rows in expected.items() if rows}
    else:
        assert not wrong + below
        assert found == [(_number(cell),) for cell in cells]


def _rows(cells):
    text = io.StringIO()
    csv.writer(text).writerows(["A", "x", MOMENT, cell] for cell in cells)
    return text.getvalue()


def _number(cell):
    cell = cell.strip(BLANKS)
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", cell):
        return None
    return float(cell) if math.isfinite(float(cell)) else None


@WITHIN
@given(
    cells=st.lists(st.integers(-(2**66), 2**66) | st.sampled_from([2**63 - 1, 2**63, -(2**63)]), min_size=1)
)
def test_whole_numbers(cells, tmp_path):
    lines = "".join(f"A,x,{MOMENT},{cell}\n" for cell in cells)
    (tmp_path / "log.csv").write_text("case_id,activity,occurred_at,sequence\n" + lines)
    wrong = [cell for cell in cells if not -(2**63) <= cell < 2**63]
    try:
        found = _opened(tmp_path, "sequence", path="log.csv")
    except RecordsError as error:
        (fault,) = error.faults
        assert (fault.rule, fault.count) == ("integer", len(wrong))
    else:
        assert not wrong
        assert found == [(cell,) for cell in cells]


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59)
MOMENTS = st.datetimes(datetime(1900, 1, 3), datetime(2100, 12, 29))  # noqa: DTZ001 - the offset comes beside it


@WITHIN
@given(
    moments=st.lists(st.tuples(MOMENTS, OFFSETS), min_size=1, max_size=8),
    form=st.sampled_from(["{day}T{clock}{offset}", "{day} {clock}{offset}"]),
    colon=st.sampled_from([":", ""]),
)
def test_times_with_an_offset(moments, form, colon, tmp_path):
    lines, expected = [], []
    for moment, minutes in moments:
        hours, rest = divmod(abs(minutes), 60)
        offset = f"{'-' if minutes < 0 else '+'}{hours:02}{colon}{rest:02}"
        clock = moment.time().isoformat()
        lines.append("A,x," + form.format(day=moment.date(), clock=clock, offset=offset))
        zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        expected.append((zoned.astimezone(UTC).replace(tzinfo=None),))
    (tmp_path / "log.csv").write_text("case_id,activity,occurred_at\n" + "\n".join(lines))
    assert _opened(tmp_path, "occurred_at", path="log.csv") == expected


@WITHIN
@given(
    cells=st.lists(
        st.from_regex(
            r"[0-9]{4}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?)?", fullmatch=True
        ),
        min_size=1,
        max_size=12,
    )
)
def test_times_that_there_are_not(cells, tmp_path):
    """A day or an hour that no calendar has is a fault of its row; the others are what Python reads."""
    (tmp_path / "log.csv").write_text(
        "case_id,activity,occurred_at\n" + "".join(f"A,x,{cell}\n" for cell in cells)
    )
    read = [_moment(cell) for cell in cells]
    wrong = [place for place, moment in enumerate(read, start=2) if moment is None]
    far = [place for place, moment in enumerate(read, start=2) if moment and not 1900 <= moment.year <= 2100]
    try:
        found = _opened(tmp_path, "occurred_at", path="log.csv")
    except RecordsError as error:
        told = {fault.rule: (fault.count, [row for row, _ in fault.rows]) for fault in error.faults}
        assert told == {
            rule: (len(rows), rows[:10]) for rule, rows in {"time": wrong, "years": far}.items() if rows
        }
    else:
        assert not wrong + far
        assert [moment for (moment,) in found] == read


def _moment(cell):
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


XML_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufffe\uffff")
    | st.sampled_from(list("\n\t<>&\"'")),
    min_size=1,
    max_size=6,
).filter(lambda text: text.strip(BLANKS))


@WITHIN
@given(
    rows=st.lists(st.tuples(XML_TEXTS, XML_TEXTS, st.none() | XML_TEXTS), min_size=1, max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"]),
    prefix=st.sampled_from(["", "xes:"]),
    late=st.booleans(),
    noise=st.sampled_from(["", "<!-- <event/> -->", "<?pi <event>?>", "\r\n\r\n", "<![CDATA[<event>]]>"]),
)
def test_xes(rows, encoding, prefix, late, noise, tmp_path):
    told = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = f"<?xml version='1.0' encoding='{told}'?>{noise if noise.startswith('<?pi') else ''}<{prefix}log>"
    for case, step, note in rows:
        name = f'<{prefix}string value={quoteattr(case)} key="concept:name"/>'
        event = f'<{prefix}string key="concept:name" value={quoteattr(step)}/>{noise}'
        event += "" if note is None else f'<{prefix}string key="a note" value={quoteattr(note)} x="1"/>'
        event += f'<{prefix}date key="time:timestamp" value="{MOMENT}"/>'
        event = f"<{prefix}event>{event}</{prefix}event>"
        text += f"<{prefix}trace>{event + name if late else name + event}{noise}</{prefix}trace>"
    content = f"{text}</{prefix}log>".encode(encoding, "xmlcharrefreplace")
    (tmp_path / "log.xes").write_bytes(content)
    note = '"a note"' if any(note is not None for *_, note in rows) else "NULL"
    assert _opened(tmp_path, f"case_id, activity, {note}", path="log.xes") == rows


@WITHIN
@given(rows=CASES, ascii_only=st.booleans(), indent=st.sampled_from([None, 0, 3]), turned=st.booleans())
def test_ocel(rows, ascii_only, indent, turned, tmp_path):
    events = [
        {
            "id": f"e{place}",
            "type": step,
            "time": MOMENT,
            "attributes": [] if note is None else [{"name": "a note", "value": note}],
            "relationships": [{"objectId": case, "qualifier": ""}],
        }
        for place, (case, step, note) in enumerate(rows)
    ]
    objects = [{"id": case, "type": "request"} for case in dict.fromkeys(case for case, *_ in rows)]
    log = {"events": events, "objects": objects}
    log = dict(reversed(log.items())) if turned else log
    (tmp_path / "log.json").write_text(json.dumps(log, ensure_ascii=ascii_only, indent=indent))
    note = '"a note"' if any(note is not None for *_, note in rows) else "NULL"
    assert _opened(tmp_path, f"case_id, activity, {note}", path="log.json") == rows


STORED = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    TEXTS,
    st.binary(min_size=1, max_size=5),
)


@WITHIN
@given(cells=st.lists(STORED, min_size=1, max_size=8), name=TEXTS.map(str.strip))
def test_sqlite(cells, name, tmp_path):
    """Whatever type a value has in the file, its text is that of the value, and none of the rows is lost."""
    assume(name.casefold() not in {"case_id", "activity", "occurred_at", "row_number"})
    file = tmp_path / "log.sqlite"
    file.unlink(missing_ok=True)
    quoted = '"' + name.replace('"', '""') + '"'
    with sqlite3.connect(file) as database:
        database.execute(f"CREATE TABLE [a table] (case_id, activity, occurred_at, {quoted})")
        database.executemany(
            f"INSERT INTO [a table] VALUES ('A', 'x', '{MOMENT}', ?)", [(cell,) for cell in cells]
        )
    database.close()
    texts = [cell.hex() if isinstance(cell, bytes) else repr(cell) for cell in cells]
    texts = [
        cell if cell is None or isinstance(cell, str) else text
        for cell, text in zip(cells, texts, strict=True)
    ]
    assert _opened(tmp_path, quoted, path="log.sqlite") == [(text,) for text in texts]


TYPES = {
    pa.string(): TEXTS,
    pa.large_string(): TEXTS,
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float64(): st.floats(),
    pa.float16(): st.floats(width=16),
    pa.bool_(): st.booleans(),
    pa.decimal128(38, 5): st.decimals(-(10**20), 10**20, places=5),
    pa.timestamp("us"): st.integers(-(2**63), 2**63 - 1),
    pa.timestamp("s"): st.integers(-(2**63), 2**63 - 1),
    pa.timestamp("ns", "UTC"): st.integers(-(2**63), 2**63 - 1),
    pa.timestamp("ms", "Asia/Kathmandu"): st.integers(-(2**50), 2**50),
    pa.timestamp("us", "+05:30"): st.integers(-(2**50), 2**50),
    pa.date32(): st.integers(-(2**31), 2**31 - 1),
    pa.date64(): st.integers(-100_000, 100_000).map(lambda days: days * 86_400_000),
    pa.time64("us"): st.integers(0, 86_399_999_999),
    pa.duration("us"): st.integers(-(2**60), 2**60),
    pa.binary(): st.binary(max_size=5),
    pa.null(): st.none(),
    pa.list_(pa.int64()): st.lists(st.integers(0, 5), max_size=3),
    pa.struct([("x", pa.int64())]): st.fixed_dictionaries({"x": st.integers(0, 5)}),
    pa.dictionary(pa.int8(), pa.string()): TEXTS,
}
NAMES = st.sampled_from(
    ["case_id", "activity", "occurred_at", "minutes", "sequence", "", "a b", "Case_ID", "row_number", '"']
)


@st.composite
def arrow_tables(draw):
    rows = draw(st.integers(0, 4))
    given_types = {"case_id": pa.string(), "activity": pa.string(), "occurred_at": pa.timestamp("us")}
    given_types |= draw(st.dictionaries(NAMES, st.sampled_from(list(TYPES)), max_size=3))
    columns = {
        name: pa.array(draw(st.lists(st.none() | TYPES[kind], min_size=rows, max_size=rows)), kind)
        for name, kind in given_types.items()
    }
    return pa.table(columns)


@settings(WITHIN, max_examples=80)
@given(table=arrow_tables(), in_memory=st.booleans())
def test_arrow(table, in_memory, tmp_path):
    """A table of any types is read whole or refused, from a file and from memory alike."""
    if not in_memory:
        pq.write_table(table, tmp_path / "log.parquet")
    study = Study(
        head=Head(title="T", service="s"),
        folder=tmp_path,
        tables={"events": EventsSettings(path="log.parquet")},
        frames={"events": table} if in_memory else {},
    )
    try:
        open_records(study, engine())
    except CoproduceError:
        return
    assert len(engine().rows("SELECT * FROM events")) == table.num_rows


def _unfolded(moment):
    """A moment of the first of two hours of one name: TOML does not tell them apart."""
    return moment.replace(fold=0)


KEYS = st.text(LETTERS, max_size=5)
VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.text(LETTERS, max_size=8),
        st.dates(date(1, 1, 1)),
        st.datetimes(timezones=st.just(timezone(timedelta(hours=-3, minutes=-30)))).map(_unfolded),
        st.times().map(_unfolded),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@WITHIN
@given(written=st.dictionaries(KEYS, VALUES, max_size=4))
def test_settings_that_are_written_are_read(written):
    assert _sorted(tomllib.loads(as_toml(written))) == _sorted(written)


def _sorted(value):
    """A value as text, whatever the order of its keys; a number that is none is so the same as itself."""
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in sorted(value.items())}
    return [_sorted(each) for each in value] if isinstance(value, list) else repr(value)


@WITHIN
@given(written=st.dictionaries(KEYS, VALUES, max_size=4))
def test_a_plan_that_was_not_changed_has_no_deviations(written, tmp_path):
    (tmp_path / "plan.lock").unlink(missing_ok=True)
    study = Study(head=Head(title="T", service="s"), folder=tmp_path, tables={}, questions={"a": written})
    assert not freeze(study).deviations


NUMBERS_OF_FINDINGS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
CELLS = st.one_of(
    NUMBERS_OF_FINDINGS, st.booleans(), st.integers(-(2**63), 2**63), st.text(LETTERS, max_size=6)
)


@WITHIN
@given(
    numbers=st.lists(NUMBERS_OF_FINDINGS, min_size=4, max_size=4),
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=4),
    text=st.text(LETTERS, max_size=10),
)
def test_findings_that_are_written_are_read(numbers, rows, text):
    value, se, low, high = numbers
    estimate = Estimate(name="a", label=text, value=value, se=se, interval=(low, high), unit="u", n=9)
    finding = Finding(
        id="a",
        question="audit",
        title=text,
        answer=text,
        verdict="descriptive",
        estimates=(estimate,),
        tables={text: Table(caption=text, columns=("a", "b"), rows=tuple(rows))},
        grade=Grade(level="low", reasons=(text,)),
    )
    findings = Findings(coproduce="0", study=StudyLabel(title=text, service=text), findings=(finding,))
    assert findings_from_json(findings_as_json(findings)) == findings


def test_half_a_letter_is_written_as_json_has_it(capsys):
    print_json({"found": "\ud800"})
    assert json.loads(capsys.readouterr().out) == {"found": "\ud800"}
