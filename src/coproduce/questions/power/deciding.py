"""From the register of decisions: whose proposals are accepted, who decides, how long it takes, what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.findings import Diagnostic, Estimate, Table
from coproduce.findings.part import Part, estimate, joined
from coproduce.methods.intervals import Interval, difference_of_shares, wilson
from coproduce.methods.survival import Waiting, waiting
from coproduce.questions.power.shares import concentration, share
from coproduce.records.opening import Records

SQL = files("coproduce.questions.power")
Columns = Mapping[str, NDArray[Any]]
Mask = NDArray[np.bool_]

RUNGS = ("informed", "consulted", "jointly_decided", "delegated")
SIDES = {"citizen": "citizens", "organisation": "the organisation"}


def decided(records: Records, *, as_of: date | None, level: float) -> Part:
    """What the register of decisions says.

    Parameters
    ----------
    records
        A study whose decisions are open.
    as_of
        The day of looking; the last day that the register knows of where left out.
    level
        The coverage that is promised.
    """
    until = datetime.combine(as_of, time.max) if as_of else _last_moment(records)
    if until is None:
        return Part(caveats=("The register of decisions is empty.",))
    rows = records.engine.columns((SQL / "decisions.sql").read_text(encoding="utf-8"), until=until)
    by_citizen = rows["proposed_by"] == "citizen"
    parts = (
        _acceptance(rows, by_citizen, level=level),
        _rungs(rows, by_citizen, level=level),
        _answers(rows, by_citizen, level=level),
        _promises(rows, level=level),
        _proposers(rows, by_citizen, level=level),
    )
    return joined([*parts, _looked_at(rows, until)])


def _last_moment(records: Records) -> datetime | None:
    ((last,),) = records.engine.rows(SQL / "last_day.sql")
    return last if isinstance(last, datetime) else None


def _looked_at(rows: Columns, until: datetime) -> Part:
    number = len(rows["decided"])
    meaning = f"The register is looked at as it stood on {until:%Y-%m-%d}: {number:,} proposals."
    return Part(diagnostics=(Diagnostic(name="decisions", value=number, ok=number >= 20, meaning=meaning),))


def _is(column: NDArray[Any], *words: str) -> Mask:
    return np.isin(column.astype(str), words)


def _counts(successes: Mask, among: Mask) -> tuple[int, int]:
    return int((successes & among).sum()), int(among.sum())


def _acceptance(rows: Columns, by_citizen: Mask, *, level: float) -> Part:
    """The share of answered proposals that were accepted (or accepted with changes), by the proposer's side."""
    answered = rows["decided"].astype(bool) & ~_is(rows["result"], "None")
    accepted = _is(rows["result"], "accepted", "amended")
    sides = {"citizen": answered & by_citizen, "organisation": answered & ~by_citizen}
    counts = {side: _counts(accepted, among) for side, among in sides.items()}
    found = [
        share(
            f"acceptance_{side}", f"Accepted of what {SIDES[side]} proposed", counts=counts[side], level=level
        )
        for side in sides
        if counts[side][1]
    ]
    if len(found) == len(sides):
        between = difference_of_shares(counts["citizen"], counts["organisation"], level=level)
        label = "Accepted of what citizens proposed, less that of what the organisation proposed"
        least = min(number for _, number in counts.values())
        found.append(estimate("acceptance_difference", label, found=between, level=level, n=least))
    return Part(estimates=tuple(found), tables={"results": _results(rows, by_citizen)})


def _results(rows: Columns, by_citizen: Mask) -> Table:
    words = np.where(rows["decided"].astype(bool), rows["result"].astype(str), "open")
    listed = [
        word for word in ("accepted", "amended", "rejected", "deferred", "open") if (words == word).any()
    ]
    cells = tuple(
        (side, word, int(((words == word) & among).sum()))
        for side, among in (("citizen", by_citizen), ("organisation", ~by_citizen))
        for word in listed
    )
    return Table(
        caption="What came of proposals, by the side that proposed",
        columns=("proposed_by", "result", "decisions"),
        rows=cells,
    )


def _rungs(rows: Columns, by_citizen: Mask, *, level: float) -> Part:
    """How far up the ladder each decision came, by who proposed and who decided."""
    by = rows["decided_by"].astype(str)
    rung = np.select(
        [by == "citizens", by == "jointly", (by == "organisation") & by_citizen, by == "organisation"],
        ["delegated", "jointly_decided", "consulted", "informed"],
        default="",
    )
    among = rung != ""
    if not among.any():
        return Part(caveats=("Nobody wrote down who decided: which rung was reached is not known.",))
    cells = []
    for word in RUNGS:
        count, number = _counts(rung == word, among)
        found = wilson(count, number, level=level)
        cells.append((word, count, found.value, found.low, found.high))
    table = Table(
        caption="Which rung of the ladder decisions reached",
        columns=("rung", "decisions", "share", "low", "high"),
        rows=tuple(cells),
    )
    shared = _counts(_is(rung, "jointly_decided", "delegated"), among)
    label = "Decisions that citizens took, alone or jointly"
    return Part(
        estimates=(share("shared_decision_share", label, counts=shared, level=level),),
        tables={"rungs": table},
    )


