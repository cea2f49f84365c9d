"""The tables of a classification of many contributions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from coproduce.findings import Table
from coproduce.questions.classify.amounts import AMOUNTS, Amount, Cells, Given
from coproduce.questions.classify.wording import class_of, in_order, listed, widest_class_of
from coproduce.vocabulary import DEFINITIONS, TYPOLOGIES, Facets, classify_typology, judge

MIXES = ("four_cos", "voice_or_action", "brudney_england_1983")
"""The typologies over which the mix is told."""

K = TypeVar("K", bound=Hashable)


def tables_of_given(given: Sequence[Given]) -> dict[str, Table]:
    """What citizens gave, under each definition, in each typology, and as a mix (also of each initiative)."""
    initiatives = _parted((each.initiative, each) for each in given)
    return {
        "definitions": _table(
            "How much counts as co-production, under whose definition",
            ("definition", "counts", "needs"),
            rows=tuple(_definition_rows(given)),
        ),
        "typologies": _table(
            "How much is what, in each author's words",
            ("typology", "class", "needs"),
            rows=tuple(_typology_rows(given)),
        ),
        "mix": _table(
            "The mix of what citizens gave, by number and by minutes",
            ("typology", "class"),
            rows=tuple(_mix_rows(given)),
        ),
        "mix_by_initiative": _table(
            "The mix of each initiative, by number and by minutes",
            ("initiative", "typology", "class"),
            rows=tuple((name, *row) for name, part in initiatives.items() for row in _mix_rows(part)),
        ),
    }


def _table(caption: str, columns: tuple[str, ...], *, rows: tuple[Cells, ...]) -> Table:
    """A table of amounts; the rows of one definition or typology (of one initiative) add up to a known whole."""
    wholes = tuple(name for name in columns if name in ("initiative", "definition", "typology"))
    return Table(
        caption=caption,
        columns=(*columns, *AMOUNTS, "label"),
        rows=rows,
        counts={"contributions": AMOUNTS[1:]},
        adds_up=wholes,
    )


def _parted(keyed: Iterable[tuple[K, Given]]) -> dict[K, list[Given]]:
    parts: dict[K, list[Given]] = {}
    for key, each in keyed:
        parts.setdefault(key, []).append(each)
    return parts


def _definition_rows(given: Sequence[Given]) -> Iterator[Cells]:
    whole = Amount.of(given)
    for key in DEFINITIONS:
        parts = _parted((judge(key, each.facets).counts, each) for each in given)
        for counts in ("yes", "no", "cannot_say"):
            part = parts.get(counts, [])
            needs = in_order(name for each in part for name in judge(key, each.facets).needs)
            yield (key, counts, listed(needs), *Amount.of(part).cells(whole), DEFINITIONS[key].label)


def _typology_rows(given: Sequence[Given]) -> Iterator[Cells]:
    whole = Amount.of(given)
    for key in TYPOLOGIES:
        parts = _parted((class_of(classify_typology(key, each.facets)), each) for each in given)
        ranked = sorted(parts.items(), key=lambda item: (-Amount.of(item[1]).contributions, item[0]))
        for name, part in ranked:
            needs = in_order(needed for each in part for needed in classify_typology(key, each.facets).needs)
            yield (key, name, listed(needs), *Amount.of(part).cells(whole), TYPOLOGIES[key].label)


def _mix_rows(given: Sequence[Given]) -> Iterator[Cells]:
    """Every widest class, also those to which nobody gave; then what lies between, outside or in the dark."""
    whole = Amount.of(given)
    for key in MIXES:
        parts = _parted((widest_class_of(classify_typology(key, each.facets)), each) for each in given)
        widest = [found.label for found in TYPOLOGIES[key].classes if found.broader is None]
        for name in dict.fromkeys((*widest, *sorted(parts))):
            yield (key, name, *Amount.of(parts.get(name, [])).cells(whole), TYPOLOGIES[key].label)


def tables_of_intended(intended: Mapping[str, Facets]) -> dict[str, Table]:
    """What each initiative intends, under each definition and in each typology."""
    judged = ((name, judge(key, facets)) for name, facets in intended.items() for key in DEFINITIONS)
    classified = (
        (name, classify_typology(key, facets)) for name, facets in intended.items() for key in TYPOLOGIES
    )
    return {
        "intended_definitions": Table(
            caption="Whether what is intended counts as co-production, under whose definition",
            columns=("initiative", "definition", "counts", "needs"),
            rows=tuple((name, each.definition.key, each.counts, listed(each.needs)) for name, each in judged),
        ),
        "intended_typologies": Table(
            caption="What each author would call what is intended",
            columns=("initiative", "typology", "class", "needs"),
            rows=tuple(
                (name, each.typology.key, class_of(each), listed(each.needs)) for name, each in classified
            ),
        ),
    }
