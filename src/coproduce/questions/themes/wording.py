"""The answer in one plain sentence, its grade and its caveats."""

from __future__ import annotations

from collections.abc import Iterator

from coproduce.findings import Estimate, Finding, lowered
from coproduce.findings.part import Part
from coproduce.questions.themes.coded import Coded

REFERENCES = (
    "Krippendorff, K. (2019). Content Analysis: An Introduction to Its Methodology. 4th ed. Sage.",
    "Krippendorff, K., Mathet, Y., Bouvry, S. and Widlöcher, A. (2016). Quality & Quantity 50, 2347-2364.",
    "Passonneau, R. (2006). Measuring agreement on set-valued items. LREC 2006, 831-836.",
    "Gwet, K. L. (2008). British Journal of Mathematical and Statistical Psychology 61, 29-48.",
    "Guetterman, T. C., Fetters, M. D. and Creswell, J. W. (2015). Annals of Family Medicine 13(6), 554-561.",
)
FEW = 10
TENTATIVE, RELIABLE = 0.667, 0.8
CAVEATS = (
    "How often a code is met says how many accounts mention something, not how much it matters to people.",
    "Coders who agree may all be wrong together: agreement says that the coding can be repeated.",
)


def finding(part: Part, coded: Coded, *, small_numbers: int) -> Finding:
    """The finding of what all parts found."""
    alpha = main_alpha(part)
    return Finding(
        id="themes",
        question="themes",
        title="What people's own accounts say",
        answer=" ".join(_sentences(part, coded, alpha, small_numbers=small_numbers)),
        verdict="descriptive",
        estimates=part.estimates,
        tables=dict(part.tables),
        diagnostics=part.diagnostics,
        grade=lowered("high", tuple(_doubts(part, coded, alpha))),
        caveats=(*part.caveats, *CAVEATS),
        references=REFERENCES,
    )


def main_alpha(part: Part) -> Estimate | None:
    """The alpha of what was coded; that of steps of a scale where the codes are such."""
    found = {estimate.name: estimate for estimate in part.estimates}
    names = ("alpha.ordinal", "alpha.nominal", "alpha.sets")
    return next((found[name] for name in names if name in found), None)


def _sentences(part: Part, coded: Coded, alpha: Estimate | None, *, small_numbers: int) -> Iterator[str]:
    yield f"{len(coded.documents):,} documents were coded with {len(coded.codes):,} codes."
    rows = [row for row in part.tables["codes"].records() if int(row["documents"] or 0) >= small_numbers]
    if rows:
        yield f"The commonest is “{rows[0]['code']}”, met in {_percent(rows[0]['share'])} of documents."
    if alpha is None:
        yield "Whether another person would code them alike is not known."
    else:
        yield f"{_judged(alpha.value or 0.0)} ({_told(alpha)})."
    for check in part.diagnostics:
        if check.name == "saturation":
            yield check.meaning


def _judged(alpha: float) -> str:
    if alpha >= RELIABLE:
        return "Coders agree well enough to rely on the coding"
    if alpha >= TENTATIVE:
        return "Coders agree well enough for tentative conclusions only"
    return "Coders do not agree well enough to conclude from the coding"


def _told(estimate: Estimate) -> str:
    low, high = estimate.interval or (None, None)
    limits = "" if low is None or high is None else f", {low:.2f} to {high:.2f}"
    return f"alpha {estimate.value:.2f}{limits}"


def _percent(share: object) -> str:
    return f"{100 * float(str(share)):.0f} %"


def _doubts(part: Part, coded: Coded, alpha: Estimate | None) -> Iterator[str]:
    if len(coded.documents) < FEW:
        yield f"Fewer than {FEW} documents."
    if len(coded.coders) < 2:
        yield "Only one person coded."
    elif alpha is None or alpha.value is None:
        yield "How far coders agree is not known."
    else:
        if alpha.value < RELIABLE:
            yield f"Coders agree less ({alpha.value:.2f}) than is asked of a reliable coding ({RELIABLE})."
        if alpha.value < TENTATIVE:
            yield f"They agree less than even tentative conclusions need ({TENTATIVE})."
    for check in part.diagnostics:
        if check.name == "saturation" and not check.ok:
            yield "New codes were still coming up: further documents may say other things."
