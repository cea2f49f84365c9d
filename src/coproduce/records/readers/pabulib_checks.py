"""What can be wrong with a `.pb` file: looked for in every section, and all of it told at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from coproduce.errors import Fault, RecordsError, nearest
from coproduce.records.readers import csv_faults

Rows = tuple[tuple[str, ...], ...]
Add = Callable[[int, str], None]

SECTIONS = ("META", "PROJECTS", "VOTES")
NEEDED = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("voter_id", "vote")}
VOTE_TYPES = ("approval", "choose-1", "cumulative", "scoring", "ordinal")
POINTS = frozenset({"cumulative", "scoring"})
AMOUNT = re.compile(r"[0-9]{1,18}(?:[.,][0-9]{1,9})?")


def amount(text: str) -> Fraction:
    """A number of a `.pb` file, exactly; its decimals may stand after a comma.

    Examples
    --------
    >>> amount("12,5")
    Fraction(25, 2)
    """
    return Fraction(text.replace(",", "."))


@dataclass(slots=True, kw_only=True)
class Section:
    """A section of a file: its header, its rows and the line of each."""

    name: str
    line: int
    columns: tuple[str, ...] = ()
    lines: list[int] = field(default_factory=list)
    cells: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def rows(self) -> Rows:
        """The rows."""
        return tuple(self.cells)

    def add(self, cells: list[str], *, line: int) -> None:
        """Take a row; the first is the header. A spreadsheet leaves empty cells behind the two of META: let them go."""
        if self.name == "META" and not any(cells[2:]):
            cells = cells[:2]
        if not self.columns:
            self.columns = tuple(cells)
        else:
            self.lines.append(line)
            self.cells.append(tuple(cells))

    def column(self, name: str) -> list[tuple[int, str]]:
        """The cells of a column with their lines; none where there is no such column."""
        if name not in self.columns:
            return []
        place = self.columns.index(name)
        return [
            (line, row[place]) for line, row in zip(self.lines, self.cells, strict=True) if place < len(row)
        ]


class _Faults:
    """The faults of a file, rows with the same fault together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._single: list[Fault] = []
        self._rows: dict[tuple[str, str, str], csv_faults.Rows] = {}

    def add(self, place: str, *, rule: str, found: str | None, wanted: str, hint: str | None = None) -> None:
        """Note a fault of one place."""
        self._single.append(
            Fault(file=self._name, place=place, rule=rule, found=found, wanted=wanted, hint=hint)
        )

    def rows(self, place: str, *, rule: str, wanted: str) -> Add:
        """What notes a row with a fault of this kind."""
        return self._rows.setdefault((place, rule, wanted), csv_faults.Rows()).add

    def stop(self) -> None:
        """Refuse the file if it has any fault."""
        listed = [
            replace(rows.fault(file=self._name, rule=rule, wanted=wanted), place=place)
            for (place, rule, wanted), rows in self._rows.items()
            if rows.count
        ]
        if self._single or listed:
            raise RecordsError(*self._single, *listed)


def checked(sections: list[Section], *, name: str) -> Mapping[str, Section]:
    """The three sections of a file, once nothing is wrong with any.

    Raises
    ------
    RecordsError
        With every fault.
    """
    faults = _Faults(name)
    found = _by_name(sections, faults)
    for section in found.values():
        _check_header(section, faults)
    faults.stop()  # without its sections and columns nothing more can be said of a file
    meta = _check_meta(found["META"], faults)
    projects = _check_projects(found["PROJECTS"], faults)
    _check_votes(found["VOTES"], faults, projects=projects, vote_type=meta.get("vote_type", ""))
    for key, counted in (("num_projects", "PROJECTS"), ("num_votes", "VOTES")):
        count = str(len(found[counted].rows))
        if key in meta and meta[key] != count:
            faults.add(f"META {key}", rule="count", found=meta[key], wanted=f"{count}, the rows of {counted}")
    faults.stop()
    return found


def _by_name(sections: list[Section], faults: _Faults) -> dict[str, Section]:
    """The sections by their headings; notes rows before the first, and sections that are missing or come twice."""
    for section in sections:
        if not section.name:
            first = section.columns[0] if section.columns else ""
            place, hint = f"row {section.line}", nearest(first, SECTIONS)
            faults.add(place, rule="section", found=first, wanted="META in the first row", hint=hint)
    counts = Counter(section.name for section in sections)
    for heading in SECTIONS:
        if counts[heading] != 1:
            seen = "no such section" if not counts[heading] else f"{counts[heading]} of them"
            faults.add(heading, rule="section", found=seen, wanted="one section with this heading")
    return {section.name: section for section in sections if section.name}


