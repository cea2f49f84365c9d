"""Each finding in one sentence, and what follows from it: what a person reads who has one minute."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from coproduce.findings import Estimate, Finding
from coproduce.reports.page_tables import between
from coproduce.reports.rounding import percent, quantity
from coproduce.reports.wording import CELLS, of_estimate, plain

NAMED = 2
ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-Z“'])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A finding in one sentence, and what to do next (nothing, where nothing follows)."""

    says: str
    then: str = ""


def in_short(finding: Finding) -> Short:
    """A finding in one sentence, and what to do next.

    Where its own numbers are not there (hidden, or not to be had), it is the first sentence of its answer.

    Examples
    --------
    >>> from coproduce.findings import Grade
    >>> grade = Grade(level="high", reasons=())
    >>> finding = Finding(id="x", question="x", title="X", answer="It is. So.", verdict="quiet", grade=grade)
    >>> in_short(finding).says
    'It is.'
    """
    told = OWN_WORDS[finding.question](finding) if finding.question in OWN_WORDS else None
    return told or Short(says=first_sentence(finding.answer), then=THEN.get(finding.verdict, ""))


def first_sentence(text: str) -> str:
    """The first sentence of a text.

    Examples
    --------
    >>> first_sentence("It was 0.4 points lower (0.2 to 0.6). Why?")
    'It was 0.4 points lower (0.2 to 0.6).'
    """
    return ENDS.split(text, maxsplit=1)[0]


THEN = {
    "harms": "Do not extend it to those whom it harms before it is known why.",
    "alarm": "Answer the alarm in public.",
    "improves": "Keep it, and measure whether it lasts.",
    "uncertain": "Measure more before it is decided: what was seen fits a gain and a harm.",
    "no_important_difference": "Ask whether the effort is better spent elsewhere.",
}


def sized(estimate: Estimate) -> str:
    """A number with its interval, as short as can be.

    Examples
    --------
    >>> sized(Estimate(name="x", label="", value=0.5, interval=(0.375, 0.625), unit="proportion"))
    '50% (38–62%)'
    """
    values, unit = of_estimate(estimate)
    if unit == "proportion":
        texts, said = [percent(value) for value in values], ""
    else:
        texts, said = quantity(values, unit)
    limits = f" ({between(texts[1], texts[2])})" if texts[2:] else ""
    return f"{texts[0]}{f' {said}' if said else ''}{limits}"


def _known(finding: Finding, *names: str) -> tuple[str, ...] | None:
    """These numbers of the whole, told with their intervals; None where one of them is not to be had."""
    found = {one.name: one for one in finding.estimates if one.group is None and one.value is not None}
    return tuple(sized(found[name]) for name in names) if found.keys() >= set(names) else None


def _listed(names: Iterable[object]) -> str:
    told = [str(name) for name in names]
    more = [f"{len(told) - NAMED} more"] if len(told) > NAMED else []
    parts = [*told[:NAMED], *more]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _rows(finding: Finding, name: str) -> list[dict[str, bool | int | float | str | None]]:
    return finding.tables[name].records() if name in finding.tables else []


def _audit(finding: Finding) -> Short | None:
    known = _known(finding, "citizen_event_share", "citizen_left_waiting_share")
    if known is None:
        return None
    kept = [row["activity"] for row in _rows(finding, "activities") if row["kind"] == "intrinsic"]
    without = f"; nothing goes without their {_listed(kept)}" if kept else ""
    return Short(
        says=f"Citizens take {known[0]} of the steps and bear {known[1]} of the waiting{without}.",
        then="Cut the steps and waits that citizens could be spared.",
    )


def _classify(finding: Finding) -> Short | None:
    shares = [
        one.value
        for one in finding.estimates
        if one.name.startswith("counts_under.") and one.value is not None and one.group is None
    ]
    if not shares:
        return None
    if max(shares) == 0:
        return Short(
            says="No definition can tell yet whether this is co-production: the records say too little of it.",
            then="Record of each activity who plans and who delivers it.",
        )
    low, high = percent(min(shares)), percent(max(shares))
    part = low if low == high else f"between {low} and {high}"
    return Short(says=f"By its several definitions, {part} of what citizens gave is co-production.")


def _power(finding: Finding) -> Short | None:
    accepted = _known(finding, "acceptance_citizen", "acceptance_organisation")
    broken = _known(finding, "mismatch")
    says = []
    if accepted:
        says.append(
            f"{accepted[0]} of citizens' proposals are accepted, {accepted[1]} of the organisation's."
        )
    if broken:
        says.append(f"{broken[0]} of what was “done” is not, say citizens.")
    then = "Go back to the promises that citizens say were not kept." if broken else ""
    return Short(says=" ".join(says), then=then) if says else None


