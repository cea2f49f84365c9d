"""Votes on budgets in Pabulib's `.pb` files: three sections of semicolon-separated rows, META, PROJECTS and VOTES."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from coproduce.errors import Fault, RecordsError
from coproduce.records.readers.pabulib_checks import POINTS, SECTIONS, Rows, Section, amount, checked
from coproduce.records.readers.streams import faults_of_files

LARGEST_BYTES = 1 << 26
MOST_ROWS = 2_000_000
MOST_COLUMNS = 1_000
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetVote:
    """A vote on a budget as a `.pb` file holds it: text, row by row, in the order of the file.

    Parameters
    ----------
    meta
        The keys of META, all of them, with their values.
    project_columns, projects
        The columns of PROJECTS and its rows.
    vote_columns, votes
        The columns of VOTES and its rows.
    newline
        How lines end.
    marked
        Whether the file starts with a byte order mark.
    """

    meta: Mapping[str, str]
    project_columns: tuple[str, ...]
    projects: Rows
    vote_columns: tuple[str, ...]
    votes: Rows
    newline: str = "\n"
    marked: bool = False

    @property
    def vote_type(self) -> str:
        """What a ballot is: `approval`, `choose-1`, `cumulative`, `scoring` or `ordinal`."""
        return self.meta["vote_type"]

    @property
    def budget(self) -> Fraction:
        """The money that there is, exactly."""
        return amount(self.meta["budget"])

    @property
    def costs(self) -> dict[str, Fraction]:
        """What each project costs, in the order of the file."""
        name, cost = self._places("project_id", "cost")
        return {row[name]: amount(row[cost]) for row in self.projects}

    @property
    def names(self) -> dict[str, str]:
        """What each project is called; its id where the file has no name for it."""
        (place,) = self._places("project_id")
        if "name" not in self.project_columns:
            return {row[place]: row[place] for row in self.projects}
        (name,) = self._places("name")
        return {row[place]: row[name] or row[place] for row in self.projects}

    @property
    def selected(self) -> tuple[str, ...] | None:
        """The projects that really won, where the file says it."""
        if "selected" not in self.project_columns:
            return None
        place, won = self._places("project_id", "selected")
        return tuple(row[place] for row in self.projects if row[won] not in ("", "0"))

    @property
    def ballots(self) -> list[dict[str, Fraction]]:
        """The projects of each ballot in their order, with their points (1 where the vote type has none)."""
        vote = self.vote_columns.index("vote")
        if self.vote_type not in POINTS:
            one = Fraction(1)
            return [dict.fromkeys(listed(row[vote]), one) for row in self.votes]
        points = self.vote_columns.index("points")
        return [
            dict(zip(listed(row[vote]), map(amount, listed(row[points])), strict=True)) for row in self.votes
        ]

    def _places(self, *columns: str) -> tuple[int, ...]:
        return tuple(self.project_columns.index(column) for column in columns)


def listed(cell: str) -> list[str]:
    """The parts of a cell between its commas; none in an empty cell.

    Examples
    --------
    >>> listed("c1, c7"), listed("")
    (['c1', 'c7'], [])
    """
    return [part.strip() for part in cell.split(",")] if cell.strip() else []


def read_pabulib(file: Path, *, name: str | None = None) -> BudgetVote:
    """Read a vote from a `.pb` file.

    Parameters
    ----------
    file
        The file, in UTF-8, of at most 64 MiB, 2,000,000 rows and 1,000 cells in a row.
    name
        What a refusal calls it; its own name where left out.

    Returns
    -------
    BudgetVote
        With every key and column of the file, also those that Pabulib does not know.

    Raises
    ------
    RecordsError
        With all faults: sections, keys or columns that are missing, rows of another length, ids that repeat, ballots
        for what is no project, numbers that are none, counts that do not agree. Rows are lines of the file.

    References
    ----------
    Faliszewski, P. et al. (2023). Participatory budgeting: data, tools and analysis. IJCAI 2023, 2667-2674
    (arXiv:2305.11035), section 3 (the format).
    """
    called = file.name if name is None else name
    with faults_of_files(called):
        if not file.is_file() and not file.is_dir():
            found = "a device or a pipe" if file.exists() else "no such file"
            raise RecordsError(Fault(file=called, rule="file", found=found, wanted="a .pb file"))
        if (size := file.stat().st_size) > LARGEST_BYTES:
            found = f"{size:,} bytes"
            raise RecordsError(
                Fault(file=called, rule="size", found=found, wanted=f"at most {LARGEST_BYTES:,} bytes")
            )
        content = file.read_bytes()
    return parse_pabulib(content, name=called)


def parse_pabulib(content: bytes, *, name: str = "vote.pb") -> BudgetVote:
    r"""Read a vote from the bytes of a `.pb` file, such as an upload.

    Parameters
    ----------
    content
        The bytes.
    name
        What a refusal calls them.

    Raises
    ------
    RecordsError
        As `read_pabulib`.

    Examples
    --------
    >>> vote = parse_pabulib(
    ...     b"META\nkey;value\nbudget;100\nvote_type;approval\n"
    ...     b"PROJECTS\nproject_id;cost\nbench;40\npath;80\nVOTES\nvoter_id;vote\n1;bench,path\n"
    ... )
    >>> vote.budget, vote.costs["path"], list(vote.ballots[0])
    (Fraction(100, 1), Fraction(80, 1), ['bench', 'path'])
    """
    if len(content) > LARGEST_BYTES:
        found = f"{len(content):,} bytes"
        raise RecordsError(
            Fault(file=name, rule="size", found=found, wanted=f"at most {LARGEST_BYTES:,} bytes")
        )
    text = _decoded(content, name=name)
    sections = checked(_sections(text.removeprefix(BYTE_ORDER_MARK), name=name), name=name)
    return BudgetVote(
        meta={row[0]: row[1] for row in sections["META"].rows},
        project_columns=sections["PROJECTS"].columns,
        projects=sections["PROJECTS"].rows,
        vote_columns=sections["VOTES"].columns,
        votes=sections["VOTES"].rows,
        newline="\r\n" if "\r\n" in text else "\n",
        marked=text.startswith(BYTE_ORDER_MARK),
    )


def _decoded(content: bytes, *, name: str) -> str:
    if not content.strip():
        raise RecordsError(Fault(file=name, rule="empty", found="nothing", wanted="META, PROJECTS and VOTES"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        bad = repr(content[error.start : error.start + 8])[2:-1]
        hint = "Save the file as UTF-8."
        raise RecordsError(
            Fault(
                file=name, place=f"row {line}", rule="encoding", found=bad, wanted="text in UTF-8", hint=hint
            )
        ) from None


def _sections(text: str, *, name: str) -> list[Section]:
    """The sections as they stand: each with its heading, its header and its rows, with their lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    found: list[Section] = []
    try:
        for number, cells in enumerate(reader):
            if number >= MOST_ROWS or len(cells) > MOST_COLUMNS:
                raise RecordsError(_too_large(cells, name=name, line=reader.line_num))
            heading = cells[0].strip().upper() if cells and not any(cells[1:]) else ""
            if heading in SECTIONS:
                found.append(Section(name=heading, line=reader.line_num))
            elif any(cell.strip() for cell in cells):
                if not found:
                    found.append(Section(name="", line=reader.line_num))
                found[-1].add([cell.strip() for cell in cells], line=reader.line_num)
    except csv.Error as error:
        hint = "A quote that is opened and not closed joins rows."
        raise RecordsError(
            Fault(
                file=name,
                place=f"row {reader.line_num}",
                rule="csv",
                found=str(error),
                wanted="rows with semicolons between cells",
                hint=hint,
            )
        ) from None
    return found


