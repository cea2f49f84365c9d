"""Many contributions: how much counts under each definition, and the mix of initiatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coproduce.errors import StudyError
from coproduce.findings import Diagnostic, Estimate, Finding, lowered
from coproduce.questions.classify.amounts import Amount, Given, share
from coproduce.questions.classify.tables import MIXES, tables_of_given, tables_of_intended
from coproduce.questions.classify.wording import PREMISE, READING, faults_of, references, widest_class_of
from coproduce.vocabulary import DEFINITIONS, TYPOLOGIES, Facets, classify_typology, judge

ENOUGH = 0.8
"""The share of contributions that must be described, timed and agreed for the answer to keep its grade."""

UNDER = "Counts under "
INTENDED = "What an initiative intends is read as every combination of the values that it names."
INDEPENDENT = (
    "The intervals take contributions as independent of each other; where few people give many, they are too narrow. "
    "Shares of minutes are of the minutes that were measured."
)


def classify_contributions(
    given: Sequence[Given],
    *,
    intended: Mapping[str, Facets] | None = None,
    set_aside: int = 0,
    title: str = "What counts as co-production here, and of what kind it is",
    small_numbers: int = 0,
) -> Finding:
    """Say how much of what citizens gave counts under each definition, and what the mix is.

    Parameters
    ----------
    given
        Citizens' contributions, counted by initiative and facets.
    intended
        Initiative -> the facets that it intends.
    set_aside
        How many contributions of the organisation's side were not looked at.
    title
        The title of the finding.
    small_numbers
        The sentence names no share that rests on fewer contributions.

    Returns
    -------
    Finding
        With the tables `definitions`, `typologies`, `mix` and `mix_by_initiative` of what was given, and
        `intended_definitions` and `intended_typologies` of what is intended.

    Raises
    ------
    StudyError
        If a description is wrong; every fault at once.

    Notes
    -----
    Shares by number carry Wilson intervals, which take contributions as independent of each other. Shares by minutes
    are of the minutes that were measured, and carry none.

    Examples
    --------
    >>> finding = classify_contributions(
    ...     [
    ...         Given(facets={"phase": "deliver", "form": "action"}, contributions=30, minutes=900, timed=30),
    ...         Given(facets={"phase": "design", "form": "voice"}, contributions=10, minutes=100, timed=10),
    ...     ]
    ... )
    >>> finding.estimate("four_cos.co_delivery").value
    0.75
    >>> finding.tables["mix"].records()[2]["minutes_share"]
    0.9
    """
    intended = intended or {}
    _refuse(given, intended)
    whole = Amount.of(given)
    shares = (*_under(given, whole), *_mixed(given, whole)) if given else ()
    checks = _checks(given, set_aside=set_aside) if given else ()
    return Finding(
        id="classify",
        question="classify",
        title=title,
        answer=_answer(whole, shares, intended=len(intended), small_numbers=small_numbers),
        verdict="descriptive",
        estimates=(*_totals(whole), *shares),
        tables={
            **(tables_of_given(given) if given else {}),
            **(tables_of_intended(intended) if intended else {}),
        },
        diagnostics=checks,
        grade=lowered("high", tuple(check.meaning for check in checks if not check.ok)),
        caveats=(
            PREMISE,
            READING,
            *((INDEPENDENT,) if given else ()),
            *((INTENDED,) if intended else ()),
            *_left_to_the_reader(),
        ),
        references=references(),
    )


def _refuse(given: Sequence[Given], intended: Mapping[str, Facets]) -> None:
    faults = [fault for each in given for fault in faults_of(each.facets, file="contributions")]
    faults += [
        fault for name, facets in intended.items() for fault in faults_of(facets, file="initiatives", at=name)
    ]
    if faults:
        raise StudyError(*dict.fromkeys(faults))


def _left_to_the_reader() -> tuple[str, ...]:
    asked = [definition for definition in DEFINITIONS.values() if definition.beyond]
    return tuple(
        f"{definition.label} also asks, and no facet can tell, {definition.beyond}." for definition in asked
    )


def _totals(whole: Amount) -> tuple[Estimate, ...]:
    number = Estimate(
        name="contributions",
        label="Contributions by citizens",
        value=whole.contributions,
        unit="count",
        n=whole.contributions,
    )
    minutes = Estimate(
        name="minutes",
        label="Minutes given by citizens, where measured",
        value=whole.minutes,
        unit="minutes",
        n=whole.contributions,
    )
    return (number, minutes) if whole.contributions else ()


def _under(given: Sequence[Given], whole: Amount) -> tuple[Estimate, ...]:
    return tuple(
        share(
            f"counts_under.{key}",
            f"{UNDER}{definition.label}",
            given=[each for each in given if judge(key, each.facets).counts == "yes"],
            whole=whole,
        )
        for key, definition in DEFINITIONS.items()
    )


def _mixed(given: Sequence[Given], whole: Amount) -> tuple[Estimate, ...]:
    widest = [(key, found) for key in MIXES for found in TYPOLOGIES[key].classes if found.broader is None]
    return tuple(
        share(
            f"{key}.{found.key}",
            found.label,
            given=[
                each for each in given if widest_class_of(classify_typology(key, each.facets)) == found.label
            ],
            whole=whole,
        )
        for key, found in widest
    )


def _checks(given: Sequence[Given], *, set_aside: int) -> tuple[Diagnostic, ...]:
    whole = Amount.of(given).contributions
    decided = [
        each for each in given if all(judge(key, each.facets).counts != "cannot_say" for key in DEFINITIONS)
    ]
    return (
        _check("described", Amount.of(decided).contributions / whole, "can be judged under every definition"),
        _check("timed", sum(each.timed for each in given) / whole, "have their minutes"),
        _check(
            "agreed",
            sum(each.agreed for each in given) / whole,
            "were confirmed or amended by the other side",
        ),
        Diagnostic(
            name="set_aside",
            value=set_aside,
            ok=True,
            meaning=f"{set_aside:,} contributions of the organisation's side are not part of the mix.",
        ),
    )


def _check(name: str, value: float, what: str) -> Diagnostic:
    return Diagnostic(
        name=name, value=value, ok=value >= ENOUGH, meaning=f"{_percent(value)} of the contributions {what}."
    )


def _answer(whole: Amount, shares: Sequence[Estimate], *, intended: int, small_numbers: int) -> str:
    if not whole.contributions:
        return (
            f"No contributions of citizens are recorded; what {intended:,} initiatives intend is classified."
        )
    told = [each for each in shares if each.count == 0 or (each.count or 0) >= small_numbers]
    under = [each for each in told if each.name.startswith("counts_under.")]
    mixes = ([each for each in told if each.count and each.name.startswith(f"{key}.")] for key in MIXES)
    mixed = (sorted(mix, key=_size, reverse=True) for mix in mixes if mix)
    return " ".join(
        (
            f"Of {whole.contributions:,} contributions by citizens, {_range(under)}.",
            *(", ".join(f"{each.label}: {_percent(each.value)}" for each in mix) + "." for mix in mixed),
        )
    )


def _range(under: Sequence[Estimate]) -> str:
    if not under:
        return "too few count as co-production to say how many"
    fewest, most = min(under, key=_size), max(under, key=_size)
    said = f"{_percent(most.value)} ({most.label.removeprefix(UNDER)})"
    if fewest.value != most.value:
        said = f"from {_percent(fewest.value)} ({fewest.label.removeprefix(UNDER)}) to {said}"
    return f"{said} are known to count as co-production, depending on the definition"


def _size(estimate: Estimate) -> float:
    return estimate.value or 0.0


def _percent(value: float | None) -> str:
    return f"{100 * (value or 0.0):.0f} %"
