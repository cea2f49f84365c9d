"""What the finding says in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from coproduce.methods.qca.analysis import Solution
from coproduce.methods.qca.chance import Benchmark
from coproduce.questions.determinants.loading import Loaded
from coproduce.questions.determinants.solving import Side

NAMED = 10
CHANCE = 0.05
"""The p of the random benchmark over which chance is said to do as well."""

REFERENCES = (
    "Ragin, C. C. (2008). Redesigning Social Inquiry: Fuzzy Sets and Beyond. University of Chicago Press.",
    "Schneider, C. Q. and Wagemann, C. (2012). Set-Theoretic Methods for the Social Sciences. Cambridge "
    "University Press.",
    "Schneider, C. Q. and Rohlfing, I. (2013). Combining QCA and process tracing in set-theoretic multi-method "
    "research. Sociological Methods & Research 42(4), 559-597.",
    "Oana, I.-E. and Schneider, C. Q. (2021). A robustness test protocol for applied QCA: theory and R software "
    "application. Sociological Methods & Research 53(1), 57-88.",
    "Braumoeller, B. F. (2015). Guarding against false positives in qualitative comparative analysis. Political "
    "Analysis 23, 471-487.",
    "Baumgartner, M. and Thiem, A. (2017). Model ambiguities in configurational comparative research. Sociological "
    "Methods & Research 46(4), 954-987.",
)


def listing(names: Sequence[str]) -> str:
    """Some names in a sentence, the first ten of them.

    Examples
    --------
    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    shown, more = list(names[:NAMED]), len(names) - NAMED
    if more > 0:
        shown.append(f"{more} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def answer(sides: Sequence[Side], chance: Mapping[str, Benchmark | None]) -> str:
    """The finding in plain sentences: the parsimonious solution of the outcome, and of its negation."""
    return " ".join(sentence for side in sides for sentence in _of_side(side, chance[side.outcome]))


def _of_side(side: Side, chance: Benchmark | None) -> Iterator[str]:
    simple = side.solution("parsimonious")
    if simple is None:
        yield _not_settled(side) if side.leads else _no_solution(side)
        return
    fit = side.fitted(simple.models[0]).fit.model
    formula = side.model(simple.models[0])
    scores = f"inclusion {fit.inclusion:.3f}, PRI {fit.pri:.3f}, coverage {fit.coverage:.3f}"
    if formula == "1":
        yield f"Every configuration with cases leads to {side.outcome}, so no condition tells it apart ({scores})."
    elif simple.count == 1:
        outcome = f"The absence of {side.outcome[1:]}" if side.outcome.startswith("~") else side.outcome
        yield f"{outcome} goes with {side.in_words(simple.models[0])} ({formula}: {scores})."
    else:
        yield _tied(side, simple, formula=formula, scores=scores)
    if chance is not None:
        usual = "chance alone does as well" if often_as_good(chance) else "chance alone seldom does"
        if chance_is_open(chance):
            usual = "too few were settled to say whether chance alone does as well"
        yield (
            f"Of {chance.permutations:,} shuffled outcomes, {chance.as_good:,} {as_good(chance)} "
            f"(p = {chance.p:.3f}): {usual}."
        )


def as_good(chance: Benchmark) -> str:
    """What so many shuffles did; those that were not settled are among them."""
    if chance.limited == 0:
        return "gave a solution as good"
    return f"gave a solution as good or were not settled ({chance.limited:,} of them)"


def often_as_good(chance: Benchmark) -> bool:
    """Whether shuffles often did as well, those that were not settled left aside."""
    return chance.p > CHANCE and not chance_is_open(chance)


def chance_is_open(chance: Benchmark) -> bool:
    """Whether it hangs on the shuffles that were not settled if chance does as well."""
    surely = chance.as_good - chance.limited
    return chance.limited > 0 and chance.p > CHANCE and surely <= CHANCE * chance.permutations


def _not_settled(side: Side) -> str:
    unsettled = side.unsettled["parsimonious"]
    known = (
        "" if unsettled.least is None else f" (its models have {unsettled.least} to {unsettled.most} terms)"
    )
    others = [plain_type(kind) for kind, _ in side.solutions()]
    instead = f"; settled: {listing(others)}, in the tables" if others else ""
    return f"The parsimonious solution for {side.outcome} could not be settled{known}{instead}."


def _tied(side: Side, simple: Solution, *, formula: str, scores: str) -> str:
    least = "" if simple.complete else "at least "
    shared = sorted(side.term(term) for term in simple.shared())
    whole = "all of them" if simple.count == len(simple.models) else "all that are listed"
    common = f"{listing(shared)} {'stands' if len(shared) == 1 else 'stand'}" if shared else "no term stands"
    return (
        f"For {side.outcome} {least}{simple.count:,} parsimonious models tie and nothing in these cases chooses "
        f"between them: {common} in {whole}, and the first is {formula} ({scores})."
    )


def _no_solution(side: Side) -> str:
    rows = [row for row in side.standard.table.rows if row.status != "few"]
    if not rows:
        return (
            f"There is no solution for {side.outcome}: no configuration has as many cases as the frequency cut-off "
            "asks."
        )
    best = max(rows, key=lambda row: row.fit.inclusion)
    return (
        f"There is no solution for {side.outcome}: no configuration reaches the cut-offs of inclusion and PRI; the "
        f"nearest is {side.term(best.configuration)} (inclusion {best.fit.inclusion:.3f}, PRI {best.fit.pri:.3f})."
    )


def caveats(loaded: Loaded, *, sides: Sequence[Side]) -> tuple[str, ...]:
    """What the reader has to keep in mind."""
    return (
        "A solution says which combinations go with the outcome in these cases. That they cause it has to be "
        "shown in the cases themselves (process tracing), most of all in the typical and the deviant ones.",
        *_left_out(loaded),
        *_contradictions(sides[0], loaded.cases),
        *(note for side in sides for note in _unsettled(side)),
        *(note for side in sides for note in _ambiguity(side)),
        *_untenable(sides),
        *loaded.notes,
    )


def _left_out(loaded: Loaded) -> Iterator[str]:
    if loaded.left_out:
        names = listing(loaded.left_out)
        yield f"Left out, as the settings say, for a missing condition or outcome: {names} ({len(loaded.left_out)})."


def _contradictions(side: Side, cases: Sequence[str]) -> Iterator[str]:
    for row in side.standard.table.rows:
        if row.contradictory:
            has = [cases[place] for place in row.cases if side.membership[place] > 0.5]
            lacks = [cases[place] for place in row.cases if side.membership[place] < 0.5]
            yield (
                f"Contradiction: {side.term(row.configuration)} holds cases with {side.outcome} "
                f"({listing(has)}) "
                f"and without it ({listing(lacks)}). Its inclusion is {row.fit.inclusion:.3f}, so it counts as "
                f"{'leading' if row.status == 'positive' else 'not leading'} to {side.outcome}"
                f"{' (too few cases)' if row.status == 'few' else ''}."
            )


def _unsettled(side: Side) -> Iterator[str]:
    for kind, one in side.unsettled.items():
        yield f"Not settled: the {plain_type(kind)} solution for {side.outcome} ({one.reason})."


def _ambiguity(side: Side) -> Iterator[str]:
    for kind, solution in side.solutions():
        if solution.count > len(solution.models):
            least = "" if solution.complete else "at least "
            yield (
                f"Of {least}{solution.count:,} {plain_type(kind)} models for {side.outcome} that tie, "
                f"the first {len(solution.models)} are listed."
            )
        elif not solution.complete:
            yield (
                f"There may be more {plain_type(kind)} models for {side.outcome} than the "
                f"{len(solution.models)} that are listed."
            )


def _untenable(sides: Sequence[Side]) -> Iterator[str]:
    for side in sides:
        if side.enhanced is not None:
            instead = side.model(side.enhanced.parsimonious.models[0])
            yield (
                f"The parsimonious solution of {side.outcome} rests on assumptions about configurations without cases "
                f"that do not stand; without them it is {instead}."
            )


def plain_type(kind: str) -> str:
    """A type of solution as words."""
    return kind.replace("_", " ")
