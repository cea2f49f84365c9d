"""The two engines mean the same: everything that Spark may be asked, over values at the edges, on both."""

# ruff: noqa: DTZ001 (times in the tables are in UTC and do not say so)
import math
from datetime import datetime as moment

import pyarrow as pa
import pytest
from sqlglot import exp, parse

from coproduce.errors import EngineError
from coproduce.records.engine import Engine, literal, quoted
from coproduce.records.patterns import matches
from coproduce.records.readers.frames import read_frame
from coproduce.records.spark_sql import PLAIN, SAID
from coproduce.records.values import ISO_TIME, Cell

NAN, INF = math.nan, math.inf
SAMPLE = pa.table(
    {
        "g": ["a", "a", "a", "b", "b", None, None, "c"],
        "n": pa.array([7, -7, 0, None, 3, 2, 2, 2**30], pa.int64()),
        "x": [2.5, -2.5, 0.49999999999999994, None, NAN, INF, -INF, 3.0],
        "t": ["  Äpfel ", "", None, "2026-03-01", "it's \\ a%b_c", "a\nb\n", "😀zZ", "10.50"],
        "moment": pa.array(
            [
                *(
                    moment(2026, 3, 1, 10, 0, 0, 123456),
                    moment(1900, 1, 1),
                    None,
                    moment(2100, 12, 31, 23, 59, 59),
                ),
                *(
                    moment(2024, 2, 29),
                    moment(1969, 12, 31, 23, 59, 59, 999999),
                    moment(1970, 1, 1),
                    None,
                ),
            ],
            pa.timestamp("us"),
        ),
        "b": [True, False, None, True, True, False, None, True],
        "d": pa.array([*range(7), None], pa.date32()),
    }
)
EACH_ROW = """
    n // 2, (-n) // 2, n % 3, n / 2, n * 2.5, -n, n + x, n - 1, abs(x), abs(n), x = x, x > 1e308, x < n, n <> 2, n <= 2,
    n >= 2, x IS NULL, n BETWEEN 0 AND 7, n IN (2, 7), n NOT IN (2, 7), (b OR n > 2) AND NOT (b AND n < 3),
    n IS NOT DISTINCT FROM NULL, n IS DISTINCT FROM 2, round(x), round(n), least(n, 1000000000), least(x, n),
    greatest(n, 1), greatest(x, n), isnan(x), NOT isnan(x), isfinite(x), trunc(x), trunc(n / 2), sqrt(abs(n)),
    isfinite(CAST(moment AS TIMESTAMP)), isfinite(TRY_CAST(t AS TIMESTAMP)),
    coalesce(n, 0), CASE WHEN b THEN n END, CASE n WHEN 7 THEN 'seven' ELSE t END, CASE WHEN isnan(n) THEN 1 END,
    length(t), left(t, 3), right(t, 1), substr(t, 3), contains(t, 'a'), suffix(t, 'Z'), trim(t, 'Ä '), trim(t, ' \n'),
    t >= '!', t < chr(127), t LIKE '%b%', t LIKE '%a\\%b\\_c' ESCAPE '\\', t LIKE '__Z' , concat_ws(', ', g, t),
    regexp_full_match(t, '[a-z\\n]+'), regexp_full_match(t, '\\d+\\.\\d'), regexp_replace(t, '0*$', ''),
    CAST(n AS VARCHAR), CAST(b AS VARCHAR), CAST(moment AS VARCHAR), CAST(n AS DOUBLE), CAST(n / 7 AS BOOLEAN),
    CAST(round(n / 2) AS BIGINT), CAST(n % 5 AS INTEGER), CAST(d AS VARCHAR), CAST(n AS DECIMAL(19, 0)),
    CAST(n AS DECIMAL(19, 0)) * n, CAST(moment AS DATE), CAST(d AS TIMESTAMP), CAST(NULL AS VARCHAR),
    CAST(NULL AS BIGINT), TRY_CAST(t AS DOUBLE), TRY_CAST(t AS TIMESTAMP),
    CAST(TRY_CAST(t AS TIMESTAMPTZ) AS TIMESTAMP), $day < moment, $word,
    $share * n, $yes, $none, $whole, array_contains(CAST($list AS INTEGER[]), 2), [1, 2], year(moment),
    extract(YEAR FROM moment) * 12 + extract(MONTH FROM moment), date_trunc('month', moment), epoch(moment),
    date_diff('microsecond', moment, TIMESTAMP '2026-01-01 00:00:00.5'), strftime(moment, '%Y-%m')
"""
VALUES = {
    "day": moment(2000, 1, 1, 12, 30, 0, 5),
    "word": "it's \\ \"",
    "share": 0.1,
    "yes": True,
    "none": None,
    "whole": 3,
    "list": [1, 2],
}
OVER_ROWS = (
    "SELECT g, count(*), count(n), count(DISTINCT n), sum(n), sum(n * n), min(t), max(t), min(x), max(x), "
    "min(moment), max(b) FROM sample GROUP BY g ORDER BY g",
    "SELECT b, sum(CAST(n AS DECIMAL(18, 0))), avg(n), quantile_cont(n, 0.5), quantile_cont(n, 0.9), "
    "count(*) FILTER (WHERE n > 2), sum(n) FILTER (WHERE b) FROM sample GROUP BY b ORDER BY b DESC",
    "SELECT b, sum(n / 7 ORDER BY n / 7), avg(n / 7 ORDER BY n / 7) FROM sample GROUP BY b ORDER BY b",
    "SELECT g, max(n) AS most FROM sample GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL",
    "SELECT array_sort(array_agg(row_number * 10 + 1)) AS path, count(*) FROM sample GROUP BY g ORDER BY path",
    "SELECT p, unnest(path) FROM (SELECT 1 AS p, [3, 1, 2] AS path) ORDER BY ALL",
    "SELECT row_number, lag(n) OVER w, lead(n) OVER w, first_value(n) OVER w, row_number() OVER w, dense_rank() OVER w "
    "FROM sample WINDOW w AS (PARTITION BY b ORDER BY moment, n DESC NULLS LAST, row_number) ORDER BY row_number",
    "SELECT DISTINCT n FROM sample ORDER BY n LIMIT 3",
    "SELECT s.n, o.t FROM sample AS s JOIN sample AS o USING (row_number) LEFT JOIN sample p ON p.n = o.n AND p.b "
    "CROSS JOIN (VALUES (1), (2)) AS v(k) ORDER BY ALL",
    "WITH w AS (SELECT n FROM sample UNION SELECT 5), v AS (SELECT n FROM sample UNION ALL SELECT 5) "
    "SELECT (SELECT count(*) FROM w), (SELECT count(*) FROM v)",
    "SELECT n FROM sample AS s WHERE n NOT IN (SELECT n FROM sample WHERE n > 5) "
    "AND EXISTS (SELECT 1 FROM sample AS o WHERE o.n = s.n) ORDER BY n",
    "SELECT row_number FROM sample WHERE (g, t) IN (('a', ''), ('b', '2026-03-01')) ORDER BY row_number",
    "SELECT b FROM (SELECT b FROM sample) AS one WHERE (b)",
    "SELECT count(*) FROM sample WHERE (FALSE)",
    "SELECT count(*) FROM (SELECT b FROM sample) JOIN sample AS s ON (s.b) WHERE (s.n > 0)",
    "SELECT b FROM sample GROUP BY b HAVING (b)",
    "SELECT x FROM sample ORDER BY x DESC",
    "SELECT t FROM sample ORDER BY t",
)


