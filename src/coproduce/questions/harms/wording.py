"""The harms in plain words: a harm to some leads, whatever became of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coproduce.questions.harms.panel import Panel
from coproduce.questions.harms.settings import HarmsSettings
from coproduce.questions.harms.signs import EVILS, Sign, of_evil
from coproduce.questions.harms.streams import Watched
from coproduce.questions.harms.tables import leading

REFERENCES = (
    "Steen, T., Brandsen, T. and Verschuere, B. (2018). The dark side of co-creation and co-production: seven evils. "
    "In Brandsen, Steen and Verschuere (eds), Co-Production and Co-Creation, chapter 21. Routledge.",
    "Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. H. and Ramdas, A. (2024). Time-uniform central limit theory "
    "and asymptotic confidence sequences. Annals of Statistics 52(6), 2613-2640.",
    "Waudby-Smith, I. and Ramdas, A. (2024). Estimating means of bounded random variables by betting. Journal of the "
    "Royal Statistical Society B 86(1), 1-27.",
    "Wang, R. and Ramdas, A. (2022). False discovery rate control with e-values. Journal of the Royal Statistical "
    "Society B 84(3), 822-852.",
    "Robbins, H. (1970). Statistical methods related to the law of the iterated logarithm. Annals of Mathematical "
    "Statistics 41(5), 1397-1409.",
    "O'Donnell, O., van Doorslaer, E., Wagstaff, A. and Lindelow, M. (2008). Analyzing Health Equity Using Household "
    "Survey Data. World Bank, chapter 8.",
    "Erreygers, G. (2009). Correcting the concentration index. Journal of Health Economics 28(2), 504-515.",
)
STANDS = {"alarm": "in alarm", "watch": "to be watched"}


def _told(value: float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    return f"{100 * value:.3g}%" if unit == "proportion" else f"{value:.3g}"


def _numbers(sign: Sign, small_numbers: int) -> str:
    """The number behind a sign with its interval; nothing where few people stand behind it."""
    few = sign.people is not None and 0 < sign.people < small_numbers
    if sign.value is None or few or sign.unit == "count":
        return ""
    value = _told(sign.value, sign.unit)
    if sign.low is None or sign.high is None:
        return value
    return f"{value} ({_told(sign.low, sign.unit)} to {_told(sign.high, sign.unit)})"


def _clause(sign: Sign, small_numbers: int) -> str:
    """What a sign says, with its number where the clause has a place for it, else behind it."""
    numbers = _numbers(sign, small_numbers)
    said = (
        sign.said.replace("{}", numbers) if "{}" in sign.said else sign.said + f": {numbers}" * bool(numbers)
    )
    return said[:1].upper() + said[1:]


def answer(signs: Sequence[Sign], *, small_numbers: int) -> str:
    """The answer in a few sentences: alarms first, and among them those of single groups."""
    by_status: dict[str, list[str]] = {}
    for evil in EVILS:
        by_status.setdefault(leading(signs, evil).status, []).append(evil)
    sentences = [
        *_raised(signs, by_status.get("alarm", ()), status="alarm", small_numbers=small_numbers),
        *_raised(signs, by_status.get("watch", ()), status="watch", small_numbers=small_numbers),
    ]
    if quiet := by_status.get("quiet"):
        sentences.append(f"Quiet, where it was seen: {_listed(quiet)}.")
    if unseen := by_status.get("not_measured"):
        sentences.append(f"Not measured, which is not the same as quiet: {_listed(unseen)}.")
    return " ".join(sentences)


def _raised(signs: Sequence[Sign], evils: Sequence[str], *, status: str, small_numbers: int) -> Iterator[str]:
    """One sentence an evil; harm to one group in its outcomes comes first of all."""
    led = sorted(evils, key=lambda evil: evil != "co_destruction")
    for place, evil in enumerate(led):
        found = [sign for sign in of_evil(signs, evil) if sign.status == status]
        found.sort(key=lambda sign: sign.group is None)
        first, more = found[0], len(found) - 1
        group = f" [{first.group}]" if first.group and evil == "loss_of_democracy" else ""
        others = "" if not more else f"; {more} more {'sign' if more == 1 else 'signs'}"
        word = (
            {"alarm": "Alarm", "watch": "To be watched"}[status] if place == 0 else f"Also {STANDS[status]}"
        )
        yield f"{word}: {EVILS[evil].lower()}. {_clause(first, small_numbers)}{group}{others}."


def _listed(evils: Sequence[str]) -> str:
    names = [EVILS[evil].lower() for evil in evils]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def caveats(
    watched: Sequence[Watched], settings: HarmsSettings, *, panel: Panel | None, dropped: int
) -> tuple[str, ...]:
    """What to bear in mind."""
    return (*_of_watching(watched, settings), *_of_panel(panel, dropped=dropped), *_always(settings))


def _of_watching(watched: Sequence[Watched], settings: HarmsSettings) -> Iterator[str]:
    hows = {stream.how for family in watched for stream in family.streams}
    if hows:
        yield (
            f"An e-value may be looked at as often as one likes: with one stream a false alarm is ever raised with "
            f"chance {settings.alpha:g} at most; over many streams, of the alarms at any look {settings.alpha:g} are "
            "expected to be false at most."
        )
    if "again" in hows:
        yield (
            "The same units (or clusters) are seen at several looks. Nothing was assumed of how their looks hang "
            "together, which makes alarms later than they would be with new units at every look."
        )
    if hows & {"counts", "tolerated"}:
        yield "Incidents were taken to come one by one and independently; where they cluster, alarms are early."
    if left_out := sum(family.left_out for family in watched):
        yield f"{left_out} streams of groups with too few units in an arm were not watched, to protect people."
    blind = sum(
        family.status(place) == "not_measured" for family in watched for place in range(len(family.streams))
    )
    if blind:
        yield f"{blind} streams have too few units yet to see a harm that matters: they are not called quiet."


def _of_panel(panel: Panel | None, *, dropped: int) -> Iterator[str]:
    if panel is None:
        return
    yield from panel.notes
    if dropped:
        yield f"{dropped:,} values after the beginning are of units with none before it, and were left out."
    if panel.clustered:
        yield "Units of a cluster were put together: what is independent is the cluster."


def _always(settings: HarmsSettings) -> Iterator[str]:
    yield (
        "Signs that are no streams were looked at once, at the end of the records: each has an interval at level "
        f"{settings.sure():.4f}, so that all together raise a false alarm with chance {settings.alpha:g} at most. "
        "Looked at every week, they would raise more."
    )
    yield "Where nobody was asked, no concern was raised: an evil without concerns is not quiet for that."