def _too_large(cells: Sequence[str], *, name: str, line: int) -> Fault:
    wide = len(cells) > MOST_COLUMNS
    found = f"{len(cells):,} cells" if wide else f"more than {MOST_ROWS:,} rows"
    wanted = f"at most {MOST_COLUMNS:,} cells in a row" if wide else f"at most {MOST_ROWS:,} rows"
    return Fault(file=name, place=f"row {line}", rule="size", found=found, wanted=wanted)


def budget_vote(
    *,
    meta: Mapping[str, object],
    projects: Iterable[Mapping[str, object]],
    votes: Iterable[Mapping[str, object]],
) -> BudgetVote:
    """Put a vote together for writing.

    Parameters
    ----------
    meta
        Keys and values of META, in order; `num_projects` and `num_votes` are added where they are left out.
    projects
        The cells of each project by column, with `project_id` and `cost` at least.
    votes
        The cells of each ballot by column, with `voter_id` and `vote` at least; a list of projects or points is
        written with commas.

    Raises
    ------
    RecordsError
        As `read_pabulib`, so that what is written can be read.

    Examples
    --------
    >>> vote = budget_vote(
    ...     meta={"budget": 100, "vote_type": "approval"},
    ...     projects=[{"project_id": "bench", "cost": 40, "name": "Bench; oak"}],
    ...     votes=[{"voter_id": 1, "vote": ["bench"]}],
    ... )
    >>> print(pabulib_text(vote))
    META
    key;value
    budget;100
    vote_type;approval
    num_projects;1
    num_votes;1
    PROJECTS
    project_id;cost;name
    bench;40;"Bench; oak"
    VOTES
    voter_id;vote
    1;bench
    """
    project_rows, vote_rows = list(projects), list(votes)
    full = {**meta}
    full.setdefault("num_projects", len(project_rows))
    full.setdefault("num_votes", len(vote_rows))
    project_columns, vote_columns = _columns(project_rows), _columns(vote_rows)
    vote = BudgetVote(
        meta={key: _cell(value) for key, value in full.items()},
        project_columns=project_columns,
        projects=_rows(project_rows, project_columns),
        vote_columns=vote_columns,
        votes=_rows(vote_rows, vote_columns),
    )
    return parse_pabulib(pabulib_text(vote).encode())


def _columns(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column for row in rows for column in row))


def _rows(rows: Sequence[Mapping[str, object]], columns: tuple[str, ...]) -> Rows:
    return tuple(tuple(_cell(row.get(column)) for column in columns) for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_cell, value))
    return "" if value is None else str(value)


def pabulib_text(vote: BudgetVote) -> str:
    """The text of a `.pb` file; cells stand in quotes only where they must.

    Parameters
    ----------
    vote
        The vote. One that was read from a file comes out as the same bytes, unless that file had blanks around cells,
        empty lines, or quotes where none are needed: then as the same cells.
    """
    meta = tuple(vote.meta.items())
    parts = (
        ("META", ("key", "value"), meta),
        ("PROJECTS", vote.project_columns, vote.projects),
        ("VOTES", vote.vote_columns, vote.votes),
    )
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator=vote.newline)
    for heading, columns, rows in parts:
        writer.writerow([heading])
        writer.writerow(columns)
        writer.writerows(rows)
    return (BYTE_ORDER_MARK if vote.marked else "") + text.getvalue()


def write_pabulib(vote: BudgetVote, file: Path) -> None:
    """Write a vote to a `.pb` file, in UTF-8.

    Parameters
    ----------
    vote
        The vote.
    file
        The file; what stands there is replaced.
    """
    file.write_bytes(pabulib_text(vote).encode())
