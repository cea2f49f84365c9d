"""Who has a say, who answers, and what people worry about: decisions, participants and concerns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from coproduce.methods.anytime import against_tolerated_counts, raised_alarms
from coproduce.methods.intervals import Interval, simultaneous, wilson
from coproduce.questions.harms.settings import LEANING, VISIBLE_RATIO, VISIBLE_SHARE, HarmsSettings
from coproduce.questions.harms.signs import EVILS, Sign, if_visible, judged, unseen
from coproduce.questions.harms.streams import Stream, Watched, far_enough_apart
from coproduce.records.engine import quoted
from coproduce.records.opening import Records

ACCOUNTABILITY = "failing_accountability"
DEMOCRACY = "loss_of_democracy"
GRAVE = 3
Days = tuple[datetime, datetime]
DATED = {
    "contributions": ("given_on",),
    "decisions": ("proposed_on", "decided_on", "done_on"),
    "concerns": ("raised_on", "closed_on"),
    "people": ("joined_on", "left_on"),
}


def span(records: Records, settings: HarmsSettings) -> Days | None:
    """The first day in the records and the day on which open things are judged; None where nothing is dated."""
    parts = [
        f"SELECT min({column}) AS a, max({column}) AS b FROM {table}"  # noqa: S608 (our own names)
        for table, columns in DATED.items()
        if records.has(table)
        for column in columns
    ]
    if not parts:
        return None
    ((first, last),) = records.engine.rows(
        f"SELECT min(a), max(b) FROM ({' UNION ALL '.join(parts)}) AS days"  # noqa: S608 (our own names)
    )
    if first is None:
        return None
    if settings.as_of is not None:
        last = datetime(settings.as_of.year, settings.as_of.month, settings.as_of.day)  # noqa: DTZ001 (UTC, as all are)
    return first, last


def decision_signs(records: Records, settings: HarmsSettings, *, until: datetime | None) -> Iterator[Sign]:
    """Decisions with no owner, promises past their day, concerns with no answer."""
    if not records.has("decisions") or until is None:
        yield unseen(ACCOUNTABILITY, "decisions_without_owner", "decisions")
        yield unseen(ACCOUNTABILITY, "promises_overdue", "decisions")
    else:
        ((made, unowned, due, overdue),) = records.engine.rows(
            "SELECT count(*), count(*) FILTER (owner IS NULL), count(*) FILTER (due_on <= $day), count(*) FILTER "
            "(due_on <= $day AND (done_on IS NULL OR done_on > due_on OR citizen_says = 'not_done')) "
            "FROM decisions WHERE result IN ('accepted', 'amended') AND proposed_on <= $day",
            day=until,
        )
        said = "of what was accepted, more than is borne has no owner"
        yield _share("decisions_without_owner", (unowned, made), settings, said=said)
        said = "more promises than are borne are past their day, were kept late, or are called not done by citizens"
        yield _share("promises_overdue", (overdue, due), settings, said=said)
    if not records.has("concerns") or until is None:
        yield unseen(ACCOUNTABILITY, "concerns_unanswered", "concerns")
        return
    ((old, unanswered),) = records.engine.rows(
        "SELECT count(*), count(*) FILTER (status = 'open') FROM concerns WHERE raised_on <= $day",
        day=until - timedelta(days=settings.answer_days),
    )
    said = f"more concerns than are borne have no answer after {settings.answer_days} days"
    yield _share("concerns_unanswered", (unanswered, old), settings, said=said)


def _share(name: str, counts: tuple[int, int], settings: HarmsSettings, *, said: str) -> Sign:
    part, whole = counts
    if whole < settings.fewest:
        return unseen(ACCOUNTABILITY, name, f"at least {settings.fewest} of them")
    sure, leaning = (wilson(part, whole, level=level) for level in (settings.sure(), LEANING))
    sign = Sign(
        evil=ACCOUNTABILITY,
        name=name,
        status=judged(sure, leaning, limit=settings.tolerated_share),
        said=said,
        value=sure.value,
        low=sure.low,
        high=sure.high,
        unit="proportion",
        level=settings.sure(),
    )
    return if_visible(sign, VISIBLE_SHARE, needs="more of them")


def democracy_signs(records: Records, settings: HarmsSettings) -> Iterator[Sign]:
    """Who takes part, and whose proposals are accepted, against who is served."""
    yield _represented(
        records,
        settings,
        name="participants_ratio",
        table="people",
        query="SELECT CAST({column} AS VARCHAR), count(DISTINCT p.actor) FROM people AS p JOIN contributions AS c "
        "ON c.actor = p.actor WHERE p.side = 'citizen' AND {column} IS NOT NULL GROUP BY 1 ORDER BY 1",
        needs=("contributions", "people", "population"),
        said="this group takes part less than its share of the people served",
    )
    yield _represented(
        records,
        settings,
        name="accepted_proposals_ratio",
        table="decisions",
        query="SELECT CAST({column} AS VARCHAR), count(*) FROM decisions AS p WHERE p.proposed_by = 'citizen' "
        "AND p.result IN ('accepted', 'amended') AND {column} IS NOT NULL GROUP BY 1 ORDER BY 1",
        needs=("decisions", "population"),
        said="this group's proposals are accepted less than its share of the people served",
    )


def _represented(
    records: Records,
    settings: HarmsSettings,
    *,
    name: str,
    table: str,
    query: str,
    needs: tuple[str, ...],
    said: str,
) -> Sign:
    """The group that is represented worst, against its share of the population."""
    missing = tuple(each for each in needs if not records.has(each))
    if missing:
        return unseen(DEMOCRACY, name, *missing)
    wanted = settings.groups if settings.groups is not None else records.study.head.groups
    there = {*records.tables[table].free} & {*records.tables["population"].free}
    columns = [column for column in wanted if column in there]
    shares = {column: _population(records, column) for column in columns}
    number = sum(len(values) for values in shares.values())
    found = []
    for column, of_people in shares.items():
        counted = dict(records.engine.rows(query.format(column=f"p.{quoted(column)}")))
        whole = sum(counted.values())
        if whole < settings.fewest:
            continue
        for value, share in of_people.items():
            sure, leaning = (
                _ratio(
                    counted.get(value, 0), whole, share=share, level=simultaneous(level, comparisons=number)
                )
                for level in (settings.sure(), LEANING)
            )
            found.append((sure, leaning, f"{column}: {value}", counted.get(value, 0)))
    if not found:
        return unseen(
            DEMOCRACY, name, f"a group column in both {table} and population, and {settings.fewest} in it"
        )
    sure, leaning, group, people = min(found, key=lambda each: each[0].value)
    sign = Sign(
        evil=DEMOCRACY,
        name=name,
        status=judged(sure, leaning, limit=settings.fair_ratio, harm="down"),
        said=said,
        value=sure.value,
        low=sure.low,
        high=sure.high,
        unit="ratio",
        level=simultaneous(settings.sure(), comparisons=number),
        people=people,
        group=group,
    )
    return if_visible(
        sign, VISIBLE_RATIO, needs=f"more {'people who take part' if table == 'people' else 'decisions'}"
    )


def _population(records: Records, column: str) -> dict[str, float]:
    rows = records.engine.rows(
        f"SELECT CAST({quoted(column)} AS VARCHAR), sum(persons ORDER BY persons) FROM population "  # noqa: S608 (quoted)
        f"WHERE {quoted(column)} IS NOT NULL GROUP BY 1 HAVING sum(persons) > 0 ORDER BY 1"
    )
    whole = sum(persons for _, persons in rows)
    return {value: persons / whole for value, persons in rows}


def _ratio(part: int, whole: int, *, share: float, level: float) -> Interval:
    found = wilson(part, whole, level=level)
    return Interval(value=found.value / share, low=found.low / share, high=found.high / share)


def concern_signs(records: Records) -> Iterator[Sign]:
    """An open grave concern about an evil is watched; no concern says nothing, for nobody may have been asked."""
    if not records.has("concerns"):
        return
    for evil, grave in records.engine.rows(
        "SELECT evil, count(*) FROM concerns WHERE status = 'open' AND severity >= $grave GROUP BY evil ORDER BY evil",
        grave=GRAVE,
    ):
        yield Sign(
            evil=evil,
            name="grave_concerns_open",
            status="watch",
            said="grave concerns about it are open",
            value=grave,
            unit="count",
            people=grave,
        )


def watch_concerns(
    records: Records, settings: HarmsSettings, *, days: Days | None, alpha: float
) -> Watched | None:
    """Concerns month by month against how many are tolerated; None where no limit is set."""
    if settings.concerns_tolerated is None or not records.has("concerns") or days is None:
        return None
    months = _months(*days)
    rows = records.engine.rows(
        "SELECT evil, strftime(raised_on, '%Y-%m'), count(*) FROM concerns WHERE raised_on <= $day GROUP BY ALL",
        day=days[1],
    )
    counts = {evil: np.zeros(len(months)) for evil in EVILS}
    for evil, month, number in rows:
        counts[evil][months.index(month)] += number
    tolerated = np.full((1, len(months)), settings.concerns_tolerated)
    streams = tuple(
        Stream(
            name=f"concerns · {evil}",
            measure="concerns",
            label=f"Concerns about {EVILS[evil].lower()}",
            arm="",
            group=evil,
            unit="ratio to what is tolerated",
            how="tolerated",
            tolerance=1.0,
            found=against_tolerated_counts(found[None], tolerated, alpha=alpha),
            units=int(found.sum()),
            visible=0.0,
            shown=far_enough_apart(found[:, None], least=records.study.head.small_numbers),
        )
        for evil, found in counts.items()
        if found.any()
    )
    if not streams:
        return None
    log_e = np.concatenate([stream.found.log_e for stream in streams])
    return Watched(streams=streams, looks=months, first=raised_alarms(log_e, alpha=alpha).first, alpha=alpha)


def _months(first: datetime, last: datetime) -> tuple[str, ...]:
    begin, end = 12 * first.year + first.month - 1, 12 * last.year + last.month - 1
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in range(begin, end + 1))
