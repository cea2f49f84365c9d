"""The findings as a page in a terminal: readable at 80 columns, without colour and in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text

from coproduce.findings import Estimate, Finding, Findings, Table
from coproduce.findings.grade import LEVELS
from coproduce.reports.lettering import legal, said
from coproduce.reports.page_tables import Cell, Column, PageTable, between, page_table
from coproduce.reports.rounding import number, quantity
from coproduce.reports.told import TOLD
from coproduce.reports.wording import GRADES, asked, not_known, of_estimate, plan_in_words

WIDEST = 100
MOST_ROWS, MOST_TALL_ROWS, TALL = 14, 5, 60
LONGEST_WORD = 26
BAR, BARRED_FROM = 12, 72
WHOLE = frozenset({"side", "kind", "counts"})
PLAINER = str.maketrans(
    {"█": "#", "─": "-", "–": "-", "−": "-", "→": ">", "✓": "+", "✗": "-", "×": "x"}
    | dict.fromkeys("▏▎▍▌▋▊▉", " ")
)
"""For a terminal that shows ASCII only."""
SHARES = frozenset({"necessity", "share"})
STYLES = {
    "citizen": "cyan",
    "organisation": "yellow",
    "professional": "yellow",
    "yes": "cyan",
    "no": "yellow",
}


def show(findings: Findings, *, console: Console) -> None:
    """Print the findings as a page.

    Parameters
    ----------
    findings
        What a run found.
    console
        Where to; colour and width are its own.

    Examples
    --------
    >>> from coproduce.findings import StudyLabel
    >>> empty = Findings(coproduce="0.1.0", study=StudyLabel(title="Care", service="home care"))
    >>> show(empty, console=Console(width=60))
    <BLANKLINE>
    Care
    home care
    <BLANKLINE>
    No question could be answered from these records.
    """
    if not console.options.ascii_only:
        _print(findings, console)
        return
    with console.capture() as page:
        _print(findings, console)
    console.file.write(page.get().translate(PLAINER).encode("ascii", "replace").decode())


def _print(findings: Findings, console: Console) -> None:
    width = min(console.width, WIDEST)
    for part in _page(findings, width=width):
        console.print(part, width=width, highlight=False, markup=False)


def _page(findings: Findings, *, width: int) -> Iterator[RenderableType]:
    yield Text(f"\n{legal(findings.study.title)}", style="bold")
    yield Text(f"{legal(findings.study.service)}\n")
    if findings.study.simulated:
        yield Text("These records are simulated. They describe no real service.\n", style="bold reverse")
    if not findings.findings:
        yield Text("No question could be answered from these records.")
    for finding in findings.findings:
        yield from _finding(finding, width=width)
    if findings.unanswered:
        needs = [f"{asked(each.question)} {not_known(each)}" for each in findings.unanswered]
        yield _listed("Not known", needs)
    if plan := plan_in_words(findings):
        yield _listed("Planned", plan)
    if findings.inputs:
        yield _listed("Read", [f"{name}: {number(read.rows)} rows" for name, read in findings.inputs.items()])


def _finding(finding: Finding, *, width: int) -> Iterator[RenderableType]:
    yield Rule(Text(legal(finding.title), style="bold"), align="left")
    steps = 1 + LEVELS.index(finding.grade.level)
    reasons = "".join(f"\n- {said(legal(reason))}" for reason in finding.grade.reasons)
    facts = Grid.grid(padding=(0, 2, 1, 0))
    facts.add_column(no_wrap=True)
    facts.add_column()
    facts.add_row("We asked", Text(asked(finding.question)))
    facts.add_row("We found", Text(said(legal(finding.answer)), style="bold"))
    facts.add_row("How sure", Text(f"{GRADES[finding.grade.level]} ({steps} of 4){reasons}"))
    yield Padding(facts, (1, 0, 0, 0))
    yield from _numbers(finding, barred=width >= BARRED_FROM)
    for name, columns in _tables(finding).items():
        if name in finding.tables and finding.tables[name].rows and not _told_already(finding.tables[name]):
            yield _grid(finding, name, only=columns, width=width)
    worries = [check.meaning for check in finding.diagnostics if not check.ok]
    if worries or finding.caveats:
        yield _listed("Keep in mind", [*worries, *finding.caveats])


def _tables(finding: Finding) -> Mapping[str, Sequence[str]]:
    """The tables that a terminal page shows, each with its columns."""
    if finding.question in TOLD:
        return TOLD[finding.question].terminal
    return dict.fromkeys(finding.tables, ())


def _told_already(table: Table) -> bool:
    """Whether the key numbers tell it: how much counts under each definition."""
    return {"counts", "share"} <= set(table.columns)


def _numbers(finding: Finding, *, barred: bool) -> Iterator[RenderableType]:
    """The numbers of the whole sample, each with its interval and, where it is a share, a bar."""
    whole = [estimate for estimate in finding.estimates if estimate.group is None]
    if not whole:
        return
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column()
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, min_width=BAR if barred else None)
    for estimate in whole:
        bar = _bar(estimate.value) if barred and of_estimate(estimate)[1] == "proportion" else ""
        value, interval = _told(estimate)
        grid.add_row(
            Text(legal(estimate.label)), Text(value, style="bold"), Text(interval), Text(bar, style="cyan")
        )
    levels = dict.fromkeys(f"{100 * estimate.level:.4g}%" for estimate in whole if estimate.level)
    yield Group(
        Text(f"Key numbers (in brackets the {' or '.join(levels) or '95%'} interval)", style="bold"),
        Padding(grid, (0, 0, 1, 2)),
    )


def _told(estimate: Estimate) -> tuple[str, str]:
    """A number with its unit, and its interval in brackets."""
    if estimate.value is None:
        return "–", "(hidden or not known)"
    texts, unit = quantity(*of_estimate(estimate))
    interval = f"({between(texts[1], texts[2])})" if len(texts) == 3 else ""
    return f"{texts[0]} {unit}".rstrip(), interval


def _bar(share: float | None) -> str:
    """A share as a bar, to an eighth of a character."""
    if share is None:
        return ""
    eighths = round(8 * BAR * min(1.0, max(0.0, share)))
    full, part = divmod(eighths, 8)
    return "█" * full + (chr(0x2590 - part) if part else "")


def _grid(finding: Finding, name: str, *, only: Sequence[str], width: int) -> RenderableType:
    table, told = finding.tables[name], TOLD.get(finding.question)
    shown = page_table(table, only=only, words=told.columns if told else None)
    records = table.records()[: _most(shown)]
    grid = Grid(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    barred = width >= BARRED_FROM
    share_of = next((column.name for column in shown.columns if barred and column.name in SHARES), None)
    rows, least = _rows(shown, share_of=share_of, room=width)
    for column, narrowest in zip(shown.columns, least, strict=True):
        _add_column(grid, column, least=narrowest)
    if share_of:
        grid.add_column("", no_wrap=True, min_width=BAR)
    for cells, record in zip(rows, records, strict=False):
        share = record[share_of] if share_of else None
        bar = _bar(float(share) if isinstance(share, int | float) else None)
        grid.add_row(*cells, *([Text(bar)] if share_of else []))
    more = len(table.rows) - len(records)
    foot = [Text(f"and {number(more)} more rows in the report", style="dim")] if more > 0 else []
    return Group(Text(legal(table.caption), style="bold"), Padding(Group(grid, *foot), (0, 0, 1, 2)))


def _rows(shown: PageTable, *, share_of: str | None, room: int) -> tuple[list[list[Text]], list[int]]:
    """The cells, with their intervals where there is room for them, and how narrow each column may become."""
    rows, least = _cells(shown, share_of=share_of, with_interval=share_of is None)
    if share_of is None and sum(least) + 2 * len(least) + 2 > room:
        return _cells(shown, share_of=share_of, with_interval=False)
    return rows, least


def _cells(
    shown: PageTable, *, share_of: str | None, with_interval: bool
) -> tuple[list[list[Text]], list[int]]:
    every = (*shown.first.rows, *(shown.rest.rows if shown.rest else ()))
    rows = [[_cell(cell, with_interval=with_interval) for cell in row] for row in every]
    most = 12 if share_of else LONGEST_WORD
    least = [
        _narrowest(column, [row[place].plain for row in rows], most=most)
        for place, column in enumerate(shown.columns)
    ]
    return rows, least


def _narrowest(column: Column, texts: Sequence[str], *, most: int) -> int:
    """Numbers stay whole; other columns may break, but no word of usual length."""
    if column.numeric or column.name in WHOLE:
        return max(map(len, [*texts, *column.label.split()]))
    return min(most, max((len(word) for text in texts for word in text.split()), default=0))


def _most(shown: PageTable) -> int:
    """How many rows are shown: fewer where each takes several lines."""
    tall = any(len(row[0].text) > TALL for row in shown.first.rows)
    return MOST_TALL_ROWS if tall else MOST_ROWS


def _add_column(grid: Grid, column: Column, *, least: int) -> None:
    grid.add_column(
        Text(column.label),
        justify="right" if column.numeric else "left",
        overflow="fold",
        width=least if column.numeric else None,
        min_width=least,
        vertical="top",
    )


def _cell(cell: Cell, *, with_interval: bool) -> Text:
    interval = f" ({cell.interval})" if with_interval and cell.interval else ""
    return Text(legal(cell.text) + interval, style=STYLES.get(cell.side or cell.style or "", ""))


def _listed(title: str, lines: Sequence[str]) -> RenderableType:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column()
    grid.add_column()
    for line in lines:
        grid.add_row("-", Text(said(legal(line))))
    return Group(Text(title, style="bold"), Padding(grid, (0, 0, 1, 2)))
