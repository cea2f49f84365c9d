"""The tables of the audit: activities, waiting, paths, moves, and how events got their sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from coproduce.findings import Cell, Table
from coproduce.methods.intervals import wilson
from coproduce.questions.audit.log import Log
from coproduce.questions.audit.structure import Place
from coproduce.questions.audit.totals import DAY_US, Totals, other_share, waiting_share

VARIANTS = 20
ARROW = " → "
PACKED = 2**31
"""What `cases.sql` multiplies a place by, to pack it and its step into one number."""


def days(microseconds: float | None) -> float | None:
    """Microseconds as days."""
    return None if microseconds is None else float(microseconds) / DAY_US


NECESSITY = ("necessity", "necessity_low", "necessity_high")


def activities(log: Log, places: Mapping[int, Place]) -> Table:
    """One row a step, from the most necessary to the least."""
    ranked = sorted(
        places.items(),
        key=lambda item: (-item[1].counts.completed_cases, -item[1].counts.events, log.label(item[0])),
    )
    return Table(
        caption="Activities: how often, in how many cases, and whether the service can do without them",
        columns=(
            *("activity", "side", "events", "cases", "completed_cases", *NECESSITY, "dominates", "kind"),
            *("after", "after_share", "after_low", "after_high", "rework_cases", "extra_events"),
        ),
        rows=tuple(_activity(log, step, place=place) for step, place in ranked),
        counts={
            "cases": ("events", "completed_cases", *NECESSITY, "rework_cases", "extra_events"),
            "completed_cases": NECESSITY,
            "rework_cases": ("extra_events",),
        },
    )


def _activity(log: Log, step: int, *, place: Place) -> tuple[Cell, ...]:
    counts, needed, answer = place.counts, place.necessity, place.response
    answered = (
        (log.label(answer.after), answer.share.value, answer.share.low, answer.share.high)
        if answer
        else (None,) * 4
    )
    return (
        *(log.label(step), log.side(step), counts.events, counts.cases, counts.completed_cases),
        *(needed.value, needed.low, needed.high, place.dominates, place.kind),
        *answered,
        *(counts.rework_cases, counts.extra_events),
    )


def waiting(log: Log, sums: Totals) -> Table:
    """One row a side that is waited for: the time between two steps belongs to the side that acts next."""
    share = waiting_share(sums)
    rows = []
    for row in log.ask("waiting"):
        own = share if row["citizen"] else other_share(share)
        lengths = (days(row["median_us"]), days(row["p90_us"]), days(row["total_us"]))
        side = "citizen" if row["citizen"] else "organisation"
        rows.append((side, row["gaps"], *lengths, own.value, own.low, own.high, row["zero_gaps"]))
    return Table(
        caption="Waiting: the time before each side's steps",
        columns=(
            "side",
            "gaps",
            "median_days",
            "p90_days",
            "total_days",
            "share",
            "share_low",
            "share_high",
            "zero_gaps",
        ),
        rows=tuple(sorted(rows)),
        counts={
            "gaps": ("median_days", "p90_days", "total_days", "share", "share_low", "share_high", "zero_gaps")
        },
    )


def variants(log: Log, *, cases: int) -> dict[str, Table]:
    """The commonest paths, and their steps."""
    rows, steps = [], []
    for rank, found in enumerate(log.ask("variants", most=VARIANTS), start=1):
        count, share = found["cases"], wilson(found["cases"], cases)
        path = [packed % PACKED for packed in found["path"]]
        variant, median = ARROW.join(map(log.label, path)), days(found["median_us"])
        rows.append((rank, variant, count, share.value, share.low, share.high, median))
        steps += [
            (rank, place, log.label(step), log.side(step), count) for place, step in enumerate(path, start=1)
        ]
    return {
        "variants": Table(
            caption="The commonest paths that cases take",
            columns=("rank", "variant", "cases", "share", "share_low", "share_high", "median_days"),
            rows=tuple(rows),
            counts={"cases": ("share", "share_low", "share_high", "median_days")},
            drops=True,
        ),
        "variant_steps": Table(
            caption="The steps of the commonest paths",
            columns=("rank", "place", "activity", "side", "cases"),
            rows=tuple(steps),
            counts={"cases": ()},
            drops=True,
        ),
    }


def edges(log: Log) -> Table:
    """One row a move from step to step."""
    waits = {(row["step_before"], row["step"]): row["median_us"] for row in log.ask("edge_waits")}
    found = sorted(log.ask("edges"), key=lambda row: -int(row["cases"]))
    return Table(
        caption="Moves: which step follows which",
        columns=("source", "target", "cases", "median_days", "waits_for"),
        rows=tuple(
            _edge(log, (row["step"], row["next_step"]), cases=row["cases"], waits=waits) for row in found
        ),
        counts={"cases": ("median_days",)},
        drops=True,
    )


def _edge(
    log: Log, edge: tuple[int, int], *, cases: int, waits: Mapping[tuple[int, int], float]
) -> tuple[Cell, ...]:
    source, target = edge
    waits_for = "citizen" if log.side(target) == "citizen" else "organisation"
    return (log.label(source), log.label(target), cases, days(waits[edge]), waits_for)


def ends(log: Log) -> Table:
    """One row a step with which cases begin or end."""
    starts: Counter[int] = Counter()
    stops: Counter[int] = Counter()
    for row in log.ask("ends"):
        starts[row["first_step"]] += row["cases"]
        stops[row["last_step"]] += row["cases"]
    touched = sorted(starts.keys() | stops.keys(), key=lambda step: (-starts[step], -stops[step], step))
    return Table(
        caption="With which steps cases begin and end",
        columns=("activity", "starts_cases", "ends_cases"),
        rows=tuple((log.label(step), starts[step], stops[step]) for step in touched),
        counts={"starts_cases": (), "ends_cases": ()},
        adds_up=(),
    )


def sides(log: Log) -> Table:
    """One row a rule: how many events have their side from it."""
    return Table(
        caption="How events got their side",
        columns=("side", "given_by", "activities", "events"),
        rows=tuple(
            (source.side, source.given_by, source.activities, source.events) for source in log.sides.sources
        ),
        counts={"events": ()},
    )
