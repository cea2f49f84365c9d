"""What would take hours or all memory is refused before it does; each is made here, as it is too large to keep."""

import csv
import gzip
import io
import json
import re
import zipfile

import pytest
from tests.fuzz import seeds
from tests.fuzz.readers import READERS, tried

from coproduce.errors import LONGEST_NAME, MOST_NAMES, nearest
from coproduce.records import expressions, settings, staging, values
from coproduce.records.expressions import as_truth, evaluated, parsed
from coproduce.records.readers import csv_layout, datapackage, ocel, pabulib, refi, sheets, sqlite, xes, xml
from coproduce.records.readers.streams import LONGEST_CELL

LONG = b"a" * (LONGEST_CELL + (4 << 20))
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b"case_id,activity,occurred_at"
VOTE = (
    b"META\nkey;value\nbudget;9\nvote_type;approval\nPROJECTS\nproject_id;cost\na;4\nVOTES\nvoter_id;vote\n"
)


def _workbook(**parts):
    with zipfile.ZipFile(io.BytesIO(seeds.workbook())) as archive:
        return seeds.zipped({name: archive.read(name) for name in archive.namelist()} | parts)


def _sheet(cells):
    return b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"


def _survey(column, cells):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["type", "name", "label", column])
    writer.writerows(["text", f"q{place}", "Q", cell] for place, cell in enumerate(cells))
    return text.getvalue().encode() + b"\n=====\nlist_name,name,label\n"


