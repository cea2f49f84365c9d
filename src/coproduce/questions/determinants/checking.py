"""What was looked at before the solution was believed, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coproduce.findings import Diagnostic, Grade, lowered
from coproduce.methods.qca.chance import Benchmark
from coproduce.questions.determinants.loading import Loaded
from coproduce.questions.determinants.settings import DeterminantsSettings
from coproduce.questions.determinants.solving import Side
from coproduce.questions.determinants.sturdiness import ASK, Sturdiness, left_cases
from coproduce.questions.determinants.wording import (
    as_good,
    chance_is_open,
    listing,
    often_as_good,
    plain_type,
)

STURDY = 0.8
MANY_REMAINDERS = 0.75
SKEWED = 0.8
NARROW = 0.05
LOWEST_CUT, HIGHEST_CUT = 0.5, 1.0


def diagnostics(
    loaded: Loaded,
    settings: DeterminantsSettings,
    *,
    sides: Sequence[Side],
    found: Sturdiness | None,
    chance: Mapping[str, Benchmark | None],
) -> tuple[Diagnostic, ...]:
    """What was looked at, and whether it is well."""
    return (
        _size(loaded, settings),
        _diversity(sides[0]),
        _contradictions(sides[0]),
        _both_ways(sides),
        _anchors(settings),
        *_skewed(loaded, settings),
        *_settled(sides),
        *_with_solution(sides[0], found, chance=chance[sides[0].outcome]),
        _untenable(sides),
    )


def _size(loaded: Loaded, settings: DeterminantsSettings) -> Diagnostic:
    cases, conditions = len(loaded.cases), len(settings.conditions)
    return Diagnostic(
        name="cases_per_condition",
        value=cases / conditions,
        ok=cases > conditions,
        meaning=f"{cases} cases and {conditions} conditions. With as many conditions as cases or more, nearly any "
        "outcome can be explained without error.",
    )


def _diversity(side: Side) -> Diagnostic:
    table = side.standard.table
    share = table.remainders / table.possible
    return Diagnostic(
        name="limited_diversity",
        value=share,
        ok=share <= MANY_REMAINDERS,
        meaning=f"{table.remainders:,} of {table.possible:,} possible configurations have no cases (or too few): "
        "about these the cases say nothing.",
    )


def _contradictions(side: Side) -> Diagnostic:
    rows = [row for row in side.standard.table.rows if row.contradictory]
    return Diagnostic(
        name="contradictory_rows",
        value=len(rows),
        ok=not rows,
        meaning=f"{len(rows)} configurations hold cases with the outcome and cases without it.",
    )


def _both_ways(sides: Sequence[Side]) -> Diagnostic:
    positive = [
        {row.configuration for row in side.standard.table.rows if row.status == "positive"} for side in sides
    ]
    both = len(positive[0] & positive[1])
    return Diagnostic(
        name="rows_for_both",
        value=both,
        ok=not both,
        meaning=f"{both} configurations lead to the outcome and to its negation by the cut-offs; a PRI cut-off "
        "above 0.5 "
        "rules that out.",
    )


def _anchors(settings: DeterminantsSettings) -> Diagnostic:
    arbitrary = [name for name, how in settings.calibrate.items() if how.method == "quantiles"]
    return Diagnostic(
        name="anchors_from_data",
        value=len(arbitrary),
        ok=not arbitrary,
        meaning="No anchor was read off the data's own distribution."
        if not arbitrary
        else f"The anchors of {listing(arbitrary)} are quantiles of these cases: arbitrary, for other cases "
        "would give the set another meaning.",
    )


def _skewed(loaded: Loaded, settings: DeterminantsSettings) -> Iterator[Diagnostic]:
    for name, levels, column in zip(
        (*settings.conditions, settings.outcome),
        (*loaded.sets.levels, 2),
        (*loaded.sets.values.T, loaded.outcome),
        strict=True,
    ):
        share = float((column > 0.5).mean())
        if levels == 2 and not 1 - SKEWED <= share <= SKEWED:
            meaning = (
                f"{share:.0%} of the cases are in {name}: so skewed a set makes fit look better than it is."
            )
            yield Diagnostic(name=f"skewed.{name}", value=share, ok=False, meaning=meaning)


def _with_solution(side: Side, found: Sturdiness | None, *, chance: Benchmark | None) -> Iterator[Diagnostic]:
    if not side.leads:
        return
    simple = side.solution("parsimonious")
    if simple is not None:
        least = "" if simple.complete else "at least "
        yield Diagnostic(
            name="tied_models",
            value=simple.count,
            ok=simple.count == 1 and simple.complete,
            meaning=f"{least}{simple.count:,} parsimonious {'model fits' if simple.count == 1 else 'models fit'} "
            "equally well.",
        )
    tested = found is not None and chance is not None
    yield Diagnostic(
        name="robustness_tested",
        value=tested,
        ok=tested,
        meaning="Cut-offs, anchors and single cases were varied, and the outcome was shuffled."
        if tested
        else "By the settings, not everything was varied or shuffled that could show how far the solution stands."
        if simple is not None
        else "The parsimonious solution was not settled, so that nothing was varied or shuffled.",
    )
    if found is not None:
        yield from _stands(found)
    if chance is not None:
        yield Diagnostic(
            name="random_benchmark_unsettled" if chance_is_open(chance) else "random_benchmark",
            value=chance.p,
            ok=not (chance_is_open(chance) or often_as_good(chance)),
            meaning=f"{chance.as_good:,} of {chance.permutations:,} shuffled outcomes {as_good(chance)}"
            + ("; so many that the shuffling ended early." if chance.stopped else "."),
        )


def _stands(found: Sturdiness) -> Iterator[Diagnostic]:
    settled = found.settled()
    yield Diagnostic(
        name="robustness_settled",
        value=settled,
        ok=settled == 1,
        meaning=f"{settled:.0%} of the solutions with something varied were settled within the budget."
        + ("" if settled == 1 else f" {ASK}"),
    )
    share = found.can_be_left_out()
    if share is not None:
        yield Diagnostic(
            name="leave_one_out",
            value=share,
            ok=share >= STURDY,
            meaning=f"Without one case, the same solution comes out for {found.unchanged()} of "
            f"{left_cases(found)}.",
        )
    cut = found.ranges[0]
    low, high = cut.low or LOWEST_CUT, cut.high or HIGHEST_CUT
    below = cut.at - low if low > LOWEST_CUT else 1.0  # at the end of the scale there is nothing to change to
    above = high - cut.at if high < HIGHEST_CUT else 1.0
    room = min(below, above)
    yield Diagnostic(
        name="inclusion_range",
        value=room,
        ok=room >= NARROW,
        meaning=f"The same solution comes out for inclusion cut-offs over {low:.3f} and up to {high:.3f}.",
    )


def _settled(sides: Sequence[Side]) -> Iterator[Diagnostic]:
    """Which solutions were not settled, if any."""
    missing = [f"{plain_type(kind)} for {side.outcome}" for side in sides for kind in side.unsettled]
    if missing:
        yield Diagnostic(
            name="unsettled_solutions",
            value=len(missing),
            ok=False,
            meaning=f"Solutions that the search could not settle by its limit: {listing(missing)}.",
        )


def _untenable(sides: Sequence[Side]) -> Diagnostic:
    used = [side.outcome for side in sides if side.enhanced is not None]
    return Diagnostic(
        name="untenable_assumptions",
        value=len(used),
        ok=not used,
        meaning=f"Parsimonious solutions that rest on untenable assumptions: {listing(used)}.",
    )


REASONS = {
    "unsettled_solutions": "Not every solution could be settled.",
    "cases_per_condition": "There are as many conditions as cases, or more: nearly any outcome could be "
    "explained so.",
    "limited_diversity": "Most possible configurations have no cases.",
    "contradictory_rows": "Cases of one configuration differ in the outcome: a condition is missing or wrongly "
    "calibrated.",
    "anchors_from_data": "Anchors are quantiles of these cases, and so arbitrary.",
    "tied_models": "Several models tie, and nothing in the cases chooses between them.",
    "leave_one_out": "The solution hangs on single cases.",
    "inclusion_range": "A slightly different inclusion cut-off gives another solution.",
    "robustness_settled": "Not everything that was varied could be settled.",
    "robustness_tested": "How far the solution stands was not wholly tested.",
    "random_benchmark_unsettled": "Too few shuffles were settled to say how often chance does as well.",
    "random_benchmark": "Shuffled outcomes often give a solution as good.",
}
WHOLE = (
    "The cases were observed as they are, and compared by a stated protocol; nobody assigned the conditions."
)


def grade(looked_at: Sequence[Diagnostic], *, solved: bool) -> Grade:
    """How far to trust the solution: moderate at best, one level lower for each reason."""
    if not solved:
        return Grade(
            level="very_low", reasons=("No configuration leads to the outcome by these cut-offs.", WHOLE)
        )
    against = tuple(REASONS[one.name] for one in looked_at if not one.ok and one.name in REASONS)
    return Grade(level=lowered("moderate", against).level, reasons=(*against, WHOLE))
