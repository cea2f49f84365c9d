"""Which rule implies which, found by trying every contribution that there can be.

A set of contributions is one long integer, a bit for each combination of the facets that rules look at (about a
million). "A implies B" is then "no bit of A is missing in B", with nothing left out and nothing estimated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import prod

from coproduce.vocabulary.facets import ACTIVITIES, FACETS
from coproduce.vocabulary.rules import Rule, facets_of
from coproduce.vocabulary.typologies import DEFINITIONS, TYPOLOGIES, Class, Typology


@dataclass(frozen=True, slots=True, kw_only=True)
class Implication:
    """Whatever is in the one class is in the other; `both_ways` where the reverse holds too."""

    typology: Typology
    part: Class
    other: Typology
    whole: Class
    both_ways: bool


@cache
def _free() -> dict[str, int]:
    """The facets that vary freely, with their numbers of values; an activity brings its phase with it."""
    rules = [definition.requires for definition in DEFINITIONS.values()]
    rules += [found.when for typology in TYPOLOGIES.values() for found in typology.classes]
    return {name: len(FACETS[name].values) for name in facets_of(rules) if name != "phase"}


def everything() -> int:
    """The set of all contributions."""
    return (1 << prod(_free().values())) - 1


@cache
def with_value(facet: str, value: str) -> int:
    """The set of the contributions that have a value of a facet."""
    if facet == "phase":
        return _union(with_value("activity", activity) for activity in ACTIVITIES[value])
    sizes = _free()
    later = list(sizes)[list(sizes).index(facet) + 1 :]
    stride = prod(sizes[name] for name in later)
    bits = ((1 << stride) - 1) << (stride * FACETS[facet].values.index(value))
    length, whole = stride * sizes[facet], prod(sizes.values())
    while length < whole:
        bits |= bits << length
        length *= 2
    return bits & everything()


def _union(sets: Iterator[int]) -> int:
    union = 0
    for found in sets:
        union |= found
    return union


def where(rule: Rule) -> int:
    """The set of the contributions that meet a rule.

    Examples
    --------
    >>> counts = where(DEFINITIONS["nabatchi_2017"].requires)
    >>> counts & where(DEFINITIONS["ostrom_1996"].requires) == counts
    True
    """
    found = everything()
    for requirement in rule:
        found &= _union(
            with_value(facet, value) for facet, values in requirement.any.items() for value in values
        )
    return found


@cache
def implications() -> tuple[Implication, ...]:
    """Every class of which all is in some class of another typology.

    Two classes that imply each other are listed once, the first typology's first.
    """
    sets = [
        (number, typology, found, where(found.when))
        for number, typology in enumerate(TYPOLOGIES.values())
        for found in typology.classes
    ]
    return tuple(
        Implication(typology=typology, part=part, other=other, whole=whole, both_ways=mine == theirs)
        for number, typology, part, mine in sets
        for place, other, whole, theirs in sets
        if place != number and mine & theirs == mine and (mine != theirs or number < place)
    )
