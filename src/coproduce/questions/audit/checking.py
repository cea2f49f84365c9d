"""What was looked at in the log before it was believed, and how far to trust the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coproduce.findings import Diagnostic, Grade, lowered
from coproduce.questions.audit.log import Log, Ties
from coproduce.questions.audit.totals import Totals
from coproduce.questions.audit.wording import NAMED, percent
from coproduce.records.sides import BY_DEFAULT

FEW_CASES = 30
MANY_TIES = 0.2
MANY_BY_DEFAULT = 0.5
LIFECYCLE = "lifecycle:transition"
ORDERED_BY: Mapping[Ties, str] = {
    "sequence": "the log's own sequence",
    "file": "their place in the file",
    "name": "their names",
}


def diagnostics(log: Log, *, sums: Totals, changing: Mapping[str, int]) -> tuple[Diagnostic, ...]:
    """What was looked at, and whether it is well."""
    return (
        _default_sides(log, events=sums["events"]),
        *_order(log),
        _incomplete(log, cases=sums["cases"] - sums["completed_cases"]),
        _single(log, sums),
        *_changing(log, changing),
        *_lifecycle(log),
    )


def _default_sides(log: Log, *, events: int) -> Diagnostic:
    share = sum(source.events for source in log.sides.sources if source.given_by == BY_DEFAULT) / events
    return Diagnostic(
        name="side_by_default",
        value=share,
        ok=share <= MANY_BY_DEFAULT,
        meaning=f"{percent(share)} of the steps count as the organisation's only because no rule says whose they are.",
    )


def _order(log: Log) -> Iterator[Diagnostic]:
    gaps = log.ask("waiting")
    total, zero, against_file, against_sequence = (
        sum(row[name] for row in gaps) for name in ("gaps", "zero_gaps", "against_file", "against_sequence")
    )
    ties = zero / max(1, total)
    yield Diagnostic(
        name="ties",
        value=ties,
        ok=ties <= MANY_TIES,
        meaning=f"{percent(ties)} of adjacent steps have the same time; their order comes from "
        f"{ORDERED_BY[log.ties]}, and the time between them counts as nought.",
    )
    if log.ties == "file" and zero:  # without ties nothing depends on the order of the file
        meaning = f"{against_file:,} steps stand in the file before the step that they follow; the times were followed."
        yield Diagnostic(name="out_of_file_order", value=against_file, ok=True, meaning=meaning)
    if "sequence" in log.events.columns:
        meaning = f"In {against_sequence:,} places the given sequence contradicts the times; the times were followed."
        yield Diagnostic(
            name="against_sequence", value=against_sequence, ok=against_sequence == 0, meaning=meaning
        )


def _count(log: Log, cases: int) -> int | None:
    return None if log.few(cases) else cases


def _incomplete(log: Log, *, cases: int) -> Diagnostic:
    if not log.complete:
        meaning = (
            "No completing activity is named, so every case counts as completed, also one that is still open."
        )
    else:
        meaning = (
            f"{log.cases(cases)} did not end with a completing activity: counted in shares of steps, hand-offs and "
            "waiting, but not in what is necessary."
        )
    return Diagnostic(
        name="incomplete_cases", value=_count(log, cases), ok=bool(log.complete), meaning=meaning
    )


def _single(log: Log, sums: Totals) -> Diagnostic:
    cases = sums["single_event_cases"]
    meaning = f"{log.cases(cases)} with one step only, in which nothing was handed over."
    return Diagnostic(
        name="single_event_cases", value=_count(log, cases), ok=cases * 2 <= sums["cases"], meaning=meaning
    )


def _changing(log: Log, changing: Mapping[str, int]) -> Iterator[Diagnostic]:
    for group, cases in changing.items():
        meaning = f"{log.cases(cases)} in which `{group}` changes on the way; its first value was taken."
        yield Diagnostic(name=f"changing.{group}", value=_count(log, cases), ok=cases == 0, meaning=meaning)


def _lifecycle(log: Log) -> Iterator[Diagnostic]:
    """Logs that record the start and the end of a step as two events would count every step twice."""
    if LIFECYCLE not in log.events.free:
        return
    found = [str(row["transition"]) for row in log.ask("lifecycle") if row["transition"] is not None]
    shown = ", ".join(found[:NAMED])
    if len(found) <= 1:
        meaning = f"Every event is one step ({shown})."
    else:
        meaning = (
            f"A step can stand several times in the log ({shown}), and counts each time: "
            f'keep = {{ "{LIFECYCLE}" = ["complete"] }} under [records.events] counts it once.'
        )
    yield Diagnostic(name="lifecycle", value=len(found), ok=len(found) <= 1, meaning=meaning)


def grade(log: Log, *, sums: Totals, looked_at: Sequence[Diagnostic]) -> Grade:
    """How far to trust the audit; each reason lowers it by one level."""
    ok = {diagnostic.name: diagnostic.ok for diagnostic in looked_at}
    reasons = []
    if sums["citizen_events"] == 0:
        reasons += [
            "No step is marked as a citizen's, so the question itself cannot be answered from this log.",
            "What citizens did can only be guessed from what the organisation recorded.",
        ]
    elif not ok["side_by_default"]:
        reasons.append("Most steps count as the organisation's only because no rule says whose they are.")
    if not log.complete:
        reasons.append("No completing activity is named: cases that are still open may hide a later step.")
    if not ok["ties"]:
        reasons.append("Many steps have the same time, so that their order is not sure.")
    if not ok.get("against_sequence", True):
        reasons.append("The log's sequence contradicts its times.")
    if not ok.get("lifecycle", True):
        reasons.append("Steps may be counted more than once.")
    if sums["cases"] < FEW_CASES:
        reasons.append(f"There are fewer than {FEW_CASES} cases.")
    whole = (
        "A complete count of what was recorded: whose most steps are is given, and which cases are completed."
    )
    return lowered("high", tuple(reasons)) if reasons else Grade(level="high", reasons=(whole,))
