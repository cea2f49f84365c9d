"""DuckDB's SQL as Spark means the same: what differs is said another way, what cannot be said alike is refused.

Only what stands in a list here is handed to Spark at all, and tests hold every entry against DuckDB
(``tests/spec/test_engines.py``): that a query can be transpiled does not say that it is answered alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from coproduce.errors import EngineError

PLAIN: frozenset[str] = frozenset(
    """
    Select From Group Order Ordered Limit Subquery Table TableAlias Alias Column Identifier Star
    Literal Boolean Null Paren If And Or Not EQ NEQ LT LTE GT GTE Between In Is NullSafeEQ NullSafeNEQ Add Sub
    Mul Neg IntDiv Mod Tuple Values Union With CTE Distinct Exists Like Escape Window Filter Var Array DataType
    DataTypeParam Abs ArrayContains Chr Coalesce ConcatWs Contains Count DenseRank Explode FirstValue Greatest Lag Lead
    Least Left Length Max Min Right RowNumber Sqrt Year
    """.split()  # noqa: SIM905 (one name a line would fill two pages)
)
"""What both engines mean alike once sqlglot has put it into Spark's words."""

CASTS = frozenset({"BOOLEAN", "INT", "BIGINT", "DOUBLE", "DECIMAL", "DATE", "TIMESTAMPNTZ", "ARRAY"})
"""Types that a cast may lead to; a cast to text is looked at more closely."""

FRACTION = "a whole number is needed where a number has a fraction"
AS_TEXT = "a number with a fraction, or a time with a zone, cannot be written as text alike"
LISTED_NULL = "a list with gaps cannot be gathered alike"


def spark_statements(script: str, values: Mapping[str, Any]) -> Iterator[exp.Expr]:
    """The statements of a script, each as Spark means the same.

    Parameters
    ----------
    script
        Statements in DuckDB's SQL; each ``$name`` takes the value of that name.
    values
        Name -> a number, text, truth, time, or a list of whole numbers.

    Raises
    ------
    EngineError
        If something in them is not known to mean the same on Spark; it names what.
    """
    try:
        parsed = [one for one in sqlglot.parse(script, read="duckdb") if one is not None]
    except SqlglotError as error:
        raise EngineError(f"Spark cannot be asked this: {str(error).splitlines()[0]}") from error
    for statement in parsed:
        yield _translated(statement, values)


def in_spark(query: exp.Expr) -> str:
    """A query as Spark's text.

    Examples
    --------
    >>> (query,) = spark_statements("SELECT a // $b FROM t ORDER BY a", {"b": 2})
    >>> in_spark(query)
    'SELECT a DIV 2 FROM t ORDER BY a NULLS LAST'
    """
    return query.sql(dialect="spark", comments=False, unsupported_level=ErrorLevel.RAISE)


def _translated(statement: exp.Expr, values: Mapping[str, Any]) -> exp.Expr:
    """A statement with each of its nodes said for Spark, from the leaves to the root."""
    root = statement
    for node in reversed(list(statement.dfs())):
        said = _said(node, values)
        if said is not node:
            root = said if node is root else root
            node.replace(said)
    return root


def _said(node: exp.Expr, values: Mapping[str, Any]) -> exp.Expr:
    """One node of a query, said for Spark."""
    if isinstance(node, exp.Placeholder):
        return _value(values[node.name])
    name = node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__
    if name in SAID:
        return SAID[name](node)
    if name not in PLAIN or _is_strange(node):
        raise refused(name if isinstance(node, exp.Anonymous) else node.sql(dialect="duckdb"))
    return node


def refused(what: str) -> EngineError:
    """The refusal of what Spark may not mean alike."""
    shown = what if len(what) <= 80 else what[:77] + "…"
    return EngineError(
        f"Spark is not known to answer this as DuckDB does, so it is not asked: {shown}. "
        "Ask with the engine duckdb, or leave the question out (--only)."
    )


def _is_strange(node: exp.Expr) -> bool:
    """Whether a node that is plain by its name has a part that is not."""
    match node:
        case exp.Star():
            return bool(node.args.get("except_") or node.args.get("replace") or node.args.get("rename"))
        case exp.Table():
            return bool(node.args.get("db"))
        case exp.Window():
            return node.args.get("spec") is not None
        case exp.Escape() | exp.Like():
            return not isinstance(node.expression, exp.Literal)
        case _:
            return False


