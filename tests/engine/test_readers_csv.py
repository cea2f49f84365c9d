"""CSV: encodings, delimiters, quotes, headers, and what is refused of them."""

import gzip
import random

import pytest

from coproduce.records.engine import Engine
from coproduce.records.opening import open_records
from coproduce.records.study import read_study

HEADER = "case_id,activity,occurred_at\n"
ROW = "A,Ask,2026-01-01T10:00:00Z\n"


def _rows(folder, columns="case_id, activity"):
    with Engine(threads=1) as engine:
        table = open_records(read_study(folder), engine).tables["events"]
        return engine.rows(f"SELECT {columns} FROM events ORDER BY row_number"), table.notes


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_ends_of_lines_are_told_apart(write_study, delimiter, end):
    text = (HEADER + ROW + "B,Müll,2026-01-02\n" * 3).replace(",", delimiter).replace("\n", end)
    rows, notes = _rows(write_study({"a.txt": text.replace("2026-01-02", "2026-01-02T00:00:00Z")}))
    assert rows == [("A", "Ask"), *[("B", "Müll")] * 3]
    assert notes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings_are_recognised(write_study, encoding):
    rows, _ = _rows(write_study({"a.csv": (HEADER + "A,Füße ✓,2026-01-01\n").encode(encoding)}))
    assert rows == [("A", "Füße ✓")]


def test_a_named_encoding_is_obeyed_and_said(write_study):
    files = {"a.csv": (HEADER + "A,Grüße €,2026-01-01\n").encode("cp1252")}
    rows, notes = _rows(write_study(files, events='encoding = "windows-1252"'))
    assert rows == [("A", "Grüße €")]
    assert notes == ("The file was read as cp1252.",)


def test_a_wrong_encoding_shows_the_bytes_and_how_windows_1252_reads_them(fault_of):
    fault = fault_of({"a.csv": (HEADER + ROW + "A,M\xfcll,2026-01-01\n").encode("latin-1")})
    assert (fault.rule, fault.count) == ("encoding", 1)
    assert fault.rows == ((3, r"M\xfcll, in windows-1252 Müll"),)
    assert 'encoding = "cp1252"' in fault.hint


def test_mixed_encodings_have_a_fault_of_their_own(fault_of):
    good, bad = (HEADER + "A,Müll,2026-01-01\n").encode(), "A,M\xfcll,2026-01-01\n".encode("latin-1")
    fault = fault_of({"a.csv": good + bad * 12})
    assert (fault.rule, fault.count, len(fault.rows), fault.rows[0][0]) == ("mixed encodings", 12, 10, 3)


def test_a_fault_far_down_is_found(fault_of):
    fault = fault_of({"a.csv": (HEADER + ROW * 60_000).encode() + b"A,\xff,2026-01-01\n"})
    assert (fault.rule, fault.rows[0][0]) == ("encoding", 60_002)


def test_a_quoted_newline_is_part_of_its_cell(write_study):
    text = HEADER + 'A,"Ask\nagain, ""please""",2026-01-01\nB,x,2026-01-01\n'
    rows, _ = _rows(write_study({"a.csv": text}))
    assert rows == [("A", 'Ask\nagain, "please"'), ("B", "x")]


def test_a_quoted_newline_in_the_header_is_no_row(write_study):
    folder = write_study({"a.csv": '\ufeff"case_id","activity","occurred_at","a\nnote"\nA,x,2026-01-01,\n'})
    rows, _ = _rows(folder)
    assert rows == [("A", "x")]


@pytest.mark.parametrize("rest", ['A,b,"2026-01-01\nB,x,2026-01-01\n', 'A,b,"2026\nB,x,"2026-01-01\n'])
def test_a_quote_that_is_never_closed_swallows_no_row_in_silence(fault_of, rest):
    fault = fault_of({"a.csv": HEADER + ROW + rest})
    assert (fault.rule, fault.place) == ("quotes", "row 3")


def test_rows_of_another_length_are_counted_and_shown(fault_of):
    fault = fault_of({"a.csv": HEADER + ROW + "A,b\n" + ROW + "A,b,2026-01-01,x\n" + "A\n" * 20})
    assert (fault.rule, fault.count, len(fault.rows)) == ("cells", 22, 10)
    assert fault.rows[:3] == ((3, "2 cells"), (5, "4 cells"), (6, "1 cells"))


def test_repeated_and_nameless_columns_are_refused_together(faults_of):
    faults = faults_of({"a.csv": ",case_id,activity,Activity,occurred_at\n1,A,x,y,2026-01-01\n"})
    assert [(fault.rule, fault.place) for fault in faults] == [
        ("header", "column 1"),
        ("repeated", "Activity"),
    ]


def test_a_delimiter_that_cannot_be_told_is_asked_for(write_study, fault_of):
    files = {"a.csv": "case_id,activity;occurred_at,note\nA,b;2026-01-01,c\n"}
    fault = fault_of(files)
    assert fault.rule == "delimiter"
    assert "delimiter =" in fault.hint


def test_a_named_delimiter_is_obeyed(write_study):
    text = HEADER.replace(",", "^") + ROW.replace(",", "^")
    assert _rows(write_study({"a.csv": text}, events='delimiter = "^"'))[0] == [("A", "Ask")]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty"),
        (HEADER.encode(), "empty"),
        (HEADER.strip().encode(), "empty"),
        (b"\n\n", "header"),
        (b"\n" + (HEADER + ROW).encode(), "header"),
        (random.Random(1).randbytes(100) + b"\0" + random.Random(2).randbytes(100), "text"),
        (HEADER.encode() + ROW.encode() * 60_000 + b"A,\0,2026-01-01\n", "text"),
        ((HEADER + ROW).encode("utf-16-le"), "text"),
        ((HEADER + ROW).encode("utf-16")[:-1], "encoding"),
    ],
)
def test_what_is_no_table_in_text_is_refused(fault_of, content, rule):
    assert fault_of({"a.csv": content}).rule == rule


def test_utf_16_without_a_mark_can_be_named(write_study):
    folder = write_study({"a.csv": (HEADER + ROW).encode("utf-16-le")}, events='encoding = "utf-16-le"')
    assert _rows(folder)[0] == [("A", "Ask")]


@pytest.mark.parametrize("cut", [30, -20, -1])
def test_a_gzip_file_that_is_cut_off_is_refused(fault_of, cut):
    whole = gzip.compress((HEADER + ROW * 20_000).encode())
    assert fault_of({"a.csv.gz": whole[:cut]}).rule == "whole"


def test_a_gzip_file_in_several_pieces_is_read_whole(write_study):
    pieces = gzip.compress((HEADER + ROW).encode()) + gzip.compress(ROW.encode())
    assert len(_rows(write_study({"a.csv.gz": pieces}))[0]) == 2


def test_a_cell_larger_than_a_piece_of_the_stream_is_read(write_study):
    long = "x" * 3_000_000
    text = HEADER + f'A,"{long}\n",2026-01-01T00:00:00Z\n' + ROW
    rows, _ = _rows(write_study({"a.csv": text}), columns="length(activity)")
    assert rows == [(3_000_001,), (3,)]


def test_a_file_of_one_column_names_what_is_missing(faults_of):
    faults = faults_of({"a.csv": "case_id\nA\n"})
    assert [(fault.rule, fault.place) for fault in faults] == [
        ("missing column", "activity"),
        ("missing column", "occurred_at"),
    ]
