"""Small numbers never leave: what a finding may say about few people.

Counts from 1 to one below the study's `small_numbers` are emptied, with whatever they could be worked out
from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping

from coproduce.findings.finding import Cell, Estimate, Finding, Table

Place = tuple[int, str]
"""Row and count column."""


def disclosed(finding: Finding, *, small_numbers: int) -> Finding:
    """The finding as it may leave.

    Parameters
    ----------
    finding
        The finding as the question made it.
    small_numbers
        Counts from 1 to one below it are hidden; 0 hides nothing.

    Returns
    -------
    Finding
        The same finding with the small numbers emptied, and a caveat that says how many.

    Notes
    -----
    A share is hidden when the number of units behind it is small; nought and all are shown, because a report that
    cannot say "nobody" or "everybody" would mislead.

    Examples
    --------
    >>> from coproduce.findings import Grade
    >>> few = Estimate(name="cases", label="Cases", value=3, unit="count", n=3)
    >>> finding = Finding(
    ...     id="audit",
    ...     question="audit",
    ...     title="",
    ...     answer="",
    ...     verdict="descriptive",
    ...     estimates=(few,),
    ...     grade=Grade(level="low", reasons=()),
    ... )
    >>> disclosed(finding, small_numbers=5).estimates[0].value is None
    True
    """
    if small_numbers == 0:
        return finding
    estimates = tuple(_estimate(estimate, small_numbers) for estimate in finding.estimates)
    tables = {name: _table(table, small_numbers) for name, table in finding.tables.items()}
    touched = sum(new != old for new, old in zip(estimates, finding.estimates, strict=True))
    touched += sum(_difference(new, finding.tables[name]) for name, new in tables.items())
    if not touched:
        return finding
    caveat = (
        f"Counts below {small_numbers} are hidden to protect people, with the numbers that they could be worked out "
        f"from ({touched:,} {'number or row' if touched == 1 else 'numbers and rows'})."
    )
    return finding.model_copy(
        update={"estimates": estimates, "tables": tables, "caveats": (*finding.caveats, caveat)}
    )


def _small(value: Cell, small_numbers: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < small_numbers


def _estimate(estimate: Estimate, small_numbers: int) -> Estimate:
    counted = (estimate.count, estimate.n, estimate.value if estimate.unit == "count" else None)
    if not any(_small(value, small_numbers) for value in counted):
        return estimate
    return estimate.model_copy(update=dict.fromkeys(("value", "se", "interval", "p", "n", "count")))


def _table(table: Table, small_numbers: int) -> Table:
    hidden = _second_ones(
        table,
        {
            (place, column)
            for column in table.counts
            for place, value in enumerate(table.column(column))
            if _small(value, small_numbers)
        },
    )
    if not hidden:
        return table
    if table.drops:
        gone = {place for place, _ in hidden}
        return table.model_copy(
            update={"rows": tuple(row for place, row in enumerate(table.rows) if place not in gone)}
        )
    emptied = {(place, name) for place, column in hidden for name in (column, *table.counts[column])}
    rows = tuple(
        tuple(
            None if (place, name) in emptied else cell for name, cell in zip(table.columns, row, strict=True)
        )
        for place, row in enumerate(table.rows)
    )
    return table.model_copy(update={"rows": rows})


def _second_ones(table: Table, hidden: set[Place]) -> set[Place]:
    """Where what is hidden of a whole is one row, or ones only, hide the next smallest too.

    Whoever knows the whole knows what its hidden rows add up to, and that each is at least 1, as noughts are shown.
    """
    if table.adds_up is None:
        return hidden
    wholes: dict[tuple[Hashable, ...], dict[Place, float]] = defaultdict(dict)
    for place, row in enumerate(table.records()):
        for column in table.counts:
            count = row[column]
            if isinstance(count, int | float) and count:
                wholes[(column, *(row[name] for name in table.adds_up))][place, column] = count
    return hidden.union(*(_second(counts, hidden) for counts in wholes.values()))


def _second(counts: Mapping[Place, float], hidden: set[Place]) -> set[Place]:
    gone = [count for place, count in counts.items() if place in hidden]
    shown = [place for place in counts if place not in hidden]
    told = bool(gone) and (len(gone) == 1 or max(gone) == 1)
    return {min(shown, key=lambda place: (counts[place], place[0]))} if told and shown else set()


def _difference(new: Table, old: Table) -> int:
    if len(new.rows) != len(old.rows):
        return len(old.rows) - len(new.rows)
    return sum(
        a != b for row, was in zip(new.rows, old.rows, strict=True) for a, b in zip(row, was, strict=True)
    )