@pytest.fixture(scope="module")
def engines(spark_engine):
    with Engine() as duckdb:
        for engine in (duckdb, spark_engine):
            source = engine.opened(read_frame(SAMPLE, engine.local))
            named = ", ".join(f"{raw.sql} AS {raw.name}" for raw in source.columns)
            engine.run(f"CREATE OR REPLACE VIEW sample AS SELECT row_number, {named} FROM {source.scan}")
        yield duckdb, spark_engine


def same(engines, query, **values):
    duckdb, spark = (engine.rows(query, **values) for engine in engines)
    assert len(duckdb) == len(spark)
    assert all(
        alike(*cells) for rows in zip(duckdb, spark, strict=True) for cells in zip(*rows, strict=True)
    ), (duckdb, spark)


def alike(one, other):
    """The same to the last digit; what is interpolated or summed as floating numbers to 1e-9."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9) or (one != one and other != other)
    return one == other


def each_of(expressions):
    """The expressions of a list: what stands between its outermost commas."""
    return [one.sql(dialect="duckdb") for one in parse(f"SELECT {expressions}", read="duckdb")[0].expressions]


def test_every_row_has_the_same_values(engines):
    columns = each_of(EACH_ROW)
    query = f"SELECT row_number, {', '.join(columns)} FROM sample ORDER BY row_number"
    found = [engine.rows(query, **VALUES) for engine in engines]
    for duckdb, spark in zip(*found, strict=True):
        pairs = zip(["row", *columns], zip(duckdb, spark, strict=True), strict=True)
        assert not {one: pair for one, pair in pairs if not alike(*pair)}


@pytest.mark.parametrize("query", OVER_ROWS)
def test_rows_together_give_the_same(engines, query):
    same(engines, query)


def test_everything_that_spark_may_be_asked_is_asked_here():
    made = "CREATE OR REPLACE TEMP TABLE t AS SELECT 1; DROP TABLE t"
    asked = [f"SELECT {EACH_ROW}", *OVER_ROWS, made, "SELECT n::INTEGER"]
    nodes = [
        node for query in asked for statement in parse(query, read="duckdb") for node in statement.walk()
    ]
    names = {node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__ for node in nodes}
    assert {*PLAIN, *SAID} - names == set()


TEXTS = """
    2026-03-01|2026-03-01T10:00|2026-03-01 10:00:00|2026-03-01T10:00:00.1234567|2026-03-01T10:00:00Z|2026-03-01T24:00:00
    2026-03-01T10:00:00+01|2026-03-01T10:00:00+0130|2026-03-01T10:00:00.5-05:30|2026-03-01T10:00Z|2026-02-29|2026-13-01
    1899-12-31T23:59:59+01:00|2026-03-01T10:60|2026-03-01T10:00:61|2026-03-01T10|2026-3-1|01.03.2026|2026-03-01T10:00:00+24:00
    1|-7|+5|007|1.0|1.|.5|1e3|1E-5|1e400|-1e400|3.5|1,5|1_000|0x10|NaN|inf|Infinity|9223372036854775807|9223372036854775808
    1d|5f|true|-|.|1e|12345678901234567.0|0.1|1.7976931348623157e308|4.9e-324|2.2250738585072011e-308|-0|-0.0
