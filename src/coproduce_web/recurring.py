"""When sessions that recur take place: at the same time by the clock on the wall, in summer and in winter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import count as numbers
from itertools import islice, takewhile

MOST_SESSIONS = 104
"""Two years of weeks: more are planned when these are over."""

REPEATS = ("once", "weekly", "fortnightly", "monthly")


def days(first: date, *, repeats: str, count: int | None = None, until: date | None = None) -> list[date]:
    """The days on which something recurs.

    Parameters
    ----------
    first
        The first day.
    repeats
        ``once``, ``weekly``, ``fortnightly``, or ``monthly``: on the same weekday of each month, such as each second
        Tuesday. The fifth is taken as the last.
    count, until
        How many there are, or the last day that counts; at most `MOST_SESSIONS` whatever they say.

    Returns
    -------
    list of date
        In order, beginning with `first`.

    Examples
    --------
    >>> [day.isoformat() for day in days(date(2026, 1, 30), repeats="monthly", count=3)]
    ['2026-01-30', '2026-02-27', '2026-03-27']
    """
    if repeats == "once":
        return [first]
    most = min(count or MOST_SESSIONS, MOST_SESSIONS)
    every = _months(first) if repeats == "monthly" else _weeks(first, 2 if repeats == "fortnightly" else 1)
    return list(islice(takewhile(lambda day: until is None or day <= until, every), most))


def _weeks(first: date, every: int) -> Iterator[date]:
    return (first + timedelta(weeks=every * number) for number in numbers())


def _months(first: date) -> Iterator[date]:
    week = (first.day - 1) // 7
    for number in numbers(first.year * 12 + first.month - 1):
        start = date(number // 12, number % 12 + 1, 1)
        day = start + timedelta(days=(first.weekday() - start.weekday()) % 7, weeks=week)
        # Only a fifth can fall into the next month: the fourth is that month's last.
        yield day if day.month == start.month else day - timedelta(weeks=1)


def times(on: date, *, starts: time, ends: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """The moments at which a session of that day starts and ends; an end before its start is on the next day.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> from datetime import timezone
    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> for on in (date(2026, 3, 28), date(2026, 3, 29)):
    ...     start, _ = times(on, starts=time(9), ends=time(10), zone=berlin)
    ...     print(start.astimezone(timezone.utc).time())
    08:00:00
    07:00:00
    """
    last = on if ends > starts else on + timedelta(days=1)
    return datetime.combine(on, starts, zone), datetime.combine(last, ends, zone)
