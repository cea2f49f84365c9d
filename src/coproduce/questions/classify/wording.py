"""How judgements and classes are told in tables, and what is said of every classification."""

from __future__ import annotations

from collections.abc import Iterable

from coproduce.errors import Fault
from coproduce.vocabulary import (
    DEFINITIONS,
    FACETS,
    TYPOLOGIES,
    Classification,
    Facets,
    Judgement,
    check_facets,
)

PREMISE = "What is described is taken to be the input of someone outside the organisation."
READING = (
    "The rules are our reading of the sources; the reference page of definitions and typologies gives each rule with "
    "its source and says where the source leaves room."
)


def faults_of(facets: Facets, *, file: str, at: str | None = None) -> tuple[Fault, ...]:
    """What is wrong with a description, as faults of a file and the place in it."""
    return tuple(
        Fault(
            file=file,
            place=fault.facet if at is None else f"{at}.{fault.facet}",
            rule="facet",
            found=fault.found,
            wanted=fault.wanted,
            hint=f"Did you mean '{fault.nearest}'?" if fault.nearest else None,
        )
        for fault in check_facets(facets)
    )


def listed(names: Iterable[str]) -> str | None:
    """Names in one cell, or nothing."""
    return ", ".join(names) or None


def why(judged: Judgement) -> str | None:
    """Why something does not count, or that only a part of it does."""
    return "; ".join(f"not so: {needs}" for needs in judged.unmet) or ("in part" if judged.in_part else None)


def class_of(classified: Classification) -> str:
    """The classes' names; ``none`` outside the typology; ``cannot_say`` where too little is known."""
    if classified.classes:
        return "; ".join(found.label for found in classified.classes)
    return "cannot_say" if classified.needs else "none"


def widest_class_of(classified: Classification) -> str:
    """The same, each class as the whole that it is part of."""
    wholes = dict.fromkeys(classified.typology.whole(found).label for found in classified.classes)
    return "; ".join(wholes) or class_of(classified)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names of facets, once each, in the order of the vocabulary."""
    wanted = set(names)
    return tuple(name for name in FACETS if name in wanted)


def references() -> tuple[str, ...]:
    """Every source of the vocabulary."""
    sources = [source for definition in DEFINITIONS.values() for source in definition.sources]
    sources += [source for typology in TYPOLOGIES.values() for source in typology.sources]
    return tuple(sorted({str(source) for source in sources}))
