"""Every fault of every table at once: one scan of a table counts them, and rows are looked for only where some are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import duckdb

from coproduce.errors import CoproduceError, EngineError, Fault, nearest
from coproduce.records.columns import Bound, bind
from coproduce.records.engine import ANY_FILE, Engine
from coproduce.records.reading import read_source, source_name
from coproduce.records.rows import Rows, Shown, checked_cell
from coproduce.records.schema import TABLES
from coproduce.records.settings import FILE
from coproduce.records.study import Study
from coproduce.records.values import DECIMAL_COMMA, READABLE, Cell, Requirement, kind, requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A table after checking.

    `rows` says how many rows are kept, `zoned` which of its times that came as text carry an offset.
    """

    bound: Bound
    rows: int
    zoned: Mapping[str, bool]
    notes: tuple[str, ...]


def check_records(study: Study, engine: Engine) -> tuple[Fault, ...]:
    """Every fault of every table of a study.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from pathlib import Path
    >>> from coproduce.records.settings import Head, TableSettings
    >>> units = pa.table({"unit": ["North", "North", None], "weight": ["1.5", "2,5", "1"]})
    >>> study = Study(
    ...     head=Head(title="Streets", service="care"),
    ...     folder=Path(),
    ...     tables={"units": TableSettings(path="(in memory)")},
    ...     frames={"units": units},
    ... )
    >>> with Engine() as engine:
    ...     for fault in check_records(study, engine):
    ...         print(fault)
    (in memory): unit: wanted text, not empty; 1 row: row 3 (empty)
    (in memory): weight: wanted a number of at least 0; 1 row: row 2 ('2,5'). Write decimals with a point: 2.5
    (in memory): unit: wanted what no row before it has; 1 row: row 2 ('North')
    """
    return checked_tables(study, engine)[1]


def checked_tables(
    study: Study, engine: Engine, *, only: Collection[str] | None = None
) -> tuple[dict[str, Checked], tuple[Fault, ...]]:
    """The tables that could be read, and every fault of all."""
    tables: dict[str, Checked] = {}
    faults: list[Fault] = []
    for name in (name for name in study.tables if only is None or name in only):
        try:
            tables[name], found = _checked(_bound(study, name, engine=engine), engine)
            faults += found
        except EngineError:
            raise
        except OSError as error:
            raise EngineError(f"A file could not be read or written: {error}") from error
        except CoproduceError as error:
            faults += (_named(fault, source_name(study, name)) for fault in error.faults)
        except duckdb.Error as error:
            faults.append(_unreadable(source_name(study, name), error))
    for table in tables.values():
        faults += _broken_links(table.bound, tables, engine=engine)
    if len(tables) == len(study.tables):
        faults += _groups_of_no_table(study, tables.values())
    return tables, tuple(faults)


def _bound(study: Study, name: str, *, engine: Engine) -> Bound:
    source = engine.opened(read_source(study, name, engine=engine.local))
    engine.tell(f"checking {name}")
    file, settings = source_name(study, name), study.tables[name]
    return bind(TABLES[name], source, file=file, settings=settings, groups=study.head.groups)


def _named(fault: Fault, file: str) -> Fault:
    return replace(fault, file=file) if fault.file == ANY_FILE else fault


def _unreadable(file: str, error: duckdb.Error) -> Fault:
    wanted, hint = "a file that can be read to its end", "Copy or download it again."
    return Fault(file=file, rule="readable", found=str(error).splitlines()[0], wanted=wanted, hint=hint)


def _checked(bound: Bound, engine: Engine) -> tuple[Checked, list[Fault]]:
    """One table: its columns' types, its rows in one scan, its key."""
    faults = _wrong_types(bound)
    unread = {fault.place for fault in faults}
    columns = {name: raw for name, raw in bound.columns.items() if bound.place(name) not in unread}
    rows = Rows(bound := replace(bound, columns=columns), engine)
    needs = [*_needs(bound), *_rules(bound)]
    clocks = _clocks(bound)
    count, counts = rows.counts({need: need.broken for need in needs} | _clock_conditions(clocks))
    faults += _empty(bound, count)
    faults += [_broken(bound, need, rows=rows, count=counts[need]) for need in needs if counts[need]]
    for name, clock in clocks.items():
        faults += _mixed_offsets(bound, name, clock=clock, rows=rows, counts=counts)
    faults += _repeated_key(bound, rows)
    zoned = {name: counts[name, "offset"] > 0 for name in clocks}
    notes = (*_left_out(bound, count), *_taken_as_utc(bound, zoned, counts=counts))
    return Checked(bound=bound, rows=count, zoned=zoned, notes=notes), faults


def _wrong_types(bound: Bound) -> list[Fault]:
    """A fault for each column whose type holds no value of the wanted kind, such as a list where a time should be."""
    return [
        Fault(
            file=bound.file,
            place=bound.place(name),
            rule="type",
            found=raw.type,
            wanted=bound.schema.column(name).wanted(),
        )
        for name, raw in bound.columns.items()
        if kind(raw.type) not in READABLE[bound.schema.column(name).type]
    ]


def _needs(bound: Bound) -> Iterator[Requirement]:
    for name in bound.columns:
        yield from requirements(bound.schema.column(name), checked_cell(bound, name))


def _rules(bound: Bound) -> Iterator[Requirement]:
    """The rules of the table whose columns are all there."""
    for rule in bound.schema.rules:
        named = set(re.findall(r"\w+", rule.condition)) & set(bound.schema.names)
        if named <= set(bound.columns):
            broken = f"NOT ({rule.condition})"
            yield Requirement(column=rule.column, rule=rule.name, broken=broken, wanted=rule.wanted)