def _answers(rows: Columns, by_citizen: Mask, *, level: float) -> Part:
    """How long an answer takes; proposals that are still open are not left out."""
    days, happened = rows["days"].astype(float), rows["decided"].astype(bool)
    parts = {"all": np.ones(len(days), dtype=bool), "citizen": by_citizen, "organisation": ~by_citizen}
    found = {
        name: waiting(days[among], happened[among], level=level)
        for name, among in parts.items()
        if among.any()
    }
    estimates = tuple(
        _median(one, level=level, group=None if name == "all" else f"proposed by {SIDES[name]}")
        for name, one in found.items()
    )
    cells = tuple(
        (name, *row)
        for name, one in found.items()
        if name != "all"
        for row in zip(
            *(column.tolist() for column in (one.times, one.open_share, one.open_low, one.open_high)),
            strict=True,
        )
    )
    table = Table(
        caption="Proposals without an answer, by the days since they were made",
        columns=("proposed_by", "days", "open_share", "low", "high"),
        rows=cells,
    )
    return Part(estimates=estimates, tables={"answers": table} if cells else {})


def _median(found: Waiting, *, level: float, group: str | None) -> Estimate:
    interval = Interval(value=found.median, low=found.low, high=found.high)
    label = "Days until half of the proposals have an answer"
    return estimate(
        "median_days_to_answer", label, found=interval, level=level, unit="days", n=found.n, group=group
    )


def _promises(rows: Columns, *, level: float) -> Part:
    """What was promised and is due: done, and done in citizens' eyes."""
    accepted = _is(rows["result"], "accepted", "amended") & rows["decided"].astype(bool)
    due, done, in_time = (rows[name].astype(bool) for name in ("due", "done", "in_time"))
    promised = accepted & rows["promised"].astype(bool)
    judged = done & ~_is(rows["citizen_says"], "None")
    states = {
        "kept in time": promised & done & in_time,
        "kept late": promised & done & ~in_time,
        "overdue": promised & ~done & due,
        "not yet due": promised & ~done & ~due,
    }
    estimates = []
    if (promised & due).any():
        label = "Promises that are due and were called done"
        estimates.append(share("follow_through", label, counts=_counts(done, promised & due), level=level))
    if judged.any():
        label = "Called done by the organisation, and not (or partly) done in citizens' eyes"
        counts = _counts(_is(rows["citizen_says"], "partly", "not_done"), judged)
        estimates.append(share("mismatch", label, counts=counts, level=level))
    owned = _counts(~_is(rows["owner"], "None"), accepted)
    if owned[1]:
        estimates.append(
            share("owned", "Accepted proposals that have a named owner", counts=owned, level=level)
        )
    tables = {
        "promises": _counted("What became of promises", "state", states=states),
        "verdicts": _counted(
            "What citizens say of what was called done",
            "citizen_says",
            states={
                word: judged & _is(rows["citizen_says"], word) for word in ("done", "partly", "not_done")
            },
        ),
    }
    return Part(
        estimates=tuple(estimates),
        tables={name: table for name, table in tables.items() if any(row[1] for row in table.rows)},
    )


def _counted(caption: str, name: str, *, states: Mapping[str, Mask]) -> Table:
    rows = tuple((state, int(among.sum())) for state, among in states.items())
    return Table(caption=caption, columns=(name, "decisions"), rows=rows)


def _proposers(rows: Columns, by_citizen: Mask, *, level: float) -> Part:
    """How the accepted proposals of citizens are spread over those who made proposals."""
    named = by_citizen & ~_is(rows["proposer"], "None")
    if not named.any():
        return Part()
    accepted = _is(rows["result"], "accepted", "amended") & rows["decided"].astype(bool)
    proposers, place = np.unique(rows["proposer"][named].astype(str), return_inverse=True)
    held = np.bincount(place, weights=accepted[named].astype(float)).astype(np.float64)
    if not held.sum() or len(proposers) < 2:
        return Part()
    found = concentration(held, level=level)
    label = "Concentration of accepted proposals over the citizens who made proposals (Gini)"
    return Part(
        estimates=(
            estimate("gini_decisions", label, found=found, level=level, unit="index", n=len(proposers)),
        )
    )
