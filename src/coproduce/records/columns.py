"""Which of a source's columns stands for which column of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coproduce.errors import Fault, RecordsError, nearest
from coproduce.records.readers.csv_layout import faults_of_names
from coproduce.records.schema import TableSchema
from coproduce.records.settings import FILE, EventsSettings, TableSettings
from coproduce.records.staging import RawColumn, Staged

STANDARD_NAMES: Mapping[str, tuple[str, ...]] = {
    "case_id": ("case:concept:name", "case", "case id", "caseid"),
    "activity": ("concept:name", "activity name", "event"),
    "occurred_at": ("time:timestamp", "timestamp", "time", "end time", "complete timestamp"),
    "started_at": ("start_timestamp", "start timestamp", "start time"),
    "actor": ("org:resource", "resource", "user"),
}
"""Names that event logs use for the columns of `events`, capital letters aside; XES's own come first."""

ROW_NUMBER = "row_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A source whose columns are known for what they are.

    `columns` holds the table's own columns that are there; `groups` the study's group columns that are there, in the
    study's order; `free` every other column, by the name that it goes by.
    """

    schema: TableSchema
    file: str
    source: Staged
    settings: TableSettings
    columns: Mapping[str, RawColumn]
    groups: Mapping[str, RawColumn]
    free: Mapping[str, RawColumn]
    notes: tuple[str, ...]

    def raw(self, name: str) -> RawColumn | None:
        """The raw column of that name in the source, else that of the table's own name."""
        named = (raw for raw in self.source.columns if raw.name == name)
        return next(named, self.columns.get(name))

    def place(self, column: str) -> str:
        """How a message calls a column: by the source's name, with the table's own beside it where they differ."""
        raw = self.columns[column].name
        return raw if raw == column else f"{raw} ({column})"


def bind(
    schema: TableSchema, source: Staged, *, file: str, settings: TableSettings, groups: Sequence[str]
) -> Bound:
    """Find the columns of a table in a source.

    A column is taken by the name that ``columns`` gives it, else by its own, else (for events) by a standard name.

    Raises
    ------
    RecordsError
        With every column that is missing, or could be one of several, or has no name of its own.
    """
    names = [raw.name for raw in source.columns]
    asked = [name for name in settings.columns if name not in names]
    if faults := [*faults_of_names(names, name=file), *faults_of_names(asked, name=file)]:
        raise RecordsError(*faults)
    search = _Search(
        schema=schema, file=file, settings=settings, raw={raw.name: raw for raw in source.columns}
    )
    columns = {name: raw for name in schema.names if (raw := search.column(name)) is not None}
    renamed = {
        name: raw for name in settings.columns if name not in schema.names if (raw := search.column(name))
    }
    free = _free(search, columns, renamed) if schema.free else {}
    faults = [*search.faults, *_missing(search, columns), *_unknown(search, {*columns, *free})]
    if faults:
        raise RecordsError(*faults)
    return Bound(
        schema=schema,
        file=file,
        source=source,
        settings=settings,
        columns=columns,
        groups={group: raw for group in groups if (raw := free.get(group) or columns.get(group))},
        free={name: raw for name, raw in free.items() if not _is_taken(name, schema.names)},
        notes=tuple(search.notes),
    )


