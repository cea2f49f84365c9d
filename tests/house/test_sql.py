"""Every query can be read by both engines."""

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from coproduce.records.schema import TABLES

RULES = [
    pytest.param(rule.condition, id=f"{table}.{rule.name}") for table, t in TABLES.items() for rule in t.rules
]


def test_queries_are_duckdb_that_spark_can_say_too(root, files):
    for file in (file for file in files if file.suffix == ".sql" and root / "src" in file.parents):
        _both(file.read_text(), str(file.relative_to(root)))


@pytest.mark.parametrize("condition", RULES)
def test_rules_of_the_tables_are_duckdb_that_spark_can_say_too(condition):
    _both(f"SELECT count(*) FROM t WHERE NOT ({condition})", condition)


def _both(query, name):
    try:
        statements = sqlglot.parse(query, read="duckdb")
        assert any(statements), f"{name} holds no statement"
        said = sqlglot.transpile(query, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
        for statement in said:
            sqlglot.parse_one(statement, read="spark")
    except sqlglot.errors.SqlglotError as error:
        pytest.fail(f"{name}: {error}")