def _check_header(section: Section, faults: _Faults) -> None:
    repeated = [column for column, count in Counter(section.columns).items() if count > 1]
    for column in repeated:
        faults.add(
            f"{section.name} {column}", rule="header", found="a column twice", wanted="every column once"
        )
    for column in NEEDED[section.name]:
        if column not in section.columns:
            shown = ";".join(section.columns)
            faults.add(
                f"{section.name} header",
                rule="header",
                found=shown,
                wanted=f"a column {column}",
                hint=nearest(column, section.columns),
            )
    if section.name == "META" and section.columns != NEEDED["META"]:
        faults.add("META header", rule="header", found=";".join(section.columns), wanted="key;value")
        return
    ragged = faults.rows(section.name, rule="cells", wanted=f"{len(section.columns)} cells in every row")
    for line, row in zip(section.lines, section.rows, strict=True):
        if len(row) != len(section.columns):
            ragged(line, f"{len(row)} cells")


def _check_meta(section: Section, faults: _Faults) -> dict[str, str]:
    repeated = faults.rows("META key", rule="unique", wanted="every key once")
    meta: dict[str, str] = {}
    for (line, key), (_, value) in zip(section.column("key"), section.column("value"), strict=True):
        if key in meta:
            repeated(line, key)
        meta[key] = value
    for key in ("budget", "vote_type"):
        if key not in meta:
            faults.add("META", rule="required", found=None, wanted=f"a key {key}", hint=nearest(key, meta))
    if "budget" in meta and not _above_0(meta["budget"]):
        wanted = "a number above 0 such as 12000 or 12000.50"
        faults.add("META budget", rule="amount", found=meta["budget"], wanted=wanted)
    if (kind := meta.get("vote_type", "approval")) not in VOTE_TYPES:
        wanted = f"one of {', '.join(VOTE_TYPES)}"
        faults.add("META vote_type", rule="known", found=kind, wanted=wanted, hint=nearest(kind, VOTE_TYPES))
    return meta


def _above_0(text: str) -> bool:
    return AMOUNT.fullmatch(text) is not None and amount(text) > 0


def _unique(cells: Iterable[tuple[int, str]], *, place: str, faults: _Faults) -> set[str]:
    """The ids of a column; notes the empty ones and those that come again."""
    empty = faults.rows(place, rule="required", wanted="an id")
    again = faults.rows(place, rule="unique", wanted="an id that no other row has")
    seen: set[str] = set()
    for line, cell in cells:
        if not cell:
            empty(line, cell)
        elif cell in seen:
            again(line, cell)
        seen.add(cell)
    return seen


def _check_projects(section: Section, faults: _Faults) -> set[str]:
    ids = _unique(section.column("project_id"), place="PROJECTS project_id", faults=faults)
    comma = faults.rows("PROJECTS project_id", rule="id", wanted="an id without a comma")
    for line, cell in section.column("project_id"):
        if "," in cell:
            comma(line, cell)
    costs = faults.rows("PROJECTS cost", rule="amount", wanted="a number above 0 such as 12000 or 12000.50")
    for line, cell in section.column("cost"):
        if not _above_0(cell):
            costs(line, cell)
    return ids


def _check_votes(section: Section, faults: _Faults, *, projects: set[str], vote_type: str) -> None:
    _unique(section.column("voter_id"), place="VOTES voter_id", faults=faults)
    unknown = faults.rows("VOTES vote", rule="known", wanted="project_ids of the section PROJECTS")
    twice = faults.rows("VOTES vote", rule="unique", wanted="every project once in a ballot")
    more = faults.rows("VOTES vote", rule="choose-1", wanted="one project, as the vote type is choose-1")
    for line, cell in section.column("vote"):
        parts = [part.strip() for part in cell.split(",")] if cell else []
        for part in parts:
            if part not in projects:
                unknown(line, part)
        if len(set(parts)) != len(parts):
            twice(line, cell)
        if vote_type == "choose-1" and len(parts) > 1:
            more(line, cell)
    if vote_type in POINTS:
        _check_points(section, faults)


def _check_points(section: Section, faults: _Faults) -> None:
    if "points" not in section.columns:
        shown = ";".join(section.columns)
        wanted = "a column points, as the vote type has points"
        hint = nearest("points", section.columns)
        faults.add("VOTES header", rule="header", found=shown, wanted=wanted, hint=hint)
        return
    number = faults.rows(
        "VOTES points", rule="amount", wanted="numbers of at least 0, with commas between them"
    )
    count = faults.rows("VOTES points", rule="count", wanted="as many points as projects in the ballot")
    for (line, vote), (_, points) in zip(section.column("vote"), section.column("points"), strict=True):
        parts = [part.strip() for part in points.split(",")] if points else []
        for part in parts:
            if not AMOUNT.fullmatch(part):
                number(line, part)
        if len(parts) != (len(vote.split(",")) if vote else 0):
            count(line, points)
