"""The audit in plain words: the answer, what was looked at, what to bear in mind, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coproduce.findings import Diagnostic, Estimate, Grade, lowered
from coproduce.questions.audit.log import SQL, Log
from coproduce.questions.audit.structure import Place
from coproduce.questions.audit.tables import days
from coproduce.questions.audit.totals import Totals
from coproduce.records.sides import BY_DEFAULT

FEW_CASES = 30
MANY_TIES = 0.2
NAMED = 5

REFERENCES = (
    "Ostrom, E. (1996). Crossing the great divide: coproduction, synergy, and development. World Development 24(6), "
    "1073-1087.",
    "Osborne, S. P., Radnor, Z. and Strokosch, K. (2016). Co-production and the co-creation of value in public "
    "services. Public Management Review 18(5), 639-653.",
    "Shostack, G. L. (1984). Designing services that deliver. Harvard Business Review 62(1), 133-139.",
    "Pesic, M. and van der Aalst, W. M. P. (2006). A declarative approach for flexible business processes management. "
    "BPM 2006 Workshops, LNCS 4103, 169-180.",
    "Cooper, K. D., Harvey, T. J. and Kennedy, K. (2001). A simple, fast dominance algorithm. Rice University.",
    "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the "
    "American Statistical Association 22, 209-212.",
)


def percent(value: float | None) -> str:
    """A share as people read it.

    Examples
    --------
    >>> percent(0.1234)
    '12.3%'
    """
    return "unknown" if value is None else f"{100 * value:.1f}%"


def _told(estimate: Estimate) -> str:
    if estimate.interval is None:
        return percent(estimate.value)
    low, high = estimate.interval
    return f"{percent(estimate.value)} ({percent(low)} to {percent(high)})"


def answer(log: Log, places: Mapping[int, Place], *, found: Mapping[str, Estimate], sums: Totals) -> str:
    """The answer in a few plain sentences, each number of which stands in the estimates."""
    if sums["citizen_events"] == 0:
        return _without_citizens(sums)
    sentences = [
        f"Citizens take {_told(found['citizen_event_share'])} of the steps that people take in this service, and "
        f"have a step in {_told(found['cases_with_citizen_share'])} of its cases.",
        *_kinds(log, places),
    ]
    if sums["waited_us"]:
        sentences.append(
            f"Of the time between steps, the citizen was waited for in {_told(found['waited_for_citizen_share'])} "
            f"and left waiting in {_told(found['citizen_left_waiting_share'])}."
        )
    sentences.append(
        f"In {_told(found['rework_case_share'])} of cases the citizen had to do something again."
        if sums["rework_cases"]
        else "In no case did the citizen have to do something again."
    )
    return " ".join(sentences)


def _without_citizens(sums: Totals) -> str:
    return (
        f"This log cannot show the citizens' part: not one of its {sums['events']:,} steps in {sums['cases']:,} cases "
        "is marked as a citizen's. It records what the organisation did; what citizens did for it (applying, sending "
        "papers, waiting, turning up) left no trace here, which does not mean that they did nothing. Half of the cases "
        f"took {days(sums['median_lasted_us']) or 0:.1f} days or more from their first step to their last."
    )


def _kinds(log: Log, places: Mapping[int, Place]) -> Iterator[str]:
    intrinsic = [log.label(step) for step, place in places.items() if place.kind == "intrinsic"]
    conditional = [
        f"{log.label(step)} (after {log.label(place.response.after)})"
        for step, place in places.items()
        if place.kind == "conditional" and place.response is not None
    ]
    if intrinsic:
        yield f"The service cannot be completed without them: {_listed(intrinsic)}."
    if conditional:
        yield f"Once the organisation has acted, this nearly always follows: {_listed(conditional)}."
    if not (intrinsic or conditional):
        yield "Cases can be completed without any one of the citizens' activities: each is taken in some cases only."


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:NAMED])
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def diagnostics(log: Log, *, sums: Totals, changing: Mapping[str, int]) -> tuple[Diagnostic, ...]:
    """What was looked at in the log, and whether it is well."""
    gaps = log.engine.named_rows(SQL / "waiting.sql")
    zero, against = (sum(row[name] for row in gaps) for name in ("zero_gaps", "against_sequence"))
    ties = zero / max(1, sum(row["gaps"] for row in gaps))
    by_default = sum(source.events for source in log.sides.sources if source.given_by == BY_DEFAULT)
    incomplete = sums["cases"] - sums["completed_cases"]
    found = [
        Diagnostic(
            name="side_by_default",
            value=by_default / sums["events"],
            ok=by_default < sums["events"],
            meaning=f"{percent(by_default / sums['events'])} of the steps were counted as the organisation's because "
            "no rule says otherwise.",
        ),
        Diagnostic(
            name="ties",
            value=ties,
            ok=ties <= MANY_TIES,
            meaning=f"{percent(ties)} of adjacent steps have the same time; their order comes from "
            f"{_order(log)}, and the time between them counts as nought.",
        ),
        Diagnostic(
            name="incomplete_cases",
            value=incomplete,
            ok=bool(log.complete),
            meaning=f"{incomplete:,} cases have not ended with a completing activity; they count in shares of steps, "
            "hand-offs and waiting, but not in what is necessary."
            if log.complete
            else "No completing activity is named, so every case counts as completed, also one that is still open.",
        ),
        Diagnostic(
            name="single_event_cases",
            value=sums["single_event_cases"],
            ok=sums["single_event_cases"] * 2 <= sums["cases"],
            meaning=f"{sums['single_event_cases']:,} cases have one step only: nothing was handed over in them.",
        ),
    ]
    if "sequence" in log.events.columns:
        meaning = f"In {against:,} places the given sequence contradicts the times; the times were followed."
        found.append(Diagnostic(name="against_sequence", value=against, ok=against == 0, meaning=meaning))
    for group, cases in changing.items():
        meaning = f"In {cases:,} cases `{group}` changes on the way; its first value was taken."
        found.append(Diagnostic(name=f"changing.{group}", value=cases, ok=cases == 0, meaning=meaning))
    return (*found, *_lifecycle(log))


def _order(log: Log) -> str:
    return "the log's own sequence" if "sequence" in log.events.columns else "their place in the file"


def _lifecycle(log: Log) -> Iterator[Diagnostic]:
    """Logs that record the start and the end of a step as two events would count every step twice."""
    column = "lifecycle:transition"
    if column not in log.free_columns():
        return
    found = [row[0] for row in log.engine.rows(SQL / "lifecycle.sql")]
    yield Diagnostic(
        name="lifecycle",
        value=len(found),
        ok=len(found) <= 1,
        meaning=f"Every event is a step ({', '.join(map(str, found[:NAMED]))})."
        if len(found) <= 1
        else f"A step can stand several times in the log ({', '.join(map(str, found[:NAMED]))}), and counts each time: "
        f'keep = {{ "{column}" = ["complete"] }} under [records.events] counts it once.',
    )


def caveats(log: Log, *, sums: Totals, variants: int) -> tuple[str, ...]:
    """What to bear in mind."""
    found = [*log.events.notes]
    found += [
        f"'{missed.pattern}' matches no {missed.column}.{'' if missed.hint is None else ' ' + missed.hint}"
        for missed in log.unmatched
    ]
    if sums["citizen_events"]:
        found.append(
            "The log holds what was recorded. What citizens do unrecorded (finding out, gathering papers, waiting at "
            "the door) is not in it, so their part is larger than it shows."
        )
    found.append(f"{variants:,} different paths were taken; the tables show the commonest.")
    return tuple(found)


def grade(log: Log, *, sums: Totals, looked_at: Sequence[Diagnostic]) -> Grade:
    """How far to trust the audit; each reason lowers it by one level."""
    ok = {diagnostic.name: diagnostic.ok for diagnostic in looked_at}
    reasons = []
    if sums["citizen_events"] == 0:
        reasons += [
            "No step is marked as a citizen's, so the question itself cannot be answered from this log.",
            "What citizens did can only be guessed from what the organisation recorded.",
        ]
    if not log.complete:
        reasons.append("No completing activity is named: cases that are still open may hide a later step.")
    if not ok["ties"]:
        reasons.append("Many steps have the same time, so that their order is not sure.")
    if not ok.get("lifecycle", True):
        reasons.append("Steps may be counted more than once.")
    if sums["cases"] < FEW_CASES:
        reasons.append(f"There are fewer than {FEW_CASES} cases.")
    if not reasons:
        return Grade(
            level="high",
            reasons=(
                "A complete count of what was recorded, with every step's side given by a rule and cases completed.",
            ),
        )
    return lowered("high", tuple(reasons))
