"""The answer in plain sentences, its grade and its caveats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coproduce.findings import Estimate, Finding, lowered
from coproduce.findings.part import Part
from coproduce.questions.motives.measuring import LOW

REFERENCES = (
    "Alford, J. (2009). Engaging Public Sector Clients. Palgrave Macmillan.",
    "Parrado, E., van Ryzin, G. G., Bovaird, T. and Löffler, E. (2013). International Public Management Journal 16(1), "
    "85-112.",
    "Bovaird, T., van Ryzin, G. G., Loeffler, E. and Parrado, S. (2015). Journal of Social Policy 44(1), 1-23.",
    "Van Eijk, C. and Steen, T. (2014). Public Management Review 16(3), 358-382.",
    "Binder, D. A. (1983). International Statistical Review 51(3), 279-292.",
    "Deville, J.-C., Särndal, C.-E. and Sautory, O. (1993). Journal of the American Statistical Association 88, "
    "1013-1020.",
)

MOST = 3
"""How many correlates the answer names."""


def finding(part: Part, *, doubts: Sequence[str]) -> Finding:
    """The finding of what all parts found."""
    found = {estimate.name: estimate for estimate in part.estimates if estimate.group is None}
    effects = [estimate for estimate in part.estimates if estimate.name == "average_effect"]
    sentences = [*_shares(found), *_correlates(effects, clear=_clear(part))]
    return Finding(
        id="motives",
        question="motives",
        title="Who takes part, why, and who would if asked",
        answer=" ".join(sentences) or "Nobody was asked who takes part or who would.",
        verdict="descriptive",
        estimates=part.estimates,
        tables=dict(part.tables),
        diagnostics=part.diagnostics,
        grade=lowered("high", (*doubts, *_doubts(part, found))),
        caveats=(
            *part.caveats,
            "People tell of themselves: taking part may be overstated, and to be willing is not yet a promise.",
        ),
        references=REFERENCES,
    )


def _shares(found: dict[str, Estimate]) -> Iterator[str]:
    if "active_share" in found:
        yield f"{_told(found['active_share'])} of citizens take part at least sometimes in something."
    if "willing_share" in found:
        yield f"{_told(found['willing_share'])} would take part in something."
    if "potential_gap" in found:
        yield f"{_told(found['potential_gap'])} would and take part in nothing: this is the potential."


def _correlates(effects: Sequence[Estimate], *, clear: set[str]) -> Iterator[str]:
    """What goes with taking part, as far as the intervals tell; what they do not tell is not called nothing."""
    if not effects:
        return
    told = sorted(
        (one for one in effects if one.group in clear and _apart(one)), key=lambda one: -abs(one.value or 0)
    )
    if told:
        listed = "; ".join(
            f"{one.label.removeprefix('Taking part, for ')}, {_points(one)}" for one in told[:MOST]
        )
        yield f"What most clearly goes with taking part, other things alike: {listed}."
    if open_ := [one for one in effects if one.group not in clear]:
        yield f"Of {len(open_)} of {len(effects)} correlates this sample does not tell which way they go."


def _apart(one: Estimate) -> bool:
    low, high = one.interval or (None, None)
    return low is not None and high is not None and (low > 0 or high < 0)


def _clear(part: Part) -> set[str]:
    """The correlates whose log odds have an interval without 0: an average effect has the same sign."""
    rows = part.tables["correlates"].records() if "correlates" in part.tables else []
    limits = {str(row["term"]): (row["low"], row["high"]) for row in rows}
    return {
        term
        for term, (low, high) in limits.items()
        if isinstance(low, float) and isinstance(high, float) and (low > 0 or high < 0)
    }


def _points(one: Estimate) -> str:
    low, high = one.interval or (None, None)
    value, *limits = (100 * (number or 0) for number in (one.value, low, high))
    return f"{value:+.1f} percentage points ({limits[0]:+.1f} to {limits[1]:+.1f})".replace("-", "−")


def _told(one: Estimate) -> str:
    """A share in percent with its interval."""
    low, high = one.interval or (None, None)
    value = "An unknown share" if one.value is None else f"{100 * one.value:.1f} %"
    return value if low is None or high is None else f"{value} ({100 * low:.1f} % to {100 * high:.1f} %)"


def _doubts(part: Part, found: dict[str, Estimate]) -> Iterator[str]:
    poor = [
        name.partition(".")[2]
        for name, one in found.items()
        if name.startswith("reliability.") and one.value is not None and one.value < LOW
    ]
    if poor:
        yield f"The items of {', '.join(poor)} hang together loosely (reliability below {LOW})."
    if "correlates" in part.tables:
        yield "Correlates were asked at one time of the same people: what goes together need not cause each other."
    for check in part.diagnostics:
        if check.name == "complete" and not check.ok:
            yield "More than a fifth of those who answered left out something that the correlates need."