def _clocks(bound: Bound) -> dict[str, Cell]:
    """The columns whose times came as ISO text, in which an offset can be there or not."""
    cells = {
        name: checked_cell(bound, name)
        for name in bound.columns
        if bound.schema.column(name).type == "time" and bound.settings.time_format is None
    }
    return {name: clock for name, clock in cells.items() if clock.kind == "text"}


def _clock_conditions(clocks: Mapping[str, Cell]) -> dict[object, str]:
    conditions: dict[object, str] = {}
    for name, clock in clocks.items():
        conditions[name, "there"] = f"{name} IS NOT NULL"
        conditions[name, "clock"] = f"{name} IS NOT NULL AND {clock.has_clock()}"
        conditions[name, "offset"] = f"{name} IS NOT NULL AND {clock.has_offset()}"
    return conditions


def _empty(bound: Bound, count: int) -> list[Fault]:
    """A fault where no row is left; only events must be there for anything to be asked."""
    if count or bound.schema.name != "events":
        return []
    found = "no row that `keep` keeps" if bound.source.rows else "no rows"
    return [Fault(file=bound.file, rule="empty", found=found, wanted=bound.schema.row)]


def _broken(bound: Bound, need: Requirement, *, rows: Rows, count: int) -> Fault:
    shown = rows.first(need.broken, shown=f"raw_{need.column}")
    return Fault(
        file=bound.file,
        place=bound.place(need.column),
        rule=need.rule,
        wanted=need.wanted,
        hint=_hint(bound, need, shown=shown),
        count=count,
        rows=shown,
    )


def _hint(bound: Bound, need: Requirement, *, shown: Shown) -> str | None:
    first = (next((value for _, value in shown), None) or "").strip()
    match need.rule:
        case "values":
            return nearest(first.casefold(), bound.schema.column(need.column).values)
        case "number" | "integer":
            comma = next(
                (value for _, value in shown if re.fullmatch(DECIMAL_COMMA, (value or "").strip())), None
            )
            return comma and f"Write decimals with a point: {comma.strip().replace(',', '.')}"
        case "time" if bound.settings.time_format is None:
            return 'Another way of writing times can be named, such as `time_format = "%d.%m.%Y %H:%M"`.'
        case _:
            return None


def _mixed_offsets(
    bound: Bound, name: str, *, clock: Cell, rows: Rows, counts: Mapping[object, int]
) -> list[Fault]:
    """A fault where some times of a column have an offset and others not: nobody knows when the others were."""
    there, offset = counts[name, "there"], counts[name, "offset"]
    if offset in (0, there):
        return []
    rare, word = (clock.has_offset(), "none") if offset * 2 < there else (f"NOT {clock.has_offset()}", "an")
    return [
        Fault(
            file=bound.file,
            place=bound.place(name),
            rule="offsets",
            wanted=f"{word} offset from UTC, as in the other rows"
            if word == "an"
            else "no offset, as in the other rows",
            hint="One column must say it of all its times or of none.",
            count=min(offset, there - offset),
            rows=rows.first(f"{name} IS NOT NULL AND {rare}", shown=f"raw_{name}"),
        )
    ]


def _repeated_key(bound: Bound, rows: Rows) -> list[Fault]:
    key = [name for name in bound.schema.key if name in bound.columns]
    count = rows.repeats(key) if key else 0
    if not count:
        return []
    place, wanted = ", ".join(map(bound.place, key)), "what no row before it has"
    return [
        Fault(file=bound.file, place=place, rule="key", wanted=wanted, count=count, rows=rows.repeated(key))
    ]


def _left_out(bound: Bound, count: int) -> list[str]:
    total = bound.source.rows
    return [f"`keep` left out {total - count:,} of {total:,} rows."] if bound.settings.keep else []


def _taken_as_utc(bound: Bound, zoned: Mapping[str, bool], *, counts: Mapping[object, int]) -> list[str]:
    plain = [name for name in zoned if counts[name, "clock"] and not zoned[name]]
    plain += [
        name
        for name, raw in bound.columns.items()
        if bound.schema.column(name).type == "time"
        and raw.type.startswith("TIMESTAMP")
        and "ZONE" not in raw.type
    ]
    return [f"Times without an offset were read as UTC: {', '.join(plain)}."] if plain else []


def _broken_links(bound: Bound, tables: Mapping[str, Checked], *, engine: Engine) -> list[Fault]:
    """A fault for each column that names what another table does not hold."""
    faults = []
    for column, other in bound.schema.links:
        target = tables.get(other)
        key = TABLES[other].key[0]
        if column not in bound.columns or target is None or key not in target.bound.columns:
            continue
        rows = Rows(bound, engine)
        strangers = rows.strangers(column, others=Rows(target.bound, engine), key=key)
        count = rows.count(strangers)
        if count:
            faults.append(
                Fault(
                    file=bound.file,
                    place=bound.place(column),
                    rule="link",
                    wanted=f"one of the `{key}` in {target.bound.file}",
                    count=count,
                    rows=rows.first(strangers, shown=f"raw_{column}"),
                )
            )
    return faults


def _groups_of_no_table(study: Study, tables: Iterable[Checked]) -> list[Fault]:
    bounds = [table.bound for table in tables]
    there = {group for bound in bounds for group in bound.groups}
    free = [name for bound in bounds for name in bound.free]
    return [
        Fault(
            file=FILE,
            place="study.groups",
            rule="groups",
            found=group,
            wanted="a column of a table",
            hint=nearest(group, free),
        )
        for group in study.head.groups
        if group not in there
    ]
