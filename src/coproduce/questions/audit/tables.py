"""The tables of the audit: activities, waiting, paths, moves, and how events got their sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from coproduce.findings import Cell, Table
from coproduce.methods.intervals import wilson
from coproduce.questions.audit.log import SQL, Log
from coproduce.questions.audit.structure import Place
from coproduce.questions.audit.totals import Totals, other_share, waiting_share

DAY_US = 86_400_000_000
VARIANTS = 20
ARROW = " → "


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
    for citizen, gaps, median, p90, total, zero, _ in log.engine.rows(SQL / "waiting.sql"):
        own = share if citizen else other_share(share)
        rows.append(
            (
                "citizen" if citizen else "organisation",
                gaps,
                days(median),
                days(p90),
                days(total),
                own.value,
                own.low,
                own.high,
                zero,
            )
        )
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


def variants(log: Log, *, cases: int) -> tuple[dict[str, Table], int]:
    """The commonest paths and their steps, and how many paths there are."""
    found = log.engine.rows(SQL / "variants.sql", most=VARIANTS)
    rows, steps = [], []
    for rank, (path, count, median, _) in enumerate(found, start=1):
        share = wilson(count, cases)
        labels = [log.label(step) for step in path]
        rows.append((rank, ARROW.join(labels), count, share.value, share.low, share.high, days(median)))
        steps += [
            (rank, place, label, log.side(step), count)
            for place, (label, step) in enumerate(zip(labels, path, strict=True), start=1)
        ]
    tables = {
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
    return tables, found[0][3] if found else 0


def edges(log: Log) -> Table:
    """One row a move from step to step."""
    waits = {(source, target): median for source, target, median in log.engine.rows(SQL / "edge_waits.sql")}
    found = sorted(log.engine.rows(SQL / "edges.sql"), key=lambda row: (-row[2], row[0], row[1]))
    return Table(
        caption="Moves: which step follows which",
        columns=("source", "target", "cases", "median_days", "waits_for"),
        rows=tuple(
            (
                log.label(source),
                log.label(target),
                cases,
                days(waits[source, target]),
                "citizen" if log.side(target) == "citizen" else "organisation",
            )
            for source, target, cases, _ in found
        ),
        counts={"cases": ("median_days",)},
        drops=True,
    )


def ends(log: Log) -> Table:
    """One row a step with which cases begin or end."""
    starts: Counter[int] = Counter()
    stops: Counter[int] = Counter()
    for first, last, _, cases in log.engine.rows(SQL / "ends.sql"):
        starts[first] += cases
        stops[last] += cases
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