def _value(value: Any) -> exp.Expr:
    """A value from outside as a literal."""
    match value:
        case list() | tuple():
            return exp.array(*(exp.convert(int(each)) for each in value))
        case float():
            return exp.cast(exp.Literal.string(repr(value)), "DOUBLE")
        case datetime():
            return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMPNTZ")
        case date():
            return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
        case None | bool() | int() | str():
            return exp.convert(value)
        case _:
            raise refused(f"a value of type {type(value).__name__}")


def _call(name: str, *arguments: exp.Expr | str) -> exp.Expr:
    """A call of one of Spark's own functions."""
    parts = [exp.Literal.string(each) if isinstance(each, str) else each.copy() for each in arguments]
    return exp.Anonymous(this=name, expressions=parts)


def _when(condition: exp.Expr, value: exp.Expr, *, otherwise: exp.Expr | None = None) -> exp.Case:
    case = exp.Case().when(condition, value)
    return case if otherwise is None else case.else_(otherwise)


def _guarded(broken: exp.Expr, *, told: str, value: exp.Expr) -> exp.Expr:
    """A value, or a refusal where a condition over the same row is true."""
    return _when(broken, _call("raise_error", told), otherwise=value)


def _is_type(value: exp.Expr, *types: str) -> exp.Expr:
    """Whether a value has one of Spark's types: settled before the query runs, so that it costs nothing."""
    plain = [exp.Literal.string(each) for each in types if not each.endswith("%")]
    alike = [_call("typeof", value).like(each) for each in types if each.endswith("%")]
    return exp.or_(exp.In(this=_call("typeof", value), expressions=plain), *alike)


def _micros(moment: exp.Expr) -> exp.Expr:
    """A time as microseconds since 1970; sessions are in UTC, so that a time with a zone is the same moment."""
    return _call("unix_micros", exp.cast(moment.copy(), "TIMESTAMPTZ"))


def _cast(node: exp.Expr) -> exp.Expr:
    kind = node.args["to"].this.name
    match kind:
        case "TEXT" | "VARCHAR":
            return _as_text(node.this)
        case "INT" | "BIGINT":
            return _as_whole(node)
        case _ if kind in CASTS:
            return node
        case _:
            raise refused(node.sql(dialect="duckdb"))


def _as_text(value: exp.Expr) -> exp.Expr:
    """Numbers with a fraction are written differently by the engines, and so are times with a zone."""
    text = exp.cast(value.copy(), "VARCHAR")
    if isinstance(value, exp.Literal | exp.Null):
        return text
    number = exp.TryCast(this=text.copy(), to=exp.DataType.build("DOUBLE"))
    whole = exp.and_(
        number.eq(_call("rint", number)), exp.LT(this=_call("abs", number), expression=exp.convert(10**15))
    )
    written = exp.DPipe(
        this=exp.cast(exp.cast(number.copy(), "BIGINT"), "VARCHAR"), expression=exp.Literal.string(".0")
    )
    plain = (
        "string",
        "boolean",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "date",
        "timestamp_ntz",
        "decimal%",
        "void",
    )
    return (
        exp.Case()
        .when(_is_type(value, *plain), text)
        .when(exp.and_(_is_type(value, "double", "float"), whole), written)
        .when(value.copy().is_(exp.null()), exp.cast(exp.null(), "VARCHAR"))
        .else_(exp.cast(_call("raise_error", AS_TEXT), "VARCHAR"))
    )


def _as_whole(node: exp.Expr) -> exp.Expr:
    """DuckDB rounds to a whole number and Spark cuts off: neither is asked to."""
    value = node.this
    numbered = isinstance(value, exp.Window) and isinstance(value.this, exp.RowNumber | exp.DenseRank)
    if numbered or isinstance(value, exp.Literal | exp.Null):
        return node
    broken = exp.and_(_is_type(value, "double", "float", "decimal%"), value.copy().neq(_call("floor", value)))
    return _guarded(broken, told=FRACTION, value=node)


def _try_cast(node: exp.Expr) -> exp.Expr:
    """Of text that was seen to be a number or a time (records/values.py), for which the engines agree."""
    if node.args["to"].this.name not in {"BIGINT", "DOUBLE", "TIMESTAMPNTZ", "TIMESTAMPTZ"}:
        raise refused(node.sql(dialect="duckdb"))
    if node.args["to"].this.name == "TIMESTAMPTZ":
        node.set("this", _with_seconds(node.this))
    return node


