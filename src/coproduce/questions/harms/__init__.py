"""The harms: the dark side of co-production, and whether it can be known early."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coproduce.findings import Diagnostic, Finding, Grade, Table, Unanswered, lowered
from coproduce.findings.finding import Verdict
from coproduce.questions.harms import inequality, say, tables, wording, work
from coproduce.questions.harms.panel import Panel, open_panel
from coproduce.questions.harms.settings import HarmsSettings
from coproduce.questions.harms.signs import EVILS, Sign, unseen
from coproduce.questions.harms.streams import Stream, Watched, changes, watch
from coproduce.records.opening import Records

__all__ = ["ALSO", "NEEDS", "HarmsSettings", "answer", "check"]

NEEDS = (("outcomes", "exposure"), ("contributions",), ("decisions",), ("concerns",), ("inputs",))
ALSO = ("units", "measures", "people", "population")
FEW_UNITS = 40


def answer(records: Records, settings: HarmsSettings) -> tuple[Finding | Unanswered, ...]:
    """Answer for each of the seven evils whether it is quiet, to be watched, in alarm, or not measured.

    Parameters
    ----------
    records
        A study with whatever of outcomes and exposure, contributions, people, decisions, concerns and inputs is there.
    settings
        The settings of the question.

    Returns
    -------
    tuple
        One finding; unanswered where none of the evils could be seen.

    Raises
    ------
    StudyError
        If a setting names what is not there.

    Notes
    -----
    The definitions stand in ``docs/questions/harms.md``.
    """
    tell = records.engine.tell
    days = say.span(records, settings)
    opened = open_panel(records, settings)
    panel = opened if isinstance(opened, Panel) else None
    tell("watching for harm")
    watched = _watched(records, settings, panel=panel, days=days)
    unequal = opened if not isinstance(opened, Panel) else inequality.of_outcomes(opened, settings)
    signs = [
        *_of_streams(watched, panel=panel, needs=() if isinstance(opened, Panel) else opened),
        *work.input_signs(records, settings, panel=panel, improved=_improved(watched)),
        *say.decision_signs(records, settings, until=days and days[1]),
        *work.contribution_signs(records, settings),
        *say.democracy_signs(records, settings),
        *inequality.outcome_signs(unequal, settings),
        _burden(records, settings),
        *_leaving(records, settings, days=days),
        *say.concern_signs(records),
    ]
    if all(sign.status == "not_measured" for sign in signs):
        needs = dict.fromkeys(need for sign in signs for need in sign.needs)
        return (
            Unanswered(question="harms", needs=tuple(needs), reason="none of the seven evils can be seen"),
        )
    found = () if isinstance(unequal, tuple) else tuple(unequal)
    return (_finding(records, settings, signs=signs, watched=watched, panel=panel, found=found),)


def check(records: Records, settings: HarmsSettings) -> None:
    """Refuse settings that name what the records do not hold.

    Raises
    ------
    StudyError
        If an arm, a measure, a group or a value of deprivation that is named is not there.
    RecordsError
        If an outcome lies outside the bounds of its measure.
    """
    panel = open_panel(records, settings)
    given = work.minutes_by_deprivation(records, settings)
    if isinstance(panel, Panel) and settings.deprivation in panel.groups:
        inequality.ranked(panel.groups[settings.deprivation], settings)
    if given is not None:
        inequality.ranked(given[1], settings)


def _watched(
    records: Records, settings: HarmsSettings, *, panel: Panel | None, days: say.Days | None
) -> tuple[Watched, ...]:
    """The streams of outcomes and of concerns, each family with its share of alpha."""
    small = records.study.head.small_numbers
    with_concerns = settings.concerns_tolerated is not None and records.has("concerns")
    alpha = settings.alpha / (1 + (with_concerns and panel is not None))
    families = (
        None if panel is None else watch(panel, settings, small_numbers=small, alpha=alpha),
        say.watch_concerns(records, settings, days=days, alpha=alpha),
    )
    return tuple(family for family in families if family is not None and family.streams)


def _of_streams(watched: Sequence[Watched], *, panel: Panel | None, needs: tuple[str, ...]) -> list[Sign]:
    control = "" if panel is None else panel.control
    signs = [
        _of_stream(family, place, control=control)
        for family in watched
        for place in sorted(range(len(family.streams)), key=family.urgency)
    ]
    if not any(sign.evil == "co_destruction" for sign in signs):
        signs.append(
            unseen("co_destruction", "outcomes", *(needs or ("outcomes of more units in each arm",)))
        )
    return signs


def _of_stream(family: Watched, place: int, *, control: str) -> Sign:
    stream = family.streams[place]
    status, (value, low, high) = family.status(place), tables.last(stream)
    since = f", first raised in {_period(family, place)}" if status == "alarm" else ""
    concern = stream.how == "tolerated"
    blind = f"more units or looks to judge {stream.measure}" + (" in single groups" if stream.group else "")
    return Sign(
        evil=str(stream.group) if concern else "co_destruction",
        name="concerns" if concern else stream.name,
        status="not_measured" if status == "not_measured" or (concern and status == "quiet") else status,
        said=_said(stream, control=control) + since,
        value=value,
        low=low,
        high=high,
        unit=stream.unit,
        level=1 - family.alpha,
        group=None if concern else stream.group,
        needs=(blind,) if status == "not_measured" and not concern else (),
    )


def _period(family: Watched, place: int) -> str:
    name = family.looks[family.first[place]]
    return name if "-" in name[1:] else f"period {name}"


def _said(stream: Stream, *, control: str) -> str:
    if stream.how == "tolerated":
        return "{} times as many concerns about it are raised as are borne"
    column, _, value = (stream.group or "").partition(": ")
    among = f" among those with {column} '{value}'" if stream.group else ""
    if stream.how == "counts":
        return f"{stream.label}: {{}} times as frequent with {stream.arm} as with {control}{among}"
    return f"{stream.label}: worse by {{}} with {stream.arm} than with {control}{among}"


def _improved(watched: Sequence[Watched]) -> bool | None:
    """Whether an outcome of all units together got better; None where outcomes were not watched."""
    whole = [s for family in watched for s in family.streams if s.group is None and s.how != "tolerated"]
    if not whole:
        return None
    return any(float(s.found.high[0, -1]) < s.tolerance for s in whole)


def _burden(records: Records, settings: HarmsSettings) -> Sign:
    given = work.minutes_by_deprivation(records, settings)
    if given is None:
        needs = ("contributions with minutes", f"people with the column `{settings.deprivation}`")
        return unseen(inequality.EVIL, "burden_by_deprivation", *needs)
    return inequality.burden_sign(*given, settings=settings)


def _leaving(records: Records, settings: HarmsSettings, *, days: say.Days | None) -> list[Sign]:
    if days is None:
        return [unseen(work.DEMANDS, "leaving_rate_ratio", "people with `left_on`")]
    return [work.leaving_sign(records, settings, until=days[1])]


def _finding(
    records: Records,
    settings: HarmsSettings,
    *,
    signs: Sequence[Sign],
    watched: Sequence[Watched],
    panel: Panel | None,
    found: tuple[inequality.Inequality, ...],
) -> Finding:
    small = records.study.head.small_numbers
    stands = {tables.leading(signs, evil).status for evil in EVILS}
    verdict: Verdict = "alarm" if "alarm" in stands else "watch" if "watch" in stands else "quiet"
    shown: dict[str, Table] = {
        "evils": tables.evils(signs, small_numbers=small),
        "signs": tables.all_signs(signs),
    }
    if watched:
        shown |= {"streams": tables.streams(watched), "stream_details": tables.details(watched)}
        shown["monitoring"] = tables.monitoring(watched)
    return Finding(
        id="harms",
        question="harms",
        title="Whom does it harm, and since when is that known",
        answer=wording.answer(signs, small_numbers=small),
        verdict=verdict,
        estimates=tables.estimates(signs, watched, found=found),
        tables=shown | tables.inequality(found),
        diagnostics=_diagnostics(watched, panel),
        grade=_grade(signs, watched, panel),
        caveats=wording.caveats(
            watched, settings, panel=panel, dropped=0 if panel is None else _dropped(panel)
        ),
        references=wording.REFERENCES,
    )


def _dropped(panel: Panel) -> int:
    """Values after the beginning that have no value before to be a change from."""
    number = 0
    for measure in panel.measures:
        rows = panel.rows(panel.measure == measure.name)
        kept, changed = changes(rows)
        number += int(rows.after.sum()) - len(kept.value) if changed else 0
    return number


def _diagnostics(watched: Sequence[Watched], panel: Panel | None) -> tuple[Diagnostic, ...]:
    if not watched:
        return ()
    streams = [stream for family in watched for stream in family.streams]
    looks, alone = max(len(family.looks) for family in watched), 1 / watched[0].alpha
    return (
        Diagnostic(
            name="alarm_at",
            value=round(alone, 6),
            ok=True,
            meaning=f"A stream alone is in alarm at an e-value of {alone:g}; among many it takes more (e-BH).",
        ),
        Diagnostic(
            name="streams", value=len(streams), ok=True, meaning=f"Streams that were watched: {len(streams)}."
        ),
        Diagnostic(
            name="looks",
            value=looks,
            ok=looks > 1,
            meaning=f"There were {looks} looks."
            if looks > 1
            else "There was one look only: nothing to know early.",
        ),
        *(() if panel is None else (_units(panel), *_spread(panel, streams))),
    )


def _units(panel: Panel) -> Diagnostic:
    units = len(set(panel.entity.tolist()))
    meaning = f"{units:,} units (or clusters) are independent of each other."
    return Diagnostic(name="independent_units", value=units, ok=units >= FEW_UNITS, meaning=meaning)


def _spread(panel: Panel, streams: Sequence[Stream]) -> tuple[Diagnostic, ...]:
    """Whether incidents scatter over units more than chance alone would scatter them."""
    found = []
    for name in dict.fromkeys(stream.measure for stream in streams if stream.how == "counts"):
        rows = panel.rows((panel.measure == name) & panel.after)
        _, place = np.unique(rows.unit.astype(str), return_inverse=True)
        totals = np.bincount(place, weights=rows.value)
        ratio = (
            float(totals.var(ddof=1) / totals.mean())
            if len(totals) > 1 and totals.mean() > 0
            else float("nan")
        )
        meaning = f"Incidents of {name} vary between units {ratio:.2g} times as much as chance alone would make them."
        found.append(Diagnostic(name=f"spread.{name}", value=ratio, ok=not ratio > 1.5, meaning=meaning))
    return tuple(found)


def _grade(signs: Sequence[Sign], watched: Sequence[Watched], panel: Panel | None) -> Grade:
    reasons = []
    unmeasured = [evil for evil in EVILS if tables.leading(signs, evil).status == "not_measured"]
    if unmeasured:
        reasons.append(f"{len(unmeasured)} of the seven evils could not be measured.")
    if panel is None:
        reasons.append("There is no comparison with units without co-production.")
    elif not panel.by_chance:
        reasons.append("Nothing in the records says that chance decided which units had co-production.")
    if panel is not None and len(set(panel.entity.tolist())) < FEW_UNITS:
        reasons.append(f"Fewer than {FEW_UNITS} independent units stand behind the outcomes.")
    if any(not each.ok for each in _diagnostics(watched, panel) if each.name.startswith("spread.")):
        reasons.append("Incidents come in clusters, which the count of them takes for evidence.")
    return lowered("high", tuple(reasons))
