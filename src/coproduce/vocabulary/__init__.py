"""WORDS: what the field calls things, as data and rules. Needs nothing but the standard library."""

from coproduce.vocabulary.facets import FACETS, Facet, FacetFault, Facets, check_facets
from coproduce.vocabulary.labels import LABELS, Meaning, resolve
from coproduce.vocabulary.skos import to_json_ld, to_turtle
from coproduce.vocabulary.typologies import (
    DEFINITIONS,
    TYPOLOGIES,
    Classification,
    Judgement,
    classify_typology,
    judge,
)

__all__ = [
    "DEFINITIONS",
    "FACETS",
    "LABELS",
    "TYPOLOGIES",
    "Classification",
    "Facet",
    "FacetFault",
    "Facets",
    "Judgement",
    "Meaning",
    "check_facets",
    "classify_typology",
    "judge",
    "resolve",
    "to_json_ld",
    "to_turtle",
]