def _with_seconds(text: exp.Expr) -> exp.Expr:
    """Spark reads no time that has a zone and no seconds (2026-03-01T10:00Z), so it is given nought of them."""
    after_minutes = _call("substring", text, exp.convert(17), exp.convert(1))
    zoned = exp.In(this=after_minutes, expressions=[exp.Literal.string(each) for each in "Z+-"])
    rest = _call("substring", text, exp.convert(17))
    return _when(
        zoned, _call("concat", _call("left", text, exp.convert(16)), ":00", rest), otherwise=text.copy()
    )


def _div(node: exp.Expr) -> exp.Expr:
    """DuckDB divides as floating numbers, whatever it is given."""
    return exp.Div(
        this=exp.cast(node.this.copy(), "DOUBLE"), expression=exp.cast(node.expression.copy(), "DOUBLE")
    )


def _sum(node: exp.Expr) -> exp.Expr:
    """The order in which fractions are added up settles their last digits; a cluster adds them up as they come."""
    if isinstance(node.this, exp.Order):
        node.set("this", node.this.this)
    return node


def _average(node: exp.Expr) -> exp.Expr:
    return _call("avg", exp.cast(_sum(node).this.copy(), "DOUBLE"))


def _round(node: exp.Expr) -> exp.Expr:
    if node.args.get("decimals") is not None:
        raise refused(node.sql(dialect="duckdb"))
    return node


def _trunc(node: exp.Expr) -> exp.Expr:
    """From 2^52 on every floating number is whole."""
    value = exp.cast(node.this.copy(), "DOUBLE")
    vast = exp.GTE(this=_call("abs", value), expression=exp.convert(2**52))
    ends = _when(
        exp.LT(this=value.copy(), expression=exp.convert(0)),
        _call("ceil", value),
        otherwise=_call("floor", value),
    )
    return _when(exp.or_(vast, _call("isnan", value)), value, otherwise=exp.cast(ends, "DOUBLE"))


def _is_nan(node: exp.Expr) -> exp.Expr:
    """Spark says of a missing number that it is one."""
    return _when(exp.not_(node.this.copy().is_(exp.null())), _call("isnan", node.this))


def _is_finite(node: exp.Expr) -> exp.Expr:
    """Neither infinite nor no number, which Spark orders above infinity; and no time of Spark's is without end."""
    value = node.expressions[0]
    if isinstance(value, exp.Cast) and value.is_type("TIMESTAMPNTZ"):
        return _when(exp.not_(value.copy().is_(exp.null())), exp.true())
    infinity = exp.cast(exp.Literal.string("Infinity"), "DOUBLE")
    return exp.LT(this=_call("abs", value), expression=infinity)


def _case(node: exp.Expr) -> exp.Expr:
    """A CASE that only spares DuckDB the trim of texts that have no blanks; without it Spark has less to compile."""
    first, rest = node.args["ifs"][0], node.args.get("default")
    if (
        isinstance(rest, exp.Trim)
        and first.args["true"] == rest.this
        and first.this == _tight(rest.this, whole=True)
    ):
        return rest.copy()
    if (
        isinstance(rest, exp.NEQ)
        and isinstance(rest.this, exp.Trim)
        and isinstance(first.args["true"], exp.Boolean)
    ):
        return rest.copy() if first.this == _tight(rest.this.this, whole=False) else node
    return node


def _tight(text: exp.Expr, *, whole: bool) -> exp.Expr:
    """What that CASE looks at: a text's first letter, and its last."""
    ends = " AND right(held, 1) BETWEEN '!' AND '~'" if whole else ""
    condition = sqlglot.parse_one(f"held >= '!' AND held < chr(127){ends}", read="duckdb")
    for held in list(condition.find_all(exp.Column)):
        held.replace(text.copy())
    return condition


def _bare(node: exp.Expr) -> exp.Expr:
    """To Spark ``t WHERE (b)`` is the table t under the name WHERE, with a column b."""
    key = "on" if isinstance(node, exp.Join) else "this"
    if isinstance(node.args.get(key), exp.Paren):
        node.set(key, node.args[key].unnest())
    return node


def _array_sort(node: exp.Expr) -> exp.Expr:
    """The one order that a gathered list has on both engines is that of its values; Spark leaves gaps out."""
    gathered = node.this
    if not (isinstance(gathered, exp.Anonymous) and gathered.name == "collect_list"):
        raise refused("array_sort of what is not array_agg")
    value = gathered.expressions[0]
    gaps = exp.LT(this=_call("count", value), expression=exp.Count(this=exp.Star()))
    return _guarded(gaps, told=LISTED_NULL, value=_call("array_sort", gathered))