class _Search:
    """The search for a table's columns: what was found wrong, and what was taken for what."""

    def __init__(
        self, *, schema: TableSchema, file: str, settings: TableSettings, raw: Mapping[str, RawColumn]
    ) -> None:
        self.schema, self.file, self.settings, self.raw = schema, file, settings, raw
        self.faults: list[Fault] = []
        self.notes: list[str] = []

    def column(self, name: str) -> RawColumn | None:
        mapped = self.settings.columns.get(name)
        if mapped is not None:
            return self.mapped(name, to=mapped)
        return self.raw.get(name) or self._standard(name)

    def mapped(self, name: str, *, to: str) -> RawColumn | None:
        """The column that the study names for `name`."""
        if to not in self.raw:
            self.faults.append(
                Fault(
                    file=self.file,
                    place=to,
                    rule="column",
                    found="no such column",
                    wanted=f"the column that `columns` names for `{name}`",
                    hint=nearest(to, self.raw) or _there(self.raw),
                )
            )
        return self.raw.get(to)

    def _standard(self, name: str) -> RawColumn | None:
        known = {name, *(STANDARD_NAMES.get(name, ()) if self.schema.name == "events" else ())}
        used = set(self.settings.columns.values())
        found = [
            raw
            for raw in self.raw.values()
            if _plain(raw.name) in map(_plain, known) and raw.name not in used | set(self.schema.names)
        ]
        if len(found) > 1:
            self._ambiguous(name, found)
        if len(found) != 1:
            return None
        self.notes.append(f"`{name}` was taken from the column '{found[0].name}'.")
        return found[0]

    def _ambiguous(self, name: str, found: Iterable[RawColumn]) -> None:
        names = [raw.name for raw in found]
        self.faults.append(
            Fault(
                file=self.file,
                place=name,
                rule="column",
                found=" and ".join(names),
                wanted=f"one column for `{name}`",
                hint=f"Say which, such as `columns = {{ {name} = {names[0]!r} }}`.",
            )
        )


def _plain(name: str) -> str:
    """A name without its capital letters and its kind of space.

    Examples
    --------
    >>> _plain("Case_ID")
    'case id'
    """
    return name.casefold().replace("_", " ")


def _missing(search: _Search, columns: Mapping[str, RawColumn]) -> list[Fault]:
    """A fault for each required column that is not there, and for each set of which none is."""
    told = {fault.place for fault in search.faults} | set(search.settings.columns)
    needed: list[tuple[tuple[str, ...], str]] = [
        ((column.name,), column.meaning)
        for column in search.schema.columns
        if column.required and column.name not in told
    ]
    needed += [(names, "one of these columns") for names in search.schema.one_of]
    free = [name for name in search.raw if name not in {raw.name for raw in columns.values()}]
    return [
        Fault(
            file=search.file,
            place=" or ".join(names),
            rule="missing column",
            found="no such column",
            wanted=meaning,
            hint=_hint(names[0], free),
        )
        for names, meaning in needed
        if not any(name in columns for name in names)
    ]


def _unknown(search: _Search, known: set[str]) -> list[Fault]:
    """A fault for each column that ``keep`` or ``side`` names and the source does not have."""
    settings = search.settings
    named = {f"keep.{column}": column for column in settings.keep if column not in search.raw}
    if isinstance(settings, EventsSettings):
        named |= {f"side.{side}.{column}": column for side, column in settings.side_columns()}
    return [
        Fault(
            file=FILE,
            place=f"records.{search.schema.name}.{key}",
            rule="column",
            found=column,
            wanted=f"a column that is in {search.file}",
            hint=nearest(column, known),
        )
        for key, column in named.items()
        if column not in known
    ]


def _hint(name: str, free: Sequence[str]) -> str:
    near = nearest(name, free)
    mapping = f"Name it under `columns`, such as `columns = {{ {name} = ... }}`."
    return f"{near} {mapping}" if near else f"{_there(free)} {mapping}" if free else mapping


def _there(names: Iterable[str]) -> str:
    listed = list(names)
    more = ", …" if len(listed) > 20 else ""
    return "There are: " + ", ".join(listed[:20]) + more + "."


def _is_taken(name: str, own: Iterable[str]) -> bool:
    """Whether a free column's name already means something else in the table's view."""
    plain = name.casefold()
    return plain in {ROW_NUMBER, *own} or (plain.startswith("group_") and plain[6:].isdecimal())


def _free(
    search: _Search, columns: Mapping[str, RawColumn], renamed: Mapping[str, RawColumn]
) -> dict[str, RawColumn]:
    """The columns that are not the table's own, by the name that they go by; a name that the study gives goes first."""
    used = {raw.name for raw in (*columns.values(), *renamed.values())}
    given = {name.casefold() for name in renamed}
    others = (raw for raw in search.raw.values() if raw.name not in used and raw.name.casefold() not in given)
    return {**renamed, **{raw.name: raw for raw in others}}
