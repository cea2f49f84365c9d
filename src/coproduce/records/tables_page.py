"""The page of ``study.toml`` and the tables, written from the schemas themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from coproduce.records.columns import STANDARD_NAMES
from coproduce.records.schema import TABLES, Column, TableSchema
from coproduce.records.settings import EventsSettings, Head, Settings

INTRODUCTION = """\
# The study and its tables

A study is a folder with a `study.toml` and the tables that it names. Times are written in ISO 8601, ids are text,
decimals have a point, and what is missing is an empty cell, never 0 or 99. `coproduce check FOLDER` tells every fault
of every table at once.

In the tables below, a name in **bold** must be there, and as a column it may have no empty cell.

"""


def records_page() -> str:
    """The reference page of a study's settings and tables, in Markdown.

    Examples
    --------
    >>> records_page().splitlines()[0]
    '# The study and its tables'
    """
    return "\n".join(
        (
            INTRODUCTION + "## study.toml\n",
            *_settings("`[study]` says what is studied.", Head),
            *_settings(
                "`[records.TABLE]` says where a table lies; `side` is for `events` alone.", EventsSettings
            ),
            *_standard_names(),
            tables_as_markdown(tuple(TABLES.values())),
        )
    )


def tables_as_markdown(tables: Sequence[TableSchema]) -> str:
    """Tables with their columns, keys, links and rules, in Markdown.

    Examples
    --------
    >>> print(tables_as_markdown([TABLES["population"]]))
    ## population
    <BLANKLINE>
    One row is one cell of the population served.
    <BLANKLINE>
    | column | type | what it holds |
    |---|---|---|
    | **`persons`** | number, at least 0 | how many people are in the cell |
    | any other column | | a group column, condition or moderator of the study's own |
    <BLANKLINE>
    """
    return "\n".join(line for table in tables for line in _table(table))


def _table(table: TableSchema) -> Iterator[str]:
    yield from (f"## {table.name}", "", f"One row is {table.row}.", "")
    yield from _rows(("column", "type", "what it holds"), (_column(column) for column in table.columns))
    if table.free:
        yield "| any other column | | a group column, condition or moderator of the study's own |"
    yield ""
    rules = list(_rules(table))
    yield from rules
    if rules:
        yield ""


def _column(column: Column) -> tuple[str, str, str]:
    meaning = column.meaning
    if column.values:
        meaning += ": " + " · ".join(f"`{value}`" for value in column.values)
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    return name, column.type + _limits(column), meaning


def _limits(column: Column) -> str:
    """The limits of a column's values.

    Examples
    --------
    >>> _limits(TABLES["concerns"].column("severity"))
    ', 1 to 3'
    """
    if column.minimum is None:
        return ""
    return (
        f", at least {column.minimum:g}"
        if column.maximum is None
        else f", {column.minimum:g} to {column.maximum:g}"
    )


def _rules(table: TableSchema) -> Iterator[str]:
    if table.key:
        yield f"- No two rows have the same {_named(table.key, ' and ')}."
    for names in table.one_of:
        yield f"- There must be a column {_named(names, ' or ')}."
    for column, other in table.links:
        yield f"- `{column}` must be found in `{other}`, where that table is there."
    for rule in table.rules:
        yield f"- `{rule.column}`: {rule.wanted}."


def _named(names: Iterable[str], between: str) -> str:
    return between.join(f"`{name}`" for name in names)


def _settings(told: str, settings: type[Settings]) -> Iterator[str]:
    fields = settings.model_fields.items()
    rows = (
        (f"**`{name}`**" if field.is_required() else f"`{name}`", str(field.description))
        for name, field in fields
    )
    yield from (told, "", *_rows(("key", "what it says"), rows), "")


def _standard_names() -> Iterator[str]:
    yield "An event log's column that `columns` does not name is taken by its own name, or by one of these"
    yield "(capital letters aside, a space as good as `_`), and the report says so.\n"
    rows = ((f"`{name}`", _named(others, ", ")) for name, others in STANDARD_NAMES.items())
    yield from (*_rows(("column of `events`", "is also taken from"), rows), "")


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    yield from (f"| {' | '.join(cells)} |" for cells in rows)
