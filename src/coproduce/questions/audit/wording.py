"""The audit in plain words: the answer, and what to bear in mind when reading it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coproduce.findings import Estimate
from coproduce.questions.audit.log import Log
from coproduce.questions.audit.structure import Place
from coproduce.questions.audit.totals import Totals

NAMED = 5
MANY_ACTIVITIES = 200
Found = Mapping[str, Estimate]

REFERENCES = (
    "Ostrom, E. (1996). Crossing the great divide: coproduction, synergy, and development. World Development 24(6), "
    "1073-1087.",
    "Osborne, S. P., Radnor, Z. and Strokosch, K. (2016). Co-production and the co-creation of value in public "
    "services. Public Management Review 18(5), 639-653.",
    "Osborne, S. P. (2018). From public service-dominant logic to public service logic: are public service "
    "organizations capable of co-production and value co-creation? Public Management Review 20(2), 225-231.",
    "Shostack, G. L. (1984). Designing services that deliver. Harvard Business Review 62(1), 133-139.",
    "Pesic, M. and van der Aalst, W. M. P. (2006). A declarative approach for flexible business processes management. "
    "BPM 2006 Workshops, LNCS 4103, 169-180.",
    "Cooper, K. D., Harvey, T. J. and Kennedy, K. (2001). A simple, fast dominance algorithm. Rice University.",
    "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the "
    "American Statistical Association 22, 209-212.",
    "Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Section 6.4 (ratios over clusters).",
    "Welch, B. L. (1947). The generalization of 'Student's' problem when several different population variances are "
    "involved. Biometrika 34, 28-35.",
)


def percent(value: float | None) -> str:
    """A share as people read it; nought and all are said of nothing else.

    Examples
    --------
    >>> percent(0.1234), percent(0), percent(0.0001), percent(0.9999), percent(1)
    ('12.3%', '0%', 'under 0.1%', 'over 99.9%', '100%')
    """
    if value is None:
        return "unknown"
    if value in (0, 1):
        return f"{100 * value:.0f}%"
    return "under 0.1%" if value < 0.0005 else "over 99.9%" if value > 0.9995 else f"{100 * value:.1f}%"


def duration(days: float) -> str:
    """A length of time in the unit in which people would say it.

    Examples
    --------
    >>> duration(12.345), duration(0.5), duration(0.0331), duration(0)
    ('12.3 days', '12.0 hours', '48 minutes', '0 minutes')
    """
    hours = 24 * days
    if hours >= 24:
        return f"{days:,.1f} days"
    return f"{hours:.1f} hours" if hours >= 1 else f"{60 * hours:.0f} minutes"


def _told(estimate: Estimate) -> str:
    if estimate.interval is None:
        return percent(estimate.value)
    low, high = estimate.interval
    return f"{percent(estimate.value)} ({percent(low)} to {percent(high)})"


def answer(log: Log, places: Mapping[int, Place], *, found: Found, sums: Totals) -> str:
    """The answer in a few plain sentences, each number of which stands in the estimates."""
    if log.few(sums["cases"]):
        return f"{log.cases(sums['cases'])} are in this log: too few to be told without telling of single people."
    if sums["citizen_events"] == 0:
        return _without_citizens(found)
    return " ".join(
        (
            *_part(log, found, cases=sums["cases_with_citizen"]),
            *_kinds(log, places),
            *_waits(found),
            *_again(log, found, cases=sums["rework_cases"]),
        )
    )


def _without_citizens(found: Found) -> str:
    events, cases = found["events"].value, found["cases"].value
    length = duration(found["median_case_days"].value or 0)
    return (
        f"This log cannot show the citizens' part: not one of its {events:,.0f} steps in {cases:,.0f} cases is marked "
        "as a citizen's. It records what the organisation did; what citizens did for it (applying, sending papers, "
        "waiting, turning up) left no trace here, which does not mean that they did nothing. Half of the cases took "
        f"{length} or more from their first step to their last."
    )


def _part(log: Log, found: Found, *, cases: int) -> Iterator[str]:
    if log.few(cases):
        yield f"{log.cases(cases)} have a step by a citizen."
    else:
        yield (
            f"Citizens take {_told(found['citizen_event_share'])} of the steps that people take in this service, and "
            f"have a step in {_told(found['cases_with_citizen_share'])} of its cases."
        )


def _kinds(log: Log, places: Mapping[int, Place]) -> Iterator[str]:
    of_kind: dict[str | None, list[str]] = {}
    for step, place in places.items():
        after = f" (after {log.label(place.response.after)})" if place.response else ""
        of_kind.setdefault(place.kind, []).append(log.label(step) + after)
    intrinsic, conditional = of_kind.get("intrinsic", ()), of_kind.get("conditional", ())
    discretionary = of_kind.get("discretionary", ())
    if intrinsic:
        yield f"Hardly any case is completed without them (intrinsic): {_listed(intrinsic)}."
    if conditional:
        yield f"Once the organisation has acted, this nearly always follows (conditional): {_listed(conditional)}."
    if discretionary:
        begins = "T" if intrinsic or conditional else "No act of the citizen is in nearly every case; t"
        yield f"{begins}aken in some cases only (discretionary): {_listed(discretionary)}."


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:NAMED])
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _waits(found: Found) -> Iterator[str]:
    if found["waited_for_citizen_share"].value is not None:
        yield (
            f"Of the time between steps, the citizen was waited for in {_told(found['waited_for_citizen_share'])} "
            f"and left waiting in {_told(found['citizen_left_waiting_share'])}."
        )


def _again(log: Log, found: Found, *, cases: int) -> Iterator[str]:
    if cases == 0:
        yield "In no case did the citizen have to do something again."
    elif log.few(cases):
        yield f"In fewer than {log.small_numbers} cases the citizen had to do something again."
    else:
        yield f"In {_told(found['rework_case_share'])} of cases the citizen had to do something again."


def caveats(log: Log, *, sums: Totals) -> tuple[str, ...]:
    """What to bear in mind."""
    return (*log.events.notes, *_unmatched(log), *_limits(log, sums))


def _unmatched(log: Log) -> Iterator[str]:
    for missed in log.unmatched:
        hint = "" if missed.hint is None else f" {missed.hint}"
        yield f"'{missed.pattern}' matches no {missed.column}.{hint}"


def _limits(log: Log, sums: Totals) -> Iterator[str]:
    if sums["citizen_events"]:
        yield (
            "The log holds what was recorded. What citizens do unrecorded (finding out, gathering papers, waiting at "
            "the door) is not in it, so their part is larger than it shows."
        )
    yield (
        "The time between two steps counts as waiting for the side that takes the second; it includes the time that "
        "this step itself takes, and says nothing of whose fault it is."
    )
    yield "The intervals take the cases as a sample of all that this service would handle in the same way."
    if log.events.groups and "minutes" in log.events.columns:
        yield "Minutes of citizens are means over the cases in which all of them are known; unknown is not nought."
    if len(log.steps) > MANY_ACTIVITIES:
        yield f"There are {len(log.steps):,} different activities: are they kinds of steps, or free text?"
    yield f"{sums['paths']:,} different paths were taken; the tables show the commonest."