def _array_agg(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.parent, exp.ArraySort):
        raise refused(f"{node.sql(dialect='duckdb')} in no order of its values")
    return _call("collect_list", node.this)


def _ordinal(node: exp.Expr) -> exp.Expr:
    start = node.args.get("start")
    if not (isinstance(start, exp.Literal) and start.is_int and int(start.name) > 0):
        raise refused(node.sql(dialect="duckdb"))
    return node


def _trim(node: exp.Expr) -> exp.Expr:
    if node.args.get("position") or not isinstance(node.expression, exp.Literal):
        raise refused(node.sql(dialect="duckdb"))
    return node


def _matched(node: exp.Expr) -> exp.Expr:
    """A pattern over the whole text. To Java more letters end a line (not with ``?d``), and ``$`` stands before it."""
    if not isinstance(node.expression, exp.Literal):
        raise refused(node.sql(dialect="duckdb"))
    return _call("rlike", node.this, rf"(?d)\A(?:{node.expression.name})\z")


def _replaced(node: exp.Expr) -> exp.Expr:
    """DuckDB replaces the first match and Spark all: only at the end of a text is that the same."""
    pattern, instead = node.expression, node.args.get("replacement")
    at_end = (
        isinstance(pattern, exp.Literal) and pattern.name.endswith("$") and not pattern.name.endswith(r"\$")
    )
    if not at_end or not isinstance(instead, exp.Literal) or instead.name or node.args.get("modifiers"):
        raise refused(node.sql(dialect="duckdb"))
    return _call("regexp_replace", node.this, "(?d)" + pattern.name[:-1] + r"\z", "")


def _difference(node: exp.Expr) -> exp.Expr:
    if node.args["unit"].name.upper() != "MICROSECOND":
        raise refused(node.sql(dialect="duckdb"))
    return exp.Paren(this=exp.Sub(this=_micros(node.this), expression=_micros(node.expression)))


def _epoch(node: exp.Expr) -> exp.Expr:
    million = exp.cast(exp.convert(1_000_000), "DOUBLE")
    return exp.Paren(this=exp.Div(this=exp.cast(_micros(node.this), "DOUBLE"), expression=million))


def _truncated(node: exp.Expr) -> exp.Expr:
    return exp.cast(_call("date_trunc", node.args["unit"].name, node.this), "TIMESTAMPNTZ")


def _extracted(node: exp.Expr) -> exp.Expr:
    if node.name.upper() not in {"YEAR", "MONTH"}:
        raise refused(node.sql(dialect="duckdb"))
    return node


def _written(node: exp.Expr) -> exp.Expr:
    if node.args["format"].name != "%Y-%m":
        raise refused(node.sql(dialect="duckdb"))
    return _call("date_format", node.this, "yyyy-MM")


def _quantile(node: exp.Expr) -> exp.Expr:
    return _call("percentile", node.this, node.expression)


def _created(node: exp.Expr) -> exp.Expr:
    if node.args.get("kind") not in {"TABLE", "VIEW"} or not isinstance(node.expression, exp.Query):
        raise refused(node.sql(dialect="duckdb"))
    return node


def _kept(node: exp.Expr) -> exp.Expr:
    return node


SAID: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {
    "Cast": _cast,
    "TryCast": _try_cast,
    "Div": _div,
    "Sum": _sum,
    "Avg": _average,
    "Round": _round,
    "Trunc": _trunc,
    "IsNan": _is_nan,
    "isfinite": _is_finite,
    "suffix": lambda node: _call("endswith", *node.expressions),
    "Where": _bare,
    "Having": _bare,
    "Join": _bare,
    "Case": _case,
    "ArraySort": _array_sort,
    "ArrayAgg": _array_agg,
    "Substring": _ordinal,
    "Trim": _trim,
    "RegexpFullMatch": _matched,
    "RegexpReplace": _replaced,
    "DateDiff": _difference,
    "TimeToUnix": _epoch,
    "TimestampTrunc": _truncated,
    "Extract": _extracted,
    "TimeToStr": _written,
    "PercentileCont": _quantile,
    "Create": _created,
    "Drop": _kept,
    "Properties": _kept,
    "TemporaryProperty": _kept,
}
"""What Spark must be told in other words than sqlglot's, or only in part."""