def _effects(finding: Finding) -> Short | None:
    """The effect of the finding's verdict: a harm to a group if there is one, else the whole."""
    rows = [row for row in _rows(finding, "outcomes") if row["verdict"] == finding.verdict]
    rows.sort(key=lambda row: row["group"] is not None)
    if not rows or finding.verdict not in {"harms", "improves"}:
        return None
    row = rows[0]
    size = sized(_distance(row))
    whom = f" for {row['group']}" if row["group"] else ""
    word = "worse" if finding.verdict == "harms" else "better"
    more = f"; {len(rows) - 1} more like it" if rows[1:] and finding.verdict == "harms" else ""
    return Short(says=f"{row['label']}: {size} {word}{whom}{more}.", then=THEN[finding.verdict])


def _distance(row: Mapping[str, object]) -> Estimate:
    """How far the arms of a row are apart, without its sign."""
    value, *limits = (float(str(row[name])) for name in ("estimate", "band_low", "band_high"))
    low, high = sorted((value / abs(value)) * limit for limit in limits) if value else limits
    return Estimate(
        name="effect", label="", value=abs(value), interval=(low, high), unit=str(row["unit"] or "")
    )


def evil_name(evil: object) -> str:
    """What one of the seven evils is called within a sentence.

    Examples
    --------
    >>> evil_name("co_destruction")
    'co-destruction'
    """
    name = CELLS.get(str(evil), plain(str(evil)))
    return name[:1].lower() + name[1:]


def _harms(finding: Finding) -> Short | None:
    evils = _rows(finding, "evils")
    of = {
        status: [row for row in evils if row["status"] == status]
        for status in ("alarm", "watch", "not_measured")
    }
    names = {status: [evil_name(row["evil"]) for row in rows] for status, rows in of.items()}
    if not of["alarm"] and not of["watch"]:
        unseen = f" Not measured: {_listed(names['not_measured'])}." if names["not_measured"] else ""
        return Short(says=f"No harm was seen where it was looked for.{unseen}")
    says = []
    if names["alarm"]:
        says.append(f"Alarm: {', '.join(names['alarm'])}{_made_worse(of['alarm'])}.")
    if names["watch"]:
        watch = names["watch"]
        listed = ", ".join(watch) if not names["alarm"] else f"{len(watch)} more"
        says.append(f"To be watched: {listed}.")
    return Short(
        says=" ".join(says), then=THEN["alarm"] if names["alarm"] else "Watch these signs every week."
    )


def _made_worse(alarms: Iterable[Mapping[str, object]]) -> str:
    """The group for whom an outcome was made worse, as the sign names it: ``measure · column: value · arm``."""
    for row in alarms:
        if row["evil"] == "co_destruction":
            groups = [part for part in str(row["sign"]).split(" · ") if ": " in part]
            return f" for {groups[0]}" if groups else ""
    return ""


def _value(finding: Finding) -> Short | None:
    known = _known(finding, "icer_public", "icer_society")
    says = []
    if known:
        public, society = (told.replace(" per unit", "") for told in known)
        says.append(f"One unit of improvement costs the public {public}; with citizens' hours, {society}.")
    says += _hours(finding)
    then = "Decide openly who is to bear the citizens' hours." if known else ""
    return Short(says=" ".join(says), then=then) if says else None


def _hours(finding: Finding) -> list[str]:
    """Whether both sides' hours need each other, where the interval of their elasticity leaves no doubt."""
    found = next((one for one in finding.estimates if one.name == "elasticity_of_substitution"), None)
    low, high = (found.interval if found and found.interval else None) or (None, None)
    if low is None or high is None or low <= 1 <= high:
        return []
    return [
        "Citizens' and professionals' hours need each other."
        if high < 1
        else "Citizens' hours can stand in for professionals': watch that they do not."
    ]


def _motives(finding: Finding) -> Short | None:
    known = _known(finding, "active_share", "potential_gap")
    if known is None:
        return None
    return Short(
        says=f"{known[0]} take part already; a further {known[1]} would if they were asked.",
        then="Ask those who would take part and do not yet, where the gap is widest.",
    )


def _synthesis(finding: Finding) -> Short | None:
    known = _known(finding, "pooled")
    spread = next((one.interval for one in finding.estimates if one.name == "prediction"), None)
    if known is None:
        return None
    either = spread is not None and None not in spread and spread[0] * spread[1] < 0  # type: ignore[operator]
    where = " In a new place it may go either way." if either else ""
    return Short(
        says=f"Over all studies the effect is {known[0]}.{where}",
        then="Promise no such effect elsewhere before it is measured there." if either else "",
    )


def _determinants(finding: Finding) -> Short | None:
    says = first_sentence(finding.answer).partition(" (")[0].rstrip(".")
    return Short(
        says=f"{says[:1].upper()}{says[1:]}.",
        then="Begin where these conditions come together.",
    )


def _themes(finding: Finding) -> Short | None:
    said = ENDS.split(finding.answer)
    return Short(says=" ".join(said[1:2])) if said[1:] else None


OWN_WORDS: Mapping[str, Callable[[Finding], Short | None]] = {
    "audit": _audit,
    "classify": _classify,
    "motives": _motives,
    "power": _power,
    "effects": _effects,
    "harms": _harms,
    "value": _value,
    "determinants": _determinants,
    "themes": _themes,
    "synthesis": _synthesis,
}