"""


@pytest.mark.parametrize("wanted", ["text", "integer", "number", "time"])
def test_cells_are_read_the_same(engines, wanted):
    texts = [text.strip(" ") for line in TEXTS.strip().splitlines() for text in line.split("|")]
    texts += ["", " ", "\t", "\u00a0", " 5 ", "5\n", "\r\n2026-03-01\u00a0", "5\u0085", "٣", None]
    found = []
    for engine in engines:
        source = engine.opened(read_frame(pa.table({"t": texts}), engine.local))
        unsure, *sure = [Cell(raw="c1", sql_type="VARCHAR", zoned=zoned) for zoned in (None, True, False)]
        fits = f"regexp_full_match({unsure.text}, {literal(ISO_TIME)})" if wanted == "time" else "TRUE"
        zoned = (unsure.has_offset(), f"NOT {unsure.has_offset()}") if wanted == "time" else ("TRUE", "TRUE")
        asked = [
            f"CASE WHEN {fits} AND {known} THEN {cell.value(wanted)} END"
            for known, cell in zip(zoned, sure, strict=True)
        ]
        asked += [unsure.value(wanted), unsure.missing(), unsure.has_offset()]
        found.append(
            engine.rows(f"SELECT row_number, c1, {', '.join(asked)} FROM {source.scan} ORDER BY row_number")
        )
    differ = [
        pair
        for pair in zip(*found, strict=True)
        if not all(alike(*cells) for cells in zip(*pair, strict=True))
    ]
    assert not differ


def test_numbers_as_text_are_ids(engines):
    numbers = pa.table({"whole": [7.0, None, math.nan, -12.0], "part": [0.5, 1.25, 3.0, 1e20]})
    for column, kept in (("c1", True), ("c2", False)):
        cell = Cell(raw=column, sql_type="DOUBLE")
        sources = [(engine, engine.opened(read_frame(numbers, engine.local))) for engine in engines]
        asked = [
            (engine, f"SELECT {cell.value('text')} FROM {source.scan} ORDER BY row_number")
            for engine, source in sources
        ]
        if kept:
            assert (
                asked[0][0].rows(asked[0][1])
                == asked[1][0].rows(asked[1][1])
                == [("7",), (None,), (None,), ("-12",)]
            )
        else:
            with pytest.raises(EngineError, match="cannot be written as text alike"):
                asked[1][0].rows(asked[1][1])


def test_names_and_words_from_outside_stay_what_they_are(engines):
    words = [
        "it's",
        'say "x"',
        "back\\slash",
        "a`b",
        "c$d",
        "${e}",
        "%_\\",
        "new\nline",
        "-- x",
        "/* y */",
        "ünï😀",
        "a*?b",
    ]
    asked = ", ".join(f"{literal(word)} AS {quoted(word)}" for word in words)
    like = ", ".join(
        f"{matches(literal(word), ['*' + word[-2:]])}, {matches(literal(word), ['?*x'])}" for word in words
    )
    for engine in engines:
        (row,) = engine.named_rows(f"SELECT {asked}")
        assert row == dict(zip(words, words, strict=True))
    same(engines, f"SELECT {like}")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT median(n) FROM sample", "MEDIAN"),
        ("SELECT approx_count_distinct(n) FROM sample", "APPROX"),
        ("SELECT list(n ORDER BY x) FROM sample", "no order"),
        ("SELECT array_agg(n) FROM sample", "no order"),
        ("SELECT regexp_replace(t, 'a', 'b') FROM sample", "REGEXP_REPLACE"),
        ("SELECT round(x, 2) FROM sample", "ROUND"),
        ("SELECT * FROM information_schema.tables", "information_schema"),
        ("SELECT date_diff('month', moment, moment) FROM sample", "DATE_DIFF"),
        ("SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM sample", "ROWS"),
        ("SELECT CAST(n AS HUGEINT) FROM sample", "INT128"),
        ("SELECT upper(t) FROM sample", "UPPER"),
        ("SELECT some_function(n) FROM sample", "some_function"),
    ],
)
def test_what_may_differ_is_refused_and_named(spark_engine, query, told):
    with pytest.raises(EngineError, match=told):
        spark_engine.rows(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT CAST(x AS BIGINT) FROM sample",
        "SELECT array_sort(array_agg(n)) FROM sample",
        "SELECT sum(n * 9223372036854775807) FROM sample",
        "SELECT n // 0 FROM sample",
    ],
)
def test_what_would_be_otherwise_is_an_error_when_it_is_met(engines, query):
    with pytest.raises(EngineError, match="Spark could not do it"):
        engines[1].rows(query)
