"""Names of files and columns, and words that have no place in the tree."""

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import expressions as sql_of

from coproduce.records.schema import TABLES

ROOMLESS = {"utils.py", "util.py", "helpers.py", "common.py", "base.py", "misc.py"}

# Put together from halves, so that this file does not hold what it looks for.
MACHINE_PATHS = "|".join("/" + folder + "/" for folder in ("work", "tmp", "root", "home", "Users", "opt"))
PROMISES = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX"))
UNWANTED = re.compile(rf"(?<![\w.:/-])(?:{MACHINE_PATHS})\w|\b(?:{PROMISES})\b")

# "Reserved" in ANSI mode, from the table of keywords in Spark's SQL reference.
RESERVED_IN_SPARK = """
    all and any as authorization both case cast check collate column constraint create cross current_date current_time
    current_timestamp current_user distinct else end escape except execute false fetch filter for foreign from full
    grant group having in inner intersect into is join lateral leading left natural not null offset on only or order
    outer overlaps primary references right select session_user some sql table then time to trailing true union unique
    unknown user using when where with within
"""

COLUMNS = sorted({column.name for table in TABLES.values() for column in table.columns})


def test_every_file_has_a_room(files):
    roomless = [str(file) for file in files if file.name in ROOMLESS]
    assert not roomless, f"a file needs a name that says what it holds: {roomless}"


def test_no_path_of_a_machine_and_no_promise_in_the_tree(root, files):
    found = [
        f"{file.relative_to(root)}:{number} {match.group()!r}"
        for file in files
        for number, line in enumerate(_lines(file), start=1)
        for match in UNWANTED.finditer(line)
    ]
    assert not found, "\n".join(found)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_can_be_named_without_quotes_in_duckdb(column):
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE t ({column} INTEGER)")
        assert engine.execute(f"SELECT {column}, 1 AS {column} FROM t ORDER BY t.{column}").fetchall() == []


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_can_be_named_without_quotes_in_spark(column):
    assert column not in RESERVED_IN_SPARK.split()
    selected = sqlglot.parse_one(f"SELECT {column} FROM t", read="spark").selects[0]
    assert isinstance(selected, sql_of.Column)
    assert selected.name == column
