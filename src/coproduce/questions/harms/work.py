"""Who works, how much and for how long: professionals' and citizens' hours, coordination, unpaid minutes, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coproduce.methods.changes import change_of_ratio, ratio_of_rates, relative_slopes
from coproduce.methods.intervals import Interval, Moments, mean
from coproduce.questions.harms.panel import Numbers, Panel, Texts
from coproduce.questions.harms.settings import LEANING, VISIBLE_SHARE, VISIBLE_SLOPE, HarmsSettings
from coproduce.questions.harms.signs import Sign, Status, if_visible, judged, unseen
from coproduce.records.engine import quoted
from coproduce.records.opening import Records

RESPONSIBILITY = "rejection_of_responsibility"
COSTS = "rising_transaction_costs"
DEMANDS = "implicit_demands"
FEWEST_MONTHS = 4
GAIN = 0.95
TWICE = 2.0


def _mean(numbers: Numbers, level: float) -> Interval:
    return mean(
        Moments(n=len(numbers), total=float(numbers.sum()), squares=float((numbers**2).sum())), level=level
    )


def input_signs(
    records: Records, settings: HarmsSettings, *, panel: Panel | None, improved: bool | None
) -> list[Sign]:
    """What the hours that went in say: whether the organisation leaves as citizens come, or the work costs more.

    Parameters
    ----------
    records
        The study's records.
    settings
        The settings of the question.
    panel
        The outcomes, to know which units were treated; None where unknown (all units then count).
    improved
        Whether outcomes got better than the comparison; None where they were not seen.
    """
    names = (RESPONSIBILITY, "professional_hours_change"), (COSTS, "hours_per_output_change")
    if not records.has("inputs"):
        return [unseen(evil, name, "inputs") for evil, name in names]
    rows = records.engine.columns(
        "SELECT unit, period, professional_hours, citizen_hours, output FROM inputs ORDER BY unit, period"
    )
    if panel is not None:
        treated = set(panel.unit[panel.arm != panel.control].tolist())
        chosen = np.array([unit in treated for unit in rows["unit"].tolist()], dtype=bool)
        rows = {name: column[chosen] for name, column in rows.items()} if chosen.any() else rows
    slopes = {
        name: relative_slopes(
            rows[name].astype(np.float64), rows["period"].astype(np.float64), units=rows["unit"]
        )
        for name in ("professional_hours", "citizen_hours", "output")
    }
    if min(map(len, slopes.values())) < settings.fewest:
        needs = f"inputs of at least {settings.fewest} units in two periods or more"
        return [unseen(evil, name, needs) for evil, name in names]
    return [_responsibility(slopes, settings, improved=improved), _cost_of_output(rows, settings)]


def _responsibility(slopes: dict[str, Numbers], settings: HarmsSettings, *, improved: bool | None) -> Sign:
    """All three must hold: fewer professional hours, more citizen hours, and no gain (an intersection of tests)."""

    def status(level: float) -> bool:
        professional, citizen = (
            _mean(slopes[name], level) for name in ("professional_hours", "citizen_hours")
        )
        return professional.high < 0 and citizen.low > 0

    gained = improved or _mean(slopes["output"], GAIN).low > 0
    found = _mean(slopes["professional_hours"], settings.sure())
    stands: Status = "quiet"
    if not gained and status(LEANING):
        stands = "alarm" if status(settings.sure()) else "watch"
    sign = Sign(
        evil=RESPONSIBILITY,
        name="professional_hours_change",
        status=stands,
        said="professionals' hours fall from period to period as citizens' hours rise, without a gain",
        value=found.value,
        low=found.low,
        high=found.high,
        unit="proportion",
        level=settings.sure(),
    )
    return if_visible(sign, VISIBLE_SLOPE, needs="inputs of more units or periods")


def _cost_of_output(rows: dict[str, NDArray[Any]], settings: HarmsSettings) -> Sign:
    produced = rows["output"] > 0
    cost = rows["professional_hours"][produced] / rows["output"][produced]
    slopes = relative_slopes(cost, rows["period"][produced].astype(np.float64), units=rows["unit"][produced])
    if len(slopes) < settings.fewest:
        return unseen(
            COSTS, "hours_per_output_change", f"output of at least {settings.fewest} units in two periods"
        )
    found = _mean(slopes, settings.sure())
    sign = Sign(
        evil=COSTS,
        name="hours_per_output_change",
        status=judged(found, _mean(slopes, LEANING), limit=0.0),
        said="each unit of output takes more professional hours from period to period",
        value=found.value,
        low=found.low,
        high=found.high,
        unit="proportion",
        level=settings.sure(),
    )
    return if_visible(sign, VISIBLE_SLOPE, needs="inputs of more units or periods")


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """What each person gave in the earlier and in the later half of the records: arrays (people, halves)."""

    minutes: Numbers
    coordination: Numbers
    months: Numbers
    all_months: int


def _halves(records: Records, settings: HarmsSettings, *, side: str | None) -> Halves | None:
    """The timed contributions of each person, split at the middle month."""
    rows = records.engine.columns(
        "SELECT actor, side, CAST(date_trunc('month', given_on) AS DATE) AS month_of, activity, "
        "sum(minutes) AS minutes FROM contributions WHERE minutes IS NOT NULL AND status <> 'disputed' "
        "GROUP BY ALL ORDER BY ALL"
    )
    chosen = np.ones(len(rows["actor"]), dtype=bool) if side is None else rows["side"] == side
    months = np.array([_month(day) for day in rows["month_of"].tolist()], dtype=np.int64)
    if not chosen.any():
        return None
    actors, place = np.unique(rows["actor"][chosen].astype(str), return_inverse=True)
    months = months[chosen]
    first, last = int(months.min()), int(months.max())
    late = months >= first + (last - first + 1) / 2
    given, activity = rows["minutes"][chosen].astype(np.float64), rows["activity"][chosen]
    coordinating = np.array([name in settings.coordination for name in activity.tolist()])
    seen = np.unique(np.stack([place, months, late]), axis=1)

    def halves(where: NDArray[Any], weights: Numbers, half: NDArray[Any]) -> Numbers:
        found = [
            np.bincount(where[half == h], weights=weights[half == h], minlength=len(actors)) for h in (0, 1)
        ]
        return np.stack(found, axis=1)

    return Halves(
        minutes=halves(place, given, late),
        coordination=halves(place, given * coordinating, late),
        months=halves(seen[0], np.ones(seen.shape[1]), seen[2]),
        all_months=last - first + 1,
    )


def _month(day: object) -> int:
    text = str(day)
    return 12 * int(text[:4]) + int(text[5:7])


def contribution_signs(records: Records, settings: HarmsSettings) -> list[Sign]:
    """What the minutes say: whether coordination grows as a share, and what each citizen gives unpaid."""
    names = ((COSTS, "coordination_share_change"), (DEMANDS, "unpaid_minutes_change"))
    if not records.has("contributions"):
        return [unseen(evil, name, "contributions") for evil, name in names]
    signs = []
    for (evil, name), side in zip(names, (None, "citizen"), strict=True):
        halves = _halves(records, settings, side=side)
        if halves is None or halves.all_months < FEWEST_MONTHS or len(halves.minutes) < settings.fewest:
            wanted = f"contributions with minutes, of at least {settings.fewest} people over {FEWEST_MONTHS} months"
            signs.append(unseen(evil, name, wanted))
            continue
        if evil == COSTS and not halves.coordination.any():
            signs.append(
                unseen(evil, name, f"contributions whose activity is {' or '.join(settings.coordination)}")
            )
            continue
        signs.append(_change(halves, settings, evil=evil, name=name))
    return signs


def _change(halves: Halves, settings: HarmsSettings, *, evil: str, name: str) -> Sign:
    coordination = evil == COSTS
    top, bottom = (halves.coordination, halves.minutes) if coordination else (halves.minutes, halves.months)
    early, late = ((top[:, half], bottom[:, half]) for half in (0, 1))
    usual = float(early[0].sum() / max(early[1].sum(), 1e-300))
    sure, leaning = (change_of_ratio(early, late, level=level) for level in (settings.sure(), LEANING))
    sign = Sign(
        evil=evil,
        name=name,
        status=judged(sure, leaning, limit=0.0),
        said="coordination takes a larger share of all minutes in the later half of the records"
        if coordination
        else "each citizen who gives time gives more of it a month in the later half of the records",
        value=sure.value,
        low=sure.low,
        high=sure.high,
        unit="proportion" if coordination else "minutes",
        level=settings.sure(),
        people=len(halves.minutes),
        needs=("minutes in both halves of the records",) if np.isnan(sure.low) else (),
    )
    return if_visible(
        sign, VISIBLE_SHARE if coordination else usual, needs="contributions of more people or months"
    )


def leaving_sign(records: Records, settings: HarmsSettings, *, until: datetime) -> Sign:
    """Whether citizens leave more often in the later half of the time."""
    name = "leaving_rate_ratio"
    if not records.has("people") or "left_on" not in records.tables["people"].columns:
        return unseen(DEMANDS, name, "people with `left_on`")
    rows = records.engine.rows(
        "SELECT joined_on, left_on FROM people WHERE side = 'citizen' AND joined_on IS NOT NULL ORDER BY ALL"
    )
    if len(rows) < settings.fewest:
        return unseen(DEMANDS, name, f"at least {settings.fewest} citizens with `joined_on`")
    begin = min(joined for joined, _ in rows)
    middle = begin + (until - begin) / 2
    days, left = [0.0, 0.0], [0, 0]
    for joined, gone in rows:
        end = min(gone or until, until)
        for half, (start, stop) in enumerate(((begin, middle), (middle, until))):
            days[half] += max((min(end, stop) - max(joined, start)) / timedelta(days=1), 0.0)
            left[half] += gone is not None and start < gone <= stop
    sure, leaning = (
        ratio_of_rates((left[1], days[1]), (left[0], days[0]), level=level)
        for level in (settings.sure(), LEANING)
    )
    if np.isnan(sure.low):
        return unseen(DEMANDS, name, "at least one citizen who left, in either half of the records")
    sign = Sign(
        evil=DEMANDS,
        name=name,
        status=judged(sure, leaning, limit=1.0),
        said="citizens leave more often in the later half of the records",
        value=sure.value,
        low=sure.low,
        high=sure.high,
        unit="ratio",
        level=settings.sure(),
        people=min(left[0] + left[1], *(each for each in left if each)),
    )
    seen = sure.low > 0 and sure.high / sure.low <= TWICE**2
    return if_visible(sign, np.inf if seen else 0.0, needs="more people, or a longer time")


def minutes_by_deprivation(records: Records, settings: HarmsSettings) -> tuple[Texts, Texts] | None:
    """The minutes of each citizen and their deprivation; None where people do not have the column."""
    if not (records.has("contributions") and records.has("people")):
        return None
    if settings.deprivation not in records.tables["people"].free:
        return None
    rows = records.engine.columns(
        f"SELECT p.actor, CAST(max(p.{quoted(settings.deprivation)}) AS VARCHAR) AS deprivation, "  # noqa: S608 (quoted)
        "coalesce(sum(c.minutes), 0) AS minutes FROM people AS p JOIN contributions AS c ON c.actor = p.actor "
        "WHERE p.side = 'citizen' AND c.minutes IS NOT NULL AND c.status <> 'disputed' "
        "GROUP BY p.actor ORDER BY p.actor"
    )
    return rows["minutes"], rows["deprivation"]