FILES = {
    "csv: header of one quote that is not closed": lambda: b'"' + b"a" * 200_000,
    "csv: 2,001 columns": lambda: b",".join(b"c%d" % place for place in range(2_001)) + b"\n",
    "csv_gz: cell that packs well": lambda: gzip.compress(
        HEAD + b',n\nA,x,2026-01-01,"' + 2 * LONG + b'"\n', 1
    ),
    "xes: tag that packs well": lambda: gzip.compress(b"<log><trace x='" + LONG + b"'/></log>", 1),
    "xes: comment": lambda: b"<log><!--" + LONG,
    "xes: depth that packs well": lambda: gzip.compress(b"<a>" * 1_000_000, 1),
    "xes: attributes, another in each event": lambda: (
        b"<log><trace>"
        + b"".join(b"<event><int key='k%d' value='1'/></event>" % n for n in range(2_500))
        + b"</trace></log>"
    ),
    "xes: attributes of one event": lambda: (
        b"<log><trace><event>"
        + b"".join(b"<int key='k%d' value='1'/>" % n for n in range(2_500))
        + b"</event></trace></log>"
    ),
    "ocel: text": lambda: b'{"objects": [{"id": "' + LONG + b'"}]}',
    "ocel: digits": lambda: b'{"objects": [{"id": ' + b"9" * 2_000_000 + b"}]}",
    "refi: tag": lambda: seeds.zipped({"project.qde": b"<Project x='" + LONG + b"'/>"}),
    "xlsform: cell": lambda: _workbook(
        **{SHEET: _sheet(b"<row><c t='str'><v>" + b"a" * 40_000 + b"</v></c></row>")}
    ),
    "form_csv: cell": lambda: _survey("hint", ["a" * 40_000]),
    "study: size": lambda: b"#" * 300_000,
    "package: size": lambda: b" " * ((1 << 24) + 1),
    "pabulib: size": lambda: b"a" * (pabulib.LARGEST_BYTES + 1),
}
SAID = {
    "csv: header of one quote that is not closed": "row 1: found 'a quote that does not end its cell'",
    "csv: 2,001 columns": "at most 2,000 columns",
    "csv_gz: cell that packs well": "a quote that does not end its cell",
    "xes: tag that packs well": "a longer tag or value",
    "xes: comment": "a longer tag or value",
    "xes: depth that packs well": "elements more than 200 deep",
    "xes: attributes, another in each event": "more than 2,000 columns",
    "xes: attributes of one event": "at most 2,000 attributes",
    "ocel: text": "more than 16,777,216 bytes of a text",
    "ocel: digits": "more than 1,000 digits of a number",
    "refi: tag": "a longer tag or value",
    "xlsform: cell": "letter 40,000",
    "form_csv: cell": "letter 40,000",
    "study: size": "300,000 bytes",
    "package: size": "at most 16,777,216 bytes",
    "pabulib: size": "at most 67,108,864 bytes",
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_too_large_is_refused(name, tmp_path):
    refusal = tried(READERS[name.partition(":")[0]], FILES[name](), tmp_path / "study")
    assert SAID[name] in str(refusal)


@pytest.mark.parametrize(
    ("reader", "content", "limit", "said"),
    [
        ("pabulib", VOTE + b"1;a\n2;a\n3;a\n", (pabulib, "MOST_ROWS", 11), "more than 11 rows"),
        ("xes", seeds.XES, (xes, "MOST_EVENTS", 1), "a trace with more events"),
        ("refi", seeds.refi_project(), (refi, "MOST_PASSAGES", 0), "more coded passages"),
        ("refi", seeds.refi_project(), (refi, "MOST_BYTES", 50), "more than 50 bytes when unpacked"),
        ("refi", seeds.refi_project(), (xml, "MOST_ELEMENTS", 9), "more than 9 elements of project.qde"),
        ("xlsform", seeds.workbook(), (xml, "MOST_ELEMENTS", 20), "more than 20 elements of xl/"),
        ("xlsform", seeds.workbook(), (sheets, "MOST_BYTES", 2_000), "more than 2,000 bytes when unpacked"),
        ("xlsform", seeds.workbook(), (sheets, "MOST_CELLS", 9), "cell 10"),
    ],
)
def test_what_there_is_too_much_of_is_refused(reader, content, limit, said, monkeypatch, tmp_path):
    """The real limits would take too long to reach: lower ones stand in for them."""
    monkeypatch.setattr(*limit)
    assert said in str(tried(READERS[reader], content, tmp_path / "study"))


def test_large_rows_are_written_as_they_come(monkeypatch, tmp_path):
    """However few rows or letters are held at once, the table is the same."""
    monkeypatch.setattr(staging, "CELLS_AT_ONCE", 8)
    monkeypatch.setattr(staging, "LETTERS_AT_ONCE", 30)
    for reader in ("xes", "ocel", "sqlite", "refi", "xlsform"):
        for content in READERS[reader].good():
            assert tried(READERS[reader], content, tmp_path / "study") is None


@pytest.mark.parametrize("piece", [1, 2, 5, 13, 100])
def test_escapes_that_lie_over_the_end_of_a_piece_are_read_whole(piece, monkeypatch, tmp_path):
    monkeypatch.setattr(ocel, "PIECE", piece)
    good = seeds.OCEL.replace(b'"M"', b'"\\\\ \\ud83d\\ude00 \\" \\u00e9"')
    assert tried(READERS["ocel"], good, tmp_path / "study") is None
    for half in (b"\\ud83d", b"\\ude00", b"\\ud83d\\u00e9", b"\\ude00\\ud83d"):
        refusal = tried(READERS["ocel"], seeds.OCEL.replace(b'"M"', b'"' + half + b'"'), tmp_path / "study")
        assert "half a letter" in str(refusal)


def test_thousands_of_faults_are_told_in_short(tmp_path):
    survey = _survey("relevant", (f"${{missing{place}}} = 1" for place in range(3_000)))
    told = str(tried(READERS["form_csv"], survey, tmp_path / "study"))
    assert "3,000 rows" in told
    assert len(told) < 2_000


def test_a_survey_in_which_everything_is_wrong_in_another_way_is_given_up(tmp_path):
    survey = _survey("relevant", (f"f{place}() = 1" for place in range(3_000)))
    assert len(str(tried(READERS["form_csv"], survey, tmp_path / "study"))) < 50_000


def test_the_nearest_name_is_not_looked_for_where_it_would_take_long():
    assert nearest("a" * (LONGEST_NAME + 1), ["a" * LONGEST_NAME]) is None
    assert nearest("mine", [*(f"{place:04}" for place in range(MOST_NAMES)), "mine"]) is None


def test_the_deepest_expression_has_a_value():
    sums = "not(" * 9 + "(" * 9 + "+".join(["1"] * 100) + ")" * 18
    assert as_truth(evaluated(parsed(sums), {})) is False
    assert evaluated(parsed(" or ".join(["1=2"] * 700)), {}) is False


def test_deep_lists_of_a_plan_and_of_answers_are_no_plan(tmp_path):
    for reader in ("plan", "answers"):
        tried(READERS[reader], b"[" * 100_000, tmp_path / "study")
        tried(
            READERS[reader], json.dumps({"sha256": "0", "plan": "x" * 1_000_000}).encode(), tmp_path / "study"
        )


LIMITS = {
    "`study.toml`": (settings.MOST_BYTES, settings.DEEPEST),
    "`datapackage.json`": (datapackage.MOST_BYTES,),
    "any table": (staging.MOST_COLUMNS, values.FIRST_YEAR, values.LAST_YEAR),
    "CSV": (csv_layout.SAMPLE, LONGEST_CELL),
    "XES": (xml.DEEPEST, LONGEST_CELL, xes.MOST_EVENTS, staging.MOST_COLUMNS),
    "OCEL 2.0 JSON": (ocel.DEEPEST, LONGEST_CELL, ocel.LONGEST_NUMBER),
    "SQLite (tables, OCEL 2.0, QualCoder, Taguette)": (
        LONGEST_CELL,
        sqlite.STEPS * sqlite.OPERATIONS_A_STEP,
        sqlite.OPERATIONS_A_STEP // sqlite.BYTES_A_STEP,
    ),
    "REFI-QDA (`.qdpx`)": (refi.MOST_BYTES, xml.MOST_ELEMENTS, xml.DEEPEST, refi.MOST_PASSAGES),
    "XLSForm (`.xlsx`)": (
        *(sheets.MOST_BYTES_PACKED, sheets.MOST_BYTES, sheets.MOST_FILES, xml.MOST_ELEMENTS, xml.DEEPEST),
        *(sheets.MOST_ROWS, sheets.MOST_COLUMNS, sheets.MOST_CELLS, sheets.MOST_LETTERS, sheets.MOST_SHARED),
    ),
    "XLSForm (CSV sheets)": (
        *(sheets.MOST_BYTES_PACKED, sheets.MOST_ROWS, sheets.MOST_COLUMNS, sheets.MOST_LETTERS),
    ),
    "an expression of a form": (expressions.MOST_LETTERS, expressions.DEEPEST, expressions.MOST_STEPS),
    "Pabulib (`.pb`)": (pabulib.LARGEST_BYTES, pabulib.MOST_ROWS, pabulib.MOST_COLUMNS),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_the_page_says_the_limits_that_there_are(kind, root):
    page = (root / "docs" / "reference" / "limits.md").read_text(encoding="utf-8")
    (line,) = (line for line in page.splitlines() if line.startswith(f"| {kind} |"))
    told = re.findall(r"\d[\d,]*", line.split("|")[2])
    for limit in LIMITS[kind]:
        assert {f"{limit:,}", str(limit)} & set(told), f"{limit:,}"
